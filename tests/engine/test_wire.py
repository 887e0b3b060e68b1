"""What goes over the wire conforms to the schema that is published for it, and is the same on every run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from contractlang.values import Period
from engine.account import Account
from engine.dates import parse_day, parse_instant
from engine.event import Ledger, event
from engine.program import Program
from engine.question import May
from engine.terms import Terms
from engine.wire import decision_to_wire, event_to_wire, norm_to_wire, position_to_wire, schemas

AT = parse_instant("2026-09-11T00:00")
LEDGER = Ledger(
    (
        event("e1", "sign", "provider", parse_instant("2026-03-02T10:00")),
        event("e2", "sign", "user", parse_instant("2026-03-02T10:05")),
        event(
            "e3", "invoice_issued", None, parse_instant("2026-09-01T09:00"),
            fields={"period": "2026-08", "amount": 10000, "due": parse_day("2026-09-10")},
        ),
    )
)  # fmt: skip


def account(program: Program) -> Account:
    return Account(program, Terms(blanks={"有效期": Period(2, "years")}), LEDGER)


def test_a_decision_on_the_wire(voip_1: Program) -> None:
    wire = decision_to_wire(account(voip_1).decide(May("provider", "suspend_service", AT)))
    assert (wire.answer, wire.verdict, wire.truncated) == ("permitted", "permitted", False)
    assert wire.reasons[0].parts[0].events == ["e3"]
    assert wire.cure[0].amount == 10000
    assert wire.receipt.as_of == "2026-09-11T00:00+08:00"


def test_the_same_question_gives_the_same_bytes(voip_1: Program) -> None:
    question = May("provider", "terminate", AT)
    first, second = (decision_to_wire(account(voip_1).decide(question)).model_dump_json() for _ in range(2))
    assert first == second


def test_every_norm_event_and_position_goes_over_the_wire(
    voip_1: Program, voip_2: Program, sale: Program
) -> None:
    for program in (voip_1, voip_2, sale):
        for norm in program.norms:
            json.loads(norm_to_wire(norm).model_dump_json())
    for each in LEDGER:
        assert event_to_wire(each).id == each.id
    position = position_to_wire(account(voip_1).position_at(AT))
    assert position.states["agreement/voip-1"] == ["in_force"]
    assert [each.status for each in position.standings if each.norm == "五.2:付费"] == [["breached"]]


def test_every_kind_of_open_item_that_is_told_is_in_the_schema() -> None:
    page = (Path(__file__).parents[2] / "docs" / "decisions.md").read_text("utf-8")
    (told,) = re.findall(r"`missing` \| list \| `kind` \(([^)]+)\)", page)
    assert schemas()["decision"]["$defs"]["ItemWire"]["properties"]["kind"]["enum"] == told.split(", ")


def test_schemas_are_versioned() -> None:
    for schema in schemas().values():
        assert schema["properties"]["version"]["const"] == 1
