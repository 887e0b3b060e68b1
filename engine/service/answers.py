"""A decision as callers get it: the context of an AuthZEN answer, with reasons in both languages.

What differs from call to call (when it was asked, the decision's id) is no part of it, so equal questions get equal
bodies: the instant asked about is in the receipt only where the caller named it.
"""

from __future__ import annotations

from typing import Any

from engine.dates import iso
from engine.decision import Decision, Item, Reason, Receipt
from engine.event import Instant
from engine.explain import documents_as_json
from engine.program import Program
from engine.question import May
from engine.voice import LANGUAGES, Voice, is_of_contracts

Line = dict[str, Any]
"""One line of an explanation, with its depth."""
Pair = tuple[Line, ...]
"""The same line in every language."""
_OF_CONTRACTS = frozenset({"reading", "question", "blank"})
"""What can be open of which a contract says everything; the rest names what is in a ledger."""


class Words:
    """Speaks of one program in every language. What hangs on the contracts alone is put into words once."""

    __slots__ = ("_documents", "_lines", "_parties", "_voices")

    def __init__(self, program: Program) -> None:
        self._voices = tuple(Voice(program, language) for language in LANGUAGES)
        self._lines: dict[tuple[Any, ...], tuple[Pair, ...]] = {}
        self._parties: dict[str, tuple[Voice, ...]] = {}
        self._documents = documents_as_json(program.versions)

    def reasons(self, decision: Decision, question: May) -> dict[str, list[Line]]:
        """Return the reasons of a decision as lines with their depth, by language; what is missing comes first."""
        reasons: tuple[Reason, ...] = decision.reasons
        pairs: list[Pair] = []
        if decision.answer == "undetermined":
            pairs += [self._missing(item, question) for item in decision.missing]
            if reasons and reasons[0].code == "open":
                reasons = reasons[0].parts
        for reason in reasons:
            pairs += self._told(reason, question)
        return {each.language: [pair[place] for pair in pairs] for place, each in enumerate(self._voices)}

    def _told(self, reason: Reason, question: May) -> tuple[Pair, ...]:
        """Return a reason and what it rests on, each line in every language."""
        if reason.parts or not is_of_contracts(reason):
            return self._put(reason, question)
        key = (reason.code, reason.args, reason.holds, question.party)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = self._put(reason, question)
        return found

    def _put(self, reason: Reason, question: May) -> tuple[Pair, ...]:
        trees = [voice.tree(reason, 1, None) for voice in self._asked(question)]
        return tuple(tuple(map(_line, pair)) for pair in zip(*trees, strict=True))

    def _missing(self, item: Item, question: May) -> Pair:
        key = ("missing", *item)
        found = self._lines.get(key)
        if found is None:
            found = (tuple(_missing(voice, item) for voice in self._asked(question)),)
            if item.about is None and item.kind in _OF_CONTRACTS:
                self._lines[key] = found
        return found[0]

    def _asked(self, question: May) -> tuple[Voice, ...]:
        """Return who speaks about questions of that party: nothing else of a question is in a reason."""
        found = self._parties.get(question.party)
        if found is None:
            found = self._parties[question.party] = tuple(
                each.asked(May(question.party, question.act, question.at)) for each in self._voices
            )
        return found

    def receipt(self, receipt: Receipt, revision: str, dated: bool) -> dict[str, Any]:
        """Return a receipt as JSON-ready values, with the revision as callers are told it."""
        return {
            "documents": self._documents, "engine": receipt.engine, "calendar": receipt.calendar,
            "terms": receipt.terms, "ledger": receipt.ledger, "events": receipt.events,
            **({"as_of": iso(receipt.as_of)} if dated else {}),
            "known_at": iso(receipt.known_at) if receipt.known_at is not None else None, "revision": revision,
        }  # fmt: skip


def _line(said: tuple[int, str]) -> Line:
    depth, text = said
    return {"depth": depth, "text": text}


def _missing(voice: Voice, item: Item) -> Line:
    said = voice.item(item)
    return _line((1, voice.pick(f"missing: {said}", f"待定：{said}")))


def context_of(
    decision: Decision, question: May, words: Words, revision: str, as_of: Instant | None
) -> dict[str, Any]:
    """Return what an answer says beside yes and no. `as_of` is None where the caller did not name a day."""
    return {
        "outcome": decision.answer,
        "required": decision.required,
        "reasons": words.reasons(decision, question),
        "missing": [item._asdict() for item in decision.missing],
        "could_be": list(decision.could_be),
        "assumes": [{"reading": reading, "option": option} for reading, option in decision.assumes],
        "cure": [cure._asdict() for cure in decision.cure],
        "holds_until": iso(decision.holds_until) if decision.holds_until is not None else None,
        "truncated": decision.truncated,
        "provisional": decision.provisional,
        "exact": decision.exact,
        "receipt": words.receipt(decision.receipt, revision, dated=as_of is not None),
    }


def refused(outcome: str, zh: str, en: str) -> dict[str, Any]:
    """Return the context of a no that comes before any contract is asked."""
    return {
        "outcome": outcome,
        "reasons": {"en": [{"depth": 1, "text": en}], "zh": [{"depth": 1, "text": zh}]},
    }
