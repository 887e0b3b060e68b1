"""Calendar tables: what each day leads to, asked of the engine's own calendar, so that the loop only looks it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from engine.bulk.kernel.plan import UNKNOWN, DayTable
from engine.bulk.kernel.spell import day_number
from engine.choice import Split
from engine.deadlines import Deadline
from engine.decision import Item
from engine.evaluator import Evaluator
from engine.program import Program
from engine.quantities import ConstE
from engine.scene import Scene
from engine.terms import Terms

MARGIN = 800
"""How many days the tables go on after the last day of the data: windows may be counted from the end of others."""


def tabled(
    program: Program, terms: Terms, tables: tuple[DayTable, ...], first: int, last: int
) -> tuple[list[int], ...]:
    """Return each table from day `first` to day `last`, both included; days are counted from 1970-01-01.

    UNKNOWN stands where the calendar of the year that decides is not published, or the day is in no calendar.
    """
    return tuple(list(_column(program, terms, table, first, last)) for table in tables)


def _column(program: Program, terms: Terms, table: DayTable, first: int, last: int) -> Iterator[int]:
    scene = Scene(program, terms, program.taken(terms), lambda *_: None, 0)
    ends = _possible if table.how.startswith("term") else _certain
    begin = date(1970, 1, 1)
    for number in range(first, last + 1):
        try:
            yield ends(scene, table, begin + timedelta(days=number))
        except (Split, ValueError, OverflowError):
            yield UNKNOWN


def _deadline(scene: Scene, table: DayTable, day: date) -> Deadline:
    rolls: Any = table.rolls
    if table.period is not None:
        counts_first = table.how == "term, first day counted"
        return scene.deadline_period(day, table.period, rolls, counts_first, table.roll)
    if not isinstance(rolls, Evaluator):
        rolls = ConstE(True) if rolls else None
    return scene.deadline_day(day, rolls, table.roll)


def _certain(scene: Scene, table: DayTable, day: date) -> int:
    """Return what a day leads to. Raises Split where that is open."""
    found = _deadline(scene, table, day)
    if table.how == "last day":
        return UNKNOWN if found.last_day is None else day_number(found.last_day)
    return found.end


def _possible(scene: Scene, table: DayTable, day: date) -> int:
    """Return the end of a term; where that is open, the earliest end that is possible, as a negative number."""
    found: set[int] = set()
    cases: list[dict[Item, Any]] = [{}]
    while cases:
        scene.assigned = cases.pop()
        try:
            found.add(_deadline(scene, table, day).end)
        except Split as split:
            cases += [{**scene.assigned, split.item: option} for option in split.options]
    return min(found) if len(found) == 1 else -min(found)
