"""What can be a name in every store: of a tenant, an account, a source, an event, a person, a key."""

from __future__ import annotations

from engine.errors import Unfit

MOST_BYTES = 800
"""A source and an id together must fit into one page of an index."""


def unfit(name: str) -> str | None:
    """Return why a text cannot be a name; None if it can."""
    if name.isascii() and len(name) <= MOST_BYTES and name.isprintable() and name:
        return None
    if not name:
        return "it is empty"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "it holds half a character (a lone surrogate)"
    if size > MOST_BYTES:
        return f"it has more than {MOST_BYTES} bytes"
    if not name.isprintable():
        return "it holds a character that cannot be printed"
    return None


def fit(**names: str) -> None:
    """Raise Unfit for the first of these names that cannot be one; the keyword says what it is the name of."""
    for what, name in names.items():
        if (reason := unfit(name)) is not None:
            raise Unfit(what.rstrip("_"), reason)
