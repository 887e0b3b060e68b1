"""What an act may rest on: every norm that is open to it, and the duties to keep something that it restores."""

from __future__ import annotations

from collections.abc import Iterator

from engine.event import BOTH, Event
from engine.in_force import conditions_fail, not_in_force
from engine.instances import JOINT, bind
from engine.judge import closed_by
from engine.prevailing import forbids, overridden
from engine.program import Rule
from engine.scene import Breach, Scene


def bases_of(scene: Scene, party: str, act: Event) -> Iterator[int]:
    """Yield the norms that are open to the act, each while it stands bound; a joint act wants all who must join.

    The duties to keep something that the act restores come last, one for each of their breaches.
    """
    program = scene.program
    for index in program.by_act[act.name]:
        rule = program.rules[index]
        if rule.is_act and closed_by(scene, rule, party, act) is None and joins(scene, rule, party, act):
            yield index
    for rule, breach in restored(scene, party, act):
        if joins(scene, rule, party, act):
            bind(scene, rule, breach.trigger, act)
            yield rule.index


def joins(scene: Scene, rule: Rule, party: str, act: Event) -> bool:
    """Tell whether the act of a party, with what the other has done, is that of all whom the norm binds."""
    return rule.bearer is not JOINT or party == BOTH or joined(scene, party, act.name)


def joined(scene: Scene, party: str, name: str) -> bool:
    """Tell whether every other party has done the joint act too."""
    others = [each for each in scene.program.bound_parties if each != party]
    return all(scene.read(("H", name, other)) is not None for other in others)


def restored(scene: Scene, party: str | None, act: Event) -> Iterator[tuple[Rule, Breach]]:
    """Yield the breached duties to keep something that an act restores, unless what forbids the act weighs more."""
    program = scene.program
    for duty, breach in restorable(scene, program.restored_by[act.name], party, act):
        on_act = (program.rules[index] for index in program.by_act[act.name])
        heavier = (each for each in on_act if each.is_prohibition and each.weight > duty.weight)
        if not any(forbids(scene, each, party, act) for each in heavier):
            yield duty, breach


def restorable(
    scene: Scene, duties: tuple[Rule, ...], party: str | None, act: Event
) -> Iterator[tuple[Rule, Breach]]:
    """Yield those of the duties to keep something that apply, none of them asleep, and that a party is in breach of,
    with each breach; what both must keep either may set about restoring.
    """
    for rule in duties:
        for trig in scene.listed("BO", rule.index):
            breach: Breach | None = scene.read(("B", rule.index, trig))
            if breach is None or breach.status != "open":
                continue
            if party in (breach.by, BOTH) or breach.by == BOTH:
                bind(scene, rule, breach.trigger, act)
                if _applies(scene, rule) and overridden(scene, rule, act) is None:
                    yield rule, breach


def _applies(scene: Scene, rule: Rule) -> bool:
    """Tell whether a duty to keep something is in force and its conditions hold, for the trigger that is bound."""
    return not_in_force(scene, rule) is None and conditions_fail(scene, rule) is None
