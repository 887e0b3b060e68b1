"""Expressions with their variables replaced, and how large they become by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from contractlang.expression import Bound, Expr, StateValue
from contractlang.kinds import Kind
from contractlang.source import Span
from contractlang.values import Period


def substitute(made: Expr, values: dict[str, Expr]) -> Expr:
    """Return `made` with the named variables replaced (a definition's parameters by its arguments)."""
    return _put(made, lambda part: values.get(part.name) if isinstance(part, Bound) else None)


def said_in(made: Expr, written: str, document: str) -> Expr:
    """Return what was written in one document as it is said in another: a state in law is that of the other."""

    def state(part: Expr) -> Expr | None:
        if isinstance(part, StateValue) and part.document == written:
            return dataclasses.replace(part, document=document)
        return None

    return made if written == document else _put(made, state)


def _put(made: Expr, put: Callable[[Expr], Expr | None]) -> Expr:
    """Return an expression with that put for a part which `put` tells."""
    other = put(made)
    if other is not None:
        return other
    changes = {}
    for each in dataclasses.fields(made):
        value = getattr(made, each.name)
        new = _put_in(value, put)
        if new is not value:
            changes[each.name] = new
    replaced: Expr = dataclasses.replace(made, **changes) if changes else made
    return replaced


def _put_in(value: Any, put: Callable[[Expr], Expr | None]) -> Any:
    if type(value) is tuple:
        parts = tuple(_put_in(each, put) for each in value)
        return value if all(one is other for one, other in zip(parts, value, strict=True)) else parts
    if dataclasses.is_dataclass(value) and not isinstance(value, Kind | Span | Period):
        return _put(value, put)  # type: ignore[arg-type]
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
