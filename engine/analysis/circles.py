"""Acts that wait for one another: each has a basis only after another, so that none can rightly come first."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.expression import And, Happened
from contractlang.norms import Obligation, OnOccurrence
from engine.analysis.finding import Finding, Said
from engine.analysis.listing import OPEN
from engine.analysis.telling import Telling, clauses_of, listed
from engine.program import Program, Rule


def circles(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that need a basis, each of which has one only after another of them: none can rightly come first."""
    giving: dict[str, list[Rule]] = {}
    for rule in program.rules:
        if isinstance(rule.norm, Obligation | OPEN):
            giving.setdefault(rule.act_name, []).append(rule)
    needs = {
        name: set.intersection(*(_awaits(program, rule) for rule in rules))
        for name, rules in giving.items()
        if name in program.acts and program.acts[name].needs_basis
    }
    told: set[frozenset[str]] = set()
    for start in needs:
        circle = _circle(start, needs)
        if not circle or frozenset(circle) in told:
            continue
        told.add(frozenset(circle))
        rules = [each for name in circle for each in giving[name]]
        acts, called = listed(telling.name(name) for name in circle), telling.norms(rules)
        yield Finding(
            "gap",
            clauses_of(rules),
            Said(
                f"{acts.en} ({called.en}) each have a basis only after another of them: none of them can rightly be"
                " done first.",
                f"{acts.zh}（{called.zh}）互以对方为前提：没有一项可以有依据地先行作出。",
            ),
            settles=(Said("say which of them may come first", "约定何者可以先行"),),
            detail={"what": "circle"},
        )


def _awaits(program: Program, rule: Rule) -> set[str]:
    """Return the acts that must have been done before a norm is open."""
    found = {rule.norm.trigger.name} if isinstance(rule.norm.trigger, OnOccurrence) else set()
    parts = rule.norm.when.parts if isinstance(rule.norm.when, And) else (rule.norm.when,)
    found |= {part.name for part in parts if isinstance(part, Happened)}
    return {name for name in found if name in program.acts and name != rule.act_name}


def _circle(start: str, needs: dict[str, set[str]]) -> tuple[str, ...]:
    """Return the acts through which one comes back to an act; none where one does not."""
    paths: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while paths:
        path = paths.pop(0)
        for name in sorted(needs.get(path[-1], ())):
            if name == start:
                return path
            if name not in seen:
                seen.add(name)
                paths.append((*path, name))
    return ()
