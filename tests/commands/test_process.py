"""The program as a process: from any folder, stopped at any time, reading no more than it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from engine.commands.common import FINE, REFUSED
from tests.commands.given import ARREARS, QUESTION
from tests.conftest import ROOT


def process(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, *options.pop("run", ("-m", "engine.cli")), *arguments]
    return subprocess.run(
        command, env=environment, cwd=options.pop("cwd", ROOT), capture_output=True, text=True, encoding="utf-8",
        timeout=120, check=False, **options,
    )  # fmt: skip


def test_the_process_from_another_folder_and_from_standard_input(tmp_path: Path) -> None:
    done = process("ask", "voip-1", "-", QUESTION, cwd=tmp_path, input=Path(ARREARS).read_text("utf-8"))
    assert done.returncode == FINE
    assert done.stdout.startswith("provider may suspend service on 2026-09-11: permitted\n")
    assert process("check", "nowhere", cwd=tmp_path).returncode == REFUSED


STOPPED_WHILE_READ = """
import os, signal, sys

class Stops:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Stops())
from engine.start import main
main()
"""


def test_who_is_stopped_while_it_is_read_says_nothing() -> None:
    done = process("check", "voip-1", run=("-c", STOPPED_WHILE_READ))
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


STOPPED_WHILE_CLEARED = """
import os, signal, sys, time

import engine.cli


class Cleared:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


def carry_out():
    Cleared()
    time.sleep(30)
    sys.exit("it went on")


engine.cli.main = carry_out
from engine.start import main

try:
    main()
except KeyboardInterrupt:
    sys.exit("stopped")
"""


def test_a_ctrl_c_while_memory_is_being_cleared_is_not_lost() -> None:
    """Python lets go of what is raised there: a server told to stop just then would go on."""
    assert process(run=("-c", STOPPED_WHILE_CLEARED)).stderr == "stopped\n"


def test_a_question_does_not_wait_for_what_it_does_not_need() -> None:
    tells = "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    run = ("-c", f"{tells}; runpy.run_module('engine.cli', run_name='__main__')")
    imported = set(process("ask", "voip-1", ARREARS, QUESTION, run=run).stderr.split())
    assert "engine.decide" in imported
    # typer itself brings pydantic; nothing of ours does.
    for never in (
        "networkx",
        "z3",
        "yaml",
        "rich.console",
        "rich.table",
        "engine.wire",
        "engine.scenarios",
        "engine.situation",
        "engine.account_standing",
        "engine.history",
        "engine.telling",
    ):
        assert never not in imported
