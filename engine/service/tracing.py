"""Traces for a collector, where one is configured: a span for each request, and in it what took the time.

A span has the route, the status, the tenant and the outcome: no account, no body, no key. Spans are sent by a thread of
their own; what cannot be sent is dropped, and no answer waits for it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

from starlette.types import Scope

from engine.service.config import Traces
from engine.service.problems import problem_of
from engine.service.requests import Headers

WAIT_S = 5
Made = TypeVar("Made")


class Tracing(Protocol):
    """What requests tell of themselves; nothing, where no collector is configured."""

    def request(self, scope: Scope, headers: Headers, answering: Awaitable[Made]) -> Awaitable[Made]:
        """Return what answers a request, in a span, which goes on from the caller's where it names one."""

    def part(self, name: str, doing: Awaitable[Made]) -> Awaitable[Made]:
        """Return a part of the request at hand, in a span."""

    def close(self) -> None:
        """Send what is not sent yet, within a few seconds."""


class Untraced:
    """Tells nothing."""

    def request(self, scope: Scope, headers: Headers, answering: Awaitable[Made]) -> Awaitable[Made]:
        return answering

    def part(self, name: str, doing: Awaitable[Made]) -> Awaitable[Made]:
        return doing

    def close(self) -> None:
        pass


def can_trace() -> bool:
    """Tell whether the libraries that send traces are installed (the extra `traces`)."""
    names = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
    try:
        return all(find_spec(each) is not None for each in names)
    except ModuleNotFoundError:
        return False


def tracing_of(traces: Traces | None) -> Tracing:
    """Return how requests tell of themselves."""
    return Untraced() if traces is None else _Traced(traces)


class _Traced:
    def __init__(self, traces: Traces) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = TracerProvider(
            resource=Resource.create({"service.name": traces.service}),
            sampler=ParentBased(TraceIdRatioBased(traces.share)), shutdown_on_exit=False,
        )  # fmt: skip
        exporter = OTLPSpanExporter(endpoint=traces.endpoint, timeout=WAIT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("contract")
        self._from = TraceContextTextMapPropagator()

    async def request(self, scope: Scope, headers: Headers, answering: Awaitable[Made]) -> Made:
        from opentelemetry.trace import SpanKind

        carried = {
            name: headers[name.encode()].decode("latin-1")
            for name in ("traceparent", "tracestate")
            if name.encode() in headers
        }
        with self._tracer.start_as_current_span(
            scope["method"], context=self._from.extract(carried), kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"]}, record_exception=False,
            set_status_on_exception=False,
        ) as span:  # fmt: skip
            status = 500
            try:
                said = await answering
                status = 200
                return said
            except Exception as wrong:
                status = problem_of(wrong).status
                raise
            finally:
                _ended(span, scope, scope.get("status", status))

    async def part(self, name: str, doing: Awaitable[Made]) -> Made:
        with self._tracer.start_as_current_span(name, record_exception=False):
            return await doing

    def close(self) -> None:
        self._provider.force_flush(WAIT_S * 1000)
        self._provider.shutdown()


def route_of(scope: Scope) -> str:
    """Return the address as it is written on the page, never as it was called."""
    return scope.get("path_name") or getattr(scope.get("route"), "path_format", None) or "none"


def _ended(span: Any, scope: Scope, status: int) -> None:
    """Say on a request's span what came of it."""
    route, caller = route_of(scope), scope.get("caller")
    span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if caller is not None:
        span.set_attribute("contract.tenant", caller.tenant)
    if "outcome" in scope:
        span.set_attribute("contract.outcome", scope["outcome"])
    if status >= 500:
        from opentelemetry.trace import Status, StatusCode

        span.set_status(Status(StatusCode.ERROR))
