"""The log of answers in one of two modes, of which the operator chooses one, and which is told with every figure.

*Durable*: no answer is given before its record is durable. *Fast*: an answer is given at once and its record kept soon
after; what cannot be kept, because too much waits or the store fails, is dropped and counted. A process that dies takes
with it what waits, never more than `most_waiting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Literal

from engine.store import Books
from engine.store.rows import DecisionRow

Mode = Literal["durable", "fast"]
MOST_WAITING = 10_000


class DecisionLog:
    """Keeps the answers of one process."""

    def __init__(self, mode: Mode, most_waiting: int = MOST_WAITING) -> None:
        self.mode: Mode = mode
        self._most = most_waiting
        self._lock = Lock()
        self._waiting = self._dropped = self._kept = 0

    @property
    def kept(self) -> int:
        """How many answers are durable."""
        return self._kept

    @property
    def dropped(self) -> int:
        """How many answers were given and are not kept."""
        return self._dropped

    @property
    def waiting(self) -> int:
        """How many answers are on their way to the disk."""
        return self._waiting

    def keep(self, books: Books, rows: Sequence[DecisionRow]) -> Future[None] | None:
        """Keep answers. Durable: what is returned is done once they are kept, or fails. Fast: None."""
        with self._lock:
            if self.mode == "fast" and self._waiting + len(rows) > self._most:
                self._dropped += len(rows)
                return None
            self._waiting += len(rows)
        future = books.log(rows)
        future.add_done_callback(lambda done: self._over(done, len(rows)))
        return future if self.mode == "durable" else None

    def take(self, count: int, waiting: int) -> bool:
        """Tell whether so many more answers may wait beside those that wait elsewhere; if not, they are dropped."""
        with self._lock:
            fits = self._waiting + waiting + count <= self._most
            if not fits:
                self._dropped += count
            return fits

    def _over(self, done: Future[None], count: int) -> None:
        with self._lock:
            self._waiting -= count
            if done.exception() is None:
                self._kept += count
            elif self.mode == "fast":
                self._dropped += count
