"""A position written and read again is the same position: an account begun at it answers as one begun at the start."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractlang.contract import Contract
from engine import snapshot
from engine.account import Account, Begun
from engine.compile import compile_program
from engine.errors import EngineError, Unreached
from engine.event import Event, Ledger, event
from engine.intake import Intake
from engine.kept import answer_to_bytes
from engine.program import Program
from engine.question import InBreachOf, Question, about_of
from engine.terms import Terms
from tests.strategies import QUICK, SOAK, Asked, asked
from tests.wild import wild


def begun(program: Program, terms: Terms, events: tuple[Event, ...], cut: int) -> Account | None:
    """Return the account begun at a snapshot of the first `cut` events, where that can be."""
    before = Account(program, terms, Ledger(events[:cut]))
    position = before.latest()
    if position is None or not cut:
        return None
    said = snapshot.from_bytes(snapshot.to_bytes(snapshot.told(position)))
    reached = snapshot.position_from(program, terms, said)
    account = Account(program, terms, Ledger(), begun=Begun(reached, events[cut - 1].recorded_at))
    # Half of what came since comes with the ledger, the rest is recorded one by one.
    rest = events[cut:]
    if not account.goes_on_with(rest):
        return None
    account = account.recorded(rest[: len(rest) // 2])
    account.latest()
    for each in rest[len(rest) // 2 :]:
        account = account.recorded([each])
    return account


def compare(
    program: Program, terms: Terms, ledger: Ledger, cut: int, questions: Iterable[tuple[Question, Any]]
) -> int:
    """Hold an account begun at a snapshot against one begun at the start; return how many questions it reached."""
    events = tuple(sorted(ledger, key=lambda each: each.recorded_at))
    short = begun(program, terms, events, cut)
    reached = 0
    if short is not None:
        whole = Account(program, terms, Ledger(events))
        for question, known_at in questions:
            if short.reaches(question.at, known_at, about_of(question)):
                reached += 1
                answer, wanted = (each.answer(question, known_at) for each in (short, whole))
                assert answer_to_bytes(answer) == answer_to_bytes(wanted), question
            else:
                with pytest.raises(Unreached):
                    short.answer(question, known_at)
    return reached


def questions_of(case: Asked, contracts: Iterable[Contract]) -> list[tuple[Question, Any]]:
    """Return what is asked of a case: its question, and who is in breach of what at the end."""
    end = max((each.effect_at for each in case.ledger), default=0) + 1
    found = [(case.question, case.known_at)]
    for contract in contracts:
        for norm in contract.norms[:4]:
            found += [(InBreachOf(party, norm.id, end), None) for party in ("seller", "buyer")]
    return [each for each in found if answered(case, *each)]


def answered(case: Asked, question: Question, known_at: Any) -> bool:
    """Tell whether the account takes a question at all."""
    try:
        Account(compile_program(case.contracts), case.terms, case.ledger).decide(question, known_at)
    except EngineError:
        return False
    return True


@QUICK
@given(asked(), st.integers(1, 30))
def test_an_account_begun_at_a_snapshot_answers_as_a_whole_one(case: Asked, cut: int) -> None:
    program = compile_program(case.contracts)
    cut = min(cut, len(case.ledger))
    compare(program, case.terms, case.ledger, cut, questions_of(case, case.contracts))


@pytest.mark.soak
@SOAK
@given(asked(), st.integers(1, 30))
def test_it_does_so_in_many_cases(case: Asked, cut: int) -> None:
    program = compile_program(case.contracts)
    cut = min(cut, len(case.ledger))
    compare(program, case.terms, case.ledger, cut, questions_of(case, case.contracts))


def test_it_does_so_in_contracts_that_nobody_would_write() -> None:
    reached = 0
    for seed in range(25):
        case = wild(seed)
        if case is not None:
            asked = [(question, known_at) for _, question, known_at in case.questions]
            for cut in range(1, len(case.ledger.entries) + 1):
                reached += compare(case.program, case.terms, case.ledger, cut, asked)
    assert reached > 20


def test_a_long_chain_and_a_deep_value() -> None:
    chain: Any = None
    for number in range(100_000):
        chain = (number, chain)
    written = snapshot.to_bytes(snapshot._flat(chain))
    read = snapshot._raised(snapshot.from_bytes(written))
    for number in reversed(range(100_000)):
        assert read[0] == number
        read = read[1]
    deep: Any = ()
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(snapshot.Unfit):
        snapshot.to_bytes(deep)


class Trap:
    def __reduce__(self) -> Any:
        return print, ("a snapshot has run code",)


def test_a_snapshot_makes_nothing_but_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (pickle.dumps(Trap()), pickle.dumps(Intake), b"", b"\x80", b"cos\nsystem\n."):
        with pytest.raises(snapshot.Unfit):
            snapshot.from_bytes(wrong)
    with pytest.raises(snapshot.Unfit):
        snapshot.to_bytes({"x": Trap()})
    assert capsys.readouterr().out == ""


def test_personal_data_is_in_no_snapshot() -> None:
    fact = event("e1", "pay", "buyer", 5, personal={"name": "Li Lei"})
    written = snapshot.to_bytes({("R", "e1"): fact})
    assert b"Li Lei" not in written
    read = snapshot.from_bytes(written)["R", "e1"]
    assert (read, read.digest, read.personal) == (fact, fact.digest, {})
