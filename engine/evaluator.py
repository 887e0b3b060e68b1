"""What an expression made ready can tell: its value in a scene, the reason for it, and what would turn it."""

from __future__ import annotations

from functools import cache
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from engine.decision import Cure, Reason
from engine.scene import Scene


class Evaluator:
    """An expression made ready. What most have in common: a reason that only tells the value, and no cure."""

    __slots__ = ()

    def value(self, scene: Scene) -> Any:
        """Return the value in the scene; raises Split where something open decides."""
        raise NotImplementedError

    def why(self, scene: Scene) -> Reason:
        """Return the reason for the (boolean) value in the scene."""
        return Reason("value", (type(self).__name__,), bool(self.value(scene)))

    def cure(self, scene: Scene, wanted: bool) -> tuple[Cure, ...] | None:
        """Return facts that would make the value `wanted` (none if it is), or None where no fact can."""
        return () if bool(self.value(scene)) is wanted else None


@cache
def made_of(kind: Any) -> tuple[str, ...]:
    """Return the names of what evaluators of a kind are made of; a compiled class keeps no `__slots__` to tell."""
    return tuple(
        name
        for each in kind.__mro__
        for name, held in vars(each).items()
        if isinstance(held, MemberDescriptorType | GetSetDescriptorType) and not name.startswith("__")
    )
