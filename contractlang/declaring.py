"""Declarations: from what was written to the names of a document.

Two passes: parties, types, states, blanks and readings first, so that the parameters of acts and events and the
questions about them can name one another in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from contractlang.declaration import (
    BlankDecl,
    Default,
    DefineDecl,
    OccurrenceDecl,
    OptionName,
    Param,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    ReadingOption,
    Sets,
    Shows,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Said, error
from contractlang.expression import Bound
from contractlang.grammar import keywords
from contractlang.kinds import FLAG, TEXT, Kind, occurrence_of, one_of
from contractlang.names import KIND_NAMES, NO, YES, Names
from contractlang.norms import Bearer, Who
from contractlang.resolving import Mistake, Reader
from contractlang.source import Span
from contractlang.substitution import has_more_parts
from contractlang.syntax import Node, Statement, Word

# How many parts a named expression may have, all that it names written out: what uses it repeats them.
MAX_PARTS = 500


class _Base(TypedDict):
    """What every declaration has."""

    name: str
    alias: str
    external: str
    document: str
    span: Span


class Declarations:
    """Collects the declarations of one document into its names."""

    def __init__(self, names: Names, document: str) -> None:
        self.names, self.document = names, document
        self.reported: set[Span] = set()

    def take(self, statements: Iterable[Statement]) -> None:
        """Declare everything that `statements` declare; mistakes are reported, the rest goes on."""
        first = {"parties", "thing", "type_decl", "state"}
        second = {"act", "event"}
        third = {"blank", "gap", "question", "reading", "unverified"}
        everything = [each for each in statements if each.body.rule in first | second | third]
        for group in (first, second, third):
            if group is second:
                # Acts and events may refer to one another in any order: their names come before their parameters.
                self.placeholders(everything)
            for statement in everything:
                if statement.body.rule in group:
                    try:
                        getattr(self, statement.body.rule)(statement, statement.body)
                    except Mistake:
                        continue

    def placeholders(self, statements: list[Statement]) -> None:
        for statement in statements:
            if statement.body.rule in ("act", "event"):
                base = self.base(statement, statement.body)
                self.names.declare(OccurrenceDecl(**base, is_act=statement.body.rule == "act"))

    # -- parts

    def base(self, statement: Statement, node: Node) -> _Base:
        """Return what every declaration has; a reserved word is reported."""
        named = node if node.rule == "decl_name" else node.node("decl_name")
        assert named is not None
        names: list[str] = []
        external = ""
        for part in named.parts:
            if isinstance(part, Word) and part.kind == "STRING":
                external = part.text
            elif isinstance(part, Word):
                self.reserved(statement, part)
                names.append(part.text)
        return {
            "name": names[0], "alias": names[1] if len(names) > 1 else "", "external": external,
            "document": self.document, "span": statement.span(named),
        }  # fmt: skip

    def reserved(self, statement: Statement, word: Word) -> None:
        """Report a name that is a word of the language, once."""
        span = statement.span(word)
        if word.text in keywords() and span not in self.reported:
            self.reported.add(span)
            own = f"{word.text}_1" if word.text.isascii() else f"本{word.text}"
            self.names.wrong.append(
                error(
                    "reserved", span, f"`{word.text}` is a reserved word", f"`{word.text}`是保留词",
                    Said(f"choose another name, such as `{own}`", f"请换一个名称，例如 `{own}`"),
                )
            )  # fmt: skip

    def called(self, *types: type) -> list[str]:
        """Return every spelling of a declaration of those types."""
        return [
            s for s, name in self.names.spellings.items() if isinstance(self.names.declarations[name], types)
        ]

    def params(self, statement: Statement, node: Node | None) -> tuple[Param, ...]:
        found = []
        named: list[Word] = []
        for each in node.nodes("param") if node else []:
            words = [part for part in each.parts if isinstance(part, Word)]
            kind = self.kind(statement, each.node("type"))
            found.append(Param(words[0].text, words[1].text if len(words) > 1 else "", kind))
            named += words
        self.distinct(statement, named)
        return tuple(found)

    def distinct(self, statement: Statement, words: list[Word]) -> None:
        """Report the names of one list that are the same."""
        first: dict[str, Word] = {}
        for word in words:
            if first.setdefault(word.text, word) is not word:
                self.names.twice(word.text, statement.span(word), statement.span(first[word.text]))

    def kind(self, statement: Statement, node: Node | None) -> Kind:
        assert node is not None
        words = node.words()
        kind = self.names.kind_called(words[0].text, words[1].text if len(words) > 1 else None)
        if kind is None:
            known = [*KIND_NAMES, *self.called(TypeDecl, StateDecl, OccurrenceDecl, ThingDecl)]
            self.names.unknown(words[0].text, statement.span(words[0]), Said("kind of value", "类型"), known)
            return TEXT
        return kind

    def options(self, statement: Statement, node: Node) -> tuple[OptionName, ...]:
        found = []
        named: list[Word] = []
        for each in node.nodes("decl_name"):
            words = [part for part in each.parts if isinstance(part, Word) and part.kind == "NAME"]
            found.append(OptionName(words[0].text, words[1].text if len(words) > 1 else ""))
            named += words
        self.distinct(statement, named)
        return tuple(found)

    def party(self, statement: Statement, node: Node) -> Bearer:
        match node.rule:
            case "either_party":
                return Who.EITHER
            case "other_party":
                return Who.OTHER
            case "both_parties":
                return Who.BOTH
            case _:
                word = node.words()[0]
        declared = self.names.find(word.text)
        if not isinstance(declared, PartyDecl):
            self.names.unknown(
                word.text, statement.span(word), Said("party", "当事人"), self.called(PartyDecl)
            )
            raise Mistake
        return declared.name

    # -- one method a construct

    def parties(self, statement: Statement, body: Node) -> None:
        for each in body.nodes("party_name"):
            made = self.base(statement, each)
            self.names.declare(PartyDecl(**made, attributes=self.params(statement, each.node("params"))))

    def thing(self, statement: Statement, body: Node) -> None:
        made = self.base(statement, body)
        self.names.declare(ThingDecl(**made, attributes=self.params(statement, body.node("params"))))

    def type_decl(self, statement: Statement, body: Node) -> None:
        listed = body.node("alternatives")
        assert listed is not None
        self.names.declare(TypeDecl(**self.base(statement, body), options=self.options(statement, listed)))

    def state(self, statement: Statement, body: Node) -> None:
        made = self.base(statement, body)
        listed = body.node("alternatives")
        kind = one_of(made["name"]) if listed else self.kind(statement, body.node("type"))
        options = self.options(statement, listed) if listed else ()
        in_law = body.node("in_law") is not None
        self.names.declare(StateDecl(**made, kind=kind, in_law=in_law, options=options))

    def blank(self, statement: Statement, body: Node) -> None:
        kind = self.kind(statement, body.node("type"))
        self.names.declare(BlankDecl(**self.base(statement, body), kind=kind, gap=body.rule == "gap"))

    gap = blank

    def question(self, statement: Statement, body: Node) -> None:
        made = self.base(statement, body)
        about = body.node("about")
        of = declared = None
        if about is not None:
            word = about.words()[0]
            declared = self.names.find(word.text)
            # What a question is about need not be declared elsewhere (a violation, a clause): then it is a word.
            of = declared.name if declared else word.text
        kind, presumed, decided, evidence, beforehand = FLAG, None, "", "", False
        options: tuple[OptionName, ...] = ()
        for part in body.parts:
            if not isinstance(part, Node):
                continue
            match part.rule:
                case "answers":
                    inner = part.parts[0]
                    assert isinstance(inner, Node)
                    if inner.rule == "alternatives":
                        options = self.options(statement, inner)
                        kind = one_of(made["name"])
                    else:
                        kind = self.kind(statement, inner)
                case "presumed":
                    presumed = self.yes(statement, part.words()[0])
                    beforehand = part.node("beforehand") is not None
                    if beforehand and not isinstance(declared, OccurrenceDecl):
                        self.nothing_done(statement, part)
                case "decided_by":
                    decided = part.words()[0].text
                case "evidence":
                    evidence = part.words()[0].text
                case _:
                    pass
        text = next(part.text for part in reversed(body.parts) if isinstance(part, Word))
        self.names.declare(
            QuestionDecl(
                **made, text=text, about=of, kind=kind, options=options, presumed=presumed, decided_by=decided,
                evidence=evidence, beforehand=beforehand,
            )
        )  # fmt: skip

    def nothing_done(self, statement: Statement, presumed: Node) -> None:
        """Report a presumption that ends when the act is done, of a question that is about none."""
        acts = self.called(OccurrenceDecl)
        help = (
            Said(f"say of which: `about {acts[0]}`", f"请写明是哪项行为：`关于 {acts[-1]}`") if acts else None
        )
        self.names.wrong.append(
            error(
                "beforehand", statement.span(presumed), "what is presumed beforehand is presumed of an act",
                "仅事前的推定，须关于一项行为", help,
            )
        )  # fmt: skip

    def yes(self, statement: Statement, word: Word) -> bool:
        if word.text not in YES | NO:
            self.names.unknown(
                word.text, statement.span(word), Said("answer", "答案"), ["yes", "no", "是", "否"]
            )
            raise Mistake
        return word.text in YES

    def reading(self, statement: Statement, body: Node) -> None:
        text = next(part.text for part in reversed(body.parts) if isinstance(part, Word))
        self.names.declare(ReadingDecl(**self.base(statement, body), text=text, options=()))

    def unverified(self, statement: Statement, body: Node) -> None:
        """Declare the switch of an unverified clause, which is off by default. Several clauses may share one."""
        made = self.base(statement, body)
        if isinstance(self.names.find(made["name"]), ReadingDecl):
            return
        text = next(part.text for part in reversed(body.parts) if isinstance(part, Word))
        off = ReadingOption("off", "不适用", (Default(None, None),), made["span"])
        on = ReadingOption("on", "适用", (), made["span"])
        self.names.declare(ReadingDecl(**made, text=text, options=(off, on)))

    def act(self, statement: Statement, body: Node) -> None:
        made = self.base(statement, body)
        params = self.params(statement, body.node("params"))
        actor: Bearer | None = None
        needs_basis = on_arrival = False
        kind_of = once = accumulates = per = None
        sets: list[Sets] = []
        shows: list[Shows] = []
        for part in body.parts:
            if not isinstance(part, Node):
                continue
            words = part.words()
            match part.rule:
                case "actor":
                    inner = part.parts[0]
                    assert isinstance(inner, Node)
                    actor = self.party(statement, inner)
                case "needs_basis":
                    needs_basis = True
                case "on_arrival":
                    on_arrival = True
                case "kind_of":
                    kind_of = self.occurrence(statement, words[0])
                case "only_once":
                    once = ""
                case "once_each":
                    once = self.param_or_party(statement, words[0], params)
                case "accumulates":
                    accumulates = self.param(statement, words[0], params)
                    per = self.param(statement, words[1], params)
                case "sets":
                    sets.append(self.effect(statement, part, params))
                case "shows":
                    shows.append(self.showing(statement, part))
                case _:
                    pass
        declared = OccurrenceDecl(
            **made, is_act=body.rule == "act", params=params, actor=actor, needs_basis=needs_basis, kind_of=kind_of,
            sets=tuple(sets), shows=tuple(shows), on_arrival=on_arrival, once=once, accumulates=accumulates, per=per,
        )  # fmt: skip
        existing = self.names.declarations.get(declared.name)
        if isinstance(existing, OccurrenceDecl) and existing.document == self.document:
            self.names.declarations[declared.name] = declared

    event = act

    def occurrence(self, statement: Statement, word: Word) -> str:
        declared = self.names.find(word.text)
        if not isinstance(declared, OccurrenceDecl):
            self.names.unknown(
                word.text,
                statement.span(word),
                Said("act or event", "行为或事件"),
                self.called(OccurrenceDecl),
            )
            raise Mistake
        return declared.name

    def param(self, statement: Statement, word: Word, params: tuple[Param, ...]) -> str:
        for each in params:
            if word.text in (each.name, each.alias):
                return each.name
        known = [s for each in params for s in (each.name, each.alias) if s]
        self.names.unknown(word.text, statement.span(word), Said("parameter", "参数"), known)
        raise Mistake

    def param_or_party(self, statement: Statement, word: Word, params: tuple[Param, ...]) -> str:
        if word.text in ("party", "当事人"):
            return "by"
        return self.param(statement, word, params)

    def effect(self, statement: Statement, node: Node, params: tuple[Param, ...]) -> Sets:
        state_word, value = (part for part in node.parts[:2] if isinstance(part, Word))
        state = self.names.find(state_word.text)
        since, until = node.node("from_field"), node.node("until_ends")
        since_field = self.param(statement, since.words()[0], params) if since else None
        until_field = until.words()[0].text if until else None
        if until_field and until_field not in ("ends", "结束"):
            until_field = self.param(statement, until.words()[0], params) if until else None
        if state_word.text in ("agreement", "协议") and state is None:
            option = self.names.option("agreement", value.text)
            return Sets("agreement", option or value.text, None, since_field, until_field)
        if not isinstance(state, StateDecl):
            self.names.unknown(
                state_word.text, statement.span(state_word), Said("state", "状态"), self.called(StateDecl)
            )
            raise Mistake
        option = self.names.option(state.name, value.text)
        if option is not None:
            return Sets(state.name, option, None, since_field, until_field)
        if state.options:
            known = [s for each in state.options for s in (each.name, each.alias) if s]
            self.names.unknown(
                value.text,
                statement.span(value),
                Said(f"option of {state.called.en}", f"`{state.called.zh}`的取值"),
                known,
            )
            raise Mistake
        return Sets(state.name, None, self.param(statement, value, params), since_field, until_field)

    def showing(self, statement: Statement, node: Node) -> Shows:
        words = node.words()
        state = self.names.find(words[0].text)
        if not isinstance(state, StateDecl):
            self.names.unknown(
                words[0].text, statement.span(words[0]), Said("state", "状态"), self.called(StateDecl)
            )
            raise Mistake
        option = self.names.option(state.name, words[1].text)
        if option is None:
            known = [s for each in state.options for s in (each.name, each.alias) if s]
            self.names.unknown(words[1].text, statement.span(words[1]), Said("option", "取值"), known)
            raise Mistake
        return Shows(state.name, option, self.occurrence(statement, words[2]))

    def define(self, statement: Statement, body: Node) -> None:
        """Declare a named expression; what it uses must be declared before it."""
        words = [part for part in body.parts if isinstance(part, Word)]
        reader = Reader(self.names, statement, self.document, has_place=False)
        last = body.parts[-1]
        named = words[0]
        params = [word for word in words[1:] if word is not last]
        bounds = []
        for word in params:
            declared = self.names.find(word.text)
            kind = TEXT
            if isinstance(declared, OccurrenceDecl):
                kind = occurrence_of(declared.name)
            elif isinstance(declared, TypeDecl):
                kind = one_of(declared.name)
            bounds.append(Bound(word.text, kind))
            reader.variables[word.text] = bounds[-1]
        assert last is not None
        taken = self.names.find(named.text)
        if isinstance(taken, BlankDecl) and (taken.gap or taken.document != self.document):
            return  # it fills the hole: see `make_define` in elaborate.py
        value = reader.expression(last)
        if has_more_parts(value, MAX_PARTS):
            raise reader.fail(
                "too-large", last, f"with all that it names this has more than {MAX_PARTS} parts",
                f"连同所引用的定义，此处超过{MAX_PARTS}项", Said("use fewer definitions in it", "请少引用定义"),
            )  # fmt: skip
        self.names.declare(
            DefineDecl(
                name=named.text, alias="", external="", document=self.document, span=statement.span(named),
                value=value, params=tuple(bounds),
            )
        )  # fmt: skip
