"""Scenarios and findings as pages: what a history is, drawn and told, is what the engine says it is."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from contractlang.diagnostic import Language
from engine.analysis import analyse
from engine.documents import findings
from engine.documents.document import File
from engine.documents.histories import Told, files_in, pages, told
from engine.documents.shelf import Shelf
from engine.documents.timeline import bars, timeline
from engine.voice import Voice
from tests.documents.conftest import CONTRACTS

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module")
def scenarios(shelf: Shelf) -> list[Told]:
    return list(told(shelf, files_in([CONTRACTS])))


def seen(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_every_scenario_has_a_page_with_its_answers(scenarios: list[Told], made: dict[str, str]) -> None:
    assert len(scenarios) > 40
    for each in scenarios:
        assert not each.wrong
        assert each.entries
        for language in LANGUAGES:
            page = seen(made[f"{language}/scenario-{each.id}.md"])
            for answer in each.answers:
                assert answer.passed, (each.id, answer)
                assert answer.question is not None
                assert Voice(answer.program, language, answer.question).asking() in page


# What an account says of itself in words of its own, the name of a clause without a number, and ids.
AS_GIVEN = re.compile(r"mobile|local|minute|month|conditions|[DFPR]S?-[A-Za-z0-9-]+|e\d+|[（(][\w-]+[)）]")


def test_a_chinese_page_asks_and_answers_in_chinese(scenarios: list[Told], made: dict[str, str]) -> None:
    """What a scenario's author wrote in English alone says that it is English; everything else is not."""
    for each in scenarios:
        page = made[f"zh/scenario-{each.id}.md"]
        rows = page[page.index("## 预期与计算") :]
        own = AS_GIVEN.sub("", seen(re.sub(r'<(p|span) lang="en">.*?</\1>|<p>.*?</p>', "", rows)))
        assert not re.findall(r"[A-Za-z_]{3,}", own), each.id
        assert "<p>" not in re.sub(r"<p>[^<]*[\u4e00-\u9fff][^<]*</p>", "", rows)
        if each.id.startswith("S-"):
            assert 'lang="en"' not in rows, each.id
    listed = made["zh/scenarios.md"]
    assert not re.search(r'"scenario-S-\d+\.html">S-\d+</a></td><td><span lang', listed)


def test_what_is_not_as_expected_is_shown_so(scenarios: list[Told]) -> None:
    from dataclasses import replace

    one = scenarios[0]
    wrong = replace(one, answers=(replace(one.answers[0], got="forbidden", passed=False), *one.answers[1:]))
    page: File = next(each for each in pages([wrong], "en") if each.path.startswith("scenario-"))
    assert 'class="bad">differs' in page.text


def test_a_timeline_has_every_event_and_every_bar(scenarios: list[Told]) -> None:
    for each in scenarios:
        voice = Voice(each.program, "en")
        root = ET.fromstring(timeline(each.entries, voice, "t", "t"))
        drawn = [g.get("data-events", "").split() for g in root.iter() if g.get("data-events")]
        dated = [entry for entry in each.entries if entry.at is not None]
        assert drawn == [[event.id for event in entry.events] for entry in dated if entry.events]
        shown = [
            (g.get("data-sort"), g.get("data-first"), g.get("data-last")) for g in root.iter() if g.get("data-sort")
        ]  # fmt: skip
        assert shown == [
            (bar.sort, str(bar.first), "" if bar.last is None else str(bar.last))
            for bar in bars(each.entries, voice)
        ]
        assert root.find("{http://www.w3.org/2000/svg}desc") is not None


def test_a_breach_begins_and_is_cured_where_the_history_says(scenarios: list[Told]) -> None:
    """One cent unpaid: the breach of 五.2 stands from the end of the due day until the payment on the 20th."""
    case = next(each for each in scenarios if each.title.zh.startswith("一分未付"))
    listed = bars(case.entries, Voice(case.program, "zh"))
    dated = [entry for entry in case.entries if entry.at is not None]
    (late,) = [bar for bar in listed if bar.sort == "breach" and "五.2:付费" in bar.key]
    assert any(each.code == "breach" for each in dated[late.first].happenings)
    assert late.last is not None
    assert [event.id for event in dated[late.last].events] == ["e6"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_stands_on_its_page(shelf: Shelf, made: dict[str, str], language: Language) -> None:
    for agreements in findings.sets(shelf):
        page = seen(made[f"{language}/{findings.path_of(agreements)}"])
        if len(agreements) > 1:
            assert "agreements" in made[f"{language}/{findings.path_of(agreements)}"]
            continue
        for each in analyse(shelf.programs, tuple(a.base for a in agreements), only=frozenset({"gap"})):
            assert (each.sentence.zh if language == "zh" else each.sentence.en) in page
            assert each.key in page


def test_pages_that_took_long_are_kept_until_something_changes(shelf: Shelf, tmp_path: Path) -> None:
    (sale,) = [each for each in findings.sets(shelf) if each[0].base == "sale" and len(each) == 1]

    def alone() -> str:
        return next(findings.pages(shelf, sale, ("en",), tmp_path))[1]["en"].text

    first = alone()
    (kept,) = tmp_path.iterdir()
    kept.write_text(kept.read_text("utf-8").replace("Findings", "Kept"), "utf-8")
    assert alone() == first.replace("Findings", "Kept")
    other = Shelf.of([CONTRACTS / "sale"], [CONTRACTS])
    assert findings._mark(other, sale) != findings._mark(shelf, sale)
