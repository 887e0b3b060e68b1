"""The reference by itself, on a meat sale (Symboleo's sample, retold) and on single rules of the semantics."""

from __future__ import annotations

from datetime import date

import pytest

from contractlang.load import load_text
from engine.dates import DAY, HOUR, start_of
from engine.event import Event, Instant, Ledger, event
from engine.question import InBreachOf, May, StateOf
from engine.terms import Terms
from tests.reference.interpret import interpret

SALE = """
| agreement meat
| party seller 卖方, buyer 买方
| type quality: aaa | a
| state trade: going | off
| event begun
| act deliver (of: quality) by seller
| act pay by buyer
| act pay_late by buyer
| act suspend by seller, needs basis
| act resume by buyer, needs basis
| act end_sale by buyer, needs basis, sets agreement to terminated
| act disclose by either party
1.1 Delivery of meat of quality aaa before day 10; payment before day 7.
| delivery: seller must deliver where of is aaa, before 2026-03-11
| payment: buyer must pay before 2026-03-08
1.2 If payment is late, more is due.
| late_payment: upon breach of payment, buyer must pay_late
1.3 The seller may hold the delivery back, and the buyer have it resumed.
| hold: upon breach of payment, seller may suspend, suspending delivery {clock}
| let_go: when late_payment is discharged, buyer may resume, resuming delivery
1.4 From day 20 the buyer may end the sale if nothing was delivered.
| ending: when delivery is overdue, buyer may end_sale, not before 2026-03-21
1.5 Secrecy until day 180.
| secrecy: either party must not disclose until now >= 2026-08-28
| survives
"""


def at(day: int, hour: int = 12) -> Instant:
    """Return an instant `day` days after the first of March 2026."""
    return start_of(date(2026, 3, 1)) + day * DAY + hour * HOUR


def told(facts: list[Event], question: May | InBreachOf | StateOf, clock: str = "") -> str:
    loaded = load_text(SALE.replace("{clock}", clock))
    assert not loaded.errors
    return interpret(loaded.contracts.values(), Terms(), Ledger((BEGUN, *facts)), question).answer


BEGUN = event("b", "begun", None, at(0))
DELIVERED = event("d", "deliver", "seller", at(7), fields={"of": "aaa"})
SUSPENDED = [
    event("s", "suspend", "seller", at(8)),
    event("l", "pay_late", "buyer", at(15)),
    event("r", "resume", "buyer", at(18)),
]


def test_delivered_but_not_paid() -> None:
    assert told([DELIVERED], InBreachOf("seller", "delivery", at(12))) == "no"
    assert told([DELIVERED], InBreachOf("buyer", "payment", at(12))) == "yes"
    assert told([DELIVERED], May("buyer", "pay_late", at(12))) == "permitted"
    assert told([DELIVERED], May("seller", "suspend", at(12))) == "permitted"


def test_the_wrong_quality_is_no_delivery() -> None:
    wrong = event("d", "deliver", "seller", at(7), fields={"of": "a"})
    assert told([wrong], InBreachOf("seller", "delivery", at(15))) == "yes"


def test_nothing_happens_until_the_buyer_may_end_the_sale() -> None:
    assert told([], InBreachOf("seller", "delivery", at(21))) == "yes"
    assert told([], May("buyer", "end_sale", at(19))) == "forbidden"
    assert told([], May("buyer", "end_sale", at(21))) == "permitted"
    ended = event("t", "end_sale", "buyer", at(21))
    assert told([ended], StateOf("agreement", at(22))) == "terminated"
    assert told([ended], InBreachOf("seller", "delivery", at(22))) == "yes"


@pytest.mark.parametrize(
    ("clock", "day", "answer"),
    [
        ("", 19, "no"),
        ("", 21, "yes"),
        ("clock runs", 19, "yes"),
        ("clock extends", 19, "no"),
        ("clock extends", 20, "yes"),
    ],
)
def test_what_becomes_of_the_window_while_delivery_is_suspended(clock: str, day: int, answer: str) -> None:
    assert told(SUSPENDED, InBreachOf("seller", "delivery", at(day)), clock) == answer


def test_a_suspended_duty_is_not_missed() -> None:
    assert told(SUSPENDED[:1], InBreachOf("seller", "delivery", at(30))) == "no"
    assert told(SUSPENDED, InBreachOf("buyer", "late_payment", at(30))) == "no"


def test_paid_and_delivered() -> None:
    facts = [event("p", "pay", "buyer", at(5)), DELIVERED]
    assert told(facts, InBreachOf("buyer", "payment", at(30))) == "no"
    assert told(facts, InBreachOf("seller", "delivery", at(30))) == "no"
    assert told(facts, May("seller", "suspend", at(30))) == "forbidden"


def test_disclosure_is_a_breach_until_day_180() -> None:
    assert told([event("x", "disclose", "seller", at(4))], InBreachOf("seller", "secrecy", at(5))) == "yes"
    assert told([event("x", "disclose", "seller", at(190))], InBreachOf("seller", "secrecy", at(191))) == "no"
