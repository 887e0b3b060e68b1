"""One editor's conversation: its open papers, what is worked out for them beside it, and what it is told.

What takes seconds, the analysis and the scenarios, is done by another process; its results come when they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from contractlang import grammar
from contractlang.loaded import SUFFIX
from contractlang.render import in_order
from engine.desk import findings, lenses
from engine.desk.law import Law
from engine.desk.papers import Papers, Understood
from engine.desk.quick import at_once
from engine.desk.shown import shown, shown_finding

MEANWHILE_S = 0.004
"""How long after a keystroke its text is taken up."""
Result = TypeVar("Result")


class Desk:
    """One editor's conversation: its open papers, and what is being worked out for them."""

    def __init__(self, server: LanguageServer, shipped: Path, today: Callable[[], date]) -> None:
        self.server, self.today = server, today
        self.papers = Papers((shipped,))
        self.law = Law(shipped / "law")
        self.worker = ThreadPoolExecutor(1, "desk")
        self.versions: dict[str, int] = {}
        self.uris: dict[str, str] = {}
        self.checking: dict[str, asyncio.Task[None]] = {}
        self.looking: dict[str, asyncio.Task[None]] = {}
        self.waiting: dict[str, asyncio.TimerHandle] = {}
        self.hasty: set[str] = set()
        """Files of which something was said before they were checked."""
        self.cases: dict[str, list[Any]] = {}
        self.found: dict[str, list[Any]] = {}
        self.layers, self.analyses = "", True
        self.sample: date | None = None

    # -- what an editor says

    def begin(self, params: lsp.InitializeParams) -> None:
        """Take the folders and the settings of an editor."""
        folders = [each.uri for each in params.workspace_folders or ()] or [params.root_uri or ""]
        self.papers.folders = tuple(Path(path) for uri in folders if uri and (path := to_fs_path(uri)))
        given = params.initialization_options
        given = given if isinstance(given, dict) else {}
        self.layers = str(given.get("layers") or "")
        self.analyses = given.get("analysis") is not False
        try:
            self.sample = date.fromisoformat(str(given.get("sampleDate") or ""))
        except ValueError:
            self.sample = None
        self.worker.submit(grammar.keywords)
        self.worker.submit(self.law.read)

    def end(self) -> None:
        """Leave the desk: whatever is still being worked out is given up."""
        for task in (*self.checking.values(), *self.looking.values()):
            task.cancel()
        for timer in self.waiting.values():
            timer.cancel()
        self.worker.shutdown(wait=False, cancel_futures=True)

    def put(self, uri: str, text: str, version: int) -> None:
        """Take a text as it is now, and begin to check it."""
        path = path_of(uri)
        self.uris[path] = uri
        self.versions[path] = version
        self.papers.put(path, text)
        # What is asked with the same keystroke is answered first: checking takes long.
        if path not in self.waiting:
            self.waiting[path] = asyncio.get_running_loop().call_later(MEANWHILE_S, self.take_up, path)

    def take_up(self, path: str) -> None:
        """Say what is known of a text already, and begin to check it, where that is still to be done."""
        timer = self.waiting.pop(path, None)
        if timer is not None and path in self.papers.texts:
            timer.cancel()
            self.tell_at_once(path)
            self.begin_to_check(path)

    def begin_to_check(self, path: str) -> None:
        if path not in self.checking:
            self.checking[path] = asyncio.ensure_future(self.check(path))

    def drop(self, uri: str) -> None:
        """Close a file."""
        path = path_of(uri)
        for tasks in (self.checking, self.looking):
            if path in tasks:
                tasks.pop(path).cancel()
        self.papers.drop(path)
        for other in self.papers.texts:
            if other not in self.papers.understood:
                self.begin_to_check(other)
        self.found.pop(path, None)
        self.cases.pop(path, None)
        self.publish(uri, [], None)

    def saved(self, uri: str) -> None:
        """What is saved may be used by others that are open; and it can be analysed."""
        path = path_of(uri)
        for other in self.papers.texts:
            if other != path and other not in self.checking:
                self.papers.understood.pop(other, None)
                self.begin_to_check(other)
        self.look(path)

    # -- what is worked out

    async def run(self, act: Callable[..., Result], *arguments: object) -> Result:
        """Carry out what takes a while, one thing after another, beside the conversation."""
        return await asyncio.get_running_loop().run_in_executor(self.worker, act, *arguments)

    async def paper(self, uri: str) -> Understood | None:
        """Return what a file means now. What is wrong with it is told before."""
        self.take_up(path_of(uri))
        return await self.run(self.papers.understand, path_of(uri))

    async def check(self, path: str) -> None:
        """Check a file until what was checked is the newest text, and say what is wrong."""
        try:
            while path in self.papers.texts:
                text, number = self.papers.texts[path], self.versions[path]
                found = await self.run(self.papers.understand, path)
                if found is not None:
                    self.tell(path, found, number)
                if self.papers.texts.get(path) is text:
                    break
            for other in self.papers.stale():
                self.begin_to_check(other)
        finally:
            self.checking.pop(path, None)

    def tell(self, path: str, paper: Understood, number: int) -> None:
        """Publish what is wrong with a file, and what the analysis found in it."""
        self.hasty.discard(path)
        said = [shown(each, paper) for each in in_order(paper.loaded.diagnostics) if each.span.path == path]
        said += [shown_finding(each, paper) for each in findings.placed(self.found.get(path, []), paper)]
        self.publish(self.uris[path], said, number)

    def tell_at_once(self, path: str) -> None:
        """Publish what is known already of a text that is still to be checked."""
        before, now = self.papers.understood.get(path), self.papers.source(path)
        if before is None or now is None or before.source.text == now.text:
            return
        said = at_once(before.source, before.loaded.diagnostics, now, path not in self.hasty)
        if said is None:
            return
        self.hasty.add(path)
        paper = Understood(now, before.loaded, before.contract)
        shown_now = [shown(each, paper) for each in in_order(said) if each.span.path == path]
        self.publish(self.uris[path], shown_now, self.versions[path])

    def publish(self, uri: str, said: list[lsp.Diagnostic], number: int | None) -> None:
        self.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, said, number))

    def know(self, uri: str, cases: Any, found: Any) -> None:
        """Take what an editor's own runs of the scenarios and the analysis came to."""
        path = path_of(uri)
        self.cases[path] = plain(cases) or []
        self.found[path] = plain(found) or []

    def look(self, path: str) -> None:
        """Begin to look at what is saved: findings and scenarios; what was being looked at before is given up."""
        if not self.analyses or not path.endswith(SUFFIX) or not Path(path).is_file():
            return
        if path in self.looking:
            self.looking.pop(path).cancel()
        self.looking[path] = asyncio.ensure_future(self.looked(path))

    async def looked(self, path: str) -> None:
        """Look at what is saved, and show it."""
        cases = await lenses.touched(path)
        if cases is not None:
            self.cases[path] = cases
            self.refresh()
        found = await findings.look(path, self.layers)
        if found is not None and path in self.papers.texts:
            self.found[path] = found
            paper = await self.run(self.papers.understand, path)
            if paper is not None and path in self.versions:
                self.tell(path, paper, self.versions[path])
            self.refresh()

    def refresh(self) -> None:
        """Ask the editor to ask again for code lenses, if it can."""
        workspace = self.server.client_capabilities.workspace
        if workspace is not None and workspace.code_lens is not None and workspace.code_lens.refresh_support:
            self.server.workspace_code_lens_refresh(None)


def plain(told: Any) -> Any:
    """Return what came over the protocol as plain lists and mappings: pygls makes objects of what it does not know."""
    if isinstance(told, list | tuple):
        return (
            [plain(each) for each in told]
            if not hasattr(told, "_fields")
            else {name: plain(getattr(told, name)) for name in told._fields}
        )
    if isinstance(told, dict):
        return {name: plain(each) for name, each in told.items()}
    return told


def path_of(uri: str) -> str:
    """Return the path of a file; of what is no file (untitled:…), the address itself, which then is its path."""
    return (to_fs_path(uri) if uri.startswith("file:") else None) or uri
