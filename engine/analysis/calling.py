"""How a line of a document calls a norm, so that it can be typed: by its label, by its clause, or by its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from contractlang.contract import Contract
from engine.analysis.finding import Clause, Said


class Named(Protocol):
    """What has a name, and mostly one in the other language."""

    @property
    def name(self) -> str:
        """The name by which it is known."""

    @property
    def alias(self) -> str:
        """Its other name; empty where it has none."""


def spelled(it: Named) -> Said:
    """Return what is declared as a line of each language calls it."""
    names = [each for each in (it.name, it.alias) if each]
    en = next((each for each in names if each.isascii()), it.name)
    return Said(en, next((each for each in names if not each.isascii()), it.name))


def called(place: Clause, seen_from: str, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Return what a norm may be called in a line of a document, the best first.

    A norm of another document is meant with all of that: it is called by its document.
    """
    contract, own = contracts[place.document], contracts[seen_from]
    if place.document != seen_from:
        agreements = [name for name, each in contracts.items() if each.kind == "agreement"]
        ordered = agreements.index(place.document) if place.document in agreements else -1
        names = (("first agreement", "第一份协议"), ("second agreement", "第二份协议"))
        by_order = (names[ordered][own.chinese],) if 0 <= ordered < 2 else ()
        return (*by_order, contract.base, *filter(None, (contract.alias,)))
    label = label_of(place, contract)
    return (*((label,) if label else ()), place.clause)


def label_of(place: Clause, contract: Contract) -> str:
    """Return the label of a norm, if it has one that no other norm of its document has."""
    label = next((each.label for each in contract.norms if each.id == place.norm and each.label), "")
    return label if len({each.id for each in contract.norms if each.label == label}) == 1 else ""


def priority(one: Clause, other: Clause, contracts: Mapping[str, Contract]) -> Said | None:
    """Return what could be typed to let one norm prevail over another, and where.

    None in a law, and for what cannot be named apart: two norms of one clause, the other without a label.
    """
    own = contracts[one.document]
    label, over = label_of(one, own), called(other, one.document, contracts)[0]
    if own.kind not in ("agreement", "supplement") or (other.document, over) == (one.document, one.clause):
        return None
    place = spot(one)
    en, zh = f"{label} prevails over {over}".strip(), f"{label} 优先于 {over}".strip()
    return Said(f"beneath {place.en}, `| {en}`", f"写在{place.zh}之下：`| {zh}`")


def spot(place: Clause) -> Said:
    """Return where a norm stands: which one of its clause, if that has several without a name."""
    number, _, which = (place.norm or place.clause).partition("#")
    return Said(f"norm {which} of {number}", f"{number}第{which}条规范") if which else Said(number, number)
