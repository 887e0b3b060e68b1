"""Clashes that hang on how the text is read: by one reading a clause gives an act, by another a clause forbids it.

Asked are readings that nobody has chosen and that have no default: the text settles the matter either way, or not at
all. One history is looked at twice, once by each reading.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from itertools import permutations

from contractlang.norms import Maintenance, Prohibition
from engine.analysis.asking import Unknown
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.lawful import clauses_in, denial, permits
from engine.analysis.looking import Put, Refuted, bound_of, clause_of, foci_of, looked_for, named, undecided
from engine.analysis.searcher import Searcher
from engine.analysis.taking import gives
from engine.analysis.telling import Telling
from engine.analysis.witness import History, replayed, witness
from engine.decision import Decision
from engine.program import Rule


def hanging(searcher: Searcher) -> Iterator[Finding]:
    """Find what one reading of the text permits and another forbids, where nobody has chosen between them."""
    program = searcher.program
    taken = program.taken(searcher.terms).options
    for reading in sorted(name for name in program.readings if taken.get(name) is None):
        read = {each: searcher.read_as(reading, each) for each in program.readings[reading][1]}
        for one, other in permutations(read, 2):
            for rule in program.rules:
                chosen = {each.option for each in rule.option if each.reading == reading}
                if not rule.home or isinstance(rule.norm, Prohibition | Maintenance) or one not in chosen:
                    continue
                against = [
                    each
                    for each in (program.rules[index] for index in program.by_act[rule.act_name])
                    if isinstance(each.norm, Prohibition) and searcher.asks(rule, each)
                ]
                if against:
                    yield from _parted(
                        searcher, rule, against, reading, (read[one], read[other]), (one, other)
                    )


def _parted(
    searcher: Searcher, rule: Rule, against: list[Rule], reading: str, read: tuple[Searcher, Searcher],
    options: tuple[str, str],
) -> Iterator[Finding]:  # fmt: skip
    program = searcher.program
    for actor in searcher.actors(rule):
        about = (rule, reading, *options, actor or "")
        step = searcher.step("hanging", about, partial(_parting, rule, read, actor))

        def judged(history: History) -> tuple[Decision, Decision, list[Clause]] | None:
            found = []
            for option in options:
                history = dataclasses.replace(history, readings={**history.readings, reading: option})
                found.append(replayed(history, program, searcher.layers))
            first, second = found
            if first is None or second is None or (first.answer, second.answer) != ("permitted", "forbidden"):
                return None
            forbidding = clauses_in(program, second, ("forbids",))
            return (first, second, forbidding) if forbidding else None

        def stands(history: History) -> tuple[Decision, Decision, list[Clause]] | None:
            said = judged(history)
            return said if said is not None and gives(said[0], rule) else None

        got = looked_for(step, foci_of(rule), judged, searcher.tally, stands)
        clauses = tuple(map(clause_of, (rule, *against)))
        if isinstance(got, Unknown | Refuted):
            yield undecided("conflict", clauses, got, program, step.put.world)
        elif got is not None:
            looked, (first, second, forbidding) = got
            history = looked.history
            telling = Telling.of(program)
            called, *ways = telling.name(reading), *(telling.option(reading, each) for each in options)
            own, bans = named(program, clause_of(rule)), [named(program, each) for each in forbidding]
            shown = dataclasses.replace(
                history, readings={name: each for name, each in history.readings.items() if name != reading}
            )
            yield Finding(
                "conflict", (clause_of(rule), *forbidding),
                Said(
                    f"whether {own[0]} prevails over {', '.join(each[0] for each in bans)} hangs on how the text is"
                    f" read, and nobody has chosen: by {called.en} = {ways[0].en} the act is permitted, by {ways[1].en}"
                    " forbidden",
                    f"{own[1]}是否优先于{'、'.join(each[1] for each in bans)}取决于对文本的理解，而尚未选定："
                    f"“{called.zh}”取“{ways[0].zh}”时可以为之，取“{ways[1].zh}”时不得为之",
                ),
                witness(shown, {f"{reading}={options[0]}": first, f"{reading}={options[1]}": second}),
                (Said(f"choose {called.en}, or say it in the text", f"选定“{called.zh}”，或在文本中写明"),),
                bound_of(looked), {"what": "reading", "reading": reading},
            )  # fmt: skip
            return


def _parting(rule: Rule, read: tuple[Searcher, Searcher], actor: str | None) -> Put:
    world, act, m = read[0].asked(rule.act_name, actor)
    with world.question() as part:
        read[0].asked(rule.act_name, actor)
        opens = world.judge.opens(rule, m, act, actor or "")
    given, permitted = permits(read[0], rule, actor, None)
    by_other, denied = denial(read[1].beside_of(read[0]), rule, actor, or_closed=False)
    return Put(
        world, part, (act,), (opens, permitted, denied), (opens,),
        lambda each: each.beside(given()).beside(by_other(None)),
    )  # fmt: skip
