"""The force of a sentence: how much it weighs against others, and on which days it is in force at all.

Mandatory law beats agreed text beats gap-filling law (docs/semantics.md, "Ranks and layers"). A rule that only
administers, enables or orders a procedure leaves what was agreed as it is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from contractlang.norms import Standing
from engine.dates import end_of, start_of
from engine.decision import Item, Reason
from engine.evaluator import Base
from engine.event import Instant
from engine.scene import FLAGS, Scene

MANDATORY, AGREED, YIELDING, ADMINISTRATIVE = 3, 2, 1, 0
"""What weighs more prevails. What enables, or orders a procedure, yields to what was agreed as gap-filling law does."""


def weight(standing: Standing) -> int:
    """Return how much a sentence of that standing weighs."""
    if standing.status == "administrative":
        return ADMINISTRATIVE
    if standing.status != "binding" or standing.rank == "gap-filling":
        return YIELDING
    return MANDATORY if standing.rank == "mandatory" else AGREED


class ValidE(Base):
    """The instant falls on the days on which a sentence is in force; both ends are included.

    `unknown` is the item that is open on other days, where the text that held then is not among the documents.
    """

    __slots__ = ("begins", "ends", "unknown")

    def __init__(self, first: date | None, last: date | None, unknown: Item | None) -> None:
        self.begins: Instant | None = None if first is None else start_of(first)
        self.ends: Instant | None = None if last is None else end_of(last)
        self.unknown = unknown

    def value(self, scene: Scene) -> Any:
        if self.begins is not None and scene.at < self.begins:
            scene.until(self.begins)
            return self.unknown is not None and scene.pick(self.unknown, FLAGS)
        if self.ends is not None:
            if scene.at >= self.ends:
                return self.unknown is not None and scene.pick(self.unknown, FLAGS)
            scene.until(self.ends)
        return True

    def why(self, scene: Scene) -> Reason:
        return Reason("valid", (self.begins, self.ends), bool(self.value(scene)))
