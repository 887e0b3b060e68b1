"""The last moment of a deadline (民法典 200-204).

- The first day is not counted (201(1)). Hours run from their moment (201(2)).
- A period of months or years ends on the corresponding day, or on the last of the month (202).
- A last day that is a rest day gives way to the first working day after it (203(1)). It ends at 24:00, or
  when business closes if a cut-off is agreed (203(2)). Hours do not roll.

An end is exclusive: the end of 8 October is the instant at which 9 October begins, and what happens at that
instant is late. A deadline that falls on a day of which nobody knows yet whether it is worked, or must step over one,
carries the earliest and the latest end it may turn out to have (`engine/working_days.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from contractlang.values import Roll
from engine.dates import (
    HOUR,
    LAST_INSTANT,
    LAST_YEAR,
    MINUTE,
    ONE_DAY,
    SECOND,
    ZONE,
    Instant,
    PeriodUnit,
    add_period,
    day_of,
    end_of,
    instant_of,
)
from engine.working_days import Calendar, RestDays, Rolled

ElapsedUnit = Literal["hours", "minutes", "seconds"]
Unit = PeriodUnit | ElapsedUnit | Literal["business_days"]

_ELAPSED: Final[dict[ElapsedUnit, Instant]] = {"hours": HOUR, "minutes": MINUTE, "seconds": SECOND}
_MINUTES_PER_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment for an act: it is in time before `end`, and late from `end` on.

    `last_day` is None for a period of hours, which ends at its moment. While `provisional`, the end may still
    turn out to be any from `earliest` to `latest`; otherwise the three are one.
    """

    last_day: date | None
    end: Instant
    provisional: bool
    earliest: Instant
    latest: Instant


def deadline_by_day(
    day: date,
    calendar: Calendar,
    rest: RestDays,
    rolls: bool,
    cutoff: int | None = None,
    roll: Roll = "following",
) -> Deadline:
    """Return the deadline whose last day is `day`, rolled if it `rolls`.

    `cutoff` is the minute of the day at which business closes; None is 24:00.
    """
    return _deadline_by_day(day, calendar, rest, rolls, cutoff, roll)


def deadline_after(
    start: Instant,
    count: int,
    unit: Unit,
    calendar: Calendar,
    rest: RestDays,
    rolls: bool,
    cutoff: int | None = None,
    inclusive: bool = False,
    roll: Roll = "following",
) -> Deadline:
    """Return the end of a period that starts at `start`; `inclusive` counts the first day (reading RS-term).

    Hours, minutes and seconds know neither rest days nor a cut-off nor a first day.
    """
    if unit == "hours" or unit == "minutes" or unit == "seconds":
        end = start + _whole(count) * _ELAPSED[unit]
        if end > LAST_INSTANT:
            raise ValueError(f"a period of {count} {unit} ends after the year {LAST_YEAR}")
        return Deadline(last_day=None, end=end, provisional=False, earliest=end, latest=end)
    return _deadline_after_day(day_of(start), count, unit, calendar, rest, rolls, cutoff, inclusive, roll)


def deadline_after_day(
    day: date,
    count: int,
    unit: PeriodUnit | Literal["business_days"],
    calendar: Calendar,
    rest: RestDays,
    rolls: bool,
    cutoff: int | None = None,
    inclusive: bool = False,
    roll: Roll = "following",
) -> Deadline:
    """Return the end of a period that starts on `day`, such as the last day of an earlier deadline."""
    return _deadline_after_day(day, count, unit, calendar, rest, rolls, cutoff, inclusive, roll)


# A replay asks for the same few deadlines again and again, so the answers are kept.
@lru_cache(maxsize=1 << 16)
def _deadline_by_day(
    day: date, calendar: Calendar, rest: RestDays, rolls: bool, cutoff: int | None, roll: Roll
) -> Deadline:
    if rolls:
        return _ending_with(calendar.roll(day, rest, roll), cutoff)
    return _ending_with(_certain(day), cutoff)


@lru_cache(maxsize=1 << 16)
def _deadline_after_day(
    day: date,
    count: int,
    unit: PeriodUnit | Literal["business_days"],
    calendar: Calendar,
    rest: RestDays,
    rolls: bool,
    cutoff: int | None,
    inclusive: bool,
    roll: Roll,
) -> Deadline:
    _whole(count)
    if inclusive and count == 0:
        raise ValueError("a period that counts its first day lasts at least one")
    if unit == "business_days":
        # The reading is about 法定休假日 in 民法典 203; a 工作日 is a day on which people work under either.
        first = day - ONE_DAY if inclusive else day
        return _ending_with(calendar.add_business_days(first, count, RestDays.WEEKEND_AND_SHIFTED), cutoff)
    last = _add_period_inclusive(day, count, unit) if inclusive else add_period(day, count, unit)
    return _deadline_by_day(last, calendar, rest, rolls, cutoff, roll)


def _ending_with(rolled: Rolled, cutoff: int | None) -> Deadline:
    end = _end_of(rolled.day, cutoff)
    if not rolled.provisional:
        return Deadline(last_day=rolled.day, end=end, provisional=False, earliest=end, latest=end)
    return Deadline(
        last_day=rolled.day,
        end=end,
        provisional=True,
        earliest=_end_of(rolled.earliest, cutoff),
        latest=_end_of(rolled.latest, cutoff),
    )


def _end_of(day: date, cutoff: int | None) -> Instant:
    if cutoff is None or cutoff == _MINUTES_PER_DAY:
        return end_of(day)
    if not 0 < cutoff < _MINUTES_PER_DAY:
        raise ValueError(f"a cut-off is a minute of the day from 1 to {_MINUTES_PER_DAY}, not {cutoff}")
    return instant_of(datetime(day.year, day.month, day.day, *divmod(cutoff, 60), tzinfo=ZONE))


def _certain(day: date) -> Rolled:
    return Rolled(day, provisional=False, earliest=day, latest=day)


def _whole(count: int) -> int:
    if count < 0:
        raise ValueError(f"a period cannot last {count}: its length is nought or more")
    return count


def _add_period_inclusive(day: date, count: int, unit: PeriodUnit) -> date:
    """Return the last day of a period that counts `day`: the eve of the corresponding day."""
    corresponding = add_period(day, count, unit)
    # From 29 February a year ends with 28 February on either count: where there is no corresponding day, there
    # is no eve of it.
    has_no_corresponding_day = unit in ("months", "years") and corresponding.day != day.day
    return corresponding if has_no_corresponding_day else corresponding - ONE_DAY
