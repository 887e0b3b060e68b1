"""What could be typed to settle what the analysis found, as edits: each is read in its place before it is offered.

Whether it settles the finding, and what is new then, the analysis says once the text is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types as lsp

from engine.analysis.finding import Finding, read_back
from engine.analysis.lines import Mend, Ways
from engine.analysis.mending import mends
from engine.desk.findings import places
from engine.desk.papers import Papers, Understood
from engine.desk.places import offset_of, range_of
from engine.desk.shown import shown_finding


def settling(
    found: list[Any], papers: Papers, paper: Understood, params: lsp.CodeActionParams
) -> list[lsp.CodeAction]:
    """Return what may settle the findings at a place, as analyses told them."""
    source, uri = paper.source, params.text_document.uri
    # Anywhere in the line will do.
    first = source.text.rfind("\n", 0, offset_of(source, params.range.start)) + 1
    last = source.text.find("\n", offset_of(source, params.range.end))
    last = len(source.text) if last < 0 else last
    actions: dict[str, lsp.CodeAction] = {}
    for told in found:
        for each in places(told, paper):
            if each.span.start > last or each.span.end < first or "detail" not in told:
                continue
            for mend in _readable(read_back(told), papers, paper):
                title = mend.said.zh if source.is_chinese else mend.said.en
                edits = [lsp.TextEdit(range_of(source, e.start, e.end), e.text) for e in mend.edits]
                actions.setdefault(title, lsp.CodeAction(
                    title, lsp.CodeActionKind.QuickFix, [shown_finding(each, paper)],
                    edit=lsp.WorkspaceEdit(changes={uri: edits}),
                ))  # fmt: skip
    return list(actions.values())


def _readable(finding: Finding, papers: Papers, paper: Understood) -> Iterator[Mend]:
    """Yield the first way of each mend of this file that can be read."""
    for ways in mends(finding, paper.loaded.contracts, paper.loaded.sources):
        mend = _first_read(ways, papers, paper)
        if mend is not None:
            yield mend


def _first_read(ways: Ways, papers: Papers, paper: Understood) -> Mend | None:
    path = paper.source.path
    for mend in ways:
        if mend.path == path and not papers.what_if(path, mend.applied(paper.source.text)).loaded.errors:
            return mend
    return None
