"""What was written: the clauses of a file with their text, and beneath each its statements as trees.

One uniform node serves every construct. The grammar's rule names are the vocabulary; `elaborate` gives them meaning.
Offsets inside a statement are relative to it, so an unchanged statement is parsed once however often its file is
edited.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

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


def as_node(part: Node | Word | None) -> Node:
    """Return `part`, which the grammar lets only be a node."""
    assert isinstance(part, Node)
    return part


def first_part(node: Node) -> Node | Word:
    """Return the first part that is there."""
    return next(each for each in node.parts if each is not None)


def is_single(part: Node | Word) -> bool:
    """Tell whether `part` is one word."""
    return isinstance(part, Word) or (part.rule == "path" and len(part.parts) == 1)


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

    def said(self, part: Node | Word) -> str:
        """Return the author's words."""
        return self.raw[part.start : part.end].strip()


@dataclass(slots=True, eq=False)
class Cut:
    """A clause as it is cut from a stretch of a file: places in it are counted from the beginning of that stretch."""

    number: str
    text: list[str] = field(default_factory=list)
    span: Span | None = None
    statements: list[Statement] = field(default_factory=list)
    broken: int = 0
    named: bool = False


@dataclass(frozen=True, eq=False)
class Clause:
    """A numbered piece of the text (`五.3`, `首部`, `34(2)`) and the statements beneath it.

    `cut` is the same object, however often the file is edited, while what is cut is the same; its stretch begins at
    the character `base`.
    """

    cut: Cut
    base: int

    @property
    def number(self) -> str:
        """The number as it is written; empty where there is none."""
        return self.cut.number

    @property
    def text(self) -> list[str]:
        """The lines of the agreement's own text."""
        return self.cut.text

    @property
    def named(self) -> bool:
        """Whether its number was told by a statement (`clause 0`), not read from the text."""
        return self.cut.named

    @property
    def broken(self) -> int:
        """How many statements beneath it do not parse."""
        return self.cut.broken

    @property
    def span(self) -> Span | None:
        """Where the text stands."""
        span = self.cut.span
        return None if span is None else Span(span.path, self.base + span.start, self.base + span.end)

    @cached_property
    def statements(self) -> list[Statement]:
        """The statements beneath it."""
        return [
            Statement(each.label, each.body, each.path, self.base + each.base, each.length, each.raw)
            for each in self.cut.statements
        ]


@dataclass(frozen=True, slots=True)
class Written:
    """A whole file: its source, the statements before any text, and its clauses in order."""

    source: Source
    preamble: Clause
    clauses: tuple[Clause, ...]

    def statements(self) -> list[tuple[Clause, Statement]]:
        """Return every statement with the clause it stands beneath, in order."""
        return [(clause, each) for clause in (self.preamble, *self.clauses) for each in clause.statements]
