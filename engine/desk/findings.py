"""Findings of the analysis, found beside the conversation: another process looks, so that nobody who types waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contractlang.source import Span
from engine.desk.beside import told_by
from engine.desk.papers import Understood

LONGEST = 300
"""Seconds after which a search is given up."""


@dataclass(frozen=True)
class Found:
    """One finding, where it touches a clause of a file."""

    key: str
    kind: str
    span: Span
    clause: str
    en: str
    zh: str


async def look(path: str, layers: str) -> list[Any] | None:
    """Return the findings about the agreement in a file as `contract analyse` gives them; None where there are none
    to be had. What is saved is analysed."""
    under = ("--layers", layers) if layers else ()
    try:
        told = await told_by("analyse", path, *under, within_s=LONGEST)
    except ValueError:
        return None
    return list(told["findings"]) if "findings" in told else None


def placed(findings: list[Any], paper: Understood) -> list[Found]:
    """Return the findings that touch a file, each at its clause there as the file is now."""
    return [first for finding in findings for first in islice(places(finding, paper), 1)]


def places(finding: Any, paper: Understood) -> Iterator[Found]:
    """Yield each place at which a finding touches a file as it is now; none of one that is accepted."""
    contract, said = paper.contract, finding["sentence"]
    for clause in finding["clauses"] if not finding.get("accepted") else ():
        if clause["document"] in (contract.name, contract.base):
            span = _span(paper, clause.get("norm") or "", clause["clause"])
            if span is not None:
                yield Found(finding["key"], finding["kind"], span, clause["clause"], said["en"], said["zh"])


def _span(paper: Understood, norm: str, number: str) -> Span | None:
    for each in paper.contract.norms:
        if each.id == norm and each.span.path == paper.source.path:
            return each.span
    clause = paper.contract.clause(number)
    if clause is None or clause.span is None:
        return None
    return Span(
        clause.span.path, clause.span.start, clause.span.start + len(clause.lines[0] if clause.lines else "")
    )
