"""What is asked of time and of losses: last days, limitation, who bears a loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import AgreedLosses
from contractlang.norms import Bar, LossRule, Obligation, OnOccurrence, Priority
from contractlang.values import Period
from engine.event import Event, Instant
from tests.reference import documents, facts, norms, ranks, values, windows

if TYPE_CHECKING:
    from tests.reference.world import Breach, World


def end_of_duty(world: World, norm: str, about: str | None) -> tuple[bool, Instant | None]:
    """Tell whether a duty is there, and when its window ends: for a trigger, or the first of all that is not done."""
    found = [each for each in world.instances if isinstance(each.norm, Obligation) and norms.is_called(each.norm, norm)
             and (each.status in ("open", "breached", "suspended") if about is None
                  else each.arose_upon(about))]  # fmt: skip
    return bool(found), min((each.end for each in found if each.end is not None), default=None)


def speaks_of_limitation(world: World) -> bool:
    """Tell whether any sentence bars claims in time."""
    return any(bar.how == "time-barred" for contract in world.contracts for bar in contract.bars)


def barred_from(world: World, norm: str, about: str) -> Instant | None:
    """Return when the claim from the breach of a norm upon a trigger is barred; None where no time runs."""
    said = [bar for contract in world.contracts for bar in contract.bars
            if bar.how == "time-barred" and documents.stands(world, bar)]  # fmt: skip
    broken = [each for each in world.breaches if norms.is_called(each.norm, norm) and not each.over
              and each.trigger == about]  # fmt: skip
    if not said or not broken:
        return None
    breach = broken[-1]
    env: values.Env = {"breach": breach}
    period = values.value(world, said[0].period, env, said[0].document)
    start = windows.moment(world, said[0].since, env, said[0].document)
    if start is None or not isinstance(period, Period):
        return None
    end = windows.after(world, start, period, rolls=True).end
    for act in _restarts(world, said, breach):
        if breach.at < act.effect_at and (act.effect_at < end or _acknowledges(world, act, breach)):
            end = windows.after(world, act.effect_at, period, rolls=True).end
    return end


def _restarts(world: World, said: list[Bar], breach: Breach) -> Iterator[Event]:
    for act in world.happened:
        if not any(bar.restarting and facts.covers(world.declared, bar.restarting, act.name) for bar in said):
            continue
        duty = breach.norm
        if _performs(world, act, breach):
            assert isinstance(duty, Obligation)
            thing = facts.object_of(world.declared, act) if duty.act.about is not None else None
            if act.actor == breach.by and thing in (None, breach.trigger):
                yield act
        elif _acknowledges(world, act, breach):
            if facts.object_of(world.declared, act) in (None, breach.trigger):
                yield act
        elif act.actor != breach.by and facts.object_of(world.declared, act) in (None, breach.trigger):
            yield act


def _performs(world: World, act: Event, breach: Breach) -> bool:
    duty = breach.norm
    return isinstance(duty, Obligation) and facts.covers(world.declared, duty.act.name, act.name)


def _acknowledges(world: World, act: Event, breach: Breach) -> bool:
    """Tell whether an act is the debtor's own, which nobody else could do, and not what he owes."""
    kind = world.declared[act.name]
    assert isinstance(kind, OccurrenceDecl)
    return act.actor == breach.by == kind.actor and not _performs(world, act, breach)


def bearer_of_loss(world: World, about: str) -> str | None:
    """Return who bears the loss of an occurrence; None where nothing says so."""
    said = [each for contract in world.contracts for each in contract.losses]
    for loss in sorted(said, key=lambda each: -ranks.weight(each.standing)):
        if not documents.stands(world, loss) or not isinstance(loss.trigger, OnOccurrence):
            continue
        event = next((each for each in world.happened if each.id == about
                      and facts.covers(world.declared, loss.trigger.name, each.name)), None)  # fmt: skip
        if event is None:
            continue
        env: values.Env = {loss.trigger.variable: event}
        if (
            values.holds(world, loss.trigger.where, env, loss.document)
            and not any(_is_taken_away(world, each, loss, env) for each in _priorities(world))
            and values.holds(world, loss.when, env, loss.document)
        ):
            return loss.bearer if isinstance(loss.bearer, str) else loss.bearer.value
    return None


def _priorities(world: World) -> list[Priority]:
    return [each for contract in world.contracts for each in contract.priorities]


def _is_taken_away(world: World, priority: Priority, loss: LossRule, env: values.Env) -> bool:
    over = priority.over
    return (
        isinstance(over, AgreedLosses)
        and loss.standing.rank == "agreed"
        and over.bearer in (None, loss.bearer)
        and documents.stands(world, priority)
        and values.holds(world, priority.when, env, priority.document)
    )
