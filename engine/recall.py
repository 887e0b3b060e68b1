"""What is looked at in a decision, as a tree over the open items that it hangs on; looked at once, for every case.

A question is worked out in every case of what is open, and again for each default reading taken the other way. Most of
what is looked at depends on few of these. So each look is explored by itself, and where the answers to an item lead to
the same it is no item of that look any more: the cases of the question are then few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contractlang.expression import Chosen
from engine.choice import LIMIT
from engine.decision import Item
from engine.event import Instant
from engine.scene import DEPARTED, Scene, Start

Step = tuple[Any, ...]
"""A code, and what it is about. Some are told by which object they are: of a fixed length, a compiler copies tuples."""
Leaf = tuple["Step | None", dict[str, Any]]
"""The step that closes a norm (None: open), and what was bound when that was seen."""

FORBIDS: Final[Step] = ("forbids", None)
SILENT: Final[Step] = ("silent", None)
SAYS_NOTHING: Final = frozenset(
    {"agreement", "reading", "valid", "text", "since", "until", "agreed", "voided", "forbids", "silent"}
)


class Tangled(Exception):
    """One look hangs on more open items than can be explored."""


class Fork:
    """What is seen hangs on an open item: a branch for each of its answers."""

    __slots__ = ("branches", "item", "options")

    def __init__(self, item: Item, branches: dict[Any, Any]) -> None:
        self.item, self.options, self.branches = item, tuple(branches), branches


class Seen:
    """What a look comes to, when that may change by time alone, and the default readings that it asked for."""

    __slots__ = ("read", "tree", "turn")

    def __init__(
        self, tree: Any, turn: Instant | None, read: dict[Item, tuple[str, tuple[str, ...]]]
    ) -> None:
        self.tree, self.turn, self.read = tree, turn, read


class Look:
    """A look at something, which may hang on what is open."""

    __slots__ = ()

    def go_on(self, scene: Scene, state: Any) -> Any:
        """Go on from a state (None: from the beginning), and return what is seen.

        On its way it leaves in `scene.state` from where to go on: there the other answers to an item met later begin.
        """
        raise NotImplementedError


ONCE: Final[Any] = object()
"""The state of a look in the midst of another: it begins at the beginning, and leaves nothing from where to go on."""


def ways(scene: Scene, look: Look, starts: list[Start]) -> Iterator[tuple[dict[Item, Any], Any]]:
    """Yield every way a look can come out: what the open items that it met are, and what it sees.

    An item that is met takes its first answer there and then; the others wait for their turn, after `starts`. The other
    options of default readings are left in `scene.leaving`.
    """
    leaving = scene.leaving
    scene.waiting = starts
    while starts:
        assigned, state = starts.pop()
        scene.assigned, scene.state, scene.vars, scene.event = assigned, state, {}, None
        scene.departed = assigned.get(DEPARTED)
        scene.leaving = leaving if scene.departed is None else None
        yield assigned, look.go_on(scene, state)
    scene.leaving = leaving


def recalled(scene: Scene, key: Any, option: tuple[Chosen, ...], look: Look) -> Any:
    """Return what a look sees in this case: as explored before in this decision, or now. Raises Tangled.

    It is a look at something that is there only under the readings `option`, which the case has taken so.
    """
    trees, departed = scene.trees, scene.departed
    if trees is None:
        return look.go_on(scene, ONCE)
    found = trees.get(key)
    if departed is not None and (found is None or departed in found.read):
        if scene.brief:
            return look.go_on(scene, ONCE)
        key = key, departed, scene.assigned[departed]
        found = trees.get(key)
    if found is None:
        if scene.lenient:
            return look.go_on(scene, ONCE)
        found = trees[key] = _explored(scene, option, look)
    if found.read and not scene.lenient:
        for item, (default, others) in found.read.items():
            scene.by_default(default, item, others)
    if found.turn is not None:
        scene.until(found.turn)
    tree = found.tree
    while type(tree) is Fork:
        tree = tree.branches[scene.pick(tree.item, tree.options)]
    return tree


def _explored(scene: Scene, option: tuple[Chosen, ...], look: Look) -> Seen:
    """Return what a look comes to in every case, with the default readings taken as the case at hand takes them."""
    inner = scene.within()
    assigned: dict[Item, Any] = {}
    for chosen in option:
        assigned[scene.program.readings[chosen.reading][0]] = chosen.option
    departed = scene.departed
    if departed is not None:
        assigned[departed] = scene.assigned[departed]
        assigned[DEPARTED] = departed
    depth = len(assigned)
    waiting: list[Start] = []
    read: dict[Item, tuple[str, tuple[str, ...]]] = {}
    inner.assigned, inner.waiting, inner.asked, inner.departed = assigned, waiting, read, departed
    tree = look.go_on(inner, None)
    if waiting:
        leaves = [(list(assigned.items()), tree)]
        for case, leaf in ways(inner, look, waiting):
            leaves.append((list(case.items()), leaf))
            if len(leaves) > LIMIT:
                raise Tangled
        tree = _folded(leaves, depth)
    if inner.provisional:
        scene.provisional = True
    if inner.firm < scene.firm:
        scene.firm = inner.firm
    return Seen(tree, inner.turn, read)


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
    return Fork(item, branches)


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
