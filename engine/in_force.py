"""Whether a norm is in force and applies: the first steps of docs/semantics.md, "Basis", in order.

Each step answers why not, or None: the fold asks only whether it is None, and a decision turns it into a reason.
"""

from __future__ import annotations

from typing import Any

from engine.decision import Reason
from engine.force import moment_of
from engine.instances import bind, bindings, is_trigger
from engine.program import Rule
from engine.recall import Step
from engine.scene import Scene

ENDED = ("expired", "terminated")
"""The states of an agreement that is over."""


def not_in_force(scene: Scene, rule: Rule, owed: bool = False, bound: bool = True) -> Step | None:
    """Return why the norm is not in force, or None if it is; what is `owed` outlives its agreement.

    Where no trigger is `bound`, what hangs on it is left for each instance (`ceases`).
    """
    if rule.home and scene.get(rule.life) != "in_force":
        step = agreement_not_in_force(scene, rule)
        if step is not None and not (owed and step[1] in ENDED):
            return step
    for reading, option in rule.read_so:
        if scene.option_of(reading) != option:
            return ("reading", reading)
    if rule.bare:
        return None
    if rule.valid is not None and not rule.valid.value(scene):
        return ("valid", rule.valid)
    if rule.text is not None and not rule.waits and not rule.text.governs(scene, scene.at):
        return ("text", None)
    step = not_bound(scene, rule) if bound or not rule.bound_each else None
    if step is not None:
        return step
    for index in rule.yields_to:
        if speaks(scene, scene.program.rules[index]):
            return ("agreed", index)
    for when, _ in rule.voided:
        if when is None or when.value(scene):
            return ("voided", when)
    return None


def agreement_not_in_force(scene: Scene, rule: Rule) -> Step | None:
    """Return the state of the norm's agreement if it is not in force, nor one that the norm survives."""
    if not rule.home:
        return None
    state = agreement_state(scene, rule.home)
    if state == "in_force" or (rule.norm.survives and state in ENDED):
        return None
    return ("agreement", state)


def agreement_state(scene: Scene, document: str) -> str:
    """Return the state of an agreement: what was last set, or what it begins as."""
    state = scene.read(("S", "agreement", document))
    return str(scene.program.initial(scene, "agreement", document) if state is None else state)


def not_bound(scene: Scene, rule: Rule) -> Step | None:
    """Return whether what the norm is bound from has not happened, or it is bound no longer."""
    if rule.since is not None and not rule.since.value(scene):
        return ("since", rule.since)
    if rule.until is not None and rule.until.value(scene):
        return ("until", rule.until)
    return None


def ceases(scene: Scene, rule: Rule) -> Step | None:
    """Return whether the norm is not, or no longer, bound for the trigger that is bound."""
    return not_bound(scene, rule) if rule.bound_each else None


def judges(scene: Scene, rule: Rule, bound: Any) -> bool:
    """Tell whether what the instance is bound to is judged by the norm's text, or by what replaces it."""
    return rule.text is None or rule.text.governs(scene, moment_of(bound, scene.at))


def speaks(scene: Scene, rule: Rule) -> bool:
    """Tell whether a norm is in force now, whatever it may be bound to."""
    return not_in_force(scene, rule, bound=False) is None and judges(scene, rule, None)


def conditions_fail(scene: Scene, rule: Rule) -> Step | None:
    """Return which condition of a norm in force keeps it from applying, or None."""
    if rule.when is not None and not rule.when.value(scene):
        return ("when", rule.when)
    if rule.unless is not None and rule.unless.value(scene):
        return ("unless", rule.unless)
    for index in rule.excepts:
        if excepts(scene, rule, scene.program.rules[index]):
            return ("except", index)
    return None


def excepts(scene: Scene, rule: Rule, other: Rule) -> bool:
    """Tell whether a norm that `rule` gives way to applies.

    Of one with a trigger: for the trigger of `rule` that is bound, where they can have the same, else for any.
    """
    if not_in_force(scene, other, bound=False) is not None:
        return False
    if not other.waits:
        return conditions_fail(scene, other) is None
    kept, act = scene.vars, scene.event
    same = other.index in rule.excepts_same
    found = False
    for bound in (kept.get("@trigger"),) if same else bindings(scene, other, None, act):
        if is_trigger(scene, other, bound) and judges(scene, other, bound):
            bind(scene, other, bound, act)
            where = other.trigger_where
            if (where is None or where.value(scene)) and (
                ceases(scene, other) or conditions_fail(scene, other)
            ) is None:
                found = True
                break
    scene.vars = kept
    return found


def conditions(scene: Scene, rule: Rule) -> tuple[Reason, ...]:
    """Return the reasons of a norm's conditions, as bound."""
    parts = []
    for evaluator in (rule.when, rule.where):
        if evaluator is not None:
            parts.append(evaluator.why(scene))
    if rule.unless is not None:
        inner = rule.unless.why(scene)
        parts.append(Reason("not", (), not inner.holds, (inner,)))
    return tuple(parts)
