"""Norms that would change one another for ever within one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contractlang.checks.contradiction import contradiction
from contractlang.checks.cycles import shortest_cycles
from contractlang.checks.parts import Anatomy, arrows, called, listed, parts_of
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.expression import AmountDue, InBreach, Overdue, Target
from contractlang.norms import AtOnce, Maintenance, Norm, Obligation, OnBreach


@dataclass(frozen=True, slots=True)
class _Reads:
    """One norm hangs on how another stands at the same instant."""

    norm: Norm
    other: Norm


def restless_cascade(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find norms whose being in force hangs, at one and the same instant, on itself.

    Why it matters: at that instant nothing can be decided. If the first is breached the second arises, then the first
    does not, then the second does not, and so on, without time going by.

    Example: in

        | serving: when not registered is in breach, provider must keep service is active
        | registered: when not serving is in breach, user must keep registration is true_data

    each is owed only while the other is kept.

    Remedy: let one of them wait for something that happens (`for each …`), or give it time (`within 1 day`). A duty
    with a day of grace, a prohibition and a power never stand in such a circle: between its arising and its breach
    time goes by, or somebody acts; and an act is judged on what stood just before it.
    """
    graph: dict[str, list[tuple[str, _Reads]]] = {}
    for norm, looked_at in anatomy.those(_looked_at, anatomy.contract.norms):
        read = [(other.id, _Reads(norm, other)) for other in _read_at_once(looked_at, anatomy)]
        graph.setdefault(norm.id, []).extend(read)
    for cycle in shortest_cycles(graph, _together):
        norms = [edge.norm for edge in cycle]
        names = listed(called(norm) for norm in norms)
        path = arrows(called(norm) for norm in [*norms, norms[0]])
        if len(norms) == 1:
            said = Said("hangs, at the same instant, on itself", "在同一时刻以其自身为前提")
        else:
            said = Said(
                f"hang, at the same instant, on one another: {path.en}", f"在同一时刻互为前提：{path.zh}"
            )
        yield error(
            "restless-cascade",
            norms[0].span,
            f"{names.en} {said.en}",
            f"{names.zh}{said.zh}",
            help=_remedy(norms),
            labels=tuple(_label(edge) for edge in cycle[1:]),
        )


def _together(path: Sequence[_Reads]) -> bool:
    """Tell whether the norms can stand side by side: alternatives of one reading cannot."""
    return not contradiction(
        chosen for edge in path for norm in (edge.norm, edge.other) for chosen in norm.option
    )


def _remedy(norms: Sequence[Norm]) -> Said:
    if any(isinstance(norm, Obligation) for norm in norms):
        return Said(
            "give one of them time, for example `within 1 day`", "给其中一项留出时间，例如 `限 1日 内`"
        )
    return Said(
        "let one of them wait for what happens: `for each …, …`", "让其中一项由事件触发：`就 每次 …，…`"
    )


def _label(edge: _Reads) -> Label:
    one, other = called(edge.norm), called(edge.other)
    return Label(
        edge.norm.span, Said(f"{one.en} asks how {other.en} stands", f"{one.zh}取决于{other.zh}的状况")
    )


def _read_at_once(looked_at: Iterable[tuple[Target, bool]], anatomy: Anatomy) -> Iterator[Norm]:
    """Return the norms whose standing, as it is changed at an instant, decides then what looks at them."""
    for target, of_amount in looked_at:
        for other in anatomy.meant_by(target):
            if isinstance(other, Obligation) if of_amount else _breached_at_once(other):
                yield other


def _looked_at(parts: tuple[Any, ...]) -> tuple[tuple[Target, bool], ...]:
    """Return the norms that a norm, the first of its parts, looks at, and whether at what is due of them."""
    if not any(isinstance(part, _LOOKS) for part in parts):
        return ()
    norm = parts[0]
    keeps = norm.keeps if isinstance(norm, Maintenance) else None
    looks = (
        part
        for part in parts_of((norm.trigger, norm.when, norm.unless, norm.until, keeps))
        if isinstance(part, _LOOKS)
    )
    return tuple((part.target, isinstance(part, AmountDue)) for part in looks)


_LOOKS = (Overdue, InBreach, OnBreach, AmountDue)


def _breached_at_once(norm: Norm) -> bool:
    """Tell whether the norm can be breached at the instant at which it arises."""
    match norm:
        case Maintenance():
            return True
        case Obligation():
            return norm.window is not None and isinstance(norm.window.limit, AtOnce)
        case _:
            return False
