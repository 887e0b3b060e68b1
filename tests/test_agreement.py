"""The engine and the reference interpreter agree, on generated contracts, ledgers and questions.

Where they differ `docs/semantics.md` decides, and the ledger that showed it becomes a case.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given

from contractlang.contract import Contract
from contractlang.load import load_text
from contractlang.norms import Maintenance, Norm, Obligation, Prohibition
from engine.account import Account
from engine.cases import Case, cases_in, ledger_of, question_of, terms_of
from engine.compile import compile_program
from engine.decision import Decision, Item
from engine.errors import EngineError
from engine.event import KNOWLEDGE, Event, Instant
from engine.governing import Programs
from engine.question import Arrived, InBreachOf, Question
from engine.scenarios import run_scenario
from tests.reference.cases import TooManyCases
from tests.reference.interpret import interpret
from tests.scenario_files import SCENARIOS, WORDS, listed
from tests.several_documents import Together, together
from tests.strategies import QUICK, SOAK, Asked, asked
from tests.wild import Put, Wild, wild
from tests.wild.together import Company, company

CONTRACTS = Path(__file__).parents[1] / "contracts"
LITERATE = [
    case
    for path in sorted((Path(__file__).parent / "cases" / "norms").glob("*.md"))
    for case in cases_in(str(path), path.read_text("utf-8"))
]


def engine_says(case: Asked | Together, question: Any) -> tuple[Any, ...]:
    """Return what the engine answers, as far as the two are compared; an answer past its limit of cases is not."""
    account = Account(compile_program(case.contracts), case.terms, case.ledger)
    decision = account.decide(question, case.known_at)
    if not decision.exact:
        raise TooManyCases
    return told_by(decision)


def told_by(decision: Decision) -> tuple[Any, ...]:
    """Return the part of a decision that is compared."""
    answer = str(decision.value) if decision.answer == "value" else decision.answer
    return answer, decision.required, plain(decision.missing), set(decision.could_be), set(decision.assumes)


def reference_says(case: Asked | Together, question: Any) -> tuple[Any, ...]:
    """Return what the semantics say, read literally."""
    told = interpret(case.contracts, case.terms, case.ledger, question, case.known_at)
    return told.answer, told.required, plain(told.missing), set(told.could_be), set(told.assumes)


def is_undated(fact: Event) -> bool:
    """Tell whether nobody knows when something happened."""
    return fact.occurred_at is None and fact.name not in KNOWLEDGE


def plain(missing: Iterable[Item]) -> set[Item]:
    """Return what is missing; of facts at one instant the engine names only those whose order matters."""
    return {Item("order", "") if item.kind == "order" else item for item in missing}


def _duties_in(contract: Contract) -> list[Norm]:
    return [norm for norm in contract.norms if isinstance(norm, Obligation | Prohibition | Maintenance)]


def compare(case: Asked) -> None:
    """Compare the answer to the question, and whether each party is in breach of each duty."""
    duties = [norm for each in case.contracts for norm in _duties_in(each)]
    questions = [
        InBreachOf(party, norm.id, case.question.at) for norm in duties for party in ("seller", "buyer")
    ]
    for question in (case.question, *dict.fromkeys(questions)):
        try:
            said, expected = engine_says(case, question), reference_says(case, question)
        except TooManyCases:
            continue
        assert (question, *said) == (question, *expected), (question, said, expected)


def compare_together(case: Together) -> None:
    """Compare the answer to the question, and whether each party is in breach of the first duties of each document."""
    duties = [norm for each in case.contracts for norm in _duties_in(each)[:3]]
    questions = [InBreachOf(party, norm.id, case.question.at, norm.document)
                 for norm in duties for party in ("seller", "buyer")]  # fmt: skip
    for question in (case.question, *dict.fromkeys(questions)):
        try:
            said, expected = engine_says(case, question), reference_says(case, question)
        except TooManyCases:
            continue
        assert (question, *said) == (question, *expected), (question, said, expected)


def compare_wild(seed: int) -> None:
    """Compare the answers to the questions that a seed makes of one contract."""
    case = wild(seed)
    if case is not None:
        compare_answers(
            case, (case.contract,), case.questions, (seed, case.text.partition("Text.")[2], case.facts)
        )


def compare_company(seed: int) -> None:
    """Compare the answers to the questions that a seed makes of several documents."""
    case = company(seed)
    if case is not None:
        compare_answers(case, case.contracts, case.questions, (seed, case))


def compare_answers(
    case: Wild | Company, contracts: tuple[Contract, ...], questions: Iterable[Put], shown: tuple[object, ...]
) -> None:
    """Compare answer by answer; one past the limits of either is not."""
    account = Account(case.program, case.terms, case.ledger)
    for written, question, known_at in questions:
        try:
            decision = account.decide(question, known_at)
            told = interpret(contracts, case.terms, case.ledger, question, known_at, most=200)
        except (TooManyCases, EngineError):
            continue
        if decision.exact:
            expected = told.answer, told.required, plain(told.missing), set(told.could_be), set(told.assumes)
            assert told_by(decision) == expected, (*shown, case.terms, written)


@pytest.mark.parametrize("case", LITERATE, ids=lambda each: f"{Path(each.path).stem}: {each.title}")
def test_they_agree_on_a_literate_case(case: Case) -> None:
    loaded = load_text("\n".join(case.blocks["contract"][1]), "case.contract", [CONTRACTS / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    contracts = [loaded.contracts[name] for name in loaded.asked]
    program = compile_program(contracts)
    terms = terms_of(program, case.blocks.get("settings", (0, []))[1])
    ledger = ledger_of(program, case.blocks.get("ledger", (0, []))[1])
    if any(is_undated(each) for each in ledger):
        return  # The reference knows no unknown dates.
    account = Account(program, terms, ledger)
    for line in filter(None, case.blocks["expect"][1]):
        question, known_at = question_of(program, line.replace("：", ": ").partition(": ")[0])
        assert not isinstance(question, Arrived)
        told = interpret(contracts, terms, ledger, question, known_at)
        expected = told.answer, told.required, plain(told.missing), set(told.could_be), set(told.assumes)
        assert told_by(account.decide(question, known_at)) == expected, line


@QUICK
@given(asked())
def test_engine_and_reference_agree(case: Asked) -> None:
    compare(case)


@QUICK
@given(together())
def test_they_agree_on_several_documents(case: Together) -> None:
    compare_together(case)


@pytest.mark.parametrize("part", range(6))
def test_they_agree_on_contracts_that_nobody_would_write(part: int) -> None:
    for seed in range(part * 25, part * 25 + 25):
        compare_wild(seed)


@pytest.mark.parametrize("part", range(4))
def test_they_agree_on_documents_that_nobody_would_put_together(part: int) -> None:
    for seed in range(part * 10, part * 10 + 10):
        compare_company(seed)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_they_agree_on_documents_that_nobody_would_put_together_at_length(part: int) -> None:
    first = Random().randrange(1, 1_000_000) * 10_000  # Many new ones each time.
    for seed in range(first + part * 200, first + part * 200 + 200):
        compare_company(seed)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_they_agree_on_contracts_that_nobody_would_write_at_length(part: int) -> None:
    first = Random().randrange(1, 1_000_000) * 10_000  # Many new ones each time.
    for seed in range(first + part * 400, first + part * 400 + 400):
        compare_wild(seed)


@pytest.mark.soak
@SOAK
@given(together())
def test_they_agree_on_several_documents_at_length(case: Together) -> None:
    compare_together(case)


@pytest.mark.soak
@SOAK
@given(asked())
def test_engine_and_reference_agree_at_length(case: Asked) -> None:
    compare(case)


@pytest.mark.soak
@pytest.mark.parametrize("scenario", listed(SCENARIOS), ids=lambda each: each["id"])
def test_they_agree_on_the_scenarios(
    scenario: dict[str, Any], programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[tuple[Account, Question, Instant | None, Decision]] = []

    class Listening(Account):
        """An account that remembers what it was asked."""

        def decide(self, question: Question, known_at: Instant | None = None) -> Decision:
            decision = super().decide(question, known_at)
            asked_of.append((self, question, known_at, decision))
            return decision

    monkeypatch.setattr("engine.situation.Account", Listening)
    monkeypatch.setattr("engine.replies.Account", Listening)
    list(run_scenario(scenario, programs, WORDS, ("contract",)))
    for account, question, known_at, decision in asked_of:
        # The reference knows no unknown dates; whether a notice arrived is asked of the engine alone.
        undated = any(map(is_undated, account.ledger))
        if not isinstance(question, Arrived) and not undated:
            told = interpret(account.program.contracts, account.terms, account.ledger, question, known_at)
            expected = (
                told.answer,
                told.required,
                plain(told.missing),
                set(told.could_be),
                set(told.assumes),
            )
            assert (question, *told_by(decision)) == (question, *expected)
