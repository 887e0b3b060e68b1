"""What must be kept and has no measure: whether it is kept can only be judged, and the text does not say by what."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.expression import And, Answer, Bound, Expr, Not, Or
from contractlang.norms import Maintenance
from engine.analysis.finding import Finding, Said
from engine.analysis.listing import agreed, under_its_layers
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.program import Program
from engine.walk import walk


def standards_without_measure(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties to keep something so of which only the judgment of a human tells whether they are kept."""
    taken = program.taken(under_its_layers(program)).options
    for home in program.agreements:
        judged = [
            rule
            for rule in agreed(program, home)
            if isinstance(rule.norm, Maintenance)
            and _is_for_judgment(rule.norm.keeps)
            and all(taken.get(each.reading) in (None, each.option) for each in rule.option)
        ]
        if not judged:
            continue
        called = telling.norms(judged)
        yield Finding(
            "gap", clauses_of(judged),
            Said(
                f"whether {called.en} {agreeing(called, 'is', 'are')} kept can only be judged: the text gives no figure"
                " and no standard by which it is measured, and names nobody who finds it.",
                f"{called.zh}是否得到遵守，只能凭判断：文本没有写明以什么指标或标准衡量，也没有写明由谁认定。",
            ),
            settles=(
                Said("name a figure (hours, shares, numbers), a standard, or who finds it and how",
                     "约定指标（时长、比例、次数等）或所依据的标准，或写明由谁、以何种程序认定"),
            ),
            detail={"what": "no measure"},
        )  # fmt: skip


def _is_for_judgment(keeps: Expr) -> bool:
    parts = list(walk(keeps))
    return any(isinstance(each, Answer) for each in parts) and all(
        isinstance(each, And | Or | Not | Answer | Bound) or type(each).__name__ == "Kind" for each in parts
    )
