"""What a trigger brought is owed by the conditions of its moment: what has changed since is no reason for it."""

from __future__ import annotations

from contractlang.load import load_text
from engine.account import Account
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.explain import outline
from engine.settings import terms_from

LEASE = """| agreement lease
| party landlord, tenant
| act ask by tenant
| act refuse by landlord
| act consent by landlord
| act pay by tenant
| question unreasonable about refuse: "Was consent unreasonably withheld?"

1. Rent is paid by the end of January.
| rent: tenant must pay by 2026-01-31
2. Who is asked while rent is late answers, unless he was right to refuse.
| answering: for each ask as request, when rent is overdue, landlord must consent unless unreasonable(refuse)
"""
LIFE = """2026-02-01 10:00 tenant ask
2026-02-10 10:00 landlord refuse
2026-02-10 11:00 tenant pay"""


def test_a_condition_that_holds_no_more_is_no_reason() -> None:
    program = compile_program(list(load_text(LEASE, "lease.contract").contracts.values()))
    account = Account(program, terms_from(program, {}), ledger_of(program, LIFE.splitlines()))
    for day, codes in (("2026-02-09", ["overdue", "not"]), ("2026-02-11", [])):
        question, known_at = question_of(program, f"{day} landlord must consent")
        decision = account.decide(question, known_at)
        assert (decision.answer, decision.required, decision.missing) == ("permitted", True, ())
        (owed,) = (each for each in decision.reasons if each.code == "requires")
        assert [each.code for each in owed.parts] == codes
        assert all(each.holds for each in owed.parts)
        assert decision.cure == ()


def test_of_a_duty_that_is_not_there_it_is_not_said_that_it_has_no_end() -> None:
    program = compile_program(list(load_text(LEASE, "lease.contract").contracts.values()))
    account = Account(program, terms_from(program, {}), ledger_of(program, LIFE.splitlines()))
    for day, said in (("2026-01-20", "nothing is owed under 2"), ("2026-02-11", "2 sets no end")):
        question, known_at = question_of(program, f"{day} last day of answering")
        _, (_, line), *_ = outline(account.decide(question, known_at), question, program, "en")
        assert line.startswith(said)
