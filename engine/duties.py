"""Obligations over time: how their instances arise, are done, fall late, and end (docs/semantics.md, "Obligations").

Every rule takes a scene, the writes it makes, and the step it is part of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from contractlang.norms import Maintenance, Power, Who
from engine.dates import day_of
from engine.decision import Item
from engine.event import ALLEGED, BOTH, NEVER, Event, Instant
from engine.in_force import conditions_fail, judges, not_in_force
from engine.instances import JOINT, OTHER, bearer_of, bears, bind
from engine.program import Rule, Sum, Touch
from engine.scene import Breach, Inst, Scene, Unknown
from engine.step import DAY, OVER, Step, Writes
from engine.sums import due_on, everything
from engine.windows import window


def discharges(step: Step, event: Event, touch: Touch) -> None:
    """Let an act do what duties ask: those of what it names, or a sum, or what is owed first."""
    declared = touch.declared
    named = event.fields.get(declared.per or "")
    if isinstance(named, str) and ":" in named:
        step.run(step.now, pay_sum, step, event, declared.accumulates or "", *named.rsplit(":", 1))
        return
    says_how_much = event.fields.get(declared.accumulates or "") is not None
    if says_how_much and named is None:
        step.run(step.now, appropriate, step, event, touch)
        return
    for index in touch.discharges:
        step.run(step.now, discharge, step, event, step.program.rules[index], touch)


def pay_sum(scene: Scene, w: Writes, step: Step, event: Event, field: str, name: str, trig: str) -> None:
    """Count a payment that names a sum and what it is for (`late_fee:e4`)."""
    if step.real(scene, event):
        name = step.program.sum_names.get(name, name)
        w["PA", name, trig] = (scene.read(("PA", name, trig)) or 0) + (event.fields.get(field) or 0)


def discharge(scene: Scene, w: Writes, step: Step, event: Event, rule: Rule, touch: Touch) -> None:
    """Do what an obligation asks, for the instances that the act is about."""
    listed = scene.get(("IO", rule.index)) or ()
    if not step.real(scene, event):
        return
    amount = event.fields.get(touch.declared.accumulates) if touch.declared.accumulates else None
    meant: Sequence[Any] = (event.fields.get(rule.about_field),) if rule.about_field else sorted(listed)
    for trig in meant:
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is None or not bears(rule, event.actor, inst.trigger):
            continue
        paid_before = inst.status in ("done", "cured") and amount is not None
        if inst.status in OVER and not paid_before:
            continue
        if isinstance(inst.trigger, Breach) and event.fields.get(touch.declared.per or "") not in (
            None,
            inst.trigger.trig,
        ):
            continue
        bind(scene, rule, inst.trigger, event)
        if rule.where is not None and not rule.where.value(scene):
            continue
        if rule.norm.bearer is Who.BOTH and event.actor != BOTH and not all_did(step, scene, event.name):
            continue
        if paid_before:
            put_by(scene, w, step, event, amount or 0, (rule.index,), trig)
        else:
            perform(scene, w, step, rule, trig, inst, event, amount)


def all_did(step: Step, scene: Scene, name: str) -> bool:
    """Tell whether every party has done its part of a joint act."""
    return all(scene.read(("H", name, party)) for party in step.program.bound_parties)


def perform(
    scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, inst: Inst, event: Event, amount: int | None
) -> None:
    """Count one performance towards an instance; it is done when what is owed is reached."""
    paid = inst.paid + (amount or 0)
    if amount is not None and inst.owed is not None:
        owed = inst.owed
        if type(owed) is Unknown:
            about = f"{owed.item.about or ''}#{paid} for {trig}"
            enough = scene.pick(Item(owed.item.kind, owed.item.name, about), (True, False))
        else:
            enough = paid >= owed
            if paid > owed:
                put_by(scene, w, step, event, paid - owed, (rule.index,), trig)
                paid = owed
        if rule.index in step.program.accruing:
            history = ("PH", rule.index, trig)
            w[history] = (step.at, paid - inst.paid, event.id, scene.read(history))
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
        step.at,
        "cured" if late else "done",
    )
    w["D", rule.index] = (inst.trigger.id, event.id) if isinstance(inst.trigger, Event) else (event.id,)
    if late:
        breach: Breach | None = scene.read(("B", rule.index, trig))
        if breach is not None:
            w["B", rule.index, trig] = breach._replace(ended_at=step.at, status="cured", event=event.id)
    else:
        w["DD", rule.index] = True


class Debt(NamedTuple):
    """What is owed on one object, by the instances of it that several agreements have: what counts for one, counts for
    each.
    """

    parts: list[tuple[Rule, str, Inst]]

    @property
    def turn(self) -> tuple[bool, Instant]:
        """What is past its window comes first, then the earlier window."""
        return min(
            (inst.status != "breached", NEVER if inst.end is None else inst.end) for _, _, inst in self.parts
        )

    @property
    def place(self) -> tuple[bool, Instant, int, Instant]:
        rule, _, inst = self.parts[0]
        return *self.turn, rule.index, inst.arisen_at

    @property
    def unpaid(self) -> int:
        return max((inst.owed or 0) - inst.paid for _, _, inst in self.parts)


def debts_of(scene: Scene, step: Step, event: Event, touch: Touch) -> list[Debt]:
    """Return what a payment that names nothing may go to, in the order in which it does."""
    found: dict[tuple[bool, str, int], Debt] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for index in touch.discharges:
        rule = step.program.rules[index]
        for trig in scene.listed("IO", index):
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
                # What is about no object is a debt by itself; on one an agreement may have several, a law its own.
                thing = trig if rule.about_field else f"{index} {trig}"
                debt = found.setdefault((bool(rule.home), thing, seen[rule.home, thing]), Debt([]))
                debt.parts.append((rule, trig, inst))
                seen[rule.home, thing] += 1
    return sorted(found.values(), key=lambda debt: debt.place)


def appropriate(scene: Scene, w: Writes, step: Step, event: Event, touch: Touch) -> None:
    """Appropriate a payment that names nothing (民法典 560): due first, then earlier, then in proportion."""
    if not step.real(scene, event):
        return
    left: int = event.fields.get(touch.declared.accumulates or "") or 0
    debts = debts_of(scene, step, event, touch)
    while debts and left > 0:
        equals = [debt for debt in debts if debt.turn == debts[0].turn]
        debts = debts[len(equals) :]
        unpaid = [debt.unpaid for debt in equals]
        share = min(left, sum(unpaid))
        given = 0
        for place, debt in enumerate(equals):
            part = share - given if place == len(equals) - 1 else share * unpaid[place] // sum(unpaid)
            given += part
            for rule, trig, inst in debt.parts if part else ():
                perform(scene, w, step, rule, trig, inst, event, min(part, inst.owed - inst.paid))
        left -= share
    if left > 0:
        put_by(scene, w, step, event, left, touch.discharges)


def put_by(
    scene: Scene,
    w: Writes,
    step: Step,
    event: Event,
    left: int,
    debts: Sequence[int],
    trig: str | None = None,
) -> None:
    """Put what a payment leaves over to what may be claimed upon the breach of its debts; the rest is credit."""
    for name in step.program.sums:
        for home, about, rule in sorted(everything(scene, name), key=_broken_at):
            if not isinstance(about, Breach) or about.norm not in debts or about.by != event.actor:
                continue
            if trig not in (None, about.trig):
                continue
            owed = due_on(scene, name, home, about, rule)
            part = 0 if isinstance(owed, Unknown) else min(left, owed)
            if part:
                w["PA", name, about.trig] = (scene.read(("PA", name, about.trig)) or 0) + part
                left -= part
    # Under a second agreement the same money is left over.
    counted = scene.read(("CO", event.id)) or 0
    if left > counted:
        w["CO", event.id] = left
        w["CR", event.actor] = (scene.read(("CR", event.actor)) or 0) + left - counted


def _broken_at(thing: tuple[str, Any, Sum]) -> Instant:
    return thing[1].started_at if isinstance(thing[1], Breach) else NEVER


def arise(
    scene: Scene, w: Writes, step: Step, event: Event | None, rule: Rule, trig: str, trigger: Any
) -> None:
    """Bring an instance of a duty into being."""
    if event is not None and event.standing is ALLEGED and not step.real(scene, event):
        return
    bind(scene, rule, trigger, None)
    if rule.trigger_where is not None and not rule.trigger_where.value(scene):
        return
    if not_in_force(scene, rule) is not None or not judges(scene, rule, trigger):
        return
    if isinstance(rule.norm, Maintenance):
        w["I", rule.index, trig] = Inst(trigger, step.at, None, None, None, 0, None, "open")
        step.queue.add(("norm", rule.index))
        return
    if conditions_fail(scene, rule) is not None:
        return
    come_into_being(scene, w, step, rule, trig, trigger)


def arise_on_breach(scene: Scene, w: Writes, step: Step, rule: Rule, index: int, trig: str) -> None:
    """Bring what a duty's breach gives rise to into being: for each party whose breach it is, once."""
    breach: Breach | None = scene.read(("B", index, trig))
    if breach is None or breach.status != "open":
        return
    shares = [breach]
    if breach.by == BOTH and rule.bearer is OTHER:
        shares = [breach._replace(by=party) for party in step.program.bound_parties]
    for broken in shares:
        own = f"{step.program.norms[index].id}/{trig}" + (f"/{broken.by}" if shares[1:] else "")
        there: Inst | None = scene.read(("I", rule.index, own))
        if there is not None and there.trigger.norm != index:
            own = f"{own}/{broken.by}"  # Each of the parties broke its own share of one norm.
            there = scene.read(("I", rule.index, own))
        if there is None:  # Else it was there already in this case of what is open.
            arise(scene, w, step, None, rule, own, broken)


def come_into_being(scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, trigger: Any) -> None:
    """Begin an instance that has arisen: of nothing owed it is done at once."""
    end, last_day = window(scene, rule, step.at)
    owed = rule.amount.value(scene) if rule.amount is not None else None
    done = owed == 0
    inst = Inst(
        trigger, step.at, end, last_day, owed, 0, step.at if done else None, "done" if done else "open"
    )  # fmt: skip
    if done:
        w["DD", rule.index] = True
        if isinstance(trigger, Event):
            w["D", rule.index] = (trigger.id,)
    begin(scene, w, step, rule, trig, inst)


def begin(scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, inst: Inst) -> None:
    """Begin an instance, or begin it again: one whose window is past already is breached at once."""
    w["I", rule.index, trig] = inst
    if inst.status == "open" and inst.end is not None and inst.end <= step.at:
        become_breached(scene, w, rule, trig, inst, step.at)
    else:
        step.schedule(inst.end, "D", rule.index, trig)


def look_for_end(scene: Scene, w: Writes, step: Step, rule: Rule, trig: str) -> None:
    """What a window counts from has happened: an instance that had no end yet gets one."""
    inst: Inst | None = scene.read(("I", rule.index, trig))
    if inst is None or inst.status != "open" or inst.end is not None:
        return
    bind(scene, rule, inst.trigger, None)
    end, last_day = window(scene, rule, inst.arisen_at)
    if end is not None:
        begin(scene, w, step, rule, trig, inst._replace(end=end, last_day=last_day))


def edge(scene: Scene, w: Writes, step: Step, rule: Rule, event: Event | None) -> None:
    """An obligation without a trigger: it arises each time its conditions come true, and goes when they cease.

    The end of its agreement does not release what was owed by then; one without conditions arises once.
    """
    bind(scene, rule, None, None)
    holds = conditions_fail(scene, rule) is None
    # Whether it is in force is asked only where its conditions hold: the readings of one at rest stay unasked.
    now_true = holds and not_in_force(scene, rule) is None
    step.schedule(scene.turn, "K", rule.index, "norm")
    count, was_true = scene.read(("E", rule.index)) or (0, False)
    if not holds:
        for trig in scene.listed("IO", rule.index):
            inst: Inst | None = scene.read(("I", rule.index, trig))
            if inst is not None and inst.status in ("open", "suspended"):
                w["I", rule.index, trig] = inst._replace(status="released")
    if now_true == was_true:
        return
    arises = now_true and (rule.conditional or count == 0)
    w["E", rule.index] = (count + arises, now_true)
    if arises:
        come_into_being(scene, w, step, rule, "" if count == 0 else f"+{count}", None)


def suspend(scene: Scene, w: Writes, step: Step, rule: Rule) -> None:
    """Suspend the open duties that a power suspends."""
    assert isinstance(rule.norm, Power)
    for index in rule.suspends:
        for trig in scene.listed("IO", index):
            inst: Inst | None = scene.read(("I", index, trig))
            if inst is not None and inst.status == "open":
                w["I", index, trig] = inst._replace(
                    status="suspended", paused_at=step.at, clock=rule.norm.clock.value
                )


def resume(scene: Scene, w: Writes, step: Step, rule: Rule) -> None:
    """Open again what was suspended: its clock stood still, ran on, or is extended by whole days, as the power says."""
    for index in rule.resumes:
        for trig in scene.listed("IO", index):
            inst: Inst | None = scene.read(("I", index, trig))
            if inst is None or inst.status != "suspended" or inst.paused_at is None:
                continue
            end = inst.end
            if end is not None and inst.clock == "stops":
                end = step.at + (end - inst.paused_at)
            elif end is not None and inst.clock == "extends":
                end = end + -(-(step.at - inst.paused_at) // DAY) * DAY
            last = day_of(end - 1) if end is not None and inst.last_day is not None else inst.last_day
            again = inst._replace(end=end, last_day=last, status="open", paused_at=None, clock="")
            begin(scene, w, step, step.program.rules[index], trig, again)


def miss(scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, at: Instant) -> None:
    """A window has ended: what is not done is breached."""
    inst: Inst | None = scene.read(("I", rule.index, trig))
    if inst is None or inst.status != "open" or inst.end is None or inst.end > at:
        return
    become_breached(scene, w, rule, trig, inst, at)


def become_breached(scene: Scene, w: Writes, rule: Rule, trig: str, inst: Inst, at: Instant) -> None:
    """Record that what an instance asks was not done by the end of its window."""
    w["I", rule.index, trig] = inst._replace(status="breached")
    by = bearer_of(rule, inst.trigger, scene)
    w["B", rule.index, trig] = Breach(
        rule.index, trig, by, at, inst.last_day, None, "open", inst.trigger, None
    )


def waived(step: Step, event: Event) -> list[int]:
    """Return the norms that a waiver names, by id, label or clause."""
    wanted = event.fields.get("norm")
    return [i for i, norm in enumerate(step.program.norms) if wanted in (norm.id, norm.label, norm.clause)]


def waive(scene: Scene, w: Writes, step: Step, event: Event, rule: Rule) -> None:
    """The counterparty gives up what is owed to it, or a breach: what this opened is closed."""
    about, actor = event.fields.get("about"), event.actor
    if actor not in step.program.bound_parties:
        return
    for trig in scene.listed("IO", rule.index) if rule.is_obligation else ():
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is None or inst.status in OVER or about not in (None, trig):
            continue
        if bearer_of(rule, inst.trigger, scene) != actor:
            w["I", rule.index, trig] = inst._replace(status="waived")
    for trig in scene.listed("BO", rule.index):
        breach: Breach | None = scene.read(("B", rule.index, trig))
        if breach is None or breach.status != "open" or about not in (None, trig) or breach.by == actor:
            continue
        if breach.by == BOTH and rule.bearer is not JOINT:
            # Of what both did against it each waives the other's part.
            w["B", rule.index, trig] = breach._replace(by=actor)
        else:
            w["B", rule.index, trig] = breach._replace(status="waived", ended_at=step.at)
