"""What the loop leaves, told as the engine tells where an account stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contractlang.declaration import StateDecl
from engine.account_standing import AccountStanding, BreachStanding, DutyStanding
from engine.bulk.kernel.columns import TIED, words_of
from engine.bulk.kernel.machine import Outcome
from engine.bulk.kernel.plan import ANSWERS, BREACHED, CURED, FAR, MISSING, OPEN, SAID, SUSPENDED, Lane, Plan
from engine.decision import Item
from engine.event import Instant
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

    def places(self, number: int) -> range:
        """Return the places where an account is laid out, by its number: one for each order of its facts."""

    def id_of(self, row: int) -> str:
        """Return the id of the event in a row."""

    def actor_of(self, row: int) -> str | None:
        """Return who acted in a row."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of an account: where it stands, since when and until when its agreement is in force; for each question
    the answer, which norms forbid the act, and what is missing where the answer is open.
    """

    standing: AccountStanding
    life: tuple[Instant | None, Instant | None]
    answers: tuple[str, ...]
    forbidding: tuple[list[str], ...]
    missing: tuple[list[str], ...] = ()


class Results:
    """What came of each account of a layout, by its number there."""

    def __init__(self, program: Program, terms: Terms, plan: Plan, layout: Laid, outcome: Outcome) -> None:
        self.program, self.terms, self.plan, self.layout, self.outcome = program, terms, plan, layout, outcome
        self._words = words_of(plan)
        self._states = {name: place for place, (name, _) in enumerate(plan.states)}

    def left(self, number: int) -> str | None:
        """Return why an account is left: the loop gave it up, or its orders do not come to the same; else None."""
        places = self.layout.places(number)
        for place in places:
            if gone := int(self.outcome.gone[place]):
                return self.plan.left_for(gone)
        if len(places) > 1:
            first, *others = map(self._come_to, places)
            if any(each != first for each in others):
                return TIED
        return None

    def issue(self, number: int) -> Item | None:
        """Return what is open in an account that the loop gave up for it; None where it is left for anything else."""
        gone = next(
            (gone for place in self.layout.places(number) if (gone := int(self.outcome.gone[place]))), 0
        )
        at = self.plan.issue_at(gone)
        if at is None:
            return None
        issue, row = at
        return Item(issue.kind, issue.name, self.layout.id_of(row) if issue.by_row else issue.about)

    def found(self, number: int) -> Found:
        """Return what came of an account that is not left."""
        place = self.layout.places(number)[0]
        answered = self._answered(place)
        return Found(
            self.standing(number), (self._since(place), self._end(place)),
            tuple(ANSWERS[each % SAID] for each in answered),
            tuple(self.plan.forbidding(question, each) for question, each in enumerate(answered)),
        )  # fmt: skip

    def owed(self, number: int) -> Counter[tuple[Any, ...]]:
        """Return the duties that are not over, each with all that is known of it beside."""
        place = self.layout.places(number)[0]
        return Counter(
            (duty, self._arisen(lane, key), *self._besides(lane, key))
            for lane, key, duty in self._duties(place)
        )

    def _arisen(self, lane: Lane, key: int) -> int:
        if lane.source is not None:
            return self._began(self.plan.lanes[lane.source], key)
        return self.layout.at[key if lane.by_row else int(self.outcome.row[key])]

    def _besides(self, lane: Lane, key: int) -> Iterator[int]:
        kept = self.outcome.lanes[lane.number]
        if lane.owes:
            yield int(kept["p"][key])
        if kept["s"][key] == SUSPENDED:
            yield int(kept["w"][key])

    def _come_to(self, place: int) -> tuple[Any, ...]:
        """Return all that is known of an account, but for the order in which it is told."""
        kept = Counter(
            (
                lane.number,
                self.layout.id_of(key if lane.by_row else int(self.outcome.row[key])),
                *(int(column[key]) for column in self.outcome.lanes[lane.number].values()),
            )
            for lane, key, _ in self._instances(place)
        )
        told = Counter(self._states_of(place)), Counter(self._breaches(place))
        return kept, told, self._answered(place), self._since(place), self._end(place)

    def _answered(self, place: int) -> list[int]:
        count = len(self.plan.asked)
        return [int(each) for each in self.outcome.answers[place * count : (place + 1) * count]]

    def _since(self, place: int) -> Instant | None:
        found = int(self.outcome.since[place])
        return None if found == MISSING else found

    def _end(self, place: int) -> Instant | None:
        found = int(self.outcome.end[place])
        return None if found >= FAR else found

    def standing(self, number: int) -> AccountStanding:
        """Return where an account stands."""
        place = self.layout.places(number)[0]
        end = self._end(place)
        breaches = sorted(
            self._breaches(place), key=lambda pair: (pair[0].started_at, pair[1], pair[0].trigger)
        )
        return AccountStanding(
            self.layout.as_of, tuple(self._states_of(place)), () if end is None else ((self.plan.document, end),),
            tuple(duty for _, _, duty in self._duties(place)), tuple(each for each, _ in breaches), (),
        )  # fmt: skip

    def _states_of(self, place: int) -> Iterator[tuple[str, str, str]]:
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

    def _duties(self, place: int) -> Iterator[tuple[Lane, int, DutyStanding]]:
        """Yield the duties that are not over."""
        for lane, key, status in self._instances(place):
            if status in _STATUS and not lane.kept:
                kept = self.outcome.lanes[lane.number]
                unpaid = int(kept["o"][key]) - int(kept["p"][key]) if lane.owes else None
                end = int(kept["e"][key])
                norm = lane.rule.norm
                duty = DutyStanding(
                    norm.document, norm.id, self._about(lane, key), lane.bearer,
                    _STATUS[status], None if end >= FAR else end, unpaid,
                )  # fmt: skip
                yield lane, key, duty

    def _breaches(self, place: int) -> Iterator[tuple[BreachStanding, int]]:
        """Yield the breaches, each with the place of its norm."""
        for lane, key, status in self._instances(place):
            if status in (BREACHED, CURED):
                norm, kept = lane.rule.norm, self.outcome.lanes[lane.number]
                about = self._about(lane, key)
                done = int(kept["z"][key]) if status == CURED else None
                word = "open" if done is None else "cured"
                breach = BreachStanding(
                    norm.document, norm.id, about, lane.bearer, self._began(lane, key), done, word
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
