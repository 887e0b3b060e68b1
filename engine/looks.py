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


def seen(scene: Scene, rule: Rule, party: str, act: Event) -> Leaf:
    """Return what is seen of a norm in this case."""
    # The reading under which a norm is there at all is asked first: that costs less than to remember it.
    for chosen in rule.option:
        if scene.option_of(chosen.reading) != chosen.option:
            return NOT_READ_SO, NOTHING_BOUND
    found: Leaf = recalled(scene, rule.index, rule.option, look, rule, party, act)
    return found


def look(scene: Scene, state: Any, rule: Rule, party: str, act: Event) -> Leaf:
    """Look at a norm: whether a prohibition forbids the act, or what closes another norm to it."""
    if rule.is_prohibition:
        scene.vars = {}
        return FORBIDS if forbids(scene, rule, party, act) else SILENT, scene.vars
    return closing(scene, state, rule, party, act)
