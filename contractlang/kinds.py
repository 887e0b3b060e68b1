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
    "flag": "是或否",
    "count": "数量",
    "day": "日",
    "instant": "时点",
    "duration": "期间",
    "share": "比例",
    "text": "文字",
    "time": "时刻",
    "party": "当事人",
    "money": "金额",
    "one of": "枚举",
    "occurrence": "事件",
    "breach": "违约",
    "norm": "规范",
}
_CURRENCIES = {"CNY": "人民币", "EUR": "欧元", "USD": "美元"}
_SAMPLES = {
    "flag": ("yes", "是"),
    "count": ("3", "3"),
    "day": ("2026-03-31", "2026年3月31日"),
    "text": ('"…"', "“……”"),
    "instant": ("now", "现在"),
    "duration": ("30 days", "30日"),
    "share": ("3‰", "3‰"),
    "time": ("18:00", "18:00"),
}


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


def in_english(kind: Kind) -> str:
    """Return the kind with its article, as a sentence has it (`an occurrence of invoice`, `money in CNY`)."""
    match kind.name:
        case "money":
            return f"money in {kind.of}"
        case "flag":
            return "a yes or no"
        case "duration":
            return "a period" if not kind.of else f"a number of {kind.of}"
        case "one of":
            return f"an option of {kind.of}"
        case "occurrence":
            return f"an occurrence of {kind.of}"
        case "text":
            return "text"
        case name:
            return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def in_chinese(kind: Kind) -> str:
    """Return the kind as a Chinese sentence has it (`人民币金额`, `服务的取值`)."""
    match kind.name:
        case "money":
            return f"{_CURRENCIES.get(kind.of, kind.of)}金额"
        case "duration" if kind.of:
            return {"years": "年数", "months": "月数", "days": "日数"}.get(kind.of, "期间")
        case "one of":
            return f"`{kind.of}`的取值"
        case "occurrence":
            return f"一次`{kind.of}`"
        case name:
            return CHINESE.get(name, name)


def sample_of(kind: Kind) -> tuple[str, str]:
    """Return a value of the kind as it can be typed in English and in Chinese; empty where none can."""
    if kind.name == "money":
        return f"100.00 {kind.of}", "100.00元" if kind.of == "CNY" else f"100.00 {kind.of}"
    return _SAMPLES.get(kind.name, ("", ""))


def comparable(left: Kind, right: Kind) -> bool:
    """Tell whether values of the two kinds may be compared or stand for one another."""
    if left == right:
        return True
    if left.name == right.name == "duration":
        # A blank may say in which unit it is to be filled (`____ years`).
        return True
    pair = {left.name, right.name}
    # A text may name what an option or a party is called; an instant is compared with a day by its own day.
    return pair in ({"day", "instant"}, {"text", "party"})
