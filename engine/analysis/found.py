"""The findings on some agreements under some law, however much of the analysis is there to find them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import engine.analysis
from engine.analysis.finding import Finding
from engine.analysis.gaps import gaps
from engine.governing import Programs


def found(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...], only: Collection[str] = ()
) -> Iterator[Finding]:
    """Yield each finding of the kinds asked for (none named: of all kinds) as it is found, each once."""
    analyse = getattr(engine.analysis, "analyse", None)
    findings = (
        gaps(programs.of(agreements, layers))
        if analyse is None
        else analyse(programs, agreements, layers, only)
    )
    seen = set()
    for each in findings:
        if (not only or each.kind in only) and each.key not in seen:
            seen.add(each.key)
            yield each
