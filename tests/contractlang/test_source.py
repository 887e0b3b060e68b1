"""Bytes to text: what a lawyer's tools write is read, the rest is refused by name; places are true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractlang.load import load_text
from contractlang.source import MAX_BYTES, Source, Span, Unreadable, read

TEXT = "| 协议 托管\n| 当事人 甲方，乙方\n一、双方友好。\n| 声明 “无”\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_the_office_are_read(encoding: str) -> None:
    assert read("a", TEXT.encode(encoding)).text == TEXT


def test_gb18030_with_a_mark_is_read() -> None:
    assert read("a", ("\ufeff" + TEXT).encode("gb18030")).text == TEXT


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_become_one(end: str) -> None:
    assert read("a", TEXT.replace("\n", end).encode()).text == TEXT


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        b"| agreement a\n\x00",
        b"x" * 5000 + b"\x00",
        b"\xff",
        b"\x1b[2J",
    ],
    ids=["utf-16", "utf-16 without a mark", "nul", "late nul", "no text", "escape"],
)
def test_what_is_not_text_is_refused_with_a_remedy(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r"a\.contract: .*save it as UTF-8"):
        read("a.contract", raw)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Unreadable, match="10,000,001 bytes"):
        read("a", b"x" * (MAX_BYTES + 1))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        source = read("a", raw)
    except Unreadable:
        return
    load_text(source.text)


@given(st.text(alphabet="a|\n中", max_size=40), st.data())
def test_a_place_is_the_line_and_the_column(text: str, data: st.DataObject) -> None:
    source = Source("a", text)
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.place(offset)
    assert source.line_starts[line - 1] + column - 1 == offset
    assert text[:offset].count("\n") == line - 1


def test_a_file_speaks_the_language_of_its_norm_lines() -> None:
    assert Source("a", "一、本协议由双方签订。\n| agreement a\n| party user").is_chinese is False
    assert Source("a", "1.1 An agreement.\n| 协议 托管\n| 当事人 甲方").is_chinese is True
    assert Source("a", "本协议").is_chinese is True
    assert Source("a", "").is_chinese is False


def test_spans_join() -> None:
    assert Span("a", 5, 7).to(Span("a", 2, 3)) == Span("a", 2, 7)
