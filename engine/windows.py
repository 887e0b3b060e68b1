"""The time that a norm gives: when its window begins and ends, and when a power has lapsed."""

from __future__ import annotations

from datetime import date
from typing import Any

from contractlang.norms import Norm, Within
from contractlang.numerals import plain_number
from contractlang.values import Period
from engine.dates import day_of, start_of
from engine.evaluator import Evaluator
from engine.event import Event, Instant
from engine.in_force import speaks
from engine.instances import bind, is_trigger
from engine.program import Lapse, Rule
from engine.recall import Step
from engine.scene import Breach, Scene, Unknown
from engine.statuses import HappenedE

LONG_AGO = date(1970, 1, 1)


def window(
    scene: Scene, rule: Rule, start: Instant, always: bool = False
) -> tuple[Instant | None, Any]:  # fmt: skip
    """Return the (exclusive) end and the last day of the norm's window for an instance that arose at `start`.

    `always`: it is bound to nothing, and is open for as long as the norm is in force.
    """
    limit = rule.limit
    if limit is None:
        return None, None
    match type(limit).__name__:
        case "AtOnce":
            return start + 1_000_000, None
        case "Reasonable":
            told = in_numbers(scene, rule, start) if rule.numbered else None
            if told is not None:
                return told
            return reasonable(scene, limit.question, start, scene.vars.get("@trigger"))
        case "Within":
            assert rule.limit_value is not None
            period = rule.limit_value.value(scene)
            origin: Any = start
            if rule.limit_of is not None:
                origin = moment(scene, rule.limit_of, None if always else start)
            if not isinstance(period, Period) or origin is None:
                return None, None
            deadline = scene.deadline_period(origin, period, rule.rolls, roll=rule.roll)
            return deadline.end, deadline.last_day
        case _:
            assert rule.limit_value is not None
            day = given(scene, rule.limit_value.value(scene), None if always else start)
            if day is None:
                return None, None
            if isinstance(day, int):
                return day + (1 if type(limit).__name__ == "ByDay" else 0), None
            if type(limit).__name__ == "BeforeDay":
                return start_of(day), None
            deadline = scene.deadline_day(day, rule.rolls, rule.roll)
            return deadline.end, deadline.last_day


def in_numbers(scene: Scene, rule: Rule, start: Instant) -> tuple[Instant | None, Any] | None:
    """Return the end and the last day of a reasonable time as laws in force say in numbers, the earliest; None where
    none does. A law's duty that does not arise from the same as this one leaves it open: it stands beside it.
    """
    bound, act, kept = scene.vars.get("@trigger"), scene.event, scene.vars
    ends: list[tuple[Instant, Any]] = []
    told = False
    for index in rule.numbered:
        other = scene.program.rules[index]
        if not speaks(scene, other):
            continue
        if bound is None or not is_trigger(scene, other, bound):
            told = True
            continue
        bind(scene, other, bound, act)
        if other.trigger_where is None or other.trigger_where.value(scene):
            told = True
            end, last = window(scene, other, start)
            if end is not None:
                ends.append((end, last))
        scene.vars = kept
    if not told:
        return None
    return min(ends, key=lambda each: each[0]) if ends else (None, None)


def reasonable(scene: Scene, question: str, start: Instant, trigger: Any) -> tuple[Instant | None, Any]:
    """Return the end of a reasonable time: open until its question is answered; `no` means it is past.

    The answer `yes` (it is prompt, reasonable) keeps the window open; `no` ends it at once. A question that is about
    something is asked about the trigger.
    """
    about = trigger.id if isinstance(trigger, Event) and scene.program.questions[question].about else None
    return (None, None) if scene.answer(question, about) else (start, None)


def moment(scene: Scene, named: Evaluator, start: Instant | None) -> Any:
    """Return the instant or day from which a period runs: of an occurrence, when it last happened."""
    origin = named.found(scene) if isinstance(named, HappenedE) else named.value(scene)
    return given(scene, origin.effect_at if isinstance(origin, Event) else origin, start)


def given(scene: Scene, when: Any, start: Instant | None) -> Any:
    """Return a day or instant that a window speaks of; of one that nothing gives, the day on which it arose, or none.

    Where the norm is bound to nothing from which a time could run (`start` None), that day is long ago.
    """
    if type(when) is not Unknown:
        return when
    if scene.pick(when.item, ("trigger", "none")) == "none":
        return None
    return LONG_AGO if start is None else day_of(start)


def window_closed(scene: Scene, rule: Rule, bound: Any) -> Step | None:
    """Return whether the time for a power, or of a prohibition, has not begun or is over."""
    if rule.limit is None and rule.not_before is None:
        return None
    start = (
        bound.effect_at
        if isinstance(bound, Event)
        else bound.started_at
        if isinstance(bound, Breach)
        else scene.at
    )
    early = not_begun(scene, rule, None if bound is None else start)
    if early is not None:
        return early
    from_itself = isinstance(rule.limit, Within) and rule.limit_of is None
    if rule.limit is not None and not (from_itself and bound is None):
        if bound is None:
            scene.hangs_on_now()
        end, _ = window(scene, rule, start, bound is None)
        if end is not None:
            if end <= scene.at:
                return ("window past", end)
            scene.until(end)
    return None


def not_begun(scene: Scene, rule: Rule, start: Instant | None) -> Step | None:
    """Return whether the window of a norm, bound to what arose at `start` or to nothing, has yet to begin."""
    if rule.not_before is None:
        return None
    first = given(scene, rule.not_before.value(scene), start)
    if first is None:
        return ("not before", None)
    begins: Instant = start_of(first) if not isinstance(first, int) else first
    if scene.at >= begins:
        return None
    scene.until(begins)
    return ("not before", begins)


def lapsed(scene: Scene, lapse: Lapse, party: str, bound: Any) -> Step | None:
    """Return whether a power has lapsed: some period after a moment, or after its holder knew of the breach."""
    if lapse.holds is not None and not lapse.holds.value(scene):
        return None
    event: Event | None = None
    start: Instant | date | None
    if lapse.event:
        event = known(scene, lapse, party, bound)
        start = event.effect_at if event is not None else None
    else:
        scene.vars["breach"] = bound
        start = given(scene, lapse.since.value(scene), None)
    period = lapse.period.value(scene)
    if start is None or not isinstance(period, Period):
        return None
    end = scene.deadline_period(start, period, None).end
    if end <= scene.at:
        return ("lapsed", (lapse.event, event.id if event is not None else "", end))
    scene.until(end)
    return None


def known(scene: Scene, lapse: Lapse, party: str, bound: Any) -> Event | None:
    """Return when the party first knew of the breach: by an event since it began that names it, or names none; of all,
    where it names nobody as knowing.
    """
    chain = scene.get(("F", lapse.event))
    first: Event | None = None
    while chain is not None:
        event, chain = chain
        who, of = event.actor or event.fields.get("by"), event.fields.get(lapse.names)
        if who not in (None, party) or (of is not None and not about_breach(scene, of, bound)):
            continue
        if isinstance(bound, Breach) and event.effect_at < bound.started_at:
            continue  # What is known before a breach is an earlier one.
        if event.standing.value != "alleged" or scene.happened_for_real(event):
            first = event
    return first


def about_breach(scene: Scene, named: str, bound: Any) -> bool:
    """Tell whether a norm's number, id or label, as a person writes it (`三.2b`, `3.2b`), is that of the breach, or of
    another that the same deed is: who knows of the one knows of both.
    """
    if not isinstance(bound, Breach):
        return True
    norms, called = scene.program.norms, plain_number(named)
    return is_called(norms[bound.norm], called) or any(
        is_called(norm, called) and scene.get(("B", index, bound.trig)) is not None
        for index, norm in enumerate(norms if bound.trig else ())
    )


def is_called(norm: Norm, number: str) -> bool:
    """Tell whether a norm has a number, id or label."""
    return number in (plain_number(norm.id), plain_number(norm.clause), plain_number(norm.label))
