"""Calendar tables: what each day leads to, asked of the engine's own calendar, so that the loop only looks it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from engine.bulk.kernel.plan import UNKNOWN, DayTable
from engine.bulk.kernel.spell import day_number
from engine.choice import Split
from engine.evaluator import Base, Evaluator
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
    rolls: Evaluator | bool | None = table.rolls
    if table.how == "day" and not isinstance(rolls, Base):
        rolls = ConstE(True) if table.rolls else None
    begin = date(1970, 1, 1)
    for number in range(first, last + 1):
        try:
            day = begin + timedelta(days=number)
            if table.period is None:
                found = scene.deadline_day(day, rolls, table.roll)
            else:
                counts_first = table.how == "term, first day counted"
                found = scene.deadline_period(day, table.period, rolls, counts_first, table.roll)
        except (Split, ValueError, OverflowError):
            yield UNKNOWN
            continue
        if table.how == "last day":
            yield UNKNOWN if found.last_day is None else day_number(found.last_day)
        else:
            yield found.end
