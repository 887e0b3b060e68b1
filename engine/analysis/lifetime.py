"""When an agreement takes effect in a world, how long it lasts, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from contractlang.values import Period
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, in_days, open_days
from engine.analysis.happenings import Moment
from engine.analysis.logic import Truth, every, follows, some
from engine.analysis.numbers import choice, whole
from engine.analysis.tally import HORIZON
from engine.program import LIFE_STATES
from engine.quantities import BlankE
from engine.statuses import HappenedE


class Lifetime(Aspect):
    """The life of agreements."""

    def agreement(self, document: str, m: Moment) -> Any:
        """Return the state of an agreement at a moment; a world in which nobody ends it has no end of it."""
        return self.world.once(("agreement", document, m.key), lambda: self._agreement(document, m))

    def _agreement(self, document: str, m: Moment) -> Any:
        world = self.world
        draft, in_force, expired, terminated = (whole(world.code(each)) for each in LIFE_STATES)
        begins, since = self.begins(document)
        ends = [
            every(
                world.has_happened(each, m),
                world.states.has_basis(each, document),
                world.states.since(each, "agreement") <= m.at,
            )
            for declared in (world.look("ending") if world.ending else ())
            for each in world.of_kind(declared.name)
        ]
        last = self.last_minute(document, since)
        alive: Any = in_force
        if last is not None:
            alive = choice(m.at >= last, expired, in_force)
        alive = choice(some(*ends), terminated, alive) if ends else alive
        return choice(every(begins, since <= m.at), alive, draft)

    def begins(self, document: str) -> tuple[Truth, Any]:
        """Return whether an agreement takes effect at all, and when."""
        world = self.world

        def make() -> tuple[Truth, Any]:
            if not world.look("waits", document):
                return True, whole(0)
            ever = world.named(("begins", document), lambda: self._begins(document))
            return ever, world.some_time(f"since {document}")

        return world.once(("begins with", document), make)

    def _begins(self, document: str) -> Truth:
        """Return whether an agreement takes effect when it is said to. It does so as soon as it can."""
        world = self.world
        rules = world.look("takes effect", document)
        ever, since = self.begins(document)

        def takes(m: Moment) -> Truth:
            return some(*(
                every(world.conditions.truth(holds, m, {}), world.conditions.truth(value, m, {}))
                for holds, value in rules
            ))  # fmt: skip

        met = [e for _, value in rules for name in _happened_in(value) for e in world.of_kind(name)]
        for each in met:
            enough = takes(Moment(each.at, f"at {each.id}"))
            world.hold(follows(every(each.here, enough), every(ever, since <= each.at)))
        then = some(*(every(each.here, each.at == since) for each in met))
        return every(takes(Moment(since, f"since {document}")), then)

    def last_minute(self, document: str, since: Any) -> Any:
        """Return the end of an agreement's term, if the terms say how long it lasts."""
        world = self.world
        for value in world.look("lasts", document):
            if isinstance(value, BlankE):  # A term that is left blank has no end.
                period, known = world.left_open.blank(value.name, value.kind, world.now, {})
                if z3.is_expr(known):
                    world.prefer(known)  # Mostly it is filled.
            else:
                period, known = world.quantities.value(value, world.now, {}).term, True
            days = open_days(period, value)
            if days is not None:  # The last of its days is part of it.
                end = world.day_of(since) + days + 1
                return world.at(choice(known, end, HORIZON) if z3.is_expr(known) else end)
            if isinstance(period, Period):
                return since + in_days(period) * MINUTES
        return None


def _happened_in(it: Any) -> Iterator[str]:
    """Yield the acts and events that a condition asks for."""
    if isinstance(it, HappenedE):
        yield it.name
    for part in (getattr(it, "part", None), *getattr(it, "parts", ())):
        if part is not None:
            yield from _happened_in(part)
