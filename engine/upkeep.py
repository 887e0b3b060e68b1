"""Maintenance duties: breached while they apply, are awake, and their condition is false."""

from __future__ import annotations

from typing import Any

from engine.event import Event
from engine.in_force import conditions_fail, not_in_force
from engine.instances import bearer_of, bind
from engine.program import Rule
from engine.scene import Breach, Inst, LifeCell, Scene
from engine.step import Step, Writes


def keep_instance(scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, event: Event | None) -> None:
    """Look at one instance of a maintenance duty that a trigger brought."""
    inst: Inst | None = scene.read(("I", rule.index, trig))
    if inst is None:
        return
    of = inst.trigger
    # What is kept for a breach looks at the breach as it is by now.
    trigger = scene.read(("B", of.norm, of.trig), of) if isinstance(of, Breach) else of
    keep(scene, w, step, rule, trig, trigger, event)


def keep(
    scene: Scene, w: Writes, step: Step, rule: Rule, trig: str, trigger: Any, event: Event | None
) -> None:
    """Breach a duty that applies, is awake, and is not kept; cure its breach once it is kept, even if it has ended."""
    bind(scene, rule, trigger, None)
    count, open_trig = scene.read(("M", rule.index, trig)) or (0, None)
    active = not_in_force(scene, rule) is None and conditions_fail(scene, rule) is None
    assert rule.keeps is not None
    if not active and open_trig is None:
        step.schedule(scene.turn, "K", rule.index, "norm")
        return
    holds = bool(rule.keeps.value(scene))
    step.schedule(scene.turn, "K", rule.index, "norm")
    if holds:
        if open_trig is not None:
            breach: Breach = scene.read(("B", rule.index, open_trig))
            if breach.status == "open":
                w["B", rule.index, open_trig] = breach._replace(
                    ended_at=step.at, status="cured", event=event.id if event else breach.event
                )
            w["M", rule.index, trig] = (count, None)
        return
    if open_trig is not None or not active:
        return
    for index, when, _ in rule.prevailed_by:
        if (when is None or when.value(scene)) and step.program.standing_since(scene, index) is not None:
            return
    started = step.at
    for state, _, _ in rule.restores:
        if state in step.shown:
            cell: LifeCell | None = scene.read(("L", rule.home))
            force = cell.since if cell is not None and cell.since is not None else step.shown[state]
            started = max(step.shown[state], force)
    own = trig if count == 0 else f"{trig}+{count}"
    w["M", rule.index, trig] = (count + 1, own)
    by = bearer_of(rule, trigger, scene)
    w["B", rule.index, own] = Breach(
        rule.index, own, by, started, None, None, "open", trigger, event.id if event is not None else None
    )
