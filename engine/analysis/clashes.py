"""What one norm permits or requires while another forbids it, and nothing says which prevails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.calling import priority
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.happenings import Happening, Moment
from engine.analysis.logic import every, no, some
from engine.analysis.looking import (
    Put,
    clause_of,
    foci_of,
    foci_of_an_end,
    named,
)
from engine.analysis.numbers import TRUE
from engine.analysis.searcher import Searcher, of_acts
from engine.analysis.taking import clash_of
from engine.analysis.telling import Telling
from engine.analysis.witness import History, replayed
from engine.analysis.world import World
from engine.decision import Decision
from engine.program import Program, Rule


def clashes(searcher: Searcher) -> Iterator[Finding]:
    """Find what one norm permits or requires while another forbids it, and nothing says which prevails."""
    program = searcher.program
    for one, other in _pairs(program):
        if not searcher.asks(one, other) or not searcher.reads(one) or not searcher.reads(other):
            continue
        for actor in searcher.actors(one):
            if not isinstance(other.norm.bearer, str) or other.norm.bearer == actor:
                yield from _clashes_of(searcher, one, other, actor)


def _clashes_of(searcher: Searcher, one: Rule, other: Rule, actor: str | None) -> Iterator[Finding]:
    """Find a clash for one party: in a history that nobody ends, else one that is ended, else with an event twice."""
    program = searcher.program
    waited_for = _waited_for(program, one, other)
    ways = [
        (False, ""),
        *([(True, "")] if _outlive(one, other) else ()),
        *([(False, waited_for)] if waited_for else ()),
    ]
    for ending, twice in ways:
        again = Telling.of(program).name(twice) if twice else None
        way = [*(["ending"] if ending else ()), *([f"twice {twice}"] if twice else ())]
        step = searcher.step(
            "clash",
            (one, other, actor or "", *way),
            partial(_clashing, searcher, one, other, actor, ending, twice),
        )
        foci = foci_of_an_end(program) if ending else foci_of(one)
        found = list(of_acts(
            searcher, step, foci, "conflict", (one, other),
            lambda decision: decision.answer == "conflicting", _clash(program, one, other, again),
            partial(_still_clash, searcher, one, other), _settles(program, clause_of(one), clause_of(other)), again,
        ))  # fmt: skip
        yield from found
        if any(each.kind == "conflict" for each in found):
            return


def _still_clash(searcher: Searcher, one: Rule, other: Rule, history: History) -> Decision | None:
    """Return what the engine says of a history, if by that the two norms clash, and can at no later time be met."""
    if isinstance(one.norm, Obligation) and other.limit is not None:
        return None
    decision = replayed(history, searcher.program, searcher.layers)
    clash = (
        decision is not None
        and decision.answer == "conflicting"
        and clash_of(decision, searcher.program, one, other)
    )
    return decision if clash else None


def _waited_for(program: Program, one: Rule, other: Rule) -> str:
    """Return what both of two norms wait for, if it may come again and does nothing but bring norms; else nothing.

    Then the one may be there of the first time, and the other of the second.
    """
    name = one.trigger_name
    declared = program.declarations.get(name) if name is not None and name == other.trigger_name else None
    if not isinstance(declared, OccurrenceDecl) or one.self_triggered or other.self_triggered:
        return ""
    bears = declared.sets or declared.shows or declared.accumulates or declared.once is not None
    return "" if bears else declared.name


def _outlive(*rules: Rule) -> bool:
    """Tell whether norms are there after an agreement has ended too: then a history in which it ends may show more."""
    return all(rule.norm.survives or not rule.home for rule in rules)


def _clashing(searcher: Searcher, one: Rule, other: Rule, actor: str | None, ending: bool, twice: str) -> Put:
    world, act, m = searcher.asked(one.act_name, actor, ending, twice)
    with world.question() as part:
        searcher.asked(one.act_name, actor, ending, twice)
        opens, forbids = (
            world.judge.opens(one, m, act, actor or ""), world.judge.forbids(other, m, act, actor or ""),
        )  # fmt: skip
        stays = _stays(world, one, other, m, act, actor or "")
        # What another norm that is open prevails over forbids nothing.
        unbeaten = no(some(*beating(world, other, m, act)))
        # A ban that prevails over a duty decides.
        decided = [
            world.conditions.truth(when, m, {})
            for index, when, _ in world.rule(one.index).prevailed_by
            if index == other.index
        ]
    return Put(world, part, (act,), (opens, forbids, stays, unbeaten, no(some(*decided))))


def beating(world: World, rule: Rule, m: Moment, act: Happening) -> Iterator[Any]:
    """Yield when each norm that prevails over a prohibition is open to an act, so that it forbids nothing."""
    for index, when, _ in world.rule(rule.index).prevailed_by:
        if world.speaks_of(index, act.name):
            opens = world.judge.opens(world.rule(index), m, act, act.actor or "")
            yield every(world.conditions.truth(when, m, {}), opens)


def _stays(world: World, one: Rule, other: Rule, m: Moment, act: Happening, actor: str) -> Any:
    """Return that a duty cannot be met later: a ban that is over before the time for a duty is keeps nobody from it."""
    if not isinstance(one.norm, Obligation) or other.limit is None:
        return TRUE
    found = []
    for bound in world.instances.bindings(one, act):
        deadline = world.duties.deadline(one, bound)
        for held in world.instances.bindings(other, act) if deadline is not None else ():
            end = world.windows.end(other, held, m, world.instances.env_of(other, held, act, actor))
            lasts = end >= deadline if end is not None else TRUE
            bans = world.judge.bans(other, held, m, act, actor)
            found.append(every(world.judge.way(one, bound, m, act, actor), bans, lasts))
    return some(*found)


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


def _settles(program: Program, one: Clause, other: Clause) -> tuple[Said, ...]:
    typed = priority(one, other, {each.name: each for each in program.contracts})
    if typed is None:
        return (Said("say which prevails", "写明何者优先"),)
    return (Said(f"say which prevails: {typed.en}", f"写明何者优先，{typed.zh}"),)


def _clash(program: Program, one: Rule, other: Rule, again: Said | None) -> Said:
    verb = ("requires", "要求") if isinstance(one.norm, Obligation) else ("permits", "允许")
    first, second = named(program, clause_of(one)), named(program, clause_of(other))
    when = NOTHING
    if again is not None:
        when = Said(f"when there is {again.en} again, ", f"再次发生“{again.zh}”时，")
    return Said(
        f"{when.en}{first[0]} {verb[0]} what {second[0]} forbids, and nothing says which prevails",
        f"{when.zh}{first[1]}{verb[1]}的行为为{second[1]}所禁止，未定何者优先",
    )
