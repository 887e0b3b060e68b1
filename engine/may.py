"""May, or must, a party do an act: docs/semantics.md, "May and must"."""

from __future__ import annotations

from typing import Any

from contractlang.norms import Obligation, Prohibition
from engine.answering import Case, answered
from engine.decision import Cure, Decision, Reason
from engine.errors import BadQuestion
from engine.event import BOTH, Event, Instant
from engine.judge import ASKED, agreement_state, beats, bound_events, conditions, tolerates
from engine.looks import Looks, Seen
from engine.position import Position
from engine.program import Rule
from engine.question import May
from engine.recall import FORBIDS, SAYS_NOTHING, SILENT
from engine.scene import Breach, Scene
from engine.statuses import breach_events


def may(position: Position, question: May, known_at: Instant | None) -> Decision:
    program = position.program
    act = program.acts.get(question.act)
    if act is None:
        raise BadQuestion("act", f"no act is called `{question.act}`")
    if question.party not in program.declarations and question.party != BOTH:
        raise BadQuestion("party", f"no party is called `{question.party}`")
    asked = Event(
        ASKED, question.act, question.party, question.at, question.at, question.fields, effect_at=question.at
    )
    rules = tuple(program.rules[index] for index in program.by_act[question.act])
    mine = tuple(r for r in rules if not isinstance(r.norm.bearer, str) or r.norm.bearer == question.party)

    looks = Looks(mine, question.party, asked)

    prohibitions = [rule for rule in mine if isinstance(rule.norm, Prohibition)]
    others = [rule for rule in mine if not isinstance(rule.norm, Prohibition)]
    # Duties first: where nothing forbids the act one norm open to it is enough, but a duty also requires it.
    others.sort(key=lambda rule: not isinstance(rule.norm, Obligation))

    def case(scene: Scene) -> Case:
        forbidding = [rule for rule in prohibitions if looks.of(scene, rule)[1] is FORBIDS]
        restores = _restored(scene, act.sets, question.party)
        opens, speaks = [], False
        for rule in others:
            _, step, _ = looks.of(scene, rule)
            if step is None:
                opens.append(rule)
                if not forbidding:
                    break
            speaks = speaks or (step is not None and step[0] not in SAYS_NOTHING)
        required = restores is not None or any(isinstance(rule.norm, Obligation) for rule in opens)
        scene.event = asked
        opens = [o for o in opens if not any(beats(scene, f, o) for f in forbidding)]
        unbeaten = [f for f in forbidding if not any(tolerates(scene, o, f) for o in opens)]
        if unbeaten:
            return Case("conflicting" if opens or restores is not None else "forbidden")
        if opens or restores is not None:
            return Case("permitted", required)
        if act.needs_basis:
            return Case("forbidden" if speaks else "no_basis")
        return Case("unregulated")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        return _why_may(scene, looks.at(scene), question, asked, shown)

    return answered(position, question.at, known_at, case, reasons)


def _restored(scene: Scene, sets: tuple[Any, ...], party: str) -> tuple[Rule, Breach] | None:
    """Return the breached maintenance duty that the act would restore, if there is one."""
    for effect in sets:
        for rule in scene.program.restorers.get((effect.state, effect.option), ()):
            for trig in scene.get(("BO", rule.index)) or ():
                breach = scene.read(("B", rule.index, trig))
                if breach is not None and breach.status == "open" and breach.by == party:
                    return rule, breach
    return None


def _why_may(
    scene: Scene, seen: tuple[Seen, ...], question: May, act: Event, shown: Case
) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
    program = scene.program
    found: list[Reason] = []
    cure: tuple[Cure, ...] | None = None
    restored = _restored(scene, program.acts[question.act].sets, question.party)
    if restored is not None:
        rule, breach = restored
        found.append(
            Reason(
                "restores",
                (rule.norm.document, rule.norm.id, breach.started_at),
                True,
                (),
                breach_events(breach),
            )
        )
    for rule, step, bound in seen:
        where = (rule.norm.document, rule.norm.id)
        scene.vars, scene.event = bound, act
        if step is FORBIDS:
            found.append(Reason("forbids", where, True, conditions(scene, rule)))
        elif step is SILENT:
            continue
        elif step is None:
            code = "requires" if isinstance(rule.norm, Obligation) else "permits"
            parts = conditions(scene, rule)
            found.append(Reason(code, where, True, parts, bound_events(scene)))
            if cure is None and shown.answer == "permitted" and rule.when is not None:
                cure = rule.when.cure(scene, False)
        elif step[0] != "reading" and not (step[0] == "bearer" and isinstance(rule.norm.bearer, str)):
            part = _why_closed(scene, step)
            found.append(Reason("closed", (*where, step[0]), False, (part,) if part is not None else ()))
            if shown.answer == "forbidden" and step[0] == "when" and rule.when is not None:
                facts = rule.when.cure(scene, True)
                if facts is not None and (cure is None or len(facts) < len(cure)):
                    cure = facts
    for document in dict.fromkeys(rule.home for rule, _, _ in seen if rule.home):
        events = program.cause_events(scene, "agreement", document)
        if events:
            state = agreement_state(scene, document)
            found.append(Reason("agreement", (state, document), state == "in_force", (), events))
    if not found:
        found.append(Reason("nothing speaks of it", (question.act, program.truncated), None))
    decisive = {"permitted": True, "forbidden": None, "conflicting": True}.get(shown.answer)
    if decisive:
        found.sort(key=lambda reason: reason.holds is not True)
    return tuple(found), cure or ()


def _why_closed(scene: Scene, step: tuple[str, Any]) -> Reason | None:
    code, payload = step
    if (
        code in ("when", "unless", "since", "until", "valid", "where", "trigger where", "no duty")
        and payload is not None
    ):
        return payload.why(scene)  # type: ignore[no-any-return]
    if code == "agreement":
        return Reason("agreement", (payload,), False)
    if code == "prevailed":
        index, since = payload
        norm = scene.program.norms[index]
        events = tuple(
            e for s, d in scene.program.rules[index].sets for e in scene.program.cause_events(scene, s, d)
        )
        return Reason("prevailed", (norm.document, norm.id, since), True, (), events)
    if code == "forbidden":
        norm = scene.program.norms[payload]
        return Reason("forbids", (norm.document, norm.id), True)
    if code == "limited":
        index, beneath, bound = payload
        norm, kept = scene.program.norms[index], scene.vars
        scene.vars = bound
        part = _why_closed(scene, beneath)
        scene.vars = kept
        return Reason("limited", (norm.document, norm.id), False, (part,) if part is not None else ())
    if code == "lapsed":
        name, event, end = payload
        return Reason("lapsed", (name, end), True, (), (event,))
    if code in ("not before", "window past"):
        return Reason(code, (payload,), False)
    return None
