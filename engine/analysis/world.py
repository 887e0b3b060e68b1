"""A history that is not fixed yet, in solver terms: what may happen in it, and what the norms say of it.

A *world* is a history in which each act (by each party) and event may happen once. Time counts minutes from the first
day. Everything is told of the evaluators that the engine itself uses, so there is one reading of the text. What has no
term of its own is left free: a world may then be one that the norms do not allow, and the engine, which replays every
history before it is shown, says so; but what no world shows, no such history can.

What holds at a moment is told by the aspects of a world, one file each; here is what may happen at all, and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from contractlang.declaration import OccurrenceDecl
from contractlang.kinds import Kind
from contractlang.norms import Who
from engine.analysis.breaches import Breaches
from engine.analysis.conditions import Conditions
from engine.analysis.days import MINUTES, worked_until
from engine.analysis.duties import Duties
from engine.analysis.happenings import Broken, Happening, Key, Moment, Value
from engine.analysis.instances import Instances
from engine.analysis.judge import Judge
from engine.analysis.left_open import LeftOpen
from engine.analysis.lifetime import Lifetime
from engine.analysis.logic import Truth, every, follows, no, some
from engine.analysis.numbers import Number, a_number, a_truth
from engine.analysis.parts import Parts
from engine.analysis.quantities import Quantities
from engine.analysis.seen import Seen
from engine.analysis.states import States
from engine.analysis.tally import HORIZON
from engine.analysis.windows import Windows
from engine.event import BOTH
from engine.program import Program
from engine.terms import Terms


class World(Parts):
    """A history that is not fixed yet, and what the norms say in it.

    With a `focus`, the only breach that a norm upon the breach of many may rest on is one of that duty. What may come
    `twice` is one act or event.
    """

    def __init__(
        self, program: Program, terms: Terms, focus: int | None = None, ending: bool = True,
        beside: World | None = None, seen: Seen | None = None, twice: str = "",
    ) -> None:  # fmt: skip
        # The same history as others see it has the same happenings, answers and blanks; what norms make of it differs.
        super().__init__(
            seen if seen is not None else Seen(program, terms),
            f"{beside.prefix}beside " if beside is not None else "",
        )
        self.codes: dict[str, int] = beside.codes if beside is not None else {}
        self.program, self.terms, self.focus, self.ending = program, terms, focus, ending
        self.twice = twice
        self.happenings: dict[Key, Happening] = {}
        self.answers: dict[str, Any] = {}
        self.readings: dict[str, Any] = {}
        self.blanks: dict[str, Value] = {}
        self.attributes: dict[str, Value] = {}
        self.firsts: dict[str, Value] = {}
        self.one_of_many: dict[Any, int] = {}
        self.brought: dict[Any, Broken] = {}
        self._fresh = 0
        self._days: dict[int, tuple[Any, Any]] = {}

        self.conditions, self.quantities, self.left_open = Conditions(self), Quantities(self), LeftOpen(self)
        self.states, self.lifetime = States(self), Lifetime(self)
        self.instances, self.judge = Instances(self), Judge(self)
        self.duties, self.windows, self.breaches = Duties(self), Windows(self), Breaches(self)

        self.today, self.minute = a_number("today"), a_number("minute of today")
        self.now = Moment(self.at(self.today, self.minute), "now")
        self.between(self.today, 0, HORIZON - 1)
        self.hold(self.minute >= 0, self.minute < MINUTES)
        if beside is None:
            # Which words have the smaller numbers does not hang on what is asked first.
            for word in ("other", *self.look("words")):
                self.code(word)

    # -- time

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

    def working_day(self, day: Any, count: int) -> Any:
        """Return the day that is so many working days after a day: shifted ones count, holidays do not."""
        # Of one day it is one day, whoever asks: that two of them are the same would be long to prove.
        name = f"{count} after {' '.join(str(day).split())}"

        def make() -> Any:
            made = a_number(f"{self.prefix}working day {name}")
            worked = worked_until(day) + count
            self.hold(worked_until(made) == worked, worked_until(made - 1) == worked - 1)
            return made

        return self.once(("working day", name), make)

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

    def between(self, term: Number, low: int, high: int) -> None:
        """Let a number never be less than one number, nor more than another."""
        term.low = low
        self.hold(term >= low, term <= high)

    def one_of(self, term: Number, words: Iterable[str]) -> None:
        """Let a number be that of one of some words."""
        numbers = [self.code(each) for each in words]
        term.low = min(numbers, default=None)
        self.hold(some(*(term == each for each in numbers)))

    # -- what may happen

    def of_kind(self, name: str) -> list[Happening]:
        """Return what may happen of that name, or of a kind of it: by each party that may do it once, or twice."""

        def make() -> list[Happening]:
            kinds = self.look("kinds", name)
            once = [self.happening(declared, actor) for declared in kinds for actor in self.actors(declared)]
            again = [
                self.happening(declared, actor, again=True)
                for declared in kinds if declared.name == self.twice for actor in self.actors(declared)
            ]  # fmt: skip
            return once + again

        return self.once(("kind", name), make)

    def actors(self, declared: OccurrenceDecl) -> tuple[str | None, ...]:
        """Return who may do it."""
        if not declared.is_act:
            return (None,)
        if isinstance(declared.actor, str):
            return (declared.actor,)
        return (BOTH,) if declared.actor is Who.BOTH else self.look("parties")

    def declared(self, it: Happening) -> OccurrenceDecl:
        """Return how something that may happen is declared."""
        declared = self.look("declared", it.name)
        assert isinstance(declared, OccurrenceDecl)
        return declared

    def happening(self, declared: OccurrenceDecl, actor: str | None, again: bool = False) -> Happening:
        """Return one act or event that may happen. No two are at one time: the solver sees to it."""
        key = ("happening", declared.name, actor, again)
        return self.once(key, lambda: self._happening(declared, actor, again))

    def _happening(self, declared: OccurrenceDecl, actor: str | None, again: bool) -> Happening:
        id = f"{declared.name}/{actor or ''}{' again' if again else ''}"
        made = Happening(
            declared.name,
            actor,
            id,
            a_truth(f"here {id}"),
            a_number(f"day {id}"),
            a_number(f"minute {id}"),
            again=again,
        )
        self._days[made.at.get_id()] = (made.at, made.day)
        self.between(made.day, 0, HORIZON - 1)
        self.between(made.minute, 9 * 60, 18 * 60 - 1)
        self.hold(made.at <= self.now.at)
        if not self.ending and any(effect.state == "agreement" for effect in declared.sets):
            self.hold(no(made.here))
        self.happenings[made.key] = self.early(("happening", *made.key), made)
        if again:
            first = self.happening(declared, actor)
            self.hold(follows(made.here, every(first.here, first.at < made.at)))
        for param in declared.params:
            made.fields[param.name] = self.field_of(made, param.name, param.kind)
        for right in self.look("relations", declared.name):
            before = [every(o.here, o.at < made.at) for o in self.of_kind(right)]
            self.hold(follows(made.here, some(*before)))
        return made

    def field_of(self, of: Happening, name: str, kind: Kind) -> Value:
        """Return a field: a sum is more than nothing, a count not less, a day is not before what names it."""
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
            self.between(term, 0 if kind.name == "count" else 1, 10_000_000)
            self.prefer_round(term, kind.name)
        elif kind.name == "one of":
            options = self.look("options", kind.of)
            self.one_of(term, options) if options else self.hold(term >= 0)
        elif kind.name == "instant":
            self.hold(term >= of.at, term < HORIZON * MINUTES)
            self.prefer(term == of.at + 3 * MINUTES)
        else:
            # A text that matters to no condition is left unsaid.
            self.between(term, -1, 9_999)
            self.prefer(term == -1, some(term == -1, term == self.code("other")))
        return Value(term, True)

    def has_happened(self, it: Happening, m: Moment) -> Truth:
        """Return whether something has happened by a moment."""
        return False if it is m.before else every(it.here, it.at <= m.at)
