"""What sentences of law take from what an agreement gives: each is shown, in as few histories as show them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

WORDS = """| vocabulary words
| party host, guest
| event complaint
| event court_order
| act take_down by host, needs basis
| question hidden, presumed no: "Was it hidden?"
"""
PAGES = """| agreement pages
| uses words

1. The host may take pages down.
| closing: host may take_down
"""
LAW = """| law takedown
| layer civil
| rank mandatory
| uses words

1. No page is taken down of which somebody complains.
| complained: host must not take_down when complaint is done
2. Nor does anybody take one down because of a complaint.
| because: host must not take_down when complaint is done
3. Nor one that a court has ordered to stay.
| ordered: host must not take_down when court_order is done
4. A hidden term is void.
| voids agreed powers of host to take_down when hidden
5. What a court ordered without a complaint is free.
| never: host must not take_down when complaint is done and not complaint is done
"""


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Finding]:
    """What is found, by the sentence of law."""
    for name, text in {"words": WORDS, "pages": PAGES, "takedown": LAW}.items():
        (tmp_path / f"{name}.contract").write_text(text, "utf-8")
    loaded = load([tmp_path / "pages.contract", tmp_path / "takedown.contract"], [tmp_path])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    only = frozenset(["against"])
    shown = analyse(Programs(loaded.contracts), ("pages",), ("contract", "civil"), only)
    return {each.clauses[1].clause: each for each in shown}


def happening(finding: Finding) -> list[str]:
    """Return what happens in the history of a finding."""
    assert finding.witness is not None
    return [str(each["name"]) for each in finding.witness.entries]


def test_each_sentence_that_takes_is_found(found: dict[str, Finding]) -> None:
    assert {*found} == {"1", "2", "3", "4"}
    assert {each.kind for each in found.values()} == {"against"}


def test_each_is_shown_in_a_history_as_short_as_can_be(found: dict[str, Finding]) -> None:
    assert [happening(found[number]) for number in "1234"] == [
        ["complaint"],
        ["complaint"],
        ["court_order"],
        [],
    ]


def test_one_history_shows_all_that_takes_in_it(found: dict[str, Finding]) -> None:
    assert found["1"].witness == found["2"].witness != found["3"].witness
