"""What only ever grows, with every earlier state of it as it was: to go on costs what is added, not what is there.

A state and those that follow it share one list, and each knows how much of it is its own. Only who goes on from a state
from which another has gone on already gets a list of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

Part = TypeVar("Part")


class Grown(Sequence[Part]):
    """A sequence that is immutable, as a tuple is, and equal to the tuple of its items."""

    __slots__ = ("_items", "_length")

    def __init__(self, items: Iterable[Part] = ()) -> None:
        self._items = list(items)
        self._length = len(self._items)

    def followed_by(self, more: Iterable[Part]) -> Grown[Part]:
        """Return this with more after it."""
        found: Grown[Part] = object.__new__(Grown)
        found._items = self._items if len(self._items) == self._length else self._items[: self._length]
        found._items.extend(more)
        found._length = len(found._items)
        return found

    def shares_with(self, other: Grown[Part]) -> bool:
        """Tell whether both are states of one list: then the shorter one is how the longer one begins."""
        return self._items is other._items

    def up_to(self, value: Any) -> int:
        """Return how many items are not greater than a value; they are in order."""
        return bisect_right(self._items, value, 0, self._length)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Part]:
        return islice(self._items, self._length)

    @overload
    def __getitem__(self, place: int) -> Part: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Part, ...]: ...
    def __getitem__(self, place: int | slice) -> Part | tuple[Part, ...]:
        if type(place) is int and 0 <= place < self._length:
            return self._items[place]
        if isinstance(place, slice):
            return tuple(self._items[each] for each in range(*place.indices(self._length)))
        if not -self._length <= place < self._length:
            raise IndexError(place)
        return self._items[place if place >= 0 else place + self._length]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grown | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Grown({tuple(self)!r})"
