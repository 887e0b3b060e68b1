"""How many events a second a store makes durable, and whether a long ledger is slower than a new one.

A writer thread of the store gathers what waits into one transaction (`engine/store/groupcommit.py`), so single events
are measured with many senders at once. Each figure is of wall time, for it is the disk that is waited for; beside it
stands what the same disk does with nothing but a write and an fsync.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from engine.store import Appended, Books, Entry, Snapshot, open_store
from tests.postgres import cluster, programs

ACCOUNTS = 200
IN_FLIGHT = 64
LONG = 100_000
Row = tuple[str, str, str]


def rows() -> list[Row]:
    """Return the figures of SQLite, and of PostgreSQL where it is installed."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        found += _disk(Path(folder))
        path = Path(folder) / "store.db"
        with _opened(str(path)) as books:
            found += _durable("SQLite", books, 8_000, 80, ("1,500 or more", "20,000 or more"))
            found += _long("SQLite", books, lambda: _size(Path(folder)))
    if programs() is not None:
        with cluster() as made, _opened(made.database()) as books:
            found += _durable("PostgreSQL", books, 3_000, 40, ("", ""))
    return found


@contextmanager
def _opened(address: str) -> Iterator[Books]:
    store = open_store(address)
    books = store.add_tenant("bench", 0)
    for n in range(ACCOUNTS):
        books.open_account(f"a{n}", b"{}", 0)
    yield books
    store.close()


def entry(id: str, n: int) -> Entry:
    """Return a payment as a service would send it, of about 150 bytes."""
    body = {"id": id, "name": "pay", "by": "user", "at": "2026-09-20T09:00:00+08:00", "amount": "100.00",
            "bill": f"INV-{n}", "note": "bank transfer, reference as on the bill"}  # fmt: skip
    return Entry("billing", id, json.dumps(body).encode(), n)


def _disk(folder: Path) -> list[Row]:
    """Write a page and wait for the disk, again and again."""
    file = os.open(folder / "page", os.O_CREAT | os.O_WRONLY)
    taken = []
    for _ in range(300):
        start = time.perf_counter()
        os.pwrite(file, b"x" * 4096, 0)
        os.fdatasync(file)
        taken.append(time.perf_counter() - start)
    os.close(file)
    return [
        (
            "a page to this disk and fdatasync, again and again",
            f"{1 / statistics.median(taken):,.0f}/s",
            "",
        )
    ]


def _durable(what: str, books: Books, singles: int, batches: int, wanted: tuple[str, str]) -> list[Row]:
    sent = [entry(f"s{n}", n) for n in range(singles)]
    waiting: deque[Future[Appended]] = deque()
    start, spent = time.perf_counter(), time.process_time()
    for n, each in enumerate(sent):
        waiting.append(books.append_soon(f"a{n % ACCOUNTS}", [each]))
        if len(waiting) >= IN_FLIGHT:
            waiting.popleft().result()
    for future in waiting:
        future.result()
    single, cpu = singles / (time.perf_counter() - start), (time.process_time() - spent) / singles
    sent_batches = [[entry(f"b{n}-{m}", m) for m in range(500)] for n in range(batches)]
    start, spent = time.perf_counter(), time.process_time()
    for n, some in enumerate(sent_batches):
        books.append(f"a{n % ACCOUNTS}", some)
    batch = 500 * batches / (time.perf_counter() - start)
    cpu_batch = (time.process_time() - spent) / 500 / batches
    return [
        (
            f"{what}: durable single events, {IN_FLIGHT} at a time, wall (CPU each)",
            f"{single:,.0f}/s ({cpu * 1e6:.0f} us)",
            wanted[0],
        ),
        (
            "  in batches of 500, one after another, wall (CPU each)",
            f"{batch:,.0f}/s ({cpu_batch * 1e6:.0f} us)",
            wanted[1],
        ),
    ]


def _long(what: str, books: Books, size: Callable[[], int]) -> list[Row]:
    """Compare an account of many events with a new one: the next event, and its snapshot with what came after it."""
    before = size()
    books.open_account("long", b"{}", 0)
    for n in range(LONG // 500):
        books.append("long", [entry(f"l{n}-{m}", n) for m in range(500)])
    each = (size() - before) / LONG
    books.keep_snapshot("long", Snapshot("0", LONG - 10, b"x" * 20_000))
    books.open_account("new", b"{}", 0)
    books.append("new", [entry(f"n{m}", m) for m in range(20)])
    books.keep_snapshot("new", Snapshot("0", 10, b"x" * 20_000))
    taken: dict[tuple[str, str], list[float]] = {}
    for turn in range(200):
        for account in ("long", "new"):
            start = time.perf_counter()
            books.append(account, [entry(f"{account}{turn}", turn)])
            middle = time.perf_counter()
            kept = books.snapshot(account, "0")
            assert kept is not None
            books.entries(account, after=kept.revision)
            taken.setdefault((account, "append"), []).append(middle - start)
            taken.setdefault((account, "read"), []).append(time.perf_counter() - middle)
    half = {key: statistics.median(times) for key, times in taken.items()}
    start = time.process_time()
    books.entries("long")
    read = LONG / (time.process_time() - start)
    return [
        (
            f"{what}: the next event of an account of {LONG:,} against a new one",
            f"x {half['long', 'append'] / half['new', 'append']:.2f}",
            "within 1.5",
        ),
        (
            "  its snapshot and what came after it",
            f"x {half['long', 'read'] / half['new', 'read']:.2f}",
            "within 1.5",
        ),
        ("  the whole ledger read, CPU", f"{read:,.0f} events/s", ""),
        (f"  on the disk, an event of {len(entry('l9-9', 9).body)} bytes takes", f"{each:,.0f} bytes", ""),
    ]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("store.db"))


if __name__ == "__main__":
    for row in rows():
        print(f"{row[0]:<78}  {row[1]:>22}  {row[2]}")
