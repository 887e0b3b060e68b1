"""From when, and until when, an act is open to a party: time alone, and what happened up to the instant asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.account import Account
from engine.decision import Decision
from engine.event import Instant
from engine.question import May


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the answer is the same; `end` is the instant at which another begins, None if none does."""

    start: Instant
    end: Instant | None
    decision: Decision

    @property
    def is_open(self) -> bool:
        """Whether the act is allowed."""
        return self.decision.answer == "permitted"

    @property
    def may_be_open(self) -> bool:
        """Whether the act is allowed in some case."""
        return self.is_open or "permitted" in self.decision.could_be


def stretches(account: Account, question: May, known_at: Instant | None) -> list[Stretch]:
    """Return the times in which the answer to a question stays one, from the first fact on; none without a fact."""
    found: list[Stretch] = []
    for at, decision in _looks(account, question, known_at):
        last = found[-1] if found else None
        if last is not None and _same(last.decision, decision):
            continue
        if last is not None:
            found[-1] = Stretch(last.start, at, last.decision)
        found.append(Stretch(at, None, decision))
    return found


def opens(found: list[Stretch], at: Instant) -> Stretch | None:
    """Return the stretch that tells since when the act is open at an instant, or from when; None if never."""
    now = max((place for place, each in enumerate(found) if each.start <= at), default=0)
    place = next((place for place, each in enumerate(found) if place >= now and each.may_be_open), None)
    if place is None:
        return None
    while place and found[place].is_open and found[place - 1].is_open:
        place -= 1
    return found[place]


def open_time(found: list[Stretch], at: Instant) -> list[Stretch]:
    """Return the time in which the act is perhaps open: the last that began by an instant, or else the first."""
    places = [place for place, each in enumerate(found) if each.may_be_open]
    begun = [place for place in places if found[place].start <= at]
    if not places:
        return []
    first = last = begun[-1] if begun else places[0]
    while first - 1 in places:
        first -= 1
    while last + 1 in places:
        last += 1
    return found[first : last + 1]


def _looks(account: Account, question: May, known_at: Instant | None) -> Iterator[tuple[Instant, Decision]]:
    """Yield the instants at which the answer may become another, and what it then is."""
    facts = sorted({each.effect_at for each in account.ledger if each.occurred_at is not None})
    at: Instant | None = facts[0] if facts else None
    while at is not None:
        decision = account.decide(May(question.party, question.act, at, question.fields), known_at)
        yield at, decision
        at = min(_after(at, (*facts, decision.holds_until)), default=None)


def _after(at: Instant, instants: Iterable[Instant | None]) -> Iterator[Instant]:
    return (each for each in instants if each is not None and each > at)


def _same(one: Decision, other: Decision) -> bool:
    return (one.answer, one.missing, one.could_be) == (other.answer, other.missing, other.could_be)
