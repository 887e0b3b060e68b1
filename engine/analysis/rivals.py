"""Two remedies that are open on one breach at once, with no order between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import Any

from contractlang.norms import Power
from engine.analysis.finding import Finding, Said
from engine.analysis.happenings import Broken
from engine.analysis.logic import some
from engine.analysis.looking import (
    Foci,
    Put,
    clause_of,
    named,
)
from engine.analysis.searcher import Searcher, of_acts
from engine.analysis.taking import gives
from engine.analysis.witness import History, replayed
from engine.decision import Decision
from engine.program import Program, Rule
from engine.statuses import InBreachE, OverdueE

SETTLES = (
    Said(
        "give the graver remedy a notice and a time to cure, or say which comes first",
        "为较重的救济设定通知与补正期限，或写明先后",
    ),
)


def rivals(searcher: Searcher) -> Iterator[Finding]:
    """Find two remedies that one party has on one breach at once, each changing a state, with no order between them."""
    program = searcher.program
    remedies = [
        rule
        for rule in program.rules
        if rule.home
        and isinstance(rule.norm, Power)
        and rule.sets
        and _hangs_on(program, rule)
        and searcher.reads(rule)
    ]
    # Neither comes first, so the order of the text has no part in what the finding is called.
    remedies.sort(key=lambda rule: (rule.document, rule.norm.clause, rule.norm.id))
    for one, other in combinations(remedies, 2):
        shared = _hangs_on(program, one) & _hangs_on(program, other)
        if one.act_name == other.act_name or not shared or _ordered(one, other):
            continue
        if not searcher.asks(one, other):
            continue
        for actor in searcher.actors(one):
            if actor not in searcher.actors(other):
                continue
            yield from _rivals_of(
                searcher, one, other, actor or "", [program.rules[i] for i in sorted(shared)]
            )


def _rivals_of(
    searcher: Searcher, one: Rule, other: Rule, actor: str, duties: list[Rule]
) -> Iterator[Finding]:
    """Find two remedies open at once on one breach of one of some duties, of the first that shows it."""
    program = searcher.program
    open_questions = []
    for duty in duties:
        step = searcher.step(
            "rivals", (one, other, duty, actor), partial(_rivalling, searcher, one, other, duty, actor)
        )
        first, second_, broke = (named(program, clause_of(rule)) for rule in (one, other, duty))
        said = Said(
            f"on one breach of {broke[0]}, {first[0]} and {second_[0]} are open at once, in no order",
            f"违反{broke[1]}时，{first[1]}与{second_[1]}同时可用，未定先后",
        )
        for each in of_acts(
            searcher, step, Foci((duty.index,)), "competing", (one, other),
            lambda decision: decision.answer == "permitted", said,
            partial(_still_rivals, searcher, one, other, duty), SETTLES,
        ):  # fmt: skip
            if each.kind == "competing":
                yield each
                return
            open_questions.append(each)
    yield from open_questions[:1]


def _still_rivals(
    searcher: Searcher, one: Rule, other: Rule, duty: Rule, history: History
) -> Decision | None:
    """Return what the engine says of the one act in a history, if by that both are open and the duty is broken."""
    if not isinstance(duty.norm.bearer, str):
        return None
    owed = {
        "by": duty.norm.bearer,
        "norm": duty.norm.id,
        "document": duty.document,
        "at": history.asked["at"],
    }
    first, second, broken = (
        replayed(dataclasses.replace(history, asked=each), searcher.program, searcher.layers)
        for each in (history.asked, *history.beside, owed)
    )
    if first is None or second is None or broken is None or broken.answer != "yes":
        return None
    both_open = first.answer == second.answer == "permitted" and gives(first, one) and gives(second, other)
    return first if both_open else None


def _rivalling(searcher: Searcher, one: Rule, other: Rule, duty: Rule, actor: str) -> Put:
    world, act, m = searcher.asked(one.act_name, actor)
    with world.question() as part:
        searcher.asked(one.act_name, actor)
        _, second, _ = searcher.asked(other.act_name, actor)
        owed = world.rule(duty.index)
        broken = [world.breaches.broken(Broken(owed, bound), m) for bound in world.instances.broken_by(owed)]
        opens = world.judge.opens(one, m, act, actor), world.judge.opens(other, m, second, actor)
    return Put(world, part, (act, second), (some(*broken), *opens))


def _hangs_on(program: Program, rule: Rule) -> set[int]:
    """Return the duties on whose breach a norm hangs: it is triggered by one, or asks whether one is overdue."""
    found = set(rule.on_breach_of)
    for evaluator in (rule.when, rule.unless):
        found |= _asked_of(evaluator)
    return found


def _asked_of(evaluator: Any) -> set[int]:
    if isinstance(evaluator, OverdueE | InBreachE):
        return set(evaluator.norms.indexes)
    parts = [getattr(evaluator, "part", None), *getattr(evaluator, "parts", ())]
    return {index for part in parts if part is not None for index in _asked_of(part)}


def _ordered(one: Rule, other: Rule) -> bool:
    """Tell whether something says which of two norms comes first."""
    return any(index == other.index for index, _, _ in one.prevailed_by) or any(
        index == one.index for index, _, _ in other.prevailed_by
    )
