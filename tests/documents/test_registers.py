"""Registers leave nothing out: every duty, power, window, question, reading, blank and name is in its own."""

from __future__ import annotations

import html
import re

from contractlang.declaration import ReadingDecl
from contractlang.norms import Maintenance, Obligation, Power, Prohibition
from contractlang.words import say_sentence
from engine.documents.called import anchor_of
from engine.documents.shelf import Shelf


def seen(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_duties_and_powers(shelf: Shelf, made: dict[str, str]) -> None:
    duties, powers = seen(made["zh/duties.md"]), seen(made["zh/powers.md"])
    for contract in shelf.contracts.values():
        for norm in contract.norms:
            said = say_sentence(norm, contract, "zh")
            assert (said in duties) is isinstance(norm, Obligation | Maintenance | Prohibition)
            if isinstance(norm, Power):
                assert said in powers


def test_every_name_has_its_place_in_the_glossary(shelf: Shelf, made: dict[str, str]) -> None:
    for contract in shelf.loaded.contracts.values():
        for declared in contract.declarations.values():
            assert f'id="{html.escape(anchor_of(declared))}"' in made["en/glossary.md"]


def test_what_the_language_itself_calls_is_chinese_on_chinese_pages(made: dict[str, str]) -> None:
    """The kind and the rank of a document, its layer, the agreement's own states."""
    assert "协议 → 解除" in seen(made["zh/glossary.md"])
    assert "agreement → terminated" in seen(made["en/glossary.md"])
    assert "（默认，依民事一般规定）" in seen(made["zh/readings.md"])
    assert {"协议", "约定"} <= set(re.findall("<dd>(.*?)</dd>", made["zh/voip-1.md"]))
    assert {"法律", "强制", "电信"} <= set(
        re.findall("<dd>(.*?)</dd>", made["zh/telecom_regulations-2016.md"])
    )


def test_every_reading_of_an_agreement_is_listed_with_its_options(shelf: Shelf, made: dict[str, str]) -> None:
    page = seen(made["zh/readings.md"])
    for contract in shelf.agreements:
        for declared in contract.declarations.values():
            if isinstance(declared, ReadingDecl) and declared.document == contract.name:
                assert declared.text in page
                assert all((option.name in page or option.alias in page) for option in declared.options)


def test_coverage_goes_both_ways(shelf: Shelf, made: dict[str, str]) -> None:
    page = seen(made["zh/coverage.md"])
    assert "社会公德没有可判断的行为" not in page  # 三.4 has norms beside the reason
    assert "一式两份，同等效力；仅为证据" in page
    for contract in shelf.agreements:
        for clause in contract.clauses:
            said = shelf.sentences(contract, clause.number)
            if not said and not clause.is_heading:
                assert "尚未规范化" in page
