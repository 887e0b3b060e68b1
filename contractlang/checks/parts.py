"""What a norm is made of, and which norms it speaks of: what several checks need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from contractlang.contract import Contract
from contractlang.declaration import Declaration
from contractlang.diagnostic import Said
from contractlang.expression import ByClause, ByLabel, Target
from contractlang.norms import (
    AmountRule,
    Bar,
    Fill,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    Priority,
    Prohibition,
)
from contractlang.numerals import plain_number
from contractlang.source import Span

# More names, or more places, than anybody reads in one message.
MOST_NAMES = 8

Found = TypeVar("Found")
Rule = Norm | AmountRule | LossRule | Priority | Bar | Life | Fill
AnyRule = TypeVar("AnyRule", bound=Rule)


class Anatomy:
    """A contract taken apart once, for all checks: its rules with their parts, and its norms by label and by clause.

    `told` holds, by the identity of a rule or a declaration, what checks found out when it last stood in the text,
    perhaps elsewhere.
    """

    def __init__(self, contract: Contract, told: Mapping[int, dict[object, Any]] | None = None) -> None:
        self.contract = contract
        self._told = told or {}
        self.rules: tuple[Rule, ...] = (
            *contract.norms, *contract.amounts, *contract.losses, *contract.priorities, *contract.bars, *contract.life,
            *contract.fills,
        )  # fmt: skip
        self._parts: dict[int, tuple[Any, ...]] = {}
        self._labelled: dict[str, list[Norm]] = {}
        self._numbered: dict[str, list[Norm]] = {}
        for norm in contract.norms:
            self._labelled.setdefault(norm.label, []).append(norm)
            clause = plain_number(norm.clause)
            for number in dict.fromkeys((clause, clause + norm.label)):
                self._numbered.setdefault(number, []).append(norm)

    def of(self, rule: Rule | Declaration, what: Callable[[tuple[Any, ...]], Found]) -> Found:
        """Return what `what` finds in the parts of a rule or declaration. It may look at everything but places."""
        told = self._told.get(id(rule))
        if told is not None and what in told:
            known: Found = told[what]
            return known
        parts = self._parts.get(id(rule))
        if parts is None:
            parts = self._parts[id(rule)] = tuple(parts_of(rule))
        found = what(parts)
        if told is not None:
            told[what] = found
        return found

    def clauses_by_label(self) -> dict[str, dict[str, Norm]]:
        """Return, for each label that several norms have, the first norm of each clause that has it."""
        found: dict[str, dict[str, Norm]] = {}
        for label, norms in self._labelled.items():
            if label and len(norms) > 1:
                for norm in norms:
                    found.setdefault(label, {}).setdefault(norm.clause, norm)
        return found

    def those(
        self, what: Callable[[tuple[Any, ...]], Found], rules: Iterable[AnyRule]
    ) -> Iterator[tuple[AnyRule, Found]]:
        """Yield those of some rules in whose parts `what` finds anything, with what it finds."""
        for rule in rules:
            told = self._told.get(id(rule))
            found = told[what] if told is not None and what in told else self.of(rule, what)
            if found:
                yield rule, found

    def meant_by(self, target: Target) -> tuple[Norm, ...]:
        """Return the norms that a target names one by one; none for a group, to which other documents may add."""
        match target:
            case ByLabel():
                return tuple(self._labelled.get(target.label, ()))
            case ByClause():
                return tuple(self._numbered.get(plain_number(target.clause), ()))
            case _:
                return ()


def parts_of(thing: object) -> Iterator[Any]:
    """Return the thing and every part of it, however deep: expressions, triggers, windows, targets, kinds."""
    waiting: list[Any] = [thing]
    while waiting:
        each = waiting.pop()
        kind: Any = type(each)
        if kind is tuple:
            waiting.extend(reversed(each))
            continue
        inside = _inside(kind)
        if inside is not None:
            yield each
            waiting.extend([part for part in inside(each) if type(part) not in _LEAVES])


# Most parts of a rule are names, or absent.
_LEAVES = {str, int, bool, type(None), Span}


@cache
def _inside(kind: Any) -> Callable[[Any], tuple[Any, ...]] | None:
    """Return what takes a part apart, the last field first; nothing for what has no parts."""
    if not is_dataclass(kind) or kind is Span:
        return None
    names = [each.name for each in reversed(fields(kind))]
    if len(names) < 2:
        return lambda each: tuple(getattr(each, name) for name in names)
    return attrgetter(*names)


def can_be_breached(norm: Norm) -> bool:
    """Tell whether there is a moment at which the norm is breached: a duty without a deadline has none."""
    match norm:
        case Maintenance() | Prohibition():
            return True
        case Obligation():
            return norm.until is not None or (norm.window is not None and norm.window.limit is not None)
        case _:
            return False


def called(norm: Norm) -> Said:
    """Return how a norm is spoken of: by its name, or by its clause and letter."""
    if len(norm.label) > 1 and not norm.label.startswith("@"):
        return Said(f"`{norm.label}`", f"`{norm.label}`")
    letter = norm.label if len(norm.label) == 1 else ""
    return clause_called(norm.clause + letter)


def clause_called(number: str) -> Said:
    """Return how a clause is spoken of: by its number as the file has it."""
    return Said(f"clause {number}", f"条款{number}") if number else Said("this norm", "此规范")


def listed(said: Iterable[Said]) -> Said:
    """Return several names as one, each once; of very many only the first."""
    names = list(dict.fromkeys(said))
    if len(names) > MOST_NAMES:
        rest = len(names) - MOST_NAMES + 1
        names = [*names[: MOST_NAMES - 1], Said(f"{rest} more", f"其他{rest}项")]
    return Said(
        _joined([each.en for each in names], ", ", " and "), _joined([each.zh for each in names], "、", "和")
    )


def arrows(said: Iterable[Said]) -> Said:
    """Return names one leading to the next, to show a circle."""
    names = list(said)
    return Said(" → ".join(each.en for each in names), " → ".join(each.zh for each in names))


def _joined(names: list[str], comma: str, last: str) -> str:
    return comma.join(names[:-1]) + last + names[-1] if len(names) > 1 else "".join(names)
