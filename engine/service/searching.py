"""Who may, what may be done, and on which accounts: each result is one for which the evaluation says yes.

Accounts are looked at in the order of their names, a few at a time, so that other callers are answered meanwhile; of
those that have not changed since the last search it is known what that found (`searched.py`). A page ends when it is
full, or when enough accounts were looked at or enough time has gone; its token says after which account, and about
which instant, the next one goes on.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import time
from collections.abc import Sequence
from typing import Any

from engine.event import Instant
from engine.service.asking import instant, may, permits, reaching
from engine.service.authzen import Asked
from engine.service.held import Held, is_of_type
from engine.service.outlook import read
from engine.service.problems import Problem
from engine.service.searched import Known
from engine.service.tenant import Tenant
from engine.store import AccountRow
from engine.wakes import NEVER

SLICE = 16
"""How many accounts are read and decided about before other callers have their turn."""
READ = 500


async def subjects(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return which subjects of a type may do the act on the account."""
    held = await _held(tenant, asked)
    found: list[dict[str, Any]] = []
    at, after = _begin(page[0], asked, now)
    if held is not None:
        await reaching(tenant, held, asked, at)
        at = instant(held, asked, at)
        answers: dict[str, bool] = {}
        for id, party in tenant.subjects(held, asked.subject[0]):
            if party not in answers:
                answers[party] = _yes(tenant, held, party, asked, at)[0]
            if answers[party]:
                found.append({"type": asked.subject[0], "id": id})
    return _cut(found, after, page[1], asked, at)


async def actions(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return which acts the subject may do on the account."""
    held = await _held(tenant, asked)
    at, after = _begin(page[0], asked, now)
    found: list[dict[str, Any]] = []
    if held is not None:
        await reaching(tenant, held, asked, at)
        at = instant(held, asked, at)
        party = tenant.party_of(held.opening, *asked.subject)
        for act in held.opening.program.acts if party is not None else ():
            name = tenant.called(act)
            if party is not None and _yes(tenant, held, party, asked._replace(act=name), at)[0]:
                found.append({"name": name})
            await asyncio.sleep(0)
    return _cut(found, after, page[1], asked, at)


async def resources(tenant: Tenant, asked: Asked, page: tuple[str, int], now: Instant) -> dict[str, Any]:
    """Return on which accounts of a type the subject may do the act."""
    at, after = _begin(page[0], asked, now)
    limit, left = page[1], tenant.limits.scan
    end = time.monotonic() + tenant.limits.search_s
    known = tenant.accounts.searched.of(asked)
    found: list[dict[str, Any]] = []
    while True:
        rows = await asyncio.to_thread(tenant.accounts.names, after, min(READ, left))
        for start in range(0, len(rows), SLICE):
            some = rows[start : start + SLICE]
            yes = await _among(tenant, some, asked, at, known)
            for row in some:
                after, left = row.name, left - 1
                if row.name in yes:
                    found.append({"type": asked.type, "id": row.name})
                    if len(found) == limit:
                        last = row is rows[-1] and len(rows) < READ
                        return _page(found, "" if last else after, asked, at)
            if time.monotonic() > end:
                return _page(found, after, asked, at)
        if left <= 0:
            return _page(found, after, asked, at)
        if len(rows) < READ:
            return _page(found, "", asked, at)


async def _among(
    tenant: Tenant, rows: Sequence[AccountRow], asked: Asked, at: Instant, known: dict[str, Known]
) -> set[str]:
    """Return on which of some accounts the subject may do the act; decide only where that is not known."""
    yes: set[str] = set()
    unread: list[AccountRow] = []
    for row in rows:
        before = known.get(row.name)
        if before is not None and before.tells(row.revision, at):
            if before.yes:
                yes.add(row.name)
            continue
        held = tenant.accounts.here(row.name)
        if held is None:
            if is_of_type(row, asked.type):
                unread.append(row)
            continue
        if held.revision < row.revision:
            held = await tenant.held(row.name)
        await _noted(tenant, held, asked, at, known, yes)
        await asyncio.sleep(0)
    # What is read for a search alone is not held: it would push out what callers ask about, and fill the memory.
    for name, answer in await asyncio.to_thread(_decided, tenant, unread, asked, at) if unread else ():
        if answer is None:
            await _noted(tenant, await tenant.held(name), asked, at, known, yes)
            continue
        known[name] = answer
        if answer.yes:
            yes.add(name)
    return yes


async def _noted(
    tenant: Tenant, held: Held, asked: Asked, at: Instant, known: dict[str, Known], yes: set[str]
) -> None:
    """Decide about an account that is held."""
    if held.base:
        await reaching(tenant, held, asked, at)
    known[held.name] = answer = _answer(tenant, held, asked, at)
    if answer.yes:
        yes.add(held.name)


def _decided(
    tenant: Tenant, rows: Sequence[AccountRow], asked: Asked, at: Instant
) -> list[tuple[str, Known | None]]:
    """Decide about accounts that are not held, away from the loop: those whose outlook does not tell are read.

    None for one of which not enough was read.
    """
    foreseen = {row.name: _foreseen(tenant, row, asked, at) for row in rows}
    unread = [row for row in rows if foreseen[row.name] is None]
    found: dict[str, Known | None] = {**foreseen}
    for held in tenant.accounts.read_all(unread):
        found[held.name] = None if held.base else _answer(tenant, held, asked, at)
    return list(found.items())


def _foreseen(tenant: Tenant, row: AccountRow, asked: Asked, at: Instant) -> Known | None:
    """Return the answer about an account where its outlook tells it."""
    opening = tenant.accounts.opening(row)
    outlook = read(row.outlook, opening.stamp, row.head)
    at = instant(row, asked, at)
    if outlook is None or not outlook.reaches(at) or not asked.is_plain:
        return None
    party, act = tenant.party_of(opening, *asked.subject), tenant.act_called(opening, asked.act)
    if party is None or act is None or opening.type != asked.type:
        return None
    answer = outlook.answers.get((party, act))
    if answer is None:
        return None
    until = NEVER if outlook.until is None else outlook.until
    return Known(row.revision, outlook.since + 1, until, permits(tenant, opening.program, party, act, answer))


def _answer(tenant: Tenant, held: Held, asked: Asked, at: Instant) -> Known:
    """Return whether the evaluation would say yes, and how long it would."""
    at = instant(held, asked, at)
    party = tenant.party_of(held.opening, *asked.subject)
    if held.opening.type != asked.type or party is None:
        return Known(held.revision, at, at, False)
    yes, holds_until = _yes(tenant, held, party, asked, at)
    if held.base:
        return Known(held.revision, at, at, yes)
    return Known(held.revision, *_holds(held, at, holds_until), yes)


async def _held(tenant: Tenant, asked: Asked) -> Held | None:
    """Return the account asked about. Raises Problem where it is not as fresh as was asked."""
    held = await tenant.found(asked.account)
    if held is None or held.opening.type != asked.type:
        return None
    if asked.at_least is not None:
        tenant.revision(held, asked.at_least, "/context/at_least")
    return held


def _holds(held: Held, at: Instant, holds_until: Instant | None) -> tuple[Instant, Instant]:
    """Return from when until when an answer about an instant holds, as long as the account has no other entries."""
    line = held.account.line()
    if line.undated or line.alleges:
        return at, at
    place = line.instants.up_to(at)
    if place and line.instants[place - 1] == at:
        # The act asked about may be what happened just then: it is left out of that answer, and of no later one.
        return at, at
    until = NEVER if holds_until is None else holds_until
    return at, min(until, line.instants[place]) if place < len(line.instants) else until


def _yes(tenant: Tenant, held: Held, party: str, asked: Asked, at: Instant) -> tuple[bool, Instant | None]:
    """Tell whether the evaluation would say yes, and until when time alone does not change that (None: for ever)."""
    act = tenant.act_called(held.opening, asked.act)
    if act is None:
        return False, None
    program = held.opening.program
    question, _ = may(program, party, act, asked, at)
    account = held.account
    if asked.revision is not None:
        account = held.at(tenant.revision(held, asked.revision, "/context/revision"))
    decision = account.decide(question, asked.known_at)
    return permits(tenant, program, party, act, decision.answer), decision.holds_until


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
