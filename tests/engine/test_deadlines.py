"""Working days, periods and deadlines, by the worked examples of the two agreements and by laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import default_calendar
from engine.dates import (
    HOUR,
    LAST_YEAR,
    Instant,
    add_period,
    day_of,
    day_of_month,
    end_of,
    parse_day,
    parse_instant,
    spoken,
    start_of,
)
from engine.deadlines import Deadline, Unit, deadline_after, deadline_after_day, deadline_by_day
from engine.working_days import Calendar, CalendarYear, RestDays

CALENDAR = default_calendar()
LIVED = RestDays.WEEKEND_AND_SHIFTED
STATUTORY = RestDays.STATUTORY_ONLY
CLOSE_OF_BUSINESS = 18 * 60

days = st.dates(date(1900, 1, 2), date(2200, 12, 31))
published_days = st.dates(date(2023, 1, 1), date(2026, 12, 20))
instants = st.integers(start_of(date(1902, 1, 1)), end_of(date(2200, 12, 30)))
readings = st.sampled_from(RestDays)


def due(day: str, rest: RestDays = LIVED, rolls: bool = True, cutoff: int | None = None) -> str:
    return spoken(deadline_by_day(parse_day(day), CALENDAR, rest, rolls, cutoff).end)


def after(start: str, count: int, unit: Unit, rolls: bool = True, inclusive: bool = False) -> str:
    at = parse_instant(start)
    return spoken(deadline_after(at, count, unit, CALENDAR, LIVED, rolls, inclusive=inclusive).end)


# The worked examples --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "last_moment", "why"),
    [
        ("2026-04-10", "2026-04-10T24:00", "a Friday"),
        ("2026-09-10", "2026-09-10T24:00", "a Thursday"),
        ("2026-10-05", "2026-10-08T24:00", "in the National Day break"),
        ("2026-02-14", "2026-02-14T24:00", "a Saturday worked for the Spring Festival"),
        ("2026-02-15", "2026-02-24T24:00", "the first day of the Spring Festival break"),
        ("2026-01-31", "2026-02-02T24:00", "a Saturday"),
        ("2026-02-28", "2026-02-28T24:00", "a Saturday worked for the Spring Festival"),
        ("2026-04-30", "2026-04-30T24:00", "a Thursday"),
        ("2026-05-31", "2026-06-01T24:00", "a Sunday"),
    ],
)
def test_a_due_day_rolls_as_lived(due_on: str, last_moment: str, why: str) -> None:
    assert due(due_on) == last_moment, why


def test_a_fixed_day_does_not_roll() -> None:
    assert due("2026-10-05", rolls=False) == "2026-10-05T24:00"


@pytest.mark.parametrize(
    ("due_on", "last_moment"),
    [
        ("2026-10-05", "2026-10-05T24:00"),
        ("2026-10-01", "2026-10-04T24:00"),
        ("2026-02-16", "2026-02-20T24:00"),
        ("2026-08-09", "2026-08-09T24:00"),
        ("2024-02-09", "2024-02-09T24:00"),
        ("2024-05-02", "2024-05-02T24:00"),
        ("2025-05-02", "2025-05-03T24:00"),
    ],
)
def test_a_due_day_rolls_over_statutory_days_only(due_on: str, last_moment: str) -> None:
    assert due(due_on, rest=STATUTORY) == last_moment


@pytest.mark.parametrize(
    ("n", "year", "month", "day"), [(31, 2026, 2, 28), (31, 2028, 2, 29), (5, 2026, 10, 5)]
)
def test_a_month_without_the_day_ends_with_its_last(n: int, year: int, month: int, day: int) -> None:
    assert day_of_month(year, month, n) == date(year, month, day)


@pytest.mark.parametrize(
    ("start", "count", "unit", "last_moment", "why"),
    [
        ("2026-09-10T00:00", 30, "days", "2026-10-10T24:00", "a Saturday worked for National Day"),
        ("2026-07-10T00:00", 30, "days", "2026-08-10T24:00", "day 30 is a Sunday"),
        ("2026-09-28T10:00", 15, "days", "2026-10-13T24:00", "a Tuesday"),
        ("2026-09-28T10:00", 5, "business_days", "2026-10-10T24:00", "29, 30, 8, 9 and the worked 10"),
        ("2026-03-02T10:05", 2, "years", "2028-03-02T24:00", "a Thursday"),
        ("2026-03-06T16:00", 2, "years", "2028-03-06T24:00", "a Monday"),
        ("2026-10-21T16:30", 48, "hours", "2026-10-23T16:30", "from the moment, to the moment"),
        ("2026-10-21T16:30", 24, "hours", "2026-10-22T16:30", "from the moment, to the moment"),
        ("2026-10-02T23:30", 30, "minutes", "2026-10-02T24:00", "hours and minutes do not roll"),
        ("2026-09-07T09:00", 2, "weeks", "2026-09-21T24:00", "a Monday, after a worked Sunday"),
    ],
)
def test_a_period_ends(start: str, count: int, unit: Unit, last_moment: str, why: str) -> None:
    assert after(start, count, unit) == last_moment, why


def test_a_term_that_ends_on_a_sunday() -> None:
    assert after("2025-03-01T11:00", 1, "years", rolls=True) == "2026-03-02T24:00"
    assert after("2025-03-01T11:00", 1, "years", rolls=False) == "2026-03-01T24:00"
    assert after("2025-03-01T11:00", 1, "years", inclusive=True) == "2026-02-28T24:00"


def test_a_cut_off_ends_the_last_day() -> None:
    assert due("2026-04-10", cutoff=CLOSE_OF_BUSINESS) == "2026-04-10T18:00"
    assert due("2026-10-05", cutoff=CLOSE_OF_BUSINESS) == "2026-10-08T18:00"
    assert due("2026-10-05", cutoff=24 * 60) == "2026-10-08T24:00"


@pytest.mark.parametrize("cutoff", [-1, 0, 24 * 60 + 1])
def test_a_cut_off_is_a_time_of_day(cutoff: int) -> None:
    with pytest.raises(ValueError, match="minute of the day"):
        due("2026-04-10", cutoff=cutoff)


def test_thirty_days_are_not_720_hours() -> None:
    assert after("2026-08-03T10:00", 30, "days") == "2026-09-02T24:00"
    assert after("2026-08-03T10:00", 720, "hours") == "2026-09-02T10:00"


def test_working_days_are_lived_ones_under_either_reading() -> None:
    start = parse_instant("2026-09-28T10:00")
    lived = deadline_after(start, 5, "business_days", CALENDAR, LIVED, rolls=True)
    assert deadline_after(start, 5, "business_days", CALENDAR, STATUTORY, rolls=True) == lived


# Months and years -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "count", "unit", "last_day"),
    [
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2020-02-29", 1, "years", "2021-02-28"),
        ("2018-05-31", 1, "months", "2018-06-30"),
        ("2018-05-31", 9, "months", "2019-02-28"),
        ("2017-10-31", 1, "months", "2017-11-30"),
        ("2017-11-30", -1, "months", "2017-10-30"),
        ("2026-12-15", 1, "months", "2027-01-15"),
        ("2026-03-31", -1, "months", "2026-02-28"),
        ("2026-01-31", 30, "days", "2026-03-02"),
        ("2026-01-31", 0, "months", "2026-01-31"),
        ("2026-01-31", -4, "weeks", "2026-01-03"),
    ],
)
def test_the_corresponding_day_or_the_last_of_the_month(
    start: str, count: int, unit: str, last_day: str
) -> None:
    assert add_period(parse_day(start), count, unit) == parse_day(last_day)  # type: ignore[arg-type]


def test_the_last_of_a_month_corresponds_to_its_number_not_to_the_last() -> None:
    """Markets know a rule by which 28 February and three months make 31 May; 民法典 202 is not it."""
    assert add_period(date(2018, 2, 28), 3, "months") == date(2018, 5, 28)


@pytest.mark.parametrize(
    ("start", "last_day"),
    [
        ("2025-03-01", "2026-02-28"),
        ("2023-03-01", "2024-02-29"),
        ("2024-02-29", "2025-02-28"),
        ("2024-01-01", "2024-12-31"),
    ],
)
def test_a_year_that_counts_its_first_day(start: str, last_day: str) -> None:
    counted = deadline_after_day(
        parse_day(start), 1, "years", CALENDAR, LIVED, rolls=False, cutoff=None, inclusive=True
    )
    assert counted.last_day == parse_day(last_day)


def test_business_days_may_count_the_first() -> None:
    assert after("2026-09-28T10:00", 5, "business_days", inclusive=True) == "2026-10-09T24:00"


def test_no_time_at_all_is_the_day_itself() -> None:
    assert after("2026-09-28T10:00", 0, "days") == "2026-09-28T24:00"
    assert after("2026-10-05T10:00", 0, "business_days") == "2026-10-08T24:00"


@pytest.mark.parametrize(
    ("count", "unit", "inclusive"), [(-1, "days", False), (-1, "hours", False), (0, "days", True)]
)
def test_a_deadline_does_not_run_backwards(count: int, unit: Unit, inclusive: bool) -> None:
    with pytest.raises(ValueError, match="period"):
        after("2026-09-28T10:00", count, unit, inclusive=inclusive)


@pytest.mark.parametrize(
    ("count", "unit"),
    [(1000, "years"), (10**12, "days"), (10**6, "months"), (10**7, "hours"), (10**5, "business_days")],
)
def test_a_period_stays_within_the_years_that_are_known(count: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match=str(LAST_YEAR)):
        after("2026-09-28T10:00", count, unit)


# Business days, on the calendar of daml-finance (Daml.Finance.Util.Test.Date.Calendar) ---------------------

ELSEWHERE = Calendar(
    [
        CalendarYear(
            2018,
            published=True,
            statutory_days=frozenset(),
            rest_days=frozenset({date(2018, 1, 2), date(2018, 1, 31), date(2018, 2, 1)}),
        )
    ]
)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2018-01-01", 1, "2018-01-03"),
        ("2018-01-03", -1, "2018-01-01"),
        ("2018-01-01", 5, "2018-01-09"),
        ("2018-02-05", -5, "2018-01-25"),
    ],
)
def test_business_days_elsewhere(day: str, n: int, expected: str) -> None:
    assert ELSEWHERE.add_business_days(parse_day(day), n).day == parse_day(expected)


@pytest.mark.parametrize(("day", "rolled"), [("2018-03-31", "2018-04-02"), ("2018-01-31", "2018-02-02")])
def test_rolling_elsewhere(day: str, rolled: str) -> None:
    assert ELSEWHERE.roll(parse_day(day), LIVED).day == parse_day(rolled)


# Laws -----------------------------------------------------------------------------------------------------


@given(
    at=instants.filter(lambda at: at < start_of(date(2190, 1, 1))),
    hours=st.integers(0, 10_000),
    rest=readings,
)
def test_hours_are_exact(at: Instant, hours: int, rest: RestDays) -> None:
    end = at + hours * HOUR
    expected = Deadline(last_day=None, end=end, provisional=False, earliest=end, latest=end)
    assert deadline_after(at, hours, "hours", CALENDAR, rest, rolls=True) == expected


@given(day=days.filter(lambda day: day.year < 2190), rest=readings)
def test_a_rolled_day_is_the_first_working_day_not_earlier(day: date, rest: RestDays) -> None:
    rolled = CALENDAR.roll(day, rest)
    assert rolled.day >= day
    assert not CALENDAR.is_rest_day(rolled.day, rest)
    skipped = (day + timedelta(days=n) for n in range((rolled.day - day).days))
    assert all(CALENDAR.is_rest_day(each, rest) for each in skipped)
    assert CALENDAR.roll(rolled.day, rest).day == rolled.day


@given(day=days.filter(lambda day: 1901 < day.year < 2190), n=st.integers(-30, 30), rest=readings)
def test_a_working_day_is_never_outside_what_it_may_turn_out_to_be(day: date, n: int, rest: RestDays) -> None:
    counted = CALENDAR.add_business_days(day, n, rest)
    assert counted.earliest <= counted.day <= counted.latest
    assert counted.provisional == (counted.earliest < counted.latest)


@given(day=published_days, n=st.integers(1, 60))
def test_business_days_add_up(day: date, n: int) -> None:
    stepwise = day
    for _ in range(n):
        stepwise = CALENDAR.add_business_days(stepwise, 1).day
    assert CALENDAR.add_business_days(day, n).day == stepwise
    first = CALENDAR.roll(day, LIVED).day
    assert CALENDAR.add_business_days(CALENDAR.add_business_days(first, n).day, -n).day == first


@given(
    start=instants.filter(lambda at: at < start_of(date(2150, 1, 1))),
    count=st.integers(0, 400),
    rest=readings,
)
def test_a_period_of_days_ends_with_a_day_after_its_start(start: Instant, count: int, rest: RestDays) -> None:
    fixed = deadline_after(start, count, "days", CALENDAR, rest, rolls=False)
    rolled = deadline_after(start, count, "days", CALENDAR, rest, rolls=True)
    assert fixed.last_day == day_of(start) + timedelta(days=count)
    assert fixed.end == end_of(fixed.last_day) > start
    assert not fixed.provisional
    assert rolled.end >= fixed.end


@given(day=days.filter(lambda day: day.year < 2180), count=st.integers(0, 240))
def test_a_longer_period_ends_later(day: date, count: int) -> None:
    shorter, longer = add_period(day, count, "months"), add_period(day, count + 1, "months")
    assert shorter < longer
    assert longer.day <= day.day


@given(day=days.filter(lambda day: day.year < 2180), years=st.integers(0, 20))
def test_a_year_is_twelve_months(day: date, years: int) -> None:
    assert add_period(day, years, "years") == add_period(day, 12 * years, "months")
