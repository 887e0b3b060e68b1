"""What a norm is made of, and which norms it speaks of: what several checks need to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from contractlang.diagnostic import Said
from contractlang.elaborate import same_clause
from contractlang.norms import (
    AmountRule,
    Bar,
    ByClause,
    ByLabel,
    Contract,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    Priority,
    Prohibition,
    Target,
)
from contractlang.source import Span

Rule = Norm | AmountRule | LossRule | Priority | Bar | Life


def parts_of(thing: object) -> Iterator[Any]:
    """Return the thing and every part of it, however deep: expressions, triggers, windows, targets, kinds."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple) and not hasattr(each, "_fields"):
            waiting.extend(reversed(each))
        elif is_dataclass(each) and not isinstance(each, Span):
            yield each
            waiting.extend(getattr(each, field.name) for field in reversed(fields(each)))


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Return everything that a contract lays down, in the order of its kinds."""
    return (
        *contract.norms, *contract.amounts, *contract.losses, *contract.priorities, *contract.bars, *contract.life,
    )  # fmt: skip


def meant_by(target: Target, contract: Contract) -> tuple[Norm, ...]:
    """Return the norms that a target names one by one; none for a group, whose members other documents may add to."""
    match target:
        case ByLabel():
            return contract.named(target.label)
        case ByClause():
            return tuple(
                norm
                for norm in contract.norms
                if same_clause(norm.clause, target.clause)
                or same_clause(norm.clause + norm.label, target.clause)
            )
        case _:
            return ()


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
    """Return several names as one, each once."""
    names = list(dict.fromkeys(said))
    return Said(
        _joined([each.en for each in names], ", ", " and "), _joined([each.zh for each in names], "、", "和")
    )


def arrows(said: Iterable[Said]) -> Said:
    """Return names one leading to the next, to show a circle."""
    names = list(said)
    return Said(" → ".join(each.en for each in names), " → ".join(each.zh for each in names))


def _joined(names: list[str], comma: str, last: str) -> str:
    return comma.join(names[:-1]) + last + names[-1] if len(names) > 1 else "".join(names)
