"""A live server for tests: configured, listening on a port of its own, stopped at the end."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn

from contractlang.cache import Cache
from engine.dates import parse_instant
from engine.event import Instant
from engine.kept import Documents
from engine.service import clock
from engine.service.clock import now
from engine.service.config import Config
from engine.service.deadlines import Deadlines
from engine.service.running import Running
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store.apikeys import new_key

HERE = Path(__file__).parent
TENANTS = HERE / "tenants"
CONTRACTS = HERE.parents[1] / "contracts"
ALL = ("ask", "record", "publish", "audit")


def texts_of(*paths: Path) -> dict[str, str]:
    """Return contract files as a configuration publishes them."""
    files = [
        file for path in paths for file in (sorted(path.rglob("*.contract")) if path.is_dir() else [path])
    ]
    return {f"{each.parent.name}/{each.name}": each.read_text("utf-8") for each in files}


class Live:
    """A server that listens, and callers for it."""

    def __init__(self, server: Server, listener: uvicorn.Server, port: int) -> None:
        self.server, self.url = server, f"http://127.0.0.1:{port}"
        self._listener = listener
        self._clients: list[httpx2.Client] = []

    def key(self, tenant: str = "main", rights: tuple[str, ...] = ALL) -> str:
        """Return a new key."""
        shown, kept = new_key(tenant, "test", rights, now())
        self.server.store.add_key(kept)
        return shown

    def client(self, tenant: str = "main", rights: tuple[str, ...] = ALL) -> httpx2.Client:
        """Return a caller with a key of its own."""
        found = httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key(tenant, rights)}"}, timeout=30
        )
        self._clients.append(found)
        return found

    def stop(self) -> None:
        """Tell it to stop, as a signal does."""
        self._listener.should_exit = True

    def close(self) -> None:
        for each in self._clients:
            each.close()


@contextmanager
def serving(
    folder: Path,
    tenants: Mapping[str, Mapping[str, str]],
    parts: Mapping[str, Any] | None = None,
    **more: Any,
) -> Iterator[Live]:
    """Run a server of those tenants (name to files) until the block ends."""
    raw = {name: {"contracts": ["given"], **(parts or {}).get(name, {})} for name in tenants}
    settings = {"store": str(folder / "store.db"), "port": 0, "tenants": raw, **more}
    config = Config.model_validate(settings)
    documents = Documents(folder / "documents", Cache(None))
    running = Running(config, tenants, documents, "error")
    port = running.socket.getsockname()[1]
    uvicorn_server = running.listener(grace_s=1)
    thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [running.socket]}, daemon=True)
    thread.start()
    while not uvicorn_server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    live = Live(running.server, uvicorn_server, port)
    try:
        yield live
    finally:
        live.close()
        live.stop()
        thread.join(20)


@contextmanager
def clock_at(instant: str) -> Iterator[None]:
    """Have the service's clock stand at an instant."""
    with pytest.MonkeyPatch.context() as patch:
        at = 1000 * parse_instant(instant)
        patch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: at))
        yield


def time_comes(server: Server, until: Instant) -> int:
    """Let time come to an instant, as the server's own loop would; return how many notices were kept."""
    return asyncio.run(_woken(Deadlines(server), server.tenants["main"], until))


async def _woken(working: Deadlines, tenant: Tenant, until: Instant) -> int:
    count, left = 0, True
    while left:
        some, left = await working.wake(tenant, until)
        count += some
    return count


def event(account: str, id: str, name: str, time: str, source: str = "test", **data: Any) -> dict[str, Any]:
    """Return a CloudEvent."""
    return {
        "specversion": "1.0", "id": id, "source": source, "type": name, "subject": account, "time": time, "data": data
    }  # fmt: skip


def send(client: httpx2.Client, *events: dict[str, Any]) -> httpx2.Response:
    """Send events as a batch."""
    return client.post(
        "/events", content=json.dumps(events), headers={"Content-Type": "application/cloudevents-batch+json"}
    )


def question(party: str, act: str, account: str, **context: Any) -> dict[str, Any]:
    """Return an evaluation request."""
    return {
        "subject": {"type": "party", "id": party}, "action": {"name": act},
        "resource": {"type": "account", "id": account}, "context": context,
    }  # fmt: skip
