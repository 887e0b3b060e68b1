"""Everything in an expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

from contractlang.source import Span


def walk(expr: Any) -> Iterator[Any]:
    """Yield an expression and everything in it, targets included."""
    waiting = [expr]
    while waiting:
        each = waiting.pop()
        kind: Any = type(each)
        names = _names(kind)
        if names is None:
            continue
        yield each
        parts: list[Any] = []
        for name in names:
            value = getattr(each, name)
            kind = type(value)
            if kind is tuple:
                parts += value
            elif kind is not Span and _names(kind) is not None:
                parts.append(value)
        waiting += reversed(parts)


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """Return what the parts of a class are called; None where it has none."""
    return tuple(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None
