"""The order in which findings are told: what is decided first. It needs no solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.analysis.finding import Clause, Finding, Kind

if TYPE_CHECKING:
    from engine.analysis.watched import Watch


def decided_first(findings: Iterable[Finding], watch: Watch | None = None) -> Iterator[Finding]:
    """Yield findings, and at the end what was not decided, unless it was found of the same clauses in another way."""
    held: dict[str, Finding] = {}
    shown: list[tuple[Kind, frozenset[Clause]]] = []
    for each in findings:
        if each.kind == "unknown":
            held.setdefault(each.key, each)
            if watch is not None:
                watch.undecided(each)
        else:
            shown.append((each.kind, frozenset(each.clauses)))
            yield each
    for each in held.values():
        if not any(each.detail["asks"] == kind and set(each.clauses) <= clauses for kind, clauses in shown):
            yield each
