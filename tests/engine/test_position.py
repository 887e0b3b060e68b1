"""The fold of a ledger, where only it can tell: facts of one instant."""

from __future__ import annotations

import inspect

import pytest

import engine.unordered
from contractlang.load import load_text
from engine.account import Account
from engine.compile import compile_program
from engine.event import Event, Ledger
from engine.position import Position, advance
from engine.program import Program
from engine.settings import terms_from
from engine.step import INEXACT
from engine.written_events import event_from


@pytest.mark.skipif(
    not inspect.isfunction(advance), reason="what is compiled calls itself without being seen"
)
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

    def counting(position: Position, event: Event) -> Position:
        taken.append(event.id)
        return advance(position, event)

    monkeypatch.setattr(engine.unordered, "advance", counting)
    account = Account(voip_1, terms_from(voip_1, {}), ledger)
    position = account.position_at(ledger.entries[-1].effect_at)
    assert sorted(each for each in taken if each[0] == "c") == sorted(each["id"] for each in calls)
    assert position.cells.get(INEXACT) is None
    assert all(position.cells.get(("W", each["id"])) is None for each in calls), "every call had its basis"


CLUB = """| agreement club
| party club, member
| act enter (gate: count) by either party, needs basis
| act close by club, sets rooms to shut
| act open by club, sets rooms to ready
| state rooms: ready | shut
| event joined
1 Rooms.
| for each joined, when rooms is ready, member may enter within 10 days
"""


@pytest.mark.skipif(
    not inspect.isfunction(advance), reason="what is compiled calls itself without being seen"
)
@pytest.mark.parametrize(
    ("close", "exact"), [(0, True), (2, False)], ids=["about different things", "bearing on all"]
)
def test_how_many_facts_share_an_instant_makes_each_cost_no_more(
    close: int, exact: bool, monkeypatch
) -> None:
    """Whether the order of three of them matters was looked at for any three of a hundred: half a minute of work."""
    program = compile_program(load_text(CLUB).contracts.values())
    rows = [{"name": "joined"}] * 100 + [{"name": "close", "by": "club"}, {"name": "open", "by": "club"}][
        :close
    ]
    facts = [
        event_from(program, {"id": f"e{n}", "at": "2026-03-03T00:00", **each}, "event")
        for n, each in enumerate(rows)
    ]
    taken = 0

    def counting(position: Position, event: Event) -> Position:
        nonlocal taken
        taken += 1
        return advance(position, event)

    monkeypatch.setattr(engine.unordered, "advance", counting)
    account = Account(program, terms_from(program, {}), Ledger(tuple(facts)))
    position = account.position_at(facts[0].effect_at)
    assert (position.cells.get(INEXACT) is None) is exact
    assert taken < 20 * len(facts)


def test_a_basis_that_is_remembered_is_one_that_still_stands() -> None:
    """By the same party, until something changes or the time of it is over, as when each act is looked at anew."""
    program = compile_program(load_text(CLUB).contracts.values())
    enters = [{"name": "enter", "by": "member", "at": f"2026-03-{day:02d}T{hour}:00"} for day in range(1, 20)
              for hour in ("09", "21")]  # fmt: skip
    enters += [{"name": "enter", "by": "club", "at": "2026-03-06T10:00"}]
    others = [{"name": name, **({"by": "club"} if name != "joined" else {}), "at": at} for name, at in (
        ("joined", "2026-03-03T12:00"), ("close", "2026-03-05T12:00"), ("open", "2026-03-08T12:00"))]  # fmt: skip
    rows = sorted([*enters, *others], key=lambda each: each["at"])
    events = [event_from(program, {"id": f"e{n}", **each}, "event") for n, each in enumerate(rows)]
    position = fresh = Position.opening(program, terms_from(program, {}))
    remembered = 0
    for each in events:
        remembered += position.based is not None
        position = advance(position, each)
        fresh.based = None
        fresh = advance(fresh, each)
        assert (position.cells, position.agenda, position.chain) == (
            fresh.cells,
            fresh.agenda,
            fresh.chain,
        ), each
    assert remembered > 10
    without = {id for id in (each.id for each in events) if position.cells.get(("W", id)) is not None}
    assert without == {
        f"e{n}" for n, each in enumerate(rows) if each["name"] == "enter" and not (
            each["by"] == "member" and ("2026-03-03T12" < each["at"] < "2026-03-05T12"
                                        or "2026-03-08T12" < each["at"] < "2026-03-14"))
    }  # fmt: skip


def test_a_power_that_might_prevail_hides_no_basis_while_it_is_not_exercised(voip_1: Program) -> None:
    """Whether it would prevail hangs on a reading (付清恢复): as long as nobody suspended, no call hangs on that."""
    rows = [
        {"id": "s1", "name": "sign", "by": "provider", "at": "2026-03-02T10:00"},
        {"id": "s2", "name": "sign", "by": "user", "at": "2026-03-02T10:00"},
        {"id": "c1", "name": "place_call", "by": "user", "at": "2026-03-03T09:00"},
    ]
    position = Position.opening(voip_1, terms_from(voip_1, {}))
    for each in rows:
        position = advance(position, event_from(voip_1, each, "event"))
    assert position.based is not None
