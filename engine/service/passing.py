"""What time alone brings to an account, instant by instant: standings that change, powers that open or close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.account import Account
from engine.account_standing import powers_of, standing_of
from engine.decide import decide
from engine.event import Instant
from engine.position import Position
from engine.question import May
from engine.service.outlook import powers_turned
from engine.service.recording import differences

Changes = list[dict[str, Any]]


def brought(account: Account, at: Instant) -> Changes:
    """Return what time alone brought at an instant: standings that changed, and powers that opened or closed.

    That something arrives which was sent before is of time alone, too; what was only recorded later is not.
    """
    before, after = account.position_at(at - 1), _by_time(account, at)
    found = list(differences(standing_of(before), standing_of(after)))
    powers = powers_of(account)
    was, now_is = (
        {power: decide(position, May(*power, when)).answer for power in powers}
        for position, when in ((before, at - 1), (after, at))
    )
    return [*found, *powers_turned(was, now_is)]


def _by_time(account: Account, at: Instant) -> Position:
    """Return the position at an instant without the facts that take effect just then and were not known before."""
    line = account.line()
    group = line.at_instant(at)
    known = [each for each in group if each.recorded_at < at]
    return account.position_at(at) if len(known) == len(group) else line.after_some(at, known)


def passed(account: Account, first: Instant, until: Instant) -> Iterator[tuple[Instant, Changes]]:
    """Yield the instants from `first` to `until` at which something was due or became known, with what time brought.

    That is often nothing: who calls may let others have their turn meanwhile.
    """
    line, turns, at = account.line(), _Turns(account), first - 1
    while at < until:
        place = line.instants.up_to(at)
        fact = line.instants[place] if place < len(line.instants) else None
        end = until if fact is None else min(fact, until)
        turn = turns.between(at, end)
        if turn is not None:
            yield turn, brought(account, turn)
        elif end == fact:
            known = any(each.recorded_at < end for each in line.groups[place])
            yield end, brought(account, end) if known else []
        at = end if turn is None else turn


class _Turns:
    """When time alone may bring something to an account: what is due, and powers that turn by waiting.

    Of one day there may be thousands of facts. Nearly all leave no trace, and then a power turns when it did before.
    """

    def __init__(self, account: Account) -> None:
        self._account, self._powers = account, powers_of(account)
        self._cells: object = None
        self._turns: list[Instant] = []

    def between(self, after: Instant, until: Instant) -> Instant | None:
        """Return the first instant later than one, up to another, at which time alone may bring something."""
        position = self._account.position_at(after)
        if position.cells is not self._cells or any(each <= after for each in self._turns):
            found = (decide(position, May(*power, after)).holds_until for power in self._powers)
            self._cells, self._turns = position.cells, [each for each in found if each is not None]
        ahead = [*self._turns, *(due[0] for due in position.agenda[:1])]
        return min((each for each in ahead if after < each <= until), default=None)
