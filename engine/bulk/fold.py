"""One account of a portfolio: its rows to a ledger, the ledger to what is asked of every account.

What cannot be taken is set aside with its reason, and the account goes on without it; nothing is guessed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from contractlang.diagnostic import Language
from contractlang.norms import Obligation
from engine.account import Account
from engine.account_standing import AccountStanding, standing_of
from engine.bulk.forbidden import forbidding, written
from engine.bulk.mapping import Mapped
from engine.bulk.reasons import said as in_words
from engine.cases import question_of
from engine.cells import every_case
from engine.dates import clock, iso
from engine.decision import Decision, Item
from engine.errors import BadEvent, BadQuestion, BadTerms
from engine.event import Event, Instant
from engine.governing import Programs
from engine.intake import checked
from engine.position import Position
from engine.program import Program
from engine.question import Question
from engine.scene import LifeCell
from engine.settings import terms_from, versions_from
from engine.terms import Terms
from engine.voice import Voice
from engine.written_events import event_from

_OF_ACCOUNT = ("account", "agreement", "agreements", "settings", "readings", "answers")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be taken: whose, what it said, and why not; in Chinese too, where that is known."""

    account: str
    field: str
    reason: str
    row: str
    zh: str = ""

    @staticmethod
    def of(account: str, wrong: BadEvent | BadTerms | BadQuestion, row: str) -> Reject:
        """Return what is wrong with a row."""
        return Reject(account, wrong.field, wrong.reason, row, wrong.zh)

    def as_row(self) -> dict[str, str]:
        """Return it as a row of the table of rejects."""
        return {
            "account": self.account, "field": self.field, "reason": self.reason, "reason_zh": self.zh,
            "row": self.row,
        }  # fmt: skip


Row = dict[str, Any]
Rows = list[Row]


@dataclass
class Folded:
    """What came of one account: rows for each table, what could not be taken, and whether something stayed open.

    `kernel` counts it where the kernel folded it, `verified` where the engine did too; `left` tells why the kernel
    did not.
    """

    tables: dict[str, Rows] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    events: int = 0
    open: bool = False
    kernel: int = 0
    verified: int = 0
    left: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One account, ready to be asked."""

    account: Account
    agreements: tuple[str, ...]
    asked: tuple[Question, ...]


@dataclass
class Portfolio:
    """What is the same for all accounts: the documents, the layers, the day, the questions.

    `asked` are questions without their day, such as `provider may suspend_service`.
    """

    programs: Programs
    agreements: tuple[str, ...]
    layers: tuple[str, ...]
    as_of: Instant
    day: str
    known_at: Instant | None = None
    asked: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    mapped: Mapped = field(default_factory=Mapped)
    readings: Mapping[str, str] = field(default_factory=dict)
    _questions: dict[tuple[str, ...], tuple[Question, ...]] = field(default_factory=dict)

    @cached_property
    def tables(self) -> dict[str, dict[str, str]]:
        """The tables that come out, each with its columns and their SQL types."""
        return {"accounts": self._columns(), "happenings": HAPPENINGS}

    def _columns(self) -> dict[str, str]:
        return {
            "account": "VARCHAR", "agreements": "VARCHAR[]", "states": "MAP(VARCHAR, VARCHAR)",
            "last_days": "MAP(VARCHAR, VARCHAR)", "breaches": "INTEGER", "open_breaches": "INTEGER",
            "in_breach_of": "VARCHAR[]", "unpaid": "BIGINT", "owed": "MAP(VARCHAR, BIGINT)", "events": "INTEGER",
            "exact": "BOOLEAN", **dict.fromkeys(self.asked, "VARCHAR"), "missing": "MAP(VARCHAR, VARCHAR[])",
            "forbidden_by": "MAP(VARCHAR, VARCHAR[])",
        }  # fmt: skip

    @property
    def language(self) -> Language:
        """The language of the first agreement."""
        program = self.programs.of(self.agreements, self.layers)
        return "zh" if program.contracts[0].chinese else "en"

    def questions(self, agreements: tuple[str, ...], program: Program) -> tuple[Question, ...]:
        """Return the questions as these agreements understand them. Raises BadQuestion."""
        if agreements not in self._questions:
            self._questions[agreements] = tuple(
                question_of(program, f"{self.day} {each}")[0] for each in self.asked
            )
        return self._questions[agreements]

    def straight(self, *given: Any) -> str:
        """Nothing is folded without looking at each row; there is nothing to tell of that."""
        return ""

    def at_once(self, scattered: Any, bucket: int, with_accounts: bool) -> None:
        """Nothing is folded without looking at each row."""

    def fold_all(self, accounts: Iterable[tuple[str, Mapping[str, Any], Iterable[str]]]) -> Iterator[Folded]:
        """Yield what came of each account: its name, its row in the table of accounts, its events."""
        for name, head, rows in accounts:
            found = Folded()
            taken = self.take(name, head, rows, found)
            if taken is not None:
                self.told(name, taken, found)
            yield found

    def told(self, name: str, taken: Taken, found: Folded) -> None:
        """Ask the engine where an account stands, and write it into `found`."""
        position = taken.account.position_at(self.as_of, self.known_at)
        now = standing_of(position)
        decisions = [taken.account.decide(question, self.known_at) for question in taken.asked]
        found.open = any(each.answer == "undetermined" for each in decisions)
        answers = tuple(answer_of(each) for each in decisions)
        program = taken.account.program
        missing, forbidden = {}, {}
        for text, each in zip(self.asked, decisions, strict=True):
            if each.missing:
                missing[text] = [item.name for item in each.missing]
            if norms := forbidding(each, program):
                forbidden[text] = list(map(written, norms))
        exact = all(each.exact for each in decisions)
        found.tables["accounts"] = [
            self.outcome(
                name, taken.agreements, now, answers, found.events, program, forbidden, missing, exact
            )
        ]
        found.tables["happenings"] = [
            {"account": name, **each} for each in happenings_of(now, _lives(position), position.now)
        ]

    def take(self, name: str, head: Mapping[str, Any], rows: Iterable[str], found: Folded) -> Taken | None:
        """Return an account with what it is asked; set aside in `found` what cannot be taken. None if nothing can."""
        try:
            agreements = self._agreements(head)
            program = self.programs.of(agreements, self.layers)
            terms = self._terms(program, agreements, head)
            asked = self.questions(agreements, program)
        except (BadTerms, BadQuestion) as wrong:
            found.rejects.append(Reject.of(name, wrong, json.dumps(head, ensure_ascii=False, default=str)))
            return None
        ledger = checked(program, self.events(program, name, rows, found))
        found.events = len(ledger.entries)
        return Taken(Account(program, terms, ledger), agreements, asked)

    def _agreements(self, head: Mapping[str, Any]) -> tuple[str, ...]:
        listed = _signed(head)
        if not listed:
            return self.agreements
        for each in listed:
            if str(each).partition("@")[0] not in self.agreements:
                known = ", ".join(self.agreements)
                raise BadTerms("agreements", f"`{each}` is none of {known}", f"`{each}`不在{known}之中")
        return tuple(dict.fromkeys(str(each).partition("@")[0] for each in listed))

    def _terms(self, program: Program, agreements: tuple[str, ...], head: Mapping[str, Any]) -> Terms:
        given = {k: v for k, v in head.items() if k not in _OF_ACCOUNT and v not in (None, "")}
        settings = {**self.settings, **given, **_object(head, "settings")}
        terms = terms_from(
            program, settings, self.layers, {**self.readings, **_object(head, "readings")},
            _object(head, "answers"),
        )  # fmt: skip
        return replace(terms, versions=versions_from(program, _signed(head) or agreements))

    def events(
        self, program: Program, name: str, rows: Iterable[str], found: Folded, before: Sequence[Event] = ()
    ) -> list[Event]:
        """Return the events that can be taken; set aside the others, and those that do not fit beside them.

        Of rows that say different things under one id nobody knows which is right: all of them are set aside.
        `before` are those that were taken already; a row that says again what one of them says is passed over.
        """
        known = {each.id: each for each in before}
        made: list[Event] = []
        texts: dict[str, dict[str, None]] = {}
        for row in rows:
            try:
                for raw in self.mapped.of(loaded(row)):
                    event = event_from(program, raw, "row")
                    if known.get(event.id) == event:
                        continue
                    texts.setdefault(event.id, {})[row] = None
                    made.append(event)
            except BadEvent as wrong:
                found.rejects.append(Reject.of(name, wrong, row))
            except ValueError as wrong:
                reason = " ".join(str(wrong).split())
                found.rejects.append(Reject(name, "row", reason, row, in_words(reason, "zh")))
        while True:
            try:
                checked(program, (*before, *made))
            except BadEvent as wrong:
                kept = [each for each in made if each.id != wrong.where]
                if len(kept) == len(made):
                    found.rejects.append(Reject(name, wrong.field, f"{wrong.where}: {wrong.reason}", ""))
                    return []
                found.rejects += [Reject.of(name, wrong, row) for row in texts[wrong.where]]
                made = kept
            else:
                return made

    def outcome(
        self, name: str, agreements: tuple[str, ...], now: AccountStanding, answers: tuple[str, ...], events: int,
        program: Program, forbidden: Mapping[str, list[str]], missing: Mapping[str, list[str]] | None = None,
        exact: bool = True,
    ) -> Row:  # fmt: skip
        """Return the row of an account in the table of accounts."""
        owed = Counter[str]()
        for each in now.duties:
            if each.unpaid:
                owed[currency_of(program, each.document, each.norm)] += each.unpaid
        still = [each for each in now.breaches if each.status == "open"]
        return {
            "account": name,
            "agreements": list(agreements),
            "states": {_called(state, document): said(value) for state, document, value in now.states},
            "last_days": {document: iso(at) for document, at in now.last_days},
            "breaches": len(now.breaches),
            "open_breaches": len(still),
            "in_breach_of": list(dict.fromkeys(f"{each.document} {each.norm}" for each in still)),
            "unpaid": sum(each.unpaid or 0 for each in now.duties),
            "owed": dict(sorted(owed.items())),
            "events": events,
            "exact": exact,
            **dict(zip(self.asked, answers, strict=True)),
            "missing": dict(missing or {}),
            "forbidden_by": dict(forbidden),
        }


HAPPENINGS = {
    "account": "VARCHAR", "happened_at": "TIMESTAMP", "what": "VARCHAR", "document": "VARCHAR", "norm": "VARCHAR",
    "about": "VARCHAR", "by": "VARCHAR",
}  # fmt: skip
REJECTS = dict.fromkeys(("account", "field", "reason", "reason_zh", "row"), "VARCHAR")


Life = tuple[str, Instant | None, Instant | None]
"""The life of an agreement: its name, since when it is in force, until when."""


def happenings_of(now: AccountStanding, lives: Iterable[Life], at: Instant) -> Iterator[Row]:
    """Yield what somebody would want to count: breaches and their ends, and the beginnings and ends of agreements."""
    for each in now.breaches:
        row = {"document": each.document, "norm": each.norm, "about": each.trigger, "by": each.by}
        yield {"happened_at": clock(each.started_at), "what": "breach", **row}
        if each.ended_at is not None:
            yield {"happened_at": clock(each.ended_at), "what": each.status, **row}
    for document, since, end in lives:
        for what, instant in (("in force", since), ("ended", end)):
            if instant is not None and instant <= at:
                yield {"happened_at": clock(instant), "what": what, "document": document}


def _lives(position: Position) -> Iterator[Life]:
    """Yield the lives of the agreements; what is not the same in each case of what is open is left out."""
    for agreement in position.program.agreements:
        cases = every_case(position, ("L", agreement))
        lives = {(each.since, each.end) if isinstance(each, LifeCell) else (None, None) for each in cases}
        yield agreement, _same(since for since, _ in lives), _same(end for _, end in lives)


def _same(instants: Iterable[Instant | None]) -> Instant | None:
    found = set(instants)
    return found.pop() if len(found) == 1 else None


def answer_of(decision: Decision) -> str:
    """Return an answer in one word or value; what is required is told from what is only permitted."""
    if decision.answer == "permitted" and decision.required:
        return "required"
    return str(decision.value) if decision.answer == "value" else decision.answer


def currency_of(program: Program, document: str, norm: str) -> str:
    """Return the currency (ISO code) in which an obligation is owed."""
    return _currencies(program)[document, norm]


@lru_cache(maxsize=64)
def _currencies(program: Program) -> dict[tuple[str, str], str]:
    voice = Voice(program, "en")
    return {
        (norm.document, norm.id): voice.money_of(program.acts.get(norm.act.name)).of
        for norm in program.norms if isinstance(norm, Obligation)
    }  # fmt: skip


def _called(state: str, document: str) -> str:
    return f"{document} {state}" if document else state


def said(value: Any) -> str:
    """Return the value of a state in words."""
    return "undetermined" if isinstance(value, Item) else str(value)


def loaded(row: str) -> dict[str, Any]:
    """Return a row. Raises BadEvent where a key stands twice in it, and ValueError for what is no row."""
    raw = json.loads(row, parse_float=str, object_pairs_hook=_once)
    if not isinstance(raw, dict):
        raise ValueError("a JSON object is wanted")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise BadEvent("", twice, "it stands twice in the line", "该行中出现两次")
    return found


def _signed(head: Mapping[str, Any]) -> list[Any]:
    """Return the agreements that an account names, as its ledger would: several, or one."""
    named = head.get("agreements") or head.get("agreement") or ""
    return named if isinstance(named, list) else str(named).replace(";", " ").split()


def _object(head: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a field that is a mapping, or the JSON text of one. Raises BadTerms."""
    value = head.get(name)
    if isinstance(value, str) and value:
        try:
            value = json.loads(value, parse_float=str, object_pairs_hook=_once)
        except BadEvent as wrong:
            raise BadTerms(wrong.field, wrong.reason, wrong.zh) from None
        except ValueError:
            raise BadTerms(name, "a JSON object is wanted", "应为JSON对象") from None
    if value not in (None, "") and not isinstance(value, dict):
        raise BadTerms(name, "a JSON object is wanted", "应为JSON对象")
    return dict(value or {})
