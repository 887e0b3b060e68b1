"""A Word file as it is printed: counted numbers, tables, footnotes, text boxes, tracked changes as if accepted."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contractlang.diagnostic import Said
from engine.paper.numbering import Numbering, W
from engine.paper.printed import NO_LIBRARY, Line, Printed, UnreadablePaper

MAX_UNPACKED = 200_000_000
SHOWN = 40
_OLE = b"\xd0\xcf\x11\xe0"
_CONTAINERS = ("hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo")
_INSIDE = {f"{W}{name}" for name in _CONTAINERS}
_ADDED, _REMOVED = {f"{W}ins", f"{W}moveTo"}, {f"{W}del", f"{W}moveFrom"}
_PICTURES = {f"{W}drawing", f"{W}pict", f"{W}object"}
_BOX = f"{W}txbxContent"
_LETTERS = {f"{W}tab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}ptab": "\t"}

# What is taken or left out in a way that a reader must know of, in English and in Chinese.
_TOLD = {
    "added": ("tracked insertions taken as accepted", "修订插入，视为已接受"),
    "removed": ("tracked deletions left out", "修订删除，已略去"),
    "table": ("tables: each row is a line, its cells parted by tabs", "表格：每行一行，单元格以制表符分隔"),
    "note": (
        "footnotes or endnotes: [1] where it is called, its words in a line beneath",
        "脚注或尾注：引用处写作[1]，内容另起一行",
    ),
    "lost": ("footnotes or endnotes that are not in the file", "脚注或尾注在文件中不存在"),
    "box": (
        "text boxes: their words stand beneath the paragraph that they hang on",
        "文本框：内容另起一行，置于其所附段落之后",
    ),
    "picture": ("pictures not taken", "图片，未读入"),
    "formula": ("formulas not taken", "公式，未读入"),
    "symbol": ("letters of fonts of symbols written as □", "符号字体的字符，写作□"),
    "hidden": ("hidden passages left out", "隐藏文字，已略去"),
}


def read_word(path: str, raw: bytes) -> Printed:
    """Return what is printed of a Word file (.docx), given as its bytes; `path` is how messages call it.

    Raises UnreadablePaper for anything else, for a damaged file, and where the library for Word is not installed.
    """
    try:
        import docx
        from docx.opc.constants import RELATIONSHIP_TYPE
    except ImportError:
        raise UnreadablePaper(f"{path}: reading Word {NO_LIBRARY}") from None
    _refuse_what_is_none(path, raw)
    try:
        document = docx.Document(io.BytesIO(raw))
        try:
            part: Any = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
            numbering = part.element
        except KeyError:
            numbering = None
        notes = {
            kind: _footnotes(document.part, getattr(RELATIONSHIP_TYPE, kind.upper() + "S"))
            for kind in ("footnote", "endnote")
        }
        reader = _Reader(Numbering(numbering, document.styles.element), document.styles.element, notes)
        lines = (*reader.blocks(document.element.body), *reader.waiting)
        margins = _margins(document, reader)
    except RecursionError:
        raise UnreadablePaper(f"{path}: what stands in it is nested too deep (嵌套过深)") from None
    except Exception as wrong:
        # The library raises whatever its XML reader or a missing part brings about.
        told = " ".join(str(wrong).split())[:120] or type(wrong).__name__
        raise UnreadablePaper(
            f"{path}: the Word file is damaged or of another kind (文件损坏或类型不符): {told}; open it in a word"
            " processor and save it as .docx"
        ) from None
    return Printed(reader.title, lines, (*_notes(reader.met), *margins))


def _footnotes(document: Any, kind: str) -> dict[str, Any]:
    """Return the footnotes, or endnotes, of a document by their ids."""
    from docx.oxml import parse_xml

    try:
        part: Any = document.part_related_by(kind)
    except KeyError:
        return {}
    root = part.element if hasattr(part, "element") else parse_xml(part.blob)
    return {each.get(f"{W}id"): each for each in root}


def _margins(document: Any, reader: _Reader) -> tuple[Said, ...]:
    """Return what headers and footers say, which is left out: none of it is part of a clause."""
    met: dict[str, None] = {}
    for section in document.sections:
        for name in (
            "header",
            "first_page_header",
            "even_page_header",
            "footer",
            "first_page_footer",
            "even_page_footer",
        ):
            part = getattr(section, name)
            if not part.is_linked_to_previous:
                said = " ".join(" ".join(reader.words(each)) for each in part._element.iter(f"{W}p"))
                met[" ".join(said.split())] = None
    # Where there are no letters, pages are counted.
    told = [
        f"“{each[:SHOWN]}{'…' if len(each) > SHOWN else ''}”" for each in met if any(map(str.isalpha, each))
    ]
    if not told:
        return ()
    return (
        Said(f"headers and footers left out: {', '.join(told)}", f"页眉与页脚，未读入：{'、'.join(told)}"),
    )


def _refuse_what_is_none(path: str, raw: bytes) -> None:
    if raw[:4] == _OLE:
        raise UnreadablePaper(
            f"{path}: an old Word file (.doc) or one with a password (旧版或加密的 Word 文件); save it as .docx without"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size, names = sum(each.file_size for each in packed.infolist()), set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise UnreadablePaper(f"{path}: not a Word file (不是 Word 文件); save it as .docx") from None
    if "word/document.xml" not in names and "[Content_Types].xml" not in names:
        kind = "an OpenDocument file (.odt)" if "content.xml" in names else "an archive, not a Word file"
        raise UnreadablePaper(f"{path}: {kind} (不是 Word 文件); save it as .docx")
    if size > MAX_UNPACKED:
        raise UnreadablePaper(
            f"{path}: unpacked it has {size:,} bytes; it may have {MAX_UNPACKED:,} (文件过大)"
        )


def _notes(met: Counter[str]) -> Iterator[Said]:
    for what, (en, zh) in _TOLD.items():
        if met[what]:
            yield Said(f"{met[what]} × {en}", f"{met[what]}处{zh}")


class _Reader:
    """Walks the body of a document once, counting numbers and what it leaves out."""

    def __init__(self, numbering: Numbering, styles: Any, notes: dict[str, dict[str, Any]]) -> None:
        self.numbering, self.notes = numbering, notes
        # Footnotes that were called, to stand beneath the paragraph.
        self.waiting: list[Line] = []
        # Text boxes that hang on the paragraph, to be read after it.
        self.boxes: list[Any] = []
        self.titles = {
            each.get(f"{W}styleId")
            for each in styles.iter(f"{W}style")
            if (name := each.find(f"{W}name")) is not None and name.get(f"{W}val", "").lower() == "title"
        }
        self.title = ""
        self.met: Counter[str] = Counter()
        self.read_any = False
        self.carried = ""

    def blocks(self, element: Any) -> Iterator[Line]:
        """Yield the lines of what contains paragraphs and tables."""
        for each in element:
            if each.tag == f"{W}p":
                yield from self.paragraph(each)
            elif each.tag == f"{W}tbl":
                self.met["table"] += 1
                yield from self.rows(each)
            elif each.tag in _INSIDE or each.tag in _ADDED:
                yield from self.blocks(each)
            elif each.tag in _REMOVED:
                self.met["removed"] += 1

    def paragraph(self, element: Any) -> Iterator[Line]:
        words = self.carried + "".join(self.words(element))
        self.carried = ""
        properties = element.find(f"{W}pPr")
        mark = None if properties is None else properties.find(f"{W}rPr")
        if mark is not None and mark.find(f"{W}del") is not None:
            # The end of the paragraph is deleted: its words go on in the next one, which keeps its own number.
            self.met["removed"] += 1
            self.carried = words
            return
        number = self.numbering.of(element)
        style = None if properties is None else properties.find(f"{W}pStyle")
        if style is not None and style.get(f"{W}val") in self.titles and not self.read_any and not number:
            self.title = " ".join(filter(None, (self.title, *words.split())))
            return
        for place, line in enumerate(words.split("\n")):
            before = number if place == 0 else ""
            if line.strip() or before.strip():
                self.read_any = True
                yield Line(line, before)
        waiting, self.waiting = self.waiting, []
        yield from waiting
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.met["box"] += 1
            yield from self.blocks(box)

    def called(self, kind: str, reference: Any) -> str:
        """Return how a footnote is called in the text, and keep its words for the line beneath."""
        note = self.notes[kind].get(reference.get(f"{W}id"))
        if note is None:
            self.met["lost"] += 1
            return ""
        self.met["note"] += 1
        mark = f"[{self.met['note']}]"
        words = " ".join("".join(self.words(each)) for each in note.iter(f"{W}p"))
        self.waiting.append(Line(f"{mark} {' '.join(words.split())}"))
        return mark

    def words(self, element: Any) -> Iterator[str]:
        """Yield the words within a paragraph, as if every change in it were accepted."""
        for each in element:
            tag = each.tag
            if tag == f"{W}r":
                yield from self.run(each)
            elif tag in _ADDED:
                self.met["added"] += 1
                yield from self.words(each)
            elif tag in _REMOVED:
                self.met["removed"] += 1
            elif tag in _INSIDE:
                yield from self.words(each)
            elif isinstance(tag, str) and tag.endswith(("}oMath", "}oMathPara")):
                self.met["formula"] += 1

    def run(self, run: Any) -> Iterator[str]:
        hidden = run.find(f"{W}rPr/{W}vanish")
        if hidden is not None and hidden.get(f"{W}val") not in ("0", "false"):
            self.met["hidden"] += 1
            return
        for each in run:
            tag = each.tag
            if tag == f"{W}t":
                # A line end within a text is a blank to Word.
                yield (each.text or "").replace("\n", " ")
            elif tag in _LETTERS:
                yield _LETTERS[tag]
            elif tag == f"{W}br" and each.get(f"{W}type") in (None, "textWrapping"):
                yield "\n"
            elif tag == f"{W}sym":
                self.met["symbol"] += 1
                yield "□"
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                yield self.called(tag.removeprefix(W).removesuffix("Reference"), each)
            elif tag in _PICTURES or _is_alternative(each):
                if found := list(_boxes(each)):
                    self.boxes += found
                else:
                    self.met["picture"] += 1

    def rows(self, table: Any) -> Iterator[Line]:
        for row in table:
            if row.tag in _INSIDE:
                yield from self.rows(row)
            if row.tag != f"{W}tr":
                continue
            if row.find(f"{W}trPr/{W}del") is not None:
                self.met["removed"] += 1
                continue
            cells = [list(self.blocks(cell)) for cell in self.cells(row)]
            if len(cells) == 1:
                yield from cells[0]
                continue
            told = "\t".join(" ".join(line.text for line in cell) for cell in cells)
            if told.strip():
                yield Line(told.strip())

    def cells(self, row: Any) -> Iterator[Any]:
        """Yield the cells of a row, without those that only carry on one from the row above."""
        for each in row:
            if each.tag in _INSIDE:
                yield from self.cells(each)
            elif each.tag == f"{W}tc":
                merged = each.find(f"{W}tcPr/{W}vMerge")
                if merged is None or merged.get(f"{W}val") == "restart":
                    yield each


def _is_alternative(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.endswith("}AlternateContent")


def _boxes(element: Any) -> Iterator[Any]:
    """Yield the text boxes in a drawing; of what is drawn in several ways the first that has some, and each once."""
    if element.tag == _BOX:
        yield element
    elif _is_alternative(element):
        ways = [list(_boxes(way)) for way in element]
        yield from next(filter(None, ways), [])
    else:
        for each in element:
            yield from _boxes(each)
