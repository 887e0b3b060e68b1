"""Questions about every ledger that could be: what the norms allow to happen, each finding with a dated history.

`analyse` imports the solver when it is called: who only decides need not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from engine.analysis.finding import Finding

if TYPE_CHECKING:
    from engine.analysis.assuming import Assuming
    from engine.analysis.tally import Tally
    from engine.governing import Programs


def analyse(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...] = ("contract",),
    only: frozenset[str] = frozenset(), about: Callable[[tuple[str, str]], bool] | None = None,
    tally: Tally | None = None, assuming: Assuming | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """Yield the findings about agreements under layers of law, as they are found. `only` names the kinds wanted;
    `about` tells which clauses (document and number) the solver is asked about, all where it is not given. What is
    wanted and cannot be decided is yielded too, after what is found. `tally` counts the questions to the solver.
    Of the histories that it looks at, those alone are looked at of which what is `assuming` holds.

    Raises BadTerms for a layer of which there is no law.
    """
    from engine.analysis.beginnings import beginnings
    from engine.analysis.gaps import gaps
    from engine.analysis.hanging import hanging
    from engine.analysis.lawful import against, denied
    from engine.analysis.looking import decided_first
    from engine.analysis.measures import measured
    from engine.analysis.search import Searcher, clashes, never, rivals
    from engine.analysis.tally import Tally

    def wanted(kind: str) -> bool:
        return not only or kind in only

    tally = tally if tally is not None else Tally()
    alone = programs.of(agreements, ("contract",))
    paper = Searcher(alone, ("contract",), about, tally=tally, assuming=assuming)
    seen: dict[str, None] = {}
    # What needs no solver comes first.
    found: list[Iterator[Finding]] = [gaps(programs.of(agreements, layers))]
    if wanted("conflict"):
        found += [clashes(paper), hanging(paper), beginnings(paper)]
    if wanted("competing"):
        found.append(rivals(paper))
    if wanted("dead"):
        found.append(never(paper))
    law = tuple(layer for layer in layers if layer != "contract")
    if law and (wanted("against") or wanted("conflict")):
        under = ("contract", *law)
        lawful = Searcher(programs.of(agreements, under), under, about, tally=tally, assuming=assuming)
        if wanted("against"):
            found += [against(lawful, alone, "+".join(law)), denied(lawful, alone, "+".join(law))]
            found.append(measured(lawful, alone, "+".join(law)))
        if wanted("conflict"):
            found.append(clashes(lawful))
    places: set[frozenset[tuple[str, str]]] = set()
    for each in decided_first(chain.from_iterable(found)):
        here = frozenset((clause.document, clause.clause) for clause in each.clauses)
        # A measure of the law that only says again what was found of the same clauses is left out.
        if each.detail.get("what") == "measure" and here in places:
            continue
        if (wanted(each.kind) or each.kind == "unknown") and each.key not in seen:
            seen[each.key] = None
            places.add(here)
            yield each
