"""What is wrong only because a statement that cannot be read would have declared it: said once, where it is mended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contractlang.diagnostic import Diagnostic
from contractlang.source import Source
from contractlang.statements import MARK, WIDTH
from contractlang.suggest import nearest

_LABEL = re.compile(r"\s*(\w+)(?:[ -](\w+))?\s*:")
_DECLARING = (
    "party", "thing", "type", "blank", "gap", "state", "act", "event", "question", "reading", "option", "unverified",
    "define", "amount", "当事人", "物", "类型", "空白", "缺漏", "状态", "行为", "事件", "问题", "解释", "选项",
    "未核实", "定义", "金额",
)  # fmt: skip
_PARTIES = ("party", "当事人")


def without_what_follows(
    source: Source, unread: list[Diagnostic], found: list[Diagnostic]
) -> list[Diagnostic]:
    """Return of what was `found` in a file what does not follow from its statements that are `unread`."""
    if not unread:
        return found
    lines = [_line(source, each.span.start) for each in unread]
    names = {name for line in lines for name in _names(line)}
    first = next((line for line in source.lines if MARK.match(line)), None)
    hidden = {"no-head"} if first is not None and any(first.endswith(line) for line in lines) else set()
    return [
        each
        for each in found
        if each.code not in hidden
        and not (each.code == "undeclared" and source.text[each.span.start : each.span.end] in names)
    ]


def _line(source: Source, offset: int) -> str:
    """Return the line at a place, without its mark."""
    start = source.text.rfind("\n", 0, offset) + 1
    end = source.text.find("\n", start)
    line = source.text[start : end if end >= 0 else len(source.text)]
    mark = MARK.match(line)
    return mark["rest"] if mark is not None else line


def _names(line: str) -> Iterator[str]:
    """Yield the names that a statement would declare, were it read."""
    plain = line.translate(WIDTH)
    label = _LABEL.match(plain)
    if label is not None and (label[2] is None or label[1] not in _DECLARING):
        yield "_".join(filter(None, label.groups()))
        return
    words = re.findall(r"\w+", plain)
    what = words[0] if words else ""
    what = what if what in _DECLARING else nearest(what, _DECLARING) if what else None
    if what in _PARTIES:
        yield from words[1:]
    elif what is not None:
        yield from words[1:3]
