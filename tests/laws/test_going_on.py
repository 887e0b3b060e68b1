"""Going on is starting afresh: an account that takes its entries one by one answers as one that is given them all."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given

from engine.account import Account
from engine.dates import instant
from engine.event import Ledger
from engine.intake import checked
from engine.program import Program
from engine.question import May
from engine.settings import terms_from
from engine.written_events import event_from
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


def test_late_facts_come_to_their_places(voip_1: Program) -> None:
    """In whatever order facts come, some of them of one instant: of one source, in its order, and of another."""
    bill = {"name": "invoice_issued", "period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    call = {"name": "place_call", "by": "user", "to": "10010", "at": "2026-03-05T09:00"}
    entries = (
        {"id": "s1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
        {"id": "s2", "name": "sign", "by": "user", "at": "2026-03-02T10:05"},
        {"id": "c1", **call, "source": "a", "sequence": 1},
        {"id": "c2", **call, "source": "a", "sequence": 2},
        {"id": "c3", **call, "source": "A"},
        {"id": "b", **bill, "at": "2026-04-01T09:00"},
    )
    events = [event_from(voip_1, each, "event") for each in entries]
    terms = terms_from(voip_1, {"term": "2 years"})
    question = May("provider", "suspend_service", instant("2026-04-14T10:00"))
    for order in permutations(events):
        growing = Account(voip_1, terms, Ledger())
        growing.decide(question)
        for entry in order:
            growing = growing.recorded([entry])
            if len(growing.ledger) % 2:
                growing.decide(question)
        afresh = Account(voip_1, terms, Ledger(order))
        assert growing.line().facts == afresh.line().facts
        assert growing.decide(question) == afresh.decide(question)


def test_late_facts_come_to_their_places_several_at_a_time(voip_1: Program) -> None:
    """Those that leave nothing behind are put among what was derived already; all else is as it is afresh."""
    call = {"name": "place_call", "by": "user", "to": "10010"}
    entries = (
        {"id": "s1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
        {"id": "s2", "name": "sign", "by": "user", "at": "2026-03-02T10:05"},
        {"id": "c1", **call, "at": "2026-03-05T09:00"},
        {"id": "c2", **call, "at": "2026-03-05T09:01"},
        {"id": "b", "name": "invoice_issued", "period": "2026-03", "amount": "58.00", "due": "2026-04-10",
         "at": "2026-04-01T09:00"},
        {"id": "c3", **call, "at": "2026-04-12T09:00"},
    )  # fmt: skip
    events = [event_from(voip_1, each, "event") for each in entries]
    terms = terms_from(voip_1, {"term": "2 years"})
    until = instant("2026-04-14T10:00")
    for order in permutations(events):
        growing = Account(voip_1, terms, Ledger())
        for first in range(0, 6, 2):
            growing = growing.recorded(order[first : first + 2])
            growing.position_at(until)
        afresh = Account(voip_1, terms, Ledger(order))
        for at in (*(each.effect_at for each in events), until):
            mine, others = growing.position_at(at), afresh.position_at(at)
            assert (mine.cells, mine.agenda, mine.now) == (others.cells, others.agenda, others.now)
            assert (mine.count, mine.chain) == (others.count, others.chain)


def test_what_is_hashed_otherwise_is_derived_anew(voip_1: Program) -> None:
    """An allegation that is established is hashed as it was alleged; once it is corrected, as it is corrected, though
    the correction says the same.
    """
    bill = {"name": "invoice_issued", "period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    entries = (
        {"id": "s1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
        {"id": "s2", "name": "sign", "by": "user", "at": "2026-03-02T10:05"},
        {"id": "b", **bill, "standing": "alleged", "at": "2026-04-01T09:00"},
        {"id": "e", "name": "establish", "of": "b", "at": "2026-04-02T09:00"},
        {"id": "c", "name": "correct", "of": "b", "due": "2026-04-10", "at": "2026-04-03T09:00"},
    )
    *known, correction = checked(voip_1, [event_from(voip_1, each, "event") for each in entries])
    terms = terms_from(voip_1, {"term": "2 years"})
    question = May("user", "place_call", instant("2026-04-04T10:00"))
    before = Account(voip_1, terms, Ledger(tuple(known)))
    receipt = before.decide(question).receipt
    growing = before.recorded([correction]).decide(question)
    assert growing.receipt != receipt
    assert growing == Account(voip_1, terms, Ledger((*known, correction))).decide(question)
