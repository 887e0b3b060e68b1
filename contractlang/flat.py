"""Meaning as plain rows, and back: what JSON can hold, each object once, and nothing in it that could be executed.

First come the plain values, then a row for each object: what it is made with, and the numbers of its parts, which all
stand before it. What is shared stays shared. Only the classes named here are ever made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from types import ModuleType
from typing import Any

from contractlang import contract, declaration, diagnostic, expression, kinds, norms, source, values

Flat = tuple[list[Any], list[str], list[list[int]]]
"""The plain values, the names of what the rows are made with, and the rows."""


def flattened(value: object) -> Flat:
    """Return a value as rows; the last one is the value. Raises TypeError for what has no place in a contract."""
    flattener = _Flattener()
    flattener.take(value)
    return flattener.result()


def raised(flat: Flat) -> Any:
    """Return the value that was flattened. Raises LookupError, TypeError or ValueError for rows that mean nothing."""
    plain, names, rows = flat
    makers = [_MAKERS[name] for name in names]
    made = list(plain)
    take, get = made.append, made.__getitem__
    for maker, *parts in rows:
        take(makers[maker](*map(get, parts)))
    return made[-1]


class _Flattener:
    def __init__(self) -> None:
        self.plain: dict[tuple[type, Any], int] = {}
        self.names: dict[str, int] = {}
        self.rows: list[list[int]] = []
        self.seen: dict[int, int] = {}

    def take(self, value: Any) -> int:
        """Return the number of a value among the plain ones, or minus that of its row."""
        kind = type(value)
        if value is None or kind in (str, int, bool):
            return self.plain.setdefault((kind, value), len(self.plain))
        found = self.seen.get(id(value))
        if found is None:
            parts = [self.take(each) for each in _parts(value)]
            self.rows.append([self.names.setdefault(kind.__name__, len(self.names)), *parts])
            found = self.seen[id(value)] = -len(self.rows)
        return found

    def result(self) -> Flat:
        count = len(self.plain)
        rows = [
            [maker, *(part if part >= 0 else count - part - 1 for part in parts)]
            for maker, *parts in self.rows
        ]
        return [value for _, value in self.plain], list(self.names), rows


def _parts(value: Any) -> Iterable[Any]:
    """Return what an object is made of, as its maker takes it."""
    kind = type(value)
    if kind is dict:
        return [each for pair in value.items() for each in pair]
    if kind is date:
        return value.year, value.month, value.day
    if _MAKERS.get(kind.__name__) is None:
        raise TypeError(f"{kind.__name__} cannot be kept")
    if is_dataclass(value):
        return [getattr(value, each.name) for each in fields(value)]
    return (value.value,) if isinstance(value, Enum) else value


def _makers(modules: Iterable[ModuleType]) -> dict[str, Callable[..., Any]]:
    """Return what makes each thing that a contract is made of, by name, from its parts in order."""
    found: dict[str, Callable[..., Any]] = {
        "tuple": lambda *parts: parts,
        "list": lambda *parts: list(parts),
        "dict": lambda *parts: dict(zip(parts[::2], parts[1::2], strict=True)),
        "date": date,
    }
    for module in modules:
        for name, kind in vars(module).items():
            if not isinstance(kind, type) or kind.__module__ != module.__name__:
                continue
            if is_dataclass(kind):
                found[name] = _by_name(kind) if any(each.kw_only for each in fields(kind)) else kind
            elif issubclass(kind, Enum | tuple):
                found[name] = kind
    return found


def _by_name(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return the maker of a class that wants its parts by name."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    return lambda *parts: kind(**dict(zip(names, parts, strict=True)))


_MAKERS = _makers((contract, declaration, diagnostic, expression, kinds, norms, source, values))
