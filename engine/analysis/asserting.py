"""What an author asserts of an agreement: `never provider may suspend_service while user did pay`.

The contrary is laid beside the agreement, as a sentence of a supplement that is there for this question alone: where it
clashes with what the agreement permits, requires or forbids, there is a history in which the assertion does not hold.
"""

from __future__ import annotations

import re

from engine.program import Program

DOCUMENT = "property"
"""What the supplement is called, in findings too."""

FORMS = "`never PARTY may ACT …`, `always PARTY may ACT …`, `绝不 甲方 可以 …` or `始终 甲方 可以 …`"
_NEVER = ((r"never\s+(.+?)\bmay\b(.+)", r"\1must not\2"), (r"绝不\s*(.+?)可以(.+)", r"\1不得\2"))
_ALWAYS = ((r"always\s+(.+?\bmay\b.+)", r"\1"), (r"始终\s*(.+?可以.+)", r"\1"))


class BadProperty(ValueError):
    """The text asserts nothing that can be asked."""


def supplement(text: str, agreement: str) -> str:
    """Return the document that says the contrary of what is asserted. Raises BadProperty."""
    text = " ".join(text.split())
    for pattern, contrary in (*_NEVER, *_ALWAYS):
        found = re.fullmatch(pattern, text)
        if found is not None:
            norm = found.expand(contrary).replace(" while ", " when ")
            return f"| supplement {DOCUMENT} to {agreement}\n1. {text}\n| {norm}\n"
    raise BadProperty(f"`{text}`: write it as {FORMS}")


def is_said(place: tuple[str, str]) -> bool:
    """Tell whether a clause is that of the assertion."""
    return place[0].partition("@")[0] == DOCUMENT


def gives_way(program: Program) -> bool:
    """Tell whether a sentence of the agreement takes from what is asserted too: then no clash shows that it fails."""
    own = [rule for rule in program.rules if is_said((rule.document, ""))]
    return any(rule.prevailed_by or rule.voided or rule.limited_to for rule in own)
