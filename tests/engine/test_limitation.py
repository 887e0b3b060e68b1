"""When a claim is barred in time: who begins the time anew, and what is said of a year without a calendar."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.account import Account
from engine.compile import compile_program
from engine.dates import parse_instant
from engine.event import Ledger
from engine.governing import Programs
from engine.question import LastDay, TimeBarred
from engine.settings import terms_from
from engine.terms import Terms
from engine.written_events import event_from

LAYERS = ("contract", "civil")


def account(programs: Programs, *more: dict[str, str]) -> Account:
    """Return an account with one bill that was due on 2023-08-10, and what happened after."""
    program = programs.of(("voip-1",), LAYERS)
    raw = [
        {"id": "s1", "name": "sign", "by": "provider", "at": "2022-01-10T10:00"},
        {"id": "s2", "name": "sign", "by": "user", "at": "2022-01-10T10:00"},
        {"id": "b", "name": "invoice_issued", "at": "2023-08-01T09:00", "period": "2023-07", "amount": "100.00",
         "due": "2023-08-10"},
        *({"id": f"m{place}"} | each for place, each in enumerate(more)),
    ]  # fmt: skip
    events = tuple(event_from(program, each, "event") for each in raw)
    return Account(program, terms_from(program, {"term": "5 years"}, LAYERS), Ledger(events))


@pytest.mark.parametrize(
    ("by", "act", "barred"),
    [
        ("provider", "demand", "no"),
        ("provider", "sue", "no"),
        ("user", "demand", "yes"),
        ("user", "sue", "yes"),
    ],
)
def test_the_creditor_begins_the_time_anew(programs: Programs, by: str, act: str, barred: str) -> None:
    found = account(programs, {"name": act, "by": by, "at": "2026-08-07T09:00"})
    asked = TimeBarred("pay", "b", parse_instant("2026-08-11T00:00"))
    assert found.decide(asked).answer == barred


@pytest.mark.parametrize(("bill", "barred"), [("b", "no"), ("", "no"), ("other", "yes")])
@pytest.mark.parametrize(
    "act",
    [
        {"name": "pay", "by": "user", "amount": "5.00"},
        {"name": "acknowledge_debt", "by": "user"},
        {"name": "demand", "by": "provider"},
    ],
    ids=lambda act: act["name"],
)
def test_the_time_of_a_bill_begins_anew_by_what_names_it_or_none(
    programs: Programs, act: dict[str, str], bill: str, barred: str
) -> None:
    """民法典195(1) and (2): who pays a part, or promises to pay, owns the debt; that of one bill owns no other."""
    other = {"id": "other", "name": "invoice_issued", "at": "2026-08-01T09:00", "period": "2026-07", "amount": "9.00",
             "due": "2026-08-10"}  # fmt: skip
    done = act | {"at": "2026-08-07T09:00"} | ({"bill": bill} if bill else {})
    found = account(programs, other, done)
    asked = TimeBarred("pay", "b", parse_instant("2026-08-11T00:00"))
    assert found.decide(asked).answer == barred


@pytest.mark.parametrize(
    ("done", "barred"),
    [
        ({"name": "acknowledge_debt", "by": "user"}, "no"),
        ({"name": "pay", "by": "user", "amount": "5.00", "bill": "b"}, "yes"),
        ({"name": "demand", "by": "provider"}, "yes"),
    ],
)
def test_once_the_time_is_over_only_who_promises_to_pay_begins_it_anew(
    programs: Programs, done: dict[str, str], barred: str
) -> None:
    """民法典192(2): the defence is the debtor's, to give up by agreeing to perform; a part paid stays paid."""
    found = account(programs, done | {"at": "2026-09-07T09:00"})
    assert found.decide(TimeBarred("pay", "b", parse_instant("2026-09-07T08:00"))).answer == "yes"
    assert found.decide(TimeBarred("pay", "b", parse_instant("2026-09-08T00:00"))).answer == barred


def test_the_last_day_in_a_year_without_a_calendar_is_open(programs: Programs) -> None:
    found = account(programs, {"name": "demand", "by": "provider", "at": "2026-05-04T09:00"})
    decision = found.decide(LastDay("pay", parse_instant("2026-08-11T00:00"), about="b", bar=True))
    assert decision.answer == "undetermined"
    assert [each.kind for each in decision.missing] == ["calendar"]
    assert "2029-05-04T24:00" in decision.could_be


def test_a_claim_that_is_not_barred_whenever_its_time_ends_is_not_open(programs: Programs) -> None:
    """The year in which the time begun anew ends has no calendar yet; today nothing hangs on it."""
    found = account(programs, {"name": "demand", "by": "provider", "at": "2026-05-04T09:00"})
    decision = found.decide(TimeBarred("pay", "b", parse_instant("2026-10-15T00:00")))
    assert decision.answer == "no"
    assert not decision.missing


TEXT = """| agreement loan
| party lender, borrower
| event paid_out (amount: money)
| act repay (amount: money, loan: paid_out) by borrower, accumulates amount for each loan
| act claim by lender, needs basis

1. The borrower repays in ten days.
| repayment: for each paid_out as loan, borrower must repay loan.amount for loan within 10 days of loan.day
2. What is not claimed in a year is lost.
| time-barred after 1 year from {since}
"""


@pytest.mark.parametrize(
    ("since", "last"),
    [("breach.last_day", "2026-03-17T24:00"), ("breach.day", "2026-03-18T24:00"), ("breach.at", "2026-03-18T24:00"),
     ("paid_out.day", "2026-03-06T24:00"), ("30 days after breach.last_day", "2026-04-16T24:00")],
)  # fmt: skip
def test_the_time_runs_from_the_day_that_the_sentence_names(since: str, last: str) -> None:
    """The tenth day, 2025-03-16, is a Sunday: due on Monday, broken on Tuesday."""
    loaded = load_text(TEXT.format(since=since), "loan.contract", [])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    program = compile_program([loaded.contracts["loan"]])
    paid = event_from(
        program, {"id": "e1", "name": "paid_out", "at": "2025-03-06T09:00", "amount": "9.00"}, "event"
    )
    asked = LastDay("repayment", parse_instant("2025-12-01T00:00"), about="e1", bar=True)
    decision = Account(program, Terms(), Ledger((paid,))).decide(asked)
    assert (decision.answer, decision.value) == ("value", last)
