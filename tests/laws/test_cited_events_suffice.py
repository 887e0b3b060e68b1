"""Cited events suffice: with only the events that an answer cites, the answer is the same."""

from __future__ import annotations

import pytest
from hypothesis import given

from contractlang.load import load_text
from engine.account import Account
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.terms import Terms
from tests.laws.accounts import account, plain
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked())
def test_cited_events_suffice(case: Asked) -> None:
    known = plain(case)
    decision = account(known).decide(case.question)
    again = account(known, known.ledger.only(decision.cited_events)).decide(case.question)
    assert (again.answer, again.required) == (decision.answer, decision.required)


FOR_EACH_FAULT = """| agreement line
| party provider, user
| event begun
| event fault
| act stop by provider
1. Terms.
| for each fault as it, provider must not stop before 2026-03-20
"""


def test_what_a_prohibition_is_bound_to_is_cited() -> None:
    program = compile_program(load_text(FOR_EACH_FAULT).contracts.values())
    ledger = ledger_of(program, ["2026-03-01 09:00 begun", "2026-03-02 09:00 fault"])
    question, _ = question_of(program, "2026-03-16 provider may stop")
    decision = Account(program, Terms(), ledger).decide(question)
    assert (decision.answer, "e2" in decision.cited_events) == ("forbidden", True)


BOTH_SIGN = """| agreement pact
| party host, guest
| act sign by either party
| act enter by guest, needs basis
1. Once both have signed.
| when both parties did sign, guest may enter
"""


@pytest.mark.parametrize("order", [("host", "guest"), ("guest", "host")])
def test_what_each_of_both_did_is_cited(order: tuple[str, str]) -> None:
    program = compile_program(load_text(BOTH_SIGN).contracts.values())
    facts = [f"2026-03-0{day} 09:00 {party} sign" for day, party in enumerate(order, start=1)]
    question, _ = question_of(program, "2026-03-16 guest may enter")
    decision = Account(program, Terms(), ledger_of(program, facts)).decide(question)
    assert (decision.answer, set(decision.cited_events)) == ("permitted", {"e1", "e2"})
