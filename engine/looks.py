"""The norms that speak of an act, each looked at for one party in one decision."""

from __future__ import annotations

from typing import Any

from engine.event import Event
from engine.judge import closing, forbids
from engine.program import Rule
from engine.recall import FORBIDS, SILENT, Leaf, Step, recalled
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
        found: Leaf = recalled(scene, rule.index, rule.option, look, rule, self.party, self.act)
        return found


def look(scene: Scene, state: Any, rule: Rule, party: str, act: Event) -> Leaf:
    """Look at a norm: whether a prohibition forbids the act, or what closes another norm to it."""
    if rule.is_prohibition:
        scene.vars = {}
        return FORBIDS if forbids(scene, rule, party, act) else SILENT, scene.vars
    return closing(scene, state, rule, party, act)
