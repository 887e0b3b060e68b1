"""Where an expression is looked at: the cells of a position, an instant, what is bound, and what the case assumes.

A scene answers everything that may be open. With `collect` set (a decision is being made) a default reading is taken
and remembered; without it (the ledger is being folded) it splits, so that positions know what the other option would
have made of the past. Only one reading departs from its default at a time: that is what `assumes` speaks of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from contractlang.kinds import FLAG, Kind
from contractlang.norms import Norm, QuestionDecl
from contractlang.values import Period, Roll
from engine.choice import Choice, Split
from engine.dates import Deadline, RestDays, day_of, deadline_after, deadline_after_day, deadline_by_day
from engine.decision import Item
from engine.event import Event, Instant
from engine.terms import Taken, Terms

NOTHING: Any = object()
SECOND = 1_000_000
FLAGS = (True, False)
DEPARTED = Item("departed", "")
"""Among what a case assigns: that it takes a default reading the other way."""


class Unknown:
    """A number, day or amount that nothing gives yet; comparing it is open."""

    __slots__ = ("item",)

    def __init__(self, item: Item) -> None:
        self.item = item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.item == self.item

    def __hash__(self) -> int:
        return hash(self.item)


class Inst(NamedTuple):
    """One instance of an obligation (or of a maintenance duty with a trigger)."""

    trigger: Any
    arisen_at: Instant
    end: Instant | None
    last_day: date | None
    owed: Any
    paid: int
    done_at: Instant | None
    status: str
    paused_at: Instant | None = None
    clock: str = ""


class Breach(NamedTuple):
    """One breach: of the norm with index `norm`, for the instance `trig`."""

    norm: int
    trig: str
    by: str | None
    started_at: Instant
    last_day: date | None
    ended_at: Instant | None
    status: str
    trigger: Any
    event: str | None


class Cause(NamedTuple):
    """What set a state to what it is: the event, the norms (by index) that such an act rested on, each since when, and
    when it was set.
    """

    event: str
    basis: tuple[tuple[int, Instant], ...]
    at: Instant


class Ground(NamedTuple):
    """The basis of an act: the indexes of the norms open to it, and the agreements that it concerns."""

    norms: tuple[int, ...]
    agreements: tuple[str, ...]


class LifeCell(NamedTuple):
    """The life of an agreement so far: since when in force, until when, and the event that renewed it."""

    since: Instant | None
    end: Instant | None
    renewed: str | None


class Scene:
    """One look at a position, in one case. One or two are made for every event, and one for every question."""

    __slots__ = (
        "agenda", "answers", "assigned", "at", "beneath", "brief", "collect", "departed", "departing", "event", "get",
        "given", "known", "lenient", "others", "program", "provisional", "staying", "taken", "terms", "trees", "turn",
        "vars", "waiting",
    )  # fmt: skip

    # Only while a decision is made: looks made anew under a reading departed from, and what was found of them.
    beneath: dict[Any, Any] | None
    brief: bool
    given: dict[Item, Any]
    others: dict[Any, Any]
    staying: dict[Any, bool]
    known: dict[int, tuple[Any, dict[Item, str]]]

    def __init__(
        self, program: Any, terms: Terms, taken: Taken, get: Callable[..., Any], at: Instant
    ) -> None:
        self.program, self.terms, self.taken, self.get, self.at = program, terms, taken, get, at
        self.assigned: dict[Item, Any] = {}
        self.vars: dict[str, Any] = {}
        self.event: Event | None = None
        self.collect: dict[Item, str] | None = None
        self.waiting: list[dict[Item, Any]] | None = None
        self.agenda: tuple[tuple[Instant, str, int, str], ...] = ()
        self.turn: Instant | None = None
        self.trees: Any = None
        self.answers: dict[tuple[str, str | None], tuple[Any, Item | None, tuple[Any, ...]]] | None = None
        self.departing: Item | None = None
        self.departed = self.lenient = self.provisional = False

    def deciding(self) -> dict[Item, str]:
        """Begin to make a decision; return the default readings asked for, which fill as it is made."""
        found: dict[Item, str] = {}
        self.collect, self.beneath, self.brief = found, None, False
        self.trees, self.answers, self.known, self.given, self.others, self.staying = {}, {}, {}, {}, {}, {}
        return found

    # -- cells and open items

    def read(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Return the value of a cell in this case."""
        value = self.get(key, default)
        return self.chosen(value, default) if type(value) is Choice else value

    def listed(self, kind: str, index: int) -> list[str]:
        """Return the instances, or breaches, of a norm that are not over, in the same order in every run.

        The order of a persistent map hangs on the seed of the run's hashes.
        """
        found = self.get((kind, index))
        return sorted(found) if found else []

    def chosen(self, choice: Choice, default: Any) -> Any:
        """Return what a choice is in this case.

        One that only default readings decide is the same in every case of a decision, and remembered for it.
        """
        lasting = self.answers is not None and self.collect is not None
        known = self.known.get(id(choice)) if lasting else None
        if known is not None:
            value, read = known
            if read:
                self.collect.update(read)  # type: ignore[union-attr]
            return default if value is NOTHING else value
        value, read = choice, {}
        by_default = self.taken.by_default
        while type(value) is Choice:
            item = value.item
            if item.kind == "reading" and item.name in self.taken.options:
                option = self.option_of(item.name)
                if item.name in by_default:
                    read[item] = self.taken.options[item.name]
            else:
                lasting = False
                option = self.resolve(item, tuple(value.branches))
            value = value.branches.get(option, NOTHING)
        if lasting:
            self.known[id(choice)] = value, read
        return default if value is NOTHING else value

    def resolve(self, item: Item, options: tuple[Any, ...]) -> Any:
        """Return what an open item is in this case: settled since, or as the case has it."""
        kind = item.kind
        if kind == "reading":
            return self.option_of(item.name)
        if kind == "question" and "#" not in (item.about or ""):
            return self.answer(item.name, item.about)
        return self.pick(item, options)

    def pick(self, item: Item, options: tuple[Any, ...]) -> Any:
        """Return what the case assigns to an item; split if it does not say."""
        got = self.assigned.get(item, NOTHING)
        if got is NOTHING:
            if self.lenient:
                return options[0]
            if self.waiting is None:
                raise Split(item, options)
            self.waiting += [{**self.assigned, item: option} for option in options[:0:-1]]
            self.assigned[item] = got = options[0]
        return got

    def option_of(self, reading: str) -> str:
        """Return the option in which a reading is taken."""
        taken = self.taken
        got = taken.options.get(reading)
        if got is not None and reading not in taken.by_default:
            return got
        item, options, _ = self.program.readings[reading]
        if self.departing is None and got is not None and self.collect is not None:
            self.collect[item] = got
            return got
        if self.collect is not None and got is not None:
            self.collect[item] = got
        assigned: str | None = self.assigned.get(item)
        if assigned is not None:
            return assigned
        if got is None:
            return str(self.pick(item, options))
        if self.collect is None and not self.departed:
            others = [each for each in options if each != got]
            if self.waiting is None:
                raise Split(item, (got, *others))
            self.waiting += [{**self.assigned, item: option, DEPARTED: True} for option in reversed(others)]
            self.assigned[item] = got
        return got

    def answer(self, question: str, about: str | None) -> Any:
        """Return the answer to a question: given, recorded, presumed, or open.

        In a decision nothing is recorded any more: what was found once is so in every case.
        """
        answers = self.answers
        known = answers.get((question, about)) if answers is not None else None
        if known is None:
            known = self._answer(question, about)
            if answers is not None:
                answers[question, about] = known
        value, item, options = known
        return value if item is None else self.pick(item, options)

    def _answer(self, question: str, about: str | None) -> tuple[Any, Item | None, tuple[Any, ...]]:
        """Return the answer to a question, or the item that is open and what it could be."""
        got = self.terms.answers.get(question, NOTHING)
        if got is not NOTHING:
            return got, None, ()
        recorded = self.get(("Q", question, about), NOTHING)
        if recorded is NOTHING and about is not None:
            recorded = self.get(("Q", question, None), NOTHING)
        if recorded is not NOTHING and recorded is not None:
            return recorded, None, ()
        declared: QuestionDecl = self.program.questions[question]
        if declared.presumed is not None and self.get(("X", question, about)) is None:
            return declared.presumed, None, ()
        item = Item("question", question, about)
        if declared.kind == FLAG:
            return None, item, FLAGS
        if declared.options:
            return None, item, tuple(each.name for each in declared.options)
        return Unknown(item), None, ()

    def is_filled(self, name: str) -> bool:
        """Tell whether the account says what fills a blank; a gap it can only answer."""
        if name in self.terms.answers:
            return True
        return name not in self.program.gaps and self.terms.blanks.get(name) is not None

    def blank(self, name: str, kind: Kind) -> Any:
        """Return what fills a blank or gap; None where it is endless, Unknown where any number would do."""
        got = self.terms.answers.get(name, NOTHING)
        gap = name in self.program.gaps
        if got is NOTHING and not gap:
            got = self.terms.blanks.get(name)
            got = NOTHING if got is None else got
        if got is not NOTHING:
            return None if got == "blank" else got
        item = Item("blank", name)
        if kind.name == "duration":
            unit: Any = kind.of or "days"
            return Period(1, unit) if self.pick(item, ("shortest", "endless")) == "shortest" else None
        if kind.name == "day":
            return NOTHING if self.pick(item, ("trigger", "none")) == "trigger" else None
        return Unknown(item)

    def happened_for_real(self, event: Event) -> bool:
        """Tell whether an alleged event happened: its questions settle it, or else its standing."""
        for question in event.settled_by:
            if not self.answer(question, event.id):
                return False
        if not event.settled_by:
            return bool(self.pick(Item("event", event.id), FLAGS))
        return True

    # -- time

    def until(self, instant: Instant) -> None:
        """Remember that what was looked at may change at `instant` by time alone."""
        if instant > self.at and (self.turn is None or instant < self.turn):
            self.turn = instant

    def _rest(self) -> RestDays:
        if "rest_days" not in self.program.readings:
            return RestDays.WEEKEND_AND_SHIFTED
        return RestDays(self.option_of("rest_days"))

    def _cutoff(self) -> int | None:
        cutoff = self.terms.blanks.get("cutoff")
        if cutoff is None or "day_end" not in self.program.readings:
            return None
        return int(cutoff) if self.option_of("day_end") == "business_close" else None

    def deadline_day(self, day: date, rolls: Any, roll: Roll = "following") -> Deadline:
        """Return the deadline of a named day; `rolls` is asked only where rolling would make a difference."""
        if rolls is not None and self.may_roll(day) and rolls.value(self):
            calendar, rest = self.terms.calendar, self._rest()
            return self.settled(deadline_by_day(day, calendar, rest, True, self._cutoff(), roll))
        return self.settled(
            deadline_by_day(day, self.terms.calendar, RestDays.WEEKEND_AND_SHIFTED, False, self._cutoff())
        )

    def deadline_period(
        self,
        start: Instant | date,
        period: Period,
        rolls: Any,
        first_day: bool = False,
        roll: Roll = "following",
    ) -> Deadline:
        """Return the deadline of a period from an instant or a day; `rolls` None: a period of days rolls."""
        calendar, count, unit = self.terms.calendar, period.count, period.unit
        plain = RestDays.WEEKEND_AND_SHIFTED
        how = first_day, roll

        def counted(rest: RestDays, rolling: bool, cutoff: int | None) -> Deadline:
            if isinstance(start, date):
                if unit in ("hours", "minutes", "seconds"):
                    from engine.dates import end_of

                    return deadline_after(end_of(start), count, unit, calendar, rest, rolling, cutoff)
                return deadline_after_day(start, count, unit, calendar, rest, rolling, cutoff, *how)  # type: ignore[arg-type]
            return deadline_after(start, count, unit, calendar, rest, rolling, cutoff, *how)

        if unit in ("hours", "minutes", "seconds"):
            return counted(plain, False, None)
        bare = counted(plain, False, None)
        if bare.last_day is not None and unit != "business_days" and self.may_roll(bare.last_day):
            rolling = rolls is None or rolls is True or (rolls is not False and rolls.value(self))
            if rolling:
                return self.settled(counted(self._rest(), True, self._cutoff()))
        return self.settled(counted(plain, False, self._cutoff()))

    def may_roll(self, day: date) -> bool:
        """Tell whether the day is, or may turn out to be, a rest day under some reading."""
        calendar = self.terms.calendar
        return calendar.is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED) or calendar.is_rest_day(
            day, RestDays.STATUTORY_ONLY
        ) or calendar.is_provisional(day, RestDays.WEEKEND_AND_SHIFTED)  # fmt: skip

    def settled(self, deadline: Deadline) -> Deadline:
        """Return the deadline in this case: where the calendar is not published, the earliest or the latest."""
        if not deadline.provisional or deadline.earliest == deadline.latest:
            return deadline
        self.provisional = True
        year = str(day_of(deadline.latest - 1).year)
        chosen = self.pick(Item("calendar", year), ("earliest", "latest"))
        end = deadline.earliest if chosen == "earliest" else deadline.latest
        return Deadline(day_of(end - 1), end, True, deadline.earliest, deadline.latest)


def breach_id(norms: tuple[Norm, ...], breach: Breach) -> str:
    """Return how a breach is called: its norm's id and its instance."""
    return f"{norms[breach.norm].id}/{breach.trig}"
