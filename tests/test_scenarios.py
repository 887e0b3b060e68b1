"""Every literate case and every scenario of the contract layer gives what is expected of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

import engine.cases
from contractlang.load import Loaded, load_text
from engine.cases import Case, cases_in, run_case, terms_of
from engine.compile import compile_program
from engine.dates import Calendar, CalendarYear
from engine.program import Program
from engine.scenarios import FAILED, NOT_APPLICABLE, PASSED, Words, run_scenario

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / "contracts"
SCENARIOS = CONTRACTS / "scenarios" / "scenarios.yaml"
LITERATE = [
    (folder.name, case)
    for folder in sorted(CONTRACTS.iterdir())
    if (folder / "scenarios.md").is_file()
    for case in cases_in(str(folder / "scenarios.md"), (folder / "scenarios.md").read_text("utf-8"))
]
OWN = [
    case
    for kind in ("norms", "elsewhere")
    for path in sorted((ROOT / "tests" / "cases" / kind).glob("*.md"))
    for case in cases_in(str(path), path.read_text("utf-8"))
]


@pytest.mark.parametrize(("name", "case"), LITERATE, ids=[f"{name}: {case.title}" for name, case in LITERATE])
def test_a_scenario_of_the_contracts(name: str, case: Case, loaded: Loaded) -> None:
    program = compile_program([loaded.contracts[name]])
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong


@pytest.mark.parametrize("case", OWN, ids=[case.title for case in OWN])
def test_a_literate_case(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    if "calendar" in case.blocks:
        calendar = resting_on(case.blocks["calendar"][1])
        monkeypatch.setattr(
            engine.cases, "terms_of", lambda *said: replace(terms_of(*said), calendar=calendar)
        )
    text = "\n".join(case.blocks["contract"][1])
    loaded = load_text(text, "case.contract", [CONTRACTS / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    program = compile_program([loaded.contracts[name] for name in loaded.asked])
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong


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


@pytest.fixture(scope="module")
def programs(voip_1: Program, voip_2: Program, both: Program) -> dict[tuple[str, ...], Program]:
    return {("voip-1",): voip_1, ("voip-2",): voip_2, ("voip-1", "voip-2"): both}


@pytest.mark.parametrize(
    "scenario", yaml.safe_load(SCENARIOS.read_text("utf-8"))["scenarios"], ids=lambda scenario: scenario["id"]
)
def test_the_contract_layer_of_a_scenario(scenario: dict, programs: dict[tuple[str, ...], Program]) -> None:
    mapping = Words.read(CONTRACTS / "scenarios" / "mapping.yaml")
    outcomes = list(run_scenario(scenario, programs, mapping, ("contract",)))
    assert {each.status for each in outcomes} <= {PASSED, NOT_APPLICABLE}, [
        o for o in outcomes if o.status == FAILED
    ]


def test_the_copy_of_the_scenarios_is_the_one_given(vectors: Path) -> None:
    assert SCENARIOS.read_bytes() == (vectors / "scenarios.yaml").read_bytes()


def test_a_kind_of_query_that_is_not_supported_fails(programs: dict[tuple[str, ...], Program]) -> None:
    mapping = Words.read(CONTRACTS / "scenarios" / "mapping.yaml")
    query = {
        "id": "q",
        "at": "2026-01-01T00:00",
        "layers": ["contract"],
        "ask": {"kind": "weather"},
        "expect": {"answer": "fine"},
    }
    (outcome,) = run_scenario({"id": "S", "agreement": "A1", "queries": [query]}, programs, mapping, None)
    assert outcome.status == FAILED
    assert "weather" in outcome.got
