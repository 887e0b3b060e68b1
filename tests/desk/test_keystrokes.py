"""A clause typed into an agreement over the real protocol: at each keystroke, however half typed, it is answered."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from contractlang.load import check_text
from contractlang.parser import parse
from contractlang.render import in_order
from contractlang.source import Source
from tests.desk.test_server import Editor, client, versions

CONTRACTS = Path(__file__).parents[2] / "contracts"
__all__ = ["client", "versions"]


def clauses(name: str) -> list[tuple[str, str, str]]:
    """Return, for each clause of an agreement that has norms, what stands before them, they, and what follows."""
    text = (CONTRACTS / name / f"{name}.contract").read_text("utf-8")
    found = []
    for clause in parse(Source(name, text))[0].clauses:
        if clause.statements:
            start = text.rindex("\n", 0, clause.statements[0].base) + 1
            last = clause.statements[-1]
            found.append(
                (text[:start], text[start : last.base + last.length], text[last.base + last.length :])
            )
    return found


async def ask_everything(editor: Editor, place: lsp.Position) -> None:
    """Ask all that an editor asks while one types; a request that fails raises."""
    client, document = editor.client, editor.document
    here = lsp.Range(place, place)
    await client.text_document_hover_async(lsp.HoverParams(document, place))
    await client.text_document_code_action_async(
        lsp.CodeActionParams(document, here, lsp.CodeActionContext([]))
    )
    await client.text_document_definition_async(lsp.DefinitionParams(document, place))
    await client.text_document_inlay_hint_async(lsp.InlayHintParams(document, here))
    await client.text_document_code_lens_async(lsp.CodeLensParams(document))
    await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(document, lsp.FormattingOptions(4, insert_spaces=True))
    )
    await client.text_document_semantic_tokens_range_async(lsp.SemanticTokensRangeParams(document, here))


async def type_clause(editor: Editor, before: str, norms: str, after: str, every: int) -> None:
    """Type the norms of one clause where they belong; at each `every`th letter ask everything."""
    for length in range(len(norms) + 1):
        typed = before + norms[:length]
        editor.type(typed + after)
        place = lsp.Position(typed.count("\n"), len(typed.rpartition("\n")[2].encode("utf-16-le")) // 2)
        await editor.client.text_document_completion_async(lsp.CompletionParams(editor.document, place))
        if length % every == 0 or length == len(norms):
            await ask_everything(editor, place)
    await is_understood(editor)


async def is_understood(editor: Editor) -> None:
    """What is said of the whole text in the end is what is said of it read at once."""
    path = str(editor.client.folder / Path(editor.uri).name)  # type: ignore[attr-defined]
    found = [each for each in check_text(editor.text, path, [CONTRACTS]) if each.span.path == path]
    assert [each.code for each in await editor.wrong()] == [each.code for each in in_order(found)]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "which"), [("voip-1", 25), ("voip-2", 8)])
async def test_a_clause_is_typed(versions, name: str, which: int) -> None:
    before, norms, after = clauses(name)[which]
    editor = Editor(versions, before + after, f"typed-{name}.contract")
    await type_clause(editor, before, norms[:60], norms[60:].partition("\n")[1] + after, every=15)


@pytest.mark.soak
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", ["voip-1", "voip-2", "sale"])
async def test_every_clause_is_typed(versions, name: str) -> None:
    for number, (before, norms, after) in enumerate(clauses(name)):
        editor = Editor(versions, before + after, f"all-{name}-{number}.contract")
        await type_clause(editor, before, norms, after, every=4)
        versions.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document))
