"""The whole HTTP application in this process, without a socket: for laws that ask it thousands of times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from contractlang.cache import Cache
from engine.kept import Documents
from engine.service.app import application
from engine.service.clock import now
from engine.service.config import Config
from engine.service.server import Server
from engine.service.watch import begin_logging
from engine.store import Store, open_store
from engine.store.apikeys import new_key

BATCH = "application/cloudevents-batch+json"


class Said(NamedTuple):
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class InProcess:
    """An application that is called as an HTTP server calls it; `key` has all rights."""

    def __init__(self, server: Server, runner: asyncio.Runner) -> None:
        self.server, self._runner, self._app = server, runner, application(server)
        self.key, kept = new_key("main", "test", ("ask", "record", "publish", "audit"), now())
        server.store.add_key(kept)

    def post(self, path: str, said: Any, kind: str = "application/json", **headers: str) -> Said:
        """Send JSON, or bytes as they are."""
        body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
        return self.call("POST", path, body, {"content-type": kind, **headers})

    def post_all(
        self, path: str, said: Sequence[Any], kind: str, meanwhile: Callable[[], None]
    ) -> list[Said]:
        """Send several at once; when all have gone as far as they do by themselves, do something meanwhile."""
        return self._runner.run(self._all(path, said, kind, meanwhile))

    async def _all(
        self, path: str, said: Sequence[Any], kind: str, meanwhile: Callable[[], None]
    ) -> list[Said]:
        bodies = [json.dumps(each, ensure_ascii=False).encode() for each in said]
        head = {"content-type": kind}
        called = [asyncio.create_task(self._called("POST", path, body, head, "")) for body in bodies]
        await asyncio.sleep(0.05)
        meanwhile()
        return await asyncio.gather(*called)

    def get(self, path: str, query: str = "") -> Said:
        return self.call("GET", path, b"", {}, query)

    def call(self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = "") -> Said:
        """Send one request, wait for its answer."""
        return self._runner.run(self._called(method, path, body, headers, query))

    async def _called(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str
    ) -> Said:
        told = {"authorization": f"Bearer {self.key}", "content-length": str(len(body)), **headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Said(said[0]["status"], found, b"".join(each.get("body", b"") for each in said[1:]))


@contextmanager
def in_process(
    folder: Path, texts: Mapping[str, str], store: Store | None = None, **more: Any
) -> Iterator[InProcess]:
    """Have an application for one tenant, `main`, of those files."""
    begin_logging("error")
    config = Config.model_validate(
        {"store": "memory:", "tenants": {"main": {"contracts": ["given"]}}, **more}
    )
    documents = Documents(folder / "documents", Cache(None))
    server = Server(config, store or open_store(config.store), {"main": texts}, documents)
    try:
        with asyncio.Runner() as runner:
            yield InProcess(server, runner)
    finally:
        server.close()
