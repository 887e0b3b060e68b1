"""Sentences laid bare: their expressions, and these without the names that only their author chose.

Two sentences of different documents that ask for the same are equal then, whatever their variables are called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from contractlang.expression import And, Answer, Bound, CountOf, Expr, Happened, StateValue, SumOf
from contractlang.norms import Maintenance, Norm, Obligation, OnBreach, OnOccurrence, Reasonable, Window
from contractlang.records import fields_of
from contractlang.source import Span
from engine.walk import walk


def expressions(norm: Norm) -> Iterator[Expr | None]:
    """Yield everything that a norm looks at: its conditions, its window, what it keeps, or what its act must meet."""
    yield from (norm.when, norm.unless, norm.since, norm.until)
    if norm.trigger is not None:
        yield norm.trigger.where
    if isinstance(norm, Maintenance):
        yield norm.keeps
        return
    yield from (norm.act.where, norm.act.about)
    if isinstance(norm, Obligation):
        yield norm.act.amount
    if norm.window is not None:
        yield from _of_window(norm.window)


def _of_window(window: Window) -> Iterator[Expr | None]:
    yield from (window.not_before, window.rolls)
    if window.limit is not None:
        for part in dataclasses.fields(window.limit):
            value = getattr(window.limit, part.name)
            if dataclasses.is_dataclass(value):
                yield value  # type: ignore[misc]


def parts_of(norm: Norm) -> Iterator[Expr]:
    """Yield everything that stands in the expressions of a norm."""
    for expr in expressions(norm):
        yield from walk(expr)


def occurrences(norm: Norm) -> Iterator[str]:
    """Yield the acts and events of which a norm speaks."""
    if isinstance(norm.trigger, OnOccurrence):
        yield norm.trigger.name
    if not isinstance(norm, Maintenance):
        yield norm.act.name
    for part in parts_of(norm):
        if isinstance(part, Happened | CountOf | SumOf):
            yield part.name


def questions_of(norm: Norm) -> Iterator[str]:
    """Yield the questions to humans on which a norm hangs."""
    for part in parts_of(norm):
        if isinstance(part, Answer):
            yield part.question
    limit = getattr(getattr(norm, "window", None), "limit", None)
    if isinstance(limit, Reasonable):
        yield limit.question


def plain(value: Any) -> Any:
    """Return what a condition, window or trigger says, to be compared: no places, no variables' names, no documents."""
    match value:
        case Span():
            return None
        case Bound():
            return ("it", value.kind.name, value.kind.of)
        case StateValue():
            return ("state", value.name)
        case And():
            return ("and", *sorted((plain(each) for each in value.parts), key=repr))
        case OnOccurrence():
            return ("on", value.name, plain(value.where))
        case OnBreach():
            return ("on breach", plain(value.target), plain(value.where))
        case tuple():
            return tuple(plain(each) for each in value)
        case _:
            return _taken_apart(value)


def _taken_apart(value: Any) -> Any:
    if not dataclasses.is_dataclass(value):
        return value
    kind: Any = type(value)
    return (kind.__name__, *(plain(getattr(value, name)) for name in fields_of(kind)))


def conjuncts(expr: Expr | None) -> dict[Any, Expr]:
    """Return the conditions that must hold together, each by what it says."""
    if expr is None:
        return {}
    parts = expr.parts if isinstance(expr, And) else (expr,)
    return {plain(each): each for each in parts}
