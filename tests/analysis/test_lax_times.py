"""Times that an agreement gives for what a law wants done sooner; how working days are counted for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import z3

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.days import FIRST_DAY, worked_until
from engine.analysis.finding import Finding
from engine.analysis.tally import HORIZON
from engine.calendars import default_calendar
from engine.governing import Programs
from engine.working_days import RestDays

Found = Callable[..., list[Finding]]

WORDS = """| vocabulary words
| party host, guest
| event fault
| act mend (fault: fault) by host
"""
CLUB = """| agreement club
| uses words

1. Faults are mended in {time}.
| mending: for each fault as it, host must mend for it within {time}
"""
LAW = """| law faults
| layer civil
| rank mandatory
| uses words

9. Faults are mended in {time}.
| mending: for each fault as it, host must mend for it within {time}
"""


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What a law takes from an agreement, each with a time of its own."""

    def look(own: str, law: str) -> list[Finding]:
        texts = {"words": WORDS, "club": CLUB.format(time=own), "faults": LAW.format(time=law)}
        for name, text in texts.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        loaded = load([tmp_path / "club.contract", tmp_path / "faults.contract"], [tmp_path])
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        layers = ("contract", "civil")
        return list(analyse(Programs(loaded.contracts), ("club",), layers, frozenset(["against", "unknown"])))

    return look


@pytest.mark.parametrize(
    ("own", "law"),
    [
        ("96 hours", "48 hours"), ("49 hours", "48 hours"), ("20 days", "15 days"), ("15 business days", "15 days"),
        # Fifteen days over the holidays of May have fewer than ten working days.
        ("10 business days", "15 days"), ("6 business days", "5 business days"),
        # A weekend is longer than two working days.
        ("4 days", "2 business days"), ("3 days", "48 hours"),
    ],
)  # fmt: skip
def test_more_time_than_the_law_gives(found: Found, own: str, law: str) -> None:
    (shown,) = found(own, law)
    assert shown.key == "against/time:club/1:mending+faults/9"
    assert shown.witness is not None
    assert shown.witness.verdicts == {"contract+civil": "yes"}


@pytest.mark.parametrize(
    ("own", "law"),
    [
        ("48 hours", "48 hours"), ("15 days", "15 days"), ("5 business days", "15 days"),
        ("24 hours", "2 business days"),
        ("5 business days", "5 business days"), ("1 days", "48 hours"),
    ],
)  # fmt: skip
def test_no_more_time_than_the_law_gives(found: Found, own: str, law: str) -> None:
    assert not found(own, law)


def test_working_days_are_counted_as_they_are_lived() -> None:
    """Every day of the horizon by the solver's term, beside the calendar, shifted days and holidays included."""
    day, so_far, calendar = z3.Int("day"), 0, default_calendar()
    term = worked_until(day)
    for number in range(HORIZON):
        date = FIRST_DAY + timedelta(days=number)
        so_far += not calendar.is_rest_day(date, RestDays.WEEKEND_AND_SHIFTED)
        assert z3.simplify(z3.substitute(term, (day, z3.IntVal(number)))).as_long() == so_far, date
