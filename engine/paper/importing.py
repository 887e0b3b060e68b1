"""A printed agreement as a contract file: its lines as they are, its clauses with their numbers, no norm as yet.

Whatever stands before the first number, the signatures, chapters and annexes have no number of their own; each is given
a name, so that `contract check` speaks of it too until it is accounted for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

from contractlang.diagnostic import Said
from contractlang.parser import parse
from contractlang.source import Source
from contractlang.statements import NotAStatement, parse_statement
from contractlang.syntax import Clause
from engine.paper.printed import Line, Printed

LONGEST_TITLE = 60
MOST_NAMED = 8
_UNNAMED = re.compile(r"[\W_]+")
_NUMERALS = "零〇一二三四五六七八九十百千0-9"
_PART = re.compile(
    rf"(?P<zh>第[{_NUMERALS}]+[章节编]|(?:附件|附录|附表)[{_NUMERALS}]*)"
    r"|(?P<en>(?:chapter|part|annex|appendix|schedule|exhibit)(?: [A-Z0-9]{1,5})?)(?![\w])",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"盖\s*章|签\s*字|签\s*章|签\s*名|签署日|法定代表人|授权代表|日\s*期\s*[:：]"
    r"|\b(?:signature|signed|in witness whereof|by:|date:)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A contract file made of a printed agreement; `clauses` are the numbers that were read, in their order."""

    name: str
    title: str
    text: str
    chinese: bool
    clauses: tuple[str, ...]
    notes: tuple[Said, ...]


def imported(printed: Printed, name: str) -> Imported:
    """Return the contract file of what was printed. `name` is what it is to be called; its shape is mended."""
    lines = [_shown(each.text) for each in printed.lines]
    chinese = Source("", "\n".join(lines)).is_chinese
    title = printed.title or _title_among(lines) or name
    name = document_name(name, chinese)
    word = "协议" if chinese else "agreement"
    head = f'| {word} {name} "{_quoted(title, chinese)}"'
    text = "\n".join([head, *_named(lines, chinese)]) + "\n"
    written, _ = parse(Source("", text))
    held = [each for each in written.clauses if each.text]
    notes = (*printed.notes, *_told(printed.lines, lines, held, chinese))
    return Imported(name, title, text, chinese, tuple(each.number for each in held if each.number), notes)


def document_name(wanted: str, chinese: bool) -> str:
    """Return a name that a document can have: letters, digits and hyphens, no word of the language."""
    name = _UNNAMED.sub("-", normalize("NFKC", wanted)).strip("-")
    word = "协议" if chinese else "agreement"
    return name if _is_name(name) else f"{word}-{name}".strip("-")


def _is_name(name: str) -> bool:
    parsed = parse_statement(f'agreement {name} "-"')
    return bool(name) and not isinstance(parsed, NotAStatement)


def _quoted(title: str, chinese: bool) -> str:
    return title.replace('"', "”" if chinese else "'")


def _title_among(lines: list[str]) -> str:
    """Return the first line where it looks like a title: short, and no number begins it."""
    first = lines[0] if lines else ""
    return (
        first
        if len(first) <= LONGEST_TITLE and not _number_of(first) and first[-1:] not in ":：。.;；,，_"
        else ""
    )


def _shown(text: str) -> str:
    """Return a line as it can stand in a contract file, where `|` at its beginning would make a norm of it."""
    return f"│{text[1:]}" if text[:1] in ("|", "｜") else text


def _number_of(line: str) -> str:
    """Return the clause number that begins a line, as the parser reads it by itself; empty where there is none."""
    written, _ = parse(Source("", line))
    return written.clauses[0].number if written.clauses else ""


def _named(lines: list[str], chinese: bool) -> Iterator[str]:
    """Yield the lines, with a line that names it before every part that has no number."""
    word, used = ("条" if chinese else "clause"), set[str]()
    numbered = [place for place, line in enumerate(lines) if _number_of(line)]
    first = numbered[0] if numbered else len(lines)
    signed = next(
        (place for place in range((numbered or [0])[-1] + 1, len(lines)) if _SIGNED.search(lines[place])),
        None,
    )
    for place, line in enumerate(lines):
        name = _part_of(line)
        if place == 0 and first > 0:
            name = "首部" if chinese else "preamble"
        elif place == signed:
            name = "签" if chinese else "signatures"
        if name and name not in used and not isinstance(parse_statement(f"{word} {name}"), NotAStatement):
            used.add(name)
            yield f"| {word} {name}"
        yield line


def _part_of(line: str) -> str:
    found = _PART.match(line)
    if found is None or len(line) > LONGEST_TITLE:
        return ""
    return _UNNAMED.sub("-", found[0]).strip("-").lower()


def _told(printed: Iterable[Line], lines: list[str], held: list[Clause], chinese: bool) -> Iterator[Said]:
    """Yield what a reader of the new file must know of its numbers."""
    numbers = [each.number for each in held if each.number and not each.named]
    if not numbers:
        yield Said(
            "no clause number was found: write one before each clause, such as 1.1 or 五、",
            "未找到条款编号：请在各条前写明，如 一、 或 1.1")  # fmt: skip
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        yield Said(
            f"numbers that stand more than once: {_listed(twice, ', ')}; norms can only be written for one of each",
            f"重复的编号：{_listed(twice, '、')}；请改为不同的编号")  # fmt: skip
    both = [line.text for line in printed if line.number and _number_of(line.words)]
    if both:
        yield Said(
            f"counted and typed numbers stand side by side: {_listed([each[:24] for each in both], '; ')}",
            f"自动编号与手写编号并存：{_listed([each[:16] for each in both], '；')}")  # fmt: skip
    unread = [line.number.strip() for line in printed if line.number.strip() and not _number_of(line.text)]
    unread = [each for each in dict.fromkeys(unread) if any(map(str.isalnum, each))]
    if unread:
        yield Said(
            f"numbers that are part of the clause above: {_listed(unread, ', ')}",
            f"并入上一条的编号：{_listed(unread, '、')}")  # fmt: skip
    barred = sum(line[:1] == "│" for line in lines)
    if barred:
        yield Said(
            f"lines that began with |, which begins a norm, begin with │ now: {barred}",
            f"以|开头（规范行的标记）、现改为│的行：{barred}")  # fmt: skip


def _listed(names: list[str], between: str) -> str:
    more = len(names) - MOST_NAMED
    return between.join(names[:MOST_NAMED]) + (f" … (+{more})" if more > 0 else "")
