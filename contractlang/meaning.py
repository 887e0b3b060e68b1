"""What a document means, as text and as a hash: the same for the same meaning, wherever it stands, whatever its names.

Places, further names and the order of variables are no part of a meaning.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from contractlang.expression import Bound
from contractlang.numerals import plain_number
from contractlang.records import fields_of

_NUMBERS = {"id", "clause", "label"}


def digest(text: str) -> str:
    """Return the hash of a text: 32 hexadecimal digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def spelled(value: object) -> str:
    """Return a meaning as text: everything but places, further names, and what the author called a variable."""
    return json.dumps(_plain(value, {}), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any, variables: dict[str, str]) -> Any:
    kind: Any = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is tuple:
        return [_plain(each, variables) for each in value]
    names = _meaning_fields(kind)
    if not names:
        return str(value)
    if kind is Bound and not value.name.startswith("@"):
        return ["Bound", variables.setdefault(value.name, f"@{len(variables)}"), value.kind.of]
    found: list[Any] = [kind.__name__]
    for name in names:
        part = getattr(value, name)
        if name in _NUMBERS and part:
            part = plain_number(part.removeprefix("@"))
        elif name == "variable" and isinstance(part, str) and not part.startswith("@"):
            part = variables.setdefault(part, f"@{len(variables)}")
        found.append(part if type(part) is str or part is None else _plain(part, variables))
    return found


@cache
def _meaning_fields(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in fields_of(kind) if name not in ("span", "alias"))
