"""What mandatory law takes from an agreement: what is agreed and the law denies, and what the law gives and the
agreement denies.

Both are asked of the law and of the agreement alone in one history, so that the engine can confirm both answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from contractlang.declaration import PartyDecl
from contractlang.norms import Maintenance, Permission, Power, Prohibition
from engine.analysis.asking import Unknown
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Broken, Happening, Moment
from engine.analysis.instances import MANY
from engine.analysis.logic import every, no, some
from engine.analysis.looking import (
    Put,
    Refuted,
    Shown,
    Step,
    bound_of,
    clause_of,
    foci_of,
    looked_for,
    named,
    undecided,
)
from engine.analysis.numbers import FALSE
from engine.analysis.parts import Part
from engine.analysis.searcher import Searcher
from engine.analysis.stated import hanging_on_the_same
from engine.analysis.taking import gives, is_law, prevailed, takers
from engine.analysis.tally import Tally
from engine.analysis.telling import agreeing, listed
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision
from engine.force import MANDATORY
from engine.program import Place, Program, Rule

OWN_STEPS = ("when", "unless", "where", "no trigger", "trigger where", "no duty")
"""The steps at which a norm is closed by what it says itself."""


def against(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what an agreed norm gives and the law takes away: by a limit, a bar, a prohibition, or by voiding it."""
    program = searcher.program
    paper = searcher.on_paper(alone)
    for rule in program.rules:
        if not rule.home or isinstance(rule.norm, Prohibition | Maintenance) or not searcher.reads(rule):
            continue
        laws = laws_over(program, rule, searcher.reads)
        places = [place for place in laws if searcher.asks(rule) or searcher.about(place)]
        for actor in parties_of(alone, searcher.actors(rule)) if places else ():
            yield from _taken_from(searcher, paper, rule, places, actor, layer)


def _taken_from(
    searcher: Searcher, paper: Searcher, rule: Rule, places: list[Place], actor: str | None, layer: str
) -> Iterator[Finding]:  # fmt: skip
    """Find which sentences of law take from a norm what it gives a party: each by the first thing it is bound to."""
    world, act, _ = searcher.asked(rule.act_name, actor)
    left = places
    for bound in world.instances.bindings(rule, act):
        if left and world.instances.bears(rule, actor or "", bound):
            found = list(_taken_when_bound(searcher, paper, rule, left, actor, bound, layer))
            yield from found
            taking = {each.clauses[1] for each in found if each.kind == "against"}
            left = [place for place in left if Clause(*place) not in taking]


def parties_of(alone: Program, actors: Iterable[str | None]) -> tuple[str | None, ...]:
    """Return which of those who may act are parties of the agreements: of others these say nothing."""
    known = {each.name for each in alone.declarations.values() if isinstance(each, PartyDecl)}
    return tuple(each for each in actors if each is None or each in known)


def _called(searcher: Searcher, bound: Any) -> str:
    """Return what an instance is bound to, in words that do not hang on the order of the norms."""
    if isinstance(bound, Happening):
        return bound.id
    return f"{searcher.seen.name(bound.rule)} ({_called(searcher, bound.bound)})" if bound is not None else ""


def _taken(
    searcher: Searcher, paper: Searcher, rule: Rule, places: list[Place], actor: str | None, bound: Any
) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor)
    with world.question() as part:
        searcher.asked(rule.act_name, actor)
        taken = _taken_by(searcher, world, world.rule(rule.index), places, bound, act, m)
    if taken is None:
        return Put(world, part, (act,), None)
    on_paper, permitted = permits(paper, rule, actor, bound)
    return Put(world, part, (act,), (*taken, permitted), taken, lambda each: each.beside(on_paper()))


def permits(paper: Searcher, rule: Rule, actor: str | None, bound: Any) -> tuple[Callable[[], Fragment], Any]:
    """Return that the agreement alone permits what a norm of it is about, and what of the world that can reach."""
    world = paper.asked(rule.act_name, actor)[0]
    part, permits = paper.once(
        ("permits", rule.document, rule.norm.id, actor), lambda: _permitting(paper, rule, actor)
    )
    duty = bound.rule if isinstance(bound, Broken) and len(rule.on_breach_of) > MANY else None
    return lambda: Fragment(world, part, _same_in(paper.program, duty)), permits


def _permitting(paper: Searcher, rule: Rule, actor: str | None) -> tuple[Part, Any]:
    world, act, m = paper.asked(rule.act_name, actor)
    with world.question() as part:
        paper.asked(rule.act_name, actor)
        rules = world.on_act(rule.act_name)
        same = [each for each in rules if each.norm.id == rule.norm.id and each.document == rule.document]
        opens = [world.judge.opens(each, m, act, actor or "") for each in same]
        return part, every(some(*opens), no(some(*_forbidding(world, rules, m, act))))


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
    actor, on_act = act.actor or "", {each.index for each in world.on_act(act.name)}
    for each in rules:
        if isinstance(each.norm, Prohibition) and each.weight >= weight:
            beaten = (
                every(
                    world.conditions.truth(when, m, {}), world.judge.opens(world.rule(index), m, act, actor)
                )
                for index, when, _ in each.prevailed_by
                if index in on_act
            )
            yield every(world.judge.forbids(each, m, act, actor), no(some(*beaten)))


def _taken_by(
    searcher: Searcher, world: World, rule: Rule, places: list[Place], bound: Any, act: Happening, m: Moment
) -> tuple[Any, ...] | None:
    """Return that only law closes a norm, bound to that, by one of some sentences, and that no other opens its act."""
    program, actor = searcher.program, act.actor or ""
    steps = list(
        world.judge.closers(rule, bound, m, act, actor, world.instances.env_of(rule, bound, act, actor))
    )
    if not any(at in places for _, at, _ in steps):
        return None
    by_law = [some(*(truth for _, at, truth in steps if at == place)) for place in places]
    world.prefer(*by_law)
    own = [truth for _, at, truth in steps if not (isinstance(at, tuple) and is_law(program, at))]
    others = [
        world.judge.opens(each, m, act, actor)
        for each in world.on_act(rule.act_name)
        if each is not rule and not isinstance(each.norm, Prohibition | Maintenance)
    ]
    return no(some(*own)), some(*by_law), no(some(*others))


def _taken_when_bound(
    searcher: Searcher, paper: Searcher, rule: Rule, places: list[Place], actor: str | None, bound: Any,
    layer: str,
) -> Iterator[Finding]:  # fmt: skip
    """Find which sentences of law take from a norm that is bound to one thing.

    Asked is of all of them at once, then of those that do not in the history found: so each is shown in one that is as
    short as can be, and one history shows many.
    """
    program = searcher.program

    def judged(history: History) -> tuple[Decision, Decision, list[Place]] | None:
        by_paper = replayed(history, paper.program, ("contract",))
        by_law = replayed(history, program, searcher.layers)
        if by_paper is None or by_law is None or by_paper.answer != "permitted":
            return None
        if by_law.answer not in ("forbidden", "no_basis") or closed_by_itself(rule, by_law):
            return None
        taking = takers(history, program, searcher.layers, rule, places)
        return (by_paper, by_law, taking) if taking else None

    def stands(history: History) -> tuple[Decision, Decision, list[Place]] | None:
        said = judged(history)
        return said if said is not None and gives(said[0], rule) else None

    step = searcher.step(
        "against", (rule, *chain.from_iterable(places), actor or "", _called(searcher, bound)),
        partial(_taken, searcher, paper, rule, places, actor, bound), may_be_idle=True,
    )  # fmt: skip
    once, tally = Tally(), searcher.tally
    got = looked_for(step, foci_of(rule, bound), judged, once, stands)
    left: list[list[Place]] = []
    # Each sentence counts as one question, however many are asked about together.
    if got is None:
        tally.asked += once.asked * len(places)
    elif isinstance(got, Unknown | Refuted):
        if len(places) == 1:
            tally.asked, tally.undecided = tally.asked + 1, tally.undecided + 1
            yield undecided("against", (clause_of(rule), Clause(*places[0])), got, program, step.put.world)
        else:
            left = [[place] for place in places]
    else:
        looked, (by_paper, by_law, taking) = got
        tally.asked, tally.found = tally.asked + len(taking), tally.found + len(taking)
        for place in taking:
            yield _taking(searcher, rule, place, looked, by_paper, by_law, layer)
        left = [[place for place in places if place not in taking]]
    for each in filter(None, left):
        yield from _taken_when_bound(searcher, paper, rule, each, actor, bound, layer)


def _taking(
    searcher: Searcher, rule: Rule, place: Place, looked: Shown, by_paper: Decision, by_law: Decision, layer: str
) -> Finding:  # fmt: skip
    clauses = (clause_of(rule), Clause(*place))
    shown = witness(looked.history, {"contract": by_paper, "+".join(searcher.layers): by_law})
    own, law = named(searcher.program, clauses[0]), named(searcher.program, clauses[1])
    beside = hanging_on_the_same(searcher.program, rule, place)
    speaking = listed(Said(*named(searcher.program, each)) for each in beside)
    hangs = (
        Said(
            f"; it hangs on what {speaking.en} {agreeing(speaking, 'speaks', 'speak')} of too",
            f"；这还取决于{speaking.zh}所涉及的问题",
        )
        if beside
        else NOTHING
    )
    return Finding(
        "against", (*clauses, *beside),
        Said(
            f"{own[0]} gives what {law[0]} takes away: permitted by the agreement alone, not by the law{hangs.en}",
            f"{own[1]}赋予的，{law[1]}不予承认：仅依协议可以为之，依法则不得{hangs.zh}",
        ),
        shown, (
            Said(f"bring {own[0]} in line with {law[0]}", f"使{own[1]}与{law[1]}一致"),
        ), bound_of(looked), {"layer": layer, "beside": len(beside)},
    )  # fmt: skip


def denied(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what the law permits or requires and the agreement denies: it forbids it, or closes what it gives itself."""
    program = searcher.program
    paper = searcher.on_paper(alone)
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
        for actor in parties_of(alone, searcher.actors(rule)):
            put = partial(_denying, searcher, paper, rule, actor)
            step = searcher.step("denied", (rule, actor or ""), put, may_be_idle=True)
            yield from _denied_found(searcher, alone, step, rule, layer, tuple(map(clause_of, agreed)))


def _denying(searcher: Searcher, paper: Searcher, rule: Rule, actor: str | None) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor)
    with world.question() as part:
        searcher.asked(rule.act_name, actor)
        near = world.on_act(rule.act_name)
        # The more of the law gives it in one history, the better that history shows it.
        world.prefer(*(
            world.judge.opens(each, m, act, actor or "")
            for each in near
            if not each.home and not isinstance(each.norm, Prohibition | Maintenance)
        ))  # fmt: skip
        given = (
            world.judge.opens(rule, m, act, actor or ""),
            no(some(*_forbidding(world, near, m, act, rule.weight))),
        )  # fmt: skip
    on_paper, denies = denial(paper, rule, actor)

    def beside(each: Fragment) -> Fragment:
        duty = searcher.program.rules[each.focus] if each.focus is not None else None
        return each.beside(on_paper(_same_in(paper.program, duty)))

    return Put(world, part, (act,), (*given, denies), given, beside, first=lambda: (on_paper(None), denies))


def denial(
    paper: Searcher, rule: Rule, actor: str | None, or_closed: bool = True
) -> tuple[Callable[[int | None], Fragment], Any]:
    """Return that the agreement alone forbids an act, or lets something prevail over what gives it, and what of the
    world that can reach. That it does not give the act in this case denies nothing: the law may give more.
    """
    world, act = paper.asked(rule.act_name, actor)[:2]
    part, denies = paper.once(
        ("denies", act.id, or_closed), lambda: _denying_on_paper(paper, rule.act_name, actor, or_closed)
    )
    return lambda focus: Fragment(world, part, focus), denies


def _denying_on_paper(paper: Searcher, name: str, actor: str | None, or_closed: bool) -> tuple[Part, Any]:
    world, act, m = paper.asked(name, actor)
    with world.question() as part:
        paper.asked(name, actor)
        rules = world.on_act(name)
        forbids = list(_forbidding(world, rules, m, act))
        world.prefer(*forbids)
        given = [
            _unbeaten(world, each, m, act)
            for each in rules
            if not isinstance(each.norm, Prohibition | Maintenance)
        ]
        # What needs no basis and is not forbidden is open to everybody.
        needs = or_closed and world.look("declared", name).needs_basis
        closed = some(*_overcome(world, rules, m, act)) if needs else FALSE
        return part, every(some(*forbids, closed), no(some(*given)))


def _overcome(world: World, rules: list[Rule], m: Moment, act: Happening) -> Iterator[Any]:
    """Yield when each way in which norms give an act is closed by what prevails over them, and by nothing else."""
    for each in rules:
        if isinstance(each.norm, Prohibition | Maintenance):
            continue
        for bound in world.instances.bindings(each, act):
            if not world.instances.bears(each, act.actor or "", bound):
                continue
            env = world.instances.env_of(each, bound, act, act.actor)
            steps = list(world.judge.closers(each, bound, m, act, act.actor or "", env))
            prior = [truth for step, _, truth in steps if step in ("prevailed", "forbidden")]
            others = [truth for step, _, truth in steps if step not in ("prevailed", "forbidden")]
            yield every(some(*prior), no(some(*others)))


def _unbeaten(world: World, rule: Rule, m: Moment, act: Happening) -> Any:
    """Return that a norm is open to an act, and no prohibition that prevails over it forbids that."""
    actor, on_act = act.actor or "", {each.index for each in world.on_act(act.name)}
    beaten = (
        every(world.conditions.truth(when, m, {}), world.judge.forbids(world.rule(index), m, act, actor))
        for index, when, _ in rule.prevailed_by
        if isinstance(world.rule(index).norm, Prohibition) and index in on_act
    )
    return every(world.judge.opens(rule, m, act, actor), no(some(*beaten)))


def _denied_found(
    searcher: Searcher, alone: Program, step: Step, rule: Rule, layer: str, agreed: tuple[Clause, ...]
) -> Iterator[Finding]:  # fmt: skip
    def judged(history: History) -> tuple[Decision, Decision, list[Clause], list[Clause]] | None:
        by_paper = replayed(history, alone, ("contract",))
        by_law = replayed(history, searcher.program, searcher.layers)
        if by_paper is None or by_law is None:
            return None
        if (by_paper.answer, by_law.answer) != ("forbidden", "permitted"):
            return None
        paper = clauses_in(alone, by_paper, ("forbids", "prevailed"))
        law = [
            each
            for each in clauses_in(searcher.program, by_law, ("permits", "requires"))
            if is_law(searcher.program, (each.document, each.clause))
        ]
        return (by_paper, by_law, paper, law) if paper and law else None

    def stands(history: History) -> tuple[Decision, Decision, list[Clause], list[Clause]] | None:
        said = judged(history)
        shows = said is not None and gives(said[1], rule)
        return said if shows and _denies(history, alone, rule.act_name) else None

    def told(looked: Shown, said: tuple[Decision, Decision, list[Clause], list[Clause]]) -> Finding:
        by_paper, by_law, paper, law = said
        shown = witness(looked.history, {"contract": by_paper, "+".join(searcher.layers): by_law})
        own = [named(searcher.program, each) for each in paper]
        paper += [each for each in clauses_in(alone, by_paper, ("closed",), "prevailed") if each not in paper]
        laws = [named(searcher.program, each) for each in law]
        return Finding(
            "against", (*paper, *law),
            Said(
                f"{', '.join(each[0] for each in own)} denies what {', '.join(each[0] for each in laws)} gives:"
                " forbidden by the agreement alone, permitted by the law",
                f"{'、'.join(each[1] for each in own)}不许的，{'、'.join(each[1] for each in laws)}许之："
                "仅依协议不得为之，依法则可",
            ),
            shown, (
                Said(f"except from {own[0][0]} what {laws[0][0]} gives", f"在{own[0][1]}中除外{laws[0][1]}所许者"),
            ), bound_of(looked), {"layer": layer},
        )  # fmt: skip

    clauses = clause_of(rule), *agreed
    yield from searcher.findings(step, foci_of(rule, many=0), "against", clauses, judged, told, stands)


def _denies(history: History, alone: Program, act: str) -> bool:
    """Tell whether the agreement alone forbids an act, or nothing but what prevails closes what gives it."""
    rules = [alone.rules[index] for index in alone.by_act.get(act, ())]
    decision = replayed(history, alone, ("contract",))
    return decision is not None and (
        any(reason.code == "forbids" for reason in decision.reasons)
        or any(
            prevailed(history, alone, ("contract",), each)
            for each in rules
            if not isinstance(each.norm, Prohibition | Maintenance)
        )
    )


def clauses_in(
    program: Program, decision: Decision, codes: tuple[str, ...], step: str | None = None
) -> list[Clause]:
    """Return the norms that a decision's reasons name under some codes, in order: closed at a `step`, if given."""
    found: dict[Clause, None] = {}
    stack = list(reversed(decision.reasons))
    while stack:
        reason = stack.pop()
        if reason.code in codes and step in (None, *reason.args[2:3]):
            for rule in program.rules:
                if reason.args[:2] == (rule.document, rule.norm.id):
                    found[clause_of(rule)] = None
                    break
        stack.extend(reversed(reason.parts))
    return list(found)


def laws_over(program: Program, rule: Rule, reads: Callable[[Rule], bool]) -> list[Place]:
    """Return the sentences of laws that may close an agreed norm, as the law is read."""
    found: dict[Place, None] = {}
    for _, place in rule.voided:
        found[place] = None
    for index, _, place in rule.prevailed_by:
        if reads(program.rules[index]) and not _by_being_used(program, program.rules[index]):
            found[place] = None
    for _, _, place in rule.limited_to:
        found[place] = None
    for lapse in rule.lapses:
        found[lapse.place] = None
    return [place for place in found if is_law(program, place)]


def _by_being_used(program: Program, rule: Rule) -> bool:
    """Tell whether a norm of law prevails by what its use brings about: a service that the law lets a party suspend.

    To leave a party free to do so takes nothing from what is agreed. Used, it is an exception, as an agreed one is.
    """
    act = program.acts.get(rule.act_name)
    return isinstance(rule.norm, Permission | Power) and act is not None and bool(act.sets)


def closed_by_itself(rule: Rule, decision: Decision) -> bool:
    """Tell whether a norm is not open by what it says itself, as it is read."""
    return any(
        reason.code == "closed"
        and reason.args[:2] == (rule.document, rule.norm.id)
        and reason.args[2] in OWN_STEPS
        for reason in decision.reasons
    )
