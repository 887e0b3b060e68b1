"""Acts that a party may do and by which it breaks what it has to keep, where nothing says which of the two prevails.

A power to suspend and a duty to serve are no act given and forbidden: what the power brings about is what the duty
excludes. The engine confirms both: before the act, that it may be done; after it, that the duty is broken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from contractlang.norms import Maintenance, Prohibition
from engine.analysis.calling import priority
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.happenings import Happening, Moment
from engine.analysis.logic import every, no, some
from engine.analysis.looking import Put, Shown, bound_of, clause_of, foci_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.taking import gives
from engine.analysis.witness import History, account_of, replayed, witness
from engine.analysis.world import World
from engine.dates import parse_instant
from engine.decision import Decision
from engine.errors import EngineError
from engine.program import Program, Rule
from engine.question import InBreachOf


class Pair(NamedTuple):
    """A norm that gives an act, who does it, and a duty that the act breaks."""

    power: Rule
    actor: str
    duty: Rule


def breaking(searcher: Searcher) -> Iterator[Finding]:
    """Find what a norm permits or requires of a party, and what another requires that party to keep otherwise."""
    for pair in _pairs(searcher):
        step = searcher.step("breaking", (pair.power, pair.duty, pair.actor), partial(_put, searcher, pair))
        judged, stands = partial(broken_by_the_act, searcher, pair), partial(still_broken, searcher, pair)
        foci, told = foci_of(pair.power), partial(_told, searcher, pair)
        yield from searcher.findings(step, foci, "conflict", _clauses(pair), judged, told, stands)


def _clauses(pair: Pair) -> tuple[Clause, Clause]:
    return clause_of(pair.power), clause_of(pair.duty)


def _told(searcher: Searcher, pair: Pair, looked: Shown, decision: Decision) -> Finding:
    clauses = _clauses(pair)
    shown = dataclasses.replace(looked.history, entries=with_the_act(looked.history))
    power, duty = (named(searcher.program, each) for each in clauses)
    typed = priority(*clauses, {each.name: each for each in searcher.program.contracts})
    return Finding(
        "conflict", clauses,
        Said(
            f"what {power[0]} lets {pair.actor} do breaks {duty[0]}, and nothing says which prevails",
            f"依{power[1]}可以实施的行为，一经实施即违反{duty[1]}，未定何者优先",
        ),
        witness(shown, {"+".join(searcher.layers): decision}),
        (
            Said(f"say which prevails: {typed.en}", f"写明何者优先，{typed.zh}")
            if typed is not None
            else Said("say which prevails", "写明何者优先"),
        ),
        bound_of(looked), {"what": "breaks"},
    )  # fmt: skip


def _pairs(searcher: Searcher) -> Iterator[Pair]:
    """Yield what is agreed on an act that sets a state, and what is agreed to keep that state at another value."""
    program = searcher.program
    duties = [program.rules[index] for index in program.maintained if program.rules[index].home]
    for rule in program.rules if duties else ():
        if not rule.home or isinstance(rule.norm, Prohibition | Maintenance):
            continue
        for duty in duties:
            if (
                not states_parted(program, rule, duty)
                or not searcher.asks(rule, duty)
                or not searcher.reads(rule)
                or not searcher.reads(duty)
            ):
                continue
            for actor in searcher.actors(rule):
                if actor is not None and duty.norm.bearer == actor:
                    yield Pair(rule, actor, duty)


def _put(searcher: Searcher, pair: Pair) -> Put:
    world, act, m = searcher.asked(pair.power.act_name, pair.actor)
    with world.question() as part:
        searcher.asked(pair.power.act_name, pair.actor)
        broken = applies(world, world.rule(pair.duty.index), act, m, pair.actor)
        opens = world.judge.opens(pair.power, m, act, pair.actor)
    return Put(world, part, (act,), (opens, broken))


def states_parted(program: Program, rule: Rule, duty: Rule) -> bool:
    """Tell whether the act of a norm sets a state that a duty keeps at another value."""
    act = program.acts.get(rule.act_name)
    sets = (
        {each.state: each.option for each in act.sets if each.option is not None} if act is not None else {}
    )
    kept = {state: value for state, _, value in duty.restores if state != "agreement"}
    return any(kept.get(state, value) != value for state, value in sets.items())


def applies(world: World, duty: Rule, act: Happening, m: Moment, actor: str) -> Any:
    """Return that a duty to keep something so is there and met, and that nothing open to an act lets it sleep."""
    found: list[Any] = []
    for bound in world.instances.bindings(duty, None):
        env = world.instances.env_of(duty, bound, None, None)
        # Whatever is open to the act stands exercised by it.
        asleep = [
            every(world.conditions.truth(when, m, env), world.judge.opens(world.rule(index), m, act, actor))
            for index, when, _ in duty.prevailed_by
            if world.speaks_of(index, act.name)
        ]
        found.append(every(
            world.instances.exists(duty, bound, m), world.judge.in_force(duty, m, env),
            world.conditions.truth(duty.trigger_where, m, env), world.judge.conditions(duty, m, env),
            world.conditions.truth(duty.keeps, m, env), no(some(*asleep)),
        ))  # fmt: skip
    return some(*found)


def broken_by_the_act(searcher: Searcher, pair: Pair, history: History) -> Decision | None:
    """Return that the act may be done, if the duty is not broken before it and is broken after."""
    program = searcher.program
    decision = replayed(history, program, searcher.layers)
    if decision is None or decision.answer != "permitted":
        return None
    after = dataclasses.replace(history, entries=with_the_act(history))
    try:
        broken = [is_broken(each, program, searcher.layers, pair) for each in (history, after)]
    except (EngineError, ValueError):
        return None
    return decision if broken == [False, True] else None


def still_broken(searcher: Searcher, pair: Pair, history: History) -> Decision | None:
    """Return the same, if it is the norm of the pair that lets the act be done."""
    decision = broken_by_the_act(searcher, pair, history)
    return decision if decision is not None and gives(decision, pair.power) else None


def is_broken(history: History, program: Program, layers: tuple[str, ...], pair: Pair) -> bool:
    """Tell whether the duty is broken at the end of a history, by a program's documents."""
    norm, at = pair.duty.norm, parse_instant(str(history.asked["at"]))
    question = InBreachOf(pair.actor, norm.id, at, norm.document)
    return account_of(history, program, layers).decide(question).answer == "yes"


def with_the_act(history: History) -> tuple[dict[str, Any], ...]:
    """Return the entries of a history and the act that is asked about at its end."""
    asked = history.asked
    told = {name: value for name, value in asked.items() if name not in ("by", "act", "at")}
    last = {
        "id": f"e{len(history.entries) + 1}",
        "name": asked["act"],
        "at": asked["at"],
        **told,
        "by": asked["by"],
    }
    return (*history.entries, last)
