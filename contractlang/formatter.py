"""The norm lines of a file, written the one way: `contract fmt`.

Only norm lines change, and in them only what says nothing: blanks, the width of letters and marks, the shape of
quotation marks. The agreement's own text, remarks, what is quoted and the division into lines stay to the letter. A
statement is written anew only if it is read as the same tree again; otherwise it stays as its author has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from contractlang.diagnostic import Diagnostic
from contractlang.parser import parse
from contractlang.source import Source
from contractlang.statements import INSIDE, MARK, WIDTH, NotAStatement, parse_statement
from contractlang.syntax import Node, Word

_REMARK = re.compile(r"[ \t　]*(?P<mark>[#＃])(?P<text>.*)")
_BLANKS = re.compile(r"[ \t\r\f\v　]+")
# Marks that stand between blanks; a minus may be part of a name or a day, and is left as it is.
_APART = re.compile(r" ?(>=|<=|!=|[<>≥≤≠|*+]) ?")
_COMMA = re.compile(r" ?, ?")
# A colon within a time of day or a layer (`12:30`, `local:HN`) stands close.
_COLON = re.compile(r"(?<!\d)(?<!\blocal)(?<!地方) ?: ?|(?<=\d) ?: ?(?!\d)|(?<=\d) : ?(?=\d)")

Lines = list[str]


def formatted(source: Source) -> tuple[str, list[Diagnostic]]:
    """Return the text of `source` written the one way; where a line cannot be read, the text as it is and why."""
    _, wrong = parse(source)
    if wrong:
        return source.text, wrong
    return rewritten(source, lambda lines, _: written_anew(lines, source.is_chinese)), []


def rewritten(source: Source, written: Callable[[Lines, int], Lines]) -> str:
    """Return the text of `source` with each statement as `written` gives it, told its lines and which is the first."""
    made: Lines = []
    statement: Lines = []
    first = 0
    for place, line in enumerate(source.lines):
        mark = MARK.match(line)
        if mark is not None and mark["more"] and statement:
            statement.append(line)
            continue
        made += written(statement, first) if statement else []
        statement = []
        if mark is None:
            made.append(line)
        elif (remark := _REMARK.match(mark["rest"])) is not None:
            made.append(_remark("|", remark))
        elif not mark["rest"].strip():
            made.append("|")
        else:
            statement, first = [line], place
    made += written(statement, first) if statement else []
    return "\n".join(made)


def written_anew(lines: Lines, chinese: bool) -> Lines:
    """Return the lines of one statement as they should be written; as they are, where that would say another thing."""
    rests = [_rest(line) for line in lines]
    code = [rest for rest in rests if _REMARK.match(rest) is None]
    before = "\n".join(code)
    straight = '"' in before or "＂" in before
    made: Lines = []
    for index, rest in enumerate(rests):
        mark = "||" if index else "|"
        remark = _REMARK.match(rest)
        if remark is not None:
            made.append(_remark(mark, remark))
        else:
            made.append(f"{mark} {_written(rest, straight, chinese)}".rstrip())
    after = [_rest(line) for line in made if _REMARK.match(_rest(line)) is None]
    return made if _tree(after) == _tree(code) is not None else lines


def _rest(line: str) -> str:
    mark = MARK.match(line)
    assert mark is not None
    return mark["rest"]


def _remark(mark: str, remark: re.Match[str]) -> str:
    return f"{mark} {remark['mark']}{remark['text'].rstrip()}"


def _written(rest: str, straight: bool, chinese: bool) -> str:
    """Write one line of a statement, given without its mark; what is quoted stays."""
    marks = INSIDE if straight else WIDTH
    plain = rest.translate(marks)
    found, at = [], 0
    for quoted in re.finditer(r'"[^"\n]*"', plain):
        found.append(_spaced(plain[at : quoted.start()]))
        found.append(f'"{rest[quoted.start() + 1 : quoted.end() - 1]}"')
        at = quoted.end()
    found.append(_spaced(plain[at:]))
    joined = "".join(found).strip()
    if chinese:
        # Only between quotations: even pieces are the author's own words to the letter.
        pieces = joined.split('"')
        pieces[::2] = [_wide(each) for each in pieces[::2]]
        joined = '"'.join(pieces)
    return joined


def _spaced(plain: str) -> str:
    plain = _BLANKS.sub(" ", plain)
    plain = _APART.sub(r" \1 ", plain)
    plain = _COMMA.sub(", ", plain)
    plain = _COLON.sub(": ", plain)
    plain = re.sub(r"\( ", "(", plain)
    plain = re.sub(r" \)", ")", plain)
    return _BLANKS.sub(" ", plain)


def _wide(piece: str) -> str:
    return piece.replace(", ", "，").replace(": ", "：")


def _tree(lines: Lines) -> object:
    """Return what lines say, wherever it stands; None where they say nothing."""
    parsed = parse_statement(" ".join(lines).strip(" \t　"))
    if isinstance(parsed, NotAStatement):
        return None
    return tuple(_said(each) for each in parsed)


def _said(part: Node | Word | None) -> object:
    if isinstance(part, Word):
        text = part.text if part.kind == "STRING" else _BLANKS.sub("", part.text)
        return part.kind, text
    return None if part is None else (part.rule, tuple(_said(each) for each in part.parts))
