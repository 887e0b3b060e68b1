"""Acts that are permitted in some case, where no sentence says what holds in another.

Where an act needs a basis, what nothing permits is not allowed, and there is no such question. Of one that needs none,
whether it may be done in the other cases is for the reader to guess: neither a permission nor a ban reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from contractlang.norms import Maintenance, Prohibition
from engine.analysis.finding import Finding, Said
from engine.analysis.listing import OPEN, agreed, states_in
from engine.analysis.logic import no, some
from engine.analysis.looking import Foci, Put, Shown, bound_of
from engine.analysis.plain import expressions
from engine.analysis.searcher import Searcher
from engine.analysis.telling import Telling, clauses_of
from engine.analysis.witness import History, replayed, witness
from engine.decision import Decision
from engine.program import Program, Rule


def unspoken(searcher: Searcher) -> Iterator[Finding]:
    """Find a case of an act that is permitted in others, of which no sentence says whether it may be done."""
    program = searcher.program
    permissions: dict[tuple[str, str, object], list[Rule]] = {}
    for rule in agreed(program):
        if isinstance(rule.norm, OPEN) and not program.acts[rule.act_name].needs_basis:
            permissions.setdefault((rule.home, rule.act_name, rule.norm.bearer), []).append(rule)
    for rules in permissions.values():
        if searcher.asks(*rules) and all(_has_cases(program, rule) for rule in rules):
            for actor in searcher.actors(rules[0]):
                found = list(_unspoken(searcher, rules, actor or ""))
                yield from found
                if found:
                    break


def _has_cases(program: Program, rule: Rule) -> bool:
    """Tell whether a permission is for some cases only; from which state an act leads elsewhere is no case of it."""
    norm = rule.norm
    if isinstance(norm, Maintenance) or (rule.trigger_name is None and not any(expressions(norm))):
        return False
    sets = {each.state for each in program.acts[rule.act_name].sets}
    return not any(state in sets for expr in expressions(norm) for state, _ in states_in(expr))


def _unspoken(searcher: Searcher, rules: list[Rule], actor: str) -> Iterator[Finding]:
    program, one = searcher.program, rules[0]
    step = searcher.step("unspoken", (*rules, actor), partial(_put, searcher, one, actor))

    def judged(history: History) -> Decision | None:
        decision = replayed(history, program, searcher.layers)
        return decision if decision is not None and decision.answer == "unregulated" else None

    clauses = clauses_of(rules)

    def told(looked: Shown, decision: Decision) -> Finding:
        telling = Telling.of(program)
        called, who, act = telling.norms(rules), telling.party(actor), telling.name(one.act_name)
        return Finding(
            "gap", clauses,
            Said(
                f"{called.en} permits {who.en} to {act.en} in some cases only, and no sentence says whether it may in"
                " the case shown: it is neither permitted nor forbidden",
                f"{called.zh}只在部分情形下允许{who.zh}{act.zh}；在所示情形下可否为之，没有任何约定：既未允许，也未禁止",
            ),
            witness(looked.history, {"+".join(searcher.layers): decision}),
            (
                Said(
                    f"say that {act.en} needs a basis: then what is not permitted is not allowed",
                    f"写明“{act.zh}”须有依据：未经允许者即不得为之",
                ),
                Said(f"permit or forbid {act.en} in every other case", f"就其余情形写明可否“{act.zh}”"),
            ),
            bound_of(looked), {"what": "case without rule", "act": one.act_name},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "gap", clauses, judged, told, judged)


def _put(searcher: Searcher, one: Rule, actor: str) -> Put:
    world, act, m = searcher.asked(one.act_name, actor)
    with world.question() as part:
        searcher.asked(one.act_name, actor)
        spoken: list[Any] = []
        for rule in world.look("act", one.act_name):
            if not isinstance(rule.norm, Maintenance):
                judged = world.judge.forbids if isinstance(rule.norm, Prohibition) else world.judge.opens
                spoken.append(judged(rule, m, act, actor))
        # What may only be done after something is no question before that.
        after = [
            some(*(world.has_happened(each, m) for each in world.of_kind(needed)))
            for needed in world.look("relations", one.act_name)
        ]
        in_force = world.lifetime.agreement(one.home, m) == world.code("in_force")
        wanted = in_force, *after, no(some(*spoken))
    return Put(world, part, (act,), wanted)
