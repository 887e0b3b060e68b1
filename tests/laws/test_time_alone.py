"""Time alone: between `as_of` and `holds_until`, with no new fact, the answer is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from contractlang.load import load_text
from engine.account import Account
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.dates import DAY, start_of
from engine.errors import BadQuestion
from engine.event import ABOUT_ENTRIES, Ledger
from engine.question import May
from engine.terms import Terms
from tests.laws.accounts import account, gist, plain
from tests.strategies import QUICK, Asked, asked
from tests.wild.together import company


@QUICK
@given(asked(), st.integers(1, 400 * DAY))
def test_the_answer_holds_as_long_as_it_says(case: Asked, later: int) -> None:
    question, known = case.question, plain(case)
    past = Ledger(tuple(each for each in known.ledger if each.effect_at <= question.at))
    if isinstance(question, May) and any(each.effect_at == question.at for each in past):
        # A microsecond later the act that was asked about has been done.
        return
    one = account(known, past)
    first = one.decide(question)
    end = (
        question.at + later if first.holds_until is None else min(first.holds_until - 1, question.at + later)
    )
    assert gist(one.decide(replace(question, at=end))) == gist(first)


@QUICK
@given(st.integers(0, 10**6), st.integers(1, 400 * DAY))
def test_an_answer_about_wild_documents_holds_as_long_as_it_says(seed: int, later: int) -> None:
    case = company(seed)
    if case is None:
        return
    for written, question, _ in case.questions:
        past = Ledger(
            tuple(e for e in case.ledger if e.name not in ABOUT_ENTRIES and e.effect_at <= question.at)
        )
        one = Account(case.program, case.terms, past)
        try:
            first = one.decide(question)
        except BadQuestion:
            continue
        if isinstance(question, May) and any(each.effect_at == question.at for each in past):
            continue
        end = question.at + later
        end = end if first.holds_until is None else min(end, first.holds_until - 1)
        # Which default readings would change the answer may change before it does.
        assert gist(one.decide(replace(question, at=end)))[:4] == gist(first)[:4], (case, written)


DEN = """| agreement den
| version "{}"
| valid from {}
| party host, guest
| act knock by guest
1. Knocking.
| guest {} knock
"""


def test_the_day_of_a_second_version_ends_the_time_of_an_answer_about_an_account_without_a_fact() -> None:
    """It would be under that version, if its first fact were of then."""
    versions = (("1", "2026-01-01", "may"), ("2", "2026-03-10", "must not"))
    texts = (load_text(DEN.format(*each)).contracts.values() for each in versions)
    program = compile_program(list(chain.from_iterable(texts)))
    empty = Account(program, Terms(), ledger_of(program, []))
    question, _ = question_of(program, "2026-03-05 guest may knock")
    first, turn = empty.decide(question), start_of(date(2026, 3, 10))
    assert (first.answer, first.holds_until) == ("permitted", turn)
    assert empty.decide(replace(question, at=turn)).answer == "forbidden"
    known = Account(program, Terms(), ledger_of(program, ["2026-03-04 09:00 guest knock"]))
    assert known.decide(question).holds_until is None


UPON_A_BREACH = """| agreement mending
| party provider, user
| event fault
| act mend (fault: fault) by provider
| act apologise by provider
1. Terms.
| mending: for each fault as it, provider must mend for it by 2026-03-10
| for each breach of mending as it, provider must apologise within 3 days
"""


def test_a_duty_that_a_breach_would_bring_ends_the_time_of_an_answer() -> None:
    program = compile_program(load_text(UPON_A_BREACH).contracts.values())
    one = Account(program, Terms(), ledger_of(program, ["2026-03-01 09:00 fault"]))
    question, _ = question_of(program, "2026-03-05 provider may apologise")
    first = one.decide(question)
    assert first.answer == "unregulated"
    assert first.holds_until == start_of(date(2026, 3, 11))
    assert one.decide(replace(question, at=first.holds_until)).required


FINE = """| agreement mending
| party provider, user
| event fault
| act mend (fault: fault) by provider
1. Terms.
| mending: for each fault as it, provider must mend for it by 2026-03-10
| amount fine: for each breach of mending as it, is 3.00 CNY
"""


def test_a_breach_that_a_sum_would_be_for_ends_the_time_of_an_answer() -> None:
    program = compile_program(load_text(FINE).contracts.values())
    one = Account(program, Terms(), ledger_of(program, ["2026-03-01 09:00 fault"]))
    question, _ = question_of(program, "2026-03-05 amount fine")
    first, turn = one.decide(question), start_of(date(2026, 3, 11))
    assert (first.value, first.holds_until) == (0, turn)
    then = one.decide(replace(question, at=turn))
    assert (then.value, then.holds_until) == (300, None)
