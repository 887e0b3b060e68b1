"""The language server over the real protocol: another process, JSON over its standard input and output."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from contractlang.load import check_text
from contractlang.parser import parse
from contractlang.source import Source
from engine.desk import findings, lenses
from engine.desk.papers import Papers
from engine.desk.quick import at_once

CONTRACT = """\
| agreement hosting
| party provider 甲方, customer 乙方
| event invoice 账单 (amount 金额: money)
| act pay 支付 (amount 数额: money, bill 所付: invoice) by customer, accumulates amount for each bill
| act suspend 暂停 by provider, needs basis
| reading late "RS-late": "is one day late?"
| option strict, by default
| option lenient

4. Payment
4.1 The customer pays each invoice within thirty days.
| pay_fee: for each invoice as bill, customer must pay bill.amount for bill within 30 days
4.2 Upon breach the provider may suspend.
| hold: while pay_fee is overdue, provider may suspend
"""


@pytest_lsp.fixture(
    scope="module",
    loop_scope="module",
    config=ClientServerConfig(server_command=[sys.executable, "-m", "engine.cli", "lsp"]),
)
async def client(lsp_client: LanguageClient, tmp_path_factory: pytest.TempPathFactory):
    above = tmp_path_factory.mktemp("desk")
    folder = lsp.WorkspaceFolder(above.as_uri(), "work")

    @lsp_client.feature(lsp.WORKSPACE_APPLY_EDIT)
    def applied(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        return lsp.ApplyWorkspaceEditResult(True)

    await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=pytest_lsp.client_capabilities("visual-studio-code"),
            workspace_folders=[folder],
            initialization_options={"analysis": False, "sampleDate": "2026-09-01"},
        )
    )
    lsp_client.folder = above  # type: ignore[attr-defined]
    yield
    await lsp_client.shutdown_session()


class Editor:
    """A file open in an editor."""

    def __init__(self, client: LanguageClient, text: str, name: str = "") -> None:
        self.client, self.text = client, text
        client.opened += 1  # type: ignore[attr-defined]
        name = name or f"hosting{client.opened}.contract"  # type: ignore[attr-defined]
        path: Path = client.folder / name  # type: ignore[attr-defined]
        path.write_text(text, "utf-8")
        self.uri = path.as_uri()
        self.version = 1
        client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(self.uri, "contract", 1, text))
        )

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    def type(self, text: str) -> None:
        """Change the whole text."""
        self.text, self.version = text, self.version + 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.version, self.uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def wrong(self) -> list[lsp.Diagnostic]:
        """Wait for what is wrong with the newest text."""
        # What is asked now is answered once the text is checked, and what is wrong with it is told before that.
        await self.client.text_document_folding_range_async(lsp.FoldingRangeParams(self.document))
        assert self.client.diagnostic_versions[self.uri] == self.version  # type: ignore[attr-defined]
        return list(self.client.diagnostics[self.uri])

    def at(self, words: str, inside: int = 0) -> lsp.Position:
        """Return the place at which some words stand."""
        before = self.text[: self.text.index(words) + inside]
        line = before.count("\n")
        column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        return lsp.Position(line, column)

    def of(self, given: lsp.Range) -> str:
        """Return the words in a range."""
        lines = self.text.split("\n")
        assert given.start.line == given.end.line
        raw = lines[given.start.line].encode("utf-16-le")
        return raw[given.start.character * 2 : given.end.character * 2].decode("utf-16-le")


@pytest.fixture
def versions(client: LanguageClient) -> LanguageClient:
    """A client that remembers of which version of a text it was told what is wrong."""
    client.diagnostic_versions, client.opened = {}, getattr(client, "opened", 0)  # type: ignore[attr-defined]

    def told(params: lsp.PublishDiagnosticsParams) -> None:
        client.diagnostics[params.uri] = params.diagnostics
        client.diagnostic_versions[params.uri] = params.version  # type: ignore[attr-defined]

    client.protocol.fm.features[lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = told
    return client


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    """Return a text with edits made, as an editor makes them."""

    def offset(position: lsp.Position) -> int:
        lines = text.split("\n")
        raw = lines[position.line].encode("utf-16-le")[: position.character * 2].decode("utf-16-le")
        return sum(len(line) + 1 for line in lines[: position.line]) + len(raw)

    for edit in sorted(edits, key=lambda each: offset(each.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_comes_as_one_types_with_its_places_and_goes_when_it_is_mended(versions) -> None:
    editor = Editor(versions, CONTRACT)
    assert [each for each in await editor.wrong() if each.severity == lsp.DiagnosticSeverity.Error] == []
    editor.type(CONTRACT.replace("customer must pay", "customer msut pay"))
    (wrong,) = [each for each in await editor.wrong() if each.code == "syntax"]
    assert editor.of(wrong.range) == "msut"
    assert "`must`" in wrong.message
    editor.type(CONTRACT + "| act pay by provider\n")
    (wrong,) = [each for each in await editor.wrong() if each.code == "duplicate"]
    assert [editor.of(each.location.range) for each in wrong.related_information or ()] == ["pay 支付"]
    editor.type(CONTRACT)
    assert [each for each in await editor.wrong() if each.severity == lsp.DiagnosticSeverity.Error] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_what_another_open_file_says_counts_before_it_is_saved(versions) -> None:
    words = "| vocabulary words\n| party provider, customer\n| act pay by customer\n"
    text = "| agreement using\n| uses words\n1.1 Pay.\n| customer must pay within 30 days of 2026-01-01\n"
    vocabulary = Editor(versions, words, "words.contract")
    using = Editor(versions, text, "using.contract")
    errors = lsp.DiagnosticSeverity.Error

    async def wrong() -> list[str]:
        await vocabulary.wrong()
        return [str(each.code) for each in await using.wrong() if each.severity == errors]

    assert await wrong() == []
    vocabulary.type(words.replace("act pay", "act settle"))
    assert await wrong() == ["undeclared"]
    using.type(text.replace("must pay", "must settle"))
    assert await wrong() == []
    # Closed without being saved, it is again what is on disk.
    versions.text_document_did_close(lsp.DidCloseTextDocumentParams(vocabulary.document))
    assert [str(each.code) for each in await using.wrong() if each.severity == errors] == ["undeclared"]
    using.type(text)
    assert [each for each in await using.wrong() if each.severity == errors] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_fix_is_the_edit_that_mends(versions) -> None:
    editor = Editor(versions, CONTRACT.replace("customer must pay", "customer msut pay"))
    (wrong,) = [each for each in await editor.wrong() if each.code == "syntax"]
    actions = await versions.text_document_code_action_async(
        lsp.CodeActionParams(editor.document, wrong.range, lsp.CodeActionContext([wrong]))
    )
    assert actions[0].is_preferred
    assert edited(editor.text, actions[0].edit.changes[editor.uri]) == CONTRACT


@pytest.mark.asyncio(loop_scope="module")
async def test_columns_count_utf16_units(versions) -> None:
    text = CONTRACT + '4.3 𠮷𠮷\n| states that "𠮷𠮷" nonsense\n'
    editor = Editor(versions, text)
    (wrong,) = [each for each in await editor.wrong() if each.code == "syntax"]
    assert editor.of(wrong.range) == "nonsense"
    assert wrong.range.start.character == len('| states that "') + 4 + 2


@pytest.mark.asyncio(loop_scope="module")
async def test_hover_says_it_in_both_languages(versions) -> None:
    editor = Editor(versions, CONTRACT)
    said = await versions.text_document_hover_async(lsp.HoverParams(editor.document, editor.at("pay_fee is")))
    assert "乙方" in said.contents.value
    assert "customer must pay" in said.contents.value
    said = await versions.text_document_hover_async(
        lsp.HoverParams(editor.document, editor.at('late "RS-late"'))
    )
    assert "is one day late?" in said.contents.value
    assert "strict" in said.contents.value
    cited = Editor(versions, CONTRACT + '4.9 Law.\n| states that "民法典203"\n', "cited.contract")
    said = await versions.text_document_hover_async(lsp.HoverParams(cited.document, cited.at("民法典203", 2)))
    assert "203" in said.contents.value
    assert "休假日" in said.contents.value


@pytest.mark.asyncio(loop_scope="module")
async def test_completion_offers_what_fits_in_the_language_being_typed(versions) -> None:
    editor = Editor(versions, CONTRACT)
    await editor.wrong()

    async def offered(line: str) -> list[str]:
        editor.type(CONTRACT + line)
        place = lsp.Position(CONTRACT.count("\n"), len(line))
        found = await versions.text_document_completion_async(lsp.CompletionParams(editor.document, place))
        return [each.label for each in sorted(found.items, key=lambda each: each.sort_text)]

    assert (await offered("| pr"))[0] == "provider"
    assert {"provider", "customer"} <= set((await offered("| "))[:4])
    assert {"must", "may"} <= set(await offered("| provider "))
    assert "应" not in await offered("| provider ")
    assert (await offered("| provider may "))[:2] == ["pay", "suspend"]
    assert await offered("| for each invoice as bill, customer must pay bill.") == ["amount"]
    assert await offered("| 就 每次 账单 作为 单，甲") == ["甲方"]
    assert (await offered("| when late is "))[:2] == ["strict", "lenient"]
    assert await offered("4.9 no statement") == []
    assert await offered('| states that "quo') == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_name_is_found_and_changed_in_every_file(versions) -> None:
    folder = versions.folder
    (folder / "words.contract").write_text("| vocabulary words 词\n| event ring 响铃\n", "utf-8")
    one = Editor(
        versions,
        "| agreement one\n| uses words\n| party a, b\n| act go by a\n\n1.1 X\n| for each ring as r, a must go\n",
        "one.contract",
    )
    (folder / "two.contract").write_text(
        "| agreement two\n| uses words\n| party a, b\n| act go by a\n\n1.1 X\n| for each 响铃 as r, a must go\n",
        "utf-8",
    )
    place = one.at("ring as")
    (declared,) = await versions.text_document_definition_async(lsp.DefinitionParams(one.document, place))
    assert declared.uri == (folder / "words.contract").as_uri()
    assert declared.range.start == lsp.Position(1, 8)
    found = await versions.text_document_references_async(
        lsp.ReferenceParams(lsp.ReferenceContext(True), one.document, place)
    )
    assert sorted(each.uri.rpartition("/")[2] for each in found) == [
        "one.contract", "two.contract", "words.contract", "words.contract",
    ]  # fmt: skip
    change = await versions.text_document_rename_async(lsp.RenameParams(one.document, place, "bell"))
    assert sorted(each.rpartition("/")[2] for each in change.changes) == ["one.contract", "words.contract"]
    assert "each bell as" in edited(one.text, change.changes[one.uri])
    with pytest.raises(Exception, match="reserved"):
        await versions.text_document_rename_async(lsp.RenameParams(one.document, place, "must"))
    with pytest.raises(Exception, match="taken"):
        await versions.text_document_rename_async(lsp.RenameParams(one.document, place, "go"))


@pytest.mark.asyncio(loop_scope="module")
async def test_outline_folds_colours_and_hints(versions) -> None:
    editor = Editor(versions, CONTRACT)
    outline = await versions.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.document))
    (article,) = [each for each in outline if each.name == "4"]
    assert [each.name for each in article.children] == ["4.1", "4.2"]
    assert [each.name for each in article.children[0].children] == ["pay_fee"]
    folds = await versions.text_document_folding_range_async(lsp.FoldingRangeParams(editor.document))
    assert (10, 11) in {(each.start_line, each.end_line) for each in folds}
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    colours = await versions.text_document_semantic_tokens_full_async(
        lsp.SemanticTokensParams(editor.document)
    )
    assert len(colours.data) % 5 == 0
    assert len(colours.data) > 200
    (hint,) = await versions.text_document_inlay_hint_async(lsp.InlayHintParams(editor.document, whole))
    # Thirty days from 1 September: 1 October is a holiday, and so are the days to the 7th.
    assert hint.label == "e.g. from 2026-09-01: until 2026-10-08"


@pytest.mark.asyncio(loop_scope="module")
async def test_norm_lines_are_written_the_one_way_and_what_cannot_be_read_stays(versions) -> None:
    editor = Editor(
        versions,
        CONTRACT.replace("while pay_fee is overdue, provider", "while  pay_fee is overdue ,provider"),
    )
    asked = lsp.DocumentFormattingParams(editor.document, lsp.FormattingOptions(4, True))
    edits = await versions.text_document_formatting_async(asked)
    assert edited(editor.text, edits) == CONTRACT
    assert len(edits) == 1
    editor.type(editor.text.replace("must", "msut"))
    assert list(await versions.text_document_formatting_async(asked)) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_scenarios_and_findings_stand_above_their_clauses(versions) -> None:
    folder = versions.folder / "looked"
    folder.mkdir()
    (folder / "scenarios.md").write_text(
        "## Late\n\n```ledger\n2026-03-02 09:00 invoice amount=100.00\n```\n\n"
        "```expect\n2026-05-20 provider may suspend: permitted\n```\n",
        "utf-8",
    )
    # What the file is called does not matter: the scenarios name the document.
    editor = Editor(versions, CONTRACT, "looked/draft-3.contract")
    await editor.wrong()

    async def titles() -> list[tuple[int, str]]:
        found = await versions.text_document_code_lens_async(lsp.CodeLensParams(editor.document))
        return [(each.range.start.line, each.command.title) for each in found]

    assert await titles() == []
    cases = await lenses.touched(str(folder / "draft-3.contract"))
    assert cases is not None
    paper = Papers().what_if(str(folder / "draft-3.contract"), CONTRACT)
    assert sorted(lenses.by_clause(cases, paper.contract)) == ["4.1", "4.2"]
    shown = [each.command.title for each in lenses.lenses(paper, cases, []) if each.command is not None]
    assert shown == ["1 scenario", "1 scenario"]
    none = [each.command.title for each in lenses.lenses(paper, [], []) if each.command is not None]
    assert none == ["no scenario touches this clause"] * 2


@pytest.mark.asyncio(loop_scope="module")
async def test_what_an_editor_ran_itself_is_shown_too(versions) -> None:
    """The page in the browser runs the scenarios and the analysis, and says what came of them."""
    editor = Editor(versions, CONTRACT)
    await editor.wrong()
    cases = [{"title": "Late", "path": "/scenarios.md", "line": 3, "clauses": ["hosting 4.1"]}]
    clause = {"document": "hosting", "clause": "4.2", "norm": "", "text": ""}
    finding = {
        "key": "k",
        "kind": "gap",
        "clauses": [clause],
        "sentence": {"en": "It is late.", "zh": "迟了。"},
    }
    versions.protocol.notify("contract/known", {"uri": editor.uri, "cases": cases, "findings": [finding]})
    found = await versions.text_document_code_lens_async(lsp.CodeLensParams(editor.document))
    said = [(each.command.title, each.command.arguments[3]) for each in found]
    assert said == [
        ("1 scenario", ["Late"]),
        ("no scenario touches this clause", []),
        ("1 finding", ["It is late."]),
    ]
    versions.protocol.notify("contract/known", {"uri": editor.uri, "cases": [], "findings": []})


@pytest.mark.asyncio(loop_scope="module")
async def test_what_may_settle_a_finding_is_offered_as_an_edit(versions) -> None:
    path = versions.folder / "settled.contract"
    text = CONTRACT.replace(" within 30 days", "")
    path.write_text(text, "utf-8")
    told = await findings.look(str(path), "")
    assert told is not None
    (late,) = (each for each in told if each["what"] == "no deadline")
    editor = Editor(versions, text, "settled.contract")
    await editor.wrong()
    versions.protocol.notify("contract/known", {"uri": editor.uri, "cases": [], "findings": [late]})
    line = text.splitlines().index(next(each for each in text.splitlines() if "must pay" in each))

    async def offered(at: int) -> list[Any]:
        here = lsp.Range(lsp.Position(at, 20), lsp.Position(at, 20))
        context = lsp.CodeActionContext([], [lsp.CodeActionKind.QuickFix])
        asked = lsp.CodeActionParams(editor.document, here, context)
        return list(await versions.text_document_code_action_async(asked))

    (action,) = await offered(line)
    assert "within 30 days" in action.title
    assert action.diagnostics[0].code == late["key"]
    mended = edited(editor.text, action.edit.changes[editor.uri])
    assert mended == CONTRACT.replace(" within 30 days", ", within 30 days")
    assert not await offered(line + 2)
    versions.protocol.notify("contract/known", {"uri": editor.uri, "cases": [], "findings": []})


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_is_turned_into_its_other_language_and_back(versions) -> None:
    editor = Editor(versions, CONTRACT)
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    context = lsp.CodeActionContext([], [lsp.CodeActionKind.Source])
    (action,) = await versions.text_document_code_action_async(
        lsp.CodeActionParams(editor.document, whole, context)
    )
    assert action.title == "Write the norm lines in Chinese"

    async def turned() -> str:
        params = lsp.ExecuteCommandParams("contract.turn", [editor.uri])
        told = await versions.workspace_execute_command_async(params)

        def place(at: Any) -> lsp.Position:
            return lsp.Position(at["line"], at["character"])

        edits = [
            lsp.TextEdit(lsp.Range(place(e["range"]["start"]), place(e["range"]["end"])), e["newText"])
            for e in told["edits"]
        ]
        return edited(editor.text, edits)

    chinese = await turned()
    assert "| 当事人 甲方，乙方" in chinese or "甲方 可以 暂停" in chinese
    assert "4.1 The customer pays each invoice within thirty days." in chinese
    editor.type(chinese)
    assert await turned() == CONTRACT
    editor.type(CONTRACT.replace("must pay", "msut pay"))
    assert await turned() == editor.text


@pytest.mark.asyncio(loop_scope="module")
async def test_findings_come_from_another_process_and_stand_at_their_clauses(versions) -> None:
    path = versions.folder / "found.contract"
    # Whoever must pay, and by when nobody says.
    text = CONTRACT.replace(" within 30 days", "").replace("while pay_fee is overdue, provider", "provider")
    path.write_text(text, "utf-8")
    told = await findings.look(str(path), "")
    assert told
    paper = Papers().what_if(str(path), text)
    placed = findings.placed(told, paper)
    assert placed
    for each in placed:
        assert each.clause in ("4.1", "4.2")
        assert each.en
        assert each.zh


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_closed_has_nothing_wrong(versions) -> None:
    editor = Editor(versions, CONTRACT.replace("must", "msut"))
    assert await editor.wrong()
    versions.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document))
    await versions.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    assert list(versions.diagnostics[editor.uri]) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_typing_that_outruns_the_checks_ends_with_what_is_wrong_with_the_last_text(versions) -> None:
    editor = Editor(versions, CONTRACT)
    line = "| late_fee: upon breach of pay_fee, customer must pay 10 CNY within 5 days\n"
    for length in range(1, len(line)):
        editor.type(CONTRACT + line[:length])
    last = [(each.code, editor.of(each.range), each.message.split("\n")[0]) for each in await editor.wrong()]
    said = check_text(editor.text, "x", [])
    assert last == [
        (each.code, editor.text[each.span.start : each.span.end], each.message.en) for each in said
    ]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_at_once_is_what_does_not_parse(seed: int) -> None:
    chance = random.Random(seed)
    text = CONTRACT
    for _ in range(60):
        before = Source("x", text)
        at, cut = chance.randrange(len(text)), chance.choice((0, 1, 5, 60))
        text = (
            text[:at]
            + "".join(chance.choices('| \n：must 应#"', k=chance.choice((0, 1, 3))))
            + text[at + cut :]
            or "|"
        )
        now = Source("x", text)
        said = at_once(before, parse(before)[1], now)
        assert said is not None
        wanted = parse(now)[1]
        assert {(each.span, each.code) for each in said} == {(each.span, each.code) for each in wanted}


def test_who_decides_does_not_wait_for_the_editor() -> None:
    code = "import sys, engine.cli, engine.account; print({'pygls', 'lsprotocol'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "set()"
