"""What a prohibition forbids, and which norm prevails over which now."""

from __future__ import annotations

from engine.event import Event
from engine.force import ADMINISTRATIVE
from engine.in_force import ceases, conditions_fail, judges, not_in_force
from engine.instances import bears, bind, bindings, names_another
from engine.program import Rule
from engine.recall import Step
from engine.scene import Scene
from engine.windows import window_closed


def forbids(scene: Scene, rule: Rule, party: str | None, act: Event) -> bool:
    """Tell whether a prohibition applies to the act by that party; what prevails over it is another question."""
    scene.event = act
    if not_in_force(scene, rule, bound=False) is not None:
        return False
    for bound in bindings(scene, rule, party, act):
        if not bears(rule, party, bound) or not judges(scene, rule, bound) or names_another(rule, act, bound):
            continue
        bind(scene, rule, bound, act)
        if rule.trigger_where is not None and not rule.trigger_where.value(scene):
            continue
        if rule.where is not None and not rule.where.value(scene):
            continue
        if (ceases(scene, rule) or conditions_fail(scene, rule) or window_closed(scene, rule, bound)) is None:
            return True
    return False


def overridden(scene: Scene, rule: Rule, act: Event) -> Step | None:
    """Return what prevails over the norm now: a power that stands exercised, a prohibition that applies."""
    program = scene.program
    about = program.by_act[act.name]
    for index, when, _ in rule.prevailed_by:
        other = program.rules[index]
        if other.is_act:
            # Few powers stand exercised: only of those is it asked whether they prevail.
            since = program.standing_since(scene, index)
            if since is not None and (when is None or when.value(scene)):
                return ("prevailed", (index, since))
        elif other.is_prohibition and index in about and (when is None or when.value(scene)):
            kept = scene.vars
            forbidden = forbids(scene, other, act.actor, act)
            scene.vars = kept
            if forbidden:
                return ("forbidden", index)
    return None


def beats(scene: Scene, rule: Rule, over: Rule) -> bool:
    """Tell whether of two norms on an act `rule` prevails over `over`: a priority is stated, or `rule` weighs more.

    What weighs more is stated beforehand (`ranking.py`), but for a duty to keep something, which speaks of no act.
    """
    if (rule.restores or over.restores) and rule.weight > over.weight:
        return True
    return any(
        index == rule.index and (when is None or when.value(scene)) for index, when, _ in over.prevailed_by
    )  # fmt: skip


def tolerates(scene: Scene, rule: Rule, over: Rule) -> bool:
    """Tell whether an act that `rule` is open to may be done though `over` forbids it: a rule that only administers
    makes it a breach of its own, no more.
    """
    return over.weight == ADMINISTRATIVE or beats(scene, rule, over)
