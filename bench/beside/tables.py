"""The same portfolio of invoices folded by the kernel, by C written by hand, by window queries of DuckDB and Polars.

All read the same columns and must find the same accounts with an overdue invoice. Each has one thread; times are CPU
time, so what a query spends on other threads would count too.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy

from bench.kernel import BEGIN, CONTRACT, _by_hand, _call, columns
from contractlang.load import load
from engine.bulk.kernel import machine
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.plan import DAY, Asked
from engine.compile import compile_program
from engine.terms import Terms

AS_OF = BEGIN + 200 * DAY
ROUNDS = 3

QUERY = """
WITH paid AS (
  SELECT i.account, i.thing, i.amount, i.late_from, p."at" AS paid_at,
         sum(p.amount) OVER (PARTITION BY i.thing ORDER BY p."at") AS so_far
  FROM (SELECT account, thing, amount, late_from FROM events WHERE code = 0 AND "at" <= $as_of) i
  LEFT JOIN (SELECT invoice, amount, "at" FROM events WHERE code = 1 AND "at" <= $as_of) p ON p.invoice = i.thing
), done AS (
  SELECT account, thing, any_value(amount) AS amount, any_value(late_from) AS late_from,
         min(paid_at) FILTER (so_far >= amount) AS done_at
  FROM paid GROUP BY account, thing
)
SELECT account, count(*) AS late FROM done
WHERE amount > 0 AND late_from <= $as_of AND done_at IS NULL GROUP BY account ORDER BY account
"""
"""Of each account, how many invoices are past their due day and not settled."""


def events_of(laid: Any, base: int, end_of_day: Any) -> dict[str, Any]:
    """Return the columns that the queries read: those of the kernel, with each invoice's number and last instant."""
    count = len(laid.first) - 1
    per = numpy.diff(laid.first)
    is_invoice = laid.code == 0
    due = numpy.where(is_invoice, laid.fields["due"] - base, 0)
    return {
        "account": numpy.repeat(numpy.arange(count), per),
        "code": laid.code,
        "at": laid.at,
        "amount": laid.fields["amount"],
        "thing": numpy.where(is_invoice, numpy.cumsum(is_invoice) - 1, -1),
        "invoice": numpy.where(is_invoice, -1, laid.fields["invoice"]),
        "late_from": end_of_day[due],
    }


def late_of(found: dict[str, Any]) -> tuple[list[int], list[int]]:
    return numpy.asarray(found["account"]).tolist(), numpy.asarray(found["late"]).tolist()


def by_duckdb(events: dict[str, Any]) -> Callable[[], tuple[list[int], list[int]]]:
    """Return the window query in DuckDB, its table laid out beforehand."""
    import duckdb
    import pyarrow

    at = duckdb.connect(config={"threads": 1})
    at.register("given", pyarrow.table(events))
    at.execute("CREATE TABLE events AS SELECT * FROM given")
    return lambda: late_of(at.execute(QUERY, {"as_of": AS_OF}).fetchnumpy())


def by_polars(events: dict[str, Any]) -> Callable[[], tuple[list[int], list[int]]]:
    """Return the same in Polars, its frame laid out beforehand."""
    import polars

    frame, c = polars.DataFrame(events), polars.col

    def asked() -> tuple[list[int], list[int]]:
        known = frame.lazy().filter(c("at") <= AS_OF)
        invoices = known.filter(c("code") == 0).select("account", "thing", "amount", "late_from")
        payments = known.filter(c("code") == 1).select(thing="invoice", paid="amount", paid_at="at")
        found = (
            invoices.join(payments, on="thing", how="left")
            .with_columns(so_far=c("paid").cum_sum().over("thing", order_by="paid_at"))
            .group_by("account", "thing")
            .agg(
                c("amount").first(), c("late_from").first(),
                done_at=c("paid_at").filter(c("so_far") >= c("amount").first()).min(),
            )
            .filter((c("amount") > 0) & (c("late_from") <= AS_OF) & c("done_at").is_null())
            .group_by("account").agg(late=polars.len()).sort("account").collect()
        )  # fmt: skip
        return found["account"].to_list(), found["late"].to_list()

    return asked


def measured(accounts: int = 25_000, invoices: int = 20) -> tuple[int, list[tuple[str, float]]]:
    """Return how many events there are, and each way with the millions of events that it folds in a second of CPU."""
    program = compile_program([load([CONTRACT]).contracts["receivables"]])
    plan = plan_of(program, Terms(), [Asked("seller", "dun")])
    laid = columns(accounts, invoices, numpy)
    loop, by_hand = machine.compiled(plan.source), _by_hand()
    arguments, left = machine.given(program, Terms(), plan, laid, AS_OF, True)
    events = events_of(laid, arguments["base"], arguments["cal0"])

    def fold(run: Callable[[dict[str, Any]], None]) -> Callable[[], tuple[list[int], list[int]]]:
        def folded() -> tuple[list[int], list[int]]:
            run(arguments)
            of_thing = numpy.repeat(numpy.arange(accounts), numpy.diff(laid.things))
            late = numpy.bincount(of_thing[left["s0"] == 3], minlength=accounts)
            return numpy.flatnonzero(late).tolist(), late[late > 0].tolist()

        return folded

    ways: dict[str, Callable[[], tuple[list[int], list[int]]]] = {
        "kernel": fold(lambda given: loop(*(given[name] for name in plan.arguments)))
    }
    if by_hand is not None:
        ways["C by hand"] = fold(lambda given: _call(by_hand, given))
    ways |= {"DuckDB, window query": by_duckdb(events), "Polars, window query": by_polars(events)}
    expected = ways["kernel"]()
    for name, asked in ways.items():
        assert asked() == expected, f"{name} finds other accounts"
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, asked in ways.items():
            begun = time.process_time()
            asked()
            taken[name].append(time.process_time() - begun)
    count = len(laid.at)
    return count, [(name, count / statistics.median(each) / 1e6) for name, each in taken.items()]
