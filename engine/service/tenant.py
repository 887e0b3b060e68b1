"""One tenant at work: its books, its contracts, the accounts held, and who acts for which party."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from engine.errors import BadTerms, NotKept, StoreError
from engine.event import Instant
from engine.service import snapshots
from engine.service.config import Config, TenantPart
from engine.service.held import Accounts, Held
from engine.service.ids import DECISION_BYTES, Ids
from engine.service.library import Candidates, Library
from engine.service.openings import Opening, Subject
from engine.service.problems import Problem
from engine.service.turns import Turns
from engine.store import Books, EntryRow

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
        self.turns = Turns()
        """Whose turn it is to record in an account."""
        # By name, and by what is in use: what is read while documents come into use is read again.
        self._reading: dict[tuple[str, int], asyncio.Task[Held]] = {}
        self._completing: WeakKeyDictionary[Held, asyncio.Lock] = WeakKeyDictionary()
        self._snapping: dict[str, asyncio.Task[None]] = {}
        self.snapshots = Counter[str]()
        self.ids = Ids(DECISION_BYTES)
        self._renewing = asyncio.Lock()

    def at_hand(self, name: str) -> Held | None:
        """Return an account that can be asked where it stands: held, and recorded in by this server alone."""
        return None if self.shared else self.accounts.here(name)

    async def held(self, name: str) -> Held:
        """Return an account as it is now. Raises NotKept."""
        held = self.accounts.here(name)
        if held is None:
            return await self._read(name)
        if self.shared:
            rows = await asyncio.to_thread(self.accounts.behind, held)
            return await self.caught_up(held, rows)
        return held

    async def renew(self) -> bool:
        """Take into use what another server has published; tell whether there was anything."""
        if not self.shared:
            return False
        async with self._renewing:
            if not await asyncio.to_thread(self.library.is_behind):
                return False
            await self._refresh()
            return True

    async def refresh(self) -> None:
        """Take into use what is published; one after the other, so that the last one knows of everything."""
        async with self._renewing:
            await self._refresh()

    async def _refresh(self) -> None:
        await asyncio.to_thread(self.library.refresh)
        self.accounts.forget()

    async def _read(self, name: str) -> Held:
        """Read an account. One that another server has opened may name what that one has published."""
        try:
            return await self._read_once(name)
        except BadTerms:
            if not self.shared:
                raise
            await self.renew()
            return await self._read_once(name)

    async def _read_once(self, name: str) -> Held:
        """Read an account; however many ask for it meanwhile, it is read once."""
        key = name, self.library.refreshed
        before = self._reading.get(key)
        task = before or asyncio.create_task(asyncio.to_thread(self.accounts.read, name))
        if before is None:
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        found = await asyncio.shield(task)
        if self.library.refreshed != key[1]:
            return await self._read_once(name)
        held = self.accounts.hold(found)
        if before is None and held.base:
            self.snapshots["used"] += 1
        self.snap_soon(held)
        return held

    async def caught_up(self, held: Held, rows: Sequence[EntryRow]) -> Held:
        """Bring an account up to the store."""
        if held.base and rows and not held.goes_on_with(self.accounts.events_of(held, rows)):
            await self.whole(held)
        return self.accounts.catch_up(held, rows)

    async def reaching(
        self, held: Held, at: Instant, known_at: Instant | None = None, revision: int | None = None,
        about: str | None = None,
    ) -> Held:  # fmt: skip
        """Return an account with all entries on which questions hang: about an instant, with that knowledge, ..."""
        if held.base and not held.reaches(at, known_at, revision, about):
            await self.whole(held)
        return held

    async def whole(self, held: Held) -> Held:
        """Return an account with all its entries. One begun at a snapshot is read from its first, once."""
        if held.base:
            async with self._completing.setdefault(held, asyncio.Lock()):
                if held.base:
                    held.complete(await asyncio.to_thread(self.accounts.before, held))
                    self.snapshots["completed"] += 1
        return held

    def snap_soon(self, held: Held) -> None:
        """Begin to keep a snapshot of a long account, where one is due and none is being made."""
        if held.revision < snapshots.FROM or held.name in self._snapping:
            return
        if not snapshots.is_due(held.revision, held.kept, 0):
            return
        task = self._snapping[held.name] = asyncio.create_task(self._snap(held))
        task.add_done_callback(lambda _: self._snapping.pop(held.name, None))

    async def _snap(self, held: Held) -> None:
        """Keep a snapshot. That none could be kept harms nobody: it is counted, and tried again later."""
        account, head, recorded_at, revision = held.account, held.head, held.recorded_at, held.revision
        # Positions are reached on the loop alone; what is made of them is made beside it.
        position = account.latest()
        if position is not None and not snapshots.is_due(revision, held.kept, len(position.cells)):
            return
        held.kept = revision
        if position is None:
            self.snapshots["none"] += 1
            return
        try:
            past, new = held.past_now(), held.entries_after(held.marked)
            marks = await asyncio.to_thread(snapshots.marks_of, [each.id for each in new], past.marks)
            held.marks, held.marked, past = marks, revision, past._replace(marks=marks)
            made = await asyncio.to_thread(self.accounts.snap, held, account, past, head, recorded_at)
            self.snapshots["made" if made else "none"] += 1
        except StoreError:
            self.snapshots["failed"] += 1

    async def found(self, name: str) -> Held | None:
        """Return an account as it is now, or None where there is none."""
        try:
            return await self.held(name)
        except NotKept:
            return None

    def party_of(self, opening: Opening, type: str, id: str) -> str | None:
        """Return the party for which a subject acts on an account opened so; None if for none."""
        party = opening.parties.get((type, id))
        if party is None:
            word = self.part.agents.get(type, {}).get(id)
            if word is None and type == PARTY:
                word = id
            party = opening.named.get(word) if word is not None else None
        return party

    def meant(self, opening: Opening, subject: Subject, word: str) -> tuple[str | None, str | None]:
        """Return the party for which a subject acts, and the act that a caller names; None for what there is not."""
        found = opening.meant.get((subject, word))
        if found is None:
            party, act = self.party_of(opening, *subject), self.act_called(opening, word)
            if party is None or act is None:
                return party, act
            # There are as many as parties, those who act for them, and words for acts.
            found = opening.meant[subject, word] = party, act
        return found

    def subjects(self, held: Held, type: str) -> list[tuple[str, str]]:
        """Return the subjects of a type that act on an account, by id, with their parties."""
        found = {id: party for (kind, id), party in held.opening.parties.items() if kind == type}
        for id in self.part.agents.get(type, {}):
            party = self.party_of(held.opening, type, id)
            if party is not None:
                found.setdefault(id, party)
        if type == PARTY:
            program = held.opening.program
            for party in program.bound_parties:
                found.setdefault(party, party)
        return sorted(found.items())

    def act_called(self, opening: Opening, word: str) -> str | None:
        """Return the act that a caller names: as configured, by its name, or by that in the other language."""
        acts = opening.program.acts
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
