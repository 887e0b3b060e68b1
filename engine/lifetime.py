"""The life of an agreement: taking effect, its last day, renewal, expiry."""

from __future__ import annotations

from datetime import date
from typing import Any

from contractlang.norms import Who
from contractlang.values import Period
from engine.dates import DAY, start_of
from engine.decision import events_in
from engine.event import BOTH, DAWN, Event, Instant
from engine.program import LifeRule
from engine.scene import Cause, LifeCell, Scene, Unknown
from engine.step import Step, Writes


def is_renewal(scene: Scene, event: Event, rule: LifeRule) -> bool:
    """Tell whether a sentence has an act renew its agreement: who did it is whom it names, and it is as it asks."""
    if not is_time(scene, rule):
        return False
    by = None if rule.by is None else rule.by.value(scene)
    if by not in (None, Who.BOTH.value, Who.EITHER.value) and event.actor not in (by, BOTH):
        return False
    scene.event = event
    return rule.where is None or bool(rule.where.value(scene))


def renew(scene: Scene, w: Writes, step: Step, event: Event, rule: LifeRule) -> None:
    """Move the last day of a renewed agreement, or put an expired one back in force."""
    fields = {param.kind.name: event.fields.get(param.name) for param in step.program.acts[event.name].params}
    period, starts = fields.get("duration"), fields.get("day")
    cell: LifeCell = scene.read(("L", rule.document)) or LifeCell(None, None, None)
    state = _state(scene, step, rule.document)
    begin = start_of(starts) if isinstance(starts, date) else step.at
    # Who renews before the end, and says no day, renews from then on.
    goes_on = starts is None and state == "in_force" and cell.end is not None and cell.end > step.at
    end = None
    if isinstance(period, Period):
        rolls, first = counting(step, scene, rule.document, period)
        since = following(cell.end, period, first) if goes_on and cell.end is not None else begin
        end = scene.deadline_period(since, period, rolls, first).end
    w["L", rule.document] = cell._replace(end=end, renewed=event.id)
    before = step.program.cause_events(scene, "agreement", rule.document)
    w["CE", "agreement", rule.document] = tuple(
        dict.fromkeys((*before, *(scene.read(("GE", event.id)) or (event.id,))))
    )
    if state == "in_force" or (state == "expired" and begin <= step.at):
        w["S", "agreement", rule.document] = "in_force"
        w["C", "agreement", rule.document] = Cause(event.id, (), step.at)
    else:
        step.schedule(begin, "N", 0, rule.document)
    step.schedule(end, "Z", 0, rule.document)


def following(end: Instant, period: Period, first: bool) -> Instant:
    """Return from when a term is counted that goes on from the end of another: no day of it counts twice.

    That is the last day, which does not count again, or the next day where the first one counts.
    """
    if period.unit in ("hours", "minutes", "seconds"):
        return end
    return end - 1 + (DAY if first else 0)


def counting(step: Step, scene: Scene, document: str, period: Period) -> tuple[Any, bool]:
    """Return whether the last day of an agreement's term rolls, and whether its first day counts."""
    for rule in step.program.life.get(document, ()):
        if rule.life.how == "lasts" and (rule.holds is None or rule.holds.value(scene)):
            return _counted(scene, rule, period)
    return False, False


def _counted(scene: Scene, rule: LifeRule, period: Period) -> tuple[Any, bool]:
    # A term of nothing has no first day to count.
    first = rule.first_day is not None and bool(rule.first_day.value(scene)) and period.count > 0
    return rule.rolls if rule.rolls is not None else False, first


def live(scene: Scene, w: Writes, step: Step, rule: LifeRule, event: Event | None) -> None:
    """Look at `takes effect` and `ends`."""
    state = _state(scene, step, rule.document)
    wanted = "draft" if rule.life.how == "takes_effect" else "in_force"
    if state != wanted:
        return
    if not is_time(scene, rule):
        step.schedule(scene.turn, "K", step.program.life_rules.index(rule), "life")
        return
    if step.at < DAWN:
        return  # What has always been so counts from the account's first fact.
    if rule.life.how == "takes_effect":
        end = term(step, scene, rule.document)
        w["L", rule.document] = LifeCell(step.at, end, None)
        step.schedule(end, "Z", 0, rule.document)
        # What ends it may be there already: nothing arises in between.
        ends = (each for each in step.program.life[rule.document] if each.life.how == "ends")
        rule = next((each for each in ends if is_time(scene, each)), rule)
    w["S", "agreement", rule.document] = "terminated" if rule.life.how == "ends" else "in_force"
    w["C", "agreement", rule.document] = Cause(event.id if event is not None else "", (), step.at)
    grounds = events_in((rule.value.why(scene),))
    if grounds:
        w["CE", "agreement", rule.document] = grounds


def _state(scene: Scene, step: Step, document: str) -> Any:
    return scene.read(("S", "agreement", document)) or step.program.initial(scene, "agreement", document)


def is_time(scene: Scene, rule: LifeRule) -> bool:
    """Tell whether a sentence on the life of an agreement stands, and its condition is true."""
    # Before anybody signs it does not matter in which of several ways the sentence is read.
    return bool(rule.value.value(scene)) and (rule.holds is None or bool(rule.holds.value(scene)))


def term(step: Step, scene: Scene, document: str) -> Instant | None:
    """Return the end of an agreement that takes effect now; None where it has no last day."""
    for rule in step.program.life.get(document, ()):
        if rule.life.how != "lasts" or (rule.holds is not None and not rule.holds.value(scene)):
            continue
        period = rule.value.value(scene)
        if period is None or isinstance(period, Unknown):
            return None
        return scene.deadline_period(step.at, period, *_counted(scene, rule, period)).end
    return None


def expire(scene: Scene, w: Writes, step: Step, document: str, at: Instant) -> None:
    """End an agreement with the last day of its term, unless that has moved or the agreement has ended."""
    cell: LifeCell | None = scene.read(("L", document))
    state = scene.read(("S", "agreement", document))
    if cell is not None and cell.end == at and state == "in_force":
        w["S", "agreement", document] = "expired"
        w["C", "agreement", document] = Cause("", (), at)


def begin_again(scene: Scene, w: Writes, step: Step, document: str) -> None:
    """Put an expired agreement back in force, from the day that its renewal names."""
    if scene.read(("S", "agreement", document)) == "expired":
        w["S", "agreement", document] = "in_force"
        w["C", "agreement", document] = Cause("", (), step.at)
