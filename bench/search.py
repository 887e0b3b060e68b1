"""On which of 100,000 accounts may the service be suspended today: page by page, over HTTP, from an embedded store.

The accounts are put into the store before a server starts, and it works out in the background what may be done on each
until something changes (`engine/service/outlook.py`). The searches are asked of another, started after it: about today,
which that tells; about a day long ago, for which every account is read and derived; and each of them again when nothing
has changed, and when one account in a hundred has a new event. Memory is that of the server's process.

    python -m bench.search 100000
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.service import JSON, KEY, MANY, Process, Row, configured, event, life
from engine.canonical import canonical
from engine.service.clock import now
from engine.service.cloudevents import sent
from engine.store import Entry, Wanted, open_store

ACCOUNTS = 100_000
AT_A_TIME, AT_ONCE = 1_000, 64
PAGE = 1_000
CHANGED = 100
"""One in so many has a new event before the third search."""
OPENING = canonical(
    {"type": "account", "agreements": ["voip-1@1"], "layers": ["contract"], "settings": {"有效期": "2年"}}
)
SEARCH, THEN = "/access/v1/search/resource", "2026-05-04T10:00"


def filled(path: Path, accounts: int, most: float = float("inf")) -> bool:
    """Put accounts into a store, or more of them; a third are in arrears. Tell whether all are there in so many s."""
    store = open_store(str(path))
    books = store.add_tenant("main", now())
    begun, there = time.monotonic(), 0
    while some := books.accounts(f"a{there - 1:06}" if there else "", AT_A_TIME):
        there += len(some)
    with ThreadPoolExecutor(AT_ONCE) as opening:
        for start in range(there, accounts, AT_A_TIME):
            if time.monotonic() - begun > most:
                return False
            numbers = range(start, min(start + AT_A_TIME, accounts))
            # Opened together, so that they are made durable together.
            list(opening.map(lambda n: books.open_account(f"a{n:06}", OPENING, now()), numbers))
            wanted = []
            for number in numbers:
                found, _ = sent(MANY, {}, life(f"a{number:06}", number % 3 == 0), 10)
                entries = [Entry(each.source, each.id, each.body, now(), None) for each in found]
                wanted.append(Wanted(f"a{number:06}", entries))
            books.append_all_soon(wanted).result()
    store.close()
    return True


def foreseen(server: Process, path: Path) -> float:
    """Wait until all accounts of a store are planned; return the CPU seconds that this took the server."""
    with closing(sqlite3.connect(path)) as file:
        while file.execute("SELECT count(*) FROM accounts WHERE outlook IS NULL").fetchone()[0]:
            time.sleep(0.5)
    return server.cpu()


def resident(server: Process) -> float:
    """Return the memory that a server's process holds, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def post(server: Process, path: str, body: Any, kind: str = JSON) -> Any:
    """Send JSON, return what is answered."""
    head = {"Content-Type": kind, "Authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", json.dumps(body).encode(), head)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def searched(server: Process, most: float = float("inf"), **context: str) -> dict[str, float]:
    """Search from the first page to the last, or for so many seconds."""
    asked = {
        "subject": {"type": "party", "id": "provider"}, "action": {"name": "suspend_service"},
        "resource": {"type": "account"}, "context": context, "page": {"limit": PAGE},
    }  # fmt: skip
    begun, cpu, first, pages, found, longest = time.perf_counter(), server.cpu(), 0.0, 0, 0, 0.0
    while True:
        at = time.perf_counter()
        told = post(server, SEARCH, asked)
        pages, found = pages + 1, found + len(told["results"])
        longest = max(longest, time.perf_counter() - at)
        first = first or time.perf_counter() - begun
        token = told["page"]["next_token"]
        if not token or time.perf_counter() - begun > most:
            break
        asked["page"] = {"limit": PAGE, "token": token}
    return {
        "wall": time.perf_counter() - begun, "cpu": server.cpu() - cpu, "first": first, "pages": pages,
        "found": found, "longest": longest, "mb": resident(server),
    }  # fmt: skip


def rows(accounts: int = ACCOUNTS) -> list[Row]:
    """Return the figures of searches, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder) / "store.db", accounts)
        with configured(Path(folder), "off") as server:
            planned = foreseen(server, Path(folder) / "store.db")
        with configured(Path(folder), "off") as server:
            before = resident(server)
            today, same_day = searched(server), searched(server)
            cold, warm = searched(server, as_of=THEN), searched(server, as_of=THEN)
            late = [
                event(f"a{n:06}", "late", "place_call", "05-02T10:00:00", by="user", to="10010")
                for n in range(0, accounts, CHANGED)
            ]
            for start in range(0, len(late), 500):
                post(server, "/events", late[start : start + 500], MANY)
            changed, again = searched(server), searched(server, as_of=THEN)
    every = [today, same_day, cold, warm, changed, again]
    if any(each["found"] != -(-accounts // 3) for each in every):
        raise SystemExit(f"the searches differ: {every}")
    return [
        _row(f"search over {accounts:,} accounts, about today, after a restart", today, accounts),
        ("  to plan them, in the background: CPU each", f"{1e6 * planned / accounts:,.0f} us", ""),
        _row("  about today once more, nothing changed", same_day, accounts),
        _row(f"  about today, one in {CHANGED} has a new event", changed, accounts),
        _row("  about another day, none read yet", cold, accounts),
        _row("  about that day once more, nothing changed", warm, accounts),
        _row(f"  about that day, one in {CHANGED} has a new event", again, accounts),
        ("  memory of the server before and after", f"{before:,.0f}, {again['mb']:,.0f} MB", ""),
    ]


def _row(name: str, one: dict[str, float], accounts: int) -> Row:
    pages = f"{one['pages']:,} pages, the longest {one['longest']:.1f} s"
    return (
        name,
        f"{one['wall']:,.1f} s ({1e6 * one['cpu'] / accounts:,.0f} us)",
        f"{one['found']:,} found; page 1 in {one['first']:.2f} s, {pages}",
    )


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if sys.argv[1:] else ACCOUNTS):
        print(f"{row[0]:<58}  {row[1]:>22}  {row[2]}")
