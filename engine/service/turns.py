"""One at a time: who works on something by name, and who waits for it, in the order in which they came.

Nearly always nobody waits, and then a turn costs no more than a look into a dictionary.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable


class Turns:
    """The turns that are taken and waited for, by name; for one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, names: Iterable[str]) -> list[str]:
        """Wait for the turn of each of these names; return them, to be given back."""
        taken: list[str] = []
        try:
            # Always in one order, so that no two wait for one another.
            for name in sorted(set(names)):
                waiting = self._waiting.get(name)
                if waiting is None:
                    self._waiting[name] = deque()
                else:
                    await self._wait(name, waiting)
                taken.append(name)
        except BaseException:
            self.give_back(taken)
            raise
        return taken

    async def _wait(self, name: str, waiting: deque[asyncio.Future[None]]) -> None:
        mine = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled():
                # The turn was given just before: it is the next one's.
                self.give_back([name])
            raise

    def give_back(self, names: Iterable[str]) -> None:
        """Give turns on to who has waited for them longest."""
        for name in names:
            waiting = self._waiting[name]
            while waiting:
                following = waiting.popleft()
                if not following.done():
                    following.set_result(None)
                    break
            else:
                del self._waiting[name]
