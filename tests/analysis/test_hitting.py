"""The smallest set that meets every group, held against every set there is."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.hitting import fewest_of

GROUPS = st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), max_size=8)


@given(GROUPS)
def test_no_smaller_set_meets_every_group_and_of_these_it_has_the_greatest_numbers(
    groups: list[frozenset[int]],
) -> None:
    sets = (
        [each for each in combinations(range(7), size) if all(group & set(each) for group in groups)]
        for size in range(8)
    )
    expected = max(next(each for each in sets if each))
    assert tuple(sorted(fewest_of(groups))) == expected
