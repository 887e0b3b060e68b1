"""The working days on file, against the notices as others tell them, and what is said of years without a notice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from engine.calendars import default_calendar, read_year
from engine.dates import ONE_DAY, parse_day, parse_instant, spoken
from engine.deadlines import deadline_after, deadline_by_day
from engine.working_days import Calendar, CalendarYear, RestDays

CALENDAR = default_calendar()
LIVED = RestDays.WEEKEND_AND_SHIFTED
STATUTORY = RestDays.STATUTORY_ONLY
PUBLISHED = range(2023, 2027)

# What holidays calls the days that a notice, and not the regulation, takes off: 补假 and 调休.
SHIFTED_WORDS = ("补假", "调休")


def days_of(*years: int) -> Iterator[date]:
    day = date(years[0], 1, 1)
    while day.year <= years[-1]:
        yield day
        day += ONE_DAY


def year_on_file(year: int) -> CalendarYear:
    return next(each for each in CALENDAR.years if each.year == year)


def statutory_days_elsewhere(year: int) -> set[date]:
    holidays = pytest.importorskip("holidays")
    named = holidays.China(years=year, language="zh_CN")
    return {day for day, name in named.items() if not any(word in name for word in SHIFTED_WORDS)}


def test_the_years_on_file() -> None:
    assert [each.year for each in CALENDAR.years] == [*range(2023, 2061)]
    assert [each.year for each in CALENDAR.years if each.published] == [*PUBLISHED]
    assert CALENDAR.published_until == date(2026, 12, 31)


def test_every_year_names_its_source() -> None:
    for each in CALENDAR.years:
        assert "放假办法" in each.source
        assert each.published == (each.notice is not None) == (each.issued_on is not None)
        if each.notice is not None and each.issued_on is not None:
            assert str(each.year) in each.notice
            assert each.issued_on.year == each.year - 1


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_as_chinesecalendar_has_it(year: int) -> None:
    elsewhere = pytest.importorskip("chinese_calendar")
    for day in days_of(year):
        assert CALENDAR.is_rest_day(day, LIVED) == elsewhere.is_holiday(day), day


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_as_holidays_has_it(year: int) -> None:
    elsewhere = pytest.importorskip("holidays").China(years=year)
    for day in days_of(year):
        assert CALENDAR.is_rest_day(day, LIVED) != elsewhere.is_working_day(day), day


@pytest.mark.parametrize("year", [*PUBLISHED, 2027])
def test_the_statutory_days_as_holidays_has_them(year: int) -> None:
    assert year_on_file(year).statutory_days == statutory_days_elsewhere(year)
    for day in days_of(year):
        assert CALENDAR.is_rest_day(day, STATUTORY) == (day in year_on_file(year).statutory_days)


@pytest.mark.parametrize(("year", "number"), [(2023, 11), (2024, 11), (2025, 13), (2026, 13), (2027, 13)])
def test_two_statutory_days_were_added_in_2025(year: int, number: int) -> None:
    statutory = year_on_file(year).statutory_days
    assert len(statutory) == number
    assert (date(year, 5, 2) in statutory) == (year >= 2025)


# What is not announced yet --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "last_day", "earliest", "latest", "why"),
    [
        ("2027-03-03", "2027-03-03", "2027-03-03", "2027-03-03", "a weekday far from any holiday"),
        ("2027-03-06", "2027-03-08", "2027-03-08", "2027-03-08", "a weekend far from any holiday"),
        ("2027-02-10", "2027-02-10", "2027-02-10", "2027-02-16", "two days after the Spring Festival"),
        ("2027-02-06", "2027-02-09", "2027-02-09", "2027-02-16", "on a statutory day"),
        ("2027-10-09", "2027-10-11", "2027-10-09", "2027-10-11", "a Saturday that may be worked"),
        ("2027-01-01", "2027-01-04", "2027-01-02", "2027-01-11", "New Year"),
        (
            "2026-12-31",
            "2026-12-31",
            "2026-12-31",
            "2026-12-31",
            "New Year 2027 is a Friday: no day before it is moved",
        ),
        ("2027-01-09", "2027-01-11", "2027-01-11", "2027-01-11", "a weekend that New Year does not reach"),
        ("2026-12-18", "2026-12-18", "2026-12-18", "2026-12-18", "far enough from the new year"),
        ("2028-03-06", "2028-03-06", "2028-03-06", "2028-03-06", "no file, but outside every season"),
        ("2028-03-02", "2028-03-02", "2028-03-02", "2028-03-02", "no notice, but no holiday is near"),
    ],
)
def test_a_deadline_without_a_notice_says_what_it_may_become(
    due_on: str, last_day: str, earliest: str, latest: str, why: str
) -> None:
    deadline = deadline_by_day(parse_day(due_on), CALENDAR, LIVED, rolls=True)
    assert deadline.last_day == parse_day(last_day), why
    assert spoken(deadline.earliest) == f"{earliest}T24:00", why
    assert spoken(deadline.latest) == f"{latest}T24:00", why
    assert deadline.provisional == (earliest != latest), why


def test_without_rolling_nothing_is_provisional() -> None:
    assert not deadline_by_day(date(2027, 2, 10), CALENDAR, LIVED, rolls=False).provisional


def test_a_cut_off_holds_for_the_bounds_too() -> None:
    deadline = deadline_by_day(date(2027, 10, 9), CALENDAR, LIVED, rolls=True, cutoff=18 * 60)
    assert (spoken(deadline.earliest), spoken(deadline.latest)) == ("2027-10-09T18:00", "2027-10-11T18:00")


def test_business_days_across_a_break_without_a_notice() -> None:
    start = parse_instant("2027-09-28T10:00")
    deadline = deadline_after(start, 5, "business_days", CALENDAR, LIVED, rolls=True)
    assert deadline.provisional
    assert deadline.earliest <= deadline.end < deadline.latest


def test_statutory_days_stand_without_a_notice() -> None:
    for day in days_of(2027):
        assert not CALENDAR.is_provisional(day, STATUTORY)
    assert not CALENDAR.is_provisional(date(2028, 10, 1), STATUTORY)
    assert not CALENDAR.is_provisional(date(2028, 1, 26), STATUTORY)
    assert CALENDAR.is_provisional(date(2062, 2, 9), STATUTORY)


def test_before_its_first_year_the_calendar_vouches_for_nothing() -> None:
    rolled = CALENDAR.roll(date(2018, 12, 29), LIVED)
    assert (rolled.day, rolled.provisional) == (date(2018, 12, 31), True)
    # The notice for 2019 had that Saturday worked and that Monday taken off.
    assert rolled.earliest == date(2018, 12, 29)
    assert not CALENDAR.is_provisional(date(2022, 12, 31), LIVED)


@pytest.mark.parametrize(("year", "awaited"), [(2024, False), (2025, True), (2026, True), (2027, False)])
def test_december_waits_for_the_next_notice_where_new_year_is_not_next_to_a_weekend(
    year: int, awaited: bool
) -> None:
    known = Calendar([unpublished(each) if each.year >= year else each for each in CALENDAR.years])
    assert known.is_provisional(date(year - 1, 12, 31), LIVED) is awaited
    assert known.roll(date(year - 1, 12, 28), LIVED).provisional is awaited
    assert known.is_provisional(date(year, 1, 5), LIVED)


@pytest.mark.parametrize("year", [*range(2028, 2100)])
def test_the_seasons_hold_every_statutory_day_to_come(year: int) -> None:
    for day in statutory_days_elsewhere(year):
        assert CALENDAR.is_rest_day(day, STATUTORY) or CALENDAR.is_provisional(day, STATUTORY), day
        assert CALENDAR.is_rest_day(day, LIVED) or CALENDAR.is_provisional(day, LIVED), day


def unpublished(year: CalendarYear) -> CalendarYear:
    return replace(
        year,
        published=False,
        rest_days=frozenset(),
        working_weekend_days=frozenset(),
        notice=None,
        issued_on=None,
    )


@pytest.mark.parametrize(
    ("year", "without_file"),
    [(2023, False), (2024, False), (2024, True), (2025, False), (2025, True), (2026, False), (2026, True)],
)
def test_a_notice_never_leaves_the_bounds_given_before_it(year: int, without_file: bool) -> None:
    """What was certain stays so, and what was provisional ends up between its earliest and its latest."""
    earlier = [each for each in CALENDAR.years if each.year < year]
    before = Calendar(earlier if without_file else [*earlier, unpublished(year_on_file(year))])
    for day in days_of(year):
        if not before.is_provisional(day, LIVED):
            assert before.is_rest_day(day, LIVED) == CALENDAR.is_rest_day(day, LIVED), day
        for n in (0, 1, 5, 10, 15):
            given, lived = before.add_business_days(day, n), CALENDAR.add_business_days(day, n)
            if lived.provisional:
                continue
            assert given.earliest <= lived.day <= given.latest, (day, n)
            assert given.provisional or given.day == lived.day, (day, n)


# Versions and files ---------------------------------------------------------------------------------------


def test_the_version_tells_calendars_apart() -> None:
    assert CALENDAR.version.startswith("cn-2025-11-04.")
    assert Calendar(CALENDAR.years).version == CALENDAR.version
    worked_one_more = replace(
        year_on_file(2026),
        working_weekend_days=year_on_file(2026).working_weekend_days | {date(2026, 10, 11)},
    )
    others = [each for each in CALENDAR.years if each.year != 2026]
    assert Calendar([*others, worked_one_more]).version != CALENDAR.version
    assert Calendar(others[:1]).version.startswith("cn-2022-12-08.")
    assert Calendar([year_on_file(2027)]).version.startswith("cn-unissued.")


def test_a_calendar_has_each_year_once() -> None:
    for years in ([], [year_on_file(2026), year_on_file(2026)]):
        with pytest.raises(ValueError, match="each year once"):
            Calendar(years)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"published": False}, "without a notice"),
        ({"rest_days": frozenset({date(2026, 1, 1)})}, "every statutory holiday"),
        ({"working_weekend_days": frozenset({date(2026, 1, 3)})}, "either taken off or worked"),
        ({"working_weekend_days": frozenset({date(2026, 1, 5)})}, "Saturday or Sunday"),
        ({"working_weekend_days": frozenset({date(2027, 1, 9)})}, "another year"),
        ({"year": 2025}, "another year"),
    ],
)
def test_a_year_that_cannot_be_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replace(year_on_file(2026), **change)  # type: ignore[arg-type]


def test_a_day_listed_twice_is_refused() -> None:
    text = (
        '{"year": 2030, "published": false, "notice": null, "issued_on": null, "source": "",'
        ' "statutory_days": ["2030-01-01", "2030-01-01"], "rest_days": [], "working_weekend_days": []}'
    )
    with pytest.raises(ValueError, match="twice"):
        read_year(text)


def test_a_notice_may_name_days_of_the_december_before() -> None:
    assert min(year_on_file(2023).rest_days) == date(2022, 12, 31)
