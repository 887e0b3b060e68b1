"""What every name in a file means: its declaration and each of its uses, in either language.

The norms carry no place for each single word, so names are tied here once more, along the syntax: a variable in its
statement, a property by the occurrence it belongs to, an option by what it is compared with, all others by the
declarations of the checked contract. A name that cannot be told is left alone rather than guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from contractlang.contract import Contract, base_name
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    OccurrenceDecl,
    OptionName,
    Param,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.kinds import Kind
from contractlang.names import LIFE
from contractlang.numerals import is_letter
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written


class Symbol(NamedTuple):
    """What a name stands for. `owner` tells it from others of that name: a document, an enumeration, a statement."""

    kind: str  # declared, label, amount, option, field, variable, clause, document
    owner: str
    name: str


class Occurrence(NamedTuple):
    """One place where a name is written."""

    span: Span
    text: str
    symbol: Symbol
    declares: bool = False


@dataclass
class Names:
    """What the names of one document stand for, by every spelling."""

    contract: Contract
    declared: dict[str, Declaration] = field(default_factory=dict)
    labels: dict[str, Symbol] = field(default_factory=dict)
    amounts: dict[str, Symbol] = field(default_factory=dict)
    clauses: set[str] = field(default_factory=set)

    @staticmethod
    def of(contract: Contract) -> Names:
        names = Names(contract)
        for each in contract.declarations.values():
            for spelling in (each.name, each.alias):
                if spelling:
                    names.declared.setdefault(spelling, each)
        home = contract.base
        for norm in contract.norms:
            if norm.label and not is_letter(norm.label):
                names.labels.setdefault(norm.label, Symbol("label", home, norm.label))
        for amount in contract.amounts:
            for spelling in (amount.name, amount.alias):
                if spelling:
                    names.amounts.setdefault(spelling, Symbol("amount", home, amount.name))
        names.clauses = {each.number for each in contract.clauses if each.number}
        return names

    def symbol(self, spelling: str) -> Symbol | None:
        """Return what a name stands for where nothing around it says more."""
        found = self.declared.get(spelling)
        if found is not None:
            return Symbol("declared", base_name(found.document), found.name)
        return self.labels.get(spelling) or self.amounts.get(spelling)

    def declaration(self, symbol: Symbol) -> Declaration | None:
        """Return the declaration that a symbol stands for, or None."""
        return self.contract.declarations.get(symbol.name) if symbol.kind == "declared" else None

    def options(self, enumeration: str) -> tuple[OptionName, ...]:
        """Return the options of a type, a state, a question or a reading."""
        found = self.contract.declarations.get(enumeration)
        if isinstance(found, TypeDecl | StateDecl | QuestionDecl):
            return found.options
        if isinstance(found, ReadingDecl):
            return tuple(OptionName(each.name, each.alias) for each in found.options)
        return LIFE if enumeration == "agreement" else ()


def params_of(declared: object) -> tuple[Param, ...]:
    """Return the properties that things declared so have."""
    match declared:
        case OccurrenceDecl():
            return declared.params
        case PartyDecl() | ThingDecl():
            return declared.attributes
        case _:
            return ()


def occurrences(written: Written, contract: Contract) -> list[Occurrence]:
    """Return every name in a file that stands for something, in order."""
    names = Names.of(contract)
    found: list[Occurrence] = []
    for clause, statement in written.statements():
        found += in_statement(statement, clause, names)
    return sorted([*found, *headings(contract)], key=lambda each: each.span.start)


def headings(contract: Contract) -> list[Occurrence]:
    """Return the first line of each numbered clause, as the place that declares it."""
    return [
        Occurrence(
            Span(each.span.path, each.span.start, each.span.start + len(each.lines[0])),
            each.number,
            _clause(contract, each.number),
            True,
        )
        for each in contract.clauses
        if each.number and each.span is not None and each.lines
    ]


def in_statement(statement: Statement, clause: Clause, names: Names) -> list[Occurrence]:
    """Return the names in one statement that stand for something."""
    walk = _Walk(statement, clause, names)
    if statement.label is not None:
        walk.add_label(statement.label)
    walk.node(statement.body)
    return walk.found


def _clause(contract: Contract, number: str) -> Symbol:
    return Symbol("clause", contract.base, number)


class _Walk:
    """Goes through one statement with the variables that it binds."""

    def __init__(self, statement: Statement, clause: Clause, names: Names) -> None:
        self.statement, self.clause, self.names = statement, clause, names
        self.found: list[Occurrence] = []
        self.variables: dict[
            str, str
        ] = {}  # to the occurrence each is bound to; empty where that is not known
        self.act: OccurrenceDecl | None = None

    def add(self, word: Word, symbol: Symbol | None, declares: bool = False) -> Symbol | None:
        if symbol is not None:
            self.found.append(Occurrence(self.statement.span(word), word.text, symbol, declares))
        return symbol

    def add_label(self, word: Word) -> None:
        if len(word.text) > 1:
            home = self.names.contract.base
            self.add(word, Symbol("label", home, word.text), declares=True)

    def own(self, name: str) -> Symbol:
        return Symbol("variable", f"{self.statement.path}:{self.statement.base}", name)

    # -- the constructs in which a name has a part of its own

    def node(self, node: Node) -> None:
        special = getattr(self, f"in_{node.rule}", None)
        if special is not None:
            special(node)
        else:
            self.parts(node)

    def parts(self, node: Node) -> None:
        for part in node.parts:
            if isinstance(part, Node):
                self.node(part)
            elif isinstance(part, Word):
                self.word(part)

    def word(self, word: Word) -> None:
        if word.kind == "NAME":
            self.root(word)
        elif word.kind in ("CLAUSE_NAME", "INT") and word.text in self.names.clauses:
            self.add(word, _clause(self.names.contract, word.text))

    def root(self, word: Word) -> tuple[Symbol | None, Kind | None]:
        """Tie a name that stands by itself, and return what it stands for and the kind of its value."""
        if word.text in self.variables:
            of = self.variables[word.text]
            return self.add(word, self.own(word.text)), Kind("occurrence", of) if of else None
        for param in params_of(self.act):
            if self.act is not None and word.text in (param.name, param.alias):
                return self.add(word, Symbol("field", self.act.name, param.name)), param.kind
        symbol = self.add(word, self.names.symbol(word.text))
        return symbol, self.kind_of(symbol)

    def kind_of(self, symbol: Symbol | None) -> Kind | None:
        declared = self.names.declaration(symbol) if symbol is not None else None
        match declared:
            case OccurrenceDecl() | ThingDecl() | PartyDecl():
                return Kind("occurrence", declared.name)
            case ReadingDecl():
                return Kind("one of", declared.name)
            case StateDecl() | BlankDecl() | QuestionDecl():
                return declared.kind
            case _:
                return None

    def in_path(self, node: Node) -> Kind | None:
        words = [part for part in node.parts if isinstance(part, Word)]
        _, kind = self.root(words[0])
        for word in words[1:]:
            owner = kind.of if kind is not None and kind.name in ("occurrence", "party") else ""
            param = next(
                (
                    each
                    for each in params_of(self.names.contract.declarations.get(owner))
                    if word.text in (each.name, each.alias)
                ),
                None,
            )
            if param is None:
                return None
            self.add(word, Symbol("field", owner, param.name))
            kind = param.kind
        return kind

    def in_equals(self, node: Node) -> None:
        kind: Kind | None = None
        for part in node.parts:
            if not isinstance(part, Node):
                continue
            if part.rule == "agreement_state":
                kind = Kind("one of", "agreement")
                continue
            words = part.words()
            option = self.option(kind.of, words[0].text) if kind is not None and len(words) == 1 else None
            if option is not None:
                self.add(words[0], option)
            elif part.rule == "path":
                kind = self.in_path(part)
            else:
                if part.rule == "call":
                    declared = self.names.declared.get(part.words()[0].text)
                    kind = declared.kind if isinstance(declared, QuestionDecl) else None
                self.node(part)

    in_compare = in_equals

    def option(self, enumeration: str, spelling: str) -> Symbol | None:
        for each in self.names.options(enumeration):
            if spelling in (each.name, each.alias):
                return Symbol("option", enumeration, each.name)
        return None

    def in_for_each(self, node: Node) -> None:
        triggered = next((part for part in node.parts if isinstance(part, Node)), None)
        of = ""
        if triggered is not None:
            declared = self.names.declared.get(triggered.words()[0].text) if triggered.words() else None
            if triggered.rule == "trigger_event" and isinstance(declared, OccurrenceDecl):
                of = declared.name
        for part in node.parts:
            if isinstance(part, Word):
                self.variables[part.text] = of
                self.add(part, self.own(part.text), declares=True)
            elif part is not None:
                self.node(part)

    in_amount_lead = in_for_each

    def in_as_name(self, node: Node) -> None:
        word = node.words()[0]
        self.variables[word.text] = ""
        self.add(word, self.own(word.text), declares=True)

    def in_act_done(self, node: Node) -> None:
        word = next(part for part in node.parts if isinstance(part, Word))
        symbol, _ = self.root(word)
        declared = self.names.declaration(symbol) if symbol is not None else None
        # A bare name in what follows may be a property of the act being done.
        self.act = declared if isinstance(declared, OccurrenceDecl) else None
        for part in node.parts:
            if isinstance(part, Node):
                self.node(part)

    def in_define(self, node: Node) -> None:
        words = [part for part in node.parts if isinstance(part, Word)]
        self.add(words[0], self.names.symbol(words[0].text), declares=True)
        for word in words[1:]:
            self.variables[word.text] = ""
            self.add(word, self.own(word.text), declares=True)
        for part in node.parts:
            if isinstance(part, Node):
                self.node(part)

    # -- declarations

    def declares(self, node: Node) -> Symbol | None:
        named = node.node("decl_name")
        found = None
        for word in named.parts if named is not None else ():
            if isinstance(word, Word) and word.kind == "NAME":
                found = self.add(word, self.names.symbol(word.text), declares=True)
        return found

    def in_party_name(self, node: Node) -> None:
        owner = self.declares(node)
        for part in node.parts:
            if not isinstance(part, Node) or part.rule == "decl_name":
                continue
            if part.rule == "params":
                self.params(part, owner)
            elif part.rule == "alternatives":
                self.alternatives(part, owner)
            elif part.rule == "answers":
                for inner in part.parts:
                    if isinstance(inner, Node) and inner.rule == "alternatives":
                        self.alternatives(inner, owner)
                    elif isinstance(inner, Node):
                        self.node(inner)
            elif part.rule in ("sets", "shows", "once_each", "accumulates"):
                self.effect(part, owner)
            elif part.rule == "presumed":
                self.add(part.words()[0], self.option(owner.name, part.words()[0].text) if owner else None)
            else:
                self.node(part)

    in_thing = in_type_decl = in_blank = in_gap = in_state = in_act = in_event = in_party_name
    in_question = in_reading = in_unverified = in_party_name

    def in_amount(self, node: Node) -> None:
        self.declares(node)
        for part in node.parts:
            if isinstance(part, Node) and part.rule != "decl_name":
                self.node(part)

    def params(self, node: Node, owner: Symbol | None) -> None:
        for param in node.nodes("param"):
            words = [part for part in param.parts if isinstance(part, Word)]
            for word in words:
                if owner is not None:
                    self.add(word, Symbol("field", owner.name, words[0].text), declares=True)
            typed = param.node("type")
            if typed is not None:
                self.node(typed)

    def alternatives(self, node: Node, owner: Symbol | None) -> None:
        for each in node.nodes("decl_name"):
            words = [part for part in each.parts if isinstance(part, Word) and part.kind == "NAME"]
            for word in words:
                if owner is not None:
                    self.add(word, Symbol("option", owner.name, words[0].text), declares=True)

    def effect(self, node: Node, owner: Symbol | None) -> None:
        """Tie the state that an act sets, and what it sets it to: an option, or a property of the act."""
        declared = self.names.declaration(owner) if owner is not None else None
        words = node.words()
        state: Symbol | None = None
        for place, word in enumerate(words):
            own = next((p for p in params_of(declared) if word.text in (p.name, p.alias)), None)
            option = self.option(state.name, word.text) if state is not None and place == 1 else None
            if place == 0 and node.rule in ("sets", "shows"):
                state = self.add(word, self.names.symbol(word.text))
                if state is None and word.text in ("agreement", "协议"):
                    state = Symbol("declared", "", "agreement")
            elif option is not None:
                self.add(word, option)
            elif own is not None and declared is not None:
                self.add(word, Symbol("field", declared.name, own.name))

    def in_option(self, node: Node) -> None:
        reading = self.reading_of(node)
        named = node.node("decl_name")
        words = [w for w in named.parts if isinstance(w, Word) and w.kind == "NAME"] if named else []
        for word in words:
            if reading is not None:
                self.add(word, Symbol("option", reading.name, words[0].text), declares=True)
        for part in node.parts:
            if isinstance(part, Word):
                self.add_label(part)
            elif part is not None and part.rule != "decl_name":
                self.node(part)

    def reading_of(self, node: Node) -> ReadingDecl | None:
        """Return the reading above, of which this is an option."""
        span = self.statement.span(node)
        for each in self.names.contract.declarations.values():
            if isinstance(each, ReadingDecl):
                for option in each.options:
                    if option.span.path == span.path and span.start <= option.span.start < span.end:
                        return each
        return None

    # -- documents and clauses

    def in_document(self, node: Node) -> None:
        own = self.names.contract
        for place, word in enumerate(part for part in node.parts if isinstance(part, Word)):
            if word.kind == "NAME":
                about = own.base if word.text in (own.name, own.base, own.alias) else word.text
                self.add(word, Symbol("document", "", about), declares=about == own.base and place < 2)

    def in_uses(self, node: Node) -> None:
        for word in node.words():
            self.add(word, Symbol("document", "", word.text))

    in_governed = in_uses

    def in_see(self, node: Node) -> None:
        for word in node.words():
            if word.text in self.names.clauses:
                self.add(word, _clause(self.names.contract, word.text))

    in_replaces = in_repeals = in_see

    def in_clause(self, node: Node) -> None:
        pass

    def in_type(self, node: Node) -> None:
        word = node.words()[0]
        self.add(word, self.names.symbol(word.text))


def at(found: Iterator[Occurrence] | list[Occurrence], offset: int) -> Occurrence | None:
    """Return the narrowest name at a place; one that ends just before it will do."""
    here = [each for each in found if each.span.start <= offset <= each.span.end]
    return min(
        here, key=lambda each: (each.span.end - each.span.start, offset == each.span.end), default=None
    )
