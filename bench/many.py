"""What a portfolio on many machines costs: each step measured on one core here, larger sizes worked out from it.

`python -m bench.many` measures and keeps (bench/many.json, docs/measured.md); `--ray` adds the process pool beside
Ray's local workers, over the same files. Each file has a million events of its own accounts; times are CPU time of this
process.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.beside.page import many_written
from bench.kernel import CONTRACT, MADE
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.many.parts import Piece, by_bucket, joined, read_columns
from engine.bulk.many.whole import Whole, together
from engine.bulk.run import Counts, Fold, Job, run
from engine.bulk.tables import Table
from engine.commands.portfolio import kernelled

KEPT = Path(__file__).parent / "many.json"
ACCOUNTS, INVOICES = 10_000, 50
EVENTS = 2 * ACCOUNTS * INVOICES
BUCKETS = 64
SIZES = (1, 3, 6)
"""After how many files, of a million events each, the costs so far are told."""


def portfolio() -> Fold:
    """Return the portfolio that is measured: who of the customers may be dunned."""
    given = ((str(CONTRACT),), ("contract",), "2026-10-15", None, ("seller may dun",), (), None)
    return kernelled("on", 0.0, 0, *given)


def written(path: Path, number: int) -> Path:
    """Write a million events of the accounts of one file, in the order of their accounts."""
    whose = f"{number * ACCOUNTS}, {(number + 1) * ACCOUNTS}"
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as at:
        query = MADE.format(accounts=whose, invoices=INVOICES, order='account, "at"')
        at.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def measured() -> dict[str, Any]:
    """Return the cost of each step, for more and more events."""
    made = portfolio()
    assert isinstance(made, Kernelled)
    whole = Whole(made, made.straightened())
    taken = dict.fromkeys(("read", "part", "gather", "fold", "lay"), 0.0)
    size = sent = laid = 0
    curve = []
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "events.parquet", Path(folder) / "out.parquet"
        # What is compiled is compiled once for all of a run.
        whole.of_columns(read_columns(Piece(Table(written(path, 0)))))
        for number in range(max(SIZES)):
            size += written(path, number).stat().st_size

            def timed(step: str, act: Callable[[], Any]) -> Any:
                begun = time.process_time()
                found = act()
                taken[step] += time.process_time() - begun
                return found

            events = timed("read", partial(read_columns, Piece(Table(path))))
            parts = timed("part", partial(by_bucket, events, "account", BUCKETS))
            sent += sum(each.nbytes for each in parts)
            timed("gather", partial(_gathered, parts))
            outcome = timed("fold", partial(whole.of_columns, events))
            for table in outcome.tables.values():
                timed("lay", partial(pq.write_table, table, out))
                laid += out.stat().st_size
            assert outcome.counts.accounts == ACCOUNTS
            if number + 1 in SIZES:
                events_so_far = (number + 1) * EVENTS
                curve.append(
                    [number + 1, {step: spent / events_so_far * 1e9 for step, spent in taken.items()}]
                )
    many = max(SIZES) * EVENTS
    return {
        "on": date.today().isoformat(), "machine": platform.machine(), "cores": os.cpu_count(), "curve": curve,
        "bytes": size / many, "sent": sent / many, "laid": laid / many,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }  # fmt: skip


def _gathered(parts: list[Any]) -> Any:
    return together(joined(parts))


def beside_ray(files: int = 4, rounds: int = 1) -> dict[str, Any]:
    """Return the seconds (wall) of the process pool and of Ray's local workers over the same files, taking turns."""
    import ray

    from engine.bulk.many import on_ray

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    found: dict[str, list[float]] = {"pool": [], "ray": []}
    with tempfile.TemporaryDirectory() as folder:
        tables = tuple(Table(written(Path(folder) / f"{n}.parquet", n)) for n in range(files))
        ways: dict[str, Callable[..., Counts]] = {"pool": run, "ray": partial(on_ray.run, whole_files=True)}
        for place in range(rounds):
            for name, way in ways.items():
                begun = time.perf_counter()
                counts = way(
                    Job(None, tables, Path(folder) / f"{name}-{place}", files, 2), portfolio, {}, _quiet
                )
                found[name].append(time.perf_counter() - begun)
                assert counts.accounts == files * ACCOUNTS
    ray.shutdown()
    return {"ray_events": files * EVENTS, "pool": min(found["pool"]), "ray": min(found["ray"])}


def _quiet(*_: object) -> None:
    """Tell nobody how far it has come."""


def rows_of(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each figure, and what it comes to for more events than fit here."""
    for many, steps in found["curve"]:
        said = ", ".join(f"{step} {spent:.0f}" for step, spent in steps.items())
        yield f"{many} million events: ns of CPU an event", said
    yield (
        "bytes an event: in Parquet, sent where shuffled, of what comes out",
        ", ".join(f"{found[each]:.1f}" for each in ("bytes", "sent", "laid")),
    )
    yield "most memory of the process", f"{found['memory'] / 2**30:.2f} GiB"
    if "ray" in found:
        told = f"pool {found['pool']:.1f} s, Ray {found['ray']:.1f} s: x {found['ray'] / found['pool']:.2f}"
        yield f"{found['ray_events']:,} events in files of whole accounts, two workers, wall", told
    steps = found["curve"][-1][1]
    for events in (10**9, 10**11):
        for how, names in (("files of whole accounts", ("read", "fold", "lay")), ("shuffled", tuple(steps))):
            hours = sum(steps[each] for each in names) * events / 1e9 / 3600
            size = found["sent"] * events / 2**40 if how == "shuffled" else 0
            sent = f", {size:.2f} TiB sent" if size else ""
            yield (
                f"{events:.0e} events, {how}, worked out",
                (
                    f"{hours:,.1f} core hours: {hours / 64 * 60:,.0f} min on 64 cores{sent}, "
                    f"{found['bytes'] * events / 2**40:.2f} TiB read"
                ),
            )


def main(words: list[str]) -> None:
    """Measure, print, and keep."""
    found = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
    found |= beside_ray() if "--ray" in words else measured()
    KEPT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for what, figure in rows_of(found):
        print(f"{what:<70}  {figure}")
    many_written(found, list(rows_of(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
