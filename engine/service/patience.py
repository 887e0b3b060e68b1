"""How long callers may take: to send a request, and to read what they are answered. HTTP by uvicorn, with clocks.

Without them, whoever sends a byte a minute or reads nothing holds a connection for ever, and headers without end fill
the memory. A request that was cut off was never read, so nothing of it happened.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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


def patient(seconds: float) -> type[asyncio.Protocol]:
    """Return the protocol under which a request must be there, and its answer be read, within so many seconds."""

    class Patient(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            self._wait: asyncio.TimerHandle | None = None
            self._slow: asyncio.TimerHandle | None = None
            self._head = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait = self.loop.call_later(seconds, self._late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
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
            if self._wait is None:
                self._wait, self._head = self.loop.call_later(seconds, self._late), 0

        def on_headers_complete(self) -> None:
            self._head = -1
            super().on_headers_complete()

        def on_message_complete(self) -> None:
            self._stop()
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

        def _stop(self) -> None:
            if self._wait is not None:
                self._wait.cancel()
                self._wait = None

        def _late(self) -> None:
            self._wait = None
            self._refuse(b"408 Request Timeout", _LATE)

        def _refuse(self, status: bytes, told: bytes) -> None:
            if self.transport.is_closing():
                return
            # Who has been answered already, and still sends the rest, is told nothing more.
            if self._head >= 0 or not self.cycle.response_started:
                self.transport.write(_REFUSED % (status, len(told), told))
            self.transport.close()

    return Patient
