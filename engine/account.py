"""One account: its documents, terms and ledger, and every answer about it.

Positions are kept for each fact, so a question about the past starts from what was reached then, and a late fact
re-derives only what comes after it. Everything is a function of what was given: nothing is stored, no clock is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.alleged import with_allegations
from engine.decide import decide
from engine.decision import Decision
from engine.errors import BadQuestion, Unreached
from engine.event import START, Event, Instant, Ledger
from engine.factline import FactLine, fact_line_of, goes_on, groups_of, in_order
from engine.position import Position, elapse
from engine.program import Program
from engine.question import Question, about_of
from engine.simultaneous import before_act, in_orders
from engine.terms import Terms
from engine.undated import Way, answered, combined, placed, ways


class Begun(NamedTuple):
    """What a ledger without its first entries goes on from: the position after them, and when the last was recorded."""

    position: Position
    recorded_at: Instant


@dataclass
class Account:
    """The relationship whose ledger is kept.

    With `begun` the ledger holds only what came after a position that was reached before (`engine/snapshot.py`).
    What `reaches` denies, such an account cannot tell: asked nevertheless, it raises Unreached.
    """

    program: Program
    terms: Terms
    ledger: Ledger
    _lines: dict[Instant | None, FactLine] = field(default_factory=dict, repr=False)
    begun: Begun | None = None

    def reaches(self, at: Instant, known_at: Instant | None = None, about: str | None = None) -> bool:
        """Tell whether the entries that are here suffice for questions about an instant, with that knowledge, and about
        an event.
        """
        begun = self.begun
        return begun is None or (
            at > begun.position.now
            and (known_at is None or known_at >= begun.recorded_at)
            and (not about or self._has(about))
        )

    def goes_on_with(self, events: Iterable[Event]) -> bool:
        """Tell whether events only go on from what was reached, whatever their order among themselves."""
        return self.begun is None or all(goes_on(each, self.begun.position.now) for each in events)

    def latest(self) -> Position | None:
        """Return the position after all facts, for others to go on from; None where what comes may bear on it."""
        line = self.line()
        if line.undated or line.alleges:
            return None
        return line.after_all()

    def decide(self, question: Question, known_at: Instant | None = None) -> Decision:
        """Return the answer to a question, with the knowledge of `known_at` (None: everything). Raises BadQuestion."""
        line = self.line(known_at)
        if not line.undated:
            at = question.at
            place = line.instants.up_to(at)
            reached = line.after(place, at)
            if reached.now != at or not line.has_act_of(question, place):
                return decide(reached, question, known_at)
        lines, exact = self._lines_tried(line, question.at)

        def shared(ask: Callable[[Position], Decision]) -> Decision:
            found = {way: _in_orders(each, question, ask) for way, each in lines.items()}
            return combined(question, line.undated, found, exact)

        def asked(reached: Position) -> Decision:
            return decide(reached, question, known_at)

        def under(reading: str, option: str) -> Decision:
            return shared(lambda reached: asked(reached.taking(reading, option)))

        told = shared(asked)
        by_default = self.program.taken(self.terms).by_default
        assumes = tuple(
            (reading, default)
            for reading, default in told.assumes
            if any(answered(under(reading, option)) != answered(told) for option in by_default[reading][2])
        )
        return told._replace(assumes=assumes)

    def answer(self, question: Question, known_at: Instant | None = None) -> Decision:
        """Return the answer to a question that somebody wrote, which may be about an event that nobody has reported.

        Nothing is unpaid on that, but by mistake. Raises BadQuestion.
        """
        self._need_event(question)
        return self.decide(question, known_at)

    def _need_event(self, question: Question) -> None:
        about = about_of(question)
        if not about or self._has(about):
            return
        if self.begun is not None:
            raise Unreached("the event asked about may be one of the entries that are not here")
        # What a norm arises from need not be an event: it may be a month.
        cells = self.position_at(question.at).cells
        if not any(key[0] in ("IO", "BO") and about in listed for key, listed in cells.items()):
            raise BadQuestion(
                "about", f"the account has no event `{about}`", f"账户没有编号为`{about}`的事件"
            )

    def _has(self, id: str) -> bool:
        return any(each.id == id for each in self.ledger)

    def what_if(self, events: Iterable[Event]) -> Account:
        """Return a copy of the account to which those events have happened; nothing is stored."""
        return Account(self.program, self.terms, Ledger((*self.ledger, *events)), begun=self.begun)

    def recorded(self, events: Iterable[Event]) -> Account:
        """Return the account to which those events were recorded; what they do not touch is not derived again."""
        more = tuple(events)
        account = Account(self.program, self.terms, self.ledger.with_events(more), begun=self.begun)
        line = self._lines.get(None)
        if line is not None and not (line.undated or line.alleges):
            if line.is_followed_by(more):
                account._lines[None] = line.followed_by(more)
            elif all(goes_on(each, START if line.begins is None else line.begins) for each in more):
                account._lines[None] = line.with_late(more)
            else:
                account.line().share(line)
        return account

    def position_at(self, at: Instant, known_at: Instant | None = None) -> Position:
        """Return where every norm stands at an instant."""
        return elapse(self.line(known_at).before(at + 1), at)

    def stands_as(self, other: Account, at: Instant) -> bool:
        """Tell whether it is seen at once that all stands at an instant as in another state of this account."""
        return self.line().after_facts(at).is_like(other.line().after_facts(at))

    def under_way(self, at: Instant, known_at: Instant | None = None) -> list[list[Event]]:
        """Return the facts that had happened by an instant and take effect later, those of one instant together."""
        line = self.line(known_at)
        ahead = (each for group in line.groups[line.instants.up_to(at) :] for each in group)
        return groups_of(each for each in ahead if each.occurred_at is not None and each.occurred_at <= at)

    def line(self, known_at: Instant | None = None) -> FactLine:
        """Return the facts known then, and the positions that they lead to."""
        line = self._lines.get(known_at)
        if line is None:
            begun = self.begun
            if begun is not None and (
                not self.goes_on_with(self.ledger) or (known_at is not None and known_at < begun.recorded_at)
            ):
                raise Unreached("what is asked hangs on entries that are not here")
            facts = with_allegations(self.program, self.ledger.as_known(known_at))
            line = fact_line_of(self.program, self.terms, facts, None if begun is None else begun.position)
            self._lines[known_at] = line
        return line

    def _lines_tried(self, line: FactLine, until: Instant) -> tuple[dict[Way, FactLine], bool]:
        """Return a line for every place that the undated facts could take, and whether these are all that differ."""
        if not line.undated:
            return {(): line}, True
        tried, exact = ways(line.undated, line.starts(), line.turns(until), until)
        return {
            way: fact_line_of(self.program, self.terms, placed(line.facts, line.undated, way))
            for way in tried
        }, exact


def _in_orders(line: FactLine, question: Question, ask: Callable[[Position], Decision]) -> Decision:
    """Return what the answers have in common, one for each of what may come before the act asked about."""
    place = line.instants.up_to(question.at)
    if not line.has_act_of(question, place):
        return ask(line.after(place, question.at))
    group = line.groups[place - 1]
    ordered = in_order(group)
    found = [ask(line.after_some(question.at, some)) for some in before_act(question, group, ordered)]
    return in_orders(group, found, ordered)
