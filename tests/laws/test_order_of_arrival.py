"""Order of arrival does not matter: a ledger recorded in another order gives the same answers once all is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.event import Ledger
from tests.laws.accounts import account, gist, plain
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked(), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(case: Asked, random: object) -> None:
    known = plain(case)
    entries = list(known.ledger)
    random.shuffle(entries)  # type: ignore[attr-defined]
    last = max((each.recorded_at for each in entries), default=0)
    arrived = Ledger(tuple(replace(each, recorded_at=last + number) for number, each in enumerate(entries)))
    assert gist(account(known, arrived).decide(case.question)) == gist(account(known).decide(case.question))
