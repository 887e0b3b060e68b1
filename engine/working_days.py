"""Which days are worked and which are rest days (民法典 203), as far as that is announced.

Late in each year the State Council says which days of the next are taken off around the holidays, and which
weekend days are worked in exchange (放假办法 7). Until it has spoken, a weekday near a holiday may be taken off and a
weekend day near it may be worked. Such a day is *provisional*; what is counted over one carries the earliest and the
latest day it may turn out to be. The holidays of 放假办法 2 stand in any case.
"""

import hashlib
from calendar import FRIDAY, MONDAY, SATURDAY
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, assert_never

from contractlang.values import Roll
from engine.dates import ONE_DAY, day_of_month, in_range

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


class RestDays(StrEnum):
    """Which days are 法定休假日 in the sense of 民法典 203 (reading RS-restday)."""

    WEEKEND_AND_SHIFTED = "weekend_and_shifted"
    """Weekends and holidays, as actually shifted. The prevailing view."""
    STATUTORY_ONLY = "statutory_only"
    """The days of 放假办法 2 and no others."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """A working day that was counted out, and the days it may yet turn out to be."""

    day: date
    provisional: bool
    earliest: date
    latest: date


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
        day = in_range(day + step, first)


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _version_of(years: tuple[CalendarYear, ...]) -> str:
    newest = max((each.issued_on for each in years if each.issued_on is not None), default=None)
    digest = hashlib.sha256(";".join(map(_facts_of, years)).encode()).hexdigest()[:6]
    return f"cn-{newest or 'unissued'}.{digest}"


def _facts_of(year: CalendarYear) -> str:
    days = (year.statutory_days, year.rest_days, year.working_weekend_days)
    return "/".join([f"{year.year} {year.published}", *(" ".join(map(str, sorted(each))) for each in days)])
