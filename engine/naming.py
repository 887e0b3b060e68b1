"""How things are called, in Chinese or English: documents, norms, parties, states, values, days.

The clause that is named may be quoted, in its own words, whatever the language around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from contractlang.called import half
from contractlang.contract import Contract
from contractlang.declaration import OccurrenceDecl, StateDecl
from contractlang.diagnostic import Language
from contractlang.expression import Const
from contractlang.kinds import DAY, Kind, money_in, one_of
from contractlang.norms import Norm, Obligation
from contractlang.values import Money
from contractlang.words import say_expr, say_name
from engine.dates import day_of, iso, parse_day, spoken, start_of
from engine.event import BOTH, Event, Instant
from engine.program import Program

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

DUTIES = {
    "open": ("open", "未到期或无期限"),
    "breached": ("overdue", "逾期"),
    "suspended": ("suspended", "中止"),
}
BREACHES = {"open": ("not cured", "尚未补正"), "cured": ("cured", "已补正"), "waived": ("waived", "已免除")}
_LIFE = {
    "draft": ("is not in force yet", "尚未生效"), "in_force": ("is in force", "有效"),
    "expired": ("has expired", "已到期"), "terminated": ("has been terminated", "已解除"),
}  # fmt: skip
_NUMBERED = re.compile(r"^\s*(?:第\d+条(?:之\d+)?(?:[(（]\d+[)）])*|\d+(?:\.\d+)*\s*[.．、]?)\s*")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_SPOKEN_END = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)")
# Instants count microseconds, so every one of them since 1974 is beyond any amount of money a contract names.
_LEAST_INSTANT = 10**14


@dataclass(frozen=True)
class Naming:
    """Calls the things of one program what they are called in one language."""

    program: Program
    language: Language
    # What hangs on the contracts alone is put into words once. Nothing of an account is kept here, so it stays small.
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    def pick(self, en: str, zh: str) -> str:
        """Of the two ways of saying a thing, the one in this language."""
        return en if self.language == "en" else zh

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Return what is made of the contracts once."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        return self.once((name,), make)

    # -- documents and norms

    def contract(self, name: str) -> Contract | None:
        """Return a document by its name."""
        contracts = self.program.contracts
        # Of two of one name, the first.
        named = self._once("contracts", lambda: {each.name: each for each in reversed(contracts)})
        found: Contract | None = named.get(name)
        return found

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

    def called(self, norm: Norm) -> str:
        """Return how a norm is called: its clause, with the letter if it has one, and the document if there are two."""
        letter = norm.label if len(norm.label) == 1 and norm.label.isascii() else ""
        return self.clause(norm.document, f"{norm.clause}{letter}")

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
        """Return how a clause is called: its number, and the document if there are two or it has no number."""
        return f"{self._document(document)}{number}" if number else self.document_called(document)

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

    # -- what is declared

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

    def text(self, text: str) -> str:
        """Of a text that says a thing in Chinese and then in English, the half in this language; else all of it."""
        return half(text, self.language)

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


def third_person(verb: str) -> str:
    """`pay` → `pays`, `ask_for_data` → `asks_for_data`: acts are named by a bare verb, and what may follow it."""
    first = re.split("[ _]", verb)[0]
    rest = verb.removeprefix(first)
    if not first.isascii():
        return verb
    if re.search(r"(?:s|x|z|ch|sh|o)$", first):
        said = first + "es"
    else:
        said = re.sub(r"(?<=[^aeiou])y$", "ie", first) + "s"
    return said + rest
