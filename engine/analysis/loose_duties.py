"""Duties on which nothing hangs: a breach without consequence, a duty without a deadline."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import Obligation
from engine.analysis.finding import NOTHING, Finding, Said
from engine.analysis.listing import DUTIES, agreed, by_clause, followed_up
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.telling import Telling, clauses_of, listed
from engine.program import Program


def breaches_without_consequence(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties on whose breach nothing follows: no norm or sum is triggered by it, or conditioned on it."""
    followed = followed_up(program)
    for home in program.agreements:
        duties = [each for each in agreed(program, home) if isinstance(each.norm, DUTIES)]
        bare = [each for each in duties if each.index not in followed]
        if bare and bare == duties:
            # One finding, not a dozen: what is missing is the part of the text that deals with breach.
            name, lost = telling.document(home), unless_lost(program, telling, home)
            yield Finding(
                "gap",
                (*clauses_of(bare), *broken_off(program, home)),
                Said(
                    f"{name.en} attaches no consequence to the breach of any of its duties"
                    f" ({telling.norms(bare).en}): no claim, no power and no sum arises from one{lost.en}."
                    " Who suffers a breach can ask for performance, and for the rest depends on the law.",
                    f"{name.zh}对任何义务的违反都没有约定后果（{telling.norms(bare).zh}）："
                    f"违约不产生请求权、权利或款项{lost.zh}，受损方除要求履行外只能依赖法律规定。",
                ),
                settles=(
                    Said(
                        "agree on what the other party may claim or do on a breach",
                        "约定违约时对方可以请求什么、可以采取什么措施",
                    ),
                ),
                detail={"what": "no consequence"},
            )
            continue
        for group in by_clause(bare):
            norm = telling.norms(group)
            who = listed(telling.party(each.norm.bearer) for each in group)
            yield Finding(
                "gap",
                clauses_of(group),
                Said(
                    f"nothing follows if {who.en} breaches {norm.en}: no norm of the account is triggered by that"
                    " breach or depends on it.",
                    f"{who.zh}违反{norm.zh}的，没有任何后果：没有一条规范因该违约而产生，或以该违约为条件。",
                ),
                settles=(
                    Said(
                        f"attach a consequence to the breach of {norm.en}, or say that none is meant",
                        f"为违反{norm.zh}约定后果，或写明不设后果",
                    ),
                ),
                detail={"what": "no consequence"},
            )


def duties_without_deadline(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties to act that have no last day: they cannot be breached, so what waits for their breach never comes."""
    followed = followed_up(program)
    for rule in agreed(program):
        norm = rule.norm
        if not isinstance(norm, Obligation) or (norm.window is not None and norm.window.limit is not None):
            continue
        called, who, act = telling.norm(norm), telling.party(norm.bearer), telling.name(norm.act.name)
        waiting = [each for each in program.rules if rule.index in each.on_breach_of and each.home]
        if rule.index in followed and waiting:
            wait = telling.norms(waiting)
            hangs = Said(
                f", and what follows on a breach ({wait.en}) can never be claimed",
                f"，以其违约为前提的{wait.zh}也永远无从适用",
            )
        else:
            hangs = NOTHING
        yield Finding(
            "gap",
            clauses_of([rule]),
            Said(
                f"{called.en} obliges {who.en} to {act.en} but sets no deadline: {who.en} is never late{hangs.en}.",
                f"{called.zh}要求{who.zh}{act.zh}，但没有期限：{who.zh}永远不会逾期{hangs.zh}。",
            ),
            settles=(Said(f"give {called.en} a deadline", f"为{called.zh}约定履行期限"),),
            detail={"what": "no deadline", "hangs": [each.norm.id for each in waiting]},
        )
