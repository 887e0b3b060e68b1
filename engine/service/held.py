"""Accounts held in memory as they are in the store, and brought up to it: the engine's account, and what may come next.

An account is derived once and then goes on from where it is. Everything here is a function of opening and entries: what
is let go of is read and derived again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from engine.account import Account
from engine.errors import BadEvent, NotKept
from engine.event import BUILT_IN, START, Event, Instant, Ledger
from engine.kept import event_of
from engine.ledger import Intake
from engine.service.library import Library
from engine.service.openings import Opening, read_opening
from engine.store import AccountRow, Books, EntryRow

MOST_PAST = 8


class Held:
    """One account at one revision. `token` names exactly what it has recorded."""

    __slots__ = (
        "_heads",
        "_latest",
        "_past",
        "account",
        "head",
        "intake",
        "name",
        "opening",
        "recorded_at",
        "revision",
    )

    def __init__(self, row: AccountRow, opening: Opening, entries: Sequence[EntryRow]) -> None:
        self.name, self.opening = row.name, opening
        self.intake = Intake(opening.program)
        events = [event_of(opening.program, each) for each in entries]
        self.intake.take(events)
        self.account = Account(opening.program, opening.terms, Ledger(tuple(events)))
        self.revision = entries[-1].revision if entries else 0
        self.head = entries[-1].hash if entries else row.head if row.revision == 0 else b""
        self.recorded_at = entries[-1].recorded_at if entries else row.opened_at
        self._heads = [each.hash[:4].hex() for each in entries]
        self._latest: list[Instant] = []
        self._look(events)
        self._past: OrderedDict[int, Account] = OrderedDict()

    @property
    def token(self) -> str:
        """The revision as callers are told it."""
        return self.token_of(self.revision)

    def token_of(self, revision: int) -> str:
        """Return the token of a revision: its number, and the beginning of its entry's hash."""
        return f"{revision}-{self._heads[revision - 1]}" if revision else "0"

    def number_of(self, token: str) -> int | None:
        """Return the revision that a token names; None if it is not one of this account, or not of it yet."""
        number, _, head = token.partition("-")
        if not number.isascii() or not number.isdigit() or len(number) > 12:
            return None
        revision = int(number)
        if revision > self.revision:
            return None
        return revision if not head or not revision or self._heads[revision - 1] == head else None

    def grow(self, entries: Sequence[EntryRow], events: Sequence[Event]) -> None:
        """Go on by entries that the store has kept."""
        self.account = self.account.recorded(events)
        self.revision, self.head = entries[-1].revision, entries[-1].hash
        self.recorded_at = entries[-1].recorded_at
        self._heads += [each.hash[:4].hex() for each in entries]
        self._look(events)

    def _look(self, events: Iterable[Event]) -> None:
        """Note for each entry when the latest of the facts up to it took effect."""
        latest = self._latest[-1] if self._latest else START
        for each in events:
            if each.name not in BUILT_IN and each.effect_at > latest:
                latest = each.effect_at
            self._latest.append(latest)

    def latest_before(self, revision: int) -> Instant:
        """Return when the latest of the facts recorded before an entry took effect."""
        return self._latest[revision - 2] if revision > 1 else START

    def at(self, revision: int) -> Account:
        """Return the account as it was at a past revision."""
        if revision == self.revision:
            return self.account
        found = self._past.get(revision)
        if found is None:
            ledger = Ledger(self.account.ledger.entries[:revision])
            found = self._past[revision] = Account(self.opening.program, self.opening.terms, ledger)
            while len(self._past) > MOST_PAST:
                self._past.popitem(last=False)
        self._past.move_to_end(revision)
        return found


class Accounts:
    """The accounts of one tenant, as many as are held; whoever was not asked about for longest is let go."""

    def __init__(self, books: Books, library: Library, most: int) -> None:
        self._books, self._library, self._most = books, library, most
        self._held: OrderedDict[str, Held] = OrderedDict()

    def here(self, name: str) -> Held | None:
        """Return an account that is held."""
        found = self._held.get(name)
        if found is not None:
            self._held.move_to_end(name)
        return found

    def read(self, name: str) -> Held:
        """Read an account from the store. Raises NotKept. May run on any thread: nothing is held yet."""
        row = self._books.account(name)
        return Held(row, read_opening(self._library, row.opening), self._books.entries(name))

    def hold(self, held: Held) -> Held:
        """Hold an account that was read, unless one at least as new is held."""
        before = self._held.get(held.name)
        if before is not None and before.revision >= held.revision:
            return before
        self._held[held.name] = held
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return held

    def behind(self, held: Held) -> list[EntryRow]:
        """Return what the store has recorded beyond what is held."""
        return self._books.entries(held.name, after=held.revision)

    def catch_up(self, held: Held, rows: Sequence[EntryRow]) -> Held:
        """Bring an account up to the store."""
        new = [each for each in rows if each.revision > held.revision]
        if new:
            events = [event_of(held.opening.program, each) for each in new]
            # Two servers may take what neither alone would have refused: the ledger is what was recorded.
            with suppress(BadEvent):
                held.intake.take(events)
            held.grow(new, events)
        return held

    def forget(self) -> None:
        """Let go of everything: the contracts have changed."""
        self._held.clear()

    def names(self, after: str, limit: int) -> list[AccountRow]:
        """Return accounts in the order of their names."""
        return self._books.accounts(after, limit)

    def __len__(self) -> int:
        return len(self._held)


def opened(rows: Iterable[AccountRow], type: str) -> list[str]:
    """Return the names of those accounts whose opening says that type."""
    marked = json.dumps(type, ensure_ascii=False)
    return [each.name for each in rows if f'"type":{marked}'.encode() in each.opening]


def not_kept(name: str) -> NotKept:
    """Return what is said of an account that is not there."""
    return NotKept("account", name)


def plain(value: Any) -> Any:
    """Return a value of a field as JSON has it."""
    return value if isinstance(value, str | int | bool | None) else str(value)
