"""Two lines of one sum that fit one case, a case that none fits, and a case of an act of which nothing is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contractlang.load import load_text
from contractlang.source import Source
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.analysis.mending import mends
from engine.analysis.witness import History
from engine.governing import Programs
from engine.program import Program

CASES = Path(__file__).parents[1] / "cases" / "elsewhere" / "overlaps-and-gaps.md"
NEW = ("conflict/two sums", "gap/case without sum", "gap/case without rule")

SHOP = """| agreement shop
| party seller, buyer
| event order (price: money, express: flag)
| act pay (amount: money, order: order) by buyer, accumulates amount for each order

1.1 Up to 100.00 delivery costs 5.00.
| amount delivery: for each order as it, is 5.00 CNY where it.price <= 100.00 CNY
1.2 From 100.00 up to 500.00 it costs 3.00.
| amount delivery: for each order as one, is 3.00 CNY where one.price >= 100.00 CNY and one.price <= 500.00 CNY
1.3 Delivery is paid within ten days.
| delivery_due: for each order as it, buyer must pay delivery(it) for it within 10 days
"""
CHINESE = """| 协议 商店 shop
| 当事人 卖方 seller，买方 buyer
| 事件 下单 order (价款 price：金额)
| 行为 支付 pay (数额 amount：金额，订单 order_paid：下单) 由 买方，累计 数额 按每 订单

1.1 一百元以下的，运费五元。
| 金额 运费 delivery：就 每次 下单 作为 订单，为 5.00元 限于 订单.价款 <= 100.00元
1.2 一百元以上的，运费三元。
| 金额 运费 delivery：就 每次 下单 作为 该单，为 3.00元 限于 该单.价款 >= 100.00元 且 该单.价款 <= 500.00元
1.3 运费十日内支付。
| 付运费：就 每次 下单 作为 订单，买方 应 就 订单 支付 运费(订单)，限 10日 内
"""


def programs_of(text: str) -> tuple[Programs, str]:
    """Return the documents of a text, and what its agreement is called."""
    loaded = load_text(text, "shop.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return Programs(loaded.contracts), loaded.asked[0]


def found(text: str) -> dict[str, Finding]:
    """Return the new kinds of finding on a text, each with a history that the engine confirms, by their keys."""
    programs, name = programs_of(text)
    told = analyse(programs, (name,), only=frozenset(("conflict", "gap", "competing")))
    held = {each.key: each for each in told if each.kind == "unknown" or each.key.startswith(NEW)}
    program = programs.of((name,), ("contract",))
    for each in held.values():
        assert each.kind != "unknown", each.sentence.en
        assert confirmed(each, program), each.key
    return held


def confirmed(finding: Finding, program: Program) -> bool:
    """Tell whether the engine says of the history what the finding says that it says."""
    shown = finding.witness
    assert shown is not None
    history = History(
        tuple(map(dict, shown.entries)), dict(shown.settings), dict(shown.readings), dict(shown.answers),
        dict(shown.asked),
    )  # fmt: skip
    decision = history.ask(program, ("contract",))
    said = str(decision.value) if decision.answer == "value" else decision.answer
    return {"contract": said} == dict(shown.verdicts)


def with_mends(text: str, finding: Finding) -> list[str]:
    """Return the text with each mend of a finding that is written in it."""
    loaded = load_text(text, "shop.contract")
    source = Source("shop.contract", text)
    ways = mends(finding, loaded.contracts, {source.path: source})
    return [each[0].applied(text) for each in ways if each]


@pytest.mark.parametrize("text", [SHOP, CHINESE], ids=["en", "zh"])
def test_two_lines_that_fit_one_case_differ(text: str) -> None:
    held = found(text)
    (overlap,) = (each for key, each in held.items() if key.startswith("conflict/two sums"))
    assert [each.clause for each in overlap.clauses] == ["1.1", "1.2"]
    assert overlap.witness is not None
    (order,) = overlap.witness.entries
    assert "100.00 CNY" in order.values()
    assert overlap.witness.verdicts == {"contract": "500"}
    assert "5.00 CNY, the second 3.00 CNY" in overlap.sentence.en
    assert "前者为5.00元，后者为3.00元" in overlap.sentence.zh


@pytest.mark.parametrize("text", [SHOP, CHINESE], ids=["en", "zh"])
def test_a_case_that_no_line_fits_is_a_gap(text: str) -> None:
    (gap,) = (each for key, each in found(text).items() if key.startswith("gap/case without sum"))
    assert gap.witness is not None
    assert gap.witness.verdicts == {"contract": "0"}


@pytest.mark.parametrize("text", [SHOP, CHINESE], ids=["en", "zh"])
def test_each_mend_can_be_read_and_settles_it(text: str) -> None:
    for key, finding in found(text).items():
        written = with_mends(text, finding)
        assert len(written) == (2 if key.startswith("conflict") else 1)
        for each in written:
            assert key not in found(each)


@pytest.mark.parametrize(
    "lines",
    [
        # A last line without a condition is what holds otherwise.
        ["5.00 CNY where it.express", "3.00 CNY"],
        # Cases that leave nothing out, and do not meet.
        ["5.00 CNY where it.express", "3.00 CNY where not it.express"],
        ["5.00 CNY where it.price < 100.00 CNY", "3.00 CNY where it.price >= 100.00 CNY"],
        # Where two lines say the same, nothing hangs on which is taken.
        ["5.00 CNY where it.price <= 100.00 CNY", "5.00 CNY where it.price >= 100.00 CNY"],
    ],
)
def test_lines_that_agree_are_silent(lines: list[str]) -> None:
    told = "".join(f"| amount delivery: for each order as it, is {each}\n" for each in lines)
    text = re.sub(r"1\.1 .*(?=1\.3)", f"1.1 Delivery.\n{told}", SHOP, flags=re.S)
    assert not found(text)


def test_what_is_only_taken_off_another_sum_is_nothing_where_nothing_is_said() -> None:
    text = SHOP.replace("buyer must pay delivery(it)", "buyer must pay price(it)").replace(
        "1.3 ", "1.3 The price.\n| amount price: for each order as it, is it.price - delivery(it)\n1.4 "
    )
    assert [key.split(":")[0] for key in found(text)] == ["conflict/two sums"]


def test_a_sum_told_in_one_case_only_is_no_gap_unless_it_is_owed() -> None:
    alone = "1.1 A discount.\n| amount discount: for each order as it, is 5.00 CNY where it.express\n"
    text = SHOP[: SHOP.index("1.1")] + alone
    assert not found(text)
    owed = "1.2 It is paid.\n| for each order as it, buyer must pay discount(it) for it within 10 days\n"
    assert [key.split(":")[0] for key in found(text + owed)] == ["gap/case without sum"]


def test_a_sum_upon_a_breach_overlaps_too() -> None:
    text = (
        SHOP
        + """1.4 Late fees.
| amount late: for each breach of delivery_due as debt, is 10.00 CNY where debt.at < now
| amount late: for each breach of delivery_due as debt, is 20.00 CNY where 10 days after debt.day <= now
"""
    )
    overlaps = [each for key, each in found(text).items() if key == "conflict/two sums:shop/1.4+shop/1.4"]
    (overlap,) = overlaps
    assert "two lines of 1.4" in overlap.sentence.en
    assert "1.4的两行" in overlap.sentence.zh


def test_what_catalas_proofs_call_an_overlap_or_a_gap_is_found() -> None:
    """T16, as the literate cases have it; days are told for themselves: those of 2010 lie outside the search."""
    page = CASES.read_text("utf-8")
    pairs, bonus = re.findall(r"^```contract\n(.*?)^```", page, re.M | re.S)[:2]
    held = found(pairs.replace("2010-01-01", "2026-06-01"))
    gaps = {each.detail["act"] for key, each in held.items() if key.startswith("gap")}
    assert gaps == {f"enter_{each}" for each in "bdfhjkm"}
    programs, name = programs_of(pairs.replace("2010-01-01", "2026-06-01"))
    clashes = [each for each in analyse(programs, (name,)) if each.kind == "conflict"]
    acts = {each.witness.asked["act"] for each in clashes if each.witness is not None}
    assert acts == {f"enter_{each}" for each in "acegil"}
    told = [key for key in found(bonus) if key.startswith("gap")]
    assert told == ["gap/case without rule:bonus/1", "gap/case without rule:bonus/2"]
    (three,) = [each for key, each in found(bonus).items() if key.endswith("bonus/2")]
    assert three.witness is not None
    assert three.witness.settings == {"person.supervises": 3}


def test_an_act_that_needs_a_basis_or_is_spoken_of_in_every_case_leaves_no_gap() -> None:
    club = """| agreement club
| party guest
| act enter (age: count) by guest

1 Grown-ups may enter.
| guest may enter where age >= 18
"""
    (gap,) = found(club).values()
    for each in with_mends(club, gap):
        assert not found(each)
    assert not found(club + "2 Children may not.\n| guest must not enter where age < 18\n")


def test_from_which_state_an_act_leads_elsewhere_is_no_case_of_it() -> None:
    door = """| agreement door
| party host
| state door: closed | open
| act unlock by host, sets door to open

1 The host may open what is closed.
| while door is closed, host may unlock
"""
    assert not found(door)


def test_who_owes_nothing_has_paid() -> None:
    """A duty to pay what comes to nothing is done at once: it is never late, and what hangs on that never comes."""
    text = (
        SHOP.replace("is 5.00 CNY", "is 0.00 CNY").replace("is 3.00 CNY", "is 0.00 CNY")
        + """1.4 Who is late is refused.
| act refuse by seller, needs basis
| while delivery_due is overdue, seller may refuse
"""
    )
    programs, name = programs_of(text)
    dead = [each.key for each in analyse(programs, (name,), only=frozenset(["dead"]))]
    assert dead == ["dead:shop/1.3:delivery_due", "dead:shop/1.4"]
    programs, name = programs_of(text.replace("is 0.00 CNY where it.price", "is 1.00 CNY where it.price"))
    assert not list(analyse(programs, (name,), only=frozenset(["dead"])))
