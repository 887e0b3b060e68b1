"""What the loop leaves, told as the engine tells where an account stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from contractlang.norms import StateDecl
from engine.bulk.kernel.columns import words_of
from engine.bulk.kernel.machine import Outcome
from engine.bulk.kernel.plan import ANSWERS, BREACHED, CURED, FAR, MISSING, OPEN, SAID, SUSPENDED, Lane, Plan
from engine.event import Instant
from engine.history import AccountStanding, BreachStanding, DutyStanding
from engine.program import LIFE_STATES, Program
from engine.terms import Terms

_STATUS = {OPEN: "open", BREACHED: "breached", SUSPENDED: "suspended"}


class Laid(Protocol):
    """Accounts as they were laid out, as far as what comes of them is told by it."""

    @property
    def as_of(self) -> Instant:
        """The instant up to which they are folded."""

    @property
    def first(self) -> Sequence[int]:
        """Where the events of each account begin, and once more the end."""

    @property
    def things(self) -> Sequence[int]:
        """Where the things of each account begin, and once more the end."""

    @property
    def at(self) -> Sequence[int]:
        """When each event took effect."""

    def id_of(self, row: int) -> str:
        """Return the id of the event in a row."""

    def actor_of(self, row: int) -> str | None:
        """Return who acted in a row."""


class Results:
    """What came of each account of a layout, by its place there."""

    def __init__(self, program: Program, terms: Terms, plan: Plan, layout: Laid, outcome: Outcome) -> None:
        self.program, self.terms, self.plan, self.layout, self.outcome = program, terms, plan, layout, outcome
        self._words = words_of(plan)
        self._states = {name: place for place, (name, _) in enumerate(plan.states)}

    def left(self, place: int) -> str | None:
        """Return why the loop gave an account up; None where it did not."""
        number = int(self.outcome.gone[place])
        return self.plan.left_for(number) if number else None

    def answers(self, place: int) -> tuple[str, ...]:
        """Return the answers to the questions of the plan, in order."""
        count = len(self.plan.asked)
        left = self.outcome.answers[place * count : (place + 1) * count]
        return tuple(ANSWERS[int(each) % SAID] for each in left)

    def forbidding(self, place: int) -> list[list[str]]:
        """Return for each question the norms that forbid the act, as the tables write them."""
        count = len(self.plan.asked)
        left = self.outcome.answers[place * count : (place + 1) * count]
        return [self.plan.forbidding(number, int(each)) for number, each in enumerate(left)]

    def since(self, place: int) -> Instant | None:
        """Return since when the agreement is in force, where it had to take effect."""
        found = int(self.outcome.since[place])
        return None if found == MISSING else found

    def end(self, place: int) -> Instant | None:
        """Return when the agreement that took effect ends; None where it has no last day."""
        found = int(self.outcome.end[place])
        return None if self.since(place) is None or found >= FAR else found

    def standing(self, place: int) -> AccountStanding:
        """Return where an account stands."""
        end = self.end(place)
        breaches = sorted(
            self.breaches(place), key=lambda pair: (pair[0].started_at, pair[1], pair[0].trigger)
        )
        return AccountStanding(
            self.layout.as_of, tuple(self.states(place)), () if end is None else ((self.plan.document, end),),
            tuple(self.duties(place)), tuple(each for each, _ in breaches), (),
        )  # fmt: skip

    def states(self, place: int) -> Iterator[tuple[str, str, str]]:
        """Yield the states of an account, as the engine lists them."""
        document = self.plan.document
        yield "agreement", document, LIFE_STATES[int(self.outcome.life[place])]
        for name, declared in self.program.declarations.items():
            if not isinstance(declared, StateDecl):
                continue
            if name in self._states:
                number = self.outcome.states[place * len(self._states) + self._states[name]]
                yield name, "", self._words[int(number)]
                continue
            value = self.terms.states.get(name, declared.options[0].name if declared.options else None)
            if value is not None:
                yield name, document if declared.in_law else "", value

    def _instances(self, place: int) -> Iterator[tuple[Lane, int, int]]:
        for lane, kept in zip(self.plan.lanes, self.outcome.lanes, strict=True):
            begins, status = self.layout.first if lane.by_row else self.layout.things, kept["s"]
            for key in range(begins[place], begins[place + 1]):
                if status[key]:
                    yield lane, key, int(status[key])

    def duties(self, place: int) -> Iterator[DutyStanding]:
        """Yield the duties that are not over."""
        for lane, key, status in self._instances(place):
            if status in _STATUS and not lane.kept:
                kept = self.outcome.lanes[lane.number]
                unpaid = int(kept["o"][key]) - int(kept["p"][key]) if lane.owes else None
                end = int(kept["e"][key])
                norm = lane.rule.norm
                yield DutyStanding(
                    norm.document, norm.id, self._about(lane, key), str(norm.bearer),
                    _STATUS[status], None if end >= FAR else end, unpaid,
                )  # fmt: skip

    def breaches(self, place: int) -> Iterator[tuple[BreachStanding, int]]:
        """Yield the breaches, each with the place of its norm."""
        for lane, key, status in self._instances(place):
            if status in (BREACHED, CURED):
                norm, kept = lane.rule.norm, self.outcome.lanes[lane.number]
                about = self._about(lane, key)
                done = int(kept["z"][key]) if status == CURED else None
                word = "open" if done is None else "cured"
                breach = BreachStanding(
                    norm.document, norm.id, about, str(norm.bearer), self._began(lane, key), done, word
                )
                yield breach, lane.rule.index
        first = self.layout.first
        for rule, hits in zip(self.plan.prohibitions, self.outcome.broken, strict=True):
            norm = rule.norm
            for row in range(first[place], first[place + 1]):
                if hits[row]:
                    by, started = self.layout.actor_of(row), self.layout.at[row]
                    about = self.layout.id_of(row)
                    breach = BreachStanding(norm.document, norm.id, about, by, started, None, "open")
                    yield breach, rule.index

    def _began(self, lane: Lane, key: int) -> Instant:
        kept = self.outcome.lanes[lane.number]
        if lane.eager:
            return int(kept["b"][key])
        return max(int(kept["e"][key]), self.layout.at[int(self.outcome.row[key])])

    def _about(self, lane: Lane, key: int) -> str:
        """Return the id of the occurrence that gave rise to an instance; empty for a breach, or a condition."""
        if lane.source is not None or lane.by_row:
            return ""
        return self.layout.id_of(int(self.outcome.row[key]))
