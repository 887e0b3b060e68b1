"""How long the analysis takes: `python -m bench.analysis`. CPU seconds, each case in a process of its own.

First the shipped agreements with all law, everything asked; then the same again, of what was kept; then with clause 8.3
of agreement 1 edited. Then agreement 1 copied, each copy with acts, states and questions of its own, and generated
contracts of 100, 300 and 1,000 clauses, everything asked: the growth curves. Last the difference of two generated
versions of 1,000 clauses, 20 of them edited. `python -m bench.analysis generated 3000` measures one case.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import big, generated
from bench.accounts import ALL, LAYERS, ROOT
from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.difference import difference
from engine.analysis.kept import Kept
from engine.governing import Programs

COPIES = (1, 2, 4)
CLAUSES = (100, 300, 1000)
EDITS = 20
SAID, SAYS = ("协议 为 有效 且 非 轻微(违约情形) 时", "协议 为 有效 且 根本违约(违约情形) 时")
"""An edit of clause 8.3 of agreement 1."""


def main(arguments: list[str]) -> None:
    """Measure one case, or every case in a process of its own."""
    if arguments:
        case, *size = arguments
        match case:
            case "copies":
                row = _copies(int(size[0]))
            case "generated":
                row = _generated(int(size[0]))
            case "difference":
                row = _difference(int(size[0]))
            case _:
                row = _shipped(case)
        print(*row, sep="\t")
        return
    print("case\tclauses\tfindings\tundecided\tCPU s\tfirst finding, CPU s\tMB", flush=True)
    grown = [f"copies {each}" for each in COPIES] + [f"generated {each}" for each in CLAUSES]
    for case in ("shipped", "again", "edited", *grown, "difference 1000"):
        command = [sys.executable, "-m", "bench.analysis", *case.split()]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(case, printed, sep="\t", end="", flush=True)


def _shipped(how: str) -> tuple[object, ...]:
    programs, agreements = _programs(ROOT), ("voip-1", "voip-2")
    if how == "shipped":
        return _measured(programs, agreements, LAYERS)
    with tempfile.TemporaryDirectory() as folder:
        list(analyse(programs, agreements, LAYERS, kept=Kept(Path(folder))))
        if how == "edited":
            contracts = Path(folder) / "contracts"
            shutil.copytree(ROOT, contracts)
            path = contracts / "voip-1" / "voip-1.contract"
            text = path.read_text("utf-8")
            if SAID not in text:
                raise SystemExit(f"the clause to edit is not there: {SAID}")
            path.write_text(text.replace(SAID, SAYS), "utf-8")
            programs = _programs(contracts)
        return _measured(programs, agreements, LAYERS, Kept(Path(folder)))


def _programs(root: Path) -> Programs:
    loaded = load([root / each.relative_to(ROOT) for each in ALL], [root / "vocabulary"])
    return Programs({name: loaded.contracts[name] for name in loaded.asked})


def _generated(clauses: int) -> tuple[object, ...]:
    loaded = load_text(generated.text(clauses), "generated.contract")
    return _measured(Programs(loaded.contracts), ("generated",), ("contract",))


def _difference(clauses: int) -> tuple[object, ...]:
    old, new = (
        load_text(generated.text(clauses, edits), "generated.contract").contracts["generated"]
        for edits in (0, EDITS)
    )
    start = time.process_time()
    found = difference(old, new)
    spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(new.clauses), len(found.edits), "", f"{spent:.2f}", "", f"{peak:.0f}"


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
