"""For which values of a blank a finding arises: to the day and to the cent, and no further than was asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.analysis.assuming import Assuming
from engine.analysis.finding import Finding
from engine.analysis.mended import Aside
from engine.analysis.ranges import Range, bound_of, ranges, said_of
from engine.cli import carried_out
from engine.commands.common import FOUND
from engine.governing import Programs

GRACE = """
| agreement grace
| party host, guest
| blank patience: duration
| state membership: open | closed
| act close by host, needs basis, sets membership to closed
| event bill (amount: money, due: day)
| act pay (amount: money, bill: bill) by guest, accumulates amount for each bill

1.1 Bills are paid by their day.
| pay_fee: for each bill as it, guest must pay it.amount for it by it.due
1.2 Who is late by more than ____ may be closed out.
| while pay_fee is overdue for more than patience, host may close
1.3 Nobody is closed out in the first thirty days.
| while not pay_fee is overdue for more than 30 days, host must not close
"""
SALE = """
| agreement grace
| party host, guest
| blank least: money
| blank seats: count
| act buy (amount: money) by guest
| act give (places: count) by host

1.1 Guests may buy for ____ and more.
| buying: guest may buy where buy.amount >= least
1.2 Nobody buys for less than a hundred.
| guest must not buy where buy.amount < 100.00 CNY
1.3 The host may give ____ places.
| host may give where give.places is seats
1.4 Between twelve and thirteen places are not given.
| host must not give where give.places >= 12 and give.places <= 13
"""


@cache
def found(text: str) -> dict[str, Range]:
    """Return the ranges of a text, by the blank."""
    loaded = load_text(text)
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    programs, kept, only = Programs(loaded.contracts), Aside(), frozenset(["conflict"])

    def asked(assuming: Assuming, about: Finding | None) -> Iterable[Finding]:
        places = {(each.document, each.clause) for each in about.clauses} if about is not None else None
        asks = places.__contains__ if places is not None else None
        return analyse(programs, ("grace",), only=only, about=asks, assuming=assuming, kept=kept)

    return {each.blank.name: each for each in ranges(programs.of(("grace",)).contracts, asked)}


def test_a_time_is_told_to_the_day() -> None:
    (patience,) = found(GRACE).values()
    assert patience.arises == ((0, 29),)
    assert {29, 30} <= set(patience.asked)
    assert not patience.only
    assert said_of(patience).en == "arises if patience is 0 days to 29 days"
    assert said_of(patience).zh == "“patience”为0日至29日时出现"
    assert "nothing was asked" in bound_of(patience).en


def test_a_sum_is_told_to_the_cent_and_the_rest_excluded() -> None:
    least = found(SALE)["least"]
    assert least.arises == ((1, 9_999),)
    assert least.only
    assert said_of(least).en == "arises if least is 0.01 CNY to 99.99 CNY"


def test_what_no_value_that_is_tried_first_shows_is_found_by_the_solver() -> None:
    text = SALE.replace(">= 12 and give.places <= 13", ">= 2 and give.places <= 2 or give.places is 33")
    seats = found(text)["seats"]
    assert seats.arises == ((2, 2), (33, 33))
    assert seats.only


def test_a_finding_of_every_value_hangs_on_none() -> None:
    assert not found(GRACE.replace("not pay_fee is overdue for more than 30 days", "membership is open"))


def test_a_witness_says_what_the_blank_was_filled_with() -> None:
    (patience,) = found(GRACE).values()
    assert patience.finding.witness is not None
    assert patience.finding.witness.settings["patience"] == "0 days"


def test_the_command_tells_and_json_has_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "grace.contract"
    path.write_text(GRACE, "utf-8")
    assert carried_out(["analyse", str(path), "--only", "conflict", "--ranges", "--lang", "en"]) == FOUND
    assert "→ arises if patience is 0 days to 29 days" in capsys.readouterr().out
    carried_out(["analyse", str(path), "--only", "conflict", "--ranges", "--json"])
    (told,) = json.loads(capsys.readouterr().out)["ranges"]
    assert told["blank"] == "patience"
    assert told["arises"] == [["0 days", "29 days"]]
