"""A decision as callers get it: the context of an AuthZEN answer, with reasons in both languages.

What differs from call to call (when it was asked, the decision's id) is no part of it, so equal questions get equal
bodies: the instant asked about is in the receipt only where the caller named it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.dates import iso
from engine.decision import Decision, Reason
from engine.event import Instant
from engine.explain import LANGUAGES, Voice, decision_as_json, receipt_as_json
from engine.program import Program
from engine.question import Question


def context_of(
    decision: Decision,
    question: Question,
    program: Program,
    revision: str,
    as_of: Instant | None,
) -> dict[str, Any]:
    """Return what an answer says beside yes and no. `as_of` is None where the caller did not name a day."""
    receipt = receipt_as_json(decision.receipt) | {"revision": revision}
    if as_of is None:
        del receipt["as_of"]
    return {
        "outcome": decision.answer,
        "required": decision.required,
        "reasons": {
            language: list(_said(decision, Voice(program, language, question))) for language in LANGUAGES
        },
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


def whole(decision: Decision, question: Question, program: Program, revision: str) -> dict[str, Any]:
    """Return everything: the decision as `contract schema` has it, and the reasons in words."""
    said = context_of(decision, question, program, revision, question.at)
    return {
        "answer": decision.answer,
        "decision": decision_as_json(decision),
        "reasons": said["reasons"],
        "revision": revision,
    }


def refused(outcome: str, zh: str, en: str) -> dict[str, Any]:
    """Return the context of a no that comes before any contract is asked."""
    return {
        "outcome": outcome,
        "reasons": {"en": [{"depth": 1, "text": en}], "zh": [{"depth": 1, "text": zh}]},
    }


def _said(decision: Decision, voice: Voice) -> Iterator[dict[str, Any]]:
    reasons: tuple[Reason, ...] = decision.reasons
    if decision.answer == "undetermined":
        for item in decision.missing:
            said = voice.item(item)
            yield {"depth": 1, "text": voice.pick(f"missing: {said}", f"待定：{said}")}
        if reasons and reasons[0].code == "open":
            reasons = reasons[0].parts
    for reason in reasons:
        for depth, text in voice.tree(reason, 1, None):
            yield {"depth": depth, "text": text}
