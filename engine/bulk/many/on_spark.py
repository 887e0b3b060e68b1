"""A portfolio on Apache Spark: `mapInArrow` over partitions that hold whole accounts.

`outcomes` is for whoever has a table in Spark already; `run` takes a portfolio from its files to the tables that one
machine writes. Spark moves the rows and does a task again whose worker was lost; each partition goes through the pure
function of `whole.py`, so what comes out does not depend on either.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark import cloudpickle
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema

from engine.bulk.kernel.portfolio import Unequal
from engine.bulk.many.parts import ROWS, Piece, parted_rows, pieces_of, read_whole, straight_of
from engine.bulk.many.whole import KIND, Outcome, Whole
from engine.bulk.run import Counts, Fold, Job, Make, Tell, Unreachable, begin, finish, seal
from engine.bulk.tables import BadTable, Table, buckets_of

Frame = Any
"""A DataFrame of Spark."""
Batches = Iterator[Any]
"""Record batches of pyarrow."""

COUNTS = "counts"
"""In an outcome that is one table: the row that tells, as JSON, how many there were of what; one for each partition."""
BUCKET, FILE, PLACE, WHAT = "bucket", "file of the row", "place of the row", "what the row is"
"""Columns beside those of the tables. (No field of a contract is called so.)"""
FAILURES = 4
"""How often a task is tried on this machine whose worker was lost."""


def outcomes(frame: Frame, make: Make, order: tuple[str, ...] = (), partitions: int | None = None) -> Frame:
    """Return what came of the accounts of a DataFrame of events, all tables in one (column `table` tells which).

    Its columns are those of a table of events in Parquet. Without `partitions` each of its partitions holds whole
    accounts already, as those of a table bucketed by account do where `spark.sql.sources.bucketing.enabled` is on and
    `spark.sql.sources.bucketing.autoBucketedScan.enabled` is off; with them its rows are shuffled by account. `order`
    names columns, left out thereafter, that tell the order of the rows of an account; of rows that do not fit together
    the first is taken.
    """
    if partitions is not None:
        frame = frame.repartition(partitions, "account")
    portfolio = make()
    straight = portfolio.straightened() if hasattr(portfolio, "straightened") else None
    columns = [each for each in frame.columns if each not in order]
    if straight is None:
        raise ValueError("the kernel has no plan for this portfolio: its tables are not read as columns")
    made = cloudpickle.dumps(make)

    def folded(batches: Batches) -> Batches:
        events = pyarrow.Table.from_batches(list(batches))
        if order:
            events = events.sort_by([(each, "ascending") for each in order])
        whole = _whole(made, True)
        yield from _told(whole, lambda: whole.of_columns(events.select(columns)), len(events))

    return frame.mapInArrow(folded, from_arrow_schema(Whole(portfolio).one_schema))


def run(
    job: Job, make: Make, stamp: Mapping[str, Any], tell: Tell, address: str | None = None,
    whole_files: bool = False,
) -> Counts:  # fmt: skip
    """Take a portfolio through contracts on Spark; write its tables to `job.out`.

    Without an `address` (that of a master), on `job.jobs` threads of this machine. With `whole_files` each file of
    events holds all the rows of its accounts, and nothing is shuffled. The contracts and tables lie where every machine
    finds them under the same path. Raises BadTable, Unlike and Unequal as `engine.bulk.run.run` does, and Unreachable.
    """
    portfolio = make()
    as_columns = straight_of(portfolio, job) is not None
    work = begin(job, {**stamp, "on": "spark", "whole_files": whole_files}, portfolio.mapped)
    target = work / "outcome"
    shutil.rmtree(target, ignore_errors=True)
    with session(address, job.jobs) as spark:
        tell("folding", 0, 0)
        if as_columns:
            found = _of_columns(spark, job, make, whole_files)
        else:
            found = _of_rows(spark, job, make, portfolio)
        try:
            found.write.parquet(str(target))
        except PySparkException as wrong:
            raise _named(wrong) from None
    done = Counts()
    whole = Whole(portfolio)
    for bucket, part in enumerate(sorted(target.glob("part-*.parquet"))):
        done += _lay(work, bucket, pq.read_table(part), whole)
    shutil.rmtree(target)
    tell("writing", 0, 0)
    finish(job, portfolio, {**stamp, "on": "spark", "whole_files": whole_files})
    return done


def _of_columns(spark: Any, job: Job, make: Make, whole_files: bool) -> Frame:
    """Fold tables in Parquet as columns."""
    if whole_files:
        # A partition for each file, which no setting may split or put together with another.
        paths = [(str(each.path),) for each in job.events]
        frame = spark.createDataFrame(paths, "path string").repartition(len(paths), "path")
        made, schema = cloudpickle.dumps(make), Whole(make()).one_schema

        def folded(batches: Batches) -> Batches:
            for batch in batches:
                for path in batch.column(0).to_pylist():
                    yield from _file(_whole(made, True), path)

        return frame.mapInArrow(folded, from_arrow_schema(schema))
    frame = spark.read.option("mergeSchema", "true").parquet(*(str(each.path) for each in job.events))
    frame = frame.select(
        "*", sql.col("_metadata.file_path").alias(FILE), sql.col("_metadata.row_index").alias(PLACE)
    )
    return outcomes(frame, make, (FILE, PLACE), job.buckets)


def _file(whole: Whole, path: str) -> Batches:
    events = read_whole(Piece(Table(Path(path))))
    return _told(whole, lambda: whole.of_columns(events), len(events))


def _of_rows(spark: Any, job: Job, make: Make, portfolio: Fold) -> Frame:
    """Fold tables of any kind as rows, in the buckets of one machine and in their order."""
    key, buckets, with_heads = portfolio.mapped.account, job.buckets, job.accounts is not None
    tables = [(job.accounts, "account", "heads")] if job.accounts is not None else []
    tables += [(each, key, "events") for each in job.events]
    pieces = [
        (place, cloudpickle.dumps((piece, named, what)))
        for place, (table, named, what) in enumerate(tables) for piece in pieces_of((table,), False)
    ]  # fmt: skip
    made, schema = cloudpickle.dumps(make), Whole(portfolio).one_schema

    def read(batches: Batches) -> Batches:
        for batch in batches:
            for place, piece in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield from _rows(place, cloudpickle.loads(piece), buckets)

    def folded(batches: Batches) -> Batches:
        rows = pyarrow.Table.from_batches(list(batches)).sort_by([(FILE, "ascending"), (PLACE, "ascending")])

        whole = _whole(made, False)

        def fold() -> Outcome:
            parts = {what: rows.filter(pc.equal(rows[WHAT], what)) for what in ("events", "heads", "unread")}
            found = whole.of_rows(parts["events"], parts["heads"] if with_heads else None)
            return _with_unread(whole, found, parts["unread"]["row"].to_pylist())

        yield from _told(whole, fold, len(rows))

    frame = spark.createDataFrame(pieces, f"`{FILE}` int, piece binary").repartition(len(pieces), FILE)
    columns = pyarrow.schema(
        [
            (FILE, pyarrow.int32()),
            (PLACE, pyarrow.int64()),
            (BUCKET, pyarrow.int32()),
            (WHAT, pyarrow.string()),
            *ROWS,
        ]
    )
    rows = frame.mapInArrow(read, from_arrow_schema(columns))
    return rows.repartitionById(buckets, BUCKET).mapInArrow(folded, from_arrow_schema(schema))


def _rows(file: int, sealed: tuple[Piece, str, str], buckets: int) -> Batches:
    """Yield the rows of a table with their buckets, and the lines that are none."""
    piece, key, what = sealed
    with _sent():
        found = parted_rows(piece, key, 1)
    (rows,) = found.buckets
    unread = [json.dumps(each.as_row(), ensure_ascii=False) for each in found.unread]
    lines = pyarrow.table(
        [pyarrow.array([""] * len(unread), pyarrow.string()), pyarrow.array(unread, pyarrow.string())], ROWS
    )
    for table, told in ((rows, what), (lines, "unread")):
        of_rows = pyarrow.array(buckets_of(table, "account", buckets), pyarrow.int32())
        places = pyarrow.array(range(len(table)), pyarrow.int64())
        files = pyarrow.array([file], pyarrow.int32()).take(pc.multiply(places, 0))
        whats = pyarrow.array([told]).take(pc.multiply(places, 0))
        columns = {FILE: files, PLACE: places, BUCKET: of_rows, WHAT: whats}
        yield from pyarrow.table({**columns, "account": table["account"], "row": table["row"]}).to_batches()


def _with_unread(whole: Whole, outcome: Outcome, unread: list[str]) -> Outcome:
    """Return an outcome with the lines set aside that were no rows of their tables."""
    if not unread:
        return outcome
    rejects = whole.schemas["rejects"]
    rows = pyarrow.Table.from_pylist([json.loads(each) for each in unread], rejects)
    tables = {**outcome.tables, "rejects": pyarrow.concat_tables([outcome.tables["rejects"], rows])}
    return Outcome(outcome.counts + Counts(rejects=len(unread)), tables)


def _told(whole: Whole, fold: Callable[[], Outcome], rows: int) -> Batches:
    """Yield what came of a partition as one table, and its counts; nothing of an empty one."""
    with _sent():
        outcome = fold() if rows else Outcome(Counts(), {})
    counts = pyarrow.table({KIND: [COUNTS], "row": [json.dumps(asdict(outcome.counts), ensure_ascii=False)]})
    one = pyarrow.concat_tables([whole.as_one(outcome), counts], promote_options="default")
    yield from one.select(whole.one_schema.names).combine_chunks().to_batches()


def _lay(work: Path, bucket: int, one: Any, whole: Whole) -> Counts:
    """Lay what came of a partition where it is put together with the others; return its counts."""
    for kind, rows in whole.split(one).items():
        pq.write_table(rows.cast(whole.schemas[kind]), work / f"{bucket}.{kind}.parquet")
    told = one.filter(pc.equal(one[KIND], COUNTS))["row"].to_pylist()
    done = Counts()
    for each in told:
        done += Counts(**json.loads(each))
    seal(work, bucket, done)
    return done


@contextmanager
def _sent() -> Iterator[None]:
    """Put what is wrong so that it can be read out of what Spark makes of it."""
    try:
        yield
    except (BadTable, Unequal) as wrong:
        parts = [wrong.where, wrong.reason] if isinstance(wrong, BadTable) else [str(wrong)]
        raise RuntimeError(f"<<{json.dumps(parts)}>>") from None


def _named(wrong: Exception) -> Exception:
    """Return what was wrong, read out of what Spark made of it."""
    found = re.search(r"<<(\[.*\])>>", str(wrong))
    if found is None:
        return wrong
    parts = json.loads(found[1])
    return BadTable(*parts) if len(parts) > 1 else Unequal(*parts)


@lru_cache(maxsize=1)
def _whole(made: bytes, as_columns: bool) -> Whole:
    """Return the pure function of a portfolio, made once in each process."""
    portfolio = cloudpickle.loads(made)()
    return Whole(portfolio, portfolio.straightened() if as_columns else None)


@contextmanager
def session(address: str | None, jobs: int) -> Iterator[Any]:
    """Begin with a session and end with it; one that is there already is used, and goes on."""
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    builder = SparkSession.builder.appName("contract replay").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.log.level", "ERROR").config(
        "spark.sql.execution.arrow.maxRecordsPerBatch", 100_000
    )
    # Workers run what this process runs, unless it is said otherwise.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if address is None:
        # Nobody outside this machine is listened to.
        for each in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(each, "127.0.0.1")
        builder = builder.master(f"local[{jobs},{FAILURES}]").config("spark.ui.enabled", "false")
    else:
        builder = builder.master(address)
    try:
        session = builder.getOrCreate()
    except Exception as wrong:  # Of Java, of the network, of Spark: exceptions of many kinds.
        raise Unreachable(address or "", str(wrong)) from None
    try:
        yield session
    finally:
        session.stop()
