"""Who may, what may be done, and on which accounts: each result is one for which the evaluation says yes.

Accounts are looked at in the order of their names, a slice at a time, so that other callers are answered meanwhile. A
page ends when it is full or when enough accounts were looked at; its token says after which account, and about which
instant, the next one goes on.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
from typing import Any

from engine.event import Instant
from engine.service.asking import may, permits, reaching
from engine.service.authzen import Asked
from engine.service.held import Held, opened
from engine.service.problems import Problem
from engine.service.tenant import Tenant

SLICE = 32
READ = 500


async def subjects(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return which subjects of a type may do the act on the account."""
    held = await _held(tenant, asked)
    found: list[dict[str, Any]] = []
    at, after = _begin(page[0], asked, now)
    if held is not None:
        await reaching(tenant, held, asked, at)
        answers: dict[str, bool] = {}
        for id, party in tenant.subjects(held, asked.subject.type):
            if party not in answers:
                answers[party] = _yes(tenant, held, party, asked, at)
            if answers[party]:
                found.append({"type": asked.subject.type, "id": id})
    return _cut(found, after, page[1], asked, at)


async def actions(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return which acts the subject may do on the account."""
    held = await _held(tenant, asked)
    at, after = _begin(page[0], asked, now)
    found: list[dict[str, Any]] = []
    if held is not None:
        await reaching(tenant, held, asked, at)
        party = tenant.party_of(held, *asked.subject)
        for act in held.opening.program.acts if party is not None else ():
            name = tenant.called(act)
            if party is not None and _yes(tenant, held, party, asked._replace(act=name), at):
                found.append({"name": name})
            await asyncio.sleep(0)
    return _cut(found, after, page[1], asked, at)


async def resources(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return on which accounts of a type the subject may do the act."""
    at, after = _begin(page[0], asked, now)
    limit, scan = page[1], tenant.limits.scan
    found: list[dict[str, Any]] = []
    while scan > 0:
        rows = await asyncio.to_thread(tenant.accounts.names, after, min(READ, scan))
        if not rows:
            return _page(found, "", asked, at)
        scan -= len(rows)
        names = opened(rows, asked.resource.type)
        await _read(tenant, names)
        for number, name in enumerate(names):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            held = tenant.accounts.here(name) or await tenant.held(name)
            if held.base:
                await reaching(tenant, held, asked, at)
            party = tenant.party_of(held, *asked.subject)
            if (
                held.opening.type == asked.resource.type
                and party is not None
                and _yes(tenant, held, party, asked, at)
            ):
                found.append({"type": asked.resource.type, "id": name})
                if len(found) == limit:
                    last = name == rows[-1].name and len(rows) < READ
                    return _page(found, "" if last else name, asked, at)
        after = rows[-1].name
        if len(rows) < READ and scan > 0:
            return _page(found, "", asked, at)
    return _page(found, after, asked, at)


async def _read(tenant: Tenant, names: list[str]) -> None:
    """Read the accounts that are not held, off the loop that answers callers."""
    if tenant.shared:
        return
    missing = [name for name in names if tenant.accounts.here(name) is None]
    for start in range(0, len(missing), SLICE):
        for held in await asyncio.to_thread(_all_of, tenant, missing[start : start + SLICE]):
            tenant.accounts.hold(held)


def _all_of(tenant: Tenant, names: list[str]) -> list[Held]:
    return [tenant.accounts.read(name) for name in names]


async def _held(tenant: Tenant, asked: Asked) -> Held | None:
    held = await tenant.found(asked.resource.id)
    return held if held is not None and held.opening.type == asked.resource.type else None


def _yes(tenant: Tenant, held: Held, party: str, asked: Asked, at: Instant) -> bool:
    """Tell whether the evaluation would say yes; the data of the act that cannot be read is no yes."""
    act = tenant.act_called(held, asked.act)
    if act is None:
        return False
    program = held.opening.program
    question, _ = may(program, party, act, asked.data, at)
    if asked.revision is not None:
        revision = tenant.revision(held, asked.revision, "/context/revision")
        decision = held.at(revision).decide(question, asked.known_at)
    else:
        decision = held.account.decide(question, asked.known_at)
    return permits(tenant, program, party, act, decision)


def _cut(found: list[dict[str, Any]], after: str, limit: int, asked: Asked, at: Instant) -> dict[str, Any]:
    """Return a page of results that are all known already; `after` is how many came before."""
    start = int(after) if after.isascii() and after.isdigit() else 0
    end = start + limit
    return _page(found[start:end], str(end) if end < len(found) else "", asked, at)


def _page(results: list[dict[str, Any]], after: str, asked: Asked, at: Instant) -> dict[str, Any]:
    token = ""
    if after:
        content = json.dumps([_digest(asked), at, after], ensure_ascii=False, separators=(",", ":"))
        token = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
    return {"results": results, "page": {"next_token": token, "count": len(results)}}


def _begin(token: str, asked: Asked, now: Instant) -> tuple[Instant, str]:
    """Return the instant asked about, and after what to go on. Raises Problem for a token of another question."""
    if not token:
        return (asked.as_of if asked.as_of is not None else now), ""
    try:
        digest, at, after = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        digest = at = after = None
    if digest != _digest(asked) or not isinstance(at, int) or not isinstance(after, str) or not after:
        raise Problem(
            "bad_request",
            "it is no token of this question: send back the one that came, with the same question",
            "/page/token",
        )
    return at, after


def _digest(asked: Asked) -> str:
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
