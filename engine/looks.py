"""The norms that speak of an act, each looked at for one party in one decision."""

from __future__ import annotations

from typing import Any

from contractlang.norms import Prohibition
from engine.decision import Item
from engine.event import Event
from engine.judge import closing, forbids
from engine.program import Rule
from engine.recall import FORBIDS, SILENT, Fork, Leaf, Step, readings, seen, stays, straight, unchanged
from engine.scene import Scene

NOT_READ_SO: Step = ("reading", None)
NOTHING_BOUND: dict[str, Any] = {}

Seen = tuple[Rule, "Step | None", dict[str, Any]]
"""A norm, the step that closes it to the act (None: open), and what was bound when that was seen."""


class Looks:
    """The norms that speak of an act, looked at for one party, in one decision."""

    __slots__ = ("act", "party", "rules")

    def __init__(self, rules: tuple[Rule, ...], party: str, act: Event) -> None:
        self.rules, self.party, self.act = rules, party, act

    def at(self, scene: Scene) -> tuple[Seen, ...]:
        """Return what is seen of each norm in this case."""
        return tuple([(rule, *self.of(scene, rule)) for rule in self.rules])

    def of(self, scene: Scene, rule: Rule) -> Leaf:
        """Return what is seen of a norm in this case."""
        # The reading under which a norm is there at all is asked first: that costs less than to remember it.
        for chosen in rule.option:
            if scene.option_of(chosen.reading) != chosen.option:
                return NOT_READ_SO, NOTHING_BOUND
        trees = scene.trees
        if trees is None:
            return straight(scene, look, (rule, self.party, self.act))  # type: ignore[no-any-return]
        key = rule.index
        found = trees.get(key)
        if found is None or (scene.departing is not None and not stays(scene, key)):
            args = rule, self.party, self.act
            found = None if scene.brief else seen(scene, key, look, args)
            if found is None:
                return straight(scene, look, args)  # type: ignore[no-any-return]
        tree = found.tree
        while type(tree) is Fork:
            tree = tree.branches[scene.pick(tree.item, tree.options)]
        return tree  # type: ignore[no-any-return]

    def stays(self, scene: Scene, rule: Rule) -> bool:
        """Tell whether a norm was looked at, and asked for nothing that is now otherwise."""
        return scene.trees is not None and rule.index in scene.trees and stays(scene, rule.index)

    def readings(self, scene: Scene) -> dict[Item, str]:
        """Return the default readings that the norms looked at have asked for."""
        found: dict[Item, str] = {}
        for rule in self.rules:
            if rule.index in scene.trees:
                found.update(readings(scene, scene.trees[rule.index]))
        return found

    def unchanged(self, scene: Scene) -> bool:
        """Tell whether every norm looks the same now that a default reading is taken the other way."""
        assert scene.trees is not None
        return all(
            unchanged(scene, rule.index, look, (rule, self.party, self.act))
            for rule in self.rules if rule.index in scene.trees
        )  # fmt: skip


def look(scene: Scene, state: Any, rule: Rule, party: str, act: Event) -> tuple[bool, Any]:
    """Look at a norm: whether a prohibition forbids the act, or what closes another norm to it."""
    if state is None:
        scene.vars = {}
        if isinstance(rule.norm, Prohibition):
            return True, (FORBIDS if forbids(scene, rule, party, act) else SILENT, scene.vars)
    return closing(scene, state, rule, party, act)
