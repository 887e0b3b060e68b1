"""A store in one SQLite file, for one server: durable when it says so, readable while it is written.

WAL, `synchronous=FULL` and one writer thread. A transaction that is going to write says so at its beginning: one that
read first and wrote later would fail at once where another process wrote in between, and no waiting would help.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, bindparam, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import StoreError, Unavailable
from engine.store import schema
from engine.store.database import AnyRow, Database

WAIT_SECONDS = 10
READERS = 32
# Of all that is no number and no text the module asks what it wants to be written as: bytes stay what they are. Where
# nothing is said of them it looks in three places, which takes longer than to write them.
sqlite3.register_adapter(bytes, bytes)
ROOM = 256 * 1024
"""So many bytes must be left: what is written to find out whether one can write needs less room than an entry."""
ROWS_AT_ONCE = 250, 50
"""How many rows one statement writes: so many, then so many, then what is left, so that few statements are to be kept
ready. Between two statements another thread of this process may come in, and at every one this must wait for its turn.
"""
# What was erased is overwritten; what WAL has grown beyond 64 MB is given back.
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "journal_size_limit=67108864")

_KEPT = text("""
    SELECT e.source, e.id, e.account, a.name, e.revision, e.body, p.content
    FROM json_each(:keys) AS k
    CROSS JOIN entries AS e ON e.tenant = :tenant
        AND e.source = json_extract(k.value, '$[0]') AND e.id = json_extract(k.value, '$[1]')
    CROSS JOIN accounts AS a ON a.key = e.account
    LEFT JOIN personal AS p ON p.account = e.account AND p.revision = e.revision
""")
_ANYTHING = text("SELECT name FROM sqlite_master LIMIT 1")
_MEANINGS = (
    ("database or disk is full", "the disk is full"),
    ("disk I/O error", "the disk cannot be written or read"),
    ("attempt to write a readonly database", "the file or its folder is read-only"),
    ("database is locked", "another process keeps it locked"),
    (
        "unable to open database file",
        "it cannot be opened, or its folder not be written, where SQLite keeps files beside it",
    ),
    ("file is not a database", "the file is no store"),
    ("database disk image is malformed", "the file is damaged: restore a backup"),
)


def open_sqlite(path: Path, create: bool) -> Database:
    """Open a file as a store. Raises Unavailable and Unready."""
    if not path.exists():
        if not create:
            raise schema.no_store(str(path), "there is no such file")
        try:
            # What is kept is nobody else's business.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            _sync(path.parent)
        except OSError as wrong:
            raise Unavailable(f"{path}: {wrong.strerror or wrong}") from None
    _to_wal(path)
    writing = _engine(path, writes=True)
    try:
        with schema.let_go(writing):
            with writing.connect() as conn:
                ready = schema.check(conn, str(path))
                found = None if ready else schema.version(conn)
                if found is None and not ready and conn.execute(_ANYTHING).scalar() is not None:
                    raise Unavailable(f"{path}: another program keeps its own there")
            if not ready and not create:
                raise schema.refused(str(path), found)
            if not ready:
                with writing.begin() as conn:
                    schema.upgrade(conn, str(path))
    except SQLAlchemyError as wrong:
        raise _told(path, wrong) from None
    return SqliteDatabase(path, writing)


def _to_wal(path: Path) -> None:
    """Have the file keep a write-ahead log, which it remembers. Raises Unavailable.

    Where several servers open a new file at once, SQLite refuses all but one without waiting: it never waits where a
    reader would become a writer. So the waiting is done here.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as conn:
                conn.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.Error as wrong:
            if "locked" not in str(wrong) or time.monotonic() > until:
                raise Unavailable(f"{path}: {_meaning(str(wrong))}") from None
            time.sleep(0.01)


def _sync(folder: Path) -> None:
    """Wait until a file that was made in a folder will be found there after a loss of power."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def back_up(path: Path, to: Path) -> int:
    """Copy a store as it is at one moment, while it is used; return the copy's size in bytes. Raises Unavailable."""
    if not path.is_file():
        raise schema.no_store(str(path), "there is no such file")
    if to.exists():
        raise Unavailable(f"{to}: something is there already")
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as copy:
            source.execute("PRAGMA query_only=ON")
            source.backup(copy)
        _sync(to.parent)
    except OSError as wrong:
        raise Unavailable(f"{to}: {wrong.strerror or wrong}") from None
    except sqlite3.Error as wrong:
        to.unlink(missing_ok=True)
        raise Unavailable(f"{path}: {_meaning(str(wrong))}") from None
    return to.stat().st_size


_TRIGGER = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :called")


class SqliteDatabase(Database):
    """See `Database`."""

    def __init__(self, path: Path, writing: Engine) -> None:
        self._path = path
        super().__init__(_engine(path, writes=False), writing, lanes=1)

    def pulse(self) -> None:
        super().pulse()
        if shutil.disk_usage(self._path.parent).free < ROOM:
            raise Unavailable("the disk is full", str(self._path))

    def told(self, wrong: SQLAlchemyError) -> StoreError:
        return _told(self._path, wrong)

    def lock(self, conn: Connection, keys: Iterable[int]) -> None:
        """Nothing is to be done: a transaction that writes is alone."""

    def lock_tenant(self, conn: Connection, tenant: int) -> None:
        """Nothing is to be done: a transaction that writes is alone."""

    def stamp(self, conn: Connection) -> tuple[int, int]:
        return 0, 0

    def settled(self) -> None:
        return None

    def among(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        values = text(f"SELECT value FROM json_each(:{name})").bindparams(bindparam(name))
        return column.in_(values)

    def listed(self, values: Sequence[int] | Sequence[str]) -> object:
        return json.dumps(values)

    def insert(
        self, conn: Connection, into: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]
    ) -> None:
        for some in _parted(rows):
            conn.exec_driver_sql(_inserting(into.name, columns, len(some)), tuple(chain.from_iterable(some)))

    def update(
        self, conn: Connection, table: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]
    ) -> None:
        for some in _parted(rows):
            conn.exec_driver_sql(_updating(table.name, columns, len(some)), tuple(chain.from_iterable(some)))

    @contextmanager
    def unguarded(self, conn: Connection, table: Table) -> Iterator[None]:
        guard = f"{table.name}_kept"
        made = conn.execute(_TRIGGER, {"called": guard}).scalar_one()
        conn.exec_driver_sql(f"DROP TRIGGER {guard}")
        yield
        conn.exec_driver_sql(made)

    def kept(self, conn: Connection, tenant: int, keys: Sequence[tuple[str, str]]) -> Sequence[AnyRow]:
        return conn.execute(_KEPT, {"tenant": tenant, "keys": json.dumps(keys)}).all()


def _parted(rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows in the parts that one statement writes."""
    start = 0
    for size in ROWS_AT_ONCE:
        while start + size <= len(rows):
            yield rows[start : start + size]
            start += size
    if start < len(rows):
        yield rows[start:]


def _rows(columns: int, rows: int) -> str:
    return ", ".join([f"({', '.join(['?'] * columns)})"] * rows)


@lru_cache(256)
def _inserting(table: str, columns: tuple[str, ...], rows: int) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {_rows(len(columns), rows)}"


@lru_cache(256)
def _updating(table: str, columns: tuple[str, ...], rows: int) -> str:
    values = ", ".join(f"{each} = new.{each}" for each in columns)
    return (
        f"WITH new ({', '.join(columns)}, of) AS (VALUES {_rows(len(columns) + 1, rows)}) "
        f"UPDATE {table} SET {values} FROM new WHERE {table}.key = new.of"
    )


def _engine(path: Path, writes: bool) -> Engine:
    waits = {"timeout": WAIT_SECONDS, "cached_statements": 256}
    url = URL.create("sqlite+pysqlite", database=str(path))
    sizes = {"pool_size": 1, "max_overflow": 2} if writes else {"pool_size": READERS, "max_overflow": READERS}
    isolated = {} if writes else {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    engine = create_engine(url, connect_args=waits, **sizes, **isolated)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The module begins no transactions of its own; we do, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    if writes:

        @event.listens_for(engine, "begin")
        def begun(conn: Connection) -> None:
            conn.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _told(path: Path, wrong: SQLAlchemyError) -> StoreError:
    said = str(getattr(wrong, "orig", None) or wrong).splitlines()[0]
    return Unavailable(_meaning(said), str(path))


def _meaning(said: str) -> str:
    return next((meaning for sign, meaning in _MEANINGS if sign in said), said)
