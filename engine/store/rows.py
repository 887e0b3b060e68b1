"""What is kept, as rows: frozen, and of plain values only.

Instants are whole microseconds UTC, as everywhere; they come from the caller, for no store reads a clock. JSON is kept
as the bytes that came: hashes are over bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from engine.event import Instant
from engine.store.names import fit, unfit

AT_ONCE: Instant = 0
"""The `wake_at` of an account whose ledger has grown: what time will bring has to be worked out anew."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: what it was opened with, and how far its ledger has come.

    `opening` is JSON (agreements with the versions signed, blanks, readings, answers, layers, parties). `revision`
    counts the entries; `head` is the hash of the last one, or of the opening (32 bytes). `recorded_at` is when the last
    entry, or the account, was recorded. `wake_at` is when time alone will next change something, as far as was worked
    out: AT_ONCE after every entry, None for never. `outlook` is what was worked out with it, a cache.
    """

    name: str
    opening: bytes
    opened_at: Instant
    revision: int
    head: bytes
    recorded_at: Instant
    wake_at: Instant | None
    outlook: bytes | None = None


class _Entry(NamedTuple):
    source: str
    id: str
    body: bytes
    recorded_at: Instant
    personal: bytes | None


class Entry(_Entry):
    """What is to be recorded: one event under its `source` and `id`, which name it once for ever within a tenant.

    `source` may be empty. `body` is JSON, hashed and never changed; `personal` is JSON kept apart, in no hash: it can
    be erased. `recorded_at` is when we learnt of it; an account's entries never go back in it (see `Ledgers.append`).
    """

    __slots__ = ()

    def __new__(
        cls, source: str, id: str, body: bytes, recorded_at: Instant, personal: bytes | None = None
    ) -> Entry:
        # Most are fit for a name even together.
        if not id or unfit(source + id) is not None:
            fit(id=id, **({"source": source} if source else {}))
        return tuple.__new__(cls, (source, id, body, recorded_at, personal))


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as kept: the account's `revision` that it made (from 1), and the `hash` that ties it to the one before.

    `personal` is None where there was none, and where it was erased.
    """

    account: str
    revision: int
    source: str
    id: str
    body: bytes
    recorded_at: Instant
    hash: bytes
    personal: bytes | None = None


class Appended(NamedTuple):
    """What came of recording a batch: the account's revision now, and each entry's own, in the order sent.

    `fresh` tells which of them are new; the others were kept already, under that revision, with the same content.
    `hashes` are those of the new ones, in their order.
    """

    account: str
    revision: int
    revisions: tuple[int, ...]
    fresh: tuple[bool, ...]
    hashes: tuple[bytes, ...] = ()


class Wanted(NamedTuple):
    """What is to be recorded for one account, at that revision if one is expected; see `Ledgers.append`."""

    account: str
    entries: Sequence[Entry]
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries of all accounts of a tenant in the order in which they were kept, and the cursor to go on from."""

    rows: tuple[EntryRow, ...]
    cursor: str


class Publication(NamedTuple):
    """That a version of a document came into use at an instant."""

    name: str
    version: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was reached at a revision, by one version of the engine: a cache, which may be gone at any time."""

    engine: str
    revision: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Approval:
    """That a person agreed to a contract version coming into use."""

    by: str
    at: Instant


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One version of a document: its text for ever, and what was decided about it.

    `texts` is JSON (file name to text), `report` JSON too (what check, scenarios and analysis found when it was
    proposed). A version that is not published yet is a candidate. `effective_on` is the first day on which accounts may
    be opened under it.
    """

    name: str
    version: str
    texts: bytes
    text_hash: str
    meaning_hash: str
    effective_on: date
    report: bytes
    proposed_by: str
    proposed_at: Instant
    approvals: tuple[Approval, ...] = ()
    published_at: Instant | None = None

    def __post_init__(self) -> None:
        fit(name=self.name, version=self.version, proposed_by=self.proposed_by)


class _DecisionRow(NamedTuple):
    id: str
    account: str
    revision: int
    asked_at: Instant
    engine: str
    question: bytes
    answer: bytes
    number: int


class DecisionRow(_DecisionRow):
    """One answer that was given: what was asked of which account at which revision, and the bytes of the answer.

    `number` is its place in the tenant's log, given when it is kept (0 before). `engine` is the engine's version.
    """

    __slots__ = ()

    def __new__(
        cls, id: str, account: str, revision: int, asked_at: Instant, engine: str, question: bytes, answer: bytes,
        number: int = 0,
    ) -> DecisionRow:  # fmt: skip
        # Most are fit for a name even together.
        if not id or not account or unfit(id + account) is not None:
            fit(id=id, account=account)
        return tuple.__new__(cls, (id, account, revision, asked_at, engine, question, answer, number))


@dataclass(frozen=True, slots=True)
class Notice:
    """That an instant came at which something changed by itself. `id` names it once for ever within a tenant.

    `content` is JSON (what changed). `number` is its place among the tenant's notices, given when it is kept.
    """

    id: str
    account: str
    at: Instant
    content: bytes
    number: int = 0

    def __post_init__(self) -> None:
        fit(id=self.id)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is to be told of notices: `target` is JSON (address, what it wants, how it is signed)."""

    id: str
    target: bytes
    since: Instant
    until: Instant | None = None

    def __post_init__(self) -> None:
        fit(id=self.id)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice that one subscriber has still to be told of. `tries` counts those that failed."""

    subscription: Subscription
    notice: Notice
    tries: int
    reason: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who may call: `prefix` finds the key, `hash` (SHA-256 of the secret, 32 bytes) proves it."""

    prefix: str
    hash: bytes
    tenant: str
    name: str
    rights: frozenset[str]
    made_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None

    def __post_init__(self) -> None:
        fit(prefix=self.prefix, name=self.name)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing in an account's chain that is not as it was recorded: at which revision, and what."""

    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class Audited:
    """One account whose chain was followed from the opening to its head; `fault` is None where all of it holds."""

    tenant: str
    account: str
    revision: int
    head: bytes
    fault: Fault | None
