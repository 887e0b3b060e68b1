"""What the names and the literals of a file are called in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from contractlang.contract import Contract
from contractlang.symbols import Names, Symbol, params_of
from contractlang.syntax import Word
from contractlang.values import Period, period

What = Literal["kind", "field", "root"]

_HAN = re.compile("[\u4e00-\u9fff]")
_KINDS = {
    "flag": "是否", "count": "数量", "day": "日", "instant": "时点", "duration": "期间", "share": "比例",
    "text": "文字", "time": "时刻", "party": "当事人", "money": "金额", "years": "年数", "months": "月数",
    "days": "日数",
}  # fmt: skip
_FIELDS = {
    "at": "时点", "day": "发生日", "by": "行为人", "last_day": "末日", "unpaid": "欠额", "arrives": "到达",
    "cured": "已补正",
}  # fmt: skip
_ROOTS = {"now": "现在", "yes": "是", "no": "否", "agreement": "协议"}
_UNITS = {
    "seconds": "秒", "minutes": "分钟", "hours": "小时", "days": "日", "business_days": "个工作日", "weeks": "周",
    "months": "个月", "years": "年",
}  # fmt: skip
_BUILT_IN: dict[What, dict[str, str]] = {"kind": _KINDS, "field": _FIELDS, "root": _ROOTS}
# Further names, and the one that is written.
_SAME: dict[tuple[What, str], str] = {
    ("kind", "日期"): "日", ("kind", "number"): "count", ("root", "true"): "yes", ("root", "false"): "no",
}  # fmt: skip


class Spellings:
    """What the names of a file are called in one language."""

    def __init__(self, contract: Contract, others: Iterable[Contract], chinese: bool) -> None:
        self.names, self.chinese = Names.of(contract), chinese
        self.documents = {
            spelling: (each.base, each.alias) for each in others for spelling in (each.base, each.alias)
        }

    def fits(self, spelling: str) -> bool:
        """Tell whether a name is one of the language."""
        return (_HAN.search(spelling) is not None) is self.chinese

    def of(self, symbol: Symbol) -> str | None:
        """Return the spelling of what a name stands for, or None where it has none in the language."""
        return next((each for each in self._all(symbol) if each and self.fits(each)), None)

    def _all(self, symbol: Symbol) -> tuple[str, ...]:
        names = self.names
        match symbol.kind:
            case "declared":
                found = names.declaration(symbol)
                return (found.name, found.alias) if found is not None else ()
            case "amount":
                return tuple(spelling for spelling, each in names.amounts.items() if each == symbol)
            case "option":
                for option in names.options(symbol.owner):
                    if option.name == symbol.name:
                        return option.name, option.alias
                return ()
            case "field":
                for param in params_of(names.contract.declarations.get(symbol.owner)):
                    if param.name == symbol.name:
                        return param.name, param.alias
                return ()
            case "document":
                return self.documents.get(symbol.name, ())
            case _:
                return ()

    def built_in(self, spelling: str, what: What) -> str | None:
        """Return the spelling of a name of the language itself."""
        spelling = _SAME.get((what, spelling), spelling)
        for en, zh in _BUILT_IN[what].items():
            if spelling in (en, zh):
                return zh if self.chinese else en
        return None

    def life(self, spelling: str) -> str | None:
        """Return the spelling of a stage in the life of an agreement."""
        for each in self.names.options("agreement"):
            if spelling in (each.name, each.alias):
                return each.alias if self.chinese else each.name
        return None


def literal(part: Word, zh: bool) -> str:
    """Return a literal as the language writes it. Raises ValueError where it has no value."""
    text = part.text
    match part.kind:
        case "STRING":
            return f'"{text}"'
        case "DATE":
            year, month, day = map(int, re.findall(r"\d+", text))
            return f"{year:04}年{month}月{day}日" if zh else f"{year:04}-{month:02}-{day:02}"
        case "DURATION":
            return _duration(text, zh)
        case "MONEY":
            found = re.search(r"\d+(\.\d+)?", text)
            assert found is not None
            currency = next((each for each in ("EUR", "USD") if each in text), "元" if zh else "CNY")
            return f"{found[0]}{'' if currency == '元' else ' '}{currency}"
        case "SHARE":
            numbers = re.findall(r"\d+(?:\.\d+)?", text)
            if len(numbers) == 1:
                return re.sub(r"\s", "", text)
            over, under = reversed(numbers) if "分之" in text else numbers
            return f"{under}分之{over}" if zh else f"{over}/{under}"
        case "LOCAL_LAYER":
            return ("地方" if zh else "local") + text[text.index(":") :]
        case _:
            return text


def in_chinese(length: Period) -> str:
    """Return a period as a Chinese line spells it."""
    return f"{length.count}{_UNITS[length.unit]}"


def _duration(text: str, chinese: bool) -> str:
    length = period(text)
    if chinese:
        return in_chinese(length)
    unit = length.unit.replace("_", " ")
    return f"{length.count} {unit.removesuffix('s') if length.count == 1 else unit}"
