"""Whether a norm is open to an act: the steps of docs/semantics.md, "Basis", that are about one instance and one act.

`closed_by` tells which step closes a norm, so the fold asks only whether it is None and a decision turns it into a
reason.
"""

from __future__ import annotations

from typing import Any, Final

from engine.event import Event
from engine.in_force import agreement_not_in_force, ceases, conditions_fail, judges, not_in_force
from engine.instances import OTHER, bears, bind, following, names_another, triggers
from engine.prevailing import overridden
from engine.program import Rule
from engine.recall import ONCE, Leaf, Look, Step, recalled
from engine.scene import NOTHING, Inst, Scene
from engine.windows import lapsed, not_begun, window_closed

NOT_ITS: Final[Step] = ("bearer", None)
NO_TRIGGER: Final[Step] = ("no trigger", None)
NO_TEXT: Final[Step] = ("text", None)


def closed_by(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return the step that closes the norm to the act, or None if it is open; the open instance stays bound."""
    return closing(scene, ONCE, rule, party, act)[0]


class Closing(Look):
    """What closes a norm to an act."""

    __slots__ = ("act", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event) -> None:
        self.rule, self.party, self.act = rule, party, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        return closing(scene, state, self.rule, self.party, self.act)


def closing(scene: Scene, state: Any, rule: Rule, party: str, act: Event) -> Leaf:
    """Look for what closes the norm to the act, an instance at a time (`Look` in `recall.py`)."""
    scene.event = act
    if state is None or state is ONCE:
        scene.vars = {}
        closed = _closed_to_all(scene, rule, act)
        if closed is not None:
            return closed, scene.vars
        if rule.is_obligation:
            return _duty_closed_now(scene, rule, party, act), scene.vars
        if not rule.waits:
            return _closed_unbound(scene, rule, party, act), scene.vars
        chain = triggers(scene, rule, act)
        last: Step | None = NO_TRIGGER if judges(scene, rule, None) else NO_TEXT
    else:
        chain, last, scene.vars = state
    while True:
        if state is not ONCE:
            scene.state = chain, last, scene.vars
        chain, last = _past_own_breaches(scene, rule, party, chain, last)
        bound, chain = following(scene, rule, party, chain)
        if bound is NOTHING:
            if rule.on_breach_of:
                next_breach(scene, rule)
            return last, scene.vars
        if rule.text is not None and not judges(scene, rule, bound):
            continue
        if not bears(rule, party, bound):
            last = NOT_ITS if last is NO_TRIGGER or last is NO_TEXT else last
            continue
        if scene.trees is None:
            bind(scene, rule, bound, act)
            last = instance_closed(scene, rule, party, act, bound)
        else:
            key = rule.index, id(bound)
            last, scene.vars = recalled(scene, key, rule.option, _Bound(rule, party, act, bound))
        if last is None:
            return None, scene.vars


def _closed_to_all(scene: Scene, rule: Rule, act: Event) -> Step | None:
    """Return why the norm is not in force, whatever it may be bound to."""
    if scene.trees is not None and rule.voided:
        found: Leaf = recalled(scene, ("in force", rule.index), rule.option, _InForce(rule, act))
        return found[0]
    return not_in_force(scene, rule, rule.is_obligation, False)


def _duty_closed_now(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return why the duty does not ask for the act: first that its agreement, or its text, is not there any more."""
    closed = duty_closed(scene, rule, party, act)
    return closed and (agreement_not_in_force(scene, rule) or untold(scene, rule) or closed)


def _closed_unbound(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return what closes a permission or power that waits for nothing."""
    if not bears(rule, party, None):
        return NOT_ITS
    bind(scene, rule, None, act)
    return instance_closed(scene, rule, party, act, None)


def _past_own_breaches(
    scene: Scene, rule: Rule, party: str, chain: Any, last: Step | None
) -> tuple[Any, Step | None]:
    """Return what is left of the chain behind breaches by the very party whom only the other party's breach concerns.

    Of these no more is looked at than that they are there.
    """
    if rule.bearer is not OTHER or not rule.on_breach_of:
        return chain, last
    while chain is not None and (chain[2] == party or chain[0] not in rule.on_breach_of):
        unsaid = last is NO_TRIGGER or last is NO_TEXT
        if unsaid and chain[0] in rule.on_breach_of and judges(scene, rule, party):
            last = NOT_ITS
        chain = chain[3]
    return chain, last


def next_breach(scene: Scene, rule: Rule) -> None:
    """Remember that a window that is still open may yet bring the breach that opens a power."""
    for at, kind, index, trig in scene.agenda:
        if kind == "D" and index in rule.on_breach_of:
            inst: Inst | None = scene.read(("I", index, trig))
            if inst is not None and inst.status == "open":
                scene.until(at)
                break


class _InForce(Look):
    """Whether a norm is in force, whatever it may be bound to."""

    __slots__ = ("act", "rule")

    def __init__(self, rule: Rule, act: Event) -> None:
        self.rule, self.act = rule, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        scene.event = self.act
        return not_in_force(scene, self.rule, self.rule.is_obligation, False), scene.vars


class _Bound(Look):
    """One instance of a permission or power."""

    __slots__ = ("act", "bound", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event, bound: Any) -> None:
        self.rule, self.party, self.act, self.bound = rule, party, act, bound

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        bind(scene, self.rule, self.bound, self.act)
        return instance_closed(scene, self.rule, self.party, self.act, self.bound), scene.vars


def instance_closed(scene: Scene, rule: Rule, party: str, act: Event, bound: Any) -> Step | None:
    """Return the step that closes one instance of a permission or power, or None."""
    if rule.trigger_where is not None and not rule.trigger_where.value(scene):
        return ("trigger where", rule.trigger_where)
    step = ceases(scene, rule)
    if step is not None:
        return step
    if rule.when is not None and not rule.when.value(scene):
        return ("when", rule.when)
    if rule.unless is not None or rule.excepts:
        step = conditions_fail(scene, rule)
        if step is not None:
            return step
    if rule.where is not None and not rule.where.value(scene):
        return ("where", rule.where)
    if rule.about_field is not None and names_another(rule, act, bound):
        return ("about", None)
    if rule.unbounded:
        return None
    step = window_closed(scene, rule, bound)
    if step is not None:
        return step
    for lapse in rule.lapses:
        step = lapsed(scene, lapse, party, bound)
        if step is not None:
            return step
    step = overridden(scene, rule, act)
    if step is not None:
        return step
    return limited(scene, rule, party, act)


def limited(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return the limit that is not open, if the norm is limited to others."""
    for indexes, when, _ in rule.limited_to:
        if when is not None and not when.value(scene):
            continue
        kept = scene.vars
        closed: list[tuple[int, Step, dict[str, Any]]] = []
        for index in indexes:
            other = scene.program.rules[index]
            step, bound = recalled(scene, ("open", index), (), Closing(other, party, act))
            if step is not None:
                closed.append((index, step, bound))
            scene.vars = kept
        if closed and len(closed) == len(indexes):
            return ("limited", closed[0])
    return None


def duty_closed(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return why no instance of the obligation asks for the act, or None if one does."""
    if not rule.waits and rule.when is None and rule.unless is None and scene.get(("IO", rule.index)) is None:
        return ("no trigger", None)
    last: Step = ("no duty", rule.when)
    for trig in scene.listed("IO", rule.index):
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is None or inst.status not in ("open", "breached"):
            continue
        if not bears(rule, party, inst.trigger):
            last = ("bearer", None)
            continue
        bind(scene, rule, inst.trigger, act)
        ceased = ceases(scene, rule) if rule.waits else conditions_fail(scene, rule)
        if ceased is not None:
            last = ceased
            continue
        if rule.where is not None and not rule.where.value(scene):
            last = ("where", rule.where)
            continue
        if rule.about_field is not None:
            named = act.fields.get(rule.about_field)
            if named is not None and named != trig:
                last = ("about", None)
                continue
        if rule.unbounded:
            return None
        closed = (
            not_begun(scene, rule, inst.arisen_at)
            or overridden(scene, rule, act)
            or limited(scene, rule, party, act)
        )
        if closed is None:
            return None
        last = closed
    return last


def untold(scene: Scene, rule: Rule) -> Step | None:
    """Return whether another text stands for that of a duty, and nothing is owed under it that arose before."""
    if rule.text is None or judges(scene, rule, None):
        return None
    owed = (scene.read(("I", rule.index, trig)) for trig in scene.listed("IO", rule.index))
    return None if any(each is not None and judges(scene, rule, each.trigger) for each in owed) else NO_TEXT
