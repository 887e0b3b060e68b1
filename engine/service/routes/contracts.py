"""Contracts: what is in use, and how a version comes into use."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.service import publishing
from engine.service.clock import now
from engine.service.openapi import PROPOSE, READ
from engine.service.requests import object_of
from engine.service.routes import enter, told

router = APIRouter(prefix="/contracts", tags=["contracts"])


@router.get("", openapi_extra=READ)
async def list_contracts(request: Request) -> Response:
    """The documents in use, and every version that was proposed."""
    tenant, _ = await enter(request, "ask")
    rows = await asyncio.to_thread(tenant.books.contracts)
    used = [
        {
            "name": each.name, "kind": each.kind, "title": each.title, "version": each.version or "1",
            "text_hash": each.text_hash, "meaning_hash": each.meaning_hash,
            "acts": sorted(name for name, it in each.declarations.items() if getattr(it, "is_act", False))
            if each.kind == "agreement" else [],
        }
        for each in tenant.library.contracts.values()
    ]  # fmt: skip
    return told({"documents": used, "versions": [publishing.told(each) for each in rows]})


@router.post("", openapi_extra=PROPOSE)
async def propose(request: Request) -> Response:
    """Propose a version: `name`, `version`, `files`, `effective_on`. Check, scenarios and analysis are run."""
    tenant, caller = await enter(request, "publish")
    raw = await object_of(request, tenant.limits)
    return told(publishing.told(await publishing.propose(tenant, raw, caller.id, now())))


@router.post("/{name}/{version}/approve", openapi_extra=READ)
async def approve(request: Request, name: str, version: str) -> Response:
    """Agree to a version that another person has proposed."""
    tenant, caller = await enter(request, "publish")
    return told(publishing.told(await publishing.approve(tenant, name, version, caller.id, now())))


@router.post("/{name}/{version}/publish", openapi_extra=READ)
async def publish(request: Request, name: str, version: str) -> Response:
    """Bring a version into use."""
    tenant, _ = await enter(request, "publish")
    return told(publishing.told(await publishing.publish(tenant, name, version, now())))
