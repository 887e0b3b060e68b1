"""Completion: the words that the grammar allows at the cursor, and the names that make sense there.

What is offered is in the language being typed. In a Chinese file a name may be looked for by its English spelling
too, and is then written in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lsprotocol.types import CompletionItem, CompletionItemKind, Range, TextEdit

from contractlang import grammar
from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    DefineDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.names import KIND_NAMES
from contractlang.source import Source
from contractlang.statements import NotAStatement, parse_statement
from contractlang.symbols import params_of
from engine.desk.papers import Understood
from engine.desk.places import range_of

_WORD = re.compile(r"[^\W\d](?:[\w-]*\w)?$")
_DOTTED = re.compile(r"([^\W\d][\w-]*)((?:\s*\.\s*[^\W\d][\w-]*)*)\s*\.\s*(?:[^\W\d][\w-]*)?$")
_BOUND = re.compile(
    r"(?:for\s+each|upon|就\s*每次|因)\s+(?P<of>[^\W\d][\w-]*)\s+(?:as|作为)\s+(?P<name>[^\W\d][\w-]*)"
)
_MARK = re.compile(r"[ \t　]*[|｜]{1,2}")

_ICONS: dict[type, CompletionItemKind] = {
    PartyDecl: CompletionItemKind.Class, ThingDecl: CompletionItemKind.Struct, TypeDecl: CompletionItemKind.Enum,
    BlankDecl: CompletionItemKind.Field, StateDecl: CompletionItemKind.Variable,
    OccurrenceDecl: CompletionItemKind.Function, QuestionDecl: CompletionItemKind.Interface,
    ReadingDecl: CompletionItemKind.Enum, DefineDecl: CompletionItemKind.Constant,
}  # fmt: skip

# What stands behind these words, where a name may stand: which declarations come first.
_MODALS = ("must", "may", "not", "应", "必须", "不得", "可以", "有权")
_AFTER: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_MODALS, (OccurrenceDecl,)),
    **dict.fromkeys(("did", "已", "each", "每次", "of", "属于", "on"), (OccurrenceDecl,)),
    **dict.fromkeys(("by", "由"), (PartyDecl, BlankDecl)),
    **dict.fromkeys(("sets", "使", "keep", "保持", "shows", "表明"), (StateDecl, QuestionDecl)),
    **dict.fromkeys(
        ("when", "while", "if", "unless", "若", "当", "除非", "where", "限于"), (QuestionDecl, StateDecl)
    ),
}
_LABELS = (
    "over",
    "to",
    "despite",
    "优先于",
    "服从",
    "不受限于",
    "使无效",
    "voids",
    "违反",
    "suspending",
    "暂停履行",
)


@dataclass(frozen=True)
class Here:
    """What is being typed: the statement up to the cursor, and the word begun there."""

    before: str
    stem: str
    start: int
    end: int
    chinese: bool


MOST = 120
"""How many words are offered at a time: the nearest. An editor asks again as more is typed."""


def complete(
    source: Source, offset: int, last: Understood | None, documents: Iterable[str]
) -> list[CompletionItem]:
    """Return what can be typed at a place of `source`. `last` is what was last understood of it, `documents` are the
    names of the documents that could be used."""
    here = _here(source, offset)
    if here is None:
        return []
    offered = _offered(here, last.contract if last is not None else None, documents)
    wanted: dict[str, Offer] = {}
    stem = here.stem.lower()
    for each in offered:
        _, label, _, other = each
        if label and _begun(stem, label.lower(), other.lower()) and each[0] < wanted.get(label, (9,))[0]:
            wanted[label] = each
    nearest = sorted(wanted.values(), key=lambda each: (each[0], not each[1].lower().startswith(stem)))[:MOST]
    place = range_of(source, here.start, here.end)
    return [_item(here, place, number, each) for number, each in enumerate(nearest)]


def _begun(stem: str, label: str, other: str) -> bool:
    """Tell whether a word may be meant by its first letters: they stand in it, in this order, or in its other name."""

    def holds(word: str) -> bool:
        letters = iter(word)
        return all(letter in letters for letter in stem)

    return not stem or holds(label) or holds(other)


def _item(here: Here, place: Range, number: int, offer: Offer) -> CompletionItem:
    _, label, kind, other = offer
    # Editors match what is typed with this; an English stem finds a Chinese word by its English name.
    found_by = other if other and here.stem and here.stem.isascii() and not label.isascii() else label
    return CompletionItem(
        label, kind=kind, filter_text=found_by, sort_text=f"{number:05}", text_edit=TextEdit(place, label),
        detail=other or None,
    )  # fmt: skip


def _here(source: Source, offset: int) -> Here | None:
    """Return what is being typed at a place; None outside statements and in quotations."""
    line = source.text.count("\n", 0, offset)
    text = source.lines[line][: offset - source.line_starts[line]]
    mark = _MARK.match(text)
    if mark is None:
        return None
    before = text[mark.end() :]
    while mark is not None and mark[0].strip() in ("||", "｜｜") and line > 0:
        line -= 1
        mark = _MARK.match(source.lines[line])
        before = (source.lines[line][mark.end() :] if mark is not None else "") + " " + before
    if _quoted(before) or before.lstrip().startswith(("#", "＃")):
        return None
    word = _WORD.search(before)
    stem = word[0] if word is not None else ""
    after = re.match(r"\w*", source.text[offset:])
    end = offset + (len(after[0]) if after is not None and stem else 0)
    sample = stem or before
    chinese = source.is_chinese if not sample.strip() or sample.isascii() else True
    return Here(before[: len(before) - len(stem)], stem, offset - len(stem), end, chinese)


def _quoted(text: str) -> bool:
    """Tell whether a quotation is open at the end of `text`."""
    return text.count('"') % 2 == 1 or text.rfind("“") > text.rfind("”")


Offer = tuple[int, str, CompletionItemKind, str]
"""How near (0 nearest), what is written, what it is, and how it is called in the other language."""


def _offered(here: Here, contract: Contract | None, documents: Iterable[str]) -> Iterator[Offer]:
    if contract is not None and (dotted := _DOTTED.search(here.before + here.stem)):
        yield from _fields(dotted, here, contract)
        return
    last = re.search(r"[^\s,，:：(（]+\s*$", here.before)
    behind = last[0].strip() if last is not None else ""
    if behind in ("uses", "引用"):
        yield from ((0, name, CompletionItemKind.Module, "") for name in documents)
        return
    if contract is not None and behind in ("see", "同", "条", "replaces", "repeals", "取代", "废止"):
        yield from (
            (0, each.number, CompletionItemKind.Reference, each.text[:60])
            for each in contract.clauses
            if each.number
        )
        return
    expected = _expected(here.before)
    words = grammar.keywords()
    can_be_named = "NAME" in expected
    near_names = can_be_named and behind in _AFTER
    for text, terminal in words.items():
        if terminal in expected and (text[0] > "\u2e80") is here.chinese:
            yield 2 if near_names else 1, text, CompletionItemKind.Keyword, ""
    if can_be_named and contract is not None:
        yield from _names(here, behind, contract)
    if re.search(r"[:：]\s*$", here.before) and re.match(
        r"\s*(blank|gap|state|空白|缺漏|状态)\b", here.before
    ):
        yield from (
            (0, name, CompletionItemKind.TypeParameter, "")
            for name in KIND_NAMES
            if name.isascii() is not here.chinese
        )


@lru_cache(maxsize=512)
def _expected(before: str) -> frozenset[str]:
    """Return the terminals that can stand behind the beginning of a statement."""
    # A sign that is no word of the language stands where the cursor is.
    parsed = parse_statement(before.lstrip() + " \\")
    return parsed.expected if isinstance(parsed, NotAStatement) else frozenset()


def _names(here: Here, behind: str, contract: Contract) -> Iterator[Offer]:
    first = _AFTER.get(behind, ())
    for bound in _BOUND.finditer(here.before):
        yield 0, bound["name"], CompletionItemKind.Variable, bound["of"]
    at_start = not here.before.strip() or here.before.rstrip()[-1:] in ",，:："
    for each in contract.declarations.values():
        wanted = isinstance(each, first) or (at_start and isinstance(each, PartyDecl))
        if isinstance(each, OccurrenceDecl) and behind in _MODALS:
            wanted = each.is_act
        yield 0 if wanted else 3, *_called(each, here.chinese)
    rank = 0 if behind in _LABELS else 3
    for norm in contract.norms:
        if len(norm.label) > 1:
            yield rank, norm.label, CompletionItemKind.Method, norm.clause
    for amount in contract.amounts:
        name, alias = _in_language(amount.name, amount.alias, here.chinese)
        yield 3, name, CompletionItemKind.Value, alias
    if behind in ("is", "为", "to", "至"):
        yield from _options(here, contract)
    if behind in _LABELS:
        yield from (
            (1, each.number, CompletionItemKind.Reference, "") for each in contract.clauses if each.number
        )


def _clauses(contract: Contract, rank: int) -> Iterator[Offer]:
    yield from (
        (rank, each.number, CompletionItemKind.Reference, each.text[:60])
        for each in contract.clauses
        if each.number
    )


def _called(declared: Declaration, chinese: bool) -> tuple[str, CompletionItemKind, str]:
    name, other = _in_language(declared.name, declared.alias, chinese)
    return name, _ICONS[type(declared)], other


def _in_language(name: str, alias: str, chinese: bool) -> tuple[str, str]:
    """Return a name in the language wanted, if it has one, and then its other name."""
    if alias and name.isascii() is chinese:
        return alias, name
    return name, alias


def _options(here: Here, contract: Contract) -> Iterator[Offer]:
    """Yield the options of what stands before `is` or `to`."""
    words = re.findall(r"[^\W\d][\w-]*", here.before)
    named = words[-2] if len(words) > 1 else ""
    for each in contract.declarations.values():
        if (
            named
            and named in (each.name, each.alias)
            and isinstance(each, StateDecl | TypeDecl | QuestionDecl | ReadingDecl)
        ):
            for option in each.options:
                name, other = _in_language(option.name, option.alias, here.chinese)
                yield 0, name, CompletionItemKind.EnumMember, other


def _fields(dotted: re.Match[str], here: Here, contract: Contract) -> Iterator[Offer]:
    """Yield the properties of what stands before a dot."""
    bound = {found["name"]: found["of"] for found in _BOUND.finditer(here.before)}
    root = bound.get(dotted[1], dotted[1])
    owner = next((each for each in contract.declarations.values() if root in (each.name, each.alias)), None)
    for name in re.findall(r"[^\W\d][\w-]*", dotted[2]):
        param = next((each for each in params_of(owner) if name in (each.name, each.alias)), None)
        owner = contract.declarations.get(param.kind.of) if param is not None else None
    for param in params_of(owner):
        name, other = _in_language(param.name, param.alias, here.chinese)
        yield 0, name, CompletionItemKind.Property, other
