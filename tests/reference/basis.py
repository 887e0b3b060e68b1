"""What gives an act its basis, what prevails, and what a party may or must do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from contractlang.norms import Maintenance, Norm, Obligation, OccurrenceDecl, Permission, Power, Prohibition
from contractlang.values import Period
from engine.dates import start_of
from engine.event import Event, Instant
from tests.reference import duties, facts, norms, values, windows

if TYPE_CHECKING:
    from tests.reference.world import Thing, World

Giver = Permission | Power | Obligation


# ---- Prevailing -----------------------------------------------------------------------------------------------------


def prevailing_over(world: World, norm: Norm, how: str = "prevails") -> list[Norm]:
    """Return the norms that prevail over (or limit) a norm."""
    found: list[Norm] = []
    for priority in norms.priorities_over(world, norm, how):
        by = norms.resolve(world, priority.by, priority.document)
        found += [each for each in by if each is not norm]
    return found


def exercised_since(world: World, norm: Norm) -> Instant | None:
    """Return since when a power stands exercised: it was the basis of an act that set a state to what it still is."""
    since: list[Instant] = []
    for state, document in tuple(world.settings):
        turns = {each.start for each in world.changes(state, document)}
        turns |= {each.end for each in world.changes(state, document) if each.end is not None}
        current = world.state(state, document)
        for turn in sorted((each for each in turns if each <= world.now), reverse=True):
            setting = world.setting(state, document, turn)
            if setting.value != current:
                break
            if setting.event is not None and any(
                each is norm for each in world.basis.get(setting.event.id, ())
            ):
                since.append(setting.start)
    return min(since, default=None)


# ---- Basis ----------------------------------------------------------------------------------------------------------


def openers(world: World, act: Event) -> list[Norm]:
    """Return the permissions, powers and duties to do an act, borne by its actor, that are open now."""
    found: list[Norm] = []
    for norm in world.norms:
        if isinstance(norm, Permission | Power | Obligation):
            if facts.covers(world.declared, norm.act.name, act.name) and is_open(world, norm, act):
                found.append(norm)
        elif isinstance(norm, Maintenance) and restoring(world, norm, act):
            found.append(norm)
    return found


def restoring(world: World, norm: Maintenance, act: Event) -> bool:
    """Tell whether the act restores a maintenance duty that its actor is in breach of."""
    broken = [each for each in world.breaches if each.norm is norm and each.is_open]
    return duties.restores(world, norm, act.name) and any(
        norms.acts_for(each.by, act.actor) for each in broken
    )


def is_open(world: World, norm: Giver, act: Event) -> bool:
    """Tell whether a norm is open for the act, for at least one of its triggers."""
    if isinstance(norm, Obligation):
        owed = [each for each in world.instances if each.norm is norm and each.status in ("open", "breached")]
        return any(norms.acts_for(each.bearer, act.actor) and _is_open(world, norm, each.trigger, each.arose_at, act)
                   for each in owed)  # fmt: skip
    if norm.trigger is None:
        since = world.true_since.get(_key(norm), world.now)
        return _is_borne(world, norm, None, act) and _is_open(world, norm, None, since, act)
    arisen = [each for each in world.instances if each.norm is norm]
    return any(norms.acts_for(each.bearer, act.actor) and _is_open(world, norm, each.trigger, each.arose_at, act)
               for each in arisen)  # fmt: skip


def _key(norm: Norm) -> tuple[str, str, tuple[object, ...]]:
    from tests.reference.world import key

    return key(norm)


def _is_borne(world: World, norm: Norm, thing: Thing, act: Event) -> bool:
    return any(norms.acts_for(each, act.actor) for each in norms.bearers(world, norm, thing))


def _is_open(world: World, norm: Giver, thing: Thing, arose_at: Instant, act: Event) -> bool:
    env = norms.env_of(norm, thing, act)
    about = norms.object_of(world, norm, thing, norm.act.about)
    named = facts.object_of(world.declared, act)
    return (
        norms.is_in_force(world, norm, thing)
        and norms.conditions_hold(world, norm, thing, act)
        and (about is None or named in (None, about))
        and values.holds(world, norm.act.where, env, norm.document)
        and not has_lapsed(world, norm, thing)
        and is_in_window(world, norm, thing, arose_at, env)
        and not is_closed(world, norm, act)
        and all(_limit_is_open(world, each, act) for each in prevailing_over(world, norm, "limits"))
    )


def is_in_window(
    world: World, norm: Giver | Prohibition, thing: Thing, arose_at: Instant, env: values.Env
) -> bool:
    """Tell whether a norm's window has begun and, but for a duty that is still owed, not ended."""
    if norm.window is None:
        return True
    if norm.window.not_before is not None:
        begins = values.value(world, norm.window.not_before, env, norm.document)
        if begins is None:
            return False
        begins_at = start_of(begins) if isinstance(begins, date) else begins
        world.wake(begins_at)
        if world.now < begins_at:
            return False
    if isinstance(norm, Obligation):
        return True
    end = windows.close(world, norm.window, env, norm.document, arose_at, thing).end
    world.wake(end)
    return end is None or world.now < end


def is_closed(world: World, norm: Norm, act: Event) -> bool:
    """Tell whether one that prevails closes this norm: a power while exercised, a prohibition while it applies."""
    for over in prevailing_over(world, norm):
        if isinstance(over, Power) and exercised_since(world, over) is not None:
            return True
        if isinstance(over, Prohibition) and any(each is over for each, _ in duties.forbidding(world, act)):
            return True
    return False


def _limit_is_open(world: World, limit: Norm, act: Event) -> bool:
    if isinstance(limit, Permission | Power | Obligation):
        return is_open(world, limit, act)
    return norms.applies(world, limit, None, act)


def has_lapsed(world: World, norm: Norm, thing: Thing) -> bool:
    """Tell whether the time for using a norm is over."""
    for contract in world.contracts:
        for bar in contract.bars:
            if bar.how == "lapses" and norm in norms.resolve(world, bar.target, bar.document):
                env = {**norms.env_of(norm, thing), "breach": thing}
                start = windows.moment(world, bar.since, env, bar.document)
                period = values.value(world, bar.period, env, bar.document)
                if start is not None and isinstance(period, Period):
                    end = windows.after(world, start, period, rolls=True).end
                    world.wake(end)
                    if end <= world.now:
                        return True
    return False


# ---- May and must ---------------------------------------------------------------------------------------------------


def may(world: World, act: Event) -> tuple[str, bool]:
    """Return the verdict on an act, and whether it is required."""
    kind = world.declared[act.name]
    assert isinstance(kind, OccurrenceDecl)
    giving = openers(world, act)
    forbidding = dict.fromkeys(norm for norm, _ in duties.forbidding(world, act))
    beaten = [
        norm
        for norm in forbidding
        if any(each is one for each in prevailing_over(world, norm) for one in giving)
    ]
    if len(beaten) < len(forbidding):
        return ("conflicting" if giving else "forbidden"), False
    if giving:
        return "permitted", any(isinstance(each, Obligation | Maintenance) for each in giving)
    if kind.needs_basis:
        return (
            "forbidden" if any(_speaks_of(world, norm, act) for norm in world.norms) else "no_basis"
        ), False
    return "unregulated", False


def _speaks_of(world: World, norm: Norm, act: Event) -> bool:
    """Tell whether a norm in force permits or requires such an act by such a party, be its conditions met or not."""
    if not isinstance(norm, Permission | Power | Obligation):
        return False
    if not facts.covers(world.declared, norm.act.name, act.name):
        return False
    if isinstance(norm.bearer, str) and not norms.acts_for(norm.bearer, act.actor):
        return False
    if norm.trigger is None:
        return norms.is_in_force(world, norm)
    found = [each.trigger for each in world.instances if each.norm is norm]
    return any(norms.is_in_force(world, norm, each) for each in found) or norms.is_in_force(world, norm)
