"""What `contract analyse` is about, told on a terminal while it runs: one line that the next finding overwrites."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from contractlang.diagnostic import Language
from engine.analysis.finding import Clause, Finding
from engine.render import printable

_EVERY = 0.1
"""Seconds between two looks."""
_GROUPS = {
    "uncovered": ("sums case by case", "金额的各种情形"), "unspoken": ("acts case by case", "行为的各种情形"),
    "overlaps": ("two sums for one case", "同一情形的两种金额"),
    "clashes": ("conflicts", "冲突"), "hanging": ("conflicts by readings", "取决于解释的冲突"),
    "beginnings": ("when it takes effect", "生效"), "rivals": ("competing remedies", "竞合的救济"),
    "doubled": ("money owed twice", "重复付款"),
    "never": ("norms that never apply", "永不适用的规范"), "against": ("what the law takes away", "法律所否定者"),
    "denied": ("what the law gives and the text denies", "法律所许而文本不许者"),
    "broken by law": ("what the law gives and a duty excludes", "法律所许而义务所排除者"),
    "read down": ("readings that the law does not take", "法律不采的解释"),
    "late by law": ("times longer than the law's", "长于法定的期限"),
    "measured": ("measures of the law", "法律的尺度"),
    "administered": ("bans that only administer", "仅具行政责任的禁止"),
    "clashes beside": ("conflicts beside the law", "与法律并存时的冲突"),
}  # fmt: skip


@dataclass
class Progress:
    """Tells on a terminal how many questions were put, and which group they are of; nothing elsewhere."""

    language: Language
    out: TextIO
    asked: int = 0
    group: str = ""
    at: float = 0.0
    shown: bool = False

    @staticmethod
    def on(language: Language, out: TextIO | None = None) -> Progress | None:
        """Return who tells progress on standard error; None where nobody looks."""
        out = out if out is not None else sys.stderr
        return Progress(language, out) if out.isatty() else None

    def begins(self, group: str) -> None:
        """Tell which questions are put from here on."""
        self.group = _GROUPS.get(group, (group, group))[self.language == "zh"]

    def asks(self, clauses: Iterable[Clause]) -> None:
        """Tell that one more is put, and about what."""
        self.asked += 1
        if time.monotonic() - self.at < _EVERY:
            return
        self.at = time.monotonic()
        about = ", ".join(dict.fromkeys(each.norm or each.clause for each in clauses))
        told = f"第{self.asked}项查询" if self.language == "zh" else f"question {self.asked}"
        self.out.write(f"\r\x1b[K{printable(f'{self.group}: {told} ({about})')[:78]}")
        self.out.flush()
        self.shown = True

    def undecided(self, finding: Finding) -> None:
        """What is undecided is told at the end."""

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            self.out.write("\r\x1b[K")
            self.out.flush()
            self.shown = False
