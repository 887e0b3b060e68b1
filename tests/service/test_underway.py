"""Batches are checked and sent while others wait for the disk, and nothing comes of it but time.

Each event counts once and in order, what rests on something that is not kept is not kept either, and memory is as the
store.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from engine.service.clock import now
from engine.service.held import Held
from engine.store import Entry, Store, Wanted, open_store
from tests.service.inprocess import BATCH, InProcess, Said, in_process
from tests.service.serving import CONTRACTS, event, texts_of

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
OPENED = {"agreements": ["voip-1"]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store.db"))


@pytest.fixture
def service(tmp_path: Path, store: Store) -> Iterator[InProcess]:
    with in_process(tmp_path, TEXTS, store, log_decisions="off") as found:
        for account in "abc":
            assert found.post("/accounts", {"account": account, **OPENED}).status == 200
        yield found


@contextmanager
def busy(store: Store) -> Iterator[Event]:
    """Have the store's writer wait until it is told that it may go on."""
    free = Event()
    store._database.writer().act(lambda _: free.wait(20))  # type: ignore[attr-defined]
    try:
        yield free
    finally:
        free.set()


def held(service: InProcess, account: str) -> Held:
    found = service.server.tenants["main"].accounts.here(account)
    assert found is not None
    return found


def call(account: str, id: str, **more: Any) -> dict[str, Any]:
    return event(account, id, "place_call", "2026-03-05T10:00:00+08:00", by="user", to="10010", **more)


def sent_while_busy(service: InProcess, store: Store, *batches: list[dict[str, Any]]) -> list[Said]:
    with busy(store) as free:
        return service.post_all("/events", batches, BATCH, free.set)


def test_a_batch_is_sent_while_the_one_before_it_waits_for_the_disk(service: InProcess, store: Store) -> None:
    def look() -> None:
        assert [each.revision for each in held(service, "a").underway] == [2, 3]
        assert (held(service, "a").revision, len(held(service, "a").account.ledger)) == (0, 0)
        free.set()

    with busy(store) as free:
        batches = [[call("a", "1"), call("a", "2")], [call("a", "3")]]
        first, second = service.post_all("/events", batches, BATCH, look)
    revisions = [
        each["revision"].partition("-")[0] for said in (first, second) for each in said.json()["events"]
    ]
    assert revisions == ["1", "2", "3"]
    assert not held(service, "a").underway
    assert len(held(service, "a").account.ledger) == 3


def test_what_rests_on_what_is_not_kept_is_not_kept(service: InProcess, store: Store) -> None:
    assert service.post("/events", [call("b", "taken")], BATCH).status == 200
    right = event("a", "right", "correct", "2026-03-05T10:00:00+08:00", of="1", to="10086")
    # That `taken` is another account's is known to the store alone.
    refused, rests, free = sent_while_busy(
        service, store, [call("a", "1"), call("a", "taken")], [right], [call("a", "2"), call("c", "3")]
    )
    assert (refused.status, refused.json()["field"]) == (409, "/1/id")
    assert (rests.status, rests.json()["field"]) == (400, "/0/data/of")
    assert free.status == 200
    assert [each.id for each in held(service, "a").account.ledger] == ["2"]
    # Nor does what was not kept stand in anybody's way.
    assert service.post("/events", [call("a", "1"), right], BATCH).status == 200


def test_what_is_sent_again_while_it_is_underway_is_one_event(service: InProcess, store: Store) -> None:
    one = [call("a", "1")]
    answers = sent_while_busy(service, store, one, one, [call("a", "2"), *one])
    assert [each.status for each in answers] == [200] * 3
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["events"] == answers[2].json()["events"][1:]
    assert len(held(service, "a").account.ledger) == 2


def test_what_may_happen_once_is_not_refused_for_what_was_not_kept(service: InProcess, store: Store) -> None:
    assert service.post("/events", [call("b", "taken")], BATCH).status == 200

    def signed(id: str) -> dict[str, Any]:
        return event("a", id, "sign", "2026-03-05T10:00:00+08:00", by="user")

    refused, kept = sent_while_busy(service, store, [signed("1"), call("a", "taken")], [signed("2")])
    assert (refused.status, kept.status) == (409, 200)


def test_an_expected_revision_that_another_server_has_taken_is_refused(
    service: InProcess, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, other = service.server.tenants["main"], open_store(str(tmp_path / "store.db"))
    tenant.shared = True
    sending = tenant.books.append_all_soon

    def late(wanted: Sequence[Wanted]) -> Any:
        body = b'{"at":"2026-03-05T10:00:00+08:00","by":"user","id":"9","name":"place_call","source":"other","to":"1"}'
        other.of("main").append("a", [Entry("other", "9", body, now())])
        return sending(wanted)

    monkeypatch.setattr(tenant.books, "append_all_soon", late)
    assert service.post("/events", [call("a", "1")], BATCH, **{"if-match": '"0"'}).status == 409
    other.close()


def test_an_account_that_is_let_go_of_and_read_again_meanwhile_has_what_is_kept(
    service: InProcess, store: Store
) -> None:
    accounts = service.server.tenants["main"].accounts

    def read_again() -> None:
        accounts.forget()
        accounts.hold(accounts.read("a"))
        free.set()

    with busy(store) as free:
        (said,) = service.post_all("/events", [[call("a", "1")]], BATCH, read_again)
    assert said.status == 200, said.body
    assert held(service, "a").token == accounts.read("a").token == said.json()["events"][0]["revision"]


@pytest.mark.parametrize("seed", range(8))
def test_memory_is_as_the_store_whatever_comes_at_once(service: InProcess, store: Store, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: set[tuple[str, str]] = set()
    for _ in range(6):
        batches = [[_any(chance) for _ in range(chance.randint(1, 4))] for _ in range(chance.randint(1, 6))]
        for batch, said in zip(batches, sent_while_busy(service, store, *batches), strict=True):
            assert said.status in (200, 400, 409), said.body
            if said.status == 200:
                acknowledged |= {(each["subject"], each["id"]) for each in batch}
    tenant = service.server.tenants["main"]
    for account in "abc":
        here, read = held(service, account), tenant.accounts.read(account)
        assert not here.underway
        assert (here.token, list(here.account.ledger)) == (read.token, list(read.account.ledger))
        assert here.intake.so_far() == read.intake.so_far()
        assert {id for name, id in acknowledged if name == account} <= {
            each.id for each in read.account.ledger
        }
    assert all(each.fault is None for each in store.audit())


def _any(chance: random.Random) -> dict[str, Any]:
    account, id = chance.choice("abc"), str(chance.randint(1, 12))
    match chance.randint(0, 4):
        case 0:
            return event(account, f"c{id}", "correct", "2026-03-06T10:00:00+08:00", of=id, to="10086")
        case 1:
            return event(
                account, f"s{id}", "sign", "2026-03-02T10:00:00+08:00", by=chance.choice(["provider", "user"])
            )
        case 2:
            return event(account, f"a{id}", "activate_service", "2026-03-02T12:00:00+08:00")
        case _:
            return call(account, id)
