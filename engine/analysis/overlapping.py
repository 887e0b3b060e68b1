"""Bans on one kind of deed, each of them judged by another question: one deed may fall under several.

To be forbidden twice is no clash. But that a call is unlawful, that it is harassment and that it is against the rules
of the house are found by different people and measures, and what then follows may differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contractlang.expression import Answer, CountOf
from contractlang.norms import Bearer, Maintenance, Prohibition
from engine.analysis.finding import NOTHING, Finding, Said
from engine.analysis.listing import agreed, under_its_layers
from engine.analysis.plain import conjuncts
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.walk import walk


class Apart(NamedTuple):
    """Bans on acts of one kind, and what refers to rules elsewhere that may forbid them as well."""

    kind: str
    bans: list[Rule]
    beside: list[Rule]


def bans_judged_apart(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find bans of one agreement on acts of one kind by one party, of which each hangs on a question of its own."""
    for each in judged_apart(program):
        yield _told(program, telling, each.bans, each.beside, each.kind)


def judged_apart(program: Program) -> Iterator[Apart]:
    """Yield the bans of each agreement on acts of one kind by one party that hang on different questions."""
    taken = program.taken(under_its_layers(program)).options
    for home in program.agreements:
        rules = [
            rule
            for rule in agreed(program, home)
            if all(taken.get(each.reading) in (None, each.option) for each in rule.option)
        ]
        bans: dict[tuple[Bearer, str], list[Rule]] = {}
        for rule in rules:
            kind = _kind(program, rule.act_name)
            if isinstance(rule.norm, Prohibition) and kind and _questions(rule):
                bans.setdefault((rule.norm.bearer, kind), []).append(rule)
        for (bearer, kind), group in bans.items():
            if len({each.act_name for each in group}) > 1 and len({_questions(each) for each in group}) > 1:
                beside = [each for each in rules if each.norm.bearer == bearer and _refers(each)]
                yield Apart(kind, group, beside)


def _kind(program: Program, act: str) -> str | None:
    """Return the kind of act that an act is one of, as far up as there is one."""
    declared = program.acts.get(act)
    above = declared.kind_of if declared is not None else None
    return (_kind(program, above) or above) if above is not None else None


def _questions(rule: Rule) -> tuple[str, ...]:
    """Return the questions to humans that have to be answered with yes for a ban to apply."""
    return tuple(each.question for each in conjuncts(rule.norm.when).values() if isinstance(each, Answer))


def _refers(rule: Rule) -> bool:
    """Tell whether a party has to keep to whatever something else says, as somebody judges of each of it."""
    counted = (
        part
        for part in walk(rule.norm.keeps if isinstance(rule.norm, Maintenance) else None)
        if isinstance(part, CountOf)
    )
    return any(isinstance(part, Answer) for each in counted for part in walk(each))


def _told(program: Program, telling: Telling, bans: list[Rule], beside: list[Rule], kind: str) -> Finding:
    called, does = telling.norms(bans), telling.name(kind)
    who = telling.party(bans[0].norm.bearer)
    asked = dict.fromkeys(name for each in bans for name in _questions(each))
    questions = listed(Said(*(f"“{text}”" for text in telling.name(each))) for each in asked)
    too = telling.norms(beside)
    more = (
        Said(
            f"; what {too.en} {agreeing(too, 'refers', 'refer')} to may forbid it as well",
            f"；{too.zh}所指的规定也可能禁止它",
        )
        if beside
        else NOTHING
    )
    return Finding(
        "gap",
        clauses_of((*bans, *beside)),
        Said(
            f"{called.en} forbid {who.en} {does.en} of different kinds, and different questions tell whether they are"
            f" broken: {questions.en}. One deed may be all of it{more.en}. No sentence says who finds which, by what"
            " measure, or whether it then counts once.",
            f"{called.zh}禁止{who.zh}不同种类的“{does.zh}”，是否违反取决于不同的问题：{questions.zh}。"
            f"同一行为可能同时落入其中几项{more.zh}。没有条款说明由谁、依何标准认定，也没有说明是否只算一次违约。",
        ),
        settles=(
            Said(
                f"say what is {does.en}, who finds it and by what measure, and that one deed counts once",
                f"写明何为“{does.zh}”、由谁依何标准认定，以及同一行为只算一次违约",
            ),
        ),
        detail={
            "what": "bans judged apart",
            "judged": {each.norm.id: list(_questions(each)) for each in bans},
        },
    )
