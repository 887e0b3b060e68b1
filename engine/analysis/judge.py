"""Whether a norm is in force, applies, and is open to an act at a moment of a world; what keeps it from being so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from contractlang.kinds import Kind
from contractlang.norms import Maintenance, Obligation, Prohibition
from contractlang.values import Period
from engine.analysis.aspect import Aspect
from engine.analysis.days import MINUTES, in_days_at_most, is_day
from engine.analysis.happenings import Broken, Env, Happening, Moment, id_of, just_before
from engine.analysis.instances import MANY
from engine.analysis.logic import Truth, every, no, some
from engine.analysis.numbers import FALSE
from engine.program import Place, Rule

Closer = tuple[str, Any, Truth]
"""What may keep a norm from being in force or open: its name, where it is said, and when it does."""


class Judge(Aspect):
    """What is in force, applies, and is open."""

    def in_force(self, rule: Rule, m: Moment, env: Env) -> Truth:
        """Return whether a norm is in force."""
        rule = self.world.rule(rule.index)
        return no(some(*(truth for _, _, truth in self.not_in_force(rule, m, env))))

    def not_in_force(self, rule: Rule, m: Moment, env: Env) -> Iterator[Closer]:
        """Yield each step that may keep a norm from being in force: its name, where it is said, and when it does."""
        world = self.world
        if rule.home:
            state = world.lifetime.agreement(rule.home, m)
            alive = [state == world.code("in_force")]
            if rule.norm.survives:
                alive += [state == world.code("expired"), state == world.code("terminated")]
            yield "agreement", None, no(some(*alive))
        for chosen in rule.option:
            yield "reading", None, no(world.left_open.chosen(chosen.reading, chosen.option))
        if rule.valid is not None:
            yield "valid", None, no(world.conditions.truth(rule.valid, m, env))
        if rule.text is not None:
            yield "text", None, no(world.conditions.text(rule.text, m, env))
        if rule.since is not None:
            yield "since", None, no(world.conditions.truth(rule.since, m, env))
        if rule.until is not None:
            yield "until", None, world.conditions.truth(rule.until, m, env)
        for index in rule.yields_to:
            yield "agreed", index, self.in_force(world.rule(index), m, env)
        for when, place in rule.voided:
            yield "voided", place, world.conditions.truth(when, m, env)

    def conditions(self, rule: Rule, m: Moment, env: Env) -> Truth:
        """Return whether the conditions of a norm hold."""
        world = self.world
        parts = [world.conditions.truth(rule.when, m, env)]
        if rule.unless is not None:
            parts.append(no(world.conditions.truth(rule.unless, m, env)))
        for index in rule.excepts:
            other = world.rule(index)
            inner = world.instances.env_of(other, env.get("@trigger"), env.get("@act"), env.get("@actor"))
            parts.append(no(every(self.in_force(other, m, inner), self.conditions(other, m, inner))))
        return every(*parts)

    def opens(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a norm is open to an act by a party."""
        world = self.world
        rule = world.rule(rule.index)

        def make() -> Truth:
            return some(*(
                self.way(rule, bound, m, act, actor)
                for bound in world.instances.bindings(rule, act)
                if world.instances.bears(rule, actor, bound)
            ))  # fmt: skip

        return world.named(("opens", rule.index, m.key, act.id, actor), make)

    def way(self, rule: Rule, bound: Any, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a norm, bound to that, is open to an act."""
        world = self.world

        def make() -> Truth:
            env = world.instances.env_of(rule, bound, act, actor)
            return no(some(*(t for _, _, t in self.closers(rule, bound, m, act, actor, env))))

        if not (isinstance(bound, Broken) and len(rule.on_breach_of) > MANY):
            return make()
        key = ("way", rule.index, id_of(bound), m.key, act.id, actor)
        world.one_of_many[key] = bound.rule.index
        return world.named(key, make)

    def gives(
        self, rule: Rule, m: Moment, act: Happening, actor: str, is_law: Callable[[Place], bool]
    ) -> Truth:
        """Return whether a norm would be open to an act if no law stood in its way."""
        world = self.world
        rule = world.rule(rule.index)

        def way(bound: Any) -> Truth:
            def make() -> Truth:
                steps = self.closers(
                    rule, bound, m, act, actor, world.instances.env_of(rule, bound, act, actor)
                )
                own = (truth for _, at, truth in steps if not (isinstance(at, tuple) and is_law(at)))
                return no(some(*own))

            key = ("gives", rule.index, id_of(bound), m.key, act.id, actor)
            if isinstance(bound, Broken) and len(rule.on_breach_of) > MANY:
                world.one_of_many[key] = bound.rule.index
            return world.named(key, make)

        return some(
            *(
                way(bound)
                for bound in world.instances.bindings(rule, act)
                if world.instances.bears(rule, actor, bound)
            )
        )

    def closers(
        self, rule: Rule, bound: Any, m: Moment, act: Happening, actor: str, env: Env
    ) -> Iterator[Closer]:
        """Yield each step that may keep a norm, bound to that, from being open to an act."""
        rule = self.world.rule(rule.index)
        yield from self.not_in_force(rule, m, env)
        yield from self._not_there(rule, bound, m, env)
        yield from self._out_of_time(rule, bound, m, env)
        for lapse in rule.lapses:
            yield "lapsed", lapse.place, self._lapsed(lapse, bound, m, actor, env)
        yield from self._beaten(rule, m, act, actor, env)
        yield from self._limited(rule, m, act, actor, env)

    def _not_there(self, rule: Rule, bound: Any, m: Moment, env: Env) -> Iterator[Closer]:
        """Yield what of its own conditions may be wanting."""
        world = self.world
        if isinstance(rule.norm, Obligation):
            yield "no duty", None, no(world.duties.owed(rule, bound, m))
        else:
            # What a law voids now is closed by that, not by what it waited for in vain.
            voided = some(*(world.conditions.truth(when, m, env) for when, _ in rule.voided))
            there = world.instances.exists(rule, bound, m)
            in_term = some(voided, world.instances.in_term(rule, bound, m))
            yield "no trigger", None, no(every(there, in_term))
            if rule.trigger_where is not None:
                yield "trigger where", None, no(world.conditions.truth(rule.trigger_where, m, env))
            yield "when", None, no(self.conditions(rule, m, env))
        if rule.where is not None:
            yield "where", None, no(world.conditions.truth(rule.where, m, env))

    def _out_of_time(self, rule: Rule, bound: Any, m: Moment, env: Env) -> Iterator[Closer]:
        """Yield that its window is not open yet, or no more."""
        world = self.world
        if rule.not_before is not None:
            first = world.quantities.value(rule.not_before, m, env)
            if z3.is_expr(first.term):
                begins = first.term * MINUTES if is_day(rule.not_before) else first.term
                yield "not before", None, some(no(first.known), m.at < begins)
        if rule.limit is not None and not isinstance(rule.norm, Obligation):
            end = world.windows.end(rule, bound, m, env)
            if end is not None:
                yield "window past", None, end <= m.at

    def _lapsed(self, lapse: Any, bound: Any, m: Moment, actor: str, env: Env) -> Truth:
        """Return whether a norm has lapsed for a party: so long after what it knows of happened."""
        world = self.world
        period = world.quantities.value(lapse.period, m, env).term
        if not lapse.event or not isinstance(period, Period):
            return world.free(Kind("flag")).term
        days = in_days_at_most(period)
        # What is known before a breach is an earlier one.
        since = world.breaches.start(bound) if isinstance(bound, Broken) else 0
        return every(
            world.conditions.truth(lapse.holds, m, env),
            some(*(
                every(world.has_happened(e, m), e.at >= since, (e.day + days + 1) * MINUTES <= m.at)
                for e in world.of_kind(lapse.event) if e.actor in (None, actor)
            )),
        )  # fmt: skip

    def _beaten(self, rule: Rule, m: Moment, act: Happening, actor: str, env: Env) -> Iterator[Closer]:
        """Yield what prevails over it."""
        world = self.world
        for index, when, place in rule.prevailed_by:
            other = world.rule(index)
            holds = world.conditions.truth(when, m, env)
            if isinstance(other.norm, Prohibition):
                if world.speaks_of(index, act.name) and not isinstance(rule.norm, Obligation):
                    yield "forbidden", place, every(holds, self.forbids(other, m, act, actor))
            elif not isinstance(other.norm, Maintenance):
                yield "prevailed", place, every(holds, self.standing(other, m, None))

    def _limited(self, rule: Rule, m: Moment, act: Happening, actor: str, env: Env) -> Iterator[Closer]:
        """Yield what it is limited to, where that is not open."""
        world = self.world
        for indexes, when, place in rule.limited_to:
            holds = world.conditions.truth(when, m, env)
            if holds is False or holds is FALSE or (z3.is_expr(holds) and z3.is_false(z3.simplify(holds))):
                continue  # It limits other norms only.
            limits = [world.rule(index) for index in indexes if index != rule.index]
            open_ones = [self.opens(limit, m, act, actor) for limit in limits]
            yield "limited", place, every(holds, no(some(*open_ones)))

    def forbids(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a prohibition applies to an act by a party."""
        rule = self.world.rule(rule.index)
        return self.world.named(
            ("forbids", rule.index, m.key, act.id, actor), lambda: self._forbids(rule, m, act, actor)
        )

    def _forbids(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        return some(*(
            self.bans(rule, bound, m, act, actor)
            for bound in self.world.instances.bindings(rule, act)
            if self.world.instances.bears(rule, actor, bound)
        ))  # fmt: skip

    def bans(self, rule: Rule, bound: Any, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a prohibition, bound to that, applies to an act."""
        world = self.world
        about = rule.about_field if isinstance(bound, Happening) else None
        if about is not None and act.fields[about].term is not bound:
            return FALSE
        env = world.instances.env_of(rule, bound, act, actor)
        return every(
            self.in_force(rule, m, env),
            world.instances.exists(rule, bound, m), world.instances.in_term(rule, bound, m),
            world.conditions.truth(rule.trigger_where, m, env), world.conditions.truth(rule.where, m, env),
            self.conditions(rule, m, env), no(some(*(truth for *_, truth in self._out_of_time(rule, bound, m, env)))),
        )  # fmt: skip

    def standing(self, rule: Rule, m: Moment, longer: Any) -> Truth:
        """Return whether a norm stands exercised, for longer than a period where one is named."""
        world = self.world
        period = world.quantities.value(longer, m, {}).term if longer is not None else None

        def stands(each: Happening) -> Truth:
            open_then = self.opens(rule, just_before(each), each, each.actor or "")
            long = True
            if isinstance(period, Period):
                long = (each.day + period.count + 1) * MINUTES <= m.at
            return every(open_then, long)

        def make() -> Truth:
            found = []
            acts = world.of_kind(rule.act_name)
            for state, document in rule.sets:
                if state == "agreement":
                    continue
                setters = world.states.setters(state, document)
                for each, value, based in setters:
                    if each in acts:
                        # What sets the state to what it is already leaves the earlier act standing.
                        ending = [o for o in setters if o[0] is each or not z3.eq(o[1], value)]
                        found.append(every(world.states.is_last(each, based, ending, m), stands(each)))
            return some(*found)

        return world.once(("standing", rule.index, m.key, str(period)), make)
