"""An agreement written as a Word file and read back is the same text, to the letter, whoever saved it in between."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contractlang.load import load_text
from contractlang.numerals import numeral_of
from engine.cli import carried_out
from engine.documents.shelf import Shelf
from engine.paper.annotations import Annotated, annotated
from engine.paper.importing import imported
from engine.paper.word import read_word
from engine.paper.writing import word_of
from tests.paper.documents import BOX, DELETED, INSERTED, Draft, level, with_footnotes

CONTRACTS = Path(__file__).parents[2] / "contracts"
NAMES = ("voip-1", "voip-2", "sale")


@pytest.fixture(scope="module")
def agreements() -> Shelf:
    """The agreements that are shipped."""
    return Shelf.of([CONTRACTS / name for name in NAMES], [CONTRACTS])


def lines_of(raw: bytes) -> list[str]:
    return [each.text for each in read_word("a.docx", raw).lines]


@pytest.mark.parametrize("with_notes", [False, True], ids=["clean", "annotated"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read_back(agreements: Shelf, name: str, with_notes: bool) -> None:
    contract = agreements.contracts[name]
    raw = word_of(contract.title, annotated(agreements, contract, "zh"), "zh", with_notes)
    made = imported(read_word("a.docx", raw), name)
    again = load_text(made.text).contracts[name]
    assert again.title == contract.title
    assert [line for clause in again.clauses for line in clause.lines] == [
        line for clause in contract.clauses for line in clause.lines
    ]
    numbered = [each.number for each in contract.clauses if "." in each.number]
    assert [each for each in made.clauses if "." in each] == numbered
    assert not made.notes


def test_the_numbers_are_counted_by_word(agreements: Shelf) -> None:
    contract = agreements.contracts["voip-1"]
    raw = word_of(contract.title, annotated(agreements, contract, "zh"), "zh", False)
    read = {each.number for each in read_word("a.docx", raw).lines if each.number}
    assert {"一、", "十、", "1.", "5."} <= read


def test_the_annotated_file_has_a_comment_for_everything_said(agreements: Shelf) -> None:
    contract = agreements.contracts["voip-1"]
    clauses = annotated(agreements, contract, "zh")
    document = docx.Document(io.BytesIO(word_of(contract.title, clauses, "zh", True)))
    comments = [each.text for each in document.comments]
    assert len(comments) == sum(len(each.said) for each in clauses if each.lines)
    assert any("五.3 暂停权" in each.splitlines()[0] and "有权暂停服务" in each for each in comments)
    assert not list(docx.Document(io.BytesIO(word_of(contract.title, clauses, "zh", False))).comments)


def test_two_runs_give_the_same_file(agreements: Shelf) -> None:
    contract = agreements.contracts["sale"]
    clauses = annotated(agreements, contract, "en")
    assert word_of("x", clauses, "en", True) == word_of("x", clauses, "en", True)


_NUMBERS = st.integers(1, 30)
_BEGINNINGS = st.one_of(
    _NUMBERS.map(lambda n: f"{numeral_of(n)}、"), _NUMBERS.map(lambda n: f"第{numeral_of(n)}条 "),
    _NUMBERS.map(lambda n: f"{n}."), st.tuples(_NUMBERS, _NUMBERS).map(lambda n: f"{n[0]}.{n[1]} "),
    _NUMBERS.map(lambda n: f"（{numeral_of(n)}）"), _NUMBERS.map(lambda n: f"({n}) "),
    _NUMBERS.map(lambda n: f"Article {n} "),
    st.just(""),
)  # fmt: skip
_LINES = st.lists(
    st.builds(str.__add__, _BEGINNINGS, st.sampled_from(["甲方支付。", "a & <b>", "x\ty", "%1", "5.3"])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15)
@given(lines=_LINES)
def test_any_numbers_are_printed_as_they_were_typed(lines: list[str]) -> None:
    """Whatever follows whatever: a number that cannot be counted stays typed."""
    raw = word_of("t", [Annotated("", tuple(lines), False, ())], "zh", False)
    assert lines_of(raw) == lines


@pytest.mark.soak
def test_through_a_word_processor_and_back(agreements: Shelf, tmp_path: Path) -> None:
    """LibreOffice counts what is counted here: saved by it as text, and as Word again."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: no file is taken through it")
    for name in NAMES:
        contract = agreements.contracts[name]
        (tmp_path / f"{name}.docx").write_bytes(
            word_of(contract.title, annotated(agreements, contract, "zh"), "zh", True)
        )
    files = [f"{name}.docx" for name in NAMES]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for form, folder in (("txt:Text", "txt"), ("docx", "again")):
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", form, "--outdir", folder, *files],
            cwd=tmp_path, check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    for name in NAMES:
        lines = [line for clause in agreements.contracts[name].clauses for line in clause.lines]
        assert lines_of((tmp_path / "again" / f"{name}.docx").read_bytes()) == lines
        text = (tmp_path / "txt" / f"{name}.txt").read_text("utf-8-sig").splitlines()
        # It puts a blank behind each number that it counts.
        assert ["".join(each.split()) for each in text[1:] if each.strip()] == [
            "".join(each.split()) for each in lines
        ]


@pytest.mark.soak
def test_lists_tables_and_changes_as_a_word_processor_saves_them(tmp_path: Path) -> None:
    """What python-docx wrote and LibreOffice saved again reads as before: counted, in rows, accepted."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: no file is taken through it")
    draft = Draft()
    # (LibreOffice of Debian 12 drops `isLgl`: that higher numbers are to be in digits.)
    draft.define(
        1, level(0, "chineseCountingThousand", "第%1条 "), level(1, "decimal", "%2. "),
        level(2, "chineseCountingThousand", "（%3）"), level(3, "lowerLetter", "%4) "),
    )  # fmt: skip
    draft.instance(1, 1)
    draft.instance(2, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    for text, number, place in (
        ("总则", 1, 0), ("甲", 1, 1), ("乙", 1, 1), ("丙", 1, 2), ("丁", 1, 3), ("戊", 1, 3),
        ("附则", 2, 0), ("己", 2, 1),
    ):  # fmt: skip
        draft.add(text, number, place)
    table = draft.document.add_table(2, 2)
    for place, text in enumerate(("功能", "价格", "语音", "1元")):
        table.cell(place // 2, place % 2).text = text
    first, changed = draft.add("庚", 2, 1), draft.add("应在", 2, 1)
    draft.put(INSERTED.format("三十") + DELETED.format("十") + "<w:r><w:t>日内支付。</w:t></w:r>", changed)
    with_footnotes(draft)
    # (LibreOffice takes footnotes in the order in which they stand in the file.)
    for number, paragraph in ((1, first), (2, changed)):
        draft.put(f'<w:r><w:footnoteReference w:id="{number}"/></w:r>', paragraph)
    draft.put(
        "<w:r><w:t>签章：</w:t></w:r>"
        + BOX.format(id=5, words="<w:p><w:r><w:t>甲方（盖章）</w:t></w:r></w:p>")
    )
    draft.document.sections[0].header.paragraphs[0].text = "合同编号 2026-7"
    draft.document.sections[0].footer.paragraphs[0].text = "- 3 -"
    (tmp_path / "draft.docx").write_bytes(draft.saved())
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx",
         "--outdir", "again", "draft.docx"],
        cwd=tmp_path, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    again = read_word("draft.docx", (tmp_path / "again" / "draft.docx").read_bytes())
    assert [each.text for each in again.lines] == draft.lines()
    assert draft.lines()[-4:] == ["3. 应在三十日内支付。[2]", "[2] 含当日。", "签章：", "甲方（盖章）"]
    assert [each.en for each in again.notes] == [each.en for each in draft.read().notes]


@pytest.mark.parametrize("what", ["word", "pdf"])
def test_a_document_without_text_is_refused(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert carried_out(["docs", what, "contracts/vocabulary/telecom.contract"]) == 2
    assert capsys.readouterr().err.startswith("there is no agreement in these files")
