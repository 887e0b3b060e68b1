"""When an agreement takes effect in a world, how long it lasts, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from contractlang.contract import base_name
from contractlang.values import Period
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, in_days
from engine.analysis.happenings import Moment, Truth
from engine.analysis.logic import every, follows, some
from engine.analysis.numbers import a_truth, choice, whole
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
            rules = [each for each in world.look("life", document) if each[0] == "takes_effect"]
            if not any(document in (of, base_name(of)) for _, of, _, _ in rules):
                return True, whole(0)
            ever, since = a_truth(f"{world.prefix}begins {document}"), world.some_time(f"since {document}")
            world.early(("begins", document), (ever, since))

            def takes(m: Moment) -> list[Truth]:
                return [
                    every(world.conditions.truth(holds, m, {}), world.conditions.truth(value, m, {}))
                    for *_, holds, value in rules
                ]

            met = [e for *_, value in rules for name in _happened_in(value) for e in world.of_kind(name)]
            world.hold(follows(ever, some(*takes(Moment(since, f"since {document}")))))
            world.hold(follows(ever, some(*(every(e.here, e.at == since) for e in met))))
            for each in met:
                enough = some(*takes(Moment(each.at, f"at {each.id}")))
                world.hold(follows(every(each.here, enough), every(ever, since <= each.at)))
            return ever, since

        return world.once(("begins", document), make)

    def last_minute(self, document: str, since: Any) -> Any:
        """Return the end of an agreement's term, if the terms say how long it lasts."""
        world = self.world
        for how, _, _, value in world.look("life", document):
            if how == "lasts":
                if isinstance(value, BlankE):  # A term that is left blank has no end.
                    period, known = world.left_open.blank(value.name, value.kind, world.now, {})
                    if z3.is_expr(known):
                        world.prefer(known)  # Mostly it is filled.
                else:
                    period, known = world.quantities.value(value, world.now, {}).term, True
                if z3.is_int(period):  # So many years, and the last of its days is part of it.
                    end = world.day_of(since) + 365 * period + 1
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
