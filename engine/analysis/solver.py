"""Asking the solver: a shortest world in which something holds, none, or not known within a limit.

Limits are the solver's own resource units and its seed is fixed, so that an answer does not hang on how fast a machine
is. Of the worlds that answer a question one is singled out: the fewest happenings, the question as early as can be, and
then, one thing after the other in the order of their names, what a reader would sooner believe. So the same question
has the same answer whatever else was asked before it.

Two facts about every world are told only where a model goes against them, since they are many and seldom matter: no two
happenings are at one minute, and last days are working days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import z3

from engine.analysis.days import is_workday, workday
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Happening
from engine.analysis.hitting import fewest_of
from engine.analysis.logic import (
    Found,
    checked,
    core,
    every,
    follows,
    is_named,
    no,
    simplified,
    some,
    tell,
    tell_all,
)
from engine.analysis.near import Near, Singled, Values
from engine.analysis.numbers import FALSE, TRUE, a_truth
from engine.analysis.world import World

LIMIT = 8_000_000
"""Resource units of the solver for one question."""
WALL = 120_000
"""Milliseconds after which the solver is told to stop in any case."""
_SEED = 7
_SMALLER = 20
_FEW = 20
_MANY = 16
"""After how many groups it is asked whether there is a world at all. Where there is none, every small set of happenings
would be gone through before that shows."""
_OPENING = 9 * 60
_APART = 15
_GOES = 3


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


class Unknown(Exception):
    """The solver has come to its limit."""


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


z3.set_param("model.compact", False)  # Half of what a model costs; what is left out so is never asked for.
z3.set_param("smt.propagate_values", False)  # It goes through all facts again whenever some are told.

_idle: dict[int, list[z3.Solver]] = {}
"""Solvers that nobody uses, by their limit: to make one takes as long as to ask it a small question."""


def _solver(limit: int, few: bool) -> z3.Solver:
    """Return a solver in which nothing holds: a new one, unless few facts are to come: it makes more of many."""
    if few and _idle.get(limit):
        made = _idle[limit].pop()
    else:
        made = z3.SimpleSolver()
        made.set("rlimit", limit)
        if (
            limit == LIMIT
        ):  # A smaller one is come to soon enough, and a clock beside each question costs more than it.
            made.set("timeout", WALL)
        made.set("random_seed", _SEED)
    if few:
        made.push()
    return made


def _let_go(solver: z3.Solver, limit: int) -> None:
    """Give back a solver, if it can be used again: what was asked of it holds no more."""
    if solver.num_scopes():
        solver.pop()
        _idle.setdefault(limit, []).append(solver)


def _low(term: Any, otherwise: int) -> int:
    """Return what a number is never less than, where that is known."""
    low = getattr(term, "low", None)
    return otherwise if low is None else low


class Query:
    """One question to the solver about some acts, and the last world found for it."""

    def __init__(
        self, world: World | Fragment, *wanted: Any, acts: tuple[Happening, ...] = (), near: Near | None = None
    ) -> None:  # fmt: skip
        self.world, self.acts = world, acts
        self.near = near if near is not None else Near()
        self.few = len(world.happenings) < _FEW
        self.solver = _solver(LIMIT, self.few)
        tell(self.solver, *world.facts, *wanted)
        self.found: Any = None
        self._there: list[Happening] = []
        self._needed: list[frozenset[str]] = []
        self._alike: dict[int, Any] = {}
        self._names = 0
        self._list()

    def _list(self) -> None:
        """List what may happen, and what is told of days."""
        held = self.world.happenings
        self.happenings = [held[key] for key in sorted(held, key=str)]
        self._absent = [no(each.here) for each in self.happenings]
        self._workdays = self.world.workdays

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
        self._needed = self._still_needed(groups, may_be)
        if self._needed != groups:
            return False
        self._there = [may_be[each] for each in before.there]
        self._tell_more(self.world.at_once(self._there))
        if self._is_still(self._order(), before.values):
            return True
        self.found, self._there = None, []
        return False

    def _still_needed(
        self, groups: list[frozenset[str]], may_be: dict[str, Happening]
    ) -> list[frozenset[str]]:  # fmt: skip
        """Return which of some groups of happenings no world leaves out whole."""
        left_out = {group: every(*(no(may_be[each].here) for each in group)) for group in groups}
        try:
            while left_out and self._can_be([self._name(some(*left_out.values()))]):
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
        whole, self.solver = self.solver, _solver(LIMIT // _SMALLER, self.few)
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
            _let_go(self.solver, LIMIT // _SMALLER)
            self.solver = whole

    def close(self) -> None:
        """Be done: nothing more is asked. What was found stays."""
        _let_go(self.solver, LIMIT)

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

    def _named_alike(self, terms: list[Any], values: Values) -> dict[int, Any]:
        """Return what to assume, by its identity, for that terms are what they were in another world, or else small."""
        found = {}
        for term in terms if values else ():
            value = values.get(term.sexpr(), False if z3.is_bool(term) else _low(term, 0))
            alike = term if value is True else no(term) if value is False else term == value
            name = alike if is_named(term) else self._name(alike)
            found[name.get_id()] = name
        return found

    def _gone_near(self, alike: dict[int, Any], shape: Sequence[Any] = ()) -> bool:
        """Find a world of a shape that is like another one, but for what has to differ: that is no longer named. Tell
        whether there is one.
        """
        for _ in range(_GOES if alike else 0):
            try:
                if self.asked(*shape, *alike.values()):
                    return True
            except Unknown:
                break
            for each in core(self.solver):
                alike.pop(each, None)
        alike.clear()
        return False

    def asked(self, *assumed: Any) -> bool:
        """Tell whether there is a world in which something more holds: the last one found. Raises Unknown at the limit.

        What is assumed is a truth that has a name, or is denied one.
        """
        while self._can_be(assumed):
            if self._is_taken():
                return True
        return False

    def _can_be(self, assumed: Sequence[Any]) -> bool:
        answer = checked(self.solver, assumed)
        if answer == z3.unknown:
            raise Unknown(self.solver.reason_unknown())
        return bool(answer == z3.sat)

    def _is_taken(self) -> bool:
        """Take the world that the solver has as the last one found; else say what it goes against of what every world
        has.
        """
        found = Found(self.solver.model())
        there = [each for each in self.happenings if found.truth(each.here)]
        forgotten = list(self._forgotten(found, there))
        if forgotten:
            tell(self.solver, *forgotten)
            return False
        self.found, self._there = found, there
        return True

    def _forgotten(self, found: Found, there: list[Happening]) -> Iterator[Any]:
        """Yield what every world has and this one has not: times that differ, last days that are working days."""
        at: dict[int, list[Happening]] = {}
        for each in there:
            at.setdefault(found.number(each.at), []).append(each)
        for together in at.values():
            for one, other in combinations(together, 2):
                yield some(no(one.here), no(other.here), one.at != other.at)
        for day in self._workdays:
            if not is_workday(found.number(day)):
                yield from workday(day)

    def number(self, term: Any) -> int:
        """Return the number that a term has in the last world found."""
        return int(self.found.number(term))

    def there(self) -> list[Happening]:
        """Return what happens in the last world found, in the order of names."""
        return self._there

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
            if self._can_be([absent for place, absent in enumerate(self._absent) if place not in there]):
                self._there = [self.happenings[place] for place in sorted(there)]
                return True
            needed = frozenset(called[each] for each in core(self.solver))
            if not needed:
                return False
            self._needed.append(needed)
            if len(self._needed) % _MANY == 0 and not self._can_be(()):
                return False

    def least(self, term: Any) -> None:
        """Let a number be as small as it can be.

        The least is tried first, and the next to it: mostly it can be. Then low ones are tried before the middle: that
        there is no world costs the solver a twentieth of what it takes to find one.
        """
        low, high, tries = _low(term, -1), self.number(term), 0
        while low < high:
            probe = low if tries < 2 else low + (high - low) // 8
            tries += 1
            if self.tried(term <= probe):
                high = self.number(term)
            else:
                low = probe + 1
        tell(self.solver, term == self.number(term))

    def smallest(self, terms: list[Any]) -> None:
        """Let numbers be as small as they can be and truths not hold if they need not, the first before the others."""
        while terms:
            place = self._smaller(terms)
            if place is None:
                tell(self.solver, *(term == self.found.value(term) for term in terms))
                return
            self.smallest(terms[:place])
            if z3.is_bool(terms[place]):
                self.preferred([no(terms[place])])
            else:
                self.least(terms[place])
            terms = terms[place + 1 :]
            self._gone_near(self._alike)

    def _smaller(self, terms: list[Any]) -> int | None:
        """Return which of some terms is smaller in a world found that has the same before it; None: in no world."""
        values, smaller = list(map(self.found.value, terms)), self._less(terms)
        if smaller is FALSE or not self.tried(smaller):
            return None
        return next(
            place
            for place, (term, value) in enumerate(zip(terms, values, strict=True))
            if self.found.value(term) != value
        )

    def _less(self, terms: list[Any]) -> Any:
        """Return that the first of some terms that is not what it is in the world found is smaller."""
        values = list(map(self.found.value, terms))
        ways, same = [], TRUE
        for term, value in zip(terms, values, strict=True):
            if isinstance(value, bool):
                less = no(term) if value else FALSE
            else:
                less = term < value if value > _low(term, value - 1) else FALSE
            ways.append(every(same, less))
            same = every(same, term == value)
        return some(*ways)

    def preferred(self, facts: list[Any]) -> None:
        """Let facts hold, the first before the others, if they can.

        All are tried at once. Of some that cannot be together the last is let go, and the rest is tried again: until
        all that is left can be. One that was let go for the sake of another that was let go too is taken up again.
        """
        named = [self._name(each) for each in facts]
        places = {each.get_id(): place for place, each in enumerate(named)}
        gone: dict[int, frozenset[int]] = {}
        kept: set[int] = set()
        settled = 0
        while settled < len(facts):
            left = [place for place in range(settled, len(facts)) if place not in gone]
            try:
                can = self.asked(*(named[place] for place in left))
            except Unknown:
                self._one_by_one(facts[settled:])
                return
            if not can:
                apart = frozenset(places[each] for each in core(self.solver))
                gone[max(apart)] = apart - {max(apart)}
                continue
            while settled < len(facts):
                place, settled = settled, settled + 1
                again = place in gone and not gone[place] <= kept
                if place not in gone or (again and self.tried(facts[place])):
                    kept.add(place)
                    gone.pop(place, None)
                    tell(self.solver, facts[place])
                    if again:
                        break  # Now some that were together before may not be any more.

    def _one_by_one(self, facts: list[Any]) -> None:
        for each in facts:
            if self.found.truth(each) or self.tried(each):
                tell(self.solver, each)

    def _name(self, fact: Any) -> Any:
        """Return a name for a fact: it holds where its name is assumed."""
        self._names += 1
        name = a_truth(f"tried {self._names}")
        tell(self.solver, follows(name, fact))
        return name

    def tried(self, fact: Any) -> bool:
        """Tell whether a fact can hold, as far as a smaller limit lets us know."""
        name = self._name(fact)
        try:
            return self.asked(name)
        except Unknown:
            return False
        finally:
            tell(self.solver, no(name))
