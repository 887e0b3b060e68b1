"""AuthZEN Authorization API 1.0: evaluation, evaluations, the three searches, and the metadata."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from engine.service import authzen, direct, searching
from engine.service.clock import now
from engine.service.config import Config
from engine.service.direct import BASE
from engine.service.openapi import EVALUATION, EVALUATIONS, METADATA, SEARCH
from engine.service.problems import Problem
from engine.service.requests import object_of
from engine.service.routes import directly, enter, server_of, told

router = APIRouter()


@router.post(f"{BASE}/evaluation", openapi_extra=EVALUATION, tags=["decisions"])
async def evaluation(request: Request) -> Response:
    """May the subject do the act on the account?"""
    return await directly(request, direct.evaluation)


@router.post(f"{BASE}/evaluations", openapi_extra=EVALUATIONS, tags=["decisions"])
async def evaluations(request: Request) -> Response:
    """Several questions at once, all of them or up to the one that decides."""
    return await directly(request, direct.evaluations)


Search = Callable[..., Awaitable[dict[str, Any]]]


async def _search(request: Request, what: str, search: Search) -> Response:
    tenant, _ = await enter(request, "ask")
    raw = await object_of(request, tenant.limits)
    asked = authzen.search(raw, what)
    page = authzen.page_of(raw, tenant.limits.page)
    return told(await search(tenant, asked, page, now()))


@router.post(f"{BASE}/search/subject", openapi_extra=SEARCH["subject"], tags=["decisions"])
async def search_subject(request: Request) -> Response:
    """Who may do the act on the account?"""
    return await _search(request, "subject", searching.subjects)


@router.post(f"{BASE}/search/resource", openapi_extra=SEARCH["resource"], tags=["decisions"])
async def search_resource(request: Request) -> Response:
    """On which accounts may the subject do the act?"""
    return await _search(request, "resource", searching.resources)


@router.post(f"{BASE}/search/action", openapi_extra=SEARCH["action"], tags=["decisions"])
async def search_action(request: Request) -> Response:
    """Which acts may the subject do on the account?"""
    return await _search(request, "action", searching.actions)


def metadata(config: Config, tenant: str, path: str = "") -> dict[str, str]:
    """Return what a tenant's callers are told of the service: from its configuration, whatever they called it.

    A decision point is called by the address that its metadata are derived from; `path` is what follows the well-known
    part in that.
    """
    part = config.tenants[tenant]
    home = (part.public_url or config.base_url).rstrip("/")
    return {
        "policy_decision_point": home if part.public_url else f"{home}{path}",
        "access_evaluation_endpoint": f"{home}{BASE}/evaluation",
        "access_evaluations_endpoint": f"{home}{BASE}/evaluations",
        "search_subject_endpoint": f"{home}{BASE}/search/subject",
        "search_resource_endpoint": f"{home}{BASE}/search/resource",
        "search_action_endpoint": f"{home}{BASE}/search/action",
    }


@router.get("/.well-known/authzen-configuration", openapi_extra=METADATA, tags=["decisions"])
async def configuration(request: Request) -> Response:
    """Where the decision point of the first tenant is."""
    config = server_of(request).config
    return told(metadata(config, next(iter(config.tenants))))


@router.get("/.well-known/authzen-configuration/{tenant}", openapi_extra=METADATA, tags=["decisions"])
async def configuration_of(request: Request, tenant: str) -> Response:
    """Where the decision point of a tenant is."""
    config = server_of(request).config
    if tenant not in config.tenants:
        raise Problem("not_found", "there is no such tenant")
    return told(metadata(config, tenant, f"/{tenant}"))
