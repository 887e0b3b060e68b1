"""Traces reach the collector that is configured, go on from the caller's, and hold nothing of what was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from engine.service import tracing
from engine.service.config import BadConfig, Config
from tests.service.serving import CONTRACTS, event, question, send, serving, texts_of

TEXTS = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(ThreadingHTTPServer):
    """Takes traces as a collector does."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.content = b""
        super().__init__(("127.0.0.1", 0), _Taking)


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            content = gzip.decompress(content)
        self.server.content += content
        request = ExportTraceServiceRequest.FromString(content)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def attributes(span: Span) -> dict[str, object]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "") for each in span.attributes}


def test_a_request_is_a_span_with_its_parts(collector: Collector, tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    with serving(tmp_path, TEXTS, traces={"endpoint": endpoint}, log_decisions="durable") as live:
        client = live.client()
        opened = {"account": "secret-account", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert client.post("/accounts", json=opened).status_code == 200
        signed = event("secret-account", "1", "sign", "2026-03-02T10:00:00+08:00", by="provider")
        assert send(client, signed).status_code == 200
        client.post(
            "/access/v1/evaluation", json=question("provider", "suspend_service", "secret-account"),
            headers={"traceparent": f"00-{TRACE}-{PARENT}-01"},
        )  # fmt: skip
        assert client.get("/accounts/nowhere").status_code == 404
    named = {each.name: each for each in collector.spans}
    asked = named["POST /access/v1/evaluation"]
    assert (asked.trace_id.hex(), asked.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(asked) == {
        "http.request.method": "POST", "http.route": "/access/v1/evaluation", "http.response.status_code": 200,
        "contract.tenant": "main", "contract.outcome": "no_basis",
    }  # fmt: skip
    for part in ("decide", "log"):
        assert named[part].parent_span_id == asked.span_id
    assert named["record"].parent_span_id == named["POST /events"].span_id
    assert attributes(named["GET /accounts/{account}"])["http.response.status_code"] == 404
    assert b"secret-account" not in collector.content
    assert b"contract_" not in collector.content


def test_a_collector_that_is_not_there_keeps_nobody_waiting(tmp_path: Path) -> None:
    with serving(tmp_path, TEXTS, traces={"endpoint": "http://127.0.0.1:9/v1/traces", "share": 1}) as live:
        answer = live.client().post("/access/v1/evaluation", json=question("provider", "pay", "a"))
        assert answer.status_code == 200
        assert httpx2.get(f"{live.url}/health").status_code == 200


@pytest.mark.parametrize("wrong", [{}, {"endpoint": "collector:4318"}, {"endpoint": "http://c/", "share": 2}])
def test_half_a_collector_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="traces"):
        Config.model_validate({"traces": wrong, "tenants": {"main": {"contracts": ["voip-1"]}}})


def test_traces_that_nothing_could_send_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda _: None)
    monkeypatch.setattr("engine.service.running.can_trace", tracing.can_trace)
    with (
        pytest.raises(BadConfig, match="extra `traces`"),
        serving(tmp_path, TEXTS, traces={"endpoint": "http://c/"}),
    ):
        pass
