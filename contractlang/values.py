"""Literal values of the language: money, periods, shares, times of day.

All are whole numbers inside: fen (minor units), days, minutes. Nothing here is a floating-point number.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

Unit = Literal["seconds", "minutes", "hours", "days", "business_days", "weeks", "months", "years"]

Roll = Literal["following", "preceding", "in month"]
"""Where a rest day moves: to the next working day, the one before, or the next of its month and else the one before."""

MINOR_DIGITS = {"CNY": 2, "EUR": 2, "USD": 2}
SIGNS = {"元": "CNY", "¥": "CNY", "￥": "CNY"}

_UNITS: dict[str, Unit] = {
    "second": "seconds", "秒": "seconds", "minute": "minutes", "分钟": "minutes", "hour": "hours", "小时": "hours",
    "day": "days", "日": "days", "天": "days", "business day": "business_days", "工作日": "business_days",
    "个工作日": "business_days", "week": "weeks", "周": "weeks", "month": "months", "个月": "months",
    "year": "years", "年": "years",
}  # fmt: skip


# Longer numbers and longer times than a contract can mean; what is computed with them stays within the calendar.
_MOST_DIGITS = 15
_MOST_YEARS = 1_000
_A_YEAR = {
    "seconds": 31_622_400, "minutes": 527_040, "hours": 8_784, "days": 366, "business_days": 366, "weeks": 53,
    "months": 12, "years": 1,
}  # fmt: skip


class NoValue(ValueError):
    """A text is no value of the kind that is wanted: the message says why, `zh` in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


def whole(text: str) -> int:
    """Return the whole number written in `text`. Raises ValueError where it has more than 15 digits."""
    if len(text) > _MOST_DIGITS:
        raise NoValue(f"a number may have {_MOST_DIGITS} digits", f"数字最多{_MOST_DIGITS}位")
    return int(text)


class Money(NamedTuple):
    """An amount in whole minor units (fen, cents) of one currency (ISO code)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        whole, rest = divmod(abs(self.minor), 100)
        return f"{sign}{whole}.{rest:02d} {self.currency}"


def money(text: str, currency: str = "CNY") -> Money:
    """Return the money written in `text`: `100.00 CNY`, `100元`, `¥100` or, of the given currency, `100.00`.

    Raises ValueError for another shape and for more decimals than the currency has.
    """
    found = re.fullmatch(r"\s*([¥￥])?\s*(-?\d+)(?:\.(\d+))?\s*([A-Z]{3}|元)?\s*", text)
    if not found or (found[1] and found[4]):
        raise NoValue(f"{text!r} is not an amount of money", f"`{text}`不是金额")
    mark = found[1] or found[4] or currency
    code = SIGNS.get(mark, mark)
    if code not in MINOR_DIGITS:
        known = ", ".join(MINOR_DIGITS)
        raise NoValue(f"{code} is not a known currency ({known})", f"`{code}`不是已知币种（{known}）")
    decimals = found[3] or ""
    if len(decimals) > MINOR_DIGITS[code]:
        most = MINOR_DIGITS[code]
        raise NoValue(
            f"{text!r} has more decimals than {code} has ({most})", f"`{text}`的小数位超过{code}的{most}位"
        )
    minor = whole(found[2].removeprefix("-")) * 100 + int(decimals.ljust(2, "0"))
    return Money(-minor if found[2].startswith("-") else minor, code)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time: calendar days, months and years are counted in days of the zone, hours elapse."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit.replace('_', ' ')}"


def period(text: str) -> Period:
    """Return the period written in `text`, for example `30 days`, `5个工作日`, `2年`. Raises ValueError."""
    found = re.fullmatch(r"(\d+)\s*(.+)", text.strip())
    if not found:
        raise NoValue(f"{text!r} is not a period: write it as `30 days`", f"`{text}`不是期间：例如写`30日`")
    word = " ".join(found[2].split())
    unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
    if unit is None:
        raise NoValue(f"{word!r} is not a unit of time", f"`{word}`不是时间单位")
    count = whole(found[1])
    if count > _MOST_YEARS * _A_YEAR[unit]:
        raise NoValue(f"a period may last {_MOST_YEARS:,} years", f"期间最长{_MOST_YEARS}年")
    return Period(count, unit)


class Share(NamedTuple):
    """A part of a whole, exactly: 3‰ is 3 over 1000, four thirtieths are 4 over 30."""

    over: int
    under: int

    # By what they are worth, not part by part as tuples compare: 100% is more than 99.8%, and 3% is 30‰.
    def __lt__(self, other: Share) -> bool:  # type: ignore[override]
        return self.over * other.under < other.over * self.under

    def __le__(self, other: Share) -> bool:  # type: ignore[override]
        return self.over * other.under <= other.over * self.under

    def __gt__(self, other: Share) -> bool:  # type: ignore[override]
        return self.over * other.under > other.over * self.under

    def __ge__(self, other: Share) -> bool:  # type: ignore[override]
        return self.over * other.under >= other.over * self.under

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Share) and self.over * other.under == other.over * self.under

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        common = math.gcd(self.over, self.under)
        return hash((self.over // common, self.under // common))

    def __str__(self) -> str:
        if self.under == 1000:
            return f"{self.over}‰"
        return f"{self.over}%" if self.under == 100 else f"{self.over}/{self.under}"


def share(text: str) -> Share:
    """Return the share written in `text`: `3‰`, `12.5%`, `4/30`, `30分之4`. Raises ValueError."""
    fraction = re.fullmatch(r"(?P<over>\d+)\s*/\s*(?P<under>\d+)|(?P<of>\d+)分之(?P<part>\d+)", text.strip())
    if fraction:
        made = Share(whole(fraction["over"] or fraction["part"]), whole(fraction["under"] or fraction["of"]))
        if made.under == 0:
            raise NoValue("nothing can be parted into 0 parts", "不能分成0份")
        return made
    found = re.fullmatch(r"(\d+)(?:\.(\d+))?\s*([‰%])", text.strip())
    if not found:
        raise NoValue(f"{text!r} is not a share", f"`{text}`不是比例")
    decimals = found[2] or ""
    return Share(whole(found[1] + decimals), (1000 if found[3] == "‰" else 100) * 10 ** len(decimals))


def minutes_of_day(text: str) -> int:
    """Return the minutes after midnight of a time like `18:00`, up to `24:00`. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if not found or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 1440:
        raise NoValue(f"{text!r} is not a time of day", f"`{text}`不是一天中的时刻")
    return int(found[1]) * 60 + int(found[2])
