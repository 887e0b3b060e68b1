"""Keys that stand twice in one object of a body. JSON lets them, readers differ in which they take: so none is taken.

To read a body with an eye on every key takes half as long again. So marks are counted: each key and each text has two.
Only where there are more, what was read lacks something or a text holds some itself, and the body is read once more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from engine.service.problems import Problem


def refuse_repeated(body: bytes, found: Any, fractions: int) -> None:
    """Raise Problem where a key stands twice in one object of a body that was read as JSON.

    So many fractions are texts only in what was read.
    """
    if body.count(b'"') != 2 * (_quoted(found) - fractions):
        json.loads(body, object_pairs_hook=_once_each, parse_int=str)


def _quoted(found: Any) -> int:
    """Return how many keys and texts there are in what was read."""
    if type(found) is str:
        return 1
    count = 0
    nested = [found] if type(found) is dict or type(found) is list else []
    for each in nested:
        values: Collection[Any] = each
        if type(each) is dict:
            count += len(each)
            values = each.values()
        for value in values:
            kind = type(value)
            if kind is str:
                count += 1
            elif kind is dict or kind is list:
                nested.append(value)
    return count


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem("bad_request", f"`{twice}` stands twice in one object: which is meant?")
    return made
