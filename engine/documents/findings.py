"""Findings of the analysis as pages: the clauses side by side, the dated history that shows it, what would settle it.

The solver takes seconds, so pages are kept by what they hang on: the documents, what is accepted, and this program.
Beside all the law it takes minutes: what it found then is a file beside the agreement (`saved.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from engine.analysis import analyse
from engine.analysis.accepted import FILE, Accepted
from engine.analysis.finding import Finding, Said, Witness
from engine.analysis.report import KINDS, account_of, heading, question_of, voice_of
from engine.analysis.under import under_called
from engine.dates import parse_as_of
from engine.documents import saved, sides
from engine.documents.agreed import agreed
from engine.documents.called import address, cited, page_of, short
from engine.documents.clause import restated
from engine.documents.document import File
from engine.documents.histories import ledger_table
from engine.documents.kept import held_pages, mark_of
from engine.documents.markup import Html, element, in_markdown, joined, link, pick
from engine.documents.saved import Saved, answered_now
from engine.documents.shelf import Shelf
from engine.documents.timeline import timeline
from engine.errors import EngineError
from engine.event import START
from engine.governing import CONTRACT
from engine.history import history
from engine.program import Program

LAW = "law"
"""What the name of a page ends with that looks at the law too."""


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


def called(agreements: Sequence[Contract], language: Language, beside: str = "") -> str:
    """Return what a page of findings is called: of the text alone, or beside the law."""
    names = pick(language, " and ", "与").join(short(each, language) for each in agreements)
    law = pick(language, " beside the law", "（结合法律）") if beside else ""
    return pick(language, f"Findings: {names}{law}", f"发现：{names}{law}")


def path_of(agreements: Sequence[Contract], beside: str = "") -> str:
    """Return the file of a page of findings."""
    return f"findings-{'-'.join((*(each.base for each in agreements), *((beside,) if beside else ())))}.md"


def pages(
    shelf: Shelf, agreements: Sequence[Contract], languages: Iterable[Language], kept: Path | None = None
) -> Iterator[tuple[dict[Language, str], dict[Language, File]]]:
    """Yield the pages of findings about some agreements, in each language its title and file.

    The first is of the text alone. Where findings are kept beside the agreement and the law they rest on is shown, a
    second is of the text beside the law. `kept` is where pages are kept. Raises BadFindings.
    """
    languages = tuple(languages)
    names = tuple(each.base for each in agreements)
    mark = _mark(shelf, agreements)

    @cache
    def alone() -> tuple[Finding, ...]:
        return tuple(analyse(shelf.programs, names))

    def make() -> dict[Language, str]:
        return {language: _page(shelf, agreements, alone(), language) for language in languages}

    yield _both(agreements, "", held_pages(kept, mark_of(mark, "alone"), languages, make))
    path = saved.beside(agreements)
    held = saved.read(path) if path is not None else None
    if held is None or not set(held.layers) <= {CONTRACT, *(each.layer for each in shelf.contracts.values())}:
        return

    def make_beside() -> dict[Language, str]:
        return {language: _beside(shelf, agreements, held, alone(), language) for language in languages}

    yield _both(agreements, LAW, held_pages(kept, mark_of(mark, "law"), languages, make_beside))


def _both(
    agreements: Sequence[Contract], beside: str, texts: dict[Language, str]
) -> tuple[dict[Language, str], dict[Language, File]]:
    titles = {language: called(agreements, language, beside) for language in texts}
    return titles, {language: File(path_of(agreements, beside), text) for language, text in texts.items()}


def _mark(shelf: Shelf, agreements: Sequence[Contract]) -> str:
    """Return what pages hang on, as a hash: their documents with all they use, what is kept and what is accepted."""
    parts: list[str | bytes] = [repr([each.base for each in agreements])]
    for name, contract in sorted(shelf.loaded.contracts.items()):
        parts.append(f"{name} {contract.text_hash} {contract.meaning_hash}\n")
    folders = sorted({Path(each.path).parent for each in agreements})
    files = [folder / FILE for folder in folders] + [saved.file_of((each,)) for each in agreements]
    for path in dict.fromkeys((*files, saved.file_of(agreements))):
        parts.append(path.read_bytes() if path.is_file() else b"")
    return mark_of(*parts)


def _page(
    shelf: Shelf, agreements: Sequence[Contract], found: Sequence[Finding], language: Language
) -> str:  # fmt: skip
    names = tuple(each.base for each in agreements)
    typed = " ".join(names)
    told = pick(
        language,
        f"What the text lets happen in any account; contract analyse {typed} --layers … looks at the law too.",
        f"就文本本身而言任何账户可能发生的情形，未计法律；contract analyse {typed} --layers … 一并考察法律。",
    )
    parts = [*_head(called(agreements, language)), element("p", told)]
    if not found:
        parts.append(element("p", pick(language, "Nothing was found.", "未发现问题。")))
    parts += _listed(shelf, found, shelf.programs.of(names), language)
    return "\n\n".join(parts) + "\n"


def _head(title: str) -> list[str]:
    return [f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---", f"# {in_markdown(title)}"]


def _listed(
    shelf: Shelf, found: Sequence[Finding], program: Program, language: Language, held: Saved | None = None
) -> Iterator[str]:
    """Yield findings by their kinds."""
    accepted = Accepted.beside(shelf.contracts)
    for kind in KINDS:
        own = [each for each in found if each.kind == kind]
        if own:
            yield f"## {in_markdown(heading(kind, language))} ({len(own)}) {{ #{kind} }}"
            for each in own:
                yield _finding(shelf, each, program, accepted, language, anchor(each), held)


# ---- Beside the law -------------------------------------------------------------------------------------------------


def _beside(
    shelf: Shelf, agreements: Sequence[Contract], held: Saved, alone: Sequence[Finding], language: Language
) -> str:
    """Return the page of what is found beside the law, and was not found of the text alone."""
    keys = {each.key for each in alone}
    more = [each for each in held.findings if each.key not in keys]
    remaining = {each.key for each in held.findings}
    parts = [*_head(called(agreements, language, LAW)), *_about(shelf, held, language)]
    target = path_of(agreements).replace(".md", ".html")
    if len(agreements) > 1:
        # What one of them has beside the law as it stands alone is on its own page.
        parts.append(element("p", link(
            sides.path_of(agreements).replace(".md", ".html"),
            pick(language, "What protects each party, act by act, side by side", "逐项对照各方所受的保护"),
        )))  # fmt: skip
        single = _of_one(agreements)
        parts += _listed(
            shelf, [each for each in more if each.key not in single], _under(shelf, held), language, held
        )
        own = [(each, f"{single[each.key]}#{anchor(each)}") for each in more if each.key in single]
        parts += _linked(
            pick(language, "What one of them has beside the law", "其中一份协议结合法律即有的"),
            own,
            language,
            "of-one",
        )
    else:
        parts += _listed(shelf, more, _under(shelf, held), language, held)
    settled = [(each, f"{target}#{anchor(each)}") for each in alone if each.key not in remaining]
    stays = [(each, f"{target}#{anchor(each)}") for each in alone if each.key in remaining]
    parts += _linked(pick(language, "What the law settles", "法律已予解决的"), settled, language, "settled")
    parts += _linked(
        pick(language, "What stays as the text alone has it", "仍如文本本身的"), stays, language, "stays"
    )
    return "\n\n".join(parts) + "\n"


def _under(shelf: Shelf, held: Saved) -> Program:
    return shelf.programs.of(held.agreements, held.layers)


def _of_one(agreements: Sequence[Contract]) -> dict[str, str]:
    """Return what is kept of each agreement beside the law: the keys of the findings, and the page that tells each."""
    found = {}
    for agreement in agreements:
        path = saved.beside((agreement,))
        for each in saved.read(path).findings if path is not None else ():
            found[each.key] = path_of((agreement,), LAW).replace(".md", ".html")
    return found


def _linked(title: str, found: Sequence[tuple[Finding, str]], language: Language, name: str) -> Iterator[str]:
    """Yield a list of findings that are told elsewhere."""
    if found:
        yield f"## {title} ({len(found)}) {{ #{name} }}"
        yield element("ul", *(element("li", link(to, pick(language, *each.sentence))) for each, to in found))


def anchor(finding: Finding) -> str:
    """Return the anchor of a finding: it stays while others come and go."""
    return f"{finding.kind}-{hashlib.sha256(finding.key.encode()).hexdigest()[:8]}"


def _about(shelf: Shelf, held: Saved, language: Language) -> Iterator[Html]:
    """Yield what was looked at and how far, and what has changed since."""
    typed = f"contract analyse {' '.join(held.agreements)} --layers {','.join(held.layers[1:])}"
    laws = [
        link(page_of(each), short(shelf.contracts[each], language))
        for each in held.documents
        if each in shelf.contracts and shelf.contracts[each].kind == "law"
    ]
    between = pick(language, ", ", "、")
    yield element(
        "p", pick(language, "What the text lets happen beside this law: ", "在下列法律之下可能发生的情形："),
        joined(laws, between), pick(language, ". Found by ", "。查询命令："), element("code", typed),
        pick(language, ", which takes minutes, and kept; each history below was put to the engine again for this page.",
             "（需数分钟，结果已保存）；以下每一经过均由引擎为本页重新作答。"),
    )  # fmt: skip
    if held.searched is not None:
        yield element("p", pick(language, *held.searched), class_="source")
    if changed := held.changed(shelf.contracts):
        names = between.join(changed)
        yield element("p", pick(
            language,
            f"Since this was looked for, another meaning has been given to: {names}. What is new since is not here;"
            " a finding whose clauses were changed says so.",
            f"查询之后，下列文件的含义已有变更：{names}。此后新出现的问题未列于此；条款已变更的发现另有标注。",
        ), class_="warning")  # fmt: skip


def _finding(
    shelf: Shelf, finding: Finding, program: Program, accepted: Accepted, language: Language, name: str,
    kept: Saved | None = None,
) -> Html:  # fmt: skip
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
    if kept is not None and kept.reworded(finding, shelf.contracts):
        reason = pick(
            language,
            "its clauses were changed since it was found: it may hold no longer",
            "发现之后条款已变更，未必仍然成立",
        )
        parts.append(element("p", reason, class_="warning"))
    places = dict.fromkeys((each.document, each.clause) for each in finding.clauses)
    columns = [_clause(shelf, *place, language) for place in places if place[0] in shelf.contracts]
    parts.append(element("div", *columns, class_="side"))
    if finding.witness is not None:
        again = answered_now(finding.witness, shelf.programs, kept.agreements) if kept is not None else {}
        parts += _witness(finding.witness, again, program, language, name)
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


def _witness(
    witness: Witness, again: Mapping[str, str | None], program: Program, language: Language, name: str
) -> Iterator[Html]:
    """Yield the history that shows a finding, as the engine takes it, and what it answers at the end.

    `again` holds what it answers now where the history was found before.
    """
    voice = voice_of(witness, program, language)
    try:
        account = account_of(witness, program)
    except EngineError as wrong:
        told = pick(language, f"The history is none any longer: {wrong}", f"该经过已不成立：{wrong}")
        yield element("p", told, class_="warning")
        return
    until = max((each.effect_at for each in account.ledger), default=START)
    if "at" in witness.asked:
        until = max(until, parse_as_of(str(witness.asked["at"])))
    entries = history(account, until)
    yield element("p", pick(language, "It can happen like this:", "可能的经过："))
    if (given := agreed(account.terms, voice)) is not None:
        yield given
    title = pick(language, "Timeline of the history", "经过的时间线")
    yield element("div", timeline(entries, voice, name, title), class_="canvas", tabindex="0")
    yield ledger_table(entries, voice)
    asked = question_of(witness, account, voice)
    for under, answer in witness.verdicts.items():
        now = again.get(under, answer)
        said = [f"{asked} ({under_called(under, voice)}): ", element("b", voice.answer(now or "none"))]
        if now != answer:
            said.append(element("span", pick(
                language, f" (it was found with: {voice.answer(answer)})", f"（发现时为：{voice.answer(answer)}）"),
                class_="bad"))  # fmt: skip
        yield element("p", *said)
