"""Cited events suffice: with only the events that an answer cites, the answer is the same."""

from __future__ import annotations

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
