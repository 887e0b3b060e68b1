"""The timeline of a history as SVG: what happened, how long windows, breaches and powers stood, how states changed.

Every instant of the history is one column, whatever lies between two of them: a ledger has days on which much happens
and years in which nothing does. The days are printed beneath.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contractlang.diagnostic import Language
from engine.dates import iso
from engine.documents.markup import Html, element, pick
from engine.documents.picture import wide
from engine.history import Entry, Happening
from engine.telling import say, say_event
from engine.voice import Voice

COLUMN, ROW, TOP = 84, 26, 40
_COLOURS = {"state": "#00695c", "window": "#1b6ca8", "breach": "#b3261e", "power": "#6a1b9a"}
_SORTS = {
    "state": ("state", "状态"), "window": ("window", "期限"), "breach": ("breach", "违约"), "power": ("power", "权力"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that stands from one column to another; `last` is None where it still stands at the end."""

    sort: str
    key: tuple[Any, ...]
    label: str
    first: int
    last: int | None


def bars(entries: Sequence[Entry], voice: Voice) -> list[Bar]:
    """Return what stands for how long in a history: states, windows, breaches, powers, each in the order it began."""
    found: dict[tuple[Any, ...], Bar] = {}
    done: list[Bar] = []
    dated = [entry for entry in entries if entry.at is not None]
    for place, entry in enumerate(dated):
        for happening in entry.happenings:
            opened, closed = _effect(happening)
            for key in closed:
                if key in found:
                    done.append(replace(found.pop(key), last=place))
            if opened is not None:
                if opened in found:
                    done.append(replace(found.pop(opened), last=place))
                found[opened] = Bar(opened[0], opened, say(happening, voice), place, None)
    return sorted(
        [*done, *found.values()], key=lambda bar: (list(_SORTS).index(bar.sort), bar.first, str(bar.key))
    )


def _effect(happening: Happening) -> tuple[tuple[Any, ...] | None, list[tuple[Any, ...]]]:
    """Return what a happening begins and what it ends, by keys whose first part is the sort of bar."""
    args = happening.args
    match happening.code:
        case "agreement":
            return ("state", "agreement", args[0]), []
        case "state":
            return ("state", args[0], args[1]), []
        case "arises":
            return ("window", *args[:3]), []
        case "done" | "waived" | "released":
            return None, [("window", *args[:3])]
        case "breach":
            return ("breach", *args[:3]), [("window", *args[:3])]
        case "breach cured" | "breach waived":
            return None, [("breach", *args[:3])]
        case "opens":
            return ("power", args[0], args[1]), []
        case "closes":
            return None, [("power", args[0], args[1])]
        case _:
            return None, []


def timeline(entries: Sequence[Entry], voice: Voice, name: str, title: str) -> Html:
    """Return the picture of a history; `name` sets its ids apart."""
    language: Language = voice.language
    dated = [entry for entry in entries if entry.at is not None]
    listed = bars(entries, voice)
    left = 12.0
    right = left + COLUMN * max(1, len(dated)) + 30
    height = TOP + 34 + ROW * len(listed) + 30
    width = max(right, 260.0, *(left + COLUMN * (bar.first + 0.5) + wide(bar.label) + 12 for bar in listed))
    parts: list[object] = [
        element("title", title, id=f"{name}-title"), element("desc", told(entries, voice), id=f"{name}-told"),
    ]  # fmt: skip
    for place, entry in enumerate(dated):
        x = left + COLUMN * (place + 0.5)
        assert entry.at is not None
        day, time = iso(entry.at)[:10], iso(entry.at)[11:16]
        parts.append(element("line", x1=x, x2=x, y1=TOP - 8, y2=height - 26, stroke="#c9d1d8"))
        parts.append(element("text", day, x=x, y=14, text_anchor="middle", fill="#1a1a1a"))
        parts.append(element("text", time, x=x, y=27, text_anchor="middle", fill="#55606a"))
        parts += _marks(entry, x, voice)
    for row, bar in enumerate(listed):
        parts += _bar(bar, row, left, right, language)
    return element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        width=f"{width:.0f}", height=f"{height:.0f}", aria_labelledby=f"{name}-title {name}-told", font_size="11",
        font_family="system-ui, 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif",
    )  # fmt: skip


def _marks(entry: Entry, x: float, voice: Voice) -> Iterator[Html]:
    if not entry.events:
        yield element(
            "circle", element("title", voice.pick("time passes", "时间届至")), cx=x, cy=TOP + 8, r=4, fill="#ffffff",
            stroke="#55606a")  # fmt: skip
        return
    said = voice.pick("; ", "；").join(say_event(each, voice) for each in entry.events)
    yield element("circle", element("title", said), cx=x, cy=TOP + 8, r=5, fill="#33414d")
    ids = ", ".join(each.id for each in entry.events)
    yield element(
        "text",
        ids,
        x=x + 8,
        y=TOP + 12,
        fill="#1a1a1a",
        data_events=" ".join(each.id for each in entry.events),
    )


def _bar(bar: Bar, row: int, left: float, right: float, language: Language) -> Iterator[Html]:
    y = TOP + 30 + ROW * row
    x1 = left + COLUMN * (bar.first + 0.5)
    x2 = right if bar.last is None else left + COLUMN * (bar.last + 0.5)
    colour = _COLOURS[bar.sort]
    title = element("title", f"{pick(language, *_SORTS[bar.sort])}: {bar.label}")
    yield element(
        "rect", title, x=x1, y=y, width=max(3.0, x2 - x1),
        height=6, fill=colour, data_sort=bar.sort, data_first=bar.first,
        data_last="" if bar.last is None else bar.last,
        stroke=colour, fill_opacity="0.35" if bar.sort == "window" else "1",
    )  # fmt: skip
    yield element("text", bar.label, x=x1 + 2, y=y + 18, fill=colour)


def told(entries: Iterable[Entry], voice: Voice) -> str:
    """Return a history in words, the alternative to its picture."""
    said = []
    for entry in entries:
        when = voice.pick("any day", "不论何时") if entry.at is None else iso(entry.at)[:16].replace("T", " ")
        parts = [say_event(each, voice) for each in entry.events] + [
            say(each, voice) for each in entry.happenings
        ]
        said.append(f"{when}: {voice.pick('; ', '；').join(parts)}")
    return ". ".join(said)
