"""The language server over the page's socket: its messages handed on, as long as they stay in the folder."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from engine.desk.server import make_server

_ADDRESSES = ("uri", "rootUri", "targetUri", "newUri", "oldUri")


async def converse(
    root: Path, shipped: Path, today: Callable[[], date],
    heard: AsyncIterator[str], say: Callable[[str], Awaitable[None]],
) -> None:  # fmt: skip
    """Carry one conversation in the Language Server Protocol until the page goes away."""
    server = make_server(shipped, today)
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    protocol: Any = server.protocol
    spoken: asyncio.Queue[str] = asyncio.Queue()

    class Writer:
        """Takes what the server says, in order."""

        def write(self, said: bytes) -> None:
            spoken.put_nowait(said.decode())

        def close(self) -> None:
            """The socket is closed by whoever opened it."""

    protocol.set_writer(Writer(), include_headers=False)
    speaking = asyncio.ensure_future(_speak(spoken, say))
    below = root.as_uri()
    try:
        async for message in heard:
            try:
                told = json.loads(message)
            except (ValueError, RecursionError):
                continue
            # `exit` would end the whole program.
            if not isinstance(told, dict) or told.get("method") == "exit" or not _stays(told, below):
                continue
            _hand_on(protocol, message)
    finally:
        _hand_on(protocol, '{"jsonrpc": "2.0", "id": "end", "method": "shutdown"}')
        speaking.cancel()


async def _speak(spoken: asyncio.Queue[str], say: Callable[[str], Awaitable[None]]) -> None:
    while True:
        await say(await spoken.get())


def _hand_on(protocol: Any, message: str) -> None:
    try:
        protocol.handle_message(json.loads(message, object_hook=protocol.structure_message))
    except (
        Exception
    ) as wrong:  # What no message of the protocol is has no answer either; the conversation goes on.
        logging.getLogger(__name__).debug("not understood: %s", type(wrong).__name__)


def _stays(told: Any, below: str) -> bool:
    """Tell whether every file that a message names lies below the folder."""
    return all(
        each == below or (each.startswith(below + "/") and ".." not in each and "%2e" not in each.lower())
        for each in _named(told)
    )


def _named(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            if key in _ADDRESSES and isinstance(value, str):
                yield value
            elif key not in ("text", "newText"):
                yield from _named(value)
    elif isinstance(told, list):
        for each in told:
            # The arguments of a command have no names.
            if isinstance(each, str) and each.lower().startswith("file:"):
                yield each
            yield from _named(each)
