"""The word that was meant, for messages: near in letters, said otherwise in ordinary writing, or run together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

# What lawyers write in prose, and the word of this language that says it.
MEANT: Mapping[str, str] = {
    "shall": "must", "should": "must", "will": "must", "can": "may", "cannot": "must not", "if": "when",
    "has": "must", "needs": "must", "应当": "应", "应该": "应", "须": "必须", "需": "必须",
    "需要": "必须", "禁止": "不得", "严禁": "不得", "不可": "不得", "不可以": "不得", "不能": "不得", "不应": "不得",
    "不许": "不得", "可": "可以", "得": "可以", "能": "可以", "能够": "可以", "如": "若", "如果": "若", "倘若": "若",
    "和": "且", "并且": "且", "以及": "且", "或者": "或", "是": "为", "不是": "非", "未": "非", "等于": "为",
    "每个": "每次", "立刻": "立即", "以前": "早于", "之前": "早于",
}  # fmt: skip


LIKE = 0.7
"""How much of two names must be alike for one to be taken for the other."""


def nearest(name: str, known: Iterable[str], like: float = 0) -> str | None:
    """Return the known name most like `name`, or None when nothing is near (less is asked of short names)."""
    # A name is never near one that is much longer or shorter, and comparing letters is dear.
    names = sorted(each for each in set(known) if len(name) <= 2 * len(each) and len(each) <= 2 * len(name))
    found = get_close_matches(name, names, n=1, cutoff=like or (LIKE if len(name) > 3 else 0.5))
    return found[0] if found else None


def segmented(run: str, known: Iterable[str]) -> str | None:
    """Return `run` cut at spaces into known words (`甲方应支付` to `甲方 应 支付`), or None when it cannot be cut.

    One stretch at the end may be a name that nothing here declares. This is only a suggestion: names are delimited
    by spaces and marks, since cutting by known words would change the meaning of a text whenever a name is declared.
    """
    words = {word for word in known if word} | MEANT.keys()
    longest = max(map(len, words))
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - longest), end):
            head, word = best[start], run[start:end]
            if head is not None and word in words:
                found = best[end]
                if found is None or len(head) + 1 < len(found):
                    best[end] = [*head, MEANT.get(word, word)]
    cut = best[len(run)]
    if cut is None:
        # Two known words and then a name of two letters or more.
        at = max((at for at in range(len(run) - 1) if len(best[at] or ()) > 1), default=0)
        cut = [*(best[at] or ()), run[at:]] if at else None
    return " ".join(cut) if cut and len(cut) > 1 else None
