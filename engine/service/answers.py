"""A decision as callers get it: the context of an AuthZEN answer, with reasons in both languages, as JSON.

What differs from call to call (when it was asked, the decision's id) is no part of it, so equal questions get equal
bodies: the instant asked about is in the receipt only where the caller named it.

The JSON is put together from pieces, not from objects: most of what is said hangs on the contracts alone, and is
written once, and of the rest (which depends on an account at a revision, never on when it is asked) what was written
last is kept: `MOST_KEPT` pieces of a program, the largest of which are all reasons of an answer; no whole answer.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any

from engine.canonical import to_json
from engine.dates import iso
from engine.decision import Decision, Item, Reason, is_unmistakable
from engine.event import Instant
from engine.logged import WORD, Logged, instant
from engine.naming import LANGUAGES
from engine.program import Program
from engine.question import May
from engine.voice import Line, Voice, is_of_contracts

Said = tuple[bytes, ...]
"""Some lines of an explanation with their depths, JSON with commas between, in every language."""
_OF_CONTRACTS = frozenset({"reading", "question", "blank"})
"""What can be open of which a contract says everything; the rest names what is in a ledger."""
MOST_KEPT = 20_000
"""How many pieces that name something of an account are kept, for each program."""


class Words:
    """Speaks of one program in every language. What hangs on the contracts alone is put into words once."""

    __slots__ = ("_kept", "_last", "_parties", "_said", "_voices", "logged")

    def __init__(self, program: Program) -> None:
        self.logged = Logged(program.versions)
        self._voices = tuple(Voice(program, language) for language in LANGUAGES)
        self._said: dict[tuple[Any, ...], Said] = {}
        self._parties: dict[str, tuple[Voice, ...]] = {}
        self._kept: dict[tuple[Reason, str], Said] = {}
        # By which object the reasons are: what an account has told before it tells with the same.
        self._last: dict[tuple[int, str], tuple[Decision, Said]] = {}

    def reasons(self, decision: Decision, question: May) -> Said:
        """Return the reasons of a decision as lines with their depth, by language; what is missing comes first."""
        key = id(decision.reasons), question.party
        last = self._last.get(key)
        if last is not None and _is_told_alike(last[0], decision):
            return last[1]
        found = self._reasons(decision, question)
        if len(self._last) >= MOST_KEPT:
            self._last.clear()
        self._last[key] = decision, found
        return found

    def _reasons(self, decision: Decision, question: May) -> Said:
        reasons: tuple[Reason, ...] = decision.reasons
        said: list[Said] = []
        if decision.answer == "undetermined":
            said += [self._missing(item, question) for item in decision.missing]
            if reasons and reasons[0].code == "open":
                reasons = reasons[0].parts
        party, kept = question.party, self._kept
        for reason in reasons:
            found = kept.get((reason, party))
            said.append(self._of(reason, question) if found is None else found)
        if len(said) == 1:
            return said[0]
        return tuple(map(b",".join, zip(*said, strict=True))) if said else (b"",) * len(LANGUAGES)

    def _of(self, reason: Reason, question: May) -> Said:
        """Return a reason in words, and keep it."""
        # Where its words hang on the contracts alone, they are those of all accounts, whatever events it cites.
        shared = not reason.parts and is_of_contracts(reason)
        key = (reason.code, reason.args, reason.holds, question.party) if shared else ()
        found = self._said.get(key) or self._put(reason, question)
        if is_unmistakable(reason):
            if shared:
                self._said[key] = found
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[reason, question.party] = found
        return found

    def _put(self, reason: Reason, question: May) -> Said:
        """Return a reason and what it rests on."""
        return tuple(_lines(voice.tree(reason, 1, None)) for voice in self._asked(question))

    def _missing(self, item: Item, question: May) -> Said:
        key = ("missing", *item)
        found = self._said.get(key)
        if found is None:
            found = tuple(_lines([_missing(voice, item)]) for voice in self._asked(question))
            if item.about is None and item.kind in _OF_CONTRACTS:
                self._said[key] = found
        return found

    def _asked(self, question: May) -> tuple[Voice, ...]:
        """Return who speaks about questions of that party: nothing else of a question is in a reason."""
        found = self._parties.get(question.party)
        if found is None:
            found = self._parties[question.party] = tuple(
                each.asked(May(question.party, question.act, question.at)) for each in self._voices
            )
        return found


def _is_told_alike(one: Decision, other: Decision) -> bool:
    """Tell whether two decisions have the very same reasons, with the same before them."""
    return one.reasons is other.reasons and one.missing is other.missing and one.answer == other.answer


def _lines(lines: list[Line]) -> bytes:
    return b",".join([b'{"depth":%d,"text":%b}' % (depth, to_json(text)) for depth, text in lines])


def _missing(voice: Voice, item: Item) -> Line:
    said = voice.item(item)
    return 1, voice.pick(f"missing: {said}", f"待定：{said}")


def context_of(
    decision: Decision, question: May, words: Words, revision: str, as_of: Instant | None
) -> bytes:
    """Return what an answer says beside yes and no. `as_of` is None where the caller did not name a day."""
    en, zh = words.reasons(decision, question)
    receipt, logged = decision.receipt, words.logged
    # Instants and revisions are written in letters that JSON writes as they are.
    holds = f',"holds_until":{instant(decision.holds_until)}'
    asked = "" if as_of is None else f'"as_of":"{iso(receipt.as_of)}",'
    ended = f',{asked}"known_at":{instant(receipt.known_at)},"revision":"{revision}"}}}}'
    return b"".join((
        _begun(decision.answer, decision.required), en, b'],"zh":[', zh, b"]}", logged.left_open(decision),
        holds.encode(), _SAYS[decision.truncated, decision.provisional, decision.exact], logged.receipt(receipt),
        ended.encode(),
    ))  # fmt: skip


@lru_cache(maxsize=64)
def _begun(outcome: str, required: bool) -> bytes:
    return b'{"outcome":%b,"required":%b,"reasons":{"en":[' % (to_json(outcome), WORD[required])


_SAYS = {
    said: b',"truncated":%b,"provisional":%b,"exact":%b,"receipt":' % tuple(map(WORD.__getitem__, said))
    for said in product((True, False), repeat=3)
}


def body_of(is_yes: bool, context: bytes) -> bytes:
    """Return an AuthZEN answer, yes or no, with its context, which is JSON."""
    return b'{"decision":%b,"context":%b}' % (WORD[is_yes], context)


def refused(outcome: str, zh: str, en: str) -> bytes:
    """Return a no that comes before any contract is asked."""
    reasons = {"en": [{"depth": 1, "text": en}], "zh": [{"depth": 1, "text": zh}]}
    return body_of(False, to_json({"outcome": outcome, "reasons": reasons}))
