"""Findings of the analysis as pages: the clauses side by side, the dated history that shows it, what would settle it.

The solver takes seconds, so pages are kept by what they hang on: the documents, what is accepted, and this program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contractlang.norms import Contract
from contractlang.words import Language
from engine.analysis import analyse
from engine.analysis.accepted import Accepted
from engine.analysis.finding import Finding, Said
from engine.analysis.report import KINDS, account_of, heading
from engine.dates import parse_as_of
from engine.documents.called import address, cited, short
from engine.documents.clause import restated
from engine.documents.document import File
from engine.documents.histories import ledger_table
from engine.documents.kept import held_pages, mark_of
from engine.documents.markup import Html, element, in_markdown, joined, link, pick
from engine.documents.shelf import Shelf
from engine.documents.timeline import timeline
from engine.event import START
from engine.history import history
from engine.program import Program
from engine.voice import Voice


def sets(shelf: Shelf) -> list[tuple[Contract, ...]]:
    """Return the agreements that are looked at: each alone, and each two that share a vocabulary."""
    alone = [each for each in shelf.agreements if each.name == each.base]
    pairs = [
        (one, other)
        for place, one in enumerate(alone)
        for other in alone[place + 1 :]
        if set(one.uses) & set(other.uses)
    ]
    return [*((each,) for each in alone), *pairs]


def called(agreements: Sequence[Contract], language: Language) -> str:
    """Return what a page of findings is called."""
    names = pick(language, " and ", "与").join(short(each, language) for each in agreements)
    return pick(language, f"Findings: {names}", f"发现：{names}")


def path_of(agreements: Sequence[Contract]) -> str:
    """Return the file of a page of findings."""
    return f"findings-{'-'.join(each.base for each in agreements)}.md"


def pages(
    shelf: Shelf, agreements: Sequence[Contract], languages: Iterable[Language], kept: Path | None = None
) -> dict[Language, File]:
    """Return the page of findings about some agreements in each language; `kept` is where pages are kept."""
    languages = tuple(languages)

    def make() -> dict[Language, str]:
        names = tuple(each.base for each in agreements)
        found = list(analyse(shelf.programs, names))
        program = shelf.programs.of(names)
        accepted = Accepted.beside(shelf.contracts)
        return {
            language: _page(shelf, agreements, found, program, accepted, language) for language in languages
        }

    made = held_pages(kept, _mark(shelf, agreements), languages, make)
    return {language: File(path_of(agreements), text) for language, text in made.items()}


def _mark(shelf: Shelf, agreements: Sequence[Contract]) -> str:
    """Return what a page hangs on, as a hash: its documents with all they use, and acceptances."""
    parts: list[str | bytes] = [repr([each.base for each in agreements])]
    for name, contract in sorted(shelf.loaded.contracts.items()):
        parts.append(f"{name} {contract.text_hash} {contract.meaning_hash}\n")
    for each in sorted({Path(contract.path).parent / "accepted.yaml" for contract in agreements}):
        parts.append(each.read_bytes() if each.is_file() else b"")
    return mark_of(*parts)


def _page(
    shelf: Shelf, agreements: Sequence[Contract], found: Sequence[Finding], program: Program, accepted: Accepted,
    language: Language,
) -> str:  # fmt: skip
    title = called(agreements, language)
    names = " ".join(each.base for each in agreements)
    told = pick(
        language,
        f"What the text lets happen in any account; contract analyse {names} --layers … looks at the law too.",
        f"就文本本身而言任何账户可能发生的情形，未计法律；contract analyse {names} --layers … 一并考察法律。",
    )
    parts = [
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---",
        f"# {in_markdown(title)}",
        element("p", told),
    ]
    if not found:
        parts.append(element("p", pick(language, "Nothing was found.", "未发现问题。")))
    for kind in KINDS:
        own = [each for each in found if each.kind == kind]
        if own:
            parts.append(f"## {in_markdown(heading(kind, language))} ({len(own)}) {{ #{kind} }}")
            parts += [
                _finding(shelf, each, program, accepted, language, f"{kind}-{place}")
                for place, each in enumerate(own, 1)
            ]
    return "\n\n".join(parts) + "\n"


def _finding(
    shelf: Shelf, finding: Finding, program: Program, accepted: Accepted, language: Language, name: str
) -> Html:
    """Return one finding: its sentence, the clauses side by side, its history, what settles it, acceptance."""

    def said(each: Said) -> str:
        return pick(language, each.en, each.zh)

    parts: list[object] = [element("p", element("b", said(finding.sentence)))]
    held, undone = accepted.of(finding), accepted.reopened(finding)
    if held is not None:
        reason = pick(
            language, f"accepted on {held.date}: {held.reason}", f"已于{held.date}接受：{held.reason}"
        )
        parts.append(element("p", reason, class_="accepted"))
    elif undone is not None:
        reason = pick(
            language,
            f"was accepted on {undone.date} ({undone.reason}); the wording has changed since, so it is open again",
            f"曾于{undone.date}接受（{undone.reason}）；此后文字已变更，重新列出",
        )
        parts.append(element("p", reason, class_="warning"))
    places = dict.fromkeys((each.document, each.clause) for each in finding.clauses)
    columns = [_clause(shelf, *place, language) for place in places if place[0] in shelf.contracts]
    parts.append(element("div", *columns, class_="side"))
    if finding.witness is not None:
        parts += _witness(finding, program, language, name)
    if finding.settles:
        listed = element("ul", *(element("li", said(each)) for each in finding.settles))
        parts += [element("p", pick(language, "It would be settled if:", "可补救：")), listed]
    if finding.bound is not None:
        parts.append(element("p", said(finding.bound), class_="source"))
    parts.append(element("p", element("code", finding.key)))
    return element("div", *parts, class_="finding", id=name)


def _clause(shelf: Shelf, document: str, number: str, language: Language) -> Html:
    contract = shelf.contracts[document]
    clause = contract.clause(number)
    place = link(address((document, number)), cited(shelf, (document, number), language))
    if clause is None:
        return element("div", element("p", place))
    text = restated(clause, language) if contract.kind == "law" else "\n".join(clause.lines)
    return element("div", element("p", place), element("p", text, class_="printed"))


def _witness(finding: Finding, program: Program, language: Language, name: str) -> Iterator[Html]:
    """Yield the history that shows a finding, as the engine takes it, and what it answers at the end."""
    witness, voice = finding.witness, Voice(program, language)
    assert witness is not None
    account = account_of(witness, program)
    until = max((each.effect_at for each in account.ledger), default=START)
    if "at" in witness.asked:
        until = max(until, parse_as_of(str(witness.asked["at"])))
    entries = history(account, until)
    yield element("p", pick(language, "It can happen like this:", "可能的经过："))
    given = {**witness.settings, **witness.readings, **witness.answers}
    if given:
        told = [element("code", f"{key} = {value}") for key, value in given.items()]
        yield element("p", joined(told, " "))
    title = pick(language, "Timeline of the history", "经过的时间线")
    yield element("div", timeline(entries, voice, name, title), class_="canvas", tabindex="0")
    yield ledger_table(entries, voice)
    asked = " ".join(str(each) for each in witness.asked.values())
    for layers, answer in witness.verdicts.items():
        yield element("p", f"{asked} ({layers}): ", element("b", voice.answer(answer)))
