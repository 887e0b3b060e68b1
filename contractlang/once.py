"""What a sentence says once: two time limits, two triggers or two `where` in one would let the last stand for both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from contractlang.diagnostic import Said
from contractlang.resolving import Reader
from contractlang.syntax import Node, Word

_THE_ONE: Final = Said(
    "write the one that is meant; what else is wanted is a sentence of its own",
    "请只写所指的一个；另有要求的，另写一句",
)
_NOT_BACKWARDS: Final = Said(
    f"{_THE_ONE.en}. No day is counted backwards: `within 3 days before` a day cannot be said",
    f"{_THE_ONE.zh}。日期不向前推算，不能写某日之前3日内",
)
_ONCE: Final = {
    **dict.fromkeys(
        ("by", "before", "within", "reasonable", "at_once"), (Said("time limit", "期限"), _NOT_BACKWARDS)
    ),
    **dict.fromkeys(("rolled", "rolled_back", "rolled_in_month"), (Said("way to roll", "顺延方式"), _THE_ONE)),
    **dict.fromkeys(("for_path", "for_what"), (Said("`for`", "`就`"), _THE_ONE)),
    "for_each": (Said("`for each` or `upon`", "`就 每次`或`因`"), _THE_ONE),
    "where": (Said("`where`", "`限于`"), Said("join both with `and`", "请用 `且` 连接")),
    "claimable": (Said("`claimable when`", "`可主张`"), Said("join both with `and`", "请用 `且` 连接")),
    "until": (Said("`until`", "`直到`"), Said("join both with `or`", "请用 `或` 连接")),
    "since": (Said("`from`", "`自 … 起`"), _THE_ONE),
    "not_before": (Said("`not before`", "`不早于`"), _THE_ONE),
    "suspending": (Said("`suspending`", "`暂停履行`"), _THE_ONE),
    "resuming": (Said("`resuming`", "`恢复履行`"), _THE_ONE),
}  # fmt: skip
"""The parts of a sentence of which it has one: what they are called, and what to type instead of a second."""


def said_once(reader: Reader, parts: Iterable[Node | Word | None]) -> None:
    """Report the second of two parts that say the same of a sentence. Raises Mistake."""
    there: set[Said] = set()
    for part in parts:
        if not isinstance(part, Node) or part.rule not in _ONCE:
            continue
        called, help = _ONCE[part.rule]
        if called in there:
            raise reader.fail(
                "syntax", part, f"a sentence has one {called.en}, and this is a second one",
                f"一句只有一个{called.zh}，这是第二个", help,
            )  # fmt: skip
        there.add(called)
