"""Keeping ledgers, and judging nothing: what any store promises, and `open_store`.

A store holds tenants; `Store.of` gives one tenant's `Books`, from which no other tenant can be reached. Everything here
may be called from any thread. What is acknowledged (a call that returned, a future that is done) is durable, survives
`kill -9`, and counts once however often it is sent. Each store answers as `MemoryStore` does; `tests/store` holds them
to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from engine.errors import NoStore, StoreError, Unavailable, Unready
from engine.event import Instant
from engine.store.rows import (
    AT_ONCE,
    AccountRow,
    ApiKey,
    Appended,
    Approval,
    Audited,
    ContractRow,
    DecisionRow,
    Delivery,
    Entry,
    EntryRow,
    Fault,
    FeedPage,
    Notice,
    Publication,
    Snapshot,
    Subscription,
    Wanted,
)

__all__ = [
    "AT_ONCE",
    "AccountRow",
    "ApiKey",
    "Appended",
    "Approval",
    "Audited",
    "Books",
    "ContractRow",
    "Contracts",
    "Deadlines",
    "DecisionRow",
    "Decisions",
    "Delivery",
    "Entry",
    "EntryRow",
    "Fault",
    "FeedPage",
    "Ledgers",
    "Notice",
    "Publication",
    "Snapshot",
    "Store",
    "Subscription",
    "Wanted",
    "open_store",
    "upgrade_store",
]


class Ledgers(Protocol):
    """The accounts of one tenant and their ledgers."""

    def open_account(self, account: str, opening: bytes, at: Instant) -> AccountRow:
        """Open an account; opened before with the same bytes it is given back as it is now.

        Raises Conflict; Unfit for a name that can be none.
        """

    def account(self, account: str) -> AccountRow:
        """Return an account as it is now. Raises NotKept."""

    def accounts(self, after: str = "", limit: int = 1000) -> list[AccountRow]:
        """Return accounts in the order of their names (by code point), beginning after a name."""

    def append(self, account: str, entries: Sequence[Entry], expected: int | None = None) -> Appended:
        """Record a batch: all of it or nothing.

        An entry kept before with the same body (and the same personal data, unless that was erased) is not recorded
        again: its revision is given back. With other content, or for another account, the batch raises Conflict. With
        `expected`, a batch that holds anything new is recorded only if the account is at that revision, else raises
        Stale. An entry whose `recorded_at` lies before that of the entry before it is recorded at that one's instant:
        what was known at an instant does not change when a clock steps back. The account then wakes AT_ONCE. Raises
        NotKept, Unavailable.
        """

    def append_soon(
        self, account: str, entries: Sequence[Entry], expected: int | None = None
    ) -> Future[Appended]:
        """Begin to `append`; the future is done once it is durable, or fails as `append` raises.

        Batches for one account are recorded in the order in which they were sent by this process, so a second one may
        expect the revision that the first will make.
        """

    def append_all_soon(self, wanted: Sequence[Wanted]) -> Future[Sequence[Appended | StoreError]]:
        """Begin to `append` for several accounts; the future is done once all of it is durable.

        Of each is told what came of it, or what `append` would have raised: one that is refused keeps none of the
        others back. Where the store itself fails, the future fails.
        """

    def entries(
        self,
        account: str,
        *,
        after: int = 0,
        until: int | None = None,
        known_at: Instant | None = None,
        limit: int | None = None,
    ) -> list[EntryRow]:
        """Return entries in the order of their revisions: beyond `after`, up to `until`, recorded by `known_at`.

        Raises NotKept for an account that is not there.
        """  # fmt: skip

    def entries_of(self, accounts: Sequence[str]) -> list[EntryRow]:
        """Return all entries of some accounts, an account's in the order of their revisions; none of one not there."""

    def entry(self, source: str, id: str) -> EntryRow | None:
        """Return the entry of that source and id, whichever its account; None if it is not kept."""

    def feed(self, cursor: str = "", limit: int = 1000) -> FeedPage:
        """Return what was recorded after a cursor (empty: from the start), over all accounts.

        Whoever goes on from each page's cursor sees every entry once, an account's in the order of their revisions. A
        page without rows gives the cursor back. Raises NotKept for a cursor that no page had.
        """

    def erase_personal(self, account: str, revisions: Sequence[int] | None = None) -> int:
        """Erase personal data of these entries (None: all of the account's); return of how many. No hash changes."""

    def keep_snapshot(self, account: str, snapshot: Snapshot) -> None:
        """Keep what an engine reached. Of each engine the four of the highest revisions are kept. Raises NotKept."""

    def snapshot(self, account: str, engine: str, until: int | None = None) -> Snapshot | None:
        """Return that engine's snapshot of the highest revision (at most `until`), or None: then replay."""


class Contracts(Protocol):
    """The documents of one tenant, version by version."""

    def propose(self, row: ContractRow) -> ContractRow:
        """Keep a version as a candidate, its approvals and publication left out; kept already it is given back.

        Raises Conflict where other texts are kept under the same name and version.
        """

    def approve(self, name: str, version: str, by: str, at: Instant) -> ContractRow:
        """Note that a person agrees; the first time counts. Raises NotKept."""

    def publish(self, name: str, version: str, at: Instant) -> ContractRow:
        """Bring a candidate into use; the first time counts. Whether it may be is the caller's to judge. NotKept."""

    def contract(self, name: str, version: str) -> ContractRow:
        """Return one version. Raises NotKept."""

    def contracts(self, name: str | None = None) -> list[ContractRow]:
        """Return the versions of one document, or of all, in the order of name and proposal."""

    def published(self) -> list[Publication]:
        """Return what was published when, in the order of name and proposal: what `contracts` tells, without texts."""


class Decisions(Protocol):
    """The log of one tenant's answers."""

    def log(self, rows: Sequence[DecisionRow]) -> Future[None]:
        """Begin to keep answers; the future is done once they are durable. An id kept before is not kept again."""

    def decision(self, id: str) -> DecisionRow:
        """Return one answer that was given. Raises NotKept."""

    def decisions(self, after: int = 0, limit: int = 1000) -> list[DecisionRow]:
        """Return answers in the order in which they were kept, beyond a number."""

    def forget_decisions(self, before: Instant, limit: int = 10_000) -> int:
        """Delete so many of the answers given before an instant; return how many. The last of all stays, so that no
        number is given twice."""


class Deadlines(Protocol):
    """What time alone will bring to one tenant's accounts, and who has to be told.

    Whoever works out deadlines takes the accounts that are `waking`, works out what came and what comes next, and says
    so by `notify`. An account whose ledger has grown wakes AT_ONCE, so nothing is missed if that process dies.
    """

    def wake(self, account: str, revision: int, at: Instant | None, outlook: bytes | None = None) -> bool:
        """Say when the account next changes by itself, as computed at a revision. False: it has moved on. NotKept.

        `outlook` is kept with it as long as the account does not wake; what it says is the caller's.
        """

    def waking(
        self, until: Instant, limit: int = 1000, after: Instant | None = None, beyond: str = ""
    ) -> list[AccountRow]:
        """Return accounts whose `wake_at` is not after `until`, and is beyond `after`, the earliest first, and by name;
        only those whose name is `beyond` one.
        """

    def notify(
        self, account: str, revision: int, woken: Instant, notices: Sequence[Notice], next: Instant | None,
        outlook: bytes | None = None,
    ) -> bool:  # fmt: skip
        """Keep what came at `woken` with a delivery to each subscription, and say when to wake next: all or nothing.

        False, and nothing kept, if the account is at another revision or waits for another instant (another process was
        first). A notice kept before is not kept again, nor delivered again.
        """

    def notices(self, after: int = 0, limit: int = 1000, account: str | None = None) -> list[Notice]:
        """Return notices in the order in which they were kept, beyond a number. No later one gets a lower number."""

    def told(self, account: str, since: Instant) -> list[Notice]:
        """Return the notices of an account about instants from `since` on, in the order in which they were kept."""

    def subscribe(self, row: Subscription) -> Subscription:
        """Keep a subscription to notices from now on. Raises Conflict where that id has another target."""

    def unsubscribe(self, id: str, at: Instant) -> None:
        """End a subscription; what it was not told yet is dropped. Raises NotKept."""

    def subscriptions(self) -> list[Subscription]:
        """Return the subscriptions that have not ended, by id."""

    def due_to(self, now: Instant) -> list[str]:
        """Return the ids of the subscriptions to which something is due."""

    def claim(self, now: Instant, until: Instant, limit: int = 100, to: str | None = None) -> list[Delivery]:
        """Take deliveries that are due, the earliest first, `to` one subscription or any; nobody else is given them
        before `until`."""

    def delivered(self, subscription: str, notice: str) -> None:
        """Note that the subscriber was told: it is never told again."""

    def retry(self, subscription: str, notice: str, at: Instant | None, reason: str) -> None:
        """Note that telling failed; it is due again at `at` (None: given up, and kept for people to see)."""

    def undelivered(self, limit: int = 1000) -> list[Delivery]:
        """Return deliveries that were given up, the earliest first."""


class Books(Ledgers, Contracts, Decisions, Deadlines, Protocol):
    """All that is kept for one tenant. From here no other tenant's can be reached."""

    @property
    def tenant(self) -> str:
        """The tenant's name."""


class Store(Protocol):
    """Where everything is kept."""

    def add_tenant(self, name: str, at: Instant) -> Books:
        """Make a tenant, or find it. Raises Unfit."""

    def tenants(self) -> list[str]:
        """Return the tenants' names, sorted."""

    def of(self, tenant: str) -> Books:
        """Return one tenant's books. Raises NotKept."""

    def add_key(self, key: ApiKey) -> None:
        """Keep a key. Raises Conflict where its prefix is taken, NotKept for a tenant that is not there."""

    def key(self, prefix: str) -> ApiKey | None:
        """Return the key with that prefix, revoked or not; whether it holds is the caller's to judge."""

    def keys(self, tenant: str) -> list[ApiKey]:
        """Return a tenant's keys in the order in which they were made."""

    def revoke_key(self, prefix: str, at: Instant) -> None:
        """Revoke a key; the first time counts. Raises NotKept."""

    def ready(self) -> None:
        """Return if the store can be read and written now; else raise Unavailable or Unready, saying why."""

    def audit(self, tenant: str | None = None) -> Iterator[Audited]:
        """Follow the chain of every account, tenant by tenant, and say of each whether it holds. Raises NotKept."""

    def close(self) -> None:
        """Finish what was begun, and let go of the database."""


def upgrade_store(address: str) -> None:
    """Bring the tables of a store up to date. Raises NoStore where there is none: to make one is another wish."""
    try:
        open_store(address, create=False).close()
    except NoStore:
        raise
    except Unready:
        open_store(address).close()


def open_store(address: str, *, create: bool = True) -> Store:
    """Open a store by its address; where `create` is set it is made, or its tables are brought up to date.

    `memory:` keeps nothing past the process. A path, or `sqlite:` with a path, is a SQLite file; `postgresql:` begins
    the address of a PostgreSQL database. Raises Unavailable; Unready where the tables are of another version, NoStore
    where there are none.
    """
    kind = address.partition(":")[0]
    if kind == "memory":
        from engine.store.memory import MemoryStore

        return MemoryStore()
    from engine.store.sql import SqlStore

    if kind in ("postgresql", "postgres"):
        from engine.store.postgres import open_postgres

        return SqlStore(open_postgres(address, create))
    from engine.store.sqlite import open_sqlite

    path = address.removeprefix("sqlite:") if kind == "sqlite" else address
    if "://" in address or not path:
        raise Unavailable(f"`{address}` is no address of a store: a file, or postgresql://user@host/name")
    return SqlStore(open_sqlite(Path(path), create))
