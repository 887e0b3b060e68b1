"""The obligation graph: its edges say what the text says, and the evaluator takes its dispatch from them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from engine.graph import ObligationGraph
from engine.program import Program


def edges(graph: ObligationGraph) -> set[tuple[str, str, str]]:
    return {("/".join(e.source), e.kind, "/".join(e.target)) for e in graph.edges}


def test_edges_of_the_payment_clause(voip_1: Program) -> None:
    found = edges(voip_1.graph)
    assert ("event/invoice_issued", "triggers", "norm/voip-1/五.2:付费") in found
    assert ("act/pay", "discharges", "norm/voip-1/五.2:付费") in found
    power = "norm/voip-1/五.3:暂停权[部分支付=任何欠额]"
    assert (power, "enables", "act/suspend_service") in found
    assert (power, "prevails over", "norm/voip-1/二.1:提供服务") in found
    assert (power, "conditions on", "norm/voip-1/五.2:付费") in found
    assert ("act/suspend_service", "sets", "state/service") in found
    assert ("reading/部分支付", "settles", power) in found


def test_every_norm_edge_says_where(voip_1: Program) -> None:
    assert all(e.span is not None for e in voip_1.graph.edges if e.kind != "cites")


def test_dispatch_is_the_edges(voip_1: Program) -> None:
    """What an event reaches in the evaluator is what its edges lead to in the graph."""
    for name, touch in voip_1.touches.items():
        led = {
            e.target
            for e in voip_1.graph.edges
            if e.source[1] in touch.names and e.kind in ("discharges", "breaches", "triggers")
        }
        reached = {*touch.discharges, *touch.prohibitions, *touch.instances}
        keys = {("norm", f"{voip_1.norms[i].document}/{voip_1.norms[i].id}") for i in reached}
        assert keys <= {(kind, key.split("[")[0]) for kind, key in led}, name


def test_impact_of_a_clause(voip_1: Program) -> None:
    reached = voip_1.graph.impact("voip-1", "五.2")
    assert ("norm", "voip-1/五.3:暂停权[部分支付=任何欠额]") in reached
    assert ("act", "suspend_service") in reached
    assert ("state", "service") in reached


def test_a_circle_is_shown_whole(voip_1: Program) -> None:
    assert voip_1.graph.cycles("prevails over") == []
    for cycle in voip_1.graph.cycles("sets", "conditions on", "enables"):
        assert len(cycle) == len(set(cycle))


def test_exports_hold_every_edge(voip_1: Program) -> None:
    graph = voip_1.graph
    assert len(graph.as_json()["edges"]) == len(graph.edges)
    json.dumps(graph.as_json())
    assert graph.as_networkx().number_of_edges() == len(graph.edges)
    root = ET.fromstring(graph.as_graphml())
    assert len(root.findall(".//{http://graphml.graphdrawing.org/xmlns}edge")) == len(graph.edges)
    assert graph.as_dot().count(" -> ") == len(graph.edges)
    assert graph.as_mermaid().count("-->|") == len(graph.edges)
    around = ("norm", "voip-1/五.2:付费")
    assert graph.as_mermaid(around).count("-->|") == len(graph.into(around)) + len(graph.out_of(around))
