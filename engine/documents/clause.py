"""One clause on a page: its text as printed, and beside it everything that was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from contractlang.called import half
from contractlang.contract import ClauseText, Contract
from contractlang.declaration import OccurrenceDecl, QuestionDecl
from contractlang.diagnostic import Language
from contractlang.expression import CountOf, Field, Happened, StateValue, SumOf
from contractlang.norms import (
    AmountRule,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OnOccurrence,
    Permission,
    Power,
    Prohibition,
    Reasonable,
    Remark,
)
from contractlang.words import (
    say_name,
    say_sentence,
    say_source,
    say_standing,
    say_trigger,
    say_window,
)
from engine.dates import iso
from engine.documents.called import (
    SORTS,
    address,
    bearer,
    cited,
    condition,
    counterparty,
    glossary_address,
    norm_called,
    number,
    preferred,
    sort_of,
)
from engine.documents.example import Example, example
from engine.documents.highlight import highlighted
from engine.documents.left_open import open_in
from engine.documents.markup import Html, element, in_markdown, inside, joined, link, pick
from engine.documents.picture import KINDS
from engine.documents.shelf import Place, Shelf
from engine.graph import key
from engine.walk import walk

NORMS = Obligation | Maintenance | Prohibition | Permission | Power
OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}
_LANG = {"en": "en", "zh": "zh-Hans"}


def section(
    shelf: Shelf, contract: Contract, clause: ClauseText, language: Language, picture: str | None
) -> str:
    """Return the Markdown of one clause: a heading that keeps its anchor, the text, and what stands beside it."""
    said = shelf.sentences(contract, clause.number)
    called = number(contract, clause.number, language)
    heading = called
    if clause.lines and clause.is_heading:
        heading = clause.lines[0]
    head = f"{'##' if clause.is_heading else '###'} {in_markdown(heading)} {{ #{clause.number} }}"
    if clause.is_heading and not said:
        return head
    text = element("div", *(element("p", each) for each in clause.lines), class_="printed", lang="zh-Hans")
    beside = [*_cards(shelf, contract, said, language)]
    beside += _open(shelf, contract, clause, said, language)
    beside += _source(shelf, contract, clause, language)
    beside += _related(shelf, contract, clause, language)
    if picture is not None:
        beside.append(_picture(picture, called, language))
    lines = shelf.lines(contract, clause)
    if lines:
        shown = highlighted(lines, contract, lambda name: glossary_address(contract, name))
        beside.append(_folded(pick(language, "As formalised", "规范原文"), shown))
    return f"{head}\n\n{element('div', text, element('div', *beside, class_='beside'), class_='clause')}"


# ---- Sentences ------------------------------------------------------------------------------------------------------


def _cards(shelf: Shelf, contract: Contract, said: Iterable[Any], language: Language) -> Iterator[Html]:
    for each in said:
        yield _card(shelf, contract, each, language)


def _card(shelf: Shelf, contract: Contract, said: Any, language: Language) -> Html:
    """Return one sentence: what sort it is, what it says in both languages, and what it hangs together with."""
    sort = sort_of(said)
    head: list[object] = [element("span", pick(language, *SORTS[sort]), class_=f"sort {sort}")]
    name = None
    if isinstance(said, NORMS):
        head.append(element("span", norm_called(said, contract, language, contract.name), class_="label"))
        name = f"norm:{key(said).partition('/')[2]}"
    parts: list[object] = [element("p", *head, class_="head")]
    for each in (language, OTHER[language]):
        spoken = say_sentence(said, contract, each)
        parts.append(
            element("p", spoken, lang=_LANG[each], class_="words" if each == language else "words other")
        )
    rows = list(rows_of(shelf, contract, said, language))
    if rows:
        told = [(element("dt", term), element("dd", value)) for term, value in rows]
        parts.append(element("dl", *told))
    return element("div", *parts, class_="norm", id=name)


def rows_of(shelf: Shelf, contract: Contract, said: Any, language: Language) -> Iterator[tuple[str, object]]:
    """Yield what a sentence hangs together with: a term and what is told of it, a text or markup."""

    def term(en: str, zh: str) -> str:
        return pick(language, en, zh)

    if isinstance(said, NORMS):
        to = counterparty(said, contract, language)
        who = bearer(said, contract, language)
        yield term("who", "何人"), f"{who} → {to}" if to else who
        if said.trigger is not None:
            yield term("arises", "何时产生"), say_trigger(said.trigger, contract, language)
        if said.when is not None:
            yield term("condition", "条件"), condition(said.when, contract, language)
        yield from _window_rows(shelf, contract, said, language)
        if said.unless is not None:
            yield term("exception", "例外"), condition(said.unless, contract, language)
        yield from _edge_rows(shelf, said, language)
    elif isinstance(said, AmountRule | LossRule) and said.trigger is not None:
        yield term("arises", "何时产生"), say_trigger(said.trigger, contract, language)
    if not isinstance(said, Remark):
        facts = list(_facts(shelf, contract, said, language))
        if facts:
            yield term("evidence", "所需证据"), element("ul", *(element("li", each) for each in facts))
        if contract.kind == "law":
            yield term("force", "效力"), say_standing(said.standing, language)


def _window_rows(
    shelf: Shelf, contract: Contract, norm: Norm, language: Language
) -> Iterator[tuple[str, object]]:
    window = None if isinstance(norm, Maintenance) else norm.window
    if window is None:
        if isinstance(norm, Obligation):
            yield pick(language, "window", "期限"), pick(language, "none is set", "未定期限")
        return
    yield pick(language, "window", "期限"), say_window(window, contract, language)
    if isinstance(window.limit, Reasonable) and window.limit.question:
        asked = contract.declarations.get(window.limit.question)
        if isinstance(asked, QuestionDecl):
            who = half(asked.decided_by, language) or pick(language, "somebody", "有关的人")
            yield pick(language, "example", "示例"), pick(
                language, f"no date can be worked out: {who} decides", f"无法事先算出日期：由{who}认定")  # fmt: skip
    shown = example(norm, shelf.program(contract))
    if shown is not None:
        yield pick(language, "example", "示例"), _told_example(shown, norm, contract, language)


def _told_example(shown: Example, norm: Norm, contract: Contract, language: Language) -> str:
    """Return an example as a sentence: from which day, with what given, until when."""
    given = []
    declared = (
        contract.declarations.get(norm.trigger.name) if isinstance(norm.trigger, OnOccurrence) else None
    )
    for name, value in shown.fields.items():
        if name in ("at", "day", "arrives"):
            continue
        params = declared.params if isinstance(declared, OccurrenceDecl) else ()
        alias = next((each.alias for each in params if each.name == name), "")
        called = preferred(name, alias, language)
        told = _moment(value) if isinstance(value, int) and value > 10**14 else value
        given.append(pick(language, f"{called} {told}", f"{called}为{told}"))
    for name, value in shown.filled.items():
        called = say_name(name, contract, language)
        given.append(pick(language, f"{called} filled in as {value}", f"{called}填为{value}"))
    start = "on " + _moment(shown.at) if language == "en" else _moment(shown.at)
    what = pick(language, "it arises", "产生")
    if isinstance(norm.trigger, OnOccurrence):
        what = say_name(norm.trigger.name, contract, language)
    lead = pick(language, f"{what} {start}", f"{start}{what}")
    if given:
        lead += pick(language, f", {', '.join(given)}", f"，{'，'.join(given)}")
    if shown.end is not None:
        return lead + pick(language, f": in time until {_end(shown.end)}", f"：至{_end(shown.end)}为止不迟延")
    ends = pick(language, " or ", "或").join(map(_end, shown.could_be)) or pick(language, "not known", "未定")
    open_ = ", ".join(say_name(item.name, contract, language) for item in shown.missing)
    return lead + pick(language, f": until {ends}, which hangs on {open_}", f"：至{ends}，取决于{open_}")


def _moment(at: int) -> str:
    return iso(at)[:16].replace("T", " ")


def _end(spoken: str) -> str:
    return spoken.replace("T", " ")


_TOLD = (
    ("prevails over", "into", "is overridden by", "劣后于"), ("limits", "into", "is limited by", "受限于"),
    ("voids", "into", "is made void by", "因其无效"), ("excepts", "into", "is excepted from", "例外于"),
    ("prevails over", "out", "prevails over", "优先于"), ("limits", "out", "limits", "限制"),
    ("voids", "out", "makes void", "使之无效"), ("excepts", "out", "gives way to", "让位于"),
    ("remedies", "out", "if it is broken", "违反的后果"), ("remedies", "into", "remedies a breach of", "救济对象"),
    ("conditions on", "into", "is looked at by", "被其作为条件"), ("conditions on", "out", "looks at", "以其为条件"),
)  # fmt: skip


def _edge_rows(shelf: Shelf, norm: Norm, language: Language) -> Iterator[tuple[str, object]]:
    """Yield what prevails, what follows on a breach, and whatever else the graph joins to the norm."""
    node = ("norm", key(norm))
    for kind, end, en, zh in _TOLD:
        edges = shelf.into(node, kind) if end == "into" else shelf.out_of(node, kind)
        others = [edge.source if end == "into" else edge.target for edge in edges]
        norms = [shelf.norms[other[1]] for other in dict.fromkeys(others) if other[0] == "norm"]
        if norms:
            yield pick(language, en, zh), _norms(shelf, norms, norm.document, language)
    owed = isinstance(norm, Obligation | Maintenance | Prohibition)
    if owed and not shelf.out_of(node, "remedies") and not shelf.into(node, "conditions on"):
        told = pick(language, "no norm here names a consequence", "此处没有规范规定后果")
        yield pick(language, "if it is broken", "违反的后果"), told


def _norms(shelf: Shelf, norms: Iterable[Norm], here: str, language: Language) -> Html:
    """Return norms as links; a long list is folded."""
    links = [
        link(
            address((each.document, each.clause), here),
            norm_called(each, shelf.contracts[each.document], language, here),
        )
        for each in norms
    ]
    between = pick(language, ", ", "、")
    if len(links) <= 6:
        return joined(links, between)
    return _folded(pick(language, f"{len(links)} norms", f"{len(links)}条规范"), joined(links, between))


def _facts(shelf: Shelf, contract: Contract, said: Any, language: Language) -> Iterator[Html]:
    """Yield the entries of a ledger that the engine must see to judge a sentence, with the fields it reads."""
    names: dict[str, None] = {}
    if isinstance(getattr(said, "trigger", None), OnOccurrence):
        names[said.trigger.name] = None
    if isinstance(said, Obligation | Prohibition | Permission | Power):
        names[said.act.name] = None
    for part in walk(said):
        if isinstance(part, Happened | CountOf | SumOf):
            names[part.name] = None
        elif isinstance(part, StateValue) and part.name != "agreement":
            for edge in shelf.into(("state", part.name), "sets"):
                if edge.source[1] in contract.declarations:
                    names.setdefault(edge.source[1])
    read = {part.name for part in walk(said) if isinstance(part, Field)}
    for name in names:
        declared = contract.declarations.get(name)
        if not isinstance(declared, OccurrenceDecl):
            continue
        fields = [each for each in declared.params if each.name in read or each.name == declared.accumulates]
        listed = pick(language, ", ", "、").join(
            preferred(each.name, each.alias, language) for each in fields
        )
        target = glossary_address(contract, name)
        called = say_name(name, contract, language)
        shown: object = link(target, called) if target else called
        yield inside((shown, pick(language, f" ({listed})", f"（{listed}）") if listed else ""))


# ---- What is open, and where it belongs -----------------------------------------------------------------------------


def _open(
    shelf: Shelf, contract: Contract, clause: ClauseText, said: list[Any], language: Language
) -> Iterator[Html]:
    for title, items in open_in(shelf, contract, clause, said, language):
        yield _part(title, element("ul", *items))


def _source(shelf: Shelf, contract: Contract, clause: ClauseText, language: Language) -> Iterator[Html]:
    note = shelf.source_of(contract, clause.number)
    if note is not None:
        yield _part(pick(language, "Source", "来源"), element("p", say_source(note, language)))


def _related(shelf: Shelf, contract: Contract, clause: ClauseText, language: Language) -> Iterator[Html]:
    """Yield the clauses and articles that have to do with this one; articles with their restatement and citation."""
    found = shelf.related.get((contract.name, clause.number), {})
    order = {name: place for place, name in enumerate(shelf.contracts)}
    places = sorted(found, key=lambda place: (place[0] != contract.name, order[place[0]], _at(shelf, place)))
    clauses = [each for each in places if shelf.contracts[each[0]].kind != "law"]
    if clauses:
        items = [_place(shelf, each, found[each], contract, language) for each in clauses]
        listed = element("ul", *items)
        title = pick(language, f"Related clauses ({len(items)})", f"相关条款（{len(items)}）")
        yield _part(title, listed) if len(items) <= 4 else _folded(title, listed)
    articles = [each for each in places if shelf.contracts[each[0]].kind == "law"]
    if articles:
        items = [_article(shelf, each, found[each], contract, language) for each in articles]
        title = pick(language, f"Articles of law ({len(items)})", f"相关法条（{len(items)}）")
        yield (
            _part(title, element("ul", *items)) if len(items) <= 4 else _folded(title, element("ul", *items))
        )


def _at(shelf: Shelf, place: Place) -> int:
    clause = shelf.contracts[place[0]].clause(place[1])
    return clause.span.start if clause is not None and clause.span is not None else 0


def _how(kinds: Iterable[str], language: Language) -> str:
    told = {"speaks of": ("speaks of it", "言及")}
    names = [
        pick(language, *told.get(kind, KINDS[kind][:2] if kind in KINDS else (kind, kind)))
        for kind in sorted(kinds)
    ]
    return pick(language, ", ", "、").join(names)


def _place(shelf: Shelf, place: Place, kinds: set[str], contract: Contract, language: Language) -> Html:
    said = cited(shelf, place, language, contract.name)
    return element("li", link(address(place, contract.name), said), f" ({_how(kinds, language)})")


def _article(shelf: Shelf, place: Place, kinds: set[str], contract: Contract, language: Language) -> Html:
    law = shelf.contracts[place[0]]
    clause, note = law.clause(place[1]), shelf.source_of(law, place[1])
    text = restated(clause, language) if clause is not None else ""
    parts: list[object] = [link(address(place, contract.name), cited(shelf, place, language, contract.name))]
    parts.append(f" ({_how(kinds, language)})")
    if text:
        parts.append(element("p", text))
    if note is not None:
        parts.append(element("p", say_source(note, language), class_="source"))
    return element("li", *parts)


def restated(clause: ClauseText, language: Language) -> str:
    """Return a law's clause in a language, where it is restated in both: the lines that are in it."""
    chinese = [each for each in clause.lines if any("\u4e00" <= letter <= "\u9fff" for letter in each)]
    english = [each for each in clause.lines if each not in chinese]
    chosen = (english or chinese) if language == "en" else (chinese or english)
    return " ".join(chosen)


def _picture(file: str, called: str, language: Language) -> Html:
    told = pick(language, f"Neighbourhood of {called} in the obligation graph", f"{called}在义务图中的邻域")
    image = element("img", src=file, alt=told, loading="lazy")
    return _folded(pick(language, "Picture", "图"), link(file, image), class_="picture")


def _part(title: str, *parts: object) -> Html:
    return element("div", element("p", title, class_="title"), *parts, class_="part")


def _folded(title: str, *parts: object, class_: str | None = None) -> Html:
    return element("details", element("summary", title), *parts, class_=class_)
