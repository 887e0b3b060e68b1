"""A sum beside damages upon one breach is told; a sum upon another breach, or beside what asks for no loss, is not."""

from __future__ import annotations

import pytest

from contractlang.load import load_text
from engine.analysis import analyse
from engine.governing import Programs

RENT = """
| agreement rent
| party owner, tenant
| event bill (amount: money, due: day)
| act pay (amount: money, bill: bill) by tenant, accumulates amount for each bill
| act sweep by tenant
| act claim by owner, needs basis
| question harm, answers money: "What is the loss?"

1.1 The rent is paid by its day.
| paying: for each bill as it, tenant must pay it.amount for it by it.due
1.2 The stairs are swept.
| sweeping: tenant must sweep within 10 days
1.3 Late rent costs a fee of 20.00.
| amount late_fee: for each breach of paying as wrong, is 20.00 CNY
1.4 Who does not pay makes good the loss.
| damages: for each breach of paying as wrong, when harm > 0.00 CNY, owner may claim
"""


def told(text: str) -> list[str]:
    loaded = load_text(text, "rent.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    found = analyse(Programs(loaded.contracts), ("rent",), only=frozenset(["competing"]))
    return [each.key for each in found]


def test_whether_a_late_fee_counts_towards_the_damages_is_left_open() -> None:
    assert told(RENT) == ["competing/sum and damages:rent/1.4:damages+rent/1.3"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("damages: for each breach of paying", "damages: for each breach of sweeping"),
        ("when harm > 0.00 CNY, owner may claim", "owner may claim"),
    ],
)
def test_another_breach_and_a_claim_that_asks_for_no_loss_are_silent(before: str, after: str) -> None:
    assert not told(RENT.replace(before, after))
