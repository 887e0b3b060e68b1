"""Two servers on one database give the answers of one: events, revisions, versions published, what time brings."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.errors import StoreError, Unavailable
from engine.service import recording, snapshots
from engine.service.clock import now
from engine.store import Appended, ContractRow, Wanted
from tests.postgres import Cluster
from tests.service.serving import Live, event, question, send, serving
from tests.service.test_publishing import FIRST, SECOND
from tests.service.test_snapshots import TEXTS, answers, begun, counted, wait


class Pair(NamedTuple):
    one: Live
    other: Live


@pytest.fixture
def pair(tmp_path: Path, postgres: Cluster) -> Iterator[Pair]:
    address = postgres.database()
    for each in ("one", "other"):
        (tmp_path / each).mkdir()
    texts = {"main": {"loan.contract": FIRST}}
    with (
        serving(tmp_path / "one", texts, store=address, deadlines_every_s=0.05) as one,
        serving(tmp_path / "other", texts, store=address, deadlines_every_s=0.05) as other,
    ):
        yield Pair(one, other)


def soon(true: Callable[[], bool], within_s: float = 60) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def called_in(number: int) -> dict[str, object]:
    return event(
        "a", f"c{number}", "call_in", f"2025-03-01T09:{number // 60:02}:{number % 60:02}+08:00", by="lender"
    )


def test_what_one_has_acknowledged_the_other_knows(pair: Pair) -> None:
    clients = [each.client() for each in pair]
    opened = [each.post("/accounts", json={"account": "a", "agreements": ["loan"]}) for each in clients]
    assert opened[0].json() == opened[1].json()
    asked = question("lender", "call_in", "a", as_of="2025-03-02")
    for number in range(20):
        sent = send(clients[number % 2], called_in(number)).json()["events"][0]
        fresh = {**asked, "context": {**asked["context"], "at_least": sent["revision"]}}
        told = [each.post("/access/v1/evaluation", json=fresh) for each in clients]
        assert told[0].status_code == 200, told[0].text
        assert told[0].content == told[1].content
        assert told[0].json()["context"]["receipt"]["revision"] == sent["revision"]


def test_the_same_events_sent_to_both_are_there_once(pair: Pair) -> None:
    pair.one.client().post("/accounts", json={"account": "a", "agreements": ["loan"]})
    clients = [live.client() for _ in range(3) for live in pair]

    def sent(place: int) -> list[str]:
        return [
            send(clients[place], called_in(number)).json()["events"][0]["revision"] for number in range(12)
        ]

    with ThreadPoolExecutor(len(clients)) as pool:
        found = list(pool.map(sent, range(len(clients))))
    assert all(each == found[0] for each in found)
    assert {each.fault for each in pair.one.server.store.audit()} == {None}
    assert len(pair.other.server.tenants["main"].books.entries("a")) == 12


def test_who_is_always_second_is_recorded_in_the_end(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two servers that record in one account, chance says which is first, and it may say the same for long."""
    one = pair.one.client()
    one.post("/accounts", json={"account": "a", "agreements": ["loan"]})
    books, other = pair.one.server.tenants["main"].books, pair.other.client()
    sent_all, firsts = books.append_all_soon, iter(range(12))

    def second(wanted: Sequence[Wanted]) -> Future[Sequence[Appended | StoreError]]:
        for number in firsts:
            assert send(other, called_in(number)).status_code == 200
            break
        return sent_all(wanted)

    monkeypatch.setattr(books, "append_all_soon", second)
    told = send(one, called_in(50))
    assert told.status_code == 200, told.text
    assert told.json()["events"][0]["revision"].startswith("13-")
    firsts = iter(range(60, 10**6))
    monkeypatch.setattr(recording, "TRIED_S", 0.2)
    refused = send(one, called_in(51))
    # Not 409, after which nobody sends again.
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


def test_a_version_published_by_one_is_noticed_by_the_other(pair: Pair) -> None:
    books = pair.one.server.tenants["main"].books
    texts = json.dumps({"loan@2/loan.contract": SECOND}).encode()
    books.propose(
        ContractRow("loan", "2", texts, "t", "m", date(2026, 1, 1), b'{"fit": true}', "someone", now())
    )
    one, other = pair.one.client(), pair.other.client()
    asked = question("lender", "call_in", "a")
    assert other.post("/access/v1/evaluation", json=asked).json()["context"]["outcome"] == "unknown_resource"
    published = one.post("/contracts/loan/2/publish")
    assert published.status_code == 200, published.text
    opened = one.post("/accounts", json={"account": "a", "agreements": ["loan@2"]})
    assert opened.status_code == 200, opened.text
    # At once, though the other has not looked yet.
    told = other.post("/access/v1/evaluation", json=asked)
    assert told.status_code == 200, told.text
    assert told.content == one.post("/access/v1/evaluation", json=asked).content
    assert told.json()["context"]["outcome"] == "forbidden"
    soon(lambda: len(other.get("/contracts").json()["documents"]) == 2)
    assert other.post("/accounts", json={"account": "b", "agreements": ["loan"]}).status_code == 200
    loan = {**asked, "resource": {"type": "account", "id": "b"}}
    assert other.post("/access/v1/evaluation", json=loan).json()["context"]["outcome"] == "forbidden"


def test_a_long_account_is_begun_at_the_snapshot_of_another_server(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FROM", 30)
    monkeypatch.setattr(snapshots, "EVERY", 30)
    address = postgres.database()
    with serving(tmp_path, TEXTS, store=address) as one:
        begun(one.client(), "a")
        wait(lambda: counted(one)["made"] == 1)
        with serving(tmp_path, TEXTS, store=address) as other:
            said = answers(other.client(), as_of="2026-05-02")
            assert (counted(other)["used"], counted(other)["completed"]) == (1, 0)
            assert answers(one.client(), as_of="2026-05-02") == said
            # A payment in time that one learns of late: the other has read nothing that it bears on.
            back = event("a", "back", "pay", "2026-04-08T09:00:00+08:00", amount="58.00", bill="a-b1")
            assert send(one.client(), back).json()["events"][0]["late"]
            told = answers(other.client(), as_of="2026-05-02")
            assert told != said
            assert answers(one.client(), as_of="2026-05-02") == told
        monkeypatch.setattr(snapshots, "FROM", 10**9)
        with serving(tmp_path, TEXTS, store=address) as plain:
            assert answers(plain.client(), as_of="2026-05-02") == told
            assert not counted(plain)


def test_what_was_kept_though_its_answer_was_lost_is_known(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is cut at the commit: meanwhile somebody asks, and the entry is read from the store."""
    with serving(tmp_path, TEXTS, store=postgres.database()) as live:
        client = live.client()
        begun(client, "a")
        books = live.server.tenants["main"].books
        append, lost, kept = (
            books.append_all_soon,
            Future[Sequence[Appended | StoreError]](),
            threading.Event(),
        )

        def cut(wanted: Sequence[Wanted]) -> Future[Sequence[Appended | StoreError]]:
            append(wanted).result()
            kept.set()
            return lost

        monkeypatch.setattr(books, "append_all_soon", cut)
        with ThreadPoolExecutor(1) as pool:
            data = {"period": "2026-07", "amount": "58.00", "due": "2026-08-10"}
            sent = pool.submit(
                send, client, event("a", "july", "invoice_issued", "2026-08-01T09:00:00+08:00", **data)
            )
            kept.wait(60)
            assert (
                live.client().get("/accounts/a").json()["revision"].startswith(f"{len(books.entries('a'))}-")
            )
            lost.set_exception(Unavailable("the connection was lost"))
            assert sent.result().status_code == 503
        monkeypatch.undo()
        again = send(client, event("a", "again", "invoice_issued", "2026-08-01T09:00:00+08:00", **data))
        assert (again.status_code, again.json()["field"]) == (400, "/0/data/period"), again.text
