"""The same receipt and question give the same bytes, in every run: nothing hangs on the seed of its hashes."""

from __future__ import annotations

import os
import subprocess
import sys

ASKED = """
from datetime import date

from contractlang.load import load_text
from engine.compile import compile_program
from engine.dates import end_of, start_of
from engine.decide import decide
from engine.event import event
from engine.position import Position, advance
from engine.question import AmountOfSum, May
from engine.terms import Terms

loaded = load_text('''| agreement hire
| party owner, hirer
| event bill (due: day, amount: money)
| act pay (amount: money, bill: bill) by hirer, accumulates amount for each bill
| act lock by owner, needs basis

1.1 Bills are paid when due; until then the owner may lock the car.
| pay_bill: for each bill as b, hirer must pay b.amount for b by b.due
| while pay_bill is overdue, owner may lock
''')
assert not loaded.errors, loaded.errors
position = Position.opening(compile_program([loaded.contracts["hire"]]), Terms())
day = date(2026, 3, 2)
for n in range(12):
    fields = {"due": date(2026, 3, 10), "amount": 1000 + n}
    position = advance(position, event(f"bill-{n}", "bill", None, start_of(day) + n, fields=fields))
# A payment that names no bill is shared out among bills that fall due together.
part = event("part", "pay", "hirer", end_of(date(2026, 3, 12)), fields={"amount": 7001})
position = advance(position, part)
at = end_of(date(2026, 3, 20))
print(decide(position, May("owner", "lock", at)))
print([decide(position, AmountOfSum("pay_bill", at, f"bill-{n}")) for n in range(12)])
"""


def asked_with(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    return done.stdout


def test_same_bytes_in_every_run() -> None:
    first = asked_with("1")
    assert "permitted" in first
    assert asked_with("2") == first
