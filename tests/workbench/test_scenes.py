"""Scenarios while they are built: what is shown is what the engine decides, and what is saved is a case that holds."""

from __future__ import annotations

from typing import Any

import pytest

from engine.cases import cases_in, run_case
from engine.workbench import scenes
from engine.workbench.folder import BadFile
from engine.workbench.opened import Opened, Shelf
from tests.browser.conftest import LINE
from tests.workbench.serving import CONTRACTS

UNPAID = {"ledger": ["2026-03-02 09:00 bill amount=100.00 due=2026-03-10"], "settings": []}


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(CONTRACTS)


@pytest.fixture(scope="module")
def line(shelf: Shelf) -> Opened:
    return shelf.open("line.contract", LINE)


@pytest.fixture(scope="module")
def agreement(shelf: Shelf) -> Opened:
    path = CONTRACTS / "voip-1" / "voip-1.contract"
    return shelf.open(str(path), path.read_text("utf-8"))


def answers(opened: Opened, day: str, **given: Any) -> dict[str, str]:
    return {
        each["act"]["en"]: each["answer"]
        for each in scenes.scene(opened, {**UNPAID, **given, "day": day})["asks"]
    }


def test_the_power_arises_the_day_after_the_last(line: Opened) -> None:
    assert answers(line, "2026-03-10")["suspend"] == "forbidden"
    assert answers(line, "2026-03-11")["suspend"] == "permitted"
    paid = [*UNPAID["ledger"], "2026-03-12 09:00 customer pay amount=100.00 bill=e1"]
    assert answers(line, "2026-03-12", ledger=paid)["suspend"] == "forbidden"


def test_where_an_account_stands_is_told_in_both_languages(line: Opened) -> None:
    told = scenes.scene(line, {**UNPAID, "day": "2026-03-11"})
    assert told["breaches"] == [{"from": "2026-03-11", "to": None}]
    assert [each["name"]["en"] for each in told["standing"]] == ["states", "owed", "breaches", "open powers"]
    assert "乙方" in told["standing"][2]["rows"][0]["zh"]
    assert any(each["bad"] for entry in told["history"] for each in entry["happenings"])


def test_an_answer_says_why_and_what_would_cure_it(line: Opened) -> None:
    told = scenes.asked(line, {**UNPAID, "question": "2026-03-11 provider may suspend"})
    assert told["answer"] == "permitted"
    assert told["expect"] == "2026-03-11 provider may suspend: permitted"
    assert told["cure"][0]["en"] == "customer pays 100.00 CNY for e1"
    assert any("line.contract:" in each["text"] for each in told["lines"]["en"])


def test_an_open_question_is_answered_by_an_entry_with_its_evidence(agreement: Opened) -> None:
    """What the ask panel writes when a human answers is read, and the question is no longer open."""
    asked = {"question": "2026-09-13 甲方 可否 取消功能", "settings": ["有效期 = 2年"]}
    ledger = [
        "2026-03-02 10:00 甲方 签署", "2026-03-02 10:05 乙方 签署", "2026-03-02 12:00 甲方 开通服务",
        "2026-09-01 09:00 出账 账期=2026-08 金额=100.00 到期日=2026-09-10",
    ]  # fmt: skip
    words = scenes.words(agreement)
    told: dict[str, Any] = {}
    for _ in range(6):
        told = scenes.asked(agreement, {**asked, "ledger": ledger})
        missing = [each for each in told["missing"] if each["kind"] == "question"]
        if not missing:
            break
        about = next(each for each in words["questions"] if each["name"] == missing[0]["name"])
        value = about["options"][0]["name"] if about["options"] else "否"
        of = f" about={missing[0]['about']}" if missing[0]["about"] else ""
        ledger.append(
            f'2026-09-12 09:00 answer question={about["outside"]} value={value}{of} evidence="letter of 9-12"'
        )
    assert len(ledger) > 4
    assert not [each for each in told["missing"] if each["kind"] == "question"]


def test_what_is_saved_is_a_case_that_holds(line: Opened) -> None:
    ask = next(
        each
        for each in scenes.scene(line, {**UNPAID, "day": "2026-03-11"})["asks"]
        if each["answer"] == "permitted"
    )
    text = scenes.case(line, {**UNPAID, "title": "  A late\nbill ", "expect": [ask["expect"]]})
    (case,) = cases_in("scenarios.md", text)
    assert case.title == "A late bill"
    assert all(each.passed for each in run_case(case, line.program))


@pytest.mark.parametrize(
    "expected", ["2026-03-10 provider may suspend: permitted", "nonsense", "2026-03-11 nobody may x: yes"]
)
def test_a_case_that_does_not_hold_is_not_saved(line: Opened, expected: str) -> None:
    with pytest.raises(BadFile):
        scenes.case(line, {**UNPAID, "title": "x", "expect": [expected]})


def test_every_answer_shown_can_be_expected(agreement: Opened) -> None:
    """Of every scenario of agreement 1: each line that the builder offers to pin holds when it is run."""
    path = CONTRACTS / "voip-1" / "scenarios.md"
    for each in scenes.cases(str(path), path.read_text("utf-8")):
        told = scenes.scene(agreement, {**each, "day": "2026-09-15"})
        expects = [one["expect"] for one in told["asks"]]
        assert scenes.case(agreement, {**each, "expect": expects}).count("\n2026-09-15 ") == len(expects) > 10


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"settings": ["nope = 1"]}, "settings 0"), ({"ledger": ["2026-01-01 provider fly"]}, "ledger 0"),
        ({"ledger": [*UNPAID["ledger"], "yesterday"]}, "ledger 1"), ({"ledger": "x"}, "ledger"),
        ({"ledger": ["a\nb"]}, "ledger"), ({"day": "soon"}, "day"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(line: Opened, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadFile) as wrong:
        scenes.scene(line, {**UNPAID, "day": "2026-03-11", **given})
    assert wrong.value.field == field


def test_a_contract_with_errors_is_refused_with_its_line(shelf: Shelf) -> None:
    with pytest.raises(BadFile, match=r"^line\.contract:9: "):
        shelf.open("line.contract", LINE.replace("it.due", "it.dew", 1))


def test_law_governs_where_its_layer_is_asked_for(shelf: Shelf) -> None:
    path = CONTRACTS / "voip-1" / "voip-1.contract"
    opened = shelf.open(str(path), path.read_text("utf-8"), ["contract", "sector"])
    assert {each.kind for each in opened.program.contracts} >= {"agreement", "law"}
    with pytest.raises(BadFile, match="这里没有`moon`层的法律"):
        shelf.open(str(path), path.read_text("utf-8"), ["moon"])
