"""Breaches in a world: whether a duty is in breach, since when, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contractlang.norms import Maintenance, Obligation, Prohibition, Who
from contractlang.values import Period
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, in_days, next_workday, open_days
from engine.analysis.happenings import Broken, Env, Happening, Moment, Value, id_of, just_before
from engine.analysis.instances import MANY
from engine.analysis.logic import Truth, every, follows, no, some
from engine.analysis.numbers import whole
from engine.analysis.tally import HORIZON
from engine.event import BOTH
from engine.statuses import OverdueE


class Breaches(Aspect):
    """What is in breach."""

    def broken(self, it: Broken, m: Moment) -> Truth:
        """Return whether a duty has been broken by a moment, be that cured since or not."""
        return self._named("broken", it, m, self._broken)

    def uncured(self, it: Broken, m: Moment) -> Truth:
        """Return whether a duty is broken at a moment, and what was owed still waits to be done."""
        return self._named("uncured", it, m, self._uncured)

    def _named(self, what: str, it: Broken, m: Moment, make: Callable[[Broken, Moment], Truth]) -> Truth:
        world = self.world
        key = (what, it.rule.index, id_of(it.bound), m.key)
        if isinstance(it.bound, Broken) and len(it.rule.on_breach_of) > MANY:
            world.one_of_many[key] = it.bound.rule.index
        if isinstance(it.rule.norm, Maintenance) or (
            isinstance(it.rule.norm, Obligation) and it.bound is None
        ):
            world.brought[key] = it
        return world.named(key, lambda: make(it, m))

    def _broken(self, it: Broken, m: Moment) -> Truth:
        match it.rule.norm:
            case Obligation():
                return self._late(it, m)
            case Prohibition():
                return self._forbidden(it, m)
            case Maintenance():
                return self._not_kept_since(it, m)
            case _:
                return False

    def _uncured(self, it: Broken, m: Moment) -> Truth:
        broken = self._broken(it, m)
        return broken if broken is False else every(broken, no(self._made_good(it, m)))

    def _made_good(self, it: Broken, m: Moment) -> Truth:
        """Return whether what was owed is done, or kept again; nothing undoes what was forbidden."""
        world = self.world
        match it.rule.norm:
            case Obligation():
                return world.duties.performed(it.rule, it.bound, m, None)
            case Maintenance():
                env = world.instances.env_of(it.rule, it.bound, None, None)
                return world.conditions.truth(it.rule.keeps, m, env)
            case _:
                return False

    def _late(self, it: Broken, m: Moment) -> Truth:
        """Return whether a duty to act was not done in time."""
        duties, rule, bound = self.world.duties, it.rule, it.bound
        end = duties.deadline(rule, bound)
        if end is None:
            return False
        return every(duties.arises(rule, bound), end <= m.at, no(duties.performed(rule, bound, m, end)))

    def _forbidden(self, it: Broken, m: Moment) -> Truth:
        """Return whether an act was forbidden when it was done, and nothing prevailed over that."""
        world, rule, act = self.world, it.rule, it.bound
        if not isinstance(act, Happening):
            return False
        before = just_before(act)
        beaten = [
            every(
                world.conditions.truth(when, before, {}),
                world.judge.opens(world.rule(index), before, act, act.actor or ""),
            )
            for index, when, _ in rule.prevailed_by
            if world.speaks_of(index, act.name)
        ]
        forbidden = world.judge.forbids(rule, before, act, act.actor or "")
        return every(world.has_happened(act, m), forbidden, no(some(*beaten)))

    def _not_kept_since(self, it: Broken, m: Moment) -> Truth:
        """Return whether what must be kept once was not."""
        start = self.start(it)
        return every(start <= m.at, self.not_kept(it, self._beginning(it, start)))

    def _beginning(self, it: Broken, start: Any) -> Moment:
        return Moment(start, f"broken {it.rule.index} {id_of(it.bound)}")

    def not_kept(self, it: Broken, m: Moment) -> Truth:
        """Return whether at a moment what must be kept is not, and nothing lets that duty sleep."""
        world = self.world
        rule, bound, env = it.rule, it.bound, world.instances.env_of(it.rule, it.bound, None, None)

        def make() -> Truth:
            asleep = [
                every(world.conditions.truth(when, m, env), world.judge.standing(world.rule(index), m, None))
                for index, when, _ in rule.prevailed_by
            ]
            return every(
                world.instances.exists(rule, bound, m), world.instances.in_term(rule, bound, m),
                world.judge.in_force(rule, m, env), world.conditions.truth(rule.trigger_where, m, env),
                world.judge.conditions(rule, m, env),
                no(world.conditions.truth(rule.keeps, m, env)), no(some(*asleep)),
            )  # fmt: skip

        return world.once(("not kept", rule.index, id_of(bound), m.key), make)

    def at_once(self, key: Any, happening: Happening) -> Any:
        """Return the part that says that what a condition brings begins when that happens, if not before: the breach of
        what must be kept, or a duty.
        """
        world = self.world
        it = world.brought[key]
        wanted = ("at once", it.rule.index, id_of(it.bound), happening.id)

        def make() -> None:
            m = Moment(happening.at, f"at {happening.id}")
            if isinstance(it.rule.norm, Maintenance):
                start = self.start(it)
                began, now = self.not_kept(it, self._beginning(it, start)), self.not_kept(it, m)
            else:
                start = world.duties.start(it.rule, it.bound)
                began, now = (
                    world.duties.arises(it.rule, it.bound),
                    world.duties.applies(it.rule, it.bound, m),
                )
            world.hold(follows(every(happening.here, now), every(start <= happening.at, began)))

        world.once(wanted, make)
        return wanted

    def start(self, it: Broken) -> Any:
        """Return when a breach began."""
        world = self.world
        match it.rule.norm:
            case Obligation():
                end = world.duties.deadline(it.rule, it.bound)
                return end if end is not None else whole(HORIZON * MINUTES)
            case Prohibition() if isinstance(it.bound, Happening):
                return it.bound.at
            case _:
                pass
        key = f"broken {it.rule.index} {id_of(it.bound)}"
        return world.once(key, lambda: world.some_time(key))

    def is_by(self, it: Broken, party: str) -> bool:
        """Return whether a breach is one of that party, alone or together with the other."""
        by_actor = isinstance(it.rule.norm, Prohibition) and not isinstance(it.rule.norm.bearer, str)
        if by_actor and isinstance(it.bound, Happening):
            return it.bound.actor in (party, BOTH)
        if it.rule.norm.bearer is Who.BOTH:
            return True
        return party != BOTH and self.world.instances.bears(it.rule, party, it.bound)

    def overdue(self, it: OverdueE, m: Moment, env: Env) -> Truth:
        """Return whether a duty is late, for longer than a period where one is named."""
        world = self.world
        found = []
        longer = world.quantities.value(it.longer, m, env) if it.longer is not None else Value(None, True)
        period = longer.term
        for rule, bound in world.instances.meant(it.norms, env):
            if not isinstance(rule.norm, Obligation):
                continue
            truth = every(longer.known, self.uncured(Broken(rule, bound), m))
            days = in_days(period) if isinstance(period, Period) else open_days(period, it.longer)
            if days is not None:
                end = world.duties.deadline(rule, bound)
                if end is None:
                    continue
                last = world.day_of(end) - 1 + days
                if isinstance(period, Period) and period.unit == "business_days":
                    last = world.working_day(world.day_of(end) - 1, period.count)
                truth = every(truth, (self._rolled(last) + 1) * MINUTES <= m.at)
            found.append(truth)
        return some(*found)

    def _rolled(self, day: Any) -> Any:
        return self.world.once(("rolled", day.get_id()), lambda: next_workday(day))
