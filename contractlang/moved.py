"""The same meaning at another place: what a statement meant, when only where it stands in its file has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import is_ as _is
from typing import Any

from contractlang.expression import Bound, ByClause, Chosen, Const
from contractlang.kinds import Kind
from contractlang.norms import Clock, Standing
from contractlang.records import fields_of
from contractlang.source import Span

To = Callable[[Span], Span]
"""Where a place is now; the same object for one that has not moved."""

_PLACELESS = {str, int, bool, type(None), Kind, Const, Bound, Chosen, ByClause, Clock, Standing}


def by(letters: int) -> To:
    """Return what moves every place by so many characters."""
    return lambda span: Span(span.path, span.start + letters, span.end + letters)


def moved(value: Any, to: To) -> Any:
    """Return `value` with every place in it moved; what has no place, or none that moves, stays the same object."""
    kind: Any = type(value)
    return _mover(kind)(value, to)


@cache
def _mover(kind: Any) -> Callable[[Any, To], Any]:
    """Return what moves a value of a class."""
    if kind is Span:
        return lambda value, to: to(value)
    if kind is tuple:
        return _tuple
    if kind in _PLACELESS or not _placed_fields(kind):
        return lambda value, to: value
    return _compiled(kind)


def _tuple(value: tuple[Any, ...], to: To) -> tuple[Any, ...]:
    parts = [moved(each, to) for each in value]
    return value if all(map(_is, parts, value)) else tuple(parts)


def _compiled(kind: Any) -> Callable[[Any, To], Any]:
    """Return what moves a value of a dataclass, as a function of its own: `dataclasses` compiles what it makes, too.

    All meaning that stands below a keystroke is moved by it, field by field it would take ten times as long.
    """
    every, placed = fields_of(kind), _placed_fields(kind)
    lines = ["def move(value, to):"]
    for name in placed:
        lines += [f" its_{name} = old = value.{name}", f" if old: its_{name} = mover(type(old))(old, to)"]
    same = " and ".join(f"its_{name} is value.{name}" for name in placed)
    lines += [f" if {same}: return value", " made = new(kind)"]
    lines += [f" put_{name}(made, {'its_' if name in placed else 'value.'}{name})" for name in every]
    known: dict[str, Any] = {f"put_{name}": _setter(kind, name) for name in every}
    known |= {"kind": kind, "new": object.__new__, "mover": _mover}
    exec("\n".join([*lines, " return made"]), known)
    move: Callable[[Any, To], Any] = known["move"]
    return move


def _setter(kind: Any, name: str) -> Callable[[Any, Any], None]:
    """Return what writes a field of a frozen value that is being made."""
    slot = getattr(kind, name, None)
    if slot is not None and hasattr(slot, "__set__"):
        write: Callable[[Any, Any], None] = slot.__set__
        return write
    return lambda made, part: object.__setattr__(made, name, part)


@cache
def _placed_fields(kind: Any) -> tuple[str, ...]:
    """Return the fields in which there may be a place: not those that are declared to be a name, a kind or a flag."""
    plain = {"str", "str | None", "bool", "int", "Kind", "Clock", "Bearer", "tuple[Chosen, ...]"}
    return tuple(each.name for each in fields(kind) if each.type not in plain) if is_dataclass(kind) else ()
