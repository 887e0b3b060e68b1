"""A worked date for a window: the engine is asked until when a duty would run, for a trigger on a sample day.

The sample begins on a weekday and names a holiday where a day is asked for, so that it shows whether a last day moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contractlang.declaration import BlankDecl, ReadingDecl
from contractlang.expression import Chosen, Field
from contractlang.kinds import Kind
from contractlang.norms import AtOnce, Norm, Obligation, OnBreach, OnOccurrence, Reasonable
from contractlang.values import Period
from engine.account import Account
from engine.dates import HOUR, start_of
from engine.decision import Item
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.program import Program
from engine.question import LastDay
from engine.settings import terms_from
from engine.walk import walk

SAMPLE_DAY, SAMPLE_DUE = date(2026, 9, 1), date(2026, 10, 1)
SAMPLE_AT: Instant = start_of(SAMPLE_DAY) + 9 * HOUR
# What fills a blank that a window looks at.
_FILLED = {"count": "10", "duration": "10 days", "day": SAMPLE_DUE.isoformat(), "time": "18:00"}


@dataclass(frozen=True, slots=True)
class Example:
    """What the engine says of one sample: the trigger with its fields, what was filled in, and the end it gives.

    `end` is as the engine speaks of it (`2026-10-08T24:00`), None where it names none; `could_be` are the ends it
    could be while `missing` is open.
    """

    at: Instant
    fields: Mapping[str, Any]
    filled: Mapping[str, str]
    taken: Mapping[str, str]
    end: str | None
    could_be: tuple[str, ...]
    missing: tuple[Item, ...]


def example(norm: Norm, program: Program | None) -> Example | None:
    """Return a worked example of a duty's window; None where no date can be worked out beforehand.

    No date has a window that is due at once, within a reasonable time, or counted from a breach.
    """
    if program is None or not isinstance(norm, Obligation) or norm.window is None:
        return None
    limit = norm.window.limit
    if limit is None or isinstance(limit, AtOnce | Reasonable) or isinstance(norm.trigger, OnBreach):
        return None
    variable = norm.trigger.variable if isinstance(norm.trigger, OnOccurrence) else ""
    fields = {
        part.name: _sample(part.name, part.kind)
        for part in walk(norm.window)
        if isinstance(part, Field) and getattr(part.of, "name", None) == variable
    }
    filled = {
        declared.name: _FILLED[declared.kind.name]
        for part in walk(norm.window)
        if (declared := program.declarations.get(getattr(part, "name", ""))) is not None
        and isinstance(declared, BlankDecl)
        and declared.kind.name in _FILLED
    }
    taken = {chosen.reading: chosen.option for chosen in norm.option}
    for part in walk(norm.window):
        if isinstance(part, Chosen):
            taken.setdefault(part.reading, _default(program, part.reading) or part.option)
    settings = {name: value for name, value in filled.items() if not _is_gap(program, name)}
    answers = {name: value for name, value in filled.items() if _is_gap(program, name)}
    try:
        terms = terms_from(program, settings, ("contract",), taken, answers)
        asked = LastDay(norm.id, SAMPLE_AT, None, norm.document, {"at": SAMPLE_AT, **fields})
        decision = Account(program, terms, Ledger(())).decide(asked)
    except (EngineError, KeyError):
        return None
    if decision.answer == "value":
        return Example(SAMPLE_AT, fields, filled, taken, str(decision.value), (), ())
    if decision.answer == "undetermined":
        return Example(SAMPLE_AT, fields, filled, taken, None, decision.could_be, decision.missing)
    return None


def _is_gap(program: Program, name: str) -> bool:
    declared = program.declarations[name]
    return isinstance(declared, BlankDecl) and declared.gap


def _default(program: Program, reading: str) -> str | None:
    declared = program.declarations.get(reading)
    if not isinstance(declared, ReadingDecl):
        return None
    return next((option.name for option in declared.options if option.defaults), None)


def _sample(name: str, kind: Kind) -> Any:
    match kind.name:
        case "day":
            return SAMPLE_DUE
        case "instant":
            return SAMPLE_AT if name == "at" else start_of(SAMPLE_DUE) + 9 * HOUR
        case "duration":
            return Period(10, "days")
        case _:
            return 10
