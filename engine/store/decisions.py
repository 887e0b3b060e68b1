"""The log of one tenant's answers, in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from engine.errors import NotKept
from engine.store import tables
from engine.store.database import Database
from engine.store.names import unfit
from engine.store.rows import DecisionRow

LOOKED_UP_AT_ONCE = 500

_d = tables.decisions.c
_ROW = select(_d.id, _d.account, _d.revision, _d.asked_at, _d.engine, _d.question, _d.answer, _d.number)


class Answers(NamedTuple):
    """What one caller wants kept."""

    database: Database
    tenant: int
    rows: Sequence[DecisionRow]


class SqlDecisions:
    """See `engine.store.Decisions`."""

    def __init__(self, key: int, database: Database) -> None:
        self._key, self._database = key, database

    def log(self, rows: Sequence[DecisionRow]) -> Future[None]:
        return self._database.writer().write(keep_answers, Answers(self._database, self._key, tuple(rows)))

    def decision(self, id: str) -> DecisionRow:
        if not unfit(id):
            for row in self._database.rows(_ROW.where(_d.tenant == self._key, _d.id == id)):
                return DecisionRow(*row)
        raise NotKept("decision", id)

    def decisions(self, after: int = 0, limit: int = 1000) -> list[DecisionRow]:
        wanted = _ROW.where(_d.tenant == self._key, _d.number > after).order_by(_d.number).limit(limit)
        return [DecisionRow(*row) for row in self._database.rows(wanted)]


def keep_answers(conn: Connection, wanted: Sequence[Answers]) -> list[None]:
    """Keep the answers of many callers at once."""
    tenants: dict[int, dict[str, DecisionRow]] = {}
    for each in wanted:
        rows = tenants.setdefault(each.tenant, {})
        for row in each.rows:
            rows.setdefault(row.id, row)
    made: list[dict[str, Any]] = []
    for tenant in sorted(tenants):
        rows = tenants[tenant]
        wanted[0].database.lock_tenant(conn, tenant)
        for some in _cut(rows):
            known = select(_d.id).where(_d.tenant == tenant, _d.id.in_(some))
            for id in conn.execute(known).scalars():
                del rows[id]
        last = conn.execute(select(func.max(_d.number)).where(_d.tenant == tenant)).scalar() or 0
        for number, row in enumerate(rows.values(), last + 1):
            made.append({
                "tenant": tenant, "number": number, "id": row.id, "account": row.account, "revision": row.revision,
                "asked_at": row.asked_at, "engine": row.engine, "question": row.question, "answer": row.answer,
            })  # fmt: skip
    if made:
        conn.execute(insert(tables.decisions), made)
    return [None] * len(wanted)


def _cut(ids: dict[str, DecisionRow]) -> Iterator[list[str]]:
    left = iter(tuple(ids))
    while some := list(islice(left, LOOKED_UP_AT_ONCE)):
        yield some
