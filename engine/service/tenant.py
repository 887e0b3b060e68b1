"""One tenant at work: its books, its contracts, the accounts held, and who acts for which party."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from engine.errors import NotKept
from engine.service.config import Config, TenantPart
from engine.service.held import Accounts, Held
from engine.service.library import Candidates, Library
from engine.service.openings import party_named
from engine.service.problems import Problem
from engine.store import Books

PARTY = "party"
"""The type of a subject that is a party itself, called by its name in the contract."""


class Tenant:
    """Everything of one tenant; nothing here reaches another."""

    def __init__(self, name: str, part: TenantPart, config: Config, books: Books, library: Library) -> None:
        self.name, self.part, self.books, self.library = name, part, books, library
        self.limits = config.limits
        self.candidates = Candidates(books, library)
        self.accounts = Accounts(books, library, config.limits.accounts_held)
        # Another server may record in the same database, so what is held must be compared with it.
        self.shared = config.store.startswith(("postgres:", "postgresql:"))
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def held(self, name: str) -> Held:
        """Return an account as it is now. Raises NotKept."""
        held = self.accounts.here(name)
        if held is None:
            return self.accounts.hold(await asyncio.to_thread(self.accounts.read, name))
        if self.shared:
            rows = await asyncio.to_thread(self.accounts.behind, held)
            return self.accounts.catch_up(held, rows)
        return held

    async def found(self, name: str) -> Held | None:
        """Return an account as it is now, or None where there is none."""
        try:
            return await self.held(name)
        except NotKept:
            return None

    @asynccontextmanager
    async def alone(self, names: list[str]) -> AsyncIterator[None]:
        """Hold others off from recording in these accounts meanwhile."""
        locks = [self._locks.setdefault(name, asyncio.Lock()) for name in sorted(set(names))]
        taken = 0
        try:
            for each in locks:
                await each.acquire()
                taken += 1
            yield
        finally:
            for each in reversed(locks[:taken]):
                each.release()

    def party_of(self, held: Held, type: str, id: str) -> str | None:
        """Return the party for which a subject acts on an account; None if for none."""
        party = held.opening.parties.get((type, id))
        if party is None:
            word = self.part.agents.get(type, {}).get(id)
            if word is None and type == PARTY:
                word = id
            party = party_named(held.opening.program, word) if word is not None else None
        return party

    def subjects(self, held: Held, type: str) -> list[tuple[str, str]]:
        """Return the subjects of a type that act on an account, by id, with their parties."""
        found = {id: party for (kind, id), party in held.opening.parties.items() if kind == type}
        for id in self.part.agents.get(type, {}):
            party = self.party_of(held, type, id)
            if party is not None:
                found.setdefault(id, party)
        if type == PARTY:
            program = held.opening.program
            for party in program.bound_parties:
                found.setdefault(party, party)
        return sorted(found.items())

    def act_called(self, held: Held, word: str) -> str | None:
        """Return the act that a caller names: as configured, by its name, or by that in the other language."""
        acts = held.opening.program.acts
        word = self.part.acts.get(word, word)
        if word in acts:
            return word
        return next((name for name, act in acts.items() if word == act.alias), None)

    def called(self, act: str) -> str:
        """Return how callers call an act."""
        return next((word for word, name in self.part.acts.items() if name == act), act)

    def revision(self, held: Held, token: str, field: str) -> int:
        """Return the revision that a token names. Raises Problem where the account has no such revision."""
        found = held.number_of(token)
        if found is None:
            raise Problem(
                "stale", f"account `{held.name}` has no revision `{token}`: it is at `{held.token}`", field,
                revision=held.token,
            )  # fmt: skip
        return found
