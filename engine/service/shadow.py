"""A candidate version asked what the one in use was asked: where it would answer otherwise, that is counted and logged.

Nobody waits for a candidate. A question is answered first; then it waits here, with others up to `MOST_WAITING` (what
would be more is dropped and counted), until a thread has asked the candidates. They keep the accounts that they were
asked about, and go on from there.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from contractlang.contract import base_name
from engine.account import Account
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.governing import Programs
from engine.kept import event_of
from engine.program import Program
from engine.question import May
from engine.service.asking import Answer
from engine.service.openings import Opening
from engine.service.tenant import Tenant
from engine.store import EntryRow

if TYPE_CHECKING:
    from engine.service.watch import Figures

MOST_WAITING = 2_000
MOST_ACCOUNTS = 1_000
AT_A_TIME = 50


class Waiting(NamedTuple):
    """A question that was answered, and is to be put to a candidate."""

    tenant: Tenant
    candidate: str
    account: str
    opening: Opening
    revision: int
    question: May
    known_at: Instant | None
    was: str
    decision: str


class Compared(NamedTuple):
    """What came of it: `same`, `different` or `error`; what the candidate said, or which error it was."""

    waiting: Waiting
    result: str
    would: str


class Shadow:
    """The candidates of all tenants of a server, and what waits for them."""

    def __init__(self, figures: Figures, log: Any) -> None:
        self._figures, self._log = figures, log
        self._waiting: deque[Waiting] = deque()
        self._some = asyncio.Event()
        self._asked = 0
        self._candidates = CandidateAccounts()

    @property
    def waiting(self) -> int:
        """How many questions wait or are being asked."""
        return len(self._waiting) + self._asked

    def after(self, tenant: Tenant, answers: Iterable[Answer]) -> None:
        """Have candidates asked what was answered, later."""
        for answer in answers:
            given = answer.given
            held = tenant.accounts.here(given.account) if given is not None else None
            if given is None or held is None:
                continue
            homes = set(map(base_name, held.opening.agreements))
            for candidate in tenant.part.shadow:
                if candidate.partition("@")[0] not in homes:
                    continue
                if self.waiting >= MOST_WAITING:
                    self._figures.shadow.labels(candidate, "dropped").inc()
                    continue
                self._waiting.append(Waiting(
                    tenant, candidate, given.account, held.opening, given.revision, given.question,
                    given.asked.known_at, given.decision.answer, given.id,
                ))  # fmt: skip
                self._some.set()

    async def run(self) -> None:
        """Ask candidates, until cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                part = [self._waiting.popleft() for _ in range(min(AT_A_TIME, len(self._waiting)))]
                self._asked = len(part)
                try:
                    for each in await asyncio.to_thread(self._candidates.compared, part):
                        self._tell(each)
                finally:
                    self._asked = 0

    def _tell(self, found: Compared) -> None:
        asked, result, would = found
        self._figures.shadow.labels(asked.candidate, result).inc()
        if result == "error":
            self._log.warning(
                "shadow",
                tenant=asked.tenant.name,
                candidate=asked.candidate,
                account=asked.account,
                error=would,
            )
        elif result == "different":
            self._log.info(
                "shadow", tenant=asked.tenant.name, candidate=asked.candidate, account=asked.account,
                decision=asked.decision, was=asked.was, would=would,
            )  # fmt: skip


class CandidateAccounts:
    """Accounts as they would be under candidates; used by one thread at a time."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str, str], tuple[Program, int, Account]] = OrderedDict()
        self._programs: dict[tuple[str, str], tuple[Mapping[str, str], Programs]] = {}

    def compared(self, part: Sequence[Waiting]) -> list[Compared]:
        """Ask the candidates."""
        found = []
        for each in part:
            try:
                would = self._account(each).decide(each.question, each.known_at).answer
            except EngineError as wrong:
                found.append(Compared(each, "error", str(wrong)))
            except Exception as wrong:  # A candidate may be anything; what is in use goes on.
                found.append(Compared(each, "error", f"unforeseen {type(wrong).__name__}"))
            else:
                found.append(Compared(each, "same" if would == each.was else "different", would))
        return found

    def _account(self, asked: Waiting) -> Account:
        """Return the account at the revision that was asked. Raises what stands in the way of a candidate."""
        program = self._program(asked)
        books, key = asked.tenant.books, (asked.tenant.name, asked.candidate, asked.account)
        of, revision, account = self._held.get(key, (program, 0, None))
        if account is None or of is not program or revision > asked.revision:
            home, _, version = asked.candidate.partition("@")
            versions = {**asked.opening.terms.versions, home: version}
            terms = dataclasses.replace(asked.opening.terms, versions=versions)
            account, revision = Account(program, terms, Ledger()), 0
        if revision < asked.revision:
            rows = books.entries(asked.account, after=revision, until=asked.revision)
            account = account.recorded(_events(program, rows))
        self._held[key] = program, asked.revision, account
        self._held.move_to_end(key)
        while len(self._held) > MOST_ACCOUNTS:
            self._held.popitem(last=False)
        return account

    def _program(self, asked: Waiting) -> Program:
        """Return what would govern the account; the candidate's text is read again only if what is in use changed."""
        tenant, (home, _, version) = asked.tenant, asked.candidate.partition("@")
        key, texts = (tenant.name, asked.candidate), tenant.library.texts
        kept = self._programs.get(key)
        if kept is None or kept[0] is not texts:
            kept = self._programs[key] = texts, tenant.candidates.of(home, version)
        return kept[1].of(tuple(map(base_name, asked.opening.agreements)), asked.opening.layers)


def _events(program: Program, rows: Iterable[EntryRow]) -> list[Any]:
    return [event_of(program, each) for each in rows]
