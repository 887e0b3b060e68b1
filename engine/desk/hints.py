"""Inlay hints: the last day of each window, were it to begin on a sample day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lsprotocol.types import InlayHint, InlayHintKind

from contractlang.expression import Const, Expr
from contractlang.norms import Window, Within
from contractlang.values import Period
from engine.calendars import default_calendar
from engine.dates import spoken, start_of
from engine.deadlines import deadline_after, deadline_after_day
from engine.desk.papers import Understood
from engine.desk.places import position_of
from engine.working_days import RestDays


def hints(paper: Understood, sample: date, first: int, last: int) -> Iterator[InlayHint]:
    """Yield what to show in the text between two places, for windows that begin on the day `sample`."""
    chinese = paper.source.is_chinese
    for norm in paper.contract.norms:
        window: Window | None = getattr(norm, "window", None)
        if window is None or window.span.path != paper.source.path or not first <= window.span.end <= last:
            continue
        if not isinstance(window.limit, Within):
            continue
        end = _end(window, window.limit.period, sample)
        if end is not None:
            said = f"例：{sample}起，{end}止" if chinese else f"e.g. from {sample}: until {end}"
            yield InlayHint(
                position_of(paper.source, window.span.end), said, InlayHintKind.Type, padding_left=True,
                tooltip="窗口的末日，含该日" if chinese else "the last day of the window, that day included",
            )  # fmt: skip


def _end(window: Window, written: Expr, sample: date) -> str | None:
    """Return the last day, or the last moment of a period of hours; None where the period is not in the text.

    Where a reading decides whether a rest day gives way, both days are told.
    """
    period = written.value if isinstance(written, Const) else None
    if not isinstance(period, Period):
        return None
    calendar, rest = default_calendar(), RestDays.WEEKEND_AND_SHIFTED
    unit = period.unit
    try:
        if unit == "hours" or unit == "minutes" or unit == "seconds":
            return spoken(deadline_after(start_of(sample), period.count, unit, calendar, rest, False).end)
        found: dict[str, None] = {}
        for rolls in _rolls(window.rolls):
            end = deadline_after_day(sample, period.count, unit, calendar, rest, rolls, roll=window.roll)
            found[f"{end.last_day}{'?' if end.provisional else ''}"] = None
        return " / ".join(found)
    except ValueError:
        return None


def _rolls(written: Expr | None) -> tuple[bool, ...]:
    """Tell whether a last day that is a rest day gives way; both where that hangs on something."""
    if written is None:
        return (True,)
    if isinstance(written, Const):
        return (bool(written.value),)
    return (True, False)
