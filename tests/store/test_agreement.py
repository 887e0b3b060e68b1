"""Every store answers as the one in memory does, whatever is done to it in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from engine.errors import StoreError
from engine.store import (
    AT_ONCE,
    ApiKey,
    Books,
    ContractRow,
    DecisionRow,
    Entry,
    Notice,
    Snapshot,
    Store,
    Subscription,
    open_store,
    recording,
)
from engine.store.memory import MemoryStore

NUMBERS = count()
# A name that sorts otherwise in many languages than by code point, one that is not there, and some that cannot be.
ACCOUNTS = ("a", "Z", "é", "账户", "missing", "", "nul\0", "\ud800")
NAMES = st.sampled_from((*ACCOUNTS[:1] * 8, *ACCOUNTS[1:3] * 2, *ACCOUNTS[3:]))
BODIES = st.sampled_from((b"{}", b"{}", b"\0\xff"))
INSTANTS = st.integers(-5, 40)
IDS = st.sampled_from((*("e1", "e2", "e3") * 4, "事件", "e\0"))
ENTRIES = st.lists(
    st.builds(tuple, st.tuples(st.sampled_from(("", "billing")), IDS, BODIES, INSTANTS, st.none() | BODIES)),
    max_size=4,
)
PEOPLE = st.sampled_from(("ann", "bob", ""))
VERSIONS = st.sampled_from((("voip-1", "1"), ("voip-1", "2"), ("sale", "1"), ("x", "\0")))
ENGINES = st.sampled_from(("0.1", "0.2"))


def told(act: Callable[[], Any]) -> Any:
    """Return what comes of an act: its value, or what it raises."""
    try:
        return act()
    except StoreError as wrong:
        return type(wrong), str(wrong)


class Agreement(RuleBasedStateMachine):
    """The same acts on both stores, in a tenant of this run's own beside another that stays as it is."""

    other: Store

    def __init__(self) -> None:
        super().__init__()
        self.tenant = f"tenant {next(NUMBERS)}"
        self.stores: tuple[Store, ...] = (MemoryStore(), self.other)
        self.beside = f"{self.tenant} beside"
        for store in self.stores:
            quiet = store.add_tenant(self.beside, 0)
            quiet.open_account("a", b"{}", 0)
            quiet.append("a", [Entry("billing", "e1", b"{}", 0)])
            books = store.add_tenant(self.tenant, 0)
            for name in ACCOUNTS[:3]:
                books.open_account(name, b"{}", 0)

    def on_both(self, act: Callable[[Store], Any]) -> Any:
        one, other = (told(partial(act, store)) for store in self.stores)
        assert one == other
        return one

    def both(self, act: Callable[[Books], Any]) -> Any:
        return self.on_both(lambda store: act(store.of(self.tenant)))

    # Ledgers

    @rule(account=NAMES, opening=BODIES, at=INSTANTS)
    def open_account(self, account: str, opening: bytes, at: int) -> None:
        self.both(lambda books: books.open_account(account, opening, at))

    @rule(account=NAMES, entries=ENTRIES, expected=st.none() | st.integers(0, 3))
    def append(self, account: str, entries: list[tuple[Any, ...]], expected: int | None) -> None:
        self.both(lambda books: books.append(account, [Entry(*each) for each in entries], expected))

    @rule(account=NAMES, one=ENTRIES, other=ENTRIES)
    def append_soon(self, account: str, one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> None:
        """Two batches that are on their way at the same time."""

        def act(books: Books) -> Any:
            made = []
            for each in (one, other):
                try:
                    made.append(books.append_soon(account, [Entry(*fields) for fields in each]))
                except StoreError:
                    continue
            return [told(each.result) for each in made]

        self.both(act)

    @rule(
        account=NAMES,
        after=st.integers(0, 3),
        until=st.none() | st.integers(0, 5),
        known=st.none() | INSTANTS,
    )
    def entries(self, account: str, after: int, until: int | None, known: int | None) -> None:
        self.both(lambda books: books.entries(account, after=after, until=until, known_at=known, limit=2))

    @rule(account=NAMES, revisions=st.none() | st.lists(st.integers(0, 4)))
    def erase(self, account: str, revisions: list[int] | None) -> None:
        self.both(lambda books: books.erase_personal(account, revisions))

    @rule(account=NAMES, engine=ENGINES, revision=st.integers(0, 9), content=BODIES)
    def snap(self, account: str, engine: str, revision: int, content: bytes) -> None:
        self.both(lambda books: books.keep_snapshot(account, Snapshot(engine, revision, content)))
        self.both(lambda books: books.snapshot(account, engine, revision - 1))

    # Contracts

    @rule(named=VERSIONS, texts=BODIES, by=PEOPLE)
    def propose(self, named: tuple[str, str], texts: bytes, by: str) -> None:
        def act(books: Books) -> Any:
            return books.propose(ContractRow(*named, texts, "t", "m", date(2027, 1, 1), b"{}", by, 7))

        self.both(act)

    @rule(named=VERSIONS, by=PEOPLE, at=INSTANTS)
    def approve(self, named: tuple[str, str], by: str, at: int) -> None:
        self.both(lambda books: books.approve(*named, by, at))

    @rule(named=VERSIONS, at=INSTANTS)
    def publish(self, named: tuple[str, str], at: int) -> None:
        self.both(lambda books: books.publish(*named, at))
        self.both(lambda books: books.contract(*named))

    # Decisions

    @rule(ids=st.lists(st.sampled_from(("d1", "d2", "d3", "d4")), max_size=3), answer=BODIES)
    def log(self, ids: list[str], answer: bytes) -> None:
        rows = [DecisionRow(each, "a", 1, 9, "0.1", b"?", answer) for each in ids]
        self.both(lambda books: books.log(rows).result())

    @rule(id=IDS | st.sampled_from(("d1", "d2")), after=st.integers(0, 3))
    def logged(self, id: str, after: int) -> None:
        self.both(lambda books: books.decision(id))
        self.both(lambda books: books.decisions(after, 2))
        self.both(lambda books: books.forget_decisions(after, 1))

    # Deadlines

    @rule(at=st.none() | INSTANTS, ids=st.lists(st.sampled_from(("n1", "n2", "n3")), max_size=3))
    def notify(self, at: int | None, ids: list[str]) -> None:
        """As whoever works out deadlines does: for the revision at which the account is."""
        row = self.stores[0].of(self.tenant).account("a")
        woken = row.wake_at if row.wake_at is not None else 7
        notices = [Notice(each, "a", 3 + place, b"{}") for place, each in enumerate(ids)]
        self.both(lambda books: books.notify("a", row.revision, woken, notices, at))

    @rule(account=NAMES, revision=st.integers(0, 3), at=st.none() | INSTANTS, outlook=st.none() | BODIES)
    def wake(self, account: str, revision: int, at: int | None, outlook: bytes | None) -> None:
        self.both(lambda books: books.wake(account, revision, at, outlook))
        self.both(lambda books: books.notify(account, revision + 1, 3, [Notice("n4", account, 3, b"{}")], at))

    @rule(id=st.sampled_from(("s1", "s2")), to=BODIES)
    def subscribe(self, id: str, to: bytes) -> None:
        self.both(lambda books: books.subscribe(Subscription(id, to, 4)))

    @rule(id=st.sampled_from(("s1", "s2", "s\0")))
    def unsubscribe(self, id: str) -> None:
        self.both(lambda books: books.unsubscribe(id, 8))

    @rule(now=st.integers(3, 60), wait=st.integers(0, 9), limit=st.integers(1, 3), fails=st.booleans())
    def deliver(self, now: int, wait: int, limit: int, fails: bool) -> None:
        found = self.both(lambda books: books.claim(now, now + wait, limit))
        for each in found[:1]:
            if fails:
                again = now + 1 if wait % 2 else None
                self.both(lambda books: books.retry(each.subscription.id, each.notice.id, again, "refused"))  # noqa: B023
            else:
                self.both(lambda books: books.delivered(each.subscription.id, each.notice.id))  # noqa: B023

    # Keys

    @rule(prefix=st.sampled_from(("k1", "k2")), of=st.booleans(), right=st.sampled_from(("ask", "record")))
    def add_key(self, prefix: str, of: bool, right: str) -> None:
        own = f"{self.tenant}/{prefix}"
        key = ApiKey(own, b"h", self.tenant if of else "nobody", "till", frozenset((right, "audit")), 1)
        self.on_both(lambda store: store.add_key(key))
        self.on_both(lambda store: store.key(own))

    @rule(prefix=st.sampled_from(("k1", "k2")), at=INSTANTS)
    def revoke_key(self, prefix: str, at: int) -> None:
        self.on_both(lambda store: store.revoke_key(f"{self.tenant}/{prefix}", at))

    # What must hold in the end

    def teardown(self) -> None:
        for known in range(-5, 40, 5):
            self.both(lambda books: books.entries("a", known_at=known))  # noqa: B023
        self.both(lambda books: books.claim(1 << 50, 1 << 51, 50))
        self.both(lambda books: [books.snapshot("a", engine) for engine in ("0.1", "0.2")])
        self.both(lambda books: books.accounts())
        self.both(lambda books: [books.entries(each.name) for each in books.accounts("", 2)])
        self.both(lambda books: books.contracts())
        self.both(lambda books: (books.notices(), books.notices(account="a"), books.undelivered()))
        self.both(
            lambda books: (
                books.subscriptions(),
                books.waking(30, 2),
                books.waking(30, 2, AT_ONCE),
                books.waking(30, 2, beyond="a"),
                books.decisions(),
            )
        )
        self.both(lambda books: fed(books, 2))
        self.on_both(lambda store: store.keys(self.tenant))
        audited = self.on_both(lambda store: [*store.audit(self.tenant), *store.audit(self.beside)])
        assert all(each.fault is None for each in audited)
        quiet = self.on_both(lambda store: fed(store.of(self.beside), 5))
        assert [each.id for each in quiet] == ["e1"]


def fed(books: Books, page: int) -> list[Any]:
    """Return the whole feed, page by page."""
    found, cursor = list[Any](), ""
    while (turned := books.feed(cursor, page)).rows:
        found += turned.rows
        cursor = turned.cursor
    assert turned.cursor == cursor
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, quick: Path) -> Iterator[Store]:
    """A store that keeps what it is given, a few entries as it does many."""
    if request.param == "sqlite":
        store = open_store(str(quick / "agreement.db"))
    else:
        store = open_store(request.getfixturevalue("postgres").database())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "FEW", 1)
        yield store
    store.close()


def _agreement(other: Store, examples: int, steps: int) -> None:
    machine = type("Agreement", (Agreement,), {"other": other})
    limits = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)


def test_every_store_agrees_with_memory(other: Store) -> None:
    _agreement(other, 15, 25)


@pytest.mark.soak
def test_every_store_agrees_with_memory_for_long(other: Store) -> None:
    _agreement(other, 2_000, 50)


def test_a_row_as_given_back_is_a_row_that_can_be_given(other: Store) -> None:
    """What a store returns is of the same types, so it can be sent again as it is."""
    books = other.add_tenant("again", 0)
    made = books.propose(ContractRow("voip-1", "1", b"{}", "t", "m", date(2027, 1, 1), b"{}", "ann", 7))
    assert books.propose(replace(made)) == made
    assert type(made.texts) is bytes
