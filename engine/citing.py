"""Which document a citation such as `电信条例34(2)` means, and the number of the clause there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contractlang.contract import Contract, base_name
from contractlang.numerals import plain_number


def cited(
    written: str, statutes: Mapping[str, str | list[str]], contracts: Iterable[Contract]
) -> tuple[str, str] | None:
    """Return document and clause of a citation; None where `statutes` has no name with which it begins.

    A name may stand for several documents: the first of them that has the article is meant, else the first. An article
    that is not divided into paragraphs is meant by each of its paragraphs.
    """
    for name in sorted(statutes, key=len, reverse=True):
        if written.startswith(name):
            listed = statutes[name]
            return _article(
                [listed] if isinstance(listed, str) else listed, written.removeprefix(name), contracts
            )
    return None


def _article(documents: list[str], number: str, contracts: Iterable[Contract]) -> tuple[str, str]:
    numbers = {
        base_name(each.name): {plain_number(clause.number) for clause in each.clauses} for each in contracts
    }
    for wanted in (number, number.partition("(")[0]):
        plain = plain_number(wanted)
        for name in documents:
            has = numbers.get(name, set())
            if plain in has or any(each.partition("(")[0] == plain for each in has):
                return name, wanted
    return documents[0], number
