"""Many writers in a process that is going to be killed, and what must be true of what they leave behind.

What is written is a function of its name, so that any process can send it again: `write` sends, and notes what was
acknowledged in a file; `check` holds the store against those notes.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import zlib
from collections import Counter
from pathlib import Path
from threading import Thread

from engine.errors import Unavailable
from engine.store import Books, Entry, Store, open_store

WRITERS = 8
ACCOUNTS = ("a", "b", "c")


def batch(base: str) -> tuple[str, list[Entry]]:
    """Return the account and the entries that belong to a name: one, or five that stand or fall together."""
    chance = zlib.crc32(base.encode())
    ids = [f"{base}/{part}" for part in range(5)] if chance % 4 == 0 else [base]
    personal = b'{"name": "x"}' if chance % 3 == 0 else None
    return ACCOUNTS[chance % 7 % 3], [
        Entry("test", each, each.encode() * 9, chance % 99, personal) for each in ids
    ]


def prepare(address: str) -> None:
    """Make the store that is to be written to."""
    store = open_store(address)
    books = store.add_tenant("acme", 0)
    for account in ACCOUNTS:
        books.open_account(account, b"{}", 0)
    store.close()


def write(books: Books, notes: int, turn: int, writer: int, most: int) -> None:
    """Send, and send again what this turn and earlier ones have sent; note each answer before the next is sent."""
    chosen = random.Random(f"{turn} {writer}")
    for n in range(most):
        bases = [f"{turn}-{writer}-{n}"]
        if chosen.random() < 0.4:
            bases.append(f"{chosen.randint(0, turn)}-{chosen.randrange(WRITERS)}-{chosen.randint(0, n)}")
        for base in bases:
            account, entries = batch(base)
            while True:
                try:
                    found = books.append(account, entries)
                    break
                except Unavailable:
                    continue
            told = " ".join(map(str, found.revisions))
            os.write(notes, f"{base} {told}\n".encode())


def check(store: Store, notes: Path) -> int:
    """Hold the store against what was acknowledged; return how many entries were."""
    books = store.of("acme")
    kept = {each.id: each for account in ACCOUNTS for each in books.entries(account)}
    acknowledged = 0
    for line in notes.read_text().splitlines():
        base, *revisions = line.split()
        account, entries = batch(base)
        for entry, revision in zip(entries, revisions, strict=True):
            there = kept[entry.id]
            assert (there.account, there.revision) == (account, int(revision)), (
                "acknowledged, and not kept so"
            )
            acknowledged += 1
    for id, there in kept.items():
        account, entries = batch(id.partition("/")[0])
        assert account == there.account
        assert [kept[each.id].body for each in entries] == [each.body for each in entries], (
            "half of a batch is there"
        )
        assert [kept[each.id].personal for each in entries] == [each.personal for each in entries]
    assert sum(books.account(account).revision for account in ACCOUNTS) == len(kept), (
        "an event was counted twice"
    )
    assert [each.fault for each in store.audit()] == [None] * len(ACCOUNTS)
    fed, cursor = Counter[str](), ""
    while (page := books.feed(cursor)).rows:
        fed.update(each.id for each in page.rows)
        cursor = page.cursor
    assert fed == Counter(kept.keys())
    return acknowledged


def main(address: str, notes: str) -> None:
    """For each line `turn` read, make a process that writes until it is killed, and print its number."""
    # Read once, and not by every process anew.
    for module in ("sqlite", "postgres", "sql"):
        importlib.import_module(f"engine.store.{module}")
    for line in sys.stdin:
        child = os.fork()
        if child:
            print(child, flush=True)
            os.waitpid(child, 0)
            print("gone", flush=True)
            continue
        noted = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        books = open_store(address).of("acme")
        threads = [Thread(target=write, args=(books, noted, int(line), n, 10**9)) for n in range(WRITERS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
