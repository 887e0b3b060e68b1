"""Answers that are sent whole, and requests that are answered where they stand.

To look through every header again, one by one, and to write head and body apart costs as much as half a decision; a
task for a request that has to wait for nothing as much again. So what is called most is told in one piece, and begun
without a task: only where it waits after all does it go on in one.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any, NamedTuple, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_CLOSE = b"connection: close\r\n"


class Told(NamedTuple):
    """An answer as it goes out: its status, the lines of its head each with its end, and its body."""

    status: int
    head: bytes
    body: bytes

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the head, header by header."""
        lines = (each.partition(b": ") for each in self.head.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in lines]

    def written(self, keep_alive: bool) -> tuple[bytes, bool]:
        """Return all of it as it is sent, and whether the connection is kept after it."""
        if self.status != 200 and _CLOSE in self.head:
            return b"".join((STATUS_LINE[self.status], self.head, b"\r\n", self.body)), False
        close = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        return b"".join((STATUS_LINE[self.status], self.head, close, self.body)), keep_alive


async def send_told(told: Told, scope: Scope, send: Send) -> None:
    """Send an answer, in one piece if that can be done."""
    if not _sent_whole(told, scope):
        await send({"type": "http.response.start", "status": told.status, "headers": told.headers()})
        await send({"type": "http.response.body", "body": told.body})


def _sent_whole(told: Told, scope: Scope) -> bool:
    """Send an answer in one piece; tell whether that could be done.

    It could not where the server is another one, or the caller does not read; then it is to be sent as any other.
    """
    cycle: RequestResponseCycle | None = scope.get("whole")
    if cycle is None or cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    content, cycle.keep_alive = told.written(cycle.keep_alive)
    cycle.transport.write(content)
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


Answering = Coroutine[Any, None, "Told | None"]


class AtOnce(Protocol):
    """What can answer some requests as soon as they are there."""

    def takes(self, url: bytes) -> bool:
        """Tell whether a POST to an address is answered so."""

    def answer(self, url: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> Answering:
        """Return what answers a request. It may wait after all: then it goes on in a task."""


def going_on(answering: Answering, waited_for: Any) -> ASGIApp:
    """Return an application that goes on with an answer which was begun and waits for something."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told = await _resumed(answering, waited_for)
        if told is not None:
            await send_told(told, scope, send)

    return app


@types.coroutine
def _resumed(answering: Answering, waited_for: Any) -> Generator[Any, Any, Told | None]:
    """Go on with a coroutine that was begun, as a task does: first wait for what it waits for."""
    while True:
        try:
            yield waited_for
        except BaseException as wrong:
            # Such as that the task was cancelled: the coroutine is told, as if it had waited itself.
            step: Callable[[], Any] = partial(answering.throw, wrong)
        else:
            step = partial(answering.send, None)
        try:
            waited_for = step()
        except StopIteration as done:
            told: Told | None = done.value
            return told
