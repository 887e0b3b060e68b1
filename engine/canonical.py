"""JSON of which the same content always gives the same bytes: what hashes are taken of.

Keys in the order of their code points, no space, no escape that need not be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

to_json: Final = msgspec.json.encode
"""JSON whose keys stand in the order in which they are given."""

_PLAIN = frozenset({str, int, bool, type(None)})
_NAMES = frozenset({str})
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(told: Mapping[str, Any], in_order: bool = False) -> bytes:
    """Return an object as canonical JSON. Raises ValueError for half a character (a lone surrogate).

    `in_order` says that its keys are in their order already, and its values plain.
    """
    ordered = told if in_order else _ordered(told)
    if ordered is not None:
        try:
            # Several times as quick, byte for byte the same.
            return to_json(ordered)
        except ValueError:
            pass
    return _encode(told).encode()


def _ordered(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an object of plain values and such objects with its keys in order; None for any other."""
    if not _NAMES.issuperset(map(type, told)):
        return None
    found = dict(sorted(told.items()))
    if _PLAIN.issuperset(map(type, found.values())):
        return found
    for key, value in found.items():
        kind = type(value)
        if kind is dict:
            inner = found[key] = _ordered(value)
            if inner is None:
                return None
        elif kind not in _PLAIN:
            return None
    return found
