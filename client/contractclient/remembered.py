"""Answers that need not be asked for again, as long as time alone cannot change them and the caller allows.

An answer holds until its `holds_until` unless something happens. What this client reports makes it forget the account;
what others report it cannot know, so the caller says for how many seconds an answer may be older than the ledger.
Time is counted by the service's clock: from the instant asked about, so a clock here that is wrong does no harm.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from time import monotonic

from contractclient.told import Answer, Question

MOST = 10_000


class Remembered:
    """Answers by question, the least used let go of first. May be used by many threads."""

    def __init__(self, for_s: float, most: int = MOST) -> None:
        self._for, self._most = for_s, most
        self._kept: OrderedDict[tuple[str, str], tuple[float, Answer]] = OrderedDict()
        # When each account was forgotten last, by a count of all; of those let go of, the last.
        self._turns: OrderedDict[str, int] = OrderedDict()
        self._count = self._earliest = 0
        self._lock = threading.Lock()

    def of(self, question: Question) -> Answer | None:
        """Return the answer to a question, if it still holds."""
        key = _key(question)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] <= monotonic():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
        return replace(found[1], remembered=True)

    def turn(self, account: str) -> int:
        """Return when the account was forgotten last: an answer asked for before that is not kept after it."""
        with self._lock:
            return self._turns.get(account, self._earliest)

    def keep(self, question: Question, answer: Answer, asked: float, turn: int) -> None:
        """Keep an answer to a question that was sent at the instant `asked` of the monotonic clock, in that turn."""
        if not self._for or not answer.revision:
            return
        left = self._for
        if question.as_of is None and answer.holds_until is not None:
            left = min(left, (answer.holds_until - answer.as_of).total_seconds())
        if left <= 0:
            return
        with self._lock:
            if self._turns.get(question.account, self._earliest) != turn:
                return
            self._kept[_key(question)] = asked + left, answer
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, account: str) -> None:
        """Let go of the answers about an account."""
        if not self._for:
            return
        with self._lock:
            self._count += 1
            self._turns[account] = self._count
            self._turns.move_to_end(account)
            if len(self._turns) > self._most:
                _, self._earliest = self._turns.popitem(last=False)
            for key in [each for each in self._kept if each[0] == account]:
                del self._kept[key]


def _key(question: Question) -> tuple[str, str]:
    return question.account, json.dumps(question.as_json(), ensure_ascii=False, sort_keys=True, default=str)
