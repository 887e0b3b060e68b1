"""Where every norm stands: the fold of an account's ledger.

A position is immutable and shares its cells with the ones before it, so keeping many is cheap. `advance` and `elapse`
make positions and nothing else does. The work for an event is bounded by the norms it touches.

Cells, by the first part of their key: S state, C its cause, V its history; H an occurrence that happened, F all of a
kind, FI by a field's value; I an instance of a duty, IO those not over; B a breach, BN those of a norm, BA all, BO
the open ones; Q an answer, X a dispute; L the life of an agreement; G the basis of an act, W one without; E and M what
a condition-triggered norm was last seen as. `docs/architecture.md` has the table.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Callable
from datetime import date
from typing import Any

from immutables import Map

from contractlang.norms import Maintenance, Obligation, Power, StateDecl, Who
from contractlang.values import Period
from engine.choice import LIMIT, Choice, Split, choice, leaves, reduced
from engine.dates import day_of, start_of
from engine.decision import Item
from engine.errors import OutOfOrder
from engine.event import ANSWER, BOTH, DISPUTE, START, WAIVE, Event, Instant, Standing
from engine.judge import (
    basis_of,
    bearer_of,
    bears,
    bind,
    closed_by,
    conditions_fail,
    forbids,
    not_in_force,
    window,
)
from engine.program import LifeRule, Program, Rule, Touch
from engine.scene import Breach, Cause, Inst, LifeCell, Scene, Unknown
from engine.terms import Terms

Key = tuple[Any, ...]
Entry = tuple[Instant, str, int, str]
Writes = dict[Key, Any]

EMPTY: Map[str, bool] = Map()
_LISTS = frozenset({"F", "FI", "BN", "BA", "H", "HA", "D"})
OVER = frozenset({"done", "cured", "waived", "released"})
DAY = 86_400_000_000
_ROUNDS = 40


class Position:
    """Where every norm of a program stands at an instant, for one account's terms."""

    __slots__ = ("agenda", "cells", "chain", "changed", "count", "fixed", "now", "program", "terms")

    def __init__(
        self, program: Program, terms: Terms, cells: Map[Key, Any], agenda: tuple[Entry, ...], now: Instant, count: int,
        chain: bytes, changed: tuple[Key, ...], fixed: dict[str, str],
    ) -> None:  # fmt: skip
        self.program, self.terms, self.cells, self.agenda = program, terms, cells, agenda
        self.now, self.count, self.chain, self.changed, self.fixed = now, count, chain, changed, fixed

    @property
    def terms_digest(self) -> str:
        """The hash of the account's terms."""
        return self.terms.sealed

    @staticmethod
    def opening(program: Program, terms: Terms) -> Position:
        """Return the position before anything has happened; what is in force from the start is looked at."""
        start = START - 1
        first = Position(program, terms, Map(), (), start, 0, b"", (), program.fixed_readings(terms))
        step = _Step(first, start)
        watched = sorted(program.order, key=program.order.__getitem__)
        step.watch_all(watched)
        return step.done(None)

    def scene(self, at: Instant | None = None) -> Scene:
        """Return a look at this position, by default at its instant."""
        scene = Scene(self.program, self.terms, self.fixed, self.cells.get, self.now if at is None else at)
        scene.agenda = self.agenda
        return scene


def advance(position: Position, event: Event) -> Position:
    """Return the position after `event`. Raises OutOfOrder if it takes effect before the position's instant."""
    at = event.effect_at
    if at < position.now:
        raise OutOfOrder(
            f"{event.id} takes effect before what was already taken: replay from an earlier position"
        )
    agenda = position.agenda
    if agenda and agenda[0][0] <= at:
        position = elapse(position, at)
    step = _Step(position, at)
    touch = position.program.touches.get(event.name)
    if touch is not None:
        step.take(event, touch)
    else:
        step.take_built_in(event)
    return step.done(event)


def elapse(position: Position, until: Instant) -> Position:
    """Return the position at `until`, with everything that time alone brings about up to and including it."""
    while position.agenda and position.agenda[0][0] <= until:
        at = position.agenda[0][0]
        due = []
        for entry in position.agenda:
            if entry[0] != at:
                break
            due.append(entry)
        step = _Step(position, max(at, position.now))
        step.agenda = list(position.agenda[len(due) :])
        step.fall_due(due)
        position = step.done(None)
    if position.now < until:
        p = position
        position = Position(p.program, p.terms, p.cells, p.agenda, until, p.count, p.chain, (), p.fixed)
    return position


def together(position: Position, events: list[Event]) -> Position:
    """Return the position after events that nothing orders: what differs with their order becomes open."""
    from itertools import permutations

    orders = list(permutations(events))
    ends = []
    for order in orders:
        reached, written = position, {}
        for event in order:
            reached = advance(reached, event)
            written.update(dict.fromkeys(reached.changed))
        ends.append((reached, written))
    first = ends[0][0]
    keys = {key: None for _, written in ends for key in written if key[0] not in _LISTS}
    item = Item("order", "+".join(sorted(event.id for event in events)))
    cells = first.cells.mutate()
    for key in keys:
        branches = {
            "<".join(e.id for e in order): end.cells.get(key)
            for order, (end, _) in zip(orders, ends, strict=True)
        }
        if key[0] in ("IO", "BO"):
            merged: Any = EMPTY
            for branch in branches.values():
                merged = merged.update(branch or {})
            cells[key] = merged
        else:
            if key[0] == "B" and first.cells.get(key) is None:
                # A breach that only some orders bring is listed for all: its cell tells in which it is.
                cells["BN", key[1]] = (key[2], cells.get(("BN", key[1])))
                cells["BA",] = (key[1], key[2], cells.get(("BA",)))
            cells[key] = choice(item, branches)
    agenda = tuple(sorted({entry for end, _ in ends for entry in end.agenda}))
    changed = tuple(keys)
    return Position(
        first.program, first.terms, cells.finish(), agenda, first.now, first.count, first.chain, changed, first.fixed
    )  # fmt: skip


class _Step:
    """One instant's work: reads what stood before, writes what stands after."""

    __slots__ = (
        "agenda",
        "at",
        "before",
        "breached",
        "changed",
        "leaves",
        "new",
        "now",
        "position",
        "program",
        "queue",
        "shown",
    )

    def __init__(self, position: Position, at: Instant) -> None:
        self.position, self.program, self.at = position, position.program, at
        self.new = position.cells.mutate()
        self.before = Scene(position.program, position.terms, position.fixed, position.cells.get, at)
        self.now = Scene(position.program, position.terms, position.fixed, self.new.get, at)
        self.agenda: list[Entry] | None = None
        self.changed: dict[Key, None] = {}
        self.queue: set[tuple[str, int]] = set()
        self.breached: list[tuple[int, str]] = []
        self.shown: dict[str, Instant] = {}
        self.leaves = 0

    def done(self, event: Event | None) -> Position:
        """Return the position that this step has reached."""
        p = self.position
        chain, count = p.chain, p.count
        if event is not None:
            chain, count = hashlib.blake2b(chain + event.digest, digest_size=16).digest(), count + 1
        agenda = p.agenda if self.agenda is None else tuple(self.agenda)
        return Position(
            p.program, p.terms, self.new.finish(), agenda, self.at, count, chain, tuple(self.changed), p.fixed
        )

    # -- running a rule in every case

    def run(self, scene: Scene, act: Callable[..., None], *args: Any) -> None:
        """Run a rule; where something open decides, run it for each answer and keep what differs."""
        scene.assigned, scene.vars, scene.event, scene.departed, scene.turn = {}, {}, None, False, None
        writes: Writes = {}
        try:
            act(scene, writes, *args)
        except Split as split:
            self.leaves = 0
            writes = self.cases(scene, split, act, args, {}, False)
        for key, value in writes.items():
            self.write(key, value)

    def cases(
        self, scene: Scene, split: Split, act: Callable[..., None], args: tuple[Any, ...], assigned: dict[Item, Any],
        departed: bool,
    ) -> Writes:  # fmt: skip
        item = split.item
        has_default = (
            item.kind == "reading" and self.program.readings[item.name][2](self.position.terms) is not None
        )
        found: dict[Any, Writes] = {}
        for place, option in enumerate(split.options):
            if self.leaves > LIMIT:
                break
            case = {**assigned, item: option}
            gone = departed or (has_default and place > 0)
            scene.assigned, scene.vars, scene.event, scene.departed = case, {}, None, gone
            writes: Writes = {}
            try:
                act(scene, writes, *args)
                self.leaves += 1
            except Split as further:
                writes = self.cases(scene, further, act, args, case, gone)
            found[option] = writes
        merged: Writes = {}
        for key in {key: None for writes in found.values() for key in writes}:
            old = self.new.get(key)
            merged[key] = choice(
                item,
                {o: w[key] if key in w else reduced(old, {**assigned, item: o}) for o, w in found.items()},
            )
        return merged

    def write(self, key: Key, value: Any) -> None:
        """Write a cell, keep the lists that lead to it, and wake who watches it."""
        kind = key[0]
        old = self.new.get(key)
        self.new[key] = value
        self.changed[key] = None
        watchers = self.program.watchers
        if kind == "I":
            self.keep_open(("IO", key[1]), key[2], value, old is None)
            topic: Key = ("N", key[1])
        elif kind == "B":
            if old is None:
                self.new["BN", key[1]] = (key[2], self.new.get(("BN", key[1])))
                self.new["BA",] = (key[1], key[2], self.new.get(("BA",)))
                if key[1] in self.program.on_breach:
                    self.breached.append((key[1], key[2]))
            self.keep_open(("BO", key[1]), key[2], value, old is None)
            topic = ("N", key[1])
        elif kind in ("S", "H", "Q"):
            if kind == "S" and value != old:
                self.new["V", key[1], key[2]] = (
                    self.at,
                    ("VS", key[1], key[2], self.at),
                    self.new.get(("V", key[1], key[2])),
                )
                self.new["VS", key[1], key[2], self.at] = value
            topic = (kind, key[1])
        else:
            return
        woken = watchers.get(topic)
        if woken is not None:
            self.queue.update(woken)

    def keep_open(self, key: Key, trig: str, value: Any, new: bool) -> None:
        if type(value) is Choice:
            is_open = any(leaf is not None and leaf.status not in OVER for leaf in leaves(value))
        else:
            is_open = value is not None and value.status not in OVER
        listed = self.new.get(key)
        if is_open:
            if new or listed is None or trig not in listed:
                self.new[key] = (EMPTY if listed is None else listed).set(trig, True)
        elif listed is not None and trig in listed:
            self.new[key] = listed.delete(trig)

    def schedule(self, at: Instant | None, kind: str, index: int, name: str) -> None:
        """Look again at `at`: time alone may change something then."""
        if at is None or (at <= self.at and kind == "K"):
            return
        if self.agenda is None:
            self.agenda = list(self.position.agenda)
        entry = (at, kind, index, name)
        if entry not in self.agenda:
            insort(self.agenda, entry)

    # -- an act or event of the vocabulary

    def take(self, event: Event, touch: Touch) -> None:
        declared = touch.declared
        if declared.needs_basis:
            self.run(self.before, self.judge, event, touch)
        for index in touch.prohibitions:
            self.run(self.before, self.forbid, event, self.program.rules[index])
        if touch.remember:
            self.remember(event, touch)
        if touch.counted or touch.abouts:
            self.run(self.now, self.record, event, touch)
        if touch.effects:
            self.run(self.now, self.effects, event, touch)
        if touch.discharges:
            self.discharges(event, touch)
        for index in touch.instances:
            self.run(self.now, self.arise, event, self.program.rules[index], event.id, event)
        for topic in touch.topics:
            self.queue.update(self.program.watchers[topic])
        self.settle(event)

    def real(self, scene: Scene, event: Event) -> bool:
        return event.standing is not Standing.ALLEGED or scene.happened_for_real(event)

    def judge(self, scene: Scene, w: Writes, event: Event, touch: Touch) -> None:
        """Tell the basis of an act that needs one."""
        if not self.real(scene, event):
            return
        basis = basis_of(scene, event.actor or "", event)
        if basis is None:
            w["W", event.id] = True
        elif touch.effects:
            w["G", event.id] = basis

    def forbid(self, scene: Scene, w: Writes, event: Event, rule: Rule) -> None:
        """Breach a prohibition by the act, unless something open prevails over it."""
        if not self.real(scene, event) or not forbids(scene, rule, event.actor, event):
            return
        about = self.program.by_act[event.name]
        for index, when in rule.prevailed_by:
            if index not in about or (when is not None and not when.value(scene)):
                continue
            if closed_by(scene, self.program.rules[index], event.actor or "", event) is None:
                return
        w["B", rule.index, event.id] = Breach(
            rule.index, event.id, event.actor, self.at, None, None, "open", event, event.id
        )

    def remember(self, event: Event, touch: Touch) -> None:
        """Keep the occurrence itself where norms count, sum or look through all of its kind."""
        for name in touch.names:
            self.new["F", name] = (event, self.new.get(("F", name)))
            for each in touch.fields:
                at = ("FI", name, each, event.fields.get(each))
                self.new[at] = (event, self.new.get(at))

    def record(self, scene: Scene, w: Writes, event: Event, touch: Touch) -> None:
        """Remember that it happened, as far as any norm asks."""
        if not self.real(scene, event):
            return
        for name in touch.names:
            for who in (None, event.actor or event.fields.get("by")):
                before = scene.get(("H", name, who))
                count = before[0] if type(before) is tuple else 0
                w["H", name, who] = (count + 1, event)
        for each in touch.abouts:
            about = event.fields.get(each)
            if about is not None:
                w["HA", event.name, about] = (1, event)

    def effects(self, scene: Scene, w: Writes, event: Event, touch: Touch) -> None:
        """Change the states that the occurrence sets: in fact always, in law where it has a basis."""
        if not self.real(scene, event):
            return
        declared = touch.declared
        basis = scene.read(("G", event.id)) if declared.needs_basis else None
        for effect in declared.sets:
            state = self.program.declarations.get(effect.state)
            in_law = effect.state == "agreement" or (isinstance(state, StateDecl) and state.in_law)
            if in_law and basis is None:
                continue
            document = self.program.rules[basis].document if in_law and basis is not None else ""
            value = effect.option if effect.option is not None else event.fields.get(effect.field or "")
            since = event.fields.get(effect.since) if effect.since else None
            if isinstance(since, date) and start_of(since) > self.at:
                w["T", effect.state, document, event.id] = (value, basis)
                self.schedule(start_of(since), "T", 0, f"{effect.state}\n{document}\n{event.id}")
                continue
            if effect.until is not None:
                ends = event.fields.get(effect.until)
                if isinstance(ends, int):
                    before = scene.read(("S", effect.state, document))
                    w["T", effect.state, document, event.id] = (
                        before if before is not None else self.program.initial(scene, effect.state, document),
                        None,
                    )
                    self.schedule(ends, "T", 0, f"{effect.state}\n{document}\n{event.id}")
            w["S", effect.state, document] = value
            w["C", effect.state, document] = Cause(event.id, basis, self.at)
        for shown in declared.shows:
            got = scene.read(("H", shown.since, None))
            since_at = got[1].effect_at if got is not None else self.at
            self.shown[shown.state] = since_at
            w["S", shown.state, ""] = shown.option
            w["C", shown.state, ""] = Cause(event.id, None, since_at)
        if basis is not None:
            rule = self.program.rules[basis]
            w["P", basis] = self.at
            if rule.suspends:
                self.suspend(scene, w, rule)
            if rule.resumes:
                self.resume(scene, w, rule)
            for life in touch.renews:
                if life.document == rule.document and all(
                    scene.option_of(c.reading) == c.option for c in life.option
                ):
                    self.renew(scene, w, event, life)

    # -- duties

    def discharges(self, event: Event, touch: Touch) -> None:
        declared = touch.declared
        if declared.accumulates and not any(
            event.fields.get(each) is not None for each in (declared.per or "",)
        ):
            self.run(self.now, self.appropriate, event, touch)
            return
        for index in touch.discharges:
            self.run(self.now, self.discharge, event, self.program.rules[index], touch)

    def discharge(self, scene: Scene, w: Writes, event: Event, rule: Rule, touch: Touch) -> None:
        """Do what an obligation asks, for the instances that the act is about."""
        listed = scene.get(("IO", rule.index))
        if not listed or not self.real(scene, event):
            return
        named = event.fields.get(rule.about_field) if rule.about_field else None
        for trig in (named,) if named is not None else tuple(listed):
            inst: Inst | None = scene.read(("I", rule.index, trig))
            if inst is None or inst.status in OVER or not bears(rule, event.actor, inst.trigger):
                continue
            if isinstance(inst.trigger, Breach) and event.fields.get(touch.declared.per or "") not in (
                None,
                inst.trigger.trig,
            ):
                continue
            bind(scene, rule, inst.trigger, event)
            if rule.where is not None and not rule.where.value(scene):
                continue
            if rule.norm.bearer is Who.BOTH and event.actor != BOTH and not self.all_did(scene, event.name):
                continue
            amount = event.fields.get(touch.declared.accumulates) if touch.declared.accumulates else None
            self.perform(scene, w, rule, trig, inst, event, amount)

    def all_did(self, scene: Scene, name: str) -> bool:
        """Tell whether every party has done its part of a joint act."""
        return all(scene.read(("H", name, party)) for party in self.program.bound_parties)

    def perform(
        self, scene: Scene, w: Writes, rule: Rule, trig: str, inst: Inst, event: Event, amount: int | None
    ) -> None:
        """Count one performance towards an instance; it is done when what is owed is reached."""
        paid = inst.paid + (amount or 0)
        if amount is not None and inst.owed is not None:
            owed = inst.owed
            if type(owed) is Unknown:
                enough = scene.pick(
                    Item(owed.item.kind, owed.item.name, f"{owed.item.about or ''}#{trig}"), (True, False)
                )
            else:
                enough = paid >= owed
                if paid > owed:
                    w["CR", event.actor] = (scene.read(("CR", event.actor)) or 0) + paid - owed
                    paid = owed
            if not enough:
                w["I", rule.index, trig] = Inst(
                    inst.trigger,
                    inst.arisen_at,
                    inst.end,
                    inst.last_day,
                    inst.owed,
                    paid,
                    None,
                    inst.status,
                    inst.paused_at,
                    inst.clock,
                )
                return
        late = inst.status == "breached"
        w["I", rule.index, trig] = Inst(
            inst.trigger,
            inst.arisen_at,
            inst.end,
            inst.last_day,
            inst.owed,
            paid,
            self.at,
            "cured" if late else "done",
        )
        w["D", rule.index] = (trig, event.id)
        if late:
            breach: Breach | None = scene.read(("B", rule.index, trig))
            if breach is not None:
                w["B", rule.index, trig] = breach._replace(ended_at=self.at, status="cured", event=event.id)
        else:
            w["DD", rule.index] = True

    def appropriate(self, scene: Scene, w: Writes, event: Event, touch: Touch) -> None:
        """Appropriate a payment that names nothing (民法典 560): due first, then earlier, then in proportion."""
        if not self.real(scene, event):
            return
        left: int = event.fields.get(touch.declared.accumulates or "") or 0
        debts: list[tuple[bool, int, Rule, str, Inst]] = []
        for index in touch.discharges:
            rule = self.program.rules[index]
            for trig in scene.get(("IO", index)) or ():
                inst = scene.read(("I", index, trig))
                if (
                    inst is None
                    or inst.status in OVER
                    or not bears(rule, event.actor, inst.trigger)
                    or type(inst.owed) is not int
                ):
                    continue
                bind(scene, rule, inst.trigger, event)
                if rule.where is None or rule.where.value(scene):
                    debts.append(
                        (
                            inst.status != "breached",
                            inst.end if inst.end is not None else 1 << 62,
                            rule,
                            trig,
                            inst,
                        )
                    )
        debts.sort(key=lambda debt: (debt[0], debt[1], debt[2].index, debt[4].arisen_at))
        while debts and left > 0:
            rank = debts[0][:2]
            equals = [debt for debt in debts if debt[:2] == rank]
            debts = debts[len(equals) :]
            unpaid = [debt[4].owed - debt[4].paid for debt in equals]
            share = min(left, sum(unpaid))
            given = 0
            for place, (_, _, rule, trig, inst) in enumerate(equals):
                part = share - given if place == len(equals) - 1 else share * unpaid[place] // sum(unpaid)
                given += part
                if part:
                    self.perform(scene, w, rule, trig, inst, event, part)
            left -= share
        if left > 0:
            w["CR", event.actor] = (scene.read(("CR", event.actor)) or 0) + left

    def arise(
        self, scene: Scene, w: Writes, event: Event | None, rule: Rule, trig: str, trigger: Any
    ) -> None:
        """Bring an instance of a duty into being."""
        if event is not None and event.standing is Standing.ALLEGED and not self.real(scene, event):
            return
        bind(scene, rule, trigger, event)
        if rule.trigger_where is not None and not rule.trigger_where.value(scene):
            return
        if isinstance(rule.norm, Maintenance):
            w["I", rule.index, trig] = Inst(trigger, self.at, None, None, None, 0, None, "open")
            self.queue.add(("norm", rule.index))
            return
        if not_in_force(scene, rule) is not None or conditions_fail(scene, rule) is not None:
            return
        self.come_into_being(scene, w, rule, trig, trigger)

    def come_into_being(self, scene: Scene, w: Writes, rule: Rule, trig: str, trigger: Any) -> None:
        end, last_day = window(scene, rule, self.at)
        owed = rule.amount.value(scene) if rule.amount is not None else None
        status = "done" if owed == 0 else "open"
        w["I", rule.index, trig] = Inst(
            trigger, self.at, end, last_day, owed, 0, self.at if owed == 0 else None, status
        )
        self.schedule(end, "D", rule.index, trig)

    def suspend(self, scene: Scene, w: Writes, rule: Rule) -> None:
        assert isinstance(rule.norm, Power)
        for index in rule.suspends:
            for trig in scene.get(("IO", index)) or ():
                inst: Inst | None = scene.read(("I", index, trig))
                if inst is not None and inst.status == "open":
                    w["I", index, trig] = inst._replace(
                        status="suspended", paused_at=self.at, clock=rule.norm.clock.value
                    )

    def resume(self, scene: Scene, w: Writes, rule: Rule) -> None:
        for index in rule.resumes:
            for trig in scene.get(("IO", index)) or ():
                inst: Inst | None = scene.read(("I", index, trig))
                if inst is None or inst.status != "suspended" or inst.paused_at is None:
                    continue
                end = inst.end
                if end is not None and inst.clock == "stops":
                    end = self.at + (end - inst.paused_at)
                elif end is not None and inst.clock == "extends":
                    end = end + -(-(self.at - inst.paused_at) // DAY) * DAY
                last = day_of(end - 1) if end is not None and inst.last_day is not None else inst.last_day
                w["I", index, trig] = Inst(
                    inst.trigger, inst.arisen_at, end, last, inst.owed, inst.paid, None, "open"
                )
                self.schedule(end if end is None or end > self.at else self.at, "D", index, trig)

    # -- the life of the agreement

    def renew(self, scene: Scene, w: Writes, event: Event, rule: LifeRule) -> None:
        """Move the last day of a renewed agreement, or put an expired one back in force."""
        fields = {
            param.kind.name: event.fields.get(param.name) for param in self.program.acts[event.name].params
        }
        period, starts = fields.get("duration"), fields.get("day")
        begin = start_of(starts) if isinstance(starts, date) else self.at
        end = None
        if isinstance(period, Period):
            end = scene.deadline_period(begin, period, False, self.first_day(scene, rule.document)).end
        cell: LifeCell = scene.read(("L", rule.document)) or LifeCell(None, None, None)
        state = scene.read(("S", "agreement", rule.document))
        w["L", rule.document] = LifeCell(cell.since, end, event.id)
        if state == "in_force" or begin <= self.at:
            w["S", "agreement", rule.document] = "in_force"
            w["C", "agreement", rule.document] = Cause(event.id, None, self.at)
        else:
            self.schedule(begin, "N", 0, rule.document)
        self.schedule(end, "Z", 0, rule.document)

    def first_day(self, scene: Scene, document: str) -> bool:
        return any(
            rule.first_day is not None and rule.first_day.value(scene)
            for rule in self.program.life.get(document, ()) if rule.life.how == "lasts"
        )  # fmt: skip

    def live(self, scene: Scene, w: Writes, rule: LifeRule, event: Event | None) -> None:
        """Look at `takes effect` and `ends`."""
        state = scene.read(("S", "agreement", rule.document)) or self.program.initial(
            scene, "agreement", rule.document
        )
        wanted = "draft" if rule.life.how == "takes_effect" else "in_force"
        if state != wanted:
            return
        if not all(scene.option_of(chosen.reading) == chosen.option for chosen in rule.option):
            return
        if not rule.value.value(scene):
            self.schedule(scene.turn, "K", self.program.life_rules.index(rule), "life")
            return
        cause = Cause(event.id if event is not None else "", None, self.at)
        if rule.life.how == "ends":
            w["S", "agreement", rule.document] = "terminated"
            w["C", "agreement", rule.document] = cause
            return
        end = self.term(scene, rule.document)
        w["S", "agreement", rule.document] = "in_force"
        w["C", "agreement", rule.document] = cause
        w["L", rule.document] = LifeCell(self.at, end, None)
        self.schedule(end, "Z", 0, rule.document)

    def term(self, scene: Scene, document: str) -> Instant | None:
        """Return the end of an agreement that takes effect now; None where it has no last day."""
        for rule in self.program.life.get(document, ()):
            if rule.life.how != "lasts" or not all(
                scene.option_of(c.reading) == c.option for c in rule.option
            ):
                continue
            period = rule.value.value(scene)
            if period is None or isinstance(period, Unknown):
                return None
            first = False
            if rule.first_day is not None:
                first = bool(rule.first_day.value(scene))
            rolls: Any = rule.rolls if rule.rolls is not None else False
            return scene.deadline_period(self.at, period, rolls, first).end
        return None

    # -- what follows from what changed

    def settle(self, event: Event | None) -> None:
        """Let everything that watches what changed look again, in order, until nothing changes any more."""
        for _ in range(_ROUNDS):
            while self.breached:
                index, trig = self.breached.pop(0)
                for each in self.program.on_breach.get(index, ()):
                    self.run(self.now, self.arise_on_breach, self.program.rules[each], index, trig)
            if not self.queue:
                return
            order = self.program.order
            waiting = sorted(self.queue, key=order.__getitem__)
            self.queue = set()
            for place, name in enumerate(waiting):
                self.look(name, event)
                if self.queue and place + 1 < len(waiting):
                    self.queue.update(waiting[place + 1 :])
                    break

    def watch_all(self, names: list[tuple[str, int]]) -> None:
        """Look at everything once: for what is in force from the start."""
        self.queue.update(names)
        self.settle(None)

    def look(self, name: tuple[str, int], event: Event | None) -> None:
        kind, index = name
        if kind == "life":
            self.run(self.now, self.live, self.program.life_rules[index], event)
            return
        rule = self.program.rules[index]
        if isinstance(rule.norm, Obligation):
            self.run(self.now, self.edge, rule, event)
        elif rule.norm.trigger is None:
            self.run(self.now, self.keep, rule, "", None, event)
        else:
            for trig in tuple(self.new.get(("IO", index)) or ()):
                self.run(self.now, self.keep_instance, rule, trig, event)

    def arise_on_breach(self, scene: Scene, w: Writes, rule: Rule, index: int, trig: str) -> None:
        breach: Breach | None = scene.read(("B", index, trig))
        if breach is None or breach.status != "open":
            return
        own = f"{self.program.norms[index].id}/{trig}"
        self.arise(scene, w, None, rule, own, breach)

    def edge(self, scene: Scene, w: Writes, rule: Rule, event: Event | None) -> None:
        """An obligation without a trigger: it arises each time its conditions come true, and goes when they cease."""
        bind(scene, rule, None, None)
        now_true = conditions_fail(scene, rule) is None and not_in_force(scene, rule) is None
        self.schedule(scene.turn, "K", rule.index, "norm")
        count, was_true = scene.read(("E", rule.index)) or (0, False)
        if now_true == was_true:
            return
        trig = "" if (count if now_true else count - 1) == 0 else f"+{count if now_true else count - 1}"
        if now_true:
            w["E", rule.index] = (count + 1, True)
            self.come_into_being(scene, w, rule, trig, None)
            return
        w["E", rule.index] = (count, False)
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is not None and inst.status not in OVER:
            w["I", rule.index, trig] = inst._replace(status="released")

    def keep_instance(self, scene: Scene, w: Writes, rule: Rule, trig: str, event: Event | None) -> None:
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is not None:
            self.keep(scene, w, rule, trig, inst.trigger, event)

    def keep(self, scene: Scene, w: Writes, rule: Rule, trig: str, trigger: Any, event: Event | None) -> None:
        """A maintenance duty: breached while it applies, is awake, and its condition is false."""
        bind(scene, rule, trigger, None)
        count, open_trig = scene.read(("M", rule.index, trig)) or (0, None)
        active = not_in_force(scene, rule) is None and conditions_fail(scene, rule) is None
        assert rule.keeps is not None
        if not active:
            self.schedule(scene.turn, "K", rule.index, "norm")
            return
        holds = bool(rule.keeps.value(scene))
        self.schedule(scene.turn, "K", rule.index, "norm")
        if holds:
            if open_trig is not None:
                breach: Breach = scene.read(("B", rule.index, open_trig))
                w["B", rule.index, open_trig] = breach._replace(
                    ended_at=self.at, status="cured", event=event.id if event else breach.event
                )
                w["M", rule.index, trig] = (count, None)
            return
        if open_trig is not None:
            return
        for index, when in rule.prevailed_by:
            if (when is None or when.value(scene)) and self.program.standing_since(scene, index) is not None:
                return
        started = self.at
        for state, _, _ in rule.restores:
            if state in self.shown:
                cell: LifeCell | None = scene.read(("L", rule.document))
                force = cell.since if cell is not None and cell.since is not None else self.shown[state]
                started = max(self.shown[state], force)
        own = trig if count == 0 else f"{trig}+{count}"
        w["M", rule.index, trig] = (count + 1, own)
        by = bearer_of(rule, trigger, scene)
        w["B", rule.index, own] = Breach(
            rule.index, own, by, started, None, None, "open", trigger, event.id if event is not None else None
        )

    # -- time alone

    def fall_due(self, entries: list[Entry]) -> None:
        """Do what falls due at this instant."""
        for at, kind, index, name in entries:
            match kind:
                case "D":
                    self.run(self.now, self.miss, self.program.rules[index], name, at)
                case "Z":
                    self.run(self.now, self.expire, name, at)
                case "N":
                    self.run(self.now, self.begin_again, name)
                case "T":
                    self.run(self.now, self.turn_state, *name.split("\n"))
                case _:
                    self.queue.add((name, index))
        self.settle(None)

    def miss(self, scene: Scene, w: Writes, rule: Rule, trig: str, at: Instant) -> None:
        """A window has ended: what is not done is breached."""
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is None or inst.status != "open" or inst.end is None or inst.end > at:
            return
        w["I", rule.index, trig] = inst._replace(status="breached")
        by = bearer_of(rule, inst.trigger, scene)
        started = max(inst.end, at) if inst.end < at else inst.end
        w["B", rule.index, trig] = Breach(
            rule.index, trig, by, started, inst.last_day, None, "open", inst.trigger, None
        )

    def expire(self, scene: Scene, w: Writes, document: str, at: Instant) -> None:
        cell: LifeCell | None = scene.read(("L", document))
        state = scene.read(("S", "agreement", document))
        if cell is not None and cell.end == at and state == "in_force":
            w["S", "agreement", document] = "expired"
            w["C", "agreement", document] = Cause("", None, at)

    def begin_again(self, scene: Scene, w: Writes, document: str) -> None:
        if scene.read(("S", "agreement", document)) == "expired":
            w["S", "agreement", document] = "in_force"
            w["C", "agreement", document] = Cause("", None, self.at)

    def turn_state(self, scene: Scene, w: Writes, state: str, document: str, event_id: str) -> None:
        planned = scene.read(("T", state, document, event_id))
        if planned is None:
            return
        value, basis = planned
        w["S", state, document] = value
        w["C", state, document] = Cause(event_id, basis, self.at)

    # -- entries that are no acts or events

    def take_built_in(self, event: Event) -> None:
        fields = event.fields
        if event.name == ANSWER:
            at = ("Q", fields["question"], fields.get("about"))
            self.write(at, fields.get("value"))
            self.new["QE", fields["question"], fields.get("about")] = event.id
        elif event.name == DISPUTE:
            self.write(("X", fields["question"], fields.get("about")), event.id)
            self.queue.update(self.program.watchers.get(("Q", fields["question"]), ()))
        elif event.name == WAIVE:
            for index in self.waived(event):
                self.run(self.now, self.waive, event, self.program.rules[index])
        self.settle(event)

    def waived(self, event: Event) -> list[int]:
        wanted = event.fields.get("norm")
        return [
            i for i, norm in enumerate(self.program.norms) if wanted in (norm.id, norm.label, norm.clause)
        ]

    def waive(self, scene: Scene, w: Writes, event: Event, rule: Rule) -> None:
        """The counterparty gives up a duty or a breach."""
        about = event.fields.get("about")
        if rule.norm.bearer == event.actor:
            return
        for trig in scene.get(("IO", rule.index)) or ():
            inst: Inst | None = scene.read(("I", rule.index, trig))
            if inst is not None and (about is None or about == trig) and inst.status not in OVER:
                w["I", rule.index, trig] = inst._replace(status="waived")
        for trig in scene.get(("BO", rule.index)) or ():
            breach: Breach | None = scene.read(("B", rule.index, trig))
            if breach is not None and (about is None or about == trig) and breach.status == "open":
                w["B", rule.index, trig] = breach._replace(status="waived", ended_at=self.at)
