"""The desk beside the service, at the service's own address: whoever shows a key of a tenant opens that tenant's desk.

A page cannot send a key with every request of a browser, so the key is shown once, and what is given for it is a cookie
that scripts cannot read and that no other site can have sent. It holds for a working day, and no longer than the key.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from contractlang.contract import Contract
from engine.dates import day_of
from engine.service.access import Caller
from engine.service.clock import now
from engine.service.problems import Problem
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.workbench.accounts import Kept
from engine.workbench.app import Bench, application
from engine.workbench.folder import Folder
from engine.workbench.opened import Shelf

AT = "/desk"
COOKIE = "contract-desk"
LONGEST_S = 9 * 3600
"""How long a browser stays signed in."""
MOST = 1_000
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class _Session:
    """A browser that has shown a key, until when it is signed in, and what it showed."""

    shown: str
    tenant: str
    until: float


class Desks:
    """The desks of the tenants of a service, before the service itself: what is not for a desk goes on to it.

    `folders` holds for each tenant the folder of contract files that is edited there.
    """

    def __init__(
        self, service: ASGIApp, server: Server, folders: Mapping[str, Path], shipped: Path, port: int
    ) -> None:
        self.service, self.server = service, server
        base = server.config.base_url
        own = {f"{name}:{port}" for name in (server.config.host, "localhost")}
        self._https = base.startswith("https://")
        origins = frozenset({base, *(f"http://{each}" for each in own)})
        hosts = frozenset({base.partition("://")[2].partition("/")[0], *own})
        self._sessions: dict[str, _Session] = {}
        self._desks: dict[str, ASGIApp] = {}
        for name, folder in folders.items():
            tenant = server.tenants[name]
            kept = Kept(tenant.books, partial(_contracts, tenant))
            bench = Bench(
                Folder(folder), shipped, lambda: day_of(now()), f"{AT[1:]}/{name}", Shelf(shipped), kept
            )
            self._desks[name] = application(bench, hosts, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] not in ("http", "websocket") or not (path == AT or path.startswith(f"{AT}/")):
            await self.service(scope, receive, send)
            return
        if scope["type"] == "http" and path.rstrip("/") == AT:
            answer = await self._sign_in(scope) if scope["method"] == "POST" else _door()
            await answer(scope, receive, send)
            return
        caller = await self._caller(scope)
        wanted = path.removeprefix(f"{AT}/").partition("/")[0]
        if caller is None or caller.tenant != wanted or wanted not in self._desks:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            refused = _door() if scope["method"] == "GET" else _refused(401, "sign in at /desk")
            await refused(scope, receive, send)
            return
        if path.endswith(("/api/save", "/api/accept")) and "publish" not in caller.rights:
            refused = _refused(403, "this key may not save: it lacks the right to publish 此密钥无权保存")
            await refused(scope, receive, send)
            return
        if path.endswith(("/api/impact", "/api/explained")) and "audit" not in caller.rights:
            refused = _refused(
                403,
                "this key may not look at all accounts: it lacks the right to audit 此密钥无权查看全部账户",
            )
            await refused(scope, receive, send)
            return
        await self._desks[wanted](scope, receive, send)

    async def _sign_in(self, scope: Scope) -> Response:
        """Give a browser that shows a key a cookie for it."""
        shown = Headers(scope=scope).get("authorization", "")
        try:
            caller = await self._proved(shown)
            caller.must("ask")
        except Problem as wrong:
            return _refused(wrong.status, f"{wrong.detail} 密钥无效或权限不足")
        if caller.tenant not in self._desks:
            return _refused(404, f"tenant `{caller.tenant}` has no desk 该租户没有工作台")
        moment = time.monotonic()
        self._sessions = {word: each for word, each in self._sessions.items() if each.until > moment}
        while len(self._sessions) >= MOST:
            self._sessions.pop(next(iter(self._sessions)))
        word = secrets.token_urlsafe(32)
        self._sessions[word] = _Session(shown, caller.tenant, moment + LONGEST_S)
        answer = JSONResponse({"at": f"{AT}/{caller.tenant}/"})
        answer.set_cookie(
            COOKIE, word, max_age=LONGEST_S, path=AT, secure=self._https, httponly=True, samesite="strict"
        )
        return answer

    async def _caller(self, scope: Scope) -> Caller | None:
        """Return who has signed in, if what was shown still holds: a key that is revoked opens nothing any more."""
        try:
            morsel = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
        except CookieError:
            return None
        session = self._sessions.get(morsel.value) if morsel is not None else None
        if session is None or session.until <= time.monotonic():
            return None
        try:
            return await self._proved(session.shown)
        except Problem:
            return None

    async def _proved(self, shown: str) -> Caller:
        return await self.server.access.caller(shown.encode(), now())


def _contracts(tenant: Tenant) -> Mapping[str, Contract]:
    return tenant.library.contracts


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"field": "", "reason": reason}, status)


def _door() -> Response:
    """Return the page on which a key is shown."""
    nonce = secrets.token_urlsafe(16)
    page = _DOOR.replace("{nonce}", escape(nonce))
    return HTMLResponse(page, headers={
        "content-security-policy": _POLICY.replace("{nonce}", nonce), "cache-control": "no-store",
        "referrer-policy": "no-referrer", "x-content-type-options": "nosniff",
    })  # fmt: skip


_DOOR = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>合同工作台 Contract desk</title>
<link rel="icon" href="data:,">
<style nonce="{nonce}">
body { font: 16px/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 26rem; padding: 0 1rem; color: #1d2430; }
input, button { font: inherit; padding: .5rem .7rem; box-sizing: border-box; width: 100%; margin-top: .5rem; }
button { background: #1f4e79; color: #fff; border: 0; border-radius: .3rem; cursor: pointer; }
#wrong { color: #a11; }
</style>
</head>
<body>
<main>
<h1>合同工作台 Contract desk</h1>
<form id="door">
<label for="key">服务的密钥 The key that you call the service with</label>
<input id="key" type="password" autocomplete="off" required autofocus>
<button>打开 Open</button>
<p id="wrong" role="alert"></p>
</form>
</main>
<script nonce="{nonce}">
document.getElementById("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = document.getElementById("key").value.trim();
  const answer = await fetch("/desk", { method: "POST", headers: { authorization: `Bearer ${key}` } });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) location.href = told.at + location.hash;
  else document.getElementById("wrong").textContent = told.reason || `HTTP ${answer.status}`;
});
</script>
</body>
</html>
"""
