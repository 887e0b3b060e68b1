"""A store in the memory of one process: what every other store must agree with, as plain as it can be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TypeVar

from engine.errors import Conflict, NotKept, Stale, StoreError
from engine.event import Instant
from engine.store import Books, chain
from engine.store.names import fit
from engine.store.rows import (
    AT_ONCE,
    AccountRow,
    ApiKey,
    Appended,
    Approval,
    Audited,
    ContractRow,
    DecisionRow,
    Delivery,
    Entry,
    EntryRow,
    FeedPage,
    Notice,
    Publication,
    Snapshot,
    Subscription,
    Wanted,
)

MOST_SNAPSHOTS = 4
Made = TypeVar("Made")


@dataclass
class _Account:
    row: AccountRow
    entries: list[EntryRow] = field(default_factory=list)
    snapshots: dict[str, dict[int, Snapshot]] = field(default_factory=dict)


@dataclass
class _Due:
    delivery: Delivery
    at: Instant | None


class MemoryBooks:
    """One tenant's books, in memory."""

    def __init__(self, tenant: str, lock: RLock) -> None:
        self.tenant = tenant
        self._lock = lock
        self._accounts: dict[str, _Account] = {}
        self._feed: list[tuple[str, int]] = []
        self._places: dict[tuple[str, str], tuple[str, int]] = {}
        self._contracts: dict[tuple[str, str], ContractRow] = {}
        self._decisions: dict[str, DecisionRow] = {}
        self._notices: dict[str, Notice] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._due: dict[tuple[str, str], _Due] = {}

    # Ledgers ----------------------------------------------------------------------------------------------------------

    def open_account(self, account: str, opening: bytes, at: Instant) -> AccountRow:
        fit(account=account)
        with self._lock:
            kept = self._accounts.get(account)
            if kept is None:
                head = chain.opened(self.tenant, account, opening, at)
                kept = _Account(AccountRow(account, opening, at, 0, head, at, AT_ONCE))
                self._accounts[account] = kept
            elif kept.row.opening != opening:
                raise Conflict("account", account, "it was opened before, with other terms")
            return kept.row

    def account(self, account: str) -> AccountRow:
        return self._account(account).row

    def accounts(self, after: str = "", limit: int = 1000) -> list[AccountRow]:
        with self._lock:
            return [self._accounts[each].row for each in sorted(self._accounts) if each > after][:limit]

    def append(self, account: str, entries: Sequence[Entry], expected: int | None = None) -> Appended:
        with self._lock:
            kept = self._account(account)
            row, new = kept.row, dict[tuple[str, str], EntryRow]()
            revisions, fresh = list[int](), list[bool]()
            for each in entries:
                same = new.get((each.source, each.id)) or self.entry(each.source, each.id)
                if same is not None:
                    refuse_other(same, account, each)
                else:
                    at, revision = max(each.recorded_at, row.recorded_at), row.revision + 1
                    head = chain.linked(row.head, revision, each.source, each.id, each.body, at)
                    row = replace(row, revision=revision, head=head, recorded_at=at)
                    new[each.source, each.id] = EntryRow(
                        account, revision, each.source, each.id, each.body, at, head, each.personal
                    )
                revisions.append(same.revision if same is not None else row.revision)
                fresh.append(same is None)
            if new and expected not in (None, kept.row.revision):
                raise Stale(account, expected or 0, kept.row.revision)
            kept.row = replace(row, wake_at=AT_ONCE) if new else row
            kept.entries += new.values()
            for made in new.values():
                self._places[made.source, made.id] = account, made.revision
                self._feed.append((account, made.revision))
            hashes = tuple(each.hash for each in new.values())
            return Appended(account, row.revision, tuple(revisions), tuple(fresh), hashes)

    def append_soon(
        self, account: str, entries: Sequence[Entry], expected: int | None = None
    ) -> Future[Appended]:
        return _done(lambda: self.append(account, entries, expected))

    def append_all_soon(self, wanted: Sequence[Wanted]) -> Future[Sequence[Appended | StoreError]]:
        return _done(lambda: [self._tried(each) for each in wanted])

    def _tried(self, wanted: Wanted) -> Appended | StoreError:
        try:
            return self.append(*wanted)
        except StoreError as refusal:
            return refusal

    def entries(
        self, account: str, *, after: int = 0, until: int | None = None, known_at: Instant | None = None,
        limit: int | None = None,
    ) -> list[EntryRow]:  # fmt: skip
        with self._lock:
            found = self._account(account).entries[max(after, 0) : until]
            return [each for each in found if known_at is None or each.recorded_at <= known_at][:limit]

    def entries_of(self, accounts: Sequence[str]) -> list[EntryRow]:
        with self._lock:
            here = (self._accounts[name] for name in dict.fromkeys(accounts) if name in self._accounts)
            return [entry for each in here for entry in each.entries]

    def entry(self, source: str, id: str) -> EntryRow | None:
        with self._lock:
            place = self._places.get((source, id))
            return self._accounts[place[0]].entries[place[1] - 1] if place is not None else None

    def feed(self, cursor: str = "", limit: int = 1000) -> FeedPage:
        with self._lock:
            if cursor and not cursor.isdecimal():
                raise NotKept("cursor", cursor)
            start = int(cursor or 0)
            places = self._feed[start : start + limit]
            rows = tuple(self._accounts[name].entries[revision - 1] for name, revision in places)
            return FeedPage(rows, str(start + len(rows)) if rows else cursor)

    def erase_personal(self, account: str, revisions: Sequence[int] | None = None) -> int:
        with self._lock:
            entries, count = self._account(account).entries, 0
            for place, each in enumerate(entries):
                if each.personal is not None and (revisions is None or each.revision in revisions):
                    entries[place] = replace(each, personal=None)
                    count += 1
            return count

    def keep_snapshot(self, account: str, snapshot: Snapshot) -> None:
        with self._lock:
            kept = self._account(account).snapshots.setdefault(snapshot.engine, {})
            kept[snapshot.revision] = snapshot
            for revision in sorted(kept)[:-MOST_SNAPSHOTS]:
                del kept[revision]

    def snapshot(self, account: str, engine: str, until: int | None = None) -> Snapshot | None:
        with self._lock:
            kept = self._account(account).snapshots.get(engine, {})
            last = max((each for each in kept if until is None or each <= until), default=None)
            return kept[last] if last is not None else None

    def _account(self, account: str) -> _Account:
        with self._lock:
            if account not in self._accounts:
                raise NotKept("account", account)
            return self._accounts[account]

    # Contracts --------------------------------------------------------------------------------------------------------

    def propose(self, row: ContractRow) -> ContractRow:
        with self._lock:
            kept = self._contracts.setdefault(
                (row.name, row.version), replace(row, approvals=(), published_at=None)
            )
            if kept.texts != row.texts:
                raise Conflict(
                    "contract", f"{row.name}@{row.version}", "it was proposed before, with other texts"
                )
            return kept

    def approve(self, name: str, version: str, by: str, at: Instant) -> ContractRow:
        fit(by=by)
        with self._lock:
            kept = self.contract(name, version)
            if all(each.by != by for each in kept.approvals):
                kept = self._contracts[name, version] = replace(
                    kept, approvals=(*kept.approvals, Approval(by, at))
                )
            return kept

    def publish(self, name: str, version: str, at: Instant) -> ContractRow:
        with self._lock:
            kept = self.contract(name, version)
            if kept.published_at is None:
                kept = self._contracts[name, version] = replace(kept, published_at=at)
            return kept

    def contract(self, name: str, version: str) -> ContractRow:
        with self._lock:
            if (name, version) not in self._contracts:
                raise NotKept("contract", f"{name}@{version}")
            return self._contracts[name, version]

    def contracts(self, name: str | None = None) -> list[ContractRow]:
        with self._lock:
            found = [each for each in self._contracts.values() if name is None or each.name == name]
            return sorted(found, key=lambda each: each.name)  # Stable: within a name as proposed.

    def published(self) -> list[Publication]:
        return [
            Publication(each.name, each.version, each.published_at)
            for each in self.contracts()
            if each.published_at is not None
        ]

    # Decisions --------------------------------------------------------------------------------------------------------

    def log(self, rows: Sequence[DecisionRow]) -> Future[None]:
        with self._lock:
            for each in rows:
                last = next(reversed(self._decisions.values())).number if self._decisions else 0
                self._decisions.setdefault(each.id, each._replace(number=last + 1))
        return _done(lambda: None)

    def decision(self, id: str) -> DecisionRow:
        with self._lock:
            if id not in self._decisions:
                raise NotKept("decision", id)
            return self._decisions[id]

    def decisions(self, after: int = 0, limit: int = 1000) -> list[DecisionRow]:
        with self._lock:
            return [each for each in self._decisions.values() if each.number > after][:limit]

    def forget_decisions(self, before: Instant, limit: int = 10_000) -> int:
        with self._lock:
            rows = list(self._decisions.values())[:-1]
            gone = [each.id for each in rows if each.asked_at < before][:limit]
            for id in gone:
                del self._decisions[id]
            return len(gone)

    # Deadlines --------------------------------------------------------------------------------------------------------

    def wake(self, account: str, revision: int, at: Instant | None, outlook: bytes | None = None) -> bool:
        with self._lock:
            kept = self._account(account)
            if kept.row.revision != revision:
                return False
            kept.row = replace(kept.row, wake_at=at, outlook=outlook)
            return True

    def waking(
        self, until: Instant, limit: int = 1000, after: Instant | None = None, beyond: str = ""
    ) -> list[AccountRow]:
        with self._lock:
            found = [
                (each.row.wake_at, each.row.name, each.row)
                for each in self._accounts.values()
                if each.row.wake_at is not None and each.row.wake_at <= until
                if (after is None or each.row.wake_at > after) and each.row.name > beyond
            ]
            return [row for _, _, row in sorted(found, key=lambda each: each[:2])][:limit]

    def notify(
        self, account: str, revision: int, woken: Instant, notices: Sequence[Notice], next: Instant | None,
        outlook: bytes | None = None,
    ) -> bool:  # fmt: skip
        with self._lock:
            kept = self._account(account)
            if (kept.row.revision, kept.row.wake_at) != (revision, woken):
                return False
            kept.row = replace(kept.row, wake_at=next, outlook=outlook)
            for each in notices:
                if each.id not in self._notices:
                    made = self._notices[each.id] = replace(each, number=len(self._notices) + 1)
                    for to in self.subscriptions():
                        self._due[to.id, each.id] = _Due(Delivery(to, made, 0, ""), made.at)
            return True

    def notices(self, after: int = 0, limit: int = 1000, account: str | None = None) -> list[Notice]:
        with self._lock:
            found = list(self._notices.values())[after:]
            return [each for each in found if account is None or each.account == account][:limit]

    def told(self, account: str, since: Instant) -> list[Notice]:
        with self._lock:
            kept = self._notices.values()
            return [each for each in kept if each.account == account and each.at >= since]

    def subscribe(self, row: Subscription) -> Subscription:
        with self._lock:
            kept = self._subscriptions.setdefault(row.id, replace(row, until=None))
            if kept.target != row.target:
                raise Conflict("subscription", row.id, "it was made before, with another target")
            return kept

    def unsubscribe(self, id: str, at: Instant) -> None:
        with self._lock:
            if id not in self._subscriptions:
                raise NotKept("subscription", id)
            kept = self._subscriptions[id]
            if kept.until is None:
                self._subscriptions[id] = replace(kept, until=at)
            self._due = {key: each for key, each in self._due.items() if key[0] != id}

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            found = [each for each in self._subscriptions.values() if each.until is None]
            return sorted(found, key=lambda each: each.id)

    def due_to(self, now: Instant) -> list[str]:
        with self._lock:
            due = (key for key, each in self._due.items() if each.at is not None and each.at <= now)
            return sorted({subscription for subscription, _ in due})

    def claim(self, now: Instant, until: Instant, limit: int = 100, to: str | None = None) -> list[Delivery]:
        with self._lock:
            due = [
                (each.at, each.delivery.notice.number, key)
                for key, each in self._due.items()
                if each.at is not None and each.at <= now and to in (None, key[0])
            ]
            found = [self._due[key] for _, _, key in sorted(due)[:limit]]
            for each in found:
                each.at = until
            return [each.delivery for each in found]

    def delivered(self, subscription: str, notice: str) -> None:
        with self._lock:
            self._due.pop((subscription, notice), None)

    def retry(self, subscription: str, notice: str, at: Instant | None, reason: str) -> None:
        with self._lock:
            due = self._due.get((subscription, notice))
            if due is not None:
                due.at = at
                due.delivery = replace(due.delivery, tries=due.delivery.tries + 1, reason=reason)

    def undelivered(self, limit: int = 1000) -> list[Delivery]:
        with self._lock:
            found = [(each.delivery.notice.number, key) for key, each in self._due.items() if each.at is None]
            return [self._due[key].delivery for _, key in sorted(found)[:limit]]

    def audited(self) -> Iterator[Audited]:
        """Yield what the audit finds of each account, by name."""
        for name in sorted(self._accounts):
            kept = self._accounts[name]
            fault = chain.followed(self.tenant, kept.row, kept.entries)
            yield Audited(self.tenant, name, kept.row.revision, kept.row.head, fault)


class MemoryStore:
    """A store that is gone with its process."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._books: dict[str, MemoryBooks] = {}
        self._keys: dict[str, ApiKey] = {}

    def add_tenant(self, name: str, at: Instant) -> Books:
        fit(tenant=name)
        with self._lock:
            return self._books.setdefault(name, MemoryBooks(name, self._lock))

    def tenants(self) -> list[str]:
        with self._lock:
            return sorted(self._books)

    def of(self, tenant: str) -> Books:
        return self._of(tenant)

    def _of(self, tenant: str) -> MemoryBooks:
        with self._lock:
            if tenant not in self._books:
                raise NotKept("tenant", tenant)
            return self._books[tenant]

    def add_key(self, key: ApiKey) -> None:
        with self._lock:
            self._of(key.tenant)
            if key.prefix in self._keys:
                raise Conflict("key", key.prefix, "its prefix is taken")
            self._keys[key.prefix] = replace(key, revoked_at=None)

    def key(self, prefix: str) -> ApiKey | None:
        with self._lock:
            return self._keys.get(prefix)

    def keys(self, tenant: str) -> list[ApiKey]:
        with self._lock:
            self._of(tenant)
            return [each for each in self._keys.values() if each.tenant == tenant]

    def revoke_key(self, prefix: str, at: Instant) -> None:
        with self._lock:
            if prefix not in self._keys:
                raise NotKept("key", prefix)
            if self._keys[prefix].revoked_at is None:
                self._keys[prefix] = replace(self._keys[prefix], revoked_at=at)

    def ready(self) -> None:
        return

    def audit(self, tenant: str | None = None) -> Iterator[Audited]:
        with self._lock:
            for name in self.tenants() if tenant is None else [tenant]:
                yield from self._of(name).audited()

    def close(self) -> None:
        return


def refuse_other(kept: EntryRow, account: str, sent: Entry) -> None:
    """Raise Conflict where what is sent under a key is not what is kept under it."""
    if kept.account != account:
        raise Conflict("event", sent.id, f"it was recorded before, for account `{kept.account}`")
    if kept.body != sent.body:
        raise Conflict("event", sent.id, "it was recorded before, with other content")
    if kept.personal not in (None, sent.personal):
        raise Conflict("event", sent.id, "it was recorded before, with other personal data")


def _done(act: Callable[[], Made]) -> Future[Made]:
    future: Future[Made] = Future()
    try:
        future.set_result(act())
    except Exception as wrong:
        future.set_exception(wrong)
    return future
