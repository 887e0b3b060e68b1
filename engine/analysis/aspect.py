"""One side of a world: conditions, sums, duties, breaches ... Each asks the others by way of the world they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.analysis.world import World


class Aspect:
    """What a world says of one sort of thing."""

    def __init__(self, world: World) -> None:
        self.world = world
