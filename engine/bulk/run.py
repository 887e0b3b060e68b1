"""A portfolio taken through contracts: scattered by account, folded a bucket at a time by many processes, put together.

A bucket that is done leaves its files under their last names, so a run that was cut short goes on where it was. What a
run is of (files, contracts, questions, days) stands in `run.json`; files of another run are never mixed with it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain, groupby, repeat
from pathlib import Path
from typing import Any, Protocol

from engine.bulk import xes
from engine.bulk.fold import REJECTS, Folded, Reject, loaded
from engine.bulk.mapping import Mapped
from engine.bulk.reasons import said
from engine.bulk.tables import Scattered, Table, has_columns, written
from engine.errors import BadEvent
from engine.parent import end_with_parent

ACCOUNTS, EVENTS = "accounts", "events"
STRAIGHT, STRAIGHT_LEFT = "straight", "straight.*.left.parquet"
"""How the parts are called that were folded from whole tables, and the files of the accounts that were not."""


class Unlike(Exception):
    """The folder holds another run. The message says what to do."""


class Unreachable(Exception):
    """The machines that should fold cannot be had. `address` is that of their cluster, empty for this machine alone."""

    def __init__(self, address: str, reason: str) -> None:
        lines = [each.strip() for each in reason.strip().splitlines() if each.strip()]
        self.address, self.reason = address, lines[0] if lines else "no reason is given"
        super().__init__(f"{address or 'on this machine'}: {self.reason}")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run: where the rows are, how they are scattered, where the outcome goes."""

    accounts: Table | None
    events: tuple[Table, ...]
    out: Path
    buckets: int
    jobs: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a bucket, or of a run."""

    accounts: int = 0
    events: int = 0
    rejects: int = 0
    undetermined: int = 0
    kernel: int = 0
    verified: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    """Why the kernel left accounts to the engine, and how many."""
    columns: int = 0
    """How many of the kernel's accounts were read as columns."""
    by_rows: str = ""
    """Why no table was read as columns, where the kernel could have been given one."""

    def __add__(self, other: Counts) -> Counts:
        left = dict(Counter(self.left) + Counter(other.left))
        return Counts(
            self.accounts + other.accounts, self.events + other.events, self.rejects + other.rejects,
            self.undetermined + other.undetermined, self.kernel + other.kernel, self.verified + other.verified, left,
            self.columns + other.columns, self.by_rows or other.by_rows,
        )  # fmt: skip


Given = tuple[str, Mapping[str, Any], Iterable[str]]
"""An account: its name, its row in the table of accounts, its events as JSON texts."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Accounts of a bucket that were folded together: what came of each, their names, and those left over."""

    folded: Iterable[Folded]
    names: frozenset[str]
    left: tuple[str, ...]


class Fold(Protocol):
    """What takes one account after another: a portfolio, or two versions of one."""

    @property
    def mapped(self) -> Mapped:
        """How rows are events."""

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """The tables that come out, each with its columns and their SQL types."""

    def fold_all(self, accounts: Iterable[Given]) -> Iterator[Folded]:
        """Yield what came of each account, in order."""

    def straight(self, tables: Sequence[Table], work: Path, spread: Spread, tell: Tell) -> Counts | str:
        """Fold what can be folded of whole tables, the parts left in `work`; where nothing can, return why."""

    def at_once(self, scattered: Scattered, bucket: int, with_accounts: bool) -> AtOnce | None:
        """Fold what can be folded of a bucket without looking at its rows one by one; None where nothing can."""


Spread = Callable[[str, Sequence[tuple[Any, ...]]], Iterator[Any]]
"""Calls a method of a portfolio with each of some arguments, in many processes; yields what they return, in order."""

Make = Callable[[], Fold]
"""How a process makes its portfolio; called once in each."""

Tell = Callable[[str, int, int], None]
"""Told how far it has come: what is being done, how much of it, of how much."""


def run(job: Job, make: Make, stamp: Mapping[str, Any], tell: Tell) -> Counts:
    """Take a portfolio through contracts; write its tables and that of the rejects to `job.out`, as Parquet.

    Raises BadTable for a file that cannot be read, and Unlike where the folder holds another run.
    """
    portfolio = make()
    work = begin(job, stamp, portfolio.mapped)
    straight = _straight(job, make, portfolio, work, tell)
    _scatter(
        job, portfolio.mapped.account, work, tell, None if isinstance(straight, str) else work / STRAIGHT_LEFT
    )
    done = Counts(by_rows=straight) if isinstance(straight, str) else straight
    done += Counts(rejects=sum(int(each.read_text("utf-8")) for each in work.glob("*.scattered")))
    some = [bucket for bucket in range(job.buckets) if _has_rows(work, bucket)]
    before, left = done_before(work, some)
    done += before
    for place, counts in enumerate(_folded(job, make, work, left), job.buckets - len(left)):
        tell("folding", place, job.buckets)
        done += counts
    tell("writing", 0, 0)
    finish(job, portfolio, stamp)
    return done


def begin(job: Job, stamp: Mapping[str, Any], mapped: Mapped) -> Path:
    """Return the folder for what a run leaves on its way, made or found.

    Raises Unlike where there is another run, and BadTable for a table without a column that the mapping names.
    """
    for each in job.events:
        has_columns(each, mapped.columns)
    work = job.out / "work"
    _begin(job.out, work, _of(job, stamp))
    return work


def _has_rows(work: Path, bucket: int) -> bool:
    return any((work / kind / f"bucket={bucket}").is_dir() for kind in (ACCOUNTS, EVENTS))


def done_before(work: Path, buckets: Iterable[int]) -> tuple[Counts, list[int]]:
    """Return what came of the buckets that a run cut short has folded, and the buckets that are left."""
    done, left = Counts(), []
    for bucket in buckets:
        before = work / f"{bucket}.json"
        if before.is_file():
            done += Counts(**json.loads(before.read_text("utf-8")))
        else:
            left.append(bucket)
    return done, left


def finish(job: Job, portfolio: Fold, stamp: Mapping[str, Any]) -> None:
    """Put the parts of a run together as its tables, and say that it is done."""
    work = job.out / "work"
    for kind, columns in tables_of(portfolio).items():
        written(work / f"*.{kind}", columns, job.out / f"{kind}.parquet")
    shutil.rmtree(work)
    (job.out / "run.json").write_text(
        json.dumps(_of(job, stamp) | {"done": True}, ensure_ascii=False, indent=1), "utf-8"
    )


def _of(job: Job, stamp: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells this run from another: its files as they are now, and what is asked of them."""
    tables = [*([job.accounts] if job.accounts else []), *job.events]
    files = [[str(t.path), t.name, t.path.stat().st_size, t.path.stat().st_mtime_ns] for t in tables]
    text = json.dumps([files, stamp, job.buckets], sort_keys=True, ensure_ascii=False, default=str)
    return {
        "run": hashlib.sha256(text.encode()).hexdigest()[:16], "buckets": job.buckets,
        "files": [f[0] for f in files], **stamp,
    }  # fmt: skip


def _begin(out: Path, work: Path, this: dict[str, Any]) -> None:
    """Make the folder, or find in it the beginning of the same run. Raises Unlike for another."""
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "run.json"
    before = json.loads(kept.read_text("utf-8")) if kept.is_file() else None
    if before is None and any(out.iterdir()):
        raise Unlike(f"{out} is not empty, and holds no run: name a new folder")
    if before is not None and before.get("run") != this["run"] and not before.get("done"):
        raise Unlike(
            f"{out} holds the beginning of another run (other files, contracts or questions): "
            "name a new folder, or remove it"
        )
    if before is not None and (before.get("done") or before.get("run") != this["run"]):
        for table in out.glob("*.parquet"):
            table.unlink()
    work.mkdir(exist_ok=True)
    kept.write_text(json.dumps(this, ensure_ascii=False, indent=1), "utf-8")


def _straight(job: Job, make: Make, portfolio: Fold, work: Path, tell: Tell) -> Counts | str:
    """Fold what can be folded of whole tables, what was folded before not again; where nothing is, return why."""
    mark = work / "straight.json"
    if not mark.is_file():
        found: Counts | str = "a table of accounts is given"
        if job.accounts is None:
            with _spread(job, make, portfolio) as spread:
                found = portfolio.straight(job.events, work, spread, tell)
        part = mark.with_suffix(".part")
        part.write_text(json.dumps(found if isinstance(found, str) else asdict(found)), "utf-8")
        part.replace(mark)
    kept = json.loads(mark.read_text("utf-8"))
    return kept if isinstance(kept, str) else Counts(**kept)


def _scatter(job: Job, key: str, work: Path, tell: Tell, only: Path | None) -> None:
    """Scatter each table that is not scattered yet, or `only` some accounts of it; one cut short is scattered anew."""
    marks = [
        ("accounts", ACCOUNTS, [job.accounts] if job.accounts else []),
        ("events", EVENTS, list(job.events)),
    ]
    for what, kind, tables in marks:
        mark = work / f"{kind}.scattered"
        if mark.is_file() or not tables:
            continue
        if only is not None and not any(work.glob(only.name)):
            mark.write_text("0", "utf-8")
            continue
        unread = 0
        shutil.rmtree(work / kind, ignore_errors=True)
        for place, table in enumerate(tables):
            tell(f"reading {what}", place, len(tables))
            read = plain(table, work / f"{kind}-{place}.jsonl")
            bad = Scattered(work, job.buckets).take(
                read, kind, key if kind == EVENTS else "account", only, place
            )
            with (work / f"{kind}-{place}.rejects.jsonl").open("w", encoding="utf-8") as file:
                _write(file, (Reject("", "row", why, line, said(why, "zh")).as_row() for line, why in bad))
            unread += len(bad)
        mark.write_text(str(unread), "utf-8")


def plain(table: Table, target: Path) -> Table:
    """Return a table that SQL can read: a log in XES is written out as JSON Lines first."""
    if table.suffix != ".xes":
        return table
    with target.open("w", encoding="utf-8") as file:
        _write(file, xes.rows(table.path))
    return Table(target)


def _folded(job: Job, make: Make, work: Path, buckets: list[int]) -> Iterator[Counts]:
    if not buckets:
        return
    if job.jobs == 1:
        portfolio = make()
        for bucket in list(buckets):
            yield fold_bucket(portfolio, work, job.buckets, bucket, job.accounts is not None)
        return
    waiting = list(reversed(buckets))
    with ProcessPoolExecutor(job.jobs, initializer=_prepare, initargs=(make,)) as pool:
        running: set[Future[Counts]] = set()
        while waiting or running:
            while waiting and len(running) < 2 * job.jobs:
                running.add(
                    pool.submit(_in_process, work, job.buckets, waiting.pop(), job.accounts is not None)
                )
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for each in finished:
                yield each.result()


@contextmanager
def _spread(job: Job, make: Make, portfolio: Fold) -> Iterator[Spread]:
    """Begin with processes once there is something to do for them, and end with them."""
    if job.jobs == 1:
        yield lambda name, given: (getattr(portfolio, name)(*each) for each in given)
        return
    pools: list[ProcessPoolExecutor] = []

    def called(name: str, given: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        if not pools:
            # A process that begins as a copy of this one has its portfolio.
            _held[:] = [portfolio]
            pools.append(ProcessPoolExecutor(job.jobs, initializer=_prepare, initargs=(make,)))
        return pools[0].map(_called, repeat(name), given)

    try:
        yield called
    finally:
        for each in pools:
            each.shutdown(cancel_futures=True)
        _held.clear()


def _called(name: str, given: tuple[Any, ...]) -> Any:
    return getattr(_held[0], name)(*given)


_held: list[Fold] = []


def _prepare(make: Make) -> None:
    end_with_parent()
    if not _held:
        _held.append(make())


def _in_process(work: Path, buckets: int, bucket: int, with_accounts: bool) -> Counts:
    return fold_bucket(_held[0], work, buckets, bucket, with_accounts)


def fold_bucket(portfolio: Fold, work: Path, buckets: int, bucket: int, with_accounts: bool) -> Counts:
    """Fold the accounts of one bucket and leave its files; the counts come last, and say that the rest is whole."""
    scattered = Scattered(work, buckets)
    heads = {}
    faulty = []
    for name, row in scattered.rows(ACCOUNTS, bucket):
        if not name:
            faulty.append(_nameless(row))
        elif name in heads:
            faulty.append(
                Reject(name, "account", "a second row of the same account", row, "同一账户的第二行")
            )
        else:
            heads[name] = row
    counts = Counts(rejects=len(faulty))
    kinds = tables_of(portfolio)
    files = {kind: (work / f"{bucket}.{kind}.part").open("w", encoding="utf-8") for kind in kinds}
    try:
        _write(files["rejects"], [each.as_row() for each in faulty])
        homeless: list[Reject] = []
        # What could not be read as columns of its table cannot be read by SQL either.
        is_left = any(work.glob(STRAIGHT_LEFT))
        together = None if is_left else portfolio.at_once(scattered, bucket, with_accounts)
        done = frozenset[str]() if together is None else together.names
        only = None if together is None else together.left
        one_by_one = _accounts(scattered, bucket, heads, with_accounts, homeless, done, only)
        for folded in chain(() if together is None else together.folded, portfolio.fold_all(one_by_one)):
            for kind, rows in folded.tables.items():
                _write(files[kind], rows)
            _write(files["rejects"], [each.as_row() for each in folded.rejects])
            counts += Counts(
                int(bool(folded.tables)), folded.events, len(folded.rejects), int(folded.open), folded.kernel,
                folded.verified, {folded.left: 1} if folded.left else {},
            )  # fmt: skip
        _write(files["rejects"], [each.as_row() for each in homeless])
        counts += Counts(rejects=len(homeless))
    finally:
        for file in files.values():
            file.close()
    for kind in kinds:
        (work / f"{bucket}.{kind}.part").replace(work / f"{bucket}.{kind}.jsonl")
    seal(work, bucket, counts)
    return counts


def seal(work: Path, bucket: int, counts: Counts) -> None:
    """Say what came of a bucket whose files are all there."""
    whole = work / f"{bucket}.json.part"
    whole.write_text(json.dumps(asdict(counts), ensure_ascii=False), "utf-8")
    whole.replace(work / f"{bucket}.json")


def _accounts(
    scattered: Scattered, bucket: int, heads: dict[str, str], with_accounts: bool, homeless: list[Reject],
    done: frozenset[str], only: tuple[str, ...] | None,
) -> Iterator[Given]:  # fmt: skip
    """Yield each account of a bucket: those with events, then those to which nothing happened.

    Rows of no account are set aside in `homeless`, and so is that of an account in which a key stands twice; what is
    `done` already is left out, and rows are read of `only` some, where those are named.
    """
    seen = set(done)
    for name, rows in groupby(scattered.rows(EVENTS, bucket, only), lambda each: each[0]):
        texts = [row for _, row in rows]
        seen.add(name)
        if not name:
            homeless += [_nameless(row) for row in texts]
        elif with_accounts and name not in heads:
            reason, zh = "the table of accounts has no such account", "账户表中没有此账户"
            homeless += [Reject(name, "account", reason, row, zh) for row in texts]
        else:
            yield from _given(name, heads.get(name, "{}"), texts, homeless)
    for name, row in heads.items():
        if name not in seen:
            yield from _given(name, row, (), homeless)


def _given(name: str, head: str, rows: Iterable[str], homeless: list[Reject]) -> Iterator[Given]:
    """Yield an account, if its row can be read; set that aside otherwise."""
    try:
        found = loaded(head)
    except BadEvent as wrong:
        homeless.append(Reject.of(name, wrong, head))
    else:
        yield name, found, rows


def _nameless(row: str) -> Reject:
    """Return why a row is of no account."""
    try:
        is_object = isinstance(json.loads(row), dict)
    except ValueError:
        is_object = False
    if not is_object:
        return Reject("", "row", "the line is no JSON object", row, "该行不是JSON对象")
    return Reject("", "account", "the row names no account", row, "该行未写明账户")


def tables_of(portfolio: Fold) -> dict[str, Mapping[str, str]]:
    """Return the tables of a run with their columns, the rejects among them."""
    return {**portfolio.tables, "rejects": REJECTS}


def _write(file: Any, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
