"""The processes of a replay end with the one that began them, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

BEGUN = """
import sys, time
from pathlib import Path
from engine.bulk.mapping import Mapped
from engine.bulk.run import Job, run
from engine.bulk.tables import Table

class Waiting:
    mapped, tables = Mapped(), {}

    def waits(self):
        return "waiting"

    def straight(self, tables, work, spread, tell):
        print(*spread("waits", [()] * 4), flush=True)
        time.sleep(600)

folder = Path(sys.argv[1])
run(Job(None, (Table(folder / "events.csv"),), folder / "out", 2, 2), Waiting, {}, print)
"""


def test_nobody_is_left_when_the_first_process_is_killed(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("account,id,name,at\n", "utf-8")
    command = [sys.executable, "-c", BEGUN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as first:
        assert first.stdout is not None
        try:
            assert first.stdout.readline().split() == ["waiting"] * 4
            first.kill()
            # All of them hold what is read here, so it ends with the last.
            first.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(first.pid, signal.SIGKILL)
