"""What may be asked of an account. Instants are microseconds UTC; a question carries the day it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.event import Instant


@dataclass(frozen=True, slots=True)
class May:
    """May, or must, the party do the act, with these values of its parameters, at that instant?"""

    party: str
    act: str
    at: Instant
    fields: Mapping[str, Any] = field(default_factory=dict)


class _Filling:
    """A question while its slots are filled; then it becomes a `May`, which nothing can write to any more.

    One is made for every evaluation, and the constructor of a frozen dataclass takes several times as long.
    """

    __slots__ = May.__slots__


_NONE: Mapping[str, Any] = {}


def plainly_may(party: str, act: str, at: Instant) -> May:
    """Return the question whether a party may do an act, with no values of its parameters."""
    made: Any = _Filling()
    made.party = party
    made.act = act
    made.at = at
    made.fields = _NONE
    made.__class__ = May
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class InBreachOf:
    """Is the party in breach of the norms of a clause, or of one norm (`五.2`, `三.2b`, a label)?"""

    party: str
    norm: str
    at: Instant
    document: str | None = None


@dataclass(frozen=True, slots=True)
class StateOf:
    """What is a state (`agreement`, `service`, `tariff`)?"""

    state: str
    at: Instant
    document: str | None = None


@dataclass(frozen=True, slots=True)
class LastDay:
    """What is the end of a window: of the agreement (norm None), or of a duty for one trigger (an event's id)?

    `trigger` may be the fields of one still to come. With `bar`, it is the period after which the claim from a breach
    of the duty is time-barred.
    """

    norm: str | None
    at: Instant
    about: str | None = None
    document: str | None = None
    trigger: Mapping[str, Any] | None = None
    bar: bool = False


@dataclass(frozen=True, slots=True)
class AmountOfSum:
    """How much is a named amount, or (`due`) what is unpaid on a duty, for one trigger or in all?"""

    name: str
    at: Instant
    about: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class WhoBears:
    """Who bears the loss of an event?"""

    about: str
    at: Instant
    loss: int | None = None


@dataclass(frozen=True, slots=True)
class Renewed:
    """Was the agreement renewed?"""

    at: Instant
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Has that notice arrived?"""

    about: str
    at: Instant


@dataclass(frozen=True, slots=True)
class TimeBarred:
    """Is the claim from a duty's breach time-barred?"""

    norm: str
    about: str | None
    at: Instant
    document: str | None = None


Question = May | InBreachOf | StateOf | LastDay | AmountOfSum | WhoBears | Renewed | Arrived | TimeBarred

KINDS: dict[str, type[Question]] = {
    "may": May, "in_breach": InBreachOf, "state": StateOf, "last_day": LastDay, "amount": AmountOfSum,
    "who_bears": WhoBears, "renewed": Renewed, "arrived": Arrived, "time_barred": TimeBarred,
}  # fmt: skip
"""What each kind is called as JSON, in answers and in the log."""

CALLED: dict[type, str] = {kind: name for name, kind in KINDS.items()}


def about_of(question: Question) -> str | None:
    """Return the id of the event, or other trigger, that a question is about; None where it is about none."""
    if isinstance(question, LastDay | AmountOfSum | WhoBears | Arrived | TimeBarred):
        return question.about
    return None
