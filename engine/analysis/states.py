"""What states are at a moment of a world: what was last set, by what happened on a basis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import z3

from contractlang.norms import Prohibition
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, is_day, minute_of
from engine.analysis.happenings import Env, Happening, Moment, Value, just_before
from engine.analysis.logic import Truth, every, follows, no, some
from engine.analysis.numbers import a_number, choice, whole
from engine.dates import end_of
from engine.quantities import AsOfE, FieldE

PERIODS = ((2026, 3), (2027, 1))
"""Year and month: the billing periods of bills and uses, where the period matters; the likelier first."""


class States(Aspect):
    """The states of agreements, and what sets them."""

    def state(self, name: str, document: str, m: Moment) -> Any:
        """Return what a state is at a moment."""
        if name == "agreement":
            return self.world.lifetime.agreement(document, m)
        return self.world.once(("state", name, document, m.key), lambda: self._state(name, document, m))

    def _state(self, name: str, document: str, m: Moment) -> Any:
        world = self.world
        made = a_number(f"{world.prefix}{name}@{document} {m.key}")
        setters = self.setters(name, document)
        for each, value, based in setters:
            world.hold(follows(self.is_last(each, based, setters, m), made == value))
        none = no(some(*(every(world.has_happened(e, m), b) for e, _, b in setters)))
        first = self.first(name)
        if first is not None:
            world.hold(follows(none, made == first))
        return made

    def as_of(self, it: AsOfE, m: Moment, env: Env) -> Value:
        """Return what a state was at a day, an instant, or the first day of a billing period.

        The periods of a world are `PERIODS`, one that begins before all that happens in it and one that does not: which
        other it is makes a difference to sums alone.
        """
        world = self.world
        when = world.quantities.value(it.at, m, env).term
        setters = self.setters(it.state.name, it.state.document)
        if not z3.is_expr(when) or len(setters) > 1:
            return world.free()
        if isinstance(it.at, FieldE) and it.at.kind.name == "text":
            early, late = (when == world.code(f"{year}-{month:02}") for year, month in PERIODS)
            world.hold(some(early, late))
            world.prefer(early)
            ends = [whole(minute_of(end_of(date(*each, 1))) - 1) for each in PERIODS]
            last: Any = choice(early, *ends)
        else:
            last = (when + 1) * MINUTES - 1 if is_day(it.at) else when
        made = self.first(it.state.name)
        if made is None:
            return world.free()
        for each, value, based in setters:
            since = self.since(each, it.state.name)
            set_then = every(world.has_happened(each, m), based, since <= last, since <= m.at)
            made = choice(set_then, value, made)
        return Value(made, True)

    def first(self, state: str) -> Any:
        """Return what a state is before anything sets it, as the account's settings say; None where they cannot."""
        world = self.world
        option = world.look("first option", state)
        if option is not None:
            return whole(world.code(option))
        kind = world.look("declared", state).kind.name
        if kind not in ("money", "count"):
            return None
        return world.once(("first", state), lambda: self._first(state, kind))

    def _first(self, state: str, kind: str) -> Any:
        world = self.world
        made = a_number(f"{state} at first")
        world.between(made, 1, 10_000_000)
        world.prefer_round(made, kind)
        world.firsts[state] = Value(made, True)
        return made

    def since(self, each: Happening, state: str) -> Any:
        """Return from when something that happens sets a state."""
        for effect in self.world.declared(each).sets:
            if effect.state == state and effect.since is not None:
                since = each.fields[effect.since].term
                return since * MINUTES if self._is_day_field(each, effect.since) else since
        return each.at

    def _is_day_field(self, each: Happening, name: str) -> bool:
        return any(p.name == name and p.kind.name == "day" for p in self.world.declared(each).params)

    def setters(self, name: str, document: str) -> list[tuple[Happening, Any, Truth]]:
        """Return what sets a state: to which value, and, in law, whether it has a basis."""
        return self.world.once(("setters", name, document), lambda: list(self._setters(name, document)))

    def _setters(self, name: str, document: str) -> Iterator[tuple[Happening, Any, Truth]]:
        world = self.world
        for declared in world.look("setting", name):
            for effect in declared.sets:
                if effect.state != name:
                    continue
                for actor in world.actors(declared):
                    made = world.happening(declared, actor)
                    if effect.option is not None:
                        value: Any = whole(world.code(effect.option))
                    else:
                        value = made.fields[effect.field or ""].term
                    yield made, value, self.has_basis(made, document) if document else True
            # Since when it was so before it was shown, only the engine asks.
            for shown in declared.shows if not document else ():
                if shown.state == name:
                    for actor in world.actors(declared):
                        yield world.happening(declared, actor), whole(world.code(shown.option)), True

    def is_last(
        self, it: Happening, based: Truth, setters: list[tuple[Happening, Any, Truth]], m: Moment
    ) -> Truth:
        later = [
            every(self.world.has_happened(other, m), also, other.at > it.at)
            for other, _, also in setters
            if other is not it
        ]
        return every(self.world.has_happened(it, m), based, no(some(*later)))

    def has_basis(self, act: Happening, document: str) -> Truth:
        """Return whether some norm is open to an act just before it, such that the act changes an agreement's state.

        A norm of an agreement changes that one. A law changes those in force, or that of the breach that it is upon:
        of this last, any is taken.
        """
        world = self.world

        def make() -> Truth:
            before = just_before(act)
            found = []
            for rule in world.on_act(act.name):
                if not isinstance(rule.norm, Prohibition) and rule.home in ("", document):
                    opens = world.judge.opens(rule, before, act, act.actor or "")
                    if not rule.home and not rule.on_breach_of:
                        opens = every(
                            opens, world.lifetime.agreement(document, before) == world.code("in_force")
                        )
                    found.append(opens)
            return some(*found)

        return world.named(("basis", act.id, document), make)
