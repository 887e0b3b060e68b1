"""Named sums: the line that gives one, what it comes to, and what of it is still due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from contractlang.expression import Accrued, ByDocument, ByOrder, Field, Now, Target
from contractlang.norms import AmountRule, Obligation, OnBreach, OnOccurrence
from engine.dates import day_of, start_of
from engine.event import Event
from tests.reference import documents, facts, norms, ranks, values
from tests.reference.cases import Unknown

if TYPE_CHECKING:
    from tests.reference.world import Thing, World


# ---- Which line -----------------------------------------------------------------------------------------------------


def lines(world: World, name: str, agreement: str) -> list[AmountRule]:
    """Return the lines of a sum as they are tried, for one agreement (any, where none is named)."""
    found = [
        each for contract in world.contracts for each in contract.amounts if is_called(world, each, name)
    ]
    found = [
        each for each in found if not agreement or documents.home(world, each.document) in ("", agreement)
    ]
    return sorted(found, key=lambda each: -ranks.weight(each.standing))


def is_called(world: World, line: AmountRule, name: str) -> bool:
    """Tell whether a line is one of a sum; each may have its name in two languages."""
    names = {name}
    for _ in world.contracts:
        for contract in world.contracts:
            for each in contract.amounts:
                if names & {each.name, each.alias}:
                    names |= {each.name, each.alias} - {""}
    return line.name in names


def is_a_sum(world: World, name: str) -> bool:
    """Tell whether there is a sum of that name."""
    return any(is_called(world, each, name) for contract in world.contracts for each in contract.amounts)


def line_for(world: World, tried: list[AmountRule], thing: Any, env: values.Env) -> AmountRule | None:
    """Return the first line that is in force and applies to a trigger."""
    for line in tried:
        bound = env | below(world, tried, line)
        if line.trigger is not None:
            bound |= {line.trigger.variable: thing}
        where = None if line.trigger is None else line.trigger.where
        if (
            is_for(world, line, thing)
            and documents.stands(world, line, _thing(thing))
            and values.holds(world, where, bound, line.document)
            and values.holds(world, line.where, bound, line.document)
        ):
            return line
    return None


def is_for(world: World, line: AmountRule, thing: Any) -> bool:
    """Tell whether a thing is one of those that a line gives the sum for."""
    from tests.reference.world import Breach

    match line.trigger:
        case OnOccurrence() if isinstance(thing, Event):
            return facts.covers(world.declared, line.trigger.name, thing.name)
        case OnBreach() if isinstance(thing, Breach):
            return any(
                each is thing for each in norms.breaches_of(world, line.trigger.target, {}, line.document)
            )
        case _:
            return line.trigger is None or thing is None


def _thing(thing: Any) -> Any:
    from tests.reference.world import Breach

    return thing if isinstance(thing, Event | Breach) else None


# ---- What it comes to -----------------------------------------------------------------------------------------------

_BELOW, _OF = "@lines of ", "@agreement"


def amount(world: World, name: str, thing: Any, document: str, env: values.Env) -> Any:
    """Return a sum for one trigger ; within a line of a law its own name means the lines below."""
    agreement = documents.home(world, document) or env.get(_OF, "") or _home_of_breach(world, thing)
    return _amount(world, name, thing, agreement, env)


def below(world: World, tried: list[AmountRule], line: AmountRule) -> values.Env:
    """Return what the sum's own name means within a line: the lines after it."""
    rest = tried[tried.index(line) + 1 :]
    return {_BELOW + each: rest for each in (line.name, line.alias) if each}


def _home_of_breach(world: World, thing: Any) -> str:
    from tests.reference.world import Breach

    return documents.home(world, thing.norm.document) if isinstance(thing, Breach) else ""


def _amount(world: World, name: str, thing: Any, agreement: str, outer: values.Env) -> Any:
    tried = _tried(world, name, agreement, outer)
    line = line_for(world, tried, thing, _within(outer))
    if line is None:
        return 0
    own: values.Env = {_OF: agreement or _home_of_breach(world, thing)}
    env = _within(outer) | own | below(world, tried, line)
    if line.trigger is not None:
        env[line.trigger.variable] = thing
    value = values.value(world, line.value, env, line.document)
    return 0 if value is None else value


def _tried(world: World, name: str, agreement: str, env: values.Env) -> list[AmountRule]:
    """Return the lines that a sum's name means: all of it, or those after the line that speaks of it."""
    tried = env.get(_BELOW + name)
    return lines(world, name, agreement) if tried is None else list(tried)


def _within(env: values.Env) -> values.Env:
    """Return which lines one is within, of each sum."""
    return {name: lines for name, lines in env.items() if name.startswith(_BELOW)}


def in_all(world: World, name: str, agreement: str) -> Any:
    """Return a sum over all its triggers."""
    return values.total(amount_for(world, name, each, agreement) for each in triggers(world, name, agreement))


def amount_for(world: World, name: str, thing: Any, agreement: str) -> Any:
    """Return a sum for one trigger, for one agreement."""
    return _amount(world, name, thing, agreement, {})


def triggers(world: World, name: str, agreement: str) -> list[Thing]:
    """Return all that a sum is for: each occurrence and each breach once, and nothing in particular (None) once."""
    found: dict[int, Thing] = {}
    for line in lines(world, name, agreement):
        match line.trigger:
            case OnOccurrence():
                things: list[Any] = [
                    each
                    for each in world.happened
                    if facts.covers(world.declared, line.trigger.name, each.name)
                ]
            case OnBreach():
                things = [
                    each
                    for each in norms.breaches_of(world, line.trigger.target, {}, line.document)
                    if not each.over and (not agreement or _home_of_breach(world, each) in ("", agreement))
                ]
            case _:
                things = [None]
        found |= {id(each): each for each in things}
    return list(found.values())


# ---- What is due ----------------------------------------------------------------------------------------------------


def due(world: World, name: str, env: values.Env) -> Any:
    """Return what may be claimed of a sum and was not paid, over all agreements and all its triggers."""
    parts: list[Any] = []
    for agreement in documents.agreements(world) or [""]:
        for thing in triggers(world, name, agreement):
            parts.append(due_on(world, name, thing, agreement, env))
    return values.total(parts)


def due_on(world: World, name: str, thing: Any, agreement: str = "", env: values.Env | None = None) -> Any:
    """Return what may be claimed of a sum and was not paid, for one of its triggers."""
    within = _within(env or {})
    tried = _tried(world, name, agreement, within)
    line = line_for(world, tried, thing, within)
    if line is None or not _is_claimed(world, line, thing, within | below(world, tried, line)):
        return 0
    comes_to = _amount(world, name, thing, agreement, within)
    if isinstance(comes_to, Unknown):
        return comes_to
    return max(0, comes_to - paid_on(world, name, thing))


def _is_claimed(world: World, line: AmountRule, thing: Any, within: values.Env) -> bool:
    env = within if line.trigger is None else within | {line.trigger.variable: thing}
    return values.holds(world, line.claimable, env, line.document)


def paid_on(world: World, name: str, thing: Any) -> int:
    """Return what was paid on a sum: a payment names it and what it is for (`late_fee:e4`)."""
    about = _about(thing)
    return sum(
        paid for of, what, paid in world.paid_sums if what == about and any(
            is_called(world, each, of) and is_called(world, each, name)
            for contract in world.contracts for each in contract.amounts
        )
    )  # fmt: skip


def _about(thing: Any) -> Any:
    """Return what a payment names that is for a thing: nothing in particular has no name."""
    return thing.id if isinstance(thing, Event) else "" if thing is None else thing.trigger


# ---- Asked of several agreements ------------------------------------------------------------------------------------


def asked(world: World, name: str, about: str | None, document: str | None) -> Any:
    """Return what a sum is, or `conflicting` where the agreements that have it differ and none prevails."""
    own = [each for each in documents.agreements(world)
           if any(documents.home(world, line.document) == each for line in lines(world, name, each))]  # fmt: skip
    # A law's sum upon a breach is one of the agreement whose duty is broken.
    if not own and any(isinstance(line.trigger, OnBreach) for line in lines(world, name, "")):
        own = documents.agreements(world)
    if document is not None:
        own = [each for each in own if each == document]
    found: dict[str, Any] = {}
    nothing: list[Thing] = [None]
    for agreement in own or [""]:
        things = triggers(world, name, agreement)
        if about is not None:
            things = [each for each in things if about == _about(each)]
        if not any(
            documents.stands(world, line, each)
            for each in (things or nothing)
            for line in lines(world, name, agreement)
        ):
            continue
        found[agreement] = values.total(amount_for(world, name, each, agreement) for each in things)
    if len(set(found.values())) > 1:
        for by, over in preferred(world):
            if by in found:
                found.pop(over, None)
    if not found:
        return "no_basis"
    said = list(dict.fromkeys(found.values()))
    return said[0] if len(said) == 1 else "conflicting"


def unpaid(world: World, name: str, about: str | None, document: str | None) -> Any:
    """Return what is unpaid on duties of an act or a label; on one bill once, though two agreements have it."""
    debts: dict[Any, dict[str, Any]] = {}
    for each in world.instances:
        norm = each.norm
        if not isinstance(norm, Obligation) or not norms.is_called(norm, name) or each.owed is None:
            continue
        done = each.status in ("discharged", "cured")
        if document not in (None, norm.document) or not (
            done or each.status in ("open", "breached", "suspended")
        ):
            continue
        if about is not None and not each.arose_upon(about):
            continue
        home = documents.home(world, norm.document)
        bill = (each.trigger.id, "") if isinstance(each.trigger, Event) else (id(each.trigger), home)
        said = debts.setdefault(bill, {})
        said[home] = values.total([said.get(home, 0), 0 if done else each.unpaid_at(world.now)])
    for said in debts.values():
        for by, over in preferred(world) if len(set(said.values())) > 1 else ():
            if by in said:
                said.pop(over, None)
        if len(set(said.values())) > 1:
            return "conflicting"
    return values.total(next(iter(said.values())) for said in debts.values())


def preferred(world: World) -> list[tuple[str, str]]:
    """Return which agreement is said now to prevail over which other."""
    return [
        (_whole(world, each.by), _whole(world, each.over))
        for contract in world.contracts
        for each in contract.priorities
        if each.how == "prevails"
        and _whole(world, each.by)
        and _whole(world, each.over)
        and documents.stands(world, each)
        and values.holds(world, each.when, {}, each.document)
    ]


def _whole(world: World, target: Target) -> str:
    """Return the agreement that a target names as a whole."""
    named = documents.agreements(world)
    if isinstance(target, ByOrder):
        return named[target.number - 1] if target.number <= len(named) else ""
    return documents.home(world, target.document) if isinstance(target, ByDocument) else ""


# ---- Accrual --------------------------------------------------------------------------------------------------------


def accrued(world: World, expr: Accrued, env: values.Env, document: str) -> Any:
    """Add a share of what was unpaid of a breach when each day after `since` began, up to and with `until`."""
    since, until = (values.value(world, each, env, document) for each in (expr.since, expr.until))
    if since is None or until is None:
        return 0
    first, last = (each if isinstance(each, date) else day_of(each) for each in (since, until))
    breach = None
    if isinstance(expr.base, Field) and expr.base.name == "unpaid":
        breach = values.value(world, expr.base.of, env, document)
        if breach is None or breach.instance is None or breach.instance.owed is None:
            return 0
        if isinstance(breach.instance.owed, Unknown):
            return breach.instance.owed
    total = 0
    for number in range(first.toordinal() + 1, last.toordinal() + 1):
        if breach is not None:
            total += breach.instance.unpaid_at(start_of(date.fromordinal(number)) - 1)
        else:
            base = values.value(world, expr.base, env, document)
            if isinstance(base, Unknown):
                return base
            total += base or 0
    if isinstance(expr.until, Now):
        world.wake(start_of(date.fromordinal(day_of(world.now).toordinal() + 1)))
    return values.rounded(total * expr.share.over, expr.share.under)
