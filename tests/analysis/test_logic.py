"""The connectives of the solver's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.analysis.logic import all_of, any_of, every, some
from engine.analysis.numbers import FALSE, TRUE, a_truth


def _then(*parts: object) -> Iterator[object]:
    """Yield parts of which the last decides, and fail if any more is asked for."""
    yield from parts
    pytest.fail("a part is made after what decides")


def test_nothing_is_made_after_what_decides() -> None:
    one = a_truth("one")
    assert all_of(_then(one, False)) is FALSE
    assert any_of(_then(one, True)) is TRUE


def test_what_does_not_decide_is_left_out() -> None:
    one = a_truth("one")
    assert every(True, one) is one
    assert some(one, False) is one
    assert every() is TRUE
    assert some() is FALSE
