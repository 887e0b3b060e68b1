"""Duties: how an obligation begins and ends, what discharges it, what breaches a prohibition or a maintenance duty."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import And, Compare, Const, Expr, StateValue
from contractlang.norms import Clock, Maintenance, Norm, Obligation, OnOccurrence, Power, Prohibition, Who
from engine.dates import DAY, day_of
from engine.event import BOTH, Event, Instant
from tests.reference import basis, documents, facts, norms, open_items, ranks, values, windows
from tests.reference.cases import Unknown

if TYPE_CHECKING:
    from tests.reference.world import Instance, Thing, World


# ---- Obligations ----------------------------------------------------------------------------------------------------


def begin(world: World, norm: Norm, thing: Thing) -> None:
    """Let an instance of a norm arise, for each who bears it."""
    from tests.reference.world import Instance

    for bearer in norms.bearers(world, norm, thing):
        made = Instance(norm, thing, bearer, world.now)
        world.instances.append(made)
        if isinstance(norm, Obligation):
            env = norms.env_of(norm, thing)
            made.about = norms.object_of(world, norm, thing, norm.act.about)
            if norm.act.amount is not None:
                made.owed = values.value(world, norm.act.amount, env, norm.document)
            look_for_end(world, made)
            if made.owed == 0:
                finish(world, made, "discharged")


def look_for_end(world: World, instance: Instance) -> None:
    """Work out when the window of an instance ends, if that can be told yet."""
    norm = instance.norm
    assert isinstance(norm, Obligation)
    env = norms.env_of(norm, instance.trigger)
    found = windows.close(world, norm.window, env, norm.document, instance.arose_at, instance.trigger)
    instance.end, instance.last_day = found
    world.wake(instance.end)


def finish(world: World, instance: Instance, status: str) -> None:
    """End an instance. What was breached is cured by being done, and over when it is waived or released."""
    instance.status = status
    if instance.breach is not None:
        if status == "cured":
            instance.breach.cured_at = world.now
        else:
            instance.breach.over = True


def end_windows(world: World) -> bool:
    """Let the windows that have ended be missed. Tell whether one was."""
    changed = False
    for each in world.instances:
        if isinstance(each.norm, Obligation) and each.status == "open":
            if each.end is None:
                look_for_end(world, each)
            if each.end is not None and each.end <= world.now:
                each.status = "breached"
                breach(world, each.norm, each.trigger, each.bearer, world.now, each)
                changed = True
    return changed


def breach(world: World, norm: Norm, thing: Thing, by: str, at: Instant, instance: Instance | None = None,
           trigger: str | None = None) -> None:  # fmt: skip
    """Record a breach."""
    from tests.reference.world import Breach, thing_id

    last_day = None if instance is None else instance.last_day
    if last_day is None and at != windows.world_beginning():
        last_day = day_of(at)
    made = Breach(norm, thing_id(thing) if trigger is None else trigger, at, by, last_day)
    if instance is not None:
        instance.breach = made
        if isinstance(norm, Obligation):
            made.instance = instance
    world.breaches.append(made)
    world.fresh.append(made)


def discharge(world: World, act: Event) -> None:
    """Let an act discharge what it can: each duty that it is about, or, if it names none, those that are owed first."""
    from tests.reference.world import Breach

    kind = world.declared[act.name]
    assert isinstance(kind, OccurrenceDecl)
    object_id = facts.object_of(world.declared, act)
    if object_id is not None and ":" in object_id:
        name, about = object_id.rsplit(":", 1)
        world.paid_sums.append((name, about, act.fields.get(kind.accumulates or "", 0)))
        return
    owing = [each for each in world.instances if _could_be_done_by(world, each, act)]
    amount = act.fields.get(kind.accumulates or "")
    if kind.accumulates is not None and isinstance(amount, int):
        if object_id is None:
            owed = sum(max(each.unpaid_at(world.now) for each in debt) for debt in debts_of(world, owing))
            put_by(world, act, amount - owed, [each for each in world.instances if _is_of(world, each, act)])
            appropriate(world, owing, amount)
            return
        for each in world.instances:
            if (
                _is_of(world, each, act)
                and each.about == object_id
                and each.status in ("discharged", "cured")
            ):
                put_by(world, act, amount, [each])
        for each in owing:
            upon = each.trigger.trigger if isinstance(each.trigger, Breach) else None
            if object_id in (each.about, upon) or (each.about is None and upon is None):
                if isinstance(each.owed, int):
                    put_by(world, act, amount - each.unpaid_at(world.now), [each])
                pay(world, each, amount)
        return
    for each in owing:
        if each.about in (None, object_id):
            finish(world, each, "cured" if each.status == "breached" else "discharged")


def put_by(world: World, act: Event, left: int, debts: list[Instance]) -> None:
    """Put what a payment leaves over to what may be claimed upon the breach of its debts (a late fee)."""
    from tests.reference import sums

    broken = [each.breach for each in debts if each.breach is not None and not each.breach.over]
    broken.sort(key=lambda each: each.at)
    for name in dict.fromkeys(line.name for contract in world.contracts for line in contract.amounts):
        for each in broken:
            owed = sums.due_on(world, name, each) if left > 0 else 0
            if isinstance(owed, int) and owed > 0:
                world.paid_sums.append((name, each.trigger, min(left, owed)))
                left -= min(left, owed)


def _could_be_done_by(world: World, instance: Instance, act: Event) -> bool:
    return instance.status in ("open", "suspended", "breached") and _is_of(world, instance, act)


def _is_of(world: World, instance: Instance, act: Event) -> bool:
    norm = instance.norm
    if not isinstance(norm, Obligation):
        return False
    named = facts.covers(world.declared, norm.act.name, act.name)
    together = norm.bearer is Who.BOTH and basis.is_joined(world, norm, act)
    by_bearer = together or facts.did(act.actor, instance.bearer)
    return (
        named
        and by_bearer
        and values.holds(world, norm.act.where, norms.env_of(norm, instance.trigger, act), norm.document)
    )


def pay(world: World, instance: Instance, amount: int) -> None:
    """Add what was paid; the duty is done when the sum reaches what is owed."""
    instance.paid.append((world.now, amount))
    if isinstance(instance.owed, Unknown):
        paid = sum(amount for _, amount in instance.paid)
        enough = bool(
            world.case.ask(instance.owed.item, open_items.YES_OR_NO, (str(instance.about), str(paid)))
        )
    else:
        enough = instance.owed is None or instance.unpaid_at(world.now) == 0
    if enough:
        finish(world, instance, "cured" if instance.status == "breached" else "discharged")


def debts_of(world: World, owing: list[Instance]) -> list[list[Instance]]:
    """Return what is owed as debts: what several agreements ask on one object is one."""
    debts: dict[Any, list[Instance]] = {}
    seen: Counter[Any] = Counter()
    for each in owing:
        if isinstance(each.owed, int):
            home = documents.home(world, each.norm.document)
            thing = id(each) if each.about is None else each.about
            debts.setdefault((home != "", thing, seen[home, thing]), []).append(each)
            seen[home, thing] += 1
    return list(debts.values())


def appropriate(world: World, owing: list[Instance], amount: int) -> None:
    """Spread what names no debt (民法典 560): past their window first, the earlier window, equal ones in proportion."""
    never = 10**30

    def turn(debt: list[Instance]) -> tuple[bool, Instant]:
        return min((each.status != "breached", never if each.end is None else each.end) for each in debt)

    def unpaid(debt: list[Instance]) -> int:
        return max(each.unpaid_at(world.now) for each in debt)

    debts = debts_of(world, owing)
    for first in sorted({turn(debt) for debt in debts}):
        group = [debt for debt in debts if turn(debt) == first]
        total = sum(map(unpaid, group))
        spent = min(amount, total)
        left = spent
        for debt in group:
            part = left if debt is group[-1] else spent * unpaid(debt) // total if total else 0
            left -= part
            for each in debt:
                pay(world, each, min(part, each.unpaid_at(world.now)))
        amount -= spent
        if not amount:
            return


def waive(world: World, fact: Event) -> None:
    """End what its counterparty waives: what is owed of a norm, and its breaches."""
    wanted, about = str(fact.fields.get("norm", "")), fact.fields.get("about")
    if fact.actor not in world.parties:
        return
    for each in world.instances:
        if not isinstance(each.norm, Obligation) or each.status not in ("open", "breached", "suspended"):
            continue
        meant = wanted in (each.norm.id, each.norm.clause, each.norm.label)
        of_it = about is None or (each.trigger is not None and each.trigger.id == about)
        if meant and of_it and fact.actor != each.bearer:
            finish(world, each, "waived")
    for broken in world.breaches:
        meant = wanted in (broken.norm.id, broken.norm.clause, broken.norm.label)
        if meant and about in (None, broken.trigger) and broken.is_open and fact.actor != broken.by:
            if broken.by == BOTH and broken.norm.bearer is not Who.BOTH:
                broken.by = fact.actor  # Each waives the other's part.
            else:
                broken.over = True


def suspend_and_resume(world: World, act: Event, grounds: list[basis.Ground]) -> None:
    """Let a power that is exercised suspend a duty, or resume it."""
    for norm in dict.fromkeys(each.norm for each in grounds):
        if not isinstance(norm, Power):
            continue
        for each in world.instances:
            if not isinstance(each.norm, Obligation) or not documents.are_one(
                world, norm.document, each.norm.document
            ):
                continue
            if norm.suspends is not None and each.norm.label == norm.suspends and each.status == "open":
                each.status, each.suspended_at, each.suspended_by = "suspended", world.now, norm
            elif norm.resumes is not None and each.norm.label == norm.resumes and each.status == "suspended":
                resume(world, each)


def resume(world: World, instance: Instance) -> None:
    """Let the window of a suspended duty go on, by the clock of the power that suspended it."""
    instance.status = "open"
    assert instance.suspended_at is not None
    assert instance.suspended_by is not None
    if instance.end is None:
        return
    lasted = world.now - instance.suspended_at
    match instance.suspended_by.clock:
        case Clock.STOPS:
            instance.end += lasted
        case Clock.RUNS:
            pass  # It ends when it would have; if that is past, it is missed now.
        case Clock.EXTENDS:
            instance.end += -(-lasted // DAY) * DAY
    instance.last_day = day_of(instance.end - 1)
    world.wake(instance.end)


# ---- Prohibitions ---------------------------------------------------------------------------------------------------


def judge(world: World, act: Event) -> None:
    """Record the prohibitions that an act breaches, judged on what stood before it."""
    for norm, thing in forbidding(world, act):
        over = ranks.prevailing_over(world, norm, act)
        if not any(each.norm in over for each in basis.openers(world, act)):
            by = norm.bearer if isinstance(norm.bearer, str) else str(act.actor)
            breach(world, norm, thing, by, world.now, None, act.id)


def forbidding(world: World, act: Event) -> list[tuple[Norm, Thing]]:
    """Return the prohibitions that apply to an act, each with its trigger."""
    found: list[tuple[Norm, Thing]] = []
    for norm in world.norms:
        if isinstance(norm, Prohibition) and norms.is_prohibition_on(world, norm, act):
            for thing in _triggers_of(world, norm, act):
                borne = any(norms.acts_for(each, act.actor) for each in norms.bearers(world, norm, thing))
                env = norms.env_of(norm, thing, act)
                about = norms.object_of(world, norm, thing, norm.act.about)
                if (
                    borne
                    and (about is None or facts.object_of(world.declared, act) in (None, about))
                    and norms.applies(world, norm, thing, act)
                    and values.holds(world, norm.act.where, env, norm.document)
                    and basis.is_in_window(world, norm, thing, _began_at(thing), env)
                ):
                    found.append((norm, thing))
    return found


def _began_at(thing: Thing) -> Instant:
    if thing is None:
        return windows.world_beginning()
    return thing.effect_at if isinstance(thing, Event) else thing.at


def _triggers_of(world: World, norm: Norm, act: Event) -> list[Thing]:
    """Return the triggers for which a prohibition stands. That of one on the very act it forbids is that act."""
    if norm.trigger is None:
        return [None]
    if isinstance(norm.trigger, OnOccurrence) and facts.covers(world.declared, norm.trigger.name, act.name):
        return [act] if norms.is_triggered(world, norm, act) else []
    return list(dict.fromkeys(each.trigger for each in norms.arisen(world, norm)))


# ---- Maintenance ----------------------------------------------------------------------------------------------------


def keep_watch(world: World) -> bool:
    """Record which maintenance duties are breached now, and which are cured. Tell whether one is."""
    changed = False
    for norm in world.norms:
        if not isinstance(norm, Maintenance):
            continue
        has_begun = norm.trigger is not None or any(each.norm is norm for each in world.instances)
        if not has_begun and world.has_dawned and norms.is_in_force(world, norm):
            begin(world, norm, None)
            changed = True
        for each in world.instances:
            if each.norm is norm:
                changed = _watch(world, norm, each) or changed
    return changed


def _watch(world: World, norm: Maintenance, instance: Instance) -> bool:
    kept = values.holds(world, norm.keeps, norms.env_of(norm, instance.trigger), norm.document)
    if instance.breach is not None and instance.breach.cured_at is None:
        # Not kept since: one that was waived is not breached again before it is kept.
        if kept:
            if instance.breach.over:
                instance.breach = None
            else:
                instance.breach.cured_at = world.now
        return kept
    if kept or is_asleep(world, norm) or not norms.applies(world, norm, instance.trigger):
        return False
    breach(world, norm, instance.trigger, instance.bearer, _began(world, norm, instance), instance)
    return True


def is_asleep(world: World, norm: Norm) -> bool:
    """Tell whether a power that prevails over the duty stands exercised."""
    over = ranks.prevailing_over(world, norm)
    return any(isinstance(each, Power) and basis.exercised_since(world, each) is not None for each in over)


def _began(world: World, norm: Maintenance, instance: Instance) -> Instant:
    """Return when a breach started: now, or as far back as what was shown reaches."""
    for part in comparisons(norm.keeps):
        assert isinstance(part.left, StateValue)
        setting = world.setting(part.left.name, part.left.document, world.now)
        if setting.shown:
            return max(setting.start, instance.arose_at)
    return world.now


def comparisons(keeps: Expr) -> list[Compare]:
    """Return what a maintenance duty wants states to be."""
    parts = keeps.parts if isinstance(keeps, And) else (keeps,)
    return [each for each in parts if isinstance(each, Compare) and each.op == "=="
            and isinstance(each.left, StateValue) and isinstance(each.right, Const)]  # fmt: skip


def restores(world: World, norm: Maintenance, act: str) -> bool:
    """Tell whether an act sets the state a maintenance duty is about to the value it wants."""
    kind = world.declared.get(act)
    sets = kind.sets if isinstance(kind, OccurrenceDecl) else ()
    wanted = {(each.left.name, each.right.value) for each in comparisons(norm.keeps)}  # type: ignore[union-attr]
    return any((each.state, each.option) in wanted for each in sets)
