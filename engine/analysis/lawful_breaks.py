"""What the law has a party do, and by which that party breaks what an agreement has it keep.

An agreement promises service without exception; the law has the provider stop whoever gives a false name. The engine
confirms both on one history: beside the law the act may be done and breaks nothing; by the agreement alone, it does.
Where the agreement itself gives the act in some case, it has its exception: how far that reaches is another question.
What the law merely lets a party do it need not do: whoever serves on keeps to both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import partial

from contractlang.norms import Obligation
from engine.analysis.breaking import Pair, applies, is_broken, states_parted, with_the_act
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.fragment import Fragment
from engine.analysis.lawful import clauses_in, parties_of
from engine.analysis.logic import no, some
from engine.analysis.looking import Foci, Put, Shown, bound_of, clause_of, named
from engine.analysis.plain import plain
from engine.analysis.searcher import Searcher
from engine.analysis.taking import gives, is_law
from engine.analysis.telling import agreeing, listed
from engine.analysis.witness import History, replayed, witness
from engine.decision import Decision
from engine.errors import EngineError
from engine.program import Program, Rule


def broken_by_law(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find what the law requires, and what by the agreement alone breaks a duty to keep something so."""
    paper = searcher.on_paper(alone)
    for pairs in _cases(searcher, alone):
        laws, duty, actor = [each.power for each in pairs], pairs[0].duty, pairs[0].actor
        step = searcher.step("broken by law", (*laws, duty, actor), partial(_put, searcher, paper, pairs))
        clauses = (clause_of(duty), *_places(map(clause_of, laws)))
        judged, told = partial(_judged, searcher, alone, pairs[0]), partial(_told, searcher, layer, pairs[0])
        stands = partial(_stands, searcher, alone, pairs)
        yield from searcher.findings(step, Foci(), "against", clauses, judged, told, stands)


def _told(
    searcher: Searcher, layer: str, pair: Pair, looked: Shown, said: tuple[Decision, list[Clause]]
) -> Finding:
    program, duty, (decision, giving) = searcher.program, clause_of(pair.duty), said
    shown = dataclasses.replace(looked.history, entries=with_the_act(looked.history))
    own, given = named(program, duty), listed(Said(*named(program, each)) for each in giving)
    return Finding(
        "against", (duty, *giving),
        Said(
            f"{given.en} {agreeing(given, 'has', 'have')} {pair.actor} do what by the agreement alone breaks"
            f" {own[0]}, which makes no exception for it; beside the law it breaks nothing",
            f"{given.zh}要求的行为，仅依协议即违反{own[1]}（未作除外）；依法则不违反",
        ),
        witness(shown, {"+".join(searcher.layers): decision}),
        (
            Said(f"except from {own[0]} what {given.en} requires", f"在{own[1]}中除外{given.zh}所要求者"),
        ),
        bound_of(looked), {"what": "breaks", "layer": layer},
    )  # fmt: skip


def _cases(searcher: Searcher, alone: Program) -> Iterator[list[Pair]]:
    """Yield laws that require an act in one and the same case, each with an agreed duty that the act may break."""
    program = searcher.program
    duties = [program.rules[index] for index in program.maintained if program.rules[index].home]
    found: dict[object, list[Pair]] = {}
    for rule in program.rules if duties else ():
        if rule.home or not isinstance(rule.norm, Obligation) or not searcher.reads(rule):
            continue
        if any(program.rules[index].home for index in program.by_act[rule.act_name]):
            continue
        for duty in duties:
            if not states_parted(program, rule, duty) or not searcher.reads(duty):
                continue
            for actor in parties_of(alone, searcher.actors(rule)):
                if actor is not None and duty.norm.bearer == actor:
                    case = (rule.act_name, _when(rule), duty.index, actor)
                    found.setdefault(case, []).append(Pair(rule, actor, duty))
    for pairs in found.values():
        if searcher.asks(pairs[0].duty, *(each.power for each in pairs)):
            yield pairs


def _places(clauses: Iterable[Clause]) -> list[Clause]:
    """Return the clauses themselves, each once, whichever of their norms was meant."""
    return list(dict.fromkeys(Clause(each.document, each.clause) for each in clauses))


def _when(rule: Rule) -> object:
    return plain(rule.norm.trigger), plain(rule.norm.when), plain(rule.norm.unless)


def _put(searcher: Searcher, paper: Searcher, pairs: list[Pair]) -> Put:
    act_name, actor = pairs[0].power.act_name, pairs[0].actor
    world, act, m = searcher.asked(act_name, actor)
    with world.question() as part:
        searcher.asked(act_name, actor)
        opens = [world.judge.opens(world.rule(each.power.index), m, act, actor) for each in pairs]
        world.prefer(*opens)
        spared = no(applies(world, world.rule(pairs[0].duty.index), act, m, actor))
    own, own_act, own_m = paper.asked(act_name, actor)
    with own.question() as own_part:
        paper.asked(act_name, actor)
        duty = next(
            each
            for each in own.program.rules
            if clause_of(each) == clause_of(pairs[0].duty) and each.option == pairs[0].duty.option
        )
        broken = applies(own, duty, own_act, own_m, actor)
    return Put(
        world,
        part,
        (act,),
        (some(*opens), broken, spared),
        beside=lambda each: each.beside(Fragment(own, own_part, None)),
    )


def _judged(
    searcher: Searcher, alone: Program, pair: Pair, history: History
) -> tuple[Decision, list[Clause]] | None:
    """Return that the law allows the act, and which laws do, if it breaks the duty by the agreement alone."""
    program = searcher.program
    decision = replayed(history, program, searcher.layers)
    if decision is None or decision.answer != "permitted":
        return None
    given = clauses_in(program, decision, ("requires",))
    giving = _places(each for each in given if is_law(program, (each.document, each.clause)))
    after = dataclasses.replace(history, entries=with_the_act(history))
    try:
        by_paper = [is_broken(each, alone, ("contract",), pair) for each in (history, after)]
        by_law = is_broken(after, program, searcher.layers, pair)
    except (EngineError, ValueError):
        return None
    return (decision, giving) if giving and by_paper == [False, True] and not by_law else None


def _stands(
    searcher: Searcher, alone: Program, pairs: list[Pair], history: History
) -> tuple[Decision, list[Clause]] | None:
    """Return the same, if one of the laws asked about allows the act."""
    said = _judged(searcher, alone, pairs[0], history)
    return said if said is not None and any(gives(said[0], each.power) for each in pairs) else None
