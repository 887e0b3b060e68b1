"""The instances of norms in a world: what each is bound to, for whom, and whether that is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contractlang.norms import Prohibition, Who
from engine.analysis.aspect import Aspect
from engine.analysis.happenings import Broken, Env, Happening, Moment, id_of
from engine.analysis.logic import Truth
from engine.event import BOTH
from engine.program import Rule
from engine.statuses import Norms

MANY = 3
"""A norm upon the breach of more duties than this is looked at for one of them at a time."""


class Instances(Aspect):
    """What the instances of norms are bound to."""

    def bindings(self, rule: Rule, act: Happening | None) -> list[Any]:
        """Return what the instances of a norm may be bound to."""
        world = self.world
        rule = world.rule(rule.index)
        if rule.norm.trigger is None:
            return [None]
        if rule.self_triggered:
            return [act] if act is not None else []
        if rule.trigger_name is not None:
            return list(world.of_kind(rule.trigger_name))
        found = []
        for index in sorted(rule.on_breach_of):
            if world.focus is not None and len(rule.on_breach_of) > MANY and index != world.focus:
                continue
            owed = world.rule(index)
            # Each forbidden act is a breach of its own, whatever the prohibition arises from.
            is_ban = isinstance(owed.norm, Prohibition)
            bounds = world.of_kind(owed.act_name) if is_ban else self.bindings(owed, None) or [None]
            found += [Broken(owed, bound) for bound in bounds]
        return found

    def broken_by(self, duty: Rule) -> list[Any]:
        """Return what the breaches of a duty may be bound to: those of a prohibition, to the act itself."""
        if isinstance(duty.norm, Prohibition):
            return list(self.world.of_kind(duty.act_name))
        return self.bindings(duty, None)

    def env_of(self, rule: Rule, bound: Any, act: Any, actor: Any) -> Env:
        """Return what the variables of one instance stand for."""
        env: Env = {"@act": act, "@actor": actor, "@rule": rule}
        if bound is not None:
            env |= {rule.variable: bound, "@trigger": bound}
        return env

    def exists(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether what an instance is bound to is there."""
        if isinstance(bound, Happening):
            return True if bound is m.before else self.world.has_happened(bound, m)
        return self.world.breaches.broken(bound, m) if isinstance(bound, Broken) else True

    def in_term(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether a norm, no duty to act, was in force when what it waits for happened; else in vain."""
        world = self.world
        if bound is m.before or not isinstance(bound, Happening | Broken):
            return True
        if isinstance(bound, Broken) and not rule.voided:
            return True  # A breach is mostly one of a day on which all of the agreement is in force.
        key = ("in term", rule.index, id_of(bound))
        at = bound.at if isinstance(bound, Happening) else world.breaches.start(bound)
        if isinstance(bound, Broken) and len(rule.on_breach_of) > MANY:
            world.one_of_many[key] = bound.rule.index
        then, env = Moment(at, f"at {id_of(bound)}"), self.env_of(rule, bound, None, None)
        return world.named(key, lambda: world.judge.in_force(rule, then, env))

    def bears(self, rule: Rule, actor: str, bound: Any) -> bool:
        """Return whether a norm binds or empowers that party."""
        rule = self.world.rule(rule.index)
        bearer = rule.norm.bearer
        if isinstance(bearer, str):
            return actor in (bearer, BOTH)
        if bearer is Who.OTHER and isinstance(bound, Broken):
            return actor != bound.rule.norm.bearer
        return True

    def meant(self, norms: Norms, env: Env) -> Iterator[tuple[Rule, Any]]:
        """Yield the instances that a target means."""
        world = self.world
        if norms.variable is not None:
            bound = world.quantities.value(norms.variable, world.now, env).term
            if isinstance(bound, Broken):
                yield bound.rule, bound.bound
            return
        about = world.quantities.value(norms.about, world.now, env).term if norms.about is not None else None
        for index in norms.indexes:
            rule = world.rule(index)
            is_ban = isinstance(rule.norm, Prohibition)
            for bound in world.of_kind(rule.act_name) if is_ban else self.bindings(rule, None) or [None]:
                # A ban is broken by acts; which of them came of which trigger is not told apart.
                if about is None or is_ban or bound is about or not isinstance(about, Happening):
                    yield rule, bound
