"""The loop of a contract as machine code leaves, to the last number, what it leaves as plain Python."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

pytest.importorskip("llvmlite")
pytest.importorskip("numpy")

from engine.bulk.kernel import machine
from engine.bulk.kernel.columns import Layout, Left
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.native import native
from engine.bulk.kernel.plan import Plan
from engine.dates import DAY
from engine.governing import Programs
from engine.program import Program
from engine.settings import terms_from
from engine.terms import Terms
from tests.bulk.made_up import BEGIN, ledger
from tests.bulk.test_agreements import ASKED, LAW, SHOP
from tests.bulk.test_kernel import CASES, asked_of, program_of


class Column(list[int]):
    """A column that is asked for no place below zero: machine code does not count from its end."""

    def __getitem__(self, place: Any) -> Any:
        assert place >= 0
        return super().__getitem__(place)

    def __setitem__(self, place: Any, number: Any) -> None:
        assert place >= 0
        super().__setitem__(place, number)


def left_by(
    by_llvm: bool, program: Program, terms: Terms, plan: Plan, layout: Layout
) -> dict[str, list[int]]:
    arguments, left = machine.given(program, terms, plan, layout.columns(), layout.as_of, by_llvm)
    if not by_llvm:
        arguments = {
            name: Column(each) if isinstance(each, list) else each for name, each in arguments.items()
        }
        left = {name: arguments[name] for name in left}
    loop = native(plan.source, None) if by_llvm else machine.plain(plan.source)
    loop(*(arguments[name] for name in plan.arguments))
    return {name: list(map(int, column)) for name, column in left.items()}


@pytest.mark.parametrize("name", ["shop", "sale", "hire", "voip-1"])
def test_machine_code_leaves_what_the_plain_loop_leaves(name: str, programs: Programs) -> None:
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
    whole = left_by(False, program, terms, plan, layout)
    assert any(whole["gone"]) or name != "voip-1"
    assert not all(whole["gone"])
    assert left_by(True, program, terms, plan, layout) == whole
