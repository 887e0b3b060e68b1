"""Waiting on the event loop for what the store's writer has made durable.

The writer finishes a whole group at once. Waking the loop is a system call and a change of threads, so it is woken once
for all that has landed by then, not once for each.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar
from weakref import WeakKeyDictionary

Made = TypeVar("Made")


class Landing:
    """What has landed and was not handed to those who wait for it; one for each event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._landed: deque[asyncio.Future[None]] = deque()
        self._called = False

    async def of(self, future: Future[Made]) -> Made:
        """Return what a write has come to. Raises what the write raises."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda _: self._land(waiting))
        await waiting
        return future.result()

    def _land(self, waiting: asyncio.Future[None]) -> None:
        """Called on the writer's thread. What is put here before `_called` is read is seen by who clears it."""
        self._landed.append(waiting)
        if not self._called:
            self._called = True
            loop = self._loop()
            # Where the loop has ended nobody waits any more.
            if loop is not None:
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._called = False
        while self._landed:
            waiting = self._landed.popleft()
            if not waiting.done():
                waiting.set_result(None)


_landings: WeakKeyDictionary[asyncio.AbstractEventLoop, Landing] = WeakKeyDictionary()


async def landed(future: Future[Made]) -> Made:
    """Return what a write has come to, once it is durable. Raises what the write raises."""
    loop = asyncio.get_running_loop()
    landing = _landings.get(loop)
    if landing is None:
        landing = _landings[loop] = Landing(loop)
    return await landing.of(future)
