"""No verdict without reason: every decision has at least one reason."""

from __future__ import annotations

from hypothesis import given

from tests.laws.accounts import account
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked())
def test_every_decision_has_a_reason(case: Asked) -> None:
    assert account(case).decide(case.question, case.known_at).reasons


@QUICK
@given(asked())
def test_only_events_of_the_ledger_are_cited(case: Asked) -> None:
    ids = {each.id for each in case.ledger}
    assert set(account(case).decide(case.question, case.known_at).cited_events) <= ids
