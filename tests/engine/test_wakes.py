"""The column of next deadlines says the same as a list that is looked through from end to end."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from engine.wakes import NEVER, Wakes

INSTANTS = st.none() | st.integers(-5, 20)


@given(
    st.lists(st.integers(-5, 20), max_size=200),
    st.lists(st.tuples(st.integers(0, 5000), INSTANTS), max_size=40),
    st.integers(-6, 21),
)
def test_whose_time_has_come_is_told_the_earliest_first(
    column: list[int], changes: list[tuple[int, int | None]], until: int
) -> None:
    wakes, plain = Wakes(column), dict(enumerate(column))
    for number, at in changes:
        wakes.put(number, at)
        plain.pop(number, None)
        if at is not None:
            plain[number] = at
        assert wakes.at(number) == at
    assert wakes.earliest == min(plain.values(), default=None)
    assert list(wakes.due(until)) == sorted((at, number) for number, at in plain.items() if at <= until)


def test_few_of_many_are_found_without_looking_at_all(monkeypatch) -> None:
    wakes, looks = Wakes([NEVER] * 300_000), 0
    for number in (7, 64, 65, 4097, 299_999):
        wakes.put(number, number)
    seen = Wakes._seen

    def counted(self, waiting, level, places, until):
        nonlocal looks
        looks += len(places)
        seen(self, waiting, level, places, until)

    monkeypatch.setattr(Wakes, "_seen", counted)
    assert list(islice(wakes.due(5), 1)) == []
    assert looks == 1, "that nothing is due takes one look"
    assert [number for _, number in wakes.due(300_000)] == [7, 64, 65, 4097, 299_999]
    assert looks < 1000
