"""Instants, days, periods and the last moment of a deadline (民法典 200-204).

Time is counted twice. An *instant* is a whole number of microseconds since the epoch, UTC; a *day* is a
calendar day of the contract's zone. Hours run from instant to instant; days, weeks, months and years run
from day to day.

- The first day is not counted (201(1)). Hours run from their moment (201(2)).
- A period of months or years ends on the corresponding day, or on the last of the month (202).
- A last day that is a rest day gives way to the first working day after it (203(1)). It ends at 24:00, or
  when business closes if a cut-off is agreed (203(2)). Hours do not roll.

An end is exclusive: the end of 8 October is the instant at which 9 October begins, and what happens at that
instant is late. People say 8 October, 24:00; so does `spoken`.

**What is not announced yet.** Late in each year the State Council says which days of the next are taken off
around the holidays, and which weekend days are worked in exchange (放假办法 7). Until it has spoken, a
weekday near a holiday may be taken off and a weekend day near it may be worked. Such a day is *provisional*;
a deadline that falls on one, or must step over one, carries the earliest and the latest end it may turn out
to have. The holidays of 放假办法 2 stand in any case.
"""

import hashlib
import re
from calendar import FRIDAY, MONDAY, SATURDAY, monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, assert_never
from zoneinfo import ZoneInfo

from contractlang.values import NoValue, Roll

Instant = int
"""Microseconds since 1970-01-01T00:00Z."""

PeriodUnit = Literal["days", "weeks", "months", "years"]
ElapsedUnit = Literal["hours", "minutes", "seconds"]
Unit = PeriodUnit | ElapsedUnit | Literal["business_days"]

ZONE: Final = ZoneInfo("Asia/Shanghai")
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

SECOND: Final[Instant] = 1_000_000
MINUTE: Final[Instant] = 60 * SECOND
HOUR: Final[Instant] = 60 * MINUTE
DAY: Final[Instant] = 24 * HOUR
ONE_DAY: Final = timedelta(days=1)

_ELAPSED: Final[dict[ElapsedUnit, Instant]] = {"hours": HOUR, "minutes": MINUTE, "seconds": SECOND}
_MINUTES_PER_DAY: Final = 24 * 60


class RestDays(StrEnum):
    """Which days are 法定休假日 in the sense of 民法典 203 (reading RS-restday)."""

    WEEKEND_AND_SHIFTED = "weekend_and_shifted"
    """Weekends and holidays, as actually shifted. The prevailing view."""
    STATUTORY_ONLY = "statutory_only"
    """The days of 放假办法 2 and no others."""


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


@dataclass(frozen=True, slots=True)
class Rolled:
    """A working day that was counted out, and the days it may yet turn out to be."""

    day: date
    provisional: bool
    earliest: date
    latest: date


def deadline_by_day(
    day: date,
    calendar: "Calendar",
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
    calendar: "Calendar",
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
        if end > _LAST_INSTANT:
            raise ValueError(f"a period of {count} {unit} ends after the year {LAST_YEAR}")
        return Deadline(last_day=None, end=end, provisional=False, earliest=end, latest=end)
    return _deadline_after_day(day_of(start), count, unit, calendar, rest, rolls, cutoff, inclusive, roll)


def deadline_after_day(
    day: date,
    count: int,
    unit: PeriodUnit | Literal["business_days"],
    calendar: "Calendar",
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
    day: date, calendar: "Calendar", rest: RestDays, rolls: bool, cutoff: int | None, roll: Roll
) -> Deadline:
    if rolls:
        return _ending_with(calendar.roll(day, rest, roll), cutoff)
    return _ending_with(_certain(day), cutoff)


@lru_cache(maxsize=1 << 16)
def _deadline_after_day(
    day: date,
    count: int,
    unit: PeriodUnit | Literal["business_days"],
    calendar: "Calendar",
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
    return _instant_of(datetime(day.year, day.month, day.day, *divmod(cutoff, 60), tzinfo=ZONE))


def _certain(day: date) -> Rolled:
    return Rolled(day, provisional=False, earliest=day, latest=day)


def _whole(count: int) -> int:
    if count < 0:
        raise ValueError(f"a period cannot last {count}: its length is nought or more")
    return count


# Periods ----------------------------------------------------------------------------------------------------


def add_period(day: date, count: int, unit: PeriodUnit) -> date:
    """Return the last day of a period that starts on `day`, which is not counted.

    A negative count runs backwards.
    """
    match unit:
        case "days":
            return _add_days(day, count)
        case "weeks":
            return _add_days(day, 7 * count)
        case "months":
            return _corresponding_day(day, count)
        case "years":
            return _corresponding_day(day, 12 * count)
        case _:
            assert_never(unit)


def day_of_month(year: int, month: int, n: int) -> date:
    """Return day `n` of the month, or its last day if it has no day `n` (民法典 202)."""
    return date(year, month, min(n, monthrange(year, month)[1]))


def _add_days(day: date, count: int) -> date:
    try:
        last = day + timedelta(days=count)
    except OverflowError:
        raise _out_of_range(day) from None
    return _in_range(last, day)


def _corresponding_day(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(day)
    return day_of_month(year, month + 1, day.day)


def _add_period_inclusive(day: date, count: int, unit: PeriodUnit) -> date:
    """Return the last day of a period that counts `day`: the eve of the corresponding day."""
    corresponding = add_period(day, count, unit)
    # From 29 February a year ends with 28 February on either count: where there is no corresponding day, there
    # is no eve of it.
    has_no_corresponding_day = unit in ("months", "years") and corresponding.day != day.day
    return corresponding if has_no_corresponding_day else corresponding - ONE_DAY


def _in_range(day: date, start: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_range(start)
    return day


def _out_of_range(start: date) -> ValueError:
    return ValueError(f"a period from {start} leaves the years {FIRST_YEAR} to {LAST_YEAR}")


# The calendar -----------------------------------------------------------------------------------------------

# In the notices for 2008 to 2026 no weekday was taken off more than 5 days from a holiday, and no weekend day
# worked more than 10 (11 May 2024), or, for New Year's Day, more than 5 (6 January 2013). The longest break ran
# from 24 January to 2 February 2020.
_REACH_DAYS: Final = 7
_WEEKEND_REACH_DAYS: Final = 10
_LONGEST_BREAK_DAYS: Final = 10

_MonthDay = tuple[int, int]
_NEW_YEAR: Final[_MonthDay] = (1, 1)

# 放假办法 2 as in force since 2025: the holidays with a date in the common calendar ...
_SOLAR_HOLIDAYS: Final[frozenset[_MonthDay]] = frozenset(
    {_NEW_YEAR, (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
)
# ... and, for years without a file, the seasons in which the others can fall: 春节 from 除夕, 清明, 端午, 中秋.
_LUNAR_SEASONS: Final[tuple[tuple[_MonthDay, _MonthDay], ...]] = (
    ((1, 20), (2, 24)),
    ((4, 4), (4, 6)),
    ((5, 26), (6, 27)),
    ((9, 6), (10, 9)),
)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The rest days of one year: the holidays of 放假办法 2 and, once `published`, what the notice makes of them.

    A notice may name days of the December before.
    """

    year: int
    published: bool
    statutory_days: frozenset[date]
    rest_days: frozenset[date] = frozenset()
    working_weekend_days: frozenset[date] = frozenset()
    notice: str | None = None
    issued_on: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        listed = self.rest_days | self.working_weekend_days
        if self.published is False and (listed or self.notice or self.issued_on):
            raise ValueError(f"{self.year}: a year without a notice lists no days off or worked")
        if self.published and not self.statutory_days <= self.rest_days:
            raise ValueError(f"{self.year}: every statutory holiday is a rest day")
        if self.rest_days & self.working_weekend_days:
            raise ValueError(f"{self.year}: a day is either taken off or worked")
        if any(not _is_weekend(day) for day in self.working_weekend_days):
            raise ValueError(f"{self.year}: only a Saturday or Sunday is worked in exchange")
        if any(day.year != self.year for day in self.statutory_days) or any(
            day.year != self.year and (day.year, day.month) != (self.year - 1, 12) for day in listed
        ):
            raise ValueError(f"{self.year}: a day of another year is listed")


class Calendar:
    """The working days of the zone as far as they are published, and how far that is.

    Before its first year it knows only weekends, and calls everything provisional.
    """

    __slots__ = (
        "_awaited",
        "_filed",
        "_first_year",
        "_listed",
        "_off",
        "_published",
        "_statutory",
        "_worked",
        "published_until",
        "version",
        "years",
    )

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self.years: Final = tuple(sorted(years, key=lambda each: each.year))
        self._filed: Final = frozenset(each.year for each in self.years)
        if not self.years or len(self._filed) < len(self.years):
            raise ValueError("a calendar has at least one year, and each year once")
        self._first_year: Final = self.years[0].year
        self._statutory: Final = frozenset[date]().union(*(each.statutory_days for each in self.years))
        self._off: Final = frozenset[date]().union(*(each.rest_days for each in self.years))
        self._worked: Final = frozenset[date]().union(*(each.working_weekend_days for each in self.years))
        self._listed: Final = self._off | self._worked
        self._published: Final = frozenset(each.year for each in self.years if each.published)
        self._awaited: Final = dict[date, bool]()
        self.published_until: Final = date(max(self._published, default=self._first_year - 1), 12, 31)
        """The last day of the last year with a notice; the next one may shift days just before it for New Year."""
        self.version: Final = _version_of(self.years)
        """The date of the newest notice, and a digest that changes with every day of the calendar."""

    def __repr__(self) -> str:
        return f"Calendar({self.version})"

    def is_rest_day(self, day: date, rest: RestDays) -> bool:
        """Tell whether `day` is a rest day, or if that is provisional, whether it is one unless shifted."""
        match rest:
            case RestDays.WEEKEND_AND_SHIFTED:
                if day in self._listed:
                    return day in self._off
                return _is_weekend(day) or self._is_statutory(day)
            case RestDays.STATUTORY_ONLY:
                return self._is_statutory(day)
            case _:
                assert_never(rest)

    def is_provisional(self, day: date, rest: RestDays) -> bool:
        """Tell whether it is still open if `day` is a rest day."""
        if day.year < self._first_year:
            return day not in self._listed
        match rest:
            case RestDays.WEEKEND_AND_SHIFTED:
                return day not in self._listed and not self._is_statutory(day) and self._awaits_notice(day)
            case RestDays.STATUTORY_ONLY:
                return self._may_be_statutory(day) and not self._is_statutory(day)
            case _:
                assert_never(rest)

    def roll(self, day: date, rest: RestDays, roll: Roll = "following") -> Rolled:
        """Return `day`, or if it is a rest day the first working day after it (民法典 203(1)), or before it.

        `in month`: the first after it if that is in the same month, else the first before it.
        """
        if roll == "preceding":
            return self._count_working_days(day, -1, rest)
        after = self._count_working_days(day, 1, rest)
        if roll == "following" or _same_month(day, after.latest):
            return after
        before = self._count_working_days(day, -1, rest)
        if not _same_month(day, after.earliest):
            return before
        # As days are taken off or worked, it is the first after, or one of those before it.
        chosen = after.day if _same_month(day, after.day) else before.day
        last = self._count_working_days(day_of_month(day.year, day.month, 31), -1, rest).latest
        return Rolled(chosen, provisional=True, earliest=before.earliest, latest=last)

    def add_business_days(self, day: date, n: int, rest: RestDays = RestDays.WEEKEND_AND_SHIFTED) -> Rolled:
        """Return the `n`th working day after `day`, or before it if `n` is negative; with none to count, roll."""
        if n == 0:
            return self.roll(day, rest)
        return self._count_working_days(day + ONE_DAY if n > 0 else day - ONE_DAY, n, rest)

    def _is_statutory(self, day: date) -> bool:
        return day in self._statutory or (
            day.year not in self._filed and (day.month, day.day) in _SOLAR_HOLIDAYS
        )

    def _may_be_statutory(self, day: date) -> bool:
        if self._is_statutory(day):
            return True
        month_day = (day.month, day.day)
        in_season = any(first <= month_day <= last for first, last in _LUNAR_SEASONS)
        return in_season and day.year not in self._filed

    def _awaits_notice(self, day: date) -> bool:
        if day.year in self._published and not (day.month == 12 and self._december_awaits_notice(day.year)):
            return False
        awaited = self._awaited.get(day)
        if awaited is None:
            awaited = self._awaited[day] = self._is_near_a_holiday_to_come(day)
        return awaited

    def _december_awaits_notice(self, year: int) -> bool:
        # The notice for 2019 had Saturday 29 December 2018 worked and Monday 31 December taken off. Next to a
        # weekend, New Year's Day makes a break of three days by itself, and no notice from that for 2008 on has
        # moved a day of December for it.
        new_year = date(year + 1, *_NEW_YEAR)
        return year + 1 not in self._published and new_year.weekday() not in (MONDAY, FRIDAY, SATURDAY)

    def _is_near_a_holiday_to_come(self, day: date) -> bool:
        """Tell whether a notice that is still to come may shift a day, for a holiday that is near it."""
        reach = _WEEKEND_REACH_DAYS if _is_weekend(day) else _REACH_DAYS
        near = ((days, day + timedelta(days=days)) for days in range(-reach, reach + 1))
        return any(
            holiday.year not in self._published
            and self._may_be_statutory(holiday)
            and (abs(days) <= _REACH_DAYS or (holiday.month, holiday.day) != _NEW_YEAR)
            for days, holiday in near
        )

    def _count_working_days(self, first: date, n: int, rest: RestDays) -> Rolled:
        """Count `n` working days from `first` on: as things stand, at the soonest and at the latest."""

        def works(day: date) -> bool:
            return not self.is_rest_day(day, rest)

        def may_work(day: date) -> bool:
            return works(day) or self.is_provisional(day, rest)

        rested = 0

        def must_work(day: date) -> bool:
            nonlocal rested
            # Not all that is provisional can be taken off: a break has an end.
            surely = rested >= _LONGEST_BREAK_DAYS if self.is_provisional(day, rest) else works(day)
            rested = 0 if surely else rested + 1
            return surely

        day = _nth(first, n, works)
        soonest, latest = _nth(first, n, may_work), _nth(first, n, must_work)
        if n < 0:
            soonest, latest = latest, soonest
        return Rolled(day, provisional=soonest != latest, earliest=soonest, latest=latest)


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _nth(first: date, n: int, counts: Callable[[date], bool]) -> date:
    """Return the `n`th day from `first` that counts, going back in time if `n` is negative."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    day, left = first, abs(n)
    while True:
        if counts(day):
            left -= 1
            if not left:
                return day
        day = _in_range(day + step, first)


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _version_of(years: tuple[CalendarYear, ...]) -> str:
    newest = max((each.issued_on for each in years if each.issued_on is not None), default=None)
    digest = hashlib.sha256(";".join(map(_facts_of, years)).encode()).hexdigest()[:6]
    return f"cn-{newest or 'unissued'}.{digest}"


def _facts_of(year: CalendarYear) -> str:
    days = (year.statutory_days, year.rest_days, year.working_weekend_days)
    return "/".join([f"{year.year} {year.published}", *(" ".join(map(str, sorted(each))) for each in days)])


# Days and instants ------------------------------------------------------------------------------------------

# The zone has been eight hours ahead of UTC since its last summer time ended in September 1991. From 1992 on
# the two clocks are a subtraction apart; earlier instants go through the zone's tables.
_OFFSET: Final[Instant] = 8 * HOUR
_OFFSET_S: Final = _OFFSET // SECOND
_STEADY_YEAR: Final = 1992
_STEADY_FROM: Final[Instant] = 694_195_200 * SECOND  # 1992-01-01T00:00+08:00
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()


def day_of(at: Instant) -> date:
    """Return the day of the zone on which `at` falls."""
    if at >= _STEADY_FROM:
        return date.fromordinal((at + _OFFSET) // DAY + _EPOCH_ORDINAL)
    return _local(at).date()


def start_of(day: date) -> Instant:
    """Return the first instant of `day`."""
    if day.year >= _STEADY_YEAR:
        return (day.toordinal() - _EPOCH_ORDINAL) * DAY - _OFFSET
    return _instant_of(datetime(day.year, day.month, day.day, tzinfo=ZONE))


def end_of(day: date) -> Instant:
    """Return the instant at which `day` is over: the first of the next day."""
    return start_of(day + ONE_DAY)


_TWO_DIGITS: Final = tuple(f"{number:02}" for number in range(60))
"""Compiled, a number is filled up with noughts by a call of a method that reads how; an answer has several of them."""


def iso(at: Instant) -> str:
    """Write `at` in local time with its offset: `2026-10-08T09:00+08:00`."""
    second, fraction = divmod(at, SECOND)
    if not fraction:
        return _second_text(second)
    if not _STEADY_FROM <= at <= _LAST_INSTANT:
        return _written(_local(at))
    # Of what happens now many have the second in common.
    minute, second = divmod(second + _OFFSET_S, 60)
    return f"{_minute_text(minute)}:{_TWO_DIGITS[second]}.{str(SECOND + fraction)[1:]}+08:00"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    """Write a whole second since the epoch as `iso` does."""
    at = second * SECOND
    if not _STEADY_FROM <= at <= _LAST_INSTANT:
        return _written(_local(at))
    # What is told many times in every answer is put together, as `_written` would write it.
    minute, second = divmod(second + _OFFSET_S, 60)
    written = _minute_text(minute)
    return f"{written}:{second:02}+08:00" if second else f"{written}+08:00"


def clock(at: Instant) -> str:
    """Write `at` as the clock of the zone shows it, the way databases do: `2026-10-08 09:00:00`."""
    return str(_local(at).replace(tzinfo=None))


@lru_cache(maxsize=4096)
def _minute_text(minutes: int) -> str:
    """Write the minute that lies so many minutes after 1970-01-01T00:00."""
    days, minute = divmod(minutes, 24 * 60)
    day = date.fromordinal(days + _EPOCH_ORDINAL).isoformat()
    return f"{day}T{minute // 60:02}:{minute % 60:02}"


def spoken(end: Instant) -> str:
    """Write an exclusive end as people say it, in local time: `2026-10-08T24:00`, or `2026-10-23T16:30`."""
    local = _local(end)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return f"{local.date() - ONE_DAY}T24:00"
    return _written(local.replace(tzinfo=None))


def _written(local: datetime) -> str:
    if local.microsecond:
        return local.isoformat()
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _local(at: Instant) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZONE)


def _instant_of(moment: datetime) -> Instant:
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


_LAST_INSTANT: Final[Instant] = end_of(date(LAST_YEAR, 12, 31))


# Reading what was written -----------------------------------------------------------------------------------

_DAY_TEXT: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_MINUTE: Final = r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})"
_REST: Final = r"(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
_MINUTE_TEXT: Final = re.compile(_MINUTE)
_REST_TEXT: Final = re.compile(_REST)
_INSTANT_TEXT: Final = re.compile(_MINUTE + _REST)
_TO_MINUTE: Final = len("2026-04-10T23:50")
_LONGEST: Final = len("2026-04-10T23:50:00.000000+08:00")


def instant(written: str | datetime) -> Instant:
    """Return the instant that a text or a datetime names. Without an offset it is local time of the zone."""
    if isinstance(written, str):
        return parse_instant(written)
    _check_year(written.year, written.isoformat())
    return _instant_of(written if written.tzinfo is not None else written.replace(tzinfo=ZONE))


def parse_instant(text: str) -> Instant:
    """Read `2026-04-10T23:50`, with seconds, up to six decimals and an offset if there are any.

    `24:00` is the end of the day. Without an offset it is local time of the zone; where a change of the clocks
    skips or repeats that (before 1992), it is read as the clock stood before the change.
    """
    # Many texts have the minute in common, and many the rest; what is read of them is kept, so it must not be long.
    rest = _rest_read(text[_TO_MINUTE:]) if len(text) <= _LONGEST else None
    minute = None if rest is None else _minute_read(text[:_TO_MINUTE])
    return _instant_read(text) if rest is None or minute is None else minute + rest


@lru_cache(maxsize=4096)
def _minute_read(text: str) -> Instant | None:
    """Return a minute such as `2026-04-10T23:50` as it would be by UTC; None where more has to be looked at."""
    found = _MINUTE_TEXT.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        return None
    day = parse_day(found[1])
    if day.year < _STEADY_YEAR:
        return None
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY + hour * HOUR + minute * MINUTE


@lru_cache(maxsize=4096)
def _rest_read(text: str) -> Instant | None:
    """Return what seconds and offset such as `:20.5+08:00` add to a minute; None where they are no such text."""
    found = _REST_TEXT.fullmatch(text)
    if found is None:
        return None
    seconds, digits, offset = found.groups()
    second = int(seconds or 0)
    ahead = _OFFSET if offset is None else _offset(offset)
    if second > 59 or ahead is None:
        return None
    return second * SECOND + (int(digits.ljust(6, "0")) if digits else 0) - ahead


def _instant_read(text: str) -> Instant:
    """Read an instant of any form; say what is wrong with what is none."""
    found = _INSTANT_TEXT.fullmatch(text)
    if found is None:
        if _DAY_TEXT.fullmatch(text):
            raise NoValue(
                f"`{text}` is a day, not an instant: add a time, for example `{text}T09:00`",
                f"`{text}`是日期而非时点：请加上时刻，例如`{text}T09:00`",
            )
        raise NoValue(
            f"`{text}` is not an instant: write it as `2026-04-10T23:50`",
            f"`{text}`不是时点：请写作`2026-04-10T23:50`",
        )
    on, hours, minutes, seconds, digits, offset = found.groups()
    day = parse_day(on)
    hour, minute, second = int(hours), int(minutes), int(seconds or 0)
    fraction = int(digits.ljust(6, "0")) if digits else 0
    if hour == 24 and not (minute or second or fraction):
        day, hour = day + ONE_DAY, 0
    if hour > 23 or minute > 59 or second > 59:
        raise NoValue(
            f"`{text}` names no time of day: hours run from 00:00 to 24:00",
            f"`{text}`不是一天中的时刻：时刻自00:00至24:00",
        )
    if offset is None and day.year >= _STEADY_YEAR:
        return start_of(day) + hour * HOUR + minute * MINUTE + second * SECOND + fraction
    if offset is None:
        return _instant_of(
            datetime(day.year, day.month, day.day, hour, minute, second, fraction, tzinfo=ZONE)
        )
    midnight = (day.toordinal() - _EPOCH_ORDINAL) * DAY
    behind = _offset(offset)
    if behind is None:
        raise NoValue(
            f"`{text}` has an offset no clock keeps: {offset}", f"`{text}`的时区偏移不存在：{offset}"
        )
    return midnight + hour * HOUR + minute * MINUTE + second * SECOND + fraction - behind


def parse_as_of(text: str) -> Instant:
    """Read the instant a question is asked about: a bare day is its last instant."""
    # A day has ten letters, an instant has more.
    if len(text) <= 10 and _DAY_TEXT.fullmatch(text):
        return end_of(parse_day(text)) - 1
    return parse_instant(text)


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date:
    """Read `2026-04-10`."""
    found = _DAY_TEXT.fullmatch(text)
    if found is None:
        raise NoValue(
            f"`{text}` is not a day: write it as `2026-04-10`", f"`{text}`不是日期：请写作`2026-04-10`"
        )
    year, month, day = map(int, found.groups())
    _check_year(year, text)
    if not 1 <= month <= 12:
        raise NoValue(f"`{text}` has no month {month}", f"`{text}`中没有{month}月")
    if not 1 <= day <= monthrange(year, month)[1]:
        days = monthrange(year, month)[1]
        raise NoValue(
            f"`{text}` does not exist: {year}-{month:02} has {days} days",
            f"没有`{text}`这一天：{year}年{month}月共{days}日",
        )
    return date(year, month, day)


def period_day(text: str) -> date | None:
    """Return the first day of a billing period such as `2026-06`, or the day that is written; None for other texts."""
    try:
        return parse_day(f"{text}-01" if _MONTH_TEXT.fullmatch(text) else text)
    except ValueError:
        return None


def _check_year(year: int, text: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoValue(
            f"`{text}` is out of range: years run from {FIRST_YEAR} to {LAST_YEAR}",
            f"`{text}`超出范围：年份自{FIRST_YEAR}至{LAST_YEAR}",
        )


@lru_cache(maxsize=256)
def _offset(offset: str) -> Instant | None:
    """Return how far a clock is ahead of UTC; None for an offset that no clock keeps."""
    if offset == "Z":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 14 or minutes > 59:
        return None
    size = hours * HOUR + minutes * MINUTE
    return -size if offset[0] == "-" else size
