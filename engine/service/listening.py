"""A server that tells its address once it can be called, and can be stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn


class Listener(uvicorn.Server):
    """Serves HTTP until Ctrl-C or SIGTERM, and calls `told` once it has begun, `stopped` once all is let go of.

    Before that a Ctrl-C is Python's own, which is lost where it comes while memory is being cleared: who has read the
    address and stops the server must not be overheard.
    """

    told: Callable[[], None] | None = None
    stopped: Callable[[], None] | None = None
    ending: Callable[[], None] | None = None
    """Called when it is to stop, before those are waited for who are being answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and tell so."""
        await super().startup(sockets)
        if self.started and self.told is not None:
            self.told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: what would be answered without end is ended first."""
        if self.ending is not None:
            self.ending()
        await super().shutdown(sockets)
        if self.stopped is not None:
            self.stopped()
