"""The norms that speak of an act, each looked at for one party in one decision."""

from __future__ import annotations

from typing import Any

from contractlang.norms import Prohibition
from engine.event import Event
from engine.judge import closed_by, forbids
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
        return tuple([self.of(scene, rule) for rule in self.rules])

    def of(self, scene: Scene, rule: Rule) -> Seen:
        """Return what is seen of a norm in this case."""
        # The reading under which a norm is there at all is asked first: that costs less than to remember it.
        for chosen in rule.option:
            if scene.option_of(chosen.reading) != chosen.option:
                return rule, NOT_READ_SO, NOTHING_BOUND
        if scene.trees is None:
            return (rule, *look(scene, rule, self.party, self.act))
        return (rule, *recalled(scene, rule.index, look, rule, self.party, self.act))


def look(scene: Scene, rule: Rule, party: str, act: Event) -> Leaf:
    """Look at a norm: whether a prohibition forbids the act, or what closes another norm to it."""
    step: Step | None
    if isinstance(rule.norm, Prohibition):
        step = FORBIDS if forbids(scene, rule, party, act) else SILENT
    else:
        step = closed_by(scene, rule, party, act)
    return step, scene.vars
