"""However tables are cut and accounts are parted, what comes of them is what comes of them on one machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed: portfolios on many machines are not tested")

import pyarrow.parquet as pq

from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.many.parts import (
    by_bucket,
    joined,
    parted_columns,
    parted_rows,
    pieces_of,
    read_columns,
    straight_of,
)
from engine.bulk.many.whole import KIND, Whole
from engine.bulk.run import Counts, Job, run, tables_of
from engine.bulk.tables import BadTable, Table, read_all, written
from engine.commands.portfolio import kernelled
from tests.bulk.test_kernel import CASES, program_of
from tests.bulk.test_kernel import written as lines_of
from tests.bulk.test_straight import as_plain_python, parquet

KINDS = ("accounts", "happenings", "rejects")


def told(*given: object) -> None:
    """Tell nobody how far it has come."""


def made(tmp_path: Path, name: str, accounts: int = 25):
    """Return what makes the portfolio of a contract, and some accounts, of which some are odd."""
    text, asked = CASES[name]
    contract = tmp_path / f"{name}.contract"
    contract.write_text(text, "utf-8")
    questions = tuple(each.replace(" ", " may ") for each in asked)
    make = partial(
        kernelled, "on", 0.3, 1, (str(contract),), ("contract",), "2026-10-15", None, questions, (), None
    )
    return make, lines_of(program_of(text), Random(f"many of {name}"), accounts, 0.04)


def by_parts(work: Path, make, job: Job, buckets: int, most: int | None) -> Counts:
    """Do what a cluster does, one thing after the other; read as columns where `most` rows a piece are given."""
    work.mkdir()
    portfolio = make()
    whole = Whole(portfolio, portfolio.straightened() if most else None)
    pieces = pieces_of(job.events, most is not None, most or 0)
    parted = [(parted_columns if most else parted_rows)(each, "account", buckets) for each in pieces]
    heads = [
        parted_rows(each, "account", buckets)
        for each in pieces_of((job.accounts,) if job.accounts else (), False)
    ]
    done = Counts()
    for bucket in range(buckets):
        events = joined([each.buckets[bucket] for each in parted])
        of_accounts = joined([each.buckets[bucket] for each in heads]) if heads else None
        outcome = whole.of_columns(events) if most else whole.of_rows(events, of_accounts)
        assert whole.split(whole.as_one(outcome)) == outcome.tables
        for kind, rows in outcome.tables.items():
            pq.write_table(rows, work / f"{bucket}.{kind}.parquet")
        done += outcome.counts
    for kind, columns in tables_of(portfolio).items():
        written(work / f"*.{kind}", columns, work / f"{kind}.parquet")
    return done


def rows_of(folder: Path) -> dict[str, list[str]]:
    return {kind: sorted(map(str, read_all(folder / f"{kind}.parquet"))) for kind in KINDS}


def test_rows_in_buckets_come_to_the_very_bytes_of_one_machine(tmp_path: Path) -> None:
    make, lines = made(tmp_path, "receivables")
    events, accounts = tmp_path / "events.jsonl", tmp_path / "accounts.csv"
    events.write_text("\n".join(lines), "utf-8")
    accounts.write_text("account\n" + "".join(f"A-{number}\n" for number in range(45)), "utf-8")
    job = Job(Table(accounts), (Table(events),), tmp_path / "one", 3, 1)
    one = run(job, make, {}, told)
    one = replace(one, by_rows="")  # Why rows are read one by one is said of one machine.
    assert by_parts(tmp_path / "many", make, job, 3, None) == one
    assert one.kernel
    assert one.verified
    assert one.rejects
    for kind in KINDS:
        found = [(tmp_path / each / f"{kind}.parquet").read_bytes() for each in ("one", "many")]
        assert found[0] == found[1], kind


@pytest.mark.parametrize("name", ["receivables", pytest.param("hire", marks=pytest.mark.soak)])
def test_columns_come_to_the_same_however_they_are_cut(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_plain_python(monkeypatch)
    make, lines = made(tmp_path, name)
    events = parquet(lines, tmp_path / "events.parquet", {}, "")
    job = Job(None, (Table(events),), tmp_path / "one", 2, 1)
    one = run(job, make, {}, told)
    assert straight_of(make(), job, 0) is not None
    assert straight_of(make(), job, 10**6) is None, "so few rows are read one by one, as on one machine"
    for buckets, most in ((1, 10**6), (4, 1)):
        folder = tmp_path / f"{buckets}-{most}"
        many = by_parts(folder, make, job, buckets, most)
        assert (many.accounts, many.events, many.rejects) == (one.accounts, one.events, one.rejects)
        assert many.verified
        assert rows_of(folder) == rows_of(tmp_path / "one")


def test_no_account_is_in_two_buckets_and_no_row_is_lost(tmp_path: Path) -> None:
    _, lines = made(tmp_path, "receivables")
    events = Table(parquet(lines, tmp_path / "events.parquet", {}, ""))
    (piece,) = pieces_of((events,), True)
    whole = read_columns(piece)
    parts = by_bucket(whole, "account", 5)
    names = [set(part["account"].to_pylist()) for part in parts]
    assert sum(map(len, parts)) == len(whole)
    assert sum(map(len, names)) == len(set().union(*names)) > 5
    again = parted_rows(piece, "account", 5).buckets
    assert [set(part["account"].to_pylist()) for part in again] == names, "rows go where columns go"


def test_a_table_that_cannot_be_read_is_told_in_another_process(tmp_path: Path) -> None:
    import pickle

    path = tmp_path / "events.parquet"
    path.write_text("no table", "utf-8")
    with pytest.raises(BadTable) as raised:
        parted_rows(pieces_of((Table(path),), False)[0], "account", 2)
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.where) == (str(raised.value), str(path))
    job = Job(None, (Table(path),), tmp_path / "out", 2, 1)
    make, _ = made(tmp_path, "receivables")
    assert straight_of(make(), job, 0) is None


def test_all_tables_in_one_tell_which_row_is_of_which(tmp_path: Path) -> None:
    make, lines = made(tmp_path, "receivables")
    (tmp_path / "events.jsonl").write_text("\n".join(lines), "utf-8")
    (piece,) = pieces_of((Table(tmp_path / "events.jsonl"),), False)
    whole = Whole(make())
    assert isinstance(whole.portfolio, Kernelled)
    one = whole.as_one(whole.of_rows(joined(parted_rows(piece, "account", 1).buckets)))
    assert set(one[KIND].to_pylist()) == set(KINDS)
    assert one.schema == whole.one_schema
