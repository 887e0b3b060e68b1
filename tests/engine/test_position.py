"""The fold of a ledger, where only it can tell: facts of one instant."""

from __future__ import annotations

import engine.position
from engine.account import Account
from engine.event import Event, Ledger
from engine.ledger import event_from
from engine.position import Position
from engine.program import Program
from engine.settings import terms_from
from engine.step import INEXACT


def test_facts_that_leave_nothing_behind_are_taken_once_each_however_many_share_an_instant(
    voip_1: Program, monkeypatch
) -> None:
    """A log that knows only days has hundreds of calls at one instant; pairing each with each would never end."""
    signed = [
        {"id": f"s{who}", "name": "sign", "by": who, "at": "2026-03-02T10:00"} for who in ("provider", "user")
    ]
    calls = [
        {"id": f"c{n}", "name": "place_call", "by": "user", "at": "2026-03-03T00:00"} for n in range(300)
    ]
    ledger = Ledger(tuple(event_from(voip_1, each, "event") for each in (*signed, *calls)))
    taken: list[str] = []
    advance = engine.position.advance

    def counting(position: Position, event: Event) -> Position:
        taken.append(event.id)
        return advance(position, event)

    monkeypatch.setattr(engine.position, "advance", counting)
    account = Account(voip_1, terms_from(voip_1, {}), ledger)
    position = account.position_at(ledger.entries[-1].effect_at)
    assert sorted(each for each in taken if each[0] == "c") == sorted(each["id"] for each in calls)
    assert position.cells.get(INEXACT) is None
    assert all(position.cells.get(("W", each["id"])) is None for each in calls), "every call had its basis"
