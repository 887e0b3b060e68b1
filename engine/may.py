"""May, or must, a party do an act: docs/semantics.md, "May and must"."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from contractlang.declaration import OccurrenceDecl
from engine.answering import Case, Way, Why, told_of
from engine.bases import restorable
from engine.decision import Cure, Decision, Reason
from engine.errors import no_act, no_party
from engine.evaluator import Evaluator
from engine.event import ASKED, Event, Instant, asked_about
from engine.in_force import agreement_state, conditions
from engine.instances import bound_events
from engine.looks import seen
from engine.position import Position
from engine.prevailing import beats, tolerates
from engine.program import Read, Rule, Speaking
from engine.question import May
from engine.recall import FORBIDS, SAYS_NOTHING, SILENT
from engine.scene import Scene
from engine.statuses import breach_events
from engine.told import Kept, Looked, Memory
from engine.tuples import made

PERMITTED: Final = Case("permitted")
REQUIRED: Final = Case("permitted", True)
FORBIDDEN: Final = Case("forbidden")
NO_BASIS: Final = Case("no_basis")
UNREGULATED: Final = Case("unregulated")
CONFLICTING: Final = Case("conflicting")


def may(position: Position, question: May, known_at: Instant | None) -> Decision:
    """Return whether a party may, or must, do an act."""
    program = position.program
    name, party, at = question.act, question.party, question.at
    act = program.acts.get(name)
    if act is None:
        raise no_act(name)
    speaking = program.speaking[name].get(party)
    if speaking is None:
        raise no_party(party)
    memory: Memory = Memory({}) if question.fields or position.told is None else position.told
    told = memory.here.get((party, name))
    if told is None or not told.since <= at < told.until:
        kept = memory.kept.get((party, name))
        if kept is None or not kept.stands(position, at):
            looked = Looked(position)
            way = _May(act, party, asked_about(ASKED, name, party, at, question.fields), speaking)
            kept = Kept(told_of(position, at, way, looked.get), position, looked)
        memory.keep((party, name), kept)
        told = kept.told
    return told.decision(position, at, known_at)


NOBODY: Final = 0
LAW: Final = 1
AGREEMENT: Final = 2
"""Who speaks of the act without giving it; where a law alone does, that is heard while an agreement is in force."""


class _May(Way):
    """The question, looked at norm by norm."""

    __slots__ = ("act", "asked", "party", "speaking")

    def __init__(self, act: OccurrenceDecl, party: str, asked: Event, speaking: Speaking) -> None:
        self.act, self.party, self.asked, self.speaking = act, party, asked, speaking

    def go_on(self, scene: Scene, state: Any) -> Case:
        """Look at norm after norm, prohibitions first, until what is seen answers (`Look` in `recall.py`)."""
        place, speaks = 0, NOBODY
        restored: tuple[Rule, ...] | None = None
        forbidding: tuple[Rule, ...] = ()
        opens: tuple[Rule, ...] = ()
        if state is not None:
            place, forbidding, restored, opens, speaks = state
        speaking, party, act = self.speaking, self.party, self.asked
        looked, turning = speaking.looked, speaking.turning
        while place < turning:
            scene.state = place, forbidding, None, (), NOBODY
            one = looked[place]
            rule = one.of(scene) if type(one) is Read else one
            if rule is not None and seen(scene, rule, party, act)[0] is FORBIDS:
                forbidding = (*forbidding, rule)
            place += 1
        if restored is None:
            scene.state = place, forbidding, None, (), NOBODY
            duties = speaking.restoring
            restored = tuple(duty for duty, _ in restorable(scene, duties, party, act)) if duties else ()
        while place < len(looked) and (forbidding or not opens):
            scene.state = place, forbidding, restored, opens, speaks
            one = looked[place]
            rule = one.of(scene) if type(one) is Read else one
            if rule is not None:
                step = seen(scene, rule, party, act)[0]
                if step is None:
                    opens = (*opens, rule)
                elif step[0] not in SAYS_NOTHING:
                    speaks = AGREEMENT if rule.home or speaks == AGREEMENT else LAW
            place += 1
        return self.answer(scene, forbidding, (*restored, *opens), speaks)

    def answer(
        self, scene: Scene, forbidding: tuple[Rule, ...], opens: tuple[Rule, ...], speaks: int
    ) -> Case:
        """Return what follows from the norms that forbid the act, and those that are open to it or ask for it."""
        if forbidding:
            scene.vars, scene.event = {}, self.asked
            opens = tuple(o for o in opens if not any(beats(scene, f, o) for f in forbidding))
            if not all(any(tolerates(scene, o, f) for o in opens) for f in forbidding):
                return CONFLICTING if opens else FORBIDDEN
        for each in opens:
            if each.is_obligation or each.restores:
                return REQUIRED
        if opens:
            return PERMITTED
        if self.act.needs_basis:
            spoken = speaks == AGREEMENT or (speaks == LAW and _some_agreement_stands(scene))
            return FORBIDDEN if spoken else NO_BASIS
        return UNREGULATED

    def reasons(self, scene: Scene, shown: Case) -> Why:
        return _why_may(scene, self.speaking, self.party, self.asked, shown)


def _some_agreement_stands(scene: Scene) -> bool:
    """Tell whether an agreement of the account is in force; a law by itself stands without one."""
    agreements = scene.program.agreements
    return not agreements or any(agreement_state(scene, each) == "in_force" for each in agreements)


def _why_may(scene: Scene, speaking: Speaking, party: str, act: Event, shown: Case) -> Why:
    program = scene.program
    found: list[Reason] = []
    cure: tuple[Cure, ...] | None = None
    for duty, breach in islice(restorable(scene, speaking.restoring, party, act), 1):
        found.append(
            Reason(
                "restores",
                (*duty.called, breach.started_at),
                True,
                (),
                breach_events(breach),
            )
        )
    for one in speaking.written:
        rule = one.of(scene) if type(one) is Read else one
        if rule is None:
            continue
        step, bound = seen(scene, rule, party, act)
        where = rule.called
        scene.vars, scene.event = bound, act
        if step is FORBIDS:
            found.append(made(Reason, ("forbids", where, True, conditions(scene, rule), bound_events(scene))))
        elif step is SILENT:
            continue
        elif step is None:
            code = "requires" if rule.is_obligation else "permits"
            parts = conditions(scene, rule)
            has_arisen = rule.is_obligation and rule.waits
            if has_arisen:
                # Its conditions were those of that moment: what has changed since is no reason, and would turn nothing.
                parts = tuple(each for each in parts if each.holds is not False)
            found.append(made(Reason, (code, where, True, parts, bound_events(scene))))
            if cure is None and shown.answer == "permitted" and rule.when is not None and not has_arisen:
                cure = _turning(scene, rule.when, False)
        elif not (step[0] == "bearer" and isinstance(rule.bearer, str)):
            part = _why_closed(scene, step)
            parts = (part,) if part is not None else ()
            found.append(made(Reason, ("closed", (*where, step[0]), False, parts, ())))
            if shown.answer == "forbidden" and step[0] == "when" and rule.when is not None:
                facts = _turning(scene, rule.when, True)
                if facts is not None and (cure is None or len(facts) < len(cure)):
                    cure = facts
    for document in speaking.homes:
        events = program.cause_events(scene, "agreement", document)
        if events:
            state = agreement_state(scene, document)
            found.append(made(Reason, ("agreement", (state, document), state == "in_force", (), events)))
    if not found:
        found.append(Reason("nothing speaks of it", (act.name, program.truncated), None))
    if len(found) > 1 and shown.answer in ("permitted", "conflicting"):
        found.sort(key=lambda reason: reason.holds is not True)
    return tuple(found), cure or ()


def _turning(scene: Scene, when: Evaluator, wanted: bool) -> tuple[Cure, ...] | None:
    """Return the facts that would make a condition what is wanted; to look for them bears on no answer's time."""
    turn = scene.turn
    found = when.cure(scene, wanted)
    scene.beside(turn)
    return found


def _why_closed(scene: Scene, step: tuple[str, Any]) -> Reason | None:
    code, payload = step
    if (
        code in ("when", "unless", "since", "until", "valid", "where", "trigger where", "no duty")
        and payload is not None
    ):
        reason: Reason = payload.why(scene)
        return reason
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
    if code in ("not before", "window past") and payload is not None:
        return Reason(code, (payload,), False)
    return None
