"""The log of one tenant's answers, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select

from engine.errors import NotKept
from engine.event import Instant
from engine.store import tables
from engine.store.database import AnyRow, Database
from engine.store.names import unfit
from engine.store.packed import packed, unpacked
from engine.store.rows import DecisionRow

COLUMNS = ("tenant", "number", "id", "account", "revision", "asked_at", "engine", "question", "answer")

_d = tables.decisions.c
_ROW = select(_d.id, _d.account, _d.revision, _d.asked_at, _d.engine, _d.question, _d.answer, _d.number)
_LAST = select(func.max(_d.number)).where(_d.tenant == bindparam("of"))


class Answers(NamedTuple):
    """What one caller wants kept."""

    tenant: int
    rows: Sequence[DecisionRow]


class Keeper:
    """Keeps answers in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = select(_d.id).where(_d.tenant == bindparam("of"), database.among(_d.id, "ids"))

    def keep(self, conn: Connection, wanted: Sequence[Answers]) -> list[None]:
        """Keep the answers of many callers at once."""
        tenants: dict[int, dict[str, DecisionRow]] = {}
        for each in wanted:
            rows = tenants.setdefault(each.tenant, {})
            for row in each.rows:
                rows.setdefault(row.id, row)
        for tenant in sorted(tenants):
            self._keep(conn, tenant, tenants[tenant])
        return [None] * len(wanted)

    def _keep(self, conn: Connection, tenant: int, rows: dict[str, DecisionRow]) -> None:
        """Keep those answers of a tenant, by their ids, that are not kept yet."""
        self._database.lock_tenant(conn, tenant)
        known = {"of": tenant, "ids": self._database.listed(list(rows))}
        for id in conn.execute(self._known, known).scalars():
            del rows[id]
        last = conn.execute(_LAST, {"of": tenant}).scalar() or 0
        new = [
            (tenant, number, *row[:-2], packed(row.answer))
            for number, row in enumerate(rows.values(), last + 1)
        ]  # fmt: skip
        if new:
            self._database.insert(conn, tables.decisions, COLUMNS, new)


class SqlDecisions:
    """See `engine.store.Decisions`."""

    def __init__(self, key: int, database: Database, keeper: Keeper) -> None:
        self._key, self._database, self._keeper = key, database, keeper

    def log(self, rows: Sequence[DecisionRow]) -> Future[None]:
        return self._database.writer().write(self._keeper.keep, Answers(self._key, tuple(rows)))

    def decision(self, id: str) -> DecisionRow:
        if not unfit(id):
            for row in self._database.rows(_ROW.where(_d.tenant == self._key, _d.id == id)):
                return _decision(row)
        raise NotKept("decision", id)

    def decisions(self, after: int = 0, limit: int = 1000) -> list[DecisionRow]:
        wanted = _ROW.where(_d.tenant == self._key, _d.number > after).order_by(_d.number).limit(limit)
        return [_decision(row) for row in self._database.rows(wanted)]

    def forget_decisions(self, before: Instant, limit: int = 10_000) -> int:
        return self._database.write(lambda conn: self._forgotten(conn, before, limit))

    def _forgotten(self, conn: Connection, before: Instant, limit: int) -> int:
        self._database.lock_tenant(conn, self._key)
        last = conn.execute(_LAST, {"of": self._key}).scalar() or 0
        own = (_d.tenant == self._key, _d.number < last, _d.asked_at < before)
        numbers = conn.execute(select(_d.number).where(*own).order_by(_d.number).limit(limit)).scalars().all()
        if numbers:
            these = self._database.among(_d.number, "numbers")
            with self._database.unguarded(conn, tables.decisions):
                gone = delete(tables.decisions).where(_d.tenant == self._key, these)
                conn.execute(gone, {"numbers": self._database.listed(numbers)})
        return len(numbers)


def _decision(row: AnyRow) -> DecisionRow:
    found = DecisionRow(*row)
    return found._replace(answer=unpacked(found.answer))
