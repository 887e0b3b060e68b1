"""What a portfolio on many machines costs: each step measured on one core here, larger sizes worked out from it.

`python -m bench.many` measures and keeps (bench/many.json, docs/measured.md). `--pool`, `--ray` and `--spark` (any of
them, in one run or several) measure the process pool and the local workers of either over the same files: 4, or
`--files N`, made anew or found in `--at FOLDER`. Each file has a million events of its own accounts; times are CPU time
of this process where nothing else is said. `--in-time` measures the pool over one table of as many events in order of
time, whose rows are scattered by account.
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
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.beside.page import many_written
from bench.kernel import CONTRACT, ORDERS, made
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.many.parts import Piece, by_bucket, joined, read_columns, read_whole
from engine.bulk.many.spared import spare_pandas
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
    return made(path, whose, INVOICES, ORDERS["by account"], "plain")


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
        whole.of_columns(read_whole(Piece(Table(written(path, 0)))))
        for number in range(max(SIZES)):
            size += written(path, number).stat().st_size

            def timed(step: str, act: Callable[[], Any]) -> Any:
                begun = time.process_time()
                found = act()
                taken[step] += time.process_time() - begun
                return found

            events = timed("read", partial(read_whole, Piece(Table(path))))
            plain = read_columns(Piece(Table(path)))
            parts = timed("part", partial(by_bucket, plain, "account", BUCKETS))
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


def by_account(files: int, folder: Path) -> list[Table]:
    """Return the tables of that many files, found or made."""
    paths = [folder / f"{number}.parquet" for number in range(files)]
    return [Table(path if path.is_file() else written(path, number)) for number, path in enumerate(paths)]


def in_time(files: int, folder: Path) -> list[Table]:
    """Return one table of as many events in order of time, found or made."""
    path = folder / f"{files}-in-time.parquet"
    if not path.is_file():
        made(path, f"0, {files * ACCOUNTS}", INVOICES, ORDERS["in time"], "plain")
    return [Table(path)]


def beside(way_of: str, files: int, folder: Path, laid: Laid = by_account) -> dict[str, Any]:
    """Return the seconds that the process pool, or an engine's local workers, took for some files.

    On the clock, and of CPU, of all processes. Two workers, begun within the time; what an engine runs beside them is
    begun before. `tables` is the same for the same tables, whoever made them.
    """
    spare_pandas()
    tables = laid(files, folder)
    with WAYS[way_of]() as way, tempfile.TemporaryDirectory(dir=folder) as out:
        begun, spent = time.perf_counter(), _spent()
        counts = way(Job(None, tuple(tables), Path(out), files, 2), portfolio, {}, _quiet)
        clock, cpu = time.perf_counter() - begun, _spent() - spent
        assert counts.accounts == counts.columns == files * ACCOUNTS
        return {"clock": clock, "cpu": cpu, "tables": _digest(Path(out))}


def _spent() -> float:
    """Return the seconds of CPU of this process and of all that it has begun, and these in turn."""
    tick, spent, parents = os.sysconf("SC_CLK_TCK"), dict[int, float](), dict[int, int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        own = int(stat.parent.name)
        # Fields 4 and 14 to 17 of proc(5): the parent; user and system time, those of children waited for too.
        parents[own], spent[own] = int(parts[1]), sum(map(int, parts[11:15])) / tick
    ours = {os.getpid()}
    while more := {each for each, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(spent[each] for each in ours)


def _digest(out: Path) -> str:
    """Return what is the same for the same rows of the tables of a run, in whatever order."""
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as at:
        query = "SELECT count(*), sum(hash(t::VARCHAR)::HUGEINT) FROM read_parquet('{}') AS t"
        found = (
            at.execute(query.format(out / f"{k}.parquet")).fetchone() for k in ("accounts", "happenings")
        )
        return " ".join(f"{rows} {hashes:x}" for rows, hashes in filter(None, found))


Way = Callable[..., Counts]
Laid = Callable[[int, Path], list[Table]]
"""How the tables of that many files lie in a folder."""


@contextmanager
def _pool() -> Iterator[Way]:
    yield run


@contextmanager
def _ray() -> Iterator[Way]:
    from engine.bulk.many import on_ray

    with on_ray.cluster(None, 2):
        yield partial(_on_ray, on_ray.run, on_ray.Spared)


def _on_ray(way: Way, spared: Callable[..., Any], job: Job, make: Any, stamp: Any, tell: Any) -> Counts:
    return way(job, spared(make), stamp, tell, whole_files=True)


@contextmanager
def _spark() -> Iterator[Way]:
    from engine.bulk.many import on_spark

    with on_spark.session(None, 2):
        yield partial(on_spark.run, whole_files=True)


WAYS = {"pool": _pool, "ray": _ray, "spark": _spark}


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
    for events, ways in found.get("beside", {}).items():
        for way in (each for each in ways if each != "pool" and "pool" in ways):
            own, pool = ways[way], ways["pool"]
            assert own["tables"] == pool["tables"], f"the tables of {way} are not those of the pool"
            named = (
                f"{int(events):,} events in files of whole accounts, two workers: pool, {way.capitalize()}"
            )
            for what, told in (("cpu", "of CPU, all processes"), ("clock", "on the clock")):
                ratio = own[what] / pool[what]
                yield f"{named}, {told}", f"{pool[what]:.1f} s, {own[what]:.1f} s: x {ratio:.2f}"
    for events, took in found.get("in time", {}).items():
        named = f"{int(events):,} events in order of time, two processes"
        yield f"{named}, of CPU", f"{took['cpu']:.1f} s: {took['cpu'] / int(events) * 1e9:.0f} ns an event"
        yield f"{named}, on the clock", f"{took['clock']:.1f} s: {int(events) / took['clock'] / 1e6:.1f} M/s"
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
    ways = [each for each in WAYS if f"--{each}" in words]
    files = int(words[words.index("--files") + 1]) if "--files" in words else 4
    with tempfile.TemporaryDirectory() as anew:
        place = Path(words[words.index("--at") + 1] if "--at" in words else anew)
        place.mkdir(parents=True, exist_ok=True)
        for each in ways:
            here = found.setdefault("beside", {}).setdefault(str(files * EVENTS), {})
            here[each] = beside(each, files, place)
        if "--in-time" in words:
            found.setdefault("in time", {})[str(files * EVENTS)] = beside("pool", files, place, in_time)
    if not ways and "--in-time" not in words:
        found |= measured()
    KEPT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for what, figure in rows_of(found):
        print(f"{what:<70}  {figure}")
    many_written(found, list(rows_of(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
