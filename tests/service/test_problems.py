"""Where a request is wrong is told by a JSON pointer into its body; what is not of the body by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.service.problems import pointer
from tests.service.serving import CONTRACTS, Live, event, question, send, serving, texts_of


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path_factory.mktemp("problems"), {"main": texts}) as found:
        assert found.client().post("/accounts", json={"account": "a", "agreements": ["voip-1"]}).is_success
        yield found


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"account": ""}, "/account"),
        ({"account": "x" * 900}, "/account"),
        ({"agrements": ["voip-1"]}, "/agrements"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"agreements": []}, "/agreements"),
        ({"agreements": "voip-9"}, "/agreements"),
        ({"agreements": ["voip-1", "voip-9"]}, "/agreements/1"),
        ({"agreements": ["voip-1@7"]}, "/agreements/0"),
        ({"agreements": ["voip-1", 7]}, "/agreements/1"),
        ({"layers": "maritime"}, "/layers"),
        ({"layers": ["contract", "maritime"]}, "/layers/1"),
        ({"layers": ["contract", ""]}, "/layers/1"),
        ({"type": ""}, "/type"),
        ({"settings": []}, "/settings"),
        ({"settings": {"no/such": 1}}, "/settings/no~1such"),
        ({"settings": {"user.height": 1}}, "/settings/user.height"),
        ({"readings": {"RS-none": "x"}}, "/readings/RS-none"),
        ({"answers": {"D-NONE": "yes"}}, "/answers/D-NONE"),
        # The same name in two parts, and right in the first.
        ({"settings": {"P-TERM": "1年"}, "answers": {"P-TERM": "dear"}}, "/answers/P-TERM"),
        ({"parties": {"nobody": ["x"]}}, "/parties/nobody"),
        ({"parties": {"user": 1}}, "/parties/user"),
        ({"parties": {"user": ["x", 1]}}, "/parties/user/1"),
        ({"parties": {"user": "x", "provider": ["y", "x"]}}, "/parties/user"),
    ],
)
def test_what_is_wrong_in_an_opening_has_its_place(live: Live, wrong: dict[str, Any], field: str) -> None:
    refused = live.client().post("/accounts", json={"account": "b", "agreements": ["voip-1"], **wrong})
    assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text


@pytest.mark.parametrize("name", [".", "..", "x/history", "x/ask"])
def test_an_account_has_no_name_whose_address_is_of_something_else(live: Live, name: str) -> None:
    told = live.client().post("/accounts", json={"account": name, "agreements": ["voip-1"]})
    assert (told.status_code, told.json()["field"]) == (400, "/account"), told.text


def test_what_conflicts_has_its_place(live: Live) -> None:
    refused = live.client().post(
        "/accounts", json={"account": "a", "agreements": ["voip-1"], "type": "phone"}
    )
    assert (refused.status_code, refused.json()["field"]) == (409, "/account")


@pytest.mark.parametrize(
    "line",
    [
        "2026-04-01 user in breach of 99.9",
        "when may anybody do what",
        "2026-04-01 amount fee(nobody-sent-it)",
    ],
)
def test_a_question_that_cannot_be_asked_has_its_place(live: Live, line: str) -> None:
    refused = live.client().post("/accounts/a/ask", json={"question": line})
    assert (refused.status_code, refused.json()["field"]) == (400, "/question")
    supposed = {"name": "place_call", "at": "2026-04-06T10:00", "by": "user", "to": "1"}
    refused = live.client().post("/accounts/a/what-if", json={"events": [supposed], "question": line})
    assert (refused.status_code, refused.json()["field"]) == (400, "/question")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"recordedat": "soon"}, "/0/recordedat"),
        ({"data": {"by": "user", "to": "10010", "a/b": 1}}, "/0/data/a~1b"),
        ({"data": {"by": "user", "to": "10010", "a/b": [1]}}, "/0/data/a~1b"),
    ],
)
def test_what_is_wrong_in_an_event_has_its_place(live: Live, changed: dict[str, Any], field: str) -> None:
    call = event("a", "c1", "place_call", "2026-04-06T10:00:00+08:00", by="user", to="10010")
    refused = send(live.client(), {**call, **changed})
    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_what_is_wrong_in_an_item_of_a_batch_has_its_place(live: Live) -> None:
    items = [
        {"context": {}}, {"context": {"as_of": "never"}}, {"context": {"revision": "77"}},
        {"context": {"amount": "dear"}}, {"subject": {"type": "party"}},
        {"action": {"name": "pay", "properties": {"amount": "dear"}}, "context": {"amount": "1.00"}},
    ]  # fmt: skip
    asked = {**question("user", "pay", "a"), "evaluations": items}
    told = live.client().post("/access/v1/evaluations", json=asked).json()["evaluations"]
    assert [each["context"].get("error", {}).get("field") for each in told] == [
        None, "/evaluations/1/context/as_of", "/evaluations/2/context/revision",
        "/evaluations/3/context/amount", "/evaluations/4/subject/id", "/evaluations/5/action/properties/amount",
    ]  # fmt: skip


def test_a_word_of_the_address_and_a_header_are_told_by_name(live: Live) -> None:
    client = live.client()
    for word in ("as_of", "known_at", "revision", "at_least"):
        assert client.get("/accounts/a", params={word: "never"}).json()["field"] == word
    assert client.get("/accounts/none").json()["field"] == "account"


def test_a_pointer_is_written_as_rfc_6901_has_it() -> None:
    assert pointer("a/b", 0, "m~n", "") == "/a~1b/0/m~0n"


@pytest.mark.parametrize("name", ["revision", "at_least"])
def test_a_search_of_accounts_takes_no_revision_for_it_is_of_one(live: Live, name: str) -> None:
    client = live.client()
    token = client.get("/accounts/a").json()["revision"]
    asked = {**question("user", "place_call", "", as_of="2026-04-01"), "resource": {"type": "account"}}
    refused = client.post("/access/v1/search/resource", json={**asked, "context": {name: token}})
    assert (refused.status_code, refused.json()["field"]) == (400, f"/context/{name}")
    assert "known_at" in refused.json()["detail"]
    assert client.post("/access/v1/search/resource", json={**asked, "context": {name: None}}).is_success


@pytest.mark.parametrize("what", ["subject", "action"])
@pytest.mark.parametrize("name", ["revision", "at_least"])
def test_a_search_on_one_account_takes_a_revision_that_it_has(live: Live, what: str, name: str) -> None:
    client = live.client()
    token = client.get("/accounts/a").json()["revision"]
    asked = question("user", "place_call", "a", **{name: token})
    assert client.post(f"/access/v1/search/{what}", json=asked).is_success
    refused = client.post(f"/access/v1/search/{what}", json={**asked, "context": {name: "77"}})
    assert (refused.status_code, refused.json()["field"]) == (409, f"/context/{name}")


@pytest.mark.parametrize(
    ("norm", "said"),
    [
        ("五.22", "no clause or norm is called `五.22`; did you mean `五.2`?"),
        ("5.2", "no clause or norm is called `5.2`; did you mean `五.2`?"),
        ("all of it", "no clause or norm is called `all of it`"),
    ],
)
def test_a_waiver_of_what_is_no_norm_is_refused(live: Live, norm: str, said: str) -> None:
    client = live.client()
    waiver = event("a", "w1", "waive", "2026-04-06T10:00:00+08:00", by="provider", norm=norm)
    refused = send(client, waiver)
    told = refused.json()
    assert (refused.status_code, told["field"], told["detail"]) == (400, "/0/data/norm", said)
    supposed = {"name": "waive", "at": "2026-04-06T10:00", "by": "provider", "norm": norm}
    refused = client.post("/accounts/a/what-if", json={"events": [supposed]})
    assert (refused.status_code, refused.json()["field"]) == (400, "/events/0/norm")


@pytest.mark.parametrize("norm", ["五.2", "付费"])
def test_a_waiver_names_a_norm_by_its_clause_or_label(live: Live, norm: str) -> None:
    waiver = event("a", f"w-{norm}", "waive", "2026-04-06T10:00:00+08:00", by="provider", norm=norm)
    assert send(live.client(), waiver).is_success


def test_a_subscription_takes_no_field_that_does_nothing(live: Live) -> None:
    refused = live.client().post("/subscriptions", json={"url": "https://example.com/", "account": "a"})
    assert (refused.status_code, refused.json()["field"]) == (400, "/account")


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/access/v1/evaluation", "json", '{"subject": {"type": "party", "id": "user", "id": "provider"}}'),
        ("/accounts", "json", '{"account": "twice", "agreements": ["voip-1"], "settings": {"a": 1, "a": 2}}'),
        ("/events", "cloudevents+json", '{"specversion": "1.0", "data": {"amount": 5.00, "amount": "8.00"}}'),
        ("/events", "cloudevents-batch+json", '[{"id": "a", "id": "b"}]'),
    ],
)  # fmt: skip
def test_what_says_something_twice_is_refused(live: Live, path: str, kind: str, body: str) -> None:
    refused = live.client().post(path, content=body, headers={"Content-Type": f"application/{kind}"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert "stands twice in one object" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "said", "field", "near"),
    [
        ("GET", "/accounts/a?asof=2026-04-12", None, "asof", "as_of"),
        ("GET", "/accounts/a/history?knownat=2026-04-12", None, "knownat", "known_at"),
        ("GET", "/accounts?limit=5", None, "limit", None),
        ("GET", "/notices?before=5", None, "before", None),
        ("GET", "/decisions?afer=5", None, "afer", "after"),
        ("GET", "/deadlines.ics?acount=a", None, "acount", "account"),
        ("POST", "/accounts/a/ask", {"question": "2026-04-12 user may pay", "as_of": "2026"}, "/as_of", None),
        ("POST", "/accounts/a/what-if", {"events": [], "asof": "2026-04-12"}, "/asof", "as_of"),
        ("POST", "/contracts", {"name": "x", "effectiv_on": "2027-01-01"}, "/effectiv_on", "effective_on"),
    ],
)  # fmt: skip
def test_a_name_that_is_mistyped_is_told_and_not_passed_over(
    live: Live, method: str, path: str, said: Any, field: str, near: str | None
) -> None:
    """Whoever asks about `asof` a day is else answered about now."""
    refused = live.client().request(method, path, json=said)
    assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text
    told = "there is no such field here"
    assert refused.json()["detail"] == (f"{told}; did you mean `{near}`?" if near else told)


def test_an_address_that_is_half_of_one_is_refused(live: Live) -> None:
    refused = live.client().post("/subscriptions", json={"url": "https://[::1"})
    assert (refused.status_code, refused.json()["field"]) == (400, "/url"), refused.text


def test_a_semantic_that_is_null_is_left_out(live: Live) -> None:
    batch = {
        **question("user", "pay", "a"),
        "options": {"evaluations_semantic": None},
        "evaluations": [{}, {}],
    }
    told = live.client().post("/access/v1/evaluations", json=batch)
    assert len(told.json()["evaluations"]) == 2, told.text


def test_what_is_wrong_is_told_in_the_language_that_is_accepted_soonest(live: Live) -> None:
    opened = {"account": "c", "agreements": ["voip-1"], "settings": {"有效期": "很久"}}

    def told(accepted: str, path: str = "/accounts", body: Any = opened) -> tuple[str, str]:
        refused = live.client().post(path, json=body, headers={"Accept-Language": accepted}).json()
        return refused["title"], refused["detail"]

    assert told("en-GB, zh;q=0.5")[0] == "the request cannot be read"
    title, detail = told("zh-CN,zh;q=0.9,en;q=0.8")
    assert title == "请求无法读取"
    assert not detail.isascii()
    assert detail != told("en")[1]
    assert (
        live.client().get("/accounts/nobody", headers={"Accept-Language": "zh"}).json()["title"]
        == "没有此名称的事物"
    )
