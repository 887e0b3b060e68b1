"""What happened on an account and what came of it, as a reader would tell it: one entry for each instant that counts.

The ledger is folded once more, an instant at a time, and what each step has written is told: breaches that begin or
are cured, duties that arise or are done, states that change, powers that open or close. Nothing is judged here that the
fold has not judged; where a default reading decides, the default is told, and where something open decides, that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contractlang.declaration import StateDecl
from contractlang.norms import Maintenance, Obligation, Power, Who
from engine.account import Account, take
from engine.choice import Split
from engine.dates import day_of, iso
from engine.decide import decide
from engine.decision import Decision, Item
from engine.event import BOTH, START, Event, Instant, Standing
from engine.naming import LANGUAGES
from engine.position import MOST_TOGETHER, Position, elapse
from engine.question import May
from engine.scene import Breach, Ground, Inst, LifeCell, Unknown
from engine.voice import Voice

_FINISHED = frozenset({"done", "cured", "waived", "released"})
_AT_ONCE = 1_000_000
MOST_CASES = 16


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


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """An obligation that is not over: until when, and how much is unpaid where an amount is owed."""

    document: str
    norm: str
    trigger: str
    bearer: str | None
    status: str
    end: Instant | None
    unpaid: int | None


@dataclass(frozen=True, slots=True)
class BreachStanding:
    """A breach, open or cured."""

    document: str
    norm: str
    trigger: str
    by: str | None
    started_at: Instant
    ended_at: Instant | None
    status: str


@dataclass(frozen=True, slots=True)
class PowerStanding:
    """Whether a party may do an act that changes a state now."""

    party: str
    act: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """Where an account stands at an instant."""

    at: Instant
    states: tuple[tuple[str, str, Any], ...]
    last_days: tuple[tuple[str, Instant], ...]
    duties: tuple[DutyStanding, ...]
    breaches: tuple[BreachStanding, ...]
    powers: tuple[PowerStanding, ...]


# ---- The history --------------------------------------------------------------------------------------------------


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


def powers_of(account: Account) -> list[tuple[str, str]]:
    """Return who may have a power to do an act that changes a state: what a reader wants to know of at any time."""
    program = account.program
    found: dict[tuple[str, str], None] = {}
    for norm in program.norms:
        if not isinstance(norm, Power):
            continue
        act = program.acts.get(norm.act.name)
        if act is None or not act.needs_basis or norm.bearer is Who.BOTH:
            continue
        if not (act.sets or norm.suspends or norm.resumes):
            continue
        bearers = (norm.bearer,) if isinstance(norm.bearer, str) else program.bound_parties
        found.update(dict.fromkeys((bearer, act.name) for bearer in bearers))
    return list(found)


def read(position: Position, key: tuple[Any, ...]) -> Any:
    """Return a cell with the default readings taken; the item on which it depends where it is not the same in each case
    of what else is open.
    """
    scene = position.scene()
    try:
        found = scene.read(key)
    except Split as split:
        cases = every_case(position, key)
        if len(cases) >= MOST_CASES or any(each != cases[0] for each in cases):
            return split.item
        found = cases[0]
    return found.item if isinstance(found, Unknown) else found


def every_case(position: Position, key: tuple[Any, ...]) -> list[Any]:
    """Return what a cell holds in each case of what is open, with the default readings taken; at most some of them."""
    found: list[Any] = []
    waiting: list[dict[Item, Any]] = [{}]
    while waiting and len(found) < MOST_CASES:
        scene = position.scene()
        scene.assigned = waiting.pop()
        try:
            found.append(scene.read(key))
        except Split as split:
            waiting += [{**scene.assigned, split.item: option} for option in split.options]
    return found


# What a cell's change means, by the first part of its key (the table at the top of position.py).


def _state(position: Position, key: tuple[Any, ...], old: Any, new: Any) -> Iterator[Happening]:
    _, state, document = key
    if state == "agreement":
        life = read(position, ("L", document))
        yield Happening(
            "agreement",
            (document, new, life.end if isinstance(life, LifeCell) and new == "in_force" else None),
        )
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
    elif was is not None and new.status in _FINISHED and new.status not in (was.status, "cured"):
        yield Happening(new.status, where)
    elif was is not None and new.paid != was.paid and new.status not in _FINISHED:
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


# ---- Where it stands in the end -------------------------------------------------------------------------------------


def standing(account: Account, at: Instant, known_at: Instant | None = None) -> AccountStanding:
    """Return where the account stands at an instant: states, last days, what is owed, breaches, open powers."""
    powers = []
    for party, act in powers_of(account):
        decision = account.decide(May(party, act, at), known_at)
        if decision.answer in ("permitted", "undetermined", "conflicting"):
            powers.append(PowerStanding(party, act, decision))
    return dataclasses.replace(standing_of(account.position_at(at, known_at)), powers=tuple(powers))


def standing_of(position: Position) -> AccountStanding:
    """Return where an account stands at a position, but for its powers, each of which is a question of its own."""
    program = position.program
    scene = position.scene()
    states: list[tuple[str, str, Any]] = []
    agreements = [contract.name for contract in program.contracts if contract.kind == "agreement"]
    for document in agreements:
        value = read(position, ("S", "agreement", document))
        states.append(
            ("agreement", document, program.initial(scene, "agreement", document) if value is None else value)
        )
    for name, declared in program.declarations.items():
        if isinstance(declared, StateDecl):
            for document in agreements if declared.in_law else ("",):
                value = read(position, ("S", name, document))
                value = program.initial(scene, name, document) if value is None else value
                if not isinstance(value, Unknown):
                    states.append((name, document, value))
    lives = ((document, read(position, ("L", document))) for document in agreements)
    last_days = [
        (document, life.end)
        for document, life in lives
        if isinstance(life, LifeCell) and life.end is not None
    ]
    duties, breaches = _owed(position)
    return AccountStanding(position.now, tuple(states), tuple(last_days), tuple(duties), tuple(breaches), ())


def _owed(position: Position) -> tuple[list[DutyStanding], list[BreachStanding]]:
    program = position.program
    duties: list[DutyStanding] = []
    breaches: list[BreachStanding] = []
    for index, norm in enumerate(program.norms):
        if isinstance(norm, Obligation):
            for trig in sorted(position.cells.get(("IO", index)) or ()):
                inst = read(position, ("I", index, trig))
                if isinstance(inst, Inst) and inst.status not in _FINISHED:
                    unpaid = inst.owed - inst.paid if type(inst.owed) is int else None
                    bearer = (
                        norm.bearer
                        if isinstance(norm.bearer, str)
                        else BOTH
                        if norm.bearer is Who.BOTH
                        else None
                    )
                    duties.append(
                        DutyStanding(norm.document, norm.id, trig, bearer, inst.status, inst.end, unpaid)
                    )
        chain = position.cells.get(("BN", index))
        found = []
        while chain is not None:
            trig, chain = chain
            breach = read(position, ("B", index, trig))
            if isinstance(breach, Breach):
                about = breach.trigger.id if isinstance(breach.trigger, Event) else ""
                times = breach.started_at, breach.ended_at
                found.append(BreachStanding(norm.document, norm.id, about, breach.by, *times, breach.status))
        breaches += reversed(found)
    return duties, sorted(breaches, key=lambda each: each.started_at)


# ---- In words -------------------------------------------------------------------------------------------------------


def say_event(event: Event, voice: Voice) -> str:
    """Return one event in words, with what is special about it: alleged, or recorded on a later day."""
    said = said_of(event, voice)
    if event.standing is Standing.ALLEGED:
        said = voice.pick(f"alleged: {said}", f"据称：{said}")
    if event.occurred_at is None:
        return said
    if event.effect_at < START // 2:
        return said + voice.pick(
            f", known since {voice.moment(event.recorded_at)}", f"（{voice.moment(event.recorded_at)}知悉）"
        )
    if event.effect_at != event.occurred_at:
        sent = voice.moment(event.occurred_at)
        said += voice.pick(f", sent {sent}", f"（{sent}发出）")
    if day_of(event.recorded_at) > day_of(event.effect_at):
        recorded = voice.moment(event.recorded_at)
        said += voice.pick(f", recorded only {recorded}", f"（{recorded}才记录）")
    return said


def said_of(event: Event, voice: Voice) -> str:
    """Return who did what."""
    match event.name:
        case "answer" | "dispute":
            declared = voice.program.questions[event.fields["question"]]
            text = (voice.text(declared.text) or voice.plain(declared.name)) + voice.about(
                event.fields.get("about")
            )
            if event.name == "dispute":
                return voice.pick(f"disputed: {text}", f"争议：{text}")
            value = event.fields.get("value")
            found = (
                voice.value(value, declared.kind)
                if value is not None
                else voice.pick("open again", "重新未定")
            )
            return voice.pick(f"finding: {text} {found}", f"认定：{text}{found}")
        case "waive":
            norm = voice.by_id(event.fields["norm"])
            who = voice.who(event.actor or "")
            return voice.pick(f"{who} waives {norm}", f"{who}放弃{norm}")
        case _:
            return voice.event(event)


def say(happening: Happening, voice: Voice) -> str:
    """Return what came about in one sentence."""
    a = happening.args
    pick = voice.pick
    match happening.code:
        case "without basis":
            return pick("has no basis: without effect in law", "没有依据：不生法律效力")
        case "basis":
            return pick(f"on the basis of {_clause(voice, a[0], a[1])}", f"依据{_clause(voice, a[0], a[1])}")
        case "agreement":
            return _say_agreement(voice, *a)
        case "renewed":
            until = (
                pick(f", now until {voice.end(a[1])}", f"，至{voice.end(a[1])}") if a[1] is not None else ""
            )
            return pick(f"agreement renewed{until}", f"协议续期{until}")
        case "state":
            of = voice.of_document(a[1]) if a[1] else ""
            name, value = voice.plain(a[0]), voice.state_value(a[0], a[2])
            return pick(f"{name}{of}: {value}", f"{name}{of}：{value}")
        case "arises":
            return _say_arises(voice, *a)
        case "done":
            return pick(f"{_duty(voice, *a)} is done in time", f"{_duty(voice, *a)}按时履行")
        case "part":
            paid, unpaid = _money(voice, a[0], a[1], a[3]), _money(voice, a[0], a[1], a[4])
            return pick(
                f"{_duty(voice, *a[:3])}: {paid} of it, {unpaid} unpaid",
                f"{_duty(voice, *a[:3])}：付{paid}，尚欠{unpaid}",
            )
        case "credit":
            amount = voice.value(a[1], voice.money_of(None))
            return pick(f"{voice.who(a[0])} has {amount} of credit", f"{voice.who(a[0])}有余额{amount}")
        case "waived":
            return pick(f"{_duty(voice, *a)} is waived", f"{_duty(voice, *a)}被免除")
        case "released":
            return pick(f"{_duty(voice, *a)} falls away", f"{_duty(voice, *a)}消灭")
        case "suspended":
            return pick(f"{_duty(voice, *a)} is suspended", f"{_duty(voice, *a)}中止")
        case "resumed":
            end = pick(f", now until {voice.end(a[3])}", f"，至{voice.end(a[3])}") if a[3] is not None else ""
            return pick(f"{_duty(voice, *a[:3])} is resumed{end}", f"{_duty(voice, *a[:3])}恢复{end}")
        case "breach":
            return _say_breach(voice, *a)
        case "breach cured":
            return pick(f"breach of {_duty(voice, *a)} is cured", f"对{_duty(voice, *a)}的违反已补正")
        case "breach waived":
            return pick(f"breach of {_duty(voice, *a)} is waived", f"对{_duty(voice, *a)}的违反已免除")
        case "disputed":
            return pick("what was presumed is open now", "原推定事项不再推定")
        case "opens":
            by = pick(f" ({_clause(voice, a[2], a[3])})", f"（{_clause(voice, a[2], a[3])}）") if a[2] else ""
            return pick(
                f"{voice.who(a[0])} may now {voice.name(a[1])}{by}",
                f"{voice.who(a[0])}自此可以{voice.name(a[1])}{by}",
            )
        case "closes":
            return pick(
                f"{voice.who(a[0])} may no longer {voice.name(a[1])}",
                f"{voice.who(a[0])}不再可以{voice.name(a[1])}",
            )
        case "depends":
            on, subjects = voice.item(a[0]), [_say_subject(voice, subject) for subject in a[1:]]
            en, zh = (
                f"open: {on}; on this depends {', '.join(subjects)}",
                f"未定：{on}；取决于此：{'、'.join(subjects)}",
            )
            return pick(en, zh)
        case "undated":
            return pick("its date is not known: it may stand anywhere", "日期不明：可能发生于任何时候")
        case code:
            raise AssertionError(code)


def _clause(voice: Voice, document: str, id: str) -> str:
    norm = voice.norm_of(document, id)
    return voice.called(norm) if norm is not None else id


def _duty(voice: Voice, document: str, id: str, trigger: str) -> str:
    return _clause(voice, document, id) + voice.instance(trigger)


def _money(voice: Voice, document: str, id: str, amount: int) -> str:
    return voice.owed(voice.norm_of(document, id), amount)


def _say_agreement(voice: Voice, document: str, state: str, end: Instant | None) -> str:
    until = voice.pick(f" until {voice.end(end)}", f"，至{voice.end(end)}") if end is not None else ""
    return voice.state_is("agreement", state, document) + until


def _say_arises(
    voice: Voice,
    document: str,
    id: str,
    trigger: str,
    arisen_at: Instant,
    end: Instant | None,
    owed: int | None,
) -> str:
    norm = voice.norm_of(document, id)
    who, act = voice.doing(norm) if norm is not None else ("", id)
    amount = _money(voice, document, id, owed) if owed is not None else ""
    if end is None:
        time = ""
    elif end - arisen_at <= _AT_ONCE:
        time = voice.pick(" at once", "，立即")
    else:
        time = voice.pick(f" by {voice.end(end)}", f"，至迟{voice.end(end)}")
    clause = _duty(voice, document, id, trigger)
    return voice.pick(
        f"{clause}: {who} must {act} {amount}".rstrip() + time, f"{clause}：{who}应{act}{amount}{time}"
    )


def _say_breach(
    voice: Voice, document: str, id: str, trigger: str, by: str | None, started: Instant, unpaid: int | None
) -> str:
    clause = _duty(voice, document, id, trigger)
    who = voice.who(by) if by else voice.pick("a party", "一方")
    rest = ""
    if unpaid:
        amount = _money(voice, document, id, unpaid)
        rest = voice.pick(f": {amount} unpaid", f"：尚欠{amount}")
    return voice.pick(f"{who} is in breach of {clause}{rest}", f"{who}违反{clause}{rest}")


def _say_subject(voice: Voice, subject: tuple[str, ...]) -> str:
    what, *rest = subject
    match what:
        case "state":
            return voice.plain(rest[0]) + voice.of_document(rest[1])
        case "end":
            return voice.pick("the last day of the agreement", "协议的末日") + voice.of_document(rest[0])
        case "time":
            return voice.pick(f"the time for {_clause(voice, *rest)}", f"{_clause(voice, *rest)}的期限")
        case "duty":
            return voice.pick(f"what {_clause(voice, *rest)} asks", f"{_clause(voice, *rest)}的义务")
        case "breach":
            return voice.pick(f"a breach of {_clause(voice, *rest)}", f"是否违反{_clause(voice, *rest)}")
        case "power":
            return voice.pick(
                f"whether {voice.who(rest[0])} may {voice.name(rest[1])}",
                f"{voice.who(rest[0])}可否{voice.name(rest[1])}",
            )
        case _:
            return voice.pick("its basis", "有无依据")


# ---- For machines ---------------------------------------------------------------------------------------------------


def as_json(account: Account, entries: list[Entry], end: AccountStanding) -> dict[str, Any]:
    """Return a history and the standing at its end as JSON-ready values, sentences in both languages."""
    voices = [Voice(account.program, language) for language in LANGUAGES]
    return {
        "version": 1,
        "as_of": iso(end.at),
        "history": [
            {
                "at": iso(entry.at) if entry.at is not None else None,
                "events": [
                    {"id": event.id, "name": event.name, "by": event.actor}
                    | {"text": {voice.language: say_event(event, voice) for voice in voices}}
                    for event in entry.events
                ],
                "happenings": [
                    {
                        "code": each.code,
                        "bad": each.bad,
                        "text": {voice.language: say(each, voice) for voice in voices},
                    }
                    for each in entry.happenings
                ],
            }
            for entry in entries
        ],
        "standing": {
            "states": [_state_as_json(*each) for each in end.states],
            "last_days": {document: iso(at) for document, at in end.last_days},
            "duties": [_as_json(each) for each in end.duties],
            "breaches": [_as_json(each) for each in end.breaches],
            "powers": [
                {
                    "party": each.party,
                    "act": each.act,
                    "answer": each.decision.answer,
                    "missing": [item._asdict() for item in each.decision.missing],
                }
                for each in end.powers
            ],
        },
    }


def _state_as_json(state: str, document: str, value: Any) -> dict[str, Any]:
    open_ = isinstance(value, Item)
    return {
        "state": state,
        "document": document or None,
        "value": None if open_ else value if isinstance(value, str | int) else str(value),
        "depends_on": value._asdict() if open_ else None,
    }


def _as_json(each: DutyStanding | BreachStanding) -> dict[str, Any]:
    found = {field.name: getattr(each, field.name) for field in dataclasses.fields(each)}
    for name in ("end", "started_at", "ended_at"):
        if found.get(name) is not None:
            found[name] = iso(found[name])
    return found
