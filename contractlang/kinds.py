"""The kinds of values an expression can have, and which may meet.

Money is of one currency and an enumeration is one declared list: comparing across is an error, found before any
ledger is read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `of` names the currency, the enumeration or the occurrence where the kind has one."""

    name: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.of}".strip()


FLAG = Kind("flag")
COUNT = Kind("count")
DAY = Kind("day")
INSTANT = Kind("instant")
PERIOD = Kind("duration")
SHARE = Kind("share")
TEXT = Kind("text")
TIME = Kind("time")
PARTY = Kind("party")
NORM = Kind("norm")

SIMPLE = {kind.name: kind for kind in (FLAG, COUNT, DAY, INSTANT, PERIOD, SHARE, TEXT, TIME, PARTY)}
CHINESE = {
    "flag": "是否", "count": "数量", "day": "日", "instant": "时点", "duration": "期间", "share": "比例", "text": "文字",
    "time": "时刻", "party": "当事人", "money": "金额", "one of": "枚举", "occurrence": "事件", "breach": "违约", "norm": "规范",
}  # fmt: skip


def money_in(currency: str) -> Kind:
    """Return the kind of money of one currency (ISO code)."""
    return Kind("money", currency)


def one_of(enumeration: str) -> Kind:
    """Return the kind of values of one declared enumeration (a state, a question or a type)."""
    return Kind("one of", enumeration)


def occurrence_of(name: str) -> Kind:
    """Return the kind of one occurrence of an act or event."""
    return Kind("occurrence", name)


BREACH = Kind("breach")


def in_chinese(kind: Kind) -> str:
    """Return the kind's name for a Chinese reader."""
    return f"{CHINESE.get(kind.name, kind.name)}{kind.of}"


def comparable(left: Kind, right: Kind) -> bool:
    """Tell whether values of the two kinds may be compared or stand for one another."""
    if left == right:
        return True
    if left.name == right.name == "duration":
        # A blank may say in which unit it is to be filled (`____ years`).
        return True
    pair = {left.name, right.name}
    # A text may name what an enumeration's option or a party is called; a day is compared with an instant by its end.
    return pair in ({"day", "instant"}, {"text", "party"})
