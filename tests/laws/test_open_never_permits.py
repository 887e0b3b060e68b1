"""What cannot be evaluated never permits: an open item never turns into `permitted` unless every case permits."""

from __future__ import annotations

from hypothesis import given

from contractlang.values import Period
from engine.account import Account
from engine.compile import compile_program
from tests.strategies import QUICK, Asked, asked

OPEN_QUESTIONS = ("slight", "harmful", "prompt")


@QUICK
@given(asked())
def test_what_is_permitted_is_permitted_whatever_the_open_items_turn_out_to_be(case: Asked) -> None:
    program = compile_program(case.contracts)
    if Account(program, case.terms, case.ledger).decide(case.question).answer != "permitted":
        return
    told = {each.fields.get("question") for each in case.ledger}
    for question in OPEN_QUESTIONS:
        for answer in (True, False) if question not in told else ():
            terms = case.terms.with_(answers={question: answer})
            assert Account(program, terms, case.ledger).decide(case.question).answer == "permitted"
    if case.terms.blanks.get("grace") is None:
        for filling in (Period(1, "days"), Period(9, "days"), Period(50, "years")):
            terms = case.terms.with_(blanks={"grace": filling})
            assert Account(program, terms, case.ledger).decide(case.question).answer == "permitted"
