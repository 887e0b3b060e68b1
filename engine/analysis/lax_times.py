"""Times that an agreement gives for what a law wants done sooner: by the agreement nobody is late, by the law one is.

Asked are duties of both to do one act for one occurrence. A time that is only a reasonable one is no longer than the
law's: that the number stands in the law alone is another finding (`silences.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial

from contractlang.norms import Obligation, Reasonable
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.happenings import Broken, Moment
from engine.analysis.logic import every, no, some
from engine.analysis.looking import Foci, Put, Shown, bound_of, clause_of, named
from engine.analysis.searcher import Searcher
from engine.analysis.witness import History, replayed, witness
from engine.decision import Decision
from engine.program import Program, Rule


def late_by_law(searcher: Searcher, alone: Program, layer: str) -> Iterator[Finding]:
    """Find duties that are late by a law before they are by the agreement."""
    program = searcher.program
    told: set[tuple[Clause, Clause]] = set()
    for own in program.rules:
        if not own.home or not isinstance(own.norm, Obligation) or not searcher.reads(own):
            continue
        if own.trigger_name is None or own.limit is None or isinstance(own.limit, Reasonable):
            continue
        for law in program.rules:
            clauses = clause_of(own), Clause(law.document, law.norm.clause)
            if _is_of_one_matter(own, law) and searcher.reads(law) and searcher.asks(own, law):
                for each in _late(searcher, alone, own, law, layer) if clauses not in told else ():
                    told.add(clauses)
                    yield each


def _is_of_one_matter(own: Rule, law: Rule) -> bool:
    """Tell whether an agreed norm and a duty of law have one party do one act for one occurrence."""
    return (
        not law.home
        and isinstance(law.norm, Obligation)
        and isinstance(law.norm.bearer, str)
        and (own.act_name, own.norm.bearer, own.trigger_name)
        == (law.act_name, law.norm.bearer, law.trigger_name)
    )


def _late(searcher: Searcher, alone: Program, own: Rule, law: Rule, layer: str) -> Iterator[Finding]:
    program = searcher.program
    step = searcher.step("late by law", (own, law), partial(_put, searcher, own, law))
    clauses = clause_of(own), Clause(law.document, law.norm.clause)

    def judged(history: History) -> tuple[History, Decision] | None:
        by_law, by_own = (
            dataclasses.replace(
                history,
                asked={"by": law.norm.bearer, "norm": each.id, "document": each.document, **history.asked},
            )
            for each in (law.norm, own.norm)
        )
        late = replayed(by_law, program, searcher.layers)
        in_time = replayed(by_own, alone, ("contract",))
        if late is None or in_time is None or (late.answer, in_time.answer) != ("yes", "no"):
            return None
        return by_law, late

    def told(looked: Shown, said: tuple[History, Decision]) -> Finding:
        history, late = said
        name, by = (named(program, each) for each in clauses)
        return Finding(
            "against", clauses,
            Said(
                f"{name[0]} gives more time than {by[0]}: in this history nobody is late by the agreement alone,"
                " and the law is broken",
                f"{name[1]}所给的期限长于{by[1]}：本经过中，仅依协议尚未逾期，而已违反法律",
            ),
            witness(history, {"+".join(searcher.layers): late}),
            (Said(f"give no more time in {name[0]} than {by[0]} does", f"{name[1]}的期限不长于{by[1]}"),),
            bound_of(looked), {"what": "time", "layer": layer},
        )  # fmt: skip

    yield from searcher.findings(step, Foci(), "against", clauses, judged, told, judged)


def _put(searcher: Searcher, own: Rule, law: Rule) -> Put:
    # Of all acts one is named, so that there is a world; nothing is asked of it.
    world, _, _ = searcher.asked(next(iter(searcher.program.acts)), None)
    m = Moment(world.now.at, "now")
    with world.question() as part:
        mine, theirs = world.rule(own.index), world.rule(law.index)
        late = [
            every(
                world.breaches.uncured(Broken(theirs, bound), m), world.duties.arises(mine, bound),
                no(world.breaches.broken(Broken(mine, bound), m)),
            )
            for bound in world.instances.bindings(theirs, None)
        ]  # fmt: skip
    return Put(world, part, (), (some(*late),) if late else None)
