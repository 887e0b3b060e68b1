"""Events in: CloudEvents 1.0 over HTTP, structured, binary or as a batch."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.service import direct
from engine.service.openapi import EVENTS
from engine.service.routes import directly

router = APIRouter()


@router.post("/events", openapi_extra=EVENTS, tags=["events"])
async def events(request: Request) -> Response:
    """Record what happened. The answer says under which revision each event is kept, and what it changed."""
    return await directly(request, direct.events)
