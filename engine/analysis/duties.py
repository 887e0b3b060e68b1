"""Duties in a world: when one arises, what it comes to, and whether it is done."""

from __future__ import annotations

from typing import Any

import z3

from contractlang.norms import Obligation
from engine.analysis.aspect import Aspect
from engine.analysis.happenings import Broken, Env, Happening, Moment, Value, id_of, just_before
from engine.analysis.logic import Truth, every, no, some
from engine.analysis.numbers import choice, total
from engine.program import Rule
from engine.statuses import Norms


class Duties(Aspect):
    """What is owed, and what is done of it."""

    def owed(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether a duty has arisen and is not done."""
        start = self.start(rule, bound)
        wanted = [self.arises(rule, bound), start <= m.at, no(self.performed(rule, bound, m, None))]
        if rule.norm.trigger is None:
            wanted.append(
                self.world.judge.conditions(rule, m, self.world.instances.env_of(rule, bound, None, None))
            )
        return every(*wanted)

    def start(self, rule: Rule, bound: Any) -> Any:
        """Return when a duty arises."""
        world = self.world
        if isinstance(bound, Happening):
            return bound.at
        if isinstance(bound, Broken):
            return world.breaches.start(bound)
        return world.once(("start", rule.index), lambda: world.some_time(f"start {rule.index}"))

    def arises(self, rule: Rule, bound: Any) -> Truth:
        """Return whether a duty arises at all."""
        world = self.world

        def make() -> Truth:
            start = self.start(rule, bound)
            m = Moment(start, f"start {rule.index} {id_of(bound)}")
            there = bound.here if isinstance(bound, Happening) else world.instances.exists(rule, bound, m)
            return every(there, start >= 0, self.applies(rule, bound, m))

        return world.once(("arises", rule.index, id_of(bound)), make)

    def applies(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether at a moment a duty is one that arises, if what it waits for is there."""
        world = self.world
        env = world.instances.env_of(rule, bound, None, None)
        return every(
            world.conditions.truth(rule.trigger_where, m, env),
            world.judge.in_force(rule, m, env), world.judge.conditions(rule, m, env),
        )  # fmt: skip

    def deadline(self, rule: Rule, bound: Any) -> Any:
        """Return the minute at which the time for a duty is over; None where it has no end."""
        world = self.world

        def make() -> Any:
            m = Moment(self.start(rule, bound), f"start {rule.index} {id_of(bound)}")
            return world.windows.end(rule, bound, m, world.instances.env_of(rule, bound, None, None))

        return world.once(("deadline", rule.index, id_of(bound)), make)

    def performed(self, rule: Rule, bound: Any, m: Moment, before: Any) -> Truth:
        """Return whether what a duty asks has been done by a moment (and before a minute)."""
        world = self.world
        found = []
        start = self.start(rule, bound)
        for act in world.of_kind(rule.act_name):
            if not world.instances.bears(rule, act.actor or "", bound):
                continue
            if rule.about_field is not None:
                about = bound.bound if isinstance(bound, Broken) else bound
                if act.fields[rule.about_field].term is not about:
                    continue
            env = world.instances.env_of(rule, bound, act, act.actor)
            parts = [world.has_happened(act, m), act.at > start]
            if before is not None:
                parts.append(act.at < before)
            parts.append(world.conditions.truth(rule.where, just_before(act), env))
            accumulates = world.declared(act).accumulates
            if rule.amount is not None and accumulates:
                owed = self.amount(rule, bound, act)
                if z3.is_expr(owed):
                    parts.append(act.fields[accumulates].term >= owed)
            found.append(every(*parts))
        # Who owes nothing has paid.
        if rule.amount is not None and any(
            world.declared(act).accumulates for act in world.of_kind(rule.act_name)
        ):
            owed = self.amount(rule, bound, None)
            if z3.is_expr(owed):
                found.append(owed == 0)
        return some(*found)

    def amount(self, rule: Rule, bound: Any, act: Happening | None) -> Any:
        """Return what an act must come to that does what a duty asks: what is owed when the duty arises."""
        world = self.world
        start = Moment(self.start(rule, bound), f"start {rule.index} {id_of(bound)}")
        env = world.instances.env_of(rule, bound, act, act.actor if act is not None else None)
        key = ("amount", rule.index, id_of(bound), act.id if act is not None else "")
        return world.once(key, lambda: world.quantities.value(rule.amount, start, env).term)

    def discharged(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        if not isinstance(rule.norm, Obligation):
            return False
        return every(self.arises(rule, bound), self.performed(rule, bound, m, self.deadline(rule, bound)))

    def unpaid(self, norms: Norms, m: Moment, env: Env) -> Value:
        """Return what is unpaid: nothing where every duty meant is done."""
        parts = []
        for rule, bound in self.world.instances.meant(norms, env):
            if rule.amount is not None:
                owed = self.amount(rule, bound, None)
                if z3.is_expr(owed):
                    parts.append(choice(self.owed(rule, bound, m), owed, 0))
        return Value(total(parts), True)
