"""What time brings: told to webhooks, as a stream, and as a calendar."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from engine.dates import iso
from engine.errors import Unavailable
from engine.service import accounts
from engine.service.calendar import feed
from engine.service.clock import now
from engine.service.openapi import NOTICES, READ, SUBSCRIBE, asked_by, text_answer
from engine.service.problems import Problem, pointer
from engine.service.requests import headers_of, object_of
from engine.service.routes import enter, server_of, told
from engine.service.webhooks import SIGNATURE, address_of
from engine.store import Notice, Subscription
from engine.voice import Voice

router = APIRouter(tags=["deadlines"])
PAGE = 200
BEAT_S = 15.0
LOOKED_EVERY_S = 1.0
"""How often a stream looks whether there is more to tell, and whether it may go on."""
MOST_IN_FEED = 2000


@router.post("/subscriptions", openapi_extra=SUBSCRIBE)
async def subscribe(request: Request) -> Response:
    """Have notices sent to `url` from now on; the answer holds the secret that signs them, this once."""
    tenant, _ = await enter(request, "audit")
    raw = await object_of(request, tenant.limits)
    for name in raw:
        if name != "url":
            raise Problem(
                "bad_request", "a subscription has no such field: it is told of all accounts", pointer(name)
            )
    url = raw.get("url")
    if not isinstance(url, str):
        raise Problem("bad_request", "a text is wanted", "/url")
    await asyncio.to_thread(address_of, url, server_of(request).config.webhooks_to_private)
    secret, id = secrets.token_urlsafe(32), secrets.token_hex(8)
    target = json.dumps({"url": url, "secret": secret}).encode()
    await asyncio.to_thread(tenant.books.subscribe, Subscription(id, target, now()))
    return told({"id": id, "url": url, "secret": secret, "header": SIGNATURE})


@router.get("/subscriptions", openapi_extra=READ)
async def list_subscriptions(request: Request) -> Response:
    """Who is told, and what could not be delivered."""
    tenant, _ = await enter(request, "audit")
    rows = await asyncio.to_thread(tenant.books.subscriptions)
    failed = await asyncio.to_thread(tenant.books.undelivered)
    return told({
        "subscriptions": [
            {"id": each.id, "url": json.loads(each.target)["url"], "since": iso(each.since)} for each in rows
        ],
        "undelivered": [
            {"subscription": each.subscription.id, "notice": each.notice.id, "reason": each.reason} for each in failed
        ],
    })  # fmt: skip


@router.delete("/subscriptions/{id}", openapi_extra=READ)
async def unsubscribe(request: Request, id: str) -> Response:
    """Send nothing there any more."""
    tenant, _ = await enter(request, "audit")
    await asyncio.to_thread(tenant.books.unsubscribe, id, now())
    return told({"id": id})


def _number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Problem("bad_request", "a whole number is wanted", field)
    return int(text)


@router.get("/notices", openapi_extra=NOTICES)
async def notices(request: Request) -> Response:
    """What time has brought, beyond the number `after`; as a stream where text/event-stream is accepted."""
    tenant, _ = await enter(request, "ask")
    last = request.headers.get("last-event-id")
    after = (
        _number(last, "Last-Event-ID") if last else _number(request.query_params.get("after", "0"), "after")
    )
    if "text/event-stream" in request.headers.get("accept", ""):
        # A proxy such as nginx would keep what comes until it has a page of it.
        head = {"X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(request, after), headers=head, media_type="text/event-stream")
    rows = await asyncio.to_thread(tenant.books.notices, after, PAGE)
    listed = [{"number": each.number, "id": each.id, **json.loads(each.content)} for each in rows]
    return told({"notices": listed, "next": rows[-1].number if rows else after})


async def _stream(request: Request, after: int) -> AsyncIterator[bytes]:
    """Yield notices as they come; `Last-Event-ID` goes on where a stream broke off.

    It waits while the store is gone: who is told by it cannot do better.
    """
    server, headers = server_of(request), headers_of(request.scope)
    tenant, _ = await enter(request, "ask")
    every, beat = min(server.config.deadlines_every_s, LOOKED_EVERY_S), 0.0
    while not await request.is_disconnected():
        rows: list[Notice] = []
        with suppress(Unavailable):
            if not await server.still(headers, "ask"):
                return
            rows = await asyncio.to_thread(tenant.books.notices, after, PAGE)
        for each in rows:
            after = each.number
            yield b"id: %d\nevent: notice\ndata: %s\n\n" % (each.number, each.content)
        if not rows:
            beat += every
            if beat >= BEAT_S:
                beat = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(every)


@router.get(
    "/deadlines.ics", openapi_extra=text_answer("text/calendar", parameters=asked_by("account")["parameters"])
)
async def calendar(request: Request) -> Response:
    """What comes next on all accounts, or on `account`, as a calendar."""
    tenant, _ = await enter(request, "ask")
    at = now()
    only = request.query_params.get("account")
    names = (
        [only]
        if only
        else [each.name for each in await asyncio.to_thread(tenant.books.accounts, "", MOST_IN_FEED)]
    )
    rows = []
    for name in names:
        held = await tenant.reaching(await tenant.held(name), at)
        program = held.account.program
        voice = Voice(program, "zh" if program.contracts[0].chinese else "en")
        for turn, changes in accounts.turns(held.account, at, 10):
            rows += [(name, voice, turn, each) for each in changes]
        await asyncio.sleep(0)
    return Response(feed(tenant.name, rows, at), media_type="text/calendar")
