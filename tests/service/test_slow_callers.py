"""Callers who send slowly, without end, or read nothing: they are cut off in time, and nobody else notices."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.service.serving import CONTRACTS, Live, event, question, serving, texts_of

PATIENCE_S = 1.5


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path_factory.mktemp("slow"), {"main": texts}, limits={"request_s": PATIENCE_S}) as found:
        opened = {"account": "A-1001", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert found.client().post("/accounts", json=opened).status_code == 200
        yield found


@pytest.fixture
def caller(live: Live) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2])), timeout=60) as found:
        yield found


def head(live: Live, path: str, kind: str, size: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {live.key()}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


def rest(caller: socket.socket) -> bytes:
    """Return everything that still comes, until the service closes."""
    found = b""
    try:
        while part := caller.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def test_who_sends_nothing_is_told_and_cut_off(live: Live, caller: socket.socket) -> None:
    begun = time.monotonic()
    assert rest(caller).startswith(b"HTTP/1.1 408 ")
    assert PATIENCE_S * 0.8 < time.monotonic() - begun < 60


def test_who_sends_a_byte_now_and_then_is_cut_off_all_the_same(live: Live, caller: socket.socket) -> None:
    for letter in b"POST /access/v1":
        try:
            caller.sendall(bytes([letter]))
        except OSError:
            break
        time.sleep(PATIENCE_S / 10)
    assert b" 408 " in rest(caller)


def test_half_an_event_is_no_event(live: Live, caller: socket.socket) -> None:
    client = live.client()
    body = json.dumps(event("A-1001", "half", "sign", "2026-03-02T10:00:00+08:00", by="provider")).encode()
    caller.sendall(head(live, "/events", "application/cloudevents+json", len(body)) + body[:-1])
    told = rest(caller)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "too_slow"
    assert client.get("/accounts/A-1001").json()["revision"] == "0"


def test_headers_without_end_are_refused_before_they_fill_the_memory(
    live: Live, caller: socket.socket
) -> None:
    # The buffers of the system alone may take some millions of bytes.
    sent = 0
    try:
        caller.sendall(b"GET /health HTTP/1.1\r\n")
        while sent < 64_000_000:
            sent += caller.send(b"X-Long: " + b"x" * 1000 + b"\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert sent < 64_000_000


def test_who_reads_nothing_is_cut_off_and_others_are_answered(live: Live, caller: socket.socket) -> None:
    asked = question("provider", "suspend_service", "A-1001", as_of="2026-04-12")
    body = json.dumps({"evaluations": [asked] * 400}).encode()
    request = head(live, "/access/v1/evaluations", "application/json", len(body)) + body
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    caller.settimeout(0.2)
    client, begun, cut_off = live.client(), time.monotonic(), False
    while not cut_off and time.monotonic() - begun < 60:
        try:
            caller.sendall(request)
        except TimeoutError:
            pass
        except OSError:
            cut_off = True
        assert client.post("/access/v1/evaluation", json=asked).status_code == 200
    assert cut_off


def test_who_takes_time_but_not_too_much_is_answered(live: Live, caller: socket.socket) -> None:
    body = json.dumps(question("provider", "suspend_service", "A-1001")).encode()
    whole = head(live, "/access/v1/evaluation", "application/json", len(body)) + body
    for _ in range(2):
        for start in range(0, len(whole), len(whole) // 4 + 1):
            caller.sendall(whole[start : start + len(whole) // 4 + 1])
            time.sleep(PATIENCE_S / 30)
        assert caller.recv(65536).startswith(b"HTTP/1.1 200 ")
        time.sleep(PATIENCE_S * 1.2)
