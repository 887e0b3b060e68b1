"""How long callers may take: to send a request, and to read what they are answered. HTTP by uvicorn, with clocks.

A request that came whole, and needs nothing that has to be waited for, is answered where it stands
(`engine/service/atonce.py`).

Without them, whoever sends a byte a minute or reads nothing holds a connection for ever, and headers without end fill
the memory. A request that was cut off was never read, so nothing of it happened.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from engine.service.atonce import AtOnce, Told, going_on

MOST_HEAD_BYTES = 65_536
_REFUSED = b"HTTP/1.1 %s\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
_LATE = (
    b'{"type":"urn:contract:problem:too_slow","title":"the request took too long","status":408,"code":"too_slow",'
    b'"detail":"it was not wholly there in time; nothing of it was read"}'
)
_LONG = (
    b'{"type":"urn:contract:problem:too_large","title":"the request is too large","status":431,"code":"too_large",'
    b'"detail":"its headers are too long"}'
)
MOST_AT_ONCE = 4
"""How many requests that came together are answered where they stand, before other connections have their turn."""


def patient(seconds: float, at_once: AtOnce | None = None) -> type[asyncio.Protocol]:
    """Return the protocol of connections that have so many seconds; some of their requests are answered at once."""
    return type("Patient", (Patient,), {"seconds": seconds, "at_once": at_once})


class Patient(HttpToolsProtocol):
    """One connection: a request must be there, and its answer be read, within so many seconds."""

    seconds: ClassVar[float]
    at_once: ClassVar[AtOnce | None]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._due: float | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._slow: asyncio.TimerHandle | None = None
        self._head = 0
        # The pieces of a body that is gathered to be answered at once; None where that is not done.
        self._gathered: list[bytes] | None = None
        self._left = 0
        self._idle_from = 0.0
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._due = None
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head >= 0:
            self._head += len(data)
        self._left = MOST_AT_ONCE
        super().data_received(data)
        if self._gathered is not None:
            self._in_turn()
        if self._head > MOST_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large", _LONG)

    def on_message_begin(self) -> None:
        # What a cycle needs beside is made with it.
        self.url, self.headers, self.expect_100_continue = b"", [], False
        if self._due is None:
            self._head = 0
            self._begin()

    def on_headers_complete(self) -> None:
        self._head = -1
        if self.at_once is not None and self._left and self.at_once.takes(self.url) and self._is_plain():
            self._left -= 1
            self._gathered = []
        else:
            self._begin_cycle()

    def _begin_cycle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()
        self.scope["whole"] = self.cycle  # type: ignore[typeddict-unknown-key]

    def _is_plain(self) -> bool:
        """Tell whether a request can be answered where it stands: nothing before it waits, nobody is to be told."""
        parser = self.parser
        return (
            not (self._is_busy() or self.transport.is_closing() or self.flow.write_paused)
            and parser.get_method() == b"POST" and parser.get_http_version() == "1.1"
            and not (self.expect_100_continue or parser.should_upgrade())
        )  # fmt: skip

    def _is_busy(self) -> bool:
        """Tell whether a request is being answered in a task."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _in_turn(self) -> None:
        """Have a request whose body was gathered so far answered in a task, as any other."""
        gathered, self._gathered = self._gathered or (), None
        self._begin_cycle()
        for each in gathered:
            super().on_body(each)

    def on_body(self, body: bytes) -> None:
        if self._gathered is None:
            super().on_body(body)
        else:
            self._gathered.append(body)

    def on_message_complete(self) -> None:
        self._due = None
        if self._gathered is None or self.at_once is None:
            super().on_message_complete()
            return
        gathered = self._gathered
        body = gathered[0] if len(gathered) == 1 else b"".join(gathered)
        answering = self.at_once.answer(self.url, self.headers, body)
        try:
            waited_for = answering.send(None)
        except StopIteration as done:
            self._gathered = None
            self._tell(done.value)
            return
        app, self.app = self.app, going_on(answering, waited_for)
        self._in_turn()
        self.app = app
        super().on_message_complete()

    def _tell(self, told: Told) -> None:
        content, kept = told.written(self.parser.should_keep_alive())
        self.transport.write(content)
        self.server_state.total_requests += 1
        if not kept:
            self.transport.close()
            return
        self._idle_from = self.loop.time()
        if self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._look_idle)

    def _look_idle(self) -> None:
        """Close a connection on which nothing has come since an answer, as is done after answers in a task."""
        self._idle = None
        if self._is_busy() or self._due is not None or self.transport.is_closing():
            return
        left = self._idle_from + self.timeout_keep_alive - self.loop.time()
        if left > 0.001:
            self._idle = self.loop.call_later(left, self._look_idle)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        if self._slow is None:
            self._slow = self.loop.call_later(self.seconds, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None
        super().resume_writing()

    def _begin(self) -> None:
        """From now on a request must be there in time. One clock serves all requests of a connection."""
        self._due = self.loop.time() + self.seconds
        if self._clock is None:
            self._clock = self.loop.call_later(self.seconds, self._look)

    def _look(self) -> None:
        self._clock = None
        if self._due is None:
            return
        left = self._due - self.loop.time()
        if left > 0.001:
            self._clock = self.loop.call_later(left, self._look)
            return
        self._due = None
        self._refuse(b"408 Request Timeout", _LATE)

    def _refuse(self, status: bytes, told: bytes) -> None:
        if self.transport.is_closing():
            return
        # Who has been answered already, and still sends the rest, is told nothing more.
        if self._head >= 0 or not self.cycle.response_started:
            self.transport.write(_REFUSED % (status, len(told), told))
        self.transport.close()
