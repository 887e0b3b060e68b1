"""On Ray's core the tables are those of one machine, to the last byte, also where a worker is killed in mid-run.

`make cluster` installs Ray and runs these.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from engine.bulk.live import Shard, Woken
from engine.bulk.run import Fold, Job, run
from engine.bulk.tables import BadTable, Table, read_all
from engine.cli import carried_out
from engine.dates import DAY
from tests.bulk.made_up import BEGIN
from tests.bulk.test_many import KINDS, made, rows_of, told
from tests.bulk.test_straight import parquet

pytestmark = [
    pytest.mark.soak,
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
    ),
]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[Any]:
    """Two workers on this machine, for all tests; skipped by name where Ray is not installed."""
    ray = pytest.importorskip("ray", reason="Ray is not installed (make cluster): its tests are not run")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()


def dying(make: Callable[[], Fold], marks: Path, deaths: int) -> Fold:
    """Make a portfolio, unless few enough workers died before: then this one is killed, in mid-task."""
    died = len(list(marks.iterdir()))
    if died < deaths:
        (marks / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return make()


def test_rows_give_the_very_bytes_of_one_machine_though_workers_are_killed(tmp_path: Path) -> None:
    from engine.bulk.many import on_ray

    make, lines = made(tmp_path, "receivables", 60)
    events, accounts = tmp_path / "events.jsonl", tmp_path / "accounts.csv"
    events.write_text("\n".join(lines), "utf-8")
    accounts.write_text("account\n" + "".join(f"A-{number}\n" for number in range(65)), "utf-8")
    given = Table(accounts), (Table(events),)
    one = replace(run(Job(*given, tmp_path / "one", 3, 1), make, {}, told), by_rows="")
    assert on_ray.run(Job(*given, tmp_path / "ray", 3, 2), make, {}, told) == one
    marks = tmp_path / "marks"
    marks.mkdir()
    driver = os.getpid()

    def mortal() -> Fold:
        return make() if os.getpid() == driver else dying(make, marks, 3)

    assert on_ray.run(Job(*given, tmp_path / "killed", 3, 2), mortal, {}, told) == one
    assert len(list(marks.iterdir())) >= 3, "workers were killed"
    for kind in KINDS:
        found = {(tmp_path / each / f"{kind}.parquet").read_bytes() for each in ("one", "ray", "killed")}
        assert len(found) == 1, kind


def test_columns_shuffled_and_whole_files_give_what_one_machine_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.bulk.many import on_ray, parts

    make, lines = made(tmp_path, "receivables", 200)
    rows = [
        each
        for each in map(json.loads, (line for line in lines if line.startswith("{")))
        if isinstance(each, dict)
    ]
    texts = [json.dumps(each) for each in rows]
    events = parquet(texts, tmp_path / "events.parquet", {}, "")
    halves = [
        parquet(
            [t for t, r in zip(texts, rows, strict=True) if is_first(r) is half],
            tmp_path / f"{half}.parquet",
            {},
            "",
        )
        for half in (True, False)
    ]
    one = run(Job(None, (Table(events),), tmp_path / "one", 2, 1), make, {}, told)
    monkeypatch.setattr(parts, "STRAIGHT_FROM", 0)
    monkeypatch.setattr(on_ray, "straight_of", partial(parts.straight_of, least=0))
    counts = on_ray.run(Job(None, (Table(events),), tmp_path / "ray", 5, 2), make, {}, told)
    assert (counts.accounts, counts.events, counts.rejects) == (one.accounts, one.events, one.rejects)
    assert rows_of(tmp_path / "ray") == rows_of(tmp_path / "one")
    job = Job(None, tuple(map(Table, halves)), tmp_path / "files", 5, 2)
    assert on_ray.run(job, make, {}, told, whole_files=True).accounts == one.accounts
    assert rows_of(tmp_path / "files") == rows_of(tmp_path / "one")


def told_of(woken: Woken) -> tuple[str, int]:
    return woken.account, woken.at


def is_first(row: dict[str, Any]) -> bool:
    return crc32(str(row.get("account")).encode()) % 2 == 0


def test_what_is_wrong_is_said_as_on_one_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from engine.bulk.many import on_ray

    make, _ = made(tmp_path, "receivables")
    path = tmp_path / "events.parquet"
    path.write_text("no table", "utf-8")
    said = []
    for place, way in enumerate((run, on_ray.run)):
        with pytest.raises(BadTable) as wrong:
            way(Job(None, (Table(path),), tmp_path / f"out-{place}", 2, 1), make, {}, told)
        said.append(str(wrong.value))
    assert said[0] == said[1]
    words = ["replay", str(tmp_path / "receivables.contract"), "--as-of", "2026-10-15", "--events", str(path)]
    assert carried_out([*words, "--on", "ray", "--out", str(tmp_path / "out")]) == 2
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_person_says_on_ray(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = made(tmp_path, "receivables")
    (tmp_path / "events.jsonl").write_text("\n".join(lines), "utf-8")
    words = ["replay", str(tmp_path / "receivables.contract"), "--as-of", "2026-10-15", "--json"]
    words += ["--events", str(tmp_path / "events.jsonl"), "--rejects", "100%", "--buckets", "2"]
    for on in ("processes", "ray"):
        assert carried_out([*words, "--on", on, "--out", str(tmp_path / on)]) == 0
    one, other = (json.loads(each) for each in capsys.readouterr().out.replace("}\n{", "}\0{").split("\0"))
    said = {"out": "", "by_rows": ""}
    assert one | said == other | said
    assert len(read_all(tmp_path / "ray" / "accounts.parquet")) == one["accounts"]


def test_live_shards_stand_where_one_shard_stands_though_an_actor_is_killed(
    tmp_path: Path, cluster: Any
) -> None:
    from engine.bulk.many.live_on_ray import Live
    from engine.commands.portfolio import portfolio

    make, lines = made(tmp_path, "receivables", 30)
    given = make.args[3:]
    held = partial(portfolio, *given)
    rows = [
        each
        for each in map(json.loads, (line for line in lines if line.startswith("{")))
        if each.get("account")
    ]
    rows.sort(key=lambda each: str(each.get("at")))
    fed = [(str(each["account"]), json.dumps(each)) for each in rows]
    log = tmp_path / "log"
    log.mkdir()

    def logged(number: int) -> list[tuple[str, str]]:
        path = log / str(number)
        return (
            [tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
            if path.is_file()
            else []
        )

    alone = Shard(held(), BEGIN)
    live = Live(held, BEGIN, 2, logged)
    for place in range(0, len(fed), 20):
        batch = fed[place : place + 20]
        for each in batch:
            with (log / str(live.shard_of(each[0]))).open("a", encoding="utf-8") as file:
                file.write(json.dumps(each) + "\n")
        if place == 60:
            cluster.kill(live.actors[0], no_restart=False)
        at = BEGIN + place * DAY
        live.feed(batch)
        alone.feed(batch)
        woken = live.tick(at), alone.tick(at)
        # An actor that began anew has no memory of the ticks before: it may tell of more.
        assert set(map(told_of, woken[0])) >= set(map(told_of, woken[1]))
    assert live.tables() == alone.tables()
    live.close()
