"""Where an account stands is told as far as it is the same in each case of what is open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contractlang.load import load
from engine.account import Account
from engine.account_standing import AccountStanding, standing_of
from engine.dates import DAY, HOUR, start_of
from engine.decision import Item
from engine.event import Ledger, event
from engine.governing import Programs
from engine.question import StateOf
from engine.settings import terms_from
from engine.written_events import event_from

LAYERS = ("contract", "civil", "sector")
SIGNED = start_of(date(2026, 3, 2)) + 10 * HOUR
ASKED_AT = start_of(date(2026, 5, 8))


def unpaid(programs: Programs, readings: dict[str, str]) -> tuple[AccountStanding, str]:
    """Return where an account stands that was terminated for a bill unpaid for ten days, and what it is in a word."""
    program = programs.of(("voip-1",), LAYERS)
    bill = {"period": "2026-03", "amount": 5800, "due": date(2026, 4, 10)}
    facts = (
        event("e1", "sign", "provider", SIGNED),
        event("e2", "sign", "user", SIGNED + HOUR),
        event("e3", "activate_service", "provider", SIGNED + 2 * HOUR),
        event("e4", "invoice_issued", None, SIGNED + 30 * DAY, fields=bill),
        event("e5", "terminate", "provider", SIGNED + 49 * DAY, fields={"ground": "arrears"}),
    )
    terms = terms_from(program, {"term": "2 years", "service_class": "b25"}, LAYERS, readings)
    account = Account(program, terms, Ledger(facts))
    decision = account.decide(StateOf("agreement", ASKED_AT, "voip-1"))
    return standing_of(account.position_at(ASKED_AT)), str(
        decision.value if decision.answer == "value" else decision.answer
    )


def test_what_is_the_same_in_each_case_is_told(programs: Programs) -> None:
    """Whether 八.3 is a fair term turns nothing where the law's own rule on arrears comes before it."""
    standing, decided = unpaid(programs, {})
    assert decided == "in_force"
    assert ("agreement", "voip-1", "in_force") in standing.states


def test_what_differs_between_the_cases_is_told_as_what_is_open(programs: Programs) -> None:
    standing, decided = unpaid(programs, {"arrears_end": "general_clause"})
    assert decided == "undetermined"
    (value,) = (value for name, _, value in standing.states if name == "agreement")
    assert isinstance(value, Item)


DEN = """
| agreement den
| version "{version}"
| party host, guest
| act sign by either party, once for each party
1. This agreement takes effect when both have signed it, and lasts a year.
| agreement takes effect once host did sign and guest did sign
| agreement lasts 1 year
"""


@pytest.mark.parametrize("versions", [("1",), ("2",), ("1", "2")])
def test_an_agreement_has_one_life_whatever_its_versions(tmp_path: Path, versions: tuple[str, ...]) -> None:
    """A version is a text that governs, and no agreement of its own."""
    for each in versions:
        (tmp_path / f"den-{each}.contract").write_text(DEN.format(version=each), "utf-8")
    program = Programs(load([tmp_path]).contracts).of(("den",))
    facts = (event("e1", "sign", "host", SIGNED), event("e2", "sign", "guest", SIGNED + DAY))
    account = Account(program, terms_from(program, {}), Ledger(facts))
    before, after = (standing_of(account.position_at(SIGNED + each)) for each in (HOUR, 2 * DAY))
    assert (before.states, before.last_days) == ((("agreement", "den", "draft"),), ())
    assert after.states == (("agreement", "den", "in_force"),)
    assert after.last_days == (("den", start_of(date(2027, 3, 4))),)
    assert account.decide(StateOf("agreement", SIGNED + HOUR)).cited_events == ("e1",)


def test_the_last_day_is_told_whichever_party_renewed_last(programs: Programs) -> None:
    """Both sign the renewal at one instant, so that nothing tells whose signature made it."""
    program = programs.of(("voip-1",), ("contract",))
    told = (
        {"id": "e1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
        {"id": "e2", "name": "sign", "by": "user", "at": "2026-03-02T10:05"},
        {"id": "e3", "name": "renew", "by": "provider", "at": "2026-04-01T10:00", "term": "1 years"},
        {"id": "e4", "name": "renew", "by": "user", "at": "2026-04-01T10:00", "term": "1 years"},
    )
    terms = terms_from(program, {"term": "1 years"}, ("contract",), {"RS-term-roll": "no_roll"})
    account = Account(program, terms, Ledger(tuple(event_from(program, each, "") for each in told)))
    assert standing_of(account.position_at(ASKED_AT)).last_days == (("voip-1", start_of(date(2028, 3, 3))),)
