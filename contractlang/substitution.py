"""Expressions with their variables replaced, and how large they become by it."""

from __future__ import annotations

import dataclasses
from typing import Any

from contractlang.expression import Bound, Expr
from contractlang.kinds import Kind
from contractlang.source import Span
from contractlang.values import Period


def substitute(made: Expr, values: dict[str, Expr]) -> Expr:
    """Return `made` with the named variables replaced (a definition's parameters by its arguments)."""
    if isinstance(made, Bound) and made.name in values:
        return values[made.name]
    changes = {}
    for each in dataclasses.fields(made):
        value = getattr(made, each.name)
        new = _substituted(value, values)
        if new is not value:
            changes[each.name] = new
    replaced: Expr = dataclasses.replace(made, **changes) if changes else made
    return replaced


def _substituted(value: Any, values: dict[str, Expr]) -> Any:
    if type(value) is tuple:
        parts = tuple(_substituted(each, values) for each in value)
        return value if all(one is other for one, other in zip(parts, value, strict=True)) else parts
    if dataclasses.is_dataclass(value) and not isinstance(value, Kind | Span | Period):
        return substitute(value, values)  # type: ignore[arg-type]
    return value


def has_more_parts(made: Expr, most: int) -> bool:
    """Tell whether an expression has more than `most` parts, those shared counted wherever they stand."""
    waiting: list[Any] = [made]
    count = 0
    while waiting:
        each = waiting.pop()
        if type(each) is tuple:
            waiting += each
        elif dataclasses.is_dataclass(each) and not isinstance(each, Kind | Span | Period):
            count += 1
            if count > most:
                return True
            waiting += [getattr(each, part.name) for part in dataclasses.fields(each)]
    return False
