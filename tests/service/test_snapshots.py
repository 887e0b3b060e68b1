"""A long account is begun at its snapshot: after a restart too, and with the same answers as without one."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.service import snapshots
from tests.service.serving import CONTRACTS, Live, event, question, send, serving, texts_of

TEXTS = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
DAYS = 40
ASKED = (
    ("provider", "suspend_service"),
    ("user", "place_call"),
    ("user", "terminate"),
    ("provider", "terminate"),
)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty entries are a long account here."""
    monkeypatch.setattr(snapshots, "FROM", 30)
    monkeypatch.setattr(snapshots, "EVERY", 30)


def life(account: str) -> list[dict[str, Any]]:
    """Return what happened in six weeks: a call each day, a bill that was paid and one that was not."""
    found = [
        event(account, f"{account}-s1", "sign", "2026-03-02T10:00:00+08:00", by="provider"),
        event(account, f"{account}-s2", "sign", "2026-03-02T10:05:00+08:00", by="user"),
        event(account, f"{account}-s3", "activate_service", "2026-03-02T12:00:00+08:00"),
    ]
    for number in range(DAYS):
        at = f"{date(2026, 3, 3) + timedelta(days=number)}T09:00:00+08:00"
        found.append(event(account, f"{account}-c{number}", "place_call", at, by="user", to="10010"))
    for number, (issued, period) in enumerate((("2026-03-05", "2026-02"), ("2026-04-01", "2026-03"))):
        data = {"period": period, "amount": "58.00", "due": f"{issued[:8]}10"}
        at = f"{issued}T17:00:00+08:00"
        found.append(event(account, f"{account}-b{number}", "invoice_issued", at, **data))
    paid = {"amount": "58.00", "bill": f"{account}-b0"}
    found.append(event(account, f"{account}-p0", "pay", "2026-03-09T17:00:00+08:00", **paid))
    return sorted(found, key=lambda each: each["time"])


def begun(client: httpx2.Client, account: str) -> None:
    opened = {"account": account, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    assert client.post("/accounts", json=opened).status_code == 200
    for each in life(account):
        assert send(client, each).status_code == 200


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A service on the same store after a restart."""
    with serving(tmp_path, TEXTS) as first:
        begun(first.client(), "a")
        wait(lambda: counted(first)["made"] == 1)
    with serving(tmp_path, TEXTS) as again:
        yield again.client()


def wait(done: Callable[[], bool]) -> None:
    for _ in range(6000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def counted(live: Live) -> Any:
    return live.server.tenants["main"].snapshots


def answers(client: httpx2.Client, **context: str) -> list[Any]:
    """Return what is answered to each question, and where the account stands."""
    found = []
    for party, act in ASKED:
        asked = question(party, act, "a", **context)
        found.append(client.post("/access/v1/evaluation", json=asked).json())
    days = {"as_of": context["as_of"], "known_at": context.get("known_at", "2030-01-01")}
    found.append(client.get("/accounts/a", params=days).json())
    line = {"question": f"{context['as_of']} provider in breach of 5.2"}
    return [*found, client.post("/accounts/a/ask", json=line).json()]


def compared(live: Live, folder: Path, **context: str) -> Any:
    """Hold the answers of a service that uses snapshots against one that cannot; return what the first has counted."""
    said = answers(live.client(), **context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "FROM", 10**9)
        with serving(folder, TEXTS) as plain:
            assert answers(plain.client(), **context) == said
            assert not counted(plain)
    return counted(live)


def first(folder: Path) -> None:
    """Fill a store, and see that a snapshot was kept."""
    with serving(folder, TEXTS) as live:
        begun(live.client(), "a")
        wait(lambda: counted(live)["made"] == 1)


def test_after_a_restart_the_answers_are_those_of_a_whole_account(tmp_path: Path) -> None:
    first(tmp_path)
    for context, completed in (
        ({"as_of": "2026-05-02"}, 0),
        ({"as_of": "2026-04-15"}, 0),
        ({"as_of": "2026-03-20"}, 1),
        ({"as_of": "2026-05-02", "known_at": "2026-03-20"}, 1),
    ):
        with serving(tmp_path, TEXTS) as live:
            found = compared(live, tmp_path, **context)
            assert (found["used"], found["completed"]) == (1, completed), context


def test_what_comes_later_goes_on_from_a_snapshot_and_what_comes_late_has_all_read(tmp_path: Path) -> None:
    first(tmp_path)
    paid = event("a", "late", "pay", "2026-04-20T09:00:00+08:00", amount="58.00", bill="a-b1")
    back = event("a", "back", "pay", "2026-04-08T09:00:00+08:00", amount="58.00", bill="a-b1")
    with serving(tmp_path, TEXTS) as live:
        client = live.client()
        recorded = send(client, paid).json()["events"][0]
        assert (recorded["late"], counted(live)["used"], counted(live)["completed"]) == (False, 1, 0)
        assert send(client, paid).json()["events"][0] == recorded
        assert compared(live, tmp_path, as_of="2026-05-02")["completed"] == 0
        # A payment in time that is learnt of late: the breach that was told is none any more.
        told = send(client, back).json()["events"][0]
        assert told["late"]
        assert "breach" in {each["what"] for each in told["changed"]}
        assert counted(live)["completed"] == 0
        taken_back = event("a", "taken-back", "retract", "2026-05-01T09:00:00+08:00", of="a-b1")
        assert send(client, taken_back).json()["events"][0]["late"]
        assert counted(live)["completed"] == 1
        compared(live, tmp_path, as_of="2026-05-02")
    with serving(tmp_path, TEXTS) as live:
        assert compared(live, tmp_path, as_of="2026-05-02")["used"] == 0


def test_each_id_is_looked_at_once_however_many_snapshots_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an account of a million events would be looked through again for every thousand."""
    marked: list[str] = []
    mark_of = snapshots.mark_of

    def noted(id: str) -> int:
        marked.append(id)
        return mark_of(id)

    monkeypatch.setattr(snapshots, "mark_of", noted)
    with serving(tmp_path, TEXTS) as live:
        client = live.client()
        begun(client, "a")
        for turn in (1, 2):
            wait(lambda: counted(live)["made"] > 0)
            counted(live).clear()
            for number in range(30):
                at = f"2026-05-{turn:02}T10:{number:02}:00+08:00"
                assert send(
                    client, event("a", f"{turn}-{number}", "place_call", at, by="user", to="1")
                ).is_success
        wait(lambda: counted(live)["made"] > 0)
    assert len(marked) == len(set(marked)) >= 90


def test_a_longer_account_has_fewer() -> None:
    assert not snapshots.is_due(1_000_000, 995_001, 0)
    assert snapshots.is_due(1_000_000, 995_000, 0)


def test_what_was_recorded_before_a_snapshot_counts_once(tmp_path: Path) -> None:
    first(tmp_path)
    with serving(tmp_path, TEXTS) as live:
        client = live.client()
        old = life("a")[5]
        again = send(client, old)
        assert again.status_code == 200
        assert again.json()["events"][0]["revision"].startswith("6-")
        other = send(client, {**old, "data": {**old["data"], "to": "110"}})
        assert other.status_code == 409
        elsewhere = send(client, {**old, "source": "elsewhere"})
        assert elsewhere.status_code == 409
        twice = event(
            "a",
            "b9",
            "invoice_issued",
            "2026-05-01T09:00:00+08:00",
            period="2026-03",
            amount="1",
            due="2026-05-09",
        )
        refused = send(client, twice)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(snapshots, "FROM", 10**9)
            with serving(tmp_path, TEXTS) as plain:
                expected = send(plain.client(), twice)
        assert (refused.status_code, refused.json().get("detail")) == (
            expected.status_code, expected.json().get("detail"),
        )  # fmt: skip


def test_a_revision_before_the_snapshot_can_be_asked(tmp_path: Path) -> None:
    first(tmp_path)
    with serving(tmp_path, TEXTS) as live:
        client = live.client()
        asked = question("provider", "suspend_service", "a", as_of="2026-04-15", revision="6")
        told = client.post("/access/v1/evaluation", json=asked)
        assert told.json()["context"]["receipt"]["revision"].startswith("6-"), told.text
        gone = question("provider", "suspend_service", "a", as_of="2026-04-15", revision="6-00000000")
        assert client.post("/access/v1/evaluation", json=gone).status_code == 409


@pytest.mark.parametrize("how", ["engine", "bytes", "sealed", "documents"])
def test_a_snapshot_that_does_not_hold_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    first(tmp_path)
    texts = dict(TEXTS)
    match how:
        case "engine":
            monkeypatch.setattr("engine.service.snapshots.edition", lambda: "another")
        case "documents":
            text = TEXTS["main"]["voip-1/voip-1.contract"]
            texts = {
                "main": {
                    **TEXTS["main"],
                    "voip-1/voip-1.contract": text.replace("五、费用与支付", "五、费用及支付", 1),
                }
            }
        case _:
            damage(tmp_path / "store.db", sealed=how == "sealed")
    with serving(tmp_path, texts) as live:
        said = answers(live.client(), as_of="2026-05-02")
        assert counted(live)["used"] == 0
        if how != "documents":
            wait(lambda: counted(live)["made"] == 1)
    monkeypatch.undo()
    monkeypatch.setattr(snapshots, "FROM", 10**9)
    with serving(tmp_path, texts) as plain:
        assert answers(plain.client(), as_of="2026-05-02") == said


def damage(store: Path, sealed: bool) -> None:
    """Spoil every snapshot in a store; `sealed` with a hash that fits."""
    with sqlite3.connect(store) as connection:
        for key, content in connection.execute("SELECT rowid, content FROM snapshots").fetchall():
            content = content[: len(content) // 2]
            hash = hashlib.sha256(content).digest() if sealed else b"\x00" * 32
            connection.execute(
                "UPDATE snapshots SET content = ?, hash = ? WHERE rowid = ?", (content, hash, key)
            )
    connection.close()
