"""What time had brought before it was known: told late, and taken back where it never came about.

A notice is told when its instant comes, by what is known then. A fact that is reported after a deadline has passed, a
correction, an answer may show that more had come about by then, or less. So what was told of an account, and not taken
back, is always what the engine computes from all that is known of it, in whatever order that came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from engine.canonical import canonical
from engine.dates import iso
from engine.event import BUILT_IN, NEVER, START, Event, Instant
from engine.service.held import Held
from engine.service.outlook import Looked
from engine.service.passing import Changes, brought
from engine.store import Notice

_OF_THE_NOTICE = ("account", "at", "revision", "known_at")
"""What stands in a notice beside the change."""


class Span(NamedTuple):
    """The instants about which something else may have to be told now than was told: both are within."""

    first: Instant
    until: Instant


def to_tell(held: Held, looked: Looked, opened_at: Instant, new: Sequence[Event]) -> Span:
    """Return about which instants new entries may have changed what has to be told, since an account was looked at.

    What had come about before it was opened is history, and told to nobody. Where `new` are not all plain, the entries
    must be there since before them.
    """
    first = _first_touched(held, new)
    # What was due and not told when the ledger grew is still to be told.
    due = NEVER if looked.until is None else looked.until
    return Span(max(min(first, due), opened_at + 1), max(held.recorded_at, looked.since))


def _first_touched(held: Held, new: Sequence[Event]) -> Instant:
    """Return the first instant about which the last entries of an account say something."""
    if all(map(is_plain, new)):
        return min((each.effect_at for each in new), default=NEVER)
    before, after = held.at(held.revision - len(new)).line(), held.account.line()
    if before.undated != after.undated:
        return START
    for was, now in zip_longest(before.groups, after.groups):
        if was != now:
            return min(group[0].effect_at for group in (was, now) if group)
    return NEVER


def is_plain(event: Event) -> bool:
    """Tell whether an event bears on nothing that came before it took effect."""
    return event.name not in BUILT_IN and "ground" not in event.fields and event.occurred_at is not None


def notices_of(held: Held, at: Instant, changes: Changes) -> list[Notice]:
    """Return what is told when an instant comes."""
    return [_notice(held, at, number, each) for number, each in enumerate(changes)]


def told_late(
    held: Held, found: Iterable[tuple[Instant, Changes]], told: Sequence[Notice], until: Instant
) -> list[Notice]:
    """Return what has to be told now of what time brought up to `until`: what was not, and what was and is not so.

    `found` is what time brought as far as it may be told otherwise now, `told` all that was told of that time.
    """
    stands = not_taken_back(told)
    due = {(at, canonical(each)): (at, each) for at, changes in found for each in changes}
    known = {"known_at": iso(held.recorded_at)}
    late = [(at, {**each, **known}) for key, (at, each) in due.items() if key not in stands]
    gone = [
        (at, {**change, **known, "taken_back": id})
        for key, (id, at, change) in stands.items()
        if key not in due and at <= until and key[1] not in map(canonical, brought(held.account, at))
    ]
    return [_notice(held, at, number, each) for number, (at, each) in enumerate((*gone, *late))]


Told = dict[tuple[Instant, bytes], tuple[str, Instant, dict[str, Any]]]
"""What was told by instant and change: the id of the notice, and both."""


def not_taken_back(told: Iterable[Notice]) -> Told:
    """Return what was told and not taken back."""
    found: Told = {}
    for each in told:
        content = json.loads(each.content)
        change = {name: value for name, value in content.items() if name not in _OF_THE_NOTICE}
        if change.pop("taken_back", None) is None:
            found[each.at, canonical(change)] = each.id, each.at, change
        else:
            found.pop((each.at, canonical(change)), None)
    return found


def _notice(held: Held, at: Instant, number: int, change: Mapping[str, Any]) -> Notice:
    content = {"account": held.name, "at": iso(at), "revision": held.token, **change}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Notice(f"{held.name}/{held.revision}/{at}/{number}", held.name, at, body)
