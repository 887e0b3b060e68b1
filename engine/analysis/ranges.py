"""For which values of a blank a finding arises: asked at values, and between them where the answer turns.

The blank is filled with one value after another, shorter and longer ones, and everything that hangs on it is asked
again. Where two neighbours have other findings, the values between are halved until the turn is found to the day, or
to the cent. What lies between two values with the same findings is not asked one by one; but of a sum or a number
(not of a period) it is asked whether any value between has a finding that they do not
have, so that what lies outside the range is excluded within the bound of every search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl
from contractlang.expression import BlankValue
from contractlang.kinds import Kind
from contractlang.spellings import literal
from contractlang.syntax import Word
from contractlang.values import Money, Period
from engine.analysis.assuming import Assuming
from engine.analysis.finding import Finding, Said
from engine.settings import typed
from engine.walk import walk

Analyse = Callable[[Assuming, Finding | None], Iterable[Finding]]
"""Returns what is found in histories of which something is assumed: everything, or about the clauses of one finding."""

ORDERED = frozenset({"conflict", "competing", "against", "dead"})
"""The kinds of finding that may hang on a value."""
MOST_ISLANDS = 8
"""How many values that no other led to are followed up, for one finding."""
GREATEST = 10_000_001
"""No sum or number that fills a blank is as great (of a sum, in cents)."""

_TRIED = {
    "days": (0, 1, 5, 10, 15, 20, 30, 60, 90, 180, 365, 600),
    "months": (1, 2, 3, 6, 12, 18),
    "years": (1, 2),
    "count": (1, 2, 3, 5, 10, 15, 20, 28, 50, 100, 1_000, 10_000),
    "money": (1, 100, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000),
}
"""The whole numbers that are tried first, of days, months, years, things and cents: no longer than a history is."""


@dataclass(frozen=True)
class Range:
    """For which values of a blank a finding arises.

    `arises` are rows of numbers asked at which it is there, the first and the last of each; the number before and after
    was asked, and it is not there. `asked` is all that was asked; `only` that no other number has it but one within a
    row, as far as the bound reaches; `undecided` at which numbers something was not decided.
    """

    blank: BlankDecl
    finding: Finding
    arises: tuple[tuple[int, int], ...]
    asked: tuple[int, ...]
    only: bool
    undecided: tuple[int, ...]

    def written(self, number: int, zh: bool = False) -> str:
        """Return a number as a value of the blank, as a text writes it."""
        kind = self.blank.kind
        match kind.name:
            case "money":
                return literal(Word("MONEY", str(Money(number, kind.of or "CNY")), 0, 0), zh)
            case "duration":
                return literal(Word("DURATION", str(_value(kind, number)), 0, 0), zh)
            case _:
                return str(number)


def ranges(contracts: Iterable[Contract], analyse: Analyse) -> Iterator[Range]:
    """Yield for each blank of some documents the findings that arise for some of its values and not for others."""
    for declared in _blanks(list(contracts)):
        yield from _of(declared, analyse)


def _blanks(contracts: list[Contract]) -> Iterator[BlankDecl]:
    """Yield the blanks on which a sentence hangs, of kinds whose values have an order: each once."""
    used = {
        part.name
        for contract in contracts
        for said in (
            *contract.norms,
            *contract.amounts,
            *contract.losses,
            *contract.priorities,
            *contract.life,
        )
        for part in walk(said)
        if isinstance(part, BlankValue)
    }
    seen = set()
    for contract in contracts:
        for each in contract.declarations.values():
            if isinstance(each, BlankDecl) and each.name in used and each.name not in seen and not each.gap:
                seen.add(each.name)
                if _sort(each.kind) in _TRIED:
                    yield each


def _sort(kind: Kind) -> str:
    return (kind.of or "days") if kind.name == "duration" else kind.name


def _value(kind: Kind, number: int) -> Any:
    unit: Any = kind.of or "days"
    return Period(number, unit) if kind.name == "duration" else number


def _of(declared: BlankDecl, analyse: Analyse) -> Iterator[Range]:
    asking = _Asking(declared, analyse)
    asking.halve(_TRIED[_sort(declared.kind)])
    excluded = {}
    for key in () if declared.kind.name == "duration" else asking.found():
        excluded[key] = asking.is_excluded(key)
    for key in asking.found():
        there = asking.there(key)
        numbers = sorted(asking.asked)
        if len(there) < len(numbers):
            yield Range(
                declared, asking.asked[there[0]][key], tuple(_stretches(numbers, there)), tuple(numbers),
                excluded.get(key, False), asking.undecided(),
            )  # fmt: skip


class _Asking:
    """What is found where one blank is filled with one number or another."""

    def __init__(self, declared: BlankDecl, analyse: Analyse) -> None:
        self.declared, self.analyse = declared, analyse
        self.asked: dict[int, dict[str, Finding]] = {}

    def at(self, number: int) -> set[str]:
        """Return the keys of what is found where the blank is filled with a number."""
        if number not in self.asked:
            value = _value(self.declared.kind, number)
            found = self.analyse(Assuming(blanks={self.declared.name: value}), None)
            self.asked[number] = {each.key: each for each in found}
        return {key for key, each in self.asked[number].items() if each.kind != "unknown"}

    def halve(self, numbers: Iterable[int]) -> None:
        """Ask at some numbers, and between two neighbours that differ until they are next to one another."""
        waiting = list(pairwise(numbers))
        while waiting:
            low, high = waiting.pop()
            if self.at(low) != self.at(high) and high - low > 1:
                waiting += [(low, (low + high) // 2), ((low + high) // 2, high)]

    def found(self) -> list[str]:
        """Return the keys of all that was found at some number."""
        return list(dict.fromkeys(key for number in sorted(self.asked) for key in sorted(self.at(number))))

    def there(self, key: str) -> list[int]:
        """Return at which of the numbers asked something is found."""
        return [number for number in sorted(self.asked) if key in self.at(number)]

    def undecided(self) -> tuple[int, ...]:
        """Return at which numbers something was not decided."""
        return tuple(
            number
            for number, found in sorted(self.asked.items())
            if any(each.kind == "unknown" for each in found.values())
        )

    def is_excluded(self, key: str) -> bool:
        """Tell whether no value has a finding but those between values that have it: the solver is asked of the rest.

        Where there is one, it is asked about like the others, and so are those around it.
        """
        for _ in range(MOST_ISLANDS):
            numbers, there = sorted(self.asked), self.there(key)
            gaps = [
                (low + 1, high - 1)
                for low, high in pairwise((*numbers, GREATEST))
                if high - low > 1 and not (low in there and (high in there or high == GREATEST))
            ]
            if not gaps:
                return True
            assuming = Assuming(between={self.declared.name: tuple(gaps)})
            found = {each.key: each for each in self.analyse(assuming, self.asked[there[0]][key])}
            if any(each.kind == "unknown" for each in found.values()):
                return False
            if key not in found:
                return True
            shown = found[key].witness
            if shown is None:
                return False
            number = _number(shown.settings[self.declared.name], self.declared.kind)
            if number in self.asked:
                return False
            self.at(number)
            self.halve(sorted(self.asked))
        return False


def _number(written: Any, kind: Kind) -> int:
    """Return the whole number that settings write so."""
    value = typed(written, kind, "blank")
    return int(value)


def _stretches(numbers: list[int], there: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each row of neighbours among what was asked."""
    first = last = None
    for number in numbers:
        if number in there:
            first, last = number if first is None else first, number
        elif first is not None and last is not None:
            yield first, last
            first = None
    if first is not None and last is not None:
        yield first, last


def said_of(found: Range) -> Said:
    """Return for which values a finding arises."""
    return Said(_arises(found, False), _arises(found, True))


def _arises(found: Range, zh: bool) -> str:
    rows = []
    for first, last in found.arises:
        least, most = found.written(first, zh), found.written(last, zh)
        if last == found.asked[-1]:
            rows.append(f"{least}及以上" if zh else f"{least} or more")
        elif first == last:
            rows.append(least)
        else:
            rows.append(f"{least}至{most}" if zh else f"{least} to {most}")
    names = [each for each in (found.blank.name, found.blank.alias) if each]
    name = next((each for each in names if each.isascii() != zh), names[0])
    return f"“{name}”为{'或'.join(rows)}时出现" if zh else f"arises if {name} is {', or '.join(rows)}"


def bound_of(found: Range) -> Said:
    """Return at which values was asked, and what is known of the others."""
    values, open_ = (
        [", ".join(found.written(each) for each in numbers) for numbers in (found.asked, found.undecided)],
        [
            "、".join(found.written(each, True) for each in numbers)
            for numbers in (found.asked, found.undecided)
        ],
    )
    rest = (
        Said(
            "every other value, but one within a row, is excluded within the bound of the search",
            "除各段之内者外，其他取值在检索范围内均已排除",
        )
        if found.only
        else Said(
            "between two neighbours with the same answer nothing was asked", "答案相同的相邻两值之间未再查问"
        )
    )
    en, zh = f"asked for {values[0]}; {rest.en}", f"所问取值：{open_[0]}；{rest.zh}"
    if found.undecided:
        en, zh = f"{en}; something is undecided for {values[1]}", f"{zh}；{open_[1]}时有未能判定者"
    return Said(en, zh)


def as_json(found: Range) -> dict[str, Any]:
    """Return a range as JSON-ready values."""
    return {
        "blank": found.blank.name, "finding": found.finding.key, "sentence": said_of(found)._asdict(),
        "arises": [[found.written(first), found.written(last)] for first, last in found.arises],
        "asked": [found.written(each) for each in found.asked], "only": found.only,
        "undecided": [found.written(each) for each in found.undecided], "bound": bound_of(found)._asdict(),
    }  # fmt: skip
