"""What time brings is told when it comes: once, to everybody who asked for it, also after a restart."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.dates import parse_instant
from engine.service import access, webhooks
from engine.service.clock import now
from engine.service.outlook import outlook_of
from engine.service.passing import brought
from engine.service.webhooks import SIGNATURE, Webhooks, signature
from engine.store import Delivery, Notice, Subscription
from engine.store.apikeys import prefix_of
from tests.service.serving import CONTRACTS, Live, clock_at, event, send, serving, texts_of, time_comes

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
SLOW: dict[str, Any] = {"deadlines_every_s": 3000, "webhooks_to_private": True}


class Subscriber(http.server.HTTPServer):
    """A subscriber that fails the first time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []


class Taking(http.server.BaseHTTPRequestHandler):
    """What a subscriber does with a notice."""

    server: Subscriber

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.headers[SIGNATURE], body))
        self.send_response(500 if len(self.server.taken) == 1 else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening(server: http.server.HTTPServer) -> Iterator[None]:
    """Have a subscriber listen."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    server = Subscriber()
    with listening(server):
        yield server


def begun(live: Live, account: str = "a") -> None:
    client = live.client()
    client.post(
        "/accounts", json={"account": account, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    )
    data = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    sent = send(
        client,
        event(account, f"{account}1", "sign", "2026-03-02T10:00:00+08:00", by="provider"),
        event(account, f"{account}2", "sign", "2026-03-02T10:05:00+08:00", by="user"),
        event(account, f"{account}3", "activate_service", "2026-03-02T12:00:00+08:00"),
        {**event(account, f"{account}4", "invoice_issued", "2026-04-01T09:00:00+08:00", **data)},
    )
    assert sent.status_code == 200, sent.text


def begun_then(live: Live) -> None:
    """Begin the account when it happened."""
    with clock_at("2026-04-01T10:00"):
        begun(live)


def woken(live: Live, until: str) -> int:
    """Let time come to an instant, as the server's own loop would."""
    return time_comes(live.server, parse_instant(until))


def test_a_missed_payment_is_told_once_at_its_instant(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        begun_then(live)
        assert woken(live, "2026-04-10T23:59") == 0
        assert woken(live, "2026-04-11T00:00") > 0
        assert woken(live, "2026-04-11T00:00") == 0
        found = live.client().get("/notices").json()["notices"]
    breach = [each for each in found if each["what"] == "breach"]
    assert [(each["at"], each["norm"], each["is"]["status"]) for each in breach] == [
        ("2026-04-11T00:00+08:00", breach[0]["norm"], "open")
    ]
    assert ("suspend_service", "permitted") in {
        (each["act"], each["is"]) for each in found if each["what"] == "power"
    }
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as again:
        assert woken(again, "2026-04-12T00:00") == 0
        assert again.client().get("/notices").json()["notices"] == found


def test_the_next_instant_is_the_one_that_brings_something(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        begun_then(live)
        account = asyncio.run(live.server.tenants["main"].held("a")).account
    at = outlook_of(account, parse_instant("2026-04-02T00:00")).until
    assert at == parse_instant("2026-04-11T00:00")
    assert {each["what"] for each in brought(account, at)} >= {"breach", "power"}


def test_what_takes_effect_later_is_told_then(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        begun_then(live)
        assert woken(live, "2026-06-01T10:00") > 0
        ended = event("a", "a5", "terminate", "2026-06-01T10:00:00+08:00", by="provider",
                      arrives="2026-06-05T10:00:00+08:00")  # fmt: skip
        with clock_at("2026-06-01T10:01"):
            assert send(live.client(), ended).status_code == 200
        assert woken(live, "2026-06-05T09:59") == 0
        assert woken(live, "2026-06-05T10:00") > 0
        found = live.client().get("/notices").json()["notices"]
        seen = live.client().get("/accounts/a", params={"as_of": "2026-06-02T10:00"}).json()
    states = [(each["at"], each["was"], each["is"]) for each in found if each["what"] == "state"]
    assert states == [("2026-06-05T10:00+08:00", "in_force", "terminated")]
    assert [(each["at"], each["changes"][0]["is"]) for each in seen["next"]] == [
        ("2026-06-05T10:00+08:00", "terminated")
    ]


def test_a_webhook_is_signed_and_tried_again(tmp_path: Path, subscriber: Subscriber) -> None:
    with serving(tmp_path, {"main": TEXTS}, public_url="https://pdp.example.com/", **SLOW) as live:
        url = f"http://127.0.0.1:{subscriber.server_port}/hook"
        subscribed = live.client().post("/subscriptions", json={"url": url}).json()
        begun_then(live)
        count = woken(live, "2026-04-11T00:00")
        hooks, tenant = Webhooks(live.server), live.server.tenants["main"]
        for wait_s in (0, 5, 60):
            asyncio.run(
                hooks.deliver(
                    tenant, subscribed["id"], parse_instant("2026-11-25T00:00") * 2 + wait_s * 1_000_000
                )
            )
        taken = subscriber.taken
    ids = [json.loads(body)["id"] for _, body in taken]
    assert len(taken) == count + 1
    assert len(set(ids)) == count
    assert all(signature(subscribed["secret"], body) == sent for sent, body in taken)
    sources = {json.loads(body)["source"] for _, body in taken}
    assert sources == {"https://pdp.example.com/main"}, "another tenant's notices may have the same ids"


class HangingSubscriber(http.server.ThreadingHTTPServer):
    """A subscriber that takes what it is told and never says so."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hanging)
        self.asked, self.over = threading.Semaphore(0), threading.Event()


class Hanging(http.server.BaseHTTPRequestHandler):
    """What it does with a notice."""

    server: HangingSubscriber

    def do_POST(self) -> None:
        self.server.asked.release()
        self.server.over.wait(120)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hanging() -> Iterator[HangingSubscriber]:
    server = HangingSubscriber()
    with listening(server):
        yield server
        server.over.set()


def test_a_subscriber_that_hangs_holds_up_nobody(
    tmp_path: Path, subscriber: Subscriber, hanging: HangingSubscriber
) -> None:
    """Neither who is told beside it nor who calls: more is due to it than there are threads to answer callers."""
    with serving(tmp_path, {"main": TEXTS}, deadlines_every_s=0.05, webhooks_to_private=True) as live:
        client = live.client(rights=("ask", "record", "audit"))
        for each in (hanging, subscriber):
            client.post("/subscriptions", json={"url": f"http://127.0.0.1:{each.server_port}/"})
        begun(live)
        books = live.server.tenants["main"].books
        while (wake_at := books.account("a").wake_at) in (None, 0):
            time.sleep(0.01)
        notices = [Notice(f"n{number}", "a", 1, b'{"what": "state"}') for number in range(60)]
        assert wake_at is not None
        assert books.notify("a", books.account("a").revision, wake_at, notices, None)
        assert hanging.asked.acquire(timeout=60)
        taken = subscriber.taken
        for _ in range(6000):
            # One failed, and is due again a second later.
            if len({json.loads(body)["id"] for _, body in taken}) == 60:
                break
            time.sleep(0.01)
        assert len({json.loads(body)["id"] for _, body in taken}) == 60
        assert client.get("/ready").status_code == 200


class Dripping(http.server.BaseHTTPRequestHandler):
    """What a subscriber does that answers a byte at a time, each well in time."""

    def do_POST(self) -> None:
        with suppress(OSError):
            for _ in range(4000):
                self.wfile.write(b"H")
                time.sleep(0.02)

    def log_message(self, *_: Any) -> None:
        pass


def test_who_answers_bit_by_bit_is_waited_for_as_long_as_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "WITHIN_S", 0.3)
    server = http.server.HTTPServer(("127.0.0.1", 0), Dripping)
    target = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": "s"}
    due = Delivery(Subscription("s", b"", 0), Notice("n", "a", 0, b"{}"), 0, "")
    with listening(server):
        begun = time.monotonic()
        assert (
            webhooks.post(target, "https://pdp.example.com", due, private=True)
            == "no answer within 0.3 seconds"
        )
        assert time.monotonic() - begun < 30


def test_webhooks_go_to_public_addresses_only(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, deadlines_every_s=3000) as live:
        client = live.client()
        for url in (
            "http://127.0.0.1/x",
            "https://127.0.0.1/x",
            "https://[::1]/",
            "file:///etc/passwd",
            "https://u:p@127.0.0.1/",
        ):
            assert client.post("/subscriptions", json={"url": url}).status_code == 400


def test_the_calendar_is_one(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        begun(live)
        text = live.client().get("/deadlines.ics").text
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") >= 1
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_what_lies_ahead_is_what_will_be_told(tmp_path: Path) -> None:
    """The calendar and the deadlines of an account tell what the notices will, powers too."""
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        begun_then(live)
        ahead = live.client().get("/accounts/a/deadlines", params={"as_of": "2026-04-02"}).json()["next"]
        assert woken(live, "2028-06-01T00:00") > 0
        told = live.client().get("/notices").json()["notices"]
        text = live.client().get("/deadlines.ics").text.replace("\r\n ", "")
    beside = {"account", "at", "id", "number", "revision"}
    notices = [(each["at"], {name: each[name] for name in each if name not in beside}) for each in told]
    assert [(each["at"], change) for each in ahead for change in each["changes"]] == notices
    assert "power" in {change["what"] for _, change in notices}
    assert "SUMMARY:a：协议已到期" in text
    assert "SUMMARY:a：甲方暂停服务：没有依据" in text
    uids = [line for line in text.split("\r\n") if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) > 1


def test_a_stream_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, webhooks_to_private=True, deadlines_every_s=0.05) as live:
        begun(live)
        tenant = live.server.tenants["main"]
        held = asyncio.run(tenant.held("a"))
        while tenant.books.account("a").wake_at == 0:
            pass
        wake_at = tenant.books.account("a").wake_at
        assert wake_at is not None
        rows = [Notice(f"n{n}", "a", 1, b'{"what": "state"}') for n in range(2)]
        assert tenant.books.notify("a", held.revision, wake_at, rows, None)
        client = live.client()
        headers = {"Accept": "text/event-stream", "Last-Event-ID": "1"}
        with client.stream("GET", "/notices", headers=headers) as answer:
            assert answer.headers["x-accel-buffering"] == "no"
            first = next(line for line in answer.iter_lines() if line)
        assert first == "id: 2"


STREAMED = {"Accept": "text/event-stream"}


def test_a_stream_ends_with_the_key_that_began_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "KEPT_S", 0.05)
    with serving(tmp_path, {"main": TEXTS}, deadlines_every_s=0.05) as live:
        shown = live.key(rights=("ask",))
        headers = {**STREAMED, "Authorization": f"Bearer {shown}"}
        with httpx2.stream("GET", f"{live.url}/notices", headers=headers, timeout=60) as answer:
            live.server.store.revoke_key(str(prefix_of(shown)), now())
            assert list(answer.iter_lines()) == []


def test_a_server_that_stops_ends_its_streams_first(tmp_path: Path) -> None:
    with (
        serving(tmp_path, {"main": TEXTS}, deadlines_every_s=0.05) as live,
        live.client().stream("GET", "/notices", headers=STREAMED) as answer,
    ):
        live.stop()
        assert list(answer.iter_lines()) == []


def test_where_a_stream_goes_on_must_be_a_number(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, **SLOW) as live:
        told = live.client().get("/notices", headers={**STREAMED, "Last-Event-ID": "x"})
    assert (told.status_code, told.json()["field"]) == (400, "Last-Event-ID")
