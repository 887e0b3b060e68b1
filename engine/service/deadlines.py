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
from typing import Any, NamedTuple

from engine.account import Account
from engine.account_standing import powers_of, standing_of
from engine.dates import iso
from engine.decide import decide
from engine.errors import EngineError, StoreError
from engine.event import Instant
from engine.question import May
from engine.service.clock import now
from engine.service.held import Held
from engine.service.outlook import outlook_of, powers_turned, written
from engine.service.recording import differences
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store import AT_ONCE, AccountRow, Notice

AT_A_TIME = 200
RENEWED_FOR_S = 1.0
"""How long what is out of date is worked out anew before time has its turn."""
PLANNED_AT_ONCE = 16
"""How many accounts are read and looked at before callers have their turn."""


class Deadlines:
    """Wakes accounts when their time has come."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.told = asyncio.Event()
        self._renewed: dict[str, tuple[bytes, str | None]] = {}
        """For each tenant with which engine and documents, and up to which account; None for all."""

    async def run(self) -> None:
        """Go on until cancelled."""
        every = self._server.config.deadlines_every_s
        while True:
            wait = every
            for tenant in self._server.tenants.values():
                try:
                    until = now()
                    await self.wake(tenant, until)
                    self._server.woken(tenant.name, until)
                    if not await self.renew(tenant, until):
                        wait = min(every, RENEWED_FOR_S)
                except StoreError as wrong:
                    self._server.log.warning("deadlines", tenant=tenant.name, error=str(wrong))
            await asyncio.sleep(wait)

    async def wake(self, tenant: Tenant, until: Instant) -> int:
        """Wake every account whose time has come by an instant; return how many notices were kept."""
        count = 0
        while rows := await asyncio.to_thread(tenant.books.waking, until, AT_A_TIME):
            planned = await self._planned(tenant, rows)
            moved = bool(planned)
            for row in rows:
                if row.name in planned:
                    continue
                try:
                    held = await tenant.held(row.name)
                    if held.revision != row.revision or row.wake_at is None:
                        continue
                    found = await self._woken(tenant, held, row.wake_at, until)
                    moved = moved or found is not None
                    count += found or 0
                except EngineError as wrong:
                    if isinstance(wrong, StoreError):
                        raise
                    self._server.log.error(
                        "deadlines", tenant=tenant.name, account=row.name, error=str(wrong)
                    )
                    moved |= await asyncio.to_thread(tenant.books.wake, row.name, row.revision, None)
                await asyncio.sleep(0)
            if not moved:
                break
        if count:
            self.told.set()
        return count

    async def _planned(self, tenant: Tenant, rows: Sequence[AccountRow]) -> set[str]:
        """Say when accounts wake next whose ledger has grown and that are not held; return of which that was said.

        After a restart, or when many were brought in, these are many: they are read together, and not held for it.
        """
        grown = [each for each in rows if each.wake_at == AT_ONCE and tenant.accounts.here(each.name) is None]
        found: set[str] = set()
        for start in range(0, len(grown), PLANNED_AT_ONCE):
            part = grown[start : start + PLANNED_AT_ONCE]
            try:
                nexts = await asyncio.to_thread(_planned, tenant, part)
            except StoreError:
                raise
            except EngineError:
                continue  # Which of them it is shows when they are taken one by one.
            wake = tenant.books.wake
            kept = await asyncio.gather(*(asyncio.to_thread(wake, *each) for each in nexts))
            found.update(each[0] for each, was in zip(nexts, kept, strict=True) if was)
        return found

    async def renew(self, tenant: Tenant, at: Instant) -> bool:
        """Work out anew what was worked out by another engine, or with other documents, from now on; tell whether all
        of it is. Only for a while: what time brings must not wait for it."""
        stamp, ends = tenant.library.stamp, time.monotonic() + RENEWED_FOR_S
        of, after = self._renewed.get(tenant.name, (b"", None))
        after = after if of == stamp else ""
        while after is not None:
            rows = await asyncio.to_thread(tenant.books.outdated, stamp, after, PLANNED_AT_ONCE)
            await self._renewed_all(tenant, rows, at)
            after = rows[-1].name if rows else None
            self._renewed[tenant.name] = stamp, after
            if time.monotonic() > ends:
                break
        return after is None

    async def _renewed_all(self, tenant: Tenant, rows: Sequence[AccountRow], at: Instant) -> None:
        # Those whose time has come are taken on by `wake`, one instant after the other.
        asleep = [each for each in rows if each.wake_at is None or each.wake_at > at]
        try:
            plans = await asyncio.to_thread(_planned, tenant, asleep, at)
        except StoreError:
            raise
        except EngineError as wrong:
            self._server.log.error("outlook", tenant=tenant.name, account=asleep[0].name, error=str(wrong))
            return
        await asyncio.gather(*(asyncio.to_thread(tenant.books.wake, *each) for each in plans))

    async def _woken(self, tenant: Tenant, held: Held, woken: Instant, until: Instant) -> int | None:
        """Take one account on: keep what came at the instant, and say when to wake it next."""
        if woken == AT_ONCE:
            # The ledger has grown: what had come by then is in the answer to the event, what is to come is planned.
            await tenant.reaching(held, held.recorded_at)
            kept = await asyncio.to_thread(tenant.books.wake, *_plan(held, held.recorded_at))
            return 0 if kept else None
        await tenant.reaching(held, woken - 1)
        notices = [
            Notice(
                f"{held.name}/{held.revision}/{woken}/{number}", held.name, woken, _content(held, woken, each)
            )
            for number, each in enumerate(brought(held.account, woken))
        ]
        name, revision, following, outlook = _plan(held, woken)
        kept = await asyncio.to_thread(
            tenant.books.notify, name, revision, woken, notices, following, outlook
        )
        for each in notices if kept else ():
            self._server.figures.notices.labels(json.loads(each.content)["what"]).inc()
        return len(notices) if kept else None


class Plan(NamedTuple):
    """When an account of a revision changes next by itself, and how it is until then."""

    account: str
    revision: int
    next: Instant | None
    outlook: bytes


def _plan(held: Held, after: Instant) -> Plan:
    outlook = outlook_of(held.account, after)
    return Plan(held.name, held.revision, outlook.until, written(held.opening.stamp, held.head, outlook))


def _planned(tenant: Tenant, rows: Sequence[AccountRow], now: Instant | None = None) -> list[Plan]:
    """Return what is planned for the accounts of which enough was read, from their last entries on, or from now."""
    return [
        _plan(held, held.recorded_at if now is None else max(now, held.recorded_at))
        for held in tenant.accounts.read_all(rows)
        if not held.base
    ]


def brought(account: Account, at: Instant) -> list[dict[str, Any]]:
    """Return what time alone brought at an instant: standings that changed, and powers that opened or closed.

    That something arrives which was sent before is of time alone, too.
    """
    before, after = account.position_at(at - 1), account.position_at(at)
    found = list(differences(standing_of(before), standing_of(after)))
    powers = powers_of(account)
    was, now_is = (
        {power: decide(position, May(*power, when)).answer for power in powers}
        for position, when in ((before, at - 1), (after, at))
    )
    return [*found, *powers_turned(was, now_is)]


def _content(held: Held, at: Instant, change: dict[str, Any]) -> bytes:
    content = {"account": held.name, "at": iso(at), "revision": held.token, **change}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
