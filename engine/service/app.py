"""The application put together: addresses, problems, the outermost layer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from engine.errors import EngineError
from engine.service.deadlines import Deadlines
from engine.service.problems import Problem, problem_of, problem_of_status
from engine.service.publishing import Publications
from engine.service.rim import Rim
from engine.service.routes import accounts, authzen, contracts, deadlines, events, operation
from engine.service.server import Server
from engine.service.webhooks import Webhooks
from engine.service.working import lasting

ABOUT = (
    "Is an act allowed for an account now, why, and until when: AuthZEN questions, CloudEvents in, every answer with "
    "its reasons."
)

ROUTERS = tuple(each.router for each in (authzen, events, accounts, contracts, deadlines, operation))


def application(server: Server) -> Rim:
    """Return the service as an ASGI application."""

    @asynccontextmanager
    async def lifetime(_: FastAPI) -> AsyncIterator[None]:
        beside = (Deadlines(server), Webhooks(server), Publications(server), server, server.shadow)
        working = [asyncio.create_task(lasting(each, server.log)) for each in beside]
        yield
        server.end()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        server.close()

    app = FastAPI(
        title="Contract engine", version=version("contract-engine"), description=ABOUT, lifespan=lifetime,
        docs_url=None, redoc_url=None, openapi_url="/openapi.json", redirect_slashes=False,
        # What clients that are made of the page call its operations.
        generate_unique_id_function=lambda route: route.name,
    )  # fmt: skip
    app.state.server = server
    for each in ROUTERS:
        app.include_router(each)

    @app.exception_handler(HTTPException)
    async def routed(request: Request, wrong: Exception) -> Response:
        assert isinstance(wrong, HTTPException)
        headers, detail = dict(wrong.headers or {}), str(wrong.detail)
        if wrong.status_code == 405:
            headers["Allow"] = ", ".join(_allowed(request.scope))
            detail = f"here is answered: {headers['Allow']}"
        return problem_of_status(wrong.status_code, detail, headers).response(
            request.headers.get("accept-language", "")
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, wrong: Exception) -> Response:
        return problem_of_status(400, "the address cannot be read").response(
            request.headers.get("accept-language", "")
        )

    @app.exception_handler(Problem)
    @app.exception_handler(EngineError)
    async def refused(request: Request, wrong: Exception) -> Response:
        assert isinstance(wrong, Problem | EngineError)
        return server.problem_of(wrong).response(request.headers.get("accept-language", ""))

    @app.exception_handler(Exception)
    async def failed(request: Request, wrong: Exception) -> Response:
        return problem_of(wrong).response(request.headers.get("accept-language", ""))

    _secured(app)
    return Rim(app, server)


def _allowed(scope: Scope) -> list[str]:
    """Return every method that an address has, as its page says; the router names those of the first that fits."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.matches(scope)[0] is not Match.NONE]
    # The name of an account may hold a slash: what fits first is meant.
    meant = (route for route in fitting if route.path_format == fitting[0].path_format)
    methods = {method for route in meant for method in route.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _secured(app: FastAPI) -> None:
    """Say on the OpenAPI page how callers are known."""
    made = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            page = made()
            page.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"}
            }
            page["security"] = [{"key": []}]
            for operations in page["paths"].values():
                for each in operations.values():
                    each["responses"].pop("422", None)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
