"""What searches have found out, so that the next one decides only about accounts that have changed since.

Of each account that was looked at: at which revision, and from when until when the answer holds (`holds_until`, or the
next fact where the question is about the past). Whoever looks again holds the revision against the store, so nothing
here is ever behind. It is in memory only, for as many accounts and questions as `MOST`.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from engine.event import Instant
from engine.service.authzen import Asked

MOST = 500_000
"""For how many accounts answers are kept, all questions together; about 200 bytes each."""
MOST_QUESTIONS = 1_000


class Known(NamedTuple):
    """The answer about one account."""

    revision: int
    since: Instant
    until: Instant
    yes: bool

    def tells(self, revision: int, at: Instant) -> bool:
        """Tell whether it is the answer about that instant too."""
        return self.revision == revision and self.since <= at < self.until


class Searched:
    """The answers of one tenant, question by question."""

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, ...], dict[str, Known]] = OrderedDict()

    def of(self, asked: Asked) -> dict[str, Known]:
        """Return the answers to a question by account, for more to be added; none are kept of questions that are not
        plain."""
        if not asked.is_plain:
            return {}
        key = (*asked.subject, asked.act, asked.type)
        found = self._of.setdefault(key, {})
        self._of.move_to_end(key)
        while len(self._of) > MOST_QUESTIONS or sum(map(len, self._of.values())) > MOST:
            _, gone = self._of.popitem(last=False)
            gone.clear()
        return found
