"""What an expression comes to at a moment of a world: a number, a day, a word, or something that happens."""

from __future__ import annotations

from datetime import date
from typing import Any

import z3

from contractlang.kinds import Kind
from contractlang.values import Period, Share
from engine.analysis.aspect import Aspect
from engine.analysis.days import FIRST_DAY, MINUTES, is_day, next_day_of_month
from engine.analysis.happenings import Broken, Env, Happening, Moment, Value
from engine.analysis.logic import every, no
from engine.analysis.numbers import FALSE, TRUE, a_number, a_truth, choice, total, whole
from engine.conditions import AnswerE
from engine.quantities import (
    AmountOfE,
    ArithmeticE,
    AsOfE,
    BlankE,
    BoundE,
    ConstE,
    FieldE,
    FoldE,
    LaterE,
    MonthDayE,
    NowE,
    ReferredE,
    StateE,
    StateInLawE,
)
from engine.statuses import AmountDueE

FACTORS = (0, 1, 2, 10, 60, 100)
"""The numbers for which a product with another open number is reckoned."""
_PRODUCT = z3.Function("product", z3.IntSort(), z3.IntSort(), z3.IntSort())


class Quantities(Aspect):
    """What expressions come to."""

    def value(self, it: Any, m: Moment, env: Env) -> Value:
        """Return the term of an expression at a moment."""
        world = self.world
        match it:
            case ConstE():
                return Value(self.constant(it.constant), True)
            case BoundE():
                return self.bound(it, env)
            case FieldE():
                return self.field_value(it, m, env)
            case ReferredE():
                # A field that names an occurrence is that occurrence here.
                return self.value(it.field, m, env)
            case StateInLawE():
                bound = env.get("@trigger")
                home = bound.rule.home if isinstance(bound, Broken) else ""
                return Value(self.state_in_law(it, home, m), True)
            case StateE():
                return Value(world.states.state(it.name, it.document, m), True)
            case BlankE():
                # A blank that is compared is filled in the world: what is left open decides nothing. But where it is
                # compared only if it is filled, it may as well be blank.
                blank = world.left_open.blank(it.name, it.kind, m, env)
                settable = not world.look("gap", it.name)
                if (
                    settable
                    and it.kind.name == "day"
                    and world.left_open.monthly(it.name)
                    and z3.is_expr(blank.term)
                ):
                    blank = Value(next_day_of_month(self.trigger_day(m, env), blank.term), blank.known)
                if settable and z3.is_expr(blank.known) and not env.get(f"@filled {it.name}"):
                    world.once(("used", it.name), lambda: world.hold(blank.known))
                return blank
            case NowE():
                return Value(m.at, True)
            case MonthDayE():
                return Value(next_day_of_month(self.trigger_day(m, env), whole(it.number)), True)
            case AsOfE():
                return world.states.as_of(it, m, env)
            case AnswerE():
                # About what did not happen there is no answer.
                of_the_last = isinstance(it.about, BoundE) and it.about.last
                is_there = not of_the_last or self.value(it.about, m, env).known
                return Value(world.left_open.answer(it.question).term, is_there)
            case LaterE():
                return self.later(it, m, env)
            case ArithmeticE():
                return self.arithmetic(it, m, env)
            case FoldE():
                return self.fold(it, m, env)
            case AmountOfE():
                return self.sum(it, m, env)
            case AmountDueE():
                return world.duties.unpaid(it.norms, m, env)
            case _:
                return world.free()

    def state_in_law(self, it: StateInLawE, home: str, m: Moment) -> Any:
        """Return a state of which a law speaks: of the agreement whose breach is bound, else of the first in force."""
        world = self.world
        if home:
            return world.states.state(it.name, home, m)
        found = world.states.state(it.name, it.document, m)
        for each in reversed(world.program.agreements):
            stands = world.lifetime.agreement(each, m) == world.code("in_force")
            found = choice(stands, world.states.state(it.name, each, m), found)
        return found

    def constant(self, value: Any) -> Any:
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, int):
            return whole(value)
        if isinstance(value, date):
            return whole((value - FIRST_DAY).days)
        return value if isinstance(value, Period | Share) else whole(self.world.code(str(value)))

    def bound(self, it: BoundE, env: Env) -> Value:
        world = self.world
        if it.name == "@act":
            return Value(env.get("@act"), env.get("@act") is not None)
        if it.last:
            arisen_from = env.get("@trigger")
            arisen_from = arisen_from.bound if isinstance(arisen_from, Broken) else arisen_from
            for each in (arisen_from, env.get("@act")):
                if isinstance(each, Happening) and it.last in world.program.touches[each.name].names:
                    return Value(each, True)
            met = world.of_kind(it.last)
            return Value(met[0], met[0].here) if met else world.free()
        found = env.get(it.name)
        if isinstance(found, str):
            return Value(whole(world.code(found)), True)
        return Value(found, True) if found is not None else Value(whole(world.code(it.name)), True)

    def field_value(self, it: FieldE, m: Moment, env: Env) -> Value:
        world = self.world
        of = it.of.constant if isinstance(it.of, ConstE) else self.value(it.of, m, env).term
        if isinstance(of, Happening):
            match it.name:
                case "at" | "arrives":
                    return Value(of.at, of.here)
                case "day":
                    return Value(of.day, of.here)
                case "by":
                    return Value(whole(world.code(of.actor or "")), of.here)
                case _:
                    pass
            return of.fields.get(it.name) or world.free(it.kind)
        if isinstance(of, Broken):
            start = world.breaches.start(of)
            match it.name:
                case "at":
                    return Value(start, True)
                case "day":
                    return Value(world.day_of(start), True)
                case "last_day":
                    return Value((start - 1) / MINUTES, True)
                case "cured":
                    cured = every(world.breaches.broken(of, m), no(world.breaches.uncured(of, m)))
                    return Value(choice(cured, True, False), True)
                case _:
                    pass
            return world.free(it.kind)
        if isinstance(of, str):
            named = f"{of}.{it.name}"
            made: Value = world.once(("attribute", named), lambda: self._attribute(named, it.kind))
            return made
        return world.free(it.kind)

    def _attribute(self, name: str, kind: Kind) -> Value:
        """Return what an account's settings say of a party or a thing."""
        world = self.world
        made = a_truth(name) if kind.name == "flag" else a_number(name)
        if kind.name in ("count", "money"):
            world.between(made, 0, 10_000_000)
            world.prefer_round(made, kind.name)
        elif kind.name == "one of":
            world.one_of(made, world.look("options", kind.of))
        world.attributes[name] = Value(made, True)
        return world.attributes[name]

    def later(self, it: LaterE, m: Moment, env: Env) -> Value:
        """Return so long after a day or an instant: after so many days a day, their last; else an instant."""
        world = self.world
        base, period = self.value(it.base, m, env), self.value(it.period, m, env).term
        if not isinstance(period, Period) or not z3.is_expr(base.term):
            return world.free()
        from_day = is_day(it.base)
        if period.unit in ("days", "weeks"):
            first = base.term if from_day else world.day_of(base.term)
            return Value(first + period.count * (7 if period.unit == "weeks" else 1), base.known)
        if period.unit in ("hours", "minutes"):
            start = base.term * MINUTES if from_day else base.term
            return Value(start + period.count * (60 if period.unit == "hours" else 1), base.known)
        return world.free()

    def trigger_day(self, m: Moment, env: Env) -> Any:
        """Return the day of what an instance was triggered by; of the moment where there is no such thing."""
        bound = env.get("@trigger")
        if isinstance(bound, Happening):
            return bound.day
        return self.world.day_of(self.world.breaches.start(bound) if isinstance(bound, Broken) else m.at)

    def arithmetic(self, it: ArithmeticE, m: Moment, env: Env) -> Value:
        left, right = self.value(it.left, m, env), self.value(it.right, m, env)
        one, other = left.term, right.term
        if isinstance(one, Share):
            one, other = other, one
        if isinstance(other, Share) and z3.is_expr(one):
            return Value((2 * one * other.over + other.under) / (2 * other.under), left.known)
        if not (z3.is_expr(one) and z3.is_expr(other)):
            return self.world.free()
        known = every(left.known, right.known)
        if it.op == "*":
            # A product of two open numbers is no question for the solver: it is told of some values of the first; of
            # others it may be any number, but of the same two the same.
            if not (z3.is_int_value(one) or z3.is_int_value(other)):
                made = _PRODUCT(one, other)
                for number in FACTORS:
                    made = choice(one == number, number * other, made)
                return Value(made, known)
            return Value(one * other, known)
        return Value(one + other if it.op == "+" else one - other, known)

    def fold(self, it: FoldE, m: Moment, env: Env) -> Value:
        world = self.world
        parts = []
        for each in world.of_kind(it.name):
            bound = {**env, it.name: each}
            rest = it.where if it.index is None else it.index.rest
            meets = every(world.has_happened(each, m), world.conditions.truth(rest, m, bound))
            if it.index is not None:
                own, wanted = each.fields.get(it.index.field), self.value(it.index.value, m, env).term
                if own is not None and z3.is_expr(own.term) and z3.is_expr(wanted):
                    if isinstance(it.index.value, FieldE) and it.index.value.kind.name == "text":
                        world.hold(own.term >= 0, wanted >= 0)  # What is compared is said.
                    meets = every(meets, own.term == wanted)
            worth = whole(1) if it.worth is None else self.value(it.worth, m, bound).term
            if not z3.is_expr(worth):
                return world.free()
            parts.append(choice(meets, worth, 0))
        return Value(total(parts), True)

    def sum(self, it: AmountOfE, m: Moment, env: Env) -> Value:
        world = self.world
        about = self.value(it.about, m, env).term if it.about is not None else env.get("@trigger")
        home = it.home or env.get("@home", "")
        below = env.get(f"@below {it.name}", 0)
        rules = world.look("sums", it.name)
        made: Any = whole(0)
        for place in reversed(range(below, len(rules))):
            of, variable, worth, where, holds = rules[place]
            if home and of not in ("", home):
                continue
            inner = {**env, "@trigger": about, "@home": of or home, f"@below {it.name}": place + 1}
            if variable:
                inner[variable] = about
            value = self.value(worth, m, inner).term
            applies = every(world.conditions.truth(holds, m, inner), world.conditions.truth(where, m, inner))
            made = choice(applies, value if z3.is_expr(value) else world.free().term, made)
        return Value(made, True)
