"""Accounts: opened, read, explained, and asked what would be if."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.account import Account
from engine.account_standing import standing_of
from engine.dates import iso, parse_as_of
from engine.errors import BadTerms, Conflict, Unfit
from engine.event import Instant
from engine.question import about_of
from engine.service import accounts
from engine.service.clock import now
from engine.service.openapi import ABOUT_AN_ACCOUNT, ASK, OPENED, OPENING, WHAT_IF, asked_by, operation
from engine.service.openings import opening_from
from engine.service.problems import Problem, problem_at
from engine.service.recording import differences
from engine.service.requests import no_others, object_of
from engine.service.routes import enter, told

router = APIRouter(prefix="/accounts", tags=["accounts"])
MOST_LISTED = 1000
PARTS = ("/history", "/deadlines", "/ask", "/what-if")
"""What an address has after the account's name, in which a slash may stand."""


@router.post(
    "", openapi_extra=operation({"type": "object"}, OPENING, "409", example={"account": "A-1001", **OPENED})
)
async def open_account(request: Request) -> Response:
    """Open an account: agreements, layers of law, settings, readings, answers, and who acts for whom."""
    tenant, _ = await enter(request, "record")
    raw = await object_of(request, tenant.limits)
    name = raw.pop("account", None)
    if not isinstance(name, str) or not name:
        raise Problem("bad_request", "a text is wanted: the account's name", "/account")
    if name in (".", "..") or name.endswith(PARTS):
        raise Problem("bad_request", f"`{name}` would be another address than the account's", "/account")
    at = now()
    try:
        body, _ = opening_from(tenant.library, raw, at)
    except BadTerms as wrong:
        raise Problem("bad_request", wrong.reason, wrong.field, zh=wrong.zh) from None
    try:
        row = await asyncio.to_thread(tenant.books.open_account, name, body, at)
    except (Unfit, Conflict) as wrong:
        raise problem_at(wrong, "/account") from None
    return told(
        {"account": row.name, "opened_at": iso(row.opened_at), "revision": (await tenant.held(name)).token}
    )


@router.get("", openapi_extra=asked_by("after_name"))
async def list_accounts(request: Request) -> Response:
    """The accounts in the order of their names, after `after`."""
    tenant, _ = await enter(request, "ask")
    after = request.query_params.get("after", "")
    rows = await asyncio.to_thread(tenant.books.accounts, after, MOST_LISTED)
    listed = [
        {"account": each.name, "opened_at": iso(each.opened_at), "events": each.revision} for each in rows
    ]
    return told({"accounts": listed, "next": rows[-1].name if len(rows) == MOST_LISTED else ""})


class _Asked(NamedTuple):
    """An account as it is, or exactly at a revision, which `token` names, and the days asked about."""

    token: str
    account: Account
    at: Instant
    known_at: Instant | None


async def _asked(request: Request, account: str, whole: bool = False) -> _Asked:
    """Return what is asked about, `whole` with all entries."""
    tenant, _ = await enter(request, "ask")
    held = await tenant.held(account)
    token = request.query_params.get("revision")
    at_least = request.query_params.get("at_least")
    if at_least:
        tenant.revision(held, at_least, "at_least")
    revision = tenant.revision(held, token, "revision") if token else None
    at, known_at = _instant(request, "as_of"), _instant(request, "known_at")
    at = max(now(), held.recorded_at) if at is None else at
    if whole:
        await tenant.whole(held)
    await tenant.reaching(held, at, known_at, revision)
    if revision is None:
        return _Asked(held.token, held.account, at, known_at)
    return _Asked(held.token_of(revision), held.at(revision), at, known_at)


def _instant(request: Request, name: str) -> Instant | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return parse_as_of(text)
    except ValueError as wrong:
        raise Problem("bad_request", str(wrong), name) from None


@router.get("/{account:path}/history", openapi_extra=ABOUT_AN_ACCOUNT)
async def read_history(request: Request, account: str) -> Response:
    """What happened, and what came of it."""
    token, found, at, known_at = await _asked(request, account, whole=True)
    told_so = accounts.told_history(found, at, known_at)
    return told({"account": account, "revision": token, "history": told_so})


@router.get("/{account:path}/deadlines", openapi_extra=ABOUT_AN_ACCOUNT)
async def read_deadlines(request: Request, account: str) -> Response:
    """What time alone will bring, and when."""
    token, found, at, known_at = await _asked(request, account)
    return told({"account": account, "revision": token, "next": accounts.ahead(found, at, known_at, 50)})


@router.post("/{account:path}/ask", openapi_extra=ASK)
async def ask(request: Request, account: str) -> Response:
    """Any question, as a line: `2026-09-12 user in breach of 5.2`."""
    tenant, _ = await enter(request, "ask")
    raw = await object_of(request, tenant.limits)
    no_others(raw, ("question",))
    held = await tenant.held(account)
    line = raw.get("question")
    if not isinstance(line, str):
        raise Problem("bad_request", "a text is wanted", "/question")
    question, known_at = accounts.written(held.account, line)
    await tenant.reaching(held, question.at, known_at, about=about_of(question))
    return told(accounts.explained(held.account, question, known_at, held.token))


@router.post("/{account:path}/what-if", openapi_extra=WHAT_IF)
async def what_if(request: Request, account: str) -> Response:
    """What would be if these events happened: what would change, and the answer to a question. Nothing is kept."""
    tenant, _ = await enter(request, "ask")
    raw = await object_of(request, tenant.limits)
    no_others(raw, ("events", "question", "as_of"))
    held = await tenant.whole(await tenant.held(account))
    events = raw.get("events")
    if not isinstance(events, list) or not events or len(events) > tenant.limits.batch:
        raise Problem("bad_request", "a list of events is wanted", "/events")
    copy = held.account.what_if(accounts.supposed(held, events))
    at = max([now(), *(each.effect_at for each in copy.ledger)])
    if raw.get("as_of") is not None:
        try:
            at = parse_as_of(str(raw["as_of"]))
        except ValueError as wrong:
            raise Problem("bad_request", str(wrong), "/as_of") from None
    before, after = (standing_of(each.position_at(at)) for each in (held.account, copy))
    found: dict[str, Any] = {
        "account": account,
        "as_of": iso(at),
        "revision": held.token,
        "changed": list(differences(before, after)),
    }
    if raw.get("question") is not None:
        question, known_at = accounts.written(copy, str(raw["question"]))
        found["answer"] = accounts.explained(copy, question, known_at, held.token)
    return told(found)


# Last, for a name may hold what ends the other addresses' names: a slash.
@router.get("/{account:path}", openapi_extra=ABOUT_AN_ACCOUNT)
async def read_account(request: Request, account: str) -> Response:
    """Where the account stands: states, last days, what is owed and owing, breaches, open powers, what comes next."""
    token, found, at, known_at = await _asked(request, account)
    return told(accounts.position(account, token, found, at, known_at), ETag=f'"{token}"')
