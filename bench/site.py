"""The site of all contracts: built cold in a process of its own, and an edit shown while it is served."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

CONTRACTS = Path(__file__).parents[1] / "contracts"
PAGE = "contracts/zh/voip-1.html"
BEFORE = "日期:__________ 日期:"


def rows(turns: int = 5) -> list[tuple[str, str, str]]:
    """Return the wall and CPU times; nothing that the solver finds is kept from another run."""
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.perf_counter(), os.times()
        command = [
            sys.executable,
            "-m",
            "engine.cli",
            "docs",
            "build",
            str(CONTRACTS),
            "-o",
            f"{folder}/site",
        ]
        environment = {**os.environ, "CONTRACT_CACHE": f"{folder}/cache"}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        wall, after = time.perf_counter() - began, os.times()
        cpu = after.children_user + after.children_system - used.children_user - used.children_system
        shown = _edits(Path(folder), turns)
    return [
        (
            "site of both agreements, the sale and all the law, cold, wall (CPU)",
            f"{wall:.1f} s ({cpu:.1f} s)",
            "under 30 s",
        ),
        (
            "  an edit of agreement 1 shown by `contract docs serve`, wall, median (longest)",
            f"{statistics.median(shown):.2f} s ({max(shown):.2f} s)",
            "under 2 s",
        ),
    ]


def _edits(folder: Path, turns: int) -> list[float]:
    """Return how long each edit took to be on its page; half of them come while what hangs on the last is made."""
    from engine.documents.building import configured, served

    shutil.copytree(CONTRACTS, folder / "contracts")
    file = folder / "contracts" / "voip-1" / "voip-1.contract"
    text = file.read_text("utf-8")
    found = []
    kept = folder / "cache" / "pages"
    with (
        configured([folder / "contracts"], [CONTRACTS], file, None, kept, strict=False) as config,
        served(config, "127.0.0.1", 0, lambda said: None) as server,
    ):
        threading.Thread(target=server.serve, daemon=True).start()
        while not server.server_address[1]:
            time.sleep(0.02)
        time.sleep(1)
        for turn in range(turns):
            edited = f"日期:第{turn}次 日期:"
            file.write_text(text.replace(BEFORE, edited), "utf-8")
            began = time.perf_counter()
            while edited not in _shown(server.server_address[1]):
                time.sleep(0.02)
            found.append(time.perf_counter() - began)
            time.sleep(0.3 if turn % 2 else 3)
    return found


def _shown(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{PAGE}") as answer:
        text: str = answer.read().decode()
    return text


if __name__ == "__main__":
    for row in rows():
        print(*row, sep="  ")
