"""What is looked at in a decision, as a tree over the open items that it hangs on; looked at once, for every case.

A question is worked out in every case of what is open, and again for each default reading taken the other way. Most of
what is looked at depends on few of the open items. So each look is explored by itself, and where the answers to an item
lead to the same it is no item of that look any more: the cases of the question are then few. Default readings are no
items: what was looked at tells which of them it read, and is looked at anew where one of those is taken the other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.choice import LIMIT
from engine.decision import Item
from engine.scene import Scene

Step = tuple[str, Any]
Leaf = tuple["Step | None", dict[str, Any]]
"""The step that closes a norm (None: open), and what was bound when that was seen."""

FORBIDS: Step = ("forbids", None)
SILENT: Step = ("silent", None)
SAYS_NOTHING = frozenset(
    {"agreement", "reading", "valid", "text", "since", "until", "agreed", "voided", "forbids", "silent"}
)


class Tangled(Exception):
    """One look hangs on more open items than can be explored."""


class Fork:
    """What is seen hangs on an open item: a branch for each of its answers."""

    __slots__ = ("branches", "item", "options")

    def __init__(self, item: Item, options: tuple[Any, ...], branches: dict[Any, Any]) -> None:
        self.item, self.options, self.branches = item, options, branches


def recalled(scene: Scene, key: Any, look: Callable[..., Leaf], *args: Any) -> Leaf:
    """Return what `look` sees in this case. Raises Tangled."""
    trees = scene.trees
    assert trees is not None
    found = trees.get(key)
    if found is None:
        if scene.departing is not None or scene.lenient:
            return look(scene, *args)
        found = trees[key] = _explored(scene, look, args)
    elif scene.departing in found[1]:
        return look(scene, *args)
    tree, read = found
    if read and scene.collect is not None:
        scene.collect.update(read)
    while type(tree) is Fork:
        tree = tree.branches[scene.pick(tree.item, tree.options)]
    return tree  # type: ignore[no-any-return]


def _explored(scene: Scene, look: Callable[..., Leaf], args: tuple[Any, ...]) -> tuple[Any, dict[Item, str]]:
    """Return the tree of a look, and the default readings that it asks for."""
    kept = scene.assigned, scene.waiting, scene.collect
    read: dict[Item, str] = {}
    waiting: list[dict[Item, Any]] = []
    scene.waiting, scene.collect = waiting, read
    assigned: dict[Item, Any] = {}
    scene.assigned = assigned
    leaf = look(scene, *args)
    tree: Any = leaf
    if waiting:
        leaves = [(list(assigned.items()), leaf)]
        while waiting:
            assigned = scene.assigned = waiting.pop()
            leaf = look(scene, *args)
            leaves.append((list(assigned.items()), leaf))
            if len(leaves) > LIMIT:
                raise Tangled
        tree = _folded(leaves, 0)
    scene.assigned, scene.waiting, scene.collect = kept
    return tree, read


def _folded(leaves: list[tuple[list[tuple[Item, Any]], Leaf]], depth: int) -> Any:
    """Return what lies beneath the first `depth` answers; the same under every answer is no fork."""
    path, leaf = leaves[0]
    if len(path) == depth:
        return leaf
    item = path[depth][0]
    under: dict[Any, list[tuple[list[tuple[Item, Any]], Leaf]]] = {}
    for each in leaves:
        under.setdefault(each[0][depth][1], []).append(each)
    branches = {answer: _folded(some, depth + 1) for answer, some in under.items()}
    first, *others = branches.values()
    if all(_alike(first, other) for other in others):
        return first
    return Fork(item, tuple(branches), branches)


def _alike(one: Any, other: Any) -> bool:
    """Tell whether two trees come to the same answer: what closes a norm is not compared, only if it then speaks."""
    if type(one) is Fork or type(other) is Fork:
        return (
            type(one) is type(other)
            and one.item == other.item
            and all(_alike(branch, other.branches[answer]) for answer, branch in one.branches.items())
        )
    step, against = one[0], other[0]
    if step is None or against is None:
        return step is against
    return (step is FORBIDS) is (against is FORBIDS) and (step[0] in SAYS_NOTHING) is (
        against[0] in SAYS_NOTHING
    )
