"""What is looked at in a decision, as a tree over the open items that it hangs on; looked at once, for every case.

A question is worked out in every case of what is open, and again for each default reading taken the other way. Most of
what is looked at depends on few of the open items. So each look is explored by itself, and where the answers to an item
lead to the same it is no item of that look any more: the cases of the question are then few. Default readings are no
items: what was looked at tells which of them it read, and is looked at anew where one of those is taken the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

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


class Seen(NamedTuple):
    """What a look came to: its tree, the default readings asked for by the look itself, and the looks beneath it."""

    tree: Any
    read: dict[Item, str]
    beneath: dict[Any, tuple[Look, tuple[Any, ...]]]


Look = Callable[..., tuple[bool, Any]]
"""One stretch of looking at something: `look(scene, state, *args)` goes on from a state (None: from the beginning) and
tells whether it is done, and what it saw, or the state to go on from. Where an open item is met, its other answers
begin again with the stretch in which it was met, not from the beginning.
"""


def ways(
    scene: Scene, given: dict[Item, Any], look: Look, args: tuple[Any, ...] = ()
) -> Iterator[tuple[dict[Item, Any], Any]]:
    """Yield every way a look can come out: what the open items that it met are, and what it sees.

    An item that is met takes its first answer there and then; the others wait for their turn.
    """
    waiting: list[dict[Item, Any]] = []
    states: list[Any] = []
    scene.waiting = waiting
    assigned, state = dict(given), None
    while True:
        scene.assigned, scene.vars, scene.event = assigned, {}, None
        done = False
        while not done:
            done, after = look(scene, state, *args)
            while len(states) < len(waiting):
                states.append(state)
            state = after
        yield assigned, state
        if not waiting:
            break
        assigned, state = waiting.pop(), states.pop()
    scene.waiting = None


def straight(scene: Scene, look: Look, args: tuple[Any, ...]) -> Any:
    """Return what a look sees in the case at hand."""
    done, state = look(scene, None, *args)
    while not done:
        done, state = look(scene, state, *args)
    return state


def recalled(scene: Scene, key: Any, look: Look, *args: Any) -> Leaf:
    """Return what `look` sees in this case. Raises Tangled."""
    found = seen(scene, key, look, args)
    if found is None:
        return straight(scene, look, args)  # type: ignore[no-any-return]
    if scene.beneath is not None:
        scene.beneath[key] = look, args
    elif scene.collect is not None:
        scene.collect.update(readings(scene, found))
    tree = found.tree
    while type(tree) is Fork:
        tree = tree.branches[scene.pick(tree.item, tree.options)]
    return tree  # type: ignore[no-any-return]


def readings(scene: Scene, found: Seen) -> dict[Item, str]:
    """Return the default readings that a look asks for, with those that looks beneath it ask for."""
    if not found.beneath:
        return found.read
    read = dict(found.read)
    for key in found.beneath:
        read.update(readings(scene, scene.trees[key] if key in scene.trees else scene.others[key]))
    return read


def seen(scene: Scene, key: Any, look: Look, args: tuple[Any, ...]) -> Seen | None:
    """Return what a look comes to, as explored before in this decision, or now; None where it is not to be explored."""
    trees: dict[Any, Seen] = scene.trees
    found = trees.get(key)
    if found is None or (scene.departing is not None and not stays(scene, key)):
        if scene.lenient:
            return None
        if scene.departing is not None:
            trees = scene.others
            found = trees.get(key)
            if found is not None:
                return found
        found = trees[key] = _explored(scene, look, args)
    return found


def stays(scene: Scene, key: Any) -> bool:
    """Tell whether a look explored before asked for nothing that is otherwise under the reading now departed from."""
    known = scene.staying.get(key)
    if known is None:
        found = scene.trees[key]
        known = scene.departing not in found.read
        if known:
            for each, (look, args) in found.beneath.items():
                if not unchanged(scene, each, look, args):
                    known = False
                    break
        scene.staying[key] = known
    return known


def unchanged(scene: Scene, key: Any, look: Look, args: tuple[Any, ...]) -> bool:
    """Tell whether a look explored before comes to the same under the reading now departed from."""
    found = scene.trees.get(key)
    if found is None:
        return False
    if stays(scene, key):
        return True
    other = seen(scene, key, look, args)
    return other is not None and alike(found.tree, other.tree)


def _explored(scene: Scene, look: Look, args: tuple[Any, ...]) -> Seen:
    """Return what a look comes to in every case."""
    kept = scene.assigned, scene.waiting, scene.collect, scene.beneath, scene.vars, scene.event
    read: dict[Item, str] = {}
    beneath: dict[Any, tuple[Look, tuple[Any, ...]]] = {}
    waiting: list[dict[Item, Any]] = []
    scene.waiting, scene.collect, scene.beneath = waiting, read, beneath
    scene.assigned = assigned = dict(scene.given) if scene.given else {}
    done, state = look(scene, None, *args)
    tree = state
    if waiting or not done:
        states: list[Any] = [None] * len(waiting)
        leaves = []
        while True:
            while not done:
                before = state
                done, state = look(scene, state, *args)
                while len(states) < len(waiting):
                    states.append(before)
            leaves.append((list(assigned.items()), state))
            if len(leaves) > LIMIT:
                raise Tangled
            if not waiting:
                break
            scene.assigned = assigned = waiting.pop()
            state, done = states.pop(), False
        tree = _folded(leaves, len(scene.given))
    scene.assigned, scene.waiting, scene.collect, scene.beneath, scene.vars, scene.event = kept
    return Seen(tree, read, beneath)


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
    if all(alike(first, other) for other in others):
        return first
    return Fork(item, tuple(branches), branches)


def alike(one: Any, other: Any) -> bool:
    """Tell whether two trees come to the same answer: what closes a norm is not compared, only if it then speaks."""
    if type(one) is Fork or type(other) is Fork:
        return (
            type(one) is type(other)
            and one.item == other.item
            and one.options == other.options
            and all(alike(branch, other.branches[answer]) for answer, branch in one.branches.items())
        )
    step, against = one[0], other[0]
    if step is None or against is None:
        return step is against
    return (step is FORBIDS) is (against is FORBIDS) and (step[0] in SAYS_NOTHING) is (
        against[0] in SAYS_NOTHING
    )
