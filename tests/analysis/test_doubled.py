"""Money that is owed twice for one case."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs
from tests.analysis.test_fitting import confirmed, with_mends

RENT = """| agreement rent
| party owner, tenant
| event bill (amount: money, due: day)
| act pay (amount: money, bill: bill) by tenant, accumulates amount for each bill
| act refund (amount: money, bill: bill) by owner, accumulates amount for each bill

1.1 The rent is paid by its day.
| paying: for each bill as it, tenant must pay it.amount for it by it.due
"""
PENALTY = """1.2 A penalty.
| penalty: for each breach of paying as wrong, tenant must pay 50.00 CNY within 10 days
"""
FEE = "1.3 A late fee.\n| amount late_fee: for each breach of paying as wrong, is 20.00 CNY\n"
DAMAGES = """1.4 Damages.
| damages: for each breach of paying as debt, tenant must pay 70.00 CNY within 10 days
"""


def found(text: str) -> dict[str, Finding]:
    """Return what is owed twice in a text, by keys, each with a history that the engine confirms."""
    loaded = load_text(text, "rent.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    programs = Programs(loaded.contracts)
    told = list(analyse(programs, ("rent",), only=frozenset(["competing"])))
    for each in told:
        assert each.kind == "competing", each.sentence.en
        assert confirmed(each, programs.of(("rent",), ("contract",)))
    return {each.key.removeprefix("competing/paid twice:"): each for each in told}


def test_two_remedies_in_money_of_one_breach() -> None:
    keys = found(RENT + PENALTY + FEE + DAMAGES)
    assert list(keys) == [
        "rent/1.2:penalty+rent/1.4:damages", "rent/1.2:penalty+rent/1.3", "rent/1.4:damages+rent/1.3"
    ]  # fmt: skip
    said = keys["rent/1.2:penalty+rent/1.3"].sentence
    assert "50.00 CNY and 20.00 CNY" in said.en
    assert "分别为50.00元与20.00元" in said.zh


def test_the_very_same_sum_twice_for_one_event() -> None:
    again = (
        "1.5 Again.\n| again: for each bill as that, tenant must pay that.amount for that within 10 days\n"
    )
    assert list(found(RENT + again)) == ["rent/1.1:paying+rent/1.5:again"]


@pytest.mark.parametrize(
    "more",
    [
        # What is charged beside the rent is another sum.
        "1.5 Heating.\n| for each bill as that, tenant must pay 30.00 CNY for that within 10 days\n",
        # One counts towards the other, or is there only without it, or gives way to it.
        PENALTY + DAMAGES.replace("within 10 days", "within 10 days except penalty"),
        FEE + "1.5 Interest.\n| amount interest: for each breach of paying as debt, is 30.00 CNY - late_fee(debt)\n",
        FEE + "1.5 More.\n| amount more: for each breach of paying as it, is 3.00 CNY where late_fee(it) < 30.00 CNY\n",
        # Each owes the other.
        FEE.replace("amount late_fee: for each breach of paying as wrong, is 20.00 CNY",
                    "for each breach of paying as wrong, owner must refund 20.00 CNY within 10 days") + PENALTY,
        # They are for different times.
        PENALTY.replace("as wrong, ", "as wrong, when wrong.at < 2026-06-01, ")
        + DAMAGES.replace("as debt, ", "as debt, when not debt.at < 2026-06-01, "),
    ],
    ids=["beside", "excepted", "worked out", "only without", "each other", "times"],
)  # fmt: skip
def test_what_adds_up_by_right_is_silent(more: str) -> None:
    assert not found(RENT + more)


@pytest.mark.parametrize(
    "text", [RENT + PENALTY + DAMAGES, RENT + FEE + FEE.replace("1.3", "1.5").replace("late_fee", "other")]
)
def test_each_mend_settles_it(text: str) -> None:
    ((key, finding),) = found(text).items()
    written = with_mends(text, finding)
    assert len(written) == 2
    for each in written:
        assert key not in found(each)
