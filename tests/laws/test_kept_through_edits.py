"""What was asked before an edit changes no answer after it: one norm of a generated contract is another."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.governing import Programs
from tests.laws.test_search_against_all_histories import Small, small

STEPS = 3
"""How many edits follow one another, all with the same folder."""


def edited(made: Small, seed: int) -> Small:
    """Return a contract in which one norm says what one of the same label says in another contract."""
    draw, other = random.Random(seed), small(seed)
    name = draw.choice([each for each in made.norms if each in other.norms])
    return Small({**made.norms, name: other.norms[name]}, set(made.prevails))


def found(made: Small, kept: Kept | None = None) -> list[Finding]:
    """Return what is found in a contract."""
    loaded = load_text(made.text(), "small.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return list(analyse(Programs(loaded.contracts), ("small",), kept=kept))


@pytest.mark.parametrize("seed", range(12))
def test_after_an_edit_all_is_told_as_if_nothing_were_kept(seed: int, tmp_path: Path) -> None:
    made = small(seed)
    found(made, Kept(tmp_path))
    for step in range(STEPS):
        made = edited(made, 1000 + STEPS * seed + step)
        assert found(made, Kept(tmp_path)) == found(made)
