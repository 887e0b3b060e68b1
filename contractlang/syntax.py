"""What was written: the clauses of a file with their text, and beneath each its statements as trees.

One uniform node serves every construct. The grammar's rule names are the vocabulary; `elaborate` gives them meaning.
Offsets inside a statement are relative to it, so an unchanged statement is parsed once however often its file is
edited.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from contractlang.source import Source, Span


@dataclass(frozen=True, slots=True)
class Word:
    """A name or literal as written; `kind` is the terminal (NAME, MONEY, STRING, ...)."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """A construct: the grammar's rule, its parts in order (None where an optional part is absent)."""

    rule: str
    parts: tuple[Node | Word | None, ...]
    start: int
    end: int

    def nodes(self, rule: str) -> list[Node]:
        """Return the direct parts made by `rule`."""
        return [part for part in self.parts if isinstance(part, Node) and part.rule == rule]

    def node(self, rule: str) -> Node | None:
        """Return the first direct part made by `rule`, or None."""
        found = self.nodes(rule)
        return found[0] if found else None

    def words(self) -> list[Word]:
        """Return all words in the node, in order."""
        found: list[Word] = []
        for part in self.parts:
            if isinstance(part, Word):
                found.append(part)
            elif part is not None:
                found.extend(part.words())
        return found


@dataclass(frozen=True, slots=True)
class Statement:
    """One norm line (with its continuations): an optional label, a body, where it stands, and its text as parsed."""

    label: Word | None
    body: Node
    path: str
    base: int
    length: int
    raw: str = ""

    def span(self, part: Node | Word | None = None) -> Span:
        """Return where `part` stands in the file; the whole statement when no part is given."""
        if part is None:
            return Span(self.path, self.base, self.base + self.length)
        return Span(self.path, self.base + part.start, self.base + part.end)


@dataclass(slots=True)
class Clause:
    """A numbered piece of the text (`五.3`, `首部`, `34(2)`) and the statements beneath it."""

    number: str
    text: list[str] = field(default_factory=list)
    span: Span | None = None
    statements: list[Statement] = field(default_factory=list)
    broken: int = 0
    named: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A whole file: its source, the statements before any text, and its clauses in order."""

    source: Source
    preamble: Clause
    clauses: tuple[Clause, ...]

    def statements(self) -> list[tuple[Clause, Statement]]:
        """Return every statement with the clause it stands beneath, in order."""
        return [(clause, each) for clause in (self.preamble, *self.clauses) for each in clause.statements]
