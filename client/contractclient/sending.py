"""Requests over HTTP: connections kept, each try and all tries together within bounds, sent again where that helps.

Sent again is what got no answer, and what the service, or a proxy before it, answers with a status of `AGAIN`: after a
time that doubles and is partly left to chance, or after what `Retry-After` says. Only what may be sent twice goes here.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from contractclient.told import Refused, ServiceError, Unreachable

AGAIN = (408, 429, 502, 503, 504)
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0
MOST_IDLE = 16
MOST_AT_ONCE = 65_536


class Said(NamedTuple):
    """An answer with status 200: its JSON, and its headers by their names in small letters."""

    body: Any
    headers: dict[str, str]


class Sender:
    """Sends to one service. May be used by many threads."""

    def __init__(
        self, url: str, key: str, timeout_s: float, within_s: float, context: ssl.SSLContext | None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("the address of a service begins with https:// or http:// and has no query")
        if not key or not key.isascii() or not key.isprintable() or timeout_s <= 0 or within_s <= 0:
            raise ValueError("a key and times above zero are wanted")
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port
        self._base = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._timeout, self._within, self._pause = timeout_s, within_s, pause
        self._context = context or (ssl.create_default_context() if parts.scheme == "https" else None)
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def send(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Said:
        """Send until there is an answer. Raises Refused, and Unreachable where there is none in time."""
        content = (
            None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        )
        headers = dict(self._headers) if content is None else {**self._headers, "Content-Type": kind}
        end, pause = time.monotonic() + self._within, FIRST_PAUSE_S
        while True:
            try:
                status, given, answer = self._once(method, self._base + path, content, headers, end)
            except (OSError, http.client.HTTPException) as wrong:
                problem: ServiceError = Unreachable(f"{method} {path}: {type(wrong).__name__}")
                wait = pause * random.uniform(0.5, 1.0)
            else:
                if status == 200:
                    return Said(_json(answer), given)
                problem = Refused(status, _problem(answer))
                if status not in AGAIN:
                    raise problem
                wait = max(_seconds(given.get("retry-after")), pause * random.uniform(0.5, 1.0))
            if time.monotonic() + wait >= end:
                raise problem
            self._pause(wait)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _once(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], end: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Send once, on a connection that is idle or a new one; one that the service had closed is no try."""
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            connection = idle or self._opened()
            connection.timeout = self._left(end)
            if connection.sock is not None:
                connection.sock.settimeout(connection.timeout)
            try:
                connection.request(method, path, content, headers)
                sock = connection.sock
                response = connection.getresponse()
                answer = b"".join(self._pieces(response, sock, end))
            except (http.client.RemoteDisconnected, ConnectionError):
                connection.close()
                if idle is None:
                    raise
                continue
            except BaseException:
                connection.close()
                raise
            given = {name.lower(): value for name, value in response.getheaders()}
            with self._lock:
                if response.will_close or len(self._idle) >= MOST_IDLE:
                    connection.close()
                else:
                    self._idle.append(connection)
            return response.status, given, answer

    def _pieces(self, response: http.client.HTTPResponse, sock: socket.socket, end: float) -> Iterator[bytes]:
        """Yield a body as it comes, each wait and all of them together within bounds."""
        while response.length != 0 and (piece := response.read1(MOST_AT_ONCE)):
            yield piece
            sock.settimeout(self._left(end))
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        # Only so may the connection be used again.
        response.close()

    def _left(self, end: float) -> float:
        """Return for how long to wait now. Raises TimeoutError where there is no time left."""
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self._timeout, left)

    def _opened(self) -> http.client.HTTPConnection:
        if self._scheme == "https":
            return http.client.HTTPSConnection(self._host, self._port, context=self._context)
        return http.client.HTTPConnection(self._host, self._port)

    def close(self) -> None:
        """Close the connections that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()


def _json(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        raise ServiceError("what answers there is no service of ours: its answer is not JSON") from None


def _problem(answer: bytes) -> dict[str, Any]:
    """Return the problem document; what is between us and the service may answer with something else."""
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    return (
        found
        if isinstance(found, dict)
        else {"detail": "it is not said why: is it the service that answers there?"}
    )


def _seconds(said: str | None) -> float:
    return float(said) if said is not None and said.isascii() and said.isdigit() else 0.0
