"""Several servers on one database are as one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from engine.errors import NoStore, StoreError
from engine.store import (
    Approval,
    Books,
    ContractRow,
    DecisionRow,
    Entry,
    EntryRow,
    Notice,
    Store,
    Subscription,
    groupcommit,
    open_store,
)
from tests.postgres import Cluster
from tests.store.test_agreement import fed

SERVERS = 4
ACCOUNTS = [str(number) for number in range(8)]
NUMBERS = count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, quick: Path) -> Iterator[list[Store]]:
    """A database without tables, opened by several servers at the same moment."""
    if request.param == "sqlite":
        place = str(quick / "several.db")
    else:
        postgres: Cluster = request.getfixturevalue("postgres")
        place = postgres.database()
    with ThreadPoolExecutor(SERVERS) as pool:
        opened = list(pool.map(open_store, [place] * SERVERS))
    yield opened
    for store in opened:
        store.close()


@pytest.fixture
def servers(stores: list[Store]) -> list[Books]:
    """The books of a tenant of this test's own, of each server, with the accounts `a` and `b`."""
    tenant = f"tenant {next(NUMBERS)}"
    at_once(stores, lambda store: store.add_tenant(tenant, 0))
    for account in ("a", "b"):
        stores[0].of(tenant).open_account(account, b"{}", 5)
    return [store.of(tenant) for store in stores]


def entry(id: str, body: bytes = b"{}") -> Entry:
    return Entry("billing", id, body, 10)


def at_once(servers: Sequence[Any], act: Callable[[Any], Any]) -> list[Any]:
    """Have every server do the same at the same moment; return what comes of it, refusals too."""
    barrier = Barrier(len(servers))

    def one(server: Any) -> Any:
        barrier.wait()
        try:
            return act(server)
        except StoreError as wrong:
            return wrong

    with ThreadPoolExecutor(len(servers)) as pool:
        return list(pool.map(one, servers))


def test_first_sends_at_once_are_one_event(servers: list[Books]) -> None:
    for n in range(8):
        found = at_once(servers, lambda books: books.append("a", [entry(f"e{n}"), entry(f"f{n}")]))  # noqa: B023
        assert {each.revisions for each in found} == {(2 * n + 1, 2 * n + 2)}
        assert sorted(each.fresh for each in found) == [(False, False)] * (SERVERS - 1) + [(True, True)]
    assert servers[0].account("a").revision == 16


def test_of_other_contents_sent_at_once_one_is_recorded(servers: list[Books]) -> None:
    for n in range(8):
        accounts = iter(("a", "b", "a", "b"))
        sent = [(books, next(accounts), b"%d" % place) for place, books in enumerate(servers)]
        found = at_once(sent, lambda one: one[0].append(one[1], [entry(f"e{n}", one[2])]))  # noqa: B023
        assert sorted(type(each).__name__ for each in found) == ["Appended"] + ["Conflict"] * (SERVERS - 1)
    assert len(fed(servers[0], 7)) == 8


def test_of_those_who_expect_one_revision_one_is_recorded(servers: list[Books]) -> None:
    for n in range(10):
        sent = [(books, f"e{n}-{place}") for place, books in enumerate(servers)]
        found = at_once(sent, lambda one: one[0].append("a", [entry(one[1])], expected=n))  # noqa: B023
        assert sorted(type(each).__name__ for each in found) == ["Appended"] + ["Stale"] * (SERVERS - 1)


def test_what_is_made_at_once_is_made_once(servers: list[Books]) -> None:
    assert (
        len({each.head for each in at_once(servers, lambda books: books.open_account("new", b"{}", 1))}) == 1
    )
    row = ContractRow("voip-1", "1", b"{}", "t", "m", date(2027, 1, 1), b"{}", "ann", 7)
    assert at_once(servers, lambda books: books.propose(row)) == [row] * SERVERS
    at_once(servers, lambda books: books.approve("voip-1", "1", "bob", 8))
    assert servers[0].contract("voip-1", "1").approvals == (Approval("bob", 8),)
    answers = [DecisionRow(f"d{n % 3}", "a", 1, 9, "0.1", b"?", b"!") for n in range(12)]
    at_once(servers, lambda books: books.log(answers).result())
    assert [each.number for each in servers[0].decisions()] == [1, 2, 3]


def test_what_time_brings_is_told_once(servers: list[Books]) -> None:
    for id in ("s1", "s2"):
        servers[0].subscribe(Subscription(id, b"{}", 4))
    for n in range(10):
        servers[0].wake("a", 0, n)
        notices = [Notice(f"n{n}", "a", n, b"{}")]
        told = at_once(servers, lambda books: books.notify("a", 0, n, notices, n + 1))  # noqa: B023
        assert sorted(told) == [False] * (SERVERS - 1) + [True]
    claimed = [each for found in at_once(servers, lambda books: books.claim(99, 200, 50)) for each in found]
    assert len(claimed) == 20
    assert len({(each.subscription.id, each.notice.id) for each in claimed}) == 20
    assert at_once(servers, lambda books: books.claim(99, 300, 50)) == [[]] * SERVERS


def test_the_feed_misses_nothing_while_many_write(servers: list[Books]) -> None:
    def write(books: Books, name: str) -> None:
        for n in range(40):
            books.append("a" if n % 2 else "b", [entry(f"{name}-{n}-{part}") for part in range(1 + n % 3)])

    threads = [
        Thread(target=write, args=(books, f"w{n}")) for n, books in enumerate([*servers[1:], *servers[1:]])
    ]
    for each in threads:
        each.start()
    found, cursor = list[EntryRow](), ""
    while any(each.is_alive() for each in threads) or servers[0].feed(cursor).rows:
        page = servers[0].feed(cursor, 5)
        found += page.rows
        cursor = page.cursor
    for name in ("a", "b"):
        assert [each for each in found if each.account == name] == servers[0].entries(name)


# PostgreSQL alone ------------------------------------------------------------------------------------------


@contextmanager
def books_at(address: str) -> Iterator[Books]:
    """Open a store, and close it."""
    store = open_store(address)
    try:
        books = store.add_tenant("acme", 0)
        books.open_account("a", b"{}", 5)
        yield books
    finally:
        store.close()


@contextmanager
def as_operator(address: str) -> Iterator[Connection]:
    """A transaction past the store."""
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as conn:
        yield conn
    engine.dispose()


def test_a_database_that_is_no_store_is_let_go(postgres: Cluster) -> None:
    address = postgres.database()
    with pytest.raises(NoStore):
        open_store(address, create=False)
    with as_operator(address) as conn:
        there = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert conn.execute(text(there)).scalar() == 1


def test_the_feed_ends_before_what_may_still_come(postgres: Cluster) -> None:
    """A row that was numbered first and is committed last would be missed by whoever had read beyond it."""
    address = postgres.database()
    with books_at(address) as books:
        with as_operator(address) as slow:
            slow.execute(text("INSERT INTO tenants (name, made_at) VALUES ('slow', 0)"))
            books.append("a", [entry("e1")])
            assert books.feed().rows == ()
            assert [each.id for each in books.entries("a")] == ["e1"]
        assert [each.id for each in books.feed().rows] == ["e1"]


@pytest.mark.parametrize(
    "restored",
    [
        "UPDATE clusters SET identifier = 'another'",
        "ALTER TABLE entries DISABLE TRIGGER ALL; UPDATE entries SET written = written + 1000000000",
    ],
    ids=["another cluster", "fewer transactions"],
)
def test_a_dump_that_was_restored_elsewhere_is_fed_on(postgres: Cluster, restored: str) -> None:
    """Another cluster counts its transactions from elsewhere; what was fed before keeps its place."""
    address = postgres.database()
    with books_at(address) as books:
        books.append("a", [entry("e1"), entry("e2")])
        cursor = books.feed(limit=1).cursor
    with as_operator(address) as conn:
        conn.execute(text(restored))
    with books_at(address) as books:
        books.append("a", [entry("e3")])
        assert [each.id for each in books.feed(limit=10).rows] == ["e1", "e2", "e3"]
        if "clusters" in restored:
            assert [each.id for each in books.feed(cursor).rows] == ["e2", "e3"]


def test_servers_that_record_log_and_tell_at_once_wait_for_nobody_in_a_circle(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL breaks a circle after a second, and meanwhile nobody else writes either."""
    failed, passes = list[str | None](), groupcommit._passes

    def noted(wrong: DBAPIError) -> bool:
        failed.append(getattr(wrong.orig, "sqlstate", None))
        return passes(wrong)

    monkeypatch.setattr(groupcommit, "_passes", noted)
    address = postgres.database()
    stores = [open_store(address) for _ in range(2)]
    servers = [each.add_tenant("acme", 0) for each in stores]
    for name in ACCOUNTS:
        servers[0].open_account(name, b"{}", 5)

    def log(books: Books, own: str, number: int) -> None:
        books.log([DecisionRow(f"{own}-{number}", "0", 1, 9, "0.1", b"?", b"!")]).result()

    def record(books: Books, own: str, number: int) -> None:
        books.append(ACCOUNTS[number % 8], [entry(f"{own}-{number}")])

    def tell(books: Books, own: str, number: int) -> None:
        row = books.account(ACCOUNTS[number % 8])
        notices = [Notice(f"{own}-{number}", row.name, 9, b"{}")]
        books.notify(row.name, row.revision, row.wake_at or 0, notices, 0)

    def work(books: Books, act: Callable[[Books, str, int], None], own: str) -> None:
        chosen = random.Random(own)
        for number in range(60):
            act(books, own, 8 * number + chosen.randrange(8))

    acts = (log, record, tell)
    threads = [
        Thread(target=work, args=(books, act, f"{place}{act.__name__}{turn}"))
        for place, books in enumerate(servers) for act in acts for turn in range(2)
    ]  # fmt: skip
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for store in stores:
        store.close()
    assert "40P01" not in failed
