"""When each of many accounts next changes by itself: a packed column of instants that tells whose time has come.

Above the column stands the least of each 64 of its numbers, above those the least of each 64 of them, and so on. So to
learn that nothing is due takes one look, and each account that is due a few, however many millions there are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from engine.event import Instant

NEVER = (1 << 63) - 1
"""In the column: time alone changes nothing there."""
_WIDE = 64


class Wakes:
    """Accounts by number, dense from nought, each with the instant (microseconds, UTC) at which it is to be woken."""

    def __init__(self, column: Iterable[Instant] = ()) -> None:
        self._levels = [array("q", column)]
        self._fit()

    @property
    def earliest(self) -> Instant | None:
        """The first instant at which any account is to be woken."""
        return None if (first := self._levels[-1][0]) == NEVER else first

    def at(self, number: int) -> Instant | None:
        """Return when an account is to be woken."""
        column = self._levels[0]
        return None if number >= len(column) or column[number] == NEVER else column[number]

    def put(self, number: int, at: Instant | None) -> None:
        """Say when an account is to be woken; None for never."""
        column = self._levels[0]
        if number >= len(column):
            column.extend([NEVER] * (number + 1 - len(column)))
            self._fit()
        was, now = column[number], NEVER if at is None else at
        column[number] = now
        for below, above in zip(self._levels, self._levels[1:], strict=False):
            number //= _WIDE
            least = above[number]
            if now >= least:
                if was != least:
                    return
                # What was the least may have gone: the others tell.
                now = min(below[number * _WIDE : (number + 1) * _WIDE])
                if now == least:
                    return
            above[number], was = now, least

    def due(self, until: Instant) -> Iterator[tuple[Instant, int]]:
        """Yield the accounts whose time has come by an instant, the earliest first, those of one instant by number.

        The column must not be changed meanwhile.
        """
        top = len(self._levels) - 1
        waiting: list[tuple[Instant, int, int]] = []
        self._seen(waiting, top, range(len(self._levels[top])), until)
        while waiting:
            at, number, level = heappop(waiting)
            if level == 0:
                yield at, number
            else:
                first = number // _WIDE ** (level - 1)
                last = min(first + _WIDE, len(self._levels[level - 1]))
                self._seen(waiting, level - 1, range(first, last), until)

    def _seen(
        self, waiting: list[tuple[Instant, int, int]], level: int, places: range, until: Instant
    ) -> None:
        column, wide = self._levels[level], _WIDE**level
        for place in places:
            if column[place] <= until and column[place] != NEVER:
                # By the number of the first account beneath, so that what is above comes before what is beneath it.
                heappush(waiting, (column[place], place * wide, level))

    def _fit(self) -> None:
        """Make room above the column for the least of each group, up to one number that is the least of all."""
        if not self._levels[0]:
            self._levels[0].append(NEVER)
        level = 0
        while level == 0 or len(self._levels[level]) > 1:
            below = self._levels[level]
            groups = -(-len(below) // _WIDE)
            if level + 1 == len(self._levels):
                least = (min(below[group * _WIDE : (group + 1) * _WIDE]) for group in range(groups))
                self._levels.append(array("q", least))
            else:
                above = self._levels[level + 1]
                above.extend([NEVER] * (groups - len(above)))
            level += 1
