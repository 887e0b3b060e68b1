"""What the instances of a norm are bound to: nothing, an occurrence, a breach, or the very act; and who bears the norm.

`bind` sets what the norm's conditions then speak of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contractlang.norms import Who
from engine.event import ALLEGED, ASKED, BOTH, Event
from engine.program import Rule
from engine.scene import NOTHING, Breach, Scene
from engine.statuses import breach_events

OTHER: Final = Who.OTHER
JOINT: Final = Who.BOTH


def bindings(scene: Scene, rule: Rule, party: str | None, act: Event | None) -> Iterator[Any]:
    """Yield what the norm's instances are bound to: the act itself, occurrences, breaches, or once nothing."""
    if not rule.waits:
        yield None
        return
    chain = triggers(scene, rule, act)
    while True:
        bound, chain = following(scene, rule, party, chain)
        if bound is NOTHING:
            return
        yield bound


def triggers(scene: Scene, rule: Rule, act: Event | None) -> Any:
    """Return the chain of what the norm's instances may be bound to, the last first."""
    if rule.self_triggered:
        scene.hangs_on_now()
        return act, None
    return scene.get(("BA",) if rule.trigger_name is None else ("F", rule.trigger_name))


def following(scene: Scene, rule: Rule, party: str | None, chain: Any) -> tuple[Any, Any]:
    """Return the next in a chain that the norm is bound to (NOTHING at its end), and what is left of the chain.

    Of a breach by the very party that only the other party's breach concerns, the party's name is enough.
    """
    if rule.self_triggered:
        return chain or (NOTHING, None)
    index = rule.index
    if rule.trigger_name is not None:
        while chain is not None:
            event, chain = chain
            if scene.read(("U", index, event.id)):
                continue
            if event.standing is not ALLEGED or scene.happened_for_real(event):
                return event, chain
        return NOTHING, None
    own = party if rule.bearer is OTHER else None
    while chain is not None:
        broken, trig, by, chain = chain
        if broken not in rule.on_breach_of:
            continue
        if by == own is not None:
            return by, chain
        breach = scene.read(("B", broken, trig))
        if breach is None or breach.status == "waived" or scene.read(("U", index, (broken, trig))):
            continue
        return breach, chain
    return NOTHING, None


def is_trigger(scene: Scene, rule: Rule, bound: Any) -> bool:
    """Tell whether an occurrence or a breach is what the norm waits for, its condition apart."""
    if isinstance(bound, Event):
        return rule.trigger_name in scene.program.touches[bound.name].names
    return isinstance(bound, Breach) and bound.norm in rule.on_breach_of


def bind(scene: Scene, rule: Rule, bound: Any, act: Event | None) -> None:
    """Bind the norm's variables for one instance."""
    scene.event = act
    scene.vars = {} if bound is None else {rule.variable: bound, "@trigger": bound}
    if rule.rolls is not None:
        scene.vars["@rolls"] = rule.rolls


def names_another(rule: Rule, act: Event, bound: Any) -> bool:
    """Tell whether an act names another thing than the one that the norm, bound so, is about."""
    if rule.about_field is None or not isinstance(bound, Event):
        return False
    named = act.fields.get(rule.about_field)
    return named is not None and named != bound.id


def bears(rule: Rule, party: str | None, breach: Any) -> bool:
    """Tell whether the norm binds, or empowers, that party."""
    bearer = rule.bearer
    if isinstance(bearer, str):
        return party in (bearer, BOTH)
    if bearer is OTHER:
        return isinstance(breach, Breach) and party != breach.by
    return True


def bearer_of(rule: Rule, trigger: Any, scene: Scene) -> str | None:
    """Return who bears the norm in this instance; None where it may be either."""
    bearer = rule.bearer
    if isinstance(bearer, str):
        return bearer
    if bearer is OTHER and isinstance(trigger, Breach):
        return next((party for party in scene.program.bound_parties if party != trigger.by), None)
    return BOTH if bearer is JOINT else None


def bound_events(scene: Scene) -> tuple[str, ...]:
    """Return the events of the instance that is bound."""
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Event):
        return () if bound.id == ASKED else (bound.id,)
    if isinstance(bound, Breach):
        return breach_events(bound)
    return ()
