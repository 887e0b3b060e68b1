"""The articles of laws as found in a folder of the user's own, to be shown beside our restatement of them.

The project holds no statute's words. A file belongs to a law if its name or its first line, or a heading within it, is
the law's title, its alias or our name for it; an article begins where its number stands at the beginning of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contractlang.contract import Contract
from contractlang.numerals import number_of, plain_number

# A file larger than this is no collection of statutes.
MOST_BYTES = 20_000_000
_NUMERAL = "零〇一二三四五六七八九十百千0-9"
# An article begins: 第三十四条, 第34条之一, Article 34; whatever marks a heading may stand before it.
_ARTICLE = re.compile(
    rf"^[\s#*　]*(?:第\s*(?P<number>[{_NUMERAL}]+)\s*条(?P<sub>之[一二三四五六七八九十]+)?"
    r"|(?:Article|Art\.)\s+(?P<english>\d+))(?![\w、，])[\s*　:：.]*",
    re.IGNORECASE,
)
# In some copies nothing stands between the number and the words; then 第三十四条规定的 must not begin an article.
_RUN_ON = re.compile(
    rf"^[\s#*　]*第\s*(?P<number>[{_NUMERAL}]+)\s*条(?P<sub>之[一二三四五六七八九十]+)?[\s*　:：.]*"
    r"(?!第|规定|所|的|至|和|或|及|以|之|中|、|，)",
)
# What ends an article beside the next one: a part of the law, a rule across the page, another text's heading.
_END = re.compile(rf"^[\s#*　]*第\s*[{_NUMERAL}]+\s*[编章节]|^\s*[-=_*]{{4,}}\s*$|^\s*[\[【](?!\d+\])|^#+\s")
_ITEM = re.compile(rf"^[\s　]*[（(](?:[{_NUMERAL}]+)[)）]|^[\s　]*\d+[.．、]")
# What editors add to a heading: [34], 〔…〕.
_ADDED = re.compile(r"\[[^\]]*\]|〔[^〕]*〕")


@dataclass(frozen=True, slots=True)
class Article:
    """The text of an article, or of one paragraph of it, and the file it was found in."""

    file: str
    paragraphs: tuple[str, ...]


class LawText:
    """A folder with texts of laws."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _files(self) -> list[tuple[Path, list[str]]]:
        found = []
        for path in sorted(self.folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            # Our own restatements are not what is looked for.
            if hidden or path.suffix == ".contract":
                continue
            if path.is_file() and path.stat().st_size <= MOST_BYTES:
                lines = _read(path)
                if lines is not None:
                    found.append((path, lines))
        return found

    def article(self, law: Contract, clause: str) -> Article | None:
        """Return the text of a clause of a law; None where no file of the folder has it."""
        wanted = re.fullmatch(r"(\d+(?:之[^(]+)?)(?:\((\d+)\))?.*", plain_number(clause))
        if wanted is None:
            return None
        for path, lines in self._of(law):
            paragraphs = _paragraphs(lines, wanted[1], _ARTICLE) or _paragraphs(lines, wanted[1], _RUN_ON)
            if paragraphs:
                return Article(path.name, _paragraph(paragraphs, wanted[2]))
        return None

    def _of(self, law: Contract) -> Iterator[tuple[Path, list[str]]]:
        """Yield the texts that may be the law's, the likeliest first: whole files, then parts of files."""
        names = {_bare(each) for each in (law.base, law.alias, _chinese(law.title)) if each}
        likeness = {path: _likeness(path, lines, law, names) for path, lines in self._files}
        for path, lines in sorted(self._files, key=lambda file: -likeness[file[0]]):
            if likeness[path]:
                yield path, lines
        for path, lines in self._files:
            for number, line in enumerate(lines[1:], 1):
                if _is_heading(line) and any(_bare(line).startswith(name) for name in names):
                    rest = lines[number + 1 :]
                    ends = (
                        at
                        for at, each in enumerate(rest)
                        if _is_heading(each) and _ARTICLE.match(each) is None
                    )
                    yield path, rest[: next(ends, len(rest))]


def _bare(text: str) -> str:
    """Return what a law is called without what differs from one copy to another: marks, versions, the state's name."""
    text = re.sub(r"[（(〔\[【][^）)〕\]】]*[）)〕\]】]", "", text.casefold())
    return re.sub(r"中华人民共和国|[\s#*《》“”_·:：-]", "", text)


def _chinese(title: str) -> str:
    """Return the Chinese part of a title, without the chapter that a document may restate."""
    unmarked = re.sub(r"[（(][^）)]*[）)]", "", title)
    return re.sub(rf"第[{_NUMERAL}]+[编章]$", "", re.split(r"[A-Za-z]", unmarked)[0].strip())


def _likeness(path: Path, lines: list[str], law: Contract, names: set[str]) -> int:
    """Return how likely a file is the law's: 3 if it is called exactly so, 0 if nothing says that it is."""
    heading = _bare(_chinese(next((line for line in lines if line.strip()), "")))
    stem = _bare(path.stem)
    if heading in names or stem in names:
        return 3
    if re.match(rf"{re.escape(law.base)}(?![A-Za-z])", path.stem, re.IGNORECASE):
        return 2
    return int(any(heading.startswith(name) or stem.startswith(name) for name in names))


def _is_heading(line: str) -> bool:
    return re.match(r"\s*(?:#|\[[A-Za-z]+\d*\]|【|《)", line) is not None


def _paragraphs(lines: list[str], number: str, begins: re.Pattern[str]) -> list[str]:
    """Return the paragraphs of an article, each with its items; `begins` tells where articles do."""
    found: list[str] | None = None
    for line in lines:
        started = begins.match(line)
        if started is not None:
            if found is not None:
                break
            if _number(started) == number:
                found = []
                line = _ADDED.sub("", line[started.end() :])
        elif found is not None and _END.match(line):
            break
        said = line.strip().strip("　*").strip()
        if found is None or not said:
            continue
        if found and _ITEM.match(said):
            found[-1] += said
        else:
            found.append(said)
    return found or []


def _number(started: re.Match[str]) -> str:
    groups = started.groupdict()
    if groups.get("english"):
        return str(groups["english"])
    try:
        return f"{number_of(groups['number'])}{groups['sub'] or ''}"
    except ValueError:
        return ""  # 第3十条: no number.


def _paragraph(paragraphs: list[str], number: str | None) -> tuple[str, ...]:
    """Return one paragraph where it is asked for and can be told, else all."""
    if number is None or int(number) > len(paragraphs) or int(number) < 1:
        return tuple(paragraphs)
    return (paragraphs[int(number) - 1],)


def _read(path: Path) -> list[str] | None:
    """Return the lines of a text; None for what is no text."""
    raw = path.read_bytes()
    if b"\0" in raw[:4096]:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    return None
