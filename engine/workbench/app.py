"""The application: the page, its small JSON interface, and the socket of the language server.

Everything lies below the secret word, and is for pages of this address alone: another page in the same browser gets
nothing, whatever it sends (the Host and the Origin of each request are looked at).
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from contractlang.source import MAX_BYTES
from engine.analysis.accepted import FILE, Acceptance, add
from engine.cases import layers_of
from engine.desk.papers import normal
from engine.errors import EngineError
from engine.workbench import scenes, views, witnesses
from engine.workbench.accounts import Kept, explained, impact
from engine.workbench.conversation import converse
from engine.workbench.folder import BadFile, Changed, Folder, Text
from engine.workbench.measures import measured
from engine.workbench.opened import Opened, Shelf

PAGE = Path(__file__).parent / "page"
_KINDS = {
    "js": "text/javascript",
    "css": "text/css",
    "html": "text/html",
    "txt": "text/plain",
    "svg": "image/svg+xml",
}
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MOST_BODY = 2 * MAX_BYTES


@dataclass(frozen=True)
class Bench:
    """What the desk is opened on: a folder, the contracts that come with the program, today, the secret word."""

    folder: Folder
    shipped: Path
    today: Callable[[], date]
    word: str
    shelf: Shelf
    kept: Kept | None = None


Answer = TypeVar("Answer")
Answering = Callable[[Bench, Mapping[str, Any]], Any]


def application(bench: Bench, hosts: frozenset[str], origins: frozenset[str] = frozenset()) -> ASGIApp:
    """Return the application; it answers to the names `hosts` (with their port) alone.

    `origins` are those of its pages, where the address that browsers have is not that at which it listens.
    """

    async def page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = (PAGE / "index.html").read_text("utf-8").replace("{nonce}", nonce)
        policy = _POLICY.replace("{nonce}", nonce)
        return Response(text, media_type="text/html", headers={"content-security-policy": policy})

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        found = PAGE / name
        if "/" in name or name.startswith(".") or not found.is_file():
            return problem(404, "path", f"no such file: {name}")
        return Response(
            found.read_bytes(), media_type=_KINDS.get(found.suffix[1:], "application/octet-stream")
        )

    async def socket(ws: WebSocket) -> None:
        await ws.accept()

        async def heard() -> AsyncIterator[str]:
            try:
                while True:
                    yield await ws.receive_text()
            except (WebSocketDisconnect, KeyError):
                return

        async def say(text: str) -> None:
            try:
                await ws.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                return

        await converse(bench.folder.root, bench.shipped, bench.today, heard(), say)

    routes = [
        Route("/", page),
        Route("/{name}", asset),
        Route("/api/{what}", _asked(bench), methods=["POST"]),
        WebSocketRoute("/lsp", socket),
    ]
    return _Guard(Starlette(routes=[Mount(f"/{bench.word}", routes=routes)]), hosts, origins)


def _asked(bench: Bench) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        what = request.path_params["what"]
        try:
            given = await _body(request)
            if what == "measure":
                path = bench.folder.at(said(given, "path"))
                measuring = measured(path, said(given, "what"), said(given, "layers", ""))
                return JSONResponse(await _while_waited_for(request, measuring))
            act = ANSWERS.get(what)
            if act is None:
                return problem(404, "path", f"nothing is called {what}")
            return JSONResponse(await run_in_threadpool(act, bench, given))
        except Changed as wrong:
            now = _told(wrong.now)
            return JSONResponse({"field": "revision", "reason": str(wrong), "now": now}, 409)
        except BadFile as wrong:
            return problem(wrong.status, wrong.field, wrong.reason)
        except EngineError as wrong:
            return problem(422, str(getattr(wrong, "field", "")), str(wrong))
        except Exception as wrong:
            if os.environ.get("CONTRACT_DEBUG"):
                raise
            name = type(wrong).__name__
            return problem(500, "", f"internal error: {wrong} ({name}); CONTRACT_DEBUG=1 shows where")

    return answer


async def _while_waited_for(request: Request, work: Awaitable[Answer]) -> Answer:
    """Return what comes of some work; it ends where whoever asked has gone away, or the desk is closed."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise BadFile("what", "nobody waits for the answer", 499)
        return working.result()
    except asyncio.CancelledError:
        raise BadFile("what", "the desk is being closed", 503) from None
    finally:
        for each in (working, gone):
            each.cancel()


async def _body(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise BadFile("content-type", "send application/json", 415)
    raw = bytearray()
    try:
        async for part in request.stream():
            raw += part
            if len(raw) > MOST_BODY:
                raise BadFile("body", f"larger than {MOST_BODY // 1_000_000} MB", 413)
        given = json.loads(bytes(raw))
    except ClientDisconnect:
        raise BadFile("body", "the body did not arrive whole", 400) from None
    except (ValueError, RecursionError):
        raise BadFile("body", "the body is no JSON", 400) from None
    if not isinstance(given, dict):
        raise BadFile("body", "send an object", 400)
    return given


def said(given: Mapping[str, Any], field: str, default: str | None = None) -> str:
    """Return a text that a request gives. Raises BadFile."""
    found = given.get(field, default)
    if not isinstance(found, str):
        raise BadFile(field, f"`{field}` must be a text")
    return found


def problem(status: int, field: str, reason: str) -> Response:
    return JSONResponse({"field": field, "reason": reason}, status)


def _told(text: Text) -> dict[str, str]:
    return {"path": text.path, "text": text.text, "revision": text.revision}


def _folder(bench: Bench, given: Mapping[str, Any]) -> Any:
    root = bench.folder.root
    files, layers, today = bench.folder.files(), bench.shelf.layers, bench.today().isoformat()
    return {
        "name": root.name, "uri": root.as_uri(), "files": files, "layers": layers, "today": today,
        "accounts": bench.kept is not None,
    }  # fmt: skip


def _read(bench: Bench, given: Mapping[str, Any]) -> Any:
    return _told(bench.folder.read(said(given, "path")))


def _save(bench: Bench, given: Mapping[str, Any]) -> Any:
    saved = bench.folder.save(said(given, "path"), said(given, "text"), said(given, "revision"))
    bench.shelf.forget()
    return _told(saved)


def _accept(bench: Bench, given: Mapping[str, Any]) -> Any:
    beside = (said(given, "path").rpartition("/")[0] + f"/{FILE}").lstrip("/")
    reason = said(given, "reason").strip()
    if not reason:
        raise BadFile("reason", "say why it is accepted 请写明接受的理由")
    entry = Acceptance(said(given, "finding"), reason, bench.today(), said(given, "rests_on"))
    add(bench.folder.at(beside), entry)
    return {"path": beside}


def _opened(bench: Bench, given: Mapping[str, Any]) -> Opened:
    """Return the contract that a request is about, as it is typed, under the law that its settings ask for."""
    path = bench.folder.at(said(given, "path"))
    layers = layers_of(scenes.lines_of(given, "settings"))
    return bench.shelf.open(str(path), normal(said(given, "text")), layers)


def _witness(bench: Bench, given: Mapping[str, Any]) -> Any:
    witness = given.get("witness")
    if not isinstance(witness, dict):
        raise BadFile("witness", "`witness` must be an object")
    path = bench.folder.at(said(given, "path"))
    layers = tuple(scenes.lines_of(given, "layers"))
    opened = bench.shelf.open(str(path), normal(said(given, "text")), layers)
    return witnesses.lines(opened, witness, layers)


def _clause(bench: Bench, given: Mapping[str, Any]) -> Any:
    line = given.get("line")
    if type(line) is not int:
        raise BadFile("line", "`line` must be a whole number")
    return views.clause(_opened(bench, given), line)


def _kept(bench: Bench) -> Kept:
    if bench.kept is None:
        raise BadFile("what", "this desk has no store of accounts", 404)
    return bench.kept


def _impact(bench: Bench, given: Mapping[str, Any]) -> Any:
    return impact(_kept(bench), _opened(bench, given), bench.today().isoformat())


def _explained(bench: Bench, given: Mapping[str, Any]) -> Any:
    name, line = said(given, "account"), said(given, "question")
    return explained(_kept(bench), _opened(bench, given), name, line)


def _compared(bench: Bench, given: Mapping[str, Any]) -> Any:
    other = str(bench.folder.at(said(given, "other_path")))
    old = bench.shelf.open(other, normal(said(given, "other_text")))
    return views.compared(old.contract, _opened(bench, given).contract)


ANSWERS: dict[str, Answering] = {
    "folder": _folder,
    "read": _read,
    "save": _save,
    "accept": _accept,
    "words": lambda bench, given: scenes.words(_opened(bench, given)),
    "scene": lambda bench, given: scenes.scene(_opened(bench, given), given),
    "ask": lambda bench, given: scenes.asked(_opened(bench, given), given),
    "cases": lambda bench, given: scenes.cases(said(given, "path"), said(given, "text")),
    "witness": _witness,
    "clause": _clause,
    "compare": _compared,
    "impact": _impact,
    "explained": _explained,
    "case": lambda bench, given: {"text": scenes.case(_opened(bench, given), given)},
}


class _Guard:
    """Lets through what comes from a page of this address, and puts the headers on what goes back."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], origins: frozenset[str]) -> None:
        self.app, self.hosts, self.origins = app, hosts, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if not self._ours(dict(scope["headers"])):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                refused = problem(403, "origin", "this desk answers its own page only")
                await refused(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_SECURITY]
            await send(message)

        await self.app(scope, receive, answer)

    def _ours(self, headers: Mapping[bytes, bytes]) -> bool:
        host = headers.get(b"host", b"").decode("latin-1")
        origin = (headers.get(b"origin") or f"http://{host}".encode()).decode("latin-1")
        return host in self.hosts and (origin == f"http://{host}" or origin in self.origins)
