"""A command of the program carried out by another process, so that nobody who types waits for it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Any


async def told_by(*command: str, within_s: float) -> dict[str, Any]:
    """Carry out a command, such as `"check", path`, and return the JSON that it prints.

    Raises TimeoutError where it has not ended within so many seconds, and ValueError where it prints none. It is ended
    also where whoever asked has gone away.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.cli", *command, "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    with suppress(OSError, AttributeError):
        # Whoever types goes first. (Not every system has priorities, and it may have ended already.)
        os.setpriority(os.PRIO_PROCESS, process.pid, 10)
    try:
        out, _ = await asyncio.wait_for(process.communicate(), within_s)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told: dict[str, Any] = json.loads(out)
    return told
