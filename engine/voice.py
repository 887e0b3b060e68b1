"""How things are called, in Chinese or English: norms, parties, states, values, days, what is open, what was asked.

A `Voice` speaks of one program in one language. The clause that is cited is quoted in its own words, whatever the
language around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import Any, assert_never

from contractlang.diagnostic import Language
from contractlang.kinds import DAY, Kind, money_in, one_of
from contractlang.norms import (
    BlankDecl,
    Compare,
    Const,
    Contract,
    Expr,
    Maintenance,
    Norm,
    Obligation,
    OccurrenceDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    Who,
)
from contractlang.source import Source, Span
from contractlang.values import Money
from contractlang.words import say_expr, say_name
from engine.dates import day_of, iso, parse_day, spoken, start_of
from engine.decision import Cure, Decision, Item, Reason, Receipt
from engine.event import BOTH, Event, Instant
from engine.lawtext import LawText
from engine.program import Program
from engine.question import (
    AmountOfSum,
    Arrived,
    InBreachOf,
    LastDay,
    May,
    Question,
    Renewed,
    StateOf,
    TimeBarred,
    WhoBears,
)
from engine.sentences import SENTENCES
from engine.walk import walk

Line = tuple[int, str]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

# How wide a quoted clause may be, in cells: enough to know it again, short enough for one line.
QUOTED = 96

ANSWERS = {
    "permitted": ("permitted", "可以"), "required": ("required", "应当"), "forbidden": ("forbidden", "不得"),
    "no_basis": ("no basis", "没有依据"), "unregulated": ("unregulated", "未作规定"),
    "undetermined": ("undetermined", "尚不能确定"), "conflicting": ("conflicting", "规范相互冲突"),
    "yes": ("yes", "是"), "no": ("no", "否"), "cured": ("yes, but cured", "曾违反，已补正"), "none": ("none", "无"),
    "open": ("open", "未定"), "either party": ("either party", "任何一方"), "both parties": ("both parties", "双方"),
    "the other party": ("the other party", "对方"), "waived": ("waived", "已免除"),
}  # fmt: skip

_LIFE = {
    "draft": ("is not in force yet", "尚未生效"), "in_force": ("is in force", "有效"),
    "expired": ("has expired", "已到期"), "terminated": ("has been terminated", "已解除"),
}  # fmt: skip
_NUMBERED = re.compile(r"^\s*(?:第\d+条(?:之\d+)?(?:[(（]\d+[)）])*|\d+(?:\.\d+)*\s*[.．、]?)\s*")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_SPOKEN_END = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)")
# Instants count microseconds, so every one of them since 1974 is beyond any amount of money a contract names.
_LEAST_INSTANT = 10**14


# Reasons whose first two arguments are a document and a norm's id.
_CITING = frozenset(
    {"restores", "forbids", "requires", "permits", "closed", "prevailed", "limited", "window", "loss"}
)
# Reasons whose arguments name norms, acts and steps and nothing of an account: their sentences are made once.
_TELLING_EVENTS = frozenset({"requires", "permits"})
_OF_CONTRACTS = _TELLING_EVENTS | {"forbids", "closed", "limited", "agreement", "nothing speaks of it"}


@dataclass(frozen=True)
class Voice:
    """Speaks of one program in one language, about one question where there is one."""

    program: Program
    language: Language
    question: Question | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    law_text: LawText | None = None
    _shown: set[tuple[str, str]] = field(default_factory=set)
    # What hangs on the contracts alone is put into words once. Nothing of an account is kept here, so it stays small.
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def asked(self, question: Question) -> Voice:
        """Return the voice that speaks about a question, with the phrases of the contracts that this one has made."""
        return Voice(self.program, self.language, question, self.sources, self.law_text, set(), self._kept)

    def pick(self, en: str, zh: str) -> str:
        """Of the two ways of saying a thing, the one in this language."""
        return en if self.language == "en" else zh

    def sentence_end(self, said: str, brackets: int) -> str:
        """Return what was said so far, its brackets and its sentence closed."""
        closed = said + self.pick(")", "）") * brackets
        if not closed:
            return closed
        return (
            closed
            + self.pick("" if closed[-1] in ".?？。" else ".", "" if closed[-1] in "。？" else "。")
            + self.pick(" ", "")
        )

    # -- the head

    def head(self, decision: Decision) -> str:
        """Return the question and its answer in one sentence."""
        answer = self.answer(decision.answer, decision)
        if isinstance(self.question, May) and decision.required:
            # A party may be told what it must do; the verdict says both.
            answer = self.pick("permitted, and required", "可以，且应当")
        return f"{self.asking()}{self.pick(': ', '：')}{answer}"

    def asking(self) -> str:
        """Return the question in words, without its answer."""
        question = self.question
        assert question is not None
        at = self.as_of(question.at)
        match question:
            case May():
                fields = self.fields(question.act, question.fields)
                who, act = self.who(question.party), self.name(question.act)
                return self.pick(f"{who} may {act}{fields} on {at}", f"{who}于{at}可否{act}{fields}")
            case InBreachOf():
                norm, who = self.named(question.norm, question.document), self.who(question.party)
                return self.pick(f"{who} is in breach of {norm} on {at}", f"{who}于{at}是否违反{norm}")
            case StateOf():
                state = self.state(question.state) + self.of_document(question.document)
                return self.pick(f"{state} on {at}", f"{at}，{state}")
            case LastDay():
                if question.norm is None:
                    of = self.pick("the agreement", "协议") + self.of_document(question.document)
                    return self.pick(f"{of} ends, as seen on {at}", f"自{at}看，{of}的末日")
                about = self.about(question.about)
                norm = self.named(question.norm, question.document)
                return self.pick(
                    f"the time for {norm}{about} ends, as seen on {at}",
                    f"自{at}看，{norm}{about}的期间末日",
                )
            case AmountOfSum():
                name, about = self.named(question.name, question.document), self.about(question.about)
                return self.pick(f"amount of {name}{about} on {at}", f"{at}，{name}{about}的金额")
            case WhoBears():
                return self.pick(
                    f"the loss from {question.about} is borne by",
                    f"{question.about}的损失由谁承担",
                )
            case Renewed():
                of = self.of_document(question.document)
                return self.pick(
                    f"the agreement{of} was renewed by {at}",
                    f"至{at}，协议{of}是否已续期",
                )
            case Arrived():
                return self.pick(
                    f"{question.about} has arrived by {at}",
                    f"至{at}，{question.about}是否到达",
                )
            case TimeBarred():
                norm, about = self.named(question.norm, question.document), self.about(question.about)
                return self.pick(
                    f"the claim from {norm}{about} is time-barred on {at}",
                    f"{at}，{norm}{about}的请求权时效是否已过",
                )
            case _:
                assert_never(question)

    def answer(self, answer: str, decision: Decision | None = None) -> str:
        """Return an answer in words: a verdict, a state, a party, or a value with its kind."""
        if answer == "value" and decision is not None:
            return self.value(decision.value, self._kind_asked)
        if answer.lstrip("-").isdecimal():
            return self.value(int(answer), self._kind_asked)
        if isinstance(self.question, StateOf) and answer != "undetermined":
            return self.option(self.question.state, answer)
        if answer in ANSWERS:
            return self.pick(*ANSWERS[answer])
        return self.value(answer, None)

    @cached_property
    def _kind_asked(self) -> Kind | None:
        """The kind of the value that the question asks for."""
        match self.question:
            case AmountOfSum(name=name):
                sums = self.program.sums.get(self.program.sum_names.get(name, name))
                return sums[0].rule.kind if sums else money_in(self.currency)
            case StateOf(state=state):
                declared = self.program.declarations.get(state)
                return declared.kind if isinstance(declared, StateDecl) else None
            case _:
                return None

    # -- reasons

    def tree(self, reason: Reason, depth: int, norm: Norm | None) -> list[Line]:
        """Return a reason and what it rests on. A negation or a conjunction is told by its parts, which are facts."""
        found: list[Line] = []
        self._grow(found, reason, depth, norm)
        return found

    def _grow(self, found: list[Line], reason: Reason, depth: int, norm: Norm | None) -> None:
        if reason.code in ("not", "and") or (reason.code == "or" and reason.holds):
            for part in reason.parts:
                self._grow(found, part, depth, norm)
            return
        inner = self.cited(reason) or norm
        said = self.sentence(reason, norm)
        if self.sources and inner is not norm and inner is not None and (place := self.place(inner)):
            said = f"{said}   {place}"
        found.append((depth, said))
        if self.law_text is not None and (clause := self.clause_cited(reason)) is not None:
            found += self.article(*clause, depth + 1)
        for part in reason.parts:
            self._grow(found, part, depth + 1, inner)

    def article(self, document: str, clause: str, depth: int) -> Iterator[Line]:
        """Yield the words of an article of a law, as found in the user's folder, where they were not shown before."""
        if self.law_text is None:
            return
        law = self.contract(document)
        if law is None or law.kind != "law" or (document, clause) in self._shown:
            return
        self._shown.add((document, clause))
        found, called = self.law_text.article(law, clause), self.clause(document, clause)
        if found is None:
            folder = self.law_text.folder
            yield (
                depth,
                self.pick(
                    f"the text of {called} was not found in {folder}", f"在{folder}中未找到{called}的原文"
                ),
            )
            return
        yield depth, self.pick(f"the text of {called}, from {found.file}:", f"{called}原文，见{found.file}：")
        for paragraph in found.paragraphs:
            yield depth + 1, paragraph

    def clause_cited(self, reason: Reason) -> tuple[str, str] | None:
        """Return the document and the clause that a reason cites, or None."""
        if reason.code == "sum":
            return str(reason.args[0]), str(reason.args[1])
        norm = self.cited(reason)
        return None if norm is None else (norm.document, norm.clause)

    def places(self, reason: Reason) -> Iterator[tuple[str, str]]:
        """Yield the clauses that a reason and what is beneath it cite."""
        clause = self.clause_cited(reason)
        if clause is not None:
            yield clause
        for part in reason.parts:
            yield from self.places(part)

    def cited(self, reason: Reason) -> Norm | None:
        """Return the norm that a reason cites with its document, or None."""
        if reason.code in _CITING and len(reason.args) >= 2:
            return self.norm_of(str(reason.args[0]), str(reason.args[1]))
        return None

    def sentence(self, reason: Reason, norm: Norm | None) -> str:
        """Return the sentence of one reason; `norm` is the one whose condition is being looked at."""
        code = reason.code
        if not is_of_contracts(reason):
            return SENTENCES[code](self, reason, norm)
        key = (code, reason.args, self.question.party if isinstance(self.question, May) else None)
        said: str | None = self._kept.get(key)
        if said is None:
            said = self._kept[key] = SENTENCES[code](self, reason, norm)
        return said

    def norm_of(self, document: str | None, id: str) -> Norm | None:
        """Return the norm with that id; of alternatives, the first."""
        found: Norm | None = self._once("norms", self._norms).get((document, id))
        return found

    def _norms(self) -> dict[tuple[str | None, str], Norm]:
        """Return norms by document and id, and by their id in whichever document comes first."""
        found: dict[tuple[str | None, str], Norm] = {}
        for each in self.program.norms:
            found.setdefault((None, each.id), each)
            found.setdefault((each.document, each.id), each)
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        return self.once((name,), make)

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Return what is made of the contracts once."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

    def called(self, norm: Norm) -> str:
        """Return how a norm is called: its clause, with the letter if it has one, and the document if there are two."""
        letter = norm.label if len(norm.label) == 1 and norm.label.isascii() else ""
        return f"{self._document(norm.document)}{norm.clause}{letter}"

    def _document(self, name: str) -> str:
        key = ("document", name)
        found: str | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self.document_called(name) + " " if len(self._speaking) > 1 else ""
        return found

    def document_called(self, name: str) -> str:
        """Return what a document is called in this language."""
        contract = self.contract(name)
        if contract is None:
            return name
        versions = [each for each in self.program.contracts if each.base == contract.base]
        return self._prefer(contract.base if len(versions) == 1 else contract.name, contract.alias)

    @property
    def _speaking(self) -> list[str]:
        """The documents that say something: clauses are told apart by them where there are several."""
        contracts = self.program.contracts
        found: list[str] = self._once(
            "speaking", lambda: [each.name for each in contracts if each.norms or each.amounts or each.losses]
        )
        return found

    def named(self, reference: str, document: str | None = None) -> str:
        """Return a clause, norm or sum as the question calls it, in this language, with each document that has it."""
        within = [norm for norm in self.program.norms if not document or norm.document == document]
        for found in (
            [norm for norm in within if norm.id == reference],
            [norm for norm in within if reference == norm.clause],
        ):
            documents = dict.fromkeys(norm.document for norm in found)
            if len(documents) > 1:
                return reference
            if found:
                return (
                    self.called(found[0])
                    if reference == found[0].id
                    else self._document(*documents) + reference
                )
        labelled = [
            norm
            for norm in within
            if reference in (norm.label, getattr(getattr(norm, "act", None), "name", None))
        ]
        first = {norm.document: norm for norm in reversed(labelled)}
        # In the order of the documents.
        clauses = [self.called(first[each]) for each in dict.fromkeys(norm.document for norm in labelled)]
        return self.pick(", ", "、").join(clauses) or self.name(reference)

    def by_id(self, id: Any, document: str = "") -> str:
        """Return a norm that a reason calls by its id, and its document where the reason says that too."""
        if id == "any norm":
            return self.pick("any norm", "任何规范") + self.of_document(document or None)
        found: str = self.once(("called", document, id), lambda: self._by_id(str(id), document))
        return found

    def _by_id(self, id: str, document: str) -> str:
        norm = self.norm_of(document, id) if document else None
        return self.named(id, document) if norm is None else self.called(norm)

    def clause(self, document: str, number: str) -> str:
        """Return how a clause is called: its number, and the document if there are two."""
        return f"{self._document(document)}{number}"

    def quote(self, norm: Norm) -> str:
        """Return the words of a norm's clause, cut short."""
        return self.quote_clause(norm.document, norm.clause)

    def quote_clause(self, document: str, number: str) -> str:
        """Return the words of a clause, cut short."""
        key = ("quote", document, number)
        found: str | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._quoted(document, number)
        return found

    def _quoted(self, document: str, number: str) -> str:
        contract = self.contract(document)
        clause = contract.clause(number) if contract is not None else None
        if clause is None or not clause.lines:
            return ""
        text = _NUMBERED.sub("", " ".join(clause.text.split()))
        if contract is not None and contract.kind == "law":
            # A law is restated in both languages; what was agreed is quoted in its own words.
            text = self.text(text)
        text = text.rstrip("。.")
        width = 0
        for at, letter in enumerate(text):
            # A Chinese letter is as wide as two others.
            width += 2 if ord(letter) > 0x2E7F else 1
            if width > QUOTED:
                text = text[:at].rstrip() + "…"
                break
        return self.pick(f': "{text}"', f"：“{text}”")

    def place(self, norm: Norm) -> str:
        """Return where a norm's clause stands, `voip-1.contract:88`; the empty text without its source."""
        contract = self.contract(norm.document)
        clause = contract.clause(norm.clause) if contract is not None else None
        return self.at_span(clause.span if clause is not None and clause.span is not None else norm.span)

    def at_span(self, span: Span) -> str:
        """Return a place in the text, by file and line."""
        source = self.sources.get(span.path)
        return f"{PurePath(span.path).name}:{source.place(span.start)[0]}" if source is not None else ""

    def doing(self, norm: Norm) -> tuple[str, str]:
        """Return who a norm speaks of, and what that party is to do."""
        bearer = norm.bearer
        if isinstance(bearer, Who) and isinstance(self.question, May) and bearer is not Who.BOTH:
            bearer = self.question.party
        who = self.who(bearer if isinstance(bearer, str) else bearer.value)
        if isinstance(norm, Maintenance):
            contract = self.contract(norm.document)
            return who, say_expr(norm.keeps, contract, self.language) if contract is not None else ""
        return who, self.name(norm.act.name)

    def condition(self, norm: Norm | None, sign: str, value: Any) -> Compare | None:
        """Return the comparison in a norm that a reason tells of: the only one with that sign, or that value."""
        if norm is None:
            return None
        exprs: list[Expr | None] = [
            norm.when,
            norm.unless,
            norm.since,
            norm.until,
            norm.trigger.where if norm.trigger else None,
        ]
        if not isinstance(norm, Maintenance):
            exprs.append(norm.act.where)
        else:
            exprs.append(norm.keeps)
        found = [
            part for expr in exprs for part in walk(expr) if isinstance(part, Compare) and part.op == sign
        ]
        exact = [
            part for part in found if isinstance(part.right, Const) and str(part.right.value) == str(value)
        ]
        chosen = exact or found
        return chosen[0] if len(chosen) == 1 or exact else None

    # -- what is open, assumed, or would help

    def item(self, item: Item) -> str:
        """Return an open item as something that a person can go and find out."""
        declared = self.program.declarations.get(item.name)
        about = self.about(item.about)
        match item.kind:
            case "blank":
                outside = self.outside(declared)
                if isinstance(declared, BlankDecl) and declared.gap:
                    return self.pick(
                        f"what the text leaves out: {self.name(item.name)}{outside}",
                        f"文本所缺：{self.name(item.name)}{outside}",
                    )
                return self.pick(
                    f"the blank {self.name(item.name)}{outside} is not filled",
                    f"空白“{self.name(item.name)}”{outside}未填",
                )
            case "question":
                if not isinstance(declared, QuestionDecl):
                    return self.name(item.name) + about
                text = self.text(declared.text) or self.name(item.name)
                who = (
                    self.pick(f", decided by {declared.decided_by}", f"，由{declared.decided_by}判断")
                    if declared.decided_by
                    else ""
                )
                return f"{text}{self.outside(declared)}{about}{who}"
            case "reading":
                return self._reading(item.name)
            case "event":
                return self.pick(
                    f"did {item.name} really happen? it is only alleged", f"{item.name}是否属实：仅为一方所称"
                )
            case "date":
                return self.pick(f"when did {item.name} happen{about}?", f"{item.name}何时发生{about}")
            case "order":
                ids = item.name.split("+")
                return self.pick(f"which came first: {' or '.join(ids)}?", f"{'、'.join(ids)}的先后")
            case "calendar":
                return self.pick(
                    f"the holidays of {item.name}, not published yet", f"{item.name}年节假日安排，尚未公布"
                )
            case "fact":
                of = f" of {item.about}" if item.about else ""
                return self.pick(
                    f"{self.param(item.name)}{of} is not given",
                    f"{item.about or ''}的{self.param(item.name)}未提供",
                )
            case _:
                return f"{item.kind} {item.name}{about}"

    def _reading(self, name: str) -> str:
        declared = self.program.declarations.get(name)
        if not isinstance(declared, ReadingDecl):
            return self.name(name)
        options = [self._prefer(each.name, each.alias).replace("_", " ") for each in declared.options]
        text = self.text(declared.text) or self.name(name)
        return f"{text}{self.outside(declared)}" + self.pick(
            f": {' or '.join(options)}", f"：{'，或'.join(options)}"
        )

    def assumed(self, reading: str, option: str) -> str:
        """Return that a default reading was taken, which another option would gainsay."""
        declared = self.program.declarations.get(reading)
        text = self.text(declared.text) if isinstance(declared, ReadingDecl) else ""
        name, chosen, outside = self.plain(reading), self.option(reading, option), self.outside(declared)
        return self.pick(
            f"assumes that {name} is “{chosen}”{outside}: {text}",
            f"采默认解释：{name}取“{chosen}”{outside}。{text}",
        )

    def cure(self, cure: Cure) -> str:
        """Return one fact that would help to turn the answer, in the present: `user pays 100.00 CNY for e4`."""
        act = self.program.acts.get(cure.act)
        amount = self.value(cure.amount, self.money_of(act)) if cure.amount is not None else ""
        who = self.who(cure.party) if cure.party else self.pick("a party", "一方")
        if self.language == "en":
            about = (
                f" for {cure.about}"
                if cure.about and cure.amount is not None
                else f" ({cure.about})"
                if cure.about
                else ""
            )
            return f"{who} {third_person(self.name(cure.act))}{' ' + amount if amount else ''}{about}"
        about = f"就{cure.about}" if cure.about else ""
        return f"{who}{about}{self.name(cure.act)}{amount}"

    def receipt(self, receipt: Receipt) -> str:
        """Return what an answer rests on, in one line."""
        texts = ", ".join(f"{name}@{text[:8]}" for name, text, _ in receipt.documents)
        ledger, terms, count = receipt.ledger[:8] or "0", receipt.terms[:8], receipt.events
        known = iso(receipt.known_at) if receipt.known_at is not None else ""
        if self.language == "en":
            said = (
                f"receipt: {texts}; ledger {ledger} ({count} events); terms {terms}; engine {receipt.engine}"
            )
            return f"{said}; known at {known}" if known else said
        said = f"凭据：{texts}；台账 {ledger}（{count}项）；设定 {terms}；引擎 {receipt.engine}"
        return f"{said}；已知至{known}" if known else said

    # -- names

    def contract(self, name: str) -> Contract | None:
        """Return a document by its name."""
        contracts = self.program.contracts
        # Of two of one name, the first.
        named = self._once("contracts", lambda: {each.name: each for each in reversed(contracts)})
        found: Contract | None = named.get(name)
        return found

    @property
    def _home(self) -> dict[str, Contract]:
        """For each declared name, a document in which it is visible."""
        found: dict[str, Contract] = self._once("home", self._homes)
        return found

    def _homes(self) -> dict[str, Contract]:
        found: dict[str, Contract] = {}
        for contract in self.program.contracts:
            for name in contract.declarations:
                found.setdefault(name, contract)
        return found

    def name(self, name: str) -> str:
        """Return a declared name in this language; a name that nobody declared, as it is."""
        if name not in self._home:
            return self._called(name)
        key = ("name", name)
        found: str | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._called(name)
        return found

    def _called(self, name: str) -> str:
        contract = self._home.get(name) or self.program.contracts[0]
        if name == "agreement":
            return self.pick("agreement", "协议")
        if name in self.program.sum_names:
            called = [sum.rule for sum in self.program.sums[self.program.sum_names[name]]]
            names = [each for rule in called for each in (rule.name, rule.alias) if each]
            fits = [each for each in names if bool(_HANZI.search(each)) is (self.language == "zh")]
            return (name if name in fits else (fits or [name])[0]).replace("_", " ")
        return say_name(name, contract, self.language)

    def plain(self, name: str) -> str:
        """Return a declared name without the marks that keep it apart inside a sentence."""
        declared = self.program.declarations.get(name)
        if declared is None:
            return self.name(name)
        return self._prefer(name, declared.alias).replace("_", " ")

    def who(self, party: str) -> str:
        """Return a party, or those together."""
        if party == BOTH:
            return self.pick("both parties", "双方")
        return self.pick(*ANSWERS[party]) if party in ANSWERS else self.name(party)

    def state(self, name: str) -> str:
        """Return the name of a state."""
        return self.name(name)

    def option(self, enumeration: str, value: Any) -> str:
        """Return a value of a state or an option of a reading."""
        if not isinstance(value, str):
            return self.value(value, None)
        if value.startswith("?"):
            return self.pick("not known", "未知")
        if value not in self.program.options.get(enumeration, ()):
            return self._option(enumeration, value)
        key = ("option", enumeration, value)
        found: str | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._option(enumeration, value)
        return found

    def _option(self, enumeration: str, value: str) -> str:
        contract = self._home.get(enumeration) or self.program.contracts[0]
        return say_expr(Const(value, one_of(enumeration)), contract, self.language).replace("_", " ")

    def state_value(self, state: str, value: Any) -> str:
        """Return what a state is: one of its options, or a value of its kind."""
        declared = self.program.declarations.get(state)
        if isinstance(declared, StateDecl) and not declared.options:
            return self.value(value, declared.kind)
        return self.option(state, value)

    def state_is(self, state: str, value: Any, document: str = "") -> str:
        """Return that a state is what it is; of the agreement as people say it."""
        of = self.of_document(document) if document else ""
        if state == "agreement" and value in _LIFE:
            return self.pick(f"the agreement{of} {_LIFE[value][0]}", f"协议{of}{_LIFE[value][1]}")
        said = self.state_value(state, value)
        return self.pick(f"{self.state(state)}{of} is {said}", f"{self.state(state)}{of}为{said}")

    def whose(self, state: str, norm: Norm | None) -> str:
        """Return the agreement of whose state a norm speaks; none for a state in fact, which is the account's."""
        declared = self.program.declarations.get(state)
        if norm is None or not (state == "agreement" or getattr(declared, "in_law", False)):
            return ""
        rule = next((rule for rule in self.program.rules if rule.norm is norm), None)
        return (rule.home if rule is not None else "") or next(iter(self.program.agreements), "")

    def param(self, name: str) -> str:
        """Return the name of a field, as the first act, event or party that has it calls it."""
        for declared in self.program.declarations.values():
            for each in getattr(declared, "params", getattr(declared, "attributes", ())):
                if getattr(each, "kind", None) is not None and each.name == name:
                    return self._prefer(each.name, each.alias).replace("_", " ")
        return name.replace("_", " ")

    def _prefer(self, name: str, alias: str) -> str:
        return next(
            (each for each in (name, alias) if each and bool(_HANZI.search(each)) is (self.language == "zh")),
            name,
        )

    def outside(self, declared: Any) -> str:
        """Return the name that a declared thing has elsewhere, as an aside."""
        external = getattr(declared, "external", "")
        return (f" ({external})" if self.language == "en" else f"（{external}）") if external else ""

    def of_document(self, document: str | None) -> str:
        """Return which agreement is meant, where there are two."""
        if document is None or len(self._speaking) < 2:
            return ""
        return self.pick(f" of {document}", f"（{self._document(document).strip()}）")

    def about(self, about: str | None) -> str:
        """Return what something is about, as an aside: an event's id, or a breach (`五.2/e4`)."""
        if not about:
            return ""
        id, _, trigger = about.partition("/")
        if trigger and self.norm_of(None, id) is not None:
            clause = self.named(id)
            return self.pick(
                f" (about the breach of {clause}, {trigger})", f"（就{clause}的违反，{trigger}）"
            )
        document, mark, place = about.partition(":")
        if mark and (contract := self.contract(document)) is not None:
            about = f"{self._prefer(contract.name, contract.alias)} {place}"
        return self.pick(f" (about {about})", f"（就{about}）")

    def text(self, text: str) -> str:
        """Of a text that says a thing in Chinese and then in English, the half in this language; else all of it."""
        halves = re.fullmatch(
            r"(.*[\u3400-\u9fff）)”》0-9][。？！])\s+([^\u3400-\u9fff]+)", text.strip(), re.S
        )
        return (halves[2] if self.language == "en" else halves[1]) if halves else text.strip()

    def fields(self, act: str, fields: Mapping[str, Any]) -> str:
        """Return the values that an act has, as an aside."""
        declared = self.program.declarations.get(act)
        params = {each.name: each for each in declared.params} if isinstance(declared, OccurrenceDecl) else {}
        said = []
        for name, value in fields.items():
            param = params.get(name)
            if param is None or value is None:
                continue
            called = self._prefer(param.name, param.alias).replace("_", " ")
            said.append(f"{called} {self.value(value, param.kind)}")
        return (
            (f" ({', '.join(said)})" if self.language == "en" else f"（{'，'.join(said)}）") if said else ""
        )

    def event(self, event: Event) -> str:
        """Return what an event says: who did what, with which values."""
        fields = self.fields(event.name, event.fields)
        if not event.actor:
            return self.name(event.name) + fields
        who, act = self.who(event.actor), self.name(event.name)
        if self.language == "en":
            return f"{who} {act if event.actor == BOTH else third_person(act)}{fields}"
        return f"{who}{act}{fields}"

    # -- values

    @cached_property
    def currency(self) -> str:
        """The currency in which the documents count."""
        for act in self.program.acts.values():
            for param in act.params:
                if param.kind.name == "money":
                    return param.kind.of
        return "CNY"

    def owed(self, norm: Norm | None, amount: int) -> str:
        """Return an amount of what a duty owes."""
        act = self.program.acts.get(norm.act.name) if isinstance(norm, Obligation) else None
        return self.value(amount, self.money_of(act))

    def instance(self, trigger: str) -> str:
        """Return what one instance of a duty is about, as an aside: an event, also where it arose from a breach."""
        about = trigger.rsplit("/", 1)[-1]
        if not about or about.startswith("+"):
            return ""
        return self.pick(f" ({about})", f"（{about}）")

    def money_of(self, act: OccurrenceDecl | None) -> Kind:
        """Return the kind of what an act accumulates."""
        param = next((p for p in act.params if p.name == act.accumulates), None) if act is not None else None
        return param.kind if param is not None else money_in(self.currency)

    def value(self, value: Any, kind: Kind | None) -> str:
        """Return a value of a kind; without one, by what it looks like."""
        if value is None:
            return self.pick("nothing", "无")
        if kind is not None and kind.name == "money" and type(value) is int:
            return self.money(Money(value, kind.of))
        if (
            kind is not None
            and kind.name not in ("occurrence", "instant", "text", "party")
            and not isinstance(value, str)
        ):
            return say_expr(Const(value, kind), self.program.contracts[0], self.language)
        if kind is not None and kind.name == "one of":
            return self.option(kind.of, value)
        if isinstance(value, bool):
            return self.pick("yes", "是") if value else self.pick("no", "否")
        if isinstance(value, date):
            return say_expr(Const(value, DAY), self.program.contracts[0], self.language)
        if isinstance(value, int):
            return self.moment(value) if value > _LEAST_INSTANT else str(value)
        text = str(value)
        if found := _SPOKEN_END.fullmatch(text):
            return self._day_and_time(parse_day(found[1]), found[2])
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return self.day(parse_day(text))
        if text.startswith("?"):
            return self.pick("not known", "未知")
        return self.name(text) if text in self._home or not text.isascii() else self._option_of_any(text)

    def figure(self, said: str | None) -> str:
        """Return a figure of a derivation as people of this language write it."""
        return self.pick("not known", "不明") if said is None else self.pick(said, said.replace(" CNY", "元"))

    def money(self, amount: Money) -> str:
        """Return an amount as people of this language write it."""
        return self.pick(str(amount), str(amount).replace(" CNY", "元"))

    def _option_of_any(self, text: str) -> str:
        for name, declared in self.program.declarations.items():
            if any(getattr(each, "name", "") == text for each in getattr(declared, "options", ())):
                return self.option(name, text)
        return text

    def day(self, day: date) -> str:
        """Return a day: `2026-09-11`, `2026年9月11日`."""
        return self.pick(day.isoformat(), f"{day.year}年{day.month}月{day.day}日")

    def moment(self, at: Instant) -> str:
        """Return an instant: the day alone where it is the day's first instant."""
        day = day_of(at)
        return self.day(day) if at == start_of(day) else self._day_and_time(day, iso(at)[11:-6])

    def end(self, at: Instant) -> str:
        """Return an exclusive end: the last day at 24:00 where it is the end of a day."""
        text = spoken(at)
        return self._day_and_time(parse_day(text[:10]), text[11:19])

    def as_of(self, at: Instant) -> str:
        """Return the instant that a question is about: its last instant is the day itself."""
        day = day_of(at)
        return self.day(day) if day_of(at + 1) != day else self._day_and_time(day, iso(at)[11:-6])

    def _day_and_time(self, day: date, time: str) -> str:
        time = time[:8].removesuffix(":00") if len(time) > 5 else time
        if time.endswith(":00") and len(time) == 5:
            return self.pick(f"{day.isoformat()} {time[:5]}", f"{self.day(day)}{int(time[:2])}时")
        return f"{self.day(day)}{self.pick(' ', '')}{time}"


def is_of_contracts(reason: Reason) -> bool:
    """Tell whether the sentence of a reason says nothing of an account, and is the same in every one."""
    code = reason.code
    return code in _OF_CONTRACTS and len(reason.args) > 1 and not (reason.events and code in _TELLING_EVENTS)


def third_person(verb: str) -> str:
    """`pay` → `pays`, `accept terms` → `accepts terms`: acts are named by the bare verb."""
    first, _, rest = verb.partition(" ")
    if not first.isascii():
        return verb
    if re.search(r"(?:s|x|z|ch|sh|o)$", first):
        said = first + "es"
    else:
        said = re.sub(r"(?<=[^aeiou])y$", "ie", first) + "s"
    return f"{said} {rest}".strip()
