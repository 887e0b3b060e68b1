"""The OpenAPI page and the addresses agree: whatever is sent, the answer is one that the page tells, never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.service.serving import CONTRACTS, Live, serving, texts_of


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(
        tmp_path_factory.mktemp("openapi"), {"main": texts}, limits={"depth": 16, "body_bytes": 50_000}
    ) as found:
        yield found


BODIES = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"a": NaN}', b'{"subject": "\\ud800"}', b"[" * 400,
    b'{"a":' * 20 + b"1" + b"}" * 20, b'{"subject": {"type": [], "id": {}}}', b'{"context": []}', b'{"events": [1]}',
    b'{"question": 7}', b"{}",
]  # fmt: skip


def test_no_body_is_too_odd(live: Live) -> None:
    client = live.client()
    page = httpx2.get(f"{live.url}/openapi.json").json()
    posts = [path for path, operations in page["paths"].items() if "post" in operations]
    assert len(posts) > 10
    for path in posts:
        for kind in (
            "application/json",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "text/plain",
        ):
            for body in BODIES:
                where = path.replace("{account}", "none").replace("{name}", "x").replace("{version}", "1")
                answer = client.post(where, content=body, headers={"Content-Type": kind})
                told = page["paths"][path]["post"]["responses"]
                assert str(answer.status_code) in told, (path, kind, body, answer.status_code)
                if answer.status_code != 200:
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.json()["status"] == answer.status_code


def test_what_is_too_large_is_told_before_it_is_read(live: Live) -> None:
    answer = live.client().post(
        "/access/v1/evaluation", content=b" " * 60_000, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_the_examples_of_the_page_run(live: Live) -> None:
    client = live.client()
    page = client.get("/openapi.json").json()

    def sent(path: str) -> httpx2.Response:
        ((kind, content), *_) = page["paths"][path]["post"]["requestBody"]["content"].items()
        return client.post(
            path.replace("{account}", "A-1001"),
            content=json.dumps(content["example"]),
            headers={"Content-Type": kind},
            timeout=120,
        )

    for path in (
        "/accounts",
        "/events",
        "/access/v1/evaluation",
        "/access/v1/evaluations",
        "/access/v1/search/resource",
        "/access/v1/search/subject",
        "/access/v1/search/action",
        "/accounts/{account}/ask",
        "/accounts/{account}/what-if",
        "/contracts",
    ):
        answer = sent(path)
        assert answer.status_code == 200, answer.text
    assert "unknown" not in sent("/access/v1/evaluation").json()["context"]["outcome"]


def test_an_operation_has_a_name_that_a_program_can_call(live: Live) -> None:
    page = live.client().get("/openapi.json").json()
    names = [each["operationId"] for operations in page["paths"].values() for each in operations.values()]
    assert len(names) == len(set(names))
    assert {"evaluation", "open_account", "what_if", "publish"} <= set(names)


def test_an_address_tells_all_its_methods(live: Live) -> None:
    """The router names those of the first route that fits; an address may have several."""
    refused = live.client().request("OPTIONS", "/accounts")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    assert refused.json()["detail"] == "here is answered: GET, HEAD, POST"
    assert live.client().put("/access/v1/evaluation").headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/health", "/accounts", "/accounts/none", "/openapi.json", "/metrics"])
def test_a_head_is_that_of_the_answer_to_get(live: Live, path: str) -> None:
    client = live.client()
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_the_head_of_a_stream_does_not_wait_for_what_comes(live: Live) -> None:
    head = live.client().head("/notices", headers={"Accept": "text/event-stream"})
    assert (head.status_code, head.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")


def test_there_is_no_head_of_what_is_asked_with_a_body(live: Live) -> None:
    refused = live.client().head("/access/v1/evaluation")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("wrong", [[], "", 0, "x"])
def test_the_data_of_an_act_is_an_object(live: Live, wrong: object) -> None:
    asked = {
        "subject": {"type": "party", "id": "provider"},
        "action": {"name": "pay", "properties": wrong},
        "resource": {"type": "account", "id": "A-1001"},
    }
    refused = live.client().post("/access/v1/evaluation", json=asked)
    assert (refused.status_code, refused.json()["field"]) == (400, "/action/properties")
