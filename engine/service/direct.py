"""Evaluation, evaluations and events, from bytes to bytes.

They are called thousands of times a second, and a router, request objects and response objects cost more than a
decision. Everything that is said is the same as through them.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from pydantic_core import to_json
from starlette.types import Receive, Scope

from engine.dates import iso
from engine.event import Instant
from engine.service import authzen
from engine.service.asking import Answer, evaluate, evaluate_batch
from engine.service.clock import now
from engine.service.cloudevents import sent
from engine.service.problems import Problem
from engine.service.recording import record
from engine.service.requests import Headers, read_json, whole_body, whole_object
from engine.service.server import Server
from engine.service.tenant import Tenant

BASE = "/access/v1"
MOST_IDS = 50
"""A header holds the ids of so many decisions; those of a larger batch are in the log alone."""


class Told(NamedTuple):
    """An answer as it goes out, always with status 200."""

    body: bytes
    headers: list[tuple[bytes, bytes]]


Direct = Callable[[Server, Scope, Headers, Receive], Awaitable[Told]]


async def evaluation(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Answer one question. Raises Problem."""
    begun = time.perf_counter()
    tenant, _ = server.enter(scope, headers, "ask")
    raw = await whole_object(receive, headers, tenant.limits)
    return await _one(server, scope, tenant, raw, begun)


async def evaluations(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Answer several questions, all of them or up to the one that decides. Raises Problem."""
    begun = time.perf_counter()
    tenant, _ = server.enter(scope, headers, "ask")
    raw = await whole_object(receive, headers, tenant.limits)
    batch = authzen.batch(raw, tenant.limits.batch)
    if batch is None:
        return await _one(server, scope, tenant, raw, begun)
    at = now()
    with server.tracing.part("decide"):
        answers = await evaluate_batch(tenant, batch, at)
    with server.tracing.part("log"):
        await server.keep(tenant, answers)
    for each in answers:
        server.figures.answered.decision(each.body["context"]["outcome"])
    if tenant.part.shadow:
        server.shadow.after(tenant, answers)
    return _told({"evaluations": [each.body for each in answers]}, answers, at, begun)


async def events(server: Server, scope: Scope, headers: Headers, receive: Receive) -> Told:
    """Record events, one or several. Raises Problem, and what the store raises."""
    tenant, _ = server.enter(scope, headers, "record")
    body = await whole_body(receive, headers, tenant.limits)
    raw = None if b"ce-specversion" in headers and not body else read_json(body, tenant.limits, exact=True)
    said = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
    found, batch = sent(said.get("content-type", ""), said, raw, tenant.limits.batch)
    figures = server.figures.events
    try:
        with server.tracing.part("record"):
            outcomes = await record(tenant, found, now(), said.get("if-match", "").strip('"') or None)
    except Problem as wrong:
        figures.labels("refused").inc(len(found))
        raise wrong
    figures.labels("recorded").inc(len(found))
    content = to_json({"events": outcomes} if batch else outcomes[0])
    told = [(b"content-length", b"%d" % len(content)), (b"content-type", b"application/json")]
    if not batch:
        told.append((b"etag", f'"{outcomes[0]["revision"]}"'.encode()))
    return Told(content, told)


async def _one(server: Server, scope: Scope, tenant: Tenant, raw: Mapping[str, object], begun: float) -> Told:
    at = now()
    asked = authzen.single(raw)
    with server.tracing.part("decide"):
        answer = await evaluate(tenant, asked, at)
    if server.kept is not None:
        with server.tracing.part("log"):
            await server.keep(tenant, (answer,))
    scope["outcome"] = answer.body["context"]["outcome"]
    server.figures.answered.decision(answer.body["context"]["outcome"])
    if tenant.part.shadow:
        server.shadow.after(tenant, (answer,))
    return _told(answer.body, (answer,), at, begun)


def _told(body: object, answers: Sequence[Answer], at: Instant, begun: float) -> Told:
    """Return what is said; what differs from call to call is in headers."""
    content = to_json(body)
    ids = [each.given.id for each in answers if each.given is not None]
    headers = [
        (b"contract-as-of", iso(at).encode()),
        (b"server-timing", b"decide;dur=%.3f" % ((time.perf_counter() - begun) * 1000)),
        (b"content-length", b"%d" % len(content)),
        (b"content-type", b"application/json"),
    ]
    if ids and len(answers) <= MOST_IDS:
        headers.append((b"contract-decision-id", ",".join(ids).encode()))
    return Told(content, headers)


ADDRESSES: Mapping[str, Direct] = {
    f"{BASE}/evaluation": evaluation, f"{BASE}/evaluations": evaluations, "/events": events,
}  # fmt: skip
