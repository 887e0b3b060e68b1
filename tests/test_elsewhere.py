"""Rules and outcomes from elsewhere, retold in our language: what others got, this engine gets too.

The cases are literate, in `tests/cases/elsewhere`. Beside what any literate case may have, one may name its own rest
days in a `calendar` block, and bring a `vocabulary`, a `law` and a `supplement` beside its `contract`. What no literate
case can say yet stands here: days counted backwards, and a ledger that is refused.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import engine.cases
from contractlang.contract import Contract
from contractlang.load import load, load_text
from engine.account import Account
from engine.cases import DOCUMENTS, Case, cases_in, ledger_of, question_of, run_case, terms_of
from engine.compile import compile_program
from engine.dates import add_period
from engine.errors import BadEvent
from engine.question import InBreachOf, May, StateOf
from engine.working_days import Calendar, CalendarYear, RestDays
from tests.reference.interpret import interpret

ROOT = Path(__file__).parents[1]
VOCABULARY = ROOT / "contracts" / "vocabulary"
CASES = [
    case
    for path in sorted((ROOT / "tests" / "cases" / "elsewhere").glob("*.md"))
    for case in cases_in(str(path), path.read_text("utf-8"))
]
BEYOND_REFERENCE = ("days-of-validity",)
"""Files that ask for what the reference does not know yet: days of validity of one clause."""


@pytest.mark.parametrize("case", CASES, ids=[f"{Path(case.path).stem}: {case.title}" for case in CASES])
def test_a_case_from_elsewhere(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "calendar" in case.blocks:
        calendar = resting_on(case.blocks["calendar"][1])
        monkeypatch.setattr(
            engine.cases, "terms_of", lambda *said: replace(terms_of(*said), calendar=calendar)
        )
    program = compile_program(documents(case, tmp_path))
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if "calendar" not in case.blocks and Path(case.path).stem not in BEYOND_REFERENCE
    ],
    ids=lambda case: f"{Path(case.path).stem}: {case.title}",
)
def test_the_reference_says_the_same(case: Case, tmp_path: Path) -> None:
    contracts = tuple(documents(case, tmp_path))
    program = compile_program(contracts)
    terms = terms_of(program, case.blocks.get("settings", (0, []))[1])
    ledger = ledger_of(program, case.blocks.get("ledger", (0, []))[1])
    account = Account(program, terms, ledger)
    for line in case.blocks["expect"][1]:
        question, known_at = question_of(program, line.partition(": ")[0])
        if isinstance(question, May | InBreachOf | StateOf):
            told = interpret(contracts, terms, ledger, question, known_at)
            decision = account.decide(question, known_at)
            assert (decision.answer, decision.required) == (told.answer, told.required), line


def documents(case: Case, folder: Path) -> list[Contract]:
    """Return the documents of a case, read and checked."""
    loaded = load(list(written(case, folder)), [folder, VOCABULARY])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return [loaded.contracts[name] for name in loaded.asked]


def written(case: Case, folder: Path) -> list[Path]:
    """Write the documents of a case as files, each under its own name; the vocabulary is found by those that use it."""
    paths = []
    for kind in DOCUMENTS:
        if kind in case.blocks:
            text = "\n".join(case.blocks[kind][1])
            name = re.search(r"(?:agreement|law|supplement|vocabulary|协议|法律|补充|词汇)\s+([\w-]+)", text)
            assert name is not None
            path = folder / f"{name[1]}{'-again' if kind == 'version' else ''}.contract"
            path.write_text(text, "utf-8")
            if kind != "vocabulary":
                paths.append(path)
    return paths


def resting_on(lines: list[str]) -> Calendar:
    """Return the calendar of a `calendar` block: weekends and the days it names, and no holidays but these."""
    days = [date.fromisoformat(line.strip()) for line in lines if line.strip()]
    years = range(min(days).year - 2, max(days).year + 4)
    return Calendar(
        CalendarYear(
            year,
            published=True,
            statutory_days=frozenset(),
            rest_days=frozenset(day for day in days if day.year == year),
        )
        for year in years
    )


NEW_YORK = resting_on(["2018-01-02", "2018-01-31", "2018-02-01"])
"""The calendar of the tests of Daml Finance."""


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2018, 1, 1), 1, date(2018, 1, 3)),
        (date(2018, 1, 3), -1, date(2018, 1, 1)),
        (date(2018, 1, 1), 5, date(2018, 1, 9)),
        (date(2018, 2, 5), -5, date(2018, 1, 25)),
        (date(2018, 1, 1), 0, date(2018, 1, 1)),
        (date(2018, 3, 31), 0, date(2018, 4, 2)),
    ],
)
def test_business_days_run_both_ways(start: date, count: int, expected: date) -> None:
    assert NEW_YORK.add_business_days(start, count, RestDays.WEEKEND_AND_SHIFTED).day == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2018, 10, 31), 1, date(2018, 11, 30)),
        (date(2018, 11, 30), -1, date(2018, 10, 30)),
        (date(2018, 1, 30), -1, date(2017, 12, 30)),
        # Catala has 1 May when it rounds up and 30 April when it rounds down, as 民法典 202 does.
        (date(2018, 5, 31), -1, date(2018, 4, 30)),
        (date(2000, 2, 29), 12 * 18, date(2018, 2, 28)),
    ],
)
def test_months_run_both_ways(start: date, months: int, expected: date) -> None:
    assert add_period(start, months, "months") == expected


def test_a_charge_below_nought_is_refused() -> None:
    """The service level clause of the Accord Project rejects such a request."""
    loaded = load_text("| agreement service\n| event month_billed (charge: money USD)", "service.contract")
    program = compile_program([loaded.contracts[name] for name in loaded.asked])
    with pytest.raises(BadEvent, match="negative"):
        ledger_of(program, ["2026-05-02 09:00 month_billed charge=-10.00"])
