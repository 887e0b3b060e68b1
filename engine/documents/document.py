"""The page of a document, and its pictures: the neighbourhood of each clause, the whole graph, the charts of states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contractlang.contract import ClauseText, Contract
from contractlang.declaration import StateDecl
from contractlang.diagnostic import Language
from contractlang.words import (
    say_name,
    say_rank,
)
from engine.analysis.under import layer_called
from engine.documents import states
from engine.documents.called import glossary_address, node_address, node_called, page_of, short
from engine.documents.clause import section
from engine.documents.highlight import highlighted
from engine.documents.markup import Html, element, file_name, in_markdown, link, pick
from engine.documents.picture import KINDS, around, columns_of, draw
from engine.documents.shelf import Shelf, title_of
from engine.graph import Edge, Node, ObligationGraph, key

# A neighbourhood of more edges than this is told in words only: nobody could read its picture.
MOST_EDGES = 90


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site: where it stands, and what is in it."""

    path: str
    text: str


def pages(shelf: Shelf, contract: Contract, language: Language) -> Iterator[File]:
    """Yield the page of a document, that of its graph, and the pictures that they show."""
    parts = [
        _front(contract, language),
        f"# {in_markdown(title_of(contract, language))}",
        _head(shelf, contract, language),
    ]
    for clause in contract.clauses:
        drawn = neighbourhood(shelf, contract, clause, language)
        picture = None
        if drawn is not None:
            picture = f"pictures/{file_name(contract.name)}/{file_name(clause.number) or 'clause'}.svg"
            yield File(picture, drawn)
        parts.append(section(shelf, contract, clause, language, picture))
    parts.append(_explanations(contract, language))
    yield File(f"{file_name(contract.name)}.md", "\n\n".join(filter(None, parts)) + "\n")
    if contract.norms:
        yield File(f"{file_name(contract.name)}-graph.md", graph_page(shelf, contract, language))


def _front(contract: Contract, language: Language) -> str:
    return f"---\ntitle: {short(contract, language)}\n---"


_KINDS = {
    "agreement": ("agreement", "协议"), "supplement": ("supplement", "补充协议"), "law": ("law", "法律"),
    "vocabulary": ("vocabulary", "词汇"),
}  # fmt: skip


def _head(shelf: Shelf, contract: Contract, language: Language) -> str:
    """Return what stands above the first clause: what the document is, its picture, its declarations."""
    told: list[tuple[str, str]] = [
        (pick(language, "kind", "种类"), pick(language, *_KINDS[contract.kind])),
        (pick(language, "rank", "位阶"), say_rank(contract.rank, language)),
    ]  # fmt: skip
    if contract.layer != "contract":
        told.append((pick(language, "layer", "层"), layer_called(contract.layer, language)))
    if contract.valid_from or contract.valid_to:
        span = f"{contract.valid_from or '…'} – {contract.valid_to or '…'}"
        told.append((pick(language, "in force", "施行"), span))
    if contract.amends:
        told.append((pick(language, "supplements", "补充"), contract.amends))
    told.append((pick(language, "text", "文本"), contract.text_hash[:16]))
    told.append((pick(language, "meaning", "含义"), contract.meaning_hash[:16]))
    rows = [(element("dt", name), element("dd", value)) for name, value in told]
    parts: list[object] = [element("dl", *rows, class_="about")]
    if contract.norms:
        name = pick(language, "The whole obligation graph, and the states", "完整义务图与状态图")
        parts.append(element("p", link(f"{file_name(contract.name)}-graph.html", name)))
    if contract.truncated:
        told_so = pick(
            language,
            "The available text breaks off: its silence proves nothing.",
            "现有文本不完整：未提及不证明没有约定。",
        )
        parts.append(element("p", told_so, class_="warning"))
    lines = shelf.head(contract)
    if lines:
        shown = highlighted(lines, contract, lambda each: glossary_address(contract, each))
        title = pick(language, "Declarations", "声明部分")
        parts.append(element("details", element("summary", title), shown))
    return element("div", *parts, class_="document-head")


def _explanations(contract: Contract, language: Language) -> str:
    file = contract.path.rsplit("/", 1)[-1]
    told = pick(
        language,
        f"Made from {file}; nothing on this page is typed by hand. Dates are those of Asia/Shanghai.",
        f"本页由 {file} 生成，没有手工填写的内容。日期以北京时间计。",
    )
    return element("p", told, class_="made")


# ---- Pictures -------------------------------------------------------------------------------------------------------


def edges_around(shelf: Shelf, contract: Contract, clause: str) -> tuple[list[Node], list[Edge]]:
    """Return the norms of a clause as nodes, and every edge of the graph that touches one of them."""
    centre: list[Node] = [("norm", key(each)) for each in contract.norms if each.clause == clause]
    edges = dict.fromkeys(edge for node in centre for edge in (*shelf.into(node), *shelf.out_of(node)))
    return centre, list(edges)


def neighbourhood(shelf: Shelf, contract: Contract, clause: ClauseText, language: Language) -> Html | None:
    """Return the picture of what touches a clause's norms; None where nothing does, or too much."""
    centre, edges = edges_around(shelf, contract, clause.number)
    if not edges or len(edges) > MOST_EDGES:
        return None
    called = f"{short(contract, language)} {clause.number}"
    return draw(
        around(centre, edges), edges, language,
        pick(language, f"What touches clause {called}", f"{called}的邻域"), _told(edges, shelf, contract, language),
        lambda node: node_called(shelf, node, contract, language), lambda node: None, "near",
    )  # fmt: skip


def _told(edges: Iterable[Edge], shelf: Shelf, contract: Contract, language: Language) -> str:
    """Return edges in words: the alternative to a picture of them."""
    said = [
        f"{node_called(shelf, edge.source, contract, language)} {pick(language, *KINDS[edge.kind][:2])} "
        f"{node_called(shelf, edge.target, contract, language)}"
        for edge in edges
    ]
    return pick(language, "; ", "；").join(said)


def graph_page(shelf: Shelf, contract: Contract, language: Language) -> str:
    """Return the page of a document's whole graph: the picture with its filter, the same in words, the states."""
    graph = shelf.graph_of(contract)
    here = contract.name
    title = pick(
        language, f"Obligation graph of {short(contract, language)}", f"{short(contract, language)}：义务图"
    )
    nodes = {node for edge in graph.edges for node in (edge.source, edge.target)}
    told = pick(
        language, f"{len(nodes)} nodes and {len(graph.edges)} edges; the table beneath tells each in words.",
        f"共{len(nodes)}个节点、{len(graph.edges)}条边；下表逐条说明。")  # fmt: skip
    picture = whole_picture(shelf, contract, graph, language, title, told)
    rows = [
        element(
            "tr",
            element("td", _linked(shelf, edge.source, contract, language)),
            element("td", pick(language, *KINDS[edge.kind][:2])),
            element("td", _linked(shelf, edge.target, contract, language)),
            data_kind=edge.kind, data_source="/".join(edge.source), data_target="/".join(edge.target),
        )
        for edge in graph.edges
    ]  # fmt: skip
    heads = (pick(language, "from", "自"), pick(language, "edge", "边"), pick(language, "to", "至"))
    table = element(
        "table", element("thead", element("tr", *(element("th", each, scope="col") for each in heads))),
        element("tbody", *rows), class_="edges",
    )  # fmt: skip
    parts = [
        f"---\ntitle: {title}\nsearch:\n  exclude: true\n---",
        f"# {in_markdown(title)}",
        element("p", link(page_of(here), pick(language, "The document", "文书全文"))),
        element(
            "div",
            _filter(graph, language),
            element("div", picture, class_="canvas", tabindex="0"),
            class_="graph",
        ),
        f"## {pick(language, 'States', '状态')}",
        *(_chart(shelf, contract, graph, state, language) for state in states.of(contract, graph)),
        f"## {pick(language, 'Every edge in words', '逐条说明')}",
        element("div", table, class_="wide"),
    ]
    return "\n\n".join(parts) + "\n"


def whole_picture(
    shelf: Shelf, contract: Contract, graph: ObligationGraph, language: Language, title: str, told: str
) -> Html:
    """Return the picture of a document's whole graph."""
    order: dict[Node, int] = {("norm", key(norm)): place for place, norm in enumerate(graph.norms)}
    return draw(
        columns_of(graph.edges, order), graph.edges, language, title, told,
        lambda node: node_called(shelf, node, contract, language),
        lambda node: node_address(shelf, node, contract), "whole",
    )  # fmt: skip


def _linked(shelf: Shelf, node: Node, contract: Contract, language: Language) -> object:
    called = node_called(shelf, node, contract, language)
    target = node_address(shelf, node, contract)
    return called if target is None else link(target, called)


def _filter(graph: ObligationGraph, language: Language) -> Html:
    """Return the boxes that choose which edges are shown; without scripts everything is."""
    boxes = [
        element(
            "label", Html(f'<input type="checkbox" checked data-kind="{kind}">'), " ", pick(language, *KINDS[kind][:2]),
            f" ({sum(each.kind == kind for each in graph.edges)})",
        )
        for kind in KINDS if any(each.kind == kind for each in graph.edges)
    ]  # fmt: skip
    asked = pick(language, "Only what touches", "只显示与此相连者")
    hint = pick(language, "a clause, an act …", "条款、行为……")
    search = element("label", asked, " ", Html(f'<input type="search" placeholder="{hint}">'))
    count = element("output", str(len(graph.edges)), aria_live="polite")
    legend = element("legend", pick(language, "Filter", "筛选"))
    return element(
        "form", element("fieldset", legend, search, " ", count, pick(language, " edges", "条边"),
        element("div", *boxes, class_="boxes")), class_="filter",
    )  # fmt: skip


def _chart(shelf: Shelf, contract: Contract, graph: ObligationGraph, state: str, language: Language) -> str:
    called = pick(language, "Life of the agreement", "协议的存续") if state == "agreement" else ""
    declared = contract.declarations.get(state)
    if not called and isinstance(declared, StateDecl):
        called = say_name(state, contract, language)
    chart = states.chart(contract, graph, state, language, called)
    listed = [element("li", each) for each in states.told(contract, graph, state, language)]
    return f"### {in_markdown(called)}\n\n" + element(
        "div", chart, element("ul", *listed), class_="chart canvas"
    )
