"""The life of an agreement: draft, in force, expired, terminated; how long it lasts and how it is renewed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from contractlang.norms import And, Contract, Expr, Happened, Life, Norm, OccurrenceDecl, StateDecl
from contractlang.values import Period
from engine.dates import start_of
from engine.event import Event, Instant
from tests.reference import norms, open_items, values, windows
from tests.reference.facts import covers

if TYPE_CHECKING:
    from tests.reference.world import World


def sentences(world: World, contract: Contract, how: str) -> list[Life]:
    """Return what a document says on one point of its life, in the readings taken."""
    return [each for each in contract.life if each.how == how and norms.is_chosen(world, each.option)]


def at_first(world: World, state: str, document: str) -> Any:
    """Return what a state is before anything sets it."""
    if state == "agreement":
        says_when = any(each.how == "takes_effect" for each in world.contract(document).life)
        return "draft" if says_when else "in_force"
    declared = world.declared.get(state)
    assert isinstance(declared, StateDecl)
    if world.terms.states.get(state) is not None:
        return world.terms.states[state]
    return declared.options[0].name if declared.options else open_items.unknown("blank", state)


def pass_time(world: World) -> bool:
    """Let agreements take effect, end and expire. Tell whether one did."""
    changed = False
    for contract in world.contracts:
        if contract.kind == "agreement":
            changed = _pass_time(world, contract) or changed
    return changed


def _pass_time(world: World, contract: Contract) -> bool:
    name = contract.name
    before = world.state("agreement", name)
    if before == "draft":
        begins = sentences(world, contract, "takes_effect")
        if any(values.holds(world, each.value, {}, name) for each in begins):
            world.set("agreement", name, "in_force", None, world.now, None)
            end = term_end(world, contract, world.now)
            if end is not None:
                world.last_end[name] = end
                world.wake(end)
            return True
    elif before == "in_force":
        if any(values.holds(world, each.value, {}, name) for each in sentences(world, contract, "ends")):
            world.set("agreement", name, "terminated", None, world.now, None)
            return True
        if name in world.last_end and world.last_end[name] <= world.now:
            world.set("agreement", name, "expired", None, world.now, None)
            return True
    return False


def term_end(world: World, contract: Contract, since: Instant) -> Instant | None:
    """Return the end of the agreement's period from an instant; None where it does not end."""
    for lasts in sentences(world, contract, "lasts"):
        period = values.value(world, lasts.value, {}, contract.name)
        if isinstance(period, Period):
            return windows.after(world, since, period, *_counting(world, contract, lasts)).end
    return None


def _counting(world: World, contract: Contract, lasts: Life) -> tuple[bool, bool]:
    def says(expr: Expr | None) -> bool:
        return expr is not None and values.holds(world, expr, {}, contract.name)

    return says(lasts.rolls), says(lasts.first_day_counted)


def renew(world: World, fact: Event, grounds: list[Norm]) -> None:
    """Renew the agreements that this act, done with a basis, renews."""
    for contract in world.contracts:
        for life in sentences(world, contract, "renews") if contract.kind == "agreement" else ():
            asked = _act_asked(life.value)
            if asked is None or not covers(world.declared, asked.name, fact.name):
                continue
            if asked.by is not None and not norms.is_by(
                world, fact, values.value(world, asked.by, {}, contract.name)
            ):
                continue
            if all(norm.document != contract.name for norm in grounds):
                continue
            if life.where is None or values.holds(world, life.where, {"@act": fact}, contract.name):
                _renew(world, contract, fact)


def _act_asked(expr: Expr) -> Happened | None:
    if isinstance(expr, And):
        return next((each for each in expr.parts if isinstance(each, Happened)), None)
    return expr if isinstance(expr, Happened) else None


def _renew(world: World, contract: Contract, fact: Event) -> None:
    kind = world.declared[fact.name]
    assert isinstance(kind, OccurrenceDecl)
    given = {param.kind.name: fact.fields.get(param.name) for param in kind.params}
    period, day = given.get("duration"), given.get("day")
    since = start_of(day) if isinstance(day, date) else world.now
    world.last_end.pop(contract.name, None)
    if isinstance(period, Period):
        lasts = sentences(world, contract, "lasts")
        counting = _counting(world, contract, lasts[0]) if lasts else (False, False)
        world.last_end[contract.name] = windows.after(world, since, period, *counting).end
        world.wake(world.last_end[contract.name])
    if world.state("agreement", contract.name) == "expired":
        world.set("agreement", contract.name, "in_force", None, max(since, world.now), None)
