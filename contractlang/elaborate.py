"""From syntax to meaning: every statement of a document becomes declarations, norms and their relations.

A statement that cannot be given a meaning is reported and left out; the others go on, so one broken line does not
hide the rest. `load.py` decides whether a contract with errors may be asked anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal

from contractlang.declarations import Declarations
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.expressions import Mistake, Reader, kind_of
from contractlang.kinds import BREACH, COUNT, DAY, FLAG, INSTANT, PERIOD, Kind, money_in, occurrence_of
from contractlang.names import Names
from contractlang.norms import (
    Act,
    AmountRule,
    AtOnce,
    Bar,
    Bearer,
    BeforeDay,
    BlankDecl,
    Bound,
    ByClause,
    ByDay,
    ByLabel,
    Chosen,
    ClauseText,
    Clock,
    Const,
    Contract,
    Declaration,
    Default,
    Expr,
    And,
    Happened,
    Life,
    Limit,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OccurrenceDecl,
    OnBreach,
    OnOccurrence,
    Or,
    Permission,
    Power,
    Priority,
    Prohibition,
    QuestionDecl,
    Rank,
    ReadingDecl,
    ReadingOption,
    Reasonable,
    RelationDecl,
    Remark,
    StateDecl,
    Target,
    Trigger,
    Who,
    Window,
    Within,
)
from contractlang.numerals import plain_number
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written

_RANKS: dict[str, Rank] = {
    "mandatory": "mandatory", "强制": "mandatory", "agreed": "agreed", "约定": "agreed",
    "gap-filling": "gap-filling", "填补": "gap-filling",
}  # fmt: skip
_KINDS: dict[str, Literal["agreement", "law", "vocabulary", "supplement"]] = {
    "agreement": "agreement", "协议": "agreement", "law": "law", "法律": "law", "vocabulary": "vocabulary",
    "词汇": "vocabulary", "supplement": "supplement", "补充": "supplement",
}  # fmt: skip

Built = Norm | AmountRule | LossRule | Priority | Bar | Life | Remark


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
    truncated: bool = False
    uses: list[str] = field(default_factory=list)
    governed_by: list[str] = field(default_factory=list)
    relations: list[RelationDecl] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    surviving: set[str] = field(default_factory=set)


def elaborate(written: Written, library: Mapping[str, Contract]) -> tuple[Contract, list[Diagnostic]]:
    """Return what `written` means, with everything wrong in it. `library` holds the documents it may use, by name."""
    return _Elaboration(written, library).run()


def head_of(written: Written) -> tuple[str, list[tuple[str, Span]]]:
    """Return the document's name and the names it uses, before anything else is read."""
    name, uses = "", []
    for _, statement in written.statements():
        words = [part for part in statement.body.parts if isinstance(part, Word)]
        if statement.body.rule == "document" and not name:
            name = words[0].text
        elif statement.body.rule == "uses":
            uses += [(word.text, statement.span(word)) for word in words]
    return name, uses


class _Elaboration:
    def __init__(self, written: Written, library: Mapping[str, Contract]) -> None:
        self.written, self.library = written, library
        self.draft = Draft()
        self.names = Names(chinese=written.source.is_chinese)
        self.wrong = self.names.wrong
        self.reading: tuple[str, Statement] | None = None
        self.options: dict[str, list[ReadingOption]] = {}
        self.count: Counter[str] = Counter()
        self.ids: dict[str, Span] = {}

    # -- the order of things

    def run(self) -> tuple[Contract, list[Diagnostic]]:
        statements = self.written.statements()
        for _, statement in statements:
            self.head(statement)
        if not self.draft.name:
            self.no_head()
        self.bring_in()
        declarations = Declarations(self.names, self.draft.name)
        declarations.take(statement for _, statement in statements)
        self.collect_options(statements)
        self.collect_labels(statements)
        for _, statement in statements:
            if statement.body.rule == "define":
                self.attempt(declarations.define, statement, statement.body)
        for clause, statement in statements:
            self.attempt(self.statement, clause, statement)
        self.defaults(statements)
        return self.contract(), self.wrong

    def attempt(self, act: Any, *args: Any) -> None:
        try:
            act(*args)
        except Mistake:
            return

    def no_head(self) -> None:
        path = self.written.source.path
        stem = re.sub(r"\W+", "-", path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        self.draft.name = stem or "contract"
        self.wrong.append(
            error(
                "no-head", Span(path, 0, 0), "the file does not say what document it is", "文件没有写明是什么文书",
                Said(f"begin with `| agreement {self.draft.name}`", f"开头写 `| 协议 {self.draft.name}`"),
            )
        )  # fmt: skip

    def head(self, statement: Statement) -> None:
        body, draft = statement.body, self.draft
        words = [part for part in body.parts if isinstance(part, Word)]
        match body.rule:
            case "document":
                kind = body.node("doc_kind")
                assert kind is not None
                draft.kind = _KINDS[kind.words()[0].text]
                names = [word for word in words if word.kind == "NAME"]
                draft.name = names[0].text
                draft.title = next((word.text for word in words if word.kind == "STRING"), "")
                amended = body.parts[-1]
                if isinstance(amended, Word) and amended.kind == "NAME" and len(names) > 1:
                    draft.amends = amended.text
                    names = names[:-1]
                draft.alias = names[1].text if len(names) > 1 else ""
                draft.rank = "mandatory" if draft.kind == "law" else "agreed"
            case "rank":
                inner = body.node("rank_kind")
                assert inner is not None
                draft.rank = _RANKS[inner.words()[0].text]
            case "truncated":
                draft.truncated = True
            case "governed":
                draft.governed_by += [word.text for word in words if word.kind == "NAME"]
            case "valid":
                dates = [self.date(statement, node) for node in body.nodes("date")]
                draft.valid_from = dates[0]
                draft.valid_to = dates[1] if len(dates) > 1 else None

    def date(self, statement: Statement, node: Node) -> date | None:
        numbers = [int(each) for each in re.findall(r"\d+", node.words()[0].text)]
        try:
            return date(numbers[0], numbers[1], numbers[2])
        except ValueError:
            self.wrong.append(
                error("literal", statement.span(node), "there is no such day", "没有这一天", Said("write `2026-02-15`", "例如 `2026年2月15日`"))
            )
            return None

    def bring_in(self) -> None:
        """Bring in the declarations of the documents used."""
        for _, statement in self.written.statements():
            if statement.body.rule != "uses":
                continue
            for word in statement.body.words():
                used = self.library.get(word.text)
                if used is None:
                    self.names.unknown(word.text, statement.span(word), Said("document", "文书"), self.library)
                    continue
                self.draft.uses.append(used.name)
                for declared in used.declarations.values():
                    if declared.name not in self.names.declarations:
                        self.names.declare(declared)

    def collect_options(self, statements: list[tuple[Clause, Statement]]) -> None:
        """Give every reading its options before anything asks for one."""
        current: ReadingDecl | None = None
        for _, statement in statements:
            body = statement.body
            if body.rule == "reading":
                named = body.node("decl_name")
                assert named is not None
                found = self.names.find(named.words()[0].text)
                current = found if isinstance(found, ReadingDecl) else None
            elif body.rule == "option" and current is not None:
                named = body.node("decl_name")
                assert named is not None
                words = [part.text for part in named.parts if isinstance(part, Word) and part.kind == "NAME"]
                outside = next((part.text for part in named.parts if isinstance(part, Word) and part.kind == "STRING"), "")
                name, alias = words[0], words[1] if len(words) > 1 else ""
                listed = self.options.setdefault(current.name, list(current.options))
                if name not in (each.name for each in listed):
                    listed.append(ReadingOption(name, alias, (), statement.span(named), outside))
                self.replace_reading(current)

    def replace_reading(self, old: ReadingDecl) -> None:
        self.names.declarations[old.name] = ReadingDecl(
            name=old.name, alias=old.alias, external=old.external, document=old.document, span=old.span,
            text=old.text, options=tuple(self.options[old.name]),
        )  # fmt: skip

    def collect_labels(self, statements: list[tuple[Clause, Statement]]) -> None:
        """Know all labels and amounts before the first expression is read."""
        for _, statement in statements:
            body = statement.body
            if body.rule == "amount":
                named = body.node("decl_name")
                assert named is not None
                words = [part.text for part in named.parts if isinstance(part, Word) and part.kind == "NAME"]
                for word in words:
                    self.names.amounts[word] = words[0]
                continue
            label = statement.label
            if body.rule == "option":
                label = next((part for part in body.parts if isinstance(part, Word)), None)
            if label is not None and len(label.text) > 1:
                self.names.labels.setdefault(label.text, statement.span(label))

    # -- statements

    def statement(self, clause: Clause, statement: Statement) -> None:
        body = statement.body
        if body.rule == "reading":
            named = body.node("decl_name")
            assert named is not None
            found = self.names.find(named.words()[0].text)
            self.reading = (found.name, statement) if isinstance(found, ReadingDecl) else None
            return
        if body.rule == "option":
            self.option(clause, statement)
            return
        self.body(clause, statement, body, statement.label, ())

    def option(self, clause: Clause, statement: Statement) -> None:
        if self.reading is None:
            self.wrong.append(
                error(
                    "option", statement.span(), "an option stands under a reading", "选项须写在解释之下",
                    Said('write `| reading name: "…"` above it', "先写 `| 解释 名称：“……”`"),
                )
            )  # fmt: skip
            return
        named = statement.body.node("decl_name")
        assert named is not None
        chosen = Chosen(self.reading[0], named.words()[0].text)
        inner = [part for part in statement.body.parts if isinstance(part, Node) and part.rule not in ("decl_name", "default")]
        label = next((part for part in statement.body.parts if isinstance(part, Word)), None)
        for node in inner:
            self.body(clause, statement, node, label, (chosen,))

    def body(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        maker = getattr(self, f"make_{node.rule}", None)
        if maker is not None:
            maker(clause, statement, node, label, option)

    def reader(self, statement: Statement) -> Reader:
        return Reader(self.names, statement, self.draft.name)

    def identify(self, clause: Clause, label: Word | None, option: tuple[Chosen, ...]) -> tuple[str, str]:
        """Return a norm's stable id and its label."""
        number = clause.number or "0"
        if label is None:
            self.count[number] += 1
            nth = self.count[number]
            return (number if nth == 1 else f"{number}#{nth}"), ""
        if len(label.text) == 1 and label.text.isascii():
            return number + label.text, label.text
        return f"{number}:{label.text}", label.text

    def make_norm(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        trigger, when = self.leads(reader, node)
        id, name = self.identify(clause, label, option)
        cores = node.nodes("core")
        above: Norm | None = None
        for index, core in enumerate(cores):
            inner = core.parts[0]
            assert isinstance(inner, Node)
            if inner.rule == "loss":
                self.loss(clause, statement, reader, inner, id, trigger, when, option)
                continue
            if above is not None:
                # `otherwise`: what a breach of the norm before it brings into force.
                chain = f"{id}~{index}"
                trigger = OnBreach(ByLabel(above.label), "@it", None, statement.span(core))
                made = self.core(clause, statement, reader, core, chain, f"{above.label}~{index}", trigger, None, option)
            else:
                own = name if name or len(cores) == 1 else f"@{id}"
                made = self.core(clause, statement, reader, core, id, own, trigger, when, option)
            above = made
            self.add(made)

    def add(self, norm: Norm) -> None:
        self.draft.built.append(norm)

    def leads(self, reader: Reader, node: Node) -> tuple[Trigger | None, Expr | None]:
        trigger: Trigger | None = None
        conditions: list[Expr] = []
        for lead in node.parts:
            if not isinstance(lead, Node):
                continue
            if lead.rule == "for_each":
                trigger = self.trigger(reader, lead)
            elif lead.rule == "lead_when":
                conditions += [reader.condition(part) for part in lead.parts if part is not None]
        return trigger, _all(conditions)

    def trigger(self, reader: Reader, lead: Node) -> Trigger:
        inner, name, where = lead.parts[0], lead.parts[1] if len(lead.parts) > 1 else None, None
        if len(lead.parts) > 2:
            where = lead.parts[2]
        assert isinstance(inner, Node)
        variable = name.text if isinstance(name, Word) else "@it"
        span = reader.statement.span(lead)
        if inner.rule == "trigger_event":
            declared = reader.occurrence(inner.words()[0])
            reader.variables[variable] = Bound(variable, occurrence_of(declared.name))
            condition = reader.condition(where) if where is not None else None
            return OnOccurrence(declared.name, variable, condition, span)
        target_node = inner.parts[0]
        assert isinstance(target_node, Node)
        target = reader.target(target_node)
        reader.variables[variable] = Bound(variable, BREACH)
        condition = reader.condition(where) if where is not None else None
        return OnBreach(target, variable, condition, span)

    def core(
        self, clause: Clause, statement: Statement, reader: Reader, core: Node, id: str, label: str,
        trigger: Trigger | None, when: Expr | None, option: tuple[Chosen, ...],
    ) -> Norm:  # fmt: skip
        deontic = core.parts[0]
        assert isinstance(deontic, Node)
        who = deontic.parts[0]
        assert isinstance(who, Node)
        bearer = Declarations(self.names, self.draft.name).party(statement, who)
        base: dict[str, Any] = {
            "id": id, "document": self.draft.name, "clause": clause.number, "label": label,
            "span": statement.span(core), "bearer": bearer, "trigger": trigger, "option": option,
        }  # fmt: skip
        if isinstance(trigger, OnBreach) and trigger.variable == "@it":
            reader.variables.setdefault("@it", Bound("@it", BREACH))
        act: Act | None = None
        declared: OccurrenceDecl | None = None
        if deontic.rule != "maintenance":
            act, declared = self.act(reader, deontic, trigger)
        tails = [part for part in core.parts[1:] if isinstance(part, Node)]
        told = self.tails(reader, tails, declared, act)
        base["when"] = _all([each for each in (when, *told.when) if each is not None])
        base["unless"] = _any(told.unless)
        base["since"], base["until"] = told.since, told.until
        base["excepts"] = tuple(told.excepts)
        if act is not None and (told.where is not None or told.about is not None):
            act = Act(name=act.name, about=told.about or act.about, amount=act.amount, where=told.where)
        match deontic.rule:
            case "maintenance":
                keeps = deontic.parts[1]
                assert keeps is not None
                return Maintenance(**base, keeps=reader.condition(keeps))
            case "obligation":
                assert act is not None
                return Obligation(**base, act=act, window=told.window)
            case "prohibition":
                assert act is not None
                return Prohibition(**base, act=act)
            case _:
                assert act is not None and declared is not None
                changes = declared.needs_basis or declared.sets or told.suspends or told.resumes
                if changes:
                    return Power(
                        **base, act=act, window=told.window, suspends=told.suspends, clock=told.clock, resumes=told.resumes
                    )
                return Permission(**base, act=act, window=told.window)

    def act(self, reader: Reader, deontic: Node, trigger: Trigger | None) -> tuple[Act, OccurrenceDecl]:
        done = deontic.node("act_done")
        assert done is not None
        name = done.parts[0]
        assert isinstance(name, Word)
        declared = reader.occurrence(name)
        about: Expr | None = None
        amount: Expr | None = None
        for each in deontic.nodes("for_path"):
            about = reader.expression(_part(each))
        argument = done.parts[1] if len(done.parts) > 1 else None
        if argument is not None:
            value = reader.expression(argument)
            if kind_of(value).name in ("occurrence", "breach"):
                about = value
            else:
                amount = value
                wanted = next((p.kind for p in declared.params if p.name == declared.accumulates), None)
                if wanted is None:
                    wanted = next((p.kind for p in declared.params if p.kind.name == "money"), None)
                if wanted is not None:
                    reader.want(value, wanted, argument)
        if about is None and isinstance(trigger, OnOccurrence):
            fits = [p for p in declared.params if p.kind == occurrence_of(trigger.name)]
            if fits:
                about = reader.variables[trigger.variable]
        return Act(name=declared.name, about=about, amount=amount), declared

    def tails(self, reader: Reader, tails: list[Node], declared: OccurrenceDecl | None, act: Act | None) -> _Told:
        told = _Told()
        rolls: Expr | None = None
        limit: Limit | None = None
        not_before: Expr | None = None
        within: Node | None = None
        span: Span | None = None
        for tail in tails:
            span = reader.statement.span(tail) if span is None else span.to(reader.statement.span(tail))
            first = next((part for part in tail.parts if part is not None), None)
            match tail.rule:
                case "by" | "before":
                    assert first is not None
                    day = reader.expression(first, DAY)
                    reader.want(day, DAY, first)
                    limit = ByDay(day) if tail.rule == "by" else BeforeDay(day)
                case "within":
                    within = tail
                    parts = [part for part in tail.parts if part is not None]
                    length = reader.expression(parts[0])
                    reader.want(length, PERIOD, parts[0])
                    of = reader.expression(parts[1]) if len(parts) > 1 else None
                    limit = Within(length, _moment(of))
                case "reasonable":
                    limit = Reasonable(self.reasonable(reader, tail))
                case "at_once":
                    limit = AtOnce()
                case "not_before":
                    assert first is not None
                    not_before = reader.expression(first, DAY)
                    reader.want(not_before, DAY, first)
                case "where":
                    assert first is not None
                    before, reader.act = reader.act, declared
                    told.where = reader.condition(first)
                    reader.act = before
                case "when" | "unless" | "until":
                    assert first is not None
                    before, reader.act = reader.act, declared
                    made = reader.condition(first)
                    reader.act = before
                    if tail.rule == "when":
                        told.when.append(made)
                    elif tail.rule == "unless":
                        told.unless.append(made)
                    else:
                        told.until = made
                case "since":
                    assert first is not None
                    told.since = reader.expression(first)
                case "for_what":
                    assert first is not None
                    told.about = reader.expression(_part(first))
                case "rolled":
                    rolls = reader.condition(first) if first is not None else Const(True, FLAG)
                case "except_for":
                    assert isinstance(first, Node)
                    self.exception(reader, first, told)
                case "suspending":
                    word = tail.words()[0]
                    told.suspends = reader.label(word)
                    told.clock = next(
                        (clock for rule, clock in _CLOCKS.items() if tail.node(rule) is not None), Clock.STOPS
                    )
                case "resuming":
                    told.resumes = reader.label(tail.words()[0])
        if isinstance(limit, Within) and limit.of is None and told.since is not None:
            # `自 X 起 限 30日 内`: the period runs from X, which then is no condition of its own.
            limit, told.since = Within(limit.period, _moment(told.since)), None
        if limit is not None or not_before is not None:
            told.window = Window(limit, not_before, rolls, span or reader.statement.span(within))
        elif rolls is not None:
            told.window = Window(None, None, rolls, span or reader.statement.span())
        return told

    def reasonable(self, reader: Reader, tail: Node) -> str:
        words = tail.words()
        spelling = words[0].text if words else "reasonable_period"
        declared = self.names.find(spelling)
        if not isinstance(declared, QuestionDecl):
            if words:
                raise reader.unknown(words[0], "question", "问题", reader._called(QuestionDecl))
            raise reader.fail(
                "undeclared", tail, "nothing says who judges what time is reasonable", "没有写明由谁判断合理期限",
                Said('declare `| question reasonable_period: "is the period reasonable?"`', "请声明问题，并写 `判断依 该问题`"),
            )  # fmt: skip
        return declared.name

    def exception(self, reader: Reader, node: Node, told: _Told) -> None:
        """`except mobile` (a condition) or `except 三.2b` (another norm)."""
        if node.rule == "target_name":
            word = node.words()[0]
            if word.text not in self.names.labels:
                told.unless.append(reader.condition(word))
                return
        told.excepts.append(reader.target(node))

    # -- the rest, one method a construct

    def make_amount(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        named = node.node("decl_name")
        assert named is not None
        name = named.words()[0].text
        lead = node.node("for_each")
        trigger = self.trigger(reader, lead) if lead is not None else None
        rest = [part for part in node.parts if part is not None and part is not named and part is not lead]
        value = reader.expression(rest[0], money_in("CNY"))
        kind = kind_of(value)
        if kind.name not in ("money", "count"):
            raise reader.fail("kind", rest[0], f"an amount is money or a count, not a {kind}", "金额须为金额或数量")
        where = claimable = None
        for tail in rest[1:]:
            if isinstance(tail, Node) and tail.rule == "where":
                where = reader.condition(_part(tail))
            elif isinstance(tail, Node) and tail.rule == "claimable":
                claimable = reader.condition(_part(tail))
        self.names.amount_kinds[name] = kind
        self.draft.built.append(
            AmountRule(
                name=name, document=self.draft.name, clause=clause.number, span=statement.span(node), trigger=trigger,
                value=value, where=where, claimable=claimable, option=option, kind=kind,
            )
        )  # fmt: skip

    def loss(
        self, clause: Clause, statement: Statement, reader: Reader, node: Node, id: str, trigger: Trigger | None,
        when: Expr | None, option: tuple[Chosen, ...],
    ) -> None:  # fmt: skip
        path, who = (part for part in node.parts if isinstance(part, Node))
        value = reader.expression(path)
        bearer = Declarations(self.names, self.draft.name).party(statement, who)
        self.draft.built.append(
            LossRule(
                id=id, document=self.draft.name, clause=clause.number, span=statement.span(node), trigger=trigger,
                when=when, loss=value, bearer=bearer, option=option,
            )
        )  # fmt: skip

    def make_prevails(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        self.priority(clause, statement, node, option, turned=node.rule == "subject_to")

    make_subject_to = make_prevails

    def priority(self, clause: Clause, statement: Statement, node: Node, option: tuple[Chosen, ...], turned: bool) -> None:
        reader = self.reader(statement)
        named = node.parts[0]
        others = [part for part in node.parts[1:] if isinstance(part, Node)]
        over = reader.target(others[0])
        when = self.condition_of(reader, others[1:])
        by: Target
        if isinstance(named, Word):
            by = ByLabel(reader.label(named)) if named.text in self.names.labels else self.document_or_fail(reader, named)
        else:
            by = ByClause(clause.number)
        if turned:
            by, over = over, by
        self.draft.built.append(
            Priority(
                how="prevails", by=by, over=over, when=when, document=self.draft.name, clause=clause.number,
                span=statement.span(node), option=option,
            )
        )  # fmt: skip

    def document_or_fail(self, reader: Reader, word: Word) -> Target:
        from contractlang.norms import ByDocument

        if word.text == self.draft.name or word.text in self.library:
            return ByDocument(word.text)
        raise reader.unknown(word, "norm", "规范", list(self.names.labels))

    def condition_of(self, reader: Reader, parts: list[Node]) -> Expr | None:
        from contractlang.norms import Not

        for part in parts:
            made = reader.condition(_part(part))
            return Not(made) if part.rule == "unless" else made
        return None

    def make_limits(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        parts = [part for part in node.parts if part is not None]
        target, by = parts[0], parts[1]
        assert isinstance(target, Node) and isinstance(by, Word)
        self.draft.built.append(
            Priority(
                how="limits", by=ByLabel(reader.label(by)), over=reader.target(target),
                when=self.condition_of(reader, [p for p in parts[2:] if isinstance(p, Node)]), document=self.draft.name,
                clause=clause.number, span=statement.span(node), option=option,
            )
        )  # fmt: skip

    def make_voids(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        parts = [part for part in node.parts if isinstance(part, Node)]
        self.draft.built.append(
            Priority(
                how="voids", by=ByClause(clause.number), over=reader.target(parts[0]),
                when=self.condition_of(reader, parts[1:]), document=self.draft.name, clause=clause.number,
                span=statement.span(node), option=option,
            )
        )  # fmt: skip

    def make_lapses(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        self.bar("lapses", clause, statement, node)

    def make_time_barred(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        self.bar("time-barred", clause, statement, node)

    def bar(self, how: Literal["lapses", "time-barred"], clause: Clause, statement: Statement, node: Node) -> None:
        reader = self.reader(statement)
        parts = [part for part in node.parts if part is not None]
        target: Target = ByClause(clause.number)
        if how == "lapses":
            first = parts.pop(0)
            assert isinstance(first, Node)
            target = reader.target(first)
        length = reader.expression(parts[0])
        reader.want(length, PERIOD, parts[0])
        restarting = parts[2] if len(parts) > 2 else None
        reader.variables.setdefault("breach", Bound("breach", BREACH))
        self.draft.built.append(
            Bar(
                how=how, target=target, period=length, since=reader.expression(parts[1]),
                restarting=reader.occurrence(restarting).name if restarting is not None else None,
                document=self.draft.name, clause=clause.number, span=statement.span(node),
            )
        )  # fmt: skip

    def make_takes_effect(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        parts = [part for part in node.parts if part is not None and not _is_rule(part, "agreement_word")]
        rolls = first_day = where = None
        if node.rule == "lasts":
            value = reader.expression(parts[0], PERIOD)
            reader.want(value, PERIOD, parts[0])
            for tail in parts[1:]:
                assert isinstance(tail, Node)
                inner = next((part for part in tail.parts if part is not None), None)
                made = reader.condition(inner) if inner is not None else Const(True, FLAG)
                rolls, first_day = (made, first_day) if tail.rule == "rolled" else (rolls, made)
        else:
            value = reader.condition(parts[0])
            where = reader.condition(parts[1]) if len(parts) > 1 else None
        how: Any = node.rule
        self.draft.built.append(
            Life(
                how=how, value=value, where=where, rolls=rolls, first_day_counted=first_day, document=self.draft.name,
                clause=clause.number, span=statement.span(node), option=option,
            )
        )  # fmt: skip

    make_lasts = make_renews = make_ends = make_takes_effect

    def make_states(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        how: Any = node.rule
        self.draft.built.append(
            Remark(
                how=how, text=node.words()[0].text, document=self.draft.name, clause=clause.number,
                span=statement.span(node), option=option,
            )
        )  # fmt: skip

    make_not_formalised = make_states

    def make_see(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        word = node.words()[0]
        known = [each.number for each in self.written.clauses]
        if not any(same_clause(word.text, number) for number in known):
            self.names.unknown(word.text, statement.span(word), Said("clause", "条款"), known)
        self.make_states(clause, statement, node, label, option)

    def make_survives(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        self.draft.surviving.add(clause.number)

    def make_excludes(self, clause: Clause, statement: Statement, node: Node, label: Word | None, option: tuple[Chosen, ...]) -> None:
        reader = self.reader(statement)
        left, right = (reader.occurrence(word).name for word in node.words())
        how: Any = node.rule
        self.draft.relations.append(RelationDecl(how=how, left=left, right=right, document=self.draft.name, span=statement.span(node)))

    make_implies = make_only_after = make_excludes

    def defaults(self, statements: list[tuple[Clause, Statement]]) -> None:
        """Read which options are defaults, and when: last, since a condition may name any blank."""
        current: ReadingDecl | None = None
        for _, statement in statements:
            body = statement.body
            if body.rule == "reading":
                named = body.node("decl_name")
                found = self.names.find(named.words()[0].text) if named is not None else None
                current = found if isinstance(found, ReadingDecl) else None
            elif body.rule == "option" and current is not None:
                named = body.node("decl_name")
                assert named is not None
                made = []
                for node in body.nodes("default"):
                    layer, when = None, None
                    for part in node.parts:
                        if isinstance(part, Word) and layer is None and part is node.parts[0]:
                            layer = part.text
                        elif part is not None:
                            reader = self.reader(statement)
                            try:
                                when = reader.condition(part)
                            except Mistake:
                                continue
                    made.append(Default(layer, when))
                if made:
                    name = named.words()[0].text
                    listed = self.options[current.name]
                    self.options[current.name] = [
                        replace(each, defaults=(*each.defaults, *made)) if each.name == name else each
                        for each in listed
                    ]
                    self.replace_reading(current)

    # -- the result

    def contract(self) -> Contract:
        draft = self.draft
        norms = [_with(each, survives=True) if each.clause in draft.surviving else each for each in draft.built if isinstance(each, _NORMS)]
        self.same_ids(norms)
        clauses = self.clause_texts()
        return Contract(
            name=draft.name, alias=draft.alias, title=draft.title, kind=draft.kind, amends=draft.amends, rank=draft.rank,
            valid_from=draft.valid_from, valid_to=draft.valid_to, truncated=draft.truncated, uses=tuple(draft.uses),
            governed_by=tuple(draft.governed_by), clauses=clauses, declarations=dict(self.names.declarations),
            relations=tuple(draft.relations), norms=tuple(norms),
            amounts=tuple(each for each in draft.built if isinstance(each, AmountRule)),
            losses=tuple(each for each in draft.built if isinstance(each, LossRule)),
            priorities=tuple(each for each in draft.built if isinstance(each, Priority)),
            bars=tuple(each for each in draft.built if isinstance(each, Bar)),
            life=tuple(each for each in draft.built if isinstance(each, Life)),
            remarks=tuple(each for each in draft.built if isinstance(each, Remark)),
            path=self.written.source.path, chinese=self.written.source.is_chinese,
            text_hash=_digest("\n".join("\n".join(each.lines) for each in clauses)),
            meaning_hash=meaning_of((draft.name, draft.rank, draft.truncated, tuple(draft.built), tuple(sorted(draft.surviving)),
                                     tuple(self.names.declarations.values()), tuple(draft.relations))),
        )  # fmt: skip

    def same_ids(self, norms: list[Norm]) -> None:
        """Norms of one id are the alternatives of one reading, or lines that go together; others are mistaken."""
        seen: dict[str, Norm] = {}
        for norm in norms:
            other = seen.setdefault(norm.id, norm)
            if other is not norm and type(other) is not type(norm) and not (other.option and norm.option):
                self.wrong.append(
                    error(
                        "duplicate", norm.span, f"two different norms are called `{norm.id}`", f"两条不同的规范都叫`{norm.id}`",
                        Said("give one of them another letter", "给其中一条换一个字母"),
                        (Label(other.span, Said("the other one", "另一条")),),
                    )
                )  # fmt: skip

    def clause_texts(self) -> tuple[ClauseText, ...]:
        found: list[ClauseText] = []
        written = self.written.clauses
        for index, clause in enumerate(written):
            after = written[index + 1].number if index + 1 < len(written) else ""
            heading = len(clause.text) <= 1 and bool(clause.number) and after.startswith(clause.number + ".")
            found.append(ClauseText(clause.number, tuple(clause.text), clause.span, heading and not clause.statements))
        return tuple(found)


_NORMS = (Obligation, Maintenance, Prohibition, Permission, Power)
_CLOCKS = {"clock_stops": Clock.STOPS, "clock_runs": Clock.RUNS, "clock_extends": Clock.EXTENDS}


@dataclass
class _Told:
    """What the tails of a norm say."""

    window: Window | None = None
    when: list[Expr] = field(default_factory=list)
    unless: list[Expr] = field(default_factory=list)
    until: Expr | None = None
    since: Expr | None = None
    where: Expr | None = None
    about: Expr | None = None
    excepts: list[Target] = field(default_factory=list)
    suspends: str | None = None
    clock: Clock = Clock.STOPS
    resumes: str | None = None


def _part(node: Node | Word) -> Node | Word:
    if isinstance(node, Word):
        return node
    return next(part for part in node.parts if part is not None)


def _is_rule(part: Node | Word, rule: str) -> bool:
    return isinstance(part, Node) and part.rule == rule


def _moment(of: Expr | None) -> Expr | None:
    return of


def _all(parts: list[Expr]) -> Expr | None:
    if not parts:
        return None
    flat = tuple(x for part in parts for x in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def _any(parts: list[Expr]) -> Expr | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _with(norm: Norm, **changes: Any) -> Norm:
    values = {each.name: getattr(norm, each.name) for each in fields(norm)}
    return type(norm)(**{**values, **changes})


def same_clause(one: str, other: str) -> bool:
    """Tell whether two clause numbers are the same, whether written `五.3` or `5.3`."""
    return plain_number(one) == plain_number(other)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def meaning_of(value: object) -> str:
    """Return a hash of a meaning: of everything but its places in the text."""
    return _digest(json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_plain(getattr(value, each.name)) for each in fields(value) if each.name != "span")]
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


_ = (BlankDecl, COUNT, Declaration, Happened, INSTANT, Kind, StateDecl, Who, Bearer)
