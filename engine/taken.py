"""How readings are taken under the terms of an account."""

from __future__ import annotations

from typing import NamedTuple

from engine.decision import Item


class Taken(NamedTuple):
    """In which option each reading is taken under some terms, and which of them only by default.

    `by_default` maps the latter to the option, the item that is open about it, and the other options.
    """

    options: dict[str, str]
    by_default: dict[str, tuple[str, Item, tuple[str, ...]]]
