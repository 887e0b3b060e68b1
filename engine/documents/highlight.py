"""Norm lines with their keywords, declared names, literals and remarks marked; the letters stay the same."""

from __future__ import annotations

import re
from collections.abc import Callable

from contractlang.contract import Contract
from contractlang.grammar import keywords
from engine.documents.markup import Html, element, inside, joined

_LITERAL = re.compile(r"\d[\d.,:/-]*(?:‰|%)?")
_WORD = re.compile(r"[\w\u3400-\u9fff]+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def highlighted(lines: list[str], contract: Contract, target: Callable[[str], str | None]) -> Html:
    """Return norm lines as markup; `target` gives the address of a declared name, or None."""
    names = {
        spelling: declared.name
        for declared in contract.declarations.values()
        for spelling in (declared.name, declared.alias)
        if spelling
    }
    return element(
        "pre", element("code", joined([_line(each, names, target) for each in lines], "\n")), class_="norms"
    )


def _line(line: str, names: dict[str, str], target: Callable[[str], str | None]) -> Html:
    start = len(line) - len(line.lstrip())
    bars = re.match(r"[|｜]+", line[start:])
    assert bars is not None
    head, rest = line[: start + bars.end()], line[start + bars.end() :]
    if rest.lstrip().startswith("#"):
        return inside((element("span", head, class_="bar"), element("span", rest, class_="remark")))
    parts: list[object] = [element("span", head, class_="bar")]
    words, at = keywords(), 0
    while at < len(rest):
        if found := _QUOTED.match(rest, at):
            parts.append(element("span", found[0], class_="text"))
        elif found := _LITERAL.match(rest, at):
            parts.append(element("span", found[0], class_="value"))
        elif found := _WORD.match(rest, at):
            parts.append(_word(found[0], words, names, target))
        else:
            parts.append(rest[at])
            at += 1
            continue
        at = found.end()
    return inside(parts)


def _word(
    word: str, words: dict[str, str], names: dict[str, str], target: Callable[[str], str | None]
) -> Html:
    if word in names:
        address = target(names[word])
        if address is not None:
            return element("a", word, class_="name", href=address)
        return element("span", word, class_="name")
    return element("span", word, class_="word") if word in words else inside(word)
