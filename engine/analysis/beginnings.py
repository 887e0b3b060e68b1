"""Two clauses on when an agreement takes effect that do not agree: by one it is in force, by the other a draft."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache, partial
from itertools import permutations

from contractlang.contract import base_name
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.happenings import Moment
from engine.analysis.logic import every, no
from engine.analysis.looking import Foci, Put, Shown, bound_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.witness import History, account_of, witness
from engine.compile import compile_program
from engine.dates import parse_instant
from engine.decision import Decision
from engine.errors import EngineError
from engine.program import LifeRule, Program
from engine.question import StateOf


def beginnings(searcher: Searcher) -> Iterator[Finding]:
    """Find clauses of which one lets an agreement take effect while another does not."""
    program = searcher.program
    told: set[frozenset[Clause]] = set()
    for document, rules in program.life.items():
        own = [
            each
            for each in rules
            if each.life.how == "takes_effect" and base_name(each.life.document) == document
        ]
        for one, other in permutations(own, 2):
            clauses = _clause(one), _clause(other)
            # An account is under one version of an agreement at a time: those of another do not clash with it.
            apart = one.life.document != other.life.document
            if apart or clauses[0] == clauses[1] or frozenset(clauses) in told:
                continue
            if any(searcher.about(place[:2]) for place in clauses):
                for each in _parted(searcher, document, one, other):
                    told.add(frozenset(clauses))
                    yield each


def _clause(rule: LifeRule) -> Clause:
    return Clause(rule.life.document, rule.life.clause)


def _without(program: Program, rule: LifeRule) -> Program:
    """Return the same documents without what one clause says of when its agreement takes effect."""
    return compile_program([
        dataclasses.replace(
            each,
            life=tuple(
                life
                for life in each.life
                if (life.document, life.clause, life.how)
                != (rule.life.document, rule.life.clause, rule.life.how)
            ),
        )
        for each in program.contracts
    ])  # fmt: skip


def _parted(searcher: Searcher, document: str, one: LifeRule, other: LifeRule) -> Iterator[Finding]:
    program = searcher.program
    places = [program.life[document].index(each) for each in (one, other)]
    step = searcher.step(
        "beginnings", (document, *map(str, places)), partial(_parting, searcher, document, places)
    )
    # Only what the solver gives a history for is worth making ready for the engine.
    alone = cache(lambda: [_without(program, each) for each in (other, one)])

    def judged(history: History) -> tuple[Decision, ...] | None:
        at = parse_instant(history.asked["at"])
        try:
            decisions = tuple(
                account_of(history, each, searcher.layers).decide(StateOf("agreement", at, document))
                for each in alone()
            )
        except (EngineError, ValueError):
            return None
        first, second = (each.answer for each in decisions)
        return decisions if first == "in_force" and second == "draft" else None

    clauses = _clause(one), _clause(other)

    def told(looked: Shown, said: tuple[Decision, ...]) -> Finding:
        first, second = said
        by_one, by_other = (named(program, each) for each in clauses)
        return Finding(
            "conflict", clauses,
            Said(
                f"by {by_one[0]} the agreement is in force while by {by_other[0]} it is not, and nothing says which"
                " prevails",
                f"依{by_one[1]}协议已经生效，依{by_other[1]}尚未生效，未定何者优先",
            ),
            witness(looked.history, {by_one[0]: first, by_other[0]: second}),
            (Said(f"let only one of {by_one[0]} and {by_other[0]} say when", f"{by_one[1]}与{by_other[1]}只留其一"),),
            bound_of(looked), {"what": "beginning"},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "conflict", clauses, judged, told)


def _parting(searcher: Searcher, document: str, places: list[int]) -> Put:
    # Of all acts one is named, so that there is a world; nothing is asked of it.
    world, _, _ = searcher.asked(next(iter(searcher.program.acts)), None)
    m = Moment(world.now.at, "now")
    with world.question() as part:
        life = world.look("life", document)
        first, second = (
            every(
                world.conditions.truth(life[place][2], m, {}), world.conditions.truth(life[place][3], m, {})
            )
            for place in places
        )
    return Put(world, part, (), (first, no(second)))
