"""What time alone brings, told when it comes: a breach starts, a term ends, a power arises, though nothing was sent.

For each account the engine says at which instant something changes next; the store wakes the account then. What changed
is kept as a notice together with the next waking, all or nothing, so each is told once, also after a restart and with
several servers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import NamedTuple

from engine.errors import EngineError, StoreError
from engine.event import Event, Instant
from engine.kept import event_of
from engine.service.clock import now
from engine.service.held import Held
from engine.service.late import is_plain, notices_of, to_tell, told_late
from engine.service.outlook import Looked, is_of, looked_at, outlook_of, written
from engine.service.passing import Changes, brought, passed
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store import AT_ONCE, AccountRow, Notice

AT_A_TIME = 200
FOR_A_WHILE_S = 1.0
"""How long accounts are planned, or what is out of date is worked out anew, before time has its turn."""
LOOKED_THROUGH = 500
"""Of how many accounts it is looked at a time whether their outlook is out of date."""
LOOKED_AGAIN_S = 3_600
"""How often it is looked anew what is out of date where another server, maybe an older engine, plans accounts too."""
PLANNED_AT_ONCE = 16
"""How many accounts are read and looked at before callers have their turn."""


_Turn = tuple[int, int]
"""How often documents had come into use, and the hour: in each of these it is looked what is out of date."""


class Deadlines:
    """Wakes accounts when their time has come."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._renewed: dict[str, tuple[_Turn, str | None]] = {}
        """For each tenant in which turn, and up to which account; None for all."""
        self._planned_to: dict[str, str] = {}
        """For each tenant up to which account those are planned whose ledger has grown, where that goes on."""

    async def run(self) -> None:
        """Go on until cancelled."""
        every = self._server.config.deadlines_every_s
        while True:
            wait = every
            for tenant in self._server.tenants.values():
                try:
                    until = now()
                    _, left = await self.wake(tenant, until)
                    self._server.woken(tenant.name, None if left else until)
                    if left:
                        wait = 0
                    elif not await self.renew(tenant, until):
                        wait = min(wait, FOR_A_WHILE_S)
                except StoreError as wrong:
                    self._server.log.warning("deadlines", tenant=tenant.name, error=str(wrong))
            await asyncio.sleep(wait)

    async def wake(self, tenant: Tenant, until: Instant) -> tuple[int, bool]:
        """Wake those whose instant has come, and for a while those whose ledger has grown; return how many notices were
        kept, and whether there may be more to do.

        After a restart, or when many were brought in, the latter are very many: what is due must not wait for them.
        One that grows again meanwhile has its turn the next time: where events keep coming there would be no end.
        """
        ends = time.monotonic() + FOR_A_WHILE_S
        count = await self._due(tenant, until)
        after = self._planned_to.pop(tenant.name, "")
        while rows := await asyncio.to_thread(tenant.books.waking, AT_ONCE, AT_A_TIME, None, after):
            count += await self._taken_on(tenant, rows) or 0
            after = rows[-1].name
            if time.monotonic() > ends:
                self._planned_to[tenant.name] = after
                return count, True
        # The instant of one that was planned may have come already.
        return count + await self._due(tenant, until), False

    async def _due(self, tenant: Tenant, until: Instant) -> int:
        """Wake those whose instant has come; return how many notices were kept."""
        count = 0
        while rows := await asyncio.to_thread(tenant.books.waking, until, AT_A_TIME, AT_ONCE):
            kept = await self._taken_on(tenant, rows)
            if kept is None:
                break
            count += kept
        return count

    async def _taken_on(self, tenant: Tenant, rows: Sequence[AccountRow]) -> int | None:
        """Take accounts on; return how many notices were kept, None if all of them have moved on."""
        planned = await self._planned(tenant, rows)
        moved, count = bool(planned), sum(planned.values())
        for row in rows:
            if row.name in planned:
                continue
            try:
                held = await tenant.held(row.name)
                if held.revision != row.revision or row.wake_at is None:
                    continue
                found = await self._woken(tenant, held, row, row.wake_at)
                moved = moved or found is not None
                count += found or 0
            except EngineError as wrong:
                if isinstance(wrong, StoreError):
                    raise
                self._server.log.error("deadlines", tenant=tenant.name, account=row.name, error=str(wrong))
                moved |= await asyncio.to_thread(tenant.books.wake, row.name, row.revision, None)
            await asyncio.sleep(0)
        return count if moved else None

    async def _planned(self, tenant: Tenant, rows: Sequence[AccountRow]) -> dict[str, int]:
        """Say when accounts wake next whose ledger has grown and that are not held; return of each of which that was
        said how many notices were kept. They are read together, and not held for it."""
        grown = [each for each in rows if each.wake_at == AT_ONCE and tenant.accounts.here(each.name) is None]
        found: dict[str, int] = {}
        for start in range(0, len(grown), PLANNED_AT_ONCE):
            part = grown[start : start + PLANNED_AT_ONCE]
            try:
                plans = await asyncio.to_thread(_planned, tenant, part)
            except StoreError:
                raise
            except EngineError:
                continue  # Which of them it is shows when they are taken one by one.
            kept = await asyncio.gather(*(self._notify(tenant, AT_ONCE, *each) for each in plans))
            found |= {
                each.account: count for (each, _), count in zip(plans, kept, strict=True) if count is not None
            }
        return found

    async def renew(self, tenant: Tenant, at: Instant) -> bool:
        """Work out anew what was worked out by another engine, or with documents that meant something else, from now
        on; tell whether all of it is. Only for a while: what time brings must not wait for it."""
        hour = int(time.monotonic() // LOOKED_AGAIN_S) if tenant.shared else 0
        turn, ends = (tenant.library.refreshed, hour), time.monotonic() + FOR_A_WHILE_S
        of, after = self._renewed.get(tenant.name, (None, ""))
        after = after if of == turn else ""
        while after is not None:
            rows, outdated = await asyncio.to_thread(_looked_through, tenant, after)
            after = rows[-1].name if rows else None
            for start in range(0, len(outdated), PLANNED_AT_ONCE):
                some = outdated[start : start + PLANNED_AT_ONCE]
                await self._renewed_all(tenant, some, at)
                if time.monotonic() > ends:
                    after = some[-1].name
                    break
            self._renewed[tenant.name] = turn, after
            if time.monotonic() > ends:
                break
        return after is None

    async def _renewed_all(self, tenant: Tenant, rows: Sequence[AccountRow], at: Instant) -> None:
        # Those whose time has come are taken on by `wake`, one instant after the other.
        asleep = [each for each in rows if each.wake_at is None or each.wake_at > at]
        try:
            plans = await asyncio.to_thread(_renewed, tenant, asleep, at)
        except StoreError:
            raise
        except EngineError as wrong:
            for each in asleep if len(asleep) > 1 else ():
                await self._renewed_all(tenant, [each], at)
            if len(asleep) == 1:
                self._server.log.error(
                    "outlook", tenant=tenant.name, account=asleep[0].name, error=str(wrong)
                )
            return
        await asyncio.gather(*(asyncio.to_thread(tenant.books.wake, *each) for each in plans))

    async def _woken(self, tenant: Tenant, held: Held, row: AccountRow, woken: Instant) -> int | None:
        """Take one account on: keep what came at the instant, and say when to wake it next; return how much came."""
        if woken == AT_ONCE:
            grown = await self._grown(tenant, held, row)
            return None if grown is None else await self._notify(tenant, woken, *grown)
        await tenant.reaching(held, woken - 1)
        notices = notices_of(held, woken, brought(held.account, woken))
        return await self._notify(tenant, woken, _plan(held, woken), notices)

    async def _grown(self, tenant: Tenant, held: Held, row: AccountRow) -> Planned | None:
        """Plan an account whose ledger has grown, and say what had come by then; None where it grows meanwhile."""
        looked = looked_at(row)
        revision, base = held.revision_of(looked.head), held.base
        before = await asyncio.to_thread(_read, tenant, held, revision) if base > revision else []
        new = [*before, *held.entries_after(max(revision, base))]
        if before and not all(map(is_plain, new)):
            await tenant.whole(held)
        if held.revision != row.revision:
            return None
        span = to_tell(held, looked, row.opened_at, new)
        await tenant.reaching(held, min(span.first - 1, span.until))
        found: list[tuple[Instant, Changes]] = []
        for each in passed(held.account, span.first, span.until):
            found.append(each)
            await asyncio.sleep(0)
        told = await asyncio.to_thread(_told, tenant, looked, held.name, span.first)
        if held.revision != row.revision:
            return None
        return Planned(_plan(held, span.until), told_late(held, found, told, span.until))

    async def _notify(
        self, tenant: Tenant, woken: Instant, plan: Plan, notices: Sequence[Notice]
    ) -> int | None:
        """Keep notices of an account and when it wakes next; None where it has moved on."""
        books = tenant.books
        if not await asyncio.to_thread(
            books.notify, plan.account, plan.revision, woken, notices, plan.next, plan.outlook
        ):
            return None
        for each in notices:
            self._server.figures.notices.labels(json.loads(each.content)["what"]).inc()
        return len(notices)


class Plan(NamedTuple):
    """When an account of a revision changes next by itself, and how it is until then."""

    account: str
    revision: int
    next: Instant | None
    outlook: bytes


class Planned(NamedTuple):
    """What is planned for an account, and what is told of it before."""

    plan: Plan
    notices: list[Notice]


def _plan(held: Held, after: Instant) -> Plan:
    outlook = outlook_of(held.account, after)
    return Plan(held.name, held.revision, outlook.until, written(held.opening.stamp, held.head, outlook))


def _read(tenant: Tenant, held: Held, revision: int) -> list[Event]:
    """Return the events of the revisions later than one that are not in memory."""
    rows = tenant.books.entries(held.name, after=revision, until=held.base)
    return [event_of(held.opening.program, each) for each in rows]


def _told(tenant: Tenant, looked: Looked, account: str, first: Instant) -> list[Notice]:
    """Return what was told of the time since an instant; nearly always that was not looked at yet."""
    return tenant.books.told(account, first) if first <= looked.since else []


def _planned(tenant: Tenant, rows: Sequence[AccountRow]) -> list[Planned]:
    """Return what is planned and told of the accounts of which enough was read."""
    found = []
    for row, held in zip(rows, tenant.accounts.read_all(rows), strict=True):
        if held.base:
            continue
        looked = looked_at(row)
        new = held.entries_after(held.revision_of(looked.head))
        span = to_tell(held, looked, row.opened_at, new)
        told = _told(tenant, looked, row.name, span.first)
        late = told_late(held, passed(held.account, *span), told, span.until)
        found.append(Planned(_plan(held, span.until), late))
    return found


def _looked_through(tenant: Tenant, after: str) -> tuple[list[AccountRow], list[AccountRow]]:
    """Return accounts beyond a name, and those of them whose outlook is out of date."""
    rows = tenant.accounts.names(after, LOOKED_THROUGH)
    return rows, [each for each in rows if not _is_up_to_date(tenant, each)]


def _is_up_to_date(tenant: Tenant, row: AccountRow) -> bool:
    try:
        return is_of(row.outlook, tenant.accounts.opening(row).stamp)
    except EngineError:
        return False  # What is wrong with it is told when it is read.


def _renewed(tenant: Tenant, rows: Sequence[AccountRow], now: Instant) -> list[Plan]:
    """Return what is planned for the accounts of which enough was read, from now on."""
    return [
        _plan(held, max(now, held.recorded_at)) for held in tenant.accounts.read_all(rows) if not held.base
    ]
