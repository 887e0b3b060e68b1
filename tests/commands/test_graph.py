"""`contract graph`: every format, what is around a node, what a change reaches."""

from __future__ import annotations

import json

from engine.commands.common import FINE, REFUSED


def test_the_graph_in_every_format(contract) -> None:
    assert contract("graph", "sale")[1].startswith("flowchart LR\n")
    assert contract("graph", "sale", "--format", "dot")[1].startswith("digraph")
    assert contract("graph", "sale", "--format", "graphml")[1].startswith("<graphml")
    told = json.loads(contract("graph", "sale", "--json")[1])
    assert {each["kind"] for each in told["nodes"]} >= {"norm", "act", "clause"}


def test_the_graph_around_a_node(contract) -> None:
    for node in ("五.3", "act/pay", "pay", "付费", "norm/voip-1/五.2:付费"):
        status, out, err = contract("graph", "voip-1", "--around", node, "--json")
        assert status == FINE, err
        assert json.loads(out)["edges"]
    assert "did you mean" in contract("graph", "voip-1", "--around", "suspend_servic")[2]


def test_what_a_change_reaches_and_what_runs_in_circles(contract) -> None:
    assert "voip-1/八.3" in contract("graph", "voip-1", "--impact", "五.2")[1]
    assert contract("graph", "voip-1", "--impact", "99")[0] == REFUSED
    assert contract("graph", "voip-1", "--cycles")[0] == FINE
