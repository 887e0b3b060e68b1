"""How sentences are kept: a table of them by the codes of reasons, and the events at the end of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from contractlang.norms import Norm
from engine.decision import Reason

if TYPE_CHECKING:
    from engine.voice import Voice

Sentence = Callable[["Voice", Reason, "Norm | None"], str]


def says(table: dict[str, Sentence], code: str) -> Callable[[Sentence], Sentence]:
    """Let a function be the sentence in a table for one code."""

    def keep(sentence: Sentence) -> Sentence:
        table[code] = sentence
        return sentence

    return keep


def on(voice: Voice, reason: Reason) -> str:
    """Return the events that a reason rests on, as an aside."""
    events = tuple(dict.fromkeys(reason.events))
    if not events:
        return ""
    return voice.pick(f" ({', '.join(events)})", f"（{'、'.join(events)}）")
