"""What goes on beside requests: begun with the service, begun again where it fails, ended with it."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from engine.service.watch import place_of

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 30.0
"""How long is waited before what has failed is begun again: twice as long each time, if it failed at once."""


class Work(Protocol):
    """Something that goes on until it is cancelled, or has no more to do."""

    async def run(self) -> None:
        """Go on."""


async def lasting(work: Work, log: Any) -> None:
    """Have work go on until cancelled, or until it has no more to do: a mistake of ours is logged, and it goes on."""
    wait = FIRST_WAIT_S
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        try:
            return await work.run()
        except Exception as wrong:
            log.error("failed", work=type(work).__name__, error=type(wrong).__name__, where=place_of(wrong))
        wait = FIRST_WAIT_S if loop.time() - begun > LONGEST_WAIT_S else min(2 * wait, LONGEST_WAIT_S)
        await asyncio.sleep(wait)
