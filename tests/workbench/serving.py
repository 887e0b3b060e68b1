"""A desk over a folder, listening in a thread, and what can be asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from engine.workbench.running import HOST, Running

CONTRACTS = Path(__file__).parents[2] / "contracts"
TODAY = date(2026, 11, 25)


@contextmanager
def desk(root: Path, before: str = "") -> Iterator[str]:
    """Yield the address of a desk over a folder; one that was there `before` is taken again."""
    host, _, word = (before or f"http://{HOST}:0/").removeprefix("http://").rstrip("/").partition("/")
    running = Running(root, CONTRACTS, lambda: TODAY, int(host.partition(":")[2]), word)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield running.address
    running.listener.should_exit = True
    thread.join()


def ask(address: str, what: str, /, **given: Any) -> httpx2.Response:
    """Ask the desk something, as its page does."""
    return httpx2.post(f"{address}api/{what}", json=given, timeout=60)
