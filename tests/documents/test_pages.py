"""Pages hold what the contracts say: every clause as printed, every sentence in words, every line, every link."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from contractlang.diagnostic import Language
from contractlang.norms import AGREED, Remark
from contractlang.words import (
    say_sentence,
)
from engine.documents.clause import section
from engine.documents.example import example
from engine.documents.highlight import highlighted
from engine.documents.markup import file_name
from engine.documents.plugin import searchable
from engine.documents.shelf import Shelf
from engine.regime import sentences

LANGUAGES: tuple[Language, ...] = ("zh", "en")
TAG = re.compile(r"<[^>]*>")
# What stands beside the words: a norm's name and place, and its force.
UNSAID: dict[str, Any] = {"id": "", "clause": "", "label": "", "standing": AGREED}
HEADING = re.compile(r"^#{2,3} .* \{ #(.+) \}$", re.M)


def plain(markup: str) -> str:
    """Return what a reader sees of some markup."""
    return html.unescape(TAG.sub("", markup))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_stands_under_its_own_anchor(
    shelf: Shelf, made: dict[str, str], language: Language
) -> None:
    for contract in shelf.contracts.values():
        page = made[f"{language}/{file_name(contract.name)}.md"]
        anchors = HEADING.findall(page)
        assert anchors == [clause.number for clause in contract.clauses]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_is_as_printed(shelf: Shelf, language: Language) -> None:
    for contract in shelf.contracts.values():
        for clause in contract.clauses:
            said = section(shelf, contract, clause, language, None)
            for line in clause.lines:
                if not clause.is_heading:
                    assert f"<p>{html.escape(line, quote=False)}</p>" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_told_in_both_languages(
    shelf: Shelf, made: dict[str, str], language: Language
) -> None:
    for contract in shelf.contracts.values():
        page = plain(made[f"{language}/{file_name(contract.name)}.md"])
        for said in (*sentences(contract), *contract.remarks):
            for each in LANGUAGES:
                assert say_sentence(said, contract, each) in page


def test_no_two_norms_of_a_document_get_the_same_words(shelf: Shelf) -> None:
    for contract in shelf.contracts.values():
        for language in LANGUAGES:
            said: dict[str, object] = {}
            for each in sentences(contract):
                spoken = say_sentence(each, contract, language)
                assert said.setdefault(spoken, each) is each or _same(said[spoken], each), spoken


def _same(one: Any, other: Any) -> bool:
    """Tell whether two sentences differ only in where they stand."""
    bare = [re.sub(r"Span\([^)]*\)", "", repr(replace(each, **UNSAID))) for each in (one, other)]
    return bare[0] == bare[1]


def test_highlighting_changes_no_letter(shelf: Shelf) -> None:
    for contract in shelf.contracts.values():
        for clause in contract.clauses:
            lines = shelf.lines(contract, clause)
            if lines:
                assert plain(highlighted(lines, contract, lambda name: f"#{name}")) == "\n".join(lines)


def test_every_norm_line_is_shown(shelf: Shelf) -> None:
    for contract in shelf.contracts.values():
        shown = [
            *shelf.head(contract),
            *(line for each in contract.clauses for line in shelf.lines(contract, each)),
        ]
        source = shelf.loaded.sources[contract.path]
        written = [line for line in source.lines if line.lstrip()[:1] in ("|", "｜")]
        assert shown == written


def test_a_worked_date_is_the_engine_s(shelf: Shelf) -> None:
    """A bill due on National Day may be paid until the first working day after the holiday."""
    contract = shelf.contracts["voip-1"]
    (pay,) = contract.named("付费")
    shown = example(pay, shelf.program(contract))
    assert shown is not None
    assert shown.end == "2026-10-08T24:00"


def test_a_duty_due_in_reason_has_no_worked_date(shelf: Shelf) -> None:
    contract = shelf.contracts["voip-1"]
    repair = [each for each in contract.norms if each.clause == "四.2"]
    assert [example(each, shelf.program(contract)) for each in repair] == [None, None]


# ---- Links ----------------------------------------------------------------------------------------------------------


def test_every_link_and_anchor_is_there(made: dict[str, str]) -> None:
    anchors = {
        path: {*HEADING.findall(text), *(html.unescape(each) for each in re.findall(r'\bid="([^"]*)"', text))}
        for path, text in made.items()
    }
    wrong = []
    for path, text in made.items():
        for written in re.findall(r'\b(?:href|src)="([^"]*)"', text):
            target, _, anchor = unquote(html.unescape(written)).partition("#")
            there = _page(path, target)
            if there not in made or (anchor and anchor not in anchors[there]):
                wrong.append(f"{path}: {written}")
    assert not wrong


def _page(path: str, target: str) -> str:
    if not target:
        return path
    folder = PurePosixPath(path).parent
    while target.startswith("../"):
        folder, target = folder.parent, target[3:]
    return (folder / target).as_posix().replace(".html", ".md")


def test_what_stands_above_a_page_can_be_read(made: dict[str, str]) -> None:
    for path, text in made.items():
        if path.endswith(".md") and text.startswith("---"):
            assert yaml.safe_load(text.split("---\n")[1])["title"], path


def test_nothing_comes_from_another_host(made: dict[str, str]) -> None:
    for path, text in made.items():
        named = set(re.findall(r"(?:https?:)?//[\w.-]+", text)) - {"http://www.w3.org"}
        assert not named or path.endswith(".js"), (path, named)
        assert "http" not in text if path.endswith(".js") else True


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_search_reads_holds_the_words(made: dict[str, str], language: Language) -> None:
    page = made[f"{language}/voip-1.md"]
    found = " ".join(searchable(each) for each in page.split("\n\n") if each.startswith("<"))
    assert "暂停服务" in found
    assert "suspend service" in found
    assert "<" not in found


# ---- What stands beside a clause ------------------------------------------------------------------------------------


def test_the_clause_on_suspension(made: dict[str, str]) -> None:
    """五.3 in English: who, on which condition, what it overrides, the reading, the article that limits it."""
    page = made["en/voip-1.md"]
    clause = plain(page.split("### 五.3 ")[1].split("\n## ")[0])
    for told in (
        "provider → user", "is overdue", "prevails over", "RS-partial", "RS-resume", "五.2 付费",
        "art. 34(2)",
    ):  # fmt: skip
        assert told in clause, told
    assert "RS-notice" not in clause


def test_a_clause_without_a_norm_says_why(shelf: Shelf) -> None:
    contract = shelf.contracts["voip-1"]
    said = shelf.sentences(contract, "三.4")
    assert any(isinstance(each, Remark) and each.how == "not_formalised" for each in said)
