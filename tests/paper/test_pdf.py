"""An agreement in print: with a Chinese font or not at all, everything on the page, twice the same."""

from __future__ import annotations

import builtins
import re
from pathlib import Path
from typing import Any

import pytest

from engine.cli import carried_out
from engine.paper.annotations import Annotated, Note
from engine.paper.pdf import CHINESE_FONTS, chinese_font, fonts_for, pdf_of
from engine.paper.printed import UnreadablePaper

CLAUSES = (
    Annotated("一", ("一、付款",), True, ()),
    Annotated(
        "一.1",
        ("1.甲方支付 #strong[费用] \\ $x$。",),
        False,
        (Note("义务 一.1", ("甲方应支付", "a must pay"), (("何人", "甲方 → 乙方"),)),),
    ),
)


def test_without_a_chinese_font_the_packages_are_named() -> None:
    with pytest.raises(UnreadablePaper, match="fonts-noto-cjk or fonts-wqy-microhei"):
        fonts_for(["DejaVu Sans", "Libertinus Serif"])
    assert fonts_for(["WenQuanYi Micro Hei", "Noto Serif CJK SC"]) == "Noto Serif CJK SC"
    assert len(set(CHINESE_FONTS)) == len(CHINESE_FONTS)


def test_without_the_library_the_lock_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name in ("typst", "docx"):
            raise ImportError(name)
        return there(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert carried_out(["docs", "pdf", "sale"]) == 2
    assert carried_out(["docs", "word", "sale"]) == 2
    with pytest.raises(UnreadablePaper, match=r"requirements/print\.txt"):
        chinese_font()


def test_what_is_printed_is_text_and_never_markup(font: str) -> None:
    once = pdf_of("标题", "脚注", CLAUSES, "zh", True)
    assert once.startswith(b"%PDF")
    assert once == pdf_of("标题", "脚注", CLAUSES, "zh", True)
    assert re.sub(r"\W", "", font) in re.sub(r"\W", "", once.decode("latin-1"))
    assert len(pdf_of("标题", "脚注", CLAUSES, "zh", False)) < len(once)


def test_the_command_prints_an_agreement(font: str, tmp_path: Path) -> None:
    out = tmp_path / "there" / "sale.pdf"
    assert carried_out(["docs", "pdf", "sale", "--annotated", "--lang", "en", "-o", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF")
