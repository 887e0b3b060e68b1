"""Two versions of a document as a page: what differs in the text, clause by clause, and beneath it in meaning.

What differs in meaning is what `contract diff` finds: sentences in plain words, then for each act, duty and sum the
dated history on which the engine answers differently, told under either version.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.numerals import plain_number
from engine.analysis.difference import Difference, Edit, difference
from engine.analysis.difference_report import Words, bound
from engine.analysis.following import Compared
from engine.analysis.parting import Parting, account_on
from engine.compile import compile_program
from engine.dates import parse_as_of
from engine.documents.called import number, short
from engine.documents.document import File
from engine.documents.histories import ledger_table
from engine.documents.kept import held_pages, mark_of
from engine.documents.markup import Html, element, file_name, in_markdown, inside, pick
from engine.documents.shelf import Shelf, title_of
from engine.documents.timeline import timeline
from engine.event import START
from engine.history import history
from engine.program import Program
from engine.voice import Voice

# A Latin word or number, a run of blanks, or any one other letter: what a reader sees change at once.
_WORDS = re.compile(r"[A-Za-z0-9_'’.]+|\s+|.", re.S)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page and the anchor that it keeps."""

    level: int
    text: str
    anchor: str


def versions(shelf: Shelf) -> Iterator[tuple[Contract, Contract]]:
    """Yield each two versions of one document of which one follows the other, as they are called."""
    held: dict[tuple[str, str], list[Contract]] = {}
    for each in shelf.contracts.values():
        held.setdefault((each.kind, each.base), []).append(each)
    for same in held.values():
        yield from pairwise(sorted(same, key=lambda each: (_order(each.version), each.name)))


def _order(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isdecimal() else (0, version)


def path_of(old: Contract, new: Contract) -> str:
    """Return the file of a page of changes."""
    return f"changes-{file_name(old.name)}-{file_name(new.name)}.md"


def called(old: Contract, new: Contract, language: Language) -> str:
    """Return what a page of changes is called."""
    before, after = old.version or "1", new.version or "1"
    name = short(replace(new, version=""), language)
    told = f"{name} {before} → {after}" if before != after else name
    return pick(language, f"Changes: {told}", f"变更：{told}")


def _page(held: Difference, language: Language) -> str:
    title = called(held.old, held.new, language)
    parts = [f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---", f"# {in_markdown(title)}"]
    for each in blocks(held, language):
        if isinstance(each, Heading):
            parts.append(f"{'#' * each.level} {in_markdown(each.text)} {{ #{each.anchor} }}")
        else:
            parts.append(each)
    return "\n\n".join(parts) + "\n"


def standalone(held: Difference, language: Language) -> str:
    """Return the page of two versions as one HTML file."""
    title = called(held.old, held.new, language)
    style = files("engine.documents").joinpath("assets", "documents.css").read_text("utf-8")
    body = [element("h1", title)]
    for each in blocks(held, language):
        body.append(
            element(f"h{each.level}", each.text, id=each.anchor) if isinstance(each, Heading) else each
        )
    head = element(
        "head", Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title), element("style", Html(_ALONE + style)),
    )  # fmt: skip
    said = "zh-Hans" if language == "zh" else "en"
    return (
        "<!doctype html>\n" + element("html", head, element("body", element("main", *body)), lang=said) + "\n"
    )


# What the theme of a site would give.
_ALONE = """
:root { --md-default-fg-color: #1a1a1a; --md-default-fg-color--light: #55606a;
  --md-default-fg-color--lightest: #d0d7de; --md-default-bg-color: #fff; color-scheme: light; }
body { font: 20px/1.6 system-ui, "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; color: #1a1a1a;
  background: #fff; margin: 0 auto; max-width: 82rem; padding: 1rem; }
h1, h2, h3 { line-height: 1.3; }
"""


def pages(
    shelf: Shelf, languages: Iterable[Language], kept: Path | None = None
) -> Iterator[tuple[Contract, Contract, dict[Language, File]]]:
    """Yield each two versions that follow one another, with their page in each language; `kept` is where pages are."""
    languages = tuple(languages)
    for old, new in versions(shelf):
        hashes = (each for contract in (old, new) for each in (contract.text_hash, contract.meaning_hash))
        mark = mark_of(" ".join((old.name, new.name, *hashes)))
        made = held_pages(kept, mark, languages, partial(_texts, old, new, languages))
        yield old, new, {language: File(path_of(old, new), text) for language, text in made.items()}


def _texts(old: Contract, new: Contract, languages: Iterable[Language]) -> dict[Language, str]:
    held = difference(old, new)
    return {language: _page(held, language) for language in languages}


def blocks(held: Difference, language: Language) -> Iterator[Heading | Html]:
    """Yield the page, block by block."""
    words = Words(held, language)
    yield _head(held, words, language)
    for was, now in _clauses(held.old, held.new):
        edits = [each for each in held.edits if (each.new, each.old) == (now, was) or _only(each, was, now)]
        texts = _text(held.old, was), _text(held.new, now)
        if edits or texts[0].split() != texts[1].split():
            yield from _clause(held, was, now, edits, words, language)
    moved = [each for each in held.edits if each.how == "moved"]
    if moved:
        yield Heading(2, pick(language, "Moved", "移位"), "moved")
        yield element("ul", *(element("li", f"{each.old} → {each.new}: {words.how(each)}") for each in moved))
    if held.words:
        yield Heading(2, pick(language, "Declarations", "声明"), "words")
        yield element("ul", *(element("li", words.word(each)) for each in held.words))
    if held.same_by is None:
        yield Heading(2, pick(language, "What follows", "后果"), "follows")
        yield from _follows(held, words, language)


def _head(held: Difference, words: Words, language: Language) -> Html:
    rows = []
    for said, contract in ((("old version", "原版本"), held.old), (("new version", "新版本"), held.new)):
        hashes = f"{contract.text_hash[:16]} · {contract.meaning_hash[:16]}"
        called_so = f"{title_of(contract, language)} ({contract.name}): {hashes}"
        rows += [element("dt", pick(language, *said)), element("dd", called_so)]
    told = words.same() or pick(
        language, "The two versions do not mean the same.", "两个版本的含义不同。")  # fmt: skip
    listed = element("dl", *rows, class_="about")
    return element("div", listed, element("p", element("b", told)), class_="document-head")


# ---- Clause by clause -----------------------------------------------------------------------------------------------


def _clauses(old: Contract, new: Contract) -> Iterator[tuple[str | None, str | None]]:
    """Yield the clauses of both, as the new version has them; one that it has no longer stands where it stood."""
    there = {plain_number(each.number): each.number for each in new.clauses}
    had = {plain_number(each.number): each.number for each in old.clauses}
    gone: list[tuple[str | None, str | None]] = []
    after: dict[str, list[tuple[str | None, str | None]]] = {"": gone}
    last = ""
    for plain, each in had.items():
        if plain in there:
            last = plain
            after[plain] = []
        else:
            after[last].append((each, None))
    yield from gone
    for plain, each in there.items():
        yield had.get(plain), each
        yield from after.get(plain, ())


def _only(edit: Edit, was: str | None, now: str | None) -> bool:
    """Tell whether an edit is of a clause on one side only, and that is this clause."""
    one_sided = edit.old is None or edit.new is None
    return one_sided and (edit.old or edit.new) == ((was if edit.new is None else now) or "")


def _clause(
    held: Difference, was: str | None, now: str | None, edits: list[Edit], words: Words, language: Language
) -> Iterator[Heading | Html]:
    contract, called_so = (held.new, now) if now is not None else (held.old, was or "")
    yield Heading(3, number(contract, called_so or "", language), called_so or "text")
    texts = _text(held.old, was), _text(held.new, now)
    written = "zh-Hans" if contract.chinese else "en"
    parts: list[object] = [element("div", *redline(*texts), class_="printed redline", lang=written)]
    meant = [each for each in edits if each.was or each.now]
    beside: list[object] = []
    for each in meant:
        told = [element("p", words.how(each), class_="head sort")]
        told += [element("p", element("del", words.sentence(one.said, held.old))) for one in each.was]
        told += [element("p", element("ins", words.sentence(one.said, held.new))) for one in each.now]
        beside.append(element("div", *told, class_="norm"))
    if not meant:
        same = pick(language, "Other words; its norms are the same.", "文字不同，规范未变。")
        beside.append(element("p", same))
    parts.append(element("div", *beside, class_="beside"))
    yield element("div", *parts, class_="clause")


def _text(contract: Contract, clause: str | None) -> str:
    found = contract.clause(clause) if clause is not None else None
    return found.text if found is not None else ""


def redline(old: str, new: str) -> Iterator[Html]:
    """Yield a text with what was struck and what was put in, word by word, each line a paragraph."""
    some, others = _WORDS.findall(old), _WORDS.findall(new)
    parts: list[Html] = []
    for how, i, j, k, m in difflib.SequenceMatcher(None, some, others, autojunk=False).get_opcodes():
        if how == "equal":
            parts.append(inside("".join(others[k:m])))
            continue
        if i < j:
            parts.append(element("del", "".join(some[i:j])))
        if k < m:
            parts.append(element("ins", "".join(others[k:m])))
    yield element("p", *parts)


# ---- What follows ---------------------------------------------------------------------------------------------------


def _follows(held: Difference, words: Words, language: Language) -> Iterator[Heading | Html]:
    programs = compile_program([held.old]), compile_program([held.new])
    told = [
        (f"{words.subject(each)}{pick(language, ': ', '：')}{words.verdict(each)}", each)
        for each in held.answers
    ]
    parting = [(said, each) for said, each in told if each.partings]
    for place, (said, each) in enumerate(parting, 1):
        yield Heading(3, said, f"follows-{place}")
        for at, found in enumerate(each.partings, 1):
            yield _parting(each, found, programs, words, language, f"change-{place}-{at}")
    rest = [said for said, each in told if not each.partings]
    if held.consequences:
        listed = pick(language, ", ", "、").join(held.consequences)
        rest.append(
            pick(language, f"on a breach hang besides: {listed}", f"另有以违约为前提的条款：{listed}")
        )
    if not parting:
        rest.append(pick(
            language, "No history within the bound on which the two answer differently was found.",
            "在限度内未发现两者回答不同的经过。"))  # fmt: skip
    if rest:
        yield element("ul", *(element("li", each) for each in rest))
    yield element("p", words.said(bound(held)), class_="source")


def _parting(
    of: Compared,
    found: Parting,
    programs: tuple[Program, Program],
    words: Words,
    language: Language,
    name: str,
) -> Html:
    """Return one history, as it goes under the old version and under the new, with what either answers at its end."""
    parts: list[object] = [element("p", element("b", each)) for each in words.outcome(of, found)]
    sides = (("old", "Under the old version", "依原版本"), ("new", "Under the new version", "依新版本"))
    for (side, en, zh), program in zip(sides, programs, strict=True):
        voice, account = Voice(program, language), account_on(found.witness, program)
        asked = parse_as_of(str(found.witness.asked["at"]))
        until = max([START, asked, *(each.effect_at for each in account.ledger)])
        entries = history(account, until)
        title = pick(language, en, zh)
        picture = timeline(entries, voice, f"{name}-{side}", title)
        parts.append(element("p", title, class_="title"))
        parts.append(element("div", picture, class_="canvas", tabindex="0"))
        parts.append(ledger_table(entries, voice))
    return element("div", *parts, class_="finding", id=name)
