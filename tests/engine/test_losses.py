"""Who bears a loss."""

from __future__ import annotations

from contractlang.load import load_text
from engine.account import Account
from engine.cases import ledger_of
from engine.compile import compile_program
from engine.dates import parse_instant
from engine.question import WhoBears
from engine.terms import Terms

TEXT = """| agreement hosting
| party provider, customer
| event outage (cost: money)

1. The provider bears the loss of an outage.
| for each outage as fault, loss fault.cost is borne by provider
"""


def test_whether_there_is_a_loss_to_bear_is_as_open_as_what_is_alleged() -> None:
    loaded = load_text(TEXT, "hosting.contract", [])
    program = compile_program([loaded.contracts["hosting"]])
    alleged = ["2026-03-02 09:00 outage cost=9.00 alleged"]
    asked = WhoBears("e1", parse_instant("2026-03-03T00:00"))

    open_one = Account(program, Terms(), ledger_of(program, alleged)).decide(asked)
    known = ledger_of(program, [*alleged, "2026-03-02 10:00 establish of=e1"])
    settled = Account(program, Terms(), known).decide(asked)

    assert (open_one.answer, set(open_one.could_be)) == ("undetermined", {"provider", "no_basis"})
    assert settled.answer == "provider"
