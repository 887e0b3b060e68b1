"""The outermost layer: ids of requests, security headers, figures, a log line for each request, and no stack trace."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import EngineError
from engine.service.atonce import Answering, Told, send_told
from engine.service.direct import ADDRESSES, ASKING, Direct
from engine.service.ids import REQUEST_BYTES, Ids
from engine.service.problems import Problem, problem_of
from engine.service.requests import Here, headers_of
from engine.service.server import Server
from engine.service.tracing import route_of
from engine.service.watch import place_of
from engine.tuples import made

_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
_STRICT = (b"strict-transport-security", b"max-age=31536000")
MOST_ID = 4_096
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
CLOSED = 499
"""The status in figures and logs of a request whose caller went away; it is sent to nobody."""


class Rim:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self.app, self.server = app, server
        self._ids = Ids(REQUEST_BYTES)
        self._logs = server.log.is_enabled_for(logging.INFO)
        https = server.config.base_url.startswith("https://")
        self._headers = (*_SECURITY, *((_STRICT,) if https else ()))
        self._head = b"".join([b"%b: %b\r\n" % each for each in self._headers])
        durable = server.kept is not None and server.kept.mode == "durable"
        # What always waits is not begun in vain; a span belongs to the task in which it was begun.
        at_once = () if durable or server.config.traces is not None else ASKING
        self._asked = {path.encode(): ADDRESSES[path] for path in at_once}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _head_only(send)
        direct = ADDRESSES.get(scope["path"]) if scope["method"] == "POST" else None
        if direct is None:
            await self._routed(scope, receive, send)
            return
        told = await self.told(direct, scope, receive)
        if told is not None:
            await send_told(told, scope, send)

    def takes(self, url: bytes) -> bool:
        """See `AtOnce`: questions, where nothing is told of them that has to be waited for."""
        return url in self._asked

    def answer(self, url: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> Answering:
        """See `AtOnce`."""
        path = url.decode()
        scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        return self.told(self._asked[url], scope, Here(body))

    async def told(self, direct: Direct, scope: Scope, receive: Receive) -> Told | None:
        """Return the whole answer of what goes past the router; None where the caller has gone."""
        begun = time.perf_counter()
        headers = headers_of(scope)
        request_id = self._id(headers.get(b"x-request-id"))
        scope["path_name"] = scope["path"]
        status = CLOSED
        try:
            said = await self.server.tracing.request(
                scope, headers, direct(self.server, scope, headers, receive)
            )
            status = said.status
        except ClientDisconnect:
            # Who has gone is answered nothing, and nothing went wrong here.
            return None
        except (Problem, EngineError) as wrong:
            said = _problem(self.server.problem_of(wrong), headers.get(b"accept-language", b""))
            status = said.status
        except Exception as wrong:
            said = self._failed(wrong, request_id)
            status = said.status
        finally:
            self._told(scope, status, time.perf_counter() - begun, request_id)
        head = b"%bx-request-id: %b\r\n%b" % (said.head, request_id, self._head)
        return made(Told, (status, head, said.body))

    async def _answered(self, scope: Scope, receive: Receive, answer: Send) -> None:
        await self.app(scope, receive, answer)

    def _failed(self, wrong: Exception, request_id: bytes) -> Told:
        """Log what went wrong here, and return what the caller is told of it."""
        error, where = type(wrong).__name__, place_of(wrong)
        self.server.log.error("failed", request_id=request_id.decode("latin-1"), error=error, where=where)
        return _problem(problem_of(wrong))

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the router answer."""
        begun = time.perf_counter()
        headers = headers_of(scope)
        request_id = self._id(headers.get(b"x-request-id"))
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = scope["status"] = message["status"]
                message["headers"] = [
                    *(each for each in message["headers"] if each[0] != b"x-request-id"),
                    (b"x-request-id", request_id), *self._headers,
                ]  # fmt: skip
            await send(message)

        try:
            await self.server.tracing.request(scope, headers, self._answered(scope, receive, answer))
        except ClientDisconnect:
            status = status or CLOSED
        except Exception as wrong:
            told = self._failed(wrong, request_id)
            if not status:
                await answer(
                    {"type": "http.response.start", "status": told.status, "headers": told.headers()}
                )
                await answer({"type": "http.response.body", "body": told.body})
        finally:
            self._told(scope, status, time.perf_counter() - begun, request_id)

    def _id(self, given: bytes | None) -> bytes:
        """Return the id of a request: the caller's where it gave one that can be told back."""
        if given and len(given) <= MOST_ID and not _CONTROLS.search(given):
            return given
        return self._ids.next().encode()

    def _told(self, scope: MutableMapping[str, Any], status: int, seconds: float, request_id: bytes) -> None:
        route = route_of(scope)
        self.server.figures.answered.request(route, status, seconds)
        if not self._logs:
            return
        caller = scope.get("caller")
        self.server.log.info(
            "request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 3),
            request_id=request_id.decode("latin-1"), tenant=caller.tenant if caller else None,
            caller=caller.id if caller else None,
        )  # fmt: skip


def _head_only(send: Send) -> Send:
    """Return what sends the head of an answer, and says that this is all: a stream does not wait for what comes."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})

    return sent


def _problem(problem: Problem, accepted: bytes = b"") -> Told:
    response = problem.response(accepted.decode("latin-1"))
    head = b"".join([b"%b: %b\r\n" % each for each in response.raw_headers])
    return Told(problem.status, head, bytes(response.body))
