"""A store in a PostgreSQL database, for as many servers as one likes.

PostgreSQL numbers rows before they are committed: a reader at number 2 may later see number 1 appear. So every entry
notes its transaction, and the feed, in the order of transactions, ends before the oldest one that is still running.
Within an account that order must be the order of revisions; so a transaction waits for its accounts first (advisory
locks take no transaction number) and is numbered afterwards.

Transactions are counted anew where a dump is restored into another cluster. So they are counted within an *epoch*,
which ends when the cluster is found to be another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    any_,
    bindparam,
    create_engine,
    insert,
    make_url,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, SQLAlchemyError

from engine.errors import StoreError, Unavailable, Unfit
from engine.store import schema, tables
from engine.store.database import AnyRow, Database

LANES = 4
READERS = 32
SETTINGS = {
    "timezone": "UTC", "synchronous_commit": "on", "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s", "application_name": "contract",
}  # fmt: skip
NOTICED = {
    "connect_timeout": 5, "tcp_user_timeout": 20_000, "keepalives_idle": 10, "keepalives_interval": 5,
    "keepalives_count": 2,
}  # fmt: skip
"""A database whose machine is gone, or that a network no longer reaches, closes no connection: within 20 seconds that
is noticed, and not after a quarter of an hour as by default."""

_KEPT = text("""
    SELECT e.source, e.id, e.account, a.name, e.revision, e.body, p.content
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS k (source, id)
    JOIN entries AS e ON e.tenant = :tenant AND e.source = k.source COLLATE "C" AND e.id = k.id COLLATE "C"
    JOIN accounts AS a ON a.key = e.account
    LEFT JOIN personal AS p ON p.account = e.account AND p.revision = e.revision
""")
_LOCK = text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k")
_NUMBER = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")
_OLDEST = text("CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
_CLUSTER = text("SELECT CAST(system_identifier AS text) FROM pg_control_system()")
_EPOCH = text("SELECT epoch, identifier FROM clusters ORDER BY epoch DESC LIMIT 1")
_BEYOND = text("SELECT max(written) FROM entries WHERE epoch = :epoch")


def open_postgres(address: str, create: bool) -> Database:
    """Open a database as a store. Raises Unavailable and Unready."""
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise Unavailable("not an address of a PostgreSQL database: postgresql://user@host/name") from None
    where = url.render_as_string(hide_password=True).replace("+psycopg", "")
    engine = _engine(url, LANES)
    try:
        with schema.let_go(engine):
            with engine.connect() as conn:
                ready = schema.check(conn, where)
                found = None if ready else schema.version(conn)
            if not ready and not create:
                raise schema.refused(where, found)
            with engine.begin() as conn:
                if not ready:
                    schema.upgrade(conn, where)
                epoch = _epoch(conn)
    except SQLAlchemyError as wrong:
        raise _told(where, wrong) from None
    reading = _engine(url, READERS, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)
    return PostgresDatabase(where, reading, engine, epoch)


class PostgresDatabase(Database):
    """See `Database`."""

    def __init__(self, where: str, reading: Engine, writing: Engine, epoch: int) -> None:
        self._where, self._epoch = where, epoch
        super().__init__(reading, writing, LANES, apart=True)

    def told(self, wrong: SQLAlchemyError) -> StoreError:
        return _told(self._where, wrong)

    def lock(self, conn: Connection, keys: Iterable[int]) -> None:
        conn.execute(_LOCK, {"keys": sorted(keys)})

    def lock_tenant(self, conn: Connection, tenant: int) -> None:
        conn.execute(_LOCK, {"keys": [-tenant]})

    def stamp(self, conn: Connection) -> tuple[int, int]:
        return self._epoch, conn.execute(_NUMBER).scalar_one()

    def settled(self) -> ColumnElement[bool]:
        epoch, written = tables.entries.c.epoch, tables.entries.c.written
        return or_(epoch < self._epoch, and_(epoch == self._epoch, written < _OLDEST))

    def among(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))

    def listed(self, values: Sequence[int] | Sequence[str]) -> object:
        return list(values)

    @contextmanager
    def unguarded(self, conn: Connection, table: Table) -> Iterator[None]:
        conn.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER {table.name}_kept")
        yield
        conn.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER {table.name}_kept")

    def kept(self, conn: Connection, tenant: int, keys: Sequence[tuple[str, str]]) -> Sequence[AnyRow]:
        sources, ids = ([key[part] for key in keys] for part in (0, 1))
        return conn.execute(_KEPT, {"tenant": tenant, "sources": sources, "ids": ids}).all()


def _epoch(conn: Connection) -> int:
    """Return the epoch in which this cluster counts its transactions, and note it where it is new."""
    conn.execute(_LOCK, {"keys": [0]})
    cluster = conn.execute(_CLUSTER).scalar_one()
    last = conn.execute(_EPOCH).one_or_none()
    if last is not None:
        beyond = conn.execute(_BEYOND, {"epoch": last.epoch}).scalar() or 0
        if last.identifier == cluster and beyond <= conn.execute(_NUMBER).scalar_one():
            return int(last.epoch)
    epoch = 1 if last is None else last.epoch + 1
    conn.execute(insert(tables.clusters), [{"epoch": epoch, "identifier": cluster}])
    return epoch


def _engine(url: URL, connections: int, **more: Any) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    return create_engine(
        url, pool_size=connections, max_overflow=0, pool_timeout=10,
        connect_args={"options": options, **NOTICED}, **more,
    )  # fmt: skip


def _told(where: str, wrong: SQLAlchemyError) -> StoreError:
    said = str(getattr(wrong, "orig", None) or wrong).strip().splitlines()[0]
    if isinstance(wrong, DataError):
        return Unfit("value", said)
    # `connection to server at "10.0.0.7", port 5432 failed: Connection refused`: the reason comes last.
    place, _, reason = said.rpartition(": ")
    reason = reason.strip()
    if isinstance(wrong, DBAPIError) and wrong.connection_invalidated:
        reason = f"the connection was lost ({reason})"
    elif "connection to server" in place:
        reason = f"the database cannot be reached ({reason})"
    return Unavailable(reason, f"{where}: {place}" if place else where)
