"""Every literate case and every scenario of the contract layer gives what is expected of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from contractlang.load import load, load_text
from engine.account import Account
from engine.cases import Case, cases_in, run_case
from engine.compile import compile_program
from engine.dates import parse_instant
from engine.event import Ledger
from engine.governing import Programs
from engine.question import May
from engine.scenarios import FAILED, NOT_APPLICABLE, PASSED, run_file, run_scenario
from engine.settings import terms_from
from engine.written_events import event_from
from tests.scenario_files import HISTORIES, SCENARIOS, WORDS, listed

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / "contracts"
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
def test_a_scenario_of_the_contracts(name: str, case: Case) -> None:
    loaded = load([CONTRACTS / name], [CONTRACTS / "vocabulary"])
    program = compile_program([loaded.contracts[each] for each in loaded.asked])
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


@pytest.mark.parametrize("scenario", listed(SCENARIOS), ids=lambda scenario: scenario["id"])
def test_the_contract_layer_of_a_scenario(scenario: dict, programs: Programs) -> None:
    outcomes = list(run_scenario(scenario, programs, WORDS, ("contract",)))
    assert {each.status for each in outcomes} <= {PASSED, NOT_APPLICABLE}, [
        o for o in outcomes if o.status == FAILED
    ]


@pytest.mark.parametrize("scenario", listed(HISTORIES), ids=lambda scenario: scenario["id"])
def test_a_history_written_by_somebody_else(scenario: dict, programs: Programs) -> None:
    """Under all the layers that its questions name."""
    outcomes = list(run_scenario(scenario, programs, WORDS, None))
    assert outcomes
    assert not [each for each in outcomes if each.status != PASSED]


def test_the_copy_of_the_scenarios_is_the_one_given(vectors: Path) -> None:
    assert SCENARIOS.read_bytes() == (vectors / "scenarios.yaml").read_bytes()


def test_a_kind_of_query_that_is_not_supported_fails(programs: Programs) -> None:
    query = {
        "id": "q",
        "at": "2026-01-01T00:00",
        "layers": ["contract"],
        "ask": {"kind": "weather"},
        "expect": {"answer": "fine"},
    }
    (outcome,) = run_scenario({"id": "S", "agreement": "A1", "queries": [query]}, programs, WORDS, None)
    assert outcome.status == FAILED
    assert "weather" in outcome.got


def test_what_an_earlier_version_of_a_law_said_is_not_known(programs: Programs) -> None:
    """电信条例 is held as revised on 2016-02-06: before that day what hangs on it is undetermined, not guessed."""
    program = programs.of(("voip-1",), ("contract", "sector"))
    events = [
        {"id": "e1", "name": "sign", "at": "2015-03-02T10:00", "by": "provider"},
        {"id": "e2", "name": "sign", "at": "2015-03-02T10:05", "by": "user"},
        {
            "id": "e3",
            "name": "invoice_issued",
            "at": "2015-04-01T09:00",
            "period": "2015-03",
            "amount": "58.00",
            "due": "2015-04-10",
        },
    ]
    terms = terms_from(
        program, {"P-TERM": "2 years"}, ("contract", "sector"), {"RS-term-roll": "no_roll"}, {}
    )
    account = Account(program, terms, Ledger(tuple(event_from(program, each, "") for each in events)))
    decision = account.decide(May("provider", "suspend_service", parse_instant("2015-04-13T09:00")))
    assert decision.answer == "undetermined"
    assert ("law", "telecom_regulations@2016") in {(item.kind, item.name) for item in decision.missing}


def test_a_demand_that_comes_too_late_does_not_restart_the_limitation(programs: Programs) -> None:
    """民法典 188, 195: the three years of S-38 end on 2026-09-11; a demand of October restarts nothing."""
    scenario = next(each for each in listed(SCENARIOS) if each["id"] == "S-38")
    late = {
        "id": "e9",
        "type": "demand",
        "at": "2026-10-12T09:00",
        "by": "provider",
        "arrives": "2026-10-12T09:00",
    }
    query = {
        **scenario["queries"][0],
        "variant": {"remove_events": ["e4"], "events": [late]},
        "expect": {"answer": "yes"},
    }
    (outcome,) = run_scenario({**scenario, "queries": [query]}, programs, WORDS, None)
    assert outcome.status == PASSED, outcome


def test_what_a_file_leaves_without_quotes_is_read_as_written(programs: Programs) -> None:
    text = """
    scenarios:
    - id: S
      agreement: A1
      parameters: {term_years: 2, tariff: {monthly_fee: 58.00}, due_day: 10}
      events:
      - {id: e1, type: signed, at: 2026-03-02T10:00:00, by: provider}
      - {id: e2, type: signed, at: 2026-03-02T10:05:00, by: user}
      - {id: e3, type: invoice_issued, at: 2026-04-01T09:00:00, invoice: 2026-03, amount: 58.10, due: 2026-04-10}
      queries:
      - {id: q1, at: 2026-04-10, ask: {kind: breach, party: user, norm: 1.五.2}, expect: {answer: no}}
      - {id: q2, at: 2026-04-11, ask: {kind: breach, party: user, norm: 1.五.2}, expect: {answer: yes}}
      - {id: q3, at: 2026-04-11, ask: {kind: amount, of: outstanding}, expect: {answer: value, value: 58.10}}
    """
    assert [each.status for each in run_file(text, programs, WORDS)] == [PASSED] * 3


@pytest.mark.parametrize("ask", [{"notice": "e3"}, {"event": "e3"}, {"of": "e3"}])
def test_the_arrival_of_a_notice_is_asked_by_any_field_that_names_it(ask: dict, programs: Programs) -> None:
    scenario = {
        "id": "S",
        "agreement": "A1",
        "events": [
            {"id": "e1", "type": "signed", "at": "2026-03-02T10:00", "by": "provider"},
            {"id": "e2", "type": "signed", "at": "2026-03-02T10:05", "by": "user"},
            {
                "id": "e3",
                "type": "demand",
                "at": "2026-04-01T09:00",
                "by": "provider",
                "arrives": "2026-04-03T09:00",
            },
        ],
    }
    days = {"2026-04-02T09:00": "no", "2026-04-03T09:00": "yes"}
    for day, answer in days.items():
        query = {"id": "q", "at": day, "ask": {"kind": "notice_arrived", **ask}, "expect": {"answer": answer}}
        (outcome,) = run_scenario({**scenario, "queries": [query]}, programs, WORDS, None)
        assert outcome.status == PASSED, outcome


def test_the_arrival_of_what_is_not_in_the_file_cannot_be_asked(programs: Programs) -> None:
    query = {"id": "q", "at": "2026-04-02", "ask": {"kind": "notice_arrived", "notice": "e9"}, "expect": {}}
    (outcome,) = run_scenario({"id": "S", "agreement": "A1", "queries": [query]}, programs, WORDS, None)
    assert outcome.status == FAILED
    assert "arrival" in outcome.got


@pytest.mark.parametrize("variant", ["F-USER-SIGN-DATE=2026-03-06", "F-EVENT-ORDER=e1", "weather=fine"])
def test_a_variant_of_what_is_not_there_is_refused(variant: str, programs: Programs) -> None:
    expect = {"answer": "not_effective", "by_reading": {variant: "not_effective"}}
    query = {"id": "q", "at": "2026-04-02", "ask": {"kind": "state", "of": "agreement"}, "expect": expect}
    plain, varied = run_scenario({"id": "S", "agreement": "A1", "queries": [query]}, programs, WORDS, None)
    assert plain.status == PASSED
    assert varied.status == FAILED
    assert f"a variant of {variant.partition('=')[0]}" in varied.got
