"""Synthetic telecom ledgers: seeded, with the skew, the seasons, the lateness and the repeats that real ones have.

Most accounts call little and pay in time; a few call much, some pay late, a few never. December and February have
more calls. Some events are recorded days later, and some are sent twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

FIRST = datetime(2025, 1, 2, 9, 0)
_BUSY = {12: 1.4, 2: 1.5, 7: 0.8}


def accounts(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table of accounts: agreement 1, two years, most of them consumers."""
    chance = random.Random(seed)
    for number in range(count):
        yield {
            "account": f"S-{number:07d}",
            "term": "2 years",
            "user.is_consumer": "yes" if chance.random() < 0.8 else "no",
        }


def events(count: int, months: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the events of that many accounts over some months, an account at a time, in no order."""
    for number in range(count):
        yield from _account(f"S-{number:07d}", months, random.Random(f"{seed}:{number}"))


def _account(name: str, months: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    calls_a_month = min(400, int(chance.paretovariate(1.2)))
    pays = chance.choices(("in time", "late", "never"), (0.86, 0.12, 0.02))[0]
    started = FIRST + timedelta(days=chance.randrange(20), minutes=chance.randrange(480))
    yield _event(name, "a", "sign", started, by="provider")
    yield _event(name, "b", "sign", started + timedelta(minutes=5), by="user")
    yield _event(name, "c", "activate_service", started + timedelta(hours=2))
    for month in range(1, months + 1):
        year, of = started.year + (started.month - 1 + month) // 12, (started.month - 1 + month) % 12 + 1
        billed = datetime(year, of, 1, 9, 0)
        period = (billed - timedelta(days=1)).strftime("%Y-%m")
        for call in range(int(calls_a_month * _BUSY.get(billed.month, 1.0))):
            at = billed - timedelta(minutes=chance.randrange(1, 27 * 24 * 60))
            row = _event(
                name, f"{period}c{call}", "place_call", max(at, started + timedelta(hours=3)), by="user"
            )
            yield row
            if chance.random() < 0.002:
                yield row
        due = date(year, of, 10)
        amount = f"{chance.randrange(2000, 12000) / 100:.2f}"
        yield _event(name, period, "invoice_issued", billed, period=period, amount=amount, due=str(due))
        late = chance.random() < {"in time": 0.01, "late": 0.5, "never": 1.0}[pays]
        if pays == "never" and month > 2:
            continue
        days = chance.randrange(12, 45) if late else chance.randrange(1, 9)
        paid = billed + timedelta(days=days, hours=chance.randrange(9))
        row = _event(name, f"{period}p", "pay", paid, by="user", amount=amount, bill=period)
        if chance.random() < 0.01:
            row["recorded_at"] = (paid + timedelta(days=chance.randrange(1, 6))).isoformat()
        yield row


def _event(account: str, id: str, name: str, at: datetime, **fields: Any) -> dict[str, Any]:
    return {"account": account, "id": id, "name": name, "at": at.isoformat(timespec="minutes"), **fields}
