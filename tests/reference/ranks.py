"""What weighs more: which norms prevail over others, silence them, void them or limit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contractlang.expression import ByAct, ByOrder, ByState
from contractlang.norms import (
    BeforeDay,
    ByDay,
    Maintenance,
    Norm,
    Obligation,
    Priority,
    Prohibition,
    Standing,
    Who,
    Within,
)
from engine.event import Event
from tests.reference import documents, duties, facts, norms, values

if TYPE_CHECKING:
    from tests.reference.world import World


def weight(standing: Standing) -> int:
    """Return how much a sentence weighs: mandatory 3, agreed 2, gap-filling 1, administrative 0."""
    if standing.status == "administrative":
        return 0
    if standing.status != "binding":
        return 1
    return {"mandatory": 3, "agreed": 2, "gap-filling": 1}[standing.rank]


def only_administers(norm: Norm) -> bool:
    """Tell whether a norm is a prohibition that may be breached, but takes nothing from what is agreed."""
    return isinstance(norm, Prohibition) and weight(norm.standing) == 0


# ---- What is written ------------------------------------------------------------------------------------------------


class Over(NamedTuple):
    """A priority that holds now, and the norms that it puts above another."""

    priority: Priority
    by: list[Norm]


def written_over(world: World, norm: Norm, how: str, act: Event | None) -> list[Over]:
    """Return what is said now to prevail over, limit or void a norm."""
    found = []
    for contract in world.contracts:
        for each in contract.priorities:
            if each.how != how or not any(
                norm is over for over in norms.resolve(world, each.over, each.document)
            ):
                continue
            env: values.Env = {"@act": act}
            if each.variable is not None:
                env[each.variable] = f"{norm.document}:{norm.clause}"
            if (
                documents.stands(world, each)
                and _is_meant(each, norm, act)
                and values.holds(world, each.when, env, each.document)
            ):
                by = [one for one in norms.resolve(world, each.by, each.document) if one is not norm]
                if how == "prevails" and ByOrder in (type(each.by), type(each.over)):
                    by = [one for one in by if clash(world, one, norm)]
                found.append(Over(each, by))
    return found


def _is_meant(priority: Priority, norm: Norm, act: Event | None) -> bool:
    """Where only one party's share of a norm is meant, the act at hand must be that party's."""
    bearer = priority.over.bearer if isinstance(priority.over, ByAct | ByState) else None
    shared = bearer is not None and isinstance(norm.bearer, Who)
    return not shared or (act is not None and facts.did(act.actor, str(bearer)))


def is_void(world: World, norm: Norm, act: Event | None) -> bool:
    """Tell whether a norm is made void."""
    return bool(written_over(world, norm, "voids", act))


def limits_of(world: World, norm: Norm, act: Event | None) -> list[list[Norm]]:
    """Return, for each limit of a norm, the norms of which one must be open."""
    limits = [each.by for each in written_over(world, norm, "limits", act)]
    return [each for each in limits if each]  # No norm is limited to itself.


# ---- What prevails --------------------------------------------------------------------------------------------------


def prevailing_over(world: World, norm: Norm, act: Event | None = None) -> list[Norm]:
    """Return the norms that prevail over a norm: by what is written, or since they weigh more."""
    written = [one for each in written_over(world, norm, "prevails", act) for one in each.by]
    heavier = [
        each
        for each in world.norms
        if (clash(world, each, norm) or (act is not None and is_at_odds(world, each, norm, act)))
        and weight(each.standing) > weight(norm.standing)
        and not only_administers(norm)
    ]
    return written + heavier


def clash(world: World, one: Norm, other: Norm) -> bool:
    """Tell whether of two norms on the same act one is a prohibition and the other is not."""
    return isinstance(one, Prohibition) != isinstance(other, Prohibition) and on_same_act(world, one, other)


def is_at_odds(world: World, one: Norm, other: Norm, act: Event) -> bool:
    """Tell whether of two norms one is to be restored by an act, and the other forbids such an act."""
    kept, ban = (one, other) if isinstance(one, Maintenance) else (other, one)
    return (
        isinstance(kept, Maintenance)
        and isinstance(ban, Prohibition)
        and facts.covers(world.declared, ban.act.name, act.name)
        and duties.restores(world, kept, act.name)
    )


def on_same_act(world: World, one: Norm, other: Norm) -> bool:
    """Tell whether two norms are on one act, or on one that is a kind of the other's."""
    if isinstance(one, Maintenance) or isinstance(other, Maintenance):
        return False
    return facts.covers(world.declared, one.act.name, other.act.name) or facts.covers(
        world.declared, other.act.name, one.act.name
    )


def may_bind_same(one: Norm, other: Norm) -> bool:
    """Tell whether two norms may bind the same party."""
    return one.bearer == other.bearer or isinstance(one.bearer, Who) or isinstance(other.bearer, Who)


# ---- What is silent -------------------------------------------------------------------------------------------------


def is_silent(world: World, norm: Norm) -> bool:
    """Tell whether a norm that only fills gaps has none to fill: an agreed norm on its act is in force."""
    return norm.standing.rank == "gap-filling" and any(
        not documents.is_law(world, each.document)
        and on_same_act(world, each, norm)
        and may_bind_same(each, norm)
        and norms.is_in_force(world, each)
        for each in world.norms
        if each is not norm and each.standing.rank != "gap-filling"
    )


def told_in_numbers(world: World, norm: Norm) -> list[Obligation]:
    """Return the duties in which laws in force say in numbers what a reasonable time is."""
    return [
        each
        for each in world.norms
        if isinstance(each, Obligation)
        and documents.is_law(world, each.document)
        and each.window is not None
        and isinstance(each.window.limit, ByDay | BeforeDay | Within)
        and on_same_act(world, each, norm)
        and may_bind_same(each, norm)
        and norms.is_in_force(world, each)
        and each is not norm
    ]
