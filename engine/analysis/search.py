"""What the solver is asked of norms: clashes, rivals, what the law takes away, what never applies, what is said twice.

Each question is about one act of one party at one moment. A world that answers it is made a ledger and put to the
engine; only what the engine says too is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import z3

from contractlang.norms import Maintenance, Obligation, OccurrenceDecl, Power, Prohibition
from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.solver import Unknown, possible, shortest
from engine.analysis.terms import HORIZON, MANY, MINUTES, Happening, Moment, World
from engine.analysis.witness import History, history_of, replayed, witness
from engine.decision import Decision, Reason
from engine.program import Place, Program, Rule
from engine.terms import Terms

About = Callable[[Place], bool]
"""Which clauses are asked about."""

TRIES = 4
"""How many worlds are looked at before a question is given up as not reproduced."""


class Searcher:
    """Asks for worlds of one program; `layers` are those under which its documents stand.

    `about` tells which clauses are asked about: a finding has at least one of them, and nothing else is searched.
    """

    def __init__(self, program: Program, layers: tuple[str, ...], about: About) -> None:
        self.program, self.layers, self.about = program, layers, about
        self.terms = Terms(layers=layers)

    def asks(self, *rules: Rule) -> bool:
        """Tell whether one of these norms is asked about."""
        return any(self.about((rule.document, rule.norm.clause)) for rule in rules)

    def reads(self, rule: Rule) -> bool:
        """Tell whether a norm may be there as the text is read: its readings are taken so by default, or are open."""
        taken = self.program.taken(self.terms).options
        return all(taken.get(each.reading) in (None, each.option) for each in rule.option)

    def world(self, act: str, actor: str | None, focus: int | None = None) -> tuple[World, Happening, Moment]:
        """Return a new world, the act asked about in it, and the moment just before that."""
        world = World(self.program, self.terms, focus)
        declared = self.program.acts[act]
        now = world.now.at
        made = Happening(act, actor, "asked", z3.BoolVal(True), now / MINUTES, now % MINUTES)
        world.facts += [now % MINUTES >= 9 * 60, now % MINUTES < 18 * 60, *world.works(now / MINUTES)]
        for param in declared.params:
            made.fields[param.name] = world.field_of(made, param.name, param.kind)
        return world, made, Moment(now, "asked", made)

    def actors(self, rule: Rule) -> tuple[str | None, ...]:
        """Return which parties may do what the norm is about."""
        declared = self.program.declarations[rule.act_name]
        assert isinstance(declared, OccurrenceDecl)
        actors = World(self.program, self.terms).actors(declared)
        bearer = rule.norm.bearer
        return tuple(each for each in actors if not isinstance(bearer, str) or each == bearer)


def clashes(searcher: Searcher) -> Iterator[Finding]:
    """Find what one norm permits or requires while another forbids it, and nothing says which prevails."""
    program = searcher.program
    for one, other in _pairs(program):
        if not searcher.asks(one, other):
            continue
        for actor in searcher.actors(one):
            if isinstance(other.norm.bearer, str) and other.norm.bearer != actor:
                continue
            for world, act, m in _worlds(searcher, one, actor):
                beats = [world.truth(when, m, {}) for i, when, _ in other.prevailed_by if i == one.index]
                goal = (
                    world.opens(one, m, act, actor or ""), world.forbids(other, m, act, actor or ""),
                    z3.Not(z3.Or(*beats)),
                )  # fmt: skip
                found = list(_found(
                    searcher, world, act, goal, "conflict", (one, other),
                    lambda decision: decision.answer == "conflicting", _clash(program, one, other),
                ))  # fmt: skip
                yield from found
                if found:
                    break


def _pairs(program: Program) -> Iterator[tuple[Rule, Rule]]:
    """Yield what permits or requires an act with what forbids it, of one weight: the rest is decided by rank."""
    for name, indexes in program.by_act.items():
        rules = [program.rules[index] for index in indexes]
        for one in rules:
            if one.act_name != name or isinstance(one.norm, Prohibition | Maintenance):
                continue
            for other in rules:
                if isinstance(other.norm, Prohibition) and other.weight == one.weight:
                    yield one, other


def against(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what an agreed norm gives and the law takes away: by a limit, a bar, a prohibition, or by voiding it."""
    program = searcher.program
    for rule in program.rules:
        if not rule.home or isinstance(rule.norm, Prohibition | Maintenance):
            continue
        for place in _laws_over(program, rule):
            if not searcher.asks(rule) and not searcher.about(place):
                continue
            for actor in searcher.actors(rule):
                for world, act, m in _worlds(searcher, rule, actor):
                    ways, taken = [], []
                    for _, steps in world.ways(rule, m, act, actor or ""):
                        own = [
                            t for _, at, t in steps if not (isinstance(at, tuple) and _is_law(program, at))
                        ]
                        by_law = [t for _, at, t in steps if at == place]
                        ways.append(z3.And(z3.Not(z3.Or(*own)), z3.Or(*by_law)))
                        taken += by_law
                    if not taken:
                        continue
                    others = [
                        world.opens(each, m, act, actor or "")
                        for each in (program.rules[i] for i in program.by_act[rule.act_name])
                        if each is not rule and not isinstance(each.norm, Prohibition | Maintenance)
                    ]
                    goal = (z3.Or(*ways), z3.Not(z3.Or(*others)))
                    found = list(_against_found(searcher, alone, world, act, goal, rule, place, layer))
                    yield from found
                    if found:
                        break


def _against_found(
    searcher: Searcher, alone: Program, world: World, act: Happening, goal: tuple[Any, ...], rule: Rule,
    place: Place, layer: str,
) -> Iterator[Finding]:  # fmt: skip
    clauses = (_clause(rule), Clause(*place))
    for history in _histories(world, act, goal):
        if history is None:
            return
        if isinstance(history, Unknown):
            yield _undecided(clauses, history)
            return
        by_paper = replayed(history, alone, ("contract",))
        by_law = replayed(history, searcher.program, searcher.layers)
        if by_paper is None or by_law is None:
            continue
        if by_paper.answer == "permitted" and by_law.answer in ("forbidden", "no_basis"):
            shown = witness(history, {"contract": by_paper, "+".join(searcher.layers): by_law})
            own, law = _named(searcher.program, clauses[0]), _named(searcher.program, clauses[1])
            yield Finding(
                "against", clauses,
                Said(
                    f"{own[0]} gives what {law[0]} takes away: permitted by the agreement alone, not by the law",
                    f"{own[1]}赋予的，{law[1]}不予承认：仅依协议可以为之，依法则不得",
                ),
                shown, (
                    Said(f"bring {own[0]} in line with {law[0]}", f"使{own[1]}与{law[1]}一致"),
                ), _bound(world), {"layer": layer},
            )  # fmt: skip
            return


def _laws_over(program: Program, rule: Rule) -> list[Place]:
    """Return the sentences of laws that may close an agreed norm."""
    found: dict[Place, None] = {}
    for _, place in rule.voided:
        found[place] = None
    for _, _, place in (*rule.prevailed_by, *rule.limited_to):
        found[place] = None
    for lapse in rule.lapses:
        found[lapse.place] = None
    return [place for place in found if _is_law(program, place)]


def _is_law(program: Program, place: Place) -> bool:
    return any(each.name == place[0] and each.kind == "law" for each in program.contracts)


def rivals(searcher: Searcher) -> Iterator[Finding]:
    """Find two remedies that one party has on one breach at once, each changing a state, with no order between them."""
    program = searcher.program
    remedies = [
        rule
        for rule in program.rules
        if rule.home and isinstance(rule.norm, Power) and rule.sets and _hangs_on(program, rule)
    ]
    for one, other in combinations(remedies, 2):
        shared = _hangs_on(program, one) & _hangs_on(program, other)
        if one.act_name == other.act_name or not shared or _ordered(one, other):
            continue
        if not searcher.asks(one, other):
            continue
        for actor in searcher.actors(one):
            if actor not in searcher.actors(other):
                continue
            for world, act, m in _worlds(searcher, one, actor):
                second = Happening(other.act_name, actor, "rival", z3.BoolVal(True), act.day, act.minute)
                for param in program.acts[other.act_name].params:
                    second.fields[param.name] = world.field_of(second, param.name, param.kind)
                duty = program.rules[min(shared)]
                broken = [world.broken(_broken(duty, bound), m, False) for bound in _bounds(world, duty)]
                goal = (
                    z3.Or(*broken), world.opens(one, m, act, actor or ""),
                    world.opens(other, m, second, actor or ""),
                )  # fmt: skip
                first, second_, broke = (_named(program, _clause(rule)) for rule in (one, other, duty))
                said = Said(
                    f"on one breach of {broke[0]}, {first[0]} and {second_[0]} are open at once, in no order",
                    f"违反{broke[1]}时，{first[1]}与{second_[1]}同时可用，未定先后",
                )
                found = list(_found(
                    searcher, world, act, goal, "competing", (one, other),
                    lambda decision: decision.answer == "permitted", said,
                ))  # fmt: skip
                yield from found
                if found:
                    break


def _broken(rule: Rule, bound: Any) -> Any:
    from engine.analysis.terms import Broken

    return Broken(rule, bound)


def _bounds(world: World, duty: Rule) -> list[Any]:
    if isinstance(duty.norm, Prohibition):
        return list(world.of_kind(duty.act_name))
    return world.bindings(duty, None)


def _hangs_on(program: Program, rule: Rule) -> set[int]:
    """Return the duties on whose breach a norm hangs: it is triggered by one, or asks whether one is overdue."""
    found = set(rule.on_breach_of)
    for evaluator in (rule.when, rule.unless):
        found |= _asked_of(evaluator)
    return found


def _asked_of(evaluator: Any) -> set[int]:
    from engine.statuses import InBreachE, OverdueE

    if isinstance(evaluator, OverdueE | InBreachE):
        return set(evaluator.norms.indexes)
    parts = [getattr(evaluator, "part", None), *getattr(evaluator, "parts", ())]
    return {index for part in parts if part is not None for index in _asked_of(part)}


def _ordered(one: Rule, other: Rule) -> bool:
    """Tell whether something says which of two norms comes first."""
    return any(index == other.index for index, _, _ in one.prevailed_by) or any(
        index == one.index for index, _, _ in other.prevailed_by
    )


def never(searcher: Searcher) -> Iterator[Finding]:
    """Find norms that no world brings to apply: a permission that is never open, a prohibition of what cannot be."""
    for rule in searcher.program.rules:
        if isinstance(rule.norm, Maintenance) or not rule.home or rule.option or not searcher.asks(rule):
            continue
        try:
            if not any(_can_apply(searcher, rule, actor) for actor in searcher.actors(rule)):
                name = _named(searcher.program, _clause(rule))
                yield Finding(
                    "dead", (_clause(rule),),
                    Said(f"{name[0]} never applies", f"{name[1]}不可能适用"),
                    None, (), _bound(World(searcher.program, searcher.terms)),
                )  # fmt: skip
        except Unknown as limit:
            yield _undecided((_clause(rule),), limit)


def _can_apply(searcher: Searcher, rule: Rule, actor: str | None) -> bool:
    world, act, m = searcher.world(rule.act_name, actor)
    forbids = isinstance(rule.norm, Prohibition)
    goal = world.forbids(rule, m, act, actor or "") if forbids else world.opens(rule, m, act, actor or "")
    if possible(world, goal):
        return True
    # What no world without an end of the agreement shows, one in which it ends may.
    world, act, m = searcher.world(rule.act_name, actor)
    for name, declared in searcher.program.acts.items():
        if any(effect.state == "agreement" for effect in declared.sets):
            world.of_kind(name)
    goal = world.forbids(rule, m, act, actor or "") if forbids else world.opens(rule, m, act, actor or "")
    return possible(world, goal)


# -- worlds to findings


def _worlds(searcher: Searcher, rule: Rule, actor: str | None) -> Iterator[tuple[World, Happening, Moment]]:
    """Yield worlds in which the norm may be open: one for each duty, where it is one upon the breach of many."""
    if not searcher.reads(rule):
        return
    many = len(rule.on_breach_of) > MANY
    for focus in sorted(rule.on_breach_of) if many else (None,):
        yield searcher.world(rule.act_name, actor, focus)


def _histories(world: World, act: Happening, goal: tuple[Any, ...]) -> Iterator[History | Unknown | None]:
    """Yield histories in which the goal holds, each other than the ones before; then None."""
    excluded: list[Any] = []
    for _ in range(TRIES):
        try:
            model = shortest(world, *goal, *excluded)
        except Unknown as limit:
            yield limit
            return
        if model is None:
            break
        yield history_of(world, model, act)
        same = [each.here for each, _ in model.happenings]
        days = [each.day == at // MINUTES for each, at in model.happenings]
        answers = [term == model.value(term) for term in (*world.answers.values(), *world.readings.values())]
        excluded.append(
            z3.Not(z3.And(*same, *days, world.now.at / MINUTES == model.now // MINUTES, *answers))
        )
    yield None


def _found(
    searcher: Searcher, world: World, act: Happening, goal: tuple[Any, ...], kind: Kind, rules: tuple[Rule, ...],
    is_so: Any, said: Said,
) -> Iterator[Finding]:  # fmt: skip
    clauses = tuple(_clause(rule) for rule in rules)
    for history in _histories(world, act, goal):
        if history is None:
            return
        if isinstance(history, Unknown):
            yield _undecided(clauses, history)
            return
        decision = replayed(history, searcher.program, searcher.layers)
        if decision is not None and is_so(decision) and _cites(decision, rules[0]):
            shown = witness(history, {"+".join(searcher.layers): decision})
            yield Finding(
                kind, clauses, said, shown, _settles(kind, searcher.program, clauses), _bound(world)
            )
            return


def _cites(decision: Decision, rule: Rule) -> bool:
    """Tell whether the reasons of a decision name a norm."""
    stack: list[Reason] = list(decision.reasons)
    while stack:
        reason = stack.pop()
        if reason.args[:2] == (rule.document, rule.norm.id):
            return True
        stack.extend(reason.parts)
    return False


def _settles(kind: Kind, program: Program, clauses: tuple[Clause, ...]) -> tuple[Said, ...]:
    names = [_named(program, each) for each in clauses]
    if kind == "conflict":
        return (
            Said(
                f"say which prevails: `| {names[0][0]} prevails over {names[1][0]}`",
                f"写明何者优先：`| {names[0][1]} 优先于 {names[1][1]}`",
            ),
        )
    if kind == "competing":
        return (
            Said(
                "give the graver remedy a notice and a time to cure, or say which comes first",
                "为较重的救济设定通知与补正期限，或写明先后",
            ),
        )
    return ()


def _clash(program: Program, one: Rule, other: Rule) -> Said:
    verb = ("requires", "要求") if isinstance(one.norm, Obligation) else ("permits", "允许")
    first, second = _named(program, _clause(one)), _named(program, _clause(other))
    return Said(
        f"{first[0]} {verb[0]} what {second[0]} forbids, and nothing says which prevails",
        f"{first[1]}{verb[1]}的行为为{second[1]}所禁止，未定何者优先",
    )


def _undecided(clauses: tuple[Clause, ...], limit: Unknown) -> Finding:
    return Finding(
        "unknown", clauses,
        Said(f"not decided within the limit ({limit})", f"在限度内未能判定（{limit}）"),
    )  # fmt: skip


def _bound(world: World) -> Said:
    """Return what was searched: each act of each party, and each event, at most once, within the horizon."""
    kinds = len(world.happenings)
    return Said(
        f"searched: histories of {HORIZON} days in which each of {kinds} kinds of acts and events happens at most once",
        f"检索范围：{kinds}类行为与事件各至多发生一次、{HORIZON}日以内的事件经过",
    )


def _clause(rule: Rule) -> Clause:
    return Clause(rule.document, rule.norm.clause, rule.norm.id)


def _named(program: Program, clause: Clause) -> tuple[str, str]:
    """Return how a clause is called in English and in Chinese."""
    contract = next(each for each in program.contracts if each.name == clause.document)
    number = clause.norm or clause.clause
    several = len([each for each in program.contracts if each.norms]) > 1
    titles = (contract.name, contract.alias or contract.title or contract.name)
    return (f"{titles[0]} {number}", f"{titles[1]}{number}") if several else (number, number)
