"""Recording batches of entries, many at once, on any SQL database.

Four statements do the work of a whole group: the heads of its accounts, the entries kept under its keys, the new
entries, the new heads. Between them everything is decided in memory, so a batch is refused before anything is written.

Nearly always all entries are new. So of many it is not looked first which are kept: they are written as new ones, and
where the database says that one is kept, or a batch would be refused, that is taken back, and looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict, NotKept, Stale, StoreError
from engine.store import chain, tables
from engine.store.database import Database
from engine.store.rows import AT_ONCE, Appended, Entry
from engine.tuples import made

COLUMNS = (
    "tenant", "account", "revision", "source", "id", "body", "recorded_at", "hash", "epoch", "written"
)  # fmt: skip
FEW = 50
"""Of so many entries it takes no longer to look which are kept than to be ready to take them back."""
GROWN = ("revision", "head", "recorded_at", "wake_at")
Key = tuple[int, str, str]
"""Tenant, source and id: what names an entry."""

_accounts = tables.accounts.c


class Batch(NamedTuple):
    """What one caller wants recorded."""

    tenant: int
    account: str
    entries: Sequence[Entry]
    expected: int | None


class _Head(NamedTuple):
    revision: int
    hash: bytes
    recorded_at: int


class _Kept(NamedTuple):
    account: str
    revision: int
    body: bytes
    personal: bytes | None


class _Plan:
    """What is to be written for a group, as it is decided batch by batch: every entry is taken for a new one."""

    def __init__(self, heads: dict[int, _Head], stamp: tuple[int, int]) -> None:
        self.heads, self.stamp = heads, stamp
        self.entries: list[tuple[Any, ...]] = []
        self.personal: list[dict[str, Any]] = []
        self.grown: set[int] = set()

    def take_all(
        self, batches: Sequence[Batch], accounts: Sequence[int | StoreError]
    ) -> list[Appended | StoreError]:
        """Decide about batches, each of an account that was found, or refused already."""
        outcomes: list[Appended | StoreError] = []
        for batch, account in zip(batches, accounts, strict=True):
            try:
                outcomes.append(self.take(batch, account) if isinstance(account, int) else account)
            except StoreError as refusal:
                outcomes.append(refusal)
        return outcomes

    def take(self, batch: Batch, account: int) -> Appended:
        """Decide about one batch. Raises Stale, and then nothing of it is in the plan."""
        before = self.heads[account].revision
        hashes = self.link(batch, account, batch.entries)
        revision = before + len(hashes)
        revisions = tuple(range(before + 1, revision + 1))
        return made(Appended, (batch.account, revision, revisions, (True,) * len(hashes), hashes))

    def link(self, batch: Batch, account: int, new: Sequence[Entry]) -> tuple[bytes, ...]:
        """Put the new entries of a batch into the plan, and return their hashes. Raises Stale."""
        revision, hash, at = self.heads[account]
        if not new:
            return ()
        if batch.expected is not None and batch.expected != revision:
            raise Stale(batch.account, batch.expected, revision)
        hashes: list[bytes] = []
        tenant, (epoch, written) = batch.tenant, self.stamp
        for source, id, body, recorded_at, content in new:
            revision += 1
            if recorded_at > at:
                at = recorded_at
            hash = chain.linked(hash, revision, source, id, body, at)
            hashes.append(hash)
            self.entries.append((tenant, account, revision, source, id, body, at, hash, epoch, written))
            if content is not None:
                self.personal.append({"account": account, "revision": revision, "content": content})
        self.heads[account] = made(_Head, (revision, hash, at))
        self.grown.add(account)
        return tuple(hashes)


class _Looked(_Plan):
    """The same, where it was looked which entries are kept already."""

    def __init__(self, heads: dict[int, _Head], stamp: tuple[int, int], kept: dict[Key, _Kept]) -> None:
        super().__init__(heads, stamp)
        self.kept = kept

    def take(self, batch: Batch, account: int) -> Appended:
        """Decide about one batch. Raises Conflict and Stale, and then nothing of it is in the plan."""
        revision = self.heads[account].revision
        found: dict[Key, _Kept] = {}
        new, revisions, fresh = list[Entry](), list[int](), list[bool]()
        for each in batch.entries:
            key = batch.tenant, each.source, each.id
            same = found.get(key) or self.kept.get(key)
            fresh.append(same is None)
            if same is None:
                revision += 1
                same = found[key] = _Kept(batch.account, revision, each.body, each.personal)
                new.append(each)
            else:
                _refuse_other(same, batch.account, each)
            revisions.append(same.revision)
        hashes = self.link(batch, account, new)
        self.kept |= found
        return Appended(batch.account, revision, tuple(revisions), tuple(fresh), hashes)


class Recorder:
    """Records batches in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heads = select(_accounts.key, _accounts.revision, _accounts.head, _accounts.recorded_at).where(
            database.among(_accounts.key, "keys")
        )

    def record(self, conn: Connection, batches: Sequence[Batch]) -> list[Appended | StoreError]:
        """Record each batch that can be, and return of each what came of it."""
        keys: list[int | StoreError] = []
        for each in batches:
            try:
                keys.append(self._database.account_key(conn, each.tenant, each.account))
            except NotKept as wrong:
                keys.append(wrong)
        accounts = sorted({key for key in keys if isinstance(key, int)})
        if not accounts:
            return [key for key in keys if isinstance(key, StoreError)]
        self._database.lock(conn, accounts)
        found = conn.execute(self._heads, {"keys": self._database.listed(accounts)}).all()
        heads = {row[0]: made(_Head, row[1:]) for row in found}
        stamp = self._database.stamp(conn)
        if sum(len(each.entries) for each in batches) > FEW:
            outcomes = self._recorded_as_new(conn, batches, keys, _Plan(dict(heads), stamp))
            if outcomes is not None:
                return outcomes
        plan = _Looked(heads, stamp, self._kept(conn, batches))
        outcomes = plan.take_all(batches, keys)
        self._write(conn, plan)
        return outcomes

    def _recorded_as_new(
        self,
        conn: Connection,
        batches: Sequence[Batch],
        keys: Sequence[int | StoreError],
        plan: _Plan,
    ) -> list[Appended | StoreError] | None:
        """Record batches if each can be, and all of them is new; None, and nothing recorded, where that is not so."""
        outcomes = plan.take_all(batches, keys)
        if any(
            isinstance(each, StoreError) and each is not key for each, key in zip(outcomes, keys, strict=True)
        ):
            return None
        try:
            with conn.begin_nested():
                self._write(conn, plan)
        except IntegrityError:
            return None
        return outcomes

    def record_all(
        self, conn: Connection, wanted: Sequence[Sequence[Batch]]
    ) -> list[Sequence[Appended | StoreError]]:
        """Record what several callers want, several batches each, as one."""
        outcomes = iter(self.record(conn, [batch for some in wanted for batch in some]))
        return [[next(outcomes) for _ in some] for some in wanted]

    def _kept(self, conn: Connection, batches: Sequence[Batch]) -> dict[Key, _Kept]:
        wanted: dict[int, dict[tuple[str, str], None]] = {}
        for batch in batches:
            wanted.setdefault(batch.tenant, {}).update(dict.fromkeys([each[:2] for each in batch.entries]))
        return {
            (tenant, row.source, row.id): _Kept(row.name, row.revision, row.body, row.content)
            for tenant, keys in wanted.items()
            if keys
            for row in self._database.kept(conn, tenant, list(keys))
        }

    def _write(self, conn: Connection, plan: _Plan) -> None:
        if not plan.entries:
            return
        self._database.insert(conn, tables.entries, COLUMNS, plan.entries)
        if plan.personal:
            conn.execute(insert(tables.personal), plan.personal)
        heads = [(*plan.heads[key], AT_ONCE, key) for key in sorted(plan.grown)]
        self._database.update(conn, tables.accounts, GROWN, heads)


def _refuse_other(kept: _Kept, account: str, sent: Entry) -> None:
    """Raise Conflict where what is sent under a key is not what is kept under it."""
    if kept.account != account:
        raise Conflict("event", sent.id, f"it was recorded before, for account `{kept.account}`")
    if kept.body != sent.body:
        raise Conflict("event", sent.id, "it was recorded before, with other content")
    if kept.personal is not None and kept.personal != sent.personal:
        raise Conflict("event", sent.id, "it was recorded before, with other personal data")
