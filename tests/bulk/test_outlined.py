"""A loop cut into functions leaves what the loop leaves whole, however it is cut."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from engine.bulk.kernel import machine, outlined
from engine.bulk.kernel.columns import Layout, Left
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.plan import Plan
from engine.dates import DAY
from engine.governing import Programs
from engine.program import Program
from engine.settings import terms_from
from engine.terms import Terms
from tests.bulk.made_up import BEGIN, ledger
from tests.bulk.test_agreements import ASKED, LAW, SHOP
from tests.bulk.test_kernel import CASES, asked_of, program_of


def left_by(source: str, program: Program, terms: Terms, plan: Plan, layout: Layout) -> dict[str, Any]:
    arguments, left = machine.given(program, terms, plan, layout.columns(), layout.as_of, False)
    machine.plain(source)(*(arguments[name] for name in plan.arguments))
    return left


@pytest.mark.parametrize("name", ["shop", "sale", "hire", "voip-1"])
def test_a_loop_that_is_cut_leaves_what_the_whole_one_leaves(
    name: str, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: tuple[str, ...]
    if name == "voip-1":
        program = programs.of((name,), LAW)
        terms, asked = terms_from(program, {"term": "2 years"}, LAW, {}, {"fair_term": True}), ASKED
    else:
        text, asked = CASES.get(name, (SHOP, ("seller lock", "buyer leave", "seller deliver")))
        program, terms = program_of(text), Terms()
    plan, random = plan_of(program, terms, asked_of(asked)), Random(name)
    layout = Layout(program, plan, BEGIN + 60 * DAY)
    for _ in range(60):
        try:
            layout.add(ledger(program, random, most=20, ties=False).as_known())
        except Left:
            continue
    whole = left_by(plan.source, program, terms, plan, layout)
    assert any(whole["gone"]) or name != "voip-1"
    assert not all(whole["gone"])
    monkeypatch.setattr(outlined, "LONG", 0)
    for least, most in ((12, 90), (1, 9), (3, 25)):
        monkeypatch.setattr(outlined, "LEAST", least)
        monkeypatch.setattr(outlined, "MOST", most)
        cut = outlined.outlined(plan.source)
        assert cut.count("def part_") >= 3
        assert left_by(cut, program, terms, plan, layout) == whole
