"""What the solver is asked of norms: clashes, rivals, what the law takes away, what never applies, what is said twice.

Each question is about one act of one party at one moment. A world that answers it is made a ledger and put to the
engine; only what the engine says too is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, TypeVar

import z3

from contractlang.norms import Maintenance, Obligation, OccurrenceDecl, Power, Prohibition
from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.fragment import Fragment
from engine.analysis.solver import Query, Unknown, possible
from engine.analysis.terms import HORIZON, MANY, MINUTES, Broken, Happening, Moment, Part, World
from engine.analysis.witness import History, history_of, replayed, witness
from engine.decision import Decision, Reason
from engine.force import MANDATORY
from engine.program import Place, Program, Rule
from engine.statuses import InBreachE, OverdueE
from engine.terms import Terms

R = TypeVar("R")

About = Callable[[Place], bool]
"""Which clauses are asked about."""

TRIES = 3
"""How many worlds are looked at before a question is given up as not reproduced."""


class Searcher:
    """Asks for worlds of one program; `layers` are those under which its documents stand.

    `about` tells which clauses are asked about: a finding has at least one of them, and nothing else is searched.
    """

    def __init__(
        self, program: Program, layers: tuple[str, ...], about: About | None = None,
        beside: Searcher | None = None,
    ) -> None:  # fmt: skip
        self.beside = beside
        self.program, self.layers = program, layers
        self.about: About = about if about is not None else lambda _: True
        # A rule from memory that is asked about by its clause is looked at as if its switch were on.
        self.switches = {} if about is None else _switches(program, about)
        self.terms = Terms(layers=layers, readings=self.switches)
        self._worlds: dict[bool, World] = {}

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

    def asked(self, act: str, actor: str | None, ending: bool = False) -> tuple[World, Happening, Moment]:
        """Return the world of all questions, the act asked about in it, and the moment just before that.

        In a world that is not `ending`, nobody ends an agreement.
        """
        if ending not in self._worlds:
            beside = self.beside.asked(act, actor, ending)[0] if self.beside is not None else None
            world = self._worlds[ending] = World(self.program, self.terms, ending=ending, beside=beside)
            now = world.now.at
            world.hold(now % MINUTES >= 9 * 60, now % MINUTES < 18 * 60)
            world.on_workday(now / MINUTES)
        world = self._worlds[ending]
        made = world.once(("asked", act, actor), lambda: _asked_of_world(world, act, actor))
        return world, made, Moment(world.now.at, "asked", made)

    def actors(self, rule: Rule) -> tuple[str | None, ...]:
        """Return which parties may do what the norm is about."""
        declared = self.program.declarations[rule.act_name]
        assert isinstance(declared, OccurrenceDecl)
        actors = World(self.program, self.terms).actors(declared)
        bearer = rule.norm.bearer
        return tuple(each for each in actors if not isinstance(bearer, str) or each == bearer)


def _asked_of_world(world: World, act: str, actor: str | None) -> Happening:
    now = world.now.at
    made = Happening(act, actor, f"asked {act}/{actor or ''}", z3.BoolVal(True), now / MINUTES, now % MINUTES)
    for param in world.program.acts[act].params:
        made.fields[param.name] = world.field_of(made, param.name, param.kind)
    return made


def _switches(program: Program, about: About) -> dict[str, str]:
    """Return the switches of unverified rules among the clauses asked about, turned on."""
    found: dict[str, str] = {}
    for contract in program.contracts:
        for sentence in (
            (*contract.norms, *contract.priorities, *contract.amounts) if contract.kind == "law" else ()
        ):
            if about((contract.name, sentence.clause)):
                found |= {each.reading: each.option for each in sentence.option if each.option == "on"}
    return found


def clashes(searcher: Searcher) -> Iterator[Finding]:
    """Find what one norm permits or requires while another forbids it, and nothing says which prevails."""
    program = searcher.program
    for one, other in _pairs(program):
        if not searcher.asks(one, other) or not searcher.reads(one) or not searcher.reads(other):
            continue
        for actor in searcher.actors(one):
            if isinstance(other.norm.bearer, str) and other.norm.bearer != actor:
                continue
            world, act, m = searcher.asked(one.act_name, actor)
            with world.question() as part:
                searcher.asked(one.act_name, actor)
                beats = [world.truth(when, m, {}) for i, when, _ in other.prevailed_by if i == one.index]
                goal = (
                    world.opens(one, m, act, actor or ""), world.forbids(other, m, act, actor or ""),
                    z3.Not(z3.Or(*beats)),
                )  # fmt: skip
            for fragment in _fragments(world, part, goal, one):
                found = list(_found(
                    searcher, fragment, act, goal, "conflict", (one, other),
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
    paper = Searcher(alone, ("contract",), beside=searcher)
    for rule in program.rules:
        if not rule.home or isinstance(rule.norm, Prohibition | Maintenance) or not searcher.reads(rule):
            continue
        places = [
            place for place in _laws_over(program, rule) if searcher.asks(rule) or searcher.about(place)
        ]
        for place in places:
            for actor in searcher.actors(rule):
                world, act, m = searcher.asked(rule.act_name, actor)
                for bound in world.bindings(rule, act):
                    if not world.bears(rule, actor or "", bound):
                        continue
                    with world.question() as part:
                        searcher.asked(rule.act_name, actor)
                        goal = _taken_by(searcher, world, rule, place, bound, act, m)
                    if goal is None:
                        continue
                    found: list[Finding] = []
                    for fragment in _fragments(world, part, goal, rule, bound):
                        on_paper, permitted = _permits(paper, rule, actor, bound)
                        fragment.beside(on_paper)
                        goal = (*goal, permitted)
                        found = list(_against_found(searcher, alone, fragment, act, goal, rule, place, layer))
                        yield from found
                    if found:
                        break


def _permits(paper: Searcher, rule: Rule, actor: str | None, bound: Any) -> tuple[Fragment, Any]:
    """Return that the agreement alone permits what a norm of it is about, and what of the world that can reach."""
    world, act, m = paper.asked(rule.act_name, actor)
    rules = [paper.program.rules[index] for index in paper.program.by_act[rule.act_name]]
    same = [each for each in rules if each.norm.id == rule.norm.id and each.document == rule.document]
    with world.question() as part:
        paper.asked(rule.act_name, actor)
        opens = [world.opens(each, m, act, actor or "") for each in same]
        permits = z3.And(z3.Or(*opens), z3.Not(z3.Or(*_forbidding(world, rules, m, act))))
    duty = bound.rule if isinstance(bound, Broken) and len(rule.on_breach_of) > MANY else None
    return Fragment(world, part, _same_in(paper.program, duty)), permits


def _same_in(program: Program, duty: Rule | None) -> int | None:
    """Return the index that a norm has in another program of the same agreement."""
    for each in program.rules if duty is not None else ():
        if duty is not None and (each.document, each.norm.id, each.option) == (
            duty.document, duty.norm.id, duty.option,
        ):  # fmt: skip
            return each.index
    return None


def _forbidding(world: World, rules: list[Rule], m: Moment, act: Happening, weight: int = 0) -> Iterator[Any]:
    """Yield when each prohibition among some norms stands in the way of an act and nothing goes before it."""
    program, actor = world.program, act.actor or ""
    for each in rules:
        if isinstance(each.norm, Prohibition) and each.weight >= weight:
            beaten = (
                z3.And(world.truth(when, m, {}), world.opens(program.rules[index], m, act, actor))
                for index, when, _ in each.prevailed_by
                if index in program.by_act[act.name]
            )
            yield z3.And(world.forbids(each, m, act, actor), z3.Not(z3.Or(*beaten)))


def _taken_by(
    searcher: Searcher, world: World, rule: Rule, place: Place, bound: Any, act: Happening, m: Moment
) -> tuple[Any, ...] | None:
    """Return that only a sentence of law closes a norm, bound to that, and that no other opens its act."""
    program, actor = searcher.program, act.actor or ""
    steps = list(world.closers(rule, bound, m, act, actor, world.env_of(rule, bound, act, actor)))
    by_law = [truth for _, at, truth in steps if at == place]
    if not by_law:
        return None
    own = [truth for _, at, truth in steps if not (isinstance(at, tuple) and _is_law(program, at))]
    others = [
        world.opens(each, m, act, actor)
        for each in (program.rules[i] for i in program.by_act[rule.act_name])
        if each is not rule and not isinstance(each.norm, Prohibition | Maintenance)
    ]
    return z3.Not(z3.Or(*own)), z3.Or(*by_law), z3.Not(z3.Or(*others))


def _against_found(
    searcher: Searcher, alone: Program, world: Fragment, act: Happening, goal: tuple[Any, ...], rule: Rule,
    place: Place, layer: str,
) -> Iterator[Finding]:  # fmt: skip
    clauses = (_clause(rule), Clause(*place))

    def judged(history: History) -> tuple[Decision, Decision] | None:
        by_paper = replayed(history, alone, ("contract",))
        by_law = replayed(history, searcher.program, searcher.layers)
        if by_paper is None or by_law is None or by_paper.answer != "permitted":
            return None
        return (by_paper, by_law) if by_law.answer in ("forbidden", "no_basis") else None

    found = _shown(world, act, goal, judged)
    if isinstance(found, Unknown):
        yield _undecided(clauses, found)
    elif found is not None:
        history, (by_paper, by_law) = found
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


def denied(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what the law permits or requires and the agreement denies: it forbids it, or closes what it gives itself."""
    program = searcher.program
    paper = Searcher(alone, ("contract",), beside=searcher)
    for rule in program.rules:
        gives = (
            not rule.home
            and rule.weight == MANDATORY
            and not isinstance(rule.norm, Prohibition | Maintenance)
        )
        near = [program.rules[i] for i in program.by_act.get(rule.act_name, ())] if gives else []
        agreed = [each for each in near if each.home and searcher.reads(each)]
        if not agreed or not searcher.asks(rule, *agreed) or not searcher.reads(rule):
            continue
        for actor in searcher.actors(rule):
            world, act, m = searcher.asked(rule.act_name, actor)
            with world.question() as part:
                searcher.asked(rule.act_name, actor)
                # The more of the law gives it in one history, the better that history shows it.
                world.prefer(*(
                    world.opens(each, m, act, actor or "")
                    for each in near
                    if not each.home and not isinstance(each.norm, Prohibition | Maintenance)
                ))  # fmt: skip
                goal = (
                    world.opens(rule, m, act, actor or ""),
                    z3.Not(z3.Or(*_forbidding(world, near, m, act, rule.weight))),
                )
            on_paper, denies = _denies(paper, rule, actor)
            if not possible(on_paper(None, False), denies):
                continue
            for fragment in _fragments(world, part, goal, rule):
                duty = program.rules[fragment.focus] if fragment.focus is not None else None
                fragment.beside(on_paper(_same_in(alone, duty), True))
                clauses = tuple(map(_clause, (rule, *agreed)))
                found = list(_denied_found(searcher, alone, fragment, act, (*goal, denies), layer, clauses))
                yield from found
                if found:
                    break


def _denies(
    paper: Searcher, rule: Rule, actor: str | None
) -> tuple[Callable[[int | None, bool], Fragment], Any]:
    """Return that the agreement alone forbids an act, or closes what it gives, and what of the world that can reach."""
    world, act, m = paper.asked(rule.act_name, actor)
    rules = [paper.program.rules[index] for index in paper.program.by_act[rule.act_name]]
    with world.question() as part:
        paper.asked(rule.act_name, actor)
        forbids = list(_forbidding(world, rules, m, act))
        world.prefer(*forbids)
        stands = [world.in_force(each, m, world.env_of(each, None, act, actor)) for each in rules]
        opens = [
            world.opens(each, m, act, actor or "")
            for each in rules
            if not isinstance(each.norm, Prohibition | Maintenance)
        ]
        closes = z3.And(z3.Or(*stands), z3.Not(z3.Or(*opens)))
        denies = z3.Or(*forbids) if forbids else closes
    return lambda focus, deep: Fragment(world, part, focus, deep), denies


def _denied_found(
    searcher: Searcher, alone: Program, world: Fragment, act: Happening, goal: tuple[Any, ...], layer: str,
    clauses: tuple[Clause, ...],
) -> Iterator[Finding]:  # fmt: skip
    def judged(history: History) -> tuple[Decision, Decision, list[Clause], list[Clause]] | None:
        by_paper = replayed(history, alone, ("contract",))
        by_law = replayed(history, searcher.program, searcher.layers)
        if by_paper is None or by_law is None:
            return None
        if (by_paper.answer, by_law.answer) != ("forbidden", "permitted"):
            return None
        paper = _clauses_in(alone, by_paper, ("forbids", "prevailed")) or _clauses_in(
            alone, by_paper, ("closed",)
        )
        law = [
            each
            for each in _clauses_in(searcher.program, by_law, ("permits", "requires"))
            if _is_law(searcher.program, (each.document, each.clause))
        ]
        return (by_paper, by_law, paper, law) if paper and law else None

    found = _shown(world, act, goal, judged)
    if isinstance(found, Unknown):
        yield _undecided(clauses, found)
    elif found is not None:
        history, (by_paper, by_law, paper, law) = found
        shown = witness(history, {"contract": by_paper, "+".join(searcher.layers): by_law})
        own = [_named(searcher.program, each) for each in paper]
        laws = [_named(searcher.program, each) for each in law]
        yield Finding(
            "against", (*paper, *law),
            Said(
                f"{', '.join(each[0] for each in own)} denies what {', '.join(each[0] for each in laws)} gives:"
                " forbidden by the agreement alone, permitted by the law",
                f"{'、'.join(each[1] for each in own)}不许的，{'、'.join(each[1] for each in laws)}许之："
                "仅依协议不得为之，依法则可",
            ),
            shown, (
                Said(f"except from {own[0][0]} what {laws[0][0]} gives", f"在{own[0][1]}中除外{laws[0][1]}所许者"),
            ), _bound(world), {"layer": layer},
        )  # fmt: skip


def _clauses_in(program: Program, decision: Decision, codes: tuple[str, ...]) -> list[Clause]:
    """Return the norms that a decision's reasons name under some codes, in order."""
    found: dict[Clause, None] = {}
    stack = list(reversed(decision.reasons))
    while stack:
        reason = stack.pop()
        if reason.code in codes:
            for rule in program.rules:
                if reason.args[:2] == (rule.document, rule.norm.id):
                    found[_clause(rule)] = None
                    break
        stack.extend(reversed(reason.parts))
    return list(found)


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
    # Neither comes first, so the order of the text has no part in what the finding is called.
    remedies.sort(key=lambda rule: (rule.document, rule.norm.clause, rule.norm.id))
    for one, other in combinations(remedies, 2):
        shared = _hangs_on(program, one) & _hangs_on(program, other)
        if one.act_name == other.act_name or not shared or _ordered(one, other):
            continue
        if not searcher.asks(one, other):
            continue
        for actor in searcher.actors(one):
            if actor not in searcher.actors(other):
                continue
            duty = program.rules[min(shared)]
            world, act, m = searcher.asked(one.act_name, actor)
            with world.question() as part:
                searcher.asked(one.act_name, actor)
                _, second, _ = searcher.asked(other.act_name, actor)
                broken = [world.broken(Broken(duty, bound), m, False) for bound in _bounds(world, duty)]
                goal = (
                    z3.Or(*broken), world.opens(one, m, act, actor or ""),
                    world.opens(other, m, second, actor or ""),
                )  # fmt: skip
            for fragment in _fragments(world, part, goal, focus=duty.index):
                first, second_, broke = (_named(program, _clause(rule)) for rule in (one, other, duty))
                said = Said(
                    f"on one breach of {broke[0]}, {first[0]} and {second_[0]} are open at once, in no order",
                    f"违反{broke[1]}时，{first[1]}与{second_[1]}同时可用，未定先后",
                )
                found = list(_found(
                    searcher, fragment, act, goal, "competing", (one, other),
                    lambda decision: decision.answer == "permitted", said,
                ))  # fmt: skip
                yield from found
                if found:
                    break


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
    # What no world without an end of the agreement shows, one in which it ends may.
    for ending in (False, True):
        world, act, m = searcher.asked(rule.act_name, actor, ending)
        with world.question() as part:
            searcher.asked(rule.act_name, actor, ending)
            applies = world.forbids if isinstance(rule.norm, Prohibition) else world.opens
            goal = (applies(rule, m, act, actor or ""),)
        if any(possible(fragment, *goal) for fragment in _fragments(world, part, goal, rule)):
            return True
    return False


# -- worlds to findings


def _fragments(
    world: World, part: Part, goal: tuple[Any, ...], rule: Rule | None = None, bound: Any = None,
    focus: int | None = None,
) -> Iterator[Fragment]:  # fmt: skip
    """Yield the worlds in which a goal is looked for: one for each duty, where a norm is one upon the breach of many.

    A goal that cannot be met even where all is open that has a name is looked for no further.
    """
    if not possible(Fragment(world, part, deep=False), *goal):
        return
    if rule is not None and len(rule.on_breach_of) > MANY:
        foci: tuple[int | None, ...] = tuple(sorted(rule.on_breach_of))
        if isinstance(bound, Broken):
            foci = (bound.rule.index,)
    else:
        foci = (focus,)
    for each in foci:
        yield Fragment(world, part, each)


def _shown(
    world: World | Fragment, act: Happening, goal: tuple[Any, ...], judged: Callable[[History], R | None]
) -> tuple[History, R] | Unknown | None:
    """Return a history in which the goal holds and which the engine says shows it, with what the engine says.

    It is smoothed only once the engine has said so.
    """
    try:
        query = Query(world, *goal)
        for turn in range(TRIES):
            if not query.next():
                return None
            rough = history_of(world, query.model(), act)
            said = judged(rough)
            if said is not None or turn == 0:
                smooth = history_of(world, query.polished(), act)
                again = judged(smooth)
                if again is not None:
                    return smooth, again
                if said is not None:
                    return rough, said
    except Unknown as limit:
        return limit
    return None


def _found(
    searcher: Searcher, world: Fragment, act: Happening, goal: tuple[Any, ...], kind: Kind, rules: tuple[Rule, ...],
    is_so: Any, said: Said,
) -> Iterator[Finding]:  # fmt: skip
    clauses = tuple(_clause(rule) for rule in rules)

    def judged(history: History) -> Decision | None:
        decision = replayed(history, searcher.program, searcher.layers)
        return decision if decision is not None and is_so(decision) and _cites(decision, rules[0]) else None

    found = _shown(world, act, goal, judged)
    if isinstance(found, Unknown):
        yield _undecided(clauses, found)
    elif found is not None:
        shown = witness(found[0], {"+".join(searcher.layers): found[1]})
        yield Finding(kind, clauses, said, shown, _settles(kind, searcher.program, clauses), _bound(world))


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


def _bound(world: World | Fragment) -> Said:
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
