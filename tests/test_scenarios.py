"""Every literate case and every scenario of the contract layer gives what is expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from contractlang.load import Loaded, load_text
from engine.cases import Case, cases_in, run_case
from engine.compile import compile_program
from engine.governing import Programs
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
    for path in sorted((ROOT / "tests" / "cases" / "norms").glob("*.md"))
    for case in cases_in(str(path), path.read_text("utf-8"))
]


@pytest.mark.parametrize(("name", "case"), LITERATE, ids=[f"{name}: {case.title}" for name, case in LITERATE])
def test_a_scenario_of_the_contracts(name: str, case: Case, loaded: Loaded) -> None:
    program = compile_program([loaded.contracts[name]])
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong


@pytest.mark.parametrize("case", OWN, ids=[case.title for case in OWN])
def test_a_literate_case(case: Case) -> None:
    text = "\n".join(case.blocks["contract"][1])
    loaded = load_text(text, "case.contract", [CONTRACTS / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    program = compile_program([loaded.contracts[name] for name in loaded.asked])
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong


@pytest.mark.parametrize(
    "scenario", yaml.safe_load(SCENARIOS.read_text("utf-8"))["scenarios"], ids=lambda scenario: scenario["id"]
)
def test_the_contract_layer_of_a_scenario(scenario: dict, programs: Programs) -> None:
    mapping = Words.read(CONTRACTS / "scenarios" / "mapping.yaml")
    outcomes = list(run_scenario(scenario, programs, mapping, ("contract",)))
    assert {each.status for each in outcomes} <= {PASSED, NOT_APPLICABLE}, [
        o for o in outcomes if o.status == FAILED
    ]


def test_the_copy_of_the_scenarios_is_the_one_given(vectors: Path) -> None:
    assert SCENARIOS.read_bytes() == (vectors / "scenarios.yaml").read_bytes()


def test_a_kind_of_query_that_is_not_supported_fails(programs: Programs) -> None:
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
