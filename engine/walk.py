"""Everything in an expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from contractlang.source import Span


def walk(expr: object) -> Iterator[Any]:
    """Yield an expression and everything in it, targets included."""
    if expr is None or not dataclasses.is_dataclass(expr):
        return
    yield expr
    for each in dataclasses.fields(expr):
        value = getattr(expr, each.name)
        if isinstance(value, tuple):
            for part in value:
                yield from walk(part)
        elif dataclasses.is_dataclass(value) and not isinstance(value, Span):
            yield from walk(value)
