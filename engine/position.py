"""Where every norm stands: the fold of an account's ledger.

A position is immutable and shares its cells with the ones before it, so keeping many is cheap. `advance` and `elapse`
make positions and nothing else does. The work for an event is bounded by the norms it touches. What the cells hold
is told in docs/architecture.md, "Cells of a position".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from immutables import Map

from contractlang.contract import version_name
from contractlang.norms import Maintenance, Obligation
from engine.duties import arise, arise_on_breach, discharges, edge, look_for_end, miss, waive, waived
from engine.errors import OutOfOrder
from engine.event import ALLEGED, ANSWER, DAWN, DISPUTE, MIGRATE, NEVER, START, WAIVE, Event, Instant
from engine.happenings import (
    effects,
    forbid,
    has_basis,
    judge,
    pass_by,
    pass_by_breach,
    record,
    remember,
    turn_back,
    turn_state,
)
from engine.lifetime import begin_again, expire, live
from engine.program import Program, Touch
from engine.scene import Scene
from engine.step import Entry, Key, Step
from engine.taken import Taken
from engine.terms import Terms
from engine.upkeep import keep, keep_instance

_ROUNDS = 40


class Position:
    """Where every norm of a program stands at an instant, for one account's terms."""

    __slots__ = (
        "agenda", "based", "cells", "chain", "changed", "count", "now", "program", "taken", "terms", "told",
    )  # fmt: skip

    def __init__(
        self, program: Program, terms: Terms, cells: Map[Key, Any], agenda: tuple[Entry, ...], now: Instant, count: int,
        chain: bytes, changed: tuple[Key, ...], taken: Taken,
    ) -> None:  # fmt: skip
        self.program, self.terms, self.cells, self.agenda = program, terms, cells, agenda
        self.now, self.count, self.chain, self.changed, self.taken = now, count, chain, changed, taken
        # The act, and whose, that had a basis when it last came, until when time alone does not change that.
        self.based: tuple[str, str | None, Instant] | None = None
        # What was told of who may do which act (`Memory` in `told.py`); None where nobody would ask again.
        self.told: Any = None

    @property
    def terms_digest(self) -> str:
        """The hash of the account's terms."""
        return self.terms.sealed

    @staticmethod
    def opening(program: Program, terms: Terms) -> Position:
        """Return the position before anything has happened: what time alone may bring before the first fact waits."""
        opening = Position(program, terms, Map(), (), START - 1, 0, b"", (), program.taken(terms))
        if not program.timed_life:
            return opening
        step = opening.step(opening.now)
        step.queue.update(("life", index) for index in program.timed_life)
        settle(step, None)
        return opening.reached(step, None)

    def taking(self, reading: str, option: str) -> Position:
        """Return this position with a reading taken in another option than by default, for questions only."""
        taken = Taken({**self.taken.options, reading: option}, {})
        return Position(
            self.program, self.terms, self.cells, self.agenda, self.now, self.count, self.chain, self.changed, taken,
        )  # fmt: skip

    def scene(self, at: Instant | None = None, get: Callable[..., Any] | None = None) -> Scene:
        """Return a look at this position, by default at its instant; `get` looks at its cells."""
        scene = Scene(
            self.program, self.terms, self.taken, get or self.cells.get, self.now if at is None else at
        )
        scene.agenda = self.agenda
        return scene

    def step(self, at: Instant) -> Step:
        """Return the work of an instant, begun at this position."""
        return Step(self.program, self.terms, self.taken, self.cells, self.agenda, at)

    def reached(self, step: Step, event: Event | None) -> Position:
        """Return the position that a step begun here has reached."""
        chain, count = self.chain, self.count
        if event is not None:
            chain, count = _chained(chain, event), count + 1
        agenda = self.agenda if step.agenda is None else tuple(step.agenda)
        return Position(
            self.program, self.terms, step.new.finish(), agenda, step.at, count, chain, tuple(step.changed), self.taken,
        )  # fmt: skip

    def is_like(self, other: Position) -> bool:
        """Tell whether it is seen at once that all stands, and will by time alone, as in another of this account."""
        return self.cells is other.cells and self.agenda == other.agenda

    def following(self, before: Position, event: Event) -> Position:
        """Return this position, which an event led to, as it is after `before`, which is like the one that it followed:
        only which facts have led to it is otherwise.
        """
        return Position(
            self.program, self.terms, self.cells, self.agenda, self.now, before.count + 1,
            _chained(before.chain, event), self.changed, self.taken,
        )  # fmt: skip

    def passed(self, event: Event, touch: Touch) -> Position | None:
        """Return the position after an event of which nothing is written; None for an act that has, or may have, none
        to rest on.
        """
        based = self.based
        if touch.declared.needs_basis and (
            based is None or based[0] != event.name or based[1] != event.actor or based[2] <= event.effect_at
            or event.standing is ALLEGED
        ):  # fmt: skip
            scene = self.scene(event.effect_at)
            if not has_basis(scene, event):
                return None
            until = NEVER if scene.turn is None else scene.turn
            based = (event.name, event.actor, until) if touch.alike else None
        found = Position(
            self.program, self.terms, self.cells, self.agenda, event.effect_at, self.count + 1,
            _chained(self.chain, event), (), self.taken,
        )  # fmt: skip
        found.based = based
        return found


def _chained(chain: bytes, event: Event) -> bytes:
    return hashlib.blake2b(chain + event.digest, digest_size=16).digest()


def advance(position: Position, event: Event) -> Position:
    """Return the position after `event`. Raises OutOfOrder if it takes effect before the position's instant."""
    at = event.effect_at
    if at < position.now:
        raise OutOfOrder(
            f"{event.id} takes effect before what was already taken: replay from an earlier position"
        )
    if position.now < DAWN <= at:
        position = before_first(position, event)
    agenda = position.agenda
    if agenda and agenda[0][0] <= at:
        position = elapse(position, at)
    touch = position.program.touches.get(event.name)
    if touch is not None and touch.is_passing:
        passed = position.passed(event, touch)
        if passed is not None:
            return passed
    step = position.step(at)
    if touch is not None:
        take(step, event, touch)
    else:
        take_built_in(step, event)
    return position.reached(step, event)


def before_first(position: Position, event: Event) -> Position:
    """Return the position just before the account's first fact: what no condition brings into force is, from then."""
    position = elapse(position, event.effect_at)
    step = position.step(event.effect_at)
    step.new["V0",] = event.effect_at
    for agreement in position.program.agreements:
        step.new["CE", "agreement", agreement] = (event.id,)
    step.queue.update(position.program.order)
    settle(step, None)
    return position.reached(step, None)


def elapse(position: Position, until: Instant) -> Position:
    """Return the position at `until`, with everything that time alone brings about up to and including it."""
    while position.agenda and position.agenda[0][0] <= until:
        at = position.agenda[0][0]
        due = []
        for entry in position.agenda:
            if entry[0] != at:
                break
            due.append(entry)
        step = position.step(max(at, position.now))
        step.agenda = list(position.agenda[len(due) :])
        fall_due(step, due)
        position = position.reached(step, None)
    if position.now < until:
        p = position
        position = Position(p.program, p.terms, p.cells, p.agenda, until, p.count, p.chain, (), p.taken)
    return position


def take(step: Step, event: Event, touch: Touch) -> None:
    """Let an act or event of the contracts do what it does."""
    declared = touch.declared
    if declared.on_arrival:
        step.new["A", event.id] = True
    if declared.needs_basis:
        step.run(step.before, judge, step, event, touch)
    for index in touch.prohibitions:
        step.run(step.before, forbid, step, event, step.program.rules[index])
    if touch.referred:
        step.new["R", event.id] = event
    if touch.remember:
        remember(step, event, touch)
    if touch.counted or touch.abouts:
        step.run(step.now, record, step, event, touch)
    if touch.effects:
        step.run(step.now, effects, step, event, touch)
    for topic in touch.topics:
        step.queue.update(step.program.watchers[topic])
    if step.queue:
        for name in sorted([each for each in step.queue if each[0] == "life"]):
            step.queue.discard(name)
            look(step, name, event)
    if touch.discharges:
        discharges(step, event, touch)
    for index in touch.instances:
        step.run(step.now, arise, step, event, step.program.rules[index], event.id, event)
    for index in touch.waited_for:
        step.run(step.now, pass_by, step, event, step.program.rules[index])
    if step.queue or step.breached:
        settle(step, event)


def settle(step: Step, event: Event | None) -> None:
    """Let everything that watches what changed look again, in order, until nothing changes any more."""
    for _ in range(_ROUNDS):
        while step.breached:
            index, trig = step.breached.pop(0)
            for rule in map(step.program.rules.__getitem__, step.program.on_breach.get(index, ())):
                arises = isinstance(rule.norm, Obligation | Maintenance)
                act = arise_on_breach if arises else pass_by_breach
                step.run(step.now, act, step, rule, index, trig)
        if not step.queue:
            return
        order = step.program.order
        waiting = sorted(step.queue, key=order.__getitem__)
        step.queue = set()
        for place, name in enumerate(waiting):
            look(step, name, event)
            if step.queue and place + 1 < len(waiting):
                step.queue.update(waiting[place + 1 :])
                break


def look(step: Step, name: tuple[str, int], event: Event | None) -> None:
    """Look again at what watches something that has changed: the life of an agreement, a window, a duty."""
    kind, index = name
    if kind == "life":
        step.run(step.now, live, step, step.program.life_rules[index], event)
        return
    if step.new.get(("V0",)) is None:
        # What is known from the start gives rise to nothing before the account's first fact.
        return
    rule = step.program.rules[index]
    if kind == "window":
        for trig in step.now.listed("IO", index):
            step.run(step.now, look_for_end, step, rule, trig)
    elif isinstance(rule.norm, Obligation):
        step.run(step.now, edge, step, rule, event)
    elif rule.norm.trigger is None:
        step.run(step.now, keep, step, rule, "", None, event)
    else:
        for trig in step.now.listed("IO", index):
            step.run(step.now, keep_instance, step, rule, trig, event)


def fall_due(step: Step, entries: list[Entry]) -> None:
    """Do what falls due at this instant."""
    for at, kind, index, name in entries:
        match kind:
            case "D":
                # What is done by then in every case is not missed in any.
                if name in (step.new.get(("IO", index)) or ()):
                    step.run(step.now, miss, step, step.program.rules[index], name, at)
            case "A":
                hold(step, step.new["QS", name])
            case "Z":
                step.run(step.now, expire, step, name, at)
            case "N":
                step.run(step.now, begin_again, step, name)
            case "B":
                step.run(step.now, turn_back, step, *name.split("\n"))
            case "T":
                step.run(step.now, turn_state, step, *name.split("\n"))
            case _:
                step.queue.add((name, index))
    settle(step, None)


def hold(step: Step, answer: Event) -> None:
    """Let an answer hold from now on, unless one that was recorded later holds already."""
    subject = answer.fields["question"], answer.fields.get("about")
    place = answer.effect_at
    if step.new.get(("QO", *subject), place) > place:
        return
    step.write(("Q", *subject), answer.fields.get("value"))
    step.new["QE", *subject] = answer.id
    step.new["QO", *subject] = place


def take_built_in(step: Step, event: Event) -> None:
    """Take an entry that says something of the account itself: an answer, a dispute, a migration, a waiver."""
    fields = event.fields
    if event.name == ANSWER:
        since = fields.get("since")
        if since is None:
            hold(step, event)
        else:
            step.new["QS", event.id] = event
            step.schedule(since, "A", 0, event.id)
    elif event.name == DISPUTE:
        step.write(("X", fields["question"], fields.get("about")), event.id)
        step.queue.update(step.program.watchers.get(("Q", fields["question"]), ()))
    elif event.name == MIGRATE:
        home = fields["agreement"]
        step.new["MV", home] = (
            step.at,
            version_name(home, str(fields["version"])),
            step.new.get(("MV", home)),
        )
        step.queue.update(step.program.watchers.get(("S", "agreement"), ()))
    elif event.name == WAIVE:
        for index in waived(step, event):
            step.run(step.now, waive, step, event, step.program.rules[index])
    settle(step, event)
