"""The ends of windows: which day is the last, and until when it lasts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from contractlang.declaration import QuestionDecl, ReadingDecl
from contractlang.expression import Expr, Happened
from contractlang.norms import AtOnce, BeforeDay, ByDay, Obligation, Reasonable, Window, Within
from contractlang.values import Period, Roll
from engine.dates import SECOND, day_of, end_of, start_of
from engine.deadlines import Deadline, deadline_after, deadline_by_day
from engine.decision import Item
from engine.event import Event, Instant
from engine.working_days import RestDays
from tests.reference import facts, open_items, ranks, values
from tests.reference.cases import Unknown

if TYPE_CHECKING:
    from tests.reference.world import Thing, World


class Close(NamedTuple):
    """The end of a window, exclusive, and the last day in it; both None where it does not end."""

    end: Instant | None
    last_day: date | None = None


NEVER = Close(None)


def rest_days(world: World) -> RestDays:
    """Return which days are rest days, as the calendar's reading has it."""
    if isinstance(world.declared.get("rest_days"), ReadingDecl):
        return RestDays(open_items.option_of(world, "rest_days"))
    return RestDays.WEEKEND_AND_SHIFTED


def cutoff(world: World) -> int | None:
    """Return the minute at which a last day ends, as the calendar's reading has it; None: at its end."""
    asked = isinstance(world.declared.get("day_end"), ReadingDecl)
    if not asked or open_items.option_of(world, "day_end") != "business_close":
        return None
    closes = open_items.filling(world, "cutoff")
    return closes if isinstance(closes, int) else None


def settled(world: World, deadline: Deadline) -> Deadline:
    """Return a deadline in a calendar as the case has it."""
    if deadline.earliest == deadline.latest:
        return deadline
    said = world.case.ask(Item("calendar", str(day_of(deadline.latest - 1).year)), ("earliest", "latest"))
    end = deadline.earliest if said == "earliest" else deadline.latest
    return Deadline(day_of(end - 1), end, False, end, end)


def after(
    world: World,
    start: Instant | date,
    period: Period,
    rolls: bool,
    first_day: bool = False,
    roll: Roll = "following",
) -> Deadline:
    """Return the end of a period from an instant, or from a day."""
    calendar, rest, minute = world.terms.calendar, rest_days(world), cutoff(world)
    if isinstance(start, date):
        # Days, weeks, months and years run from day to day; hours after a day run from its end.
        elapses = period.unit in ("hours", "minutes", "seconds")
        since = end_of(start) if elapses else start_of(start)
    else:
        since = start
    return settled(
        world,
        deadline_after(since, period.count, period.unit, calendar, rest, rolls, minute, first_day, roll),
    )


def by_day(world: World, day: date, rolls: bool, roll: Roll) -> Deadline:
    """Return the end of a named day."""
    return settled(
        world, deadline_by_day(day, world.terms.calendar, rest_days(world), rolls, cutoff(world), roll)
    )


def rolls(world: World, window: Window | None, env: values.Env, document: str, usually: bool) -> bool:
    """Tell whether a last day that is a rest day gives way: as the norm says, or as is usual."""
    if window is None or window.rolls is None:
        return usually
    return values.holds(world, window.rolls, env, document)


def close(
    world: World, window: Window | None, env: values.Env, document: str, arose_at: Instant, trigger: Thing
) -> Close:
    """Return the end of a window that began at `arose_at`."""
    if window is None or window.limit is None:
        return NEVER
    # A permission that was always in force has no beginning from which a period could run.
    always = arose_at == world_beginning()
    match window.limit:
        case AtOnce() | Reasonable() | Within(_, None) if always:
            return NEVER
        case AtOnce():
            return Close(arose_at + SECOND, day_of(arose_at))
        case Reasonable(question):
            declared = world.declared[question]
            assert isinstance(declared, QuestionDecl)
            told = ranks.told_in_numbers(world, env["@norm"])
            closes = [found for each in told if (found := _as_told(world, each, trigger, arose_at))]
            if closes:
                ends = [each.end for each in closes if each.end is not None]
                return next((each for each in closes if ends and each.end == min(ends)), NEVER)
            about = trigger.id if declared.about is not None and trigger is not None else None
            if open_items.answer(world, question, about) is True:
                return NEVER
            return Close(arose_at, day_of(arose_at))
        case Within(period, of):
            length = values.value(world, period, env, document)
            start = arose_at if of is None else moment(world, of, env, document, arose_at)
            if not isinstance(length, Period) or start is None:
                return NEVER
            moves = rolls(world, window, env, document, usually=True)
            return _close(after(world, start, length, moves, roll=window.roll))
        case ByDay(day):
            named = day_meant(world, day, env, document, arose_at)
            if isinstance(named, date):
                moves = rolls(world, window, env, document, usually=False)
                return _close(by_day(world, named, moves, window.roll))
            return NEVER if named is None else Close(named + 1, day_of(named))
        case BeforeDay(day):
            named = day_meant(world, day, env, document, arose_at)
            if isinstance(named, date):
                return Close(start_of(named), day_of(start_of(named) - 1))
            return NEVER if named is None else Close(named, day_of(named - 1))


def _as_told(world: World, law: Obligation, trigger: Thing, arose_at: Instant) -> Close | None:
    """Return the end of a law's own time for what a duty arose from: never, where the law's arises from something else.

    None where what it arose from is not as the law wants it.
    """
    from tests.reference import norms

    if trigger is None or not norms.is_kind_of_trigger(world, law, trigger):
        return NEVER
    if not norms.is_triggered(world, law, trigger):
        return None
    return close(world, law.window, norms.env_of(law, trigger), law.document, arose_at, trigger)


def world_beginning() -> Instant:
    """Return the instant before every fact."""
    from tests.reference.world import BEGINNING

    return BEGINNING


def _close(deadline: Deadline) -> Close:
    return Close(deadline.end, deadline.last_day or day_of(deadline.end - 1))


def day_meant(
    world: World, expr: Expr, env: values.Env, document: str, arose_at: Instant
) -> date | Instant | None:
    """Return the day or instant a limit names. One that nothing gives is the day on which it arose, or none."""
    named = values.value(world, expr, env, document)
    if isinstance(named, Unknown):
        return _open_day(world, named, arose_at)
    return named if isinstance(named, date | int) and not isinstance(named, bool) else None


def _open_day(world: World, named: Unknown, arose_at: Instant) -> date | None:
    if world.case.ask(named.item, ("trigger", "none")) == "none":
        return None
    return date(1970, 1, 1) if arose_at == world_beginning() else day_of(arose_at)


def moment(
    world: World, expr: Expr, env: values.Env, document: str, arose_at: Instant | None = None
) -> date | Instant | None:
    """Return the instant or day from which a period runs: of an occurrence, when it last happened."""
    if isinstance(expr, Happened):
        found = [each for each in world.happened if facts.covers(world.declared, expr.name, each.name)]
        return found[-1].effect_at if found else None
    found_value: Any = values.value(world, expr, env, document)
    if isinstance(found_value, Unknown):
        return _open_day(world, found_value, world_beginning() if arose_at is None else arose_at)
    if isinstance(found_value, Event):
        return found_value.effect_at
    if found_value is None or isinstance(found_value, bool):
        return None
    if isinstance(found_value, date | int):
        return found_value
    return getattr(found_value, "at", None)
