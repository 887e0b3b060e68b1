"""The outermost layer: ids of requests, security headers, figures, a log line for each request, and no stack trace."""

from __future__ import annotations

import logging
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import EngineError
from engine.service.direct import ADDRESSES, Direct, Told
from engine.service.ids import REQUEST_BYTES, Ids
from engine.service.patience import sent_whole
from engine.service.problems import Problem, problem_of
from engine.service.requests import Headers, headers_of
from engine.service.server import Server
from engine.service.tracing import ended
from engine.service.watch import place_of

_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_STRICT = (b"strict-transport-security", b"max-age=31536000")
MOST_ID = 128
CLOSED = 499
"""The status in figures and logs of a request whose caller went away; it is sent to nobody."""


class Rim:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self.app, self.server = app, server
        self._ids = Ids()
        self._logs = server.log.is_enabled_for(logging.INFO)
        https = server.config.base_url.startswith("https://")
        self._headers = (*_SECURITY, *((_STRICT,) if https else ()))
        self._head = b"".join([b"%b: %b\r\n" % each for each in self._headers])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        headers = headers_of(scope)
        request_id = self._id(headers.get(b"x-request-id"))
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *(each for each in message["headers"] if each[0] != b"x-request-id"),
                    (b"x-request-id", request_id), *self._headers,
                ]  # fmt: skip
            await send(message)

        try:
            with self.server.tracing.request(scope, headers) as span:
                try:
                    direct = ADDRESSES.get(scope["path"]) if scope["method"] == "POST" else None
                    told = None
                    if direct is None:
                        await self.app(scope, receive, answer)
                    else:
                        told = await self._at_once(direct, scope, headers, receive, answer)
                    if told is not None:
                        status = 200
                        told.headers.append((b"x-request-id", request_id))
                        head = [
                            part for name, value in told.headers for part in (name, b": ", value, b"\r\n")
                        ]
                        if not sent_whole(scope, (*head, self._head), told.body):
                            headers_told = [*told.headers, *self._headers]
                            await send(
                                {"type": "http.response.start", "status": 200, "headers": headers_told}
                            )
                            await send({"type": "http.response.body", "body": told.body})
                finally:
                    if span is not None:
                        ended(span, scope, _route(scope), status or 500)
        except ClientDisconnect:
            # Who has gone is answered nothing, and nothing went wrong here.
            status = status or CLOSED
        except Exception as wrong:
            problem = problem_of(wrong)
            self.server.log.error(
                "failed", request_id=request_id.decode(), error=type(wrong).__name__, where=place_of(wrong)
            )
            if not status:
                await problem.response()(scope, receive, answer)
        finally:
            self._told(scope, status, time.perf_counter() - begun, request_id)

    async def _at_once(
        self, direct: Direct, scope: Scope, headers: Headers, receive: Receive, send: Send
    ) -> Told | None:
        """Return what is answered past the router; None where something was wrong, and that is told."""
        scope["path_name"] = scope["path"]
        try:
            return await direct(self.server, scope, headers, receive)
        except (Problem, EngineError) as wrong:
            await problem_of(wrong).response()(scope, receive, send)
            return None

    def _id(self, given: bytes | None) -> bytes:
        """Return the id of a request: the caller's where it gave one that can be told back."""
        if given and len(given) <= MOST_ID and given.isascii() and given.decode("ascii").isprintable():
            return given
        return self._ids.next(REQUEST_BYTES).encode()

    def _told(self, scope: MutableMapping[str, Any], status: int, seconds: float, request_id: bytes) -> None:
        route = _route(scope)
        self.server.figures.answered.request(route, status, seconds)
        if not self._logs:
            return
        caller = scope.get("caller")
        self.server.log.info(
            "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 3),
            request_id=request_id.decode(), tenant=caller.tenant if caller else None,
            caller=caller.id if caller else None,
        )  # fmt: skip


def _route(scope: MutableMapping[str, Any]) -> str:
    """Return the address as it is written on the page, never as it was called."""
    return getattr(scope.get("route"), "path", None) or scope.get("path_name") or "none"
