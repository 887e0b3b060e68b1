"""The hash chain of an account: each entry's hash covers the one before it, the first that of the opening.

Nothing can be changed, left out or put in between without every later hash being wrong. The lengths of what is hashed
are hashed with it, so that no two entries read alike; personal data is no part of it. Whoever can write the whole
database could write a new chain: keep the heads that `contract audit` prints somewhere else, and give them to the next
audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import count

from engine.event import Instant
from engine.store.rows import AccountRow, EntryRow, Fault


def opened(tenant: str, account: str, opening: bytes, at: Instant) -> bytes:
    """Return the hash that an account's chain begins with."""
    parts = (tenant.encode(), account.encode(), opening)
    told = b"account 1 %d %d %d %d\n" % (at, *map(len, parts))
    return sha256(b"".join((told, *parts))).digest()


def linked(before: bytes, revision: int, source: str, id: str, body: bytes, recorded_at: Instant) -> bytes:
    """Return the hash of an entry after the one whose hash is `before`."""
    of, named = source.encode(), id.encode()
    sizes = f"{len(before)} {len(of)} {len(named)} {len(body)}"
    told = f"entry 1 {revision} {recorded_at} {sizes}\n".encode()
    return sha256(b"".join((told, before, of, named, body))).digest()


def followed(tenant: str, account: AccountRow, entries: Iterable[EntryRow]) -> Fault | None:
    """Return the first thing that is wrong with an account's entries, in the order of their revisions."""
    head, at, revision = (
        opened(tenant, account.name, account.opening, account.opened_at),
        account.opened_at,
        0,
    )
    for wanted, each in zip(count(1), entries, strict=False):
        if each.revision != wanted:
            return Fault(wanted, f"entry {wanted} is missing; the next that is there is {each.revision}")
        try:
            head = linked(head, each.revision, each.source, each.id, each.body, each.recorded_at)
        except (TypeError, ValueError, AttributeError):
            head = b""  # What stands there is not even of the kind that belongs there.
        if head != each.hash:
            told = "the opening or " if wanted == 1 else ""
            return Fault(wanted, f"{told}entry {wanted} (`{each.source}`, `{each.id}`) is not as recorded")
        if each.recorded_at < at:
            return Fault(wanted, f"entry {wanted} was recorded before the one before it")
        at, revision = each.recorded_at, wanted
    if revision != account.revision:
        return Fault(
            revision + 1, f"the account is at revision {account.revision}, its last entry is {revision}"
        )
    if head != account.head:
        return Fault(
            revision,
            "the head is not the hash of the last entry" if revision else "the opening is not as recorded",
        )
    return None
