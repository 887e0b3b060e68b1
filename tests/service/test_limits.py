"""So many requests a second for each key, and nothing of one tenant for the callers of another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.serving import CONTRACTS, Live, event, question, send, serving, texts_of

TEXTS = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
OPENED = {
    "account": "a",
    "agreements": ["voip-1"],
    "settings": {"有效期": "2年"},
    "parties": {"user": "c-17"},
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("limits")
    with serving(folder, {"main": TEXTS, "other": TEXTS}, log_decisions="durable") as found:
        yield found


def test_a_key_may_ask_so_often_and_another_is_not_held_up(tmp_path: Path) -> None:
    with serving(tmp_path, {"main": TEXTS}, limits={"per_second": 5}) as live:
        eager, calm = live.client(), live.client()
        asked = question("user", "place_call", "nowhere")
        answers = [eager.post("/access/v1/evaluation", json=asked) for _ in range(30)]
        refused = [each for each in answers if each.status_code != 200]
        assert len(answers) - len(refused) >= 5
        assert {each.status_code for each in refused} == {429}
        assert refused[0].json()["code"] == "too_many_requests"
        assert int(refused[0].headers["retry-after"]) >= 1
        assert calm.post("/access/v1/evaluation", json=asked).status_code == 200
        time.sleep(1)
        assert eager.get("/accounts").status_code == 200


def test_callers_of_a_tenant_see_nothing_of_another(live: Live) -> None:
    mine, theirs = live.client("main"), live.client("other")
    assert mine.post("/accounts", json=OPENED).status_code == 200
    sent = send(mine, event("a", "s", "sign", "2026-03-02T10:00:00+08:00", by="provider"))
    assert sent.status_code == 200
    asked = question("user", "place_call", "a")
    told = mine.post("/access/v1/evaluation", json=asked)
    id = told.headers["contract-decision-id"]
    hook = {"url": "https://93.184.216.34/hook"}
    kept = mine.post("/subscriptions", json=hook)
    assert kept.status_code in (200, 201), kept.text
    subscribed = kept.json()["id"]
    assert mine.get(f"/decisions/{id}").status_code == 200

    for path in ("/accounts/a", "/accounts/a/history", "/accounts/a/deadlines", f"/decisions/{id}"):
        assert theirs.get(path).status_code == 404, path
    theirs.delete(f"/subscriptions/{subscribed}")
    assert [each["id"] for each in mine.get("/subscriptions").json()["subscriptions"]] == [subscribed]
    for path, said in (
        ("/accounts/a/ask", {"question": "2026-04-01 user may place_call"}),
        ("/accounts/a/what-if", {"events": []}),
    ):
        assert theirs.post(path, json=said).status_code == 404, path
    assert theirs.get("/accounts").json()["accounts"] == []
    assert theirs.get("/decisions").json()["decisions"] == []
    assert theirs.get("/subscriptions").json()["subscriptions"] == []
    assert "SUMMARY" not in theirs.get("/deadlines.ics").text
    answer = theirs.post("/access/v1/evaluation", json=asked).json()
    assert (answer["decision"], answer["context"]["outcome"]) == (False, "unknown_resource")
    found = {
        "subject": {"type": "party", "id": "user"},
        "action": {"name": "place_call"},
        "resource": {"type": "account"},
    }
    assert theirs.post("/access/v1/search/resource", json=found).json()["results"] == []
    assert send(theirs, event("a", "t", "sign", "2026-03-02T10:05:00+08:00", by="user")).status_code == 404
    # The same names are free for others, and mean something of their own.
    assert theirs.post("/accounts", json={**OPENED, "settings": {"有效期": "1年"}}).status_code == 200
    again = send(theirs, event("a", "s", "sign", "2026-03-02T11:00:00+08:00", by="user"))
    assert again.status_code == 200, again.text
    assert mine.get("/accounts/a").json()["revision"] == sent.json()["events"][0]["revision"]


def test_a_right_that_a_key_does_not_have_is_refused(live: Live) -> None:
    asks, records = live.client("main", ("ask",)), live.client("main", ("record",))
    assert send(asks, event("a", "x", "sign", "2026-03-02T10:00:00+08:00")).status_code == 403
    assert records.post("/access/v1/evaluation", json=question("user", "place_call", "a")).status_code == 403
    assert asks.post("/contracts", json={}).status_code == 403
    assert asks.get("/decisions").status_code == 403
    assert asks.get("/metrics").status_code == 403
