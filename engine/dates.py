"""Instants, days and periods: counted, written and read.

Time is counted twice. An *instant* is a whole number of microseconds since the epoch, UTC; a *day* is a
calendar day of the contract's zone. Hours run from instant to instant; days, weeks, months and years run
from day to day.

An end is exclusive: the end of 8 October is the instant at which 9 October begins. People say 8 October, 24:00; so
does `spoken`.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, assert_never
from zoneinfo import ZoneInfo

from contractlang.values import NoValue

Instant = int
"""Microseconds since 1970-01-01T00:00Z."""

PeriodUnit = Literal["days", "weeks", "months", "years"]

ZONE: Final = ZoneInfo("Asia/Shanghai")
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

SECOND: Final[Instant] = 1_000_000
MINUTE: Final[Instant] = 60 * SECOND
HOUR: Final[Instant] = 60 * MINUTE
DAY: Final[Instant] = 24 * HOUR
ONE_DAY: Final = timedelta(days=1)


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
    return in_range(last, day)


def _corresponding_day(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(day)
    return day_of_month(year, month + 1, day.day)


def in_range(day: date, start: date) -> date:
    """Return the day, if it is in the years that are known; a period from `start` leads to it. Raises ValueError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_range(start)
    return day


def _out_of_range(start: date) -> ValueError:
    return ValueError(f"a period from {start} leaves the years {FIRST_YEAR} to {LAST_YEAR}")


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
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZONE))


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
    if not _STEADY_FROM <= at <= LAST_INSTANT:
        return _written(_local(at))
    # Of what happens now many have the second in common.
    minute, second = divmod(second + _OFFSET_S, 60)
    return f"{_minute_text(minute)}:{_TWO_DIGITS[second]}.{str(SECOND + fraction)[1:]}+08:00"


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    """Write a whole second since the epoch as `iso` does."""
    at = second * SECOND
    if not _STEADY_FROM <= at <= LAST_INSTANT:
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


def instant_of(moment: datetime) -> Instant:
    """Return the instant of a datetime that tells its zone."""
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


LAST_INSTANT: Final[Instant] = end_of(date(LAST_YEAR, 12, 31))


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
    return instant_of(written if written.tzinfo is not None else written.replace(tzinfo=ZONE))


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
    if second == 60 and minute == 59 and hour < 24:
        raise NoValue(
            f"`{text}` is a leap second, which is not counted here: write it as second 59",
            f"`{text}`是闰秒，此处不计：请写作第59秒",
        )
    if hour > 23 or minute > 59 or second > 59:
        raise NoValue(
            f"`{text}` names no time of day: hours run from 00:00 to 24:00",
            f"`{text}`不是一天中的时刻：时刻自00:00至24:00",
        )
    if offset is None and day.year >= _STEADY_YEAR:
        return start_of(day) + hour * HOUR + minute * MINUTE + second * SECOND + fraction
    if offset is None:
        return instant_of(datetime(day.year, day.month, day.day, hour, minute, second, fraction, tzinfo=ZONE))
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
