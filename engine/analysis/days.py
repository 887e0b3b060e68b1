"""The days of every world: numbers from day 0 on; which of them are worked; how periods come to days and minutes."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import z3

from contractlang.expression import Const
from contractlang.norms import Norm
from contractlang.values import Period
from engine.analysis.logic import Truth, every, some
from engine.analysis.numbers import AnyNumber, choice, whole
from engine.analysis.plain import parts_of
from engine.analysis.tally import HORIZON
from engine.calendars import default_calendar
from engine.dates import DAY, start_of
from engine.quantities import BlankE, ConstE, FieldE, LaterE, NowE
from engine.working_days import RestDays

FIRST_DAY = date(2026, 3, 2)
"""Day 0 of every world: a Monday, in a year whose rest days are known."""
MINUTES = 1440
"""The minutes of a day."""


def looks_beyond(norm: Norm) -> bool:
    """Tell whether a norm speaks of a day before or after all days of a world: what it does there is not looked at."""
    last = FIRST_DAY + timedelta(days=HORIZON)
    return any(
        isinstance(part, Const) and isinstance(part.value, date) and not FIRST_DAY <= part.value < last
        for part in parts_of(norm)
    )


# ---- Days and months ------------------------------------------------------------------------------------------------


def is_workday(day: int) -> bool:
    """Tell whether a day of a world is a working day."""
    return day not in _rest_days() and day % 7 < 5


def workday(day: AnyNumber) -> list[Truth]:
    """Return that a day is a working day."""
    return [day % 7 < 5, *(some(day < first, day > last) for first, last in _holidays())]


def next_workday(day: AnyNumber) -> AnyNumber:
    """Return a day, or the next working day where it is a day of rest."""
    made: AnyNumber = choice(day % 7 >= 5, day - day % 7 + 7, day)
    for first, last, then in _rolls():
        there = day == first if first == last else every(day >= first, day <= last)
        made = choice(there, then, made)
    return made


def worked_until(day: AnyNumber) -> AnyNumber:
    """Return how many of the days from day 0 to a day are working days."""
    in_week = day % 7
    made: AnyNumber = day / 7 * 5 + choice(in_week >= 4, whole(5), in_week + 1)
    for number in range(HORIZON):
        on_weekday, works = number % 7 < 5, _works(FIRST_DAY + timedelta(days=number))
        if on_weekday != works:
            made = made + choice(day >= number, whole(-1 if on_weekday else 1), whole(0))
    return made


def _works(day: date) -> bool:
    return not default_calendar().is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED)


def next_day_of_month(day: AnyNumber, number: AnyNumber) -> AnyNumber:
    """Return the next day of the month with a number, of no more than 28, that day itself included."""
    made: AnyNumber = whole(HORIZON)
    for first, following in reversed(list(pairwise(_months()))):
        found = choice(first + number - 1 >= day, first + number - 1, following + number - 1)
        made = choice(day < following, found, made)
    return made


def minute_of(instant: int) -> int:
    """Return the minute of a world that an instant is."""
    return (instant - start_of(FIRST_DAY)) // (DAY // MINUTES)


@cache
def _rest_days() -> frozenset[int]:
    """Return the days of the horizon that are no working days."""
    resting = {day for first, last in _holidays() for day in range(first, last + 1)}
    return frozenset(resting | {day for day in range(HORIZON) if day % 7 >= 5})


@cache
def _holidays() -> tuple[tuple[int, int], ...]:
    """Return the runs of rest days within the horizon that are no weekends: the first and the last day of each."""
    calendar = default_calendar()
    days = [FIRST_DAY + timedelta(days=number) for number in range(HORIZON)]
    resting = [calendar.is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED) for day in days]
    found: list[tuple[int, int]] = []
    first: int | None = None
    for number, (day, rests) in enumerate(zip(days, resting, strict=True)):
        if rests and first is None:
            first = number
        if first is not None and (not rests or day is days[-1]):
            if any(days[each].weekday() < 5 for each in range(first, number)):
                found.append((first, number - 1))
            first = None
    return tuple(found)


@cache
def _rolls() -> tuple[tuple[int, int, int], ...]:
    """Return the days that roll otherwise than a Saturday and a Sunday to Monday: first, last, and to which day."""
    calendar = default_calendar()
    days = [FIRST_DAY + timedelta(days=number) for number in range(HORIZON + 15)]
    resting = [calendar.is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED) for day in days]
    found = [(n, n, n) for n, day in enumerate(days) if day.weekday() >= 5 and not resting[n]]
    first = 0
    for number, rests in enumerate(resting):
        if not rests:
            if number > first and (first % 7, number - first) != (5, 2):
                found.append((first, number - 1, number))
            first = number + 1
    return tuple(found)


@cache
def _months() -> tuple[int, ...]:
    """Return the days of the horizon on which a month begins, from the one before it to the one after it."""
    months = FIRST_DAY.month + HORIZON // 28 + 1
    return tuple(
        (date(FIRST_DAY.year + (month - 1) // 12, (month - 1) % 12 + 1, 1) - FIRST_DAY).days
        for month in range(FIRST_DAY.month, months + 1)
    )


# ---- Periods --------------------------------------------------------------------------------------------------------


_LENGTH = {"years": 365, "months": 30, "weeks": 7}
"""Months and years in days, by their usual length, which the replay corrects."""
_LONGEST = {"years": 366, "months": 31, "weeks": 7}


def in_days(period: Period) -> int:
    """Return a period of calendar days; months and years by their usual length."""
    return _LENGTH.get(period.unit, 1) * period.count


def in_days_at_most(period: Period) -> int:
    """Return the most days that a period can have."""
    if period.unit == "business_days":
        # Five of seven days, and the longest holidays are shorter than two weeks.
        return 2 * period.count + 14
    return _LONGEST.get(period.unit, 1) * period.count


def in_minutes(period: Period) -> int | None:
    """Return a period in minutes, one of less as one minute; None of a period of days."""
    match period.unit:
        case "hours":
            return period.count * 60
        case "minutes":
            return period.count
        case "seconds":
            return 1
        case _:
            return None


def open_days(count: AnyNumber, of: Any) -> AnyNumber | None:
    """Return how many days a period is whose number a blank leaves open; None of what is no such number."""
    kind = getattr(of, "kind", None)
    if kind is None or kind.name != "duration" or not z3.is_int(count):
        return None
    return count * {"years": 365, "months": 30}.get(kind.of or "days", 1)


# ---- Which expressions give a day -----------------------------------------------------------------------------------


def is_day(it: Any) -> bool:
    """Tell whether an expression gives a day, and not an instant."""
    match it:
        case ConstE():
            return isinstance(it.constant, date)
        case FieldE() | BlankE():
            return it.kind.name == "day"
        case LaterE():
            return not _counts_time(it.period)
        case _:
            return False


def is_instant(it: Any) -> bool:
    """Tell whether an expression gives an instant."""
    if isinstance(it, LaterE):
        return _counts_time(it.period)
    return isinstance(it, NowE) or (isinstance(it, FieldE) and it.kind.name == "instant")


def _counts_time(period: Any) -> bool:
    """Tell whether a period is one of hours, minutes or seconds."""
    return getattr(getattr(period, "constant", None), "unit", "") in ("hours", "minutes", "seconds")
