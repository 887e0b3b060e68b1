"""What happened on an account and what came of it, as a reader would tell it: one entry for each instant that counts.

The ledger is folded once more, an instant at a time, and what each step has written is told: breaches that begin or
are cured, duties that arise or are done, states that change, powers that open or close. Nothing is judged here that the
fold has not judged; where a default reading decides, the default is told, and where something open decides, that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contractlang.norms import Maintenance
from engine.account import Account
from engine.account_standing import powers_of
from engine.cells import end_of_life, every_case, read
from engine.decide import decide
from engine.decision import Item
from engine.event import START, Event, Instant
from engine.factline import take
from engine.position import Position, elapse
from engine.question import May
from engine.scene import Breach, Ground, Inst, LifeCell, Unknown
from engine.step import OVER
from engine.unordered import MOST_TOGETHER


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that came about. `code` chooses the sentence, `args` fill it; `bad` marks what somebody answers for."""

    code: str
    args: tuple[Any, ...] = ()
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One instant: the events taken there (none: time alone), and what came of them.

    `at` is None for what holds from the start, whenever it came to be known: answers and disputes.
    """

    at: Instant | None
    events: tuple[Event, ...]
    happenings: tuple[Happening, ...]


def history(account: Account, until: Instant, known_at: Instant | None = None) -> list[Entry]:
    """Return what happened up to and including `until`, with the knowledge of `known_at` (None: everything)."""
    return list(_Walk(account, until, known_at).entries())


class _Walk:
    """One reading of a ledger from its beginning."""

    def __init__(self, account: Account, until: Instant, known_at: Instant | None) -> None:
        self.until, self.known_at = until, known_at
        self.line = account.line(known_at)
        self.position = self.line.reached[0]
        self.powers = dict.fromkeys(powers_of(account), "closed")
        self.turn: Instant | None = None

    def entries(self) -> Iterator[Entry]:
        for group in self.line.groups:
            if group[0].effect_at > self.until:
                break
            yield from self.passing(group[0].effect_at)
            for events in _apart(group):
                yield self.taking(events)
        yield from self.passing(self.until)
        for fact in self.line.undated:
            yield Entry(None, (fact,), (Happening("undated"),))

    def passing(self, until: Instant) -> Iterator[Entry]:
        """Let time pass, one instant that may change something after the other; what nothing came of is left out."""
        while (at := self.next_instant()) is not None and at <= until:
            before, self.position = self.position, elapse(self.position, at)
            if found := self.told(before):
                yield Entry(self.position.now, (), found)

    def next_instant(self) -> Instant | None:
        """Return the next instant at which time alone may change where a duty or a power stands."""
        ahead = [self.position.agenda[0][0]] if self.position.agenda else []
        if self.turn is not None and self.turn > self.position.now:
            ahead.append(self.turn)
        return min(ahead, default=None)

    def taking(self, events: list[Event]) -> Entry:
        """Take the facts of one instant, and what time brings about at that very instant."""
        before, self.position = self.position, take(self.position, events)
        found = self.told(before)
        if self.position.now < START // 2:
            # Knowledge holds from the start, when there is nothing yet that a power could be about.
            return Entry(None, tuple(events), found)
        while self.position.agenda and self.position.agenda[0][0] <= self.position.now:
            before, self.position = self.position, elapse(self.position, self.position.now)
            found += self.told(before)
        return Entry(self.position.now, tuple(events), _gathered(found))

    def told(self, before: Position) -> tuple[Happening, ...]:
        """Tell what the last step has changed."""
        after = self.position
        found: dict[Happening, None] = {}
        for key in after.changed:
            teller = _TELLERS.get(key[0])
            if teller is None:
                continue
            old, new = read(before, key), read(after, key)
            if isinstance(new, Item):
                if old != new:
                    found.update(dict.fromkeys(_open(after, key, old, new)))
            elif old != new or key[0] in ("W", "G"):
                found.update(dict.fromkeys(teller(after, key, old, new)))
        ended = any(each.code == "agreement" and each.args[1] != "in_force" for each in found)
        found.update(dict.fromkeys(self.turned(ended)))
        return _gathered(tuple(found))

    def turned(self, ended: bool) -> Iterator[Happening]:
        """Tell which powers have opened or closed, and on what it depends where that is open."""
        position = self.position
        if position.now < START // 2:
            return
        self.turn = None
        for (party, act), was in list(self.powers.items()):
            decision = decide(position, May(party, act, position.now), self.known_at)
            if decision.holds_until is not None and (self.turn is None or decision.holds_until < self.turn):
                self.turn = decision.holds_until
            now = {"permitted": "open", "undetermined": "unclear"}.get(decision.answer, "closed")
            if now == was:
                continue
            self.powers[party, act] = now
            if now == "open":
                reason = next(
                    (each for each in decision.reasons if each.code in ("permits", "requires")), None
                )
                yield Happening("opens", (party, act, *(reason.args[:2] if reason is not None else ("", ""))))
            elif now == "unclear":
                yield from (Happening("depends", (item, ("power", party, act))) for item in decision.missing)
            elif not ended:
                yield Happening("closes", (party, act))


def _open(position: Position, key: tuple[Any, ...], old: Any, new: Item) -> Iterator[Happening]:
    """Tell what depends on something open."""
    norms = position.program.norms
    match key[0]:
        case "S":
            yield Happening("depends", (new, ("state", key[1], key[2])))
        case "I" if not isinstance(norms[key[1]], Maintenance):
            norm = norms[key[1]]
            cases = every_case(position, key)
            if old is None and all(isinstance(each, Inst) for each in cases):
                # It has arisen in any case: only until when is open.
                owed = {each.owed if type(each.owed) is int else None for each in cases}
                amount = owed.pop() if len(owed) == 1 else None
                yield Happening("arises", (norm.document, norm.id, key[2], cases[0].arisen_at, None, amount))
                yield Happening("depends", (new, ("time", norm.document, norm.id)))
            else:
                yield Happening("depends", (new, ("duty", norm.document, norm.id)))
        case "B":
            yield Happening("depends", (new, ("breach", norms[key[1]].document, norms[key[1]].id)))
        case "W":
            yield Happening("depends", (new, ("basis",)))
        case "L":
            yield Happening("depends", (new, ("end", key[1])))
        case _:
            pass


def _gathered(happenings: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """Return the happenings in the order to tell them; what depends on one open item is told together."""
    found: dict[Happening, None] = {}
    depends: dict[Item, list[Any]] = {}
    for each in happenings:
        if each.code == "depends":
            depends.setdefault(each.args[0], []).extend(each.args[1:])
        else:
            found[each] = None
    for item, subjects in depends.items():
        found[Happening("depends", (item, *dict.fromkeys(subjects)))] = None
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.code)))


def _apart(group: list[Event]) -> Iterator[list[Event]]:
    """Yield the facts of an instant one by one where their order is known, else together (semantics, "Order")."""
    ordered = len({each.source for each in group}) == 1 and all(each.sequence is not None for each in group)
    if ordered or len(group) > MOST_TOGETHER:
        yield from ([each] for each in group)
    else:
        yield group


# What a cell's change means, by the first part of its key (architecture, "Cells of a position").


def _state(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    _, state, document = key
    if state == "agreement":
        end = read(position, ("L", document), end_of_life)
        told = end if isinstance(end, int) and new == "in_force" else None
        yield Happening("agreement", (document, new, told))
    else:
        yield Happening("state", (state, document, new.item if isinstance(new, Unknown) else new))


def _instance(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    norm = position.program.norms[key[1]]
    if isinstance(norm, Maintenance):
        return
    where = (norm.document, norm.id, key[2])
    if not isinstance(new, Inst):
        return
    was = old if isinstance(old, Inst) else None
    unpaid = new.owed - new.paid if type(new.owed) is int else None
    owed = new.owed if not isinstance(new.owed, Unknown) else None
    if was is None and new.status != "done":
        yield Happening("arises", (*where, new.arisen_at, new.end, owed))
    elif new.status == "suspended":
        yield Happening("suspended", where)
    elif was is not None and was.status == "suspended" and new.status == "open":
        yield Happening("resumed", (*where, new.end))
    elif was is not None and new.status in OVER and new.status not in (was.status, "cured"):
        yield Happening(new.status, where)
    elif was is not None and new.paid != was.paid and new.status not in OVER:
        yield Happening("part", (*where, new.paid - was.paid, unpaid))


def _breach(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    norm = position.program.norms[key[1]]
    if not isinstance(new, Breach):
        return
    inst = read(position, ("I", key[1], key[2]))
    unpaid = inst.owed - inst.paid if isinstance(inst, Inst) and type(inst.owed) is int else None
    trigger = new.trigger.id if isinstance(new.trigger, Event) else ""
    where = (norm.document, norm.id, trigger)
    if not isinstance(old, Breach):
        yield Happening("breach", (*where, new.by, new.started_at, unpaid), bad=True)
    if new.status in ("cured", "waived"):
        yield Happening(f"breach {new.status}", where)


def _life(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    was = old.renewed if isinstance(old, LifeCell) else None
    if isinstance(new, LifeCell) and new.renewed is not None and new.renewed != was:
        yield Happening("renewed", (key[1], new.end))


def _groundless(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    if new:
        yield Happening("without basis", (key[1],), bad=True)


def _grounded(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    if isinstance(new, Ground):
        norm = position.program.norms[new.norms[0]]
        yield Happening("basis", (norm.document, norm.id))


def _disputed(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    yield Happening("disputed", (key[1], key[2]))


def _credit(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    if isinstance(new, int):
        yield Happening("credit", (key[1], new))


_Teller = Callable[[Position, tuple[Any, ...], Any, Any], Iterator[Happening]]
_TELLERS: dict[str, _Teller] = {
    "S": _state, "I": _instance, "B": _breach, "L": _life, "W": _groundless, "G": _grounded,
    "X": _disputed, "CR": _credit,
}  # fmt: skip

# At one instant: first what the act was, then what it did, then what follows from it.
_ORDER = [
    "undated", "without basis", "basis", "disputed", "agreement", "renewed", "state", "done",
    "part", "credit", "waived", "released", "breach", "breach cured", "breach waived", "arises", "suspended", "resumed",
    "depends", "opens", "closes",
]  # fmt: skip
