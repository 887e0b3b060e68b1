"""What may be done on an account until something changes next: worked out with that instant, and kept beside it.

So a search need not read an account whose outlook reaches the instant asked about. It is a cache: it begins with the
stamp of the engine and of what the account's documents mean, as it was worked out with them, names the entry that it
goes on from, and is passed over unless both are so now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json, to_json

from engine.account import Account
from engine.account_standing import powers_of
from engine.canonical import canonical
from engine.decide import decide
from engine.edition import edition
from engine.event import Instant
from engine.program import Program
from engine.question import May
from engine.store import AccountRow

STAMP, HEAD = 16, 32
"""How many bytes the stamp has, and the hash of an entry."""


class Outlook(NamedTuple):
    """What the engine answers of an account's powers, by party and act, later than `since` and before `until` (None:
    for ever). Nothing where what is open or alleged may bear on it."""

    since: Instant
    until: Instant | None
    answers: Mapping[tuple[str, str], str]

    def reaches(self, at: Instant) -> bool:
        """Tell whether this is how it is at an instant."""
        return self.since < at and (self.until is None or at < self.until)


def stamp_of(program: Program) -> bytes:
    """Return what names this engine, and what the documents of a program mean: how they put it is nothing to it."""
    meant = [[name, meaning] for name, _, meaning in program.versions]
    return blake2b(canonical({"engine": edition(), "documents": meant}), digest_size=STAMP).digest()


def outlook_of(account: Account, after: Instant) -> Outlook:
    """Return how it is from an instant on, until time alone may change a standing or a power.

    The account keeps what is told here of its powers: who asks next finds it worked out.
    """
    line, position = account.line(), account.position_at(after)
    place = line.instants.up_to(after)
    reached = line.after(place, after)
    ahead = [due[0] for due in position.agenda[:1]]
    ahead += line.instants[place : place + 1]
    answers = {}
    for party, act in powers_of(account):
        decision = decide(reached, May(party, act, after))
        turn = decision.holds_until
        if turn is None or turn > after:
            answers[party, act] = decision.answer
            ahead += [] if turn is None else [turn]
    firm = not (line.undated or line.alleges)
    return Outlook(after, min(ahead, default=None), answers if firm else {})


Answers = Mapping[tuple[str, str], str]
"""What is answered of powers, by party and act."""


def powers_turned(was: Answers, now: Answers) -> Iterator[dict[str, str]]:
    """Yield which powers opened or closed."""
    for (party, act), answer in now.items():
        if was[party, act] != answer:
            yield {"what": "power", "party": party, "act": act, "was": was[party, act], "is": answer}


def written(stamp: bytes, head: bytes, outlook: Outlook) -> bytes:
    """Return an outlook as it is kept, for an account whose last entry has that hash."""
    answers = [[party, act, answer] for (party, act), answer in outlook.answers.items()]
    return stamp + head + to_json([outlook.since, outlook.until, answers])


class Looked(NamedTuple):
    """How far an account was looked at: up to which entry, up to which instant, and what was to come next."""

    head: bytes
    since: Instant
    until: Instant | None


def looked_at(row: AccountRow) -> Looked:
    """Return how far an account was looked at, by whichever engine: at first, when it was opened."""
    kept = b"" if row.outlook is None else row.outlook
    try:
        since, until, _ = from_json(kept[STAMP + HEAD :])
    except ValueError:
        return Looked(b"", row.opened_at, None)
    return Looked(kept[STAMP : STAMP + HEAD], since, until)


def is_of(kept: bytes | None, stamp: bytes) -> bool:
    """Tell whether an outlook was worked out by that engine, with documents of that meaning."""
    return kept is not None and kept[:STAMP] == stamp


def read(kept: bytes | None, stamp: bytes, head: bytes) -> Outlook | None:
    """Return an outlook that was kept; None where the engine, the documents or the entries are others now."""
    if kept is None or kept[: STAMP + HEAD] != stamp + head:
        return None
    since, until, answers = from_json(kept[STAMP + HEAD :])
    return Outlook(since, until, {(party, act): answer for party, act, answer in answers})
