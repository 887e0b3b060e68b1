"""What a ledger takes, given what it has taken.

No id stands for two contents, no entry is about one that is not there, nothing happens too often or too early.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from contractlang.declaration import OccurrenceDecl
from engine.dates import iso
from engine.errors import BadEvent, in_chinese
from engine.event import ABOUT_ENTRIES, CORRECT, ESTABLISHED, NEVER, Event, Instant, Ledger
from engine.program import Program
from engine.tuples import made
from engine.written_events import corrected


def checked(program: Program, events: Iterable[Event]) -> Ledger:
    """Return the events as a ledger: repeats dropped, everything that is referred to there.

    The same id with the same content is one event; with other content it is refused. Raises BadEvent.
    """
    return Ledger(tuple(Intake(program).take(events)))


SoFar = tuple[dict[tuple[Any, ...], str], dict[str, Instant], set[str]]
"""See `Intake.so_far`."""


Before = tuple[dict[str, Instant], set[str]]
"""What happened first when, and at no known date, before events were taken; see `Intake.take_back`."""


class Checked(NamedTuple):
    """Events that can be taken, by their ids, and what of them bears on what may come after; see `Intake`."""

    new: dict[str, Event]
    once: dict[tuple[Any, ...], str]
    first: dict[str, Instant]
    undated: set[str]


class Intake:
    """What a ledger has taken so far, as far as it bears on what it may take next."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._ids: dict[str, Event] = {}
        self._once: dict[tuple[Any, ...], str] = {}
        self._first: dict[str, Instant] = {}
        self._undated: set[str] = set()

    def so_far(self) -> SoFar:
        """Return what bears on later events beside the ids: what happened once, when first, and at no known date."""
        return dict(self._once), dict(self._first), set(self._undated)

    def go_on(self, so_far: SoFar) -> None:
        """Go on from what another intake had taken; ids that it took are for the caller to know."""
        self._once, self._first, self._undated = dict(so_far[0]), dict(so_far[1]), set(so_far[2])

    def kept(self, id: str) -> Event | None:
        """Return the event that was taken under an id."""
        return self._ids.get(id)

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Take events and return those that are new. Raises BadEvent for the first that cannot be, and takes none."""
        return self.keep(self.check(events))

    def keep(self, checked: Checked) -> list[Event]:
        """Take events that were checked, and return them; nothing else was taken meanwhile."""
        new, once, first, undated = checked
        self._ids |= new
        if once:
            self._once |= once
        if first or undated:
            # Made anew: what was before can be gone back to.
            self._first, self._undated = self._first | first, self._undated | undated
        return list(new.values())

    @property
    def before(self) -> Before:
        """What `take_back` needs of the time before events are kept."""
        return self._first, self._undated

    def take_back(self, checked: Checked, before: Before) -> None:
        """Forget what was kept last."""
        for id in checked.new:
            del self._ids[id]
        for each in checked.once:
            del self._once[each]
        self._first, self._undated = before

    def check(self, events: Iterable[Event]) -> Checked:
        """Return which events are new and what bears on later ones, and take none. Raises BadEvent as `take` does."""
        new: dict[str, Event] = {}
        once: dict[tuple[Any, ...], str] = {}
        ids = self._ids
        for sent in events:
            each = self._about(sent, new) if sent.name in ABOUT_ENTRIES else sent
            id = each.id
            if id in ids or id in new:
                same = new.get(id) or ids[id]
                if same.source != each.source:
                    raise BadEvent(
                        each.id,
                        "id",
                        f"an event of the source `{same.source}` has this id",
                        f"来源`{same.source}`的事件已用此编号",
                    )
                if same.digest != each.digest:
                    raise BadEvent(
                        each.id,
                        "id",
                        "another event has this id, with other content; correct it with a `correct` entry",
                        "另一事件已用此编号而内容不同；请以 `correct` 条目更正",
                    )
                continue
            new[id] = each
        bound, happens_once = self._program.bound_in_time, self._program.happens_once
        those = [each for each in new.values() if each.name in bound]
        for each in those:
            declared = happens_once.get(each.name)
            if declared is not None:
                self._once_only(each, declared, once)
        return made(Checked, (new, once, *self._in_time(those)))

    def _about(self, entry: Event, new: Mapping[str, Event]) -> Event:
        """Return an entry, read as one about the event that it names. Raises BadEvent where there is no such event."""
        of = str(entry.fields.get("of"))
        old = new.get(of) or self._ids.get(of)
        if old is None:
            raise BadEvent(
                entry.id, "of", f"`{of}` is no event recorded before it", f"此前没有记录编号为`{of}`的事件"
            )
        if old.name in ABOUT_ENTRIES:
            about = old.fields["of"]
            raise BadEvent(
                entry.id, "of", f"`{of}` is itself about `{about}`: name that event, and say how it is now",
                f"`{of}`本身是关于`{about}`的条目：请指明该事件，并写明现在的情况",
            )  # fmt: skip
        return corrected(self._program, entry, old) if entry.name == CORRECT else entry

    def _once_only(self, taken: Event, declared: OccurrenceDecl, once: dict[tuple[Any, ...], str]) -> None:
        """An occurrence declared `once`, or `once for each`, may not happen twice."""
        if taken.standing is not ESTABLISHED:
            return
        per = taken.actor if declared.once == "by" else None
        if declared.once and declared.once != "by":
            per = taken.fields.get(declared.once)
        if declared.once and per is None:
            return
        before = self._once.get((taken.name, per)) or once.setdefault((taken.name, per), taken.id)
        if before != taken.id:
            en, zh = _per(declared)
            reason = f"`{taken.name}` happens once{en}, and {before} was it"
            zh = f"`{in_chinese(declared)}`{zh}只发生一次，已有{before}"
            raise BadEvent(taken.id, declared.once or "name", reason, zh)

    def _in_time(self, new: Iterable[Event]) -> tuple[dict[str, Instant], set[str]]:
        """What is declared to come only after something else may not come without it.

        Return when each occurrence first happened, as far as that is now otherwise, and which have no date.
        """
        only_after, first_of_two = self._program.only_after, self._program.first_of_two
        bound: list[Event] = []
        first: dict[str, Instant] = {}
        undated: set[str] = set()
        for each in new:
            name = each.name
            if name in first_of_two:
                if each.occurred_at is None:
                    undated.add(name)
                else:
                    known = first.get(name, self._first.get(name, each.effect_at))
                    first[name] = min(known, each.effect_at)
            if name in only_after and each.occurred_at is not None:
                bound.append(each)
        for each in bound:
            for relation in only_after[each.name]:
                if relation.right in undated or relation.right in self._undated:
                    continue
                if first.get(relation.right, self._first.get(relation.right, NEVER)) > each.effect_at:
                    reason = f"`{each.name}` comes only after `{relation.right}`, not there by {iso(each.effect_at)}"
                    zh = f"`{each.name}`只能在`{relation.right}`之后发生，至{iso(each.effect_at)}尚无后者"
                    raise BadEvent(each.id, "at", reason, zh)
        return first, undated


def _per(declared: OccurrenceDecl) -> tuple[str, str]:
    """Say for each of what an occurrence happens once."""
    if declared.once == "by":
        return " for each party", "每一当事人"
    param = next((each for each in declared.params if each.name == declared.once), None)
    return ("", "") if param is None else (f" for each {param.name}", f"每一{in_chinese(param)}")
