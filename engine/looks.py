"""The norms that speak of an act, each looked at for one party in one decision."""

from __future__ import annotations

from typing import Any, Final

from engine.event import Event
from engine.judge import Closing, forbids
from engine.program import Rule
from engine.recall import FORBIDS, SILENT, Leaf, Look, Step, recalled
from engine.scene import Scene

NOT_READ_SO: Final[Step] = ("reading", None)
NOTHING_BOUND: Final[dict[str, Any]] = {}


def seen(scene: Scene, rule: Rule, party: str, act: Event) -> Leaf:
    """Return what is seen of a norm in this case."""
    # The reading under which a norm is there at all is asked first: that costs less than to remember it.
    for reading, option in rule.read_so:
        if scene.option_of(reading) != option:
            return NOT_READ_SO, NOTHING_BOUND
    look = _Forbidding(rule, party, act) if rule.is_prohibition else Closing(rule, party, act)
    found: Leaf = recalled(scene, rule.index, rule.option, look)
    return found


class _Forbidding(Look):
    """Whether a prohibition forbids an act."""

    __slots__ = ("act", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event) -> None:
        self.rule, self.party, self.act = rule, party, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        scene.vars = {}
        return FORBIDS if forbids(scene, self.rule, self.party, self.act) else SILENT, scene.vars
