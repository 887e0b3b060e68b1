"""An agreement as a PDF, set by typst in fonts that are on this machine: two runs give the same file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from importlib.resources import as_file, files
from pathlib import Path

from contractlang.diagnostic import Language
from engine.paper.annotations import Annotated
from engine.paper.printed import NO_LIBRARY, UnreadablePaper

# Fonts with Chinese letters, the best for a contract first. A machine has one of them, or a package brings one.
CHINESE_FONTS = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "SimSun", "Songti SC", "AR PL UMing CN",
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "AR PL UKai CN", "Droid Sans Fallback",
)  # fmt: skip
# It comes with typst, for text without Chinese letters.
LATIN_FONT = "Libertinus Serif"
PACKAGES = "fonts-noto-cjk or fonts-wqy-microhei"


def fonts_for(there: Iterable[str]) -> str:
    """Return the font with Chinese letters that is taken of those that are there.

    Raises UnreadablePaper where there is none: a page of boxes would tell nobody what is missing.
    """
    held = set(there)
    found = next((each for each in CHINESE_FONTS if each in held), None)
    if found is None:
        raise UnreadablePaper(
            f"no font with Chinese letters is installed (缺少中文字体): install {PACKAGES} (packages of Debian), or put"
            " one of these where fonts are looked for: " + ", ".join(CHINESE_FONTS[:6])
        )
    return found


def chinese_font() -> str:
    """Return the font with Chinese letters on this machine. Raises UnreadablePaper where there is none, or no typst."""
    try:
        import typst
    except ImportError:
        raise UnreadablePaper(f"print {NO_LIBRARY}") from None
    return fonts_for(typst.Fonts().families())


def pdf_of(title: str, made: str, clauses: Sequence[Annotated], language: Language, annotated: bool) -> bytes:
    """Return the PDF of an agreement, with what is said of each clause beneath it where it is `annotated`.

    `made` is printed at the foot of every page. Raises UnreadablePaper where no Chinese font or no typst is there.
    """
    chinese = chinese_font()
    import typst

    shown = clauses if annotated else [replace(each, said=()) for each in clauses]
    told = {
        "title": title, "made": made, "lang": language, "region": "CN" if language == "zh" else "GB",
        "fonts": [chinese] if language == "zh" else [LATIN_FONT, chinese], "clauses": [asdict(each) for each in shown],
    }  # fmt: skip
    with as_file(files("engine.paper").joinpath("agreement.typ")) as template:
        set_ = typst.compile(
            Path(template), sys_inputs={"data": json.dumps(told, ensure_ascii=False)}, timestamp=0
        )
    assert isinstance(set_, bytes)
    return set_
