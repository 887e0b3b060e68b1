"""Asking the solver: a shortest world in which something holds, none, or not known within a limit.

Limits are the solver's own resource units, so that an answer does not hang on how fast a machine is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

from engine.analysis.terms import MINUTES, Happening, World

LIMIT = 4_000_000
"""Resource units of the solver for one question."""
_SEED = 7


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


def possible(world: World, *wanted: Any) -> bool:
    """Tell whether some world has everything wanted. Raises Unknown at the limit."""
    return _asked(_solver(world, wanted)) is not None


def shortest(world: World, *wanted: Any) -> Model | None:
    """Return the world with the fewest happenings, the earliest of these, in which everything wanted holds; or None.

    Raises Unknown where the solver comes to its limit before it knows.
    """
    solver = _solver(world, wanted)
    found = _asked(solver)
    if found is None:
        return None
    heres = [each.here for each in world.happenings.values()]
    count = sum(z3.is_true(found.eval(here, True)) for here in heres)
    while count:
        fewer = _asked(solver, z3.PbLe([(here, 1) for here in heres], count - 1))
        if fewer is None:
            break
        found = fewer
        count = sum(z3.is_true(found.eval(here, True)) for here in heres)
    if heres:
        solver.add(z3.PbLe([(here, 1) for here in heres], count))
    found = _likely(solver, world, _earliest(solver, world, found))
    there = [each for each in world.happenings.values() if z3.is_true(found.eval(each.here, True))]
    timed = sorted(((each, found.eval(each.at, True).as_long()) for each in there), key=lambda pair: pair[1])
    return Model(tuple(timed), found.eval(world.now.at, True).as_long(), lambda term: found.eval(term, True))


def _earliest(solver: z3.Solver, world: World, found: z3.ModelRef) -> z3.ModelRef:
    """Bring the question forward: what it hangs on then happens as early."""
    day = world.now.at / MINUTES
    low, high = 0, found.eval(day, True).as_long()
    while low < high:
        middle = (low + high) // 2
        try:
            better = _asked(solver, day <= middle)
        except Unknown:
            break
        if better is None:
            low = middle + 1
        else:
            found, high = better, better.eval(day, True).as_long()
    solver.add(day <= high)
    return found


def _likely(solver: z3.Solver, world: World, found: z3.ModelRef) -> z3.ModelRef:
    """Make sums round and leave unsaid what need not be said, as far as the rest allows."""
    for each in world.likely:
        if z3.is_true(found.eval(each, True)):
            solver.add(each)
            continue
        try:
            better = _asked(solver, each)
        except Unknown:
            break
        if better is not None:
            found = better
            solver.add(each)
    return found


def _solver(world: World, wanted: tuple[Any, ...]) -> z3.Solver:
    solver = z3.SolverFor("QF_LIA")
    solver.set("rlimit", LIMIT)
    solver.set("random_seed", _SEED)
    solver.add(*world.facts, *wanted)
    return solver


def _asked(solver: z3.Solver, *more: Any) -> z3.ModelRef | None:
    answer = solver.check(*more) if not more else _with(solver, more)
    if isinstance(answer, z3.ModelRef):
        return answer
    if answer == z3.sat:
        return solver.model()
    if answer == z3.unknown:
        raise Unknown(solver.reason_unknown())
    return None


def _with(solver: z3.Solver, more: tuple[Any, ...]) -> Any:
    """Ask with something more, and take it back."""
    solver.push()
    try:
        solver.add(*more)
        answer = solver.check()
        return solver.model() if answer == z3.sat else answer
    finally:
        solver.pop()
