"""The past is fixed: what happens after `t` does not change what is answered about `t`, known at `t`."""

from __future__ import annotations

from hypothesis import given

from engine.event import Ledger
from tests.laws.accounts import account, gist
from tests.strategies import QUICK, Asked, asked


@QUICK
@given(asked())
def test_what_comes_later_changes_nothing(case: Asked) -> None:
    at = case.question.at
    known = Ledger(tuple(each for each in case.ledger if each.recorded_at <= at and each.effect_at <= at))
    assert gist(account(case).decide(case.question, at)) == gist(
        account(case, known).decide(case.question, at)
    )


@QUICK
@given(asked())
def test_what_is_asked_later_changes_nothing(case: Asked) -> None:
    one = account(case)
    first = one.decide(case.question, case.known_at)
    for each in case.ledger:
        one.decide(type(case.question)(**{**_fields(case), "at": each.effect_at}))
    assert one.decide(case.question, case.known_at) == first


def _fields(case: Asked) -> dict:
    return {name: getattr(case.question, name) for name in case.question.__dataclass_fields__}
