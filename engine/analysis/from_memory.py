"""Law that bears on an agreement and that nobody has read yet: it is known from memory, and nothing is asked of it.

Such a rule stands under a switch that is off. Whether it is worth looking up hangs on whether it matters: it does where
the agreement has a sentence on the very act.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.finding import Finding, Said
from engine.analysis.listing import agreed, by_clause_and_act, may_be, under_its_layers
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.program import Program, Rule


def laws_from_memory(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find rules of law that are switched off, about acts on which the agreements have a sentence."""
    taken = program.taken(under_its_layers(program)).options
    unread = [
        rule
        for rule in program.rules
        if not rule.home and any(each.option == "on" != taken.get(each.reading) for each in rule.option)
    ]
    for rules in by_clause_and_act(unread):
        own = [each for each in agreed(program) if _bears_on(rules, each)]
        if not own:
            continue
        laws, called = telling.norms(rules), telling.norms(own)
        act, switch = telling.name(rules[0].act_name), telling.name(rules[0].option[0].reading)
        yield Finding(
            "gap", clauses_of([*own, *rules]),
            Said(
                f"{laws.en} {agreeing(laws, 'bears', 'bear')} on {act.en} ({called.en}), and is known only from memory:"
                " until somebody has read it, nothing here takes it into account.",
                f"{laws.zh}涉及“{act.zh}”（{called.zh}），但其内容仅凭记忆，未经核对：核对之前，本分析不以之为据。",
            ),
            settles=(
                Said(f"read the article; if it says so, set {switch.en} to on",
                     f"核对条文；确有此规定的，将“{switch.zh}”设为“on”"),
            ),
            detail={"what": "law from memory", "reading": rules[0].option[0].reading},
        )  # fmt: skip


def _bears_on(laws: list[Rule], rule: Rule) -> bool:
    return bool(rule.act_name) and any(
        each.act_name == rule.act_name and may_be(rule, each.norm.bearer) for each in laws
    )
