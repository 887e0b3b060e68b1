"""Rows stand in the order of their tables: of rows that do not fit together the first one is taken."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from engine.bulk.tables import Scattered, Table, rows_of

ACCOUNTS, TIMES = 12, 10


def test_rows_stand_in_the_order_of_their_tables_however_their_files_are_called(tmp_path: Path) -> None:
    scattered = Scattered(tmp_path, 2)
    for part in range(6):
        rows = [{"account": f"A-{a}", "n": part * TIMES + n} for n in range(TIMES) for a in range(ACCOUNTS)]
        path = tmp_path / f"{part}.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
        scattered.take(Table(path), "events", "account", number=part)
    for folder in (tmp_path / "events").iterdir():
        # A bucket is also begun anew, in a file of another name, where more are written than can be open.
        for file in sorted(folder.iterdir()):
            for half in (0, 1):
                some = f"SELECT * FROM '{file}' WHERE place % 2 = {half}"
                duckdb.execute(f"COPY ({some}) TO '{folder / f'{1 - half}-{file.name}'}' (FORMAT parquet)")
            file.unlink()
    told: dict[str, list[int]] = {}
    for bucket in range(2):
        for account, row in scattered.rows("events", bucket):
            told.setdefault(account, []).append(json.loads(row)["n"])
    assert told == {f"A-{account}": list(range(6 * TIMES)) for account in range(ACCOUNTS)}


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
def test_the_rows_of_some_accounts_are_found_under_whatever_name_they_stand(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"rows.{kind}"
    query = 'SELECT CASE WHEN n % 4 < 3 THEN n % 4 END AS "the customer\'s", n FROM range(1000) AS r(n)'
    with duckdb.connect(path if kind == "duckdb" else ":memory:") as at:
        at.execute(f"CREATE TABLE rows AS {query}" if kind == "duckdb" else f"COPY ({query}) TO '{path}'")
    table = Table(path, "rows" if kind == "duckdb" else "")
    found = [
        (account, int(json.loads(row)["n"])) for account, row in rows_of(table, "the customer's", ["2", "9"])
    ]
    assert found == [("2", n) for n in range(2, 1000, 4)]
    assert rows_of(table, "account", ["2"]) == []
