"""Which one world is meant of those that the solver has: facts that are preferred, numbers as small as they can be.

One thing is decided after the other. So it does not hang on where the search begins which world that is, and the search
may begin near another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from engine.analysis.asking import Asking, Unknown
from engine.analysis.logic import core, every, is_named, no, some, tell
from engine.analysis.near import Values
from engine.analysis.numbers import FALSE, TRUE

_GOES = 3
"""How often a world near another one is asked for, each time with less of it."""


class Preferring(Asking):
    """Asks a solver for one world before the others, once it has found any."""

    def __init__(self, solver: z3.Solver) -> None:
        super().__init__(solver)
        self._alike: dict[int, Any] = {}

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


def _low(term: Any, otherwise: int) -> int:
    """Return what a number is never less than, where that is known."""
    low = getattr(term, "low", None)
    return otherwise if low is None else low
