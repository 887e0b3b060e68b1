"""Late, repeated and corrected events: what was known on a day is folded by the kernel as by the engine."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from bench import synthetic
from engine.bulk.kernel.portfolio import Kernelled
from engine.bulk.tables import read_all
from engine.cli import carried_out

TABLES = ("accounts", "happenings", "rejects")


def late(chance: Random, accounts: int) -> list[dict[str, Any]]:
    """Return accounts of agreement 1 without most calls; half of them have late, repeated and corrected events."""
    found: list[dict[str, Any]] = []
    for row in synthetic.events(accounts, 8, 7):
        if row["name"] == "place_call" and chance.random() < 0.9:
            continue
        found.append(row)
        if row["account"][-1] in "13579":
            continue
        at = datetime.fromisoformat(row["at"])
        if "recorded_at" not in row and chance.random() < 0.15:
            row["recorded_at"] = (at + timedelta(days=chance.randrange(60))).isoformat(timespec="minutes")
        if chance.random() < 0.02:
            found.append(row)
        if row["name"] == "pay" and chance.random() < 0.03:
            recorded = (at + timedelta(days=70)).isoformat(timespec="minutes")
            changed = {
                "id": f"{row['id']}-c",
                "name": "correct",
                "of": row["id"],
                "at": recorded,
                "amount": "1.00",
            }
            found.append({"account": row["account"], **changed})
    return found


def saved(rows: list[dict[str, Any]], form: str, folder: Path) -> Path:
    """Write the rows as lines, or as a table without corrections: with a column more it is not read as columns."""
    lines = folder / "events.jsonl"
    if form == "parquet":
        rows = [each for each in rows if "of" not in each]
    lines.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    if form == "lines":
        return lines
    table = folder / "events.parquet"
    names = sorted({name for row in rows for name in row})
    read = f"read_json('{lines}', format = 'newline_delimited', columns = {dict.fromkeys(names, 'VARCHAR')})"
    duckdb.execute(f"COPY (FROM {read} ORDER BY account) TO '{table}' (FORMAT parquet)")
    return table


@pytest.mark.parametrize("known_at", [None, "2025-06-20"])
@pytest.mark.parametrize("form", ["lines", "parquet"])
def test_what_was_known_is_folded_alike(
    form: str,
    known_at: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("engine.bulk.kernel.in_units.STRAIGHT_FROM", 0)
    events = saved(late(Random(form), 24), form, tmp_path)
    tables, one_by_one = {}, set[str]()
    whole = Kernelled.read

    def read(self: Kernelled, name: str, *given: Any) -> Any:
        one_by_one.add(name)
        return whole(self, name, *given)

    monkeypatch.setattr(Kernelled, "read", read)
    for kernel in ("off", "auto"):
        words = [
            "replay",
            "voip-1",
            "--events",
            str(events),
            "--as-of",
            "2025-09-30",
            "--set",
            "term=2 years",
        ]
        words += [
            "--layers",
            "contract,civil,sector",
            "--ask",
            "provider may suspend_service",
            "--kernel",
            kernel,
        ]
        words += ["--known-at", known_at] if known_at else []
        capsys.readouterr()
        assert (
            carried_out([*words, "--out", str(tmp_path / kernel), "--jobs", "1", "--buckets", "2", "--json"])
            == 0
        )
        tables[kernel] = [
            sorted(map(str, read_all(tmp_path / kernel / f"{kind}.parquet"))) for kind in TABLES
        ]
    assert tables["auto"] == tables["off"]
    told = json.loads(capsys.readouterr().out)
    assert told["kernel"] >= 15
    assert form == "lines" or told["columns"] >= 8, "most are read as columns"
    assert len(one_by_one) <= 23, "of 24 accounts some are read as columns"
