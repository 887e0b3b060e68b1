"""Synthetic accounts of agreement 1 for the benchmarks: calls, usage, bills, payments, now and then a fault."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from contractlang.load import load
from contractlang.values import Period
from engine.compile import compile_program
from engine.dates import start_of
from engine.event import Event, event
from engine.governing import Programs
from engine.program import Program
from engine.terms import Terms

ROOT = Path(__file__).parents[1] / "contracts"
ALL = [ROOT / "voip-1", ROOT / "voip-2", ROOT / "law"]
LAYERS = ("contract", "civil", "sector", "consumer", "cyber")
HOUR = 3_600_000_000


def agreement_one() -> Program:
    """Return agreement 1 made ready."""
    loaded = load([ROOT / "voip-1"], [ROOT / "vocabulary"])
    return compile_program([loaded.contracts["voip-1"]])


def under_all_law() -> Program:
    """Return agreement 1 made ready with the law of every layer."""
    loaded = load(ALL, [ROOT / "vocabulary"])
    return Programs({name: loaded.contracts[name] for name in loaded.asked}).of(("voip-1",), LAYERS)


def terms(layers: tuple[str, ...] = ("contract",)) -> Terms:
    """Return the terms of the benchmark's account: a long term, everything else by default."""
    return Terms(blanks={"有效期": Period(60, "years")}, layers=layers)


def ledger(events: int, calls_a_day: int = 8, unpaid: bool = False) -> list[Event]:
    """Return `events` events of one account: calls each day, each month a bill, paid now and then after its due day.

    `unpaid` leaves every third bill unpaid.
    """
    found = _opened()
    day, number = date(2023, 1, 4), 0

    def add(id: str, name: str, by: str | None, hour: int, source: str, **fields: object) -> None:
        nonlocal number
        number += 1
        found.append(
            event(id, name, by, start_of(day) + hour * HOUR, fields=fields, source=source, sequence=number)
        )

    while len(found) < events:
        for call in range(calls_a_day):
            add(f"c{number}", "place_call", "user", 8 + call, "switch", to="10010")
        month = f"{day.year}-{day.month:02d}"
        if day.day == 1:
            add(
                f"b{month}",
                "invoice_issued",
                None,
                17,
                "billing",
                period=month,
                amount=5800,
                due=day.replace(day=12),
            )
        if day.day == (10 if day.month % 4 else 14) and not (unpaid and day.month % 3 == 0):
            add(f"p{month}", "pay", "user", 18, "billing", amount=5800, bill=f"b{month}")
        if day.day == 20:
            add(f"u{month}", "usage", None, 19, "switch", period=month, minutes=200)
        if day.day == 25 and day.month % 6 == 0:
            add(f"k{month}", "complaint_filed", None, 20, "crm")
            add(f"a{month}", "answer_complaint", "provider", 21, "crm", complaint=f"k{month}")
        day += timedelta(days=1)
    return found[:events]


def bills(events: int) -> list[Event]:
    """Return `events` events of one account billed ten times a day, each bill paid two days later: nothing but duties.

    The days are those of published calendars; two bills in seven fall due on a rest day.
    """
    found = _opened()
    day, number = date(2023, 1, 4), 10

    def add(id: str, name: str, by: str | None, minute: int, **fields: object) -> None:
        nonlocal number
        number += 1
        at = start_of(day) + 8 * HOUR + minute * HOUR // 60
        found.append(event(id, name, by, at, fields=fields, source="billing", sequence=number))

    while len(found) < events:
        before = day - timedelta(days=2)
        for bill in range(10):
            add(
                f"b{day}-{bill}",
                "invoice_issued",
                None,
                bill,
                period=f"{day}-{bill}",
                amount=200,
                due=day + timedelta(days=5),
            )
            if number > 40:
                add(f"p{day}-{bill}", "pay", "user", bill + 30, amount=200, bill=f"b{before}-{bill}")
        day += timedelta(days=1)
    found.sort(key=lambda each: each.effect_at)
    return found[:events]


def _opened() -> list[Event]:
    at = start_of(date(2023, 1, 3))
    acts = (("sign", "provider"), ("sign", "user"), ("activate_service", "provider"))
    return [
        event(f"s{n}", name, by, at + n * HOUR, source="crm", sequence=n)
        for n, (name, by) in enumerate(acts, 1)
    ]
