"""Who works on an account does so alone, in the order in which they came; who gives up waiting keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from engine.service.turns import Turns

NAMES = "abc"
works = st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), st.booleans())


@given(wanted=st.lists(works, min_size=1, max_size=12))
def test_each_name_is_worked_on_by_one_at_a_time_in_order(wanted: Sequence[tuple[list[str], bool]]) -> None:
    async def all_of_them() -> None:
        turns, at_work = Turns(), set[str]()
        came: dict[str, list[int]] = {name: [] for name in NAMES}

        async def work(number: int, names: list[str]) -> None:
            taken = await turns.take(names)
            try:
                assert taken == sorted(set(names))
                assert at_work.isdisjoint(taken)
                at_work.update(taken)
                for name in taken:
                    came[name].append(number)
                await asyncio.sleep(0)
            finally:
                at_work.difference_update(taken)
                turns.give_back(taken)

        tasks = [asyncio.create_task(work(number, names)) for number, (names, _) in enumerate(wanted)]
        await asyncio.sleep(0)
        for task, (_, leaves) in zip(tasks, wanted, strict=True):
            if leaves:
                task.cancel()
        done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert all(each is None or isinstance(each, asyncio.CancelledError) for each in done)
        assert turns._waiting == {}
        if all(len(set(names)) == 1 for names, _ in wanted):
            assert all(each == sorted(each) for each in came.values())

    asyncio.run(all_of_them())
