"""Every command shown in the README and in the documentation is run, and gives what is shown.

A ```console block holds lines that begin with `$ contract …` and, beneath each, what it prints; a line `...` stands for
any number of lines, and `...` within a line for any text. A line `[1]` at the end is the exit status where it is not 0.
A block with a title (```contract title="gym.contract") is a file: it is there for the commands after it. The commands
of a page run in one folder, where `contracts/` is. `python -m tests.test_docs` writes what the commands print.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contractlang.load import load_text
from engine.cases import Case, cases_in, run_case
from engine.program import Program

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWING = [page for page in PAGES if "\n```console\n" in page.read_text("utf-8")]
BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>[\w-]+)(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n(?P<body>.*?)^(?P=fence)$",
    re.M | re.S,
)
LINE = re.compile(r"^\$ (.+)$")
HASH = re.compile(r"\b[0-9a-f]{8}\b")
PROGRAM = "import sys; from engine.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it: where, and what it prints."""

    line: int
    command: str
    expected: tuple[str, ...]


def shown_in(body: str, first: int) -> Iterator[Shown]:
    """Yield the commands of a console block whose first line is line `first` of its page."""
    command, at, lines = "", first, list[str]()
    for number, line in enumerate(body.splitlines(), first):
        if found := LINE.match(line):
            if command:
                yield Shown(at, command, tuple(lines))
            command, at, lines = found[1], number, []
        else:
            lines.append(line)
    if command:
        yield Shown(at, command, tuple(lines))


def run(command: str, folder: Path) -> list[str]:
    """Run one command of a page and return what it prints, with its exit status where that is not 0."""
    words = shlex.split(command)
    assert words[0] in ("contract", "cat"), f"only `contract` and `cat` are run: {command}"
    if words[0] == "contract":
        words = [sys.executable, "-c", PROGRAM, *words[1:]]
    kept = {name: value for name, value in os.environ.items() if "COLOR" not in name}
    environment = kept | {
        "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120", "TERM": "dumb", "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
    }  # fmt: skip
    done = subprocess.run(
        words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    lines = [line.rstrip() for line in done.stdout.rstrip().splitlines()]
    return [*lines, f"[{done.returncode}]"] if done.returncode else lines


def matches(expected: list[str], got: list[str]) -> bool:
    """Tell whether what was printed is what is shown; a line `...` stands for any number of lines."""
    if not expected:
        return not got
    if expected[0].strip() == "...":
        return any(matches(expected[1:], got[start:]) for start in range(len(got) + 1))
    return bool(got) and _same(expected[0], got[0]) and matches(expected[1:], got[1:])


def _same(expected: str, got: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, expected.rstrip().split("..."))), got) is not None


def trimmed(lines: tuple[str, ...]) -> list[str]:
    """Return the lines without blank ones at the end."""
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def prepare(folder: Path) -> None:
    """Put the contracts where the commands of a page expect them."""
    shutil.copytree(ROOT / "contracts", folder / "contracts")


def save(path: Path, text: str) -> None:
    """Save a file that a page shows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.stem)
def test_commands_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    prepare(tmp_path)
    text = page.read_text("utf-8")
    for block in BLOCK.finditer(text):
        if block["title"]:
            save(tmp_path / block["title"], block["body"])
        elif block["kind"] == "console":
            first = text[: block.start("body")].count("\n") + 1
            for shown in shown_in(block["body"], first):
                got = run(shown.command, tmp_path)
                expected = trimmed(shown.expected)
                assert matches(expected, got), f"{page.name}:{shown.line}: {shown.command}\n" + "\n".join(got)


def _expected_on_the_page_on_scenarios() -> list[str]:
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    table = text.split("agreement 1 answers:")[1].split("The answers:")[0]
    return re.findall(r"`(\d{4}-[^`]+)` (?=\|)", table)


@pytest.mark.parametrize("line", _expected_on_the_page_on_scenarios())
def test_a_line_on_the_page_on_scenarios_holds(line: str, voip_1: Program) -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    ledger = text.split("After this ledger")[1].split("```text\n")[1].split("```")[0].splitlines()
    case = Case(
        "scenarios.md",
        1,
        "",
        {"settings": (1, ["term = 2 years"]), "ledger": (1, ledger), "expect": (1, [line])},
    )
    (found,) = run_case(case, voip_1)
    assert found.passed, found.got


def test_the_case_on_the_page_on_scenarios_holds(voip_1: Program) -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    shown = next(block["body"] for block in BLOCK.finditer(text) if block["fence"] == "````")
    found = [each for case in cases_in("scenarios.md", shown) for each in run_case(case, voip_1)]
    assert found
    assert all(each.passed for each in found)


def test_both_surfaces_of_the_tutorial_mean_the_same() -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    contract = [block["body"] for block in BLOCK.finditer(text) if block["title"] == "gym/gym.contract"][-1]
    chinese = next(line for line in text.splitlines() if line.startswith("| block：")) + "\n"
    other = re.sub(r"^\| block:.*\n", chinese, contract, flags=re.M)
    assert other != contract
    one, two = (load_text(each).contracts["gym"].meaning_hash for each in (contract, other))
    assert one == two


def test_the_pages_that_promise_it_show_commands() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "tutorial.md"):
        assert "$ contract " in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["a", "..."], ["a"], True),
        (["a b"], ["a c"], False),
        (["at ... done"], ["at 12 done"], True),
        ([], ["a"], False),
    ],
)
def test_what_stands_for_more(expected: list[str], got: list[str], same: bool) -> None:
    assert matches(expected, got) is same


def test_what_is_shown_rightly_stays_as_it_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    file = '```text title="a.txt"\na\nb\n```\n'
    text = f"{file}\n```console\n$ cat a.txt\na\n...\n$ cat a.txt\n{{}}\n\n$ cat a.txt\na\nb\n```\n"
    page.write_text(text.format("wrong"), "utf-8")
    rewrite(page)
    assert page.read_text("utf-8") == text.format("a\nb")


def rewrite(page: Path) -> None:
    """Write what the commands of a page print, where what is shown is not true any more."""
    text = page.read_text("utf-8")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)

        def again(block: re.Match[str]) -> str:
            if block["title"]:
                save(folder / block["title"], block["body"])
            if block["title"] or block["kind"] != "console":
                return block[0]
            parts: list[str] = []
            for shown in shown_in(block["body"], 1):
                got, kept = run(shown.command, folder), trimmed(shown.expected)
                lines = kept if kept and matches(kept, got) else [HASH.sub("...", line) for line in got]
                blank = shown.expected[len(kept) :]
                parts += [f"$ {shown.command}", *lines, *blank]
            return "\n".join(["```console", *parts, "```"])

        page.write_text(BLOCK.sub(again, text), "utf-8")


if __name__ == "__main__":
    for each in SHOWING:
        rewrite(each)
