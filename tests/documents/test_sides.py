"""Two agreements side by side: every norm that protects a party is there, beneath its document, and nothing else."""

from __future__ import annotations

import re

import pytest

from contractlang.diagnostic import Language
from contractlang.words import (
    say,
)
from engine.documents import findings, saved, sides
from engine.documents.markup import inside
from engine.documents.shelf import Shelf

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module")
def pair(shelf: Shelf) -> tuple[str, ...]:
    """The two agreements that share a vocabulary."""
    (found,) = [each for each in findings.sets(shelf) if len(each) > 1]
    return tuple(each.name for each in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_norm_of_both_stands_where_it_protects(
    shelf: Shelf, made: dict[str, str], pair: tuple[str, ...], language: Language
) -> None:
    page = made[f"{language}/side-by-side-voip-1-voip-2.md"]
    agreements = [shelf.contracts[each] for each in pair]
    assert sides.parties(agreements) == ["provider", "user"]
    parts = dict(re.findall(r"\{ #(\w+) \}\n\n(.*?)(?=\n\n##|\Z)", page, re.S))
    for party in ("provider", "user"):
        rows = re.findall(r'<tr(?: class="alone")?><th scope="row">.*?</tr>', parts[party])
        told = [re.findall(r"<td data-from=\"[^\"]+\">(.*?)</td>", row) for row in rows]
        for place, contract in enumerate(agreements):
            own = [each for each in contract.norms if sides.protects(each, party)]
            said = [str(inside(say(each, contract, language))) for each in own]
            column = "".join(row[place] for row in told)
            assert all(each in column for each in said)
            assert column.count("<p>") == len(own)
            assert not [each for each in contract.norms if each not in own
                        and str(inside(say(each, contract, language))) in column]  # fmt: skip
        # Where one of them is silent the row says so; the law beside it is what speaks of the same act.
        for row, (one, other, _) in zip(rows, told, strict=True):
            assert ('class="alone"' in row) is (bool(one) != bool(other))


def test_the_law_beside_them_is_told_with_its_force(made: dict[str, str]) -> None:
    page = made["en/side-by-side-voip-1-voip-2.md"]
    row = next(each for each in page.split("<tr") if '<th scope="row">suspend service</th>' in each)
    assert 'href="telecom_regulations-2016.html#34(2)"' in row
    assert "[mandatory, binding, from 2016-02-06]" in row


def test_what_the_two_come_to_beside_the_law_is_told_once(shelf: Shelf, made: dict[str, str]) -> None:
    """What one of them has alone is a link to its own page; the rest is told here; nothing is lost."""
    page = made["en/findings-voip-1-voip-2-law.md"]
    alone, one, other = (
        made[f"en/findings-{name}.md"] for name in ("voip-1-voip-2", "voip-1-law", "voip-2-law")
    )
    path = saved.beside([shelf.contracts["voip-1"], shelf.contracts["voip-2"]])
    assert path is not None
    told = 0
    for each in saved.read(path).findings:
        name = findings.anchor(each)
        places = [text for text in (page, alone, one, other) if f'id="{name}"' in text]
        assert places, each.key
        if f'id="{name}"' in page:
            told += 1
            assert places == [page], each.key
        else:
            assert f'.html#{name}"' in page, each.key
    assert told
    assert 'href="side-by-side-voip-1-voip-2.html"' in page
