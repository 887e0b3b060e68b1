"""A decision as callers get it: the context of an AuthZEN answer, with reasons in both languages.

What differs from call to call (when it was asked, the decision's id) is no part of it, so equal questions get equal
bodies: the instant asked about is in the receipt only where the caller named it.
"""

from __future__ import annotations

from typing import Any

from engine.dates import iso
from engine.decision import Decision, Reason
from engine.event import Instant
from engine.explain import receipt_as_json
from engine.program import Program
from engine.question import Question
from engine.voice import LANGUAGES, Line, Voice

Voices = tuple[Voice, ...]
"""For each language who speaks it, with the phrases of one program that were put into words already."""


def voices_of(program: Program) -> Voices:
    """Return who speaks of a program."""
    return tuple(Voice(program, language) for language in LANGUAGES)


def context_of(
    decision: Decision, question: Question, voices: Voices, revision: str, as_of: Instant | None
) -> dict[str, Any]:
    """Return what an answer says beside yes and no. `as_of` is None where the caller did not name a day."""
    receipt = receipt_as_json(decision.receipt) | {"revision": revision}
    if as_of is None:
        del receipt["as_of"]
    return {
        "outcome": decision.answer,
        "required": decision.required,
        "reasons": {each.language: _said(decision, each.asked(question)) for each in voices},
        "missing": [item._asdict() for item in decision.missing],
        "could_be": list(decision.could_be),
        "assumes": [{"reading": reading, "option": option} for reading, option in decision.assumes],
        "cure": [cure._asdict() for cure in decision.cure],
        "holds_until": iso(decision.holds_until) if decision.holds_until is not None else None,
        "truncated": decision.truncated,
        "provisional": decision.provisional,
        "exact": decision.exact,
        "receipt": receipt,
    }


def refused(outcome: str, zh: str, en: str) -> dict[str, Any]:
    """Return the context of a no that comes before any contract is asked."""
    return {
        "outcome": outcome,
        "reasons": {"en": [{"depth": 1, "text": en}], "zh": [{"depth": 1, "text": zh}]},
    }


def _said(decision: Decision, voice: Voice) -> list[dict[str, Any]]:
    reasons: tuple[Reason, ...] = decision.reasons
    found: list[Line] = []
    if decision.answer == "undetermined":
        for item in decision.missing:
            said = voice.item(item)
            found.append((1, voice.pick(f"missing: {said}", f"待定：{said}")))
        if reasons and reasons[0].code == "open":
            reasons = reasons[0].parts
    for reason in reasons:
        found += voice.tree(reason, 1, None)
    return [{"depth": depth, "text": text} for depth, text in found]
