"""What gives an act its basis, what prevails, and what a party may or must do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Happened
from contractlang.norms import Maintenance, Norm, Obligation, Permission, Power, Prohibition, Who
from contractlang.numerals import plain_number
from contractlang.values import Period
from engine.dates import start_of
from engine.event import BOTH, Event, Instant
from tests.reference import documents, duties, facts, norms, ranks, values, windows

if TYPE_CHECKING:
    from tests.reference.world import Thing, World

Giver = Permission | Power | Obligation


class Ground(NamedTuple):
    """A norm that was open to an act, and what its instance is bound to."""

    norm: Norm
    trigger: Thing


# ---- Standing exercised ---------------------------------------------------------------------------------------------


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
                each.norm is norm for each in world.basis.get(setting.event.id, ())
            ):
                since.append(setting.start)
    return min(since, default=None)


# ---- Basis ----------------------------------------------------------------------------------------------------------


def openers(world: World, act: Event) -> list[Ground]:
    """Return the permissions, powers and duties to do an act, borne by its actor, that are open now."""
    found: list[Ground] = []
    for norm in world.norms:
        if isinstance(norm, Permission | Power | Obligation):
            if facts.covers(world.declared, norm.act.name, act.name):
                found += [Ground(norm, thing) for thing in open_for(world, norm, act)]
        elif isinstance(norm, Maintenance) and not is_closed(world, norm, act):
            found += [Ground(norm, thing) for thing in restoring(world, norm, act)]
    return found


def is_joined(world: World, norm: Norm, act: Event) -> bool:
    """Tell whether, of what both parties may do together, each has done its part with this act."""
    if norm.bearer is not Who.BOTH or act.actor == BOTH:
        return True
    done = {each.actor for each in world.happened if facts.covers(world.declared, act.name, each.name)}
    return all(party in done for party in world.parties if party != act.actor)


def agreements_meant(world: World, grounds: list[Ground]) -> list[str]:
    """Return the agreements whose state in law an act changes: those whose norms give it, those whose breach a law's
    norm is bound to, all that are in force where that is bound to none.
    """
    found: dict[str, None] = {}
    for norm, thing in grounds:
        own = documents.home(world, norm.document)
        if not own and thing is not None and not isinstance(thing, Event):
            own = documents.home(world, thing.norm.document)
        everywhere = [
            each for each in documents.agreements(world) if world.state("agreement", each) == "in_force"
        ]
        found.update(dict.fromkeys([own] if own else everywhere))
    return list(found)


def restoring(world: World, norm: Maintenance, act: Event) -> list[Thing]:
    """Return the triggers of a maintenance duty for which the act restores what its actor is in breach of."""
    if not duties.restores(world, norm, act.name):
        return []
    found = [(each.trigger, each.breach) for each in world.instances if each.norm is norm]
    return [thing for thing, broken in found
            if broken is not None and broken.is_open and norms.acts_for(broken.by, act.actor)
            and norms.applies(world, norm, thing)]  # fmt: skip


def is_open(world: World, norm: Giver, act: Event) -> bool:
    """Tell whether a norm is open for the act, for at least one of its triggers."""
    return bool(open_for(world, norm, act))


def open_for(world: World, norm: Giver, act: Event) -> list[Thing]:
    """Return the triggers for which a norm is open to the act."""
    if isinstance(norm, Obligation):
        owed = [each for each in world.instances if each.norm is norm and each.status in ("open", "breached")]
        return [each.trigger for each in owed if norms.acts_for(each.bearer, act.actor)
                and _is_open(world, norm, each.trigger, each.arose_at, act)]  # fmt: skip
    if norm.trigger is None:
        since = windows.world_beginning()
        is_it = _is_borne(world, norm, None, act) and _is_open(world, norm, None, since, act)
        return [None] if is_it else []
    return [each.trigger for each in norms.arisen(world, norm) if norms.acts_for(each.bearer, act.actor)
            and _is_borne(world, norm, each.trigger, act)
            and _is_open(world, norm, each.trigger, each.arose_at, act)]  # fmt: skip


def _is_borne(world: World, norm: Norm, thing: Thing, act: Event) -> bool:
    return any(norms.acts_for(each, act.actor) for each in norms.bearers(world, norm, thing))


def _is_open(world: World, norm: Giver, thing: Thing, arose_at: Instant, act: Event) -> bool:
    env = norms.env_of(norm, thing, act)
    about = norms.object_of(world, norm, thing, norm.act.about)
    named = facts.object_of(world.declared, act)
    # The conditions of a duty that a trigger brought were those of that moment.
    arisen = isinstance(norm, Obligation) and norm.trigger is not None
    return (
        norms.is_in_force(world, norm, thing, act, arisen=isinstance(norm, Obligation))
        and (arisen or norms.conditions_hold(world, norm, thing, act))
        and (about is None or named in (None, about))
        and values.holds(world, norm.act.where, env, norm.document)
        and not has_lapsed(world, norm, thing, act)
        and is_in_window(world, norm, thing, arose_at, env)
        and not is_closed(world, norm, act)
        and all(
            any(_limit_is_open(world, each, act) for each in limit)
            for limit in ranks.limits_of(world, norm, act)
        )
    )


def is_in_window(
    world: World, norm: Giver | Prohibition, thing: Thing, arose_at: Instant, env: values.Env
) -> bool:
    """Tell whether a norm's window has begun and, but for a duty that is still owed, not ended."""
    if norm.window is None:
        return True
    if norm.window.not_before is not None:
        begins = windows.day_meant(world, norm.window.not_before, env, norm.document, arose_at)
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
    for over in ranks.prevailing_over(world, norm, act):
        if isinstance(over, Power) and exercised_since(world, over) is not None:
            return True
        if isinstance(over, Prohibition) and any(each is over for each, _ in duties.forbidding(world, act)):
            return True
    return False


def _limit_is_open(world: World, limit: Norm, act: Event) -> bool:
    if isinstance(limit, Permission | Power | Obligation):
        return is_open(world, limit, act)
    things = [each.trigger for each in world.instances if each.norm is limit] if limit.trigger else [None]
    return any(norms.applies(world, limit, each, act) for each in things)


def has_lapsed(world: World, norm: Norm, thing: Thing, act: Event) -> bool:
    """Tell whether the time for using a norm is over."""
    for contract in world.contracts:
        for bar in contract.bars:
            meant = bar.how == "lapses" and norm in norms.resolve(world, bar.target, bar.document)
            if meant and documents.stands(world, bar, thing):
                env = {**norms.env_of(norm, thing), "breach": thing}
                start: date | Instant | None
                if isinstance(bar.since, Happened):
                    start = _known_since(world, bar.since.name, thing, act)
                else:
                    start = windows.moment(world, bar.since, env, bar.document)
                period = values.value(world, bar.period, env, bar.document)
                if start is not None and isinstance(period, Period):
                    end = windows.after(world, start, period, rolls=True).end
                    world.wake(end)
                    if end <= world.now:
                        return True
    return False


def _known_since(world: World, name: str, thing: Thing, act: Event) -> Instant | None:
    """Return when the holder first knew: by an event since the breach that names him or nobody, and it or none."""
    for each in world.happened:
        if facts.covers(world.declared, name, each.name):
            knows = each.actor or each.fields.get("by")
            kind = world.declared[each.name]
            assert isinstance(kind, OccurrenceDecl)
            texts = [each.fields.get(param.name) for param in kind.params if param.kind.name == "text"]
            of = texts[0] if texts else None
            since = isinstance(thing, Event | None) or each.effect_at >= thing.at
            if since and knows in (None, act.actor) and (of is None or _is_of(world, str(of), thing)):
                return each.effect_at
    return None


def _is_of(world: World, said: str, thing: Thing) -> bool:
    """Tell whether a breach, or another that the same deed is, is called so by a clause, an id or a label."""
    if thing is None or isinstance(thing, Event):
        return True
    same = [each for each in world.breaches if thing.trigger and each.trigger == thing.trigger]
    return any(
        plain_number(said) in map(plain_number, (each.norm.id, each.norm.clause, each.norm.label))
        for each in (thing, *same)
    )


# ---- May and must ---------------------------------------------------------------------------------------------------


def may(world: World, act: Event) -> tuple[str, bool]:
    """Return the verdict on an act, and whether it is required."""
    kind = world.declared[act.name]
    assert isinstance(kind, OccurrenceDecl)
    giving = list(dict.fromkeys(each.norm for each in openers(world, act)))
    forbidding = dict.fromkeys(norm for norm, _ in duties.forbidding(world, act))
    beaten = [
        norm
        for norm in forbidding
        if any(
            ranks.only_administers(norm) or one in ranks.prevailing_over(world, norm, act) for one in giving
        )
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
    agreements = documents.agreements(world)
    stands = [each for each in agreements if world.state("agreement", each) == "in_force"]
    if documents.is_law(world, norm.document) and agreements and not stands:
        # What a law says of the dealings under an agreement it says while there is one.
        return False
    if norm.trigger is None:
        return norms.is_in_force(world, norm, None, act)
    ended = ("discharged", "cured", "waived", "released")
    found = [each.trigger for each in world.instances if each.norm is norm and each.status not in ended]
    return any(norms.is_in_force(world, norm, each, act) for each in [*found, None])
