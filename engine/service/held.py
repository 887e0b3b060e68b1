"""Accounts held in memory as they are in the store, and brought up to it: the engine's account, and what may come next.

An account is derived once and then goes on from where it is. Everything here is a function of opening and entries: what
is let go of is read and derived again.
"""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from engine.account import Account
from engine.errors import BadEvent, NotKept, Unreached
from engine.event import BUILT_IN, START, Event, Instant, Ledger
from engine.intake import Intake
from engine.kept import event_of
from engine.service import snapshots
from engine.service.library import Library
from engine.service.openings import Opening, read_opening
from engine.service.searched import Searched
from engine.service.snapshots import Found, Past
from engine.service.underway import Underway
from engine.store import AccountRow, Books, EntryRow

MOST_PAST = 8
MOST_CHANGES = 100
"""Of how many late entries it is remembered what they changed: who had no answer in time sends them again."""
MOST_OPENINGS = 1_000
"""How many openings are remembered as read: many accounts are opened alike."""


class Held:
    """One account at one revision. `token` names exactly what it has recorded.

    One begun at a snapshot has its entries only from `base` on, and answers what it `reaches`; `complete` gives it the
    rest. `kept` is the revision of the last snapshot that was made or tried, `marked` that up to which the marks of ids
    are in `marks`. What is `underway` the intake has taken, and nothing else here.

    What is recorded is put to the account when that is next looked at: by then it is often more than came at once.
    """

    __slots__ = (
        "__weakref__", "_account", "_events", "_heads", "_latest", "_past", "_token", "base", "changes", "head",
        "intake", "kept", "marked", "marks", "name", "opening", "past", "recorded_at", "revision", "underway",
    )  # fmt: skip

    def __init__(
        self, row: AccountRow, opening: Opening, entries: Sequence[EntryRow], begun: Found | None = None
    ) -> None:
        self.name, self.opening = row.name, opening
        self.intake, self.underway = Intake(opening.program), Underway()
        self.past: Past | None = None
        self._token = ""
        self.base = self.kept = self.revision = self.marked = 0
        self.marks = array("Q")
        self.recorded_at, self.head = row.opened_at, row.head if begun is None else begun.head
        self._heads, self._latest = bytearray(), [START]
        account = Account(opening.program, opening.terms, Ledger())
        if begun is not None:
            self.past, account, self.recorded_at = begun.past, begun.account, begun.recorded_at
            self.base = self.kept = self.revision = self.marked = begun.past.revision
            self.marks = begun.past.marks
            self._heads, self._latest = bytearray(begun.past.heads), [begun.past.latest]
            self.intake.go_on(begun.past.so_far)
        events = [event_of(opening.program, each) for each in entries]
        self.intake.take(events)
        self._account = Account(opening.program, opening.terms, Ledger(tuple(events)), begun=account.begun)
        self._events = events
        self._note([each.hash for each in entries], events)
        self._past: OrderedDict[int, Account] = OrderedDict()
        self.changes: dict[int, list[dict[str, Any]]] = {}
        """What late entries have changed, by their revisions: a function of what was recorded by then."""

    @property
    def account(self) -> Account:
        """The engine's account, to which everything up to here was recorded."""
        known = len(self._account.ledger)
        if known < len(self._events):
            self._account = self._account.recorded(self._events[known:])
        return self._account

    @property
    def sent(self) -> tuple[int, Instant]:
        """At which revision it is once everything that is underway is kept, and when that was recorded."""
        if not self.underway:
            return self.revision, self.recorded_at
        return self.underway.last.revision, self.underway.last.recorded_at

    @property
    def token(self) -> str:
        """The revision as callers are told it."""
        if not self._token:
            self._token = self.token_of(self.revision)
        return self._token

    def token_of(self, revision: int) -> str:
        """Return the token of a revision: its number, and the beginning of its entry's hash."""
        return f"{revision}-{self._heads[4 * revision - 4 : 4 * revision].hex()}" if revision else "0"

    def number_of(self, token: str) -> int | None:
        """Return the revision that a token names; None if it is not one of this account, or not of it yet."""
        number, _, head = token.partition("-")
        if not number.isascii() or not number.isdigit() or len(number) > 12:
            return None
        revision = int(number)
        if revision > self.revision:
            return None
        return (
            revision if not head or not revision or self.token_of(revision) == f"{revision}-{head}" else None
        )

    def revision_of(self, head: bytes) -> int:
        """Return the revision whose entry has that hash, by its beginning; 0 where none has."""
        heads = self._heads
        return next((n for n in range(self.revision, 0, -1) if heads[4 * n - 4 : 4 * n] == head[:4]), 0)

    def reaches(
        self,
        at: Instant,
        known_at: Instant | None = None,
        revision: int | None = None,
        about: str | None = None,
    ) -> bool:
        """Tell whether the entries that are here suffice for questions about an instant, that knowledge, a revision, an
        event.
        """
        return not self.base or (
            (revision is None or revision >= self.base) and self.account.reaches(at, known_at, about)
        )

    def goes_on_with(self, events: Sequence[Event]) -> bool:
        """Tell whether events can be recorded without the entries that are not here."""
        past = self.past
        return past is None or (
            self._account.goes_on_with(events) and not any(past.may_hold(each.id) for each in events)
        )

    def entry(self, revision: int) -> Event:
        """Return the event of a revision later than `base`."""
        return self._events[revision - 1 - self.base]

    def entries_after(self, revision: int) -> list[Event]:
        """Return the events of the revisions later than one, and than `base`."""
        return self._events[max(revision - self.base, 0) :]

    def grow(self, hashes: Sequence[bytes], events: Sequence[Event]) -> None:
        """Go on by entries that the store has kept: their hashes, and what they say."""
        first = events[0]
        if first.name in BUILT_IN or first.effect_at < self._latest[-1]:
            # What it changes is asked next, and all of that is derived already.
            self._remember(self.revision, self.account)
        self._events += events
        self._note(hashes, events)

    def _note(self, hashes: Sequence[bytes], events: Sequence[Event]) -> None:
        """Note of each entry the beginning of its hash, and when the latest of the facts up to it took effect."""
        self._token = ""
        if hashes:
            self.revision += len(hashes)
            self.head, self.recorded_at = hashes[-1], events[-1].recorded_at
            self._heads += b"".join([hash[:4] for hash in hashes])
        latest = self._latest[-1]
        for each in events:
            at = each.effect_at
            if at > latest and each.name not in BUILT_IN:
                latest = at
            self._latest.append(latest)

    def latest_before(self, revision: int) -> Instant:
        """Return when the latest of the facts recorded before an entry took effect."""
        return self._latest[revision - 1 - self.base]

    def at(self, revision: int) -> Account:
        """Return the account as it was at a past revision, not before `base`."""
        if revision == self.revision:
            return self.account
        found = self._past.get(revision)
        if found is None:
            if revision < self.base:
                raise Unreached("that revision lies before the entries that are here")
            found = self._derived(revision)
            self._remember(revision, found)
        self._past.move_to_end(revision)
        return found

    def renewed(self) -> Account:
        """Return the account as it is, its last entry put among what is derived of the time before it."""
        self._account = self.at(self.revision - 1).recorded([self.entry(self.revision)])
        return self._account

    def _derived(self, revision: int) -> Account:
        """Return the account at a past revision, from one before that is remembered if there is any."""
        entries, base = self._events, self.base
        before = max((each for each in self._past if each < revision), default=None)
        if before is not None:
            return self._past[before].recorded(entries[before - base : revision - base])
        ledger = Ledger(tuple(entries[: revision - base]))
        return Account(self.opening.program, self.opening.terms, ledger, begun=self._account.begun)

    def _remember(self, revision: int, account: Account) -> None:
        self._past[revision] = account
        while len(self._past) > MOST_PAST:
            self._past.popitem(last=False)

    def complete(self, before: Held) -> None:
        """Take over everything up to `base` from the same account, read whole up to there."""
        events = self._events
        self.intake, self._latest = before.intake, before._latest
        with suppress(BadEvent):
            self.intake.take(events)
        for each in self.underway:
            self.intake.keep(each.checked)
        self._account, self._events = before.account.recorded(events), [*before._events, *events]
        self.base, self.past = 0, None
        self._past.clear()
        self._note((), events)

    def past_now(self) -> Past:
        """Return what a snapshot keeps of all entries beside the position; of their ids only those up to `marked`."""
        so_far = self.underway.without(self.intake.so_far())
        return Past(self.revision, self._latest[-1], bytes(self._heads), self.marks, so_far)


class Accounts:
    """The accounts of one tenant, as many as are held; whoever was not asked about for longest is let go."""

    def __init__(self, books: Books, library: Library, most: int) -> None:
        self._books, self._library, self._most = books, library, most
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._openings: dict[bytes, Opening] = {}
        self.searched = Searched()
        """What searches have found out."""

    def here(self, name: str) -> Held | None:
        """Return an account that is held."""
        found = self._held.get(name)
        if found is not None:
            self._held.move_to_end(name)
        return found

    def read(self, name: str) -> Held:
        """Read an account from the store. Raises NotKept. May run on any thread: nothing is held yet."""
        row = self._books.account(name)
        opening = read_opening(self._library, row.opening)
        begun = self._begun(row, opening) if row.revision >= snapshots.FROM else None
        if begun is not None:
            return begun
        held = Held(row, opening, self._books.entries(name))
        if held.revision >= snapshots.FROM:
            # The first question would derive it, and callers would wait behind that one.
            held.account.latest()
        return held

    def read_all(self, rows: Sequence[AccountRow]) -> list[Held]:
        """Read several accounts from the store, nearly all at once. Raises NotKept. May run on any thread."""
        short = {row.name: row for row in rows if row.revision < snapshots.FROM}
        entries: dict[str, list[EntryRow]] = {}
        for each in self._books.entries_of(list(short)) if short else ():
            entries.setdefault(each.account, []).append(each)
        found = []
        for row in rows:
            if row.name not in short:
                found.append(self.read(row.name))
                continue
            found.append(Held(row, self.opening(row), entries.get(row.name, ())))
        return found

    def opening(self, row: AccountRow) -> Opening:
        """Return what an account was opened with. May run on any thread."""
        openings = self._openings
        found = openings.get(row.opening)
        if found is None:
            if len(openings) >= MOST_OPENINGS:
                openings.clear()
            found = openings[row.opening] = read_opening(self._library, row.opening)
        return found

    def _begun(self, row: AccountRow, opening: Opening) -> Held | None:
        """Return an account begun at its snapshot, if there is one and what came since only goes on from it."""
        found = snapshots.found(self._books, row.name, opening)
        if found is not None:
            with suppress(BadEvent):
                held = Held(row, opening, found.rows, found)
                if held.goes_on_with(held.entries_after(held.base)):
                    held.account.latest()
                    return held
        return None

    def before(self, held: Held) -> Held:
        """Read the entries that an account begun at a snapshot lacks. May run on any thread."""
        row = self._books.account(held.name)
        found = Held(row, held.opening, self._books.entries(held.name, until=held.base))
        found.account.latest()
        return found

    def snap(self, held: Held, account: Account, past: Past, head: bytes, recorded_at: Instant) -> bool:
        """Keep a snapshot of an account as it was; tell whether one could be made. May run on any thread."""
        made = snapshots.written(held.opening, account, past, head, recorded_at)
        if made is not None:
            self._books.keep_snapshot(held.name, made)
        return made is not None

    def hold(self, held: Held) -> Held:
        """Hold an account that was read, unless one at least as new is held."""
        before = self._held.get(held.name)
        if before is not None and before.revision >= held.revision:
            return before
        self._held[held.name] = held
        while len(self._held) > self._most and not next(iter(self._held.values())).underway:
            self._held.popitem(last=False)
        return held

    def behind(self, held: Held) -> list[EntryRow]:
        """Return what the store has recorded beyond what is held."""
        return self._books.entries(held.name, after=held.revision)

    def events_of(self, held: Held, rows: Sequence[EntryRow]) -> list[Event]:
        """Return rows beyond what is held, as events."""
        return [event_of(held.opening.program, each) for each in rows if each.revision > held.revision]

    def catch_up(self, held: Held, rows: Sequence[EntryRow]) -> Held:
        """Bring an account up to the store."""
        new = [each for each in rows if each.revision > held.revision]
        if new:
            events = self.events_of(held, new)
            # Two servers may take what neither alone would have refused: the ledger is what was recorded.
            with suppress(BadEvent):
                held.intake.take(events)
            held.grow([each.hash for each in new], events)
        return held

    def forget(self) -> None:
        """Let go of everything: the contracts have changed."""
        self._held.clear()
        self._openings = {}
        self.searched = Searched()

    def names(self, after: str, limit: int) -> list[AccountRow]:
        """Return accounts in the order of their names."""
        return self._books.accounts(after, limit)

    def __len__(self) -> int:
        return len(self._held)


def is_of_type(row: AccountRow, type: str) -> bool:
    """Tell whether an account may be of a type, by the text of its opening."""
    return f'"type":{json.dumps(type, ensure_ascii=False)}'.encode() in row.opening


def not_kept(name: str) -> NotKept:
    """Return what is said of an account that is not there."""
    return NotKept("account", name)


def plain(value: Any) -> Any:
    """Return a value of a field as JSON has it."""
    return value if isinstance(value, str | int | bool | None) else str(value)
