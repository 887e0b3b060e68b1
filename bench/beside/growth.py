"""How the time of an event grows with accounts, with events an account, and with clauses: the kernel, on one core."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy

from bench.kernel import BEGIN, CONTRACT, columns
from contractlang.load import load, load_text
from engine.bulk.kernel import machine
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.plan import DAY, MISSING, Asked, Plan
from engine.compile import compile_program
from engine.program import Program
from engine.terms import Terms

AS_OF = BEGIN + 200 * DAY
ROUNDS = 4
ACCOUNTS = (1_000, 10_000, 100_000)
EVENTS = (4, 40, 400, 4_000, 40_000)
CLAUSES = (1, 2, 4, 8)
Curve = list[tuple[int, float]]


def over_accounts() -> Curve:
    """Return nanoseconds of CPU an event for more and more accounts of 20 events."""
    program, plan = _invoices()
    return [(many, _spent(program, plan, columns(many, 10, numpy))) for many in ACCOUNTS]


def over_events() -> Curve:
    """Return nanoseconds of CPU an event for accounts of more and more events, 800,000 events in all."""
    program, plan = _invoices()
    return [(each, _spent(program, plan, columns(800_000 // each, each // 2, numpy))) for each in EVENTS]


def over_clauses() -> Curve:
    """Return nanoseconds of CPU an event for contracts of more and more clauses, each with a debt of its own."""
    return [(many, _spent(*_of_clauses(many))) for many in CLAUSES]


def _invoices() -> tuple[Program, Plan]:
    program = compile_program([load([CONTRACT]).contracts["receivables"]])
    return program, plan_of(program, Terms(), [Asked("seller", "dun")])


def text_of(clauses: int) -> str:
    """Return a contract with that many debts, each by an occurrence of its own."""
    declared = "".join(
        f"| event billed_{n} (amount: money, due: day)\n"
        f"| act settle_{n} (amount: money, invoice: billed_{n}) by customer, accumulates amount for each invoice\n"
        for n in range(1, clauses + 1)
    )
    norms = "".join(
        f"\n{n} Bill {n} is settled by its due day.\n"
        f"| pay_{n}: for each billed_{n} as bill, customer must settle_{n} bill.amount for bill by bill.due\n"
        for n in range(1, clauses + 1)
    )
    last = clauses + 1
    dun = f"\n{last} The seller may dun for bill 1.\n| dunning: while pay_1 is overdue, seller may dun\n"
    return (
        "Many debts\n\n| agreement many_debts\n| party seller, customer\n| act dun by seller, needs basis\n"
        + declared + norms + dun
    )  # fmt: skip


def _of_clauses(clauses: int, accounts: int = 5_000, invoices: int = 16) -> tuple[Program, Plan, Columns]:
    """Return a contract of that many clauses with accounts whose debts are spread over all of them."""
    loaded = load_text(text_of(clauses), "many.contract")
    program = compile_program([loaded.contracts["many_debts"]])
    plan = plan_of(program, Terms(), [Asked("seller", "dun")])
    plain = columns(accounts, invoices, numpy)
    code: Any = plain.code
    amount, due, named = (numpy.asarray(plain.fields[each]) for each in ("amount", "due", "invoice"))
    # Which debt each thing is: a settlement is of the kind of what it names.
    is_bill = code == 0
    thing = numpy.where(is_bill, numpy.cumsum(is_bill) - 1, named)
    debt = thing % clauses
    names = [[plan.codes[f"{what}_{n + 1}"] for n in range(clauses)] for what in ("billed", "settle")]
    codes = numpy.where(is_bill, numpy.array(names[0])[debt], numpy.array(names[1])[debt])
    fields: dict[str, Any] = {name: numpy.full(len(code), MISSING) for name in plan.kinds}
    fields |= {
        name: each for name, each in (("amount", amount), ("due", due), ("invoice", named)) if name in fields
    }
    return program, plan, Columns(plain.first, plain.things, plain.at, codes, plain.who, fields)


def _spent(program: Program, plan: Plan, laid: Columns) -> float:
    loop, taken = machine.compiled(plan.source), []
    for _ in range(ROUNDS):
        arguments, _ = machine.given(program, Terms(), plan, laid, AS_OF, True)
        begun = time.process_time()
        loop(*(arguments[name] for name in plan.arguments))
        taken.append(time.process_time() - begun)
    # The first is compiled.
    return statistics.median(taken[1:]) / len(laid.at) * 1e9
