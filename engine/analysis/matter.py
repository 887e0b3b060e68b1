"""What norms deal with, and which agreed sentences are on the matter of a sentence of law, whatever they say of it."""

from __future__ import annotations

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Expr, Happened, Or, StateValue
from contractlang.norms import Maintenance, Obligation, OnOccurrence, Prohibition
from engine.analysis.listing import DUTIES, OPEN, agreed, asked_of_breach, may_be, states_in
from engine.analysis.plain import conjuncts
from engine.program import Program, Rule
from engine.walk import walk


def near(program: Program, law: Rule) -> list[Rule]:
    """Return the agreed sentences that deal with the same matter.

    These keep the state on which the law's norm turns, are about the very act or event that brings it, or forbid it,
    are the duties of whose breach in particular it speaks, are duties of the same party after the same end of the
    agreement, or powers of that party to do an act of the same effect. What brings the law's norm may set a state: then
    they keep that state, or let the party set it too.
    """
    states, ends = set(states_in(law.norm.when)), ends_of(law)
    turns = {state for state, _ in states}
    act = program.acts.get(law.act_name)
    effects = {(each.state, each.option) for each in act.sets} if act is not None else set()
    # What an act of the same effect brings about is no matter of its own that the law's duty turns on.
    turns -= {state for state, _ in effects}
    moved = _moved_by(program, law)
    broken = singled_out(program, law.on_breach_of)
    found = []
    for rule in agreed(program):
        other = program.acts.get(rule.act_name)
        if _of_one_occurrence(program, rule, law) or rule.index in broken:
            found.append(rule)
        elif isinstance(rule.norm, Maintenance):
            if (turns | moved) & {state for state, _ in states_in(rule.norm.keeps)}:
                found.append(rule)
        elif isinstance(rule.norm, Obligation):
            if may_be(rule, law.norm.bearer) and ends & ends_of(rule):
                found.append(rule)
        elif (
            isinstance(rule.norm, OPEN)
            and other is not None
            and may_be(rule, law.norm.bearer)
            and (
                effects & {(each.state, each.option) for each in other.sets}
                or moved & {each.state for each in other.sets}
            )
        ):
            found.append(rule)
    return found


def claims_beside(program: Program, law: Rule) -> list[Rule]:
    """Return the agreed claims upon a breach upon which a law gives a claim as well: rights that move no state."""
    claims = [
        each
        for each in (law, *agreed(program))
        if isinstance(each.norm, OPEN) and each.on_breach_of and not each.sets
    ]
    return [each for each in claims if each.home and law in claims and law.on_breach_of & each.on_breach_of]


def singled_out(program: Program, duties: frozenset[int]) -> frozenset[int]:
    """Return duties of whose breach something speaks; none where it speaks of the breach of any of an agreement."""
    every: dict[str, set[int]] = {}
    for each in agreed(program):
        if isinstance(each.norm, DUTIES):
            every.setdefault(each.home, set()).add(each.index)
    return frozenset() if any(own <= duties for own in every.values()) else duties


def turned_on(program: Program, rule: Rule) -> frozenset[int]:
    """Return the duties on whose breach in particular a norm turns, or on that they are late."""
    late = frozenset(asked_of_breach(program, rule))
    return singled_out(program, rule.on_breach_of) | singled_out(program, late)


def matter_of(rule: Rule) -> object:
    """Return what a norm deals with: its kind, whom it binds, and the act, or what the condition kept is about."""
    norm = rule.norm
    if not isinstance(norm, Maintenance):
        return type(norm).__name__, norm.bearer, norm.act.name
    if isinstance(norm.trigger, OnOccurrence):
        return "Maintenance", norm.bearer, norm.trigger.name
    about = frozenset(part.name for part in walk(norm.keeps) if isinstance(part, StateValue | Happened))
    return "Maintenance", norm.bearer, about


def agreed_to(program: Program, rule: Rule) -> bool:
    """Tell whether a power waits for what another party has to do first: it is not used alone."""

    def another(expr: Expr) -> bool:
        match expr:
            case Happened(name=name):
                act = program.acts.get(name)
                return act is not None and act.actor is not None and act.actor != rule.norm.bearer
            case Or(parts=parts):
                return all(another(part) for part in parts)
            case _:
                return False

    waits = conjuncts(rule.norm.when) | conjuncts(rule.norm.since)
    return any(another(each) for each in waits.values())


def ends_of(rule: Rule) -> set[tuple[str, str]]:
    """Return the ends of an agreement after which a norm is open."""
    return {each for each in states_in(rule.norm.when) if each[0] == "agreement" and each[1] != "in_force"}


def _moved_by(program: Program, law: Rule) -> set[str]:
    """Return the states that the act or event sets which brings a sentence of law."""
    brings = program.declarations.get(law.trigger_name or "")
    return {each.state for each in brings.sets} if isinstance(brings, OccurrenceDecl) else set()


def _of_one_occurrence(program: Program, rule: Rule, law: Rule) -> bool:
    """Tell whether two norms are brought by the same act or event, or by one that is a kind of the other's.

    What brings the law's norm may be what the other forbids without being brought by anything.
    """
    forbids = rule.act_name if isinstance(rule.norm, Prohibition) else None
    one, other = rule.trigger_name or forbids, law.trigger_name
    if one is None or other is None:
        return False
    return one in program.touches[other].names or other in program.touches[one].names
