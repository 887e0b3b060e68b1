"""What an act or event does by happening: its basis, the prohibitions it breaks, the states it sets."""

from __future__ import annotations

from datetime import date
from typing import Any

from contractlang.declaration import Sets, StateDecl
from engine.bases import bases_of, restored
from engine.dates import start_of
from engine.decision import events_in
from engine.duties import resume, suspend
from engine.event import ALLEGED, Event
from engine.in_force import agreement_state, conditions, not_in_force
from engine.instances import bind, bound_events
from engine.judge import closed_by
from engine.lifetime import is_renewal, renew
from engine.prevailing import beats, forbids
from engine.program import Rule, Touch
from engine.quantities import ConstE, FieldE
from engine.scene import Breach, Cause, Ground, Scene, Setting, Start
from engine.step import Step, Writes


def judge(scene: Scene, w: Writes, step: Step, event: Event, touch: Touch) -> None:
    """Tell the basis of an act that needs one."""
    if not step.real(scene, event):
        return
    open_norms: dict[int, None] = {}
    meant: dict[str, None] = {}
    found: dict[str, None] = {event.id: None}
    for index in bases_of(scene, event.actor or "", event):
        open_norms[index] = None
        if not touch.effects:
            return  # Nothing asks on which of them it rests.
        rule = step.program.rules[index]
        concerned = agreements_meant(scene, rule)
        meant.update(dict.fromkeys(concerned))
        found.update(dict.fromkeys(events_in(conditions(scene, rule)) + bound_events(scene)))
    if not open_norms:
        w["W", event.id] = True
        return
    for each in meant:
        found.update(dict.fromkeys(step.program.cause_events(scene, "agreement", each)))
    w["G", event.id] = Ground(tuple(open_norms), tuple(meant))
    w["GE", event.id] = tuple(found)


def has_basis(scene: Scene, event: Event) -> bool:
    """Tell whether an act has a basis, whatever may be open."""
    if event.standing is ALLEGED:
        return False
    waiting: list[Start] = []
    scene.waiting = scene.leaving = waiting
    return any(True for _ in bases_of(scene, event.actor or "", event)) and not waiting


def agreements_meant(scene: Scene, rule: Rule) -> tuple[str, ...]:
    """Return the agreements whose state in law an act changes: its basis is in one, or, by a law, concerns what it is
    bound to; else all that are in force.
    """
    if rule.home:
        return (rule.home,)
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Breach):
        home = scene.program.rules[bound.norm].home
        if home:
            return (home,)
    return tuple(each for each in scene.program.agreements if agreement_state(scene, each) == "in_force")


def forbid(scene: Scene, w: Writes, step: Step, event: Event, rule: Rule) -> None:
    """Breach a prohibition by the act, unless something open prevails over it."""
    if not step.real(scene, event) or not forbids(scene, rule, event.actor, event):
        return
    about = step.program.by_act[event.name]
    for index, when, _ in rule.prevailed_by:
        if index not in about or (when is not None and not when.value(scene)):
            continue
        if closed_by(scene, step.program.rules[index], event.actor or "", event) is None:
            return
    if any(beats(scene, duty, rule) for duty, _ in restored(scene, event.actor, event)):
        return
    by = rule.bearer if isinstance(rule.bearer, str) else event.actor
    w["B", rule.index, event.id] = Breach(
        rule.index, event.id, by, step.at, None, None, "open", event, event.id
    )


def remember(step: Step, event: Event, touch: Touch) -> None:
    """Keep the occurrence itself where norms count, sum or look through all of its kind."""
    for name in touch.names:
        step.new["F", name] = (event, step.new.get(("F", name)))
        for each in touch.fields:
            at = ("FI", name, each, event.fields.get(each))
            step.new[at] = (event, step.new.get(at))


def pass_by(scene: Scene, w: Writes, step: Step, event: Event, rule: Rule) -> None:
    """What a permission, power or prohibition waits for happens in vain while the norm is not in force."""
    bind(scene, rule, event, None)
    if not_in_force(scene, rule) is not None:
        w["U", rule.index, event.id] = True


def pass_by_breach(scene: Scene, w: Writes, step: Step, rule: Rule, index: int, trig: str) -> None:
    """The same for a breach, told once: in some cases of what is open it may have been there before."""
    key = ("U", rule.index, (index, trig))
    breach: Breach | None = scene.read(("B", index, trig))
    if breach is not None and scene.read(key) is None:
        bind(scene, rule, breach, None)
        w[key] = not_in_force(scene, rule) is not None


def record(scene: Scene, w: Writes, step: Step, event: Event, touch: Touch) -> None:
    """Remember that it happened, as far as any norm asks."""
    if not step.real(scene, event):
        return
    for name in touch.names:
        for who in (None, event.actor or event.fields.get("by")):
            before = scene.get(("H", name, who))
            count = before[0] if type(before) is tuple else 0
            w["H", name, who] = (count + 1, event)
    for name in touch.spoken_of:
        w["HL", name] = event
    for each in touch.abouts:
        about = event.fields.get(each)
        if about is not None:
            w["HA", event.name, about] = (1, event)


def effects(scene: Scene, w: Writes, step: Step, event: Event, touch: Touch) -> None:
    """Change the states that the occurrence sets: in fact always, in law where it has a basis."""
    if not step.real(scene, event):
        return
    declared = touch.declared
    ground: Ground | None = scene.read(("G", event.id)) if declared.needs_basis else None
    basis, meant = ground or ((), ())
    for effect in declared.sets:
        state = step.program.declarations.get(effect.state)
        in_law = effect.state == "agreement" or (isinstance(state, StateDecl) and state.in_law)
        if in_law and not basis:
            continue
        for document in meant if in_law else ("",):
            set_state(scene, w, step, event, effect, document, basis)
    for shown in declared.shows:
        got = scene.read(("H", shown.since, None))
        since_at = got[1].effect_at if got is not None else step.at
        step.shown[shown.state] = since_at
        w["S", shown.state, ""] = shown.option
        w["C", shown.state, ""] = Cause(event.id, (), since_at)
        w["CE", shown.state, ""] = (event.id,) if got is None else (got[1].id, event.id)
        if shown.state in step.program.passing_states:
            w["ST", shown.state, ""] = (Setting(event.id, shown.option, (), None),)
    for index in basis:
        rule = step.program.rules[index]
        w["P", index] = step.at
        if rule.suspends:
            suspend(scene, w, step, rule)
        if rule.resumes:
            resume(scene, w, step, rule)
    for life in touch.renews if basis else ():
        if life.document in meant and is_renewal(scene, event, life):
            renew(scene, w, step, event, life)


def set_state(
    scene: Scene, w: Writes, step: Step, event: Event, effect: Sets, document: str, basis: tuple[int, ...]
) -> None:
    """Set one state, now or from the day that the occurrence names, and plan its turning back where it ends."""
    value: Any = effect.option
    if effect.field is not None:
        value = event.fields.get(effect.field)
        if value is None:
            value = not_given(scene, event, effect.field)
    until = event.fields.get(effect.until) if effect.until is not None else None
    setting = Setting(event.id, value, basis, until if isinstance(until, int) else None)
    since = event.fields.get(effect.since) if effect.since else None
    if isinstance(since, date) and start_of(since) > step.at:
        w["T", effect.state, document, event.id] = setting
        step.schedule(start_of(since), "T", 0, f"{effect.state}\n{document}\n{event.id}")
        return
    if isinstance(since, date):
        step.begun[effect.state, document] = start_of(since)
    begin_setting(scene, w, step, effect.state, document, setting)


def not_given(scene: Scene, event: Event, name: str) -> Any:
    """Return a field that the occurrence does not give: open."""
    params = scene.program.touches[event.name].declared.params
    kind = next(each.kind for each in params if each.name == name)
    return FieldE(ConstE(event), name, kind).open(scene, event.id)


def turn_state(scene: Scene, w: Writes, step: Step, state: str, document: str, event_id: str) -> None:
    """Give a state the value that it has from this day on."""
    planned: Setting | None = scene.read(("T", state, document, event_id))
    if planned is not None:
        begin_setting(scene, w, step, state, document, planned)


def begin_setting(scene: Scene, w: Writes, step: Step, state: str, document: str, setting: Setting) -> None:
    """Let what sets a state begin; what ends again gives way to what else sets it then."""
    if setting.ends is not None and setting.ends <= step.at:
        return
    give(scene, w, step, setting.event, state, document, setting.value, setting.basis)
    if state in step.program.passing_states:
        w["ST", state, document] = (*(scene.read(("ST", state, document)) or ()), setting)
        step.schedule(setting.ends, "B", 0, f"{state}\n{document}\n{setting.event}")


def turn_back(scene: Scene, w: Writes, step: Step, state: str, document: str, event_id: str) -> None:
    """End what set a state for a time: of what sets it now, what began last gives its value."""
    begun: tuple[Setting, ...] = scene.read(("ST", state, document)) or ()
    if all(each.event != event_id for each in begun):
        return
    first = Setting(event_id, step.program.initial(scene, state, document), (), None)
    held = next((each for each in begun[::-1] if each.ends is None or each.ends > step.at), first)
    give(scene, w, step, held.event, state, document, held.value, held.basis)
    w["CE", state, document] = scene.read(("GE", held.event)) or (held.event,)


def give(
    scene: Scene,
    w: Writes,
    step: Step,
    event: str,
    state: str,
    document: str,
    value: Any,
    basis: tuple[int, ...],
) -> None:
    """Give a state a value. A state that has it keeps its cause; what it rests on now as well stands exercised."""
    evidence: tuple[str, ...] = scene.read(("GE", event)) or (event,)
    cause: Cause | None = scene.read(("C", state, document))
    if cause is None or scene.read(("S", state, document)) != value:
        cause = Cause(event, (), step.at)
    else:
        basis = tuple(index for index in basis if index not in dict(cause.basis))
        if not basis:
            return
        evidence = tuple(dict.fromkeys((*step.program.cause_events(scene, state, document), *evidence)))
    w["S", state, document] = value
    w["C", state, document] = cause._replace(basis=(*cause.basis, *((index, step.at) for index in basis)))
    w["CE", state, document] = evidence
