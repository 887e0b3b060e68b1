"""The language server: the protocol's requests, each a few lines over the desk.

Requests that are made while somebody types (completion) are answered at once from what was last understood; all
others wait for the newest text in a thread of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from contractlang.formatter import formatted
from contractlang.source import Source
from engine.desk import completion, findings, hints, hover, lenses, outline, renames, settling, shown, tokens
from engine.desk.desk import Desk, path_of
from engine.desk.places import location_of, offset_of, range_of
from engine.desk.turning import edits_between

KNOWN = "contract/known"
"""The notification by which an editor that runs scenarios and analysis itself tells what came: uri, cases, findings."""


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
            found += await desk.run(shown.mends, desk.papers, paper, params)
            told = desk.found.get(paper.source.path, [])
            found += await desk.run(settling.settling, told, desk.papers, paper, params)
        if only is not None and any(each.startswith(lsp.CodeActionKind.Source) for each in only):
            found.append(shown.turn(paper, params.text_document.uri))
        return found


def _names_documents(source: Source, params: lsp.CompletionParams) -> bool:
    line = source.lines[min(params.position.line, len(source.lines) - 1)]
    return any(each in line for each in ("uses", "引用"))


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

    @server.command(shown.TURN)
    async def turn(uri: str) -> dict[str, Any]:
        source = desk.papers.source(path_of(uri))
        if source is None:
            raise JsonRpcInvalidParams("no such file")
        made = await desk.run(desk.papers.turned, path_of(uri))
        workspace = server.client_capabilities.workspace
        applies = workspace is not None and workspace.apply_edit
        if made.edits and applies:
            edit = lsp.WorkspaceEdit(changes={uri: made.edits})
            await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, shown.TURN))
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
