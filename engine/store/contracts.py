"""The documents of one tenant, version by version, in SQL."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, insert, select, update

from engine.errors import Conflict, NotKept
from engine.event import Instant
from engine.store import tables
from engine.store.database import Database
from engine.store.names import fit, unfit
from engine.store.rows import Approval, ContractRow, Publication

_c, _p = tables.contracts.c, tables.approvals.c
_ROW = select(
    _c.key, _c.name, _c.version, _c.texts, _c.text_hash, _c.meaning_hash, _c.effective_on, _c.report, _c.proposed_by,
    _c.proposed_at, _c.published_at,
)  # fmt: skip


class SqlContracts:
    """See `engine.store.Contracts`."""

    def __init__(self, key: int, database: Database) -> None:
        self._key, self._database = key, database

    def propose(self, row: ContractRow) -> ContractRow:
        return self._database.write(lambda conn: self._proposed(conn, row))

    def _proposed(self, conn: Connection, row: ContractRow) -> ContractRow:
        for kept in self._found(conn, _c.name == row.name, _c.version == row.version):
            if kept.texts != row.texts:
                name = f"{row.name}@{row.version}"
                raise Conflict("contract", name, "it was proposed before, with other texts")
            return kept
        made = asdict(row)
        del made["approvals"]
        conn.execute(insert(tables.contracts), [made | {"tenant": self._key, "published_at": None}])
        return self._one(conn, row.name, row.version)[1]

    def approve(self, name: str, version: str, by: str, at: Instant) -> ContractRow:
        fit(by=by)

        def approved(conn: Connection) -> ContractRow:
            key, row = self._one(conn, name, version)
            if all(each.by != by for each in row.approvals):
                conn.execute(insert(tables.approvals), [{"contract": key, "by": by, "at": at}])
            return self._one(conn, name, version)[1]

        return self._database.write(approved)

    def publish(self, name: str, version: str, at: Instant) -> ContractRow:
        def published(conn: Connection) -> ContractRow:
            key, _ = self._one(conn, name, version)
            first = (_c.key == key, _c.published_at.is_(None))
            conn.execute(update(tables.contracts).where(*first).values(published_at=at))
            return self._one(conn, name, version)[1]

        return self._database.write(published)

    def contract(self, name: str, version: str) -> ContractRow:
        return self._database.read(lambda conn: self._one(conn, name, version)[1])

    def contracts(self, name: str | None = None) -> list[ContractRow]:
        if name is not None and unfit(name):
            return []
        conditions = () if name is None else (_c.name == name,)
        return self._database.read(lambda conn: self._found(conn, *conditions))

    def published(self) -> list[Publication]:
        wanted = select(_c.name, _c.version, _c.published_at).where(
            _c.tenant == self._key, _c.published_at.is_not(None)
        )
        return [Publication(*row) for row in self._database.rows(wanted.order_by(_c.name, _c.key))]

    def _one(self, conn: Connection, name: str, version: str) -> tuple[int, ContractRow]:
        if not unfit(name) and not unfit(version):
            for row in self._rows(conn, _c.name == name, _c.version == version):
                return row
        raise NotKept("contract", f"{name}@{version}")

    def _found(self, conn: Connection, *conditions: ColumnElement[bool]) -> list[ContractRow]:
        return [row for _, row in self._rows(conn, *conditions)]

    def _rows(self, conn: Connection, *conditions: ColumnElement[bool]) -> list[tuple[int, ContractRow]]:
        own = (_c.tenant == self._key, *conditions)
        found = conn.execute(_ROW.where(*own).order_by(_c.name, _c.key)).all()
        approved: dict[int, list[Approval]] = {}
        wanted = select(_p.contract, _p.by, _p.at).join(tables.contracts, _c.key == _p.contract).where(*own)
        for contract, by, at in conn.execute(wanted.order_by(_p.key)):
            approved.setdefault(contract, []).append(Approval(by, at))
        made = []
        for row in found:
            fields = dict(row._mapping)
            key = fields.pop("key")
            made.append((key, ContractRow(**fields, approvals=tuple(approved.get(key, ())))))
        return made
