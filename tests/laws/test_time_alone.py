"""Time alone: between `as_of` and `holds_until`, with no new fact, the answer is the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.event import Ledger
from engine.question import May
from tests.laws.accounts import account, gist, plain
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked(), st.integers(1, 400 * DAY))
def test_the_answer_holds_as_long_as_it_says(case: Asked, later: int) -> None:
    question, known = case.question, plain(case)
    past = Ledger(tuple(each for each in known.ledger if each.effect_at <= question.at))
    if isinstance(question, May) and any(each.effect_at == question.at for each in past):
        # A microsecond later the act that was asked about has been done.
        return
    one = account(known, past)
    first = one.decide(question)
    end = (
        question.at + later if first.holds_until is None else min(first.holds_until - 1, question.at + later)
    )
    assert gist(one.decide(replace(question, at=end))) == gist(first)
