"""`contract import`: what a Word file or a text becomes, and what is said of what does not fit."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from contractlang.load import load_text
from contractlang.source import Source
from engine.cli import carried_out
from engine.paper.importing import document_name, imported
from engine.paper.printed import Printed, UnreadablePaper, of_text
from engine.paper.word import read_word
from tests.paper.documents import BOX, DELETED, INSERTED, Draft, english, level, with_footnotes


def text_of(*lines: str) -> Printed:
    return of_text(Source("", "\n".join(lines)))


# ---- Word -----------------------------------------------------------------------------------------------------------


def test_tracked_changes_are_taken_as_accepted_and_said() -> None:
    draft = Draft()
    draft.define(1, level(0, "decimal", "%1."))
    draft.instance(1, 1)
    draft.put(
        INSERTED.format("三十") + DELETED.format("十") + "<w:r><w:t>日内支付。</w:t></w:r>",
        draft.add("应在", 1),
    )
    gone = draft.put(DELETED.format("整段删去。"), draft.add("", 1))
    mark = draft.put('<w:pPr><w:rPr><w:del w:id="3" w:author="甲"/></w:rPr></w:pPr>')._p[0][0]
    gone._p.get_or_add_pPr().insert(1, mark)
    draft.document.paragraphs[-1]._p.getparent().remove(draft.document.paragraphs[-1]._p)
    draft.add("下一条。", 1)
    printed = draft.read()
    assert [each.text for each in printed.lines] == ["1.应在三十日内支付。", "2.下一条。"]
    assert english(printed.notes) == [
        "1 × tracked insertions taken as accepted",
        "3 × tracked deletions left out",
    ]


def test_words_that_were_moved_stand_where_they_went() -> None:
    draft = Draft()
    draft.put('<w:moveFrom w:id="1"><w:r><w:t>moved </w:t></w:r></w:moveFrom><w:r><w:t>one</w:t></w:r>')
    draft.put('<w:r><w:t>two </w:t></w:r><w:moveTo w:id="2"><w:r><w:t>moved</w:t></w:r></w:moveTo>')
    assert draft.lines() == ["one", "two moved"]


def test_a_table_becomes_lines_and_its_changed_rows_are_taken_as_accepted() -> None:
    draft = Draft()
    table = draft.document.add_table(4, 3)
    for row, cells in enumerate(
        (("功能", "价格", "备注"), ("语音", "1元", ""), ("", "2元", ""), ("删", "删", "删"))
    ):
        for place, text in enumerate(cells):
            table.cell(row, place).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    removed = table.rows[3]._tr.get_or_add_trPr()
    removed.append(
        removed.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}del", {})
    )
    printed = draft.read()
    assert [each.text for each in printed.lines] == ["功能\t价格\t备注", "语音\t1元", "2元"]
    assert english(printed.notes)[-1] == "1 × tables: each row is a line, its cells parted by tabs"


def test_a_table_of_one_column_is_text_with_its_numbers() -> None:
    draft = Draft()
    draft.define(1, level(0, "decimal", "%1. "))
    draft.instance(1, 1)
    cell = draft.document.add_table(1, 1).cell(0, 0)
    paragraph = draft.add("in a frame", 1)
    cell._tc.append(paragraph._p)
    draft.add("after it", 1)
    assert draft.lines() == ["1. in a frame", "2. after it"]


def test_links_breaks_fields_and_what_is_left_out() -> None:
    draft = Draft()
    draft.put(
        '<w:hyperlink w:anchor="x"><w:r><w:t>linked</w:t></w:r></w:hyperlink><w:r><w:br/><w:t>below</w:t><w:tab/><w:t>'
        'tab</w:t><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0A8"/></w:r><w:r><w:br w:type="page"/></w:r>'
        '<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
        '<w:instrText>REF a</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t> 5.3</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:drawing/></w:r>'
    )  # fmt: skip
    printed = draft.read()
    assert [each.text for each in printed.lines] == ["linked", "below\ttab-□ 5.3"]
    assert [each.split(" × ")[-1].split()[0] for each in english(printed.notes)] == [
        "footnotes",
        "pictures",
        "letters",
        "hidden",
    ]


def test_a_title_is_what_is_set_as_one() -> None:
    draft = Draft()
    draft.add("Service Agreement", style="Title")
    draft.add("1. Scope")
    printed = draft.read()
    assert (printed.title, len(printed.lines)) == ("Service Agreement", 1)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "not a Word file"), (b"{\\rtf1}", "not a Word file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Word file"), (b"PK\x03\x04 cut", "not a Word file"),
    ],
)  # fmt: skip
def test_what_is_no_word_file_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(UnreadablePaper, match=said):
        read_word("a.docx", raw)


def _packed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


def test_other_archives_and_damaged_files_are_told_apart() -> None:
    with pytest.raises(UnreadablePaper, match="OpenDocument"):
        read_word("a.docx", _packed(content_xml="<x/>"))
    with pytest.raises(UnreadablePaper, match="damaged or of another kind"):
        read_word("a.docx", _packed(word__document_xml="<x/>"))
    whole = zipfile.ZipFile(io.BytesIO(Draft().saved()))
    cut = io.BytesIO()
    with zipfile.ZipFile(cut, "w") as packed:
        for each in whole.namelist():
            body = whole.read(each)
            packed.writestr(each, body[:300] if each == "word/document.xml" else body)
    with pytest.raises(UnreadablePaper, match="damaged or of another kind"):
        read_word("a.docx", cut.getvalue())


# ---- The contract file ----------------------------------------------------------------------------------------------


def test_clauses_keep_their_numbers_and_wait_to_be_formalised() -> None:
    made = imported(
        text_of(
            "服务协议",
            "甲方：__",
            "一、服务",
            "1.甲方提供服务。",
            "第二章 其他",
            "二、其他",
            "1.另有约定。",
            "甲方（盖章）：",
        ),
        "服务-1",
    )
    assert made.text.splitlines()[:3] == ['| 协议 服务-1 "服务协议"', "| 条 首部", "服务协议"]
    assert made.clauses == ("首部", "一", "一.1", "第二章", "二", "二.1", "签")
    loaded = load_text(made.text)
    assert not loaded.errors
    waiting = {each.message.zh.split()[0] for each in loaded.diagnostics if each.code == "unaccounted"}
    assert len(waiting) == len([each for each in loaded.diagnostics if each.code == "unaccounted"]) == 5


def test_an_english_agreement_is_headed_in_english() -> None:
    made = imported(
        text_of("This is made between A and B.", "1. Scope", "1.1 A serves.", "Annex A", "Signature: ____"),
        "serving",
    )
    assert made.text.startswith('| agreement serving "serving"\n| clause preamble\n')
    assert made.clauses == ("preamble", "1", "1.1", "annex-a", "signatures")
    assert not load_text(made.text).errors


def test_numbers_that_cannot_be_told_apart_are_named() -> None:
    made = imported(text_of("1. One.", "2. Two.", "1. Again.", "| not a norm"), "a")
    assert "numbers that stand more than once: 1" in english(made.notes)[0]
    assert "begin with │ now: 1" in english(made.notes)[1]
    assert made.text.endswith("│ not a norm\n")
    assert "no clause number was found" in english(imported(text_of("Just words."), "a").notes)[0]


def test_counted_numbers_beside_typed_ones_and_those_no_clause_has_are_named() -> None:
    draft = Draft()
    draft.define(1, level(0, "decimal", "%1. "), level(1, "lowerLetter", "(%2) "))
    draft.instance(1, 1)
    for text, place in (("5. typed too", 0), ("one", 0), ("part", 1)):
        draft.add(text, 1, place)
    notes = english(imported(draft.read(), "a").notes)
    assert notes == [
        "counted and typed numbers stand side by side: 1. 5. typed too",
        "numbers that are part of the clause above: (a)",
    ]


@pytest.mark.parametrize("wanted", ["act", "", "2024 合同（终稿）", "a b.c", "---", "ＡＢ", "协议", "must"])
def test_any_file_s_name_becomes_one_a_document_can_have(wanted: str) -> None:
    for chinese in (True, False):
        name = document_name(wanted, chinese)
        assert load_text(f'| agreement {name} "x"\n').contracts[name].name == name


# ---- The command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_a_file_that_can_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "合同.txt").write_bytes("服务协议\r\n一、服务\r\n1.甲方提供服务。\r\n".encode("gb18030"))
    out = tmp_path / "made" / "合同.contract"
    assert carried_out(["import", str(tmp_path / "合同.txt"), "-o", str(out)]) == 0
    assert "服务协议：3条" in capsys.readouterr().out
    assert carried_out(["check", str(out)]) == 0
    assert "二" not in capsys.readouterr().err
    assert carried_out(["import", str(tmp_path / "合同.txt"), "-o", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    assert carried_out(["import", str(tmp_path / "合同.txt"), "-o", str(out), "--force"]) == 0


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.pdf", b"%PDF-1.7", "save it as one of them"), ("a.docx", b"no", "not a Word file"),
        ("a.txt", b" \n\n", "no text in it"),
        ("a.txt", "合同".encode("utf-16"), "UTF-16"), ("none.txt", None, "no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(
    name: str, raw: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    assert carried_out(["import", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err


def test_footnotes_stand_beneath_what_calls_them() -> None:
    draft = Draft()
    with_footnotes(draft)
    call = '<w:r><w:t>{}</w:t></w:r><w:r><w:footnoteReference w:id="{}"/></w:r><w:r><w:t>{}</w:t></w:r>'
    draft.put(call.format("1.1 The fee is 100 CNY", 1, "."))
    draft.add("1.2 It is paid monthly.")
    table = draft.document.add_table(1, 2)
    draft.put(call.format("五日内", 2, ""), table.cell(0, 0).paragraphs[0])
    table.cell(0, 1).text = "支付"
    draft.put(call.format("1.3 Gone", 7, ""))
    printed = draft.read()
    assert [each.text for each in printed.lines] == [
        "1.1 The fee is 100 CNY[1].",
        "[1] Without value added tax. As of 2026.",
        "1.2 It is paid monthly.",
        "五日内[2] [2] 含当日。\t支付",
        "1.3 Gone",
    ]
    told = english(printed.notes)
    assert "2 × footnotes or endnotes: [1] where it is called, its words in a line beneath" in told
    assert "1 × footnotes or endnotes that are not in the file" in told
    made = imported(printed, "fee")
    assert made.clauses == ("1.1", "1.2", "1.3")


def test_the_words_of_a_text_box_stand_beneath_what_it_hangs_on() -> None:
    """Once, though Word writes a box in two ways; its own numbers, changes and tables as anywhere."""
    draft = Draft()
    draft.define(1, level(0, "decimal", "%1. "))
    draft.instance(1, 1)
    draft.add("First.", 1)
    changed = f"<w:p><w:r><w:t>盖章 </w:t></w:r>{DELETED.format('甲')}{INSERTED.format('乙')}</w:p>"
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    counted = f"<w:p>{number}<w:r><w:t>Boxed.</w:t></w:r></w:p>"
    draft.put("<w:r><w:t>Seal: </w:t></w:r>" + BOX.format(id=7, words=changed + counted))
    draft.add("Last.", 1)
    table = draft.document.add_table(1, 2)
    draft.put(
        BOX.format(id=8, words="<w:p><w:r><w:t>in a cell</w:t></w:r></w:p>"), table.cell(0, 1).paragraphs[0]
    )
    table.cell(0, 0).text = "left"
    printed = draft.read()
    assert [each.text for each in printed.lines] == [
        "1. First.", "Seal:", "盖章 乙", "2. Boxed.", "3. Last.", "left\tin a cell",
    ]  # fmt: skip
    told = english(printed.notes)
    assert "2 × text boxes: their words stand beneath the paragraph that they hang on" in told
    assert not any("pictures" in each for each in told)


def test_headers_and_footers_are_left_out_by_name() -> None:
    draft = Draft()
    section = draft.document.sections[0]
    section.header.paragraphs[0].text = "Draft of 2 March, confidential"
    section.footer.paragraphs[0].text = "- 3 -"
    section.first_page_header.paragraphs[0].text = "合同编号 2026-7"
    draft.add("1.1 The fee is 100 CNY.")
    printed = draft.read()
    assert [each.text for each in printed.lines] == ["1.1 The fee is 100 CNY."]
    assert english(printed.notes) == [
        "headers and footers left out: “Draft of 2 March, confidential”, “合同编号 2026-7”"
    ]
