"""Questions about every ledger that could be: what the norms allow to happen, each finding with a dated history.

`analyse` imports the solver when it is called: who only decides need not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.analysis.finding import Finding

if TYPE_CHECKING:
    from engine.governing import Programs


def analyse(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...] = ("contract",),
    only: frozenset[str] = frozenset(), about: Callable[[tuple[str, str]], bool] = lambda _: True,
) -> Iterator[Finding]:  # fmt: skip
    """Yield the findings about agreements under layers of law, as they are found. `only` names the kinds wanted;
    `about` tells which clauses (document and number) the solver is asked about.

    Raises BadTerms for a layer of which there is no law.
    """
    from engine.analysis.gaps import gaps
    from engine.analysis.search import Searcher, against, clashes, never, rivals

    def wanted(kind: str) -> bool:
        return not only or kind in only

    alone = programs.of(agreements, ("contract",))
    paper = Searcher(alone, ("contract",), about)
    seen: dict[str, None] = {}
    # What needs no solver comes first.
    found: list[Iterator[Finding]] = [gaps(programs.of(agreements, layers))]
    if wanted("conflict"):
        found.append(clashes(paper))
    if wanted("competing"):
        found.append(rivals(paper))
    if wanted("dead"):
        found.append(never(paper))
    law = tuple(layer for layer in layers if layer != "contract")
    if law and wanted("against"):
        under = ("contract", *law)
        found.append(against(Searcher(programs.of(agreements, under), under, about), alone, "+".join(law)))
    if law and wanted("conflict"):
        under = ("contract", *law)
        found.append(clashes(Searcher(programs.of(agreements, under), under, about)))
    for findings in found:
        for each in findings:
            if wanted(each.kind) and each.key not in seen:
                seen[each.key] = None
                yield each
