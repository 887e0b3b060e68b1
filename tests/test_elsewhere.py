"""What others got, where no literate case can say it yet: days counted backwards, and a ledger that is refused."""

from datetime import date

import pytest

from contractlang.load import load_text
from engine.cases import ledger_of
from engine.compile import compile_program
from engine.dates import RestDays, add_period
from engine.errors import BadEvent
from tests.test_scenarios import resting_on

NEW_YORK = resting_on(["2018-01-02", "2018-01-31", "2018-02-01"])
"""The calendar of the tests of Daml Finance."""


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2018, 1, 1), 1, date(2018, 1, 3)),
        (date(2018, 1, 3), -1, date(2018, 1, 1)),
        (date(2018, 1, 1), 5, date(2018, 1, 9)),
        (date(2018, 2, 5), -5, date(2018, 1, 25)),
        (date(2018, 1, 1), 0, date(2018, 1, 1)),
        (date(2018, 3, 31), 0, date(2018, 4, 2)),
    ],
)
def test_business_days_run_both_ways(start: date, count: int, expected: date) -> None:
    assert NEW_YORK.add_business_days(start, count, RestDays.WEEKEND_AND_SHIFTED).day == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2018, 10, 31), 1, date(2018, 11, 30)),
        (date(2018, 11, 30), -1, date(2018, 10, 30)),
        (date(2018, 1, 30), -1, date(2017, 12, 30)),
        # Catala has 1 May when it rounds up and 30 April when it rounds down, as 民法典 202 does.
        (date(2018, 5, 31), -1, date(2018, 4, 30)),
        (date(2000, 2, 29), 12 * 18, date(2018, 2, 28)),
    ],
)
def test_months_run_both_ways(start: date, months: int, expected: date) -> None:
    assert add_period(start, months, "months") == expected


def test_a_charge_below_nought_is_refused() -> None:
    """The service level clause of the Accord Project rejects such a request."""
    loaded = load_text("| agreement service\n| event month_billed (charge: money USD)", "service.contract")
    program = compile_program([loaded.contracts[name] for name in loaded.asked])
    with pytest.raises(BadEvent, match="negative"):
        ledger_of(program, ["2026-05-02 09:00 month_billed charge=-10.00"])
