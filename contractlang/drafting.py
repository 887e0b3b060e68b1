"""What is gathered of a document while it is read, and where each construct of it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypedDict

from contractlang.contract import Change, Contract, SourceNote
from contractlang.declaration import ReadingOption, RelationDecl
from contractlang.declaring import Declarations
from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.expression import And, Chosen, Expr, Or
from contractlang.grammar import keywords
from contractlang.kinds import Kind
from contractlang.names import Names
from contractlang.norms import (
    AmountRule,
    Bar,
    Fill,
    Life,
    LossRule,
    Norm,
    Priority,
    Rank,
    Remark,
    Standing,
    Status,
)
from contractlang.numerals import is_letter
from contractlang.parser import Pieces
from contractlang.resolving import Mistake, Reader
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written

Built = Norm | AmountRule | LossRule | Priority | Bar | Life | Fill | Remark


class Place(TypedDict):
    """Where something stands."""

    document: str
    clause: str
    span: Span


class Stood(Place):
    """Where a rule stands, and its force."""

    standing: Standing


@dataclass
class Draft:
    """What has been gathered of a document so far."""

    name: str = ""
    alias: str = ""
    title: str = ""
    kind: Literal["agreement", "law", "vocabulary", "supplement"] = "agreement"
    amends: str | None = None
    rank: Rank = "agreed"
    valid_from: date | None = None
    valid_to: date | None = None
    status: Status = "binding"
    layer: str = "contract"
    version: str = ""
    truncated: bool = False
    uses: list[str] = field(default_factory=list)
    governed_by: list[str] = field(default_factory=list)
    relations: list[RelationDecl] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    sources: list[SourceNote] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    retroactive: bool = False
    surviving: set[str] = field(default_factory=set)
    meanings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Here:
    """Where a construct stands: its clause and that clause's force, its statement, its label, its readings' options."""

    clause: str
    statement: Statement
    node: Node
    label: Word | None
    option: tuple[Chosen, ...]
    standing: Standing


@dataclass(slots=True)
class Made:
    """What came of one statement that stood at `base`: what it lays down, what is wrong in it, and its meaning."""

    base: int
    built: list[Built] = field(default_factory=list)
    relations: list[RelationDecl] = field(default_factory=list)
    wrong: list[Diagnostic] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    survives: bool = False
    unnamed: int = 0
    meaning: str = ""
    told: list[dict[object, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Taken:
    """What came of the statements of one clause whose piece began at `base`, each with what it hangs on.

    `reading` is what is being read behind it, `sums` are the kinds that those it names had before it.
    """

    base: int
    made: list[tuple[object, Made]]
    reading: str | None
    sums: dict[str, Kind]
    wrong: bool


@dataclass
class Memo:
    """What the statements of one document meant when it was last read.

    A statement means the same again, wherever it now stands in the file, while its clause, everything that the document
    declares and what the statement names are the same. What is wrong in one is said anew when anything else is `named`.
    `told` is room for what checks find out, by the identity of a rule or declaration: kept as long as its meaning is.
    """

    pieces: Pieces = field(default_factory=dict)
    written: Written | None = None
    seen: Declared | None = None
    named: Named | None = None
    kinds: frozenset[tuple[str, Kind]] = frozenset()
    ground: Ground | None = None
    taken: dict[tuple[object, ...], Taken] = field(default_factory=dict)
    forces: dict[object, int] = field(default_factory=dict)
    told: dict[int, dict[object, Any]] = field(default_factory=dict)


class Seen(NamedTuple):
    """What statements elsewhere can see of a declaration: what it is and says, which names it gives, which it uses.

    `of` are the kinds of act that it is one of: who asks for those asks for it, too.
    """

    rule: str
    text: str
    names: frozenset[str]
    of: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declared:
    """All that statements can see of what is declared, in the document and in those that it uses."""

    document: tuple[str, str, bool]
    used: tuple[object, object]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """All that statements can name besides what is declared, in order: norms, sums and clauses."""

    labels: tuple[str, ...]
    sums: tuple[tuple[str, str], ...]
    clauses: tuple[tuple[str, str], ...]

    def other_than(self, before: Named) -> frozenset[str]:
        """Return the names that are not what they were."""
        return frozenset(
            {*self.labels} ^ {*before.labels}
            | {name for name, _ in {*self.sums} ^ {*before.sums}}
            | {name for name, _ in {*self.clauses} ^ {*before.clauses}}
        )


@dataclass(slots=True)
class Ground:
    """What a document declares, as it was last worked out, and all that this hung on.

    `bases` are where the statements that declare began: since then they may have moved. `wrong` is what was wrong in
    them, before and after all others were read.
    """

    key: tuple[object, ...]
    library: list[Contract]
    bases: list[int]
    words: frozenset[str]
    draft: Draft
    names: Names
    standings: dict[int, Standing]
    switches: dict[int, tuple[Chosen, ...]]
    of_all: tuple[Chosen, ...]
    wrong: tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]
    declared: str = ""
    told: dict[str, dict[object, Any]] = field(default_factory=dict)


class Work:
    """One document while it is given a meaning: what is known of it so far, and what is wrong in it."""

    def __init__(
        self, written: Written, library: Mapping[str, Contract], near: Iterable[str], memo: Memo
    ) -> None:
        near = list(near)
        self.written, self.library, self.near, self.memo = written, library, near, memo
        self.draft = Draft()
        self.names = Names(words=keywords(), chinese=written.source.is_chinese)
        self.wrong = self.names.wrong
        self.declarations = Declarations(self.names, "")
        self.names.documents = {each: each for each in near} | {
            name: each.name for name, each in library.items()
        }
        self.standings: dict[int, Standing] = {}
        self.switches: dict[int, tuple[Chosen, ...]] = {}
        self.of_all: tuple[Chosen, ...] = ()
        self.plain_force: int | None = None
        self.reading: str | None = None
        self.options: dict[str, list[ReadingOption]] = {}
        self.count: Counter[str] = Counter()
        self.made = Made(0)

    @cached_property
    def statements(self) -> list[tuple[Clause, Statement]]:
        """Every statement with its clause."""
        return self.written.statements()

    @cached_property
    def of_rule(self) -> dict[str, list[tuple[Clause, Statement]]]:
        """The statements by what they are."""
        found: dict[str, list[tuple[Clause, Statement]]] = {}
        for each in self.statements:
            found.setdefault(each[1].body.rule, []).append(each)
        return found

    @cached_property
    def force_of_all(self) -> Standing:
        """The force of the whole document: its head is read before."""
        draft = self.draft
        return Standing(draft.rank, draft.status, draft.valid_from, draft.valid_to)

    def attempt(self, act: Callable[..., None], *args: object) -> None:
        try:
            act(*args)
        except Mistake:
            return

    def is_head(self, clause: Clause) -> bool:
        """Tell whether what stands there is said of the whole document: above all text, or beneath its title."""
        if clause is self.written.preamble:
            return True
        title = clause is self.written.clauses[0] and not clause.number
        return title or any(each.body.rule == "document" for each in clause.statements)

    def standing(self, clause: Clause) -> Standing:
        """Return the force of what stands beneath a clause."""
        return self.standings.get(id(clause), self.force_of_all)

    def switched(self, clause: Clause) -> tuple[Chosen, ...]:
        """Return the switches under which all that stands beneath a clause stands."""
        return self.switches.get(id(clause), self.of_all)

    def amended(self) -> list[Contract]:
        """Return the document that a supplement amends, what that one amends, and so on."""
        found: list[Contract] = []
        above = self.library.get(self.draft.amends or "")
        while above is not None and above not in found:
            found.append(above)
            above = self.library.get(above.amends or "")
        return found

    def reader(self, statement: Statement) -> Reader:
        # The states in law of a supplement are those of the agreement that it amends.
        root = (
            self.amended()[-1].name if self.draft.kind == "supplement" and self.amended() else self.draft.name
        )
        return Reader(self.names, statement, root)

    def place(self, here: Here) -> Place:
        return {"document": self.draft.name, "clause": here.clause, "span": here.statement.span(here.node)}

    def stood(self, here: Here) -> Stood:
        return {**self.place(here), "standing": here.standing}

    def identify(self, here: Here) -> tuple[str, str]:
        """Return a norm's stable id and its label."""
        number, label = here.clause or "0", here.label
        if label is None:
            self.made.unnamed += 1
            nth = self.count[number] + self.made.unnamed
            return (number if nth == 1 else f"{number}#{nth}"), ""
        if is_letter(label.text):
            return number + label.text, label.text
        return f"{number}:{label.text}", label.text

    def date(self, statement: Statement, node: Node) -> date | None:
        numbers = [int(each) for each in re.findall(r"\d+", node.words()[0].text)]
        try:
            return date(numbers[0], numbers[1], numbers[2])
        except ValueError:
            self.wrong.append(
                error(
                    "literal",
                    statement.span(node),
                    "there is no such day",
                    "没有这一天",
                    Said("write `2026-02-15`", "例如 `2026年2月15日`"),
                )
            )
            return None


def part_of(node: Node | Word) -> Node | Word:
    """Return the first part of a node; of a word, itself."""
    if isinstance(node, Word):
        return node
    return next(part for part in node.parts if part is not None)


def amended_by(body: Node) -> Word | None:
    """Return the name of the document that a supplement amends, from the sentence that says what document it is."""
    last, names = (
        body.parts[-1],
        [part for part in body.parts if isinstance(part, Word) and part.kind == "NAME"],
    )
    return last if isinstance(last, Word) and last.kind == "NAME" and len(names) > 1 else None


def layer_named(word: Word) -> str:
    """Return a layer by its English name."""
    return word.text.replace("地方:", "local:")


def names_of(body: Node) -> list[str]:
    """Return the name that a declaration gives, and its name in the other language where there is one."""
    for part in body.parts:
        if isinstance(part, Node) and part.rule == "decl_name":
            return [each.text for each in part.parts if isinstance(each, Word) and each.kind == "NAME"]
    raise AssertionError(f"{body.rule} declares no name")


def all_of(parts: list[Expr]) -> Expr | None:
    """Return that all of some conditions hold; None of no condition."""
    if not parts:
        return None
    flat = tuple(x for part in parts for x in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: list[Expr]) -> Expr | None:
    """Return that one of some conditions holds; None of no condition."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
