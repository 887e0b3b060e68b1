"""A position as bytes and back, so that a long account need not be derived from its first event each time it is read.

A snapshot is a cache. It is a pickle that can make nothing but the plain values of `CLASSES` (what else it names is
refused before anything is made), because a position shares most of what it holds, which a pickle keeps and JSON does
not, and because reading one must cost next to nothing. It is good for one engine only (`engine/edition.py`): a changed
one derives afresh.
"""

from __future__ import annotations

import gc
import io
import pickle
from datetime import date
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from immutables import Map

from contractlang.values import Period, Share
from engine.choice import Choice
from engine.decision import Item
from engine.event import Event, Standing
from engine.position import Position
from engine.program import Program
from engine.scene import Breach, Cause, Ground, Inst, LifeCell, Setting, Unknown
from engine.terms import Terms

CHAIN = 40
"""From how many links on a chain of pairs is written as a list: a pickle goes down one level for each."""


class Chain(NamedTuple):
    """A list that is kept last first, `(link, (link, (...)))`, as its links."""

    links: list[tuple[Any, ...]]
    end: Any


_KEPT = tuple(name for name in Event.__slots__ if name != "personal")
_GET = attrgetter(*_KEPT)
_SET = tuple(getattr(Event, name).__set__ for name in (*_KEPT, "personal"))


def _event(*slots: Any) -> Event:
    """Return an event, slot by slot: it was sealed before. Personal data is in no snapshot, for it can be erased."""
    made = object.__new__(Event)
    for put, value in zip(_SET, (*slots, {}), strict=True):
        put(made, value)
    return made


_CLASSES: tuple[Any, ...] = (
    date, Period, Share, Choice, Item, Standing, Breach, Cause, Ground, Inst, LifeCell, Setting, Unknown, Chain, _event,
    Map,
)  # fmt: skip
CLASSES: dict[tuple[str, str], Any] = {(each.__module__, each.__qualname__): each for each in _CLASSES}
"""All that a snapshot can make, by module and name."""


class Unfit(ValueError):
    """A value that no snapshot holds: the account is derived from its events instead."""


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is Event:
            return _event, _GET(value)
        if kind is Map:
            return Map, (dict(value),)
        if kind is Unknown:
            return Unknown, (value.item,)
        if kind is Choice:
            return Choice, (value.item, value.branches)
        named = value if isinstance(value, type) or value is _event else kind
        if CLASSES.get((named.__module__, named.__qualname__)) is not named:
            raise Unfit(f"a snapshot holds no {kind.__name__}")
        return NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = CLASSES.get((module, name))
        if found is None:
            raise Unfit(f"a snapshot holds no {module}.{name}")
        return found


def to_bytes(value: Any) -> bytes:
    """Write plain values and those of `CLASSES`. Raises Unfit for anything else."""
    held = io.BytesIO()
    try:
        _Writer(held, protocol=5).dump(value)
    except RecursionError:
        raise Unfit("it is nested too deep") from None
    return held.getvalue()


def from_bytes(written: bytes) -> Any:
    """Read what `to_bytes` has written. Raises Unfit for what is damaged, or names anything that it may not."""
    # Nothing that is made here is garbage; looking for some takes several times as long as reading.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Reader(io.BytesIO(written)).load()
    except Exception as wrong:  # Damaged bytes raise whatever they happen to lead to.
        raise Unfit(str(wrong)) from None
    finally:
        if collecting:
            gc.enable()


def told(position: Position) -> tuple[Any, ...]:
    """Return a position as plain values, without what the program and the terms give again."""
    cells = {key: _flat(value) for key, value in position.cells.items()}
    return cells, position.agenda, position.now, position.count, position.chain


def position_from(program: Program, terms: Terms, said: tuple[Any, ...]) -> Position:
    """Return the position of which `told` told."""
    flat, agenda, now, count, chain = said
    cells = Map({key: _raised(value) for key, value in flat.items()})
    return Position(program, terms, cells, agenda, now, count, chain, (), program.taken(terms))


def _flat(value: Any) -> Any:
    if type(value) is Choice:
        return Choice(value.item, {option: _flat(each) for option, each in value.branches.items()})
    if type(value) is not tuple or not value:
        return value
    links, rest, length = [], value, len(value)
    while type(rest) is tuple and len(rest) == length:
        links.append(rest[:-1])
        rest = rest[-1]
    return Chain(links, rest) if len(links) >= CHAIN else value


def _raised(value: Any) -> Any:
    if type(value) is Choice:
        return Choice(value.item, {option: _raised(each) for option, each in value.branches.items()})
    if type(value) is not Chain:
        return value
    found = value.end
    for link in reversed(value.links):
        found = (*link, found)
    return found


def basis_of(program: Program, terms: Terms, head: bytes) -> bytes:
    """Return the hash of what a position hangs on: documents, terms, calendar, entries up to that of `head`."""
    told = repr((program.versions, terms.sealed, terms.calendar.version)).encode()
    return blake2b(told + head, digest_size=32).digest()
