"""One instant's work: rules run in every case, what they write, and who is woken by it.

A rule is a function of a scene and a dictionary of writes. Where something open decides, it is run for each answer,
and what differs is kept as a choice. Cells, by the first part of their key: S state, C its cause, V its history; H an
occurrence that happened, F all of a kind, FI by a field's value; I an instance of a duty, IO those not over; U what
happened in vain for a norm that waits for it; B a breach, BN those of a norm, BA all, BO the open ones; PH the payments
on a debt that accrues, PA what is paid on a named sum; Q an answer, X a dispute; L the life of an agreement; G the
basis of an act, W one without; E and M what a condition-triggered norm was last seen as.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Any

from immutables import Map

from engine.choice import LIMIT, Choice, Split, choice, leaves, reduced
from engine.decision import Item
from engine.event import Event, Instant, Standing
from engine.program import Program
from engine.scene import Scene
from engine.terms import Taken, Terms

Key = tuple[Any, ...]
Entry = tuple[Instant, str, int, str]
Writes = dict[Key, Any]

EMPTY: Map[str, bool] = Map()
LISTS = frozenset({"F", "FI", "BN", "BA", "H", "HA", "D"})
INEXACT = ("!",)
"""The cell that tells that something had more cases than the limit."""
OVER = frozenset({"done", "cured", "waived", "released"})
DAY = 86_400_000_000


class Step:
    """Reads what stood before an instant's facts, writes what stands after them."""

    __slots__ = (
        "agenda", "at", "before", "breached", "changed", "had", "leaves", "new", "now", "program", "queue", "shown",
        "terms",
    )  # fmt: skip

    def __init__(
        self,
        program: Program,
        terms: Terms,
        taken: Taken,
        cells: Map[Key, Any],
        had: tuple[Entry, ...],
        at: Instant,
    ) -> None:
        self.program, self.terms, self.had, self.at = program, terms, had, at
        self.new = cells.mutate()
        self.before = Scene(program, terms, taken, cells.get, at)
        self.now = Scene(program, terms, taken, self.new.get, at)
        self.agenda: list[Entry] | None = None
        self.changed: dict[Key, None] = {}
        self.queue: set[tuple[str, int]] = set()
        self.breached: list[tuple[int, str]] = []
        self.shown: dict[str, Instant] = {}
        self.leaves = 0

    def run(self, scene: Scene, act: Callable[..., None], *args: Any) -> None:
        """Run a rule; where something open decides, run it for each answer and keep what differs."""
        scene.assigned, scene.vars, scene.event, scene.departed, scene.turn = {}, {}, None, False, None
        writes: Writes = {}
        try:
            act(scene, writes, *args)
        except Split as split:
            self.leaves = 0
            writes = self.cases(scene, split, act, args, {}, False)
        for key, value in writes.items():
            self.write(key, value)

    def cases(
        self, scene: Scene, split: Split, act: Callable[..., None], args: tuple[Any, ...], assigned: dict[Item, Any],
        departed: bool,
    ) -> Writes:  # fmt: skip
        item = split.item
        has_default = item.kind == "reading" and item.name in self.now.taken.by_default
        found: dict[Any, Writes] = {}
        for place, option in enumerate(split.options):
            if self.leaves > LIMIT:
                self.new[INEXACT] = True
                break
            case = {**assigned, item: option}
            gone = departed or (has_default and place > 0)
            scene.assigned, scene.vars, scene.event, scene.departed = case, {}, None, gone
            writes: Writes = {}
            try:
                act(scene, writes, *args)
                self.leaves += 1
            except Split as further:
                writes = self.cases(scene, further, act, args, case, gone)
            found[option] = writes
        merged: Writes = {}
        for key in {key: None for writes in found.values() for key in writes}:
            old = self.new.get(key)
            merged[key] = choice(
                item,
                {o: w[key] if key in w else reduced(old, {**assigned, item: o}) for o, w in found.items()},
            )
        return merged

    def write(self, key: Key, value: Any) -> None:
        """Write a cell, keep the lists that lead to it, and wake who watches it."""
        kind = key[0]
        old = self.new.get(key)
        self.new[key] = value
        self.changed[key] = None
        watchers = self.program.watchers
        if kind == "I":
            self.keep_open(("IO", key[1]), key[2], value, old is None)
            topic: Key = ("N", key[1])
        elif kind == "B":
            if old is None:
                self.new["BN", key[1]] = (key[2], self.new.get(("BN", key[1])))
                by = next((leaf.by for leaf in leaves(value) if leaf is not None), None)
                self.new["BA",] = (key[1], key[2], by, self.new.get(("BA",)))
            is_new = old is None or (type(old) is Choice and any(leaf is None for leaf in leaves(old)))
            if is_new and key[1] in self.program.on_breach:
                self.breached.append((key[1], key[2]))
            self.keep_open(("BO", key[1]), key[2], value, old is None)
            topic = ("N", key[1])
        elif kind in ("S", "H", "Q", "PA"):
            if kind == "S" and value != old:
                self.new["V", key[1], key[2]] = (
                    self.at,
                    ("VS", key[1], key[2], self.at),
                    self.new.get(("V", key[1], key[2])),
                )
                self.new["VS", key[1], key[2], self.at] = value
            topic = (kind, key[1])
        else:
            return
        woken = watchers.get(topic)
        if woken is not None:
            self.queue.update(woken)

    def keep_open(self, key: Key, trig: str, value: Any, new: bool) -> None:
        if type(value) is Choice:
            is_open = any(leaf is not None and leaf.status not in OVER for leaf in leaves(value))
        else:
            is_open = value is not None and value.status not in OVER
        listed = self.new.get(key)
        if is_open:
            if new or listed is None or trig not in listed:
                self.changed[key] = None
                self.new[key] = (EMPTY if listed is None else listed).set(trig, True)
        elif listed is not None and trig in listed:
            self.changed[key] = None
            self.new[key] = listed.delete(trig)

    def schedule(self, at: Instant | None, kind: str, index: int, name: str) -> None:
        """Look again at `at`: time alone may change something then."""
        if at is None or (at <= self.at and kind == "K"):
            return
        if self.agenda is None:
            self.agenda = list(self.had)
        entry = (at, kind, index, name)
        if entry not in self.agenda:
            insort(self.agenda, entry)

    def real(self, scene: Scene, event: Event) -> bool:
        return event.standing is not Standing.ALLEGED or scene.happened_for_real(event)
