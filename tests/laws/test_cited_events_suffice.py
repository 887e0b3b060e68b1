"""Cited events suffice: with only the events that an answer cites, the answer is the same."""

from __future__ import annotations

from hypothesis import given

from tests.laws.accounts import account, plain
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked())
def test_cited_events_suffice(case: Asked) -> None:
    known = plain(case)
    decision = account(known).decide(case.question)
    again = account(known, known.ledger.only(decision.cited_events)).decide(case.question)
    assert (again.answer, again.required) == (decision.answer, decision.required)
