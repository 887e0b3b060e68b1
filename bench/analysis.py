"""How long the analysis takes: `python -m bench.analysis`. Each case in a process of its own.

First the shipped agreements with all law, everything asked; then the same again, of what was kept; then with one clause
edited, each of some by itself, with the median of these and the worst. Then agreement 1
copied, each copy with acts, states and questions of its own, and generated contracts of 100, 300 and 1,000 clauses,
everything asked: the growth curves. Last the difference of two generated versions of 1,000 clauses, 20 of them edited.
`two` is what two processes make of it. CPU seconds are those of all processes together; what counts there is the
wall time, on a machine that does nothing else. `python -m bench.analysis generated 3000` measures one case.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import big, generated
from bench.accounts import ALL, LAYERS, ROOT
from contractlang.load import load, load_text
from engine.analysis import analyse
from engine.analysis.kept import Kept
from engine.governing import Programs

COPIES = (1, 2, 4)
CLAUSES = (100, 300, 1000)
EDITS = 20
ONE, TELECOM = "voip-1/voip-1.contract", "law/telecom_regulations.contract"
SAYS = {
    "八.3": (ONE, "协议 为 有效 且 非 轻微(违约情形) 时", "协议 为 有效 且 根本违约(违约情形) 时"),
    "五.3": (ONE, "暂停权：付费 逾期 时", "暂停权：付费 逾期 超过 30日 时"),
    "十.3": (ONE, "| 同 八.1", "| 协议 生效，一旦 甲方 已 签署"),
    "三.2": (ONE, "乙方 应 保持 非 保管不善(事故)", "乙方 应 保持 非 保管不善(事故)，除非 终端原因(事故)"),
    "34(2)": (
        TELECOM,
        "debt is overdue for more than 30 days\n",
        "debt is overdue for more than 45 days\n",
    ),
}
"""An edit of a clause each: in which file, what it says, and what it says then."""


def main(arguments: list[str]) -> None:
    """Measure one case, or every case in a process of its own."""
    if arguments:
        case, *size = arguments
        match case:
            case "copies":
                row = _copies(int(size[0]))
            case "generated":
                row = _generated(int(size[0]), 2 if size[1:] else 1)
            case "difference":
                row = _difference(int(size[0]))
            case _:
                row = _shipped(case, *size)
        print(*row, sep="\t")
        return
    print("case\tclauses\tfindings\tundecided\tCPU s\tfirst finding, CPU s\tMB\twall s", flush=True)
    for case in ("shipped", "shipped two", "again"):
        _show(case, _in_process(case))
    spent = []
    for clause in SAYS:
        measured = _in_process(f"edited {clause}")
        spent.append(float(measured[3]))
        _show(f"edited {clause}", measured)
    print(f"edited: median {median(spent)}, worst {max(spent)}", flush=True)
    grown = [f"copies {each}" for each in COPIES] + [f"generated {each}" for each in CLAUSES]
    for case in (*grown, f"generated {CLAUSES[-1]} two", "difference 1000"):
        _show(case, _in_process(case))


def _in_process(case: str) -> list[str]:
    command = [sys.executable, "-m", "bench.analysis", *case.split()]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip("\n").split("\t")


def _show(case: str, row: list[str]) -> None:
    print(case, *row, sep="\t", flush=True)


def _shipped(how: str, which: str = "") -> tuple[object, ...]:
    programs, agreements = programs_in(ROOT), ("voip-1", "voip-2")
    if how == "shipped":
        return _measured(programs, agreements, LAYERS, jobs=2 if which == "two" else 1)
    with tempfile.TemporaryDirectory() as folder:
        list(analyse(programs, agreements, LAYERS, kept=Kept(Path(folder))))
        if how == "edited":
            contracts = Path(folder) / "contracts"
            shutil.copytree(ROOT, contracts)
            edit(contracts, *SAYS[which])
            programs = programs_in(contracts)
        return _measured(programs, agreements, LAYERS, Kept(Path(folder)))


def edit(contracts: Path, file: str, said: str, says: str) -> None:
    """Let a clause of a file say something else."""
    text = (contracts / file).read_text("utf-8")
    if said not in text:
        raise SystemExit(f"the clause to edit is not there: {said}")
    (contracts / file).write_text(text.replace(said, says), "utf-8")


def programs_in(root: Path) -> Programs:
    """Return the programs of both agreements and all law in a folder."""
    loaded = load([root / each.relative_to(ROOT) for each in ALL], [root / "vocabulary"])
    return Programs({name: loaded.contracts[name] for name in loaded.asked})


def _generated(clauses: int, jobs: int) -> tuple[object, ...]:
    loaded = load_text(generated.text(clauses), "generated.contract")
    return _measured(Programs(loaded.contracts), ("generated",), ("contract",), jobs=jobs)


def _difference(clauses: int) -> tuple[object, ...]:
    old, new = (
        load_text(generated.text(clauses, edits), "generated.contract").contracts["generated"]
        for edits in (0, EDITS)
    )
    from engine.analysis.difference import difference

    start = time.process_time()
    found = difference(old, new)
    spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(new.clauses), len(found.edits), "", f"{spent:.2f}", "", f"{peak:.0f}", ""


def _copies(copies: int) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = big.write(Path(folder), copies)
        loaded = load([path], [Path(folder)])
    return _measured(Programs({"voip-1": loaded.contracts["voip-1"]}), ("voip-1",), ("contract",))


def _measured(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...], kept: Kept | None = None,
    jobs: int = 1,
) -> tuple[object, ...]:  # fmt: skip
    clauses = sum(len(each.clauses) for each in programs.contracts.values())
    begun, start, first, kinds = time.monotonic(), time.process_time(), 0.0, []
    for finding in analyse(programs, agreements, layers, kept=kept, jobs=jobs):
        first = first or time.process_time() - start
        kinds.append(finding.kind)
    own, helpers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - start + helpers.ru_utime + helpers.ru_stime
    peak = max(own.ru_maxrss, helpers.ru_maxrss) / 1024
    return (
        clauses, len(kinds), kinds.count("unknown"), f"{spent:.2f}", f"{first:.2f}", f"{peak:.0f}",
        f"{time.monotonic() - begun:.2f}",
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
