"""No search for garbage comes between while a finding is looked for; who is told of one goes on as before."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from engine.analysis.uncollected import uncollected


def test_the_search_rests_while_one_is_made_and_goes_on_as_it_is_told() -> None:
    meanwhile = []

    def made() -> Iterator[int]:
        for each in range(3):
            meanwhile.append(gc.isenabled())
            yield each

    told = [(each, gc.isenabled()) for each in uncollected(made())]
    assert told == [(0, True), (1, True), (2, True)]
    assert meanwhile == [False, False, False]
    assert gc.isenabled()


def test_the_search_goes_on_after_a_failure() -> None:
    def made() -> Iterator[int]:
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        list(uncollected(made()))
    assert gc.isenabled()
