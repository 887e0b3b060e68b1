"""Instants and days: how they are read and written, and how they lie to one another."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import (
    DAY,
    HOUR,
    LAST_YEAR,
    ONE_DAY,
    ZONE,
    Instant,
    day_of,
    end_of,
    instant,
    iso,
    parse_as_of,
    parse_instant,
    spoken,
    start_of,
)

instants = st.integers(start_of(date(1902, 1, 1)), end_of(date(2200, 12, 30)))


# Reading and writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "in_utc"),
    [
        ("2026-04-10T23:50", "2026-04-10T15:50:00+00:00"),
        ("2026-04-10 23:50", "2026-04-10T15:50:00+00:00"),
        ("2026-04-10T23:50:01", "2026-04-10T15:50:01+00:00"),
        ("2026-04-10T23:50:01.5", "2026-04-10T15:50:01.500000+00:00"),
        ("2026-04-10T23:50:01.000001", "2026-04-10T15:50:01.000001+00:00"),
        ("2026-04-10T23:50+08:00", "2026-04-10T15:50:00+00:00"),
        ("2026-04-10T23:50Z", "2026-04-10T23:50:00+00:00"),
        ("2026-04-10T23:50-05:30", "2026-04-11T05:20:00+00:00"),
        ("2026-04-10T24:00", "2026-04-10T16:00:00+00:00"),
        ("2026-12-31T24:00", "2026-12-31T16:00:00+00:00"),
        ("2026-04-10T24:00Z", "2026-04-11T00:00:00+00:00"),
        ("1988-07-01T12:00", "1988-07-01T03:00:00+00:00"),
        ("1988-01-01T12:00", "1988-01-01T04:00:00+00:00"),
    ],
)
def test_an_instant_is_read(text: str, in_utc: str) -> None:
    expected = datetime.fromisoformat(in_utc)
    assert parse_instant(text) == instant(text) == instant(expected)
    assert datetime.fromtimestamp(0, UTC) + timedelta(microseconds=parse_instant(text)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-30T10:00", "2026-02 has 28 days"),
        ("2026-13-01T10:00", "no month 13"),
        ("2026-04-10T24:01", "no time of day"),
        ("2026-04-10T24:00:00.000001", "no time of day"),
        ("2026-04-10T25:00", "no time of day"),
        ("2026-04-10T23:60", "no time of day"),
        ("2026-04-10T23:59:60", "leap second"),
        ("1899-12-31T10:00", "out of range"),
        ("2201-01-01T10:00", "out of range"),
        ("2026-04-10", "is a day, not an instant"),
        ("2026-04-10T10:00+20:00", "no clock keeps"),
        ("2026-12-31T07:59:60+08:00", "leap second"),
        ("2026-04-10T07:58:60+08:00", "names no time of day"),
        ("2026-04-10T10:00:00.1234567", "is not an instant"),
        ("2026-4-10T10:00", "is not an instant"),
        ("٢٠٢٦-04-10T10:00", "is not an instant"),
        ("2026-04-10T10:00 ", "is not an instant"),
        ("", "is not an instant"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_instant(text)


def test_a_datetime_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        instant(datetime(2500, 1, 1))


def test_a_naive_datetime_is_local() -> None:
    assert instant(datetime(2026, 4, 10, 8)) == instant(datetime(2026, 4, 10, tzinfo=UTC))


def test_a_bare_day_asked_about_is_its_last_instant() -> None:
    assert parse_as_of("2026-04-10") == parse_instant("2026-04-10T24:00") - 1
    assert parse_as_of("2026-04-10T09:00") == parse_instant("2026-04-10T09:00")
    with pytest.raises(ValueError, match="28 days"):
        parse_as_of("2026-02-29")


def test_instants_are_written_as_short_as_they_are() -> None:
    assert iso(parse_instant("2026-10-08T09:00")) == "2026-10-08T09:00+08:00"
    assert iso(parse_instant("2026-10-08T09:00:30")) == "2026-10-08T09:00:30+08:00"
    assert iso(parse_instant("2026-10-08T09:00:30.25")) == "2026-10-08T09:00:30.250000+08:00"
    assert iso(parse_instant("1988-07-01T12:00")) == "1988-07-01T12:00+09:00"
    assert spoken(parse_instant("2026-10-23T16:30")) == "2026-10-23T16:30"


@given(at=instants)
def test_what_is_written_can_be_read(at: Instant) -> None:
    assert parse_instant(iso(at)) == at


@given(
    instants, st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5, minutes=-30))])
)
def test_instants_are_read_and_written_as_python_reads_and_writes_them(at: Instant, zone: timezone) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    assert datetime.fromisoformat(iso(at)) == moment
    assert parse_instant(moment.astimezone(zone).isoformat()) == at


@given(at=st.integers(start_of(date(1992, 1, 1)), end_of(date(2200, 12, 30))))
def test_what_is_spoken_can_be_read(at: Instant) -> None:
    assert parse_instant(spoken(at)) == at


# Laws -----------------------------------------------------------------------------------------------------


@given(at=instants)
def test_an_instant_lies_within_its_day(at: Instant) -> None:
    assert start_of(day_of(at)) <= at < end_of(day_of(at))


@given(at=instants)
def test_the_short_way_to_a_day_is_the_zone(at: Instant) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    assert day_of(at) == moment.astimezone(ZONE).date()


def test_days_follow_one_another_without_a_gap() -> None:
    day = date(1900, 1, 2)
    while day.year <= LAST_YEAR:
        start = start_of(day)
        assert day_of(start) == day
        # Until 1949 the clocks were changed at midnight, so that a day could be left and entered again.
        assert day_of(start - 1) == day - ONE_DAY or day.year < 1950
        assert end_of(day) - start == DAY or day.year < 1950 or 1986 <= day.year <= 1991
        day += ONE_DAY


def test_a_day_of_summer_time_is_an_hour_shorter_or_longer() -> None:
    spring, autumn = date(1988, 4, 17), date(1988, 9, 11)
    assert end_of(spring) - start_of(spring) == 23 * HOUR
    assert end_of(autumn) - start_of(autumn) == 25 * HOUR
