"""From a configuration to a server that listens, and back: refused by half, stopped with grace."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from engine.errors import EngineError, NoStore, Unready
from engine.kept import Documents
from engine.service.app import application
from engine.service.config import BadConfig, Config
from engine.service.listening import Listener
from engine.service.patience import patient
from engine.service.server import Server, Texts, said
from engine.service.tracing import can_trace
from engine.service.watch import begin_logging
from engine.store import Store, open_store

GRACE_S = 10
MOST_MESSAGE = 32 * 1024 * 1024
COLLECTED_AFTER = 8_000, 2, 500
"""After how many objects that stay is memory looked through (see `gc.set_threshold`): little at a time, for callers
wait meanwhile; and what stayed once is not looked through again soon. What answering a batch of 500 events takes is
mostly gone before it would be looked at: with 4,000 each event cost 2 us of this instead of 1."""
TURN_S = 0.001
"""How long a thread that writes to the store may keep the one that answers callers from going on."""


class Running:
    """A service that is about to listen. Raises BadConfig where something is not there."""

    def __init__(self, config: Config, texts: Texts, documents: Documents, log_level: str = "info") -> None:
        if log_level not in ("debug", "info", "warning", "error"):
            raise BadConfig(f"--log-level {log_level}: write debug, info, warning or error")
        if config.traces is not None and not can_trace():
            raise BadConfig("traces: what sends them is not installed: install the extra `traces`")
        self.config = config
        self.before: Callable[[ASGIApp], ASGIApp] | None = None
        """What stands before the service at its address, such as the desk of its lawyers."""
        begin_logging(log_level)
        self.socket = self._listen()
        try:
            self.server = self._opened(texts, documents)
        except BaseException:
            self.socket.close()
            raise

    def _opened(self, texts: Texts, documents: Documents) -> Server:
        try:
            store = _store(self.config.store)
        except EngineError as wrong:
            raise BadConfig(f"store: {wrong}") from None
        try:
            return Server(self.config, store, texts, documents)
        except BaseException as wrong:
            store.close()
            if isinstance(wrong, EngineError) and not isinstance(wrong, BadConfig):
                raise BadConfig(f"contracts: {wrong}") from None
            raise

    def _listen(self) -> socket.socket:
        kind = socket.AF_INET6 if ":" in self.config.host else socket.AF_INET
        found = socket.socket(kind, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((self.config.host, self.config.port))
        except OSError as wrong:
            found.close()
            raise BadConfig(
                f"{self.config.host}:{self.config.port}: cannot listen there ({wrong.strerror})"
            ) from None
        return found

    def keys(self, variables: Mapping[str, str], first: str | None) -> None:
        """Keep the keys that are given; where nothing is set up (`first` names a variable), see that there is one.

        Raises BadConfig where a tenant has nobody who could call.
        """
        self.server.given_keys(variables)
        if first is not None:
            made = self.server.first_key(variables.get(first), first)
            if made is not None:
                said(f"key: {made}\n(it is shown this once; it may ask, record, publish and audit)")
        for name, part in self.config.tenants.items():
            if part.oidc is None and all(
                each.revoked_at is not None for each in self.server.store.keys(name)
            ):
                raise BadConfig(
                    f"tenants.{name}: nobody could call: give it `keys` or `oidc`, or make a key, then start again: "
                    f"`contract key new {self.config.store} --tenant {name} --rights ask,record`"
                )

    def run(self) -> None:
        """Listen until told to stop."""
        # What contracts are made of stays as long as the service: no need to look through it again and again. Nor
        # often through the rest: what a request leaves behind is gone without that, and accounts stay.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        sys.setswitchinterval(min(TURN_S, sys.getswitchinterval()))
        listener = self.listener()
        listener.told = self._tell
        listener.stopped = partial(said, "stopped: what was begun is finished")
        listener.run(sockets=[self.socket])

    def _tell(self) -> None:
        host, port = self.socket.getsockname()[:2]
        said(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")

    def listener(self, grace_s: int = GRACE_S) -> Listener:
        """Return what speaks HTTP for the service; who calls from where is nothing that it asks a proxy about."""
        service = application(self.server)
        http = patient(self.config.limits.request_s, service if self.before is None else None)
        config = uvicorn.Config(
            service if self.before is None else self.before(service), http=http,
            ws="none" if self.before is None else "auto", ws_max_size=MOST_MESSAGE, log_config=None, access_log=False,
            server_header=False, date_header=False, proxy_headers=False,
            timeout_graceful_shutdown=grace_s, timeout_keep_alive=30, lifespan="on",
        )  # fmt: skip
        listener = Listener(config)
        listener.ending = self.server.end
        return listener


def _store(address: str) -> Store:
    """Open the store, or make it, and then say so: where its address is mistyped, all that is known seems gone."""
    try:
        return open_store(address, create=False)
    except NoStore as wrong:
        store = open_store(address)
        there_was, _, _ = str(wrong).partition(";")
        said(f"store: made now ({there_was})")
        return store
    except Unready:
        return open_store(address)
