"""The slips of the pen in tests/cases/errors/mistakes_*.md: what the help says can be typed as it stands, and mends.

`python -m tests.test_mistakes --rewrite` writes the lines that come of it; then read the difference.
"""

import re
import sys
from functools import cache

import pytest

from contractlang.diagnostic import Diagnostic, Severity
from contractlang.fixes import applied, fixes
from contractlang.load import Workspace
from contractlang.render import in_order
from contractlang.source import Source
from tests.test_error_cases import FOLDER, PATH, Case, cases

MENDED = re.compile(
    r"^```contract\n(?P<text>.*?)^```\n(?P<between>.*?)^```mended\n(?P<expected>.*?)^```$", re.M | re.S
)


@cache
def workspace() -> Workspace:
    return Workspace()


def check(text: str) -> list[Diagnostic]:
    return workspace().check(PATH, text).diagnostics


def mended(text: str) -> str:
    """Return the text once the help of the first thing that is wrong is typed."""
    first = next(each for each in in_order(check(text)) if each.severity is Severity.ERROR)
    found = fixes(first, Source(PATH, text), check)
    assert found, (first.message.en, first.help)
    return applied(text, found[0].edit)


def changed_lines(text: str) -> str:
    """Return the lines of the mended text that are not in the one given."""
    before = text.split("\n")
    return "".join(f"{line}\n" for line in mended(text).split("\n") if line not in before)


def slips() -> list[Case]:
    return [each for each in cases() if each.file.startswith("mistakes")]


def test_there_are_fifty_slips_in_each_language() -> None:
    for name in ("mistakes_zh", "mistakes_en"):
        assert len({each.title for each in slips() if each.file == name}) >= 50


@pytest.mark.parametrize("case", slips(), ids=str)
def test_the_help_as_typed_mends_the_file(case: Case) -> None:
    said = [each for each in check(case.text) if each.severity is Severity.ERROR]
    assert said
    assert all(each.help is not None for each in said)
    assert [each.message.en for each in check(mended(case.text)) if each.severity is Severity.ERROR] == []
    # The message is in the language of the file.
    assert case.expected.startswith(("错误", "error")[case.file.endswith("en")])


@pytest.mark.parametrize("name", ["mistakes_zh", "mistakes_en"])
def test_the_mended_lines_are_those_of_the_page(name: str) -> None:
    page = (FOLDER / f"{name}.md").read_text("utf-8")
    for found in MENDED.finditer(page):
        assert changed_lines(found["text"]) == found["expected"]


if __name__ == "__main__" and "--rewrite" in sys.argv:
    for path in sorted(FOLDER.glob("mistakes_*.md")):
        page = path.read_text("utf-8")
        path.write_text(
            MENDED.sub(
                lambda found: (
                    f"```contract\n{found['text']}```\n{found['between']}```mended\n{changed_lines(found['text'])}```"
                ),
                page,
            ),
            "utf-8",
        )
