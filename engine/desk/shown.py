"""What is wrong and what would mend it, as editors are told: in the language of the file, in their own places."""

from __future__ import annotations

from lsprotocol import types as lsp

from contractlang.diagnostic import Diagnostic, Severity
from contractlang.fixes import fixes
from contractlang.render import in_order
from engine.desk.findings import Found
from engine.desk.papers import Papers, Understood
from engine.desk.places import location_of, offset_of, range_of

SOURCE = "contract"
TURN = "contract.turn"
"""The command that turns a file into its other language: [uri]."""
_SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}


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


def shown_finding(found: Found, paper: Understood) -> lsp.Diagnostic:
    """Return what the analysis found in a file as editors show it."""
    return lsp.Diagnostic(
        range_of(paper.source, found.span.start, found.span.end), found.zh if paper.source.is_chinese else found.en,
        lsp.DiagnosticSeverity.Information, found.key, source="contract analyse",
    )  # fmt: skip


def mends(papers: Papers, paper: Understood, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """Return the fixes of what is wrong at a place: each is tried before it is offered."""
    source, path = paper.source, paper.source.path
    first, last = offset_of(source, params.range.start), offset_of(source, params.range.end)

    def check(text: str) -> list[Diagnostic]:
        return [each for each in papers.what_if(path, text).loaded.diagnostics if each.span.path == path]

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


def turn(paper: Understood, uri: str) -> lsp.CodeAction:
    """Return the action that turns a file into the other language."""
    title = "把形式化条文换成英文" if paper.source.is_chinese else "Write the norm lines in Chinese"
    return lsp.CodeAction(
        title,
        f"{lsp.CodeActionKind.Source.value}.language",
        command=lsp.Command(title, TURN, arguments=[uri]),
    )
