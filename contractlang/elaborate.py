"""From syntax to meaning: every statement of a document becomes declarations, norms and their relations.

A statement that cannot be given a meaning is reported and left out; the others go on, so one broken line does not
hide the rest. `load.py` decides whether a contract with errors may be asked anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from functools import cache
from operator import is_ as _is
from typing import Any, Literal, TypedDict

from contractlang.declarations import Declarations
from contractlang.diagnostic import Diagnostic, Label, Said, error, warning
from contractlang.expressions import Mistake, Reader
from contractlang.grammar import keywords
from contractlang.kinds import BREACH, DAY, FLAG, PERIOD, TEXT, Kind, in_english, money_in, occurrence_of
from contractlang.meaning import digest, spelled
from contractlang.names import Names
from contractlang.norms import (
    Act,
    AmountRule,
    And,
    AtOnce,
    Bar,
    BeforeDay,
    BlankDecl,
    Bound,
    ByClause,
    ByDay,
    ByDocument,
    ByLabel,
    Change,
    Chosen,
    ClauseText,
    Clock,
    Const,
    Contract,
    Default,
    Expr,
    Fill,
    Life,
    Limit,
    LossRule,
    Maintenance,
    Norm,
    Not,
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
    SourceNote,
    Standing,
    Status,
    Target,
    Trigger,
    Window,
    Within,
    kind_of,
    version_name,
)
from contractlang.numerals import plain_number
from contractlang.records import fields_of
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written
from contractlang.values import Roll

_RANKS: dict[str, Rank] = {
    "mandatory": "mandatory", "强制": "mandatory", "agreed": "agreed", "约定": "agreed",
    "gap-filling": "gap-filling", "填补": "gap-filling",
}  # fmt: skip
_STATUSES: dict[str, Status] = {
    "binding": "binding", "效力性": "binding", "administrative": "administrative", "管理性": "administrative",
    "enabling": "enabling", "授权性": "enabling", "procedural": "procedural", "程序性": "procedural",
}  # fmt: skip
_KINDS: dict[str, Literal["agreement", "law", "vocabulary", "supplement"]] = {
    "agreement": "agreement", "协议": "agreement", "law": "law", "法律": "law", "vocabulary": "vocabulary",
    "词汇": "vocabulary", "supplement": "supplement", "补充": "supplement",
}  # fmt: skip

_MARKS: dict[str, Literal["consistent", "single", "partial", "memory"]] = {
    "consistent": "consistent", "多源一致": "consistent", "single": "single", "单一来源": "single",
    "partial": "partial", "部分核实": "partial", "memory": "memory", "未核实": "memory",
}  # fmt: skip

_ROLLS: dict[str, Roll] = {
    "rolled": "following", "rolled_back": "preceding", "rolled_in_month": "in month",
}  # fmt: skip

Built = Norm | AmountRule | LossRule | Priority | Bar | Life | Fill | Remark


class _Place(TypedDict):
    """Where something stands."""

    document: str
    clause: str
    span: Span


class _Stood(_Place):
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
class _Here:
    """Where a construct stands: its clause and that clause's force, its statement, its label, its readings' options."""

    clause: str
    statement: Statement
    node: Node
    label: Word | None
    option: tuple[Chosen, ...]
    standing: Standing


@dataclass(slots=True)
class _Made:
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


@dataclass
class Memo:
    """What the statements of one document meant when it was last read.

    A statement means the same again, wherever it now stands in the file, while its clause and everything that the
    document declares are the same.
    """

    seen: object = None
    own: tuple[object, str] = (None, "")
    made: dict[tuple[object, ...], _Made] = field(default_factory=dict)

    def told(self) -> dict[int, dict[object, Any]]:
        """Return room for what checks find out about each rule, by its identity: kept as long as its meaning is."""
        return {
            id(rule): room
            for made in self.made.values()
            for rule, room in zip(made.built, made.told, strict=True)
        }


def elaborate(
    written: Written, library: Mapping[str, Contract], near: Iterable[str] = (), memo: Memo | None = None
) -> tuple[Contract, list[Diagnostic]]:
    """Return what `written` means, with everything wrong in it.

    `library` holds the documents it may use, by name; `near` are the names of others that might have been meant.
    """
    return _Elaboration(written, library, near, Memo() if memo is None else memo).run()


def head_of(written: Written) -> tuple[str, list[tuple[str, Span]]]:
    """Return the document's name and the names it uses or amends, before anything else is read."""
    name, uses = "", []
    for _, statement in written.statements():
        if statement.body.rule not in ("document", "uses"):
            continue
        words = [part for part in statement.body.parts if isinstance(part, Word)]
        if statement.body.rule == "document" and not name:
            name = words[0].text
            amended = _amended(statement.body)
            uses += [(amended.text, statement.span(amended))] if amended is not None else []
        elif statement.body.rule == "uses":
            uses += [(word.text, statement.span(word)) for word in words]
    return name, uses


class _Elaboration:
    def __init__(
        self, written: Written, library: Mapping[str, Contract], near: Iterable[str], memo: Memo
    ) -> None:
        near = list(near)
        self.written, self.library, self.near, self.memo = written, library, near, memo
        self.statements = written.statements()
        self.of_rule: dict[str, list[tuple[Clause, Statement]]] = {}
        for each in self.statements:
            self.of_rule.setdefault(each[1].body.rule, []).append(each)
        self.draft = Draft()
        self.names = Names(words=keywords(), chinese=written.source.is_chinese)
        self.wrong = self.names.wrong
        self.names.work_out = self.work_out_amount
        self.declarations = Declarations(self.names, "")
        self.names.clauses = {
            plain_number(each.number): each.number for each in written.clauses if each.number
        }
        self.names.documents = {name: each.name for name, each in library.items()} | {
            each: each for each in near
        }
        self.standings: dict[int, Standing] = {}
        self.switches: dict[int, tuple[Chosen, ...]] = {}
        self.reading: str | None = None
        self.options: dict[str, list[ReadingOption]] = {}
        self.count: Counter[str] = Counter()
        self.made = _Made(0)

    # -- the order of things

    def run(self) -> tuple[Contract, list[Diagnostic]]:
        for clause, statement in self.statements:
            if self.is_head(clause) or statement.body.rule not in _OF_A_CLAUSE:
                self.head(statement)
        if not self.draft.name:
            self.no_head()
        self.layered()
        self.stand()
        self.bring_in()
        self.bring_in_the_amended()
        self.declarations = Declarations(self.names, self.draft.name)
        self.declarations.take(statement for _, statement in self.statements)
        self.collect_options()
        self.collect_switches()
        self.collect_sources()
        self.collect_changes()
        self.collect_labels()
        for _, statement in self.of_rule.get("define", ()):
            self.attempt(self.declarations.define, statement, statement.body)
        self.everything()
        self.defaults()
        return self.contract(), self.wrong

    def attempt(self, act: Callable[..., None], *args: object) -> None:
        try:
            act(*args)
        except Mistake:
            return

    def everything(self) -> None:
        """Read what the statements lay down, or take over what they meant when nothing they can see has changed."""
        seen = self.what_is_declared()
        before = self.memo.made if seen == self.memo.seen else {}
        self.memo.seen, self.memo.made = seen, {}
        for clause, statement in self.statements:
            rule = statement.body.rule
            if rule == "reading":
                found = self.names.find(_names_of(statement.body)[0])
                self.reading = found.name if isinstance(found, ReadingDecl) else None
            if rule in _ONLY_DECLARE and not self.fills_by_definition(statement):
                continue
            number = clause.number or "0"
            force = self.standing(clause), self.switches[id(clause)]
            key = (statement.raw, clause.number, self.reading, self.count[number], *force)
            made = before.get(key)
            if made is None:
                made = self.make(clause, statement)
            elif made.base != statement.base:
                made = _moved_to(statement.base, made)
            self.memo.made[key] = made
            self.count[number] += made.unnamed
            self.take(clause, made)

    def make(self, clause: Clause, statement: Statement) -> _Made:
        self.made = made = _Made(statement.base)
        already = len(self.wrong)
        self.attempt(self.statement, clause, statement)
        made.wrong = self.wrong[already:]
        del self.wrong[already:]
        rules = [each for each in made.built if not isinstance(each, Remark)]
        made.told = [{} for _ in made.built]
        made.meaning = spelled((*rules, *made.relations)) if rules or made.relations else ""
        return made

    def take(self, clause: Clause, made: _Made) -> None:
        draft = self.draft
        draft.built += made.built
        draft.relations += made.relations
        if made.meaning:
            draft.meanings.append(made.meaning)
        self.wrong += made.wrong
        self.names.amount_kinds.update(made.kinds)
        if made.survives:
            draft.surviving.add(clause.number)

    def what_is_declared(self) -> object:
        """Return all that a statement can see of the others."""
        declaring = []
        for _, statement in self.statements:
            rule = statement.body.rule
            if rule == "option":
                declaring.append(" ".join(_names_of(statement.body)))
            elif rule in _ONLY_DECLARE or rule == "amount":
                declaring.append(statement.raw)
        seen = [*self.draft.uses, *([self.draft.amends] if self.draft.amends else [])]
        used = [(name, self.library[name].meaning_hash) for name in seen if name in self.library]
        return (
            self.draft.name, self.written.source.path, tuple(declaring), tuple(used), frozenset(self.names.labels),
            frozenset(self.names.clauses), frozenset(self.names.documents),
        )  # fmt: skip

    def no_head(self) -> None:
        path = self.written.source.path
        stem = re.sub(r"\W+", "-", path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        self.draft.name = stem or "contract"
        # A pasted text without any norm line is a valid file: all of it is yet to be formalised.
        say = error if self.written.statements() else warning
        self.wrong.append(
            say(
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
                amended = _amended(body)
                if amended is not None:
                    draft.amends = amended.text
                    names = names[:-1]
                draft.alias = names[1].text if len(names) > 1 else ""
                draft.rank = "mandatory" if draft.kind == "law" else "agreed"
            case "rank":
                inner = body.node("rank_kind")
                assert inner is not None
                draft.rank = _RANKS[inner.words()[0].text]
            case "status":
                inner = body.node("status_kind")
                assert inner is not None
                draft.status = _STATUSES[inner.words()[0].text]
            case "layer":
                draft.layer = _layer(words[0])
            case "version":
                draft.version = words[0].text
                draft.name = version_name(draft.name, draft.version)
            case "truncated":
                draft.truncated = True
            case "retroactive":
                draft.retroactive = True
            case "governed":
                draft.governed_by += [word.text for word in words if word.kind == "NAME"]
            case "valid":
                draft.valid_from, draft.valid_to = self.days(statement)
            case _:
                pass

    # -- the force of a clause

    def is_head(self, clause: Clause) -> bool:
        """Tell whether what stands there is said of the whole document: above all text, or beneath its title."""
        if clause is self.written.preamble:
            return True
        title = clause is self.written.clauses[0] and not clause.number
        return title or any(each.body.rule == "document" for each in clause.statements)

    def layered(self) -> None:
        """Report a law that does not say to which layer it belongs, and a layer of what is no law."""
        said = {rule: each[-1][1] for rule, each in self.of_rule.items()}
        is_law, head = self.draft.kind == "law", said.get("document")
        if is_law and "layer" not in said and head is not None:
            self.wrong.append(
                error(
                    "layer", head.span(), "the law does not say to which layer of law it belongs",
                    "该法律没有写明属于哪一层", Said("write beneath it `| layer civil`", "在其下写 `| 层 civil`"),
                )
            )  # fmt: skip
        elif not is_law and "layer" in said:
            self.wrong.append(
                error(
                    "layer", said["layer"].span(), "only a law belongs to a layer", "只有法律才属于某一层",
                    Said("remove this line", "删去此行"),
                )
            )  # fmt: skip

    def stand(self) -> None:
        """Find the force of each clause that says it of itself: elsewhere the document's holds."""
        for clause in self.written.clauses:
            told = [each for each in clause.statements if each.body.rule in _OF_A_CLAUSE]
            if not told or self.is_head(clause):
                continue
            standing = self.standing(clause)
            for statement in told:
                inner = statement.body.parts[0]
                assert isinstance(inner, Node)
                match statement.body.rule:
                    case "rank":
                        standing = replace(standing, rank=_RANKS[inner.words()[0].text])
                    case "status":
                        standing = replace(standing, status=_STATUSES[inner.words()[0].text])
                    case _:
                        first, last = self.days(statement)
                        last = last or self.draft.valid_to
                        self.within_the_document(statement, first, last)
                        standing = replace(standing, valid_from=first, valid_to=last)
            self.standings[id(clause)] = standing

    def standing(self, clause: Clause) -> Standing:
        """Return the force of what stands beneath a clause."""
        draft = self.draft
        whole = Standing(draft.rank, draft.status, draft.valid_from, draft.valid_to)
        return self.standings.get(id(clause), whole)

    def days(self, statement: Statement) -> tuple[date | None, date | None]:
        """Return the first and the last day of validity; an end before the beginning is reported."""
        dates = [self.date(statement, node) for node in statement.body.nodes("date")]
        first, last = dates[0], dates[1] if len(dates) > 1 else None
        if first is not None and last is not None and last < first:
            en, zh = f"{last} comes before {first}", f"{last}早于{first}"
            help = Said(f"write `valid from {last} to {first}`", f"写 `施行 自 {last} 至 {first}`")
            self.wrong.append(error("validity", statement.span(), en, zh, help))
            return first, None
        return first, last

    def within_the_document(self, statement: Statement, first: date | None, last: date | None) -> None:
        """Report a clause that is to be valid when its document is not."""
        begins, ends = self.draft.valid_from, self.draft.valid_to
        early = begins is not None and first is not None and first < begins
        late = ends is not None and (
            (last is not None and last > ends) or (first is not None and first > ends)
        )
        if not (early or late):
            return
        whole = f"{begins or '…'} to {ends}" if ends else f"{begins}"
        zh = f"{begins or '……'} 至 {ends}" if ends else f"{begins}"
        low = begins if early or first is None else first
        en_end, zh_end = (f" to {ends}", f" 至 {ends}") if late else ("", "")
        self.wrong.append(
            error(
                "validity", statement.span(), f"the document itself is valid from {whole} only",
                f"本文书自身的施行期仅为自 {zh}",
                Said(f"write `valid from {low}{en_end}`", f"写 `施行 自 {low}{zh_end}`"),
            )
        )  # fmt: skip

    def collect_switches(self) -> None:
        """Find, for each clause, the switches under which all of it stands: those of the head, and its own."""
        of_all: tuple[Chosen, ...] = ()
        for clause in (self.written.preamble, *self.written.clauses):
            own = tuple(
                Chosen(found.name, "on")
                for statement in clause.statements
                if statement.body.rule == "unverified" and (found := self.switch(statement)) is not None
            )
            if self.is_head(clause):
                of_all += own
                own = ()
            self.switches[id(clause)] = (*of_all, *own)

    def switch(self, statement: Statement) -> ReadingDecl | None:
        """Return the reading that turns a clause on; one that cannot is reported."""
        found = self.names.find(_names_of(statement.body)[0])
        if not isinstance(found, ReadingDecl):
            return None
        if not {"on", "off"} <= {each.name for each in found.options}:
            en, zh = f"`{found.name}` cannot be turned on and off", f"`{found.name}`不能开启和关闭"
            help = Said(
                "give it the options `off` and `on`, or choose another name",
                "请列出选项 `off` 与 `on`，或换一个名称",
            )
            self.wrong.append(error("option", statement.span(), en, zh, help))
            return None
        return found

    def collect_sources(self) -> None:
        """Keep where each clause was read."""
        for clause, statement in self.of_rule.get("source", ()):
            if not clause.number:
                en, zh = "nothing says which clause was read there", "没有写明这是哪一条的出处"
                help = Said("write it beneath the clause", "请写在该条之下")
                self.wrong.append(error("source", statement.span(), en, zh, help))
                continue
            mark = statement.body.node("mark")
            assert mark is not None
            self.draft.sources.append(
                SourceNote(
                    clause=clause.number, citation=statement.body.words()[0].text, mark=_MARKS[mark.words()[0].text],
                    span=statement.span(),
                )
            )  # fmt: skip

    # -- other documents

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

    def bring_in(self) -> None:
        """Bring in the declarations of the documents used."""
        for _, statement in self.of_rule.get("uses", ()):
            for word in statement.body.words():
                used = self.library.get(word.text)
                if used is None:
                    known = [*self.library, *self.near]
                    self.names.unknown(word.text, statement.span(word), Said("document", "文书"), known)
                    continue
                self.draft.uses.append(used.name)
                self.draft.relations += used.relations
                for declared in used.declarations.values():
                    if declared.name not in self.names.declarations:
                        self.names.declare(declared)

    def bring_in_the_amended(self) -> None:
        """Bring in all that can be said in the document that a supplement amends, and in what that one amends."""
        head = next((each for _, each in reversed(self.statements) if each.body.rule == "document"), None)
        if self.draft.kind != "supplement" or head is None:
            return
        word = _amended(head.body)
        if word is None:
            en, zh = "the supplement does not say what it amends", "补充协议没有写明补充哪一文书"
            help = Said(
                f"write `| supplement {self.draft.name} to hosting`",
                f"写 `| 补充 {self.draft.name} 至 hosting`",
            )
            self.wrong.append(error("change", head.span(), en, zh, help))
            return
        amended = self.library.get(word.text)
        if amended is None:
            known = {each.name for each in self.library.values()} | set(self.near)
            self.names.unknown(word.text, head.span(word), Said("document", "文书"), sorted(known))
            return
        self.draft.amends = amended.name
        self.draft.relations += [each for each in amended.relations if each not in self.draft.relations]
        for declared in amended.declarations.values():
            if declared.name not in self.names.declarations:
                self.names.declare(declared)
        for contract in self.amended():
            for number in (each.number for each in contract.clauses if each.number):
                self.names.clauses.setdefault(plain_number(number), number)
            for norm in contract.norms:
                if len(norm.label) > 1 and not norm.label.startswith("@") and "~" not in norm.label:
                    self.names.labels.setdefault(norm.label, norm.span)
            for amount in contract.amounts:
                self.names.amount_kinds.setdefault(amount.name, amount.kind)
                for called in filter(None, (amount.name, amount.alias)):
                    self.names.amounts.setdefault(called, amount.name)

    def amended(self) -> list[Contract]:
        """Return the document that a supplement amends, what that one amends, and so on."""
        found: list[Contract] = []
        above = self.library.get(self.draft.amends or "")
        while above is not None and above not in found:
            found.append(above)
            above = self.library.get(above.amends or "")
        return found

    def collect_changes(self) -> None:
        """Find which clauses of the document amended are replaced and repealed."""
        clauses = {
            plain_number(each.number): each.number for contract in self.amended() for each in contract.clauses
            if each.number
        }  # fmt: skip
        changed: dict[str, Span] = {}
        if not self.of_rule.keys() & {"replaces", "repeals", "retroactive"}:
            return
        for clause, statement in self.statements:
            rule = statement.body.rule
            if rule not in ("replaces", "repeals", "retroactive"):
                continue
            if self.draft.kind != "supplement":
                en, zh = "only a supplement changes another document", "只有补充协议才能改变其他文书"
                help = Said("begin with `| supplement name to hosting`", "开头写 `| 补充 名称 至 hosting`")
                self.wrong.append(error("change", statement.span(), en, zh, help))
            elif rule != "retroactive" and clauses:
                self.change(clause, statement, clauses, changed)

    def change(
        self, clause: Clause, statement: Statement, clauses: dict[str, str], changed: dict[str, Span]
    ) -> None:
        word = statement.body.words()[0]
        number, span = plain_number(word.text), statement.span()
        if number not in clauses:
            self.names.unknown(
                word.text, statement.span(word), Said(f"clause of {self.draft.amends}", f"`{self.draft.amends}`条款"),
                clauses.values(),
            )  # fmt: skip
            return
        if number in changed:
            en, zh = f"clause {clauses[number]} is changed twice", f"条款{clauses[number]}被改变两次"
            labels = (Label(changed[number], Said("here it is changed first", "此处先已改变")),)
            self.wrong.append(
                error("change", span, en, zh, Said("remove one of the two", "删去其中一处"), labels)
            )
            return
        changed[number] = span
        how: Any = statement.body.rule
        self.draft.changes.append(Change(how=how, target=clauses[number], clause=clause.number, span=span))

    def under_readings(self) -> Iterable[tuple[str, Statement]]:
        """Return every option with the reading it stands under."""
        current: str | None = None
        if "option" not in self.of_rule:
            return
        for _, statement in self.statements:
            body = statement.body
            if body.rule == "reading":
                found = self.names.find(_names_of(body)[0])
                current = found.name if isinstance(found, ReadingDecl) else None
            elif body.rule == "option" and current is not None:
                yield current, statement

    def collect_options(self) -> None:
        """Give every reading its options before anything asks for one."""
        for reading, statement in self.under_readings():
            named = statement.body.node("decl_name")
            assert named is not None
            names = _names_of(statement.body)
            outside = next((part.text for part in named.words() if part.kind == "STRING"), "")
            listed = self.options.setdefault(reading, [])
            if names[0] not in (each.name for each in listed):
                alias = names[1] if len(names) > 1 else ""
                listed.append(ReadingOption(names[0], alias, (), statement.span(named), outside))
        for reading in self.options:
            self.give_options(reading)

    def give_options(self, reading: str) -> None:
        declared = self.names.declarations[reading]
        assert isinstance(declared, ReadingDecl)
        self.names.declarations[reading] = replace(declared, options=tuple(self.options[reading]))

    def collect_labels(self) -> None:
        """Know all labels and amounts before the first expression is read."""
        for _, statement in self.statements:
            body = statement.body
            if body.rule == "amount":
                names = _names_of(body)
                self.names.amounts.update(dict.fromkeys(names, names[0]))
                continue
            label = statement.label
            if body.rule == "option":
                label = next((part for part in body.parts if isinstance(part, Word)), None)
            if label is not None and len(label.text) > 1:
                self.names.labels.setdefault(label.text, statement.span(label))

    # -- statements

    def statement(self, clause: Clause, statement: Statement) -> None:
        if statement.body.rule == "option":
            self.option(clause, statement)
        else:
            standing = self.standing(clause)
            switches = self.switches[id(clause)]
            self.body(_Here(clause.number, statement, statement.body, statement.label, switches, standing))

    def option(self, clause: Clause, statement: Statement) -> None:
        if self.reading is None:
            self.wrong.append(
                error(
                    "option", statement.span(), "an option stands under a reading", "选项须写在解释之下",
                    Said('write `| reading name: "…"` above it', "先写 `| 解释 名称：“……”`"),
                )
            )  # fmt: skip
            return
        body = statement.body
        chosen = (*self.switches[id(clause)], Chosen(self.reading, _names_of(body)[0]))
        label = next((part for part in body.parts if isinstance(part, Word)), None)
        for node in body.parts:
            if isinstance(node, Node) and node.rule not in ("decl_name", "default"):
                standing = self.standing(clause)
                self.body(_Here(clause.number, statement, node, label, chosen, standing))

    def body(self, here: _Here) -> None:
        maker = getattr(self, f"make_{here.node.rule}", None)
        if maker is not None:
            maker(here)

    def reader(self, statement: Statement) -> Reader:
        # The states in law of a supplement are those of the agreement that it amends.
        root = (
            self.amended()[-1].name if self.draft.kind == "supplement" and self.amended() else self.draft.name
        )
        return Reader(self.names, statement, root, knows_all=self.draft.kind == "supplement")

    def place(self, here: _Here) -> _Place:
        return {"document": self.draft.name, "clause": here.clause, "span": here.statement.span(here.node)}

    def stood(self, here: _Here) -> _Stood:
        return {**self.place(here), "standing": here.standing}

    def identify(self, here: _Here) -> tuple[str, str]:
        """Return a norm's stable id and its label."""
        number, label = here.clause or "0", here.label
        if label is None:
            self.made.unnamed += 1
            nth = self.count[number] + self.made.unnamed
            return (number if nth == 1 else f"{number}#{nth}"), ""
        if len(label.text) == 1 and label.text.isascii():
            return number + label.text, label.text
        return f"{number}:{label.text}", label.text

    def make_norm(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        trigger, when = self.leads(reader, here.node)
        id, name = self.identify(here)
        cores = here.node.nodes("core")
        above: Norm | None = None
        for index, core in enumerate(cores):
            inner = core.parts[0]
            assert isinstance(inner, Node)
            if inner.rule == "loss":
                self.loss(here, reader, inner, id, trigger, when)
                continue
            if above is not None:
                # `otherwise`: what a breach of the norm before it brings into force.
                chain, label = f"{id}~{index}", f"{above.label}~{index}"
                trigger = OnBreach(ByLabel(above.label), "@it", None, here.statement.span(core))
                above = self.core(here, reader, core, chain, label, trigger, None)
            else:
                own = name if name or len(cores) == 1 else f"@{id}"
                above = self.core(here, reader, core, id, own, trigger, when)
            self.made.built.append(above)

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
        self,
        here: _Here,
        reader: Reader,
        core: Node,
        id: str,
        label: str,
        trigger: Trigger | None,
        when: Expr | None,
    ) -> Norm:
        deontic = core.parts[0]
        assert isinstance(deontic, Node)
        who = deontic.parts[0]
        assert isinstance(who, Node)
        base: dict[str, Any] = {
            "id": id, "document": self.draft.name, "clause": here.clause, "label": label,
            "span": here.statement.span(core), "bearer": self.declarations.party(here.statement, who),
            "trigger": trigger, "option": here.option, "standing": here.standing,
        }  # fmt: skip
        if isinstance(trigger, OnBreach) and trigger.variable == "@it":
            reader.variables.setdefault("@it", Bound("@it", BREACH))
        act: Act | None = None
        declared: OccurrenceDecl | None = None
        if deontic.rule != "maintenance":
            act, declared = self.act(reader, deontic, trigger)
        tails = [part for part in core.parts[1:] if isinstance(part, Node)]
        told = self.tails(reader, tails, declared)
        base["when"] = _all([each for each in (when, *told.when) if each is not None])
        base["unless"] = _any(told.unless)
        base["since"], base["until"] = told.since, told.until
        base["excepts"] = tuple(told.excepts)
        if act is not None and (told.where is not None or told.about is not None):
            act = Act(name=act.name, about=told.about or act.about, amount=act.amount, where=told.where)
        if deontic.rule == "obligation" and act is not None and declared is not None:
            self.can_name(reader, deontic, declared, act.about)
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
                return Prohibition(**base, act=act, window=told.window)
            case _:
                assert act is not None and declared is not None
                changes = declared.needs_basis or declared.sets or told.suspends or told.resumes
                if changes:
                    more: dict[str, Any] = {
                        "suspends": told.suspends,
                        "clock": told.clock,
                        "resumes": told.resumes,
                    }
                    return Power(**base, act=act, window=told.window, **more)
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

    def can_name(self, reader: Reader, part: Node, declared: OccurrenceDecl, about: Expr | None) -> None:
        """Report a duty about something that the act has no field to name: no act would ever discharge it."""
        kind = None if about is None else kind_of(about)
        named = None if kind is None else self.names.declarations.get(kind.of)
        if kind is None or kind.name != "occurrence" or not isinstance(named, OccurrenceDecl):
            return
        above: OccurrenceDecl | None = named
        while above is not None:
            if any(each.kind == occurrence_of(above.name) for each in declared.params):
                return
            next_above = self.names.declarations.get(above.kind_of or "")
            above = next_above if isinstance(next_above, OccurrenceDecl) else None
        en = f"({named.name}: {named.name})", f"（{named.alias or named.name}：{named.alias or named.name}）"
        word = "act" if declared.is_act else "event"
        zh = "行为" if declared.is_act else "事件"
        raise reader.fail(
            "kind", part, f"`{declared.name}` has no field that names {in_english(occurrence_of(named.name))}",
            f"`{declared.alias or declared.name}`没有字段可以指明是哪一次`{named.alias or named.name}`",
            Said(f"give it one where it is declared: `| {word} {declared.name} {en[0]}`",
                 f"请在声明处添加：`| {zh} {declared.alias or declared.name}{en[1]}`"),
        )  # fmt: skip

    def tails(self, reader: Reader, tails: list[Node], declared: OccurrenceDecl | None) -> _Told:
        told = _Told()
        rolls: Expr | None = None
        roll: Roll = "following"
        limit: Limit | None = None
        not_before: Expr | None = None
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
                    parts = [part for part in tail.parts if part is not None]
                    length = reader.expression(parts[0])
                    reader.want(length, PERIOD, parts[0])
                    of = reader.expression(parts[1]) if len(parts) > 1 else None
                    limit = Within(length, of)
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
                case "rolled" | "rolled_back" | "rolled_in_month":
                    rolls = reader.condition(first) if first is not None else Const(True, FLAG)
                    roll = _ROLLS[tail.rule]
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
                case _:
                    pass
        if isinstance(limit, Within) and limit.of is None and told.since is not None:
            # `自 X 起 限 30日 内`: the period runs from X, which then is no condition of its own.
            limit, told.since = Within(limit.period, told.since), None
        if limit is not None or not_before is not None or rolls is not None:
            told.window = Window(limit, not_before, rolls, span or reader.statement.span(), roll)
        return told

    def reasonable(self, reader: Reader, tail: Node) -> str:
        words = tail.words()
        spelling = words[0].text if words else "reasonable_period"
        declared = self.names.find(spelling)
        if not isinstance(declared, QuestionDecl):
            if words:
                raise reader.unknown(words[0], "question", "问题", self.declarations.called(QuestionDecl))
            raise reader.fail(
                "undeclared",
                tail,
                "nothing says who judges what time is reasonable",
                "没有写明由谁判断合理期限",
                Said(
                    'declare `| question reasonable_period: "is the period reasonable?"`',
                    "请声明问题，并写 `判断依 该问题`",
                ),
            )
        return declared.name

    def exception(self, reader: Reader, node: Node, told: _Told) -> None:
        """`except mobile` (a condition) or `except 三.2b` (another norm)."""
        if node.rule == "target_name":
            word = node.words()[0]
            if word.text not in self.names.labels:
                if word.text not in reader.variables and self.names.find(word.text) is None:
                    raise reader.unknown(word, "norm", "规范", self.names.known())
                told.unless.append(reader.condition(word))
                return
        told.excepts.append(reader.target(node))

    # -- the rest, one method a construct

    def make_amount(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        name, *aliases = _names_of(here.node)
        trigger, value, rest = self.amount_value(reader, here.node)
        kind = kind_of(value)
        if kind.name not in ("money", "count"):
            raise reader.fail(
                "kind", rest[0], f"an amount is money or a count, not {in_english(kind)}", "金额须为金额或数量",
                Said("write for example `is bill.amount`", "例如写 `为 账单.金额`"),
            )  # fmt: skip
        where = claimable = None
        for tail in rest[1:]:
            if isinstance(tail, Node) and tail.rule == "where":
                where = reader.condition(_part(tail))
            elif isinstance(tail, Node) and tail.rule == "claimable":
                claimable = reader.condition(_part(tail))
        self.names.amount_kinds[name] = self.made.kinds[name] = kind
        self.made.built.append(
            AmountRule(
                name=name, alias=aliases[0] if aliases else "", **self.stood(here), trigger=trigger, value=value,
                where=where, claimable=claimable, option=here.option, kind=kind,
            )
        )  # fmt: skip

    def amount_value(self, reader: Reader, node: Node) -> tuple[Trigger | None, Expr, list[Node | Word]]:
        """Return the trigger and the value of a sum's line, and its parts from the value on."""
        named, lead = node.node("decl_name"), node.node("for_each")
        trigger = self.trigger(reader, lead) if lead is not None else None
        rest = [part for part in node.parts if part is not None and part is not named and part is not lead]
        return trigger, reader.expression(rest[0], money_in("CNY")), rest

    def work_out_amount(self, name: str) -> None:
        """Find the kind of a sum that is used above its own line; what is wrong there is reported there."""
        for _, statement in self.statements:
            if statement.body.rule == "amount" and name in _names_of(statement.body):
                already = len(self.wrong)
                try:
                    _, value, _ = self.amount_value(self.reader(statement), statement.body)
                    self.names.amount_kinds[name] = kind_of(value)
                except Mistake:
                    pass
                del self.wrong[already:]
                return

    def loss(
        self, here: _Here, reader: Reader, node: Node, id: str, trigger: Trigger | None, when: Expr | None
    ) -> None:
        path, who = (part for part in node.parts if isinstance(part, Node))
        value = reader.expression(path)
        bearer = self.declarations.party(here.statement, who)
        place = self.stood(replace(here, node=node))
        self.made.built.append(
            LossRule(
                id=id, **place, trigger=trigger, when=when, loss=value, bearer=bearer, option=here.option
            )
        )

    def make_prevails(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        named = here.node.parts[0]
        others = [part for part in here.node.parts[1:] if isinstance(part, Node)]
        over = reader.target(others[0])
        variable, when = self.about_the_beaten(reader, others[1:])
        by: Target = (
            reader.target(named) if isinstance(named, Node)
            else self.norm_or_document(reader, named) if named is not None else ByClause(here.clause)
        )  # fmt: skip
        if here.node.rule == "subject_to":
            by, over = over, by
        self.made.built.append(
            Priority(
                how="prevails",
                by=by,
                over=over,
                when=when,
                **self.stood(here),
                option=here.option,
                variable=variable,
            )
        )

    make_subject_to = make_prevails

    def norm_or_document(self, reader: Reader, word: Word) -> Target:
        if word.text not in self.names.labels and word.text in {self.draft.name, *self.library}:
            return ByDocument(self.names.documents.get(word.text, word.text))
        return ByLabel(reader.label(word))

    def about_the_beaten(self, reader: Reader, parts: list[Node]) -> tuple[str | None, Expr | None]:
        """Return what the clause of the beaten norm is called, and the condition, which may ask about it."""
        variable: str | None = None
        when: Expr | None = None
        for part in parts:
            if part.rule == "as_name":
                variable = part.words()[0].text
                reader.variables[variable] = Bound(variable, TEXT)
            else:
                made = reader.condition(_part(part))
                when = Not(made) if part.rule == "unless" else made
        return variable, when

    def make_limits(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        target, *rest = (part for part in here.node.parts if part is not None)
        by = next(part for part in rest if isinstance(part, Word))
        assert isinstance(target, Node)
        over = reader.target(target)
        variable, when = self.about_the_beaten(reader, [part for part in rest if isinstance(part, Node)])
        self.made.built.append(
            Priority(
                how="limits", by=ByLabel(reader.label(by)), over=over, when=when, **self.stood(here),
                option=here.option, variable=variable,
            )
        )  # fmt: skip

    def make_voids(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        target, *rest = (part for part in here.node.parts if isinstance(part, Node))
        over = reader.target(target)
        variable, when = self.about_the_beaten(reader, rest)
        self.made.built.append(
            Priority(
                how="voids", by=ByClause(here.clause), over=over, when=when, **self.stood(here),
                option=here.option, variable=variable,
            )
        )  # fmt: skip

    def make_lapses(self, here: _Here) -> None:
        first, *rest = (part for part in here.node.parts if part is not None)
        assert isinstance(first, Node)
        self.bar(here, "lapses", self.reader(here.statement).target(first), rest)

    def make_time_barred(self, here: _Here) -> None:
        parts = [part for part in here.node.parts if part is not None]
        self.bar(here, "time-barred", ByClause(here.clause), parts)

    def bar(
        self, here: _Here, how: Literal["lapses", "time-barred"], target: Target, parts: list[Node | Word]
    ) -> None:
        reader = self.reader(here.statement)
        length = reader.expression(parts[0])
        reader.want(length, PERIOD, parts[0])
        reader.variables["breach"] = Bound("breach", BREACH)
        since = reader.expression(parts[1])
        restarting = reader.occurrence(parts[2]).name if len(parts) > 2 else None
        self.made.built.append(
            Bar(
                how=how,
                target=target,
                period=length,
                since=since,
                restarting=restarting,
                **self.stood(here),
                option=here.option,
            )
        )

    def make_takes_effect(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        parts = [
            part for part in here.node.parts if part is not None and not _is_rule(part, "agreement_word")
        ]
        rolls = first_day = where = None
        if here.node.rule == "lasts":
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
        how: Any = here.node.rule
        self.made.built.append(
            Life(
                how=how, value=value, where=where, rolls=rolls, first_day_counted=first_day, **self.stood(here),
                option=here.option,
            )
        )  # fmt: skip

    make_lasts = make_renews = make_ends = make_takes_effect

    def make_fills(self, here: _Here) -> None:
        named = next(part for part in here.node.parts if isinstance(part, Word) and part.kind == "NAME")
        value = next(part for part in here.node.parts if isinstance(part, Node))
        self.fill(here, named, value)

    def make_define(self, here: _Here) -> None:
        """`define due_day is …` fills the hole where another document has one of that name."""
        named, value = here.node.parts[0], here.node.parts[-1]
        assert isinstance(named, Word) and value is not None
        self.fill(here, named, value)

    def fill(self, here: _Here, named: Word, value: Node | Word) -> None:
        reader = self.reader(here.statement)
        declared = self.names.find(named.text)
        is_blank = isinstance(declared, BlankDecl)
        if not is_blank and (declared is not None or self.draft.kind == "supplement"):
            raise reader.unknown(named, "blank", "空白", self.declarations.called(BlankDecl))
        made = reader.expression(value, declared.kind if isinstance(declared, BlankDecl) else None)
        if isinstance(declared, BlankDecl):
            reader.want(made, declared.kind, value)
        blank = declared.name if declared is not None else named.text
        self.made.built.append(Fill(blank=blank, value=made, **self.stood(here), option=here.option))

    def fills_by_definition(self, statement: Statement) -> bool:
        """Tell whether a definition is of a hole that another document has."""
        if statement.body.rule != "define":
            return False
        found = self.names.find(statement.body.words()[0].text)
        return isinstance(found, BlankDecl) and found.document != self.draft.name

    def make_states(self, here: _Here) -> None:
        how: Any = here.node.rule
        text = here.node.words()[0].text
        self.made.built.append(Remark(how=how, text=text, **self.place(here), option=here.option))

    make_not_formalised = make_states

    def make_see(self, here: _Here) -> None:
        word = here.node.words()[0]
        if plain_number(word.text) not in self.names.clauses:
            known = list(self.names.clauses.values())
            self.names.unknown(word.text, here.statement.span(word), Said("clause", "条款"), known)
        self.make_states(here)

    def make_survives(self, here: _Here) -> None:
        self.made.survives = True

    def make_excludes(self, here: _Here) -> None:
        reader = self.reader(here.statement)
        left, right = (reader.occurrence(word).name for word in here.node.words())
        how: Any = here.node.rule
        span = here.statement.span(here.node)
        self.made.relations.append(
            RelationDecl(how=how, left=left, right=right, document=self.draft.name, span=span)
        )

    make_implies = make_only_after = make_excludes

    def defaults(self) -> None:
        """Read which options are defaults, and when: last, since a condition may name any blank."""
        given: dict[str, None] = {}
        for reading, statement in self.under_readings():
            made = []
            for node in statement.body.nodes("default"):
                layer, when = node.parts
                try:
                    condition = self.reader(statement).condition(when) if when is not None else None
                except Mistake:
                    continue
                made.append(Default(_layer(layer) if isinstance(layer, Word) else None, condition))
            if made:
                name = _names_of(statement.body)[0]
                self.options[reading] = [
                    replace(each, defaults=(*each.defaults, *made)) if each.name == name else each
                    for each in self.options[reading]
                ]
                given[reading] = None
        for reading in given:
            self.give_options(reading)

    # -- the result

    def contract(self) -> Contract:
        draft = self.draft
        clauses = self.clause_texts()
        built: dict[type, list[Any]] = {}
        for each in draft.built:
            built.setdefault(type(each), []).append(each)
        norms = [
            replace(each, survives=True) if each.clause in draft.surviving else each
            for each in draft.built
            if isinstance(each, _NORMS)
        ]
        self.same_ids(norms)
        return Contract(
            name=draft.name,
            alias=draft.alias,
            title=draft.title,
            kind=draft.kind,
            amends=draft.amends,
            rank=draft.rank,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            truncated=draft.truncated,
            uses=tuple(draft.uses),
            governed_by=tuple(draft.governed_by),
            clauses=clauses,
            declarations=dict(self.names.declarations),
            relations=tuple(draft.relations),
            norms=tuple(norms),
            amounts=tuple(built.get(AmountRule, ())),
            losses=tuple(built.get(LossRule, ())),
            priorities=tuple(built.get(Priority, ())),
            bars=tuple(built.get(Bar, ())),
            life=tuple(built.get(Life, ())),
            remarks=tuple(built.get(Remark, ())),
            path=self.written.source.path,
            chinese=self.written.source.is_chinese,
            text_hash=digest("\n".join(line for each in clauses for line in each.lines)),
            meaning_hash=self.meaning(),
            layer=draft.layer,
            version=draft.version,
            fills=tuple(built.get(Fill, ())),
            sources=tuple(draft.sources),
            changes=tuple(draft.changes),
            retroactive=draft.retroactive,
        )

    def meaning(self) -> str:
        """Return the hash of what the document means: its places, its remarks and the order of its names left out."""
        draft = self.draft
        head = (
            draft.name, draft.kind, draft.rank, draft.amends, draft.valid_from, draft.valid_to, draft.truncated,
            tuple(draft.governed_by), tuple(sorted(map(plain_number, draft.surviving))),
            tuple(self.library[name].meaning_hash for name in draft.uses),
            *([draft.layer] if draft.layer != "contract" else []),
            *((tuple((each.how, plain_number(each.target), plain_number(each.clause)) for each in draft.changes),
               draft.retroactive, *(each.meaning_hash for each in self.amended()))
              if draft.kind == "supplement" else ()),
        )  # fmt: skip
        return digest("\n".join([spelled(head), self.declared(), *draft.meanings]))

    def declared(self) -> str:
        """Return what the document itself declares, spelled out: the same again while it is written the same."""
        written = self.memo.seen, tuple(each.raw for _, each in self.of_rule.get("option", ()))
        if self.memo.own[0] != written:
            own = [each for each in self.names.declarations.values() if each.document == self.draft.name]
            self.memo.own = written, spelled(tuple(own))
        return self.memo.own[1]

    def same_ids(self, norms: list[Norm]) -> None:
        """Norms of one id are the alternatives of one reading, or lines that go together; others are mistaken."""
        seen: dict[str, Norm] = {}
        for norm in norms:
            other = seen.setdefault(norm.id, norm)
            if other is not norm and type(other) is not type(norm) and not (other.option and norm.option):
                self.wrong.append(
                    error(
                        "duplicate",
                        norm.span,
                        f"two different norms are called `{norm.id}`",
                        f"两条不同的规范都叫`{norm.id}`",
                        Said("give one of them another letter", "给其中一条换一个字母"),
                        (Label(other.span, Said("the other one", "另一条")),),
                    )
                )

    def clause_texts(self) -> tuple[ClauseText, ...]:
        found: list[ClauseText] = []
        written = self.written.clauses
        for index, clause in enumerate(written):
            after = written[index + 1].number if index + 1 < len(written) else ""
            within = after.startswith((clause.number + ".", clause.number + "("))
            heading = len(clause.text) <= 1 and bool(clause.number) and within
            # What does not parse is reported where it stands, not as if nothing had been written.
            says = [each for each in clause.statements if each.body.rule not in _SAY_NOTHING]
            told = bool(says or clause.broken)
            heading = heading and not says
            found.append(ClauseText(clause.number, tuple(clause.text), clause.span, heading, told))
        return tuple(found)


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


def _amended(body: Node) -> Word | None:
    """Return the name of the document that a supplement amends, from the sentence that says what document it is."""
    last, names = (
        body.parts[-1],
        [part for part in body.parts if isinstance(part, Word) and part.kind == "NAME"],
    )
    return last if isinstance(last, Word) and last.kind == "NAME" and len(names) > 1 else None


def _layer(word: Word) -> str:
    return word.text.replace("地方:", "local:")


def _is_rule(part: Node | Word, rule: str) -> bool:
    return isinstance(part, Node) and part.rule == rule


def _names_of(body: Node) -> list[str]:
    """Return the name that a declaration gives, and its name in the other language where there is one."""
    for part in body.parts:
        if isinstance(part, Node) and part.rule == "decl_name":
            return [each.text for each in part.parts if isinstance(each, Word) and each.kind == "NAME"]
    raise AssertionError(f"{body.rule} declares no name")


def _all(parts: list[Expr]) -> Expr | None:
    if not parts:
        return None
    flat = tuple(x for part in parts for x in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def _any(parts: list[Expr]) -> Expr | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


# ---- The same meaning at another place ------------------------------------------------------------------------------


def _moved_to(base: int, made: _Made) -> _Made:
    by = base - made.base
    return _Made(
        base, [_moved(each, by) for each in made.built], [_moved(each, by) for each in made.relations],
        [_moved(each, by) for each in made.wrong], made.kinds, made.survives, made.unnamed, made.meaning,
        made.told,
    )  # fmt: skip


def _moved(value: Any, by: int) -> Any:
    """Return `value` with every place in it moved by so many characters; what has no place stays the same object."""
    kind: Any = type(value)
    if kind is Span:
        return Span(value.path, value.start + by, value.end + by)
    if kind is tuple:
        parts = [_moved(each, by) for each in value]
        return value if all(map(_is, parts, value)) else tuple(parts)
    placed = _placed_fields(kind)
    if not placed:
        return value
    changes = {}
    for name in placed:
        before = getattr(value, name)
        if type(before) in _PLACELESS:
            continue
        after = _moved(before, by)
        if after is not before:
            changes[name] = after
    return _with(value, changes) if changes else value


def _with(value: Any, changes: dict[str, Any]) -> Any:
    """Return a frozen value with other parts, as `dataclasses.replace` does, in a third of the time."""
    kind: Any = type(value)
    made = object.__new__(kind)
    for name in fields_of(kind):
        object.__setattr__(made, name, changes[name] if name in changes else getattr(value, name))
    return made


@cache
def _placed_fields(kind: Any) -> tuple[str, ...]:
    """Return the fields in which there may be a place: not those that are declared to be a name, a kind or a flag."""
    plain = {"str", "str | None", "bool", "int", "Kind", "Clock", "Bearer", "tuple[Chosen, ...]"}
    return tuple(each.name for each in fields(kind) if each.type not in plain) if is_dataclass(kind) else ()


_NORMS = (Obligation, Maintenance, Prohibition, Permission, Power)
_PLACELESS = {str, int, bool, type(None), Kind, Const, Bound, Chosen, ByClause, Clock, Standing}
# What a clause may say of its own force; at the head of a document it holds for all of it.
_OF_A_CLAUSE = {"rank", "status", "valid"}
# What says nothing of what a clause demands.
_SAY_NOTHING = {*_OF_A_CLAUSE, "source", "unverified"}
_ONLY_DECLARE = {
    "document", "uses", "valid", "rank", "status", "layer", "version", "truncated", "governed", "parties", "thing",
    "type_decl", "blank", "gap", "state", "act", "event", "question", "reading", "define", "unverified", "source",
    "retroactive", "replaces", "repeals",
}  # fmt: skip
