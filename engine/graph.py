"""The obligation graph: which norm, act, event, state, question, blank or clause bears on which, and where it says so.

The evaluator takes its dispatch and its order from these edges, the documents their pictures, the analysis its pairs.
`as_networkx` gives the same graph to everything that networkx can do; it is imported only when asked for, so that a
decision need not wait for it.
"""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from contractlang.contract import Contract
from contractlang.declaration import OccurrenceDecl
from contractlang.expression import (
    AmountDue,
    AmountOf,
    Answer,
    BlankValue,
    Chosen,
    CountOf,
    Discharged,
    Expr,
    Happened,
    InBreach,
    IsBlank,
    Overdue,
    StateValue,
    SumOf,
    Used,
)
from contractlang.norms import (
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Prohibition,
    Reasonable,
)
from contractlang.source import Span
from engine.targets import Documents
from engine.walk import walk

if TYPE_CHECKING:
    import networkx as nx

Node = tuple[str, str]
"""A kind (norm, act, event, state, question, reading, blank, amount, clause, document) and a name within it."""

EdgeKind = Literal[
    "triggers", "discharges", "breaches", "enables", "sets", "conditions on", "remedies", "excepts", "prevails over",
    "limits", "voids", "settles", "cites", "states", "is part of", "reads",
]  # fmt: skip


class Edge(NamedTuple):
    """One thing bears on another; `span` is the place that says so."""

    source: Node
    target: Node
    kind: EdgeKind
    span: Span | None


@dataclass(frozen=True)
class ObligationGraph:
    """The nodes and typed edges of some documents."""

    contracts: tuple[Contract, ...]
    edges: tuple[Edge, ...]
    norms: tuple[Norm, ...]

    def into(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that end at `node`, of those kinds."""
        return [edge for edge in self.edges if edge.target == node and (not kinds or edge.kind in kinds)]

    def out_of(self, node: Node, *kinds: EdgeKind) -> list[Edge]:
        """Return the edges that begin at `node`, of those kinds."""
        return [edge for edge in self.edges if edge.source == node and (not kinds or edge.kind in kinds)]

    def impact(self, document: str, clause: str) -> tuple[Node, ...]:
        """Return everything that a change of a clause can reach, nearest first."""
        start = [
            ("norm", key(norm)) for norm in self.norms if norm.document == document and norm.clause == clause
        ]
        ahead: dict[Node, list[Node]] = {}
        for edge in self.edges:
            if edge.kind in _BACKWARD:
                ahead.setdefault(edge.target, []).append(edge.source)
            elif edge.kind not in ("is part of", "cites", "states"):
                ahead.setdefault(edge.source, []).append(edge.target)
        found: dict[Node, None] = {}
        queue = deque(start)
        while queue:
            for near in ahead.get(queue.popleft(), ()):
                if near not in found and near not in start:
                    found[near] = None
                    queue.append(near)
        return tuple(found)

    def as_networkx(self) -> nx.MultiDiGraph[Node]:
        """Return the graph for networkx: nodes with `kind` and `name`, edges with `kind`, `path`, `start`, `end`."""
        import networkx as nx

        graph: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
        for source, target, kind, span in self.edges:
            for node in (source, target):
                graph.add_node(node, kind=node[0], name=node[1])
            place = {"path": span.path, "start": span.start, "end": span.end} if span else {}
            graph.add_edge(source, target, kind=kind, **place)
        for norm in self.norms:
            graph.add_node(("norm", key(norm)), kind="norm", name=key(norm))
        return graph

    def cycles(self, *kinds: EdgeKind) -> list[list[Node]]:
        """Return one shortest cycle, whole, for each group of nodes that depend on one another through those kinds.

        Strongly connected components, never all simple cycles: their number can be exponential.
        """
        import networkx as nx

        graph: nx.DiGraph[Node] = nx.DiGraph()
        graph.add_edges_from((e.source, e.target) for e in self.edges if e.kind in kinds)
        found = []
        for group in nx.strongly_connected_components(graph):
            inside = graph.subgraph(group)
            loops = [node for node in group if graph.has_edge(node, node)]
            if len(group) == 1 and not loops:
                continue
            start = loops[0] if loops else min(group)
            if loops:
                found.append([start])
                continue
            best: list[Node] = []
            for after in sorted(inside.successors(start)):
                path = nx.shortest_path(inside, after, start)
                if not best or len(path) < len(best):
                    best = path
            found.append([start, *best[:-1]])
        return sorted(found)

    # -- export

    def as_json(self) -> dict[str, Any]:
        """Return nodes and edges as JSON-ready values, with the schema's version."""
        nodes: dict[Node, None] = {}
        for edge in self.edges:
            nodes.update(dict.fromkeys((edge.source, edge.target)))
        return {
            "version": 1,
            "nodes": [{"id": "/".join(node), "kind": node[0], "name": node[1]} for node in sorted(nodes)],
            "edges": [
                {
                    "source": "/".join(edge.source), "target": "/".join(edge.target), "kind": edge.kind,
                    "span": None if edge.span is None else dataclasses.asdict(edge.span),
                }
                for edge in self.edges
            ],
        }  # fmt: skip

    def as_graphml(self) -> str:
        """Return the graph as GraphML."""
        import networkx as nx

        plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for source, target, kind, _ in self.edges:
            for node in (source, target):
                plain.add_node("/".join(node), kind=node[0], name=node[1])
            plain.add_edge("/".join(source), "/".join(target), kind=kind)
        return "\n".join(nx.generate_graphml(plain))

    def as_dot(self) -> str:
        """Return the graph in the language of Graphviz."""
        lines = ["digraph obligations {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
        nodes = sorted({node for edge in self.edges for node in (edge.source, edge.target)})
        lines += [
            f"  {_quoted('/'.join(node))} [label={_quoted(node[1])}, class={_quoted(node[0])}];"
            for node in nodes
        ]
        lines += [
            f"  {_quoted('/'.join(e.source))} -> {_quoted('/'.join(e.target))} [label={_quoted(e.kind)}];"
            for e in self.edges
        ]
        return "\n".join([*lines, "}"])

    def as_mermaid(self, around: Node | None = None) -> str:
        """Return the graph, or the neighbourhood of one node, as a Mermaid flow chart."""
        edges = [e for e in self.edges if around is None or around in (e.source, e.target)]
        nodes = sorted({node for edge in edges for node in (edge.source, edge.target)})
        ids = {node: f"n{index}" for index, node in enumerate(nodes)}
        lines = ["flowchart LR", *(f'  {ids[node]}["{node[1]}"]' for node in nodes)]
        lines += [f"  {ids[e.source]} -->|{e.kind}| {ids[e.target]}" for e in edges]
        return "\n".join(lines)


_BACKWARD = ("conditions on", "reads")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def key(norm: Norm) -> str:
    """Return the name of a norm's node: its document and id, and the option where it is an alternative."""
    return f"{norm.document}/{norm.id}" + "".join(f"[{each.reading}={each.option}]" for each in norm.option)


def build(contracts: Iterable[Contract] | Documents) -> ObligationGraph:
    """Return the obligation graph of some documents together."""
    documents = contracts if isinstance(contracts, Documents) else Documents(contracts)
    edges: dict[Edge, None] = {}
    for document in documents.contracts:
        for edge in _edges_of(document, documents):
            edges.setdefault(edge)
    return ObligationGraph(documents.contracts, tuple(edges), documents.norms)


def _edges_of(document: Contract, documents: Documents) -> Iterator[Edge]:
    declared = document.declarations
    for occurrence in declared.values():
        if isinstance(occurrence, OccurrenceDecl) and (
            occurrence.sets or occurrence.shows or occurrence.kind_of
        ):
            node = _occurrence(declared, occurrence.name)
            for effect in occurrence.sets:
                yield Edge(node, ("state", effect.state), "sets", occurrence.span)
            for shown in occurrence.shows:
                yield Edge(node, ("state", shown.state), "sets", occurrence.span)
            if occurrence.kind_of:
                yield Edge(node, _occurrence(declared, occurrence.kind_of), "is part of", occurrence.span)
    for norm in document.norms:
        yield from _edges_of_norm(document, norm, documents)
    for amount in document.amounts:
        here = ("amount", amount.name)
        for expr in (amount.value, amount.where, amount.claimable):
            yield from _reads(document, here, expr, documents, amount.span)
        if isinstance(amount.trigger, OnOccurrence):
            yield Edge(_occurrence(declared, amount.trigger.name), here, "triggers", amount.span)
    for priority in document.priorities:
        kind: EdgeKind = "prevails over" if priority.how == "prevails" else priority.how
        for by in documents.meant(priority.by, document.name):
            for over in documents.meant(priority.over, document.name):
                if by is not over:
                    yield Edge(("norm", key(by)), ("norm", key(over)), kind, priority.span)
    for life in document.life:
        here = ("state", "agreement")
        yield from _reads(document, here, life.value, documents, life.span)
    for remark in document.remarks:
        if remark.how == "see":
            yield Edge(
                ("clause", f"{document.name}/{remark.clause}"),
                ("clause", f"{document.name}/{remark.text}"),
                "cites",
                remark.span,
            )
    for law in document.governed_by:
        yield Edge(("document", document.name), ("document", law), "cites", None)


def _edges_of_norm(document: Contract, norm: Norm, documents: Documents) -> Iterator[Edge]:
    here: Node = ("norm", key(norm))
    declared = document.declarations
    yield Edge(here, ("clause", f"{norm.document}/{norm.clause}"), "is part of", norm.span)
    match norm.trigger:
        case OnOccurrence() as on:
            yield Edge(_occurrence(declared, on.name), here, "triggers", on.span)
            yield from _reads(document, here, on.where, documents, on.span)
        case OnBreach() as on:
            for owed in documents.meant(on.target, norm.document):
                yield Edge(("norm", key(owed)), here, "remedies", on.span)
            yield from _reads(document, here, on.where, documents, on.span)
        case None:
            pass
    match norm:
        case Obligation():
            yield Edge(("act", norm.act.name), here, "discharges", norm.span)
            yield from _reads(document, here, norm.act.amount, documents, norm.span)
            limit = norm.window.limit if norm.window else None
            if isinstance(limit, Reasonable):
                yield Edge(("question", limit.question), here, "settles", norm.span)
            elif limit is not None:
                for part in dataclasses.fields(limit):
                    yield from _reads(document, here, getattr(limit, part.name), documents, norm.span)
            if norm.window is not None:
                yield from _reads(document, here, norm.window.rolls, documents, norm.span)
        case Prohibition():
            yield Edge(("act", norm.act.name), here, "breaches", norm.span)
        case Maintenance():
            yield from _reads(document, here, norm.keeps, documents, norm.span)
        case Permission() | Power():
            yield Edge(here, ("act", norm.act.name), "enables", norm.span)
    for expr in (norm.when, norm.unless, norm.since, norm.until):
        yield from _reads(document, here, expr, documents, norm.span)
    if not isinstance(norm, Maintenance):
        yield from _reads(document, here, norm.act.where, documents, norm.span)
    for chosen in norm.option:
        yield Edge(("reading", chosen.reading), here, "settles", norm.span)
    for target in norm.excepts:
        for other in documents.meant(target, norm.document):
            yield Edge(("norm", key(other)), here, "excepts", norm.span)


def _reads(
    document: Contract, here: Node, expr: Expr | None, documents: Documents, span: Span
) -> Iterator[Edge]:
    """What an expression looks at: an edge from the one who looks, or from a question to the one it settles."""
    declared = document.declarations
    for part in walk(expr):
        match part:
            case StateValue():
                yield Edge(here, ("state", part.name), "conditions on", span)
            case Happened() | CountOf() | SumOf():
                yield Edge(here, _occurrence(declared, part.name), "conditions on", span)
            case Answer():
                yield Edge(("question", part.question), here, "settles", span)
            case Chosen():
                yield Edge(("reading", part.reading), here, "settles", span)
            case BlankValue() | IsBlank():
                yield Edge(here, ("blank", part.name), "reads", span)
            case AmountOf():
                yield Edge(here, ("amount", part.name), "reads", span)
            case Overdue() | Discharged() | Used() | AmountDue() | InBreach():
                for other in documents.meant(part.target, document.name):
                    if ("norm", key(other)) != here:
                        yield Edge(here, ("norm", key(other)), "conditions on", span)
            case _:
                pass


def _occurrence(declared: dict[str, Any], name: str) -> Node:
    found = declared.get(name)
    return ("act" if isinstance(found, OccurrenceDecl) and found.is_act else "event", name)
