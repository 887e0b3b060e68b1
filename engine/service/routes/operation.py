"""Health, readiness, figures, and decisions that were given."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.dates import iso
from engine.kept import question_from_bytes
from engine.service import accounts
from engine.service.openapi import METADATA, READ, asked_by, text_answer
from engine.service.problems import Problem
from engine.service.routes import enter, server_of, told
from engine.store import DecisionRow

router = APIRouter(tags=["operation"])
PAGE = 200


@router.get("/health", openapi_extra=METADATA)
async def health() -> Response:
    """The process is there."""
    return told({"status": "ok"})


@router.get("/ready", openapi_extra=METADATA | {"responses": READ["responses"]})
async def ready(request: Request) -> Response:
    """Contracts are loaded, the ledger can be read and written without waiting, deadlines are worked out up to now."""
    return told(await server_of(request).ready())


@router.get("/metrics", openapi_extra=text_answer("text/plain"))
async def metrics(request: Request) -> Response:
    """Figures for Prometheus; needs the right to audit, for they tell how much business there is."""
    await enter(request, "audit")
    return Response(server_of(request).metrics(), media_type="text/plain; version=0.0.4")


@router.get("/decisions", openapi_extra=asked_by("after"))
async def list_decisions(request: Request) -> Response:
    """The log of decisions, beyond the number `after`."""
    tenant, _ = await enter(request, "audit")
    after = request.query_params.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 15:
        raise Problem("bad_request", "a whole number is wanted", "after")
    rows = await asyncio.to_thread(tenant.books.decisions, int(after), PAGE)
    listed = [
        {
            "id": each.id, "number": each.number, "account": each.account, "revision": each.revision,
            "asked_at": iso(each.asked_at), "answer": (_logged(each) or {}).get("answer"),
        }
        for each in rows
    ]  # fmt: skip
    return told({"decisions": listed, "next": rows[-1].number if len(rows) == PAGE else None})


@router.get("/decisions/{id}", openapi_extra=READ)
async def explain_decision(request: Request, id: str) -> Response:
    """A decision that was given: as it was logged, and explained from the ledger as it was then."""
    tenant, _ = await enter(request, "audit")
    row = await asyncio.to_thread(tenant.books.decision, id)
    held = await tenant.held(row.account)
    question, known_at = question_from_bytes(row.question)
    await tenant.reaching(held, question.at, known_at, row.revision)
    account = held.at(row.revision)
    found = accounts.explained(account, question, known_at, held.token_of(row.revision))
    return told(
        {
            "id": row.id,
            "asked_at": iso(row.asked_at),
            "engine": row.engine,
            "logged": _logged(row),
            "derived": found,
        }
    )


def _logged(row: DecisionRow) -> dict[str, Any] | None:
    """Return the answer that is in the log; none where it is damaged, as `contract replay-decisions` tells."""
    try:
        found = json.loads(row.answer)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
