"""What is said of a decision, in Chinese or English: question, answer, reasons, what is open, what would help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any, assert_never

from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl, StateDecl
from contractlang.expression import Compare, Const, Expr
from contractlang.kinds import Kind, money_in
from contractlang.norms import Maintenance, Norm, Who
from contractlang.source import Source, Span
from contractlang.words import say_expr
from engine.dates import iso
from engine.decision import Cure, Decision, Item, Reason, Receipt
from engine.lawtext import LawText
from engine.naming import ANSWERS, Naming, third_person
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
# Reasons whose first two arguments are a document and a norm's id.
_CITING = frozenset(
    {"restores", "forbids", "requires", "permits", "closed", "prevailed", "limited", "window", "loss"}
)
# Reasons whose arguments name norms, acts and steps and nothing of an account: their sentences are made once.
_TELLING_EVENTS = frozenset({"requires", "permits"})
_OF_CONTRACTS = _TELLING_EVENTS | {"forbids", "closed", "limited", "agreement", "nothing speaks of it"}


@dataclass(frozen=True)
class Voice(Naming):
    """Speaks of one program in one language, about one question where there is one."""

    question: Question | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    law_text: LawText | None = None
    _shown: set[tuple[str, str]] = field(default_factory=set)

    def asked(self, question: Question) -> Voice:
        """Return the voice that speaks about a question, with the phrases of the contracts that this one has made."""
        return Voice(
            self.program, self.language, question, self.sources, self.law_text, set(), _kept=self._kept
        )

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
                decider = self.text(declared.decided_by)
                who = self.pick(f", decided by {decider}", f"，由{decider}判断") if decider else ""
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


def is_of_contracts(reason: Reason) -> bool:
    """Tell whether the sentence of a reason says nothing of an account, and is the same in every one."""
    code = reason.code
    return code in _OF_CONTRACTS and len(reason.args) > 1 and not (reason.events and code in _TELLING_EVENTS)
