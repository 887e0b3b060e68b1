"""A desk that listens on this machine, and its address."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path

import uvicorn

from engine.errors import EngineError
from engine.service.listening import Listener
from engine.workbench.app import Bench, application
from engine.workbench.folder import Folder
from engine.workbench.opened import Shelf

HOST = "127.0.0.1"
PORT = 8642
"""Where it listens unless told otherwise: drafts are kept by the browser for one address, so it stays the same."""

_TRIED = 10


class NoPort(EngineError):
    """There is no port to listen on: name another."""


class Running:
    """A desk about to listen. Raises NoPort. `port` None takes PORT, or one of the next where that is taken."""

    def __init__(
        self, root: Path, shipped: Path, today: Callable[[], date], port: int | None = None, word: str = ""
    ) -> None:
        self.socket = _listening(range(PORT, PORT + _TRIED) if port is None else [port])
        self.port = int(self.socket.getsockname()[1])
        word = word or secrets.token_urlsafe(24)
        self.address = f"http://{HOST}:{self.port}/{word}/"
        hosts = frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})
        app = application(Bench(Folder(root), shipped, today, word, Shelf(shipped)), hosts)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off",
            timeout_graceful_shutdown=1, ws_max_size=32 * 1024 * 1024,
        )  # fmt: skip
        # What goes wrong is told to the page; how connections end is nothing to tell of.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.listener = Listener(config)

    def run(self) -> None:
        """Listen until told to stop."""
        self.listener.run(sockets=[self.socket])


def _listening(ports: range | list[int]) -> socket.socket:
    reason = ""
    for port in ports:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, port))
            found.listen(128)
        except (OSError, OverflowError) as wrong:
            found.close()
            reason = f"{HOST}:{port}: cannot listen there ({getattr(wrong, 'strerror', None) or wrong})"
            continue
        return found
    raise NoPort(reason)
