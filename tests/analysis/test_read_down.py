"""Duties that a text imposes if it is read in one way, and that the law, reading it otherwise, does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

Found = Callable[..., list[Finding]]

WORDS = """| vocabulary words
| party host, guest
| event rule (shown: flag)
| act smoke by guest
"""
CLUB = """| agreement club
| uses words

1. Guests keep to the rules.
| reading reach: "which rules?"
| option shown_only, by default under civil: rules: guest must not smoke when (count of rule where rule.shown) > 0
| option all_of_them: rules: guest must not smoke when rule is done
"""
LAW = """| law terms
| layer civil
| rank mandatory
| uses words, club

9. What was not shown does not bind.
| states that "the reading reach is shown_only"
"""


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What a law takes from an agreement."""

    def look(club: str = CLUB, law: str = LAW) -> list[Finding]:
        for name, text in {"words": WORDS, "club": club, "terms": law}.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        loaded = load([tmp_path / "club.contract", tmp_path / "terms.contract"], [tmp_path])
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        return list(
            analyse(Programs(loaded.contracts), ("club",), ("contract", "civil"), frozenset(["against"]))
        )

    return look


def test_the_law_chooses_between_two_readings(found: Found) -> None:
    (shown,) = found()
    assert shown.key == "against/reading:club/1:rules+terms/9"
    assert shown.witness is not None
    assert [each["name"] for each in shown.witness.entries] == ["rule", "smoke"]
    assert shown.witness.entries[0]["shown"] is False
    assert shown.witness.verdicts == {"reach=all_of_them": "yes", "contract+civil": "no"}


def test_a_text_that_has_chosen_leaves_the_law_nothing_to_choose(found: Found) -> None:
    assert not found(
        CLUB.replace("option all_of_them:", "option all_of_them, by default:").replace(
            "by default under civil", "by default under sector"
        )
    )


def test_readings_that_come_to_the_same_are_silent(found: Found) -> None:
    assert not found(CLUB.replace("(count of rule where rule.shown) > 0", "rule is done"))


def test_a_law_that_does_not_speak_of_it_is_not_named(found: Found) -> None:
    assert not found(law=LAW.replace("the reading reach is shown_only", "terms are fair"))
