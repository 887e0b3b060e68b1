"""Acts that an agreement gives, and that a law forbids on pain of an administrative penalty only.

Between the parties the act stands, so it is no act given and forbidden; whoever does it breaks that law all the same.
The engine confirms both: before the act, that it may be done; after it, that the ban is broken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial

from contractlang.norms import Maintenance, Prohibition
from engine.analysis.breaking import Pair, broken_by_the_act, still_broken, with_the_act
from engine.analysis.finding import Finding, Said
from engine.analysis.lawful import parties_of
from engine.analysis.looking import Put, Shown, bound_of, clause_of, foci_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.witness import witness
from engine.decision import Decision
from engine.force import ADMINISTRATIVE
from engine.program import Program


def administered(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what is agreed and a law that only administers forbids."""
    for pair in _pairs(searcher, alone):
        step = searcher.step(
            "administered", (pair.power, pair.duty, pair.actor), partial(_put, searcher, pair)
        )
        judged, stands = partial(broken_by_the_act, searcher, pair), partial(still_broken, searcher, pair)
        foci, told = foci_of(pair.power), partial(_told, searcher, layer, pair)
        clauses = clause_of(pair.power), clause_of(pair.duty)
        yield from searcher.findings(step, foci, "against", clauses, judged, told, stands)


def _told(searcher: Searcher, layer: str, pair: Pair, looked: Shown, decision: Decision) -> Finding:
    clauses = clause_of(pair.power), clause_of(pair.duty)
    shown = dataclasses.replace(looked.history, entries=with_the_act(looked.history))
    own, law = (named(searcher.program, each) for each in clauses)
    return Finding(
        "against", clauses,
        Said(
            f"what {own[0]} lets {pair.actor} do stands between the parties, and {law[0]} forbids it on pain of"
            " an administrative penalty",
            f"依{own[1]}实施的行为在当事人之间有效，但为{law[1]}所禁止，须承担行政责任",
        ),
        witness(shown, {"+".join(searcher.layers): decision}),
        (Said(f"bring {own[0]} in line with {law[0]}", f"使{own[1]}与{law[1]}一致"),),
        bound_of(looked), {"what": "administrative", "layer": layer},
    )  # fmt: skip


def _pairs(searcher: Searcher, alone: Program) -> Iterator[Pair]:
    program = searcher.program
    for indexes in program.by_act.values():
        rules = [program.rules[index] for index in indexes]
        bans = [
            each
            for each in rules
            if not each.home and isinstance(each.norm, Prohibition) and each.weight == ADMINISTRATIVE
        ]
        for rule in rules if bans else ():
            if not rule.home or isinstance(rule.norm, Prohibition | Maintenance) or not searcher.reads(rule):
                continue
            for ban in bans:
                if searcher.asks(rule, ban) and searcher.reads(ban):
                    for actor in parties_of(alone, searcher.actors(rule)):
                        if actor is not None and ban.norm.bearer == actor:
                            yield Pair(rule, actor, ban)


def _put(searcher: Searcher, pair: Pair) -> Put:
    world, act, m = searcher.asked(pair.power.act_name, pair.actor)
    with world.question() as part:
        searcher.asked(pair.power.act_name, pair.actor)
        wanted = (
            world.judge.opens(pair.power, m, act, pair.actor),
            world.judge.forbids(world.rule(pair.duty.index), m, act, pair.actor),
        )
    return Put(world, part, (act,), wanted)
