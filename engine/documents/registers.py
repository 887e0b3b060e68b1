"""Registers: all duties of a party, all powers, deadlines, questions, readings, blanks; the glossary; law; coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from contractlang.called import half
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
from contractlang.diagnostic import Language
from contractlang.kinds import in_chinese
from contractlang.norms import (
    Bar,
    Life,
    Maintenance,
    Norm,
    Obligation,
    Permission,
    Power,
    Prohibition,
    Remark,
    Who,
)
from contractlang.words import (
    say_expr,
    say_name,
    say_sentence,
    say_source,
    say_window,
)
from engine.documents.called import (
    SORTS,
    address,
    anchor_of,
    bearer,
    cited,
    norm_called,
    page_of,
    short,
    sort_declared,
    sort_of,
)
from engine.documents.document import File
from engine.documents.left_open import blank_item, question_item, reading_item
from engine.documents.markup import Html, element, in_markdown, inside, joined, link, pick
from engine.documents.shelf import Shelf, title_of
from engine.documents.states import options
from engine.regime import sentences

Row = tuple[object, ...]

TITLES = {
    "duties": ("Duties", "义务一览"), "powers": ("Powers and permissions", "权力与许可一览"),
    "deadlines": ("Deadlines", "期限一览"), "questions": ("Open questions", "待定问题一览"),
    "readings": ("Readings", "解释一览"), "blanks": ("Blanks and gaps", "空白与缺漏一览"),
    "glossary": ("Glossary", "词汇表"), "laws": ("Laws cited", "所引法律"), "coverage": ("Coverage", "覆盖情况"),
}  # fmt: skip
"""The registers: the name of the page, and what it is called."""


def pages(shelf: Shelf, language: Language) -> Iterator[File]:
    """Yield every register."""
    for name, make in _MADE.items():
        title = pick(language, *TITLES[name])
        body = "\n\n".join(make(shelf, language))
        yield File(f"{name}.md", f"---\ntitle: {title}\n---\n\n# {title}\n\n{body}\n")


def _agreed(shelf: Shelf) -> list[Contract]:
    """Return what parties agree first, then the law, all with at least one sentence."""
    return [each for each in shelf.contracts.values() if each.clauses]


def _table(language: Language, heads: Iterable[tuple[str, str]], rows: Iterable[Row]) -> str:
    cells = [element("th", pick(language, *each), scope="col") for each in heads]
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    table = element("table", element("thead", element("tr", *cells)), element("tbody", *lines))
    return element("div", table, class_="wide")


def _norm_row(shelf: Shelf, norm: Norm, contract: Contract, language: Language) -> Row:
    place = link(address((norm.document, norm.clause)), norm_called(norm, contract, language, contract.name))
    return place, pick(language, *SORTS[sort_of(norm)]), say_sentence(norm, contract, language)


_NORM_HEADS = (("norm", "规范"), ("sort", "种类"), ("in words", "内容"))


def _duties(shelf: Shelf, language: Language) -> Iterator[str]:
    yield from _by_bearer(shelf, language, Obligation | Maintenance | Prohibition)


def _powers(shelf: Shelf, language: Language) -> Iterator[str]:
    yield from _by_bearer(shelf, language, Power | Permission)


def _by_bearer(shelf: Shelf, language: Language, kinds: Any) -> Iterator[str]:
    """Yield for each document the norms of each who bears them; those of either party stand with every party."""
    for contract in _agreed(shelf):
        norms = [each for each in contract.norms if isinstance(each, kinds)]
        if not norms:
            continue
        yield f"## {in_markdown(short(contract, language))} {{ #{contract.name.replace('@', '-')} }}"
        for who in dict.fromkeys(each.bearer for each in norms):
            own = [each for each in norms if each.bearer == who]
            called = in_markdown(bearer(own[0], contract, language))
            yield f"### {called} {{ #{contract.name.replace('@', '-')}.{_plain(who)} }}"
            yield _table(language, _NORM_HEADS, (_norm_row(shelf, each, contract, language) for each in own))


def _plain(who: str | Who) -> str:
    return (who.value if isinstance(who, Who) else who).replace(" ", "-")


def _deadlines(shelf: Shelf, language: Language) -> Iterator[str]:
    heads = (("norm", "规范"), ("who", "何人"), ("window", "期限"), ("in words", "内容"))
    for contract in _agreed(shelf):
        rows: list[Row] = []
        for norm in contract.norms:
            if isinstance(norm, Maintenance) or (norm.window is None and not isinstance(norm, Obligation)):
                continue
            place, _, said = _norm_row(shelf, norm, contract, language)
            time = (
                say_window(norm.window, contract, language)
                if norm.window
                else pick(language, "none is set", "未定")
            )
            rows.append((place, bearer(norm, contract, language), time, said))
        others: list[Bar | Life] = [*contract.bars, *(life for life in contract.life if life.how == "lasts")]
        for other in others:
            place = link(
                address((contract.name, other.clause)),
                cited(shelf, (contract.name, other.clause), language, contract.name),
            )
            rows.append(
                (place, "", pick(language, *SORTS[sort_of(other)]), say_sentence(other, contract, language))
            )
        if rows:
            yield f"## {in_markdown(short(contract, language))}"
            yield _table(language, heads, rows)


def _questions(shelf: Shelf, language: Language) -> Iterator[str]:
    for contract in _agreed(shelf):
        found = shelf.questions(contract, sentences(contract))
        if found:
            yield f"## {in_markdown(short(contract, language))}"
            yield element("ul", *(question_item(each, contract, language) for each in found))


def _readings(shelf: Shelf, language: Language) -> Iterator[str]:
    for contract in _agreed(shelf):
        own = [
            e
            for e in contract.declarations.values()
            if isinstance(e, ReadingDecl) and e.document == contract.name
        ]
        if own:
            yield f"## {in_markdown(short(contract, language))}"
            yield element("ul", *(reading_item(shelf, contract, each, language, "") for each in own))


def _blanks(shelf: Shelf, language: Language) -> Iterator[str]:
    for contract in _agreed(shelf):
        read = {each.name for each in shelf.blanks(contract, sentences(contract))}
        found = [
            each
            for each in contract.declarations.values()
            if isinstance(each, BlankDecl) and (each.name in read or each.document == contract.name)
        ]
        if found:
            yield f"## {in_markdown(short(contract, language))}"
            yield element("ul", *(blank_item(shelf, contract, each, language) for each in found))


# ---- The glossary ---------------------------------------------------------------------------------------------------


def _glossary(shelf: Shelf, language: Language) -> Iterator[str]:
    """Yield every declared name with its name in the other language, what sort of thing it is, and what it means."""
    heads = (("中文", "中文"), ("English", "English"), ("sort", "种类"), ("id", "编号"), ("meaning", "含义"))
    for name, contract in shelf.loaded.contracts.items():
        own = [each for each in contract.declarations.values() if each.document == name]
        if not own:
            continue
        rows = [
            (
                element("span", _in(each, "zh"), id=anchor_of(each)),
                _in(each, "en"),
                pick(language, *sort_declared(each)),
                each.external,
                _meaning(each, contract, language),
            )
            for each in sorted(own, key=lambda each: each.span.start)
        ]
        yield f"## {in_markdown(short(contract, language))} {{ #in.{name.replace('@', '-')} }}"
        yield _table(language, heads, rows)


def _in(declared: Declaration, language: Language) -> str:
    for each in (declared.name, declared.alias):
        if each and any("\u4e00" <= letter <= "\u9fff" for letter in each) is (language == "zh"):
            return each.replace("_", " ")
    return ""


def _meaning(declared: Declaration, contract: Contract, language: Language) -> object:
    match declared:
        case QuestionDecl() | ReadingDecl():
            return half(declared.text, language)
        case StateDecl() | TypeDecl():
            between = pick(language, ", ", "、")
            return between.join(_either(each.name, each.alias, language) for each in declared.options)
        case OccurrenceDecl():
            between = pick(language, ", ", "、")
            told = between.join(_either(each.name, each.alias, language) for each in declared.params)
            effects = [
                f"{_state(each.state, contract, language)} → {_option(each.state, each.option, contract, language)}"
                for each in declared.sets
                if each.option is not None
            ]
            basis = pick(language, "needs a basis", "须有依据") if declared.needs_basis else ""
            return pick(language, "; ", "；").join(filter(None, (told, basis, *effects)))
        case DefineDecl():
            return say_expr(declared.value, contract, language)
        case PartyDecl() | ThingDecl():
            return pick(language, ", ", "、").join(
                _either(e.name, e.alias, language) for e in declared.attributes
            )
        case BlankDecl():
            return pick(language, declared.kind.name.replace("_", " "), in_chinese(declared.kind))


def _state(state: str, contract: Contract, language: Language) -> str:
    own = state == "agreement" and state not in contract.declarations
    return pick(language, "agreement", "协议") if own else say_name(state, contract, language)


def _option(state: str, option: str, contract: Contract, language: Language) -> str:
    alias = next((each.alias for each in options(contract, state) if each.name == option), "")
    return _either(option, alias, language)


def _either(name: str, alias: str, language: Language) -> str:
    for each in (name, alias):
        if each and any("\u4e00" <= letter <= "\u9fff" for letter in each) is (language == "zh"):
            return each.replace("_", " ")
    return name.replace("_", " ")


# ---- Law, and what is covered ---------------------------------------------------------------------------------------


def _laws(shelf: Shelf, language: Language) -> Iterator[str]:
    heads = (("article", "法条"), ("source", "来源"), ("bears on", "涉及"))
    for law in (each for each in shelf.contracts.values() if each.kind == "law"):
        rows: list[Row] = []
        for clause in law.clauses:
            place = law.name, clause.number
            near = [p for p in shelf.related.get(place, {}) if shelf.contracts[p[0]].kind != "law"]
            note = shelf.source_of(law, clause.number)
            listed: object = joined([link(address(p), cited(shelf, p, language)) for p in near], ", ")
            if len(near) > 8:
                listed = element(
                    "details",
                    element("summary", pick(language, f"{len(near)} clauses", f"{len(near)}条")),
                    listed,
                )
            said = link(address(place), cited(shelf, place, language, law.name))
            rows.append((said, say_source(note, language) if note else "", listed))
        yield f"## {in_markdown(title_of(law, language))}"
        yield _table(language, heads, rows)


def _coverage(shelf: Shelf, language: Language) -> Iterator[str]:
    """Yield both ways: which sentences have no norm and why, and which norm stands beneath no sentence."""
    counts: list[Row] = []
    bare: list[Row] = []
    for contract in _agreed(shelf):
        formal = silent = open_ = 0
        for clause in contract.clauses:
            said = shelf.sentences(contract, clause.number)
            norms = [each for each in said if not isinstance(each, Remark)]
            if norms:
                formal += 1
                continue
            if clause.is_heading and not said:
                continue
            here = link(
                address((contract.name, clause.number)),
                cited(shelf, (contract.name, clause.number), language),
            )
            if said:
                silent += 1
                why: object = joined(
                    [say_sentence(each, contract, language) for each in said], pick(language, "; ", "；")
                )
            else:
                open_ += 1
                why = pick(language, "not yet formalised", "尚未规范化")
            bare.append((here, inside(" ".join(clause.lines)), why))
        loose = [
            each for each in (*sentences(contract), *contract.remarks) if contract.clause(each.clause) is None
        ]
        counts.append(
            (
                link(page_of(contract.name), short(contract, language)),
                str(formal),
                str(silent),
                str(open_),
                str(len(loose)),
            )
        )
        bare += [(cited_loose(each, contract), "—", say_sentence(each, contract, language)) for each in loose]
    heads = (
        ("document", "文书"), ("clauses with norms", "有规范的条款"), ("without, for a reason", "无规范且有理由"),
        ("not yet formalised", "尚未规范化"), ("norms without a clause", "没有条款的规范"),
    )  # fmt: skip
    yield _table(language, heads, counts)
    yield f"## {pick(language, 'Sentences without a norm, and why', '没有规范的文句及理由')}"
    yield _table(language, (("clause", "条款"), ("text", "文本"), ("why", "理由")), bare)


def cited_loose(said: Any, contract: Contract) -> Html:
    """Return where a sentence stands that is beneath no clause."""
    return inside(f"{contract.name} {said.clause}")


_MADE = {
    "duties": _duties, "powers": _powers, "deadlines": _deadlines, "questions": _questions, "readings": _readings,
    "blanks": _blanks, "glossary": _glossary, "laws": _laws, "coverage": _coverage,
}  # fmt: skip
