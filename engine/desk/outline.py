"""The outline of a file by article, and what of it can be folded."""

from __future__ import annotations

from lsprotocol.types import DocumentSymbol, FoldingRange, FoldingRangeKind, Range, SymbolKind

from contractlang.contract import Contract
from contractlang.source import Source
from engine.desk.papers import Understood
from engine.desk.places import range_of


def outline(paper: Understood) -> list[DocumentSymbol]:
    """Return the clauses by article, and in each what is named there."""
    source, contract = paper.source, paper.contract
    found: list[DocumentSymbol] = []
    articles: dict[str, DocumentSymbol] = {}
    ends = _ends(contract, source)
    named = _named(paper)
    for clause in contract.clauses:
        if clause.span is None:
            continue
        title = clause.lines[0].strip() if clause.lines else ""
        made = DocumentSymbol(
            clause.number or title[:30] or "·", SymbolKind.Namespace if clause.is_heading else SymbolKind.Class,
            range_of(source, clause.span.start, max(ends[clause.span.start], clause.span.end)),
            range_of(source, clause.span.start, clause.span.start + len(clause.lines[0] if clause.lines else "")),
            detail=title[:60], children=named.get(clause.span.start, []),
        )  # fmt: skip
        above = articles.get(_article(clause.number))
        if above is not None and above.children is not None:
            above.children = [*above.children, made]
            above.range = _over(above, made)
        else:
            found.append(made)
        if clause.number:
            articles.setdefault(clause.number, made)
    return found


def _over(above: DocumentSymbol, beneath: DocumentSymbol) -> Range:
    """Return the range of an article once one more of its clauses is found beneath it."""
    return Range(
        above.range.start,
        max(above.range.end, beneath.range.end, key=lambda each: (each.line, each.character)),
    )


def _article(number: str) -> str:
    """Return the article that a clause belongs to: 五 for 五.3, 34 for 34(2)."""
    return number.partition("(")[0] if "(" in number else number.rpartition(".")[0]


def _ends(contract: Contract, source: Source) -> dict[int, int]:
    """Return where each clause ends, with the statements beneath it, by where it begins."""
    starts = [each.span.start for each in contract.clauses if each.span is not None]
    nexts = [*starts[1:], len(source.text) + 1]
    return {start: max(start, following - 1) for start, following in zip(starts, nexts, strict=False)}


def _named(paper: Understood) -> dict[int, list[DocumentSymbol]]:
    """Return what is named beneath each clause, by where the clause begins."""
    found: dict[int, list[DocumentSymbol]] = {}
    source = paper.source
    for clause, statement in paper.written.statements():
        if statement.label is None or clause.span is None:
            continue
        span, label = statement.span(), statement.span(statement.label)
        found.setdefault(clause.span.start, []).append(DocumentSymbol(
            statement.label.text, SymbolKind.Function, range_of(source, span.start, span.end),
            range_of(source, label.start, label.end),
        ))  # fmt: skip
    return found


def folds(paper: Understood) -> list[FoldingRange]:
    """Return the clauses, the articles over several of them, and the statements over several lines."""
    found: dict[tuple[int, int], FoldingRange] = {}

    def add(first: int, last: int, kind: FoldingRangeKind) -> None:
        if last > first:
            found.setdefault((first, last), FoldingRange(first, last, kind=kind))

    def take(each: DocumentSymbol) -> None:
        add(each.range.start.line, each.range.end.line, FoldingRangeKind.Region)
        for child in each.children or ():
            take(child)

    for each in outline(paper):
        take(each)
    return list(found.values())
