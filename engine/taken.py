"""How readings are taken under the terms of an account."""

from __future__ import annotations

from engine.decision import Item


class Taken:
    """In which option each reading is taken under some terms, and which of them only by default.

    `by_default` maps the latter to the option, the item that is open about it, and the other options.
    """

    __slots__ = ("by_default", "options")

    def __init__(
        self, options: dict[str, str], by_default: dict[str, tuple[str, Item, tuple[str, ...]]]
    ) -> None:
        self.options, self.by_default = options, by_default
