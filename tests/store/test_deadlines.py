"""What time brings is noticed and told once, though the server that worked it out dies at any point."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store import AT_ONCE, Books, Entry, Notice, Store, Subscription, open_store
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, quick: Path) -> str:
    if request.param == "sqlite":
        return str(quick / f"{abs(hash(request.node.name))}-deadlines.db")
    postgres: Cluster = request.getfixturevalue("postgres")
    return postgres.database()


def notice(n: int) -> Notice:
    return Notice(f"n{n}", "a", n, b'{"breach": "4.1"}')


def waiting(books: Books, until: int) -> list[tuple[str, int | None]]:
    return [(each.name, each.wake_at) for each in books.waking(until)]


def test_an_account_whose_ledger_has_grown_is_looked_at_again(store: Store) -> None:
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    assert waiting(books, 0) == [("a", AT_ONCE)]
    assert books.wake("a", 0, 100)
    assert waiting(books, 99) == []
    books.append("a", [Entry("billing", "e1", b"{}", 50)])
    assert not books.wake("a", 0, 200), "what was worked out before the event is not taken"
    assert waiting(books, 99) == [("a", AT_ONCE)]
    books.append("a", [Entry("billing", "e1", b"{}", 50)])
    assert books.wake("a", 1, None)
    assert waiting(books, 1 << 60) == []


def test_what_was_told_of_an_account_is_found_by_the_instants_that_it_is_about(store: Store) -> None:
    books = store.add_tenant("acme", 0)
    for name in ("a", "b"):
        books.open_account(name, b"{}", 5)
        books.wake(name, 0, 10)
    assert books.notify("a", 0, 10, [notice(9), notice(7), notice(8)], None)
    assert books.notify("b", 0, 10, [Notice("b8", "b", 8, b"{}")], None)
    assert [each.id for each in books.told("a", 8)] == ["n9", "n8"]
    assert books.told("nobody", 0) == []
    assert books.told("no\0body", 0) == []


def test_what_was_noticed_is_told_once_after_a_restart_too(place: str) -> None:
    store = open_store(place)
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    for id in ("shop", "ledger"):
        books.subscribe(Subscription(id, b"{}", 6))
    books.wake("a", 0, 10)
    assert books.notify("a", 0, 10, [notice(8), notice(10)], 20)
    # One subscriber is told of one notice; the server dies while it tells the others.
    (first, *_) = books.claim(10, 60, 1)
    books.delivered(first.subscription.id, first.notice.id)
    assert len(books.claim(10, 60, 1)) == 1
    store.close()

    store = open_store(place)
    books = store.of("acme")
    assert not books.notify("a", 0, 10, [notice(8), notice(10)], 20), "another was first"
    assert [each.id for each in books.notices()] == ["n8", "n10"]
    # What was being told is told again once its time is over, the rest at once.
    told = [(each.subscription.id, each.notice.id) for each in books.claim(11, 70)]
    told += [(each.subscription.id, each.notice.id) for each in books.claim(60, 70)]
    every = {(to, which) for to in ("shop", "ledger") for which in ("n8", "n10")}
    assert sorted(told) == sorted(every - {(first.subscription.id, first.notice.id)})
    # Worked out again after a late event, what was noticed before is not noticed anew.
    books.append("a", [Entry("billing", "e1", b"{}", 15)])
    assert books.notify("a", 1, AT_ONCE, [notice(8), notice(9)], None)
    assert [each.id for each in books.notices()] == ["n8", "n10", "n9"]
    assert [each.notice.id for each in books.claim(69, 80)] == ["n9", "n9"]
    store.close()


def test_a_subscriber_that_cannot_be_told_is_kept_for_people_to_see(store: Store) -> None:
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    books.subscribe(Subscription("shop", b"{}", 6))
    books.notify("a", 0, AT_ONCE, [notice(8)], None)
    assert len(books.claim(8, 20)) == 1
    books.retry("shop", "n8", 30, "connection refused")
    assert books.claim(29, 40) == []
    assert [(each.tries, each.reason) for each in books.claim(30, 40)] == [(1, "connection refused")]
    books.retry("shop", "n8", None, "410 Gone")
    assert books.claim(1 << 60, 1 << 61) == []
    assert [(each.tries, each.reason) for each in books.undelivered()] == [(2, "410 Gone")]
    books.unsubscribe("shop", 50)
    assert books.undelivered() == []


def test_what_is_due_to_one_subscriber_is_taken_apart(store: Store) -> None:
    books = store.add_tenant("acme", 0)
    books.open_account("a", b"{}", 5)
    for id in ("shop", "ledger"):
        books.subscribe(Subscription(id, b"{}", 6))
    assert books.due_to(1 << 60) == []
    books.notify("a", 0, AT_ONCE, [notice(8), notice(10)], None)
    assert books.due_to(7) == []
    assert books.due_to(8) == ["ledger", "shop"]
    assert {each.subscription.id for each in books.claim(10, 60, to="shop")} == {"shop"}
    assert books.due_to(10) == ["ledger"]
    assert books.claim(10, 60, to="nobody\0") == []
