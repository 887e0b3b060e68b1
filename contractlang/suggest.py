"""The nearest known name, for messages: near in letters, or the same word run into its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when nothing is near."""
    names = sorted(set(known))
    found = get_close_matches(name, names, n=1, cutoff=0.7 if len(name) > 3 else 0.5)
    return found[0] if found else None


def segmented(run: str, known: Iterable[str]) -> str | None:
    """Return `run` cut at spaces into known words (`甲方应支付` to `甲方 应 支付`), or None when it cannot be cut.

    Only a suggestion: names are delimited by spaces and marks, since cutting by known words would change the meaning
    of a text whenever a name is declared.
    """
    words = {word for word in known if word}
    longest = max(map(len, words), default=0)
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - longest), end):
            head = best[start]
            if head is not None and run[start:end] in words:
                found = best[end]
                if found is None or len(head) + 1 < len(found):
                    best[end] = [*head, run[start:end]]
    cut = best[len(run)]
    return " ".join(cut) if cut and len(cut) > 1 else None
