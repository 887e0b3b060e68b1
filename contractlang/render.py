"""Diagnostics drawn for a terminal, in the language of the file, and as JSON for machines.

Both sort by place. Columns count characters, as editors do; carets count cells, since a Chinese letter is two wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len

from contractlang.diagnostic import Diagnostic, Label, Language, Said, Severity
from contractlang.source import Source, Span

_CHINESE = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTE: "提示"}
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_SIDE = "1;34"
_TAB = "    "


def render(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, Source],
    language: Language | None = None,
    *,
    colour: bool = False,
) -> str:
    """Return the diagnostics as text, one after the other; the empty text when nothing is wrong.

    `sources` are the files by path. Without a `language`, each diagnostic speaks the language of its file.
    """
    drawn = [_draw(each, sources, language, colour) for each in in_order(diagnostics)]
    return "\n\n".join(drawn) + "\n" if drawn else ""


def as_json(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> list[dict[str, Any]]:
    """Return the diagnostics as plain values: lines and columns from 1, the end not included, both languages."""
    return [
        {
            "code": each.code,
            "severity": each.severity.value,
            "message": _both(each.message),
            **_place(each.span, sources),
            "labels": [
                {"message": _both(label.text), **_place(label.span, sources)} for label in each.labels
            ],
            "help": _both(each.help) if each.help else None,
        }
        for each in in_order(diagnostics)
    ]


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics by file and place; those of one place as they were found."""
    return sorted(diagnostics, key=lambda each: (each.span.path, each.span.start, each.span.end))


def _draw(found: Diagnostic, sources: Mapping[str, Source], language: Language | None, colour: bool) -> str:
    source = sources.get(found.span.path)
    chinese = (source is not None and source.is_chinese) if language is None else language == "zh"

    def say(said: Said) -> str:
        return said.zh if chinese else said.en

    def paint(text: str, how: str) -> str:
        return f"\x1b[{how}m{text}\x1b[0m" if colour and text else text

    def mark(span: Span, text: str, sign: str, how: str) -> tuple[Span, str, str]:
        return (
            span,
            paint(sign * _width_of(span, sources), how) + (f" {paint(text, how)}" if text else ""),
            how,
        )

    how = _COLOURS[found.severity]
    word = _CHINESE[found.severity] if chinese else found.severity.value
    lines = [f"{paint(f'{word}[{found.code}]', how)}{'：' if chinese else ': '}{say(found.message)}"]

    marks = [mark(found.span, "", "^", how)]
    marks += [mark(label.span, say(label.text), "-", _SIDE) for label in _distinct(found)]
    width = max(
        (len(str(sources[span.path].place(span.start)[0])) for span, *_ in marks if span.path in sources),
        default=1,
    )
    blank = f" {'':{width}} {paint('|', _SIDE)}"
    paths = dict.fromkeys([found.span.path, *(span.path for span, *_ in marks)])
    for path in paths:
        here = sorted((each for each in marks if each[0].path == path), key=lambda each: each[0].start)
        first = found.span if path == found.span.path else here[0][0]
        lines.append(f" {'':{width}}{paint('-->', _SIDE)} {_called(first, sources)}")
        source = sources.get(path)
        if source is None:
            continue
        shown: int | None = None
        for span, sign, _ in here:
            line, column = source.place(span.start)
            text = source.lines[line - 1]
            if line != shown:
                lines += [blank, f" {paint(f'{line:>{width}} |', _SIDE)} {_printable(text)}".rstrip()]
                shown = line
            lines.append(f"{blank} {' ' * cell_len(_printable(text[: column - 1]))}{sign}")
    if found.help is not None:
        if source is not None:
            lines.append(blank)
        lines.append(
            f"{paint('建议：' if chinese else 'help:', how)}{'' if chinese else ' '}{say(found.help)}"
        )
    return "\n".join(lines)


def _distinct(found: Diagnostic) -> Iterable[Label]:
    return dict.fromkeys(found.labels)


def _width_of(span: Span, sources: Mapping[str, Source]) -> int:
    """How many cells to underline: to the end of the span, or of the line on which it begins."""
    source = sources.get(span.path)
    if source is None:
        return 1
    line, column = source.place(span.start)
    text = source.lines[line - 1].rstrip()
    return max(1, cell_len(_printable(text[column - 1 : column - 1 + span.end - span.start])))


def _printable(text: str) -> str:
    """The text as it is shown: tabs as spaces, nothing that could steer a terminal."""
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]",
        "\ufffd",
        text.replace("\t", _TAB),
    )


def _called(span: Span, sources: Mapping[str, Source]) -> str:
    source = sources.get(span.path)
    if source is None:
        return span.path
    line, column = source.place(span.start)
    return f"{span.path}:{line}:{column}"


def _both(said: Said) -> dict[str, str]:
    return {"en": said.en, "zh": said.zh}


def _place(span: Span, sources: Mapping[str, Source]) -> dict[str, Any]:
    source = sources.get(span.path)
    line, column = source.place(span.start) if source else (None, None)
    end_line, end_column = source.place(span.end) if source else (None, None)
    return {"path": span.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column}
