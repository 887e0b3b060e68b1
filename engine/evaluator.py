"""What an expression made ready can tell: its value in a scene, the reason for it, and what would turn it."""

from __future__ import annotations

from typing import Any, Protocol

from engine.decision import Cure, Reason
from engine.scene import Scene


class Evaluator(Protocol):
    """An expression made ready: its value, its reason, and what would turn it."""

    def value(self, scene: Scene) -> Any:
        """Return the value in the scene; raises Split where something open decides."""

    def why(self, scene: Scene) -> Reason:
        """Return the reason for the (boolean) value in the scene."""

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        """Return facts that would make the value `wanted` (none if it is), or None where no fact can."""


class Base:
    """What most evaluators have in common: a reason that only tells the value, and no cure."""

    __slots__ = ()

    def value(self, scene: Scene) -> Any:
        raise NotImplementedError

    def why(self, scene: Scene) -> Reason:
        return Reason("value", (type(self).__name__,), bool(self.value(scene)))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        return () if bool(self.value(scene)) is wanted else None
