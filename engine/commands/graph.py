"""`contract graph`: the obligation graph, whole or in part."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from engine.commands.common import FINE, FOUND, Json, Paths, print_json
from engine.commands.given import usable
from engine.errors import BadQuestion
from engine.render import Screen

if TYPE_CHECKING:
    from engine.graph import Node, ObligationGraph


_FORMAT = typer.Option("--format", "-f", help="How to write it.")
_AROUND = typer.Option(metavar="NODE", help="Only what touches this node: act/pay, 五.3, pay.")
_IMPACT = typer.Option(metavar="CLAUSE", help="List what a change of this clause can reach.")
_CYCLES = typer.Option(
    "--cycles", help="List what depends on itself in a circle; ends with 1 if anything does."
)


def graph(
    paths: Paths,
    format_: Annotated[Literal["json", "graphml", "dot", "mermaid"], _FORMAT] = "mermaid",
    around: Annotated[str | None, _AROUND] = None,
    impact: Annotated[str | None, _IMPACT] = None,
    cycles: Annotated[bool, _CYCLES] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Print the obligation graph: which norm, act, event, state or question bears on which.

    JSON: nodes (id, kind, name) and edges (source, target, kind, span); with --impact or --cycles lists of node ids.
    """
    from engine.compile import compile_program

    loaded = usable(paths)
    whole = compile_program([loaded.contracts[name] for name in loaded.asked]).graph
    if impact is not None:
        found = _impact(whole, impact)
        print_json({"clause": impact, "reaches": ["/".join(n) for n in found]}) if json_ else _print_nodes(
            found
        )
        return
    if cycles:
        loops = whole.cycles("triggers", "conditions on", "remedies", "enables", "sets")
        if json_:
            print_json({"cycles": [["/".join(node) for node in loop] for loop in loops]})
        else:
            for loop in loops:
                Screen.of().line(" → ".join("/".join(node) for node in [*loop, loop[0]]))
        raise typer.Exit(FOUND if loops else FINE)
    shown = _near(whole, _nodes(whole, around)) if around is not None else whole
    match "json" if json_ else format_:
        case "json":
            print_json(shown.as_json())
        case "graphml":
            sys.stdout.write(shown.as_graphml() + "\n")
        case "dot":
            sys.stdout.write(shown.as_dot() + "\n")
        case _:
            sys.stdout.write(shown.as_mermaid() + "\n")


def _impact(whole: ObligationGraph, clause: str) -> list[Node]:
    """Return what a change of a clause can reach, in whichever document has it."""
    from contractlang.numerals import plain_number

    wanted = plain_number(clause)
    clauses = [
        (c.name, each.number)
        for c in whole.contracts
        for each in c.clauses
        if plain_number(each.number) == wanted
    ]
    if not clauses:
        raise BadQuestion("--impact", f"no clause is called `{clause}`")
    return list(
        dict.fromkeys(node for document, number in clauses for node in whole.impact(document, number))
    )


def _print_nodes(nodes: Iterable[Node]) -> None:
    for node in nodes:
        Screen.of().line(f"{node[0]:10}{node[1]}")


def _nodes(whole: ObligationGraph, written: str) -> set[Node]:
    """Return the nodes that are meant: `kind/name`, a name alone, or all norms of a clause."""
    from contractlang.suggest import nearest
    from engine.graph import key

    nodes = {node for edge in whole.edges for node in (edge.source, edge.target)}
    norms = {key(norm): norm for norm in whole.norms}
    for found in (
        {node for node in nodes if "/".join(node) == written},
        {node for node in nodes if node[1] == written},
        {
            node
            for node in nodes
            if node[0] == "norm" and written in (norms[node[1]].id, norms[node[1]].label)
        },
        {node for node in nodes if node[0] == "norm" and norms[node[1]].clause == written},
        {node for node in nodes if node[0] == "clause" and node[1].split("/", 1)[-1] == written},
    ):
        if found:
            return found
    near = nearest(written, [node[1] for node in nodes])
    hint = f"; did you mean `{near}`?" if near else ""
    raise BadQuestion("--around", f"no node is called `{written}`{hint}")


def _near(whole: ObligationGraph, nodes: set[Node]) -> ObligationGraph:
    """Return the graph of the edges that touch some nodes."""
    from dataclasses import replace

    return replace(
        whole, edges=tuple(edge for edge in whole.edges if edge.source in nodes or edge.target in nodes)
    )
