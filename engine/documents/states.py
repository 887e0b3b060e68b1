"""The states of a document as charts: what leads from one to another, and who may bring that about.

A transition is an effect of an act or event (an edge `sets` of the graph), or one sentence on the life of an agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contractlang.contract import Contract
from contractlang.declaration import OccurrenceDecl, OptionName, StateDecl
from contractlang.diagnostic import Language
from contractlang.names import LIFE
from contractlang.words import (
    say_life,
    say_name,
)
from engine.documents.called import norm_called
from engine.documents.markup import Html, element, pick
from engine.documents.picture import wide
from engine.graph import ObligationGraph, key

ANY = "*"


class Transition(NamedTuple):
    """From one option of a state (`*`: from any) to another, by an act or event (empty: a sentence on the life)."""

    source: str
    target: str
    by: str
    said: str


# From what to what a sentence on the life of an agreement leads (docs/semantics.md, "The life of an agreement").
_LIFE = {
    "takes_effect": ("draft", "in_force"), "lasts": ("in_force", "expired"), "renews": (ANY, "in_force"),
    "ends": ("in_force", "terminated"),
}  # fmt: skip


def of(contract: Contract, graph: ObligationGraph) -> list[str]:
    """Return the states with options that the norms of a document look at or can change, the agreement's own first."""
    met = {edge.target[1] for edge in graph.edges if edge.target[0] == "state" and edge.source[0] == "norm"}
    acts = {edge.target[1] for edge in graph.edges if edge.kind == "enables"}
    met |= {edge.target[1] for edge in graph.edges if edge.kind == "sets" and edge.source[1] in acts}
    found = [
        each.name
        for each in contract.declarations.values()
        if isinstance(each, StateDecl) and each.options and each.name in met
    ]
    lives = contract.kind == "agreement"
    return [*(["agreement"] if lives else []), *(each for each in found if each != "agreement")]


def options(contract: Contract, state: str) -> tuple[OptionName, ...]:
    """Return what a state can be, the first being what it is at first."""
    declared = contract.declarations.get(state)
    return declared.options if isinstance(declared, StateDecl) and declared.options else LIFE


def transitions(
    contract: Contract, graph: ObligationGraph, state: str, language: Language
) -> Iterator[Transition]:
    """Yield the transitions of a state, in the order of the declarations and sentences."""
    acts = {edge.source[1] for edge in graph.edges if edge.kind == "sets" and edge.target == ("state", state)}
    for declared in contract.declarations.values():
        if not isinstance(declared, OccurrenceDecl) or declared.name not in acts:
            continue
        named = say_name(declared.name, contract, language)
        powers = [
            norm_called(norm, contract, language, contract.name)
            for norm in graph.norms
            if any(
                edge.kind == "enables" and edge.target == ("act", declared.name)
                for edge in graph.out_of(("norm", key(norm)))
            )
        ]
        by = pick(language, " by ", "，依据") + pick(language, ", ", "、").join(powers) if powers else ""
        for effect in declared.sets:
            if effect.state == state and effect.option is not None:
                yield Transition(ANY, effect.option, declared.name, named + by)
                if effect.until is not None:
                    ended = say_name(effect.until, contract, language)
                    yield Transition(
                        effect.option, ANY, declared.name, pick(language, f"until {ended}", f"直到{ended}")
                    )
        for shown in declared.shows:
            if shown.state == state:
                yield Transition(ANY, shown.option, declared.name, named + by)
    if state == "agreement":
        for life in contract.life:
            source, target = _LIFE[life.how]
            yield Transition(source, target, "", f"{life.clause}: {say_life(life, contract, language)}")


def told(contract: Contract, graph: ObligationGraph, state: str, language: Language) -> list[str]:
    """Return the transitions in words, one a line."""
    names = _names(contract, state, language)
    return [
        f"{names[each.source]} → {names[each.target]}: {each.said}"
        for each in transitions(contract, graph, state, language)
    ]


def _names(contract: Contract, state: str, language: Language) -> dict[str, str]:
    found = {ANY: pick(language, "any", "任何状态")}
    for option in options(contract, state):
        spelled = (option.name, option.alias)
        fits = [
            each
            for each in spelled
            if each and any("\u4e00" <= x <= "\u9fff" for x in each) is (language == "zh")
        ]
        found[option.name] = (fits or [option.name])[0].replace("_", " ")
    return found


def chart(contract: Contract, graph: ObligationGraph, state: str, language: Language, title: str) -> Html:
    """Return the chart: the options one beneath the other, each transition an arrow with its number in the list."""
    names, listed = _names(contract, state, language), list(transitions(contract, graph, state, language))
    used = [ANY] if any(ANY in (each.source, each.target) for each in listed) else []
    rows = [*used, *(each.name for each in options(contract, state))]
    width = max(wide(names[each]) for each in rows) + 40
    left, step = 150.0, 64.0
    y = {name: 30 + place * step for place, name in enumerate(rows)}
    parts: list[object] = [
        element("title", title, id=f"state-{state}-title"),
        element("desc", "; ".join(told(contract, graph, state, language)), id=f"state-{state}-told"),
        element("defs", element(
            "marker", element("path", d="M0 0L8 4L0 8z", fill="#33414d"), id=f"state-{state}-tip", viewBox="0 0 8 8",
            refX="8", refY="4", markerWidth="8", markerHeight="8", orient="auto")),
    ]  # fmt: skip
    for place, each in enumerate(listed):
        parts.append(_arrow(each, place, y, left, width, state))
    first = options(contract, state)[0].name
    for name in rows:
        parts.append(element(
            "rect", x=left, y=y[name], width=width, height=34, rx=17, fill="#e3f4f1" if name != ANY else "#ffffff",
            stroke="#33414d", stroke_width="2.4" if name == first else "1.2",
            stroke_dasharray="4 3" if name == ANY else None, data_option=name))  # fmt: skip
        parts.append(
            element(
                "text", names[name], x=left + width / 2, y=y[name] + 21, text_anchor="middle", fill="#1a1a1a"
            )
        )
    reach = left + width + 60 + 26 * len(listed)
    height = 30 + step * len(rows)
    return element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {reach:.0f} {height:.0f}",
        width=f"{reach:.0f}", height=f"{height:.0f}", role="img", font_size="13",
        aria_labelledby=f"state-{state}-title state-{state}-told",
        font_family="system-ui, 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif",
    )  # fmt: skip


def _arrow(each: Transition, place: int, y: dict[str, float], left: float, width: float, state: str) -> Html:
    """Return one arrow on the right of the boxes, further out the later it is in the list."""
    spread = 8 * (place % 3)
    y1, y2 = y[each.source] + 9 + spread, y[each.target] + 9 + spread
    x, out = left + width, left + width + 30 + 26 * place
    line = f"M{x:.0f} {y1:.0f}H{out:.0f}V{y2:.0f}H{x:.0f}"
    if each.source == each.target:
        line = f"M{x:.0f} {y1:.0f}H{out:.0f}V{y2 + 10:.0f}H{x:.0f}"
    path = element(
        "path", element("title", each.said), d=line, fill="none", stroke="#33414d", stroke_width="1.3",
        marker_end=f"url(#state-{state}-tip)", data_source=each.source, data_target=each.target, data_by=each.by,
    )  # fmt: skip
    mark = element("text", str(place + 1), x=f"{out + 3:.0f}", y=f"{(y1 + y2) / 2 + 4:.0f}", fill="#33414d")
    return element("g", path, mark)
