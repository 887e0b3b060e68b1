"""The accounts and ledgers of one tenant, in SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Label,
    LargeBinary,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    tuple_,
)

from engine.errors import Conflict, NotKept, StoreError
from engine.event import Instant
from engine.store import chain, tables
from engine.store.database import Database
from engine.store.groupcommit import Writer, only, together
from engine.store.names import fit, unfit
from engine.store.recording import Batch, Recorder
from engine.store.rows import (
    AT_ONCE,
    AccountRow,
    Appended,
    Audited,
    Entry,
    EntryRow,
    Fault,
    FeedPage,
    Snapshot,
    Wanted,
)
from engine.tuples import made

MOST_SNAPSHOTS = 4
AUDITED_AT_ONCE = 5_000

_a, _e, _p, _s = tables.accounts.c, tables.entries.c, tables.personal.c, tables.snapshots.c


def _as_bytes(column: Column[Any]) -> Label[bytes]:
    """Read bytes as bytes, whatever somebody has put there: SQLite lets a text stand where bytes belong."""
    return cast(column, LargeBinary).label(column.name)


ROW = select(
    _a.name,
    _as_bytes(_a.opening),
    _a.opened_at,
    _a.revision,
    _as_bytes(_a.head),
    _a.recorded_at,
    _a.wake_at,
    _as_bytes(_a.outlook),
)
_ONE = ROW.where(_a.tenant == bindparam("of"), _a.name == bindparam("called"))
_ENTRY = (
    select(
        _a.name,
        _e.revision,
        _e.source,
        _e.id,
        _as_bytes(_e.body),
        _e.recorded_at,
        _as_bytes(_e.hash),
        _p.content,
    )
    .select_from(tables.entries)
    .join(tables.accounts, _a.key == _e.account)
    .outerjoin(tables.personal, and_(_p.account == _e.account, _p.revision == _e.revision))
)
_ENTRIES = _ENTRY.where(
    _a.tenant == bindparam("of"), _a.name.in_(bindparam("names", expanding=True))
).order_by(_a.name, _e.revision)


class SqlLedgers:
    """See `engine.store.Ledgers`."""

    def __init__(self, tenant: str, key: int, database: Database, recorder: Recorder) -> None:
        self._tenant, self._key, self._database, self._recorder = tenant, key, database, recorder

    @property
    def tenant(self) -> str:
        return self._tenant

    def open_account(self, account: str, opening: bytes, at: Instant) -> AccountRow:
        fit(account=account)
        return self._database.write(lambda conn: self._opened(conn, account, opening, at), account)

    def _opened(self, conn: Connection, account: str, opening: bytes, at: Instant) -> AccountRow:
        kept = conn.execute(_ONE, {"of": self._key, "called": account}).one_or_none()
        if kept is not None:
            if kept.opening != opening:
                raise Conflict("account", account, "it was opened before, with other terms")
            return AccountRow(*kept)
        head = chain.opened(self._tenant, account, opening, at)
        row = {
            "tenant": self._key, "name": account, "opening": opening, "opened_at": at, "revision": 0, "head": head,
            "recorded_at": at, "wake_at": AT_ONCE,
        }  # fmt: skip
        conn.execute(insert(tables.accounts), [row])
        return AccountRow(account, opening, at, 0, head, at, AT_ONCE)

    def account(self, account: str) -> AccountRow:
        if not unfit(account):
            for row in self._database.rows(_ONE, {"of": self._key, "called": account}):
                return AccountRow(*row)
        raise NotKept("account", account)

    def accounts(self, after: str = "", limit: int = 1000) -> list[AccountRow]:
        wanted = ROW.where(_a.tenant == self._key, _a.name > after).order_by(_a.name).limit(limit)
        return [AccountRow(*row) for row in self._database.rows(wanted)]

    def append(self, account: str, entries: Sequence[Entry], expected: int | None = None) -> Appended:
        return self.append_soon(account, entries, expected).result()

    def append_soon(
        self, account: str, entries: Sequence[Entry], expected: int | None = None
    ) -> Future[Appended]:
        return only(self.append_all_soon([Wanted(account, entries, expected)]))

    def append_all_soon(self, wanted: Sequence[Wanted]) -> Future[Sequence[Appended | StoreError]]:
        if not wanted:
            nothing: Future[Sequence[Appended | StoreError]] = Future()
            nothing.set_result([])
            return nothing
        lanes: dict[Writer, list[int]] = {}
        for place, each in enumerate(wanted):
            lanes.setdefault(self._database.writer(each.account), []).append(place)
        parts = {
            writer: [made(Batch, (self._key, *wanted[n])) for n in places] for writer, places in lanes.items()
        }
        sent = [writer.write(self._recorder.record_all, part, first=True) for writer, part in parts.items()]
        return sent[0] if len(sent) == 1 else together(sent, list(lanes.values()))

    def entries(
        self, account: str, *, after: int = 0, until: int | None = None, known_at: Instant | None = None,
        limit: int | None = None,
    ) -> list[EntryRow]:  # fmt: skip
        return self._database.read(lambda conn: self._entries(conn, account, after, until, known_at, limit))

    def _entries(
        self, conn: Connection, account: str, after: int, until: int | None, known_at: Instant | None,
        limit: int | None,
    ) -> list[EntryRow]:  # fmt: skip
        key = self._database.account_key(conn, self._key, account)
        wanted = _ENTRY.where(_e.account == key, _e.revision > after).order_by(_e.revision)
        if until is not None:
            wanted = wanted.where(_e.revision <= until)
        if known_at is not None:
            wanted = wanted.where(_e.recorded_at <= known_at)
        if limit is not None:
            wanted = wanted.limit(limit)
        return [EntryRow(*row) for row in conn.execute(wanted)]

    def entries_of(self, accounts: Sequence[str]) -> list[EntryRow]:
        names = {"of": self._key, "names": [each for each in accounts if not unfit(each)]}
        return [EntryRow(*row) for row in self._database.rows(_ENTRIES, names)]

    def entry(self, source: str, id: str) -> EntryRow | None:
        if unfit(id) or (source and unfit(source)):
            return None
        wanted = _ENTRY.where(_e.tenant == self._key, _e.source == source, _e.id == id)
        return next((EntryRow(*row) for row in self._database.rows(wanted)), None)

    def feed(self, cursor: str = "", limit: int = 1000) -> FeedPage:
        place = (_e.epoch, _e.written, _e.number)
        wanted = _ENTRY.add_columns(*place).where(_e.tenant == self._key).order_by(*place).limit(limit)
        if cursor:
            wanted = wanted.where(tuple_(*place) > tuple_(*_place_of(cursor)))
        if (settled := self._database.settled()) is not None:
            wanted = wanted.where(settled)
        found = self._database.rows(wanted)
        if found:
            cursor = ".".join(str(part) for part in found[-1][-3:])
        return FeedPage(tuple(EntryRow(*row[:-3]) for row in found), cursor)

    def erase_personal(self, account: str, revisions: Sequence[int] | None = None) -> int:
        return self._database.write(lambda conn: self._erased(conn, account, revisions), account)

    def _erased(self, conn: Connection, account: str, revisions: Sequence[int] | None) -> int:
        key = self._database.account_key(conn, self._key, account)
        wanted, given = delete(tables.personal).where(_p.account == key), dict[str, Any]()
        if revisions is not None:
            wanted = wanted.where(self._database.among(_p.revision, "revisions"))
            given = {"revisions": self._database.listed(list(revisions))}
        return conn.execute(wanted, given).rowcount

    def keep_snapshot(self, account: str, snapshot: Snapshot) -> None:
        self._database.write(lambda conn: self._snapped(conn, account, snapshot), account)

    def _snapped(self, conn: Connection, account: str, snapshot: Snapshot) -> None:
        key = self._database.account_key(conn, self._key, account)
        own = and_(_s.account == key, _s.engine == snapshot.engine)
        kept = sorted(conn.execute(select(_s.revision).where(own)).scalars())
        kept = sorted({*kept, snapshot.revision})
        gone = {*kept[:-MOST_SNAPSHOTS], snapshot.revision}
        conn.execute(delete(tables.snapshots).where(own, _s.revision.in_(sorted(gone))))
        if snapshot.revision in kept[-MOST_SNAPSHOTS:]:
            row = {
                "account": key, "engine": snapshot.engine, "revision": snapshot.revision,
                "content": snapshot.content, "hash": hashlib.sha256(snapshot.content).digest(),
            }  # fmt: skip
            conn.execute(insert(tables.snapshots), [row])

    def snapshot(self, account: str, engine: str, until: int | None = None) -> Snapshot | None:
        return self._database.read(lambda conn: self._snapshot(conn, account, engine, until))

    def _snapshot(self, conn: Connection, account: str, engine: str, until: int | None) -> Snapshot | None:
        key = self._database.account_key(conn, self._key, account)
        wanted = (
            select(_s.revision, _s.content, _s.hash)
            .where(_s.account == key, _s.engine == engine)
            .order_by(_s.revision.desc())
        )
        if until is not None:
            wanted = wanted.where(_s.revision <= until)
        for row in conn.execute(wanted):
            # A cache that was damaged is none.
            if hashlib.sha256(row.content).digest() == row.hash:
                return Snapshot(engine, row.revision, row.content)
        return None

    def audited(self) -> Iterator[Audited]:
        """Yield what the audit finds of each account, by name."""
        after = ""
        while found := self.accounts(after):
            for row in found:
                fault = chain.followed(self._tenant, row, self._all_entries(row))
                yield Audited(self._tenant, row.name, row.revision, row.head, fault or self._beyond(row.name))
            after = found[-1].name

    def _all_entries(self, row: AccountRow) -> Iterator[EntryRow]:
        after = 0
        # What was recorded since the account was looked at is for the next audit.
        while found := self.entries(row.name, after=after, until=row.revision, limit=AUDITED_AT_ONCE):
            yield from found
            after = found[-1].revision

    def _beyond(self, account: str) -> Fault | None:
        """Return the fault that there are entries which the account knows nothing of."""
        counted = _a.revision < select(func.max(_e.revision)).where(_e.account == _a.key).scalar_subquery()
        wanted = _ONE.where(counted)
        for row in self._database.rows(wanted, {"of": self._key, "called": account}):
            return Fault(
                row.revision + 1, f"the account is at revision {row.revision}, and has later entries"
            )
        return None


def _place_of(cursor: str) -> tuple[int, int, int]:
    try:
        epoch, written, number = (int(part) for part in cursor.split("."))
    except ValueError:
        raise NotKept("cursor", cursor) from None
    return epoch, written, number
