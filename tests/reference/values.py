"""The value of an expression now: flags, whole numbers, days, names."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, assert_never

from contractlang.declaration import OccurrenceDecl, PartyDecl, ThingDecl
from contractlang.expression import (
    Accrued,
    AmountDue,
    AmountOf,
    And,
    Answer,
    Arithmetic,
    AsOf,
    BlankValue,
    Bound,
    ByLabel,
    Chosen,
    Compare,
    Const,
    CountOf,
    Discharged,
    Expr,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    Or,
    Overdue,
    StateValue,
    SumOf,
    Used,
    kind_of,
)
from contractlang.kinds import FLAG, INSTANT
from contractlang.norms import OnOccurrence, Who
from contractlang.values import Period, Share
from engine.dates import day_of, day_of_month, end_of, start_of
from engine.decision import Item
from engine.event import BOTH, Event, Instant
from tests.reference import basis, documents, facts, norms, open_items, sums, windows
from tests.reference.cases import Unknown

if TYPE_CHECKING:
    from tests.reference.world import Breach, World

Env = dict[str, Any]
"""What the variables stand for: the trigger under its name, `@act` the act judged, `@norm` the norm that speaks."""

_COMPARE: dict[str, Any] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def holds(world: World, expr: Expr | None, env: Env, document: str, missing: bool = True) -> bool:
    """Tell whether a condition is true; a condition that is not there is what `missing` says."""
    return missing if expr is None else value(world, expr, env, document) is True


def instant_of(moment: date | Instant | str) -> Instant:
    """Return a day or an instant as an instant: a day by its last, a month of accounts (`2026-06`) by its first day."""
    if isinstance(moment, str):
        moment = date.fromisoformat(f"{moment}-01"[:10])
    return end_of(moment) - 1 if isinstance(moment, date) else moment


def value(world: World, expr: Expr, env: Env, document: str) -> Any:
    """Return the value of an expression of a document; None where there is nothing to speak of."""

    def of(part: Expr) -> Any:
        return value(world, part, env, document)

    match expr:
        case Const():
            return expr.value
        case BlankValue():
            return open_items.blank(world, expr.name, expr.kind, env)
        case IsBlank():
            return not open_items.is_filled(world, expr.name)
        case StateValue():
            return world.state(expr.name, _keeper(world, expr.document, env.get("@trigger")))
        case AsOf():
            at = of(expr.at)
            if at is None or isinstance(at, Unknown):
                return at
            keeper = _keeper(world, expr.state.document, env.get("@trigger"))
            return world.setting(expr.state.name, keeper, instant_of(at)).value
        case Bound():
            return bound(world, expr.name, env)
        case Field():
            return (
                day_of_moment(world, expr, of(expr.of))
                if kind_of(expr.of) == INSTANT
                else field_of(world, of(expr.of), expr)
            )
        case Not():
            return not of(expr.part)
        case And():
            return all(of(part) for part in expr.parts)
        case Or():
            return any(of(part) for part in expr.parts)
        case Compare():
            return compare(world, expr, of(expr.left), of(expr.right))
        case Arithmetic():
            return arithmetic(expr.op, of(expr.left), of(expr.right))
        case Later():
            return later(world, of(expr.base), of(expr.period))
        case MonthDay():
            day = _trigger_day(world, env)
            return day_of_month(day.year, day.month, expr.number)
        case Now():
            return world.now
        case Overdue():
            return overdue(world, expr, env, document)
        case InBreach():
            by = None if expr.party is None else of(expr.party)
            found = norms.breaches_of(world, expr.target, env, document)
            return any(
                not each.over and (by is None or each.by in (by, BOTH) or by == Who.EITHER.value)
                for each in found
            )
        case Discharged():
            return any(
                each.status == "discharged" for each in norms.instances_of(world, expr.target, env, document)
            )
        case Happened():
            by = None if expr.by is None else of(expr.by)
            about = None if expr.about is None else of(expr.about)
            return happened(
                world, expr.name, by, None if about is None else about_id(about), expr.about is not None
            )
        case Used():
            return used(world, expr, env, document)
        case Answer():
            return answer(world, expr, None if expr.about is None else of(expr.about))
        case Chosen():
            return open_items.option_of(world, expr.reading) == expr.option
        case AmountOf():
            thing = env.get("@trigger") if expr.about is None else of(expr.about)
            return sums.amount(world, expr.name, thing, document, env)
        case AmountDue(ByLabel(label)) if sums.is_a_sum(world, label):
            return sums.due(world, label, env)
        case AmountDue():
            owing = norms.instances_of(world, expr.target, env, document)
            unpaid = [
                each.unpaid_at(world.now)
                for each in owing
                if each.status in ("open", "breached", "suspended")
            ]
            return next((each for each in unpaid if isinstance(each, Unknown)), None) or sum(unpaid)
        case CountOf():
            return len(occurrences(world, expr.name, expr.where, env, document))
        case SumOf():
            total: Any = 0
            for fact in occurrences(world, expr.name, expr.where, env, document):
                total = arithmetic("+", total, value(world, expr.worth, {**env, expr.name: fact}, document))
            return total
        case Accrued():
            return sums.accrued(world, expr, env, document)
        case _:
            assert_never(expr)


# ---- Names ----------------------------------------------------------------------------------------------------------


def _keeper(world: World, document: str, thing: Any) -> str:
    """Return the document whose state in law is meant: a law that is bound to a breach means that of the breach."""
    from tests.reference.world import Breach

    broken = documents.home(world, thing.norm.document) if isinstance(thing, Breach) else ""
    return broken if document and broken and documents.is_law(world, document) else document


def bound(world: World, name: str, env: Env) -> Any:
    """Return what a variable stands for. `@last X` is what the instance arose from, or the act judged, if that is an X,
    else the last X.
    """
    if not name.startswith("@last "):
        return name if isinstance(world.declared.get(name), ThingDecl) else env.get(name)
    wanted = name.removeprefix("@last ")
    trigger = env.get("@trigger")
    for each in (_arisen_from(trigger), env.get("@act")):
        if isinstance(each, Event) and facts.covers(world.declared, wanted, each.name):
            return each
    found = [each for each in world.happened if facts.covers(world.declared, wanted, each.name)]
    return found[-1] if found else None


def _arisen_from(trigger: Any) -> Any:
    """Return the occurrence that an instance, or the duty whose breach it arose from, is bound to."""
    if isinstance(trigger, Event | None):
        return trigger
    return trigger.instance.trigger if trigger.instance is not None else None


def field_of(world: World, of: Any, field: Field) -> Any:
    """Return a property of an occurrence, a breach, a party or a thing."""
    if isinstance(of, Unknown):
        is_flag = field.kind == FLAG
        return world.case.ask(of.item, open_items.YES_OR_NO, field.name) if is_flag else of
    if of is None:
        return None
    if isinstance(of, str):
        given = world.terms.attributes.get(f"{of}.{field.name}")
        assert isinstance(world.declared.get(of), PartyDecl | ThingDecl), of
        return open_items.ask(world, Item("fact", field.name, of), field.kind) if given is None else given
    if not isinstance(of, Event):
        return of_breach(world, of, field.name)
    kind = world.declared[of.name]
    assert isinstance(kind, OccurrenceDecl)
    if any(param.name == field.name for param in kind.params):
        given = of.fields.get(field.name)
        if given is None:
            return open_items.ask(world, Item("fact", field.name, of.id or None), field.kind)
        if field.kind.name == "occurrence":
            return next((each for each in world.happened if each.id == given), None)
        return given
    match field.name:
        case "at":
            return of.occurred_at
        case "day":
            return None if of.occurred_at is None else day_of(of.occurred_at)
        case "arrives":
            return of.effect_at
        case "by":
            return of.actor
        case _:
            return None  # What such an occurrence does not have: nothing to speak of.


def day_of_moment(world: World, field: Field, moment: Any) -> Any:
    """Return the day of an instant; that of now is another one tomorrow."""
    if moment is None or isinstance(moment, Unknown):
        return moment
    day = day_of(max(moment, 0))
    if isinstance(field.of, Now) and world.has_dawned:
        world.wake(end_of(day))
    return day


def of_breach(world: World, breach: Breach, name: str) -> Any:
    """Return what a breach knows of itself."""
    match name:
        case "at":
            return breach.at
        case "day":
            return day_of(breach.at)
        case "last_day":
            return breach.last_day
        case "unpaid":
            return 0 if breach.instance is None else breach.instance.unpaid_at(world.now)
        case "by":
            return breach.by
        case "cured":
            return breach.cured_at is not None
        case "cured_at":
            return breach.cured_at
        case _:
            return breach.norm.id


def about_id(thing: Any) -> str | None:
    """Return the id of what a question is about; the act of a question still to be done has none."""
    if isinstance(thing, str):
        return thing
    return thing.id or None


def answer(world: World, asked: Answer, about: Any) -> Any:
    """Return the answer to a question; about something that did not happen there is none, which is no."""
    if asked.about is None:
        return open_items.answer(world, asked.question, None)
    if about is None:
        # Of the act of a duty itself, where none is at hand, it is asked all the same.
        is_act = isinstance(asked.about, Bound) and asked.about.name == "@act"
        return open_items.answer(world, asked.question, None) if is_act else None
    done = not isinstance(about, Event) or about.id != ""  # The act that is asked about has no id.
    return open_items.answer(world, asked.question, about_id(about), done)


def _trigger_day(world: World, env: Env) -> date:
    norm = env.get("@norm")
    thing = (
        env.get(norm.trigger.variable)
        if norm is not None and isinstance(norm.trigger, OnOccurrence)
        else None
    )
    return day_of(thing.effect_at if isinstance(thing, Event) else max(world.now, 0))


# ---- Arithmetic -----------------------------------------------------------------------------------------------------


def compare(world: World, expr: Compare, left: Any, right: Any) -> bool:
    """Compare two values. With an unknown number the comparison itself is open."""
    for side in (left, right):
        if isinstance(side, Unknown):
            one = "now" if isinstance(expr.left, Now) else str(left)
            other = "now" if isinstance(expr.right, Now) else str(right)
            return bool(world.case.ask(side.item, open_items.YES_OR_NO, (expr.op, one, other)))
    if left is None or right is None:
        return (expr.op == "!=") is not (left is right)
    if isinstance(expr.left, Now) or isinstance(expr.right, Now):
        other = right if isinstance(expr.left, Now) else left
        begins, ends = (start_of(other), end_of(other)) if isinstance(other, date) else (other, other + 1)
        world.wake(begins)
        world.wake(ends)
    if isinstance(left, date) is not isinstance(right, date):
        left, right = (each if isinstance(each, date) else day_of(max(each, 0)) for each in (left, right))
    return bool(_COMPARE[expr.op](left, right))


def arithmetic(op: str, left: Any, right: Any) -> Any:
    """Add, take away or multiply. A share of money rounds half up to the minor unit."""
    for side in (left, right):
        if isinstance(side, Unknown):
            return side
    if left is None or right is None:
        return None
    if isinstance(left, Share) or isinstance(right, Share):
        share, base = (left, right) if isinstance(left, Share) else (right, left)
        return rounded(base * share.over, share.under)
    if isinstance(left, date):
        return (left - right).days
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[op](left, right)


def rounded(over: int, under: int) -> int:
    """Return a fraction rounded half up."""
    return (2 * over + under) // (2 * under)


def later(world: World, base: Any, period: Any) -> Any:
    """Return the day some days after another, or the instant some hours after. A day so named does not roll."""
    if isinstance(base, Unknown):
        return base
    if base is None or not isinstance(period, Period):
        return None
    made = windows.after(world, base, period, rolls=False)
    return made.end if made.last_day is None else made.last_day


def total(parts: Iterable[Any]) -> Any:
    """Add sums up; with an unknown one the total is unknown."""
    found: Any = 0
    for each in parts:
        found = arithmetic("+", found, each)
    return found


# ---- What was done --------------------------------------------------------------------------------------------------


def happened(world: World, name: str, by: str | None, about: str | None, asks_about: bool) -> bool:
    """Tell whether something has happened, by that party, about that thing."""
    found = [each for each in world.happened if facts.covers(world.declared, name, each.name)]
    if asks_about:
        found = [each for each in found if about is not None and about in each.fields.values()]
    if by == Who.BOTH.value:
        return all(any(facts.did(each.actor, party) for each in found) for party in world.parties)
    return any(by is None or norms.is_by(world, each, by) for each in found)


def occurrences(world: World, name: str, where: Expr | None, env: Env, document: str) -> list[Event]:
    """Return the occurrences for which a condition holds."""
    found = [each for each in world.happened if facts.covers(world.declared, name, each.name)]
    return [each for each in found if holds(world, where, {**env, name: each}, document)]


def overdue(world: World, expr: Overdue, env: Env, document: str) -> bool:
    """Tell whether a duty's window has passed, for longer than a period, and it is still open."""
    late = [
        each
        for each in norms.breaches_of(world, expr.target, env, document)
        if each.is_open and each.instance is not None
    ]
    if expr.longer is None:
        return bool(late)
    period = value(world, expr.longer, env, document)
    if not isinstance(period, Period):
        return False
    # The period runs from the last day of the window, and is one of 民法典 203 unless the norm says when it rolls.
    norm = env.get("@norm")
    window = getattr(norm, "window", None)
    rolls = windows.rolls(world, window, env, document, usually=True)
    for each in late:
        start: date | Instant = (
            each.at
            if each.last_day is None or period.unit in ("hours", "minutes", "seconds")
            else each.last_day
        )
        end = windows.after(world, start, period, rolls).end
        world.wake(end)
        if end <= world.now:
            return True
    return False


def used(world: World, expr: Used, env: Env, document: str) -> bool:
    """Tell whether a power stands exercised, for longer than a period where one is named."""
    since = [basis.exercised_since(world, norm) for norm in norms.resolve(world, expr.target, document)]
    stands = [each for each in since if each is not None]
    if expr.longer is None or not stands:
        return bool(stands)
    period = value(world, expr.longer, env, document)
    if not isinstance(period, Period):
        return False
    rolls = windows.rolls(world, getattr(env.get("@norm"), "window", None), env, document, usually=True)
    for each in stands:
        end = windows.after(world, each, period, rolls).end
        world.wake(end)
        if end <= world.now:
            return True
    return False
