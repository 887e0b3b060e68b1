"""Values that hang on something open, and the exploration of what the open things could be.

Rules are written for one world, in which everything is known. A rule that comes upon something open raises `Split`;
it is then run once for each answer, and what it would write becomes a `Choice`: a small tree of the open items.
So only what differs is kept twice, and the answers are exact (docs/semantics.md, "What is open").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.decision import Item

LIMIT: Final = 256
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

    Two cases that agree on every item they share but one, and differ in outcome, show that this one matters. Cases are
    those of an exploration: up to the item in which two of them part they have met the same items.
    """
    found: dict[Item, None] = {}
    _parted([(list(case.items()), case, outcome) for case, outcome in cases], 0, found)
    return tuple(found)


def _parted(
    cases: list[tuple[list[tuple[Item, Any]], dict[Item, Any], Any]], depth: int, found: dict[Item, None]
) -> None:
    """Add the items that matter among cases that have given the same answers to the first `depth` items."""
    first = cases[0][2]
    if all(outcome == first for _, _, outcome in cases):
        return
    item = cases[0][0][depth][0]
    under: dict[Any, list[tuple[list[tuple[Item, Any]], dict[Item, Any], Any]]] = {}
    for each in cases:
        under.setdefault(each[0][depth][1], []).append(each)
    groups = list(under.values())
    if item not in found and any(
        outcome != against and _agree(path, other, depth + 1)
        for place, group in enumerate(groups)
        for path, _, outcome in group
        for beside in groups[place + 1 :]
        for _, other, against in beside
    ):
        found[item] = None
    for group in groups:
        _parted(group, depth + 1, found)


def _agree(path: list[tuple[Item, Any]], other: dict[Item, Any], start: int) -> bool:
    """Tell whether two cases agree on every item that they share from a place on."""
    for item, value in path[start:]:  # noqa: SIM110 - a generator would cost more
        if item in other and other[item] != value:
            return False
    return True
