"""Events come in once, whatever happens, and what they change is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from engine.dates import iso
from engine.service.clock import now
from engine.store import decisions, open_store
from tests.service.inprocess import BATCH, in_process
from tests.service.serving import CONTRACTS, Live, event, question, send, serving, texts_of


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    tenants = {"main": texts, "other": texts}
    with serving(tmp_path_factory.mktemp("events"), tenants, log_decisions="durable") as found:
        yield found


@pytest.fixture
def client(live: Live) -> httpx2.Client:
    return live.client()


def begun(client: httpx2.Client, account: str) -> None:
    """Open an account whose first bill is due on 10 April."""
    opened = client.post(
        "/accounts",
        json={
            "account": account,
            "agreements": ["voip-1"],
            "settings": {"有效期": "2年"},
            "parties": {"user": "c-17"},
        },
    )
    assert opened.status_code == 200, opened.text
    recorded = send(
        client,
        event(account, f"{account}-1", "sign", "2026-03-02T10:00:00+08:00", by="provider"),
        event(account, f"{account}-2", "sign", "2026-03-02T10:05:00+08:00", by="user"),
        event(account, f"{account}-3", "activate_service", "2026-03-02T12:00:00+08:00"),
        bill(account),
    )
    assert recorded.status_code == 200, recorded.text


def bill(account: str) -> dict:
    data = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    return event(account, f"{account}-bill", "invoice_issued", "2026-04-01T09:00:00+08:00", **data)


def paid(account: str, time: str, id: str = "paid") -> dict:
    return event(account, f"{account}-{id}", "pay", time, amount="58.00", bill=f"{account}-bill")


def outcome(client: httpx2.Client, account: str, day: str, **context: str) -> str:
    asked = question("provider", "suspend_service", account, as_of=day, **context)
    return client.post("/access/v1/evaluation", json=asked).json()["context"]["outcome"]


def test_the_same_event_is_one_event(client: httpx2.Client) -> None:
    begun(client, "once")
    first = send(client, bill("once")).json()["events"][0]
    again = client.post(
        "/events", json=bill("once"), headers={"Content-Type": "application/cloudevents+json"}
    )
    assert again.json() == first
    assert first["revision"].startswith("4-")
    other = {**bill("once"), "data": {**bill("once")["data"], "amount": "59.00"}}
    refused = send(client, paid("once", "2026-04-04T10:00:00+08:00"), other)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409,
        "conflict",
        "/1/id",
    )
    assert client.get("/accounts/once").json()["revision"] == first["revision"]


def test_many_first_sends_at_once_are_one_event(live: Live, client: httpx2.Client) -> None:
    begun(client, "race")
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(
                lambda _: send(live.client(), paid("race", "2026-04-05T10:00:00+08:00")).json(), range(8)
            )
        )
    assert all(each == found[0] for each in found)
    assert client.get("/accounts/race").json()["revision"] == found[0]["events"][0]["revision"]


def test_binary_mode_says_the_same(client: httpx2.Client) -> None:
    begun(client, "binary")
    said = bill("binary")
    headers = {
        f"ce-{name}": said[name] for name in ("specversion", "id", "source", "type", "subject", "time")
    }
    again = client.post("/events", json=said["data"], headers=headers)
    assert again.status_code == 200, again.text
    assert again.json()["revision"].startswith("4-")


def test_attributes_in_headers_may_be_quoted_and_percent_encoded(client: httpx2.Client) -> None:
    begun(client, "quoted")
    said = paid("quoted", "2026-04-02T09:00:00+08:00")

    def sent(id: str) -> httpx2.Response:
        headers = {f"ce-{name}": f'"{said[name]}"' for name in ("source", "type", "subject", "time")}
        headers |= {"ce-specversion": "1.0", "ce-id": id}
        return client.post("/events", json=said["data"], headers=headers)

    assert sent('"a \\"b\\" %E5%BC%A0"').json()["id"] == 'a "b" 张'
    wrong = sent("%FF")
    assert (wrong.status_code, wrong.json()["field"]) == (400, "/id")


def test_a_time_may_be_finer_than_an_instant(client: httpx2.Client) -> None:
    """As senders in Go and Java write it; sent again it is the same event."""
    begun(client, "finer")
    times = [f"2026-04-02T09:00:00.{digits}+08:00" for digits in ("123456789", "123456789", "123456")]
    told = [send(client, paid("finer", time)) for time in times]
    assert [each.status_code for each in told] == [200, 200, 200], told[0].text
    assert told[0].json() == told[1].json() == told[2].json()


def test_what_is_compressed_is_not_read(client: httpx2.Client) -> None:
    asked = question("provider", "suspend_service", "a")
    for path in ("/access/v1/evaluation", "/events", "/accounts"):
        told = client.post(path, json=asked, headers={"Content-Encoding": "gzip"})
        assert (told.status_code, told.json()["code"]) == (415, "unsupported_media_type")


def test_binary_mode_without_data_says_of_no_kind_of_data(client: httpx2.Client) -> None:
    begun(client, "bare")
    said = event("bare", "bare-r", "complaint_filed", "2026-03-05T10:00:00+08:00")
    headers = {
        f"ce-{name}": said[name] for name in ("specversion", "id", "source", "type", "subject", "time")
    }
    again = client.post("/events", headers=headers)
    assert (again.status_code, again.json().get("id")) == (200, "bare-r"), again.text


def test_a_field_that_is_null_is_told_as_left_out(client: httpx2.Client) -> None:
    begun(client, "null")
    paid = event("null", "null-paid", "pay", "2026-04-09T18:00:00+08:00", amount=None, bill="null-bill")
    for _ in range(2):
        (told,) = send(client, paid).json()["events"]
        assert told["left_out"] == ["amount"]
    assert client.get("/accounts/null").json()["duties"] == []
    (told,) = send(client, bill("null")).json()["events"]
    assert "left_out" not in told


def test_what_is_no_event_at_all_is_refused_for_its_kind(client: httpx2.Client) -> None:
    refused = client.post("/events", content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


def test_a_batch_is_checked_before_anything_is_recorded(client: httpx2.Client) -> None:
    begun(client, "whole")
    wrong = {**paid("whole", "2026-04-05T10:00:00+08:00"), "type": "pya"}
    refused = send(client, paid("whole", "2026-04-04T10:00:00+08:00", "first"), wrong)
    assert (refused.status_code, refused.json()["field"]) == (400, "/1/type")
    assert "did you mean `pay`" in refused.json()["detail"]
    assert client.get("/accounts/whole").json()["revision"].startswith("4-")


@pytest.mark.parametrize("said", ["2001-01-01T00:00:00+08:00", "2098-01-01T00:00:00+08:00"])
def test_a_moment_of_learning_that_cannot_be_is_told(client: httpx2.Client, said: str) -> None:
    """The account was opened just now, and nothing was known of it before, or will be before it comes."""
    account = f"learnt in {said[:4]}"
    begun(client, account)
    sent = paid(account, "2026-04-05T10:00:00+08:00") | {"recordedat": said}
    told = [send(client, sent).json()["events"][0] for _ in range(2)]
    assert told[0] == told[1]
    assert told[0]["not_as_said"] == ["recordedat"]
    as_recorded = {**sent, "recordedat": told[0]["recorded_at"]}
    assert "not_as_said" not in send(client, as_recorded).json()["events"][0]


def test_events_of_a_batch_are_recorded_in_their_order_whatever_they_say(tmp_path: Path) -> None:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    told = []
    for sends in (True, False):
        with in_process(tmp_path, texts, open_store(str(tmp_path / "store.db"))) as app:
            if sends:
                app.post(
                    "/accounts", {"account": "a", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
                )
                later = event("a", "1", "sign", "2026-03-02T10:00:00+08:00", by="provider")
                sooner = event("a", "2", "sign", "2026-03-02T10:05:00+08:00", by="user")
                sooner["recordedat"] = iso(now())
                time.sleep(0.002)
                later["recordedat"] = iso(now())
                assert app.post("/events", [later, sooner], BATCH).status == 200
            told.append((app.get("/accounts/a").json()["revision"], app.get("/accounts/a/history").json()))
    assert told[0] == told[1]


def test_a_question_is_answered_as_it_was_at_a_revision(client: httpx2.Client) -> None:
    begun(client, "past")
    before = client.get("/accounts/past").json()["revision"]
    assert outcome(client, "past", "2026-04-11") == "permitted"
    now = send(client, paid("past", "2026-04-05T10:00:00+08:00")).json()["events"][0]["revision"]
    assert outcome(client, "past", "2026-04-11", at_least=now) == "forbidden"
    assert outcome(client, "past", "2026-04-11", revision=before) == "permitted"
    asked = question("provider", "suspend_service", "past", at_least="99-00000000")
    assert client.post("/access/v1/evaluation", json=asked).status_code == 409


def test_a_late_event_tells_what_it_changes(client: httpx2.Client) -> None:
    begun(client, "late")
    data = {"period": "2026-04", "amount": "5.00", "due": "2026-05-10"}
    second = event("late", "late-bill-2", "invoice_issued", "2026-05-01T09:00:00+08:00", **data)
    assert send(client, second).status_code == 200
    found = send(client, paid("late", "2026-04-05T10:00:00+08:00")).json()["events"][0]
    assert found["late"] is True
    changed = {
        (each["what"], each["norm"], each["trigger"]): each for each in found["changed"] if "norm" in each
    }
    breach = next(
        each for (what, _, trigger), each in changed.items() if what == "breach" and trigger == "late-bill"
    )
    assert breach["was"]["status"] == "open"
    assert breach["is"] is None
    assert send(client, paid("late", "2026-04-05T10:00:00+08:00")).json()["events"][0] == found


def test_an_expected_revision_that_is_gone_is_refused(client: httpx2.Client) -> None:
    begun(client, "expected")
    token = client.get("/accounts/expected").json()["revision"]
    headers = {"Content-Type": "application/cloudevents+json", "If-Match": f'"{token}"'}
    body = json.dumps(paid("expected", "2026-04-05T10:00:00+08:00"))
    assert client.post("/events", content=body, headers=headers).status_code == 200
    more = json.dumps(paid("expected", "2026-04-06T10:00:00+08:00", "more"))
    assert client.post("/events", content=more, headers=headers).status_code == 409


def test_tenants_do_not_reach_one_another(live: Live, client: httpx2.Client) -> None:
    begun(client, "mine")
    stranger = live.client("other")
    asked = question("provider", "suspend_service", "mine", as_of="2026-04-11")
    answer = stranger.post("/access/v1/evaluation", json=asked).json()
    assert answer["context"]["outcome"] == "unknown_resource"
    assert stranger.get("/accounts/mine").status_code == 404
    assert send(stranger, bill("mine")).status_code == 404
    assert stranger.get("/accounts").json()["accounts"] == []
    search = {**asked, "resource": {"type": "account"}}
    assert stranger.post("/access/v1/search/resource", json=search).json()["results"] == []
    logged = client.get("/decisions").json()["decisions"]
    assert logged == [] or stranger.get(f"/decisions/{logged[0]['id']}").status_code == 404


def test_rights_are_held_to(live: Live, client: httpx2.Client) -> None:
    begun(client, "rights")
    asker, recorder = live.client(rights=("ask",)), live.client(rights=("record",))
    assert send(asker, bill("rights")).status_code == 403
    assert asker.get("/decisions").status_code == 403
    assert (
        recorder.post(
            "/access/v1/evaluation", json=question("provider", "suspend_service", "rights")
        ).status_code
        == 403
    )
    assert httpx2.get(f"{live.url}/accounts").status_code == 401


def test_a_past_decision_is_explained_as_it_was(live: Live, client: httpx2.Client) -> None:
    begun(client, "why")
    asked = question("provider", "suspend_service", "why", as_of="2026-04-11")
    given = client.post("/access/v1/evaluation", json=asked)
    send(client, paid("why", "2026-04-05T10:00:00+08:00"))
    found = client.get(f"/decisions/{given.headers['contract-decision-id']}").json()
    assert found["logged"] == found["derived"]["decision"]
    assert found["logged"]["answer"] == "permitted"
    assert any("五.3" in line["text"] for line in found["derived"]["explanation"]["zh"])


@pytest.mark.parametrize("kept", [b"\x00\x01", b"17"])
def test_a_damaged_answer_is_told_as_none_beside_what_is_derived(
    live: Live, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, kept: bytes
) -> None:
    name = f"damaged{len(kept)}"
    begun(client, name)
    asked = question("provider", "suspend_service", name, as_of="2026-04-11")
    id = client.post("/access/v1/evaluation", json=asked).headers["contract-decision-id"]
    monkeypatch.setattr(decisions, "unpacked", lambda _: kept)
    found = client.get(f"/decisions/{id}").json()
    assert found["logged"] is None
    assert found["derived"]["decision"]["answer"] == "permitted"
    listed = client.get("/decisions").json()["decisions"]
    assert {each["answer"] for each in listed} == {None}


def test_what_if_keeps_nothing(client: httpx2.Client) -> None:
    begun(client, "if")
    supposed = {"name": "pay", "at": "2026-04-05T10:00", "amount": "58.00", "bill": "if-bill"}
    asked = {
        "events": [supposed],
        "as_of": "2026-04-20",
        "question": "2026-04-20 provider may suspend_service",
    }
    found = client.post("/accounts/if/what-if", json=asked).json()
    assert found["answer"]["decision"]["answer"] == "forbidden"
    assert any(each["what"] == "breach" for each in found["changed"])
    assert outcome(client, "if", "2026-04-20") == "permitted"


def test_what_if_takes_what_could_be_recorded(client: httpx2.Client) -> None:
    begun(client, "iffy")
    at = "2026-04-09T10:00"
    corrected = {"name": "correct", "at": at, "of": "iffy-bill", "amount": "600.00"}
    found = client.post("/accounts/iffy/what-if", json={"events": [corrected], "as_of": "2026-04-12"})
    assert [each["is"]["unpaid"] for each in found.json()["changed"]] == [60000]
    for wrong, field in (
        ({"name": "retract", "at": at, "of": "nothing"}, "of"),
        ({"name": "sign", "at": at, "by": "user"}, "by"),
        ({**corrected, "amount": "dear"}, "amount"),
        ({**corrected, "id": "iffy-bill"}, "id"),
    ):
        asked = {"events": [{"name": "place_call", "at": at, "by": "user", "to": "1"}, wrong]}
        refused = client.post("/accounts/iffy/what-if", json=asked)
        assert (refused.status_code, refused.json()["field"]) == (400, f"/events/1/{field}")


def test_what_is_wrong_in_a_batch_is_told_with_its_place(client: httpx2.Client) -> None:
    begun(client, "placed")
    call = event("placed", "placed-call", "place_call", "2026-04-06T10:00:00+08:00", by="user", to="10010")
    for wrong, status, field in (
        ({"id": "x" * 900}, 400, "id"),
        ({"subject": "nobody"}, 404, "subject"),
        ({"time": "yesterday"}, 400, "time"),
        ({"time": 5}, 400, "time"),
        ({"data": {"by": "user", "to": {"number": "10010"}}}, 400, "data/to"),
        ({"data": {"by": ["user"], "to": "10010"}}, 400, "data/by"),
    ):
        refused = send(client, call, {**call, "id": "placed-other", **wrong})
        assert (refused.status_code, refused.json()["field"]) == (status, f"/1/{field}")
        assert "YESTERDAY" not in refused.json()["detail"]


def test_an_account_at_a_revision_is_told_with_that_revision(client: httpx2.Client) -> None:
    begun(client, "then")
    for address in ("/accounts/then", "/accounts/then/history", "/accounts/then/deadlines"):
        found = client.get(address, params={"revision": "2"})
        assert found.json()["revision"].startswith("2-")
    assert client.get("/accounts/then", params={"revision": "2"}).headers["etag"].startswith('"2-')


def test_a_name_may_hold_a_slash(client: httpx2.Client) -> None:
    begun(client, "north/7 ?")
    for address in ("", "/history", "/deadlines"):
        found = client.get(f"/accounts/north%2F7%20%3F{address}")
        assert (found.status_code, found.json()["account"]) == (200, "north/7 ?")
    asked = {"question": "2026-04-20 provider may suspend_service"}
    assert client.post("/accounts/north%2F7%20%3F/ask", json=asked).status_code == 200


def test_an_account_tells_where_it_stands(client: httpx2.Client) -> None:
    begun(client, "stands")
    found = client.get("/accounts/stands", params={"as_of": "2026-04-02"}).json()
    assert [each["unpaid"] for each in found["duties"] if each["trigger"] == "stands-bill"] == [5800]
    assert any(
        each["at"].startswith("2026-04-11T00:00") and any(it["what"] == "breach" for it in each["changes"])
        for each in found["next"]
    )
    told = client.get("/accounts/stands/history").json()["history"]
    assert [each["name"] for entry in told for each in entry["events"]][:3] == [
        "sign",
        "sign",
        "activate_service",
    ]


def test_search_contains_whom_the_evaluation_permits(client: httpx2.Client) -> None:
    """With pages of one, and evaluated singly and as a batch."""
    names = [f"search-{n}" for n in range(5)]
    for name in names:
        begun(client, name)
    send(client, paid("search-1", "2026-04-05T10:00:00+08:00"), paid("search-3", "2026-04-05T10:00:00+08:00"))
    asked = question("provider", "suspend_service", "", as_of="2026-04-11")
    asked["resource"] = {"type": "account"}
    found, page = [], {"limit": 1}
    while True:
        body = client.post("/access/v1/search/resource", json={**asked, "page": page}).json()
        found += [each["id"] for each in body["results"]]
        if not body["page"]["next_token"]:
            break
        page = {"limit": 1, "token": body["page"]["next_token"]}
    everyone = [each["account"] for each in client.get("/accounts").json()["accounts"]]
    questions = [{**asked, "resource": {"type": "account", "id": name}} for name in everyone]
    singles = [client.post("/access/v1/evaluation", json=each).json() for each in questions]
    batch = client.post("/access/v1/evaluations", json={"evaluations": questions}).json()["evaluations"]
    assert batch == singles
    assert found == [name for name, answer in zip(everyone, singles, strict=True) if answer["decision"]]
    assert [name for name in found if name in names] == ["search-0", "search-2", "search-4"]
    other = {**asked, "action": {"name": "terminate"}, "page": page}
    assert client.post("/access/v1/search/resource", json=other).status_code == 400


def test_what_is_a_moment_ahead_is_kept_when_its_time_has_come(client: httpx2.Client) -> None:
    """No two clocks are the same: who reports at once what just happened is else refused, and drops it."""
    begun(client, "ahead")
    at = iso(now() + 300_000)
    told = send(client, event("ahead", "soon", "place_call", at, by="user", to="1")).json()["events"][0]
    assert told["recorded_at"] >= at
    refused = send(client, event("ahead", "later", "place_call", iso(now() + 60_000_000), by="user", to="1"))
    assert (refused.status_code, refused.json()["field"]) == (400, "/0/time"), refused.text
