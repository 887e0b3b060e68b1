"""Telling subscribers over HTTP: signed, again where it failed, each notice once that was acknowledged.

A target's name is resolved once and its address checked before anything is sent, so that a subscriber of a tenant
cannot have the server call what only the server can reach. Nothing follows a redirect.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from engine.dates import iso
from engine.errors import StoreError
from engine.event import Instant
from engine.service.clock import now
from engine.service.problems import Problem
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store import Delivery

TIMEOUT_S, WITHIN_S = 10, 20
"""How long is waited for a subscriber each time, and in all: else one that sends bit by bit keeps a thread for ever."""
THREADS = 40
AT_ONCE = 4
"""How many notices are sent to one subscriber at the same time."""
CLAIMED = 60_000_000
MOST_TRIES = 12
FIRST_WAIT = 1_000_000
SIGNATURE = "Contract-Signature"


class Webhooks:
    """Delivers notices, to each subscriber apart: one that hangs or fails holds up nobody else."""

    def __init__(self, server: Server) -> None:
        self._server = server
        # Of their own: those of the loop answer callers.
        self._threads = ThreadPoolExecutor(THREADS, "webhook")
        self._telling: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Go on until cancelled."""
        try:
            while True:
                for key, task in list(self._telling.items()):
                    if task.done():
                        self._telling.pop(key).result()
                for tenant in self._server.tenants.values():
                    with self._noting(tenant):
                        await self._begin(tenant)
                await asyncio.sleep(self._server.config.deadlines_every_s)
        finally:
            for task in self._telling.values():
                task.cancel()

    async def _begin(self, tenant: Tenant) -> None:
        """Begin to tell everybody to whom something is due, and who is not being told already."""
        for id in await asyncio.to_thread(tenant.books.due_to, now()):
            if (tenant.name, id) not in self._telling:
                self._telling[tenant.name, id] = asyncio.create_task(self._tell(tenant, id))

    async def _tell(self, tenant: Tenant, subscription: str) -> None:
        with self._noting(tenant):
            await self.deliver(tenant, subscription, now())

    @contextmanager
    def _noting(self, tenant: Tenant) -> Iterator[None]:
        try:
            yield
        except StoreError as wrong:
            self._server.log.warning("webhooks", tenant=tenant.name, error=str(wrong))

    async def deliver(self, tenant: Tenant, subscription: str, at: Instant) -> None:
        """Deliver what is due to one subscriber."""
        claim = tenant.books.claim
        while due := await asyncio.to_thread(claim, at, at + CLAIMED, AT_ONCE, subscription):
            await asyncio.gather(*(self._one(tenant, each) for each in due))

    async def _one(self, tenant: Tenant, each: Delivery) -> None:
        config = self._server.config
        target, source = json.loads(each.subscription.target), config.decision_point(tenant.name)
        loop = asyncio.get_running_loop()
        reason = await loop.run_in_executor(
            self._threads, post, target, source, each, config.webhooks_to_private
        )
        figures = self._server.figures.deliveries
        ids = (each.subscription.id, each.notice.id)
        if reason is None:
            figures.labels("delivered").inc()
            await asyncio.to_thread(tenant.books.delivered, *ids)
            return
        last = each.tries + 1 >= MOST_TRIES
        figures.labels("given_up" if last else "failed").inc()
        wait = FIRST_WAIT << min(each.tries, 12)
        await asyncio.to_thread(tenant.books.retry, *ids, None if last else now() + wait, reason)


def post(target: dict[str, Any], source: str, each: Delivery, private: bool) -> str | None:
    """Send one notice; return None where it was taken, else why not. Its id is its own within the source."""
    body = json.dumps(
        {
            "specversion": "1.0", "id": each.notice.id, "source": source, "type": "contract.notice",
            "subject": each.notice.account, "time": iso(each.notice.at), "data": json.loads(each.notice.content),
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip
    headers = {
        "Content-Type": "application/cloudevents+json", SIGNATURE: signature(target["secret"], body),
        "User-Agent": "contract",
    }  # fmt: skip
    begun = time.monotonic()
    try:
        address = address_of(target["url"], private)
        parts = urlsplit(target["url"])
        connection = _connection(parts.hostname or "", parts.port, parts.scheme, address)
        cut = threading.Timer(WITHIN_S, _cut, (connection,))
        cut.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(1_000)
        finally:
            cut.cancel()
            connection.close()
    except Problem as wrong:
        return wrong.detail
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        late = time.monotonic() - begun >= WITHIN_S
        return f"no answer within {WITHIN_S} seconds" if late else type(wrong).__name__
    return None if 200 <= answer.status < 300 else f"status {answer.status}"


def _cut(connection: http.client.HTTPConnection) -> None:
    """Have who waits for this connection wait no longer."""
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def signature(secret: str, body: bytes) -> str:
    """Return what proves that a notice is ours: HMAC-SHA-256 over the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def address_of(url: str, private: bool) -> str:
    """Return the address that a target's name stands for. Raises Problem where nothing may be sent there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Problem("bad_request", "that is no address", "/url") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise Problem("bad_request", "an https address without a name and password in it is wanted", "/url")
    if parts.scheme == "http" and not private:
        raise Problem("bad_request", "notices go to https addresses", "/url")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise Problem("bad_request", "the name of that address is not known", "/url") from None
    addresses = [str(each[4][0]) for each in found]
    if not private and not all(ipaddress.ip_address(each.partition("%")[0]).is_global for each in addresses):
        raise Problem("bad_request", "that address is not a public one", "/url")
    return addresses[0]


class _Secure(http.client.HTTPSConnection):
    """Connects to an address that was checked, and has the certificate be that of the name."""

    def __init__(self, host: str, port: int | None, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        self._address, self._named = address, host

    def connect(self) -> None:
        self.sock = plain = socket.create_connection((self._address, self.port), TIMEOUT_S)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._named)


class _Plain(http.client.HTTPConnection):
    """Connects to an address that was checked."""

    def __init__(self, host: str, port: int | None, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_S)


def _connection(host: str, port: int | None, scheme: str, address: str) -> http.client.HTTPConnection:
    return _Secure(host, port, address) if scheme == "https" else _Plain(host, port, address)
