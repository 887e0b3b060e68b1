"""What made-up accounts seldom meet: the kernel and the engine at one instant, on one history."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.account import Account
from engine.account_standing import standing_of
from engine.bulk.kernel.lasting import MONTHS
from engine.bulk.kernel.lower import plan_of
from engine.dates import DAY, HOUR, SECOND, start_of
from engine.event import Event, Ledger, event
from engine.governing import Programs
from engine.settings import terms_from
from engine.terms import Terms
from tests.bulk.made_up import BEGIN
from tests.bulk.test_agreements import ANSWERS, LAW, SHOP
from tests.bulk.test_kernel import CASES, asked_of, folded, program_of, same


def alike(text: str, asked: tuple[str, ...], facts: Iterable[Event], as_of: int) -> tuple[str, ...]:
    """Return what is answered; the kernel folds the account, and all that it finds is what the engine finds."""
    program, book = program_of(text), Ledger(tuple(facts))
    plan = plan_of(program, Terms(), asked_of(asked))
    found, left = folded(program, plan, [book], as_of)
    assert not left
    same(program, plan, book, found[0], as_of)
    return found[0].answers


@pytest.mark.parametrize(
    ("text", "signing", "last"),
    [
        (CASES["hire"][0], ("owner", "hirer"), event("l", "lend_on", "hirer", 0, fields={"paid": True})),
        (CASES["club"][0], ("host", "member"), event("l", "lend_card", "member", 0)),
        (SHOP, ("seller",), event("l", "complain", "buyer", 0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [SECOND, 1, 0])
def test_an_agreement_is_over_from_the_instant_on_at_which_its_term_ends(
    text: str, signing: tuple[str, ...], last: Event, before: int
) -> None:
    """What happens at that instant breaks none of its prohibitions."""
    signed = [event(who, "sign", who, BEGIN + place) for place, who in enumerate(signing)]
    account = Account(program_of(text), Terms(), Ledger(tuple(signed)))
    ((_, end),) = standing_of(account.position_at(BEGIN + DAY)).last_days
    at = end - before
    done = event(last.id, last.name, last.actor, at, fields=last.fields)
    for facts in (signed, [*signed, done]):
        alike(text, (), facts, at)


WORKS = """Works

| agreement works
| party client, builder
| event bill (amount: money, due: day, until: instant)
| act pay (amount: money, bill: bill) by client, accumulates amount for each bill
| act bring (bill: bill, good: flag, whole: flag) by client
| act halt by client, needs basis
| act take_up by client, needs basis
| act leave by builder, needs basis
| act stop by builder, needs basis
| act claim by builder, needs basis

1 Payments may be held back.
| fee: for each bill as b, client must pay b.amount for b by b.due
| client may halt, suspending fee clock extends
| client may take_up, resuming fee

2 What is due, and how long it is.
| while amount due of fee >= 50.00 CNY, builder may leave
| back: for each bill as b, client must bring for b within 36 hours of b.until where good and whole
| while back is overdue for more than 2 days, builder may stop
"""


def billed(until: int = BEGIN + 90 * DAY, **more: Any) -> Event:
    fields = {"amount": 6000, "due": date(2026, 3, 10), "until": until, **more}
    return event("b", "bill", None, BEGIN, fields=fields)


@pytest.mark.parametrize("pause", [1, HOUR, DAY - 1, DAY, DAY + 1, 36 * HOUR, 2 * DAY])
def test_a_clock_that_extends_goes_on_by_days_that_have_begun(pause: int) -> None:
    halted = BEGIN + 2 * DAY
    facts = [billed(), event("h", "halt", "client", halted), event("u", "take_up", "client", halted + pause)]
    for days in (7, 8, 9, 10, 11, 12):
        alike(WORKS, (), facts, BEGIN + days * DAY)


@pytest.mark.parametrize("facts", [[], [event("h", "halt", "client", BEGIN + DAY)]])
@pytest.mark.parametrize("days", [3, 30])
def test_what_is_late_or_suspended_is_due(facts: list[Event], days: int) -> None:
    assert alike(WORKS, ("builder leave",), [billed(), *facts], BEGIN + days * DAY) == ("permitted",)


@pytest.mark.parametrize(("days", "answer"), [(1, "forbidden"), (2, "forbidden"), (5, "permitted")])
def test_what_was_late_when_it_arose_is_overdue_since_then(days: int, answer: str) -> None:
    facts = [billed(until=BEGIN - 9 * DAY)]
    assert alike(WORKS, ("builder stop",), facts, BEGIN + days * DAY) == (answer,)


@pytest.mark.parametrize("is_good", [True, False])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_duty_is_done_by_what_is_all_that_is_asked(is_good: bool, is_whole: bool) -> None:
    fields = {"bill": "b", "good": is_good, "whole": is_whole}
    brought = event("g", "bring", "client", BEGIN + DAY, fields=fields)
    answers = alike(WORKS, ("builder stop",), [billed(until=BEGIN), brought], BEGIN + 9 * DAY)
    assert answers == ("forbidden" if is_good and is_whole else "permitted",)


def test_an_account_before_all_of_the_law_is_known_is_the_engines(programs: Programs) -> None:
    """Of one law the text is known from 2014 on, of another from 2016."""
    layers = (*LAW, "consumer", "cyber")
    program = programs.of(("voip-1",), layers)
    terms = terms_from(program, {"term": "2 years", "service_class": "b25"}, layers, {}, ANSWERS)
    plan = plan_of(program, terms, asked_of(("user terminate",)))
    _, left = folded(program, plan, [Ledger(())], start_of(date(2015, 1, 1)), terms)
    assert left[0].startswith("a law that begins or ends while the account goes on")


EPOCH = date(1970, 1, 1)
months: dict[str, Any] = {}
exec(MONTHS, months)


@given(st.dates(date(1992, 1, 1), date(2190, 12, 31)), st.integers(0, 120), st.booleans())
@example(date(2026, 2, 28), 12, True)
@example(date(2024, 2, 29), 12, True)
@example(date(2024, 2, 29), 48, False)
@example(date(2099, 12, 31), 2, False)
@example(date(1999, 12, 31), 2, False)
@example(date(2027, 12, 31), 2, False)
@example(date(2026, 12, 31), 2, True)
def test_the_day_some_months_later_is_that_of_the_calendar(day: date, count: int, is_eve: bool) -> None:
    whole = day.year * 12 + day.month - 1 + count
    year, month = whole // 12, whole % 12 + 1
    last = monthrange(year, month)[1]
    there = date(year, month, min(day.day, last))
    expected = there - timedelta(days=1) if is_eve and day.day <= last else there
    found = months["months_after"]((day - EPOCH).days, count, int(is_eve))
    assert EPOCH + timedelta(days=found) == expected
