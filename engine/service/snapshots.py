"""Snapshots of long accounts: what was reached at a revision, kept in the store, so that nobody waits for a replay.

A snapshot is a cache. It says what it hangs on (documents, terms, the chain of hashes up to its entry), names the
engine that made it, and is passed over unless all of that is so now. What is asked of the time before it, and what
bears on that time, has the whole account read (`Tenant.whole`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from engine import snapshot
from engine.account import Account, Begun
from engine.edition import edition
from engine.event import Instant, Ledger
from engine.intake import SoFar
from engine.service.openings import Opening
from engine.store import Books, EntryRow, Snapshot

FROM = 1_000
"""Accounts of fewer entries are derived from their first: that takes no longer than a question."""
EVERY = 1_000
CELLS_FOR_ONE = 20
"""A large position costs more to write: it is written for every so many cells' worth of entries."""
ENTRIES_FOR_ONE = 200
"""And so does what is kept of many entries, twelve bytes of each: it is written when they are a half per cent more."""


class Past(NamedTuple):
    """What is kept of the entries up to a revision, beside the position after them.

    `heads` are the first four bytes of each entry's hash; `marks` the hashes of the events' ids, sorted.
    """

    revision: int
    latest: Instant
    heads: bytes
    marks: array[int]
    so_far: SoFar

    def may_hold(self, id: str) -> bool:
        """Tell whether an event of that id may be among them; no is certain."""
        mark = mark_of(id)
        place = bisect_left(self.marks, mark)
        return place < len(self.marks) and self.marks[place] == mark


class Found(NamedTuple):
    """An account as a snapshot has it, with the rows that came after; `head` is the hash of the last before them."""

    account: Account
    past: Past
    rows: list[EntryRow]
    recorded_at: Instant
    head: bytes


def is_due(revision: int, kept: int, cells: int) -> bool:
    """Tell whether an account at a revision, whose last snapshot is of revision `kept`, should have another."""
    least = max(EVERY, cells // CELLS_FOR_ONE, revision // ENTRIES_FOR_ONE)
    return revision >= FROM and revision - kept >= least


def written(
    opening: Opening, account: Account, past: Past, head: bytes, recorded_at: Instant
) -> Snapshot | None:
    """Return the snapshot of an account whose position is reached already; None where none can be made."""
    position = account.latest()
    if position is None:
        return None
    basis = snapshot.basis_of(opening.program, opening.terms, head)
    content = (
        basis, snapshot.told(position), past.revision, past.latest, past.heads, past.marks.tobytes(), past.so_far,
        recorded_at,
    )  # fmt: skip
    try:
        return Snapshot(edition(), past.revision, snapshot.to_bytes(content))
    except snapshot.Unfit:
        return None


def found(books: Books, name: str, opening: Opening) -> Found | None:
    """Return an account as its newest snapshot has it; None where there is none that holds now. Raises NotKept."""
    kept = books.snapshot(name, edition())
    if kept is None:
        return None
    rows = books.entries(name, after=kept.revision - 1)
    if not rows or rows[0].revision != kept.revision:
        return None
    try:
        basis, told, revision, latest, heads, marks, so_far, recorded_at = snapshot.from_bytes(kept.content)
        if (
            basis != snapshot.basis_of(opening.program, opening.terms, rows[0].hash)
            or revision != kept.revision
        ):
            return None
        position = snapshot.position_from(opening.program, opening.terms, told)
        past = Past(revision, latest, heads, array("Q", marks), so_far)
    except (snapshot.Unfit, ValueError, TypeError):
        return None
    account = Account(opening.program, opening.terms, Ledger(), begun=Begun(position, recorded_at))
    return Found(account, past, rows[1:], recorded_at, rows[0].hash)


def marks_of(ids: Iterable[str], before: Iterable[int]) -> array[int]:
    """Return the marks of ids, and those before, which are sorted, all sorted."""
    return array("Q", sorted([*before, *map(mark_of, ids)]))


def mark_of(id: str) -> int:
    """Return eight bytes of the hash of an event's id: enough to tell that an id was never taken."""
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
