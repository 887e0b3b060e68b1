"""The register of findings that somebody has accepted: which, why, since when, and whether that still covers them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from contractlang.diagnostic import Language
from engine.analysis.accepted import Acceptance, Accepted, rests_on
from engine.analysis.finding import Clause, Finding, Said
from engine.documents.document import File
from engine.documents.findings import anchor
from engine.documents.markup import Html, element, link, pick
from engine.documents.shelf import Shelf

PATH = "accepted.md"
TITLE = ("Accepted findings", "已接受的发现")
_HEADS = (("finding", "发现"), ("reason", "理由"), ("accepted on", "接受日期"), ("state", "现状"))


def page(shelf: Shelf, found: Mapping[str, str], language: Language) -> File:
    """Return the page; `found` holds the texts of the pages of findings by their paths. Raises BadAccepted."""
    title = pick(language, *TITLE)
    about = pick(
        language,
        "What the analysis finds and somebody has decided to leave as it is. Each decision rests on the wording of the"
        " clauses; where that changes, the finding is open again.",
        "分析有所发现而经人决定维持原样的事项。每项决定以条款文字为准；文字变更后，该发现重新列出。",
    )
    accepted = Accepted.beside(shelf.contracts).by_finding.values()
    rows = [_row(shelf, found, each, language) for each in sorted(accepted, key=lambda each: each.date)]
    head = element("tr", *(element("th", pick(language, *each), scope="col") for each in _HEADS))
    table = element("table", element("thead", head), element("tbody", *rows))
    body = element("div", table, class_="wide") if rows else element("p", pick(language, "None.", "无。"))
    return File(PATH, f"---\ntitle: {title}\n---\n\n# {title}\n\n{element('p', about)}\n\n{body}\n")


def _row(shelf: Shelf, found: Mapping[str, str], accepted: Acceptance, language: Language) -> Html:
    finding = _of_key(shelf, accepted.finding)
    name = anchor(finding)
    told = re.compile(rf'id="{name}"><p><b>(.*?)</b>')
    where = {path: said[1] for path, text in found.items() if (said := told.search(text)) is not None}
    if not where:
        called: Html = element("code", accepted.finding)
        state = pick(language, "not found any longer: the entry can go", "已不再发现：该记录可以删除")
    else:
        path, sentence = next(iter(where.items()))
        called = link(f"{path.replace('.md', '.html')}#{name}", Html(sentence))
        state = pick(language, "accepted", "已接受")
    open_again = bool(where) and accepted.rests_on != rests_on(finding, shelf.contracts)
    if open_again:
        state = pick(language, "open again: the wording has changed", "重新列出：文字已变更")
    cell = element("td", state, class_="bad" if open_again else None)
    return element(
        "tr", element("td", called), element("td", accepted.reason), element("td", str(accepted.date)), cell
    )


def _of_key(shelf: Shelf, key: str) -> Finding:
    """Return the finding of a key as far as its key tells: its kind, what it is of that kind, its clauses."""
    said, _, places = key.partition(":")
    kind, _, what = said.partition("/")
    clauses = []
    for place in places.split("+"):
        document, _, number = place.partition("/")
        contract = shelf.contracts.get(document)
        norm = (
            next((each for each in contract.norms if each.id == number), None)
            if contract is not None
            else None
        )
        clauses.append(
            Clause(document, norm.clause, number) if norm is not None else Clause(document, number)
        )
    made: dict[str, str] = {"what": what} if what else {}
    return Finding(kind, tuple(clauses), Said("", ""), detail=made)  # type: ignore[arg-type]
