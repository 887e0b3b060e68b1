"""The norms that speak of an act, each looked at for one party in one decision."""

from __future__ import annotations

from typing import Any

from engine.event import Event
from engine.judge import Closing, closing
from engine.prevailing import forbids
from engine.program import Rule
from engine.recall import FORBIDS, ONCE, SILENT, Leaf, Look, recalled
from engine.scene import Scene


def seen(scene: Scene, rule: Rule, party: str, act: Event) -> Leaf:
    """Return what is seen of a norm, which is there as the case takes readings."""
    if scene.trees is not None:
        look = _Forbidding(rule, party, act) if rule.is_prohibition else Closing(rule, party, act)
        found: Leaf = recalled(scene, rule.index, rule.option, look)
        return found
    leaves = scene.leaves
    if leaves is not None and rule.index in leaves:
        leaf: Leaf = leaves[rule.index]
        return leaf
    leaf = (
        _forbidding(scene, rule, party, act)
        if rule.is_prohibition
        else closing(scene, ONCE, rule, party, act)
    )
    if leaves is not None:
        leaves[rule.index] = leaf
    return leaf


def _forbidding(scene: Scene, rule: Rule, party: str, act: Event) -> Leaf:
    scene.vars = {}
    return FORBIDS if forbids(scene, rule, party, act) else SILENT, scene.vars


class _Forbidding(Look):
    """Whether a prohibition forbids an act."""

    __slots__ = ("act", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event) -> None:
        self.rule, self.party, self.act = rule, party, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        return _forbidding(scene, self.rule, self.party, self.act)
