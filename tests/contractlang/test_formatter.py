"""Formatting: written any way and formatted, a file is the same file, and says what it said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contractlang.formatter import formatted
from contractlang.load import load_text
from contractlang.source import Source, read
from engine.cli import carried_out
from tests.strategies import Draft, drafts

CONTRACTS = Path(__file__).parents[2] / "contracts"
FILES = sorted(CONTRACTS.rglob("*.contract"))
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
WIDE = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in ",:()<>+*"}
NARROW = {ord("，"): ",", ord("："): ":"}


def of(text: str, path: str = "a.contract") -> str:
    made, wrong = formatted(Source(path, text))
    assert wrong == []
    return made


def own_text(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.lstrip(" \t　")[:1] not in ("|", "｜")]


def carelessly(line: str, width: dict[int, str], blanks: str) -> str:
    """Write a norm line with other widths and blanks; what is quoted stays, and so does a remark."""
    mark = re.match(r"\|+", line)
    if mark is None or re.match(r"\|+\s*#", line):
        return line
    parts = line[mark.end() :].split('"')
    parts[::2] = [part.translate(width).replace(" ", blanks) for part in parts[::2]]
    return f"{blanks}{mark[0].replace('|', '｜')}{blanks}" + '"'.join(parts) + blanks


@pytest.mark.parametrize(
    ("careless", "written"),
    [
        ("  ｜协议　a   甲约", "| 协议 a 甲约"),
        ("| 当事人 甲方  ,乙方", "| 当事人 甲方，乙方"),
        ("| 空白 宽限 grace “P-G”: 期间", '| 空白 宽限 grace "P-G"：期间'),
        ("|　＃  一 ,个 注。  ", "| ＃  一 ,个 注。"),
        ("| # 注 ‘x’ :y", "| # 注 ‘x’ :y"),
        ("| 甲方 应 付款 ,", "| 甲方 应 付款 ,"),
        ("|", "|"),
    ],
)
def test_a_line_is_written_the_one_way(careless: str, written: str) -> None:
    text, _ = formatted(Source("a.contract", careless))
    assert text == written


def test_an_english_file_has_english_marks() -> None:
    careless = (
        "| party seller，buyer\n1.1 Say ， so.\n"
        "|p：buyer   must pay ，when ( x>3 ) \n||  unless  y  # no remark\n"
    )
    written = (
        "| party seller, buyer\n1.1 Say ， so.\n| p: buyer must pay, when (x > 3)\n|| unless y # no remark\n"
    )
    text, wrong = formatted(Source("a.contract", careless))
    assert wrong
    assert text == careless
    assert of(careless.replace("  # no remark", "")) == written.replace(" # no remark", "")


def test_what_is_no_mark_is_not_moved() -> None:
    for line in ("| layer local:HN", "| buyer must pay by x.day", "| see 5.3", "| define a is b - 1 day"):
        assert of(f"| agreement a\n1. x\n{line}").split("\n")[-1] == line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_shipped_is_formatted(path: Path) -> None:
    text = read(str(path), path.read_bytes()).text
    assert of(text) == text


@pytest.mark.parametrize("blanks", ["   ", "　", "\t "])
@pytest.mark.parametrize("width", [{}, WIDE, NARROW], ids=["as it is", "wide", "narrow"])
def test_written_carelessly_a_file_is_formatted_to_what_it_was(width: dict[int, str], blanks: str) -> None:
    for path in FILES:
        text = path.read_text("utf-8")
        careless = "\n".join(carelessly(line, width, blanks) for line in text.split("\n"))
        assert careless != text
        assert of(careless) == text, path


@QUICK
@given(drafts(), st.booleans(), st.sampled_from([" ", "  ", "　"]), st.sampled_from([{}, WIDE, NARROW]))
def test_formatting_keeps_what_is_meant(
    draft: Draft, chinese: bool, blanks: str, width: dict[int, str]
) -> None:
    text = "\n".join(carelessly(line, width, blanks) for line in draft.text(chinese).split("\n"))
    made = of(text)
    assert of(made) == made
    assert own_text(made) == own_text(text)
    before, after = (next(iter(load_text(each).contracts.values())) for each in (text, made))
    assert (before.meaning_hash, before.text_hash) == (after.meaning_hash, after.text_hash)


LINES = [path.read_text("utf-8").split("\n") for path in FILES if path.stat().st_size < 30_000]


@QUICK
@given(st.data())
def test_a_half_typed_file_is_left_alone(data: st.DataObject) -> None:
    """Cut anywhere, a file is left as it is with what is wrong, or is formatted and its own text stays."""
    text = "\n".join(data.draw(st.sampled_from(LINES)))
    text = text[: data.draw(st.integers(0, len(text)))] + data.draw(
        st.sampled_from(["", "|", "(", "“", " 应"])
    )
    made, wrong = formatted(Source("a.contract", text))
    assert own_text(made) == own_text(text)
    assert made == text if wrong else formatted(Source("a.contract", made)) == (made, [])


def test_the_command_writes_or_only_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, broken = tmp_path / "a.contract", tmp_path / "b.contract"
    path.write_bytes("|协议  a\r\n1.1  文  \r\n".encode())
    path.chmod(0o640)
    assert carried_out(["fmt", "--check", str(path)]) == 1
    assert path.read_bytes().startswith("|协议".encode())
    assert carried_out(["fmt", str(path)]) == 0
    assert path.read_bytes() == "| 协议 a\n1.1  文  \n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert carried_out(["fmt", "--check", str(path)]) == 0
    broken.write_text("| agreement  b\n| party\n", "utf-8")
    capsys.readouterr()
    assert carried_out(["fmt", str(broken)]) == 1
    assert broken.read_text("utf-8") == "| agreement  b\n| party\n"
    assert "b.contract:2" in capsys.readouterr().out
    broken.write_bytes("| agreement b".encode("utf-16"))
    assert carried_out(["fmt", str(tmp_path)]) == 2
