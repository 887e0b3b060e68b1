"""XES logs (IEEE 1849): each event as a row, its trace as the account."""

from __future__ import annotations

from collections.abc import Iterator
from gzip import open as unpacked
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from engine.bulk.tables import BadTable

_SAID = ("string", "date", "int", "float", "boolean", "id")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a log: `account` (the trace), `id`, `name`, `at`, and each other attribute by its key.

    One trace is held at a time. Raises BadTable for what is no XES, naming the line.
    """
    with unpacked(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            parsed = iterparse(file, ("start", "end"))
            _, root = next(parsed)
            if _tag(root) != "log":
                raise BadTable(str(path), f"no log in XES: its outermost element is `{_tag(root)}`")
            yield from _traces(each for when, each in parsed if when == "end")
        except ParseError as wrong:
            raise BadTable(str(path), f"not XML, line {wrong.position[0]}") from None


def _traces(elements: Iterator[Element]) -> Iterator[dict[str, Any]]:
    for place, trace in enumerate(each for each in elements if _tag(each) == "trace"):
        account = str(_attributes(trace).get("concept:name", place))
        for number, event in enumerate((each for each in trace if _tag(each) == "event"), 1):
            said = _attributes(event)
            name, at = said.pop("concept:name", None), said.pop("time:timestamp", None)
            yield {**said, "account": account, "id": f"{account}-{number}", "name": name, "at": at}
        trace.clear()


def _attributes(element: Element) -> dict[str, str]:
    return {
        each.get("key", ""): each.get("value", "")
        for each in element
        if _tag(each) in _SAID and each.get("key")
    }


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
