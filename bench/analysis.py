"""How long the analysis takes: `python -m bench.analysis`. CPU seconds, each case in a process of its own.

First the shipped agreements with all law, everything asked; then the same again, of what was kept; then agreement 1
copied, each copy with acts, states and questions of its own, everything asked: the growth curve.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import big
from bench.accounts import ALL, LAYERS, ROOT
from contractlang.load import load
from engine.analysis import analyse
from engine.analysis.kept import Kept
from engine.governing import Programs

COPIES = (1, 2, 4)


def main(arguments: list[str]) -> None:
    """Measure one case, or every case in a process of its own."""
    if arguments:
        case = arguments[0]
        print(*(_copies(int(case)) if case.isdigit() else _shipped(case == "again")), sep="\t")
        return
    print("case\tclauses\tfindings\tundecided\tCPU s\tfirst finding, CPU s\tMB", flush=True)
    for case in ("shipped", "again", *map(str, COPIES)):
        command = [sys.executable, "-m", "bench.analysis", case]
        row = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(case, row, sep="\t", end="", flush=True)


def _shipped(again: bool) -> tuple[object, ...]:
    loaded = load(ALL, [ROOT / "vocabulary"])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    agreements = ("voip-1", "voip-2")
    if not again:
        return _measured(programs, agreements, LAYERS)
    with tempfile.TemporaryDirectory() as folder:
        list(analyse(programs, agreements, LAYERS, kept=Kept(Path(folder))))
        return _measured(programs, agreements, LAYERS, Kept(Path(folder)))


def _copies(copies: int) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = big.write(Path(folder), copies)
        loaded = load([path], [Path(folder)])
    return _measured(Programs({"voip-1": loaded.contracts["voip-1"]}), ("voip-1",), ("contract",))


def _measured(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...], kept: Kept | None = None
) -> tuple[object, ...]:
    clauses = sum(len(each.clauses) for each in programs.contracts.values())
    start, first, kinds = time.process_time(), 0.0, []
    for finding in analyse(programs, agreements, layers, kept=kept):
        first = first or time.process_time() - start
        kinds.append(finding.kind)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return clauses, len(kinds), kinds.count("unknown"), f"{spent:.2f}", f"{first:.2f}", f"{peak:.0f}"


if __name__ == "__main__":
    main(sys.argv[1:])
