"""The pages on what can be wrong: one for each code, written from the checks and from the literate cases.

`python -m tests.check_pages` writes them into docs/checks and their list into docs/checks.md. What each page shows was
said of its example, and where something to type mends it, that was typed and checked.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contractlang import checks
from contractlang.checks.codes import READING, TOGETHER
from contractlang.diagnostic import Diagnostic
from contractlang.fixes import applied, fixes
from contractlang.load import check_text, load
from contractlang.render import render
from contractlang.source import Source
from tests.test_error_cases import PATH, Case, cases

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "checks.md"
FOLDER = ROOT / "docs" / "checks"
MOST_EXAMPLES = 3
SHOWN = re.compile(r"^(error|warning|note)\[([a-z-]+)\]", re.M)
# The one takes more statements than a page can show, the other no file that is known: it guards what `fmt` writes.
WITHOUT_EXAMPLE = {"too-much", "other-meaning"}


@dataclass(frozen=True)
class Mended:
    """What was typed into an example: the lines that went and those that came."""

    title: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@cache
def by_check() -> dict[str, checks.Check]:
    """Return the checks by their codes."""
    return {each.__name__.replace("_", "-"): each for each in checks.CHECKS}


def codes() -> list[str]:
    """Return every code that has a page: those of reading a text, then the checks."""
    return [*READING, *by_check()]


@cache
def examples(code: str) -> tuple[Case, ...]:
    """Return the shortest cases in which a code is shown, the fewest other things first."""
    found = [each for each in cases() if code in {name for _, name in SHOWN.findall(each.expected)}]
    return tuple(
        sorted(found, key=lambda each: (len(SHOWN.findall(each.expected)), len(each.text)))[:MOST_EXAMPLES]
    )


def severities(code: str) -> str:
    """Return how much a code matters, as its examples show."""
    found = {severity for each in cases() for severity, name in SHOWN.findall(each.expected) if name == code}
    order = ("error", "warning", "note")
    return " or ".join(each for each in order if each in (found or {"error"})).capitalize()


@cache
def mended(code: str, text: str) -> Mended | None:
    """Return what can be typed so that a code is gone from a text, where the program knows it."""
    source = Source(PATH, text)
    found = next(each for each in check_text(text, path=PATH) if each.code == code)

    def check(tried: str) -> list[Diagnostic]:
        return check_text(tried, path=PATH)

    for fix in fixes(found, source, check):
        after = applied(text, fix.edit)
        before, now = text.splitlines(), after.splitlines()
        gone = tuple(each for each in before if each not in now)
        # A mark without a statement says nothing.
        come = tuple(each for each in now if each not in before and each.strip() != "|")
        return Mended(fix.title.zh if source.is_chinese else fix.title.en, gone, come)
    return None


def said_together(code: str) -> str:
    """Return what is said of several documents together."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in TOGETHER[code].items():
            path = Path(folder) / name
            path.write_text(text, "utf-8")
            paths.append(path)
        loaded = load(paths, [Path(folder)])
        own = [each for each in loaded.diagnostics if each.code == code][:1]
        return render(own, loaded.sources).replace(f"{folder}/", "").rstrip()


def page(code: str) -> str:
    """Return the page of one code."""
    return "\n\n".join(_parts(code)) + "\n"


def _parts(code: str) -> Iterator[str]:
    yield f"# {code}"
    if code in READING:
        told = READING[code]
        yield f"*{severities(code)}.* {told.what}"
        yield f"Why it matters: {told.why}"
        yield f"Remedy: {told.remedy}"
    else:
        yield f"*{severities(code)}.* {inspect.getdoc(by_check()[code])}"
    if code in TOGETHER:
        yield "## Documents together"
        yield from (f"`{name}`:\n\n{_block(text)}" for name, text in TOGETHER[code].items())
        yield f"What is said:\n\n{_block(said_together(code))}"
    for each in examples(code):
        yield f"## {each.title}"
        yield _block(each.text)
        yield f"What is said:\n\n{_block(each.expected)}"
        typed = mended(code, each.text)
        if typed is not None:
            lines = [*(f"- {line}" for line in typed.gone), *(f"+ {line}" for line in typed.come)]
            yield f"Mended ({typed.title}):\n\n{_block(chr(10).join(lines))}"
    yield "[All that can be wrong](../checks.md)"


def _block(text: str) -> str:
    return f"```text\n{text.strip(chr(10))}\n```"


def listed() -> str:
    """Return the page that lists them."""
    return f"""\
# What can be wrong

Every message of `contract check` has a code; its page says what it is about, why it matters, what to do, and shows
examples with what is said of them. These pages are written from the checks and from the cases by which they are tested
(`python -m tests.check_pages`). An error stops the contract from being asked anything, a warning or a note does not.

## While a text is read

| code | | about |
| --- | --- | --- |
{_rows({code: told.what for code, told in READING.items()})}

## Checks

What can be wrong with a contract each of whose lines has a meaning.

| code | | finds |
| --- | --- | --- |
{_rows({code: _finds(check) for code, check in by_check().items()})}
"""


def _rows(said: dict[str, str]) -> str:
    return "\n".join(
        f"| [{code}](checks/{code}.md) | {severities(code)} | {what} |" for code, what in said.items()
    )


def _finds(check: checks.Check) -> str:
    first = (inspect.getdoc(check) or "").split("\n\n")[0].replace("\n", " ")
    said = first.removeprefix("Find ")
    return said[:1].upper() + said[1:]


def write() -> None:
    """Write all pages; what has no code any more is removed."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.stem not in codes():
            path.unlink()
    for code in codes():
        (FOLDER / f"{code}.md").write_text(page(code), "utf-8")
    LIST.write_text(listed(), "utf-8")


if __name__ == "__main__":
    write()
