"""One running service: its store, its tenants, its callers, its figures, and the log of its answers."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from starlette.types import Scope

from engine.dates import iso
from engine.edition import edition
from engine.errors import Conflict, Damaged, EngineError, NotKept, Unavailable, Unready
from engine.event import Instant
from engine.kept import Documents
from engine.service.access import Access, Caller, Pace
from engine.service.asking import Answer, Given
from engine.service.clock import now
from engine.service.config import RIGHTS, BadConfig, Config
from engine.service.landing import landed
from engine.service.library import Library
from engine.service.problems import Problem, problem_of
from engine.service.requests import Headers
from engine.service.shadow import Shadow
from engine.service.tenant import Tenant
from engine.service.tracing import tracing_of
from engine.service.watch import Figures, logger
from engine.store import Store
from engine.store.apikeys import given_key, new_key
from engine.store.decisionlog import DecisionLog

Texts = Mapping[str, Mapping[str, str]]
"""For each tenant the files of its contracts: name to text."""


KEPT_EVERY_S = 0.05
READY_S = 5
"""How long a write may take before the ledger is called behind."""
BEHIND_S = 30
"""How long nobody may be at work on deadlines, beside the time between two looks at them."""
_SOON = {"Retry-After": "1"}


class Server:
    """Everything that outlives a request."""

    def __init__(self, config: Config, store: Store, texts: Texts, documents: Documents) -> None:
        self.config, self.store = config, store
        # Now, of the code that was read: an upgrade in place may change its files while this server runs.
        edition()
        self.figures = Figures()
        self.log = logger()
        self.tenants: dict[str, Tenant] = {}
        at = now()
        for name, part in config.tenants.items():
            books = store.add_tenant(name, at)
            library = Library(books, documents)
            library.configure(texts[name], at)
            if not library.agreements():
                raise BadConfig(f"tenants.{name}.contracts: there is no agreement in them")
            self.tenants[name] = Tenant(name, part, config, books, library)
        self.access = Access(store, {name: each.oidc for name, each in config.tenants.items() if each.oidc})
        self.pace = Pace(config.limits.per_second)
        self.kept = None if config.log_decisions == "off" else DecisionLog(config.log_decisions)
        self.figures.log_mode.labels(config.log_decisions).set(1)
        self.tracing = tracing_of(config.traces)
        self.shadow = Shadow(self.figures, self.log)
        self.stopping = False
        self._begun = at
        self._woken: dict[str, tuple[Instant | None, float]] = {}
        """For each tenant up to which instant time was looked at, and when somebody was last at work on it."""
        self._later: dict[str, list[Given]] = {}
        self._keeping: dict[str, asyncio.Task[None]] = {}

    def given_keys(self, variables: Mapping[str, str]) -> None:
        """Keep the keys that the configuration gives. Raises BadConfig for one that is no key."""
        for name, part in self.config.tenants.items():
            for given in part.keys:
                self._give(
                    name, given.name, variables[given.variable], frozenset(given.rights), given.variable
                )

    def first_key(self, shown: str | None, variable: str) -> str | None:
        """Give the only tenant its first key: the one shown, or a new one, which is returned to be told once."""
        (name,) = self.tenants
        if shown:
            self._give(name, "first", shown, frozenset(RIGHTS), variable)
            return None
        if any(each.revoked_at is None for each in self.store.keys(name)):
            return None
        made, key = new_key(name, "first", RIGHTS, now())
        self.store.add_key(key)
        return made

    def _give(self, tenant: str, name: str, shown: str, rights: frozenset[str], variable: str) -> None:
        key = given_key(shown, tenant, name, rights, now())
        if key is None:
            raise BadConfig(f"{variable}: that is no key; `contract key new` makes one")
        if self.store.key(key.prefix) is None:
            # Another server may begin at the same time, and be first.
            with suppress(Conflict):
                self.store.add_key(key)
        kept = self.store.key(key.prefix)
        if kept is None or (kept.tenant, kept.hash, kept.rights) != (tenant, key.hash, rights):
            raise BadConfig(
                f"{variable}: that key is kept with another secret, tenant or rights: make a new one"
            )

    async def enter(self, scope: Scope, headers: Headers, right: str) -> tuple[Tenant, Caller]:
        """Return the tenant of who calls, who has that right. Raises Problem."""
        shown, at = headers.get(b"authorization", b""), now()
        caller = self.access.proved(shown, at) or await self.access.caller(shown, at)
        scope["caller"] = caller
        self.pace.spend(caller)
        return self.tenant(caller.must(right).tenant), caller

    async def still(self, headers: Headers, right: str) -> bool:
        """Tell whether an answer that goes on may go on: the service does, and whoever called still may."""
        if self.stopping:
            return False
        try:
            (await self.access.caller(headers.get(b"authorization", b""), now())).must(right)
        except Problem:
            return False
        return True

    def keep(self, tenant: Tenant, answers: Sequence[Answer]) -> Awaitable[None] | None:
        """Log answers; return what has to be waited for before they may be given, if anything."""
        kept = self.kept
        if kept is None:
            return None
        given = [each.given for each in answers if each.given is not None]
        if not given:
            return None
        if kept.mode == "fast":
            if kept.take(len(given), self._waiting_here()):
                self._later.setdefault(tenant.name, []).extend(given)
            return None
        self._later.setdefault(tenant.name, []).extend(given)
        keeping = self._keeping.get(tenant.name)
        if keeping is None:
            keeping = self._keeping[tenant.name] = asyncio.create_task(self._keep_together(kept, tenant))
        return asyncio.shield(keeping)

    async def _keep_together(self, kept: DecisionLog, tenant: Tenant) -> None:
        """Keep what is answered in one turn of the loop as one write: each costs the writer and the loop a waking."""
        await asyncio.sleep(0)
        del self._keeping[tenant.name]
        future = kept.keep(tenant.books, [each.row() for each in self._later.pop(tenant.name)])
        if future is not None:
            await landed(future)

    async def run(self) -> None:
        """In fast mode, have what was answered kept a few times a second, many answers at once. Until cancelled."""
        while True:
            await asyncio.sleep(KEPT_EVERY_S)
            self.keep_now()

    def keep_now(self) -> None:
        """In fast mode, begin to keep what was answered and is not kept: rows written together cost half as much."""
        if self.kept is None or self.kept.mode == "durable":
            # Who waits for an answer has it kept: what was taken here could fail without his being told.
            return
        for name, given in self._later.items():
            if given:
                self._later[name] = []
                self.kept.keep(self.tenants[name].books, [each.row() for each in given])

    def _waiting_here(self) -> int:
        return sum(map(len, self._later.values()))

    def problem_of(self, wrong: Problem | EngineError) -> Problem:
        """Return the problem that an exception is to a caller; what is wrong with the store is logged."""
        if isinstance(wrong, Unavailable | Unready | Damaged):
            self.log.error("store", error=str(wrong))
        return problem_of(wrong)

    async def ready(self) -> dict[str, Any]:
        """Return what readiness rests on. Raises Problem where the service is not ready, saying why."""
        if self.stopping:
            raise Problem("unavailable", "the service is stopping")
        begun = time.monotonic()
        try:
            # What is written to find out waits behind all that was sent before it.
            await asyncio.wait_for(asyncio.to_thread(self.store.ready), READY_S)
        except TimeoutError:
            told = f"the ledger is behind: a write takes longer than {READY_S} seconds"
            raise Problem("unavailable", told, headers=_SOON) from None
        if not all(each.library.agreements() for each in self.tenants.values()):
            raise Problem("unavailable", "of some tenant no contract is loaded", headers=_SOON)
        return {
            "status": "ready",
            "decision_log": self.config.log_decisions,
            "ledger": {"written_in_ms": round(1000 * (time.monotonic() - begun), 1)},
            # No tenant is named: whoever asks need not show a key.
            "deadlines_until": self._deadlines_until(),
        }

    def woken(self, tenant: str, until: Instant | None) -> None:
        """Note that every account of a tenant whose time had come by an instant was woken; None: that this goes on."""
        before, _ = self._woken.get(tenant, (None, 0.0))
        self._woken[tenant] = before if until is None else until, time.monotonic()

    def _deadlines_until(self) -> str | None:
        """Return the instant up to which time was looked at, None where it is looked at for the first time.

        Raises Problem where nobody does, or has not for too long: who is late, but at work, can answer callers.
        """
        found = []
        for tenant in self.tenants:
            until, at_work = self._woken.get(tenant, (None, None))
            if at_work is None:
                told = "the deadlines of some tenant are not worked out yet"
                raise Problem("unavailable", told, headers=_SOON)
            idle = time.monotonic() - at_work
            if idle > BEHIND_S + 2 * self.config.deadlines_every_s:
                told = f"nobody has worked out the deadlines of some tenant for {idle:.0f} seconds"
                raise Problem("unavailable", told, headers=_SOON)
            found.append(until)
        return None if None in found else iso(min(each for each in found if each is not None))

    def tenant(self, name: str) -> Tenant:
        """Return a tenant. Raises NotKept."""
        found = self.tenants.get(name)
        if found is None:
            raise NotKept("tenant", name)
        return found

    def metrics(self) -> bytes:
        """Return the figures."""
        if self.kept is not None:
            self.figures.logged.set(self.kept.kept)
            self.figures.dropped.set(self.kept.dropped)
            self.figures.waiting.set(self.kept.waiting + self._waiting_here())
        self.figures.shadow_waiting.set(self.shadow.waiting)
        for name, each in self.tenants.items():
            self.figures.accounts.labels(name).set(len(each.accounts))
            until, _ = self._woken.get(name, (None, 0.0))
            behind = now() - (self._begun if until is None else until)
            self.figures.deadlines_behind.labels(name).set(behind / 1_000_000)
            for what, count in each.snapshots.items():
                self.figures.snapshots.set(count, name, what)
        return self.figures.text()

    def end(self) -> None:
        """Be ready for nothing more, and tell nobody more who would be told for ever."""
        self.stopping = True

    def close(self) -> None:
        """Finish what was begun and let go of the store."""
        self.keep_now()
        self.store.close()
        self.tracing.close()


def said(line: str) -> None:
    """Tell the operator something, on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
