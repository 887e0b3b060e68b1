"""A question that is there whole is answered where it stands, and is told exactly what it is told in its turn."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator

import pytest

from tests.service.serving import CONTRACTS, Live, question, serving, texts_of

HELD = 10
ACCOUNTS = [f"A-{number}" for number in range(1, HELD + 3)]
SINGLE = "/access/v1/evaluation"
ASKED = json.dumps(question("provider", "suspend_service", "A-1", as_of="2026-04-12")).encode()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    # Asked in turn, none of these accounts is held any more when it is asked about: it is read first, and that waits.
    with serving(tmp_path_factory.mktemp("once"), {"main": texts}, limits={"accounts_held": HELD}) as found:
        for name in ACCOUNTS:
            opened = {"account": name, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
            assert found.client().post("/accounts", json=opened).status_code == 200
        yield found


class Talk:
    """One connection, spoken to in bytes."""

    def __init__(self, live: Live) -> None:
        self.key = live.key()
        self.socket = socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2])), timeout=60)
        self.left = b""

    def request(self, body: bytes, head: str = "", path: str = SINGLE, version: str = "1.1") -> bytes:
        return (
            f"POST {path} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        ).encode() + body

    def send(self, *parts: bytes) -> None:
        for number, each in enumerate(parts):
            if number:
                time.sleep(0.05)
            self.socket.sendall(each)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer: status, headers, body."""
        while b"\r\n\r\n" not in self.left:
            self._more()
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(each.split(": ", 1) for each in lines)
        while len(self.left) < int(headers["content-length"]):
            self._more()
        size = int(headers["content-length"])
        body, self.left = self.left[:size], self.left[size:]
        return int(first.split()[1]), headers, body

    def _more(self) -> None:
        part = self.socket.recv(65536)
        assert part, "the connection was closed"
        self.left += part

    def is_closed(self) -> bool:
        return not self.left and self.socket.recv(1) == b""


@pytest.fixture
def talk(live: Live) -> Iterator[Talk]:
    found = Talk(live)
    with found.socket:
        yield found


def test_a_request_in_pieces_is_told_what_a_whole_one_is(talk: Talk) -> None:
    whole = talk.request(ASKED)
    talk.send(whole)
    status, headers, body = talk.answer()
    assert status == 200
    assert json.loads(body)["context"]["outcome"] == "no_basis"
    for cut in (10, whole.index(b"\r\n\r\n") + 4, len(whole) - 5):
        talk.send(whole[:cut], whole[cut:])
        again, more, same = talk.answer()
        assert (again, same) == (status, body)
        assert more.keys() == headers.keys()


def test_requests_that_come_together_are_answered_in_their_order(talk: Talk) -> None:
    accounts = ["nowhere", *ACCOUNTS, "A-1", "A-1", "nowhere", *ACCOUNTS]
    talk.send(b"".join(
        talk.request(json.dumps(question("provider", "terminate", each)).encode(), f"X-Request-ID: r{number}\r\n")
        for number, each in enumerate(accounts)
    ))  # fmt: skip
    for number, each in enumerate(accounts):
        status, headers, body = talk.answer()
        assert status == 200
        assert headers["x-request-id"] == f"r{number}"
        assert (json.loads(body)["context"]["outcome"] == "unknown_resource") is (each == "nowhere")


def test_between_questions_other_requests_keep_their_turn(talk: Talk) -> None:
    batch = json.dumps({"evaluations": [json.loads(ASKED)] * 3}).encode()
    talk.send(
        talk.request(ASKED)
        + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        + talk.request(batch, path="/access/v1/evaluations")
        + talk.request(ASKED)
    )
    (_, _, one), (_, _, health), (_, _, many), (_, _, last) = (talk.answer() for _ in range(4))
    assert one == last
    assert json.loads(many)["evaluations"] == [json.loads(one)] * 3
    assert json.loads(health)["status"] == "ok"


def test_what_is_wrong_is_a_problem_and_the_connection_goes_on(talk: Talk) -> None:
    for wrong, status in ((b"{", 400), (b'{"subject": 1}', 400), (b"[]", 400)):
        talk.send(talk.request(wrong))
        told, headers, body = talk.answer()
        assert told == json.loads(body)["status"] == status
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "no-store"
        assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    talk.send(talk.request(ASKED))
    assert talk.answer()[0] == 200


def test_who_calls_is_asked_first(talk: Talk) -> None:
    talk.send(talk.request(b"{").replace(b"Bearer", b"Bear"))
    status, headers, _ = talk.answer()
    assert status == 401
    assert headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("version", "head"), [("1.1", "Connection: close\r\n"), ("1.0", "")])
def test_a_connection_is_closed_after_the_answer_where_the_caller_says_so(
    talk: Talk, version: str, head: str
) -> None:
    talk.send(talk.request(ASKED, head, version=version))
    status, headers, _ = talk.answer()
    assert status == 200
    assert headers["connection"] == "close"
    assert talk.is_closed()


def test_who_waits_for_leave_to_send_is_given_it(talk: Talk) -> None:
    head, body = talk.request(ASKED, "Expect: 100-continue\r\n").split(b"\r\n\r\n")
    talk.send(head + b"\r\n\r\n")
    while b"\r\n\r\n" not in talk.left:
        talk._more()
    leave, _, talk.left = talk.left.partition(b"\r\n\r\n")
    assert leave == b"HTTP/1.1 100 Continue"
    talk.send(body)
    assert talk.answer()[0] == 200


def test_a_body_in_chunks_and_a_question_of_an_address_are_read_as_ever(talk: Talk) -> None:
    chunked = talk.request(b"", "Transfer-Encoding: chunked\r\n").replace(b"Content-Length: 0\r\n", b"")
    talk.send(chunked + b"%x\r\n%b\r\n0\r\n\r\n" % (len(ASKED), ASKED))
    _, _, one = talk.answer()
    talk.send(talk.request(ASKED, path=f"{SINGLE}?x=1"))
    _, _, other = talk.answer()
    assert json.loads(one)["context"]["outcome"] == "no_basis"
    assert one == other
