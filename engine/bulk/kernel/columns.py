"""Accounts laid out as columns, an event a row; what keeps an account out of them is told by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, groupby, permutations, product
from math import prod
from types import MappingProxyType
from typing import Any

from contractlang.values import Period
from engine.alleged import with_allegations
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.plan import DANGLING, FIRST, JOINT, MISSING, MOST, NO, UNSETTLED, YES, Issue, Plan
from engine.bulk.kernel.spell import day_number
from engine.event import ANSWER, BOTH, BUILT_IN, DISPUTE, KNOWLEDGE, Event, Instant, Standing
from engine.program import Program

_MONTHS = {"months": 1, "years": 12}
ELSE = -3
"""The number of a text that no norm speaks of, and of an actor that is nobody."""


MOST_ORDERS = 8
"""In how many orders the facts of an account are folded."""
TIED = "events at one instant"
"""Why an account is left in which the order of what is simultaneous matters."""


Subject = tuple[str, str | None]
"""An issue about a thing (None: about all of them)."""
Answers = Mapping[Subject, Any]
"""Answers to issues; of one that is open again, None."""


class Left(Exception):
    """An account that is left to the engine; the message tells why."""


class Layout:
    """Columns that grow by an account at a time."""

    def __init__(self, program: Program, plan: Plan, as_of: Instant) -> None:
        self.program, self.plan, self.as_of = program, plan, as_of
        self.first: list[int] = [0]
        self.things: list[int] = [0]
        self.at: list[int] = []
        self.code: list[int] = []
        self.who: list[int] = []
        self.fields: dict[str, list[int]] = {name: [] for name in plan.kinds}
        self.answers: dict[str, list[int]] = {name: [] for name in plan.issues.values()}
        self.events: list[Event] = []
        self._begins = [0]
        self._actors = {name: place for place, name in enumerate(plan.parties)} | {BOTH: JOINT}
        self._asked = {(each.act, each.party) for each in plan.asked}

    def columns(self) -> Columns:
        """Return what was laid out."""
        return Columns(
            self.first, self.things, self.at, self.code, self.who, dict(self.fields), dict(self.answers)
        )

    def id_of(self, row: int) -> str:
        """Return the id of the event in a row."""
        return self.events[row].id

    def actor_of(self, row: int) -> str | None:
        """Return who acted in a row."""
        return self.events[row].actor

    def places(self, number: int) -> range:
        """Return the places where an account is laid out, by its number: one for each order of its facts."""
        return range(self._begins[number], self._begins[number + 1])

    def add(self, facts: tuple[Event, ...], supposed: Answers = MappingProxyType({})) -> None:
        """Lay out the facts of one account, as known: once for each order of what is simultaneous that could matter.

        What is open is `supposed` to be answered so. Raises Left, and lays out nothing then.
        """
        answers, disputed = {**self._answered(facts), **supposed}, _disputed(facts)
        for order in self._orders(self._taken(facts)):
            self._lay(order, answers, disputed)
        self._begins.append(len(self.first) - 1)

    def _answered(self, facts: tuple[Event, ...]) -> dict[Subject, Any]:
        """Return what the facts answer. Raises Left."""
        found: dict[Subject, Any] = {}
        for each in facts:
            if each.name == ANSWER:
                about = _about(each)
                if about in found or each.fields.get("since") is not None:
                    raise Left(f"`{ANSWER}`")
                found[about] = each.fields.get("value")
        return found

    def _lay(self, taken: Sequence[Event], answers: Answers, disputed: frozenset[Subject]) -> None:
        """Lay out facts in order. Raises Left, which hangs on no order, and lays out nothing then."""
        rows, numbers = self._rows(taken)
        for each, row in zip(taken, rows, strict=True):
            self.at.append(each.effect_at)
            self.code.append(self.plan.codes[each.name])
            self.who.append(self._actors.get(each.actor or "", ELSE))
            for name, value in row.items():
                self.fields[name].append(value)
        for issue, column in self.plan.issues.items():
            subjects = [each.id for each in taken] if issue.by_row else [issue.about]
            self.answers[column] += [settled(issue, each, answers, disputed) for each in subjects]
        self.events += taken
        self.first.append(len(self.at))
        self.things.append(self.things[-1] + len(numbers))

    def _rows(self, taken: Sequence[Event]) -> tuple[list[dict[str, int]], dict[str, int]]:
        """Return the fields of facts as numbers, and the numbers of those that give rise to duties. Raises Left."""
        count, numbers = self.things[-1], dict[str, int]()
        for each in taken:
            if each.name in self.plan.things:
                numbers[each.id] = count + len(numbers)
        return [self._row(each, numbers) for each in taken], numbers

    def _taken(self, facts: tuple[Event, ...]) -> list[Event]:
        """Return the facts that the loop looks at. Raises Left."""
        plan, found = self.plan, []
        for each in facts:
            if each.name in BUILT_IN - KNOWLEDGE or (
                each.name in KNOWLEDGE and each.fields["question"] in plan.presumed
            ):
                raise Left(f"`{each.name}`")
            if each.occurred_at is None:
                raise Left("an event of an unknown day")
            if each.standing is not Standing.ESTABLISHED:
                raise Left("an event that is only alleged")
            if each.name in KNOWLEDGE:
                continue
            if each.effect_at > self.as_of:
                continue
            if each.effect_at < FIRST:
                raise Left("an event before 1992")
            if each.name in plan.left:
                raise Left(f"`{each.name}` ({plan.left[each.name]})")
            if each.effect_at == self.as_of and (each.name, each.actor) in self._asked:
                raise Left("the act that is asked about, at the very instant asked about")
            if each.name in plan.codes:
                found.append(each)
        if any("ground" in each.fields for each in facts) and len(
            with_allegations(self.program, facts)
        ) != len(facts):
            raise Left("a notice whose ground alleges something")
        return found

    def _row(self, each: Event, numbers: dict[str, int]) -> dict[str, int]:
        """Return the fields of an event as numbers. Raises Left."""
        plan = self.plan
        for name in plan.needs.get(each.name, ()):
            if each.fields.get(name) is None:
                raise Left(f"`{each.name}` without `{name}`")
        for name in plan.without.get(each.name, ()):
            if each.fields.get(name) is not None:
                raise Left(f"`{each.name}` with `{name}`")
        return {
            column: self._number(column, kind, each.fields.get(plan.field_of(column)), numbers)
            for column, kind in plan.kinds.items()
        }

    def _number(self, name: str, kind: str, value: Any, numbers: dict[str, int]) -> int:
        if value is None:
            return MISSING
        match kind:
            case "reference":
                if ":" in str(value):
                    raise Left("a payment of a named sum")
                return numbers.get(str(value), DANGLING)
            case "day" if isinstance(value, date):
                return day_number(value)
            case "flag" if isinstance(value, bool):
                return int(value)
            case "number" | "instant" if isinstance(value, int):
                if kind == "number" and abs(value) > MOST:
                    raise Left(f"`{name}` is too large")
                return value
            case "duration" if isinstance(value, Period):
                if value.unit not in _MONTHS or value.count < 0:
                    raise Left(f"`{name}` in {value.unit}")
                return value.count * _MONTHS[value.unit]
            case "word":
                return self.plan.words.get(str(value), ELSE)
            case _:
                # The same name may stand for another kind of field in an event of which nobody asks it.
                return MISSING

    def _orders(self, taken: list[Event]) -> list[list[Event]]:
        """Return the facts in every order of what is simultaneous, if that could matter. Raises Left for too many."""
        groups = [list(group) for _, group in groupby(taken, lambda each: each.effect_at)]
        if all(len(group) == 1 for group in groups):
            return [taken]
        rows, numbers = self._rows(taken)
        told = dict(zip((each.id for each in taken), rows, strict=True))
        ways = [
            [group] if self._are_apart(group, told, numbers) else list(permutations(group))
            for group in groups
        ]
        mixed = [group for group, orders in zip(groups, ways, strict=True) if len(orders) > 1]
        if prod(map(len, ways)) > MOST_ORDERS or any(map(self._discharge_alike, mixed)):
            raise Left(TIED)
        return [list(chain.from_iterable(order)) for order in product(*ways)]

    def _discharge_alike(self, group: list[Event]) -> bool:
        """Tell whether several facts discharge duties: by which of them one was discharged hangs on their order."""
        return sum(bool(self.program.touches[each.name].discharges) for each in group) > 1

    def _are_apart(
        self, group: list[Event], rows: dict[str, dict[str, int]], numbers: dict[str, int]
    ) -> bool:
        """Tell whether simultaneous facts come to the same in every order: they are about different things."""
        touched: list[int] = []
        for event in group:
            named = [rows[event.id][name] for name in self.plan.references if name in event.fields]
            thing = numbers.get(event.id)
            if len(group) > 1 and (event.name not in self.plan.apart or (thing is None and not named)):
                return False
            touched += ([] if thing is None else [thing]) + sorted({n for n in named if n >= 0})
        return len(group) == 1 or len(set(touched)) == len(touched)


def spoken_of(program: Program, facts: Iterable[Event]) -> frozenset[str]:
    """Return the questions with a presumption that facts answer or dispute."""
    named = {each.fields["question"] for each in facts if each.name in KNOWLEDGE}
    return frozenset(each for each in named if program.questions[each].presumed is not None)


def _about(fact: Event) -> Subject:
    return fact.fields["question"], fact.fields.get("about")


def _disputed(facts: Iterable[Event]) -> frozenset[Subject]:
    return frozenset(_about(each) for each in facts if each.name == DISPUTE)


def settled(issue: Issue, about: str | None, answers: Answers, disputed: frozenset[Subject]) -> int:
    """Return what an issue about something comes to: what is answered about it, or else about everything; what nobody
    answers or disputes is as it is presumed.
    """
    subjects = [(issue.name, about), (issue.name, None)]
    found = next((answers[each] for each in subjects if each in answers), None)
    if not any(each in answers or each in disputed for each in subjects):
        found = issue.presumed
    return UNSETTLED if found is None else YES if found else NO


def words_of(plan: Plan) -> dict[int, str]:
    """Return the words of a plan by their numbers."""
    return {number: word for word, number in plan.words.items()}
