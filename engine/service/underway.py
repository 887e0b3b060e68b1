"""What was checked and sent to the store and is not known to be kept: what comes next is checked as if it were.

A store carries out what it is sent for an account in order, and each batch is sent for exactly the revision that the
one before it makes. So nobody need wait for the disk before the next batch is checked and sent; and where one is not
kept, none of those that were sent after it is.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from engine.event import Instant
from engine.intake import Before, Checked, Intake, SoFar
from engine.tuples import made


class Batch(NamedTuple):
    """Events of one account on their way; then it is at `revision`, recorded at an instant. `over` is done after it."""

    checked: Checked
    before: Before
    revision: int
    recorded_at: Instant
    over: asyncio.Future[None]


class Underway(list[Batch]):
    """The batches of one account that are on their way, in their order."""

    __slots__ = ()

    @property
    def last(self) -> Batch:
        """The one that was sent last."""
        return self[-1]

    def send(self, intake: Intake, checked: Checked, revision: int, over: asyncio.Future[None]) -> None:
        """Note events that were sent, on top of a revision."""
        new = checked.new.values()
        recorded_at = next(reversed(new)).recorded_at
        self.append(made(Batch, (checked, intake.before, revision + len(new), recorded_at, over)))
        intake.keep(checked)

    def kept(self, checked: Checked) -> None:
        """Note that those events are kept: nearly always the ones that were sent first."""
        for place, each in enumerate(self):
            if each.checked is checked:
                del self[place]
                break

    def not_kept(self, intake: Intake, checked: Checked) -> None:
        """Take those events back, and what was sent after them."""
        while any(each.checked is checked for each in self):
            last = self.pop()
            intake.take_back(last.checked, last.before)

    async def over(self) -> None:
        """Wait until nothing is on its way."""
        while self:
            await asyncio.wait([self[-1].over])

    def without(self, so_far: SoFar) -> SoFar:
        """Return what an intake has noted, without what is on its way."""
        if not self:
            return so_far
        once, _, _ = so_far
        for batch in self:
            for each in batch.checked.once:
                once.pop(each, None)
        first, undated = self[0].before
        return once, dict(first), set(undated)
