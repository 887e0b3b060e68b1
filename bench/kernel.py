"""How fast the kernel folds columns, against C written by hand for the same contract; and a whole portfolio.

`python -m bench.kernel` prints these figures alone. Times are CPU time; kernel and C take turns in one run, over the
same arrays, and must leave the same numbers.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from contractlang.load import load
from engine.bulk.kernel import machine
from engine.bulk.kernel.lower import plan_of
from engine.bulk.kernel.machine import Columns
from engine.bulk.kernel.plan import MISSING, Asked, Plan
from engine.cli import carried_out
from engine.compile import compile_program
from engine.dates import DAY
from engine.program import Program
from engine.terms import Terms

HERE = Path(__file__).parent
CONTRACT = HERE.parent / "tests" / "bulk" / "receivables"
BEGIN = 1_772_413_200_000_000
Row = tuple[str, str, str]


def rows() -> list[Row]:
    """Return the figures; those of the compiled loop only where llvmlite is installed."""
    loaded = load([CONTRACT])
    program = compile_program([loaded.contracts["receivables"]])
    plan = plan_of(program, Terms(), [Asked("seller", "dun")])
    found = [_plain(program, plan)]
    if find_spec("llvmlite") is not None:
        found += [*_compiled(program, plan), *_ready()]
    return found + _portfolio()


def columns(accounts: int, invoices: int, numpy: Any, seed: int = 1) -> Columns:
    """Return accounts with that many invoices each, and a settlement of each, most of them in time."""
    chance = numpy.random.default_rng(seed)
    shape = (accounts, invoices)
    issued = BEGIN + numpy.sort(chance.integers(0, 300 * DAY, shape), axis=1)
    settled = issued + chance.integers(DAY, 36 * DAY, shape)
    amount = chance.integers(100, 100_000, shape)
    due = (issued + 8 * 3_600_000_000) // DAY + 30
    place = numpy.arange(accounts * invoices).reshape(shape)
    nothing = numpy.full(shape, MISSING)
    at = numpy.concatenate([issued, settled], axis=1)
    order = numpy.argsort(at, axis=1, kind="stable")

    def laid(one: Any, other: Any) -> Any:
        both = numpy.concatenate([one, other], axis=1)
        return numpy.ascontiguousarray(numpy.take_along_axis(both, order, 1).reshape(-1), numpy.int64)

    zeros = numpy.zeros(shape, numpy.int64)
    per = numpy.arange(accounts + 1, dtype=numpy.int64)
    fields = {"amount": laid(amount, amount), "due": laid(due, nothing), "invoice": laid(nothing, place)}
    return Columns(per * 2 * invoices, per * invoices, laid(issued, settled), laid(zeros, zeros + 1),
                   laid(zeros - 3, zeros + 1), fields)  # fmt: skip


def _compiled(program: Program, plan: Plan) -> list[Row]:
    import numpy

    from engine.bulk.kernel.native import native

    as_of = BEGIN + 200 * DAY
    begun = time.process_time()
    native(plan.source, None)
    found = [("kernel: compiled, once for each plan", f"{time.process_time() - begun:.1f} s", "")]
    loop = machine.compiled(plan.source)
    by_hand = _by_hand()
    sizes = {invoices: columns(2_000_000 // invoices, invoices, numpy) for invoices in (50, 50_000)}
    taken: dict[int, dict[str, list[float]]] = {each: {"kernel": [], "c": []} for each in sizes}
    # Accounts of either size take turns, too: what else the machine does slows down both.
    for invoices, laid in 7 * [*sizes.items()]:
        given, left = machine.given(program, Terms(), plan, laid, as_of, True)
        begun = time.process_time()
        loop(*(given[name] for name in plan.arguments))
        taken[invoices]["kernel"].append(time.process_time() - begun)
        if by_hand is None:
            continue
        again, other = machine.given(program, Terms(), plan, laid, as_of, True)
        begun = time.process_time()
        _call(by_hand, again)
        taken[invoices]["c"].append(time.process_time() - begun)
        for name in ("gone", "answer", "row", "s0", "e0", "z0", "o0", "p0"):
            assert (left[name] == other[name]).all(), f"the kernel and C differ in {name}"
    speeds = []
    for invoices, spent in taken.items():
        events = len(sizes[invoices].at)
        speed = events / statistics.median(spent["kernel"]) / 1e6
        speeds.append(speed)
        what = f"kernel: {2 * invoices:,} events an account"
        if by_hand is None:
            found.append((what, f"{speed:.0f} M events/s", "no C compiler is here"))
        else:
            by_c = events / statistics.median(spent["c"]) / 1e6
            figure = f"{speed:.0f} M/s, C {by_c:.0f} M/s"
            found.append((what, f"{figure}: {speed / by_c:.2f} of C", "half of C or more"))
    what = "kernel: an event of 100,000 an account beside one of 100"
    return [*found, (what, f"{speeds[0] / speeds[1]:.2f} of its time", "no more")]


def _ready() -> list[Row]:
    """Agreement 1 with the law: how long until its loop is ready, made anew and found on disk."""
    from engine.bulk.fold import Folded
    from engine.bulk.kernel.native import native
    from engine.bulk.kernel.portfolio import Kernelled
    from engine.commands.portfolio import kernelled

    layers, settings = ("contract", "civil", "consumer", "cyber", "sector"), (("term", "2 years"),)
    asked = ("provider may suspend_service",)
    made = kernelled("on", 0.0, 0, ("voip-1",), layers, "2026-10-15", None, asked, settings, None)
    assert isinstance(made, Kernelled)
    taken = made.portfolio.take("", {}, (), Folded())
    assert taken is not None
    plan = made.plan(taken.account.program, taken.account.terms, taken.asked)
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            native.cache_clear()
            begun = time.process_time()
            native(plan.source, Path(folder) / "kept")
            spent.append(time.process_time() - begun)
    what = f"kernel: agreement 1 with the law, {plan.source.count(chr(10)):,} lines"
    return [
        (f"{what}, made", f"{spent[0]:.1f} s", "5 s"),
        (f"{what}, kept", f"{spent[1]:.2f} s", "0.5 s"),
    ]


def _by_hand() -> Any:
    """Return the loop written in C; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "receivables.so"
        source = str(HERE / "receivables.c")
        subprocess.run([compiler, "-O3", "-shared", "-fPIC", "-o", str(library), source], check=True)
        return ctypes.CDLL(str(library)).fold


def _call(fold: Any, given: dict[str, Any]) -> None:
    def column(name: str) -> Any:
        return given[name].ctypes.data_as(ctypes.c_void_p)

    number = ctypes.c_int64
    fold(
        number(len(given["first"]) - 1), *map(column, ("first", "things", "at", "code", "who")),
        *map(column, ("c_amount", "c_due", "c_invoice")), number(given["base"]), column("cal0"),
        number(len(given["cal0"])), number(given["asof"]),
        *map(column, ("row", "s0", "e0", "z0", "o0", "p0", "answer", "gone")),
    )  # fmt: skip


def _plain(program: Program, plan: Plan) -> Row:
    """The same loop as plain Python."""
    accounts, invoices, chance = 500, 20, Random(1)
    first, things, at, code, who = (list[int](each) for each in ([0], [0], [], [], []))
    fields: dict[str, list[int]] = {"amount": [], "due": [], "invoice": []}
    for account in range(accounts):
        facts = []
        for k in range(account * invoices, (account + 1) * invoices):
            issued = BEGIN + k % invoices * 10 * DAY + 3
            amount, day = chance.randrange(100, 9999), (issued + 8 * 3_600_000_000) // DAY + 30
            facts += [(issued, 0, -3, amount, day, MISSING)]
            facts += [(issued + chance.randrange(DAY, 36 * DAY), 1, 1, amount, MISSING, k)]
        for each in sorted(facts):
            for column, value in zip((at, code, who, *fields.values()), each, strict=True):
                column.append(value)
        first.append(len(at))
        things.append((account + 1) * invoices)
    laid = Columns(first, things, at, code, who, dict(fields))
    given, _ = machine.given(program, Terms(), plan, laid, BEGIN + 200 * DAY, False)
    loop = machine.plain(plan.source)
    begun = time.process_time()
    loop(*(given[name] for name in plan.arguments))
    return (
        "kernel: the same loop as plain Python",
        f"{len(at) / (time.process_time() - begun) / 1e6:.1f} M events/s",
        "",
    )


def _portfolio() -> list[Row]:
    """A portfolio from its table to its answers, folded by the engine and by the kernel."""
    import duckdb

    speeds = {}
    # The engine takes less, in about the time that the kernel takes for more.
    for kernel, accounts in (("off", 300), ("on", 800)):
        with tempfile.TemporaryDirectory() as folder:
            lines, table = Path(folder) / "events.jsonl", Path(folder) / "events.parquet"
            count = _written(lines, accounts, 50)
            duckdb.execute(f"COPY (SELECT * FROM '{lines}') TO '{table}' (FORMAT parquet)")
            words = ["replay", str(CONTRACT), "--events", str(table), "--as-of", "2026-10-15", "--json"]
            words += ["--ask", "seller may dun", "--jobs", "1", "--buckets", "4", "--kernel", kernel]
            begun = time.process_time()
            with redirect_stdout(io.StringIO()) as said:
                assert carried_out([*words, "--out", str(Path(folder) / "out")]) == 0
            speeds[kernel] = count / (time.process_time() - begun)
            assert json.loads(said.getvalue())["kernel"] == (accounts if kernel == "on" else 0)
    found = [
        (
            "portfolio: 80,000 rows, read by SQL",
            f"{speeds['on']:,.0f} events/s, engine {speeds['off']:,.0f}: x{speeds['on'] / speeds['off']:.1f}",
            "",
        )
    ]
    return found + (_straight() if find_spec("llvmlite") and find_spec("pyarrow") else [])


MADE = """
WITH invoices AS (
  SELECT a, k, hash(a * 77 + k) % 99900 + 100 AS amount, (1440 + hash(a * 91 + k) % 48000)::BIGINT AS paid_after,
         TIMESTAMP '2026-01-05 09:00:00' + to_minutes((k * {every} + hash(a * 50 + k) % {within})::BIGINT) AS issued
  FROM range({accounts}) AS r(a), range({invoices}) AS s(k)
), events AS (
  SELECT a, k, 'i' || k AS id, 'invoiced' AS name, NULL::VARCHAR AS "by", issued AS moment, amount,
         (issued + INTERVAL 30 DAY)::DATE::VARCHAR AS due, NULL::VARCHAR AS invoice FROM invoices
  UNION ALL
  SELECT a, k, 's' || k, 'settle', 'customer', issued + to_minutes(paid_after) + to_seconds(k + 1), amount,
         NULL, 'i' || k FROM invoices
)
SELECT 'C-' || a AS account, id, name, "by", strftime(moment, '%Y-%m-%dT%H:%M:%S') AS "at",
       (amount // 100) || '.' || lpad((amount % 100)::VARCHAR, 2, '0') AS amount, due, invoice
FROM events ORDER BY {order}
"""
"""Invoices, over 139 days, and their settlements, all of it text; most are settled in time."""

ORDERS = {"by account": 'account, "at"', "in time": '"at", account'}

TYPED = """
SELECT * REPLACE ("at"::TIMESTAMP AS "at", amount::DECIMAL(12, 2) AS amount, due::DATE AS due)
FROM ({made})
"""
"""The same, with instants, amounts and days as what they are."""

PLAIN: dict[str, Any] = {
    "compression": "none", "store_decimal_as_integer": True, "row_group_size": 1 << 17, "data_page_size": 1 << 24,
    "use_dictionary": ["account", "id", "name", "by", "due", "invoice"], "store_schema": False,
}  # fmt: skip
"""How pyarrow writes a table so that it is read soonest: numbers as they stand, texts and days as numbers of words."""


def made(path: Path, accounts: str, invoices: int, order: str, how: str) -> Path:
    """Write events of accounts (SQL: so many, or from one to another) to a table in Parquet, in some order.

    `how` is "text" (all of it), "typed", or "plain": typed, and written to be read soonest.
    """
    import duckdb

    every = 200_000 // invoices
    query = MADE.format(
        accounts=accounts, invoices=invoices, order=order, every=every, within=every * 39 // 40
    )
    query = query if how == "text" else TYPED.format(made=query)
    with duckdb.connect(
        config={"threads": 1, "memory_limit": "2GB", "temp_directory": str(path.parent)}
    ) as at:
        at.execute("SET enable_progress_bar = false")
        if how == "plain":
            import pyarrow.parquet as pq

            pq.write_table(at.sql(query).to_arrow_table(), path, **PLAIN)
        else:
            at.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def _straight() -> list[Row]:
    """A table read as columns, in the order of its accounts and in time; the second run, with what was compiled."""
    found = []
    for (told, order), how in product(ORDERS.items(), ("text", "typed", "plain")):
        with tempfile.TemporaryDirectory() as folder:
            accounts, invoices = 20_000, 50
            table = made(Path(folder) / "events.parquet", str(accounts), invoices, order, how)
            words = ["replay", str(CONTRACT), "--events", str(table), "--as-of", "2026-10-15", "--json"]
            words += ["--ask", "seller may dun", "--jobs", "1", "--kernel", "on"]
            taken, events = 0.0, 2 * accounts * invoices
            for number in range(2):
                begun = time.process_time()
                with redirect_stdout(io.StringIO()) as said:
                    assert carried_out([*words, "--out", str(Path(folder) / f"out-{number}")]) == 0
                taken = time.process_time() - begun
                assert json.loads(said.getvalue())["kernel"] == accounts
            figure = f"{events / taken:,.0f} events/s (CPU)"
            wanted = "10,000,000 on a core" if order.startswith("account") else "5,000,000 on a core"
            found.append((f"portfolio: {events // 10**6} million rows {told}, {how}", figure, wanted))
    return found


def _written(path: Path, accounts: int, invoices: int) -> int:
    chance, count = Random(1), 0
    zone = datetime(2026, 1, 5, 9, 0, tzinfo=UTC).replace(tzinfo=None)
    with path.open("w", encoding="utf-8") as file:
        for account in range(accounts):
            at = zone
            for number in range(invoices):
                at += timedelta(minutes=chance.randrange(60, 8000))
                amount = f"{chance.randrange(1, 999)}.{chance.randrange(100):02d}"
                row = {
                    "account": f"C-{account}",
                    "id": f"i{number}",
                    "name": "invoiced",
                    "at": at.isoformat(),
                }
                due = (at + timedelta(days=30)).date().isoformat()
                file.write(json.dumps({**row, "amount": amount, "due": due}) + "\n")
                paid = at + timedelta(minutes=chance.randrange(1440, 50_000), seconds=number + 1)
                row |= {"id": f"s{number}", "name": "settle", "by": "customer", "at": paid.isoformat()}
                file.write(json.dumps({**row, "amount": amount, "invoice": f"i{number}"}) + "\n")
                count += 2
    return count


if __name__ == "__main__":
    for what, figure, wanted in rows():
        print(f"{what:<48}  {figure:<40}  {wanted}")
    print(f"{os.cpu_count()} cores")
