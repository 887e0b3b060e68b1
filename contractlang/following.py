"""What is wrong only because what would declare it cannot be read, or is misspelt: said once, where it is mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from contractlang.declaration import Declaration
from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.slips import HEADS
from contractlang.source import Source, Span
from contractlang.statements import MARK, WIDTH
from contractlang.suggest import LIKE, nearest

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
    unnamed = any(re.fullmatch(r"\s*(?:party|当事人)\s*[:：]?\s*", line) for line in lines)
    first = next((line for line in source.lines if MARK.match(line)), None)
    hidden = {"no-head"} if first is not None and any(first.endswith(line) for line in lines) else set()
    return [
        each
        for each in found
        if each.code not in hidden
        and not (each.code == "undeclared" and _said(source, each) in names)
        and not (unnamed and each.code == "undeclared" and each.message.en.startswith("no party "))
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
    if label is not None and label[1].lower() not in _DECLARING:
        words = list(filter(None, label.groups()))
        yield from (*words, "_".join(words))
        return
    first, *words = re.findall(r"\w+", plain) or [""]
    what = _declaring(first.lower())
    if what in _PARTIES:
        yield from words
    elif what is not None:
        yield from words[:2]


def _declaring(word: str) -> str | None:
    """Return the word of the language that was meant by the first of a declaration."""
    word = HEADS.get(word, word)
    return word if word in _DECLARING else nearest(word, _DECLARING)


def misspelt_once(
    source: Source, declared: Iterable[Declaration], found: list[Diagnostic]
) -> list[Diagnostic]:
    """Return what was `found` in a file, with one misspelt declaration in the place of all that wants it as meant.

    A declaration is misspelt where nothing speaks of its name, and the text speaks twice or more of one so near that
    nothing declares.
    """
    wanted = Counter(_said(source, each) for each in found if each.code == "undeclared")
    often = [name for name, count in wanted.items() if count > 1]
    if not often:
        return found
    lines = "\n".join(line for line in source.lines if MARK.match(line))
    spoken = Counter(re.findall(r"\w+", lines))
    silent = {
        spelling: each for each in declared for spelling in (each.name, each.alias) if spoken[spelling] == 1
    }
    misspelt = {meant: nearest(meant, silent, LIKE) for meant in often}
    kept = [each for each in found if each.code != "undeclared" or not misspelt.get(_said(source, each))]
    told = [
        _misspelt(source, silent[spelling].span, spelling, meant)
        for meant, spelling in misspelt.items()
        if spelling
    ]
    return [*kept, *told]


def _misspelt(source: Source, declared: Span, spelling: str, meant: str) -> Diagnostic:
    """Say of a declaration that another name is spoken of everywhere."""
    start = max(source.text.find(spelling, declared.start), declared.start)
    return error(
        "undeclared", Span(source.path, start, start + len(spelling)),
        f"`{spelling}` is declared, but `{meant}` is what is spoken of",
        f"声明的是`{spelling}`，所用的却是`{meant}`", Said(f"write `{meant}`", f"请写 `{meant}`"),
    )  # fmt: skip


def _said(source: Source, found: Diagnostic) -> str:
    """Return what stands where something is wrong."""
    return source.text[found.span.start : found.span.end]
