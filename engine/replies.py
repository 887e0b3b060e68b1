"""The answer to a query of a scenario file, in the words of the file."""

from __future__ import annotations

from dataclasses import replace

from engine.account import Account
from engine.dates import iso, parse_instant, spoken
from engine.decision import Decision, Item
from engine.event import BUILT_IN, Ledger
from engine.openings import open_time, opens, stretches
from engine.queries import question_of
from engine.question import AmountOfSum, LastDay, May, Question
from engine.situation import Situation, undated

Replied = tuple[str, list[str], list[str]]
"""An answer, what is missing for it, and what it could be."""


class Reply:
    """What the engine says of the account that a situation makes."""

    def __init__(self, situation: Situation) -> None:
        self.situation, self.words = situation, situation.mapping.raw
        self.kind = situation.query["ask"]["kind"]

    def narrowed(self) -> Replied:
        """Return the answer, as narrowed by what the file says of a gap of the text: that was agreed elsewhere, or not.

        Where both lead to one answer, it is the answer.
        """
        told = self.answer()
        there = self.situation
        for name, target in self.words["parameters"].items():
            if target in told[1] and there.parameters.get(name) is not None and there.is_gap(target):
                one, other = (
                    Reply(there.varied(target, value)).answer() for value in (there.parameters[name], "blank")
                )
                told = one if one == other else told
        return told

    def answer(self) -> Replied:
        """Return the engine's answer, what is missing for it and what it could be, in the words of the file."""
        asked = self.situation.mapping.of(self.situation.query["ask"])
        match self.kind:
            case "deadline" if opening := self.words["openings"].get(asked):
                return self.opened(opening["tells"])
            case "deadline" if notice := self.words["given"].get(asked):
                return spoken(parse_instant(self.situation.giving_time(notice)[1])), [], []
            case "earliest" | "latest":
                return self.opened("start" if self.kind == "earliest" else "end")
            case "amount" if asked.partition(":")[0] in self.words["settled"]:
                return self.paid()
            case "overdue":
                return self.overdue()
            case _:
                return self.said(self.decision())

    def said(self, decision: Decision) -> Replied:
        """Return a decision in the words of the file."""
        return self.spoken(decision), self.missing(decision), [self.word(each) for each in decision.could_be]

    def opened(self, tells: str) -> Replied:
        """Return from when, or until when, the act asked about is open; as things stand at the instant asked about."""
        question = question_of(self.situation)
        assert isinstance(question, May)
        standing = [
            e
            for e in self.situation.events
            if e.occurred_at is None or e.effect_at <= question.at or e.name in BUILT_IN
        ]
        account = Account(self.situation.program, self.situation.terms, Ledger(tuple(standing)))
        found = stretches(account, question, self.situation.known_at)
        if tells == "end":
            time = open_time(found, question.at)
            if not time or time[-1].end is None:
                return "none", [], []
            # Where it is certain for a while and then only perhaps, the end is what is open.
            before, last = (set(each.decision.missing) for each in (time[0], time[-1]))
            if last - before:
                return "undetermined", self.missing(time[-1].decision), []
            return spoken(time[-1].end), [], []
        first = opens(found, question.at)
        if first is None:
            return "none", [], []
        return (iso(first.start)[:16], [], []) if first.is_open else self.said(first.decision)

    def paid(self) -> Replied:
        """Return what was paid of a bill, or of all: what it comes to less what is unpaid."""
        question = question_of(self.situation)
        assert isinstance(question, AmountOfSum)
        owed = self.asked(replace(question, name="fee"))
        unpaid = self.asked(question)
        for each in (owed, unpaid):
            if each.answer != "value":
                return each.answer, self.missing(each), []
        return self.word(str(int(owed.value) - int(unpaid.value))), [], []

    def overdue(self) -> Replied:
        """Return whether something is unpaid of a bill whose last day is over."""
        unpaid = question_of(self.situation)
        assert isinstance(unpaid, AmountOfSum)
        told = [self.asked(each) for each in (unpaid, LastDay("pay", unpaid.at, about=unpaid.about))]
        for each in told:
            if each.answer == "undetermined":
                return each.answer, self.missing(each), []
        owed, last = (each.value for each in told)
        late = bool(owed) and int(owed) > 0 and last is not None and parse_instant(str(last)) <= unpaid.at
        return "yes" if late else "no", [], []

    def asked(self, question: Question) -> Decision:
        """Return the engine's answer to a question, as the query knows things."""
        return self.situation.account.decide(question, self.situation.known_at)

    def decision(self) -> Decision:
        """Return the engine's answer. Of a duty that was done, the last day is asked just before it was."""
        question = question_of(self.situation)
        decision = self.asked(question)
        if isinstance(question, LastDay) and decision.answer == "none" and question.norm is not None:
            done = [
                event.effect_at
                for event in self.situation.events
                if event.name == question.norm and event.effect_at <= question.at
            ]
            if done:
                return self.asked(replace(question, at=max(done) - 1))
        return decision

    def word(self, answer: str) -> str:
        """Return what the file calls an answer, or a sum."""
        words: dict[str, str] = self.words["words"]
        if self.kind in ("amount", "state") and answer.lstrip("-").isdigit():
            return f"{int(answer) // 100}.{int(answer) % 100:02d}"
        return words.get(answer, answer) if self.kind in ("allowed", "state") else answer

    def spoken(self, decision: Decision) -> str:
        """Return the answer in the words of the file. Where no layer knows a limitation, none has expired."""
        if self.kind == "limitation_expired" and decision.answer == "no_basis":
            return "no"
        if self.kind == "in_force" and decision.answer != "undetermined":
            return "yes" if decision.answer == "in_force" else "no"
        if decision.answer == "permitted" and decision.required:
            return "obliged"
        if decision.answer == "value":
            value = decision.value
            if self.kind == "deadline" and isinstance(value, str) and not value.endswith("24:00"):
                return value[:16]
            return self.word(str(value))
        return self.word(decision.answer)

    def missing(self, decision: Decision) -> list[str]:
        """Return what is missing by the ids of the file, each once."""
        return list(dict.fromkeys(self.outside(item) for item in decision.missing))

    def outside(self, item: Item) -> str:
        """Return the id that the file has for what is missing."""
        declared = self.situation.program.declarations.get(item.name)
        if declared is not None and declared.external:
            return declared.external
        if item.kind == "order":
            return "F-EVENT-ORDER"
        if item.kind == "calendar":
            return f"F-CALENDAR-{item.name}"
        if item.kind == "date":
            event = next((e for e in self.situation.events if e.id == item.name), None)
            return undated(event.actor, event.name) if event is not None else item.name
        named: dict[str, str] = self.words.get("facts") or {}
        return named[item.name] if item.kind == "fact" and item.name in named else f"{item.kind}:{item.name}"
