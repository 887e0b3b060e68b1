"""Going on is starting afresh: an account that takes its entries one by one answers as one that is given them all."""

from __future__ import annotations

from hypothesis import given

from engine.event import Ledger
from tests.laws.accounts import account
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked())
def test_going_on_is_starting_afresh(case: Asked) -> None:
    growing = account(case, Ledger())
    growing.line()
    for entry in case.ledger:
        growing.decide(case.question)
        growing = growing.recorded([entry])
    assert growing.decide(case.question) == account(case).decide(case.question)
