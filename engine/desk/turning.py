"""A file turned into the other language, as `contract fmt --language` does it: as edits, and what stayed as it was."""

from __future__ import annotations

from typing import NamedTuple

from lsprotocol.types import TextEdit

from contractlang.diagnostic import Said
from contractlang.load import Workspace
from contractlang.source import Source
from contractlang.surface import in_language
from engine.desk.places import range_of


class Turning(NamedTuple):
    """The edits that turn a file (none where it cannot be), whether into Chinese, and what is to be told."""

    edits: list[TextEdit]
    chinese: bool
    told: Said | None


def turning(workspace: Workspace, source: Source) -> Turning:
    """Return what turns a file into the language that it is not written in."""
    chinese = not source.is_chinese
    made, wrong = in_language(workspace, source, chinese)
    if wrong:
        line = source.text.count("\n", 0, wrong[0].span.start) + 1
        first = wrong[0].message
        return Turning(
            [], chinese, Said(f"mend line {line} first: {first.en}", f"请先改正第{line}行：{first.zh}")
        )
    told = None
    if made.stayed:
        names = list(dict.fromkeys(each.text for each in made.stayed))
        listed = names[:8] + (["…"] if len(names) > 8 else [])
        told = Said(
            f"stays, for want of a name: {', '.join(listed)}",
            f"没有另一种语言的名称，保持原样：{'、'.join(listed)}",
        )
    return Turning(edits_between(source, made.text), chinese, told)


def edits_between(source: Source, text: str) -> list[TextEdit]:
    """Return the edits that make a file say `text`: only of the lines that change, where there are as many."""
    new = text.split("\n")
    if len(new) != len(source.lines):
        return [TextEdit(range_of(source, 0, len(source.text)), text)] if text != source.text else []
    return [
        TextEdit(range_of(source, start, start + len(line)), changed)
        for line, changed, start in zip(source.lines, new, source.line_starts, strict=True)
        if line != changed
    ]
