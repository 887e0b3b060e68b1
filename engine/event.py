"""What happened on an account: events, and the append-only ledger that keeps them.

Instants are whole microseconds UTC. An event happened at `occurred_at` (None: the date is not known) and we learnt of
it at `recorded_at`. Corrections, retractions and changes of standing are entries of their own that name an earlier
one; `Ledger.as_known` applies them, so nothing is ever rewritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from engine.canonical import canonical
from engine.grown import Grown

Instant = int

# Entries about other entries, and about what humans decided; the rest are acts and events of the vocabulary.
ANSWER = "answer"
WAIVE = "waive"
DISPUTE = "dispute"
MIGRATE = "migrate"
"""The account goes over to another version of its agreement: fields `agreement` and `version`."""
CORRECT = "correct"
RETRACT = "retract"
ESTABLISH = "establish"
REJECT = "reject"
ABOUT_ENTRIES = frozenset({CORRECT, RETRACT, ESTABLISH, REJECT})
BUILT_IN = frozenset({ANSWER, WAIVE, DISPUTE, MIGRATE}) | ABOUT_ENTRIES

KNOWLEDGE = frozenset({ANSWER, DISPUTE})

BOTH = "both parties"
ASKED = "?"
"""The id of an act that is only asked about."""
START = -(1 << 61)
"""Before anything that can have happened."""
DAWN = START >> 1
"""Between what is known from the start (answers, disputes) and anything that has happened."""
NEVER = 1 << 62
"""After anything that can happen."""


class Standing(Enum):
    """How far a fact stands."""

    ESTABLISHED = "established"
    ALLEGED = "alleged"
    REJECTED = "rejected"


# To ask an enumeration for a member, or a member for its value, takes as long as a dozen attributes.
ESTABLISHED, ALLEGED, REJECTED = Standing
_ESTABLISHED: str = ESTABLISHED.value


@dataclass(frozen=True, slots=True)
class Event:
    """One dated fact about an account.

    `name` is an act or event of the vocabulary, or one of BUILT_IN. `actor` is the party that acted (BOTH for a joint
    act). `fields` holds typed values: money as whole minor units, days as dates, references as event ids. `effect_at`
    is when it takes effect: on arrival for acts that need arriving. `personal` is kept apart: it is in no hash, so it
    can be erased. Events of one source at one instant follow `sequence`. What it is `hashed` as is worked out when it
    is first looked at: see `digest`.
    """

    id: str
    name: str
    actor: str | None
    occurred_at: Instant | None
    recorded_at: Instant
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)
    source: str = ""
    sequence: int | None = None
    standing: Standing = ESTABLISHED
    effect_at: Instant = 0
    settled_by: tuple[str, ...] = ()
    personal: Mapping[str, Any] = field(default_factory=dict, compare=False)
    hashed: bytes = field(default=b"", compare=False, repr=False)

    @property
    def digest(self) -> bytes:
        """BLAKE2b over the canonical content, as it was when the event was made or corrected."""
        if not self.hashed:
            content = canonical(self.content(), plain=True)
            object.__setattr__(self, "hashed", hashlib.blake2b(content, digest_size=16).digest())
        return self.hashed

    def placed(self, **otherwise: Any) -> Event:
        """Return the event as it stands in an account, or where it is placed there; it is hashed as it was made."""
        return replace(self, hashed=self.digest, **otherwise)

    def content(self) -> dict[str, Any]:
        """Return everything that identifies the fact, as JSON-ready values; personal data left out."""
        return {
            "actor": self.actor,
            "effect_at": self.effect_at,
            "fields": {key: str(value) for key, value in self.fields.items()},
            "id": self.id,
            "name": self.name,
            "occurred_at": self.occurred_at,
            "recorded_at": self.recorded_at,
            "sequence": self.sequence,
            "source": self.source,
            "standing": _ESTABLISHED if self.standing is ESTABLISHED else self.standing.value,
        }


class _Filling:
    """An event while its slots are filled; then it becomes an `Event`, which nothing can write to any more.

    One is made for every question and for everything reported, and the constructor of a frozen dataclass takes several
    times as long.
    """

    __slots__ = Event.__slots__


_NONE: Mapping[str, Any] = {}


def event(
    id: str,
    name: str,
    actor: str | None,
    occurred_at: Instant | None,
    *,
    recorded_at: Instant | None = None,
    fields: Mapping[str, Any] | None = None,
    source: str = "",
    sequence: int | None = None,
    standing: Standing = ESTABLISHED,
    effect_at: Instant | None = None,
    settled_by: tuple[str, ...] = (),
    personal: Mapping[str, Any] | None = None,
) -> Event:
    """Return an event. Left out, `recorded_at` and `effect_at` are `occurred_at` (or 0 where that is unknown)."""
    at = occurred_at if occurred_at is not None else 0
    made: Any = _Filling()
    made.id = id
    made.name = name
    made.actor = actor
    made.occurred_at = occurred_at
    made.recorded_at = at if recorded_at is None else recorded_at
    made.fields = dict(fields) if fields else _NONE
    made.source = source
    made.sequence = sequence
    made.standing = standing
    made.effect_at = at if effect_at is None else effect_at
    made.settled_by = settled_by
    made.personal = dict(personal) if personal else _NONE
    made.hashed = b""
    made.__class__ = Event
    return made  # type: ignore[no-any-return]


def asked_about(id: str, name: str, actor: str | None, at: Instant, fields: Mapping[str, Any]) -> Event:
    """Return an act that is only asked about, as done at an instant."""
    return plain_event(id, name, actor, at, at, fields, "")


def plain_event(
    id: str,
    name: str,
    actor: str | None,
    at: Instant,
    recorded_at: Instant,
    fields: Mapping[str, Any],
    source: str,
) -> Event:
    """Return an event of which there is no more to say than this."""
    made: Any = _Filling()
    made.id = id
    made.name = name
    made.actor = actor
    made.occurred_at = at
    made.recorded_at = recorded_at
    made.fields = fields
    made.source = source
    made.sequence = None
    made.standing = ESTABLISHED
    made.effect_at = at
    made.settled_by = ()
    made.personal = _NONE
    made.hashed = b""
    made.__class__ = Event
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries of one account in the order in which they were recorded. Append-only; ids are unique per source."""

    entries: Sequence[Event] = ()

    def __iter__(self) -> Iterator[Event]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def with_events(self, more: Iterable[Event]) -> Ledger:
        """Return the ledger with `more` appended; what is there is not copied each time."""
        entries = self.entries if isinstance(self.entries, Grown) else Grown(self.entries)
        return Ledger(entries.followed_by(more))

    def only(self, ids: Iterable[str]) -> Ledger:
        """Return the ledger with only the entries of those ids."""
        kept = set(ids)
        return Ledger(tuple(each for each in self.entries if each.id in kept))

    def as_known(self, known_at: Instant | None = None) -> tuple[Event, ...]:
        """Return the facts as known at `known_at` (None: everything), in the order in which they take effect.

        Entries recorded later are left out; corrections, retractions and changes of standing are applied, the last
        recorded winning. Undated events come last, in the order recorded. Rejected ones are gone.
        """
        known = [each for each in self.entries if known_at is None or each.recorded_at <= known_at]
        facts = {each.id: each for each in known if each.name not in ABOUT_ENTRIES}
        if len(facts) != len(known):
            known.sort(key=lambda each: each.recorded_at)
            for entry in known:
                if entry.name in ABOUT_ENTRIES:
                    _apply(entry, facts)
        kept = [each for each in facts.values() if each.standing is not REJECTED]
        if any(each.name in KNOWLEDGE for each in kept):
            kept = _from_the_start(kept)
        kept.sort(key=order_of)
        return tuple(kept)


def order_of(fact: Event) -> tuple[bool, Instant, str, int]:
    """Return what facts are sorted by; where that is the same, they stand in the order in which they were recorded."""
    return (fact.occurred_at is None, fact.effect_at, fact.source, fact.sequence or 0)


def _from_the_start(facts: list[Event]) -> list[Event]:
    """Answers and disputes are knowledge, not happenings: once known they are taken before anything happens, in the
    order recorded. An answer that names a `since` holds from then.
    """
    known = sorted((each for each in facts if each.name in KNOWLEDGE), key=lambda each: each.recorded_at)
    placed = [
        each.placed(effect_at=START + place, occurred_at=each.occurred_at or 0)
        for place, each in enumerate(known)
    ]
    return [each for each in facts if each.name not in KNOWLEDGE] + placed


def _apply(entry: Event, facts: dict[str, Event]) -> None:
    """Apply an entry about another entry; an unknown reference was refused when the ledger was read."""
    of = entry.fields.get("of", "")
    old = facts.get(of)
    if old is None:
        return
    match entry.name:
        case "retract":
            del facts[of]
        case "establish":
            facts[of] = old.placed(standing=ESTABLISHED)
        case "reject":
            facts[of] = old.placed(standing=REJECTED)
        case "correct":
            changed = {
                key: value
                for key, value in entry.fields.items()
                if key not in ("of", "occurred_at", "effect_at")
            }
            occurred = entry.fields.get("occurred_at", old.occurred_at)
            effect = entry.fields.get(
                "effect_at", occurred if "occurred_at" in entry.fields else old.effect_at
            )
            fields = {**old.fields, **changed}
            facts[of] = replace(old, hashed=b"", fields=fields, occurred_at=occurred, effect_at=effect or 0)
        case _:
            raise ValueError(f"{entry.name} is no entry about an entry")
