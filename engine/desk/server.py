"""The language server: the protocol's requests, each a few lines over the desk.

Requests that are made while somebody types (completion) are answered at once from what was last understood; all
others wait for the newest text in a thread of their own. What takes seconds, the analysis and the scenarios, is done by
another process, and its results come when they come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from contractlang import grammar
from contractlang.diagnostic import Diagnostic, Severity
from contractlang.fixes import fixes
from contractlang.formatter import formatted
from contractlang.loaded import SUFFIX
from contractlang.render import in_order
from contractlang.source import Source
from engine.desk import completion, findings, hints, hover, lenses, outline, renames, tokens
from engine.desk.law import Law
from engine.desk.papers import Papers, Understood
from engine.desk.places import location_of, offset_of, range_of
from engine.desk.quick import at_once
from engine.desk.turning import edits_between

SOURCE = "contract"
MEANWHILE_S = 0.004
"""How long after a keystroke its text is taken up."""
TURN = "contract.turn"
"""The command that turns a file into its other language: [uri]."""
KNOWN = "contract/known"
"""The notification by which an editor that runs scenarios and analysis itself tells what came: uri, cases, findings."""
_SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
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
        self.cases: dict[str, dict[str, list[lenses.Case]]] = {}
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
        for each in findings.placed(self.found.get(path, []), paper):
            said.append(
                lsp.Diagnostic(
                    range_of(paper.source, each.span.start, each.span.end),
                    each.zh if paper.source.is_chinese else each.en,
                    lsp.DiagnosticSeverity.Information, each.key, source="contract analyse",
                )
            )  # fmt: skip
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
        last = self.papers.understood.get(path)
        document = last.contract.base if last is not None else Path(path).stem
        self.cases[path] = lenses.by_clause(plain(cases) or [], document)
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


def shown(found: Diagnostic, paper: Understood) -> lsp.Diagnostic:
    """Return a diagnostic as editors show it: in the language of the file, with its help and all places."""
    chinese = paper.source.is_chinese
    said = found.message.zh if chinese else found.message.en
    if found.help is not None:
        said += f"\n{'建议：' if chinese else 'help: '}{found.help.zh if chinese else found.help.en}"
    related = []
    for label in found.labels:
        source = paper.source_of(label.span.path)
        if source is not None:
            text = label.text.zh if chinese else label.text.en
            related.append(lsp.DiagnosticRelatedInformation(location_of(source, label.span), text))
    return lsp.Diagnostic(
        range_of(paper.source, found.span.start, max(found.span.end, found.span.start + 1)), said,
        _SEVERITY[found.severity], found.code, source=SOURCE, related_information=related or None,
    )  # fmt: skip


def make_server(shipped: Path, today: Callable[[], date]) -> LanguageServer:
    """Return a server for one editor. `shipped` are the contracts that come with the program; `today` tells the sample
    day of hints where the editor names none."""
    logging.getLogger("pygls").setLevel(logging.ERROR)  # It would log whole documents.
    try:
        number = version("contract-engine")
    except PackageNotFoundError:
        number = "0"
    server = LanguageServer("contract", number, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
    desk = Desk(server, shipped, today)
    _conversation(server, desk)
    _at_a_place(server, desk)
    _of_a_file(server, desk)
    return server


def _conversation(server: LanguageServer, desk: Desk) -> None:
    """Opening, typing, saving, closing."""

    @server.feature(lsp.INITIALIZE)
    def begin(params: lsp.InitializeParams) -> None:
        desk.begin(params)

    @server.feature(lsp.SHUTDOWN)
    def end(params: Any = None) -> None:
        desk.end()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        desk.put(document.uri, document.text, document.version)
        desk.look(path_of(document.uri))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        for change in params.content_changes[-1:]:
            desk.put(params.text_document.uri, change.text, params.text_document.version)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        desk.saved(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        desk.drop(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def on_disk(params: lsp.DidChangeWatchedFilesParams) -> None:
        desk.papers.forget()


def _at_a_place(server: LanguageServer, desk: Desk) -> None:
    """What is asked about the place of the cursor."""

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        lsp.CompletionOptions(trigger_characters=[".", " ", "|", "，", ",", "："]),
    )
    def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
        path = path_of(params.text_document.uri)
        source = desk.papers.source(path)
        if source is None:
            return lsp.CompletionList(False, [])
        last = desk.papers.understood.get(path)
        names = (
            sorted({Path(each).stem for each in desk.papers.near(path)})
            if _names_documents(source, params)
            else []
        )
        found = completion.complete(source, offset_of(source, params.position), last, names)
        return lsp.CompletionList(is_incomplete=len(found) == completion.MOST, items=found)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return None
        found = await desk.run(hover.hover, paper, offset_of(paper.source, params.position), desk.law)
        if found is None:
            return None
        said, span = found
        return lsp.Hover(
            lsp.MarkupContent(lsp.MarkupKind.Markdown, said), range_of(paper.source, span.start, span.end)
        )

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return []
        return await desk.run(
            renames.definition, desk.papers, paper, offset_of(paper.source, params.position)
        )

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return []
        found = await desk.run(
            renames.references, desk.papers, paper, offset_of(paper.source, params.position)
        )
        declared = params.context.include_declaration
        return [
            location_of(where.source, each.span) for where, each in found if declared or not each.declares
        ]

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def renamable(params: lsp.PrepareRenameParams) -> lsp.Range:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            raise JsonRpcInvalidParams("no such file")
        try:
            found = renames.renamable(paper, offset_of(paper.source, params.position))
        except renames.Refused as wrong:
            raise JsonRpcInvalidParams(str(wrong)) from None
        return range_of(paper.source, found.span.start, found.span.end)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            raise JsonRpcInvalidParams("no such file")
        place = offset_of(paper.source, params.position)
        try:
            return await desk.run(renames.rename, desk.papers, paper, place, params.new_name)
        except renames.Refused as wrong:
            raise JsonRpcInvalidParams(str(wrong)) from None

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Source]),
    )
    async def mends(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return []
        only = params.context.only
        found: list[lsp.CodeAction] = []
        if only is None or lsp.CodeActionKind.QuickFix in only:
            found += await desk.run(_mends, desk, paper, params)
        if only is not None and any(each.startswith(lsp.CodeActionKind.Source) for each in only):
            found.append(_turn(paper, params.text_document.uri))
        return found


def _names_documents(source: Source, params: lsp.CompletionParams) -> bool:
    line = source.lines[min(params.position.line, len(source.lines) - 1)]
    return any(each in line for each in ("uses", "引用"))


def _turn(paper: Understood, uri: str) -> lsp.CodeAction:
    """Return the action that turns a file into the other language."""
    title = "把形式化条文换成英文" if paper.source.is_chinese else "Write the norm lines in Chinese"
    return lsp.CodeAction(
        title,
        f"{lsp.CodeActionKind.Source.value}.language",
        command=lsp.Command(title, TURN, arguments=[uri]),
    )


def _mends(desk: Desk, paper: Understood, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """Return the fixes of what is wrong at a place: each is tried before it is offered."""
    source, path = paper.source, paper.source.path
    first, last = offset_of(source, params.range.start), offset_of(source, params.range.end)

    def check(text: str) -> list[Diagnostic]:
        return [each for each in desk.papers.what_if(path, text).loaded.diagnostics if each.span.path == path]

    actions = []
    for found in in_order(paper.loaded.diagnostics):
        if found.span.path != path or found.span.start > last or found.span.end < first:
            continue
        for place, fix in enumerate(fixes(found, source, check)):
            edit = lsp.TextEdit(range_of(source, fix.edit.start, fix.edit.end), fix.edit.text)
            actions.append(lsp.CodeAction(
                fix.title.zh if source.is_chinese else fix.title.en, lsp.CodeActionKind.QuickFix, [shown(found, paper)],
                is_preferred=place == 0, edit=lsp.WorkspaceEdit(changes={params.text_document.uri: [edit]}),
            ))  # fmt: skip
    return actions


def _written(source: Source) -> list[lsp.TextEdit]:
    """Return the edits that write norm lines the one way: only the lines that change; none where one cannot be read."""
    text, _ = formatted(source)
    return edits_between(source, text)


def _of_a_file(server: LanguageServer, desk: Desk) -> None:
    """What is asked about a whole file."""

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    async def written(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        source = desk.papers.source(path_of(params.text_document.uri))
        return await desk.run(_written, source) if source is not None else []

    @server.command(TURN)
    async def turn(uri: str) -> dict[str, Any]:
        source = desk.papers.source(path_of(uri))
        if source is None:
            raise JsonRpcInvalidParams("no such file")
        made = await desk.run(desk.papers.turned, path_of(uri))
        workspace = server.client_capabilities.workspace
        applies = workspace is not None and workspace.apply_edit
        if made.edits and applies:
            edit = lsp.WorkspaceEdit(changes={uri: made.edits})
            await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, TURN))
        told = None
        if made.told is not None:
            told = made.told.zh if source.is_chinese else made.told.en
            if applies:
                server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, told))
        return {"edits": made.edits, "told": told}

    @server.feature(KNOWN)
    async def known(params: Any) -> None:
        desk.know(str(params.uri), params.cases, params.findings)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def outlined(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        paper = await desk.paper(params.text_document.uri)
        return await desk.run(outline.outline, paper) if paper is not None else []

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folded(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        paper = await desk.paper(params.text_document.uri)
        return await desk.run(outline.folds, paper) if paper is not None else []

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
    async def coloured(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        paper = await desk.paper(params.text_document.uri)
        return lsp.SemanticTokens(await desk.run(tokens.tokens, paper) if paper is not None else [])

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, tokens.LEGEND)
    async def coloured_part(params: lsp.SemanticTokensRangeParams) -> lsp.SemanticTokens:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return lsp.SemanticTokens([])
        return lsp.SemanticTokens(
            await desk.run(tokens.tokens, paper, params.range.start.line, params.range.end.line)
        )

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def hinted(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return []
        first, last = (offset_of(paper.source, each) for each in (params.range.start, params.range.end))
        return await desk.run(lambda: list(hints.hints(paper, desk.sample or desk.today(), first, last)))

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def lensed(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        paper = await desk.paper(params.text_document.uri)
        if paper is None:
            return []
        path = paper.source.path

        def made() -> list[lsp.CodeLens]:
            found = findings.placed(desk.found.get(path, []), paper)
            return list(lenses.lenses(paper, desk.cases.get(path), found))

        return await desk.run(made)
