"""Two agreements side by side: what protects whom, act by act, under the one, under the other, and by the law.

What a party is protected by is what the other one owes it, must not do to it or must keep, and what it may do itself.
Everything on the page is read off the norms; what follows where the two clash or are silent, the findings tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.expression import Happened, StateValue
from contractlang.norms import Maintenance, Norm, Obligation, Permission, Power, Prohibition, Who
from contractlang.words import (
    say,
    say_name,
    say_standing,
)
from engine.documents.called import address, cited, short
from engine.documents.document import File
from engine.documents.markup import Html, element, in_markdown, link, pick
from engine.documents.shelf import Shelf
from engine.walk import walk

Subject = tuple[str, str]
"""What a norm is about: ("act", its name), ("state", the state that is kept), ("event", what must not happen)."""

ABOUT = (
    "Act by act, what protects each party: what the other one owes it, must not do and must keep, and what it may do"
    " itself. An empty place means that the document says nothing of the act, not that the act is allowed or free.",
    "逐项行为列明各方所受的保护：对方应为、不得为、应保持的，以及本方可为的。空白表示该文件未提及该行为，"
    "并不表示允许或不禁止。",
)


def called(pair: Sequence[Contract], language: Language) -> str:
    """Return what the page of two agreements is called."""
    one, other = (short(each, language) for each in pair)
    return pick(language, f"Side by side: {one} and {other}", f"对照：{one}与{other}")


def path_of(pair: Sequence[Contract]) -> str:
    """Return the file of the page of two agreements."""
    return f"side-by-side-{'-'.join(each.base for each in pair)}.md"


def page(shelf: Shelf, pair: Sequence[Contract], language: Language) -> File:
    """Return the page of two agreements."""
    title = called(pair, language)
    laws = [each for each in shelf.contracts.values() if each.kind == "law" and each.norms]
    parts = [
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---", f"# {in_markdown(title)}",
        element("p", pick(language, *ABOUT)),
    ]  # fmt: skip
    if cut := [short(each, language) for each in pair if each.truncated]:
        names = pick(language, ", ", "、").join(cut)
        parts.append(element("p", pick(
            language, f"The available text breaks off, and its silence proves nothing: {names}.",
            f"现有文本不完整，未提及不证明没有约定：{names}。",
        ), class_="warning"))  # fmt: skip
    for party in parties(pair):
        name = say_name(party, pair[0], language)
        parts.append(
            f"## {in_markdown(pick(language, f'What protects {name}', f'对{name}的保护'))} {{ #{party} }}"
        )
        parts.append(_table(shelf, pair, laws, party, language))
    return File(path_of(pair), "\n\n".join(parts) + "\n")


def parties(pair: Sequence[Contract]) -> list[str]:
    """Return the parties whom norms of both agreements name."""
    named = [{each.bearer for each in contract.norms if isinstance(each.bearer, str)} for contract in pair]
    return [name for name in pair[0].declarations if name in named[0] & named[1]]


def protects(norm: Norm, party: str) -> bool:
    """Tell whether a norm binds the other side towards a party, or lets the party itself do something."""
    match norm:
        case Obligation() | Maintenance() | Prohibition():
            return norm.bearer != party
        case Permission() | Power():
            return norm.bearer == party or isinstance(norm.bearer, Who)


def subject(norm: Norm) -> Subject:
    """Return what a norm is about."""
    if isinstance(norm, Maintenance):
        for each in walk(norm.keeps):
            if isinstance(each, StateValue):
                return "state", each.name
            if isinstance(each, Happened):
                return "event", each.name
        return "state", norm.clause
    return "act", norm.act.name


def subjects(pair: Sequence[Contract], laws: Iterable[Contract], party: str) -> list[Subject]:
    """Return everything that either agreement says of a party's protection, in the order of the texts.

    What only the law speaks of is left out: it would be all of the law.
    """
    found = dict.fromkeys(subject(each) for one in pair for each in one.norms if protects(each, party))
    return list(found)


def _table(
    shelf: Shelf, pair: Sequence[Contract], laws: Sequence[Contract], party: str, language: Language
) -> Html:
    named = [short(each, language) for each in pair]
    heads = [pick(language, "act", "行为"), *named, pick(language, "the law", "法律")]
    rows = []
    for about in subjects(pair, laws, party):
        cells = [_said(shelf, (each,), about, party, language) for each in pair]
        alone = sum(1 for each in cells if each) == 1
        name = element("th", _named(pair, about, language), scope="row")
        cells.append(_said(shelf, laws, about, party, language))
        # On a narrow screen the columns stand beneath one another, each with its name.
        columns = [element("td", each, data_from=head) for head, each in zip(heads[1:], cells, strict=True)]
        rows.append(element("tr", name, *columns, class_="alone" if alone else None))
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    table = element("table", element("thead", head), element("tbody", *rows), class_="sides")
    return element("div", table, class_="wide")


def _named(pair: Sequence[Contract], about: Subject, language: Language) -> str:
    sort, name = about
    home = next((each for each in pair if name in each.declarations), pair[0])
    said = say_name(name, home, language)
    return pick(language, f"keeping {said}", f"保持{said}") if sort == "state" else said


def _said(
    shelf: Shelf, contracts: Iterable[Contract], about: Subject, party: str, language: Language
) -> list[Html]:
    """Return what some documents say of one act, each norm with its clause; the law's with its force."""
    return list(_each(shelf, contracts, about, party, language))


def _each(
    shelf: Shelf, contracts: Iterable[Contract], about: Subject, party: str, language: Language
) -> Iterator[Html]:
    for contract in contracts:
        for norm in contract.norms:
            if subject(norm) == about and protects(norm, party):
                place = (contract.name, norm.clause)
                here = contract.name if contract.kind != "law" else ""
                force = ""
                if contract.kind == "law":
                    force = pick(language, " [{}]", "［{}］").format(say_standing(norm.standing, language))
                yield element(
                    "p", link(address(place), cited(shelf, place, language, here)), pick(language, ": ", "："),
                    say(norm, contract, language), force,
                )  # fmt: skip
