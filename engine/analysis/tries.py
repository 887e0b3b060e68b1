"""What came of a mend that was tried, and how that is said. It needs no solver."""

from __future__ import annotations

from dataclasses import dataclass

from engine.analysis.finding import Finding, Said
from engine.analysis.lines import Mend


@dataclass(frozen=True)
class Tried:
    """A mend and what came of it.

    `left` is what the finding is then, where it is still there, and `was` what it was; `new` is what is found that was
    not, `gone` the keys of other findings that are settled too.
    """

    mend: Mend
    was: Finding
    left: Finding | None
    new: tuple[Finding, ...]
    gone: tuple[str, ...]

    @property
    def settles(self) -> bool | None:
        """Whether the finding is gone; None where what is asked of its clauses is undecided then."""
        if self.left is None and any(self._is_about_it(each) for each in self.new):
            return None
        return self.left is None

    def _is_about_it(self, found: Finding) -> bool:
        return (
            found.kind == "unknown"
            and found.detail["asks"] == self.was.kind
            and bool(set(found.clauses) & set(self.was.clauses))
        )


def said_of(tried: Tried) -> Said:
    """Return what came of a mend; what is new is named after it."""
    count = len(tried.new)
    en, zh = {
        True: ("settles it", "可解决此项"),
        False: ("does not settle it", "不能解决此项"),
        None: ("whether it settles it is undecided", "能否解决此项未能判定"),
    }[tried.settles]
    if tried.left is not None and (less := _less(tried.was, tried.left)) is not None:
        en, zh = f"{en}: {less.en}", f"{zh}：{less.zh}"
    if not count:
        return Said(f"{en}; nothing new", f"{zh}；无新发现")
    but = ("but", "但") if tried.settles else ("and", "且")
    return Said(f"{en}, {but[0]} {count} new:", f"{zh}，{but[1]}有{count}项新发现：")


def _less(was: Finding, left: Finding) -> Said | None:
    """Return how a finding that is left differs from what it was: in what it says, or in when it is shown."""
    if left.sentence != was.sentence:
        return Said(f"left is: {left.sentence.en.rstrip('.')}", f"剩余：{left.sentence.zh.rstrip('。')}")
    if was.witness is None or left.witness is None:
        return None
    before, after = (str(each.witness.asked.get("at", ""))[:10] for each in (was, left) if each.witness)
    if before == after:
        return None
    return Said(f"it is then shown on {after}, before on {before}", f"其后于{after}显现，此前为{before}")
