"""Facts at one instant that nothing orders: taken apart where their order makes no difference, else in every order.

What differs with the order becomes open (semantics, "Order").
"""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

from immutables import Map

from engine.choice import choice, leaves
from engine.decision import Item
from engine.event import Event
from engine.position import Position, advance
from engine.step import EMPTY, INEXACT, LISTS, Key

MOST_TOGETHER = 4
"""How many simultaneous events that bear on one another are put into every order."""
MOST_COMPARED, MOST_PAIRED = 24, 64
"""Of how many simultaneous events it is looked which bear on one another: after a third, and two by two."""
_ORDERS = 16


def together(position: Position, events: list[Event]) -> Position:
    """Return the position after events that nothing orders: what differs with their order becomes open.

    Events whose order makes no difference are taken apart first, so that only those that bear on one another are put
    into every order; more than MOST_TOGETHER of them make the position inexact.
    """
    for group in _entangled(position, events):
        if len(group) > MOST_TOGETHER:
            for event in group:
                position = advance(position, event)
            cells = position.cells.set(INEXACT, True)
            p = position
            position = Position(
                p.program, p.terms, cells, p.agenda, p.now, p.count, p.chain, p.changed, p.taken
            )
        elif len(group) > 1:
            position = _every_order(position, group)
        else:
            position = advance(position, group[0])
    return position


def _entangled(position: Position, events: list[Event]) -> list[list[Event]]:
    """Return the events in groups: two are in one if it matters which of them comes first, here or after a third.

    Those that leave nothing behind matter to nobody: logs that know only days may have hundreds at one instant. To look
    after each third takes the third power of their number. Of more than about MOST_COMPARED it is looked whether some
    orders of them all come to the same; else two by two; and more than MOST_PAIRED are one group then.
    """
    touches = position.program.touches
    inert = {each.id for each in events if each.name in touches and touches[each.name].is_inert}
    if len(inert) == len(events):
        return [[each] for each in events]
    many = (len(events) - len(inert)) ** 2 * len(events) > MOST_COMPARED**3
    if many and _alike_in_some_orders(position, events):
        return [[each] for each in events]
    if many and len(events) > MOST_PAIRED:
        return [events]
    begun = {each.id: advance(position, each) for each in events}
    going_on = _GoingOn(begun, [id for id in begun if id not in inert and not many])
    groups: list[list[Event]] = []
    for event in events:
        near = [
            group
            for group in groups
            if any(
                not (event.id in inert and each.id in inert) and going_on.matters(event, each)
                for each in group
            )
        ]
        groups = [group for group in groups if group not in near]
        groups.append([*(each for group in near for each in group), event])
    # The orders of them all came to different ends, and no two of them are why.
    return [events] if many and len(groups) == len(events) else groups


def _alike_in_some_orders(position: Position, events: list[Event]) -> bool:
    """Tell whether events come to the same in some orders: any two stand in them either way, any three most probably
    in each.
    """
    order = sorted(events, key=lambda each: each.id)
    shuffled = Random(len(order))
    ends: list[Map[Key, Any]] = []
    keys: set[Key] = set()
    for number in range(_ORDERS):
        if number == 1:
            order = order[::-1]
        elif number:
            shuffled.shuffle(order)
        reached = position
        for event in order:
            reached = advance(reached, event)
            keys.update(key for key in reached.changed if key[0] not in LISTS)
        ends.append(reached.cells)
    return all(end.get(key) == ends[0].get(key) for end in ends for key in keys)


class _GoingOn:
    """Where simultaneous events lead to, one after the other; `thirds` are those after which two others may matter."""

    def __init__(self, begun: dict[str, Position], thirds: list[str]) -> None:
        self.begun, self.thirds = begun, thirds
        self._second: dict[tuple[str, str], Position] = {}

    def second(self, first: str, event: Event) -> Position:
        """Return the position after an event and then another one."""
        key = (first, event.id)
        if key not in self._second:
            self._second[key] = advance(self.begun[first], event)
        return self._second[key]

    def matters(self, one: Event, other: Event) -> bool:
        """Tell whether it matters which of two comes first, here or after a third."""
        if _differ(
            (self.begun[one.id], self.second(one.id, other)),
            (self.begun[other.id], self.second(other.id, one)),
        ):
            return True
        for third in self.thirds:
            if third not in (one.id, other.id):
                first, last = self.second(third, one), self.second(third, other)
                if _differ((first, advance(first, other)), (last, advance(last, one))):
                    return True
        return False


def _differ(*ends: tuple[Position, Position]) -> bool:
    """Tell whether two ways of two events each lead to something else."""
    keys = {key for first, last in ends for key in (*first.changed, *last.changed) if key[0] not in LISTS}
    (_, one), (_, other) = ends
    return any(one.cells.get(key) != other.cells.get(key) for key in keys)


def in_sequence(order: tuple[Event, ...]) -> bool:
    """Tell whether the facts of each source stand in its sequence."""
    last: dict[str, int] = {}
    for event in order:
        if event.sequence is not None:
            if event.sequence < last.get(event.source, event.sequence):
                return False
            last[event.source] = event.sequence
    return True


def _every_order(position: Position, events: list[Event]) -> Position:
    orders = [order for order in permutations(events) if in_sequence(order)]
    ends = []
    for order in orders:
        reached, written = position, {}
        for event in order:
            reached = advance(reached, event)
            written.update(dict.fromkeys(reached.changed))
        ends.append((reached, written))
    first = ends[0][0]
    keys = {key: None for _, written in ends for key in written if key[0] not in LISTS}
    item = Item("order", "+".join(sorted(event.id for event in events)))
    cells = first.cells.mutate()
    for key in keys:
        branches = {
            "<".join(e.id for e in order): end.cells.get(key)
            for order, (end, _) in zip(orders, ends, strict=True)
        }
        if key[0] in ("IO", "BO"):
            merged: Any = EMPTY
            for branch in branches.values():
                merged = merged.update(branch or {})
            cells[key] = merged
        else:
            if key[0] == "B" and first.cells.get(key) is None:
                # A breach that only some orders bring is listed for all: its cell tells in which it is.
                cells["BN", key[1]] = (key[2], cells.get(("BN", key[1])))
                by = next(
                    (each.by for branch in branches.values() for each in leaves(branch) if each is not None),
                    None,
                )
                cells["BA",] = (key[1], key[2], by, cells.get(("BA",)))
            cells[key] = choice(item, branches)
    agenda = tuple(sorted({entry for end, _ in ends for entry in end.agenda}))
    changed = tuple(keys)
    return Position(
        first.program, first.terms, cells.finish(), agenda, first.now, first.count, first.chain, changed, first.taken
    )  # fmt: skip
