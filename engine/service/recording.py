"""Recording events: checked against the contracts, kept by the store, counted once, and what they changed told.

A late event, a correction or an answer is judged as if it had always been known; what had been told otherwise before is
listed under `changed`. The list is derived from the ledger, so an event that is sent again gets the same answer.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from engine import tuples
from engine.account_standing import AccountStanding, BreachStanding, DutyStanding, standing_of
from engine.dates import iso
from engine.errors import BadEvent, Conflict, Stale, StoreError, Unfit
from engine.event import BUILT_IN, Event, Instant
from engine.intake import Checked
from engine.service.cloudevents import Sent
from engine.service.held import MOST_CHANGES, Held, plain
from engine.service.landing import landed
from engine.service.problems import Problem, pointer
from engine.service.tenant import Tenant
from engine.store import Appended, Entry, Wanted
from engine.written_events import new_event_from, plain_event_from

AHEAD = 2_000_000
"""How far the clock of who reports may be ahead of ours."""
TRIED_S = 10.0
"""For how long events are sent again while other servers are first: in an account where many record, that is chance."""


async def record(
    tenant: Tenant, events: Sequence[Sent], now: Instant, expected: str | None = None
) -> list[dict[str, Any]]:
    """Record events and return what came of each, in their order. Raises Problem, and what the store raises.

    Those of one account are recorded together or not at all. Before anything is recorded all of them are checked.
    """
    by_account: dict[str, list[Sent]] = {}
    for each in events:
        by_account.setdefault(each.account, []).append(each)
    kept = await _kept_in_time(tenant, by_account, now, expected)
    found: dict[str, Iterator[dict[str, Any]]] = {}
    for name, appended in kept.items():
        held = tenant.accounts.here(name) or await tenant.held(name)
        if held.revision < appended.revision:
            # It was let go of meanwhile, and read again before the store had kept this.
            await tenant.caught_up(held, await asyncio.to_thread(tenant.accounts.behind, held))
        if held.base:
            await _reaching(tenant, held, appended.revisions)
        found[name] = outcomes(held, by_account[name], appended.revisions)
    told = []
    for each in events:
        told.append(next(found[each.account]))
        if told[-1]["late"]:
            # What it changes takes a while to tell: others are answered before the next.
            await asyncio.sleep(0)
    return told


Parts = Mapping[str, list[Sent]]
"""Events by the accounts whose they are."""


async def _kept_in_time(
    tenant: Tenant, parts: Parts, now: Instant, expected: str | None
) -> dict[str, Appended]:
    """Have the store keep events, those a moment ahead when their time has come: no two clocks are the same."""
    latest = now + AHEAD
    while True:
        try:
            return await _keep(tenant, parts, now, expected)
        except Ahead as early:
            if early.until > latest:
                raise
            await asyncio.sleep((early.until - now) / 1_000_000)
            now = early.until


async def _keep(tenant: Tenant, parts: Parts, now: Instant, expected: str | None) -> dict[str, Appended]:
    """Have the store keep the events of some accounts, all at once; where another was first, look again."""
    kept: dict[str, Appended] = {}
    left, until = parts, time.monotonic() + TRIED_S
    while True:
        outcomes = await _sent(tenant, left, now, expected)
        kept |= {name: made for name, made in outcomes.items() if isinstance(made, Appended)}
        for name, made in outcomes.items():
            if not isinstance(made, Appended | Stale):
                raise _refusal(made, parts[name])
        left = {name: parts[name] for name, made in outcomes.items() if isinstance(made, Stale)}
        if not left:
            return {name: kept[name] for name in parts}
        if time.monotonic() > until:
            told = f"too many record in account `{next(iter(left))}` at once; send it again"
            raise Problem("too_many_requests", told, headers={"Retry-After": "1"})


async def _sent(
    tenant: Tenant, parts: Parts, now: Instant, expected: str | None
) -> dict[str, Appended | StoreError]:
    """Check events and send them to the store; return for each account what came of them, taken into memory.

    Whose turn is next goes on as soon as they are sent; where another server may have been first, once they are kept.
    """
    turns = await tenant.turns.take(parts)
    try:
        ready = [await _ready(tenant, part, now, expected) for part in parts.values()]
        writing = tenant.books.append_all_soon([each.wanted(now) for each in ready])
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for each in ready:
            each.send(over)
        if not tenant.shared:
            tenant.turns.give_back(turns)
            turns = []
        try:
            outcomes = await landed(writing)
        except BaseException as lost:
            for each in ready:
                each.over(lost)
            raise
        finally:
            over.set_result(None)
        for one, made in zip(ready, outcomes, strict=True):
            one.over(made)
        for one, made in zip(ready, outcomes, strict=True):
            if not _taken(one, made):
                await tenant.caught_up(one.held, await asyncio.to_thread(tenant.accounts.behind, one.held))
            tenant.snap_soon(one.held)
        return dict(zip(parts, outcomes, strict=True))
    finally:
        tenant.turns.give_back(turns)


class Ahead(Problem):
    """An event that lies ahead of our clock, and when its time comes."""

    def __init__(self, until: Instant, at: Instant, field: str) -> None:
        super().__init__("bad_request", f"it lies ahead: it is {iso(at)}", field)
        self.until = until


class Ready(NamedTuple):
    """Events of one account, checked against what was sent up to a revision; None for each that was recorded before."""

    held: Held
    sent: list[Sent]
    made: list[Event | None]
    checked: Checked
    revision: int
    recorded_at: Instant

    def wanted(self, now: Instant) -> Wanted:
        """Return what the store is to record, if nobody else has recorded meanwhile."""
        at = max(now, self.recorded_at)
        entries = [
            _entry(each, at if one is None else one.recorded_at)
            for each, one in zip(self.sent, self.made, strict=True)
        ]
        return tuples.made(Wanted, (self.held.name, entries, self.revision if self.checked.new else None))

    def send(self, over: asyncio.Future[None]) -> None:
        """Note that what is new was sent to the store."""
        if self.checked.new:
            self.held.underway.send(self.held.intake, self.checked, self.revision, over)

    def over(self, made: Appended | BaseException) -> None:
        """Note what the store has made of it."""
        if isinstance(made, Appended) or self._is_here():
            self.held.underway.kept(self.checked)
        else:
            self.held.underway.not_kept(self.held.intake, self.checked)

    def _is_here(self) -> bool:
        """Tell whether it was kept all the same, and read from the store meanwhile: an answer was lost, no event."""
        first = next(iter(self.checked.new), None)
        return self.held.revision > self.revision and self.held.entry(self.revision + 1).id == first


def _entry(sent: Sent, at: Instant) -> Entry:
    try:
        return Entry(sent.source, sent.id, sent.body, at, sent.personal)
    except Unfit as wrong:
        raise Problem("bad_request", wrong.reason, f"{sent.at}/{wrong.what}") from None


async def _ready(tenant: Tenant, events: list[Sent], now: Instant, expected: str | None) -> Ready:
    """Return events of one account checked, with the entries in memory that they bear on. Raises Problem."""
    held = tenant.at_hand(events[0].account) or await tenant.found(events[0].account)
    if held is None:
        name, at = events[0].account, events[0].at
        raise Problem("not_found", f"no account is called `{name}`", f"{at}/subject")
    if held.underway:
        ready = None if expected is not None else _ahead(held, events, now)
        if ready is not None:
            return ready
        await held.underway.over()
    if expected is not None and held.number_of(expected) != held.revision:
        raise Problem(
            "stale", f"account `{held.name}` is at revision `{held.token}`", "If-Match", revision=held.token
        )
    made = _events_of(held, events, now)
    if held.base and not held.goes_on_with([each for each in made if each is not None]):
        await tenant.whole(held)
        made = _events_of(held, events, now)
    return _checked(held, events, made)


def _ahead(held: Held, events: list[Sent], now: Instant) -> Ready | None:
    """Return events that go on from what is underway; None where that has to be known to be kept first."""
    with suppress(Problem):
        made = _events_of(held, events, now)
        new = [each for each in made if each is not None]
        if len(new) == len(made) and held.goes_on_with(new):
            return _checked(held, events, made)
    return None


def _checked(held: Held, events: list[Sent], made: list[Event | None]) -> Ready:
    try:
        checked = held.intake.check([each for each in made if each is not None])
    except BadEvent as wrong:
        sent = next((each for each in events if each.id == wrong.where), events[0])
        code = "conflict" if wrong.field == "id" else "bad_request"
        raise Problem(code, wrong.reason, _place(sent, wrong.field), zh=wrong.zh) from None
    return tuples.made(Ready, (held, events, made, checked, *held.sent))


def _events_of(held: Held, events: Iterable[Sent], now: Instant) -> list[Event | None]:
    """Return the events that are new, checked; None for each that was recorded before. Raises Problem."""
    made: list[Event | None] = []
    _, last = held.sent
    program, kept = held.opening.program, held.intake.kept
    for each in events:
        known = kept(each.id)
        if known is not None and known.source == each.source:
            made.append(None)
            continue
        # None is recorded before the one before it: so the store has it too.
        said, happened = each.recorded_at, each.happened_at
        at = now if said is None or said > now else said
        if at > last:
            last = at
        plain = None
        if happened is not None and happened <= last:
            plain = plain_event_from(program, each.raw, last, happened)
        made.append(_event(held, each, last) if plain is None else plain)
    return made


def _event(held: Held, sent: Sent, at: Instant) -> Event:
    try:
        made = new_event_from(held.opening.program, sent.raw, "event", at, sent.happened_at)
    except BadEvent as wrong:
        raise Problem("bad_request", wrong.reason, _place(sent, wrong.field), zh=wrong.zh) from None
    if made.occurred_at is not None and made.occurred_at > at:
        raise Ahead(made.occurred_at, at, f"{sent.at}/time")
    return made


def _place(sent: Sent, field: str) -> str:
    outside = {"name": "type", "id": "id", "at": "time", "": ""}
    return sent.at + (pointer(outside[field]) if field in outside else pointer("data", field))


def _refusal(wrong: StoreError, events: Iterable[Sent]) -> Exception:
    """Return what a caller is told where the store has refused events: which of them, if it is one."""
    if isinstance(wrong, Conflict):
        for each in events:
            if each.id == wrong.name:
                return Problem("conflict", str(wrong), f"{each.at}/id")
    return wrong


def _taken(ready: Ready, made: Appended | StoreError) -> bool:
    """Take into memory what the store has kept; tell whether all is there, or another was first and has to be read."""
    held, new = ready.held, ready.checked.new
    if not isinstance(made, Appended):
        return not isinstance(made, Stale)
    if new and made.revision == held.revision + len(new) and len(made.hashes) == len(new):
        held.grow(made.hashes, list(new.values()))
    return made.revision <= held.revision


async def _reaching(tenant: Tenant, held: Held, revisions: Iterable[int]) -> None:
    """Have everything read on which it hangs what came of the entries of those revisions."""
    for each in revisions:
        if each <= held.base or not held.reaches(held.entry(each).recorded_at):
            await tenant.whole(held)


# What was sent together was recorded at one instant.
_written = lru_cache(maxsize=64)(iso)


def outcomes(held: Held, events: Iterable[Sent], revisions: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield what came of events of one account that were recorded at those revisions."""
    for sent, revision in zip(events, revisions, strict=True):
        event = held.entry(revision)
        late = is_late(held, revision, event)
        told = {
            "id": sent.id, "source": sent.source, "account": held.name, "revision": held.token_of(revision),
            "recorded_at": _written(event.recorded_at), "late": late,
            "changed": changed(held, revision) if late else [],
        }  # fmt: skip
        if sent.recorded_at is not None and sent.recorded_at != event.recorded_at:
            told["not_as_said"] = ["recordedat"]
        # What is left out is written as null in what is kept, and mostly nothing is.
        if b"null" in sent.body:
            left_out = [name for name, value in sent.raw.items() if value is None and name != "at"]
            if left_out:
                told["left_out"] = left_out
        yield told


def is_late(held: Held, revision: int, event: Event) -> bool:
    """Tell whether an entry bears on what was judged before it came: a correction, an answer, a fact that lies back."""
    if event.name in BUILT_IN or event.occurred_at is None:
        return revision > 1
    return held.latest_before(revision) > event.effect_at


def changed(held: Held, revision: int) -> list[dict[str, Any]]:
    """Return what stands otherwise since an entry, as seen at the instant at which it was recorded."""
    found = held.changes.get(revision)
    if found is None:
        at, before = held.entry(revision).recorded_at, held.at(revision - 1)
        # What stood before is derived first: most of what comes late only has its place among that.
        before.line().after_facts(at)
        after = held.at(revision) if revision < held.revision else held.renewed()
        if after.stands_as(before, at):
            return []
        was, now = standing_of(before.position_at(at)), standing_of(after.position_at(at))
        if len(held.changes) >= MOST_CHANGES:
            del held.changes[next(iter(held.changes))]
        found = held.changes[revision] = list(differences(was, now))
    return found


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
