"""From a program and terms to a plan; what no plan can have is refused by name, with its clause.

Two things can be in the way. Where a norm could come to something without any event, or a question hangs on it, the
contract is refused. Where it comes to something only through events of some kinds, those kinds are `left`: an account
in which one happens is folded by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contractlang.declaration import StateDecl
from contractlang.expression import Expr, Happened, Or
from contractlang.norms import Maintenance, Obligation, OnBreach, Permission, Power, Prohibition, Who
from engine.bulk.kernel.plan import MOST_LANES, Asked, Lane, Plan, Refused, Step
from engine.bulk.kernel.said import Unsaid, parts_of
from engine.bulk.kernel.spell import Speller, parties_of
from engine.conditions import ActorE, AndE, AnswerE, ChosenE, CompareE, IsBlankE, NotE, OrE, PlacedE
from engine.evaluator import Evaluator
from engine.force import ValidE
from engine.program import Program, Rule, Touch
from engine.quantities import BlankE, BoundE, ConstE, FieldE, NowE
from engine.statuses import Norms, UsedE
from engine.terms import Terms


@dataclass
class Draft:
    """A plan while it is made: which rules are in it, and what is left to the engine."""

    program: Program
    terms: Terms
    speller: Speller
    lanes: list[Lane] = field(default_factory=list)
    prohibitions: list[Rule] = field(default_factory=list)
    asked: tuple[Asked, ...] = ()
    left: dict[str, str] = field(default_factory=dict)
    without: dict[str, set[str]] = field(default_factory=dict)
    watched: list[tuple[Rule, str]] = field(default_factory=list)
    tracked: frozenset[int] = frozenset()
    dreaded: set[int] = field(default_factory=set)
    empowering: tuple[Rule, ...] = ()
    steps: list[Step] = field(default_factory=list)
    reasons: list[tuple[str, str]] = field(default_factory=list)

    def step(self, rule: Rule, told: str) -> None:
        """Add a line to what is told of the plan."""
        self.steps.append(Step(rule.norm.clause, rule.norm.id, told))

    def leave(self, name: str, why: str) -> None:
        """Leave the accounts in which something happens to the engine."""
        self.left.setdefault(name, why)

    def of(self, index: int) -> list[Lane]:
        """Return the lanes of a norm."""
        return [lane for lane in self.lanes if lane.rule.index == index]


def plan_of(
    program: Program, terms: Terms, asked: Iterable[Asked] = (), spoken_of: frozenset[str] = frozenset()
) -> Plan:
    """Return the plan of a program under fixed terms, for accounts that answer or dispute none of the questions with a
    presumption but those `spoken_of`. Raises Refused with every reason that there is.
    """
    from engine.bulk.kernel.source import written

    questions = tuple(asked)
    draft = Draft(program, terms, Speller(program, terms, parties_of(program), spoken_of), asked=questions)
    if not _whole(draft):
        raise Refused(tuple(draft.reasons))
    _arising(draft)
    _forbidding(draft)
    plan = written(draft, questions)
    if draft.reasons:
        raise Refused(tuple(dict.fromkeys(draft.reasons)))
    return plan


def _whole(draft: Draft) -> bool:
    """Find what keeps a program as a whole out of the kernel; return whether more can be found out about it."""
    program = draft.program
    agreements = [each for each in program.contracts if each.kind == "agreement"]
    if len(agreements) != 1:
        draft.reasons.append(("", f"{len(agreements)} agreements together: the kernel takes one"))
        return False
    for contract in program.contracts:
        if contract.kind not in ("agreement", "law"):
            draft.reasons.append(
                (contract.name, f"a {contract.kind}: the kernel takes one agreement, and laws")
            )
    if draft.reasons:
        return False
    if any(len(parts) > 1 for parts in program.versions_of.values()):
        draft.reasons.append((agreements[0].name, "several versions of one agreement"))
    for bar in agreements[0].bars:
        draft.reasons.append((bar.clause, "a power that lapses, or a claim that is barred in time"))
    return True


def is_there(draft: Draft, rule: Rule) -> bool:
    """Tell whether a norm is there under the readings taken. Raises Unsaid where one is open, or its days matter."""
    for chosen in rule.option:
        if draft.speller.option_of(chosen.reading) != chosen.option:
            return False
    if rule.text is not None:
        raise Unsaid("a text that replaces another")
    return True


def voids_for_a_time(rule: Rule) -> list[Evaluator]:
    """Return the conditions under which a norm is void, but those that are so throughout or never."""
    whens = [when for when, _ in rule.voided if when is not None]
    return [when for when in whens if not all(isinstance(part, _SETTLED) for part in parts_of(when))]


def scans(rule: Rule) -> bool:
    """Tell whether a power is for each breach that is then looked at by itself: one of a law, which asks about it."""
    if rule.home or rule.since is not None or rule.until is not None:
        return False
    asking = (rule.when, rule.unless, rule.where, rule.trigger_where)
    return any(
        isinstance(part, BoundE) and part.name == rule.variable for made in asking for part in parts_of(made)
    )


def norms_in(made: Evaluator | None) -> Iterator[Norms]:
    """Yield what an expression asks of other norms."""
    for part in parts_of(made):
        norms = getattr(part, "norms", None)
        if isinstance(norms, Norms):
            yield norms


def steady(made: Evaluator | None) -> bool:
    """Tell whether time alone does not turn a condition, but for windows that end."""
    return not any(
        isinstance(part, NowE) or getattr(part, "longer", None) is not None for part in parts_of(made)
    )


def _tracked(draft: Draft) -> frozenset[int]:
    """Return the powers of which something asks whether they stand exercised: they prevail over what is no duty."""
    found: set[int] = set()
    taken = draft.speller.taken.options
    for rule in draft.program.rules:
        is_there = all(taken.get(each.reading, each.option) == each.option for each in rule.option)
        if is_there and not isinstance(rule.norm, Obligation | Prohibition):
            found |= {index for index, _, _ in rule.prevailed_by if draft.program.rules[index].is_act}
        if is_there:
            found |= {
                index for made in asked_by(rule) for part in parts_of(made) if isinstance(part, UsedE)
                for index in part.norms.indexes
            }  # fmt: skip
    return frozenset(found)


def asked_by(rule: Rule) -> tuple[Evaluator | None, ...]:
    """Return the expressions of a norm."""
    return (
        rule.when, rule.unless, rule.where, rule.trigger_where, rule.amount, rule.since, rule.until, rule.limit_value,
        rule.keeps, *(when for _, when, _ in rule.prevailed_by), *(when for _, when, _ in rule.limited_to),
        *(when for when, _ in rule.voided),
    )  # fmt: skip


def _empowering(draft: Draft) -> Iterator[Rule]:
    """Yield the permissions and powers for each breach that are asked about, or on which something rests."""
    program, taken = draft.program, draft.speller.taken.options
    acts = {each.act for each in draft.asked}
    acts |= {name for name, touch in program.touches.items() if has_effects(draft, touch)}
    limits = {index for rule in program.rules for indexes, _, _ in rule.limited_to for index in indexes}
    lets = {index for rule in program.rules if rule.is_prohibition for index, _, _ in rule.prevailed_by}
    for rule in program.rules:
        if isinstance(rule.norm, Permission | Power) and isinstance(rule.norm.trigger, OnBreach):
            chosen = all(taken.get(each.reading, each.option) == each.option for each in rule.option)
            if chosen and (
                rule.index in limits | lets or any(rule.index in program.by_act[act] for act in acts)
            ):
                yield rule


def _in_time(draft: Draft) -> set[int]:
    """Return the duties whose breaches must be known while the ledger is folded, not only at the end."""
    program = draft.program
    found: set[int] = set()
    for rule in program.rules:
        found |= {*rule.suspends, *rule.resumes}
        if rule in draft.empowering:
            found |= rule.on_breach_of
        if isinstance(rule.norm, Obligation):
            found |= rule.on_breach_of
        asking = asked_by(rule)
        matters = isinstance(rule.norm, Obligation | Prohibition | Maintenance) or any(
            rule.index in indexes and has_effects(draft, program.touches.get(name))
            for name, indexes in program.by_act.items()
        )
        if matters:
            found |= {index for made in asking for norms in norms_in(made) for index in norms.indexes}
    for named in program.sums.values():
        for line in named:
            made = (line.where, line.holds, line.value)
            found |= {index for each in made for norms in norms_in(each) for index in norms.indexes}
    return found


def has_effects(draft: Draft, touch: Touch | None) -> bool:
    """Tell whether it matters on what an act rests: it changes a state in law, suspends or resumes a duty, or a power
    stands exercised by it.
    """
    program = draft.program
    if touch is None or not touch.declared.needs_basis:
        return False
    if touch.effects and draft.tracked.intersection(program.by_act[touch.declared.name]):
        return True
    if touch.renews or any(in_law(program, effect.state) for effect in touch.declared.sets):
        return True
    return any(
        program.rules[index].suspends or program.rules[index].resumes
        for index in program.by_act[touch.declared.name]
    )


def in_law(program: Program, state: str) -> bool:
    """Tell whether a state changes only by an act that has a basis."""
    declared = program.declarations.get(state)
    return state == "agreement" or (isinstance(declared, StateDecl) and declared.in_law)


def _arising(draft: Draft) -> None:
    """Give every obligation its lanes, those of a breach after those that are broken."""
    program = draft.program
    draft.tracked = _tracked(draft)
    draft.empowering = tuple(_empowering(draft))
    eager = _in_time(draft)
    on_breach: list[Rule] = []
    for rule in program.rules:
        norm = rule.norm
        if isinstance(norm, Obligation | Maintenance):
            try:
                if not is_there(draft, rule):
                    continue
                if norm.trigger is None:
                    if rule.home:
                        _begins_as_draft(draft, rule)
                    if isinstance(norm.bearer, Who) and norm.bearer is not Who.BOTH:
                        draft.watched.append((rule, f"a duty of {norm.bearer.value}"))
                        continue
                if isinstance(norm.bearer, Who) and norm.bearer is not Who.BOTH:
                    raise Unsaid(f"a duty of {norm.bearer.value}")
                if isinstance(norm, Maintenance) and norm.trigger is not None:
                    _kept_for_good(rule)
                if rule.on_breach_of:
                    on_breach.append(rule)
                    continue
            except Unsaid as wrong:
                _without(draft, rule, str(wrong))
                continue
            draft.lanes.append(_lane(draft, rule, None, rule.index in eager))
    waiting = len(program.rules)
    while on_breach and waiting:
        waiting -= 1
        rule = on_breach.pop(0)
        if any(other.index in rule.on_breach_of for other in on_breach) or rule.index in rule.on_breach_of:
            on_breach.append(rule)
            continue
        for index in sorted(rule.on_breach_of):
            if not isinstance(program.norms[index], Obligation | Maintenance):
                draft.speller.broken.setdefault(
                    rule.index, "which may arise by the breach of what is no obligation"
                )
        for lane in [each for each in draft.lanes if each.rule.index in rule.on_breach_of]:
            draft.lanes.append(_lane(draft, rule, lane.number, True))
    for rule in on_breach:
        draft.reasons.append((rule.norm.id, "duties that arise by breaches of one another, in a circle"))
    if len(draft.lanes) > MOST_LANES:
        draft.reasons.append(
            (program.contracts[0].name, f"more than {MOST_LANES} kinds of duties and breaches of them")
        )
    for lane in draft.lanes:
        draft.speller.lanes.setdefault(lane.rule.index, []).append(lane)


def _begins_as_draft(draft: Draft, rule: Rule) -> None:
    """Look whether nothing is in force before an event of the account is. Raises Unsaid."""
    if any(each.life.how == "takes_effect" for each in draft.program.life.get(rule.home, ())):
        return
    what = (
        "a state that must be kept"
        if isinstance(rule.norm, Maintenance)
        else "a duty that arises by a condition, not by an occurrence"
    )
    raise Unsaid(f"{what}, in an agreement that does not say when it takes effect")


_SETTLED = (
    ConstE, BlankE, ChosenE, IsBlankE, AndE, OrE, NotE, CompareE, AnswerE, FieldE, BoundE, PlacedE, ActorE, ValidE
)  # fmt: skip
"""What is told the same whenever it is asked, of an account that meets no first or last day of a law."""


def _kept_for_good(rule: Rule) -> None:
    """Look whether a state to be kept for each occurrence is broken when that happens, or never. Raises Unsaid."""
    asking = (rule.when, rule.unless, rule.keeps)
    if rule.since is not None or rule.until is not None or rule.prevailed_by:
        raise Unsaid("a state that must be kept for each occurrence, and not always")
    if not all(isinstance(part, _SETTLED) for made in asking for part in parts_of(made)):
        raise Unsaid("a state that must be kept for each occurrence, and that changes")
    if rule.on_breach_of:
        raise Unsaid("a state that must be kept for each breach")


def _lane(draft: Draft, rule: Rule, source: int | None, eager: bool) -> Lane:
    number = len(draft.lanes)
    waits = any(rule.index in each.suspends for each in draft.program.rules)
    kept = isinstance(rule.norm, Maintenance)
    by_row = draft.lanes[source].by_row if source is not None else rule.norm.trigger is None
    return Lane(
        number, rule, source, eager or kept or by_row, rule.amount is not None, _of_days(rule), waits,
        by_row=by_row, kept=kept,
    )  # fmt: skip


def _of_days(rule: Rule) -> bool:
    """Tell whether a window ends with a last day, not at an instant."""
    match type(rule.limit).__name__:
        case "Within":
            value = getattr(rule.limit_value, "constant", None)
            return getattr(value, "unit", "days") not in ("hours", "minutes", "seconds")
        case "ByDay":
            kind = getattr(rule.limit_value, "kind", None)
            return getattr(kind, "name", "day") != "instant" and getattr(rule.limit_value, "name", "") != "at"
        case _:
            return False


def _without(draft: Draft, rule: Rule, why: str) -> None:
    """A norm is not in the plan: what could bring it to something is left, or else the contract is refused."""
    broken = f"which the kernel does not have ({why})"
    draft.speller.broken[rule.index] = broken
    awaited = _awaited(rule.norm.since)
    names = awaited or [
        name for name, touch in draft.program.touches.items()
        if rule.index in touch.instances or rule.index in touch.prohibitions
    ]  # fmt: skip
    # An account is the engine's from the first breach on that would give rise to it.
    draft.dreaded |= rule.on_breach_of
    if rule.norm.trigger is None and not awaited and not isinstance(rule.norm, Prohibition):
        draft.reasons.append((rule.norm.id, why))
    for name in names:
        draft.leave(name, f"{rule.norm.id}: {why}")


def _awaited(since: Expr | None) -> list[str]:
    """Return the occurrences of which one must come before a norm binds; none where that cannot be told."""
    match since:
        case Happened(name=name):
            return [name]
        case Or(parts=parts):
            each = [_awaited(part) for part in parts]
            return [name for names in each for name in names] if all(each) else []
        case _:
            return []


def _forbidding(draft: Draft) -> None:
    """Take the prohibitions that an act may break."""
    found = []
    for rule in draft.program.rules:
        if isinstance(rule.norm, Prohibition):
            try:
                if not is_there(draft, rule):
                    continue
                prohibits(rule)
            except Unsaid as wrong:
                _without(draft, rule, str(wrong))
                continue
            found.append(rule)
    draft.prohibitions += found
    draft.speller.hits = frozenset(rule.index for rule in found)


def prohibits(rule: Rule) -> None:
    """Look whether a prohibition is one that the kernel has. Raises Unsaid."""
    if rule.norm.trigger is not None and not rule.self_triggered:
        raise Unsaid("a prohibition for each occurrence or breach")
    if rule.limit is not None or rule.not_before is not None:
        raise Unsaid("a prohibition that has a window")
    if not isinstance(rule.norm.bearer, str) and rule.norm.bearer.value != "either party":
        raise Unsaid(f"a prohibition for {rule.norm.bearer.value}")
