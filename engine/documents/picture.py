"""The obligation graph as a picture: nodes in columns, edges as curves, each edge of the graph once.

A picture is SVG of our own: no program is called and nothing is fetched. Every edge carries its ends and its kind, so
that a test can hold the picture against the graph, a reader can filter it, and a printer still tells the kinds apart by
their dashes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from contractlang.diagnostic import Language
from engine.documents.markup import Html, element, pick
from engine.graph import Edge, Node

ROW, BOX, GAP, TOP = 30, 22, 150, 34
# What edges of a kind are called, and how they are drawn: colour, dashes.
KINDS: dict[str, tuple[str, str, str, str]] = {
    "triggers": ("triggers", "引起", "#1b6ca8", ""),
    "discharges": ("discharges", "履行", "#2e7d32", ""),
    "breaches": ("breaches", "违反", "#b3261e", "6 3"),
    "enables": ("enables", "授权", "#6a1b9a", ""),
    "sets": ("sets", "改变", "#00695c", "2 3"),
    "conditions on": ("looks at", "以…为条件", "#8a5a00", "8 3 2 3"),
    "remedies": ("is remedied by", "救济", "#b3261e", ""),
    "excepts": ("is excepted from", "例外", "#7a4f01", "2 2"),
    "prevails over": ("prevails over", "优先于", "#ad1457", "10 3"),
    "limits": ("limits", "限制", "#ad1457", "4 2"),
    "voids": ("makes void", "使无效", "#ad1457", "1 3"),
    "settles": ("settles", "认定", "#455a64", "5 2 1 2"),
    "cites": ("cites", "引用", "#616161", "1 2"),
    "states": ("states", "声明", "#616161", "1 2"),
    "is part of": ("is part of", "属于", "#9e9e9e", "1 4"),
    "reads": ("reads", "读取", "#455a64", "3 3"),
}
_FILLS = {
    "norm": "#eaf2fb", "act": "#eef7ee", "event": "#f4faee", "state": "#e3f4f1", "question": "#fff6e0",
    "reading": "#fdf0e4", "blank": "#f7f1fa", "amount": "#f1f3f5", "clause": "#fafafa", "document": "#fafafa",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A node in the picture: what it is called there, where its box stands, and where it leads."""

    node: Node
    label: str
    x: float
    y: float
    width: float
    link: str | None


def draw(
    columns: Sequence[Sequence[Node]], edges: Sequence[Edge], language: Language, title: str, told: str,
    label: Callable[[Node], str], link: Callable[[Node], str | None], name: str,
) -> Html:  # fmt: skip
    """Return the picture of some edges with their nodes in columns, left to right.

    `title` and `told` are its alternative text; `name` sets its ids apart from those of other pictures of a page.
    """
    placed, width, height = _place(columns, label, link)
    parts: list[object] = [
        element("title", title, id=f"{name}-title"), element("desc", told, id=f"{name}-told"), _arrows(name, edges),
        element("g", *(_edge(each, placed, language, label, name) for each in edges), class_="edges"),
        element("g", *(_box(each) for each in placed.values()), class_="nodes"),
    ]  # fmt: skip
    # To a screen reader an image is one thing; what has links in it is a group of them.
    role = "group" if any(each.link for each in placed.values()) else "img"
    return element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role=role,
        width=f"{width:.0f}", height=f"{height:.0f}", aria_labelledby=f"{name}-title {name}-told",
        font_family="system-ui, 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif", font_size="12",
    )  # fmt: skip


def columns_of(edges: Iterable[Edge], order: Mapping[Node, int]) -> list[list[Node]]:
    """Return the nodes of the whole graph in columns: what is open, what happens, norms, what comes of them, places.

    Norms stand as `order` has them, the others near what they are joined to.
    """
    edges = list(edges)
    nodes = dict.fromkeys(node for edge in edges for node in (edge.source, edge.target))
    groups: list[list[Node]] = [[], [], [], [], []]
    for node in nodes:
        groups[_COLUMN[node[0]]].append(node)
    groups[2].sort(key=lambda node: order.get(node, len(order)))
    at: dict[Node, float] = {node: place for place, node in enumerate(groups[2])}
    near: dict[Node, list[Node]] = {}
    for edge in edges:
        near.setdefault(edge.source, []).append(edge.target)
        near.setdefault(edge.target, []).append(edge.source)
    for column in (1, 0, 3, 4):
        for node in groups[column]:
            met = [at[each] for each in near[node] if each in at]
            at[node] = sum(met) / len(met) if met else 0.0
        groups[column].sort(key=lambda node: (at[node], node))
    return [group for group in groups if group]


def around(centre: Sequence[Node], edges: Sequence[Edge]) -> list[list[Node]]:
    """Return the nodes of a neighbourhood in columns: what leads to some nodes, they themselves, where they lead."""
    inner = set(centre)
    left = dict.fromkeys(e.source for e in edges if e.target in inner and e.source not in inner)
    right = dict.fromkeys(
        e.target for e in edges if e.source in inner and e.target not in inner and e.target not in left
    )
    return [group for group in (list(left), list(centre), list(right)) if group]


_COLUMN = {
    "question": 0, "reading": 0, "blank": 0, "event": 1, "act": 1, "norm": 2, "state": 3, "amount": 3, "clause": 4,
    "document": 4,
}  # fmt: skip


def wide(text: str) -> float:
    """Return how wide a text is at twelve points: a Chinese letter is as wide as nearly two others."""
    return sum(12.0 if unicodedata.east_asian_width(each) in "WF" else 6.8 for each in text)


def _place(
    columns: Sequence[Sequence[Node]], label: Callable[[Node], str], link: Callable[[Node], str | None]
) -> tuple[dict[Node, Placed], float, float]:
    """Set the nodes out: columns side by side, each in the middle of the height."""
    placed: dict[Node, Placed] = {}
    rows = max((len(column) for column in columns), default=1)
    x = 12.0
    for column in columns:
        labels = {node: label(node) for node in column}
        width = max(map(wide, labels.values())) + 20
        free = (rows - len(column)) * ROW / (len(column) + 1)
        for number, node in enumerate(column):
            y = TOP + number * ROW + free * (number + 1)
            placed[node] = Placed(node, labels[node], x, y, width, link(node))
        x += width + GAP
    return placed, x - GAP + 160, TOP + rows * ROW + 12


def _box(each: Placed) -> Html:
    box = element(
        "rect", x=f"{each.x:.0f}", y=f"{each.y:.0f}", width=f"{each.width:.0f}", height=BOX,
        rx=2 if each.node[0] == "norm" else 9, fill=_FILLS[each.node[0]], stroke="#55606a",
    )  # fmt: skip
    text = element("text", each.label, x=f"{each.x + 10:.0f}", y=f"{each.y + 15.5:.0f}", fill="#1a1a1a")
    inner = (box, text) if each.link is None else element("a", box, text, href=each.link)
    return element("g", inner, class_="node", data_kind=each.node[0], data_node="/".join(each.node))


def _edge(
    edge: Edge, placed: Mapping[Node, Placed], language: Language, label: Callable[[Node], str], name: str
) -> Html:
    start, end = placed[edge.source], placed[edge.target]
    y1, y2 = start.y + BOX / 2, end.y + BOX / 2
    if start.x < end.x:
        x1, x2 = start.x + start.width, end.x
        reach = max(40.0, (x2 - x1) / 2)
        path = f"M{x1:.0f} {y1:.0f}C{x1 + reach:.0f} {y1:.0f} {x2 - reach:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    elif start.x > end.x:
        x1, x2 = start.x, end.x + end.width
        reach = max(40.0, (x1 - x2) / 2)
        path = f"M{x1:.0f} {y1:.0f}C{x1 - reach:.0f} {y1:.0f} {x2 + reach:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    else:
        # Within a column the curve swings out to the right.
        x1 = start.x + start.width
        reach = min(130.0, 24 + abs(y2 - y1) / 3)
        path = f"M{x1:.0f} {y1:.0f}C{x1 + reach:.0f} {y1:.0f} {x1 + reach:.0f} {y2:.0f} {x1:.0f} {y2:.0f}"
    en, zh, colour, dashes = KINDS[edge.kind]
    said = f"{label(edge.source)} — {pick(language, en, zh)} → {label(edge.target)}"
    return element(
        "path", element("title", said), d=path, fill="none", stroke=colour, stroke_width="1.3",
        stroke_dasharray=dashes or None, marker_end=f"url(#{name}-{edge.kind.replace(' ', '-')})", data_kind=edge.kind,
        data_source="/".join(edge.source), data_target="/".join(edge.target),
    )  # fmt: skip


def _arrows(name: str, edges: Iterable[Edge]) -> Html:
    return element("defs", *(
        element(
            "marker", element("path", d="M0 0L8 4L0 8z", fill=KINDS[kind][2]), id=f"{name}-{kind.replace(' ', '-')}",
            viewBox="0 0 8 8", refX="8", refY="4", markerWidth="7", markerHeight="7", orient="auto",
        )
        for kind in dict.fromkeys(each.kind for each in edges)
    ))  # fmt: skip
