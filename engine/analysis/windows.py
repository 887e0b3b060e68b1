"""When the time for what a norm says is over in a world: at once, within a period, by a day, in a reasonable time."""

from __future__ import annotations

from typing import Any

import z3

from contractlang.norms import Obligation
from contractlang.values import Period
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, in_days, in_minutes, is_day, open_days
from engine.analysis.happenings import Broken, Env, Happening, Moment
from engine.analysis.logic import every
from engine.analysis.numbers import choice, whole
from engine.analysis.tally import HORIZON
from engine.program import Rule


class Windows(Aspect):
    """The ends of the windows of norms."""

    def end(self, rule: Rule, bound: Any, m: Moment, env: Env) -> Any:
        """Return the minute at which the time for it is over; None where it has no end that can be told."""
        if rule.limit is None:
            return None
        is_owed = bound is not None or isinstance(rule.norm, Obligation)
        start = self.world.duties.start(rule, bound) if is_owed else m.at
        match type(rule.limit).__name__:
            case "AtOnce":
                return start + 1
            case "Reasonable":
                return self._reasonable(rule, bound, m, env, start)
            case "Within":
                return self._within(rule, m, env, start)
            case "ByDay":
                return self._by_day(rule, m, env, 1)
            case "BeforeDay":
                return self._by_day(rule, m, env, 0)
            case _:
                return None

    def _reasonable(self, rule: Rule, bound: Any, m: Moment, env: Env, start: Any) -> Any:
        """Return the end of a reasonable time: what a law says in numbers, where one does for what it arose from."""
        world = self.world
        never = whole(HORIZON * MINUTES)
        end = choice(world.left_open.answer(rule.limit.question).term, never, start)
        for law in map(world.rule, rule.numbered):
            its, told = never, world.judge.in_force(law, m, env)
            if self._waits_for(law, bound):
                own = world.instances.env_of(law, bound, None, None)
                told = every(told, world.conditions.truth(law.trigger_where, m, own))
                found = self.end(law, bound, m, own)
                its = never if found is None else found
            end = choice(told, its, end)
        return end

    def _waits_for(self, rule: Rule, bound: Any) -> bool:
        """Tell whether a norm arises from such a happening, or such a breach."""
        if isinstance(bound, Broken):
            return bound.rule.index in rule.on_breach_of
        return (
            isinstance(bound, Happening) and rule.trigger_name in self.world.program.touches[bound.name].names
        )

    def _within(self, rule: Rule, m: Moment, env: Env, start: Any) -> Any:
        world = self.world
        period = world.quantities.value(rule.limit_value, m, env).term
        if rule.limit_of is not None:
            origin = world.quantities.value(rule.limit_of, m, env).term
            if not z3.is_expr(origin):
                return None
            start = origin * MINUTES if is_day(rule.limit_of) else origin
        minutes = in_minutes(period) if isinstance(period, Period) else None
        if minutes is not None:
            return start + minutes
        days = in_days(period) if isinstance(period, Period) else open_days(period, rule.limit_value)
        if days is None:
            return None
        if isinstance(period, Period) and period.unit == "business_days":
            return world.at(world.working_day(world.day_of(start), period.count) + 1)
        last = world.day_of(start) + days
        world.on_workday(last)
        return world.at(last + 1)

    def _by_day(self, rule: Rule, m: Moment, env: Env, more: int) -> Any:
        """Return the end of what ends by a day or an instant, and so many more."""
        day = self.world.quantities.value(rule.limit_value, m, env)
        if not z3.is_expr(day.term) or day.known is False:
            return None
        end, never = day.term + more, HORIZON if is_day(rule.limit_value) else HORIZON * MINUTES
        if z3.is_expr(day.known):
            end = choice(day.known, end, never)
        return self.world.at(end) if is_day(rule.limit_value) else end
