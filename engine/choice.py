"""Values that hang on something open, and the exploration of what the open things could be.

Rules are written for one world, in which everything is known. A rule that comes upon something open raises `Split`;
it is then run once for each answer, and what it would write becomes a `Choice`: a small tree of the open items.
So only what differs is kept twice, and the answers are exact (docs/semantics.md, "What is open").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.decision import Item

LIMIT = 256
"""How many cases one answer may be split into; past it the answer is marked as not exact."""


class Choice:
    """A value that depends on an open item: one branch for each of its answers; a branch may be a choice again."""

    __slots__ = ("branches", "item")

    def __init__(self, item: Item, branches: dict[Any, Any]) -> None:
        self.item, self.branches = item, branches

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and self.item == other.item and self.branches == other.branches

    def __hash__(self) -> int:
        return hash((self.item, tuple(self.branches)))

    def __repr__(self) -> str:
        return f"Choice({self.item}, {self.branches})"


class Split(Exception):
    """Something open was asked for: run again, once for each option."""

    def __init__(self, item: Item, options: tuple[Any, ...]) -> None:
        super().__init__(item)
        self.item, self.options = item, options


def leaves(value: Any) -> list[Any]:
    """Return the plain values that a value may be."""
    if type(value) is not Choice:
        return [value]
    return [leaf for branch in value.branches.values() for leaf in leaves(branch)]


def reduced(value: Any, case: Mapping[Item, Any]) -> Any:
    """Return what is left of a value in a case: choices that the case settles are gone."""
    while type(value) is Choice and value.item in case:
        value = value.branches.get(case[value.item])
    return value


def choice(item: Item, branches: dict[Any, Any]) -> Any:
    """Return the choice between `branches`, or their value where all are the same."""
    values = iter(branches.values())
    first = next(values)
    for each in values:
        if each is not first and each != first:
            return Choice(item, branches)
    return first


def items_that_matter(cases: list[tuple[dict[Item, Any], Any]]) -> tuple[Item, ...]:
    """Return the items of which some answer, the others being given some answer, changes the outcome.

    Two cases that agree on every item they share but one, and differ in outcome, show that this one matters.
    """
    found: dict[Item, None] = {}
    for index, (one, first) in enumerate(cases):
        for other, second in cases[index + 1 :]:
            if first == second:
                continue
            apart = [item for item, value in one.items() if item in other and other[item] != value]
            if len(apart) == 1:
                found[apart[0]] = None
    return tuple(found)
