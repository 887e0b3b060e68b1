"""When a condition holds at a moment of a world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from contractlang.kinds import Kind
from contractlang.norms import Who
from engine.analysis.aspect import Aspect
from engine.analysis.days import is_day, is_instant, minute_of
from engine.analysis.happenings import Broken, Env, Happening, Moment
from engine.analysis.logic import Truth, all_of, any_of, every, no, some
from engine.analysis.numbers import TRUE
from engine.conditions import ActorE, AndE, ChosenE, CompareE, IsBlankE, NotE, OrE, PlacedE
from engine.event import BOTH
from engine.force import Part, Text, TextE, ValidE
from engine.quantities import ConstE, FieldE
from engine.statuses import DischargedE, HappenedE, InBreachE, OverdueE, UsedE


class Conditions(Aspect):
    """When conditions hold."""

    def truth(self, it: Any, m: Moment, env: Env) -> Truth:
        """Return when a condition holds at a moment."""
        world = self.world
        match it:
            case None:
                return True
            case AndE():
                return all_of(self._in_turn(it, m, env))
            case OrE():
                return any_of(self._in_turn(it, m, env))
            case NotE():
                return no(self.truth(it.part, m, env))
            case CompareE():
                return self.compare(it, m, env)
            case HappenedE():
                return self.happened(it, m, env)
            case ChosenE():
                return world.left_open.chosen(it.reading, it.option)
            case IsBlankE():
                return no(world.left_open.blank(it.name, None, m, env).known)
            case OverdueE():
                return world.breaches.overdue(it, m, env)
            case InBreachE():
                return self.in_breach(it, m, env)
            case DischargedE():
                return some(
                    *(
                        world.duties.discharged(rule, bound, m)
                        for rule, bound in world.instances.meant(it.norms, env)
                    )
                )
            case UsedE():
                return some(*(world.judge.standing(world.rule(i), m, it.longer) for i in it.norms.indexes))
            case ValidE():
                return self.valid(it, m)
            case TextE():
                return self.text(it.text, m, env)
            case ActorE():
                return env.get("@actor") in (it.party, BOTH)
            case PlacedE():
                return self.truth(it.part, m, {**env, it.variable: it.place})
            case ConstE():
                return bool(it.constant)
            case _:
                value = world.quantities.value(it, m, env)
                if z3.is_bool(value.term):
                    return every(value.known, value.term)
                return world.free(Kind("flag")).term

    def _in_turn(self, it: AndE | OrE, m: Moment, env: Env) -> Iterator[Truth]:
        """Yield when each part holds; behind one that asks whether a blank is filled the others are asked if it is."""
        for each in it.parts:
            yield self.truth(each, m, env)
            asks = each.part if isinstance(it, AndE) and isinstance(each, NotE) else each
            if isinstance(asks, IsBlankE) and (asks is each) is isinstance(it, OrE):
                env = {**env, f"@filled {asks.name}": True}

    def compare(self, it: CompareE, m: Moment, env: Env) -> Truth:
        world = self.world
        left, right = world.quantities.value(it.left, m, env), world.quantities.value(it.right, m, env)
        one, other = left.term, right.term
        if isinstance(one, Happening) or isinstance(other, Happening):
            return (one is other) is (it.sign == "==")
        if not (z3.is_expr(one) and z3.is_expr(other)):
            return world.free(Kind("flag")).term
        if z3.is_bool(one) != z3.is_bool(other):
            return world.free(Kind("flag")).term
        for side, term in ((it.left, one), (it.right, other)):
            if isinstance(side, FieldE) and side.kind.name == "text":
                world.hold(term >= 0)  # What is compared is said.
        # An instant meets a day by its own day.
        if is_instant(it.left) and is_day(it.right):
            one = world.day_of(one)
        elif is_instant(it.right) and is_day(it.left):
            other = world.day_of(other)
        made = {
            "==": lambda: one == other, "!=": lambda: one != other, "<": lambda: one < other,
            "<=": lambda: one <= other, ">": lambda: one > other, ">=": lambda: one >= other,
        }[it.sign]()  # fmt: skip
        return every(left.known, right.known, made)

    def in_breach(self, it: InBreachE, m: Moment, env: Env) -> Truth:
        breaches = self.world.breaches
        party = it.party.constant if isinstance(it.party, ConstE) else None
        found = (Broken(rule, bound) for rule, bound in self.world.instances.meant(it.norms, env))
        meant = (each for each in found if party in (None, Who.EITHER.value) or breaches.is_by(each, party))
        return some(*(breaches.broken(each, m) for each in meant))

    def happened(self, it: HappenedE, m: Moment, env: Env) -> Truth:
        world = self.world
        who = world.quantities.value(it.by, m, env).term if it.by is not None else None
        by = it.by.constant if isinstance(it.by, ConstE) else None
        found = []
        for each in world.of_kind(it.name):
            meets = world.has_happened(each, m)
            if it.about is not None:
                wanted = world.quantities.value(it.about, m, env).term
                named = [v.term for v in each.fields.values() if isinstance(v.term, Happening)]
                if isinstance(wanted, Happening) and wanted not in named:
                    continue
            if by == Who.BOTH.value:
                found.append(meets)
                continue
            if by is not None and by != Who.EITHER.value and each.actor not in (by, BOTH):
                continue
            if by is None and who is not None and z3.is_expr(who):
                meets = every(meets, who == world.code(each.actor or ""))
            found.append(meets)
        return every(*found) if by == Who.BOTH.value and found else some(*found)

    def valid(self, it: ValidE, m: Moment) -> Truth:
        begins = True if it.begins is None else _has_come(it.begins, m.at)
        return every(begins, True if it.ends is None else no(_has_come(it.ends, m.at)))

    def text(self, text: Text, m: Moment, env: Env) -> Truth:
        """Return whether a sentence judges what is at hand: its own text does, and none that replaces it."""
        replaced = [self.governs(part, m, env) for part in text.replaced_by]
        own = True if text.own is None else self.governs(text.own, m, env)
        return every(own, no(some(*replaced)))

    def governs(self, part: Part, m: Moment, env: Env) -> Truth:
        """Return whether what is at hand is judged by a supplement, or by a version of a text, from its days."""
        if part.is_version:
            return _has_come(part.begins, m.at)
        world, bound = self.world, env.get("@trigger")
        arose = m.at
        if isinstance(bound, Happening | Broken):
            arose = bound.at if isinstance(bound, Happening) else world.breaches.start(bound)
        moments = (m.at,) if part.retroactive else (m.at, arose)
        begun = [_has_come(part.begins, each) for each in moments]
        if part.takes_effect:
            ever, since = world.lifetime.begins(part.name)
            begun += [ever, *(since <= each for each in moments)]
        return every(*begun, True if part.ends is None else no(_has_come(part.ends, arose)))


def _has_come(instant: int, at: Any) -> Truth:
    """Return whether an instant is over at a minute of a world. What lies before its first day is so at every one."""
    minute = minute_of(instant)
    return TRUE if minute <= 0 else at >= minute
