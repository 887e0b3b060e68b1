"""What time alone will bring to one tenant's accounts, and who has to be told, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from engine.errors import Conflict, NotKept
from engine.event import Instant
from engine.store import tables
from engine.store.database import AnyRow, Database
from engine.store.ledgers import ROW
from engine.store.names import unfit
from engine.store.rows import AccountRow, Delivery, Notice, Subscription

_a, _n = tables.accounts.c, tables.notices.c
_s, _d = tables.subscriptions.c, tables.deliveries.c
_NOTICE = select(_n.id, _n.account, _n.at, _n.content, _n.number)
_SUBSCRIPTION = select(_s.id, _s.target, _s.since, _s.until)
_DELIVERY = (
    select(
        _s.id,
        _s.target,
        _s.since,
        _s.until,
        _n.id,
        _n.account,
        _n.at,
        _n.content,
        _n.number,
        _d.tries,
        _d.reason,
    )
    .select_from(tables.deliveries)
    .join(tables.subscriptions, and_(_s.tenant == _d.tenant, _s.id == _d.subscription))
    .join(tables.notices, and_(_n.tenant == _d.tenant, _n.number == _d.notice))
)


class SqlDeadlines:
    """See `engine.store.Deadlines`."""

    def __init__(self, key: int, database: Database) -> None:
        self._key, self._database = key, database

    def wake(self, account: str, revision: int, at: Instant | None, outlook: bytes | None = None) -> bool:
        return self._database.write(
            lambda conn: self._woken(conn, account, at, outlook, _a.revision == revision), account
        )

    def _woken(
        self, conn: Connection, account: str, at: Instant | None, outlook: bytes | None,
        *conditions: ColumnElement[bool],
    ) -> bool:  # fmt: skip
        key = self._database.account_key(conn, self._key, account)
        changed = update(tables.accounts).where(_a.key == key, *conditions)
        return conn.execute(changed.values(wake_at=at, outlook=outlook)).rowcount == 1

    def waking(
        self, until: Instant, limit: int = 1000, after: Instant | None = None, beyond: str = ""
    ) -> list[AccountRow]:
        wanted = ROW.where(_a.tenant == self._key, _a.wake_at <= until).order_by(_a.wake_at, _a.name)
        if after is not None:
            wanted = wanted.where(_a.wake_at > after)
        if beyond:
            wanted = wanted.where(_a.name > beyond)
        return [AccountRow(*row) for row in self._database.rows(wanted.limit(limit))]

    def notify(
        self, account: str, revision: int, woken: Instant, notices: Sequence[Notice], next: Instant | None,
        outlook: bytes | None = None,
    ) -> bool:  # fmt: skip
        def noted(conn: Connection) -> bool:
            as_expected = (_a.revision == revision, _a.wake_at == woken)
            if not self._woken(conn, account, next, outlook, *as_expected):
                return False
            self._keep(conn, notices)
            return True

        return self._database.write(noted, account)

    def _keep(self, conn: Connection, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        # So that no notice is numbered before one that has a lower number can be seen.
        self._database.lock_tenant(conn, self._key)
        own = _n.tenant == self._key
        new: dict[str, Notice] = {}
        for each in notices:
            new.setdefault(each.id, each)
        known = conn.execute(select(_n.id).where(own, _n.id.in_(list(new)))).scalars()
        for id in known.all():
            del new[id]
        last = conn.execute(select(func.max(_n.number)).where(own)).scalar() or 0
        made = [
            {
                "tenant": self._key, "number": number, "id": each.id, "account": each.account, "at": each.at,
                "content": each.content,
            }
            for number, each in enumerate(new.values(), last + 1)
        ]  # fmt: skip
        if not made:
            return
        conn.execute(insert(tables.notices), made)
        told = conn.execute(select(_s.id).where(_s.tenant == self._key, _s.until.is_(None))).scalars().all()
        deliveries = [
            {
                "tenant": self._key, "subscription": to, "notice": each["number"], "due_at": each["at"], "tries": 0,
                "reason": "",
            }
            for each in made
            for to in told
        ]  # fmt: skip
        if deliveries:
            conn.execute(insert(tables.deliveries), deliveries)

    def notices(self, after: int = 0, limit: int = 1000, account: str | None = None) -> list[Notice]:
        wanted = _NOTICE.where(_n.tenant == self._key, _n.number > after).order_by(_n.number).limit(limit)
        if account is not None:
            if unfit(account):
                return []
            wanted = wanted.where(_n.account == account)
        return [Notice(*row) for row in self._database.rows(wanted)]

    def told(self, account: str, since: Instant) -> list[Notice]:
        if unfit(account):
            return []
        wanted = _NOTICE.where(_n.tenant == self._key, _n.account == account, _n.at >= since)
        return [Notice(*row) for row in self._database.rows(wanted.order_by(_n.number))]

    def subscribe(self, row: Subscription) -> Subscription:
        return self._database.write(lambda conn: self._subscribed(conn, row))

    def _subscribed(self, conn: Connection, row: Subscription) -> Subscription:
        own = (_s.tenant == self._key, _s.id == row.id)
        kept = conn.execute(_SUBSCRIPTION.where(*own)).one_or_none()
        if kept is None:
            made = {
                "tenant": self._key, "id": row.id, "target": row.target, "since": row.since, "until": None
            }  # fmt: skip
            conn.execute(insert(tables.subscriptions), [made])
            return Subscription(row.id, row.target, row.since)
        if kept.target != row.target:
            raise Conflict("subscription", row.id, "it was made before, with another target")
        return Subscription(*kept)

    def unsubscribe(self, id: str, at: Instant) -> None:
        def ended(conn: Connection) -> None:
            own = (_s.tenant == self._key, _s.id == id)
            if unfit(id) or conn.execute(select(_s.id).where(*own)).one_or_none() is None:
                raise NotKept("subscription", id)
            conn.execute(update(tables.subscriptions).where(*own, _s.until.is_(None)).values(until=at))
            conn.execute(delete(tables.deliveries).where(_d.tenant == self._key, _d.subscription == id))

        self._database.write(ended)

    def subscriptions(self) -> list[Subscription]:
        wanted = _SUBSCRIPTION.where(_s.tenant == self._key, _s.until.is_(None)).order_by(_s.id)
        return [Subscription(*row) for row in self._database.rows(wanted)]

    def due_to(self, now: Instant) -> list[str]:
        due = select(_d.subscription).where(_d.tenant == self._key, _d.due_at <= now).distinct()
        return [row[0] for row in self._database.rows(due.order_by(_d.subscription))]

    def claim(self, now: Instant, until: Instant, limit: int = 100, to: str | None = None) -> list[Delivery]:
        wanted = [_d.tenant == self._key, _d.due_at <= now]
        if to is not None:
            if unfit(to):
                return []
            wanted.append(_d.subscription == to)

        def claimed(conn: Connection) -> list[Delivery]:
            due = _DELIVERY.where(*wanted)
            due = due.order_by(_d.due_at, _d.notice, _d.subscription).limit(limit)
            rows = conn.execute(due.with_for_update(of=tables.deliveries, skip_locked=True)).all()
            for row in rows:
                own = (_d.tenant == self._key, _d.subscription == row[0], _d.notice == row.number)
                conn.execute(update(tables.deliveries).where(*own).values(due_at=until))
            return [_delivery(row) for row in rows]

        # Nothing is written where nothing is due, which is nearly always.
        due = select(_d.notice).where(*wanted).limit(1)
        return self._database.write(claimed) if self._database.rows(due) else []

    def delivered(self, subscription: str, notice: str) -> None:
        def told(conn: Connection) -> None:
            if (own := self._own(subscription, notice)) is not None:
                conn.execute(delete(tables.deliveries).where(own))

        self._database.write(told)

    def retry(self, subscription: str, notice: str, at: Instant | None, reason: str) -> None:
        def failed(conn: Connection) -> None:
            if (own := self._own(subscription, notice)) is not None:
                again = {"due_at": at, "tries": _d.tries + 1, "reason": reason}
                conn.execute(update(tables.deliveries).where(own).values(again))

        self._database.write(failed)

    def _own(self, subscription: str, notice: str) -> ColumnElement[bool] | None:
        if unfit(subscription) or unfit(notice):
            return None
        number = select(_n.number).where(_n.tenant == self._key, _n.id == notice).scalar_subquery()
        return and_(_d.tenant == self._key, _d.subscription == subscription, _d.notice == number)

    def undelivered(self, limit: int = 1000) -> list[Delivery]:
        wanted: Select[Any] = _DELIVERY.where(_d.tenant == self._key, _d.due_at.is_(None))
        found = self._database.rows(wanted.order_by(_d.notice, _d.subscription).limit(limit))
        return [_delivery(row) for row in found]


def _delivery(row: AnyRow) -> Delivery:
    return Delivery(Subscription(*row[:4]), Notice(*row[4:9]), row[9], row[10])
