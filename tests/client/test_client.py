"""The client against a live server, with what lies between them failing in every way."""

from __future__ import annotations

import ast
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from contractclient import Answer, Client, Entity, Event, Question, Refused, Unreachable, sending
from contractclient import remembered as remembered_answers

from tests.service.serving import CONTRACTS, Live, serving, texts_of

PROVIDER = Entity("party", "provider")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path_factory.mktemp("client"), {"main": texts}, limits={"per_second": 0}) as found:
        yield found


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with Client(live.url, live.key()) as found:
        yield found


def begun(client: Client, account: str) -> None:
    """Open an account whose first bill is due on 10 April."""
    client.open_account(account, ["voip-1"], settings={"有效期": "2年"}, parties={"user": "c-17"})
    client.record_all([
        Event(account, "sign", "test", "2026-03-02T10:00:00+08:00", {"by": "provider"}, f"{account}-1"),
        Event(account, "sign", "test", "2026-03-02T10:05:00+08:00", {"by": "user"}, f"{account}-2"),
        Event(account, "activate_service", "test", "2026-03-02T12:00:00+08:00", id=f"{account}-3"),
        Event(
            account, "invoice_issued", "test", "2026-04-01T09:00:00+08:00",
            {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}, f"{account}-bill",
        ),
    ])  # fmt: skip


def paid(account: str) -> Event:
    data = {"amount": "58.00", "bill": f"{account}-bill"}
    return Event(account, "pay", "test", "2026-04-05T10:00:00+08:00", data, f"{account}-paid")


def suspension(account: str, as_of: str | None = "2026-04-12") -> Question:
    return Question(PROVIDER, "suspend_service", account, as_of=as_of)


class Between:
    """What lies between client and service: passes bytes on, counts requests, and now and then does something else."""

    def __init__(self, port: int) -> None:
        self.requests, self.plan = 0, ""
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(caller,), daemon=True).start()

    def _one(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(("127.0.0.1", self._to)) as service:
            while request := _message(caller):
                self.requests += 1
                plan, self.plan = self.plan, ""
                if plan == "refuse":
                    caller.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}")
                    continue
                if plan == "gateway":
                    caller.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>")
                    continue
                if plan == "silent":
                    time.sleep(4)
                    return
                service.sendall(request)
                answer = _message(service)
                if plan == "lose the answer":
                    return
                if plan == "break off":
                    caller.sendall(answer[:-5])
                    return
                if plan == "by and by":
                    head, mark, body = answer.partition(b"\r\n\r\n")
                    caller.sendall(head + mark)
                    with suppress(OSError):
                        for place in range(len(body)):
                            caller.sendall(body[place : place + 1])
                            time.sleep(0.2)
                    return
                caller.sendall(answer)

    def close(self) -> None:
        self._listening.close()


def _message(end: socket.socket) -> bytes:
    """Return one HTTP message with its body."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = end.recv(65536)
        if not part:
            return b""
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            wanted = int(line.split(b":")[1])
            while len(body) < wanted:
                body += end.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def through(live: Live, timeout_s: float = 5, **more: Any) -> Iterator[tuple[Client, Between]]:
    between = Between(int(live.url.rpartition(":")[2]))
    with Client(between.url, live.key(), timeout_s=timeout_s, **more) as client:
        yield client, between
    between.close()


def test_an_answer_has_its_reasons_and_how_long_it_holds(client: Client) -> None:
    begun(client, "reasons")
    before, after = (
        client.evaluate(suspension("reasons", "2026-04-10")),
        client.evaluate(suspension("reasons")),
    )
    assert (before.decision, after.decision) == (False, True)
    assert after.outcome == "permitted"
    assert any("五.2" in line.text for line in after.reasons("zh"))
    assert before.holds_until is not None
    assert before.as_of < before.holds_until
    assert len(before.decision_id) == 32
    assert client.evaluate(suspension("nowhere")).outcome == "unknown_resource"


def test_many_questions_are_answered_in_their_order(client: Client) -> None:
    begun(client, "many")
    asked = [suspension("many", f"2026-04-{day:02}") for day in range(8, 14)]
    found = client.evaluate_all(asked)
    assert [each.context for each in found] == [client.evaluate(each).context for each in asked]
    assert {each.outcome for each in found} == {"forbidden", "permitted"}
    assert all(len(each.decision_id) == 32 for each in found)
    assert len(client.evaluate_all(asked, "permit_on_first_permit")) < len(asked)


def test_data_of_an_act_cannot_be_taken_for_a_day(client: Client) -> None:
    begun(client, "data")
    asked = Question(PROVIDER, "suspend_service", "data", {"as_of": "2026-04-10"}, as_of="2026-04-12")
    answer = client.evaluate(asked)
    assert answer.decision
    assert answer.context["ignored"] == ["as_of"]


def test_accounts_are_searched_page_by_page(client: Client) -> None:
    for n in range(5):
        begun(client, f"page-{n}")
    found = client.accounts_where(PROVIDER, "suspend_service", as_of="2026-04-12", page=2)
    assert {f"page-{n}" for n in range(5)} <= set(found)


def test_what_is_known_of_an_account(client: Client) -> None:
    begun(client, "known of #1")
    assert client.account("known of #1", as_of="2026-04-12")["breaches"]
    assert client.history("known of #1")["history"]
    assert client.deadlines("known of #1", as_of="2026-04-02")["next"]
    supposed = {
        "name": "pay",
        "by": "user",
        "at": "2026-04-05T10:00",
        "amount": "58.00",
        "bill": "known of #1-bill",
    }
    assert client.what_if("known of #1", [supposed])["changed"]


def test_a_late_event_tells_what_it_changed(client: Client) -> None:
    begun(client, "late")
    client.record(
        Event("late", "place_call", "test", "2026-05-01T10:00:00+08:00", {"by": "user", "to": "10010"})
    )
    told = client.record(paid("late"))
    assert told.late
    assert told.changed
    assert told.left_out == ()


def test_an_event_tells_what_was_left_out(client: Client) -> None:
    begun(client, "whole")
    data = {"amount": None, "bill": "whole-bill"}
    told = client.record(Event("whole", "pay", "test", "2026-04-05T10:00:00+08:00", data))
    assert told.left_out == ("amount",)


def test_what_is_refused_says_where(client: Client) -> None:
    begun(client, "refused")
    with pytest.raises(Refused) as wrong:
        client.record(Event("refused", "pya", "test", "2026-04-05T10:00:00+08:00"))
    assert (wrong.value.status, wrong.value.code, wrong.value.field) == (400, "bad_request", "/0/type")
    with pytest.raises(Refused) as wrong:
        client.account("nowhere")
    assert wrong.value.status == 404


@pytest.mark.parametrize("plan", ["lose the answer", "break off", "refuse", "gateway", "silent"])
def test_what_got_no_answer_is_sent_again_and_counts_once(live: Live, plan: str) -> None:
    account = f"again-{plan.partition(' ')[0]}"
    with through(live, timeout_s=3) as (client, between):
        begun(client, account)
        between.plan, between.requests = plan, 0
        told = client.record(paid(account))
        assert between.requests == 2
        assert told.revision.startswith("5-")
        assert client.account(account)["revision"] == told.revision


def test_a_connection_that_was_closed_meanwhile_is_no_failure(live: Live) -> None:
    with through(live) as (client, between):
        begun(client, "closed")
        between.plan = "lose the answer"
        assert client.evaluate(suspension("closed")).decision


def test_who_does_not_answer_in_time_is_unreachable(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        begun_at = time.monotonic()
        with (
            Client(url, "contract_x", timeout_s=0.1, within_s=0.5) as client,
            pytest.raises(Unreachable) as wrong,
        ):
            client.record(Event("a", "pay", "test", None))
        assert time.monotonic() - begun_at < 30
        assert "contract_x" not in repr(wrong.value)


def test_an_answer_that_comes_by_and_by_is_not_waited_for_beyond_the_bound(live: Live) -> None:
    with through(live, within_s=1.5) as (client, between):
        between.plan = "by and by"
        begun_at = time.monotonic()
        with pytest.raises(Unreachable):
            client.account("nowhere")
        assert time.monotonic() - begun_at < 30


def test_a_refusal_for_good_is_not_sent_again(live: Live) -> None:
    between = Between(int(live.url.rpartition(":")[2]))
    with (
        Client(between.url, "contract_0123456789abcdef_" + "B" * 43) as stranger,
        pytest.raises(Refused) as wrong,
    ):
        stranger.evaluate(suspension("a"))
    between.close()
    assert (wrong.value.status, between.requests) == (401, 1)


def test_pauses_grow_and_what_is_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    answers = iter(
        [(503, {}, b""), (429, {"retry-after": "3"}, b"{}"), (503, {}, b"<html>"), (200, {}, b"[1]")]
    )
    sender = sending.Sender("http://nowhere.invalid/base/", "k", 1, 30, None, paused.append)
    monkeypatch.setattr(sender, "_once", lambda *_: next(answers))
    assert sender.send("GET", "/x").body == [1]
    assert paused[0] <= 0.05
    assert paused[1] == 3
    assert 0.05 <= paused[2] <= 0.2


def test_an_answer_is_remembered_until_time_or_an_event_may_change_it(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    with through(live, remember_s=60) as (client, between):
        begun(client, "kept")
        first = client.evaluate(suspension("kept"))
        before = between.requests
        again = client.evaluate(suspension("kept"))
        assert (between.requests, again.remembered, again.context) == (before, True, first.context)
        client.record(paid("kept"))
        assert client.evaluate(suspension("kept")).outcome != first.outcome
        now = client.evaluate(suspension("kept", None))
        assert client.evaluate(suspension("kept", None)).remembered
        monkeypatch.setattr(remembered_answers, "monotonic", lambda: time.monotonic() + 61)
        assert not client.evaluate(suspension("kept", None)).remembered
        assert now.revision.startswith("5-")


def test_an_answer_is_never_remembered_past_what_it_holds_until() -> None:
    kept = remembered_answers.Remembered(3600)
    context = {"holds_until": "2026-04-11T00:00:02+08:00", "receipt": {"revision": "1-a"}}
    moment = time.monotonic()
    asked = suspension("a", None)
    answer = Answer(False, context, datetime.fromisoformat("2026-04-11T00:00:00+08:00"))
    kept.keep(asked, answer, moment - 1, 0)
    assert kept.of(asked) is not None
    kept.keep(asked, answer, moment - 3, 0)
    assert kept.of(asked) is None


def test_what_was_forgotten_long_ago_takes_no_room() -> None:
    kept = remembered_answers.Remembered(3600, most=10)
    turn = kept.turn("a")
    for number in range(100):
        kept.forget(f"other {number}")
    assert len(kept._turns) == 10
    answer = Answer(True, {"receipt": {"revision": "1-a"}}, datetime.fromisoformat("2026-04-11T00:00+08:00"))
    kept.keep(suspension("a", None), answer, 1e12, turn)
    assert kept.of(suspension("a", None)) is None, "it cannot be told any more whether it was forgotten"
    kept.keep(suspension("a", None), answer, 1e12, kept.turn("a"))
    assert kept.of(suspension("a", None)) is not None


def test_an_answer_that_was_under_way_when_something_happened_is_not_kept() -> None:
    kept = remembered_answers.Remembered(3600)
    turn = kept.turn("a")
    kept.forget("a")
    asked = suspension("a", None)
    kept.keep(
        asked,
        Answer(True, {"receipt": {"revision": "1-a"}}, datetime.fromisoformat("2026-04-11T00:00+08:00")),
        1e12,
        turn,
    )
    assert kept.of(asked) is None


def test_many_threads_may_use_one_client(live: Live, client: Client) -> None:
    begun(client, "threads")
    found: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda: found.extend(client.evaluate(suspension("threads")).decision for _ in range(20))
        )
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [True] * 80


@pytest.mark.parametrize("url", ["", "pdp.example.com", "ftp://x", "https://", "https://x?key=1"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(url, "k")


def test_the_client_needs_nothing_but_python() -> None:
    for path in (Path(__file__).parents[2] / "client" / "contractclient").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [each.name for each in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            for name in names:
                assert name.partition(".")[0] in {*sys.stdlib_module_names, "contractclient"}, (path, name)
