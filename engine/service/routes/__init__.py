"""The addresses of the service, a group to a file, and what every one of them begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from engine.service.access import Caller
from engine.service.direct import Direct
from engine.service.requests import headers_of, no_others
from engine.service.server import Server
from engine.service.tenant import Tenant


def server_of(request: Request) -> Server:
    """Return the server."""
    server: Server = request.app.state.server
    return server


async def enter(request: Request, right: str) -> tuple[Tenant, Caller]:
    """Return the tenant of who calls, who has that right. Raises Problem, also for a word that the address does not
    take: `asof=2026-04-12` would be answered as of now."""
    page: Mapping[str, Any] = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    words = [each["name"] for each in page.get("parameters", ())]
    if words:
        no_others(request.query_params, words, str)
    return await server_of(request).enter(request.scope, headers_of(request.scope), right)


def told(body: Any, status: int = 200, **headers: str) -> Response:
    """Return JSON; the names of headers are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(to_json(body), status, named, media_type="application/json")


async def directly(request: Request, called: Direct) -> Response:
    """Answer as the edge does itself (`engine/service/rim.py`), where a request comes by the router all the same."""
    scope = request.scope
    said = await called(server_of(request), scope, headers_of(scope), request.receive)
    response = Response(said.body, said.status)
    response.raw_headers = said.headers()
    return response
