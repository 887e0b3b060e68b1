"""A store in a SQL database: its tenants, their books, and the keys."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, insert, select, update

from engine.errors import Conflict, NotKept
from engine.event import Instant
from engine.store import Books, tables
from engine.store.contracts import SqlContracts
from engine.store.database import AnyRow, Database
from engine.store.deadlines import SqlDeadlines
from engine.store.decisions import Keeper, SqlDecisions
from engine.store.ledgers import SqlLedgers
from engine.store.names import fit, unfit
from engine.store.recording import Recorder
from engine.store.rows import ApiKey, Audited

_t, _k = tables.tenants.c, tables.keys.c
_KEY = select(
    _k.prefix, _k.hash, _t.name.label("tenant"), _k.name, _k.rights, _k.made_at, _k.expires_at, _k.revoked_at
).join(tables.tenants, _t.key == _k.tenant)


class SqlBooks(SqlLedgers, SqlContracts, SqlDecisions, SqlDeadlines):
    """One tenant's books. The tenant's number is part of every statement."""

    def __init__(self, tenant: str, key: int, database: Database, recorder: Recorder, keeper: Keeper) -> None:
        SqlLedgers.__init__(self, tenant, key, database, recorder)
        SqlDecisions.__init__(self, key, database, keeper)


class SqlStore:
    """See `engine.store.Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recorder, self._keeper = Recorder(database), Keeper(database)
        self._books: dict[str, SqlBooks] = {}

    def add_tenant(self, name: str, at: Instant) -> Books:
        fit(tenant=name)

        def added(conn: Connection) -> None:
            if conn.execute(select(_t.key).where(_t.name == name)).one_or_none() is None:
                conn.execute(insert(tables.tenants), [{"name": name, "made_at": at}])

        self._database.write(added)
        return self._of(name)

    def tenants(self) -> list[str]:
        return [row.name for row in self._database.rows(select(_t.name).order_by(_t.name))]

    def of(self, tenant: str) -> Books:
        return self._of(tenant)

    def _of(self, tenant: str) -> SqlBooks:
        books = self._books.get(tenant)
        if books is None:
            found = () if unfit(tenant) else self._database.rows(select(_t.key).where(_t.name == tenant))
            if not found:
                raise NotKept("tenant", tenant)
            books = self._books[tenant] = SqlBooks(
                tenant, found[0].key, self._database, self._recorder, self._keeper
            )
        return books

    def add_key(self, key: ApiKey) -> None:
        def added(conn: Connection) -> None:
            tenant = conn.execute(select(_t.key).where(_t.name == key.tenant)).scalar()
            if tenant is None:
                raise NotKept("tenant", key.tenant)
            if conn.execute(select(_k.key).where(_k.prefix == key.prefix)).one_or_none() is not None:
                raise Conflict("key", key.prefix, "its prefix is taken")
            row = {
                "prefix": key.prefix, "hash": key.hash, "tenant": tenant, "name": key.name,
                "rights": " ".join(sorted(key.rights)), "made_at": key.made_at, "expires_at": key.expires_at,
                "revoked_at": None,
            }  # fmt: skip
            conn.execute(insert(tables.keys), [row])

        self._database.write(added)

    def key(self, prefix: str) -> ApiKey | None:
        if unfit(prefix):
            return None
        return next((_key(row) for row in self._database.rows(_KEY.where(_k.prefix == prefix))), None)

    def keys(self, tenant: str) -> list[ApiKey]:
        self._of(tenant)
        return [_key(row) for row in self._database.rows(_KEY.where(_t.name == tenant).order_by(_k.key))]

    def revoke_key(self, prefix: str, at: Instant) -> None:
        def revoked(conn: Connection) -> None:
            if unfit(prefix) or conn.execute(select(_k.key).where(_k.prefix == prefix)).one_or_none() is None:
                raise NotKept("key", prefix)
            first = (_k.prefix == prefix, _k.revoked_at.is_(None))
            conn.execute(update(tables.keys).where(*first).values(revoked_at=at))

        self._database.write(revoked)

    def ready(self) -> None:
        self._database.pulse()

    def audit(self, tenant: str | None = None) -> Iterator[Audited]:
        for name in self.tenants() if tenant is None else [tenant]:
            yield from self._of(name).audited()

    def close(self) -> None:
        self._database.close()


def _key(row: AnyRow) -> ApiKey:
    rights = frozenset(row.rights.split())
    return ApiKey(
        row.prefix, row.hash, row.tenant, row.name, rights, row.made_at, row.expires_at, row.revoked_at
    )
