"""Questions to the solver: a shortest world in which something holds, none, or not known within a limit.

Of the worlds that answer a question one is singled out: the fewest happenings, the question as early as can be, and
then, one thing after the other in the order of their names, what a reader would sooner believe. So the same question
has the same answer whatever else was asked before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import z3

from engine.analysis.asking import LIMIT, Unknown, let_go, solver_with
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Happening
from engine.analysis.hitting import fewest_of
from engine.analysis.logic import Found, core, every, no, simplified, some, tell, tell_all
from engine.analysis.near import Near, Singled, Values
from engine.analysis.numbers import FALSE
from engine.analysis.preferring import Preferring
from engine.analysis.world import World

_SMALLER = 20
_FEW = 20
_MANY = 16
"""After how many groups it is asked whether there is a world at all. Where there is none, every small set of happenings
would be gone through before that shows."""
_OPENING = 9 * 60
_APART = 15


@dataclass(frozen=True)
class Model:
    """A world made definite: what happens in it, when, and what is decided and filled in."""

    happenings: tuple[tuple[Happening, int], ...]
    now: int
    found: Found

    def number(self, term: Any) -> int:
        """Return the number that a term has in the world."""
        return self.found.number(term)

    def truth(self, term: Any) -> bool:
        """Tell whether a term holds in the world."""
        return self.found.truth(term) if z3.is_expr(term) else bool(term)


class _Order(NamedTuple):
    """By what one world is singled out, one thing after the other: facts that are preferred, numbers that are small.

    A bill is due some days later, although one that is due at once would be sooner overdue.
    """

    usual: list[Any]
    days: list[Any]
    likely: list[Any]
    shown: list[Any]
    earlier: list[Any]
    minutes: list[Any]

    @property
    def first(self) -> list[Any]:
        """What is to be small, up to the order of what happens: the minutes hang on that."""
        return [
            *map(no, self.usual), *self.days, *map(no, self.likely), *self.shown, *map(no, self.earlier),
        ]  # fmt: skip

    @property
    def terms(self) -> list[Any]:
        """What differs between worlds with the same happenings, as far as anybody is told of it."""
        return [*self.days, *self.shown, *self.minutes]


def possible(world: World | Fragment, *wanted: Any) -> Model | None:
    """Return some world that has everything wanted; None where there is none. Raises Unknown at the limit.

    A world with few happenings is looked for, as everywhere: where much may happen, one with any is far harder to find.
    All is told at once: mostly there is one.
    """
    if isinstance(world, Fragment):
        world.complete()
    query = Query(world, *wanted)
    try:
        return query.model() if query.next() else None
    finally:
        query.close()


def imaginable(fragment: Fragment, *wanted: Any) -> bool:
    """Tell whether some world has everything wanted as far as that is told yet. Raises Unknown at the limit."""
    query = Query(fragment, *wanted)
    try:
        return query.fewest()
    finally:
        query.close()


def possible_in_steps(fragment: Fragment, *wanted: Any) -> bool:
    """Tell whether some world has everything wanted, where mostly none has: no more is told than it takes to see that.
    Raises Unknown at the limit.
    """
    query = Query(fragment, *wanted)
    try:
        return query.next()
    finally:
        query.close()


def shortest(world: World | Fragment, *wanted: Any) -> Model | None:
    """Return the world with the fewest happenings, the earliest of these, in which everything wanted holds; or None.

    Raises Unknown where the solver comes to its limit before it knows.
    """
    query = Query(world, *wanted)
    try:
        return query.singled_out()
    finally:
        query.close()


def _open(world: World | Fragment, there: list[Happening]) -> Iterator[Any]:
    """Yield what a ledger, its account and the acts asked about show, beside what happens: in the order of names."""
    for held in (world.answers, world.readings):
        yield from (held[name] for name in sorted(held))
    for values in (world.attributes, world.firsts, world.blanks, *(each.fields for each in there)):
        for name in sorted(values):
            yield values[name].term
            if z3.is_expr(values[name].known):
                yield values[name].known


class Query(Preferring):
    """One question to the solver about some acts, and the last world found for it."""

    def __init__(
        self, world: World | Fragment, *wanted: Any, acts: tuple[Happening, ...] = (), near: Near | None = None
    ) -> None:  # fmt: skip
        self.few = len(world.happenings) < _FEW
        super().__init__(solver_with(LIMIT, self.few))
        self.world, self.acts = world, acts
        self.near = near if near is not None else Near()
        self._needed: list[frozenset[str]] = []
        tell(self.solver, *world.facts, *wanted)
        self._list()

    def _list(self) -> None:
        """List what may happen, and what is told of days."""
        held = self.world.happenings
        self.happenings = [held[key] for key in sorted(held, key=str)]
        self._absent = [no(each.here) for each in self.happenings]
        self.workdays = self.world.workdays

    def next(self) -> bool:
        """Look for a world with the fewest happenings, of another shape than those before; tell whether there is one.

        Raises Unknown at the limit.
        """
        if self.found is not None:
            day = self.world.today
            tell(self.solver, no(every(*self._shape(), day == self.number(day))))
        while self.fewest():
            if not self._grown() and self._is_taken():
                return True
        return False

    def _grown(self) -> bool:
        """Tell more of the world, where some of it is left open; tell whether there was more to tell.

        Mostly it stays with what happens so far: what that brings at once is told with the last of the rest.
        """
        if not isinstance(self.world, Fragment):
            return False
        facts: list[Any] = []
        while not (facts or self.world.is_whole):
            facts = self.world.grow()
        if self.world.is_whole:
            facts += self.world.at_once(self._there)
        return self._tell_more(facts)

    def _tell_more(self, facts: list[Any]) -> bool:
        """Tell the solver more of the world; tell whether there was more to tell."""
        tell(self.solver, *facts)
        self._list()
        return bool(facts)

    def _shape(self) -> list[Any]:
        """Return what happens in the last world found, and that nothing else does."""
        return [
            each.here if each in self._there else absent
            for each, absent in zip(self.happenings, self._absent, strict=True)
        ]

    def model(self) -> Model:
        """Return the last world found."""
        timed = sorted(((each, self.number(each.at)) for each in self.there()), key=lambda pair: pair[1])
        return Model(tuple(timed), self.number(self.world.now.at), self.found)

    def singled_out(self, name: str = "") -> Model | None:
        """Return the one world that is singled out of all that answer, of another shape than those before; None where
        there is none. `name` tells what is asked. Raises Unknown at the limit.
        """
        if self.found is not None or not self._is_as_it_was(name):
            if not self.next():
                return None
            order = self._order()
            values = self.near.of(name, [each.id for each in self._there])
            if not self._is_still(order, values):
                self._single_out(order, values)
        self._note(name)
        return self.model()

    def _note(self, name: str) -> None:
        there = tuple(each.id for each in self._there)
        values = {each.sexpr(): self.found.value(each) for each in self._order().terms}
        self.near.note(name, Singled(there, tuple(tuple(sorted(each)) for each in self._needed), values))

    def _is_as_it_was(self, name: str) -> bool:
        """Tell whether the world that was singled out before is the one that is singled out now: it is there, and
        again nothing of what could not be left out can be, nor can anything in it be better. What of it still cannot be
        left out is remembered.
        """
        before, may_be = self.near.last(name), {each.id: each for each in self.happenings}
        if before is None or not isinstance(self.world, Fragment) or not may_be.keys() >= {*before.there}:
            return False
        groups = list(dict.fromkeys(frozenset(each).intersection(may_be) for each in before.needed))
        if not self._has_fewest(groups, before.there):
            return False
        self._needed = self._still_needed(groups, may_be, before.there)
        if self._needed != groups:
            return False
        self._there = [may_be[each] for each in before.there]
        self._part(self._there)
        self._tell_more(self.world.at_once(self._there))
        if self._is_still(self._order(), before.values):
            return True
        self.found, self._there = None, []
        return False

    def _still_needed(
        self, groups: list[frozenset[str]], may_be: dict[str, Happening], there: Iterable[str]
    ) -> list[frozenset[str]]:  # fmt: skip
        """Return which of some groups of happenings no world leaves out whole: first, as that is sooner seen, none in
        which nothing happens but what does in one world.
        """
        left_out = {group: every(*(no(may_be[each].here) for each in group)) for group in groups}
        nothing_else = [no(each.here) for name, each in may_be.items() if name not in {*there}]
        try:
            for assumed in nothing_else, []:
                while left_out and self._can_be([*assumed, self._name(some(*left_out.values()))]):
                    found = Found(self.solver.model())
                    left_out = {group: truth for group, truth in left_out.items() if not found.truth(truth)}
        except Unknown:
            return []
        return list(left_out)

    def _has_fewest(self, groups: list[frozenset[str]], there: Iterable[str]) -> bool:
        """Tell whether nothing that has one of each group is fewer than what happens in a world."""
        if not all(groups):
            return False
        places = {each.id: place for place, each in enumerate(self.happenings)}
        fewest = fewest_of([frozenset(places[each] for each in group) for group in groups])
        return fewest == {places[each] for each in there}

    def _is_still(self, order: _Order, values: Values) -> bool:
        """Tell whether a world with values that were singled out before is the one that is singled out now."""
        shape = self._shape()
        try:
            alike = self._named_alike(order.terms, values)
            if not self._gone_near(alike, shape):
                return False
            less = self._less([*order.first, *map(no, self._clock()), *order.minutes])
            return less is FALSE or not self.asked(self._name(every(*shape, less)))
        except Unknown:
            return False

    def _single_out(self, order: _Order, values: Values) -> None:
        whole, self.solver = self.solver, solver_with(LIMIT // _SMALLER, self.few)
        try:
            # What is left to be said once it is fixed what happens: a fraction of the facts.
            tell_all(self.solver, simplified(whole, *self._shape()))
            self._alike = self._named_alike(order.terms, values)
            if self._gone_near(self._alike):
                self.smallest(order.first)
                self.smallest([*map(no, self._clock()), *order.minutes])
            else:
                self.preferred(order.usual)
                self.smallest(order.days)
                self.preferred(order.likely)
                self.smallest(order.shown)
                self.preferred(order.earlier)
                self.preferred(self._clock())
                self.smallest(order.minutes)
        finally:
            let_go(self.solver, LIMIT // _SMALLER)
            self.solver = whole

    def _order(self) -> _Order:
        world, there = self.world, self.there()
        likely_of = world.likely_of if isinstance(world, Fragment) else {}
        return _Order(
            usual=[fact for each in there for fact in likely_of.get(each.key, ())],
            days=[world.today, *(each.day for each in there)],
            likely=world.likely,
            shown=[term for term in _open(world, [*there, *self.acts]) if z3.is_bool(term) or z3.is_int(term)],
            earlier=[
                one.at < other.at
                for place, one in enumerate(there) for other in there[place + 1:]
            ],
            minutes=[*(each.minute for each in there), world.minute],
        )  # fmt: skip

    def _clock(self) -> list[Any]:
        """Return that all that happens does so on its day from the opening on, so many minutes apart, in its order."""
        ordered = sorted(self.there(), key=lambda each: self.number(each.at))
        minutes = [*(each.minute for each in ordered), self.world.minute]
        return [minute == _OPENING + _APART * place for place, minute in enumerate(minutes)]

    def close(self) -> None:
        """Be done: nothing more is asked. What was found stays."""
        let_go(self.solver, LIMIT)

    def fewest(self) -> bool:
        """Find a world in which as little happens as can, and nothing that another thing can stand for.

        At first nothing happens. What the solver then says cannot all be left out is remembered: the next world looked
        at has the fewest happenings that leave out none of these groups whole. So each question is one about a short
        history, and the first world found is one that no world with less can replace. It need not be looked at for
        that: what happens in it is just those.
        """
        places = {each.id: place for place, each in enumerate(self.happenings)}
        called = {
            absent.get_id(): each.id for absent, each in zip(self._absent, self.happenings, strict=True)
        }
        while True:
            there = fewest_of([frozenset(places[each] for each in group) for group in self._needed])
            self._there = [self.happenings[place] for place in sorted(there)]
            self._part(self._there)
            if self._can_be([absent for place, absent in enumerate(self._absent) if place not in there]):
                return True
            needed = frozenset(called[each] for each in core(self.solver))
            if not needed:
                return False
            self._needed.append(needed)
            if len(self._needed) % _MANY == 0 and not self._can_be(()):
                return False
