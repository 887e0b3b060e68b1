"""What the page on figures shows is what was measured and kept; our own answers are the oracle's."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("numpy", reason="numpy is not installed: what is measured beside others is not looked at")

from bench import many
from bench.beside.decisions import debtors, oracle, ours
from bench.beside.growth import text_of
from bench.beside.page import KEPT, PAGE, PICTURES, drawn, with_sizes, written
from contractlang.load import load_text


def test_the_page_shows_what_was_kept() -> None:
    """Written by: python -m bench.beside --keep."""
    kept = json.loads(KEPT.read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    assert written(page, kept) == page
    pictures = drawn(kept)
    assert {each.name for each in PICTURES.glob("*.svg")} == set(pictures)
    for name, text in pictures.items():
        assert (PICTURES / name).read_text("utf-8") == text
        assert f"pictures/{name}" in page


def test_our_answers_are_the_oracle_s() -> None:
    asked = debtors(60, seed=3)
    wanted = [oracle(each) for each in asked]
    assert set(wanted) == {True, False}
    for _, make in ours():
        decided = make(asked)
        assert [decided(each) for each in asked] == wanted


def test_contracts_of_many_clauses_are_contracts() -> None:
    loaded = load_text(text_of(3), "many.contract")
    assert not loaded.errors


def test_the_sizes_are_those_that_were_kept() -> None:
    """Written by: python -m bench.many."""
    kept = json.loads(many.KEPT.read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    assert with_sizes(page, kept, list(many.rows_of(kept))) == page
