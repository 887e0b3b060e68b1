"""One statement: cut from its marks, brought to letters and marks of one width, and parsed alone.

How one statement is read is told in `grammar.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from contractlang import grammar
from contractlang.syntax import Node, Word

MAX_DEPTH = 60
MAX_STATEMENT = 8_000

# Full-width letters, digits and marks stand for the half-width ones, character by character, so offsets stay true.
WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
WIDTH |= {
    ord("　"): " ",
    ord("“"): '"',
    ord("”"): '"',
    ord("、"): ",",
    ord("。"): " ",
    ord("；"): " ",
    ord(";"): " ",
}
_WIDE = {":": "：", ",": "，", "?": "？"}
_NARROW = re.compile(r"(?<!\d)([:,?])(?!\d) ?")
INSIDE = {wide: narrow for wide, narrow in WIDTH.items() if wide not in map(ord, "“”„")}

MARK = re.compile(r"[ \t　]*[|｜](?P<more>[|｜])?(?P<rest>[^\n]*)")
_CONTINUED = re.compile(r"\n[ \t　]*[|｜]{2}(?:[ \t　]*[#＃][^\n]*)?")


@dataclass(frozen=True, slots=True)
class NotAStatement:
    """A statement that does not parse: where in it, what was found, and which terminals could have stood there."""

    start: int
    end: int
    found: str
    expected: frozenset[str]
    why: str = ""


@lru_cache(maxsize=50_000)
def parse_statement(raw: str) -> tuple[Word | None, Node] | NotAStatement:
    """Return the label and the body of one statement, given without its mark; offsets are relative to `raw`."""
    if len(raw) > MAX_STATEMENT:
        return NotAStatement(0, 1, "", frozenset(), "long")
    try:
        label, body = grammar.read(in_plain_marks(raw), raw)
    except grammar.Unexpected as wrong:
        end = len(raw.rstrip())
        if wrong.start >= end:
            return NotAStatement(max(0, end - 1), end, "", wrong.expected)
        return NotAStatement(wrong.start, wrong.end, raw[wrong.start : wrong.end], wrong.expected)
    assert isinstance(body, Node)
    assert label is None or isinstance(label, Word)
    if _is_deep(body):
        return NotAStatement(0, 1, "", frozenset(), "deep")
    return label, body


def in_one_line(text: str) -> str:
    """Return a statement of several lines as one: marks and remarks become as many blanks, so offsets stay true."""
    return _CONTINUED.sub(lambda found: " " * len(found[0]), text) if "\n" in text else text


def in_plain_marks(raw: str) -> str:
    """Return a statement with letters and marks of one width, character by character."""
    # Typographic quotes delimit a text only where straight ones do not: “甲” may stand inside "…".
    return raw.translate(INSIDE if '"' in raw or "＂" in raw else WIDTH)


def in_chinese_marks(text: str) -> str:
    """Return what can be typed as one types it in Chinese: colons, commas and quotation marks are wide."""
    text = re.sub(r'"([^"]*)"', r"“\1”", text)
    return _NARROW.sub(lambda found: _WIDE[found[1]], text)


def _is_deep(body: Node) -> bool:
    """Tell whether constructs stand in one another deeper than anybody reads (and than recursion should go)."""
    level: list[Node | Word | None] = [body]
    for _ in range(MAX_DEPTH + 1):
        level = [part for each in level if isinstance(each, Node) for part in each.parts]
        if not level:
            return False
    return True
