"""Everything in an expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from contractlang.source import Span

MOST: Final = 1 << 14
"""Of how many expressions is kept what is in them: those of a few programs, which are gone through many times."""
_walked: dict[int, tuple[Any, tuple[Any, ...]]] = {}


def walk(expr: Any) -> Iterator[Any]:
    """Yield an expression and everything in it, targets included."""
    held = _walked.get(id(expr))
    if held is None or held[0] is not expr:
        if len(_walked) >= MOST:
            _walked.clear()
        held = _walked[id(expr)] = expr, tuple(_found_in(expr))
    return iter(held[1])


def _found_in(expr: Any) -> Iterator[Any]:
    waiting = [expr]
    while waiting:
        each = waiting.pop()
        kind: Any = type(each)
        names = _names_backwards(kind)
        if names is None:
            continue
        yield each
        for name in names:
            value = getattr(each, name)
            kind = type(value)
            if kind is tuple:
                waiting += reversed(value)
            elif kind not in _BARE:
                waiting.append(value)


_BARE = frozenset((str, int, bool, type(None), Span))
"""What has nothing in it, or is no part."""


@cache
def _names_backwards(kind: Any) -> tuple[str, ...] | None:
    """Return what the parts of a class are called, the last first; None where it has none."""
    names = (each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None
    return tuple(reversed(tuple(names))) if names is not None else None
