"""What a question has come to at a position, and for how long that can be told again.

Time alone changes nothing of it before an instant that is known; a fact changes nothing of it that changes none of the
cells that were looked at, nor what is to come by itself.
"""

from __future__ import annotations

from itertools import repeat
from operator import is_
from typing import Any, Final, NamedTuple, final

from engine.decision import Decision, Receipt
from engine.edition import edition
from engine.event import Instant
from engine.position import Position
from engine.scene import NOTHING
from engine.step import Entry, Key
from engine.tuples import made

MOST_TOLD: Final = 16
"""Of how many acts is kept what was told of them; a good kilobyte each."""
Asked = tuple[str, str]
"""A party and an act."""


class Told(NamedTuple):
    """What a question comes to at a position: all of a decision but the instant asked about and what was known.

    That is so from `since` on, and until `until` unless something happens: then what is told beside the answer may be
    another, if not the answer itself.
    """

    since: Instant
    until: Instant
    said: tuple[Any, ...]

    def decision(self, position: Position, at: Instant, known_at: Instant | None) -> Decision:
        """Return the decision at an instant."""
        program = position.program
        receipt = made(Receipt, (
            program.versions, edition(), position.terms.calendar.version, position.terms_digest,
            position.chain.hex(), position.count, at, known_at,
        ))  # fmt: skip
        return made(Decision, (*self.said, receipt))


@final
class Looked:
    """The cells of a position, each noted once it is looked at; one that is not there, too."""

    __slots__ = ("_get", "seen")

    def __init__(self, position: Position) -> None:
        self._get = position.cells.get
        self.seen: dict[Key, Any] = {}

    def get(self, key: Key, default: Any = None) -> Any:
        """Return what a cell holds."""
        found = self.seen[key] = self._get(key, NOTHING)
        return default if found is NOTHING else found


@final
class Kept:
    """What was told at one position, and all that was looked at for it."""

    __slots__ = ("_agenda", "_seen", "told")

    def __init__(self, told: Told, position: Position, looked: Looked) -> None:
        self.told, self._seen, self._agenda = told, looked.seen, position.agenda

    def stands(self, position: Position, at: Instant) -> bool:
        """Tell whether the same would be told of an instant at a position of the same account."""
        seen = self._seen
        return (
            self.told.since <= at < self.told.until
            and all(map(is_, map(position.cells.get, seen, repeat(NOTHING)), seen.values()))
            and (position.agenda is self._agenda or self._is_left_of_it(position.agenda, at))
        )

    def _is_left_of_it(self, agenda: tuple[Entry, ...], at: Instant) -> bool:
        """Tell whether what is to come by itself is what was then, but for what has come: nothing hung on that."""
        past = len(self._agenda) - len(agenda)
        return past >= 0 and self._agenda[past:] == agenda and (past == 0 or self._agenda[past - 1][0] <= at)


@final
class Memory:
    """What was told of who may do which act: `here`, at one position; and last at any of the account, `kept`."""

    __slots__ = ("here", "kept")

    def __init__(self, kept: dict[Asked, Kept]) -> None:
        self.here: dict[Asked, Told] = {}
        self.kept = kept

    def keep(self, asked: Asked, found: Kept) -> None:
        """Keep what was told, or stands, at the position."""
        if len(self.here) >= MOST_TOLD:
            self.here.clear()
        if len(self.kept) >= MOST_TOLD:
            self.kept.clear()
        self.here[asked], self.kept[asked] = found.told, found
