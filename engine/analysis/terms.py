"""Norms and conditions as solver terms: what they say at a moment of a history that is not fixed yet.

A *world* is a history in which each act (by each party) and event may happen once. Time counts minutes from the first
day. Everything is told of the evaluators that the engine itself uses, so there is one reading of the text. What has no
term of its own is left free: a world may then be one that the norms do not allow, and the engine, which replays every
history before it is shown, says so; but what no world shows, no such history can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import pairwise
from typing import Any, NamedTuple, cast

import z3

from contractlang.kinds import Kind
from contractlang.norms import (
    Maintenance,
    Obligation,
    OccurrenceDecl,
    Prohibition,
    Who,
    base_name,
)
from contractlang.values import Period, Share
from engine.analysis.logic import every, follows, no, some
from engine.analysis.numbers import FALSE, TRUE, Number, a_number, a_truth, choice, total, whole
from engine.analysis.seen import SHAPE, Read, Seen
from engine.analysis.tally import HORIZON
from engine.calendars import default_calendar
from engine.conditions import ActorE, AndE, AnswerE, ChosenE, CompareE, IsBlankE, NotE, OrE, PlacedE
from engine.dates import DAY, RestDays, end_of, start_of
from engine.event import BOTH
from engine.force import TextE, ValidE
from engine.program import LIFE_STATES, Place, Program, Rule
from engine.quantities import (
    AmountOfE,
    ArithmeticE,
    AsOfE,
    BlankE,
    BoundE,
    ConstE,
    FieldE,
    FoldE,
    LaterE,
    MonthDayE,
    NowE,
    StateE,
)
from engine.statuses import AmountDueE, DischargedE, HappenedE, InBreachE, Norms, OverdueE, UsedE
from engine.terms import Terms

FIRST_DAY = date(2026, 3, 2)
"""Day 0 of every world: a Monday, in a year whose rest days are known."""
MINUTES = 1440
PERIOD = (2027, 1)
"""Year and month: the billing period of every bill and every use of a world in which the period matters."""
MANY = 3
"""A norm upon the breach of more duties than this is looked at for one of them at a time."""

FACTORS = (0, 1, 2, 10, 60, 100)
"""The numbers for which a product with another open number is reckoned."""
_PRODUCT = z3.Function("product", z3.IntSort(), z3.IntSort(), z3.IntSort())

Truth = Any
Env = dict[str, Any]


class Value(NamedTuple):
    """A term, and whether there is a value at all."""

    term: Any
    known: Truth


@dataclass(eq=False)
class Happening:
    """One act or event that a world may have."""

    name: str
    actor: str | None
    id: str
    here: Any
    day: Any
    minute: Any
    fields: dict[str, Value] = field(default_factory=dict)

    @cached_property
    def at(self) -> Any:
        """The minute at which it happens."""
        return self.day * MINUTES + self.minute


class Moment(NamedTuple):
    """A minute of a world; with `before`, the moment just before that happening."""

    at: Any
    key: str
    before: Happening | None = None


@dataclass(eq=False)
class Broken:
    """A breach of a duty, for what triggered it."""

    rule: Rule
    bound: Any


@dataclass(eq=False)
class Part:
    """What is told of one thing in a world, and of what else that makes use."""

    facts: list[Any] = field(default_factory=list)
    likely: list[Any] = field(default_factory=list)
    workdays: list[Any] = field(default_factory=list)
    uses: dict[Any, None] = field(default_factory=dict)
    reads: dict[Read, None] = field(default_factory=dict)
    _joined: tuple[int, Any] = (0, None)

    def joined(self) -> list[Any]:
        """Return its facts as one, put together once for all questions."""
        if self._joined[0] != len(self.facts):
            self._joined = len(self.facts), every(*self.facts)
        return [self._joined[1]] if self.facts else []


class _Told:
    """A norm as a world looks at it: the part that is being told notes whether its shape is looked at, or all of it."""

    __slots__ = ("_frames", "_rule", "_shape", "_whole", "index")

    def __init__(self, rule: Rule, frames: list[Part], label: str, name: str) -> None:
        self._rule, self._frames, self.index = rule, frames, rule.index
        self._shape, self._whole = (label, "shape", name), (label, "rule", name)

    def __getattr__(self, name: str) -> Any:
        self._frames[-1].reads[self._shape if name in SHAPE else self._whole] = None
        return getattr(self._rule, name)


class World:
    """A history that is not fixed yet, and what the norms say in it.

    With a `focus`, the only breach that a norm upon the breach of many may rest on is one of that duty.
    """

    def __init__(
        self, program: Program, terms: Terms, focus: int | None = None, ending: bool = True,
        beside: World | None = None, seen: Seen | None = None,
    ) -> None:  # fmt: skip
        self.program, self.terms, self.focus, self.ending = program, terms, focus, ending
        self.seen = seen if seen is not None else Seen(program, terms)
        self._rules: dict[int, Rule] = {}
        self._facts: list[Any] = []
        self.likely: list[Any] = []
        self.workdays: list[Any] = []
        self.parts: dict[Any, Part] = {}
        self.root = Part()
        self._frames: list[Part] = [self.root]
        self.happenings: dict[tuple[str, str | None], Happening] = {}
        self.answers: dict[str, Any] = {}
        self.readings: dict[str, Any] = {}
        self.blanks: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}
        self.firsts: dict[str, Value] = {}
        # The same history as others see it has the same happenings, answers and blanks; what norms make of it differs.
        self.codes: dict[str, int] = beside.codes if beside is not None else {}
        self.prefix: str = f"{beside.prefix}beside " if beside is not None else ""
        self._days: dict[int, tuple[Any, Any]] = {}
        self.now = Moment(self._now(), "now")
        self._memo: dict[Any, Any] = {}
        self._waiting: dict[Any, Any] = {}
        self.names: set[Any] = set()
        self.one_of_many: dict[Any, int] = {}
        self.kept: dict[Any, Broken] = {}
        self._fresh = 0
        self.between(self.today, 0, HORIZON - 1)
        self.hold(self.minute >= 0, self.minute < MINUTES)
        if beside is None:
            # Which words have the smaller numbers does not hang on what is asked first.
            for word in ("other", *self.look("words")):
                self.code(word)

    # -- what is looked at

    def look(self, sort: str, name: str = "") -> Any:
        """Return a thing of the program. The part that is being told makes a note of it."""
        self._frames[-1].reads[self.seen.label, sort, name] = None
        return self.seen.get(sort, name)

    def rule(self, index: int) -> Rule:
        """Return a norm; whatever part looks at it makes a note of that."""
        if index not in self._rules:
            rule = self.program.rules[index]
            self._rules[index] = cast(
                "Rule", _Told(rule, self._frames, self.seen.label, self.seen.names[index])
            )
        return self._rules[index]

    def on_act(self, name: str) -> list[Rule]:
        """Return the norms that speak of an act."""
        return [self.rule(each.index) for each in self.look("act", name)]

    def _speaking(self, act: str) -> set[int]:
        return {each.index for each in self.look("act", act)}

    def begun(self) -> None:
        """Say that all that every question can reach is told: from here on only questions make use of anything."""
        self._frames.append(Part())

    # -- time

    def _now(self) -> Any:
        self.today, self.minute = a_number("today"), a_number("minute of today")
        return self.at(self.today, self.minute)

    def at(self, day: Any, minute: Any = 0) -> Any:
        """Return the minute of a world that is so many minutes into a day."""
        made = day * MINUTES + minute if z3.is_expr(minute) or minute else day * MINUTES
        self._days[made.get_id()] = (made, day)
        return made

    def day_of(self, at: Any) -> Any:
        """Return the day of a minute: that of which the minute was made, where it was, for dividing is dear."""
        held = self._days.get(at.get_id())
        return held[1] if held is not None else at / MINUTES

    def some_time(self, name: str) -> Any:
        """Return a minute that is not fixed yet."""
        day, minute = a_number(f"{self.prefix}{name} day"), a_number(f"{self.prefix}{name} minute")
        self.hold(day >= 0, day < HORIZON, minute >= 0, minute < MINUTES)
        return self.at(day, minute)

    # -- terms

    def code(self, text: str) -> int:
        """Return the number that stands for a text, option or party."""
        return self.codes.setdefault(text, len(self.codes))

    def free(self, kind: Kind | None = None) -> Value:
        """Return a value that nothing is said of."""
        self._fresh += 1
        if kind is not None and kind.name == "flag":
            return Value(a_truth(f"{self.prefix}free{self._fresh}"), True)
        return Value(a_number(f"{self.prefix}free{self._fresh}"), True)

    def hold(self, *facts: Truth) -> None:
        """Let something hold in every world. It belongs to the part that is being told."""
        self._facts += facts
        self._frames[-1].facts += facts

    def between(self, term: Number, low: int, high: int) -> None:
        """Let a number never be less than one number, nor more than another."""
        term.low = low
        self.hold(term >= low, term <= high)

    def one_of(self, term: Number, words: Iterable[str]) -> None:
        """Let a number be that of one of some words."""
        numbers = [self.code(each) for each in words]
        term.low = min(numbers, default=None)
        self.hold(some(*(term == each for each in numbers)))

    @property
    def facts(self) -> list[Any]:
        """Everything that holds in every world, whatever the question."""
        while self._waiting:
            for key in list(self._waiting):
                self.told(key)
        return self._facts

    @facts.setter
    def facts(self, facts: list[Any]) -> None:
        self._facts = facts

    def on_workday(self, *days: Any) -> None:
        """Let days be working days: last days of periods are taken from these, so none rolls."""
        self.workdays += days
        self._frames[-1].workdays += days

    def prefer(self, *facts: Truth) -> None:
        """Say what a reader would sooner believe, where nothing else decides."""
        self.likely += facts
        self._frames[-1].likely += facts

    def once(self, key: Any, make: Any) -> Any:
        """Return what `make` gives, made once for that key: a part, of which the one now told makes use."""
        self._frames[-1].uses[key] = None
        if key not in self._memo:
            self._memo[key] = self._part(key, make)
        return self._memo[key]

    def _part(self, key: Any, make: Any) -> Any:
        part = self.parts[key] = Part()
        self._frames.append(part)
        try:
            return make()
        finally:
            self._frames.pop()

    @contextmanager
    def question(self) -> Iterator[Part]:
        """Let what is told within be a part of its own: a question, of which `Fragment` gives the world."""
        part = Part()
        self._frames.append(part)
        try:
            yield part
        finally:
            self._frames.pop()

    def name_of(self, key: Any) -> Truth:
        """Return the name of a part that has one."""
        return self._memo[key]

    def told(self, key: Any) -> Part:
        """Return a part; one that only has its name yet is told now."""
        make = self._waiting.pop(key, None)
        if make is not None:
            name = self._memo[key]
            self._frames.append(self.parts[key])
            try:
                self.hold(name == make())
            finally:
                self._frames.pop()
        return self.parts[key]

    # -- happenings

    def of_kind(self, name: str) -> list[Happening]:
        """Return what may happen of that name, or of a kind of it: once, by each party that may do it."""

        def make() -> list[Happening]:
            return [
                self.happening(declared, actor)
                for declared in self.look("kinds", name)
                for actor in self.actors(declared)
            ]  # fmt: skip

        return self.once(("kind", name), make)  # type: ignore[no-any-return]

    def actors(self, declared: OccurrenceDecl) -> tuple[str | None, ...]:
        """Return who may do it."""
        if not declared.is_act:
            return (None,)
        if isinstance(declared.actor, str):
            return (declared.actor,)
        return (BOTH,) if declared.actor is Who.BOTH else self.look("parties")

    def happening(self, declared: OccurrenceDecl, actor: str | None) -> Happening:
        """Return one act or event that may happen. No two are at one time: the solver sees to it."""
        key = (declared.name, actor)
        return self.once(("happening", *key), lambda: self._happening(declared, actor))  # type: ignore[no-any-return]

    def _happening(self, declared: OccurrenceDecl, actor: str | None) -> Happening:
        id = f"{declared.name}/{actor or ''}"
        made = Happening(
            declared.name, actor, id, a_truth(f"here {id}"), a_number(f"day {id}"), a_number(f"minute {id}")
        )
        self._days[made.at.get_id()] = (made.at, made.day)
        self.between(made.day, 0, HORIZON - 1)
        self.between(made.minute, 9 * 60, 18 * 60 - 1)
        self.hold(made.at <= self.now.at)
        if not self.ending and any(effect.state == "agreement" for effect in declared.sets):
            self.hold(no(made.here))
        self.happenings[declared.name, actor] = self._memo["happening", declared.name, actor] = made
        for param in declared.params:
            made.fields[param.name] = self.field_of(made, param.name, param.kind)
        for right in self.look("relations", declared.name):
            before = [every(o.here, o.at < made.at) for o in self.of_kind(right)]
            self.hold(follows(made.here, some(*before)))
        return made

    def field_of(self, of: Happening, name: str, kind: Kind) -> Value:
        """Return a field: sums are not negative, a day is not before what names it."""
        match kind.name:
            case "flag":
                return Value(a_truth(f"{name} {of.id}"), True)
            case "occurrence":
                met = self.of_kind(kind.of)
                if met:
                    self.hold(follows(of.here, every(met[0].here, met[0].at < of.at)))
                    return Value(met[0], True)
                return self.free()
            case "duration":
                term = a_number(f"{name} {of.id}")
                self.between(term, 1, 10)
                return Value(term, True)
            case _:
                pass
        term = a_number(f"{name} {of.id}")
        if kind.name == "day":
            self.hold(term >= of.day, term < HORIZON)
            self.on_workday(term)
            self.prefer(term == of.day + 9)
        elif kind.name in ("money", "count"):
            self.between(term, 1, 10_000_000)
            self.prefer(term == (10_000 if kind.name == "money" else 1))
        elif kind.name == "one of":
            options = self.look("options", kind.of)
            self.one_of(term, options) if options else self.hold(term >= 0)
        elif kind.name == "instant":
            self.hold(term >= of.at, term < HORIZON * MINUTES)
        else:
            # A text that matters to no condition is left unsaid.
            self.between(term, -1, 9_999)
            self.prefer(term == -1, some(term == -1, term == self.code("other")))
        return Value(term, True)

    def rolled(self, day: Any) -> Any:
        """Return a day, or the next working day where it is a day of rest."""

        def make() -> Any:
            made: Any = choice(day % 7 >= 5, day - day % 7 + 7, day)
            for first, last, then in _rolls():
                there = day == first if first == last else every(day >= first, day <= last)
                made = choice(there, then, made)
            return made

        return self.once(("rolled", day.get_id()), make)

    # -- conditions and values

    def truth(self, it: Any, m: Moment, env: Env) -> Truth:
        """Return when a condition holds at a moment."""
        match it:
            case None:
                return True
            case AndE():
                return every(*(self.truth(each, m, env) for each in it.parts))
            case OrE():
                return some(*(self.truth(each, m, env) for each in it.parts))
            case NotE():
                return no(self.truth(it.part, m, env))
            case CompareE():
                return self.compare(it, m, env)
            case HappenedE():
                return self.happened(it, m, env)
            case AnswerE() if self.look("question", it.question)[0].kind.name == "flag":
                return self.answer(it.question).term
            case ChosenE():
                return self.chosen(it.reading, it.option)
            case IsBlankE():
                return no(self.blank(it.name, None, m, env).known)
            case OverdueE():
                return self.overdue(it, m, env)
            case InBreachE():
                return some(*self.breaches(it.norms, m, env, False))
            case DischargedE():
                return some(*(self.discharged(rule, bound, m) for rule, bound in self.meant(it.norms, env)))
            case UsedE():
                return some(*(self.standing(self.rule(i), m, it.longer) for i in it.norms.indexes))
            case ValidE():
                return self.valid(it, m)
            case TextE():
                return self.text(it, m)
            case ActorE():
                return env.get("@actor") in (None, it.party, BOTH)
            case PlacedE():
                return self.truth(it.part, m, {**env, it.variable: it.place})
            case ConstE():
                return bool(it.constant)
            case _:
                value = self.value(it, m, env)
                if z3.is_bool(value.term):
                    return every(value.known, value.term)
                return self.free(Kind("flag")).term

    def value(self, it: Any, m: Moment, env: Env) -> Value:
        """Return the term of an expression at a moment."""
        match it:
            case ConstE():
                return Value(self.constant(it.constant), True)
            case BoundE():
                return self.bound(it, env)
            case FieldE():
                return self.field_value(it, m, env)
            case StateE():
                return Value(self.state(it.name, it.document, m), True)
            case BlankE():
                # A blank that is compared is filled in the world: what is left open decides nothing.
                blank = self.blank(it.name, it.kind, m, env)
                settable = not self.look("gap", it.name)
                if settable and it.kind.name == "day" and self.monthly(it.name) and z3.is_expr(blank.term):
                    blank = Value(self.month_day(self.trigger_day(m, env), blank.term), blank.known)
                if settable and z3.is_expr(blank.known):
                    self.once(("used", it.name), lambda: self.hold(blank.known))
                return blank
            case NowE():
                return Value(m.at, True)
            case MonthDayE():
                return Value(self.month_day(self.trigger_day(m, env), whole(it.number)), True)
            case AsOfE():
                return self.as_of(it, m, env)
            case AnswerE():
                return self.answer(it.question)
            case LaterE():
                return self.later(it, m, env)
            case ArithmeticE():
                return self.arithmetic(it, m, env)
            case FoldE():
                return self.fold(it, m, env)
            case AmountOfE():
                return self.sum(it, m, env)
            case AmountDueE():
                return self.unpaid(it.norms, m, env)
            case _:
                return self.free()

    def later(self, it: LaterE, m: Moment, env: Env) -> Value:
        """Return so long after a day or an instant: after so many days a day, their last; else an instant."""
        base, period = self.value(it.base, m, env), self.value(it.period, m, env).term
        if not isinstance(period, Period) or not z3.is_expr(base.term):
            return self.free()
        is_day = _is_day(it.base)
        if period.unit in ("days", "weeks"):
            first = base.term if is_day else self.day_of(base.term)
            return Value(first + period.count * (7 if period.unit == "weeks" else 1), base.known)
        if period.unit in ("hours", "minutes"):
            start = base.term * MINUTES if is_day else base.term
            return Value(start + period.count * (60 if period.unit == "hours" else 1), base.known)
        return self.free()

    def monthly(self, name: str) -> bool:
        """Tell whether a blank for a day is filled with the number of a day: where another document counts."""
        return bool(self.look("monthly", name))

    def trigger_day(self, m: Moment, env: Env) -> Any:
        """Return the day of what an instance was triggered by; of the moment where there is no such thing."""
        bound = env.get("@trigger")
        if isinstance(bound, Happening):
            return bound.day
        return self.day_of(self.breach_start(bound) if isinstance(bound, Broken) else m.at)

    def month_day(self, day: Any, number: Any) -> Any:
        """Return the next day of the month with a number, of no more than 28, that day itself included."""
        made: Any = whole(HORIZON)
        for first, following in reversed(list(pairwise(_months()))):
            found = choice(first + number - 1 >= day, first + number - 1, following + number - 1)
            made = choice(day < following, found, made)
        return made

    def as_of(self, it: AsOfE, m: Moment, env: Env) -> Value:
        """Return what a state was at a day, an instant, or the first day of a billing period.

        The one period that a world has is `PERIOD`: which other it is makes a difference to sums alone.
        """
        when = self.value(it.at, m, env).term
        setters = self.setters(it.state.name, it.state.document)
        if not z3.is_expr(when) or len(setters) > 1:
            return self.free()
        if isinstance(it.at, FieldE) and it.at.kind.name == "text":
            self.hold(when == self.code(f"{PERIOD[0]}-{PERIOD[1]:02}"))
            last: Any = _minute(end_of(date(*PERIOD, 1))) - 1
        else:
            last = (when + 1) * MINUTES - 1 if _is_day(it.at) else when
        made = self.first(it.state.name)
        if made is None:
            return self.free()
        for each, value, based in setters:
            since = self._since(each, it.state.name)
            set_then = every(self.has_happened(each, m), based, since <= last, since <= m.at)
            made = choice(set_then, value, made)
        return Value(made, True)

    def first(self, state: str) -> Any:
        """Return what a state is before anything sets it, as the account's settings say; None where they cannot."""
        option = self.look("first option", state)
        if option is not None:
            return whole(self.code(option))
        kind = self.look("declared", state).kind.name
        if kind not in ("money", "count"):
            return None
        return self.once(("first", state), lambda: self._first(state, kind))

    def _first(self, state: str, kind: str) -> Any:
        made = a_number(f"{state} at first")
        self.between(made, 1, 10_000_000)
        self.prefer(made == (10_000 if kind == "money" else 1))
        self.firsts[state] = Value(made, True)
        return made

    def _since(self, each: Happening, state: str) -> Any:
        """Return from when something that happens sets a state."""
        for effect in self._declared(each).sets:
            if effect.state == state and effect.since is not None:
                since = each.fields[effect.since].term
                return since * MINUTES if self._is_day_field(each, effect.since) else since
        return each.at

    def _is_day_field(self, each: Happening, name: str) -> bool:
        return any(p.name == name and p.kind.name == "day" for p in self._declared(each).params)

    def constant(self, value: Any) -> Any:
        if isinstance(value, bool):
            return TRUE if value else FALSE
        if isinstance(value, int):
            return whole(value)
        if isinstance(value, date):
            return whole((value - FIRST_DAY).days)
        return value if isinstance(value, Period | Share) else whole(self.code(str(value)))

    def bound(self, it: BoundE, env: Env) -> Value:
        if it.name == "@act":
            return Value(env.get("@act"), env.get("@act") is not None)
        if it.last:
            at_hand = env.get("@trigger")
            at_hand = at_hand.bound if isinstance(at_hand, Broken) else at_hand
            if isinstance(at_hand, Happening) and at_hand.name == it.last:
                return Value(at_hand, True)
            act = env.get("@act")
            if isinstance(act, Happening) and act.name == it.last:
                return Value(act, True)
            met = self.of_kind(it.last)
            return Value(met[0], met[0].here) if met else self.free()
        found = env.get(it.name)
        if isinstance(found, str):
            return Value(whole(self.code(found)), True)
        return Value(found, True) if found is not None else Value(whole(self.code(it.name)), True)

    def field_value(self, it: FieldE, m: Moment, env: Env) -> Value:
        of = it.of.constant if isinstance(it.of, ConstE) else self.value(it.of, m, env).term
        if isinstance(of, Happening):
            match it.name:
                case "at" | "arrives":
                    return Value(of.at, of.here)
                case "day":
                    return Value(of.day, of.here)
                case "by":
                    return Value(whole(self.code(of.actor or "")), of.here)
                case _:
                    pass
            return of.fields.get(it.name) or self.free(it.kind)
        if isinstance(of, Broken):
            start = self.breach_start(of)
            match it.name:
                case "at":
                    return Value(start, True)
                case "day":
                    return Value(self.day_of(start), True)
                case "last_day":
                    return Value((start - 1) / MINUTES, True)
                case "cured":
                    cured = every(self.broken(of, m, False), no(self.broken(of, m, True)))
                    return Value(choice(cured, True, False), True)
                case _:
                    pass
            return self.free(it.kind)
        if isinstance(of, str):
            named = f"{of}.{it.name}"
            made: Value = self.once(("attribute", named), lambda: self._attribute(named, it.kind))
            return made
        return self.free(it.kind)

    def _attribute(self, name: str, kind: Kind) -> Value:
        made = a_truth(name) if kind.name == "flag" else a_number(name)
        self.attributes[name] = Value(made, True)
        return self.attributes[name]

    def compare(self, it: CompareE, m: Moment, env: Env) -> Truth:
        left, right = self.value(it.left, m, env), self.value(it.right, m, env)
        one, other = left.term, right.term
        if isinstance(one, Happening) or isinstance(other, Happening):
            return (one is other) is (it.sign == "==")
        if not (z3.is_expr(one) and z3.is_expr(other)):
            return self.free(Kind("flag")).term
        if z3.is_bool(one) != z3.is_bool(other):
            return self.free(Kind("flag")).term
        for side, term in ((it.left, one), (it.right, other)):
            if isinstance(side, FieldE) and side.kind.name == "text":
                self.hold(term >= 0)  # What is compared is said.
        # An instant meets a day by its own day.
        if _is_instant(it.left) and _is_day(it.right):
            one = self.day_of(one)
        elif _is_instant(it.right) and _is_day(it.left):
            other = self.day_of(other)
        made = {
            "==": lambda: one == other, "!=": lambda: one != other, "<": lambda: one < other,
            "<=": lambda: one <= other, ">": lambda: one > other, ">=": lambda: one >= other,
        }[it.sign]()  # fmt: skip
        return every(left.known, right.known, made)

    def arithmetic(self, it: ArithmeticE, m: Moment, env: Env) -> Value:
        left, right = self.value(it.left, m, env), self.value(it.right, m, env)
        one, other = left.term, right.term
        if isinstance(one, Share):
            one, other = other, one
        if isinstance(other, Share) and z3.is_expr(one):
            return Value((2 * one * other.over + other.under) / (2 * other.under), left.known)
        if not (z3.is_expr(one) and z3.is_expr(other)):
            return self.free()
        known = every(left.known, right.known)
        if it.op == "*":
            # A product of two open numbers is no question for the solver: it is told of some values of the first; of
            # others it may be any number, but of the same two the same.
            if not (z3.is_int_value(one) or z3.is_int_value(other)):
                made = _PRODUCT(one, other)
                for number in FACTORS:
                    made = choice(one == number, number * other, made)
                return Value(made, known)
            return Value(one * other, known)
        return Value(one + other if it.op == "+" else one - other, known)

    def fold(self, it: FoldE, m: Moment, env: Env) -> Value:
        parts = []
        for each in self.of_kind(it.name):
            bound = {**env, it.name: each}
            meets = every(self.has_happened(each, m), self.truth(it.where, m, bound))
            if it.index is not None:
                own, wanted = each.fields.get(it.index[0]), self.value(it.index[1], m, env).term
                if own is not None and z3.is_expr(own.term) and z3.is_expr(wanted):
                    meets = every(meets, own.term == wanted)
            worth = each.fields[it.field].term if it.field else whole(1)
            parts.append(choice(meets, worth, 0))
        return Value(total(parts), True)

    def sum(self, it: AmountOfE, m: Moment, env: Env) -> Value:
        about = self.value(it.about, m, env).term if it.about is not None else env.get("@trigger")
        home = it.home or env.get("@home", "")
        below = env.get(f"@below {it.name}", 0)
        rules = self.look("sums", it.name)
        made: Any = whole(0)
        for place in reversed(range(below, len(rules))):
            of, variable, worth, where, holds = rules[place]
            if home and of not in ("", home):
                continue
            inner = {**env, "@trigger": about, "@home": of or home, f"@below {it.name}": place + 1}
            if variable:
                inner[variable] = about
            value = self.value(worth, m, inner).term
            applies = every(self.truth(holds, m, inner), self.truth(where, m, inner))
            made = choice(applies, value if z3.is_expr(value) else self.free().term, made)
        return Value(made, True)

    # -- what is open: answers, readings, blanks

    def answer(self, question: str) -> Value:
        """Return what humans decide: the same whatever it is about."""
        return self.once(("answer", question), lambda: self._answer(question))  # type: ignore[no-any-return]

    def _answer(self, question: str) -> Value:
        declared, given = self.look("question", question)
        if declared.kind.name == "flag":
            made = a_truth(f"answer {question}")
            self.prefer(made == bool(declared.presumed))
            if given is not None:
                self.hold(made == bool(given))
        else:
            made = a_number(f"answer {question}")
            if declared.options:
                self.one_of(made, [each.name for each in declared.options])
            elif declared.kind.name in ("money", "count"):
                self.between(made, 0, 10_000_000)
                self.prefer(made == (10_000 if declared.kind.name == "money" else 1))
        self.answers[question] = made
        return Value(made, True)

    def chosen(self, reading: str, option: str) -> Truth:
        """Return whether a reading is taken so: as chosen, by default, or else any way."""
        got = self.look("taken", reading)
        if got is not None:
            return got == option
        return self.once(("reading", reading), lambda: self._reading(reading)) == self.code(option)

    def _reading(self, reading: str) -> Any:
        made = self.readings[reading] = a_number(f"reading {reading}")
        self.one_of(made, self.look("reading", reading))
        return made

    def blank(self, name: str, kind: Kind | None, m: Moment, env: Env) -> Value:
        """Return what fills a blank; what the terms leave open may be filled or not. Settings do not fill a gap."""
        if self.look("gap", name):
            made, known = self.free(kind).term, FALSE
            for holds, filling in reversed(self.look("fills", name)):
                value = self.value(filling, m, env)
                if holds is None:
                    made, known = value.term, value.known
                elif z3.is_expr(value.term):
                    filled = self.truth(holds, m, env)
                    made, known = choice(filled, value.term, made), some(filled, known)
            return Value(made, known)
        # A law may speak of the agreement's blank by its other name.
        name = next((each.name for each in self.look("called", name)), name)
        return self.once(("blank", name), lambda: self._blank(name, kind))  # type: ignore[no-any-return]

    def _blank(self, name: str, kind: Kind | None) -> Value:
        given = self.look("given", name)
        kind = getattr(self.look("declared", name), "kind", kind)
        if given is not None:
            return Value(self.constant(given), True)
        term = a_number(f"blank {name}")
        is_text = kind is not None and kind.name == "text"
        # What one document counts and another takes as a day is the number of a day of the month.
        is_day = self.monthly(name) and any(each.kind.name == "day" for each in self.look("called", name))
        self.between(term, 0 if is_text else 1, 28 if is_day else 10_000_000)
        if is_text:
            self.prefer(term == self.code("other"))
        self.blanks[name] = Value(term, a_truth(f"filled {name}"))
        return self.blanks[name]

    # -- happenings and states

    def has_happened(self, it: Happening, m: Moment) -> Truth:
        """Return whether something has happened by a moment."""
        return False if it is m.before else every(it.here, it.at <= m.at)

    def happened(self, it: HappenedE, m: Moment, env: Env) -> Truth:
        who = self.value(it.by, m, env).term if it.by is not None else None
        by = it.by.constant if isinstance(it.by, ConstE) else None
        found = []
        for each in self.of_kind(it.name):
            meets = self.has_happened(each, m)
            if it.about is not None:
                wanted = self.value(it.about, m, env).term
                named = [v.term for v in each.fields.values() if isinstance(v.term, Happening)]
                if isinstance(wanted, Happening) and wanted not in named:
                    continue
            if by == Who.BOTH.value:
                found.append(meets)
                continue
            if by is not None and by != Who.EITHER.value and each.actor not in (by, BOTH):
                continue
            if by is None and who is not None and z3.is_expr(who):
                meets = every(meets, who == self.code(each.actor or ""))
            found.append(meets)
        return every(*found) if by == Who.BOTH.value and found else some(*found)

    def state(self, name: str, document: str, m: Moment) -> Any:
        """Return what a state is at a moment."""
        if name == "agreement":
            return self.agreement(document, m)
        return self.once(("state", name, document, m.key), lambda: self._state(name, document, m))

    def _state(self, name: str, document: str, m: Moment) -> Any:
        made = a_number(f"{self.prefix}{name}@{document} {m.key}")
        setters = self.setters(name, document)
        for each, value, based in setters:
            self.hold(follows(self.is_last(each, based, setters, m), made == value))
        none = no(some(*(every(self.has_happened(e, m), b) for e, _, b in setters)))
        first = self.first(name)
        if first is not None:
            self.hold(follows(none, made == first))
        return made

    def setters(self, name: str, document: str) -> list[tuple[Happening, Any, Truth]]:
        """Return what sets a state: to which value, and, in law, whether it has a basis."""
        return self.once(("setters", name, document), lambda: list(self._setters(name, document)))  # type: ignore[no-any-return]

    def _setters(self, name: str, document: str) -> Iterator[tuple[Happening, Any, Truth]]:
        for declared in self.look("setting", name):
            for effect in declared.sets:
                if effect.state != name:
                    continue
                for actor in self.actors(declared):
                    made = self.happening(declared, actor)
                    if effect.option is not None:
                        value: Any = whole(self.code(effect.option))
                    else:
                        value = made.fields[effect.field or ""].term
                    yield made, value, self.has_basis(made, document) if document else True

    def is_last(
        self, it: Happening, based: Truth, setters: list[tuple[Happening, Any, Truth]], m: Moment
    ) -> Truth:
        later = [
            every(self.has_happened(other, m), also, other.at > it.at)
            for other, _, also in setters
            if other is not it
        ]
        return every(self.has_happened(it, m), based, no(some(*later)))

    def has_basis(self, act: Happening, document: str) -> Truth:
        """Return whether some norm is open to an act just before it, such that the act changes an agreement's state.

        A norm of an agreement changes that one. A law changes those in force, or that of the breach that it is upon:
        of this last, any is taken.
        """

        def make() -> Truth:
            before = Moment(act.at, f"before {act.id}", act)
            found = []
            for rule in self.on_act(act.name):
                if not isinstance(rule.norm, Prohibition) and rule.home in ("", document):
                    opens = self.opens(rule, before, act, act.actor or "")
                    if not rule.home and not rule.on_breach_of:
                        opens = every(opens, self.agreement(document, before) == self.code("in_force"))
                    found.append(opens)
            return some(*found)

        return self.named(("basis", act.id, document), make)

    def agreement(self, document: str, m: Moment) -> Any:
        """Return the state of an agreement at a moment; a world in which nobody ends it has no end of it."""
        return self.once(("agreement", document, m.key), lambda: self._agreement(document, m))

    def _agreement(self, document: str, m: Moment) -> Any:
        draft, in_force, expired, terminated = (whole(self.code(each)) for each in LIFE_STATES)
        begins, since = self.begins(document)
        ends = [
            every(
                self.has_happened(each, m),
                self.has_basis(each, document),
                self._since(each, "agreement") <= m.at,
            )
            for declared in (self.look("ending") if self.ending else ())
            for each in self.of_kind(declared.name)
        ]
        last = self.last_minute(document, since)
        alive: Any = in_force
        if last is not None:
            alive = choice(m.at >= last, expired, in_force)
        alive = choice(some(*ends), terminated, alive) if ends else alive
        return choice(every(begins, since <= m.at), alive, draft)

    def _declared(self, it: Happening) -> OccurrenceDecl:
        declared = self.look("declared", it.name)
        assert isinstance(declared, OccurrenceDecl)
        return declared

    def begins(self, document: str) -> tuple[Truth, Any]:
        """Return whether an agreement takes effect at all, and when."""

        def make() -> tuple[Truth, Any]:
            rules = [each for each in self.look("life", document) if each[0] == "takes_effect"]
            if not any(base_name(of) == document for _, of, _, _ in rules):
                return True, whole(0)
            ever, since = a_truth(f"{self.prefix}begins {document}"), self.some_time(f"since {document}")
            self._memo["begins", document] = (ever, since)

            def takes(m: Moment) -> list[Truth]:
                return [
                    every(self.truth(holds, m, {}), self.truth(value, m, {})) for *_, holds, value in rules
                ]

            met = [e for *_, value in rules for name in _happened_in(value) for e in self.of_kind(name)]
            self.hold(follows(ever, some(*takes(Moment(since, f"since {document}")))))
            self.hold(follows(ever, some(*(every(e.here, e.at == since) for e in met))))
            for each in met:
                enough = some(*takes(Moment(each.at, f"at {each.id}")))
                self.hold(follows(every(each.here, enough), every(ever, since <= each.at)))
            return ever, since

        return self.once(("begins", document), make)  # type: ignore[no-any-return]

    def last_minute(self, document: str, since: Any) -> Any:
        """Return the end of an agreement's term, if the terms say how long it lasts."""
        for how, _, _, value in self.look("life", document):
            if how == "lasts":
                if isinstance(value, BlankE):  # A term that is left blank has no end.
                    period, known = self.blank(value.name, value.kind, self.now, {})
                    if z3.is_expr(known):
                        self.prefer(known)  # Mostly it is filled.
                else:
                    period, known = self.value(value, self.now, {}).term, True
                if z3.is_int(period):  # So many years, and the last of its days is part of it.
                    end = self.day_of(since) + 365 * period + 1
                    return self.at(choice(known, end, HORIZON) if z3.is_expr(known) else end)
                if isinstance(period, Period):
                    days = {"years": 365, "months": 30, "weeks": 7, "days": 1}.get(
                        period.unit, 1
                    ) * period.count
                    return since + days * MINUTES
        return None

    def valid(self, it: ValidE, m: Moment) -> Truth:
        parts: list[Any] = []
        if it.begins is not None:
            parts.append(m.at >= _minute(it.begins))
        if it.ends is not None:
            parts.append(m.at < _minute(it.ends))
        return every(*parts)

    def text(self, it: TextE, m: Moment) -> Truth:
        replaced = [m.at >= _minute(part.begins) for part in it.text.replaced_by]
        own = it.text.own
        return every(True if own is None else m.at >= _minute(own.begins), no(some(*replaced)))

    # -- norms

    def in_force(self, rule: Rule, m: Moment, env: Env) -> Truth:
        """Return whether a norm is in force."""
        rule = self.rule(rule.index)
        return no(some(*(truth for _, _, truth in self.not_in_force(rule, m, env))))

    def not_in_force(self, rule: Rule, m: Moment, env: Env) -> Iterator[tuple[str, Any, Truth]]:
        """Yield each step that may keep a norm from being in force: its name, where it is said, and when it does."""
        if rule.home:
            state = self.agreement(rule.home, m)
            alive = [state == self.code("in_force")]
            if rule.norm.survives:
                alive += [state == self.code("expired"), state == self.code("terminated")]
            yield "agreement", None, no(some(*alive))
        for chosen in rule.option:
            yield "reading", None, no(self.chosen(chosen.reading, chosen.option))
        if rule.valid is not None:
            yield "valid", None, no(self.truth(rule.valid, m, env))
        if rule.since is not None:
            yield "since", None, no(self.truth(rule.since, m, env))
        if rule.until is not None:
            yield "until", None, self.truth(rule.until, m, env)
        for index in rule.yields_to:
            yield "agreed", index, self.in_force(self.rule(index), m, env)
        for when, place in rule.voided:
            yield "voided", place, self.truth(when, m, env)

    def conditions(self, rule: Rule, m: Moment, env: Env) -> Truth:
        """Return whether the conditions of a norm hold."""
        parts = [self.truth(rule.when, m, env)]
        if rule.unless is not None:
            parts.append(no(self.truth(rule.unless, m, env)))
        for index in rule.excepts:
            other = self.rule(index)
            inner = self.env_of(other, env.get("@trigger"), env.get("@act"), env.get("@actor"))
            parts.append(no(every(self.in_force(other, m, inner), self.conditions(other, m, inner))))
        return every(*parts)

    def bindings(self, rule: Rule, act: Happening | None) -> list[Any]:
        """Return what the instances of a norm may be bound to."""
        rule = self.rule(rule.index)
        if rule.norm.trigger is None:
            return [None]
        if rule.self_triggered:
            return [act] if act is not None else []
        if rule.trigger_name is not None:
            return list(self.of_kind(rule.trigger_name))
        found = []
        for index in sorted(rule.on_breach_of):
            if self.focus is not None and len(rule.on_breach_of) > MANY and index != self.focus:
                continue
            owed = self.rule(index)
            # Each forbidden act is a breach of its own, whatever the prohibition arises from.
            is_ban = isinstance(owed.norm, Prohibition)
            bounds = self.of_kind(owed.act_name) if is_ban else self.bindings(owed, None) or [None]
            found += [Broken(owed, bound) for bound in bounds]
        return found

    def env_of(self, rule: Rule, bound: Any, act: Any, actor: Any) -> Env:
        """Return what the variables of one instance stand for."""
        env: Env = {"@act": act, "@actor": actor, "@rule": rule}
        if bound is not None:
            env |= {rule.variable: bound, "@trigger": bound}
        return env

    def exists(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether what an instance is bound to is there."""
        if isinstance(bound, Happening):
            return True if bound is m.before else self.has_happened(bound, m)
        return self.broken(bound, m, False) if isinstance(bound, Broken) else True

    def in_term(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether a norm that is no duty was there when what it waits for happened: else that was in vain."""
        if not isinstance(bound, Happening) or bound is m.before:
            return True
        if not (rule.home or rule.since is not None or rule.until is not None):
            return True

        def make() -> Truth:
            then = Moment(bound.at, f"at {bound.id}")
            env = self.env_of(rule, bound, None, None)
            parts = []
            if rule.home:
                state = self.agreement(rule.home, then)
                alive = ("in_force", "expired", "terminated") if rule.norm.survives else ("in_force",)
                parts.append(some(*(state == self.code(each) for each in alive)))
            if rule.since is not None:
                parts.append(self.truth(rule.since, then, env))
            if rule.until is not None:
                parts.append(no(self.truth(rule.until, then, env)))
            return every(*parts)

        return self.named(("in term", rule.index, bound.id), make)

    def opens(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a norm is open to an act by a party."""
        rule = self.rule(rule.index)

        def make() -> Truth:
            return some(*(
                self.way(rule, bound, m, act, actor)
                for bound in self.bindings(rule, act)
                if self.bears(rule, actor, bound)
            ))  # fmt: skip

        return self.named(("opens", rule.index, m.key, act.id, actor), make)

    def way(self, rule: Rule, bound: Any, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a norm, bound to that, is open to an act."""

        def make() -> Truth:
            env = self.env_of(rule, bound, act, actor)
            return no(some(*(t for _, _, t in self.closers(rule, bound, m, act, actor, env))))

        if not (isinstance(bound, Broken) and len(rule.on_breach_of) > MANY):
            return make()
        key = ("way", rule.index, _id(bound), m.key, act.id, actor)
        self.one_of_many[key] = bound.rule.index
        return self.named(key, make)

    def named(self, key: tuple[Any, ...], make: Any) -> Truth:
        """Return a name for what `make` gives: told once, however often it is asked, and only when it is needed."""

        def define() -> Truth:
            self._waiting[key] = make
            self.names.add(key)
            return a_truth(self.prefix + " ".join(map(str, key)))

        return self.once(key, define)

    def gives(
        self, rule: Rule, m: Moment, act: Happening, actor: str, is_law: Callable[[Place], bool]
    ) -> Truth:
        """Return whether a norm would be open to an act if no law stood in its way."""
        rule = self.rule(rule.index)

        def way(bound: Any) -> Truth:
            def make() -> Truth:
                steps = self.closers(rule, bound, m, act, actor, self.env_of(rule, bound, act, actor))
                own = (truth for _, at, truth in steps if not (isinstance(at, tuple) and is_law(at)))
                return no(some(*own))

            key = ("gives", rule.index, _id(bound), m.key, act.id, actor)
            if isinstance(bound, Broken) and len(rule.on_breach_of) > MANY:
                self.one_of_many[key] = bound.rule.index
            return self.named(key, make)

        return some(*(way(bound) for bound in self.bindings(rule, act) if self.bears(rule, actor, bound)))

    def ways(
        self, rule: Rule, m: Moment, act: Happening, actor: str
    ) -> Iterator[tuple[Any, list[tuple[str, Any, Truth]]]]:
        """Yield each way in which a norm could be open to an act: what it is bound to, and what may close it."""
        for bound in self.bindings(rule, act):
            if self.bears(rule, actor, bound):
                env = self.env_of(rule, bound, act, actor)
                yield bound, list(self.closers(rule, bound, m, act, actor, env))

    def bears(self, rule: Rule, actor: str, bound: Any) -> bool:
        """Return whether a norm binds or empowers that party."""
        rule = self.rule(rule.index)
        bearer = rule.norm.bearer
        if isinstance(bearer, str):
            return actor in (bearer, BOTH)
        if bearer is Who.OTHER and isinstance(bound, Broken):
            return actor != bound.rule.norm.bearer
        return True

    def closers(
        self, rule: Rule, bound: Any, m: Moment, act: Happening, actor: str, env: Env
    ) -> Iterator[tuple[str, Any, Truth]]:
        rule = self.rule(rule.index)
        yield from self.not_in_force(rule, m, env)
        if isinstance(rule.norm, Obligation):
            yield "no duty", None, no(self.owed(rule, bound, m))
        else:
            yield "no trigger", None, no(every(self.exists(rule, bound, m), self.in_term(rule, bound, m)))
            if rule.trigger_where is not None:
                yield "trigger where", None, no(self.truth(rule.trigger_where, m, env))
            yield "when", None, no(self.conditions(rule, m, env))
        if rule.where is not None:
            yield "where", None, no(self.truth(rule.where, m, env))
        if rule.not_before is not None:
            first = self.value(rule.not_before, m, env).term
            if z3.is_expr(first):
                yield "not before", None, m.at < (first * MINUTES if _is_day(rule.not_before) else first)
        if rule.limit is not None and not isinstance(rule.norm, Obligation):
            end = self.window_end(rule, bound, m, env)
            if end is not None:
                yield "window past", None, end <= m.at
        for lapse in rule.lapses:
            yield "lapsed", lapse.place, self.lapsed(lapse, bound, m, actor, env)
        for index, when, place in rule.prevailed_by:
            other = self.rule(index)
            holds = self.truth(when, m, env)
            if isinstance(other.norm, Prohibition):
                if index in self._speaking(act.name) and not isinstance(rule.norm, Obligation):
                    yield "forbidden", place, every(holds, self.forbids(other, m, act, actor))
            elif not isinstance(other.norm, Maintenance):
                yield "prevailed", place, every(holds, self.standing(other, m, None))
        for indexes, when, place in rule.limited_to:
            holds = self.truth(when, m, env)
            if holds is False or (z3.is_expr(holds) and z3.is_false(z3.simplify(holds))):
                continue  # It limits other norms only.
            limits = [self.rule(index) for index in indexes if index != rule.index]
            open_ones = [self.opens(limit, m, act, actor) for limit in limits]
            yield "limited", place, every(holds, no(some(*open_ones)))

    def lapsed(self, lapse: Any, bound: Any, m: Moment, actor: str, env: Env) -> Truth:
        period = self.value(lapse.period, m, env).term
        if not lapse.event or not isinstance(period, Period):
            return self.free(Kind("flag")).term
        days = {"years": 366, "months": 31, "weeks": 7, "days": 1}.get(period.unit, 1) * period.count
        # What is known before a breach is an earlier one.
        since = self.breach_start(bound) if isinstance(bound, Broken) else 0
        return every(
            self.truth(lapse.holds, m, env),
            some(*(
                every(self.has_happened(e, m), e.at >= since, (e.day + days + 1) * MINUTES <= m.at)
                for e in self.of_kind(lapse.event) if e.actor in (None, actor)
            )),
        )  # fmt: skip

    def forbids(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        """Return whether a prohibition applies to an act by a party."""
        rule = self.rule(rule.index)
        return self.named(
            ("forbids", rule.index, m.key, act.id, actor), lambda: self._forbids(rule, m, act, actor)
        )

    def _forbids(self, rule: Rule, m: Moment, act: Happening, actor: str) -> Truth:
        found = []
        for bound in self.bindings(rule, act):
            if self.bears(rule, actor, bound):
                env = self.env_of(rule, bound, act, actor)
                found.append(every(
                    self.in_force(rule, m, env), self.exists(rule, bound, m), self.in_term(rule, bound, m),
                    self.truth(rule.trigger_where, m, env), self.truth(rule.where, m, env),
                    self.conditions(rule, m, env),
                ))  # fmt: skip
        return some(*found)

    def standing(self, rule: Rule, m: Moment, longer: Any) -> Truth:
        """Return whether a norm stands exercised, for longer than a period where one is named."""
        period = self.value(longer, m, {}).term if longer is not None else None

        def stands(each: Happening) -> Truth:
            open_then = self.opens(rule, Moment(each.at, f"before {each.id}", each), each, each.actor or "")
            long = True
            if isinstance(period, Period):
                long = (each.day + period.count + 1) * MINUTES <= m.at
            return every(open_then, long)

        def make() -> Truth:
            found = []
            acts = self.of_kind(rule.act_name)
            for state, document in rule.sets:
                if state == "agreement":
                    continue
                setters = self.setters(state, document)
                for each, value, based in setters:
                    if each in acts:
                        # What sets the state to what it is already leaves the earlier act standing.
                        ending = [o for o in setters if o[0] is each or not z3.eq(o[1], value)]
                        found.append(every(self.is_last(each, based, ending, m), stands(each)))
            if not rule.sets:
                found = [every(self.has_happened(each, m), stands(each)) for each in acts]
            return some(*found)

        return self.once(("standing", rule.index, m.key, str(period)), make)

    # -- duties and breaches

    def meant(self, norms: Norms, env: Env) -> Iterator[tuple[Rule, Any]]:
        """Yield the instances that a target means."""
        if norms.variable is not None:
            bound = self.value(norms.variable, self.now, env).term
            if isinstance(bound, Broken):
                yield bound.rule, bound.bound
            return
        about = self.value(norms.about, self.now, env).term if norms.about is not None else None
        for index in norms.indexes:
            rule = self.rule(index)
            is_ban = isinstance(rule.norm, Prohibition)
            for bound in self.of_kind(rule.act_name) if is_ban else self.bindings(rule, None) or [None]:
                # A ban is broken by acts; which of them came of which trigger is not told apart.
                if about is None or is_ban or bound is about or not isinstance(about, Happening):
                    yield rule, bound

    def breaches(self, norms: Norms, m: Moment, env: Env, only_open: bool) -> list[Truth]:
        """Return when each of the norms meant is in breach."""
        return [self.broken(Broken(rule, bound), m, only_open) for rule, bound in self.meant(norms, env)]

    def overdue(self, it: OverdueE, m: Moment, env: Env) -> Truth:
        found = []
        period = self.value(it.longer, m, env).term if it.longer is not None else None
        for rule, bound in self.meant(it.norms, env):
            if not isinstance(rule.norm, Obligation):
                continue
            truth = self.broken(Broken(rule, bound), m, True)
            days = _days(period) if isinstance(period, Period) else _open_days(period, it.longer)
            if days is not None:
                end = self.deadline(rule, bound)
                if end is None:
                    continue
                last = self.day_of(end) - 1 + days
                truth = every(truth, (self.rolled(last) + 1) * MINUTES <= m.at)
            found.append(truth)
        return some(*found)

    def owed(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        """Return whether a duty has arisen and is not done."""
        start = self.start(rule, bound)
        wanted = [self.arises(rule, bound), start <= m.at, no(self.performed(rule, bound, m, None))]
        if rule.norm.trigger is None:
            wanted.append(self.conditions(rule, m, self.env_of(rule, bound, None, None)))
        return every(*wanted)

    def start(self, rule: Rule, bound: Any) -> Any:
        """Return when a duty arises."""
        if isinstance(bound, Happening):
            return bound.at
        if isinstance(bound, Broken):
            return self.breach_start(bound)
        return self.once(("start", rule.index), lambda: self.some_time(f"start {rule.index}"))

    def arises(self, rule: Rule, bound: Any) -> Truth:
        """Return whether a duty arises at all."""

        def make() -> Truth:
            start = self.start(rule, bound)
            m = Moment(start, f"start {rule.index} {_id(bound)}")
            env = self.env_of(rule, bound, None, None)
            there = bound.here if isinstance(bound, Happening) else self.exists(rule, bound, m)
            return every(
                there, start >= 0, self.truth(rule.trigger_where, m, env), self.in_force(rule, m, env),
                self.conditions(rule, m, env),
            )  # fmt: skip

        return self.once(("arises", rule.index, _id(bound)), make)

    def deadline(self, rule: Rule, bound: Any) -> Any:
        """Return the minute at which the time for a duty is over; None where it has no end."""

        def make() -> Any:
            m = Moment(self.start(rule, bound), f"start {rule.index} {_id(bound)}")
            return self.window_end(rule, bound, m, self.env_of(rule, bound, None, None))

        return self.once(("deadline", rule.index, _id(bound)), make)

    def waits_for(self, rule: Rule, bound: Any) -> bool:
        """Tell whether a norm arises from such a happening, or such a breach."""
        if isinstance(bound, Broken):
            return bound.rule.index in rule.on_breach_of
        return isinstance(bound, Happening) and rule.trigger_name in self.program.touches[bound.name].names

    def window_end(self, rule: Rule, bound: Any, m: Moment, env: Env) -> Any:
        limit = type(rule.limit).__name__ if rule.limit is not None else ""
        start = self.start(rule, bound) if bound is not None or isinstance(rule.norm, Obligation) else m.at
        match limit:
            case "AtOnce":
                return start + 1
            case "Reasonable":
                # A reasonable time is what a law says in numbers, where one does for what the duty arose from.
                never = whole(HORIZON * MINUTES)
                end = choice(self.answer(rule.limit.question).term, never, start)
                for law in map(self.rule, rule.numbered):
                    its, told = never, self.in_force(law, m, env)
                    if self.waits_for(law, bound):
                        own = self.env_of(law, bound, None, None)
                        told = every(told, self.truth(law.trigger_where, m, own))
                        found = self.window_end(law, bound, m, own)
                        its = never if found is None else found
                    end = choice(told, its, end)
                return end
            case "Within":
                period = self.value(rule.limit_value, m, env).term
                if rule.limit_of is not None:
                    origin = self.value(rule.limit_of, m, env).term
                    if not z3.is_expr(origin):
                        return None
                    start = origin * MINUTES if _is_day(rule.limit_of) else origin
                if not isinstance(period, Period):
                    days = _open_days(period, rule.limit_value)
                    if days is None:
                        return None
                    last = self.day_of(start) + days
                    self.on_workday(last)
                    return self.at(last + 1)
                if period.unit in ("hours", "minutes", "seconds"):
                    scale = {"hours": 60, "minutes": 1}.get(period.unit)
                    return start + (period.count * scale if scale else 1)
                last = self.day_of(start) + _days(period)
                self.on_workday(last)
                return self.at(last + 1)
            case "ByDay" | "BeforeDay":
                day = self.value(rule.limit_value, m, env)
                if not z3.is_expr(day.term) or day.known is False:
                    return None
                end = day.term + (1 if limit == "ByDay" else 0)
                if not _is_day(rule.limit_value):
                    return choice(day.known, end, HORIZON * MINUTES) if z3.is_expr(day.known) else end
                return self.at(choice(day.known, end, HORIZON) if z3.is_expr(day.known) else end)
            case _:
                return None

    def performed(self, rule: Rule, bound: Any, m: Moment, before: Any) -> Truth:
        """Return whether what a duty asks has been done by a moment (and before a minute)."""
        found = []
        start = self.start(rule, bound)
        for act in self.of_kind(rule.act_name):
            if not self.bears(rule, act.actor or "", bound):
                continue
            if rule.about_field is not None:
                about = bound.bound if isinstance(bound, Broken) else bound
                if act.fields[rule.about_field].term is not about:
                    continue
            env = self.env_of(rule, bound, act, act.actor)
            parts = [self.has_happened(act, m), act.at > start]
            if before is not None:
                parts.append(act.at < before)
            parts.append(self.truth(rule.where, Moment(act.at, f"before {act.id}", act), env))
            accumulates = self._declared(act).accumulates
            if rule.amount is not None and accumulates:
                owed = self.amount(rule, bound, act)
                if z3.is_expr(owed):
                    parts.append(act.fields[accumulates].term >= owed)
            found.append(every(*parts))
        return some(*found)

    def amount(self, rule: Rule, bound: Any, act: Happening | None) -> Any:
        """Return what an act must come to that does what a duty asks: what is owed when the duty arises."""
        start = Moment(self.start(rule, bound), f"start {rule.index} {_id(bound)}")
        env = self.env_of(rule, bound, act, act.actor if act is not None else None)
        key = ("amount", rule.index, _id(bound), act.id if act is not None else "")
        return self.once(key, lambda: self.value(rule.amount, start, env).term)

    def discharged(self, rule: Rule, bound: Any, m: Moment) -> Truth:
        if not isinstance(rule.norm, Obligation):
            return False
        return every(self.arises(rule, bound), self.performed(rule, bound, m, self.deadline(rule, bound)))

    def broken(self, it: Broken, m: Moment, only_open: bool) -> Truth:
        """Return whether a duty is in breach at a moment: open, or (also) cured."""
        key = ("broken", it.rule.index, _id(it.bound), m.key, only_open)
        if isinstance(it.bound, Broken) and len(it.rule.on_breach_of) > MANY:
            self.one_of_many[key] = it.bound.rule.index
        if isinstance(it.rule.norm, Maintenance):
            self.kept[key] = it
        return self.named(key, lambda: self._broken(it, m, only_open))

    def _broken(self, it: Broken, m: Moment, only_open: bool) -> Truth:
        rule, bound = it.rule, it.bound
        match rule.norm:
            case Obligation():
                end = self.deadline(rule, bound)
                if end is None:
                    return False
                late = every(self.arises(rule, bound), end <= m.at, no(self.performed(rule, bound, m, end)))
                return every(late, no(self.performed(rule, bound, m, None))) if only_open else late
            case Prohibition():
                if not isinstance(bound, Happening):
                    return False
                before = Moment(bound.at, f"before {bound.id}", bound)
                beaten = [
                    every(
                        self.truth(when, before, {}),
                        self.opens(self.rule(index), before, bound, bound.actor or ""),
                    )
                    for index, when, _ in rule.prevailed_by
                    if index in self._speaking(bound.name)
                ]
                forbidden = self.forbids(rule, before, bound, bound.actor or "")
                return every(self.has_happened(bound, m), forbidden, no(some(*beaten)))
            case Maintenance():
                start = self.breach_start(it)
                began = self.not_kept(it, Moment(start, f"broken {rule.index} {_id(bound)}"))
                parts = [start <= m.at, began]
                if only_open:
                    env = self.env_of(rule, bound, None, None)
                    parts.append(no(self.truth(rule.keeps, m, env)))
                return every(*parts)
            case _:
                return False

    def not_kept(self, it: Broken, m: Moment) -> Truth:
        """Return whether at a moment what must be kept is not, and nothing lets that duty sleep."""
        rule, bound, env = it.rule, it.bound, self.env_of(it.rule, it.bound, None, None)

        def make() -> Truth:
            asleep = [
                every(self.truth(when, m, env), self.standing(self.rule(index), m, None))
                for index, when, _ in rule.prevailed_by
            ]
            return every(
                self.exists(rule, bound, m), self.in_force(rule, m, env), self.truth(rule.trigger_where, m, env),
                self.conditions(rule, m, env), no(self.truth(rule.keeps, m, env)), no(some(*asleep)),
            )  # fmt: skip

        return self.once(("not kept", rule.index, _id(bound), m.key), make)

    def at_once(self, key: Any, happening: Happening) -> Any:
        """Return the part that says that a breach of what must be kept begins when that happens, if not before."""
        it = self.kept[key]
        wanted = ("at once", it.rule.index, _id(it.bound), happening.id)

        def make() -> None:
            start = self.breach_start(it)
            began = self.not_kept(it, Moment(start, f"broken {it.rule.index} {_id(it.bound)}"))
            now = self.not_kept(it, Moment(happening.at, f"at {happening.id}"))
            self.hold(follows(every(happening.here, now), every(start <= happening.at, began)))

        self.once(wanted, make)
        return wanted

    def breach_start(self, it: Broken) -> Any:
        """Return when a breach began."""
        match it.rule.norm:
            case Obligation():
                end = self.deadline(it.rule, it.bound)
                return end if end is not None else whole(HORIZON * MINUTES)
            case Prohibition() if isinstance(it.bound, Happening):
                return it.bound.at
            case _:
                pass
        key = f"broken {it.rule.index} {_id(it.bound)}"

        return self.once(key, lambda: self.some_time(key))

    def unpaid(self, norms: Norms, m: Moment, env: Env) -> Value:
        """Return what is unpaid: nothing where every duty meant is done."""
        parts = []
        for rule, bound in self.meant(norms, env):
            if rule.amount is not None:
                owed = self.amount(rule, bound, None)
                if z3.is_expr(owed):
                    parts.append(choice(self.owed(rule, bound, m), owed, 0))
        return Value(total(parts), True)


def _happened_in(it: Any) -> Iterator[str]:
    """Yield the acts and events that a condition asks for."""
    if isinstance(it, HappenedE):
        yield it.name
    for part in (getattr(it, "part", None), *getattr(it, "parts", ())):
        if part is not None:
            yield from _happened_in(part)


def _id(bound: Any) -> str:
    if isinstance(bound, Happening):
        return bound.id
    return f"{bound.rule.index}({_id(bound.bound)})" if isinstance(bound, Broken) else ""


def _is_day(it: Any) -> bool:
    """Tell whether an expression gives a day, and not an instant."""
    match it:
        case ConstE():
            return isinstance(it.constant, date)
        case FieldE():
            return it.kind.name == "day"
        case BlankE():
            return it.kind.name == "day"
        case LaterE():
            return _unit(it.period) not in ("hours", "minutes", "seconds")
        case _:
            return False


def _unit(it: Any) -> str:
    return getattr(getattr(it, "constant", None), "unit", "")


def _is_instant(it: Any) -> bool:
    """Tell whether an expression gives an instant."""
    if isinstance(it, LaterE):
        return _unit(it.period) in ("hours", "minutes", "seconds")
    return isinstance(it, NowE) or (isinstance(it, FieldE) and it.kind.name == "instant")


def _open_days(count: Any, of: Any) -> Any:
    """Return how many days a period is whose number a blank leaves open; None of what is no such number."""
    kind = getattr(of, "kind", None)
    if kind is None or kind.name != "duration" or not z3.is_int(count):
        return None
    return count * {"years": 365, "months": 30}.get(kind.of or "days", 1)


def _days(period: Period) -> int:
    """Return a period in days; months and years by their usual length, which the replay corrects."""
    return {"years": 365, "months": 30, "weeks": 7}.get(period.unit, 1) * period.count


def _minute(instant: int) -> int:
    return (instant - start_of(FIRST_DAY)) // (DAY // MINUTES)


@cache
def _months() -> tuple[int, ...]:
    """Return the days of the horizon on which a month begins, from the one before it to the one after it."""
    months = FIRST_DAY.month + HORIZON // 28 + 1
    return tuple(
        (date(FIRST_DAY.year + (month - 1) // 12, (month - 1) % 12 + 1, 1) - FIRST_DAY).days
        for month in range(FIRST_DAY.month, months + 1)
    )


@cache
def _holidays() -> tuple[tuple[int, int], ...]:
    """Return the runs of rest days within the horizon that are no weekends: the first and the last day of each."""
    calendar = default_calendar()
    days = [FIRST_DAY + timedelta(days=number) for number in range(HORIZON)]
    resting = [calendar.is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED) for day in days]
    found: list[tuple[int, int]] = []
    first: int | None = None
    for number, (day, rests) in enumerate(zip(days, resting, strict=True)):
        if rests and first is None:
            first = number
        if first is not None and (not rests or day is days[-1]):
            if any(days[each].weekday() < 5 for each in range(first, number)):
                found.append((first, number - 1))
            first = None
    return tuple(found)


@cache
def _rolls() -> tuple[tuple[int, int, int], ...]:
    """Return the days that roll otherwise than a Saturday and a Sunday to Monday: first, last, and to which day."""
    calendar = default_calendar()
    days = [FIRST_DAY + timedelta(days=number) for number in range(HORIZON + 15)]
    resting = [calendar.is_rest_day(day, RestDays.WEEKEND_AND_SHIFTED) for day in days]
    found = [(n, n, n) for n, day in enumerate(days) if day.weekday() >= 5 and not resting[n]]
    first = 0
    for number, rests in enumerate(resting):
        if not rests:
            if number > first and (first % 7, number - first) != (5, 2):
                found.append((first, number - 1, number))
            first = number + 1
    return tuple(found)


@cache
def rest_days() -> frozenset[int]:
    """Return the days of the horizon that are no working days."""
    resting = {day for first, last in _holidays() for day in range(first, last + 1)}
    return frozenset(resting | {day for day in range(HORIZON) if day % 7 >= 5})


def is_workday(day: int) -> bool:
    """Tell whether a day of a world is a working day."""
    return day not in rest_days() and day % 7 < 5


def workday(day: Any) -> list[Any]:
    """Return that a day is a working day."""
    return [day % 7 < 5, *(some(day < first, day > last) for first, last in _holidays())]
