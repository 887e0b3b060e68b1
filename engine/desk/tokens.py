"""Semantic highlighting: what each word of a statement is, as the protocol counts it."""

from __future__ import annotations

import re

from lsprotocol.types import SemanticTokensLegend

from contractlang import grammar
from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.symbols import Occurrence
from engine.desk.papers import Understood
from engine.desk.places import units_in

TYPES = (
    "keyword", "class", "function", "event", "variable", "enumMember", "enum", "property", "parameter", "method",
    "number", "string", "comment", "namespace", "interface",
)  # fmt: skip
MODIFIERS = ("declaration",)
LEGEND = SemanticTokensLegend(list(TYPES), list(MODIFIERS))
_TYPE = {name: place for place, name in enumerate(TYPES)}
_PIECES = re.compile(
    r"(?P<string>\"[^\"\n]*\"?|“[^”\n]*”?)|(?P<comment>[#＃][^\n]*)|(?P<number>[¥￥]?\s?\d[\d.,:/-]*\s?(?:[‰%]|[^\W\d_]+)?)"
    r"|(?P<word>[^\W\d](?:[\w-]*\w)?)"
)
_KINDS: dict[str, str] = {
    "label": "method", "amount": "variable", "option": "enumMember", "field": "property", "variable": "parameter",
    "clause": "namespace", "document": "namespace",
}  # fmt: skip
_DECLARED: tuple[tuple[type, str], ...] = (
    (PartyDecl, "class"), (ThingDecl, "class"), (TypeDecl, "enum"), (StateDecl, "variable"), (BlankDecl, "variable"),
    (QuestionDecl, "interface"), (ReadingDecl, "enum"),
)  # fmt: skip
_MARK = re.compile(r"[ \t　]*[|｜]{1,2}")


def tokens(paper: Understood, first: int = 0, last: int | None = None) -> list[int]:
    """Return the words of the lines from `first` to `last` (included), five numbers to a word."""
    source = paper.source
    last = len(source.lines) - 1 if last is None else min(last, len(source.lines) - 1)
    if first > last:
        return []
    begin, end = source.line_starts[first], source.line_starts[last] + len(source.lines[last])
    named = {each.span.start: each for each in paper.occurrences if begin <= each.span.start <= end}
    words = grammar.keywords()
    found: list[int] = []
    line_before = column_before = 0
    for line in range(first, last + 1):
        text = source.lines[line]
        mark = _MARK.match(text)
        if mark is None:
            continue
        for piece in _PIECES.finditer(text, mark.end()):
            what, modifier = _what(piece, named.get(source.line_starts[line] + piece.start()), words, paper)
            if what is None:
                continue
            column = units_in(text[: piece.start()])
            shift = column - column_before if line == line_before and found else column
            found += [line - line_before if found else line, shift, units_in(piece[0]), _TYPE[what], modifier]
            line_before, column_before = line, column
    return found


def _what(
    piece: re.Match[str], name: Occurrence | None, words: dict[str, str], paper: Understood
) -> tuple[str | None, int]:
    if piece["string"]:
        return "string", 0
    if piece["comment"]:
        return "comment", 0
    if name is not None:
        return _named(name, paper), int(name.declares)
    if piece["number"]:
        return "number", 0
    return ("keyword" if piece["word"] in words else None), 0


def _named(name: Occurrence, paper: Understood) -> str:
    if name.symbol.kind != "declared":
        return _KINDS[name.symbol.kind]
    declared = paper.contract.declarations.get(name.symbol.name)
    if isinstance(declared, OccurrenceDecl):
        return "function" if declared.is_act else "event"
    return next((what for kind, what in _DECLARED if isinstance(declared, kind)), "variable")
