"""Duties that a text imposes if it is read in one way, where nobody has chosen, and the law reads it otherwise.

A user keeps to the provider's rules: to those shown when the contract was made, or to whatever comes later? By the
text alone it may be either; the law takes the first. One history is looked at three times: the duty is broken by the
agreement read in that way, and beside the law if the text were read so; as the law reads it, it is not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial, reduce

from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.fragment import Fragment
from engine.analysis.happenings import Broken, Moment
from engine.analysis.logic import no, some
from engine.analysis.looking import Foci, Put, Shown, bound_of, clause_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.stated import readings_stated
from engine.analysis.telling import Telling, agreeing, listed
from engine.analysis.witness import History, replayed, witness
from engine.analysis.world import World
from engine.decision import Decision
from engine.program import Program, Rule


def read_down(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find duties that are there only as the law does not read the text, though the text may be read so."""
    found: dict[tuple[Clause, ...], list[Finding]] = {}
    for each in _each_read_down(searcher, alone, layer):
        if each.kind == "unknown":
            yield each
        else:
            found.setdefault(each.clauses[1:], []).append(each)
    for stated, findings in found.items():
        yield _together(searcher.program, findings, stated)


def _together(program: Program, findings: list[Finding], stated: tuple[Clause, ...]) -> Finding:
    """Return one finding about the duties that the same laws read otherwise, with the history of the first."""
    first, *others = dict.fromkeys(each.clauses[0] for each in findings)
    if not others:
        return findings[0]
    called = listed(Said(*named(program, each)) for each in others)
    sentence = findings[0].sentence
    return dataclasses.replace(
        findings[0], clauses=(first, *others, *stated),
        sentence=Said(
            f"{sentence.en}; so it is with {called.en}, in a history of its own",
            f"{sentence.zh}；{called.zh}亦然（另有经过）",
        ),
    )  # fmt: skip


def _each_read_down(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    program = searcher.program
    paper = searcher.on_paper(alone)
    by_law, by_text = program.taken(searcher.terms).options, alone.taken(paper.terms).options
    for rule in program.rules:
        open_ones = [each for each in rule.option if by_text.get(each.reading) is None]
        turned = [each for each in open_ones if by_law.get(each.reading) not in (None, each.option)]
        if not rule.home or not isinstance(rule.norm, Maintenance | Prohibition | Obligation) or not turned:
            continue
        stated = [Clause(*place) for place in dict.fromkeys(readings_stated(program, {turned[0].reading}))]
        asked = searcher.asks(rule) or any(searcher.about((each.document, each.clause)) for each in stated)
        if stated and asked and isinstance(rule.norm.bearer, str):
            yield from _read_down(searcher, paper, rule, turned[0].reading, turned[0].option, stated, layer)


def _read_down(
    searcher: Searcher, paper: Searcher, rule: Rule, reading: str, option: str, stated: list[Clause], layer: str
) -> Iterator[Finding]:  # fmt: skip
    program, own = searcher.program, clause_of(rule)
    places = [word for each in stated for word in each[:2]]
    step = searcher.step(
        "read down", (rule, reading, option, *places), partial(_put, searcher, paper, rule, reading, option)
    )

    def judged(history: History) -> tuple[History, Decision, Decision] | None:
        asked = {
            "by": rule.norm.bearer,
            "norm": rule.norm.id,
            "document": rule.norm.document,
            **history.asked,
        }
        history = dataclasses.replace(history, asked=asked)
        read = dataclasses.replace(history, readings={**history.readings, reading: option})
        by_text = replayed(read, paper.program, ("contract",))
        if_so, by_law = (replayed(each, program, searcher.layers) for each in (read, history))
        if by_text is None or if_so is None or by_law is None:
            return None
        if (by_text.answer, if_so.answer, by_law.answer) != ("yes", "yes", "no"):
            return None
        return history, by_text, by_law

    def told(looked: Shown, said: tuple[History, Decision, Decision]) -> Finding:
        history, by_text, by_law = said
        telling = Telling.of(program)
        name, laws = named(program, own), listed(Said(*named(program, each)) for each in stated)
        called, way = telling.name(reading), telling.option(reading, option)
        return Finding(
            "against", (own, *stated),
            Said(
                f"{name[0]} may be read so that in this history it is broken ({called.en}: {way.en}), and nobody has"
                f" chosen; {laws.en} {agreeing(laws, 'reads', 'read')} it otherwise",
                f"{name[1]}可以解释为（“{called.zh}”取“{way.zh}”）在本经过中已被违反，而尚未选定；{laws.zh}不采这一解释",
            ),
            witness(history, {f"{reading}={option}": by_text, "+".join(searcher.layers): by_law}),
            (
                Said(f"say in {name[0]} what the law takes it to mean", f"在{name[1]}中按法律所采的解释写明"),
            ),
            bound_of(looked), {"what": "reading", "reading": reading, "layer": layer},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "against", (own, *stated), judged, told, judged)


def _put(searcher: Searcher, paper: Searcher, rule: Rule, reading: str, option: str) -> Put:
    # Of all acts one is named, so that there is a world; nothing is asked of it.
    act = next(iter(searcher.program.acts))
    world, _, _ = searcher.asked(act, None)
    with world.question() as part:
        spared = no(some(*_broken(world, rule)))
    broken, fragments = [], []
    for each in (paper, searcher):
        read = each.read_as(reading, option).beside_of(searcher)
        own, _, _ = read.asked(act, None)
        with own.question() as own_part:
            broken.append(some(*_broken(own, rule)))
        fragments.append(Fragment(own, own_part, None))
    return Put(
        world, part, (), (*broken, spared), beside=lambda each: reduce(Fragment.beside, fragments, each)
    )


def _broken(world: World, rule: Rule) -> Iterator[object]:
    """Yield when each norm of that name is broken: the law may have the clause read in another way."""
    m = Moment(world.now.at, "now")
    taken = world.program.taken(world.terms).options
    for each in world.program.rules:
        same = (each.norm.document, each.norm.id) == (rule.norm.document, rule.norm.id)
        if same and all(taken.get(chosen.reading) == chosen.option for chosen in each.option):
            for bound in world.instances.broken_by(each):
                yield world.breaches.uncured(Broken(each, bound), m)
