"""What is open: a case gives every open item an answer, and the answer to a question is the one all cases share.

The items are not known beforehand. A walk that meets one which its case does not assign raises `NeedItem`; it is then
walked again, once for each of the item's options.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from engine.decision import Item

Key = tuple[Item, Any]
"""An open item; an open number has one key for each comparison with it, told apart by the second part."""

T = TypeVar("T")

LIMIT = 4096


class Unknown(NamedTuple):
    """A number that nothing gives: every comparison with it is open."""

    item: Item


class NeedItem(Exception):
    """The case does not say what this item is."""

    def __init__(self, key: Key, options: tuple[Any, ...]) -> None:
        super().__init__(key)
        self.key, self.options = key, options


class TooManyCases(Exception):
    """More cases than anyone wants to wait for."""


class Case:
    """One assignment of the open items; and the default readings that were taken while walking it."""

    def __init__(self, given: dict[Key, Any]) -> None:
        self.given = given
        self.defaults: dict[str, str] = {}

    def ask(self, item: Item, options: tuple[Any, ...], detail: Any = None) -> Any:
        """Return what the case says of an item."""
        key = (item, detail)
        if key not in self.given:
            raise NeedItem(key, options)
        return self.given[key]


def every_case(answer: Callable[[Case], T], most: int = LIMIT) -> list[tuple[Case, T]]:
    """Return every case that `answer` can tell apart, with what it says in each."""
    found: list[tuple[Case, T]] = []

    def go(given: dict[Key, Any]) -> None:
        case = Case(given)
        try:
            found.append((case, answer(case)))
        except NeedItem as need:
            for option in need.options:
                go({**given, need.key: option})
        if len(found) > most:
            raise TooManyCases

    go({})
    return found


def items_that_matter(cases: list[tuple[Case, Any]]) -> set[Item]:
    """Return the items of which some answer, the others being given some answer, changes the outcome."""
    found: set[Item] = set()
    for index, (one, first) in enumerate(cases):
        for other, second in cases[:index]:
            if first != second:
                shared = one.given.keys() & other.given.keys()
                apart = {key[0] for key in shared if one.given[key] != other.given[key]}
                if len(apart) == 1:
                    found |= apart
    return found
