"""What was acknowledged is there, once and whole, whenever and however often the process is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from engine.store import open_store
from tests.postgres import Cluster
from tests.store.writing import WRITERS, check, prepare, write

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("CONTRACT_KILLS", "300"))
"""How often a long run kills; less, for a run in parts."""


def kill_often(address: str, notes: Path, times: int) -> int:
    """Kill a process of many writers so often, at random instants; return how many entries it had acknowledged."""
    prepare(address)
    notes.touch()
    command = [sys.executable, "-m", "tests.store.writing", address, str(notes)]
    chosen = random.Random(times)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as maker:
        assert maker.stdin is not None
        assert maker.stdout is not None
        for turn in range(times):
            print(turn, file=maker.stdin, flush=True)
            child, size = int(maker.stdout.readline()), notes.stat().st_size
            # Now and then before anything is written, mostly in the midst of it.
            if chosen.random() < 0.8:
                while notes.stat().st_size == size:
                    time.sleep(0.002)
            time.sleep(chosen.random() * 0.1)
            os.kill(child, signal.SIGKILL)
            assert maker.stdout.readline() == "gone\n"
        maker.stdin.close()
    store = open_store(address)
    try:
        return check(store, notes)
    finally:
        store.close()


def test_what_was_acknowledged_outlives_the_process(lasting: str, tmp_path: Path) -> None:
    assert kill_often(lasting, tmp_path / "notes", 12) > 100


@pytest.mark.soak
def test_what_was_acknowledged_outlives_hundreds_of_kills(
    lasting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = kill_often(lasting, tmp_path / "notes", KILLS)
    kind = "PostgreSQL" if lasting.startswith("postgresql:") else "SQLite"
    with capsys.disabled():
        print(f"\n{kind}: {KILLS} kills, {found:,} entries acknowledged, each there once")
    assert found > 3 * KILLS


def stop_often(own_postgres: Cluster, notes: Path, times: int) -> int:
    """Stop and start the database so often while many write, and go on as soon as it is back."""
    address = own_postgres.database()
    prepare(address)
    store = open_store(address)
    noted = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    books = store.of("acme")
    try:
        for turn in range(times):
            threads = [Thread(target=write, args=(books, noted, turn, n, 30)) for n in range(WRITERS)]
            for each in threads:
                each.start()
            size = notes.stat().st_size
            while notes.stat().st_size == size:
                time.sleep(0.002)
            own_postgres.stop()
            own_postgres.start()
            for each in threads:
                each.join()
        return check(store, notes)
    finally:
        os.close(noted)
        store.close()


def test_a_database_that_goes_and_comes_back_loses_nothing(own_postgres: Cluster, tmp_path: Path) -> None:
    assert stop_often(own_postgres, tmp_path / "notes", 1) >= WRITERS * 30


@pytest.mark.soak
def test_a_database_that_goes_often_loses_nothing(own_postgres: Cluster, tmp_path: Path) -> None:
    assert stop_often(own_postgres, tmp_path / "notes", 40) >= 40 * WRITERS * 30
