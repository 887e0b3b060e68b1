"""Synthetic accounts of agreement 1 for the benchmarks: calls, usage, bills, payments, now and then a fault."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from contractlang.load import load
from contractlang.values import Period
from engine.dates import start_of
from engine.event import Event, event
from engine.program import Program, compile_program
from engine.terms import Terms

ROOT = Path(__file__).parents[1] / "contracts"
HOUR = 3_600_000_000


def agreement_one() -> Program:
    """Return agreement 1 made ready."""
    loaded = load([ROOT / "voip-1"], [ROOT / "vocabulary"])
    return compile_program([loaded.contracts["voip-1"]])


def terms() -> Terms:
    """Return the terms of the benchmark's account: a long term, everything else by default."""
    return Terms(blanks={"有效期": Period(60, "years")})


def ledger(events: int, calls_a_day: int = 8) -> list[Event]:
    """Return about `events` events of one account: each month a bill, paid before or after its due day."""
    opened = date(2023, 1, 3)
    at = start_of(opened)
    found = [
        event("s1", "sign", "provider", at + HOUR, source="crm", sequence=1),
        event("s2", "sign", "user", at + 2 * HOUR, source="crm", sequence=2),
        event("s3", "activate_service", "provider", at + 3 * HOUR, source="crm", sequence=3),
    ]
    day, number = opened + timedelta(days=1), 0
    while len(found) < events:
        start = start_of(day)
        for call in range(calls_a_day):
            number += 1
            found.append(
                event(
                    f"c{number}",
                    "place_call",
                    "user",
                    start + (8 + call) * HOUR,
                    fields={"to": "10010"},
                    source="switch",
                    sequence=number,
                )
            )
        month = f"{day.year}-{day.month:02d}"
        if day.day == 1:
            found.append(
                event(
                    f"b{month}",
                    "invoice_issued",
                    None,
                    start + 17 * HOUR,
                    fields={"period": month, "amount": 5800, "due": day.replace(day=12)},
                    source="billing",
                    sequence=number,
                )
            )
        if day.day == (10 if day.month % 4 else 14):
            found.append(
                event(
                    f"p{month}",
                    "pay",
                    "user",
                    start + 18 * HOUR,
                    fields={"amount": 5800, "bill": f"b{month}"},
                    source="billing",
                    sequence=number,
                )
            )
        if day.day == 20:
            found.append(
                event(
                    f"u{month}",
                    "usage",
                    None,
                    start + 19 * HOUR,
                    fields={"period": month, "minutes": 200},
                    source="switch",
                    sequence=number,
                )
            )
        if day.day == 25 and day.month % 6 == 0:
            found.append(
                event(f"k{month}", "complaint_filed", None, start + 20 * HOUR, source="crm", sequence=number)
            )
            found.append(
                event(
                    f"a{month}",
                    "answer_complaint",
                    "provider",
                    start + 21 * HOUR,
                    fields={"complaint": f"k{month}"},
                    source="crm",
                    sequence=number,
                )
            )
        day += timedelta(days=1)
    return found[:events]
