"""What time brings is told once and at its instant, whichever of two servers is killed, or goes by another clock."""

from __future__ import annotations

import json
import random
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from contractclient import Event

from contractlang.cache import Cache
from engine.canonical import canonical
from engine.dates import iso
from engine.event import Instant
from engine.kept import Documents, account_of, published
from engine.service.late import not_taken_back
from engine.service.outlook import looked_at
from engine.service.passing import passed
from engine.store import AccountRow, Books, Notice, open_store
from tests.postgres import Cluster
from tests.service.hastened import hastened
from tests.service.killing import (
    ACCOUNTS,
    LONG_AGO,
    Callers,
    Killable,
    check_kept,
    kill_either,
    open_accounts,
    what_it_said,
)
from tests.service.test_killed import KILLS
from tests.service.test_two_servers import soon

FIRST_DUE, MONTHS = date(2026, 4, 15), 3_000
PAUSE_S = 0.05


def bills(base: str) -> list[Event]:
    """Return the event that belongs to a name: a bill that falls due on some day to come, a payment on one, a call."""
    writer, number = map(int, base.split("-"))
    chance = zlib.crc32(base.encode())
    account, at = ACCOUNTS[writer % 3], (LONG_AGO + timedelta(seconds=chance % 9_999)).isoformat()
    month, paid = 300 * writer + number, number - random.Random(base).choice((1, 2, 5, 6, 41, 42))
    if _is_bill(number) and month < MONTHS:
        due = FIRST_DUE + timedelta(days=37 * month % (60, 450)[chance % 2])
        period = f"{1_950 + month // 12}-{month % 12 + 1:02}"
        return [
            Event(
                account,
                "invoice_issued",
                "test",
                at,
                {"period": period, "amount": "10.00", "due": f"{due}"},
                base,
            )
        ]
    if number % 4 == 2 and paid >= 0 and _is_bill(paid):
        amount = ("10.00", "10.00", "4.00")[chance % 3]
        return [Event(account, "pay", "test", at, {"amount": amount, "bill": f"{writer}-{paid}"}, base)]
    return [Event(account, "place_call", "test", at, {"by": "user", "to": base}, base)]


def _is_bill(number: int) -> bool:
    return number % 4 < 2


def must_be_told(books: Books, folder: Path) -> int:
    """Hold what was told and not taken back against what the engine computes of all that is known; return how much."""
    programs = Documents(folder / "documents", Cache(folder / "cache")).of(
        published(books.contracts(), 2**60)
    )
    count = 0
    for name in ACCOUNTS:
        row = books.account(name)
        looked = looked_at(row)
        account = account_of(row.opening, books.entries(name), programs)
        due = {
            (at, canonical(each))
            for at, changes in passed(account, row.opened_at + 1, looked.since)
            for each in changes
        }
        rows = _all_told(books, name)
        told = {key for key in not_taken_back(rows) if key[0] <= looked.since}
        assert len(not_taken_back(rows)) == sum(-1 if _takes_back(each) else 1 for each in rows), "told twice"
        assert (_put(due - told), _put(told - due)) == ([], []), f"account {name}: not told, told wrongly"
        count += len(told)
    return count


def is_looked_at(row: AccountRow) -> bool:
    """Tell whether what time had brought was told for an account, its last entry taken into account."""
    return looked_at(row).head == row.head


def _all_told(books: Books, name: str) -> list[Notice]:
    found, number = list[Notice](), 0
    while page := books.notices(number, 1_000, name):
        found += page
        number = page[-1].number
    assert len({each.id for each in found}) == len(found)
    return found


def _takes_back(notice: Notice) -> bool:
    return "taken_back" in json.loads(notice.content)


def _put(keys: set[tuple[Instant, bytes]]) -> list[tuple[str, str]]:
    return sorted((iso(at), change.decode()) for at, change in keys)


def told_by_two(address: str, folder: Path, times: int) -> int:
    """Have time pass while two servers are killed; return how much was told and stands."""
    clock = hastened()
    with (
        what_it_said(folder),
        Killable(address, folder, "durable", clock) as one,
        Killable(address, folder, "durable", clock) as other,
    ):
        open_accounts(one, other)
        callers = Callers(one, other, batch=bills, pause_s=PAUSE_S)
        with callers.at_work():
            kill_either(callers, one, other, times, 2)
        store = open_store(address)
        try:
            check_kept(store, callers)
            books = store.of("main")
            soon(lambda: all(map(is_looked_at, map(books.account, ACCOUNTS))), 60)
            return must_be_told(books, folder)
        finally:
            store.close()


def test_what_time_brings_is_told_once_by_two_servers(postgres: Cluster, tmp_path: Path) -> None:
    assert told_by_two(postgres.database(), tmp_path, 3) > 0


@pytest.mark.soak
def test_what_time_brings_is_told_once_by_two_servers_that_are_killed_often(
    postgres: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told_by_two(postgres.database(), tmp_path, KILLS // 3)
    with capsys.disabled():
        print(
            f"\ntwo servers on PostgreSQL, one killed {KILLS // 3} times, {found:,} notices, each told once"
        )
    assert found > 50
