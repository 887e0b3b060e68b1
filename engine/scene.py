"""Where an expression is looked at: the cells of a position, an instant, what is bound, and what the case assumes.

A scene answers everything that may be open. With `collect` set (a decision is being made) a default reading is taken
and remembered; without it (the ledger is being folded) it splits, so that positions know what the other option would
have made of the past. Only one reading departs from its default at a time: that is what `assumes` speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contractlang.declaration import QuestionDecl
from contractlang.kinds import FLAG, Kind
from contractlang.norms import Norm
from contractlang.values import Period, Roll
from engine.choice import Choice, Split
from engine.dates import day_of, end_of
from engine.deadlines import Deadline, deadline_after, deadline_after_day, deadline_by_day
from engine.decision import Item
from engine.event import ASKED, NEVER, Event, Instant
from engine.taken import Taken
from engine.terms import Terms
from engine.working_days import RestDays

if TYPE_CHECKING:
    from engine.program import Program

NOTHING: Final[Any] = object()
WEEKEND, STATUTORY = RestDays
SECOND = 1_000_000
FLAGS: Final[tuple[Any, ...]] = (True, False)
DEPARTED: Final = Item("departed", "")
"""Among what a case assigns: the default reading that it takes the other way."""

Start = tuple[dict[Item, Any], Any]
"""Where a case begins: what it assigns, and the state from which to go on looking (None: from the beginning)."""


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


class Setting(NamedTuple):
    """What an occurrence sets a state to, on what basis, and when that ends."""

    event: str
    value: Any
    basis: tuple[int, ...]
    ends: Instant | None


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
        "agenda", "answers", "asked", "assigned", "at", "brief", "departed", "event", "firm", "get", "inner", "leaves",
        "leaving", "lenient", "program", "provisional", "state", "taken", "terms", "trees", "turn", "vars", "waiting",
    )  # fmt: skip

    def __init__(
        self, program: Program, terms: Terms, taken: Taken, get: Callable[..., Any], at: Instant
    ) -> None:
        self.program, self.terms, self.taken, self.get, self.at = program, terms, taken, get, at
        self.assigned: dict[Item, Any] = {}
        self.vars: dict[str, Any] = {}
        self.event: Event | None = None
        # Where the other answers to open items, and the other options of default readings, wait to be looked at; None
        # where nothing may be open, and where default readings are taken without asking what else they could be.
        self.waiting: list[Start] | None = None
        self.leaving: list[Start] | None = None
        self.state: Any = None
        self.agenda: tuple[tuple[Instant, str, int, str], ...] = ()
        self.turn: Instant | None = None
        # Until when what was looked at beside the answer (what would turn it, say) stays as it is.
        self.firm: Instant = NEVER
        # Only while a decision is made: what was looked at in every case, or norm by norm where there is one; the
        # default readings that a look asks for, the one that the case takes the other way, the answers to questions.
        self.trees: dict[Any, Any] | None = None
        self.leaves: dict[int, Any] | None = None
        self.asked: dict[Item, tuple[str, tuple[str, ...]]] | None = None
        self.inner: Scene | None = None
        self.departed: Item | None = None
        self.answers: dict[tuple[str, str | None], tuple[Any, Item | None, tuple[Any, ...]]] | None = None
        self.brief = self.lenient = self.provisional = False

    def within(self) -> Scene:
        """Return the scene of the looks that are explored by themselves amid one at this scene, ready for the next."""
        inner = self.inner
        if inner is None:
            inner = self.inner = Scene(self.program, self.terms, self.taken, self.get, self.at)
            inner.agenda, inner.trees, inner.answers, inner.brief = (
                self.agenda,
                self.trees,
                self.answers,
                self.brief,
            )
        inner.state = inner.turn = None
        inner.firm = NEVER
        return inner

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
        """Return what a choice is in this case."""
        value: Any = choice
        assigned = self.assigned
        while type(value) is Choice:
            item = value.item
            option = assigned.get(item, NOTHING)
            if option is NOTHING:
                option = self.resolve(item, value.branches)
            value = value.branches.get(option, NOTHING)
        return default if value is NOTHING else value

    def resolve(self, item: Item, options: Iterable[Any]) -> Any:
        """Return what an open item is in this case."""
        return self.option_of(item.name) if item.kind == "reading" else self.pick(item, tuple(options))

    def pick(self, item: Item, options: tuple[Any, ...]) -> Any:
        """Return what the case assigns to an item: if it does not say, the first; the others wait for their turn."""
        got = self.assigned.get(item, NOTHING)
        if got is NOTHING:
            if self.lenient:
                return options[0]
            if self.waiting is None:
                raise Split(item, options)
            assigned, state = self.assigned, self.state
            self.waiting += [({**assigned, item: option}, state) for option in options[:0:-1]]
            assigned[item] = got = options[0]
        return got

    def option_of(self, reading: str) -> str:
        """Return the option in which a reading is taken."""
        known = self.taken.by_default.get(reading)
        if known is not None:
            assigned: str | None = self.assigned.get(known[1])
            return self.by_default(*known) if assigned is None else assigned
        got = self.taken.options.get(reading)
        if got is None:
            item, options, _ = self.program.readings[reading]
            return str(self.pick(item, options))
        return got

    def by_default(self, default: str, item: Item, others: tuple[str, ...]) -> str:
        """Return the option in which a default reading is taken.

        A case takes at most one of them the other way: those cases wait apart.
        """
        got: str | None = self.assigned.get(item)
        if got is not None:
            return got
        if self.leaving is not None:
            assigned, state = self.assigned, self.state
            self.leaving += [({**assigned, item: option, DEPARTED: item}, state) for option in others]
            assigned[item] = default
        elif self.asked is not None:
            self.asked[item] = default, others
        return default

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
        declared: QuestionDecl = self.program.questions[question]
        if recorded is NOTHING and not self.is_disputed(question, about):
            presumed = declared.presumption(done=about != ASKED)
            recorded = NOTHING if presumed is None else presumed
        if recorded is not NOTHING and recorded is not None:
            return recorded, None, ()
        item = Item("question", question, about)
        if declared.kind == FLAG:
            return None, item, FLAGS
        if declared.options:
            return None, item, tuple(each.name for each in declared.options)
        return Unknown(item), None, ()

    def is_disputed(self, question: str, about: str | None) -> bool:
        """Tell whether a question is disputed: about one thing, or about everything."""
        return any(self.get(("X", question, each)) is not None for each in (about, None))

    def is_filled(self, name: str) -> bool:
        """Tell whether the account says what fills a blank; a gap it can only answer."""
        if name in self.terms.answers:
            return True
        return name not in self.program.gaps and self.terms.blanks.get(name) is not None

    def blank(self, name: str, kind: Kind) -> Any:
        """Return what fills a blank or gap; None where it is endless, Unknown where any number or day would do.

        A blank period of which the account says that it stays blank is endless.
        """
        got = self.terms.answers.get(name, NOTHING)
        gap = name in self.program.gaps
        if got is NOTHING and not gap:
            got = self.terms.blanks.get(name, NOTHING)
            got = NOTHING if got is None and kind.name != "duration" else got
        if got is not NOTHING:
            return None if got == "blank" else got
        item = Item("blank", name)
        if kind.name == "duration":
            unit: Any = kind.of or "days"
            return Period(1, unit) if self.pick(item, ("shortest", "endless")) == "shortest" else None
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

    def hangs_on_now(self) -> None:
        """Remember that what was looked at may be another at any later instant."""
        self.firm = self.at

    def beside(self, turn: Instant | None) -> None:
        """Have the answer turn at `turn`, and what was looked at since only bear on what is told beside it."""
        if self.turn is not None and self.turn < self.firm:
            self.firm = self.turn
        self.turn = turn

    def _rest(self) -> RestDays:
        if "rest_days" not in self.program.readings:
            return WEEKEND
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
        return self.settled(deadline_by_day(day, self.terms.calendar, WEEKEND, False, self._cutoff()))

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
        if unit == "hours" or unit == "minutes" or unit == "seconds":
            begun = end_of(start) if isinstance(start, date) else start
            return deadline_after(begun, count, unit, calendar, WEEKEND, False)

        def counted(rest: RestDays, rolling: bool, cutoff: int | None) -> Deadline:
            if isinstance(start, date):
                return deadline_after_day(
                    start, count, unit, calendar, rest, rolling, cutoff, first_day, roll
                )
            return deadline_after(start, count, unit, calendar, rest, rolling, cutoff, first_day, roll)

        bare = counted(WEEKEND, False, None)
        if bare.last_day is not None and unit != "business_days" and self.may_roll(bare.last_day):
            rolling = rolls is None or rolls is True or (rolls is not False and rolls.value(self))
            if rolling:
                return self.settled(counted(self._rest(), True, self._cutoff()))
        return self.settled(counted(WEEKEND, False, self._cutoff()))

    def may_roll(self, day: date) -> bool:
        """Tell whether the day is, or may turn out to be, a rest day under some reading."""
        calendar = self.terms.calendar
        return calendar.is_rest_day(day, WEEKEND) or calendar.is_rest_day(
            day, STATUTORY
        ) or calendar.is_provisional(day, WEEKEND)  # fmt: skip

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
