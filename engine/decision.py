"""What the engine answers: verdicts, reasons, what is open, and how to get the same answer again.

Tuples rather than frozen dataclasses where a decision is made in microseconds; they are just as immutable.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, NamedTuple

from engine.event import Instant


class Verdict(Enum):
    """The six answers to `may`, as `docs/decisions.md` defines them."""

    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    NO_BASIS = "no_basis"
    UNREGULATED = "unregulated"
    UNDETERMINED = "undetermined"
    CONFLICTING = "conflicting"


class Item(NamedTuple):
    """Something left open: a blank, question, reading, allegation, date, or the order of simultaneous events.

    `name` is the declared name (an event's id for an allegation or a date); `about` the thing a question is about.
    """

    kind: str
    name: str
    about: str | None = None


class Reason(NamedTuple):
    """A node of the derivation: what was looked at, whether it held, why, and on which events.

    `code` chooses the sentence (see `explain.py`); `args` fill it. `holds` is None where it could not be told.
    """

    code: str
    args: tuple[Any, ...] = ()
    holds: bool | None = True
    parts: tuple[Reason, ...] = ()
    events: tuple[str, ...] = ()


def events_in(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Return the ids of the events that reasons rest on, each once, in order."""
    found: dict[str, None] = {}
    stack = list(reversed(tuple(reasons)))
    while stack:
        reason = stack.pop()
        found.update(dict.fromkeys(reason.events))
        stack.extend(reversed(reason.parts))
    return tuple(found)


def is_unmistakable(reason: Reason) -> bool:
    """Tell whether whatever equals a reason says the same: `True` equals 1, and is no number."""
    args = reason.args
    return 0 not in args and 1 not in args and all(map(is_unmistakable, reason.parts))


class Cure(NamedTuple):
    """One fact that would help to turn the answer: an act by a party, about an object, of an amount in minor units."""

    party: str | None
    act: str
    about: str | None = None
    amount: int | None = None


class Receipt(NamedTuple):
    """What the answer rests on; the same receipt and question give the same bytes."""

    documents: tuple[tuple[str, str, str], ...]
    engine: str
    calendar: str
    terms: str
    ledger: str
    events: int
    as_of: Instant
    known_at: Instant | None


class Decision(NamedTuple):
    """An answer with everything that makes it checkable.

    `answer` is the verdict's word for `may`, else `yes`, `no`, `cured`, a state, a value, or `undetermined`. `missing`
    holds the open items of which some answer changes the answer; `could_be` what it can become; `assumes` the default
    readings of which another option would change it. `holds_until` is the next instant at which time alone can change
    it (None: never). `exact` is False past the limit of cases (`docs/decisions.md`).
    """

    answer: str
    verdict: Verdict | None
    required: bool
    value: Any
    truncated: bool
    reasons: tuple[Reason, ...]
    missing: tuple[Item, ...]
    could_be: tuple[str, ...]
    assumes: tuple[tuple[str, str], ...]
    cure: tuple[Cure, ...]
    holds_until: Instant | None
    provisional: bool
    exact: bool
    receipt: Receipt

    @property
    def cited_events(self) -> tuple[str, ...]:
        """The ids of the events that the reasons rest on, each once, in order."""
        return events_in(self.reasons)


def assumed(decisions: Iterable[Decision]) -> tuple[tuple[str, str], ...]:
    """Return the default readings that any of some decisions names: what these have in common hangs on no other."""
    return tuple(sorted({pair for each in decisions for pair in each.assumes}))
