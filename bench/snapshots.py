"""The first question about an account of 100,000 events after a restart, with and without its snapshot.

CPU time from the store to the answer: the account read, brought to now, asked once. Beside it stands an account that
was opened yesterday.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.accounts import ROOT, ledger
from contractlang.cache import Cache
from engine.dates import iso
from engine.event import Event
from engine.kept import Documents
from engine.question import May
from engine.service.held import Accounts, Held
from engine.service.library import Library
from engine.service.openings import opening_from
from engine.store import Entry, open_store

LONG = 100_000
NEW = 10
Row = tuple[str, str, str]


def body_of(fact: Event) -> bytes:
    """Return an event as a ledger writes it."""
    fields = {name: _plain(name, value) for name, value in fact.fields.items()}
    said = {
        "name": fact.name,
        "by": fact.actor,
        "at": iso(fact.effect_at),
        "sequence": fact.sequence,
        **fields,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value / 100:.2f}" if name == "amount" else value


def rows() -> list[Row]:
    """Return the figures, for an account in good standing and for one in arrears: calls each day, a bill a month."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"{folder}/store.db")
        books = store.add_tenant("main", 0)
        texts = {
            f"{each.parent.name}/{each.name}": each.read_text("utf-8")
            for part in ("voip-1", "vocabulary")
            for each in sorted((ROOT / part).rglob("*.contract"))
        }
        library = Library(books, Documents(Path(folder) / "documents", Cache(None)))
        library.configure(texts, 0)
        raw = {"agreements": ["voip-1"], "settings": {"有效期": "60年"}}
        opening, _ = opening_from(library, raw, 0)
        for name, events in (
            ("new", ledger(NEW)),
            ("good", ledger(LONG)),
            ("arrears", ledger(LONG, unpaid=True)),
        ):
            books.open_account(name, opening, 0)
            made = [
                Entry("bench", f"{name}-{each.id}", _about(name, each), each.effect_at) for each in events
            ]
            for start in range(0, len(made), 10_000):
                books.append(name, made[start : start + 10_000])

        def asked(name: str) -> tuple[float, Held]:
            accounts = Accounts(books, library, 10)
            begun = time.process_time()
            held = accounts.read(name)
            held.account.decide(May("provider", "suspend_service", held.recorded_at + 1))
            return time.process_time() - begun, held

        asked("new")
        new = min(asked("new")[0] for _ in range(5))
        found: list[Row] = [("first question about an account of 10 events", f"{1000 * new:.1f} ms", "")]
        for name, what in (("good", "in good standing"), ("arrears", "in arrears")):
            whole, held = asked(name)
            held.account.latest()
            begun = time.process_time()
            Accounts(books, library, 1).snap(held, held.account, held.past_now(), held.head, held.recorded_at)
            spent = time.process_time() - begun
            short = min(asked(name)[0] for _ in range(3))
            found += [
                (
                    f"  of {LONG:,} ({what}), by its snapshot",
                    f"{1000 * short:.1f} ms",
                    "as quick as a new one",
                ),
                ("    without one; making one", f"{whole:.1f} s; {1000 * spent:.0f} ms", ""),
            ]
        store.close()
    return found


def _about(account: str, fact: Event) -> bytes:
    """Return the body of an event, with what it refers to called as this account calls it."""
    body = json.loads(body_of(fact))
    for name in ("bill", "complaint"):
        if name in body:
            body[name] = f"{account}-{body[name]}"
    return json.dumps(body, ensure_ascii=False).encode()


if __name__ == "__main__":
    for row in rows():
        print(f"{row[0]:<72}  {row[1]:>22}  {row[2]}")
