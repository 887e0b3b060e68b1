"""Word files for the tests, made by python-docx: lists with numbers of their own, changes that are tracked."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from contractlang.diagnostic import Said
from engine.paper.printed import Printed
from engine.paper.word import read_word

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

INSERTED = '<w:ins w:id="1" w:author="甲" w:date="2026-03-02T09:00:00Z"><w:r><w:t>{}</w:t></w:r></w:ins>'
DELETED = (
    '<w:del w:id="2" w:author="甲" w:date="2026-03-02T09:00:00Z"><w:r><w:delText>{}</w:delText></w:r></w:del>'
)


def level(place: int, form: str, text: str, more: str = "", suff: str = "nothing", start: int = 1) -> str:
    """Return the definition of one level of a list."""
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:suff w:val="{suff}"/><w:lvlText w:val="{text}"/></w:lvl>'
    )


BOX = (
    '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:Choice Requires="wps">'
    '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="2000000" cy="600000"/>'
    '<wp:docPr id="{id}" name="box {id}"/><a:graphic><a:graphicData'
    ' uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
    '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm><a:prstGeom prst="rect">'
    "<a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{words}</w:txbxContent></wps:txbx><wps:bodyPr/>"
    "</wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape"
    ' type="#box" style="width:150pt;height:50pt"><v:textbox><w:txbxContent>{words}</w:txbxContent></v:textbox>'
    "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
"""A text box as Word writes it: once as it is drawn today, and once as older programs draw it."""


NOTES = """\
<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Without value added tax.</w:t></w:r></w:p>
<w:p><w:del w:id="9" w:author="a"><w:r><w:delText>Gone.</w:delText></w:r></w:del><w:r><w:t>As of 2026.</w:t></w:r></w:p>
</w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:t>含当日。</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


class Draft:
    """A Word file in the making."""

    def __init__(self) -> None:
        self.document = docx.Document()
        part: Any = self.document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
        self.numbering = numbering = part.element
        for each in list(numbering):
            numbering.remove(each)

    def define(self, abstract: int, *levels: str, more: str = "") -> None:
        """Define a list; `more` stands before its levels."""
        self.numbering.append(
            parse_xml(
                f'<w:abstractNum {SPACE} w:abstractNumId="{abstract}">{more}{"".join(levels)}</w:abstractNum>'
            )
        )

    def instance(self, number: int, abstract: int, more: str = "") -> None:
        """Define an instance of a list."""
        self.numbering.append(
            parse_xml(
                f'<w:num {SPACE} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{more}</w:num>'
            )
        )

    def add(self, text: str, number: int | None = None, place: int = 0, style: str | None = None) -> Any:
        """Add a paragraph, in a list where one is named, and return it."""
        paragraph = self.document.add_paragraph(text, style=style)
        if number is not None:
            numbered = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbered.get_or_add_ilvl().val = place
            numbered.get_or_add_numId().val = number
        return paragraph

    def put(self, inside: str, paragraph: Any | None = None) -> Any:
        """Add a paragraph of this XML, or put the XML into one that is there."""
        if paragraph is None:
            paragraph = self.document.add_paragraph()
        for each in parse_xml(f"<w:p {SPACE}>{inside}</w:p>"):
            paragraph._p.append(each)
        return paragraph

    def saved(self) -> bytes:
        """Return the file."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def read(self) -> Printed:
        """Return what is printed of it."""
        return read_word("draft.docx", self.saved())

    def lines(self) -> list[str]:
        """Return its lines as printed."""
        return [each.text for each in self.read().lines]


def english(notes: tuple[Said, ...]) -> list[str]:
    """Return notes in English."""
    return [each.en for each in notes]


def with_footnotes(draft: Draft) -> None:
    """Put two footnotes into a Word file, `1` and `2`, that nothing calls as yet."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    form = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    package = draft.document.part.package
    part = Part(PackURI("/word/footnotes.xml"), form, NOTES.encode(), package)
    draft.document.part.relate_to(part, kind)
