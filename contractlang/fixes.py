"""What can be typed to mend a diagnostic, as changes to the text: found in its help, and tried before they are offered.

The help of a diagnostic is something that one can type, in backticks. Where it goes is tried: in place of what is
underlined, beside it, on a line of its own. A change is offered only if the diagnostic is then gone and no statement
that could be read cannot be read any longer, nor the text has more errors than before: no fix is ever a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from contractlang.diagnostic import Diagnostic, Said, Severity
from contractlang.source import Source

MOST_TRIED = 24
MOST_OFFERED = 3
_TYPED = re.compile(r"`([^`]+)`")
_REMOVE = re.compile(r"^(remove|delete|删去|删除|请删去)|remove it|请删去")
_MARKED = re.compile(r"[ \t　]*[|｜]")

Check = Callable[[str], list[Diagnostic]]
"""What is wrong with a text."""


class Edit(NamedTuple):
    """The characters from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a diagnostic, and what to call it."""

    title: Said
    edit: Edit


def applied(text: str, edit: Edit) -> str:
    """Return `text` with one change made."""
    return text[: edit.start] + edit.text + text[edit.end :]


def fixes(found: Diagnostic, source: Source, check: Check) -> list[Fix]:
    """Return the changes that mend a diagnostic of `source`, the best first. `check` says what is wrong with a text."""
    before = check(source.text)
    mended: list[tuple[tuple[int, int, int], Fix]] = []
    tried: dict[Edit, None] = {}
    for fix in _candidates(found, source):
        if fix.edit in tried:
            continue
        if len(tried) == MOST_TRIED:
            break
        tried[fix.edit] = None
        after = check(applied(source.text, fix.edit))
        errors = _errors(after)
        broken = _unread(after) > _unread(before)
        if _count(found, after) < _count(found, before) and errors <= _errors(before) and not broken:
            mended.append(((errors, len(after), len(tried)), fix))
            if not after:
                break
    mended.sort(key=lambda each: each[0])
    return [fix for _, fix in mended[:MOST_OFFERED]]


def _errors(found: list[Diagnostic]) -> int:
    return sum(each.severity is Severity.ERROR for each in found)


def _unread(found: list[Diagnostic]) -> int:
    return sum(each.code == "syntax" for each in found)


def _count(wanted: Diagnostic, among: list[Diagnostic]) -> int:
    # By its code alone: one unknown name in the place of another mends nothing.
    return sum(each.code == wanted.code for each in among)


def _candidates(found: Diagnostic, source: Source) -> Iterator[Fix]:
    """Yield changes that the help may mean, the likeliest first."""
    if found.help is None or found.span.path != source.path:
        return
    start, end = found.span.start, found.span.end
    said = found.help.zh if source.is_chinese else found.help.en
    typed = [each for each in _TYPED.findall(said) if "…" not in each.strip('"“”`')]
    for text in typed:
        title = Said(f"write `{text}`", f"写成 `{text}`")
        if _MARKED.match(text):
            yield from (
                Fix(Said(f"add `{text}`", f"增加 `{text}`"), edit) for edit in _lines(text, found, source)
            )
        # Two words that meet would be one name.
        blank = " " if start and _meets(source.text[start - 1], text[0]) else ""
        after = " " if end < len(source.text) and _meets(text[-1], source.text[end]) else ""
        yield Fix(title, Edit(start, end, blank + text + after))
        yield Fix(title, _beside(source, end, text))
        yield Fix(title, Edit(start, start, blank + text + " "))
    if '"…"' in said or "“……”" in said:
        last = _statement_end(source, start)
        mark = "”" if source.text[start : start + 1] == "“" else '"'
        yield Fix(Said("close the quotation", "补上后引号"), Edit(last, last, mark))
    if _REMOVE.search(said):
        if start == _statement_start(source, start) and end == _statement_end(source, start):
            yield _without_the_line(source, start)
        for text in typed:
            at = source.text.find(text, _line_start(source, start), _statement_end(source, start))
            if at >= 0:
                last = at + len(text)
                # Of the blanks around it, one is enough.
                last += source.text[at - 1 : at] == " " == source.text[last : last + 1]
                yield Fix(Said(f"remove `{text}`", f"删去 `{text}`"), Edit(at, last, ""))
        yield Fix(Said("remove it", "删去"), Edit(start, end, ""))
        yield _without_the_line(source, start)


def _without_the_line(source: Source, offset: int) -> Fix:
    end = min(_statement_end(source, offset) + 1, len(source.text))
    return Fix(Said("remove the line", "删去此行"), Edit(_line_start(source, offset), end, ""))


def _meets(one: str, other: str) -> bool:
    return (one.isalnum() or one == "_") and (other.isalnum() or other == "_")


def _beside(source: Source, end: int, text: str) -> Edit:
    """Return the change that puts `text` behind a place: without a blank before a mark."""
    blank = "" if text[0] in ':：,，)）."”' else " "
    after = " " if end < len(source.text) and source.text[end] not in " \n,，:：)）" else ""
    return Edit(end, end, blank + text + after)


def _lines(text: str, found: Diagnostic, source: Source) -> Iterator[Edit]:
    """Yield the places where a new line may go: beneath the head, above and beneath the statement."""
    head = 0
    for line, start in zip(source.lines, source.line_starts, strict=True):
        if not _MARKED.match(line):
            if line.strip():
                break
            continue
        head = start + len(line)
    if head:
        yield Edit(head, head, "\n" + text)
    last = _statement_end(source, found.span.end)
    yield Edit(last, last, "\n" + text)
    first = _line_start(source, found.span.start)
    yield Edit(first, first, text + "\n")


def _line_start(source: Source, offset: int) -> int:
    return source.text.rfind("\n", 0, offset) + 1


def _statement_start(source: Source, offset: int) -> int:
    first = _line_start(source, offset)
    mark = _MARKED.match(source.text, first)
    start = mark.end() if mark is not None else first
    while source.text[start : start + 1] in (" ", "\t", "　"):
        start += 1
    return start


def _statement_end(source: Source, offset: int) -> int:
    end = source.text.find("\n", offset)
    return len(source.text) if end < 0 else end
