"""Keys that stand twice in one object of a body. JSON lets them, readers differ in which they take: so none is taken.

To read a body with an eye on every key takes ten times as long. So marks are counted: each key and each text has two,
in the body as in what was read, written once more. Only where the body has more, what was read lacks something or a
text holds some itself, and the body is read once more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from engine.canonical import to_json
from engine.service.problems import Problem


def refuse_repeated(body: bytes, found: Any, fractions: int) -> None:
    """Raise Problem where a key stands twice in one object of a body that was read as JSON.

    So many fractions are texts only in what was read.
    """
    try:
        written = to_json(found)
    except ValueError:
        written = b""
    if body.count(b'"') != marks(written) - 2 * fractions:
        json.loads(body, object_pairs_hook=_once_each, parse_int=str)


def marks(written: bytes) -> int:
    """Return how many marks stand around the keys and texts of written JSON; no more than that, where some are odd."""
    return written.count(b'"') - written.count(b'\\"')


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem("bad_request", f"`{twice}` stands twice in one object: which is meant?")
    return made
