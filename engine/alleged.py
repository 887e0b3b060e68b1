"""What a notice alleges: its ground cites a norm, and so says that the act or event the norm is about has happened."""

from __future__ import annotations

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Answer, Not
from contractlang.norms import Maintenance, Norm, Prohibition
from contractlang.numerals import plain_number
from engine.event import ALLEGED, Event, event
from engine.program import Program
from engine.walk import walk


def with_allegations(program: Program, facts: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return the facts with what their grounds allege: an act or event that the norm cited is about."""
    found: list[Event] = []
    for fact in facts:
        ground = fact.fields.get("ground")
        if isinstance(ground, str) and fact.name in program.acts:
            found += _alleged(program, fact, ground, _by(fact, facts))
        found.append(fact)
    if len(found) != len(facts):
        found.sort(key=lambda each: (each.occurred_at is None, each.effect_at))
    return tuple(found)


def _by(notice: Event, facts: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return what has happened, or may have, by the time of a notice: what comes later is not what it speaks of."""
    return tuple(each for each in facts if each.occurred_at is None or each.effect_at <= notice.effect_at)


def _alleged(program: Program, notice: Event, ground: str, facts: tuple[Event, ...]) -> list[Event]:
    cited = {plain_number(word) for word in ground.split()}
    happened = {
        name for each in facts if each.name in program.touches for name in program.touches[each.name].names
    }
    meant = [
        rule
        for rule in program.rules
        if plain_number(rule.norm.id) in cited or plain_number(rule.norm.clause) in cited
    ]
    about = [_about(program, rule.norm) for rule in meant]
    if any(name in happened for name, _ in about):
        return []  # What the ground speaks of is in the ledger itself.
    for rule, (name, questions) in zip(meant, about, strict=True):
        norm = rule.norm
        if name is None:
            return []
        at = notice.effect_at - 1
        declared = program.declarations[name]
        is_act = isinstance(declared, OccurrenceDecl) and declared.is_act
        by = _accused(program, norm, notice) if is_act else None
        same = [r.norm for r in program.rules if r.norm.clause == norm.clause and r.document == rule.document]
        asked = questions or tuple(q for each in same for q in _about(program, each)[1])
        return [
            event(
                f"{notice.id}/alleged",
                name,
                by,
                at,
                recorded_at=notice.recorded_at,
                standing=ALLEGED,
                settled_by=tuple(dict.fromkeys(asked)),
            )
        ]
    return []


def _accused(program: Program, norm: Norm, notice: Event) -> str | None:
    """Return who is said to have acted: the bearer of the norm, or else the other party than who gives notice."""
    if isinstance(norm.bearer, str):
        return norm.bearer
    others = [party for party in program.bound_parties if party != notice.actor]
    return others[0] if len(others) == 1 else None


def _about(program: Program, norm: Norm) -> tuple[str | None, tuple[str, ...]]:
    """Return the act or event that a norm is about, and the questions on which its breach turns."""
    if isinstance(norm, Prohibition):
        asked = (part.question for part in walk(norm.when) if isinstance(part, Answer))
        return norm.act.name, tuple(q for q in asked if program.questions[q].presumption(done=True) is None)
    if isinstance(norm, Maintenance):
        trigger = norm.trigger
        name = getattr(trigger, "name", None) or next(
            (getattr(p, "name", None) for p in walk(norm.keeps) if type(p).__name__ == "Happened"), None
        )
        denied = (
            part.part.question
            for part in walk(norm.keeps)
            if isinstance(part, Not) and isinstance(part.part, Answer)
        )
        return name, tuple(q for q in denied if program.questions[q].presumption(done=True) is None)
    return None, ()
