"""Names that nobody was given before and nobody can guess: of decisions, and of requests that come without one.

The system is asked for randomness in pieces large enough for many names: each asking is a call of the kernel.
"""

from __future__ import annotations

import os

_AT_ONCE = 128
DECISION_BYTES, REQUEST_BYTES = 16, 8


class Ids:
    """Gives names in hexadecimal. One for each process: a fork would go on with the names of the other."""

    __slots__ = ("_left", "_size")

    def __init__(self, size: int) -> None:
        """`size` is of how many random bytes a name is made."""
        self._size = size
        self._left: list[str] = []

    def next(self) -> str:
        """Return a name."""
        if not self._left:
            self._left = os.urandom(_AT_ONCE * self._size).hex(" ", self._size).split()
        return self._left.pop()
