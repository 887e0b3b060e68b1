"""The literate cases on what is wrong with a contract text: tests/cases/errors/*.md.

Each case is a heading, a ```contract block and a ```diagnostics block, which holds what the author sees. To write the
second from the first: `python -m tests.test_error_cases --rewrite`, then read the difference as somebody else's.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contractlang import checks
from contractlang.load import check_text
from contractlang.render import render
from contractlang.source import Source

FOLDER = Path(__file__).parent / "cases" / "errors"
PATH = "case.contract"
HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
CASE = re.compile(
    r"^```contract\n(?P<text>.*?)^```\n(?P<between>.*?)^```diagnostics\n(?P<expected>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Case:
    """One contract text and what is said of it."""

    file: str
    title: str
    text: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.md")):
        page = path.read_text("utf-8")
        titles = [(found.start(), found["title"]) for found in HEADING.finditer(page)]
        for found in CASE.finditer(page):
            title = max((each for each in titles if each[0] < found.start()), default=(0, ""))[1]
            yield Case(path.stem, title, found["text"], found["expected"])


def said_of(text: str) -> str:
    """What the author of the text sees."""
    return render(check_text(text, path=PATH), {PATH: Source(PATH, text)})


def rewrite() -> None:
    """Write what is said now into every expected block."""

    def renewed(found: re.Match[str]) -> str:
        text = found["text"]
        return f"```contract\n{text}```\n{found['between']}```diagnostics\n{said_of(text)}```"

    for path in sorted(FOLDER.glob("*.md")):
        page = path.read_text("utf-8")
        path.write_text(CASE.sub(renewed, page), "utf-8")


@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_error_case(case: Case) -> None:
    assert said_of(case.text) == case.expected


def test_every_check_has_its_page_of_cases() -> None:
    pages = {path.stem for path in FOLDER.glob("*.md")}
    assert {check.__name__ for check in checks.CHECKS} <= pages


def test_every_check_finds_something_in_its_cases() -> None:
    said = {(case.file, f"[{case.file.replace('_', '-')}]" in case.expected) for case in cases()}
    assert {(check.__name__, True) for check in checks.CHECKS} <= said


def test_every_check_says_what_why_and_what_to_do() -> None:
    for check in checks.CHECKS:
        page = check.__doc__ or ""
        assert all(word in page for word in ("Why it matters", "Example", "Remedy")), check.__name__


if __name__ == "__main__" and "--rewrite" in sys.argv:
    rewrite()
