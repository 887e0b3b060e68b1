"""Asking one solver: whether a world has something more, and the last world that it found.

Two facts about every world are many and seldom matter. So they are told only where they do: that no two happenings are
at one minute, of those of a history that is looked for; that last days are working days, of those of a model that rest.

Limits are the solver's own resource units and its seed is fixed, so that an answer does not hang on how fast a machine
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations
from typing import Any

import z3

from engine.analysis.days import is_workday, workday
from engine.analysis.happenings import Happening
from engine.analysis.logic import Found, checked, follows, no, some, tell
from engine.analysis.numbers import a_truth

LIMIT = 8_000_000
"""Resource units of the solver for one question."""
_SEED = 7

z3.set_param("model.compact", False)  # Half of what a model costs; what is left out so is never asked for.

_idle: dict[int, list[z3.Solver]] = {}
"""Solvers that nobody uses, by their limit: to make one takes as long as to ask it a small question."""


class Unknown(Exception):
    """The solver has come to its limit."""


class Asking:
    """One solver, and the last world that it found."""

    def __init__(self, solver: z3.Solver) -> None:
        self.solver = solver
        self.found: Any = None
        self.workdays: list[Any] = []
        self._there: list[Happening] = []
        self._names = 0
        self._parted: set[tuple[str, str]] = set()

    def asked(self, *assumed: Any) -> bool:
        """Tell whether there is a world in which something more holds: the last one found. Raises Unknown at the limit.

        What is assumed is a truth that has a name, or is denied one.
        """
        while self._can_be(assumed):
            if self._is_taken():
                return True
        return False

    def tried(self, fact: Any) -> bool:
        """Tell whether a fact can hold, as far as a smaller limit lets us know."""
        name = self._name(fact)
        try:
            return self.asked(name)
        except Unknown:
            return False
        finally:
            tell(self.solver, no(name))

    def _can_be(self, assumed: Sequence[Any]) -> bool:
        answer = checked(self.solver, assumed)
        if answer == z3.unknown:
            raise Unknown(self.solver.reason_unknown())
        return bool(answer == z3.sat)

    def _name(self, fact: Any) -> Any:
        """Return a name for a fact: it holds where its name is assumed."""
        self._names += 1
        name = a_truth(f"tried {self._names}")
        tell(self.solver, follows(name, fact))
        return name

    def _is_taken(self) -> bool:
        """Take the world that the solver has as the last one found; else say which of its days are working days."""
        found = Found(self.solver.model())
        rested = [day for day in self.workdays if not is_workday(found.number(day))]
        if rested:
            tell(self.solver, *chain.from_iterable(map(workday, rested)))
            return False
        self.found = found
        return True

    def _part(self, happenings: list[Happening]) -> None:
        """Say that no two of some happenings are at one minute, where that was not said before."""
        for one, other in combinations(happenings, 2):
            if (one.id, other.id) not in self._parted:
                self._parted.add((one.id, other.id))
                tell(self.solver, some(no(one.here), no(other.here), one.at != other.at))

    def number(self, term: Any) -> int:
        """Return the number that a term has in the last world found."""
        return int(self.found.number(term))

    def there(self) -> list[Happening]:
        """Return what happens in the last world found, in the order of names."""
        return self._there


def solver_with(limit: int, few: bool) -> z3.Solver:
    """Return a solver in which nothing holds: a new one, unless few facts are to come: it makes more of many."""
    if few and _idle.get(limit):
        made = _idle[limit].pop()
    else:
        made = z3.SimpleSolver()
        made.set("rlimit", limit)
        made.set("random_seed", _SEED)
    if few:
        made.push()
    return made


def let_go(solver: z3.Solver, limit: int) -> None:
    """Give back a solver, if it can be used again: what was asked of it holds no more."""
    if solver.num_scopes():
        solver.pop()
        _idle.setdefault(limit, []).append(solver)
