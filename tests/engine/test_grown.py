"""What only grows: every state of it stays the tuple that it was, whoever goes on from it, and shares what it can."""

from hypothesis import given
from hypothesis import strategies as st

from engine.grown import Grown

steps = st.lists(st.tuples(st.integers(0, 20), st.lists(st.integers(), max_size=3)), max_size=12)


@given(st.lists(st.integers()), steps)
def test_every_state_is_the_tuple_that_it_was(first: list[int], steps: list[tuple[int, list[int]]]) -> None:
    states, wanted = [Grown(first)], [tuple(first)]
    for place, more in steps:
        place %= len(states)
        states.append(states[place].followed_by(more))
        wanted.append((*wanted[place], *more))
    for state, items in zip(states, wanted, strict=True):
        assert state == items
        assert (len(state), tuple(state), hash(state)) == (len(items), items, hash(items))
        assert state[1:] == items[1:]
        assert state[-2:5] == items[-2:5]
        if items:
            assert (state[0], state[-1]) == (items[0], items[-1])


@given(st.lists(st.integers()).map(sorted), st.lists(st.integers(0, 9)).map(sorted), st.integers())
def test_items_in_order_are_counted(first: list[int], more: list[int], value: int) -> None:
    begun = Grown(first)
    begun.followed_by([max([0, *first]) + each for each in more])
    assert begun.up_to(value) == sum(each <= value for each in first)


def test_who_goes_on_first_shares_and_who_goes_on_again_does_not() -> None:
    begun = Grown([1, 2])
    one, other = begun.followed_by([3]), begun.followed_by([4])
    assert one.shares_with(begun)
    assert not other.shares_with(begun)
    assert (tuple(begun), tuple(one), tuple(other)) == ((1, 2), (1, 2, 3), (1, 2, 4))
