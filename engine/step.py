"""One instant's work: rules run in every case, what they write, and who is woken by it.

A rule is a function of a scene and a dictionary of writes. Where something open decides, it is run for each answer,
and what differs is kept as a choice. What each cell holds stands in docs/architecture.md, "Cells of a position".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final

from immutables import Map

from engine.choice import LIMIT, Choice, choice, leaves, reduced
from engine.decision import Item
from engine.event import ALLEGED, Event, Instant
from engine.program import Program
from engine.scene import DEPARTED, Scene, Start
from engine.taken import Taken
from engine.terms import Terms

Key = tuple[Any, ...]
Entry = tuple[Instant, str, int, str]
Writes = dict[Key, Any]
Path = list[tuple[Item, Any]]

EMPTY: Map[str, bool] = Map()
LISTS = frozenset({"F", "FI", "BN", "BA", "H", "HA", "D"})
INEXACT: Final[Key] = ("!",)
"""The cell that tells that something had more cases than the limit."""
TOPICS = frozenset({"S", "H", "Q", "PA"})
"""The cells that are watched by their name."""
OVER = frozenset({"done", "cured", "waived", "released"})
DAY = 86_400_000_000


class Step:
    """Reads what stood before an instant's facts, writes what stands after them."""

    __slots__ = (
        "_now", "agenda", "at", "before", "begun", "breached", "changed", "had", "new", "program", "queue",
        "shown", "taken", "terms",
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
        self.program, self.terms, self.taken, self.had, self.at = program, terms, taken, had, at
        self.new = cells.mutate()
        self.before = Scene(program, terms, taken, cells.get, at)
        self._now: Scene | None = None
        self.agenda: list[Entry] | None = None
        self.changed: dict[Key, None] = {}
        self.queue: set[tuple[str, int]] = set()
        self.breached: list[tuple[int, str]] = []
        self.shown: dict[str, Instant] = {}
        # Since when a state has the value that it is given now, where that is a day before.
        self.begun: dict[tuple[str, str], Instant] = {}

    @property
    def now(self) -> Scene:
        """What stands after the facts so far; many events ask for nothing of it."""
        if self._now is None:
            self._now = Scene(self.program, self.terms, self.taken, self.new.get, self.at)
        return self._now

    def run(self, scene: Scene, act: Callable[..., None], *args: Any) -> None:
        """Run a rule; where something open decides, run it for each answer and keep what differs."""
        waiting: list[Start] = []
        scene.assigned, scene.vars, scene.event, scene.turn = {}, {}, None, None
        scene.waiting = scene.leaving = waiting
        writes: Writes = {}
        act(scene, writes, *args)
        if waiting:
            writes = self.cases(scene, act, args, writes)
        scene.waiting = scene.leaving = None
        for key, value in writes.items():
            self.write(key, value)

    def cases(self, scene: Scene, act: Callable[..., None], args: tuple[Any, ...], first: Writes) -> Writes:
        """Run the rule again for the answers that still wait; return what it writes in all cases together.

        An open item that is met takes its first answer there and then, as in a decision (`ways` in `recall.py`).
        """
        waiting = scene.waiting
        assert waiting is not None
        found = [(scene.assigned, first)]
        while waiting:
            if len(found) > LIMIT:
                self.new[INEXACT] = True
                break
            assigned, _ = waiting.pop()
            scene.assigned, scene.vars, scene.event = assigned, {}, None
            scene.leaving = None if DEPARTED in assigned else waiting
            writes: Writes = {}
            act(scene, writes, *args)
            found.append((assigned, writes))
        if not any(writes for _, writes in found):
            # Most that is looked at again stays as it is, whatever the answers.
            return {}
        return self.merged([(_path(assigned), writes) for assigned, writes in found], 0, {})

    def merged(self, leaves: list[tuple[Path, Writes]], depth: int, assigned: dict[Item, Any]) -> Writes:
        """Return what is written under the answers `assigned`: a choice where it differs with the next item."""
        path, writes = leaves[0]
        if len(path) == depth:
            return writes
        item = path[depth][0]
        under: dict[Any, list[tuple[Path, Writes]]] = {}
        for leaf in leaves:
            under.setdefault(leaf[0][depth][1], []).append(leaf)
        cases = {option: {**assigned, item: option} for option in under}
        found = {option: self.merged(some, depth + 1, cases[option]) for option, some in under.items()}
        merged: Writes = {}
        for key in {key: None for writes in found.values() for key in writes}:
            old = self.new.get(key)
            merged[key] = choice(
                item, {o: w[key] if key in w else reduced(old, cases[o]) for o, w in found.items()}
            )
        return merged

    def write(self, key: Key, value: Any) -> None:
        """Write a cell, keep the lists that lead to it, and wake who watches it."""
        kind, new = key[0], self.new
        old = new.get(key)
        new[key] = value
        self.changed[key] = None
        if kind == "I":
            self.keep_open(("IO", key[1]), key[2], value, old is None)
            topic: Key = ("N", key[1])
        elif kind == "B":
            if old is None:
                new["BN", key[1]] = (key[2], new.get(("BN", key[1])))
                by = next((leaf.by for leaf in leaves(value) if leaf is not None), None)
                new["BA",] = (key[1], key[2], by, new.get(("BA",)))
            is_new = old is None or (type(old) is Choice and any(leaf is None for leaf in leaves(old)))
            if is_new and key[1] in self.program.on_breach:
                self.breached.append((key[1], key[2]))
            self.keep_open(("BO", key[1]), key[2], value, old is None)
            topic = ("N", key[1])
        elif kind in TOPICS:
            if kind == "S" and value != old:
                history, since = ("V", key[1], key[2]), self.begun.get((key[1], key[2]), self.at)
                new[history] = (since, ("VS", key[1], key[2], self.at), new.get(history))
                new["VS", key[1], key[2], self.at] = value
            topic = (kind, key[1])
        else:
            return
        woken = self.program.watchers.get(topic)
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
        entry = (at, kind, index, name)
        agenda = self.had if self.agenda is None else self.agenda
        place = bisect_left(agenda, entry)
        if place < len(agenda) and agenda[place] == entry:
            return
        if self.agenda is None:
            self.agenda = list(self.had)
        self.agenda.insert(place, entry)

    def real(self, scene: Scene, event: Event) -> bool:
        return event.standing is not ALLEGED or scene.happened_for_real(event)


def _path(assigned: dict[Item, Any]) -> Path:
    """Return the items that a case has met and their answers, in order."""
    return [each for each in assigned.items() if each[0] is not DEPARTED]
