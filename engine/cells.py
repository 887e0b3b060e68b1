"""What a cell of a position holds, with the default readings taken, and in each case of what else is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.choice import Split
from engine.decision import Item
from engine.position import Position
from engine.scene import LifeCell, Unknown

_MOST_CASES = 16


def read(position: Position, key: tuple[Any, ...], part: Callable[[Any], Any] = lambda cell: cell) -> Any:
    """Return a cell, or a part of it, with the default readings taken; the item on which it depends where it is not the
    same in each case of what else is open.
    """
    scene = position.scene()
    try:
        found = part(scene.read(key))
    except Split as split:
        cases = list(map(part, every_case(position, key)))
        if len(cases) >= _MOST_CASES or any(each != cases[0] for each in cases):
            return split.item
        found = cases[0]
    return found.item if isinstance(found, Unknown) else found


def end_of_life(life: Any) -> Any:
    """Return the end of an agreement's term, where it has one; it may be the same whoever renewed it last."""
    return life.end if isinstance(life, LifeCell) else None


def every_case(position: Position, key: tuple[Any, ...]) -> list[Any]:
    """Return what a cell holds in each case of what is open, with the default readings taken; at most some of them."""
    found: list[Any] = []
    waiting: list[dict[Item, Any]] = [{}]
    while waiting and len(found) < _MOST_CASES:
        scene = position.scene()
        scene.assigned = waiting.pop()
        try:
            found.append(scene.read(key))
        except Split as split:
            waiting += [{**scene.assigned, split.item: option} for option in split.options]
    return found
