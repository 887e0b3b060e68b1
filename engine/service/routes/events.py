"""Events in: CloudEvents 1.0 over HTTP, structured, binary or as a batch."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.service.clock import now
from engine.service.cloudevents import sent
from engine.service.openapi import EVENTS
from engine.service.problems import Problem
from engine.service.recording import record
from engine.service.requests import body_of, read_json
from engine.service.routes import enter, server_of, told

router = APIRouter()


@router.post("/events", openapi_extra=EVENTS, tags=["events"])
async def events(request: Request) -> Response:
    """Record what happened. The answer says under which revision each event is kept, and what it changed."""
    tenant, _ = enter(request, "record")
    kind = request.headers.get("content-type", "")
    body = await body_of(request, tenant.limits)
    binary = "ce-specversion" in request.headers and not body
    raw = None if binary else read_json(body, tenant.limits, exact=True)
    found, batch = sent(kind, request.headers, raw, tenant.limits.batch)
    figures = server_of(request).figures.events
    try:
        with server_of(request).tracing.part("record"):
            outcomes = await record(
                tenant, found, now(), request.headers.get("if-match", "").strip('"') or None
            )
    except Problem as wrong:
        figures.labels("refused").inc(len(found))
        raise wrong
    figures.labels("recorded").inc(len(found))
    if batch:
        return told({"events": outcomes})
    return told(outcomes[0], 200, ETag=f'"{outcomes[0]["revision"]}"')
