"""Entries of a scenario file that are one together: what each party signs by itself, a bill that is told again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]

_PARTIES = ("provider", "user")
# What an entry says besides the terms that it sets.
_ABOUT = ("id", "type", "at", "recorded_at", "by", "agreement", "note")


def joined(entries: Sequence[Entry], mapping: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the entries; a second signature under one text is that of both, a bill told again corrects the first."""
    dated = sorted((each for each in entries if each.get("at")), key=lambda each: str(each["at"]))
    for each in entries:
        place = next((place for place, other in enumerate(dated) if other is each), 0)
        earlier = [other for other in dated[:place] if other["type"] == each["type"]]
        if each["type"] in mapping["agreed"]:
            yield _signed(each, earlier)
        else:
            again = mapping["retold"].get(each["type"])
            yield {**each, "type": again["as"]} if again and _told(each, earlier, again["same"]) else each


def _signed(entry: Entry, earlier: Sequence[Entry]) -> Entry:
    """Return a signature, as that of both where the other party signed the same terms before."""
    terms = _terms(entry)
    for other in reversed(earlier):
        if {entry.get("by"), other.get("by")} == set(_PARTIES) and terms in ({}, _terms(other)):
            both = {key: value for key, value in entry.items() if key != "by"}
            return _terms(other) | both | {"recorded_at": max(_known(other), _known(entry))}
    return entry


def _told(entry: Entry, earlier: Sequence[Entry], field: str) -> bool:
    """Tell whether an entry before is about the same."""
    return entry.get(field) is not None and any(
        (other.get(field), other.get("agreement")) == (entry[field], entry.get("agreement"))
        for other in earlier
    )


def _terms(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _ABOUT}


def _known(entry: Entry) -> str:
    return str(entry.get("recorded_at") or entry["at"])
