"""Accounts of a portfolio kept live: fed in micro-batches, and woken when time alone changes something.

What is kept of an account is what the engine reached (`engine.account`), so a batch costs what it brings. When each
account changes next stands in one packed column (`engine.wakes`): a tick over accounts of which none is due takes
microseconds, however many there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.account import Account
from engine.account_standing import AccountStanding, standing_of
from engine.bulk.fold import Folded, Portfolio, Reject, Rows, Taken
from engine.event import Instant
from engine.wakes import Wakes


@dataclass(frozen=True, slots=True)
class Woken:
    """An account that time alone has changed: since when, and where it stands now."""

    account: str
    at: Instant
    standing: AccountStanding


@dataclass(slots=True)
class _Held:
    number: int
    taken: Taken
    events: int


class Shard:
    """Some accounts of a portfolio, live. Each is the same as if all its events had been there at once."""

    def __init__(self, portfolio: Portfolio, now: Instant) -> None:
        self.portfolio, self.now = portfolio, now
        self._held: dict[str, _Held] = {}
        self._names: list[str] = []
        self._wakes = Wakes()

    def __len__(self) -> int:
        return len(self._names)

    def feed(self, rows: Iterable[tuple[str, str]]) -> list[Reject]:
        """Take a micro-batch: the account and the text (JSON) of each row. Return what could not be taken.

        A row that was taken before is passed over, so a batch may be fed again.
        """
        batch: dict[str, list[str]] = {}
        for name, row in rows:
            batch.setdefault(name, []).append(row)
        rejects: list[Reject] = []
        for name, texts in batch.items():
            rejects += self._fed(name, texts)
        return rejects

    def tick(self, until: Instant) -> list[Woken]:
        """Let time pass; return the accounts whose standing it changed, the earliest first."""
        woken = []
        for at, number in list(self._wakes.due(until)):
            held = self._held[self._names[number]]
            account = held.taken.account
            before, after = standing_of(account.position_at(at - 1)), standing_of(account.position_at(until))
            if replace(before, at=after.at) != after:
                woken.append(Woken(self._names[number], at, after))
            self._wakes.put(number, _next(account, until))
        self.now = max(self.now, until)
        return woken

    def tables(self) -> dict[str, Rows]:
        """Return what a replay of all events so far would tell, on the day of the portfolio."""
        found: dict[str, Rows] = {kind: [] for kind in self.portfolio.tables}
        for name, held in sorted(self._held.items()):
            told = Folded(events=held.events)
            self.portfolio.told(name, held.taken, told)
            for kind, rows in told.tables.items():
                found[kind] += rows
        return found

    def _fed(self, name: str, texts: list[str]) -> list[Reject]:
        found = Folded()
        held = self._held.get(name)
        if held is None:
            taken = self.portfolio.take(name, {}, texts, found)
            if taken is None:
                return found.rejects
            held = self._held[name] = _Held(len(self._names), taken, found.events)
            self._names.append(name)
        else:
            account = held.taken.account
            new = self.portfolio.events(account.program, name, texts, found, account.ledger.entries)
            held.taken = Taken(account.recorded(new), held.taken.agreements, held.taken.asked)
            held.events += len(new)
        self._wakes.put(held.number, _next(held.taken.account, self.now))
        return found.rejects


def _next(account: Account, after: Instant) -> Instant | None:
    """Return the next instant, later than another, at which time may change something: a deadline, a fact to come."""
    agenda, facts = account.position_at(after).agenda, account.line().instants
    ahead = [*facts[bisect_right(facts, after) :][:1], *(entry[0] for entry in agenda[:1])]
    return min(ahead, default=None)
