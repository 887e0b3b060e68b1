"""What the server has acknowledged is there, once and whole, whenever and however often the server is killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.store import open_store
from tests.postgres import Cluster
from tests.service.killing import (
    Callers,
    check_kept,
    kill_often,
    kill_one_of_two,
    lost_by_a_kill,
    what_it_said,
)

KILLS = int(os.environ.get("CONTRACT_KILLS", "200"))
"""How often a long run kills; less, for a run in parts."""


def killed(
    address: str,
    folder: Path,
    times: int,
    within_s: float,
    kill: Callable[[str, Path, int, float], Callers] = kill_often,
) -> int:
    """Kill a server so often, hold what it leaves against what it said, and return how many events it acknowledged."""
    with what_it_said(folder):
        callers = kill(address, folder, times, within_s)
        store = open_store(address)
        try:
            return check_kept(store, callers)
        finally:
            store.close()


def test_what_the_server_acknowledged_outlives_it(lasting: str, tmp_path: Path) -> None:
    assert killed(lasting, tmp_path, 12 if lasting.endswith(".db") else 6, 0.1) > 20


def test_what_two_servers_acknowledged_outlives_either(postgres: Cluster, tmp_path: Path) -> None:
    assert killed(postgres.database(), tmp_path, 4, 0.1, kill_one_of_two) > 20


def test_a_fast_log_loses_no_more_than_it_says(tmp_path: Path) -> None:
    with what_it_said(tmp_path):
        said, lost = lost_by_a_kill(str(tmp_path / "store.db"), tmp_path, 60)
    assert 0 <= lost <= said <= 60


@pytest.mark.soak
def test_what_the_server_acknowledged_outlives_hundreds_of_kills(
    lasting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = killed(lasting, tmp_path, KILLS, 0.5)
    kind = "PostgreSQL" if lasting.startswith("postgresql:") else "SQLite"
    with capsys.disabled():
        print(f"\n{kind}: a server killed {KILLS} times, {found:,} events acknowledged, each there once")
    assert found > 2 * KILLS


@pytest.mark.soak
def test_what_two_servers_acknowledged_outlives_many_kills_of_either(
    postgres: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = killed(postgres.database(), tmp_path, KILLS // 2, 3, kill_one_of_two)
    with capsys.disabled():
        print(f"\ntwo servers on PostgreSQL, one killed {KILLS // 2} times, {found:,} events acknowledged")
    assert found > 2 * KILLS
