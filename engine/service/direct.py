"""Evaluation, evaluations and events, from bytes to bytes.

They are called thousands of times a second, and a router, request objects and response objects cost more than a
decision. Everything that is said is the same as through them.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.types import Receive, Scope

from engine.canonical import to_json
from engine.dates import iso
from engine.event import Instant
from engine.service import authzen
from engine.service.asking import evaluate, evaluate_batch
from engine.service.atonce import Told
from engine.service.authzen import Asked
from engine.service.clock import now
from engine.service.cloudevents import kind_of, plainly_sent, sent
from engine.service.problems import Problem
from engine.service.recording import record
from engine.service.requests import Headers, object_body, object_in, read_json, whole_body
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.tuples import made

BASE = "/access/v1"
MOST_IDS = 50
"""A header holds the ids of so many decisions; those of a larger batch are in the log alone."""


Direct = Callable[[Server, Scope, Headers, Receive], Awaitable[Told]]


async def evaluation(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Answer one question. Raises Problem."""
    begun = time.perf_counter()
    tenant, _ = await server.enter(scope, headers, "ask")
    body = await object_body(receive, headers, tenant.limits)
    asked = authzen.plain(body) or authzen.single(object_in(body, tenant.limits))
    return await _one(server, scope, tenant, asked, begun)


async def evaluations(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Answer several questions, all of them or up to the one that decides. Raises Problem."""
    begun = time.perf_counter()
    tenant, _ = await server.enter(scope, headers, "ask")
    body = await object_body(receive, headers, tenant.limits)
    batch = authzen.plain_batch(body, tenant.limits.batch)
    if batch is None:
        raw = object_in(body, tenant.limits)
        batch = authzen.batch(raw, tenant.limits.batch)
        if batch is None:
            return await _one(server, scope, tenant, authzen.single(raw), begun)
    at = now()
    answers = await server.tracing.part("decide", evaluate_batch(tenant, batch, at))
    logged = server.keep(tenant, answers)
    if logged is not None:
        await server.tracing.part("log", logged)
    for each in answers:
        server.figures.answered.decision(each.outcome)
    if tenant.part.shadow:
        server.shadow.after(tenant, answers)
    content = b'{"evaluations":[%b]}' % b",".join([each.content for each in answers])
    ids = [each.given.id for each in answers if each.given is not None] if len(answers) <= MOST_IDS else ()
    return _told(content, ",".join(ids), at, begun)


async def events(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Record events, one or several. Raises Problem, and what the store raises."""
    tenant, _ = await server.enter(scope, headers, "record")
    body = await whole_body(receive, headers, tenant.limits)
    kind = kind_of(headers, body)
    plain = plainly_sent(kind, body, tenant.limits.batch)
    if plain is None:
        raw = (
            None if b"ce-specversion" in headers and not body else read_json(body, tenant.limits, exact=True)
        )
        plain = sent(kind, headers, raw, tenant.limits.batch)
    found, batch = plain
    figures = server.figures
    try:
        expected = headers.get(b"if-match", b"").decode("latin-1").strip('"') or None
        outcomes = await server.tracing.part("record", record(tenant, found, now(), expected))
    except Problem as wrong:
        figures.refused.inc(len(found))
        raise wrong
    figures.recorded.inc(len(found))
    content = to_json({"events": outcomes} if batch else outcomes[0])
    etag = "" if batch else f'etag: "{outcomes[0]["revision"]}"\r\n'
    head = f"content-length: {len(content)}\r\ncontent-type: application/json\r\n{etag}"
    return Told(200, head.encode(), content)


async def _one(server: Server, scope: Scope, tenant: Tenant, asked: Asked, begun: float) -> Told:
    at = now()
    answer = await server.tracing.part("decide", evaluate(tenant, asked, at))
    logged = server.keep(tenant, (answer,))
    if logged is not None:
        await server.tracing.part("log", logged)
    outcome = scope["outcome"] = answer.outcome
    server.figures.answered.decision(outcome)
    if tenant.part.shadow:
        server.shadow.after(tenant, (answer,))
    return _told(answer.content, "" if answer.given is None else answer.given.id, at, begun)


def _told(content: bytes, ids: str, at: Instant, begun: float) -> Told:
    """Return what is said; what differs from call to call is in headers."""
    named = f"contract-decision-id: {ids}\r\n" if ids else ""
    taken = int(1e6 * (time.perf_counter() - begun))
    head = (
        f"contract-as-of: {iso(at)}\r\nserver-timing: decide;dur={taken // 1000}.{taken % 1000:03}\r\n"
        f"content-length: {len(content)}\r\ncontent-type: application/json\r\n{named}"
    )
    return made(Told, (200, head.encode(), content))


ADDRESSES: Mapping[str, Direct] = {
    f"{BASE}/evaluation": evaluation, f"{BASE}/evaluations": evaluations, "/events": events,
}  # fmt: skip
ASKING = (f"{BASE}/evaluation", f"{BASE}/evaluations")
"""Those that ask: they wait for nothing where the account is held."""
