"""Looks that are explored by themselves and folded answer as looks that are made in every case."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given

from contractlang.load import load_text
from engine.account import Account
from engine.compile import compile_program
from engine.decide import decide
from engine.decision import Decision, Verdict
from engine.position import Position
from engine.question import May
from engine.recall import Tangled
from engine.terms import Terms
from tests.strategies import QUICK, Asked, asked


def leaving(condition: str, questions: int) -> Decision:
    """Decide whether the buyer may leave on a condition, in which every question is open."""
    declared = "".join(f"| question q{n} 问题{n}: “?”\n" for n in range(questions))
    text = (
        "| agreement deep\n| party buyer, seller\n| act leave by buyer, needs basis\n"
        f"{declared}\n1.1 The buyer may leave.\n| leave: buyer may leave when {condition}\n"
    )
    loaded = load_text(text)
    assert not loaded.errors
    position = Position.opening(compile_program([loaded.contracts["deep"]]), Terms())
    return decide(position, May("buyer", "leave", position.now + 10, {}))


@QUICK
@given(asked())
def test_folding_what_is_looked_at_changes_no_answer(case: Asked) -> None:
    program = compile_program(case.contracts)
    folded = Account(program, case.terms, case.ledger).decide(case.question, case.known_at)
    with patch("engine.recall._explored", side_effect=Tangled):
        plain = Account(program, case.terms, case.ledger).decide(case.question, case.known_at)
    if folded.exact and plain.exact:
        assert folded._replace(reasons=(), cure=(), holds_until=None, provisional=False) == plain._replace(
            reasons=(), cure=(), holds_until=None, provisional=False
        )


def test_what_leads_to_the_same_either_way_is_not_missing() -> None:
    decision = leaving("q0 or (q1 and q2) or not q0", 3)
    assert (decision.verdict, decision.missing) == (Verdict.PERMITTED, ())


def test_one_look_at_too_many_open_items_is_not_exact() -> None:
    """Nine pairs, of each of which one must be so, make 512 ways to be permitted."""
    decision = leaving(" and ".join(f"(q{2 * n} or q{2 * n + 1})" for n in range(9)), 18)
    assert decision.verdict is Verdict.UNDETERMINED
    assert not decision.exact
    assert decision.could_be == ("forbidden", "permitted")
