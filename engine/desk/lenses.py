"""Code lenses: above each clause the scenarios that touch it, and the findings on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lsprotocol.types import CodeLens, Command, Location, Position, Range
from pygls.uris import from_fs_path

from contractlang.contract import Contract
from engine.desk.beside import told_by
from engine.desk.findings import Found
from engine.desk.papers import Understood
from engine.desk.places import range_of

LONGEST = 120
"""Seconds after which the scenarios are given up."""

SHOW = "contract.showPlaces"
"""The command of an editor's that shows places: whose file and where, the places, what each is called."""


class Case(NamedTuple):
    """A scenario that touches a clause: its heading, its file, and the line there, from 1."""

    title: str
    path: str
    line: int


async def touched(path: str) -> list[Any] | None:
    """Run the scenarios beside a file, in another process; return what each touches, None where there are none."""
    folder = Path(path).parent
    if not any((folder / name).is_file() for name in ("scenarios.md", "scenarios.yaml", "scenarios.yml")):
        return None
    try:
        told = await told_by("test", str(folder), "--coverage", within_s=LONGEST)
    except ValueError:
        return None
    return list(told.get("cases", ()))


def _place(case: Case) -> Location:
    start = Position(case.line - 1, 0)
    return Location(from_fs_path(case.path) or case.path, Range(start, start))


def by_clause(cases: Iterable[Mapping[str, Any]], contract: Contract) -> dict[str, list[Case]]:
    """Return by clause of a document the cases that touch it, from what `contract test --coverage --json` tells."""
    found: dict[str, list[Case]] = {}
    for each in cases:
        for clause in each["clauses"]:
            home, _, number = clause.partition(" ")
            if home in (contract.name, contract.base):
                found.setdefault(number, []).append(Case(each["title"], each["path"], each["line"]))
    return found


def lenses(
    paper: Understood, cases: Sequence[Mapping[str, Any]] | None, findings: Sequence[Found]
) -> Iterator[CodeLens]:
    """Yield what to show above each clause of a file; `cases` is None while nothing is known of its scenarios.

    What is shown is of the document that stands in this file, whatever the file is called.
    """
    chinese = paper.source.is_chinese
    uri = from_fs_path(paper.source.path) or paper.source.path
    touching = None if cases is None else by_clause(cases, paper.contract)
    with_norms = {norm.clause for norm in paper.contract.norms}
    by_number: dict[str, list[Found]] = {}
    for each in findings:
        by_number.setdefault(each.clause, []).append(each)
    for clause in paper.contract.clauses:
        if clause.span is None or not clause.number or clause.is_heading:
            continue
        head = range_of(paper.source, clause.span.start, clause.span.start + len(clause.lines[0]))
        if touching is not None and clause.number in with_norms:
            here = touching.get(clause.number, ())
            title = (
                f"{len(here)}个案例涉及"
                if chinese
                else f"{len(here)} scenario{'' if len(here) == 1 else 's'}"
            )
            if not here:
                title = "没有案例涉及" if chinese else "no scenario touches this clause"
            places = [
                Location(
                    from_fs_path(each.path) or each.path,
                    Range(Position(each.line - 1, 0), Position(each.line - 1, 0)),
                )
                for each in here
            ]
            names = [each.title for each in here]
            yield CodeLens(head, Command(title, SHOW, arguments=[uri, head.start, places, names]))
        found = by_number.get(clause.number, [])
        if found:
            title = (
                f"{len(found)}项发现" if chinese else f"{len(found)} finding{'' if len(found) == 1 else 's'}"
            )
            places = [Location(uri, range_of(paper.source, each.span.start, each.span.end)) for each in found]
            names = [each.zh if chinese else each.en for each in found]
            yield CodeLens(head, Command(title, SHOW, arguments=[uri, head.start, places, names]))
