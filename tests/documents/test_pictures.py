"""Pictures are the graph that the engine uses, edge by edge; charts of states are its effects."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

from engine.compile import compile_program
from engine.documents import states
from engine.documents.document import edges_around, neighbourhood, whole_picture
from engine.documents.shelf import Shelf
from engine.graph import build

Ends = tuple[str, str, str]


def drawn(svg: str) -> list[Ends]:
    """Return the edges of a picture: from, kind, to."""
    root = ET.fromstring(svg)
    found = []
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        if path.get("data-source") is not None:
            found.append(
                (str(path.get("data-source")), str(path.get("data-kind")), str(path.get("data-target")))
            )
    return found


def ends(edges) -> list[Ends]:
    return [("/".join(e.source), e.kind, "/".join(e.target)) for e in edges]


def test_the_whole_picture_is_the_engine_s_graph(shelf: Shelf) -> None:
    for contract in shelf.contracts.values():
        if not contract.norms:
            continue
        graph = shelf.graph_of(contract)
        svg = whole_picture(shelf, contract, graph, "zh", "t", "t")
        assert sorted(drawn(svg)) == sorted(ends(graph.edges))
        if contract.kind == "agreement":
            assert set(graph.edges) == set(compile_program([contract]).graph.edges)


def test_a_neighbourhood_is_every_edge_that_touches_the_clause(shelf: Shelf) -> None:
    seen = 0
    for family in shelf.families:
        graph = build(family)
        for contract in family:
            for clause in contract.clauses:
                centre, edges = edges_around(shelf, contract, clause.number)
                touching = {e for e in graph.edges if e.source in centre or e.target in centre}
                assert touching <= set(edges)
                svg = neighbourhood(shelf, contract, clause, "en")
                if svg is not None:
                    assert sorted(drawn(svg)) == sorted(ends(edges))
                    seen += 1
    assert seen > 50


def test_every_node_is_drawn_once(shelf: Shelf) -> None:
    contract = shelf.contracts["voip-1"]
    graph = shelf.graph_of(contract)
    svg = whole_picture(shelf, contract, graph, "en", "t", "t")
    nodes = [html.unescape(each) for each in re.findall(r'data-node="([^"]*)"', svg)]
    assert sorted(nodes) == sorted({"/".join(node) for e in graph.edges for node in (e.source, e.target)})


def test_a_picture_has_words_in_its_place(shelf: Shelf) -> None:
    contract = shelf.contracts["voip-1"]
    clause = contract.clause("五.3")
    assert clause is not None
    svg = neighbourhood(shelf, contract, clause, "en")
    assert svg is not None
    root = ET.fromstring(svg)
    told = root.find("{http://www.w3.org/2000/svg}desc")
    assert told is not None
    assert "五.3 暂停权 [any shortfall] enables suspend service" in (told.text or "")


def test_a_chart_of_states_is_the_effects_of_acts(shelf: Shelf) -> None:
    for contract in shelf.contracts.values():
        graph = shelf.graph_of(contract)
        for state in states.of(contract, graph):
            found = list(states.transitions(contract, graph, state, "en"))
            acts = {e.source[1] for e in graph.edges if e.kind == "sets" and e.target == ("state", state)}
            assert {each.by for each in found if each.by} == acts
            svg = states.chart(contract, graph, state, "en", "t")
            pairs = re.findall(r'data-source="([^"]*)" data-target="([^"]*)" data-by="([^"]*)"', svg)
            assert pairs == [(each.source, each.target, each.by) for each in found]
