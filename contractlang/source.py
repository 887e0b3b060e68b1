"""A contract file as text, and places in it.

`Source` reads the bytes a lawyer's tools write (UTF-8 with or without a mark, GB18030 from Word) and refuses the
rest by name. Offsets count characters; lines and columns begin at 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

MAX_BYTES = 10_000_000

_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
# What no text holds: a letter that was lost, and control characters other than tabs and the ends of lines and pages.
_NO_TEXT = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f]")


class Unreadable(Exception):
    """The bytes of a file are not a contract text; the message says why and what to save it as."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source: from the character `start` up to, not including, `end`."""

    path: str
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the beginning of this one to the end of `other`."""
        return Span(self.path, min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True)
class Source:
    """The text of one contract file. `path` is how messages call it."""

    path: str
    text: str
    lines: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.text.split("\n")))

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + 1
        return tuple(starts)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column (both from 1) of the character at `offset`."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    @cached_property
    def is_chinese(self) -> bool:
        """Tell whether the norm lines of the file are mostly written in Chinese: messages follow it."""
        # Some pages tell as much as a thousand.
        norms = [*islice((line for line in self.lines if line.lstrip()[:1] in ("|", "｜")), 500)]
        sample = "".join(norms or self.lines[:500])[:20_000]
        chinese, latin = len(_CHINESE.findall(sample)), len(_LATIN.findall(sample))
        # A Chinese word has about two letters, an English one about five.
        return chinese * 2 > latin


def read(path: str, raw: bytes) -> Source:
    """Return the source in `raw`, the bytes of the file called `path`.

    Line ends become single line feeds. Raises `Unreadable` for anything but UTF-8 or GB18030 text of at most 10 MB.
    """
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{path}: the file has {len(raw):,} bytes; a contract file may have {MAX_BYTES:,}")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:4096]:
        raise Unreadable(f"{path}: the file is UTF-16 or not text (文件不是 UTF-8 文本); save it as UTF-8")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NO_TEXT.search(text):
            break
        return Source(path, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    raise Unreadable(
        f"{path}: the file is neither UTF-8 nor GB18030 text (文件编码无法识别); save it as UTF-8"
    )
