"""Where an agreement gives more than the law does by a measure of its own, and the law stands against that.

The law lets a party end a contract when its purpose is defeated; an agreement, upon any breach. Found is one history in
which the agreement alone gives an act, the law does not, and what the law itself gives it for is not there. All
that speaks against the act in that history stands in one finding: the more of it there is, the better it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.happenings import Broken, Happening, Moment
from engine.analysis.instances import MANY
from engine.analysis.lawful import OWN_STEPS, closed_by_itself, laws_over, parties_of, permits
from engine.analysis.logic import every, no, some
from engine.analysis.looking import Put, Shown, bound_of, clause_of, foci_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.stated import hanging_on_the_same, readings_stated, speaking_of_questions
from engine.analysis.taking import is_law, takers
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision, Reason
from engine.program import Place, Program, Rule


def measured(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what an agreement gives beyond the law's own measure, where the law stands against it."""
    program = searcher.program
    paper = searcher.on_paper(alone)
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in program.rules:
        if rule.home and not isinstance(rule.norm, Prohibition | Maintenance | Obligation):
            groups.setdefault((rule.document, rule.norm.id), []).append(rule)
    for group in groups.values():
        one = group[0]
        own = [each for each in _given_by_law(program, one.act_name) if _measures(each, one)]
        stated = list(_stated_of(searcher, paper, group))
        if not own or not (searcher.asks(*group, *own) or any(map(searcher.about, stated))):
            continue
        for actor in parties_of(alone, searcher.actors(one)):
            if any(_given_to(each, actor) for each in own):
                yield from _either(searcher, paper, group, own, stated, actor, layer)


def _given_by_law(program: Program, act: str) -> list[Rule]:
    near = (program.rules[index] for index in program.by_act[act])
    given = (each for each in near if not isinstance(each.norm, Prohibition | Maintenance | Obligation))
    return [each for each in given if not each.home]


def _measures(law: Rule, agreed: Rule) -> bool:
    """Tell whether a law gives an act in the case of an agreed norm: upon something, where that is."""
    return law.norm.trigger is not None or agreed.norm.trigger is None


def _given_to(rule: Rule, actor: str | None) -> bool:
    return not isinstance(rule.norm.bearer, str) or rule.norm.bearer == actor


def _stated_of(searcher: Searcher, paper: Searcher, group: list[Rule]) -> Iterator[Place]:
    """Yield where laws state that they take a reading otherwise, on which a norm hangs, than the agreement alone."""
    program = searcher.program
    lawful = program.taken(searcher.terms).options
    agreed = paper.program.taken(paper.terms).options
    turned = {
        chosen.reading
        for rule in group
        for chosen in rule.option
        if agreed.get(chosen.reading) and lawful.get(chosen.reading) != agreed.get(chosen.reading)
    }
    yield from readings_stated(program, turned)


def _either(
    searcher: Searcher, paper: Searcher, group: list[Rule], own: list[Rule], stated: list[Place],
    actor: str | None, layer: str,
) -> Iterator[Finding]:  # fmt: skip
    """Find that the law reads the norm otherwise, or else that it takes from what it gives."""
    for stating in [stated, []] if stated else [[]]:
        found = list(_measured(searcher, paper, group, own, stating, actor, layer))
        yield from found
        if found:
            return


def _measured(
    searcher: Searcher, paper: Searcher, group: list[Rule], own: list[Rule], stated: list[Place],
    actor: str | None, layer: str,
) -> Iterator[Finding]:  # fmt: skip
    program, one = searcher.program, group[0]
    world, act, _ = searcher.asked(one.act_name, actor)
    bound = _first_bound(world, group, act, actor or "")
    put = partial(_measuring, searcher, paper, group, bool(stated), actor, bound)
    step = searcher.step(
        "measured", (*group, *(word for place in stated for word in place), actor or ""), put
    )
    clauses = (clause_of(one), *dict.fromkeys(map(clause_of, own)))
    otherwise = {*map(clause_of, _given_by_law(program, one.act_name))} - {*clauses}

    def judged(history: History) -> tuple[Decision, Decision, list[Clause]] | None:
        by_paper = replayed(history, paper.program, ("contract",))
        by_law = replayed(history, program, searcher.layers)
        if by_paper is None or by_law is None or by_paper.answer != "permitted":
            return None
        if by_law.answer not in ("forbidden", "no_basis"):
            return None
        speaking = [each for each in _speaking(program, by_law) if each not in otherwise]
        measure = [each for each in speaking if each in set(map(clause_of, own))]
        if stated:
            taking = [Clause(*place) for place in stated if closed_by_itself(one, by_law)]
        else:
            taking = [Clause(*place) for place in _taking(searcher, group, history)]
        if not measure or not taking:
            return None
        spoken = [each for each in program.rules if clause_of(each) in measure]
        beside = [law for each in taking for law in hanging_on_the_same(program, one, each[:2])]
        beside += speaking_of_questions(program, [*spoken, *group] if stated else spoken)
        return by_paper, by_law, list(dict.fromkeys((*_repeated(program, taking), *speaking, *beside)))

    told = partial(_told, searcher, clauses[0], layer)
    yield from searcher.findings(step, foci_of(one, bound), "against", clauses, judged, told)


def _measuring(
    searcher: Searcher, paper: Searcher, group: list[Rule], stated: bool, actor: str | None, bound: Any
) -> Put:
    program, one = searcher.program, group[0]
    world, act, m = searcher.asked(one.act_name, actor)
    with world.question() as part:
        searcher.asked(one.act_name, actor)
        near = world.on_act(one.act_name)
        group = [world.rule(each.index) for each in group]
        closing = _closing(searcher, world, group, act, m, bound)
        if not stated:
            world.prefer(*closing)
        for each in near:
            if isinstance(each.norm, Prohibition) and not each.home:
                world.prefer(world.judge.forbids(each, m, act, actor or ""))
        # A right of the law's own that has lapsed or is barred was given all the same: that is no other measure.
        opens = [
            world.judge.opens(each, m, act, actor or "") if each.home
            else world.judge.gives(each, m, act, actor or "", lambda place: is_law(program, place))
            for each in near
            if not isinstance(each.norm, Prohibition | Maintenance)
        ]  # fmt: skip
        given = [
            world.judge.gives(each, m, act, actor or "", lambda place: is_law(program, place))
            for each in group
            if _reads(world, each)
        ]
        if stated:
            # The norm is in force, its trigger is there, nothing closes it, and it is not open all the same.
            there = [
                every(
                    world.instances.exists(each, one_of_them, m),
                    world.judge.in_force(each, m, world.instances.env_of(each, one_of_them, act, act.actor)),
                )
                for each in group
                if _reads(world, each)
                for one_of_them in _looked_at(world, each, act, bound)
            ]
            against = every(no(some(*given)), some(*there), no(some(*closing)))
        else:
            against = every(some(*given), some(*closing))
    on_paper, permitted = permits(paper, one, actor, bound)
    wanted = against, no(some(*opens)), permitted
    return Put(world, part, (act,), wanted, beside=lambda each: each.beside(on_paper()))


def _told(
    searcher: Searcher, own: Clause, layer: str, looked: Shown, said: tuple[Decision, Decision, list[Clause]]
) -> Finding:
    by_paper, by_law, speaking = said
    name, laws = named(searcher.program, own), [named(searcher.program, each) for each in speaking]
    return Finding(
        "against", (own, *speaking),
        Said(
            f"{name[0]} gives more than the law does by a measure of its own: in this history the agreement alone"
            f" permits it and the law does not. What speaks against it: {', '.join(each[0] for each in laws)}",
            f"{name[1]}所给多于法律依其自身标准所给：本经过中，仅依协议可以为之，依法则不得。与之不合的有："
            f"{'、'.join(each[1] for each in laws)}",
        ),
        witness(looked.history, {"contract": by_paper, "+".join(searcher.layers): by_law}),
        (Said(f"ask in {name[0]} for what the law asks for", f"在{name[1]}中规定法律所要求的条件"),),
        bound_of(looked), {"what": "measure", "layer": layer},
    )  # fmt: skip


def _taking(searcher: Searcher, group: list[Rule], history: History) -> list[Place]:
    """Return the sentences of law each of which alone takes from an agreed norm what it gives in a history."""
    program = searcher.program
    found = [
        place
        for rule in filter(searcher.reads, group)
        for place in takers(history, program, searcher.layers, rule, laws_over(program, rule, searcher.reads))
    ]
    return list(dict.fromkeys(found))


def _closing(
    searcher: Searcher, world: World, group: list[Rule], act: Happening, m: Moment, bound: Any
) -> list[Any]:
    """Return, for each sentence of law that can close an agreed norm, when it does."""
    program, found = searcher.program, dict[Place, list[Any]]()
    for rule in group:
        if not _reads(world, rule):
            continue
        for each in _looked_at(world, rule, act, bound):
            env = world.instances.env_of(rule, each, act, act.actor)
            for _, place, truth in world.judge.closers(rule, each, m, act, act.actor or "", env):
                if isinstance(place, tuple) and is_law(program, place):
                    found.setdefault(place, []).append(truth)
    return [some(*truths) for truths in found.values()]


def _reads(world: World, rule: Rule) -> bool:
    """Tell whether a norm may be there as the text is read."""
    return all(world.look("taken", each.reading) in (None, each.option) for each in rule.option)


def _looked_at(world: World, rule: Rule, act: Happening, bound: Any) -> list[Any]:
    """Return what a norm may be bound to; of many breaches, that of the duty that is looked at."""
    found = world.instances.bindings(rule, act)
    many = isinstance(bound, Broken) and len(rule.on_breach_of) > MANY
    return [each for each in found if not many or each.rule.index == bound.rule.index]


def _first_bound(world: World, group: list[Rule], act: Happening, actor: str) -> Any:
    """Return the first thing that a norm may be bound to for a party: the breach of the other one, where it is that."""
    bounds = ((rule, bound) for rule in group for bound in world.instances.bindings(rule, act))
    return next((bound for rule, bound in bounds if world.instances.bears(rule, actor, bound)), None)


def _speaking(program: Program, decision: Decision) -> Iterator[Clause]:
    """Yield the laws that forbid the act, or would give it and are not open by what they say themselves."""
    stack: list[Reason] = list(reversed(decision.reasons))
    while stack:
        reason = stack.pop()
        if reason.code == "forbids" or (reason.code == "closed" and reason.args[2] in OWN_STEPS):
            for rule in program.rules:
                if (rule.document, rule.norm.id) == reason.args[:2] and not rule.home:
                    yield clause_of(rule)
                    break
        stack.extend(reversed(reason.parts))


def _repeated(program: Program, clauses: list[Clause]) -> Iterator[Clause]:
    """Yield clauses, each with those of its document of which it is said that they say the same."""
    for each in clauses:
        yield each
        for contract in program.contracts:
            if contract.name == each.document:
                for remark in contract.remarks:
                    if remark.how == "see" and remark.text == each.clause:
                        yield Clause(contract.name, remark.clause)
