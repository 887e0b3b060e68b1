"""Supplements: they see what they amend, change its clauses, and resolve what they say against both."""

import re
from pathlib import Path

import pytest

from contractlang.contract import Change, Contract
from contractlang.expression import AmountOf, ByClause, ByDocument, ByLabel, Overdue, StateValue
from contractlang.load import Loaded, load
from contractlang.render import render

ROOT = Path(__file__).parents[2]

AGREEMENT = """\
| agreement hosting 托管
| party provider 甲方, user 乙方
| state service 服务: on 开 | off 关
| state tariff 资费, in law: money
| event invoice 账单 (amount 数额: money, due 到期: day)
| act pay 付款 (amount 数额: money, bill 所付: invoice) by user, accumulates amount for each bill
| act stop 停机 by provider, needs basis, sets service to off
| gap due_day 到期日号: day

五、费用
2.乙方付费。
| amount fee 费用: for each invoice as bill, is bill.amount
| pay_fee: for each invoice as bill, user must pay fee(bill) for bill by due_day
3.甲方可以停机。
| suspension: while pay_fee is overdue, provider may stop
"""
FIRST = """\
| supplement hosting-1 to hosting
| valid from 2026-03-01
"""


def loaded(tmp_path: Path, **texts: str) -> Loaded:
    (tmp_path / "hosting.contract").write_text(AGREEMENT, "utf-8")
    for name, text in texts.items():
        (tmp_path / f"{name.replace('_', '-')}.contract").write_text(text, "utf-8")
    last = list(texts)[-1]
    return load([tmp_path / f"{last.replace('_', '-')}.contract"])


def supplement(tmp_path: Path, text: str, head: str = FIRST) -> Contract:
    found = loaded(tmp_path, hosting_1=head + text)
    assert not found.errors, render(found.errors, found.sources, "en")
    return found.contracts["hosting-1"]


def mistakes(tmp_path: Path, text: str, head: str = FIRST) -> list[str]:
    found = loaded(tmp_path, hosting_1=head + text)
    return [f"{each.message.en} / {each.help.en if each.help else ''}" for each in found.errors]


def test_a_supplement_says_what_can_be_said_in_what_it_amends(tmp_path: Path) -> None:
    made = supplement(
        tmp_path,
        "1.1 甲方可以停机。\n| 若 pay_fee 逾期 超过 30日，甲方 可以 停机\n"
        "| amount late 违约金: for each invoice as bill, is fee(bill) * 3‰\n"
        "| suspension prevails over 五.2\n| 1.1 lapses after 1 year from stop\n",
    )
    (norm,) = made.norms
    assert isinstance(norm.when, Overdue)
    assert norm.when.target == ByLabel("pay_fee")
    assert isinstance(made.amounts[0].value.left, AmountOf)  # type: ignore[union-attr]
    assert (made.priorities[0].by, made.priorities[0].over) == (ByLabel("suspension"), ByClause("五.2"))
    assert made.amends == "hosting"
    assert norm.standing.rank == "agreed"
    assert str(norm.standing.valid_from) == "2026-03-01"


def test_the_states_in_law_of_a_supplement_are_the_agreement_s(tmp_path: Path) -> None:
    made = supplement(
        tmp_path, "1.1 x\n| when tariff > 3.00 CNY and agreement is in_force, provider may stop\n"
    )
    states = [each.left for each in made.norms[0].when.parts]  # type: ignore[union-attr]
    assert all(isinstance(each, StateValue) and each.document == "hosting" for each in states)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        ("replaces 五.3", "replaces"),
        ("replaces 5.3", "replaces"),
        ("取代 五.3", "replaces"),
        ("废止 五.3", "repeals"),
    ],
)
def test_a_supplement_changes_clauses(tmp_path: Path, written: str, how: str) -> None:
    made = supplement(tmp_path, f"1.1 Another clause.\n| {written}\n")
    (change,) = made.changes
    assert change == Change(how=how, target="五.3", clause="1.1", span=change.span)  # type: ignore[arg-type]
    assert made.clauses[0].accounted


@pytest.mark.parametrize("written", ["applies to what arose before", "适用于 此前 产生的 事项"])
def test_a_supplement_may_judge_what_arose_before(tmp_path: Path, written: str) -> None:
    assert not supplement(tmp_path, "1.1 x\n").retroactive
    assert supplement(tmp_path, f"| {written}\n").retroactive


def test_what_a_supplement_changes_is_part_of_its_meaning(tmp_path: Path) -> None:
    texts = ["1.1 x\n", "1.1 x\n| repeals 五.3\n", "1.1 x\n| replaces 五.3\n", "1.1 x\n| repeals 五.2\n"]
    assert len({supplement(tmp_path, text).meaning_hash for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "written",
    ["fills due_day with invoice.due", "以 账单.到期 填补 到期日号", "define due_day is invoice.due"],
)
def test_a_supplement_fills_a_gap(tmp_path: Path, written: str) -> None:
    (fill,) = supplement(tmp_path, f"1.1 x\n| {written}\n").fills
    assert fill.blank == "due_day"


def test_a_supplement_may_amend_a_supplement(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        hosting_1=FIRST + "1.1 x\n| halt: provider may stop\n",
        hosting_2="| supplement hosting-2 to hosting-1\n1.1 y\n| repeals 1.1\n1.2 z\n| repeals 五.3\n"
        "1.3 w\n| halt prevails over pay_fee\n| when pay_fee is overdue, provider may stop\n",
    )
    assert not found.errors, render(found.errors, found.sources, "en")
    made = found.contracts["hosting-2"]
    assert [each.target for each in made.changes] == ["1.1", "五.3"]


def test_a_supplement_is_called_by_the_name_of_what_it_amends(tmp_path: Path) -> None:
    made = supplement(tmp_path, "1.1 x\n| prevails over 托管\n", "| supplement hosting-1 to 托管\n")
    assert made.amends == "hosting"
    assert made.priorities[0].over == ByDocument("hosting")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.1 x\n| replaces 五.4\n", "no clause of hosting is called `五.4` / did you mean `五.3`?"),
        (
            "1.1 x\n| repeals 9.9\n",
            "no clause of hosting is called `9.9` / write one of `五`, `五.2`, `五.3`",
        ),
        (
            "1.1 x\n| replaces 五.3\n1.2 y\n| repeals 5.3\n",
            "clause 五.3 is changed twice / remove one of the two",
        ),
        ("1.1 x\n| prevails over pay_fees\n", "no norm is called `pay_fees` / did you mean `pay_fee`?"),
        ("1.1 x\n| prevails over 五.8\n", "no clause is called `五.8` / did you mean `五.3`?"),
        (
            "1.1 x\n| when pay_fees is overdue, provider may stop\n",
            "no norm is called `pay_fees` / did you mean `pay_fee`?",
        ),
        (
            "1.1 x\n| fills due_days with invoice.due\n",
            "no blank is called `due_days` / did you mean `due_day`?",
        ),
    ],
)
def test_what_neither_document_has_is_reported(tmp_path: Path, text: str, said: str) -> None:
    assert mistakes(tmp_path, text) == [said]


def test_a_supplement_to_an_unknown_document(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "", "| supplement hosting-1 to hostings\n") == [
        "no document is called `hostings` / did you mean `hosting`?"
    ]


def test_an_agreement_without_numbers_has_no_clause_to_change(tmp_path: Path) -> None:
    (tmp_path / "loan.contract").write_text("| agreement loan\n| party lender\n", "utf-8")
    (tmp_path / "loan-1.contract").write_text("| supplement loan-1 to loan\n1.1 x\n| repeals 1\n", "utf-8")
    assert [each.message.en for each in load([tmp_path]).errors] == ["no clause of loan is called `1`"]


def test_a_changed_clause_is_shown_twice(tmp_path: Path) -> None:
    found = loaded(tmp_path, hosting_1=FIRST + "1.1 x\n| replaces 五.3\n1.2 y\n| repeals 5.3\n")
    assert len(found.errors[0].labels) == 1


def test_the_examples_in_the_reference_mean_the_same_in_both_languages(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "language.md").read_text("utf-8")

    def blocks(kind: str) -> list[str]:
        return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.M | re.S)

    (tmp_path / "hosting.contract").write_text("\n".join(blocks("contract")), "utf-8")
    meanings = set()
    for text in blocks("supplement"):
        (tmp_path / "hosting-2.contract").write_text(text, "utf-8")
        found = load([tmp_path / "hosting-2.contract"], [ROOT / "contracts" / "vocabulary"])
        assert not found.errors, render(found.errors, found.sources, "en")
        meanings.add(found.contracts["hosting-2"].meaning_hash)
    assert len(meanings) == 1
