"""A change of a file that may settle a finding, and the lines of files that such a change is written into.

A mend is a change of the file, not advice. One that cannot be read in its place is dropped, so what is proposed need
not always fit. A number that the text does not give is an example, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contractlang.contract import Contract
from contractlang.fixes import Edit
from contractlang.norms import Norm
from contractlang.source import Source
from engine.analysis.calling import called, spot
from engine.analysis.finding import Clause, Said

EXAMPLE = 30
"""The days of a deadline, or of a time to cure, that the text does not give."""


@dataclass(frozen=True)
class Mend:
    """A change of one file that may settle a finding: what it does, what is typed, and where."""

    what: str
    said: Said
    path: str
    edits: tuple[Edit, ...]

    def applied(self, text: str) -> str:
        """Return the text with every change made."""
        for edit in sorted(self.edits, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text


Ways = tuple[Mend, ...]
"""Ways to write one mend, the best first: the first that can be read is tried."""


@dataclass(frozen=True)
class Statement:
    """What stands in a file: from where to where, and in which language."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The statement as written."""
        return self.source.text[self.start : self.end]

    def pick(self, en: str, zh: str) -> str:
        """Return what fits the language of the statement."""
        return zh if self.source.is_chinese else en


@dataclass(frozen=True)
class Line(Statement):
    """The statement of a norm."""

    norm: Norm

    def ended(self, en: str, zh: str) -> tuple[Edit, str]:
        """Return the change that ends the statement with a few words more, and these words."""
        typed = self.pick(f", {en}", f"，{zh}")
        return Edit(self.end, self.end, typed), typed

    def below(self, en: str, zh: str) -> tuple[Edit, str]:
        """Return the change that writes a line beneath the statement, and that line."""
        typed = f"| {self.pick(en, zh)}"
        return Edit(self.end, self.end, "\n" + typed), typed

    def replaced(self, pattern: str, by: str) -> tuple[Edit, ...]:
        """Return the changes that write something else wherever a pattern is found in the statement."""
        return tuple(
            Edit(self.start + found.start(), self.start + found.end(), found.expand(by))
            for found in re.finditer(pattern, self.text)
        )


class Texts:
    """The documents of an analysis and the files they were read from."""

    def __init__(self, contracts: Mapping[str, Contract], sources: Mapping[str, Source]) -> None:
        self.contracts, self.sources = contracts, sources

    def source(self, document: str) -> Source | None:
        """Return the file of what parties agreed; None for a law."""
        contract = self.contracts.get(document)
        if contract is None or contract.kind not in ("agreement", "supplement"):
            return None
        return self.sources.get(contract.path)

    def norms(self, document: str) -> tuple[Norm, ...]:
        """Return the norms of a document; none of one that is not here."""
        contract = self.contracts.get(document)
        return contract.norms if contract is not None else ()

    def lines(self, place: Clause) -> list[Line]:
        """Return the statements of a norm: several where it has options."""
        source = self.source(place.document)
        if source is None:
            return []
        norms = self.contracts[place.document].norms
        return [
            Line(source, *statement_at(source, each.span.start), each)
            for each in norms
            if each.id == (place.norm or place.clause) and each.span.path == source.path
        ]

    def last(self) -> Line | None:
        """Return the last statement of a norm of the first agreement."""
        for name, contract in self.contracts.items():
            source = self.source(name)
            norms = [each for each in contract.norms if source is not None and each.span.path == source.path]
            if source is not None and norms:
                final = max(norms, key=lambda norm: norm.span.start)
                return Line(source, *statement_at(source, final.span.start), final)
        return None

    def of_law(self, document: str, norm: str) -> str | None:
        """Return the statement of a law's norm without its label; None of what is no norm of a law."""
        contract = self.contracts.get(document)
        source = self.sources.get(contract.path) if contract is not None and contract.kind == "law" else None
        for each in contract.norms if contract is not None and source is not None else ():
            if each.id == norm and source is not None:
                start, end = statement_at(source, each.span.start)
                label = re.compile(rf"{re.escape(each.label)}\s*[:：]\s*" if each.label else "")
                return label.sub("", source.text[start:end], count=1)
        return None

    def line(self, place: Clause) -> Line | None:
        """Return the last statement of a norm, beneath which something may be written."""
        found = self.lines(place)
        return found[-1] if found else None

    def called(self, place: Clause, seen_from: str) -> tuple[str, ...]:
        """Return how a line of a document may call a norm; not at all one of a document that is not here."""
        return called(place, seen_from, self.contracts) if place.document in self.contracts else ()


def statement_at(source: Source, offset: int) -> tuple[int, int]:
    """Return where the statement around a place begins and ends, the lines that go on with it included."""
    text = source.text
    start = text.rfind("\n", 0, offset) + 1
    while (text[start : start + 2] in ("||", "｜｜")) and start:
        start = text.rfind("\n", 0, start - 1) + 1
    while text[start : start + 1] in ("|", "｜", " ", "\t", "　"):
        start += 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    while text[end + 1 : end + 3] in ("||", "｜｜"):
        further = text.find("\n", end + 1)
        end = len(text) if further < 0 else further
    return start, start + len(text[start:end].rstrip())


# ---- In words -------------------------------------------------------------------------------------------------------


def beneath(place: Clause, typed: str, en: str, zh: str) -> Said:
    """Say what is typed beneath a norm."""
    at = spot(place)
    return Said(f"{en}, beneath {at.en}: `{typed}`", f"{zh}，写在{at.zh}之下：`{typed}`")


def changed(place: Clause, typed: str, en: str, zh: str) -> Said:
    """Say what is typed in a norm."""
    at = spot(place)
    return Said(f"{en}, in {at.en}: `{typed}`", f"{zh}，在{at.zh}中写：`{typed}`")


def to_the_end(what: str, place: Clause, line: Line, edit: Edit, typed: str, en: str, zh: str) -> Mend:
    """Return the mend that ends a statement with a few words more."""
    said = changed(place, typed.lstrip(",， "), en, zh)
    return Mend(what, said, line.source.path, (edit,))
