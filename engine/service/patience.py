"""How long callers may take: to send a request, and to read what they are answered. HTTP by uvicorn, with clocks.

What is called most is answered in one piece (`sent_whole`): to look through every header again, one by one, and to
write head and body apart costs as much as half a decision.

Without them, whoever sends a byte a minute or reads nothing holds a connection for ever, and headers without end fill
the memory. A request that was cut off was never read, so nothing of it happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

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


def sent_whole(scope: Scope, head: Sequence[bytes], body: bytes) -> bool:
    """Send an answer of status 200 in one piece, its headers as they are written; tell whether that could be done.

    It could not where the server is another one, or the caller does not read; then it is to be sent as any other.
    """
    cycle: RequestResponseCycle | None = scope.get("whole")
    if cycle is None or cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
        return False
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    close = b"" if cycle.keep_alive else b"connection: close\r\n"
    cycle.transport.write(b"".join((STATUS_LINE[200], *head, close, b"\r\n", body)))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


def patient(seconds: float) -> type[asyncio.Protocol]:
    """Return the protocol under which a request must be there, and its answer be read, within so many seconds."""

    class Patient(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            self._due: float | None = None
            self._clock: asyncio.TimerHandle | None = None
            self._slow: asyncio.TimerHandle | None = None
            self._head = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._begin()

        def connection_lost(self, exc: Exception | None) -> None:
            self._due = None
            if self._clock is not None:
                self._clock.cancel()
                self._clock = None
            self.resume_writing()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._head >= 0:
                self._head += len(data)
            super().data_received(data)
            if self._head > MOST_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large", _LONG)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._due is None:
                self._head = 0
                self._begin()

        def on_headers_complete(self) -> None:
            self._head = -1
            super().on_headers_complete()
            self.scope["whole"] = self.cycle  # type: ignore[typeddict-unknown-key]

        def on_message_complete(self) -> None:
            self._due = None
            super().on_message_complete()

        def pause_writing(self) -> None:
            if self._slow is None:
                self._slow = self.loop.call_later(seconds, self.transport.abort)
            super().pause_writing()

        def resume_writing(self) -> None:
            if self._slow is not None:
                self._slow.cancel()
                self._slow = None
            super().resume_writing()

        def _begin(self) -> None:
            """From now on a request must be there in time. One clock serves all requests of a connection."""
            self._due = self.loop.time() + seconds
            if self._clock is None:
                self._clock = self.loop.call_later(seconds, self._look)

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

    return Patient
