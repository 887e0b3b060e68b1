"""The published working days of mainland China, one file for each year.

Years to come have only the holidays that 放假办法 2 fixes, together in one file; what is near them is provisional.

A year's file restates the holidays of 放假办法 2 and the notice of the State Council that arranges them. To
add a year, fill in its file from the notice; every decision names the calendar version it was made with.
"""

import json
from datetime import date
from functools import cache
from importlib import resources

from engine.working_days import Calendar, CalendarYear


@cache
def default_calendar() -> Calendar:
    """Return the calendar of all the years on file."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")]
    noticed = [read_year(file.read_text("utf-8")) for file in files if file.name.startswith("cn-")]
    to_come = [
        year
        for file in files
        if file.name.startswith("statutory-")
        for year in read_years(file.read_text("utf-8"))
    ]
    return Calendar([*noticed, *to_come])


def read_years(text: str) -> list[CalendarYear]:
    """Read a file of years for which only the statutory days are known."""
    listed = json.loads(text)
    return [
        CalendarYear(each["year"], False, _days(each["statutory_days"]), source=listed["source"])
        for each in listed["years"]
    ]


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
