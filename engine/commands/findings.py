"""The findings of `contract analyse`: shown as they come, or printed as JSON or SARIF."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from contractlang.diagnostic import Language
from engine.commands.common import many, print_json
from engine.commands.watching import Progress
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.loaded import Loaded
    from engine.analysis.accepted import Accepted
    from engine.analysis.finding import Finding
    from engine.analysis.ranges import Range
    from engine.analysis.tally import Tally
    from engine.analysis.tries import Tried
    from engine.program import Program


def show_findings(
    findings: Iterable[Finding], program: Program, accepted: Accepted, language: Language, tally: Tally,
    progress: Progress | None,
) -> list[Finding]:  # fmt: skip
    """Print findings as they come, how many there were, and what was asked within which bound."""
    from engine.analysis.report import KINDS, counted, heading, lines
    from engine.analysis.tally import searched
    from engine.widths import wrapped

    screen = Screen.of()
    shown: list[Finding] = []
    for finding in findings:
        if progress is not None:
            progress.clear()
        if not shown or shown[-1].kind != finding.kind:
            screen.heading(heading(finding.kind, language))
        for line in lines(finding, program, language, screen.width, accepted):
            screen.line(line)
        screen.line()
        screen.out.flush()
        shown.append(finding)
    if progress is not None:
        progress.clear()
    held = sum(accepted.of(each) is not None for each in shown)
    chinese = language == "zh"
    parts = [
        f"{KINDS[kind][0].zh}{count}项" if chinese else f"{count} {KINDS[kind][0].en}"
        for kind, count in counted(shown).items()
    ]
    kinds = f"{'：' if chinese else ': '}{('，' if chinese else ', ').join(parts)}" if parts else ""
    told = f"（其中已接受{held}项）" if chinese else f" ({held} accepted)"
    total = f"共{len(shown)}项发现" if chinese else many(len(shown), "finding")
    screen.line(f"{total}{kinds}{told if held else ''}", "bold")
    if tally.asked:
        for line in wrapped(getattr(searched(tally), language), screen.width, "", ""):
            screen.line(line)
    return shown


def print_findings(
    findings: Sequence[Finding], loaded: Loaded, accepted: Accepted, agreements: Sequence[str],
    layers: Sequence[str], documents: Mapping[str, str], language: Language, sarif: bool, tally: Tally,
    tries: Mapping[str, Sequence[Tried]], values: Iterable[Range],
) -> None:  # fmt: skip
    from engine.analysis.ranges import as_json as range_as_json
    from engine.analysis.report import as_json, as_sarif, counted
    from engine.analysis.tally import searched

    if sarif:
        log = as_sarif(findings, loaded.contracts, loaded.sources, language, accepted, tries)
        sys.stdout.write(json.dumps(log, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    print_json({
        "agreements": list(agreements), "layers": list(layers), "documents": documents,
        "findings": [as_json(each, loaded.contracts, accepted, tries.get(each.key)) for each in findings],
        "counts": counted(findings),
        "ranges": [range_as_json(each) for each in values],
        "searched": {
            "asked": tally.asked, "found": tally.found, "none": tally.none, "undecided": tally.undecided,
            "bound": searched(tally)._asdict() if tally.asked else None,
        },
    })  # fmt: skip
