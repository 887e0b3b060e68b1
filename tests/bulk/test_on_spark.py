"""On Spark the tables are those of one machine, also where a worker is killed in mid-run.

`make cluster` installs Spark and runs these; Java (17 or newer) has to be there.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.bulk.run import Fold, Job, run
from engine.bulk.tables import BadTable, Table
from engine.cli import carried_out
from tests.bulk.test_many import made, rows_of, told
from tests.bulk.test_straight import parquet

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[Any]:
    """One session for all tests; skipped by name where Spark or Java is not installed."""
    pytest.importorskip("pyspark", reason="Spark is not installed (make cluster): its tests are not run")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed (default-jre-headless): the tests of Spark are not run")
    from engine.bulk.many import on_spark

    with pytest.MonkeyPatch.context() as patch:
        # What runs for seconds is not worth being compiled well.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with on_spark.session(None, 2) as spark:
            yield spark


def dying(make: Callable[[], Fold], marks: Path, driver: int, deaths: int) -> Fold:
    """Make a portfolio, unless few enough workers died before: then this one is killed, in mid-task."""
    if os.getpid() != driver and len(list(marks.iterdir())) < deaths:
        (marks / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return make()


def test_rows_give_the_very_bytes_of_one_machine_though_workers_are_killed(tmp_path: Path) -> None:
    from engine.bulk.many import on_spark

    make, lines = made(tmp_path, "receivables", 60)
    events, accounts = tmp_path / "events.csv", tmp_path / "accounts.csv"
    raw = [
        each
        for each in map(json.loads, (line for line in lines if line.startswith("{")))
        if isinstance(each, dict)
    ]
    names = sorted(
        {name for each in raw for name in each}
        & {"account", "id", "name", "by", "at", "amount", "due", "invoice"}
    )
    texts = [
        ",".join(
            "" if each.get(n) is None else str(each[n]).replace(",", ";").replace('"', "'") for n in names
        )
        for each in raw
    ]
    events.write_text("\n".join([",".join(names), *texts, "one,too,many,,,,,,,,,"]), "utf-8")
    accounts.write_text("account\n" + "".join(f"A-{number}\n" for number in range(65)), "utf-8")
    given = Table(accounts), (Table(events),)
    one = replace(run(Job(*given, tmp_path / "one", 3, 1), make, {}, told), by_rows="")
    assert one.rejects
    marks = tmp_path / "marks"
    marks.mkdir()
    mortal = partial(dying, make, marks, os.getpid(), 2)
    assert on_spark.run(Job(*given, tmp_path / "spark", 3, 2), mortal, {}, told) == one
    assert len(list(marks.iterdir())) == 2, "workers were killed"
    for kind in ("accounts", "happenings"):
        found = {(tmp_path / each / f"{kind}.parquet").read_bytes() for each in ("one", "spark")}
        assert len(found) == 1, kind
    assert rows_of(tmp_path / "spark") == rows_of(tmp_path / "one")


def test_columns_shuffled_and_whole_files_and_bucketed_tables_give_what_one_machine_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: Any
) -> None:
    from engine.bulk.many import on_spark, parts
    from engine.bulk.many.whole import Whole

    make, lines = made(tmp_path, "receivables", 200)
    rows = [
        each
        for each in map(json.loads, (line for line in lines if line.startswith("{")))
        if isinstance(each, dict)
    ]
    texts = [json.dumps(each) for each in rows]
    events = parquet(texts, tmp_path / "events.parquet", {}, "")
    one = run(Job(None, (Table(events),), tmp_path / "one", 2, 1), make, {}, told)
    monkeypatch.setattr(on_spark, "straight_of", partial(parts.straight_of, least=0))
    for whole_files in (False, True):
        out = tmp_path / f"spark-{whole_files}"
        counts = on_spark.run(Job(None, (Table(events),), out, 5, 2), make, {}, told, whole_files=whole_files)
        assert (counts.accounts, counts.events, counts.rejects) == (one.accounts, one.events, one.rejects)
        assert rows_of(out) == rows_of(tmp_path / "one")
    session.conf.set("spark.sql.sources.bucketing.autoBucketedScan.enabled", "false")
    session.sql(f"CREATE DATABASE held LOCATION '{tmp_path / 'warehouse'}'")
    ordered = session.read.parquet(str(events)).select("*", "_metadata.row_index")
    ordered.write.bucketBy(4, "account").saveAsTable("held.events")
    found = on_spark.outcomes(session.table("held.events"), make, ("row_index",)).toArrow()
    whole = Whole(make())
    expected = {kind: len(listed) for kind, listed in rows_of(tmp_path / "one").items()}
    assert {kind: len(table) for kind, table in whole.split(found).items()} == expected
    session.sql("DROP DATABASE held CASCADE")


def test_what_is_wrong_is_said_as_on_one_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from engine.bulk.many import on_spark

    make, _ = made(tmp_path, "receivables")
    path = tmp_path / "events.parquet"
    path.write_text("no table", "utf-8")
    said = []
    for place, way in enumerate((run, on_spark.run)):
        with pytest.raises(BadTable) as wrong:
            way(Job(None, (Table(path),), tmp_path / f"out-{place}", 2, 1), make, {}, told)
        said.append(str(wrong.value))
    assert said[0] == said[1]
    words = ["replay", str(tmp_path / "receivables.contract"), "--as-of", "2026-10-15", "--events", str(path)]
    assert carried_out([*words, "--on", "spark", "--out", str(tmp_path / "out")]) == 2
    assert "Traceback" not in "".join(capsys.readouterr())
