"""Text to syntax: cuts a file into clauses and statements, and parses each statement alone.

The mark `|` begins a statement and `||` continues it, so a statement that does not parse hides nothing else. One
statement is read in `statements.py`, and what is wrong with it told in `unread.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from contractlang.diagnostic import Diagnostic
from contractlang.numerals import number_of
from contractlang.source import Source, Span
from contractlang.statements import MARK, NotAStatement, in_one_line, parse_statement
from contractlang.syntax import Clause, Cut, Node, Statement, Written
from contractlang.unread import MAX_STATEMENTS, Explainer

MAX_WRONG = 200

_NUMERAL = "一二三四五六七八九十百"
_ARTICLE = re.compile(rf"\s*(?P<n>[{_NUMERAL}]+)[、.．]\s*\S")
_LAW_ARTICLE = re.compile(
    rf"\s*(?:第(?P<zh>[{_NUMERAL}千零〇]+|[0-9]{{1,5}})条(?P<zhsub>之[{_NUMERAL}]+)?"
    r"|(?:Article|Art\.|Section) (?P<en>[0-9]{1,5}[a-z]?))"
    rf"(?:\s*[(（](?P<par>[0-9]{{1,5}}|[{_NUMERAL}]+)[)）])?"
)
_ITEM = re.compile(r"\s*(?P<n>[0-9]{1,5})\s*[.．、](?!\d)\s*\S")
# A number with a unit behind it begins a sentence, not a clause.
_NUMBERED = re.compile(
    rf"\s*(?P<n>(?:[0-9]+|[{_NUMERAL}]+)\.[0-9]+(?:\.[0-9]+)*)[.．、]?"
    r"(?:\s+\S|(?![元万亿日天年月周小分秒个倍])[\u4e00-\u9fff])"
)
_NUMBERS = (_NUMBERED, _ITEM, _LAW_ARTICLE, _ARTICLE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file from one numbered line up to the next, cut into clauses; and what cannot be read in it.

    What comes of it hangs on nothing but its own text and the `article` above: the one that it ends in is kept.
    """

    preamble: Cut
    cuts: tuple[Cut, ...]
    unread: tuple[tuple[int, str, NotAStatement], ...]
    article: str
    count: int


Pieces = dict[tuple[str, str], Piece]
"""The pieces of a file by the article above them and their text."""


def parse(source: Source, kept: Pieces | None = None) -> tuple[Written, list[Diagnostic]]:
    """Return what is written in `source`, and one diagnostic for each statement that does not parse.

    `kept` are its pieces as it was read before: those that are still there are not cut again.
    """
    placed: list[tuple[int, Piece]] = []
    found: Pieces = {}
    article = ""
    starts = [*_openings(source), len(source.text)]
    for start, end in pairwise(starts):
        key = article, source.text[start:end]
        piece = found.get(key) or (kept.get(key) if kept else None)
        if piece is None:
            piece = _cut(Source(source.path, key[1]), article)
        found[key] = piece
        placed.append((start, piece))
        article = piece.article
    if kept is not None:
        kept.clear()
        kept.update(found)
    unread = [(start + base, raw, wrong) for start, piece in placed for base, raw, wrong in piece.unread]
    if len(placed) > 1 and (
        len(unread) > MAX_WRONG or sum(piece.count for _, piece in placed) > MAX_STATEMENTS
    ):
        # What is too much is told where it is too much.
        placed = [(0, _cut(source, ""))]
        unread = list(placed[0][1].unread)
    explainer = Explainer(source)
    clauses = tuple(Clause(cut, start) for start, piece in placed for cut in piece.cuts)
    told = [explainer.explain(*each) for each in unread]
    return Written(source, Clause(placed[0][1].preamble, 0), clauses), told


def _openings(source: Source) -> Iterator[int]:
    """Return where the pieces of a file begin."""
    yield 0
    for line, start in zip(source.lines, source.line_starts, strict=True):
        if start and line and line[0] != "|" and _is_numbered(line):
            yield start


@lru_cache(maxsize=50_000)
def _is_numbered(line: str) -> bool:
    return MARK.match(line) is None and any(each.match(line) for each in _NUMBERS)


def _cut(source: Source, article: str) -> Piece:
    cutter = _Cutter(source, article)
    for line, start in zip(source.lines, source.line_starts, strict=True):
        cutter.take(line, start)
    cutter.finish_statement()
    return Piece(cutter.preamble, tuple(cutter.clauses), tuple(cutter.unread), cutter.article, cutter.count)


class _Cutter:
    """Walks the lines of a piece once, opening clauses at their numbers and closing statements at their marks."""

    def __init__(self, source: Source, article: str) -> None:
        self.source = source
        self.preamble = Cut("")
        self.clauses: list[Cut] = []
        self.unread: list[tuple[int, str, NotAStatement]] = []
        self.article = article
        self.count = 0
        self.pending: tuple[int, int] | None = None
        self.saw_statement = False

    def take(self, line: str, start: int) -> None:
        mark = MARK.match(line)
        if mark is None:
            self.finish_statement()
            if line.strip():
                self.text(line, start)
            return
        body = start + mark.start("rest")
        if mark["more"] and self.pending is not None:
            self.pending = (self.pending[0], start + len(line))
            return
        self.finish_statement()
        if mark["rest"].strip().startswith(("#", "＃")) or not mark["rest"].strip():
            return
        self.pending = (body, start + len(line))

    def text(self, line: str, start: int) -> None:
        """Open the clause whose number begins `line`, or go on with the one above."""
        number = self.number(line)
        span = Span(self.source.path, start, start + len(line))
        above = self.clauses[-1] if self.clauses else None
        joins = above is not None and (above.named or not self.saw_statement)
        if number is None and above is not None and joins:
            above.text.append(line)
            above.span = above.span.to(span) if above.span else span
        else:
            self.clauses.append(Cut(number or "", [line], span))
        self.saw_statement = False

    def number(self, line: str) -> str | None:
        if found := _NUMBERED.match(line):
            self.article = ""
            return found["n"]
        if found := _ITEM.match(line):
            # Under 五、 or Article 5 an item 3. is clause 五.3 or 5.3; elsewhere it is a heading of its own.
            return f"{self.article}.{found['n']}" if self.article else found["n"]
        if found := _LAW_ARTICLE.match(line):
            self.article = found["en"] or str(number_of(found["zh"])) + (found["zhsub"] or "")
            paragraph = found["par"]
            return f"{self.article}({number_of(paragraph)})" if paragraph else self.article
        if found := _ARTICLE.match(line):
            self.article = found["n"]
            return found["n"]
        return None

    def finish_statement(self) -> None:
        if self.pending is None:
            return
        base, end = self.pending
        self.pending = None
        raw = in_one_line(self.source.text[base:end])
        lead = len(raw) - len(raw.lstrip(" \t　"))
        base, raw = base + lead, raw[lead:].rstrip()
        clause = self.clauses[-1] if self.clauses else self.preamble
        self.count += 1
        if self.count > MAX_STATEMENTS or len(self.unread) > MAX_WRONG:
            clause.broken += 1
            why = "wrong" if len(self.unread) > MAX_WRONG else "statements"
            if not self.unread or self.unread[-1][2].why not in ("wrong", "statements"):
                self.unread.append((base, raw, NotAStatement(0, 1, "", frozenset(), why)))
            return
        parsed = parse_statement(raw)
        if isinstance(parsed, NotAStatement):
            clause.broken += 1
            self.unread.append((base, raw, parsed))
            return
        label, body = parsed
        self.saw_statement = True
        statement = Statement(label, body, self.source.path, base, len(raw), raw)
        if body.rule == "clause":
            self.name_clause(clause, body)
            return
        clause.statements.append(statement)

    def name_clause(self, clause: Cut, body: Node) -> None:
        """`clause 签` names the unnumbered text just above; where there is none, it opens a clause without text."""
        name = body.words()[0].text
        if clause.number or clause is self.preamble:
            clause = Cut(name)
            self.clauses.append(clause)
        clause.number, clause.named = name, True
