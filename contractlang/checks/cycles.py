"""Circles in a small graph: the shortest of each knot, so that all of it can be shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Edge = TypeVar("Edge")

# A knot of some hundred norms has more circles than anybody reads; the search has its end.
MOST_STARTS = 200
MOST_STEPS = 20_000

Graph = Mapping[str, Sequence[tuple[str, Edge]]]
Allowed = Callable[[Sequence[Edge]], bool]


def shortest_cycles(
    edges: Graph[Edge], allowed: Allowed[Edge] = lambda path: True
) -> Iterator[tuple[Edge, ...]]:
    """Return one shortest cycle of every strongly connected component: its edges in order.

    `edges` tells for each node where it leads, and by which edge. A path that is not `allowed` is not followed.
    """
    for knot in components(_knotted(edges)):
        starts = (_back_to(node, set(knot), edges) for node in knot[:MOST_STARTS])
        found = min((cycle for cycle in starts if cycle is not None), key=len, default=None)
        if found is not None and not allowed(found):
            found = _shortest_allowed(knot, edges, allowed)
        if found is not None:
            yield found


def _knotted(edges: Graph[Edge]) -> Graph[Edge]:
    """Return the graph without the nodes that lead nowhere, again and again: what is left leads back to itself."""
    left: dict[str, Sequence[tuple[str, Edge]]] = {node: leads for node, leads in edges.items() if leads}
    count = -1
    while count != (count := sum(map(len, left.values()))):
        kept = ((node, [each for each in leads if each[0] in left]) for node, leads in left.items())
        left = {node: leads for node, leads in kept if leads}
    return left


def _back_to(start: str, knot: set[str], edges: Graph[Edge]) -> tuple[Edge, ...] | None:
    """Return a shortest way from `start` back to it within its component."""
    came: dict[str, tuple[str, Edge]] = {}
    waiting = deque([start])
    while waiting and start not in came:
        node = waiting.popleft()
        for other, edge in edges.get(node, ()):
            if other in knot and other not in came:
                came[other] = node, edge
                waiting.append(other)
    if start not in came:
        return None
    node, path = start, list[Edge]()
    while not path or node != start:
        node, edge = came[node]
        path.append(edge)
    return tuple(reversed(path))


def _shortest_allowed(
    knot: Sequence[str], edges: Graph[Edge], allowed: Allowed[Edge]
) -> tuple[Edge, ...] | None:
    """Walk all circles of a component, shorter ones first, each from its first node, until one is allowed."""
    order = {node: index for index, node in enumerate(knot)}
    waiting: deque[tuple[tuple[str, ...], tuple[Edge, ...]]] = deque(((node,), ()) for node in knot)
    for _ in range(MOST_STEPS):
        if not waiting:
            return None
        nodes, path = waiting.popleft()
        for node, edge in edges.get(nodes[-1], ()):
            if order.get(node, -1) < order[nodes[0]] or node in nodes[1:]:
                continue
            longer = (*path, edge)
            if not allowed(longer):
                continue
            if node == nodes[0]:
                return longer
            waiting.append(((*nodes, node), longer))
    return None


def components(edges: Graph[Edge]) -> list[list[str]]:
    """Return the strongly connected components in the order of their first nodes (Kosaraju, without recursion)."""
    nodes = list(dict.fromkeys([*edges, *(node for leads in edges.values() for node, _ in leads)]))
    back: dict[str, list[str]] = {node: [] for node in nodes}
    for node, leads in edges.items():
        for other, _ in leads:
            back[other].append(node)
    finished = _finished(nodes, lambda node: (other for other, _ in edges.get(node, ())), {})
    place = {node: index for index, node in enumerate(nodes)}
    seen: dict[str, None] = {}
    found = []
    for node in reversed(finished):
        if node not in seen:
            found.append(
                sorted(_finished([node], lambda each: iter(back[each]), seen), key=place.__getitem__)
            )
    return sorted(found, key=lambda knot: place[knot[0]])


def _finished(
    nodes: Iterable[str], leads: Callable[[str], Iterator[str]], seen: dict[str, None]
) -> list[str]:
    """Return what can be reached from `nodes`, in the order in which a search is done with it; marks it as `seen`."""
    done = []
    for start in nodes:
        if start in seen:
            continue
        seen[start] = None
        walk = [(start, leads(start))]
        while walk:
            node, ahead = walk[-1]
            following = next((each for each in ahead if each not in seen), None)
            if following is None:
                done.append(node)
                walk.pop()
            else:
                seen[following] = None
                walk.append((following, leads(following)))
    return done
