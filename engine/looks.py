"""Each norm looked at once in what it depends on: what was seen, as a tree over the open items that it asked for.

A question is worked out in every case of what is open, and again for each default reading taken the other way. Most
norms depend on few of the open items, so most of those looks would see the same again.
"""

from __future__ import annotations

from typing import Any

from contractlang.norms import Prohibition
from engine.decision import Item
from engine.event import Event
from engine.judge import Step, closed_by, forbids
from engine.program import Rule
from engine.scene import Scene

FORBIDS: Step = ("forbids", None)
SILENT: Step = ("silent", None)
NOT_READ_SO: Step = ("reading", None)
NOTHING_BOUND: dict[str, Any] = {}

Seen = tuple[Rule, "Step | None", dict[str, Any]]
"""A norm, the step that closes it to the act (None: open), and what was bound when that was seen."""


class _Fork:
    """What is seen hangs on an open item: one branch for each of its answers met so far."""

    __slots__ = ("branches", "item", "options")

    def __init__(self, item: Item, options: tuple[Any, ...]) -> None:
        self.item, self.options = item, options
        self.branches: dict[Any, _Fork | Seen] = {}


class Looks:
    """The norms that speak of an act, looked at for one party, in one decision."""

    __slots__ = ("act", "party", "rules", "trees")

    def __init__(self, rules: tuple[Rule, ...], party: str, act: Event) -> None:
        self.rules, self.party, self.act = rules, party, act
        self.trees: list[_Fork | Seen | None] = [None] * len(rules)

    def at(self, scene: Scene) -> tuple[Seen, ...]:
        """Return what is seen of each norm in this case."""
        seen: list[Seen] = []
        for place, rule in enumerate(self.rules):
            # The reading under which a norm is there at all is asked first: that costs less than to remember it.
            for chosen in rule.option:
                if scene.option_of(chosen.reading) != chosen.option:
                    seen.append((rule, NOT_READ_SO, NOTHING_BOUND))
                    break
            else:
                tree = self.trees[place]
                while type(tree) is _Fork:
                    tree = tree.branches.get(scene.settled_as(tree.item, tree.options))
                seen.append(tree if type(tree) is tuple else self.look(scene, place))
        return tuple(seen)

    def look(self, scene: Scene, place: int) -> Seen:
        rule = self.rules[place]
        asked: dict[Item, tuple[Any, ...]] = {}
        scene.asked = asked
        step: Step | None
        if isinstance(rule.norm, Prohibition):
            step = FORBIDS if forbids(scene, rule, self.party, self.act) else SILENT
        else:
            step = closed_by(scene, rule, self.party, self.act)
        scene.asked = None
        seen = (rule, step, scene.vars)
        if asked:
            self.grow(scene, place, asked, seen)
        else:
            self.trees[place] = seen
        return seen

    def grow(self, scene: Scene, place: int, asked: dict[Item, tuple[Any, ...]], seen: Seen) -> None:
        """Add what was seen beneath the answers that it hangs on: a norm asks in the same order in every case."""
        above: dict[Any, _Fork | Seen] | None = None
        answer: Any = None
        for item, options in asked.items():
            tree = self.trees[place] if above is None else above.get(answer)
            if type(tree) is not _Fork:
                tree = _Fork(item, options)
                if above is None:
                    self.trees[place] = tree
                else:
                    above[answer] = tree
            above, answer = tree.branches, scene.settled_as(item, options)
        assert above is not None
        above[answer] = seen
