"""A portfolio on Ray's core: a task for each piece of a table, a task for each bucket of accounts.

The buckets travel through Ray's object store, which spills what does not fit. A task whose worker is lost is done
again, and gives the same. What a bucket came to is laid where a run on one machine lays it, so a run that was cut short
goes on where it was, and the tables are put together as ever.

Ray Data is not used: its blocks may split an account.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import ray
from ray import cloudpickle
from ray.exceptions import RayTaskError

from engine.bulk.fold import Reject
from engine.bulk.kernel.room import keep_room
from engine.bulk.many.parts import (
    Parted,
    Piece,
    joined,
    parted_columns,
    parted_rows,
    pieces_of,
    straight_of,
)
from engine.bulk.many.spared import spare_pandas
from engine.bulk.many.whole import Whole, lay
from engine.bulk.run import Counts, Fold, Job, Make, Tell, Unreachable, begin, done_before, finish, seal
from engine.bulk.tables import Table

RETRIES = 5
"""How often a task is done again whose worker was lost."""


def run(
    job: Job, make: Make, stamp: Mapping[str, Any], tell: Tell, address: str | None = None,
    whole_files: bool = False,
) -> Counts:  # fmt: skip
    """Take a portfolio through contracts on the machines of a cluster; write its tables to `job.out`.

    Without an `address`, on `job.jobs` processes of this machine. With `whole_files` each file of events holds all the
    rows of its accounts, and nothing is shuffled. The contracts and tables lie where every machine finds them under the
    same path. Raises BadTable, Unlike and Unequal as `engine.bulk.run.run` does, and Unreachable.
    """
    with cluster(address, job.jobs) as is_own:
        try:
            return _run(job, Spared(make) if is_own else make, stamp, tell, whole_files)
        except RayTaskError as wrong:
            raise wrong.cause from None


def _run(job: Job, make: Make, stamp: Mapping[str, Any], tell: Tell, whole_files: bool) -> Counts:
    portfolio = make()
    as_columns = straight_of(portfolio, job) is not None
    whole_files = whole_files and as_columns
    if whole_files:
        job = Job(job.accounts, job.events, job.out, len(job.events), job.jobs)
    work = begin(job, {**stamp, "on": "ray", "whole_files": whole_files}, portfolio.mapped)
    done, left = done_before(work, range(job.buckets))
    made = ray.put(cloudpickle.dumps(make))
    if whole_files:
        fold_file = ray.remote(max_retries=RETRIES)(_fold_file)
        running = {fold_file.remote(made, job.events[bucket].path): bucket for bucket in left}
    else:
        fold = ray.remote(max_retries=RETRIES)(_fold)
        key = portfolio.mapped.account
        events, unread = _cut(job.events, key, job.buckets, as_columns)
        heads, faulty = _cut((job.accounts,) if job.accounts else (), "account", job.buckets, False)
        running = {
            fold.remote(made, as_columns, len(events), *(part[bucket] for part in (*events, *heads))): bucket
            for bucket in left
        }
        # What is only held by those who wait for it is let go of once they have it.
        del events, heads
        done += Counts(rejects=_set_aside(work, [*unread, *faulty], tell))
    while running:
        tell("folding", job.buckets - len(running), job.buckets)
        (ready, *_), _ = ray.wait(list(running))
        laid = ray.get(ready)
        _lay(work, running.pop(ready), laid)
        done += laid.counts
        del ready, laid
    tell("writing", 0, 0)
    finish(job, portfolio, {**stamp, "on": "ray", "whole_files": whole_files})
    return done


def _cut(tables: Sequence[Table], key: str, buckets: int, as_columns: bool) -> tuple[list[Any], list[Any]]:
    """Return references to the buckets of each piece of some tables, and to the lines set aside in each."""
    parts, unread = [], []
    # One more than there are buckets, so that several come even of one.
    task = ray.remote(num_returns=buckets + 1, max_retries=RETRIES)(_part)
    for piece in pieces_of(tables, as_columns):
        *found, bad = task.remote(piece, key, buckets, as_columns)
        parts.append(found)
        unread.append(bad)
    return parts, unread


def _set_aside(work: Path, unread: list[Any], tell: Tell) -> int:
    """Write the lines that are no rows; return how many there are."""
    count = 0
    for place, each in enumerate(unread):
        tell("reading", place, len(unread))
        bad: list[Reject] = ray.get(each)
        with (work / f"read-{place}.rejects.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(one.as_row(), ensure_ascii=False) + "\n" for one in bad)
        count += len(bad)
    return count


def _lay(work: Path, bucket: int, laid: Laid) -> None:
    """Lay what came of a bucket where it is put together with the others; the counts come last."""
    for place, (ending, content) in enumerate(laid.files):
        part = work / f"{bucket}.part"
        part.write_bytes(content)
        part.replace(work / f"{bucket}.{place}.{ending}")
    seal(work, bucket, laid.counts)


# What runs elsewhere ----------------------------------------------------------------------------------------------


def _part(piece: Piece, key: str, buckets: int, as_columns: bool) -> list[Any]:
    found: Parted = (parted_columns if as_columns else parted_rows)(piece, key, buckets)
    return [*found.buckets, found.unread]


@dataclass(frozen=True, slots=True)
class Laid:
    """What came of some accounts: counts, and files with rows of tables, each with how its name ends."""

    counts: Counts
    files: list[tuple[str, bytes]]


def _laid(counts: Counts, folder: Path, kind: str) -> Laid:
    files = sorted(folder.glob(f"*.{kind}"))
    return Laid(counts, [(".".join(each.name.split(".")[-2:]), each.read_bytes()) for each in files])


def _fold(made: bytes, as_columns: bool, events: int, *parts: Any) -> Laid:
    whole = whole_of(made, as_columns)
    with TemporaryDirectory() as name:
        folder = Path(name)
        if as_columns:
            outcome = whole.of_columns(joined(parts[:events]))
            lay(outcome, folder)
            return _laid(outcome.counts, folder, "piece")
        heads = joined(parts[events:]) if parts[events:] else None
        outcome = whole.of_rows(joined(parts[:events]), heads)
        for kind, rows in outcome.tables.items():
            pq.write_table(rows, folder / f"rows.{kind}.parquet")
        return _laid(outcome.counts, folder, "parquet")


def _fold_file(made: bytes, path: Path) -> Laid:
    with TemporaryDirectory() as name:
        counts = whole_of(made, True).of_file(path, Path(name))
        return _laid(counts, Path(name), "piece")


@lru_cache(maxsize=1)
def whole_of(made: bytes, as_columns: bool) -> Whole:
    """Return the pure function of a portfolio, made once in each process."""
    keep_room()
    portfolio = cloudpickle.loads(made)()
    return Whole(portfolio, portfolio.straightened() if as_columns else None)


@dataclass(frozen=True, slots=True)
class Spared:
    """Makes a portfolio in a worker that does nothing else."""

    make: Make

    def __call__(self) -> Fold:
        spare_pandas()
        return self.make()


@contextmanager
def cluster(address: str | None, jobs: int) -> Iterator[bool]:
    """Begin with a cluster and end with it; one that is there already is used, and goes on.

    Yield whether its workers are ours alone. Raises Unreachable.
    """
    if ray.is_initialized():
        yield False
        return
    # Nothing is told to anyone outside.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address is None:
            ray.init(num_cpus=jobs, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except Exception as wrong:  # Ray says so by exceptions of many kinds.
        raise Unreachable(address or "", str(wrong)) from None
    try:
        yield address is None
    finally:
        ray.shutdown()
