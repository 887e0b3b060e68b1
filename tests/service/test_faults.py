"""Whatever fails, the caller is told so, readiness tells, nothing that was acknowledged is lost, and it comes back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import psycopg
import pytest
import sqlalchemy
from contractclient import Client, Entity, Event, Question

from engine.errors import Unavailable
from engine.service import access, clock, server
from engine.service.config import BadConfig
from engine.service.routes import deadlines
from engine.store import Notice
from engine.store.decisions import Keeper
from tests.postgres import Cluster, cluster
from tests.service.serving import CONTRACTS, Live, event, question, send, serving, texts_of
from tests.store.test_faults import no_file_beyond

TEXTS = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
CALL = {"by": "user", "to": "10010"}
ONE = {"Content-Type": "application/cloudevents+json"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with serving(tmp_path, TEXTS) as found:
        yield found


def begun(client: httpx2.Client, account: str = "a") -> None:
    opened = {"account": account, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    assert client.post("/accounts", json=opened).status_code == 200
    for number, party in enumerate(("provider", "user")):
        said = event(account, f"{account}-s{number}", "sign", f"2026-03-02T10:0{number}:00+08:00", by=party)
        assert send(client, said).status_code == 200


def call(number: int, account: str = "a", size: int = 10) -> dict[str, Any]:
    at = f"2026-04-01T{number // 60 % 24:02}:{number % 60:02}:00+08:00"
    return event(account, f"{account}-c{number}", "place_call", at, by="user", to="1" * size)


def kept(live: Live, account: str = "a") -> list[str]:
    return [each.id for each in live.server.tenants["main"].books.entries(account)]


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Hold an answer to what every refusal is: a problem document with a reason, and no trace of the program."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["code"] == code
    assert told["detail"]
    assert "Traceback" not in answer.text
    assert "sqlalchemy" not in answer.text.lower()
    assert "/tmp" not in answer.text, "where the store is"
    return told


def ready(client: httpx2.Client, within_s: float = 60) -> dict[str, Any]:
    """Wait until the service says that it is ready."""
    until = time.monotonic() + within_s
    while True:
        answer = client.get("/ready")
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        assert time.monotonic() < until, answer.text
        time.sleep(0.02)


def test_a_disk_with_room_for_little_more_than_a_trial_is_full(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk of 3 MB was full for every event, and had still room for what is written to find out."""
    ready = live.client()
    assert ready.get("/ready").status_code == 200
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=8192))
    assert "the disk is full" in refused(ready.get("/ready"), 503, "unavailable")["detail"]
    monkeypatch.undo()
    assert ready.get("/ready").status_code == 200


def test_a_full_disk(live: Live, tmp_path: Path) -> None:
    client = live.client()
    begun(client)
    ready(client)
    acknowledged = ["a-s0", "a-s1"]
    number, answer = 0, client.get("/health")
    size = sum(path.stat().st_size for path in tmp_path.iterdir() if path.is_file())
    with no_file_beyond(size + 200_000):
        for number in range(200):
            answer = send(client, call(number, size=4_000))
            if answer.status_code != 200:
                break
            acknowledged.append(f"a-c{number}")
        told = refused(answer, 503, "unavailable")
        assert "disk" in told["detail"]
        assert answer.headers["retry-after"] == "1"
        asked = client.post("/access/v1/evaluation", json=question("user", "place_call", "a"))
        assert asked.status_code == 200  # What is known can be asked.
        unready = client.get("/ready")
        for _ in range(50):
            if unready.status_code == 503:
                break
            send(client, call(number, size=4_000))
            unready = client.get("/ready")
        refused(unready, 503, "unavailable")
        assert client.get("/health").status_code == 200
        assert kept(live) == acknowledged
    ready(client)
    again = send(client, call(number, size=4_000))
    assert again.status_code == 200
    assert kept(live) == [*acknowledged, f"a-c{number}"]
    assert [each.fault for each in live.server.store.audit()] == [None]


def test_an_entry_that_cannot_be_read_is_no_fault_of_who_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told that the request is wrong, a sender would drop its event."""
    with serving(tmp_path, TEXTS) as live:
        begun(live.client())
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        triggers = store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            store.execute(f"DROP TRIGGER {name}")
        store.execute("UPDATE entries SET body = '{' WHERE revision = 2")
        store.commit()
    with serving(tmp_path, TEXTS) as live:
        client = live.client()
        refused(client.get("/accounts/a"), 500, "internal")
        refused(
            client.post("/access/v1/evaluation", json=question("user", "place_call", "a")), 500, "internal"
        )
        refused(send(client, call(1)), 500, "internal")
    assert "entry 2" in capsys.readouterr().err


@contextmanager
def read_only(live: Live) -> Iterator[None]:
    """As if the disk had been mounted anew for reading only: SQLite refuses to write, in its own words."""
    pool = live.server.store._database._engines[1].pool  # type: ignore[attr-defined]
    refuses = True

    def taken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA query_only={'ON' if refuses else 'OFF'}")

    # Whichever connection is taken: while one writes, another is.
    sqlalchemy.event.listen(pool, "checkout", taken)
    yield
    refuses = False


@pytest.mark.parametrize("mode", ["fast", "durable"])
def test_a_disk_that_can_be_read_only(tmp_path: Path, mode: str) -> None:
    with serving(tmp_path, TEXTS, log_decisions=mode) as live:
        client = live.client()
        begun(client)
        with read_only(live):
            assert "read-only" in refused(send(client, call(1)), 503, "unavailable")["detail"]
            opening = {"account": "b", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
            refused(client.post("/accounts", json=opening), 503, "unavailable")
            assert "read-only" in refused(client.get("/ready"), 503, "unavailable")["detail"]
            asked = client.post("/access/v1/evaluation", json=question("user", "place_call", "a"))
            if mode == "durable":  # No answer before its record is kept.
                refused(asked, 503, "unavailable")
            else:
                assert asked.status_code == 200
        ready(client)
        assert send(client, call(1)).status_code == 200
        assert kept(live) == ["a-s0", "a-s1", "a-c1"]
        assert (
            client.post("/access/v1/evaluation", json=question("user", "place_call", "a")).status_code == 200
        )


def test_no_answer_of_a_durable_log_is_given_without_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_keeper: Keeper, _conn: Any, _tenant: int, rows: Mapping[str, Any]) -> None:
        if rows:
            raise Unavailable("the disk is full")

    # As if the moment at which a fast log is kept came between the answer and its record, each time.
    monkeypatch.setattr("engine.service.server.KEPT_EVERY_S", 0)
    with serving(tmp_path, TEXTS, log_decisions="durable") as live:
        client = live.client()
        begun(client)
        monkeypatch.setattr(Keeper, "_keep", full)
        for _ in range(10):
            asked = client.post("/access/v1/evaluation", json=question("user", "place_call", "a"))
            refused(asked, 503, "unavailable")


@pytest.fixture(scope="module")
def own_postgres(postgres: Cluster) -> Iterator[Cluster]:
    """A cluster that no other test minds being stopped."""
    with cluster() as made:
        yield made


def test_a_database_that_is_gone_comes_back(tmp_path: Path, own_postgres: Cluster) -> None:
    with serving(tmp_path, TEXTS, store=own_postgres.database()) as live:
        client = live.client()
        begun(client)
        ready(client)
        own_postgres.stop()
        try:
            refused(send(client, call(1)), 503, "unavailable")
            refused(client.get("/ready"), 503, "unavailable")
            # Another server may have recorded: what cannot be compared is not answered.
            asked = client.post("/access/v1/evaluation", json=question("user", "place_call", "a"))
            told = refused(asked, 503, "unavailable")
            assert "password" not in json.dumps(told)
            assert "the database cannot be reached" in told["detail"]
            assert client.get("/health").status_code == 200
        finally:
            own_postgres.start()
        ready(client)
        assert send(client, call(1)).status_code == 200
        assert kept(live) == ["a-s0", "a-s1", "a-c1"]


def test_while_the_database_says_nothing_others_are_answered(
    tmp_path: Path, own_postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that has to be looked up made everybody wait, also who asks whether the process is there."""
    monkeypatch.setattr(access, "KEPT_S", 0.1)
    address = own_postgres.database()
    with serving(tmp_path, TEXTS, store=address) as live, psycopg.connect(address) as locking:
        client = live.client()
        begun(client)
        time.sleep(0.2)
        locking.execute("LOCK TABLE keys IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.get, "/accounts/a")
            try:
                time.sleep(0.2)
                assert httpx2.get(f"{live.url}/health", timeout=5).status_code == 200
                assert not asked.done()
            finally:
                locking.rollback()
            assert asked.result().status_code == 200


def test_connections_that_are_cut_in_the_midst_of_it_lose_nothing(
    tmp_path: Path, own_postgres: Cluster
) -> None:
    def called(id: str) -> Event:
        return Event("a", "place_call", "test", "2026-04-01T09:00:00+08:00", CALL, id)

    address = own_postgres.database()
    with serving(tmp_path, TEXTS, store=address) as live:
        client = live.client()
        begun(client)
        over, cuts = threading.Event(), list[int]()

        def cut() -> None:
            here = "datname = current_database() AND pid <> pg_backend_pid()"
            with psycopg.connect(address, autocommit=True) as conn:
                while not over.wait(0.1):
                    found = conn.execute(
                        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {here} ORDER BY random() LIMIT 1"
                    ).fetchall()
                    cuts.append(len(found))

        cutting = threading.Thread(target=cut)
        cutting.start()
        try:
            with Client(live.url, live.key(), within_s=60) as caller:
                told = [caller.record(called(f"e{number}")) for number in range(100)]
                asked = Question(Entity("party", "user"), "place_call", "a")
                answers = [caller.evaluate(asked).revision for _ in range(20)]
        finally:
            over.set()
            cutting.join()
        assert set(answers) == {told[-1].revision}
        assert sum(cuts) > 5
        rows = live.server.tenants["main"].books.entries("a")
        assert [each.id for each in rows][2:] == [each.id for each in told]
        assert [each.revision for each in told] == [
            f"{each.revision}-{each.hash[:4].hex()}" for each in rows
        ][2:]
        assert [each.fault for each in live.server.store.audit()] == [None]
        ready(client)


def test_a_clock_that_steps_back(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    client = live.client()
    begun(client)
    real = time.time_ns()
    at = SimpleNamespace(ns=real)
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: at.ns))
    bill = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    assert (
        send(client, event("a", "bill", "invoice_issued", "2026-04-01T09:00:00+08:00", **bill)).status_code
        == 200
    )
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(real // 10**9))
    asked = question("provider", "suspend_service", "a")
    before = client.post("/access/v1/evaluation", json=asked).json()["context"]["outcome"]
    assert before == "permitted"
    first = send(client, event("a", "paid", "pay", moment, amount="58.00", bill="bill")).json()["events"][0]
    at.ns = real - 3_600 * 10**9
    # An hour earlier by the clock: what was acknowledged is known, and nothing is recorded before it.
    paid = client.post("/access/v1/evaluation", json=asked).json()["context"]
    assert paid["outcome"] != "permitted"
    second = send(client, event("a", "call", "place_call", moment, by="user", to="10010")).json()["events"][0]
    assert second["recorded_at"] == first["recorded_at"]
    assert [each.fault for each in live.server.store.audit()] == [None]
    ready(client)


def test_a_stream_waits_while_the_store_is_gone(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser whose stream ends, and that is then refused, gives up for good."""
    books = live.server.tenants["main"].books
    gone, looked = Unavailable("connection refused"), list[int]()
    kept = [Notice("n1", "a", 1, b'{"what": "state"}', 1), Notice("n2", "a", 1, b'{"what": "state"}', 2)]

    def notices(after: int, limit: int) -> list[Notice]:
        looked.append(after)
        if after == 1 and looked.count(1) < 3:
            raise gone
        return kept[after : after + 1]

    monkeypatch.setattr(deadlines, "LOOKED_EVERY_S", 0.02)
    monkeypatch.setattr(books, "notices", notices)
    with live.client().stream("GET", "/notices", headers={"Accept": "text/event-stream"}) as answer:
        told = (line for line in answer.iter_lines() if line.startswith("id"))
        assert [next(told), next(told)] == ["id: 1", "id: 2"]
    assert looked.count(1) == 3


def test_readiness_waits_for_deadlines(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    client = live.client()
    told = ready(client)
    assert told["deadlines_until"] > "2026"
    assert "main" not in json.dumps(told), "whoever asks need not show a key"
    monkeypatch.setattr(live.server, "_woken", {})
    monkeypatch.setattr(live.server, "woken", lambda *_: None)
    assert "deadlines" in refused(client.get("/ready"), 503, "unavailable")["detail"]
    monkeypatch.setattr(live.server, "_woken", {"main": (0, time.monotonic() - 60)})
    assert "for 60 seconds" in refused(client.get("/ready"), 503, "unavailable")["detail"]
    monkeypatch.setattr(live.server, "_woken", {"main": (None, time.monotonic())})
    assert ready(client)["deadlines_until"] is None, "who has begun, and is at work, answers callers"
    monkeypatch.undo()
    ready(client)
    monkeypatch.setattr(server, "READY_S", 0.2)
    monkeypatch.setattr(live.server.store, "ready", lambda: time.sleep(0.5))
    assert "ledger is behind" in refused(client.get("/ready"), 503, "unavailable")["detail"]


MALFORMED: dict[str, tuple[bytes, str, int]] = {
    "nothing": (b"", "application/json", 400),
    "no json": (b"{", "application/json", 400),
    "a list": (b"[1]", "application/json", 400),
    "no number": (b'{"subject": NaN}', "application/json", 400),
    "not utf-8": (b'{"subject": "\xff"}', "application/json", 400),
    "half a character": (b'{"subject": {"type": "party", "id": "\\ud800"}}', "application/json", 400),
    "too deep": (b'{"context": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "application/json", 400),
    "another kind": (b"<xml/>", "text/xml", 415),
    "too large": (b'{"a": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
}


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(tmp_path_factory.mktemp("malformed"), TEXTS) as found:
        begun(found.client())
        yield found


@pytest.mark.parametrize("name", MALFORMED)
def test_what_cannot_be_read_is_told_and_changes_nothing(lasting: Live, name: str) -> None:
    body, kind, status = MALFORMED[name]
    client = lasting.client()
    codes = {400: "bad_request", 413: "too_large", 415: "unsupported_media_type"}
    for path in (
        "/access/v1/evaluation",
        "/access/v1/evaluations",
        "/access/v1/search/resource",
        "/accounts",
    ):
        refused(client.post(path, content=body, headers={"Content-Type": kind}), status, codes[status])
    for each in ("application/cloudevents+json", "application/cloudevents-batch+json"):
        answer = client.post(
            "/events", content=body, headers={"Content-Type": each if status != 415 else kind}
        )
        wanted = 400 if name == "another kind" and answer.status_code == 400 else status
        refused(answer, wanted, codes[wanted])
    assert kept(lasting) == ["a-s0", "a-s1"]
    ready(client)


def test_a_body_without_an_announced_length_is_cut_off(lasting: Live) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    try:
        answer = lasting.client().post("/events", content=parts(), headers=ONE)
    except (httpx2.WriteError, httpx2.ReadError, httpx2.RemoteProtocolError):
        pass  # It may close before all of it was sent.
    else:
        refused(answer, 413, "too_large")
    ready(lasting.client())


def test_what_was_refused_by_half_a_batch_leaves_nothing(lasting: Live) -> None:
    client = lasting.client()
    wrong = {**call(2), "type": "no_such_thing"}
    told = refused(send(client, call(1), wrong), 400, "bad_request")
    assert told["field"].startswith("/1/")
    assert kept(lasting) == ["a-s0", "a-s1"]


def test_a_store_that_cannot_be_opened_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is no database at all, but a text of some length" * 20)
    with pytest.raises(BadConfig, match="the file is no store"), serving(tmp_path, TEXTS):
        pass
