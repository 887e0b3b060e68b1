"""Recording events: checked against the contracts, kept by the store, counted once, and what they changed told.

A late event, a correction or an answer is judged as if it had always been known; what had been told otherwise before is
listed under `changed`. The list is derived from the ledger, so an event that is sent again gets the same answer.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from engine.dates import iso
from engine.errors import BadEvent, Stale
from engine.event import BUILT_IN, Event, Instant
from engine.history import AccountStanding, BreachStanding, DutyStanding, standing_of
from engine.ledger import event_from
from engine.service.cloudevents import Sent
from engine.service.held import Held, plain
from engine.service.landing import landed
from engine.service.problems import Problem
from engine.service.tenant import Tenant
from engine.store import Appended, Entry, EntryRow
from engine.store.chain import linked

MOST_TRIES = 8


async def record(
    tenant: Tenant, events: Sequence[Sent], now: Instant, expected: str | None = None
) -> list[dict[str, Any]]:
    """Record events and return what came of each, in their order. Raises Problem, and what the store raises.

    Those of one account are recorded together or not at all. Before anything is recorded all of them are checked.
    """
    by_account: dict[str, list[Sent]] = {}
    for each in events:
        by_account.setdefault(each.account, []).append(each)
    async with tenant.alone(list(by_account)):
        ready = {}
        for name, part in by_account.items():
            held = await tenant.held(name)
            if expected is not None:
                wanted = held.number_of(expected)
                if wanted is None or wanted != held.revision:
                    raise Problem(
                        "stale",
                        f"account `{name}` is at revision `{held.token}`",
                        "If-Match",
                        revision=held.token,
                    )
            ready[name] = await _ready(tenant, held, part, now)
        found: dict[str, list[dict[str, Any]]] = {}
        keeping = [_keep(tenant, name, by_account[name], ready[name], now) for name in ready]
        kept = [await keeping[0]] if len(keeping) == 1 else await asyncio.gather(*keeping)
        for name, appended in zip(ready, kept, strict=True):
            held = await tenant.held(name)
            if held.base:
                await _reaching(tenant, held, appended.revisions)
            found[name] = [
                outcome(held, sent, revision)
                for sent, revision in zip(by_account[name], appended.revisions, strict=True)
            ]
    taken = {name: iter(each) for name, each in found.items()}
    return [next(taken[each.account]) for each in events]


async def _ready(tenant: Tenant, held: Held, events: list[Sent], now: Instant) -> list[Event | None]:
    """Return the events that are new, checked, and see to it that the entries are here that they bear on."""
    made = _events_of(held, events, now)
    if held.base and not held.goes_on_with([each for each in made if each is not None]):
        await tenant.whole(held)
        made = _events_of(held, events, now)
    return made


def _events_of(held: Held, events: Iterable[Sent], now: Instant) -> list[Event | None]:
    """Return the events that are new, checked; None for each that was recorded before. Raises Problem."""
    made: list[Event | None] = []
    for each in events:
        known = held.intake.kept(each.id)
        if known is not None and known.source == each.source:
            made.append(None)
            continue
        made.append(_event(held, each, now))
    return made


def _event(held: Held, sent: Sent, now: Instant) -> Event:
    at = max(min(sent.recorded_at or now, now), held.recorded_at)
    raw = dict(sent.raw)
    raw["recorded_at"] = None
    try:
        made = event_from(held.opening.program, raw, "event", at)
    except BadEvent as wrong:
        raise Problem("bad_request", wrong.reason, _place(sent, wrong.field)) from None
    if made.occurred_at is not None and made.occurred_at > at:
        raise Problem("bad_request", f"it lies ahead: it is {iso(at)}", f"{sent.at}/time")
    return made


def _place(sent: Sent, field: str) -> str:
    outside = {"name": "type", "id": "id", "at": "time", "": ""}
    return f"{sent.at}/{outside[field]}" if field in outside else f"{sent.at}/data/{field}"


async def _keep(
    tenant: Tenant, name: str, events: list[Sent], made: list[Event | None], now: Instant
) -> Appended:
    """Have the store keep the events of one account; where another server was first, look again."""
    for _ in range(MOST_TRIES):
        held = await tenant.held(name)
        new = [each for each in made if each is not None]
        intake = held.intake
        try:
            fresh = intake.check(new)
        except BadEvent as wrong:
            sent = next((each for each in events if each.id == wrong.where), events[0])
            code = "conflict" if wrong.field == "id" else "bad_request"
            raise Problem(code, wrong.reason, _place(sent, wrong.field)) from None
        entries = [
            Entry(each.source, each.id, each.body, _recorded(one, held, now), each.personal)
            for each, one in zip(events, made, strict=True)
        ]
        try:
            appended = await landed(
                tenant.books.append_soon(name, entries, held.revision if fresh and tenant.shared else None)
            )
        except Stale:
            made = await _ready(tenant, await tenant.held(name), events, now)
            continue
        await _grow(tenant, held, events, made, appended)
        tenant.snap_soon(held)
        return appended
    raise Problem("stale", f"account `{name}` moves on too fast; send it again")


def _recorded(made: Event | None, held: Held, now: Instant) -> Instant:
    return made.recorded_at if made is not None else max(now, held.recorded_at)


async def _grow(
    tenant: Tenant, held: Held, events: list[Sent], made: list[Event | None], appended: Appended
) -> None:
    """Take into memory what the store has kept."""
    if appended.revision == held.revision:
        return
    if appended.revision != held.revision + sum(appended.fresh):
        await tenant.caught_up(held, await asyncio.to_thread(tenant.accounts.behind, held))
        return
    rows: list[EntryRow] = []
    news: list[Event] = []
    head = held.head
    for sent, one, revision, fresh in zip(events, made, appended.revisions, appended.fresh, strict=True):
        if fresh and one is not None:
            head = linked(head, revision, sent.source, sent.id, sent.body, one.recorded_at)
            rows.append(EntryRow(held.name, revision, sent.source, sent.id, sent.body, one.recorded_at, head))
            news.append(one)
    held.intake.take(news)
    held.grow(rows, news)


async def _reaching(tenant: Tenant, held: Held, revisions: Iterable[int]) -> None:
    """Have everything read on which it hangs what came of the entries of those revisions."""
    for each in revisions:
        if each <= held.base or not held.reaches(held.entry(each).recorded_at):
            await tenant.whole(held)


def outcome(held: Held, sent: Sent, revision: int) -> dict[str, Any]:
    """Return what came of an event that was recorded at a revision."""
    event = held.entry(revision)
    late = is_late(held, revision)
    return {
        "id": sent.id, "source": sent.source, "account": held.name, "revision": held.token_of(revision),
        "recorded_at": iso(event.recorded_at), "late": late, "changed": changed(held, revision) if late else [],
    }  # fmt: skip


def is_late(held: Held, revision: int) -> bool:
    """Tell whether an entry bears on what was judged before it came: a correction, an answer, a fact that lies back."""
    event = held.entry(revision)
    if event.name in BUILT_IN or event.occurred_at is None:
        return revision > 1
    return held.latest_before(revision) > event.effect_at


def changed(held: Held, revision: int) -> list[dict[str, Any]]:
    """Return what stands otherwise since an entry, as seen at the instant at which it was recorded."""
    at = held.entry(revision).recorded_at
    before = standing_of(held.at(revision - 1).position_at(at))
    after = standing_of(held.at(revision).position_at(at))
    return list(differences(before, after))


def differences(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, Any]]:
    """Yield what differs between two standings: states, last days, duties, breaches."""
    old = {(state, document): value for state, document, value in before.states}
    for state, document, value in after.states:
        was = old.get((state, document))
        if was != value:
            yield {
                "what": "state",
                "state": state,
                "document": document,
                "was": plain(was),
                "is": plain(value),
            }
    ends = dict(before.last_days)
    for document, end in after.last_days:
        if ends.get(document) != end:
            yield {"what": "last_day", "document": document, "was": _iso(ends.get(document)), "is": _iso(end)}
    yield from _rows("breach", before.breaches, after.breaches)
    yield from _rows("duty", before.duties, after.duties)


def _rows(
    what: str, before: Sequence[DutyStanding | BreachStanding], after: Sequence[DutyStanding | BreachStanding]
) -> Iterable[dict[str, Any]]:
    def key(each: DutyStanding | BreachStanding) -> tuple[str, str, str]:
        return each.document, each.norm, each.trigger

    old, new = {key(each): each for each in before}, {key(each): each for each in after}
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if was != now:
            document, norm, trigger = name
            yield {
                "what": what, "document": document, "norm": norm, "trigger": trigger,
                "was": None if was is None else _told(was), "is": None if now is None else _told(now),
            }  # fmt: skip


def _told(each: DutyStanding | BreachStanding) -> dict[str, Any]:
    return {
        name: _iso(value) if name.endswith("_at") or name == "end" else plain(value)
        for name, value in dataclasses.asdict(each).items()
        if name not in ("document", "norm", "trigger")
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso(at)
