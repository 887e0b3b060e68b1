"""What an agreement gives and a law forbids on pain of an administrative penalty only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

Found = Callable[[str], list[Finding]]

WORDS = """| vocabulary words
| party host, guest
| event bell
| act advertise by host, needs basis
"""
CLUB = """| agreement club
| uses words

1. The host may advertise.
| advertising: host may advertise
"""
LAW = """| law adverts
| layer civil
| rank mandatory
| status administrative
| uses words

9. After the bell nobody advertises.
| quiet: host must not advertise when bell is done
"""


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What a law takes from the agreement."""

    def look(law: str) -> list[Finding]:
        texts = {"words": WORDS, "club": CLUB, "adverts": law}
        for name, text in texts.items():
            (tmp_path / f"{name}.contract").write_text(text, "utf-8")
        loaded = load([tmp_path / "club.contract", tmp_path / "adverts.contract"], [tmp_path])
        assert not loaded.errors, [each.message.en for each in loaded.errors]
        return list(
            analyse(Programs(loaded.contracts), ("club",), ("contract", "civil"), frozenset(["against"]))
        )

    return look


def test_what_stands_between_the_parties_and_is_punished(found: Found) -> None:
    (shown,) = found(LAW)
    assert shown.key == "against/administrative:club/1:advertising+adverts/9:quiet"
    assert shown.witness is not None
    assert [each["name"] for each in shown.witness.entries] == ["bell", "advertise"]
    assert shown.witness.verdicts == {"contract+civil": "permitted"}
    assert "administrative penalty" in shown.sentence.en
    assert "行政责任" in shown.sentence.zh


def test_a_ban_that_binds_is_told_as_what_the_law_takes_away(found: Found) -> None:
    (shown,) = found(LAW.replace("| status administrative\n", ""))
    assert shown.key == "against:club/1:advertising+adverts/9"


def test_a_ban_that_never_meets_the_power_is_silent(found: Found) -> None:
    assert not found(LAW.replace("bell is done", "bell is done and not bell is done"))
