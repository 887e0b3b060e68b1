"""What a clause leaves open, as items of a list: questions for people, readings, blanks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contractlang.called import half
from contractlang.contract import ClauseText, Contract
from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl
from contractlang.diagnostic import Language
from contractlang.words import say_name, say_sentence
from engine.analysis.under import layer_called
from engine.documents.called import address, cited, condition, glossary_address, preferred
from engine.documents.markup import Html, element, joined, link, pick
from engine.documents.shelf import Shelf


def open_in(
    shelf: Shelf, contract: Contract, clause: ClauseText, said: list[Any], language: Language
) -> Iterator[tuple[str, list[Html]]]:
    """Yield what is open in a clause, sort by sort: what the sort is called, and each of it as an item of a list."""
    questions = shelf.questions(contract, said)
    if questions:
        items = [question_item(each, contract, language) for each in questions]
        yield pick(language, "Questions for people", "须由人回答的问题"), items
    readings = shelf.readings(contract, clause.number, said)
    if readings:
        items = [reading_item(shelf, contract, each, language, contract.name) for each in readings]
        yield pick(language, "Readings", "解释"), items
    blanks = shelf.blanks(contract, said)
    if blanks:
        items = [blank_item(shelf, contract, each, language) for each in blanks]
        yield pick(language, "Blanks", "空白"), items


def question_item(declared: QuestionDecl, contract: Contract, language: Language) -> Html:
    """Return a question with who decides it, on what evidence, and what is presumed."""
    told = [half(declared.text, language) or say_name(declared.name, contract, language)]
    if declared.decided_by:
        who = half(declared.decided_by, language)
        told.append(pick(language, f"decided by: {who}", f"认定者：{who}"))
    if declared.evidence:
        evidence = half(declared.evidence, language)
        told.append(pick(language, f"evidence: {evidence}", f"证据：{evidence}"))
    if declared.presumed is not None:
        answer = pick(language, "yes" if declared.presumed else "no", "是" if declared.presumed else "否")
        until = pick(language, ", beforehand only", "（仅事前）") if declared.beforehand else ""
        told.append(pick(language, f"presumed: {answer}", f"推定：{answer}") + until)
    called = say_name(declared.name, contract, language)
    target = glossary_address(contract, declared.name) or "#"
    outside = f" {declared.external}" if declared.external else ""
    return element(
        "li",
        link(target, called),
        outside,
        pick(language, ": ", "："),
        joined(told, pick(language, "; ", "；")),
    )


def reading_item(
    shelf: Shelf, contract: Contract, declared: ReadingDecl, language: Language, here: str
) -> Html:
    """Return a reading with its options: which is the default, and what each changes; `here` is the page's document."""
    options = []
    asked = shelf.asks_reading.get((contract.name, declared.name), [])
    for option in declared.options:
        told: list[object] = [element("b", preferred(option.name, option.alias, language))]
        for default in option.defaults:
            layer = default.layer and layer_called(default.layer, language)
            under = layer and pick(language, f" under the law on {layer}", f"，依{layer}")
            when = "" if default.when is None else condition(default.when, contract, language)
            when = when and pick(language, f" if {when}", f"，若{when}")
            told.append(pick(language, f" (default{under}{when})", f"（默认{under}{when}）"))
        norms = shelf.sentence_readings.get((contract.name, declared.name, option.name), [])
        spoken = [element("li", say_sentence(each, contract, language)) for each in norms]
        if spoken:
            told.append(element("ul", *spoken))
        elif not asked:
            told.append(pick(language, ": no norm then", "：此时没有规范"))
        options.append(element("li", *told))
    text = half(declared.text, language)
    target = glossary_address(contract, declared.name) or "#"
    outside = f" {declared.external}" if declared.external else ""
    rest: list[object] = []
    if asked:
        places = dict.fromkeys((each.document, each.clause) for each in asked)
        links = [link(address(each, here), cited(shelf, each, language, here)) for each in places]
        rest = [element("p", pick(language, "asked by ", "影响："), joined(links, ", "))]
    return element(
        "li", link(target, say_name(declared.name, contract, language)), outside, pick(language, ": ", "："), text,
        element("ul", *options), *rest,
    )  # fmt: skip


def blank_item(shelf: Shelf, contract: Contract, declared: BlankDecl, language: Language) -> Html:
    """Return a blank and which clauses would fill it."""
    fills = [
        each for other in shelf.contracts.values() for each in other.fills if each.blank == declared.name
    ]
    links = [
        link(address((f.document, f.clause)), cited(shelf, (f.document, f.clause), language)) for f in fills
    ]
    sort = pick(language, "gap: the text does not even mark it", "缺漏：文本未标出") if declared.gap else pick(
        language, "to be filled in", "待填")  # fmt: skip
    target = glossary_address(contract, declared.name) or "#"
    outside = f" {declared.external}" if declared.external else ""
    filled: list[object] = (
        [pick(language, "; filled by ", "；由其填补："), joined(links, ", ")] if links else []
    )
    return element(
        "li", link(target, say_name(declared.name, contract, language)), outside, f" ({sort})", *filled
    )
