"""Which norms are in force, which apply, which others they speak of, and what makes an instance of one arise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from contractlang.contract import Contract
from contractlang.expression import (
    AgreedLosses,
    AnyNorm,
    Bound,
    ByAct,
    ByBreach,
    ByClause,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    StateValue,
    Target,
)
from contractlang.norms import (
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Prohibition,
    Who,
)
from contractlang.numerals import plain_number
from engine.event import BOTH, Event
from tests.reference import documents, duties, facts, grounds, open_items, ranks, values

if TYPE_CHECKING:
    from tests.reference.world import Breach, Instance, Thing, World


# ---- Parties --------------------------------------------------------------------------------------------------------


def bearers(world: World, norm: Norm, thing: Thing) -> list[str]:
    """Return who bears a norm, for one trigger. Both parties together are one bearer."""
    match norm.bearer:
        case Who.EITHER:
            return world.parties
        case Who.BOTH:
            return [BOTH]
        case Who.OTHER:
            one = thing.actor if isinstance(thing, Event) else None if thing is None else thing.by
            if one == BOTH and not isinstance(thing, Event):
                return world.parties
            return [party for party in world.parties if party != one] if one in world.parties else []
        case str():
            return [norm.bearer]
        case _:
            assert_never(norm.bearer)


def is_by(world: World, fact: Event, by: str) -> bool:
    """Tell whether an act was done by the party, or parties, that an expression names."""
    if by == Who.EITHER.value:
        return any(facts.did(fact.actor, party) for party in world.parties)
    return fact.actor == BOTH if by == Who.BOTH.value else facts.did(fact.actor, by)


def acts_for(bearer: str, actor: str | None) -> bool:
    """Tell whether what an actor does is done by the bearer; what both must do, each may set about."""
    return actor is not None and (actor == bearer or BOTH in (actor, bearer))


def is_called(norm: Norm, name: str) -> bool:
    """Tell whether a question that names an id, a clause or what it is part of, a label or an act means a norm."""
    number, clause = plain_number(name), plain_number(norm.clause)
    act = "" if isinstance(norm, Maintenance) else norm.act.name
    is_of_clause = clause == number or clause.startswith((f"{number}(", f"{number}."))
    return is_of_clause or plain_number(norm.id) == number or name in (norm.label, act)


# ---- In force and applying ------------------------------------------------------------------------------------------


def env_of(norm: Norm, thing: Thing, act: Event | None = None) -> values.Env:
    """Return what the variables of a norm stand for."""
    env: values.Env = {"@norm": norm, "@act": act, "@trigger": thing}
    if norm.trigger is not None:
        env[norm.trigger.variable] = thing
    return env


def is_in_force(
    world: World, norm: Norm, thing: Thing = None, act: Event | None = None, arisen: bool = False
) -> bool:
    """Tell whether a norm is in force: it stands, its agreement is alive, its time has come, nothing voids it.

    An instance of an obligation that has `arisen` goes on, whatever has become of its text.
    """
    if arisen and norm.trigger is not None:
        if not documents.is_valid(world, norm) or not is_chosen(world, norm):
            return False
    elif not documents.stands(world, norm, thing):
        return False
    agreement = documents.home(world, norm.document)
    alive = ("in_force", "expired", "terminated") if norm.survives or arisen else ("in_force",)
    if agreement and world.state("agreement", agreement) not in alive:
        return False
    bound_later = thing is None and is_bound_for_each(norm)
    return (
        (bound_later or is_bound(world, norm, env_of(norm, thing, act)))
        and not ranks.is_void(world, norm, act)
        and not ranks.is_silent(world, norm)
    )


def is_chosen(world: World, sentence: documents.Sentence) -> bool:
    """Tell whether the readings under which a sentence is there are taken."""
    return all(open_items.option_of(world, each.reading) == each.option for each in sentence.option)


def is_bound(world: World, norm: Norm, env: values.Env) -> bool:
    """Tell whether what a norm is bound from has happened, or its day has come, and its end has not."""
    return values.holds(world, norm.since, env, norm.document) and not values.holds(
        world, norm.until, env, norm.document, missing=False
    )


def is_bound_for_each(norm: Norm) -> bool:
    """Tell whether each instance of a norm is bound by itself: since, or until, something about its trigger."""
    return norm.trigger is not None and any(
        isinstance(each, Bound) and each.name == norm.trigger.variable
        for expr in (norm.since, norm.until) for each in grounds.parts_of(expr)
    )  # fmt: skip


def conditions_hold(world: World, norm: Norm, thing: Thing, act: Event | None = None) -> bool:
    """Tell whether the conditions of a norm are true, its `unless` is not, and nothing it excepts applies."""
    env = env_of(norm, thing, act)
    return (
        values.holds(world, norm.when, env, norm.document)
        and not values.holds(world, norm.unless, env, norm.document, missing=False)
        and not any(excepts(world, norm, each, thing, act) for each in excepted(world, norm))
    )


def excepted(world: World, norm: Norm) -> list[Norm]:
    """Return the norms before which a norm gives way."""
    return [
        other
        for target in norm.excepts
        for other in resolve(world, target, norm.document)
        if other is not norm
    ]


def applies(world: World, norm: Norm, thing: Thing, act: Event | None = None) -> bool:
    """Tell whether a norm is in force and its conditions hold."""
    return is_in_force(world, norm, thing, act) and conditions_hold(world, norm, thing, act)


def excepts(world: World, norm: Norm, other: Norm, thing: Thing, act: Event | None) -> bool:
    """Tell whether a norm that `norm` gives way to applies: for the same trigger if it can have it, else for any."""
    if other.trigger is None:
        return applies(world, other, None, act)
    things: list[Thing]
    if _can_share_trigger(world, norm, other):
        things = [thing]
    elif act is not None and _waits_for_its_own_act(world, other):
        things = [act]
    else:
        things = [*world.happened, *(each for each in world.breaches if not each.over)]
    return any(
        each is not None and is_triggered(world, other, each) and applies(world, other, each, act)
        for each in things
    )


def _can_share_trigger(world: World, norm: Norm, other: Norm) -> bool:
    one, two = norm.trigger, other.trigger
    if isinstance(one, OnOccurrence) and isinstance(two, OnOccurrence):
        return facts.covers(world.declared, one.name, two.name) or facts.covers(
            world.declared, two.name, one.name
        )
    if isinstance(one, OnBreach) and isinstance(two, OnBreach):
        meant = resolve(world, two.target, other.document)
        return any(each in meant for each in resolve(world, one.target, norm.document))
    return False


def _waits_for_its_own_act(world: World, norm: Norm) -> bool:
    if isinstance(norm, Obligation | Maintenance) or not isinstance(norm.trigger, OnOccurrence):
        return False
    return facts.covers(world.declared, norm.trigger.name, norm.act.name)


# ---- Targets --------------------------------------------------------------------------------------------------------


def resolve(world: World, target: Target, document: str) -> list[Norm]:
    """Return the norms that a target of a document means."""
    near = [each for each in world.norms if documents.are_one(world, document, each.document)]
    match target:
        case ByLabel():
            # The labels of a law are its own.
            law = documents.is_law(world, document)
            return [
                each for each in near if each.label == target.label and (not law or each.document == document)
            ]
        case ByClause():
            return _of_clause(world, target.clause, document)
        case ByDocument():
            return [each for each in world.norms if documents.without_version(each.document) == target.document
                    or each.document == target.document]  # fmt: skip
        case ByOrder():
            named = documents.agreements(world)[target.number - 1 : target.number]
            return [each for each in world.norms if documents.home(world, each.document) in named]
        case ByAct():
            return [each for each in near if _is_about(world, each, target)]
        case AnyNorm():
            return [
                each
                for each in near
                if isinstance(each, Obligation | Maintenance | Prohibition)
                and not documents.is_law(world, each.document)
                and not _is_remedy_of_any(each)
            ]
        case ByState():
            return [each for each in near if isinstance(each, Maintenance)
                    and _is_borne_by(each, target.bearer)
                    and not (target.agreed and documents.is_law(world, each.document))
                    and _asks_for(each.keeps, target.state)]  # fmt: skip
        case ByBreach() | AgreedLosses():
            return []
        case _:
            assert_never(target)


def _of_clause(world: World, clause: str, document: str) -> list[Norm]:
    """Return the norms of a clause: of the document that names it, else of the one it amends."""
    wanted = plain_number(clause)
    contract: Contract | None = world.contract(document)
    while contract is not None:
        found = [each for each in world.norms if each.document == contract.name
                 and wanted in (plain_number(each.clause), plain_number(each.id))]  # fmt: skip
        if found:
            return found
        contract = documents.amended(world, contract)
    return []


def _is_borne_by(norm: Norm, bearer: str | None) -> bool:
    """Tell whether a party bears a norm, or may: as either party, or the other one."""
    return bearer is None or norm.bearer == bearer or isinstance(norm.bearer, Who)


def is_share_of(target: Target, by: str) -> bool:
    """Tell whether what a party does or bears is meant: `of P` means a norm only as far as P bears it."""
    bearer = target.bearer if isinstance(target, ByAct | ByState) else None
    return bearer is None or facts.did(by, bearer)


def _asks_for(expr: object, state: str) -> bool:
    """Tell whether a condition speaks of a state."""
    return any(isinstance(each, StateValue) and each.name == state for each in grounds.parts_of(expr))


def _is_about(world: World, norm: Norm, target: ByAct) -> bool:
    match norm:
        case Obligation() | Prohibition():
            fits = target.what == "duty"
        case Permission() | Power():
            fits = target.what == "power"
        case _:
            return False
    agreed = not target.agreed or not documents.is_law(world, norm.document)
    return fits and agreed and _is_borne_by(norm, target.bearer) and norm.act.name == target.act


def _is_remedy_of_any(norm: Norm) -> bool:
    return isinstance(norm.trigger, OnBreach) and isinstance(norm.trigger.target, AnyNorm)


def breaches_of(world: World, target: Target, env: values.Env, document: str) -> list[Breach]:
    """Return the breaches of the norms a target means: of one trigger, where it names one."""
    if isinstance(target, ByBreach):
        breach = values.value(world, target.variable, env, document)
        return [] if breach is None else [breach]
    meant = resolve(world, target, document)
    found = [each for each in world.breaches if each.norm in meant and is_share_of(target, each.by)]
    if isinstance(target, ByLabel) and target.about is not None:
        about = values.value(world, target.about, env, document)
        return [each for each in found if about is not None and each.trigger == values.about_id(about)]
    return found


def instances_of(world: World, target: Target, env: values.Env, document: str) -> list[Instance]:
    """Return the instances of the norms a target means: of one trigger, where it names one."""
    if isinstance(target, ByBreach):
        return [
            each.instance for each in breaches_of(world, target, env, document) if each.instance is not None
        ]
    meant = resolve(world, target, document)
    found = [each for each in world.instances if each.norm in meant and is_share_of(target, each.bearer)]
    if isinstance(target, ByLabel) and target.about is not None:
        about = values.value(world, target.about, env, document)
        return [each for each in found if about is not None and each.trigger is not None
                and each.trigger.id == values.about_id(about)]  # fmt: skip
    return found


# ---- Instances ------------------------------------------------------------------------------------------------------


def arise(world: World) -> bool:
    """Let instances arise, and end those whose condition has ended. Tell whether one did."""
    waiting, world.fresh = world.fresh, []
    for thing in waiting:
        for norm in world.norms:
            stands = is_triggered(world, norm, thing) and is_in_force(world, norm, thing)
            # The conditions of an obligation are those of this moment, of the others those of the moment asked about.
            if stands and (not isinstance(norm, Obligation) or conditions_hold(world, norm, thing)):
                duties.begin(world, norm, thing)
    changed = bool(waiting)
    for norm in world.norms:
        if norm.trigger is None:
            changed = _follow(world, norm) or changed
    return changed


def is_triggered(world: World, norm: Norm, thing: Event | Breach) -> bool:
    """Tell whether an occurrence or breach is what a norm waits for."""
    return is_kind_of_trigger(world, norm, thing) and values.holds(
        world, norm.trigger.where if norm.trigger else None, env_of(norm, thing), norm.document
    )


def is_kind_of_trigger(world: World, norm: Norm, thing: Event | Breach) -> bool:
    """Tell whether an occurrence or breach is of the kind that a norm waits for, whatever else it asks of it."""
    match norm.trigger:
        case OnOccurrence(name, _, _):
            return isinstance(thing, Event) and facts.covers(world.declared, name, thing.name)
        case OnBreach(target, _, _):
            return (
                not isinstance(thing, Event)
                and thing.norm in resolve(world, target, norm.document)
                and is_share_of(target, thing.by)
            )
        case _:
            return False


def _follow(world: World, norm: Norm) -> bool:
    """Follow the conditions of a norm without a trigger."""
    from tests.reference.world import key

    me, changed = key(norm), False
    in_force = is_in_force(world, norm)
    if in_force and me not in world.in_force_since:
        world.in_force_since[me] = world.now
        changed = True
    elif not in_force:
        world.in_force_since.pop(me, None)
    conditional = norm.when is not None or norm.unless is not None or bool(norm.excepts)
    true = in_force and conditions_hold(world, norm, None)
    if isinstance(norm, Obligation) and not world.has_dawned:
        return changed
    if true and me not in world.true_since:
        world.true_since[me] = world.now
        if isinstance(norm, Obligation) and (conditional or me not in world.was_true):
            duties.begin(world, norm, None)
            changed = True
        world.was_true.add(me)
    elif not true:
        world.true_since.pop(me, None)
        if isinstance(norm, Obligation) and conditional and not conditions_hold(world, norm, None):
            for each in world.instances:
                if each.norm is norm and each.status in ("open", "suspended"):
                    duties.finish(world, each, "released")
                    changed = True
    return changed


def arisen(world: World, norm: Norm) -> list[Instance]:
    """Return the instances of a norm, but for those upon a breach that was waived."""
    return [
        each for each in world.instances if each.norm is norm and not getattr(each.trigger, "over", False)
    ]


def object_of(world: World, norm: Norm, thing: Thing, about: Any) -> str | None:
    """Return the id of what an act is to be done about."""
    found = None if about is None else values.value(world, about, env_of(norm, thing), norm.document)
    return None if found is None else values.about_id(found)


def is_prohibition_on(world: World, norm: Norm, act: Event) -> bool:
    """Tell whether a norm is a prohibition on the act (or on what it is a kind of)."""
    return isinstance(norm, Prohibition) and facts.covers(world.declared, norm.act.name, act.name)
