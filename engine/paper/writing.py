"""An agreement as a Word file: its clauses with numbers that Word counts, its annotations as comments beside them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from contractlang.diagnostic import Language
from engine.paper.annotations import Annotated
from engine.paper.lists import Counted, Shape, counted
from engine.paper.numbering import W
from engine.paper.printed import NO_LIBRARY, UnreadablePaper

FONT = "SimSun"
# Nothing in a file tells when it was made, so that two runs give the same file.
_NO_DAY = datetime(2000, 1, 1)
_INDENT = 425
_LIST = 1


def word_of(title: str, clauses: Sequence[Annotated], language: Language, annotated: bool) -> bytes:
    """Return the .docx of an agreement, with what is said of each clause as comments where it is `annotated`.

    Raises UnreadablePaper where the library for Word is not installed.
    """
    try:
        import docx
    except ImportError:
        raise UnreadablePaper(f"writing Word {NO_LIBRARY}") from None
    document = docx.Document()
    _prepare(document, title, language)
    shapes, lines = counted([line for clause in clauses for line in clause.lines])
    lists = _Lists(document, shapes)
    document.add_paragraph(title, style="Title")
    left = iter(lines)
    for clause in clauses:
        paragraphs = [lists.written(document, next(left), clause.heading) for _ in clause.lines]
        if annotated and paragraphs:
            for said in clause.said:
                runs = [run for paragraph in paragraphs for run in paragraph.runs]
                rows = (f"{term}: {told}" for term, told in said.rows)
                _comment(document, (runs[0], runs[-1]), said.head, [*said.words, *rows])
    saved = io.BytesIO()
    document.save(saved)
    return _undated(saved)


def _undated(saved: io.BytesIO) -> bytes:
    """Return a packed file without the moment at which each of its parts was packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(saved) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for each in packed.infolist():
            again.writestr(zipfile.ZipInfo(each.filename), packed.read(each), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _prepare(document: Any, title: str, language: Language) -> None:
    """Set language, fonts and what the file says of itself."""
    from docx.oxml import OxmlElement

    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = _NO_DAY
    properties.language = "zh-CN" if language == "zh" else "en"
    for style in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(f"{W}eastAsia", FONT)
        for each in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(f"{W}{each}", None)
        fonts.set(f"{W}ascii", "Times New Roman")
        fonts.set(f"{W}hAnsi", "Times New Roman")
    said = OxmlElement("w:lang")
    said.set(f"{W}val", "en-US")
    said.set(f"{W}eastAsia", "zh-CN")
    document.styles["Normal"].element.get_or_add_rPr().append(said)


class _Lists:
    """The one list of a document: its definition, and another instance of it wherever a level starts anew."""

    def __init__(self, document: Any, shapes: Sequence[Shape]) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import parse_xml

        self.parse: Any = parse_xml
        self.numbering: Any = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
        for each in list(self.numbering):
            self.numbering.remove(each)
        self.count = 0
        if shapes:
            self.numbering.append(self.parse(_definition(shapes)))
            self.number(None)

    def number(self, anew: tuple[int, int] | None) -> int:
        """Define an instance of the list, with the level that starts anew and its number, and return its id."""
        self.count += 1
        start = "" if anew is None else (
            f'<w:lvlOverride w:ilvl="{anew[0]}"><w:startOverride w:val="{anew[1]}"/></w:lvlOverride>')  # fmt: skip
        self.numbering.append(
            self.parse(
                f'<w:num {_SPACE} w:numId="{self.count}"><w:abstractNumId w:val="{_LIST}"/>{start}</w:num>'
            )
        )
        return self.count

    def written(self, document: Any, line: Counted, heading: bool) -> Any:
        """Write one line as a paragraph and return it."""
        paragraph = document.add_paragraph()
        run = paragraph.add_run(line.words)
        run.bold = heading or None
        paragraph.paragraph_format.keep_with_next = heading or None
        if line.shape is not None:
            level = line.shape.level
            if line.anew is not None:
                self.number((level, line.anew))
            numbered = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbered.get_or_add_ilvl().val = level
            numbered.get_or_add_numId().val = self.count
        return paragraph


_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _definition(shapes: Sequence[Shape]) -> str:
    """Return the XML of a list whose levels have these shapes."""
    by_level = {shape.level: shape for shape in shapes}
    levels = []
    for level in range(3):
        shape = by_level.get(level, Shape(level, "none", ""))
        legal = "<w:isLgl/>" if shape.plain else ""
        levels.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{shape.form}"/>{legal}'
            f'<w:suff w:val="nothing"/><w:lvlText w:val={quoteattr(shape.text)}/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{_INDENT * max(level - 1, 0)}"/></w:pPr></w:lvl>'
        )
    return (
        f'<w:abstractNum {_SPACE} w:abstractNumId="{_LIST}"><w:multiLevelType w:val="multilevel"/>'
        f"{''.join(levels)}</w:abstractNum>"
    )


def _comment(document: Any, runs: tuple[Any, Any], head: str, lines: Sequence[str]) -> None:
    comment = document.add_comment(runs, text="", author="contract", initials="c")
    comment._comment_elm.attrib.pop(f"{W}date", None)
    first = comment.paragraphs[0]
    first.add_run(head).bold = True
    for each in lines:
        comment.add_paragraph(each)
