"""The engine and the reference interpreter agree, on generated contracts, ledgers and questions.

Where they differ `docs/semantics.md` decides, and the ledger that showed it becomes a case.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.account import Account
from engine.compile import compile_program
from engine.question import InBreachOf
from tests.reference.cases import TooManyCases
from tests.reference.interpret import interpret
from tests.strategies import QUICK, SOAK, Asked, asked


def engine_says(case: Asked, question: Any) -> tuple[Any, ...]:
    """Return what the engine answers, as far as the two are compared."""
    decision = Account(compile_program(case.contracts), case.terms, case.ledger).decide(
        question, case.known_at
    )
    assert decision.exact
    answer = str(decision.value) if decision.answer == "value" else decision.answer
    return answer, decision.required, set(decision.missing), set(decision.could_be), set(decision.assumes)


def reference_says(case: Asked, question: Any) -> tuple[Any, ...]:
    """Return what the semantics say, read literally."""
    told = interpret(case.contracts, case.terms, case.ledger, question, case.known_at)
    return told.answer, told.required, set(told.missing), set(told.could_be), set(told.assumes)


def compare(case: Asked) -> None:
    """Compare the answer to the question, and whether each party is in breach of each duty."""
    duties = [norm for each in case.contracts for norm in each.norms
              if isinstance(norm, Obligation | Prohibition | Maintenance)]  # fmt: skip
    questions = [
        InBreachOf(party, norm.id, case.question.at) for norm in duties for party in ("seller", "buyer")
    ]
    for question in (case.question, *dict.fromkeys(questions)):
        try:
            expected = reference_says(case, question)
        except TooManyCases:
            continue
        assert (question, *engine_says(case, question)) == (question, *expected)


@QUICK
@given(asked())
def test_engine_and_reference_agree(case: Asked) -> None:
    compare(case)


@pytest.mark.soak
@SOAK
@given(asked())
def test_engine_and_reference_agree_at_length(case: Asked) -> None:
    compare(case)
