"""Names that nobody was given before and nobody can guess: of decisions, and of requests that come without one.

The system is asked for randomness in pieces large enough for many names: each asking is a call of the kernel.
"""

from __future__ import annotations

import os

_AT_ONCE = 4096
DECISION_BYTES, REQUEST_BYTES = 16, 8


class Ids:
    """Gives names in hexadecimal. One for each process: a fork would go on with the names of the other."""

    __slots__ = ("_at", "_left")

    def __init__(self) -> None:
        self._left, self._at = "", 0

    def next(self, size: int) -> str:
        """Return a name made of so many random bytes, a few dozen at most."""
        begun = self._at
        ended = self._at = begun + 2 * size
        found = self._left[begun:ended]
        if len(found) == 2 * size:
            return found
        self._left, self._at = os.urandom(_AT_ONCE).hex(), 2 * size
        return self._left[: 2 * size]
