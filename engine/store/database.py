"""One SQL database: how it is read, how it is written, and in what databases differ. `sqlite.py`, `postgres.py`."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, bindparam, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from engine.errors import NotKept, StoreError, Unfit
from engine.store import tables
from engine.store.groupcommit import Writer
from engine.store.names import unfit

Made = TypeVar("Made")
AnyRow = Row[*tuple[Any, ...]]
Act = Callable[[Connection], Made]
MOST_REMEMBERED = 1_000_000
MOST_CLOSING_S = 10.0

_PULSE = update(tables.store).values(pulse=tables.store.c.pulse + 1)
_ACCOUNT = select(tables.accounts.c.key).where(
    tables.accounts.c.tenant == bindparam("of"), tables.accounts.c.name == bindparam("called")
)


class Database(ABC):
    """A database whose tables are up to date.

    Reads take a connection each, outside of transactions: one statement sees one state. Writes go through writers; what
    concerns one account always goes through the same one, so it happens in the order in which it was asked for.
    """

    def __init__(self, reading: Engine, writing: Engine, lanes: int, apart: bool = False) -> None:
        """`reading` commits by itself; `lanes` is how many writers there are, `apart` how they write."""
        self._reading = reading
        self._engines = (reading, writing)
        self._writers = [Writer(writing, self.told, apart) for _ in range(lanes)]
        self._keys: dict[tuple[int, str], int] = {}

    # In what databases differ -----------------------------------------------------------------------------------------

    @abstractmethod
    def told(self, wrong: SQLAlchemyError) -> StoreError:
        """Say what an error of the database means to the caller."""

    @abstractmethod
    def lock(self, conn: Connection, keys: Iterable[int]) -> None:
        """Wait until no other process writes to these accounts, and keep others waiting until the transaction ends."""

    @abstractmethod
    def lock_tenant(self, conn: Connection, tenant: int) -> None:
        """The same for what is numbered within a tenant."""

    @abstractmethod
    def stamp(self, conn: Connection) -> tuple[int, int]:
        """Return epoch and number of this transaction: entries are fed in this order."""

    @abstractmethod
    def settled(self) -> ColumnElement[bool] | None:
        """Return the condition that no entry can still come before this one; None where none ever can."""

    @abstractmethod
    def among(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        """Return the condition that a column is one of the values bound to `name` as `listed` makes them."""

    @abstractmethod
    def listed(self, values: Sequence[int] | Sequence[str]) -> object:
        """Return values as one parameter."""

    @abstractmethod
    def unguarded(self, conn: Connection, table: Table) -> AbstractContextManager[None]:
        """Let rows of a table that is kept be deleted, in this transaction alone."""

    @abstractmethod
    def kept(self, conn: Connection, tenant: int, keys: Sequence[tuple[str, str]]) -> Sequence[AnyRow]:
        """Return those of the entries of these sources and ids that are kept.

        Columns: source, id, account (key), name (of the account), revision, body, content (personal data, or None).
        """

    # In what they do not ----------------------------------------------------------------------------------------------

    def read(self, act: Act[Made]) -> Made:
        """Carry out reads, once more if the connection was gone. Raises what `told` makes of an error."""
        for again in (True, False):
            try:
                with self._reading.connect() as conn:
                    return act(conn)
            except SQLAlchemyError as wrong:
                if not (again and isinstance(wrong, DBAPIError) and wrong.connection_invalidated):
                    raise self.told(wrong) from None
            except OverflowError:
                raise Unfit("number", "it is too large") from None
        raise AssertionError("unreachable")

    def rows(self, wanted: Select[Any], given: dict[str, Any] | None = None) -> Sequence[AnyRow]:
        """Return the rows that one statement selects."""
        return self.read(lambda conn: conn.execute(wanted, given or {}).all())

    def writer(self, account: str = "") -> Writer:
        """Return the writer for what concerns an account; without one, for the rest."""
        return self._writers[hash(account) % len(self._writers) if account else 0]

    def write(self, act: Act[Made], account: str = "") -> Made:
        """Carry out a write, and return once it is durable."""
        return self.writer(account).act(act).result()

    def account_key(self, conn: Connection, tenant: int, account: str) -> int:
        """Return the number of an account, which never changes. Raises NotKept."""
        key = self._keys.get((tenant, account))
        if key is None:
            found: int | None = None
            if not unfit(account):
                found = conn.execute(_ACCOUNT, {"of": tenant, "called": account}).scalar()
            if found is None:
                raise NotKept("account", account)
            if len(self._keys) >= MOST_REMEMBERED:
                self._keys.clear()
            key = self._keys[tenant, account] = found
        return key

    def insert(
        self, conn: Connection, into: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]
    ) -> None:
        """Insert many rows of plain values; past SQLAlchemy, which would take longer over them than the database."""
        marks = ", ".join([_mark(conn)] * len(columns))
        conn.exec_driver_sql(f"INSERT INTO {into.name} ({', '.join(columns)}) VALUES ({marks})", rows)

    def update(
        self, conn: Connection, table: Table, columns: Sequence[str], rows: list[tuple[Any, ...]]
    ) -> None:
        """Set those columns of many rows; of the values of each the last is its key. Past SQLAlchemy, as `insert`."""
        mark = _mark(conn)
        values = ", ".join([f"{each} = {mark}" for each in columns])
        conn.exec_driver_sql(f"UPDATE {table.name} SET {values} WHERE key = {mark}", rows)

    def pulse(self) -> None:
        """Write something, and wait until it is durable."""
        self.write(lambda conn: conn.execute(_PULSE))

    def close(self) -> None:
        """Write what waits, and let go of the connections."""
        for writer in self._writers:
            writer.close()
        until = time.monotonic() + MOST_CLOSING_S
        for engine in self._engines:
            # A read that somebody began on another thread and waits for no more gives its connection back; one that
            # came back to a pool that is gone would never be closed.
            while _in_use(engine) and time.monotonic() < until:
                time.sleep(0.005)
            engine.dispose()


def _mark(conn: Connection) -> str:
    """Return how the database's driver marks the place of a value."""
    return "?" if conn.dialect.paramstyle == "qmark" else "%s"


def _in_use(engine: Engine) -> int:
    """Return how many connections somebody has."""
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0
