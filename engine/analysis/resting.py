"""What it rests on that no history has something: of all that a question can reach, the parts that show it.

Whatever a world is told takes histories away and brings none. So where some of its parts leave no history, there is
none as long as these parts say the same and the question reaches them through parts that say the same. What an edit
changes beside them need not be asked about, however near it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import z3

from engine.analysis.asking import Asking, let_go, solver_with
from engine.analysis.days import workday
from engine.analysis.fragment import Fragment, Told
from engine.analysis.logic import checked, core, follows, tell
from engine.analysis.numbers import a_truth
from engine.analysis.seen import Read

_LIMIT = 1_000_000
"""Resource units of the solver for one answer: what takes more to show rests on all that was looked at."""


class Shown:
    """What was looked at for some parts of a world, and for those through which a question reaches them."""

    def __init__(self, parts: Sequence[Told]) -> None:
        self.reads: dict[Read, None] = {}
        seen: set[int] = set()
        for part in parts:
            each: Told | None = part
            while each is not None and id(each) not in seen:
                seen.add(id(each))
                self.reads.update(each.reads)
                each = each.user


Resting = Shown | Fragment


def shown_by(fragment: Fragment, wanted: Sequence[Any], asked: Asking | None = None) -> Resting:
    """Return what shows that no history has what is wanted; all of a fragment where its parts alone do not show it. Who
    `asked` was reminded of some of what is so of every history.
    """
    parts = fragment.told()
    telling = [part for part in parts if part.facts or part.workdays]
    before = fragment.world.showing
    needed = _needed([part for part in telling if part.user is None or part.key in before], wanted, asked)
    if needed is None:
        needed = _needed(telling, wanted, asked)
    if needed is None:
        return fragment
    before.update(part.key for part in needed)
    return Shown([part for part in parts if part.user is None] + needed)


def _needed(parts: list[Told], wanted: Sequence[Any], asked: Asking | None) -> list[Told] | None:
    """Return those of some parts that it takes to show it; None where they do not."""
    named = {part: a_truth(f"part {place}") for place, part in enumerate(parts)}
    rested = {day.get_id() for day in asked.days_of_rest} if asked is not None else set()
    solver = solver_with(_LIMIT, True)
    try:
        tell(solver, *wanted, *(asked.reminded if asked is not None else ()))
        for part, name in named.items():
            worked = (workday(day) for day in part.workdays if rested and day.get_id() in rested)
            tell(solver, *(follows(name, fact) for fact in (*part.facts, *chain.from_iterable(worked))))
        if checked(solver, [*named.values()]) != z3.unsat:
            return None
        needed = {*core(solver)}
    finally:
        let_go(solver, _LIMIT)
    return [part for part, name in named.items() if name.get_id() in needed]
