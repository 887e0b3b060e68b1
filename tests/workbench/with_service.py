"""A service with a desk at its address, listening in a thread, with accounts that have bills."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from contractlang.cache import Cache
from engine.kept import Documents
from engine.service.clock import now
from engine.service.config import Config
from engine.service.running import Running
from engine.store.apikeys import new_key
from engine.workbench.served import Desks
from tests.workbench.serving import CONTRACTS


class Served:
    """A service with a desk, and who calls it."""

    def __init__(self, running: Running, port: int) -> None:
        self.running, self.url = running, f"http://127.0.0.1:{port}"

    def key(self, *rights: str) -> str:
        """Return a new key with these rights."""
        shown, kept = new_key("main", "test", rights, now())
        self.running.server.store.add_key(kept)
        return shown

    @contextmanager
    def browser(self, *rights: str, key: str = "") -> Iterator[httpx2.Client]:
        """Yield a browser that has shown a key with these rights."""
        with httpx2.Client(base_url=self.url, timeout=30) as found:
            answer = found.post("/desk", headers={"Authorization": f"Bearer {key or self.key(*rights)}"})
            assert answer.json() == {"at": "/desk/main/"}
            yield found

    def open(self, client: httpx2.Client, account: str, due: Iterable[str]) -> None:
        """Open an account under the line agreement, with a bill of 100 for each day on which one is due."""
        client.post("/accounts", json={"account": account, "agreements": ["line"]}).raise_for_status()
        for number, day in enumerate(due):
            event = {
                "specversion": "1.0", "id": f"{account}-{number}", "source": "test", "type": "bill", "subject": account,
                "time": "2026-03-02T09:00:00+08:00", "data": {"amount": "100.00", "due": day},
            }  # fmt: skip
            kind = {"content-type": "application/cloudevents+json"}
            client.post("/events", json=event, headers=kind).raise_for_status()


@contextmanager
def with_service(folder: Path, text: str, accounts: dict[str, tuple[str, ...]]) -> Iterator[Served]:
    """Serve a line agreement, a desk over a folder that holds it, and accounts: name to the days of their bills."""
    home = folder / "contracts"
    (home / "line").mkdir(parents=True)
    (home / "line" / "line.contract").write_text(text, "utf-8")
    raw = {
        "store": str(folder / "store.db"), "port": 0,
        "tenants": {"main": {"contracts": ["given"], "desk": str(home)}},
    }  # fmt: skip
    kept = Documents(folder / "kept", Cache(None))
    running = Running(Config.model_validate(raw), {"main": {"line/line.contract": text}}, kept, "error")
    port = running.socket.getsockname()[1]
    running.before = lambda service: Desks(service, running.server, {"main": home}, CONTRACTS, port)
    listener = running.listener(grace_s=1)
    thread = threading.Thread(target=listener.run, kwargs={"sockets": [running.socket]}, daemon=True)
    thread.start()
    while not listener.started:
        time.sleep(0.01)
    found = Served(running, port)
    headers = {"Authorization": f"Bearer {found.key('record')}"}
    with httpx2.Client(base_url=found.url, headers=headers, timeout=30) as client:
        for name, due in accounts.items():
            found.open(client, name, due)
    yield found
    listener.should_exit = True
    thread.join()
