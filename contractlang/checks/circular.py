"""Priorities and exceptions that run in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from contractlang.checks.contradiction import contradiction
from contractlang.checks.cycles import shortest_cycles
from contractlang.checks.parts import Anatomy, arrows, called, listed
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.expression import ByDocument, Expr, Target
from contractlang.source import Span

# More priorities than any agreement has; a group named by a group a thousand times over makes them.
MOST_EDGES = 50_000


@dataclass(frozen=True, slots=True)
class Beats:
    """One norm (or document) gives way to another, and where a text says so."""

    by: Said
    over: Said
    limits: bool
    span: Span
    conditions: tuple[Expr, ...]


def circular(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find norms of which each prevails over the next, and the last over the first; exceptions likewise.

    Why it matters: where the norms meet, each must give way, and the text does not tell which. `limits` runs in a
    circle when each of two norms is open only while the other is: then neither ever is.

    Example: after

        | suspension prevails over serve
        | serve prevails over suspension

    nobody can say whether the provider must serve a user whom it has suspended.

    Remedy: remove one of the priorities, or give it a condition that excludes the others (`when`, `unless`). All
    of the circle is shown. Priorities whose conditions exclude one another make no circle.
    """
    for limits in (False, True):
        graph: dict[str, list[tuple[str, Beats]]] = defaultdict(list)
        for by, over, edge in islice(_edges(anatomy), MOST_EDGES):
            if edge.limits is limits:
                graph[by].append((over, edge))
        for cycle in shortest_cycles(graph, together):
            yield told_of(cycle, limits)


def together(path: Sequence[Beats]) -> bool:
    """Tell whether what is said on the way can all be so at one look."""
    return not contradiction(condition for edge in path for condition in edge.conditions)


def _edges(anatomy: Anatomy) -> Iterator[tuple[str, str, Beats]]:
    nodes = cache(lambda target: tuple(_nodes(target, anatomy)))
    for priority in anatomy.contract.priorities:
        conditions = (*priority.option, *([priority.when] if priority.when is not None else []))
        for by, by_name in nodes(priority.by):
            for over, over_name in nodes(priority.over):
                # A clause may prevail over a group that it belongs to; it does not thereby beat itself.
                if by != over or priority.by == priority.over:
                    yield (
                        by,
                        over,
                        Beats(by_name, over_name, priority.how == "limits", priority.span, conditions),
                    )
    for norm in anatomy.contract.norms:
        for target in norm.excepts:
            for by, by_name in nodes(target):
                yield by, norm.id, Beats(by_name, called(norm), False, norm.span, norm.option)


def _nodes(target: Target, anatomy: Anatomy) -> Iterator[tuple[str, Said]]:
    """Return what a target names one by one: norms of this document, or a document as a whole."""
    if isinstance(target, ByDocument):
        yield f"document {target.document}", Said(f"`{target.document}`", f"`{target.document}`")
    yield from {norm.id: called(norm) for norm in anatomy.meant_by(target)}.items()


def told_of(cycle: tuple[Beats, ...], limits: bool) -> Diagnostic:
    """Return what is said of a circle, with all of it shown."""
    first, *others = cycle
    names = listed(edge.by for edge in cycle)
    labels = tuple(Label(edge.span, _says(edge)) for edge in others if edge.span != first.span)
    help = Said("remove one of them, or add a condition: `… when …`", "删去其中一项，或加上条件：`…，若 …`")
    if len(cycle) == 1:
        en, zh = f"{names.en} is given priority over itself", f"{names.zh}被规定优先于其自身"
        help = Said("remove this line", "删去此行")
    elif limits:
        en, zh = f"{names.en} are each open only while the next is", f"{names.zh}各以下一项为前提，彼此循环"
    else:
        en, zh = f"{names.en} each prevail over the next", f"{names.zh}依次优先，彼此循环"
    circle = arrows([*(edge.by for edge in cycle), first.by])
    return error(
        "circular",
        first.span,
        f"{en}: {circle.en}",
        f"{zh}：{circle.zh}",
        help=help,
        labels=labels,
    )


def _says(edge: Beats) -> Said:
    if edge.limits:
        return Said(
            f"{edge.over.en} is limited to {edge.by.en} here", f"此处{edge.over.zh}以{edge.by.zh}为前提"
        )
    return Said(f"{edge.by.en} prevails over {edge.over.en} here", f"此处{edge.by.zh}优先于{edge.over.zh}")
