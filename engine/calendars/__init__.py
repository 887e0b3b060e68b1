"""The published working days of mainland China, one file for each year.

A year's file restates the holidays of 放假办法 2 and the notice of the State Council that arranges them. To
add a year, fill in its file from the notice; every decision names the calendar version it was made with.
"""

import json
from datetime import date
from functools import cache
from importlib import resources

from engine.dates import Calendar, CalendarYear


@cache
def default_calendar() -> Calendar:
    """Return the calendar of all the years on file."""
    files = resources.files(__name__).iterdir()
    return Calendar(read_year(file.read_text("utf-8")) for file in files if file.name.endswith(".json"))


def read_year(text: str) -> CalendarYear:
    """Read the file of one year."""
    year = json.loads(text)
    issued_on = year["issued_on"]
    return CalendarYear(
        year=year["year"],
        published=year["published"],
        statutory_days=_days(year["statutory_days"]),
        rest_days=_days(year["rest_days"]),
        working_weekend_days=_days(year["working_weekend_days"]),
        notice=year["notice"],
        issued_on=None if issued_on is None else date.fromisoformat(issued_on),
        source=year["source"],
    )


def _days(texts: list[str]) -> frozenset[date]:
    days = frozenset(map(date.fromisoformat, texts))
    if len(days) < len(texts):
        raise ValueError("a day is listed twice")
    return days
