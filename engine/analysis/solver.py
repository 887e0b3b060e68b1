"""Asking the solver: a shortest world in which something holds, none, or not known within a limit.

Limits are the solver's own resource units and its seed is fixed, so that an answer does not hang on how fast a machine
is. Of the worlds that answer a question one is singled out: the fewest happenings, the question as early as can be, and
then, one thing after the other in the order of their names, what a reader would sooner believe. So the same question
has the same answer whatever else was asked before it.

Two facts about every world are told only where a model goes against them, since they are many and seldom matter: no two
happenings are at one minute, and last days are working days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import z3

from engine.analysis.fragment import Fragment
from engine.analysis.terms import MINUTES, Happening, World, is_workday, workday

LIMIT = 8_000_000
"""Resource units of the solver for one question."""
WALL = 120_000
"""Milliseconds after which the solver is told to stop in any case."""
_SEED = 7
_SMALLER = 20
_OPENING = 9 * 60
_APART = 15


@dataclass(frozen=True)
class Model:
    """A world made definite: what happens in it, when, and what is decided and filled in."""

    happenings: tuple[tuple[Happening, int], ...]
    now: int
    value: Any

    def number(self, term: Any) -> int:
        """Return the number that a term has in the world."""
        return int(self.value(term).as_long())

    def truth(self, term: Any) -> bool:
        """Tell whether a term holds in the world."""
        return bool(z3.is_true(self.value(term)))


class Unknown(Exception):
    """The solver has come to its limit."""


def possible(world: World | Fragment, *wanted: Any) -> bool:
    """Tell whether some world has everything wanted. Raises Unknown at the limit."""
    return Query(world, *wanted).asked() is not None


def shortest(world: World | Fragment, *wanted: Any) -> Model | None:
    """Return the world with the fewest happenings, the earliest of these, in which everything wanted holds; or None.

    Raises Unknown where the solver comes to its limit before it knows.
    """
    query = Query(world, *wanted)
    return query.polished() if query.next() else None


def _open(world: World | Fragment, there: list[Happening]) -> Iterator[Any]:
    """Yield what a ledger and its account show, beside what happens: in the order of names."""
    for held in (world.answers, world.readings):
        yield from (held[name] for name in sorted(held))
    for values in (world.attributes, world.firsts, world.blanks, *(each.fields for each in there)):
        for name in sorted(values):
            yield values[name].term
            if z3.is_expr(values[name].known):
                yield values[name].known


class Query:
    """One question to the solver, and the last world found for it."""

    def __init__(self, world: World | Fragment, *wanted: Any) -> None:
        self.world = world
        self.solver = z3.SimpleSolver()
        self.solver.set("rlimit", LIMIT)
        self.solver.set("timeout", WALL)
        self.solver.set("random_seed", _SEED)
        self.solver.add(*world.facts, *wanted)
        self.happenings = [world.happenings[key] for key in sorted(world.happenings, key=str)]
        self.found: Any = None
        self._there: list[Happening] = []
        self._begun = False

    def next(self) -> bool:
        """Look for a world with the fewest happenings, of another shape than those before; tell whether there is one.

        Raises Unknown at the limit.
        """
        if self._begun:
            there = self.there()
            same = [each.here if each in there else z3.Not(each.here) for each in self.happenings]
            day = self.world.now.at / MINUTES
            self.solver.pop()
            self.solver.add(z3.Not(z3.And(*same, day == self.number(day))))
        self._begun = True
        self.solver.push()
        if self.asked() is None:
            return False
        self.fewest()
        return True

    def model(self) -> Model:
        """Return the last world found."""
        found = self.found
        timed = sorted(((each, self.number(each.at)) for each in self.there()), key=lambda pair: pair[1])
        return Model(tuple(timed), self.number(self.world.now.at), lambda term: found.eval(term, True))

    def polished(self) -> Model:
        """Return the one world that is singled out among those with these happenings."""
        self.least(self.world.now.at / MINUTES, 0)
        for each in self.there():
            self.least(each.day, 0)
        for each in self.world.likely:
            self.prefer(each)
        if isinstance(self.world, Fragment):
            for happening in self.there():
                for each in self.world.likely_of[happening.name, happening.actor]:
                    self.prefer(each)
        for term in _open(self.world, self.there()):
            if z3.is_bool(term):
                self.prefer(z3.Not(term))
            elif z3.is_int(term):
                self.least(term)
        self.prefer(*(each.minute == _OPENING + _APART * n for n, each in enumerate(self.there())))
        self.prefer(self.world.now.at % MINUTES == _OPENING + _APART * len(self.there()))
        return self.model()

    def asked(self, *more: Any) -> Any:
        """Return a world in which something more holds, or None. Raises Unknown at the limit."""
        while True:
            if more:
                self.solver.push()
                self.solver.add(*more)
            answer = self.solver.check()
            model = self.solver.model() if answer == z3.sat else None
            if more:
                self.solver.pop()
            if answer == z3.unknown:
                raise Unknown(self.solver.reason_unknown())
            if model is None:
                return None
            forgotten = list(self._forgotten(model))
            if not forgotten:
                self.found = model
                self._there = [each for each in self.happenings if z3.is_true(model.eval(each.here, True))]
                return model
            self.solver.add(*forgotten)

    def _forgotten(self, model: Any) -> Iterator[Any]:
        """Yield what every world has and this one has not: times that differ, last days that are working days."""
        at: dict[int, list[Happening]] = {}
        for each in self.happenings:
            if z3.is_true(model.eval(each.here, True)):
                at.setdefault(model.eval(each.at, True).as_long(), []).append(each)
        for together in at.values():
            for one, other in combinations(together, 2):
                yield z3.Or(z3.Not(one.here), z3.Not(other.here), one.at != other.at)
        for day in self.world.workdays:
            if not is_workday(model.eval(day, True).as_long()):
                yield from workday(day)

    def number(self, term: Any) -> int:
        """Return the number that a term has in the last world found."""
        return int(self.found.eval(term, True).as_long())

    def there(self) -> list[Happening]:
        """Return what happens in the last world found, in the order of names."""
        return self._there

    def fewest(self) -> None:
        """Let as little happen as can, and then nothing that another thing can stand for."""
        heres = [(each.here, 1) for each in self.happenings]
        while self.there() and self.tried(z3.PbLe(heres, len(self.there()) - 1)):
            pass
        if self.there():
            self.solver.add(z3.PbLe(heres, len(self.there())))
        for each in self.happenings:
            if each in self.there() and not self.tried(z3.Not(each.here)):
                self.solver.add(each.here)
            else:
                self.solver.add(z3.Not(each.here))

    def least(self, term: Any, low: int = -1) -> None:
        """Let a number be as small as it can be."""
        high = self.number(term)
        # The least is tried first: mostly it can be.
        if high > low and self.tried(term <= low):
            high = self.number(term)
        low += 1
        while low < high:
            middle = (low + high) // 2
            if self.tried(term <= middle):
                high = self.number(term)
            else:
                low = middle + 1
        self.solver.add(term == self.number(term))

    def prefer(self, *facts: Any) -> None:
        """Let facts hold if they can."""
        if all(z3.is_true(self.found.eval(each, True)) for each in facts) or self.tried(*facts):
            self.solver.add(*facts)

    def tried(self, *facts: Any) -> bool:
        """Tell whether facts can hold, as far as a smaller limit lets us know."""
        self.solver.set("rlimit", LIMIT // _SMALLER)
        try:
            return self.asked(*facts) is not None
        except Unknown:
            return False
        finally:
            self.solver.set("rlimit", LIMIT)
