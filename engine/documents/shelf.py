"""The documents that are shown, with the one graph of all of them and whatever is looked up in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contractlang.contract import ClauseText, Contract, SourceNote
from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl
from contractlang.diagnostic import Language
from contractlang.expression import Answer, BlankValue, Chosen, IsBlank
from contractlang.load import load
from contractlang.loaded import Loaded
from contractlang.norms import Norm, Reasonable, Remark
from contractlang.numerals import plain_number
from contractlang.source import Span
from engine.governing import CONTRACT, Programs
from engine.graph import Edge, Node, ObligationGraph, build, key
from engine.program import Program
from engine.regime import sentences
from engine.walk import walk

Place = tuple[str, str]
"""A document's name and a clause's number."""

_ID = re.compile(r"\b(?:RS|D|P)-[A-Za-z0-9-]+")
_BETWEEN = ("triggers", "conditions on", "remedies", "excepts", "prevails over", "limits", "voids")


@dataclass(frozen=True)
class Shelf:
    """Some documents and everything in them that pages ask for."""

    loaded: Loaded

    @staticmethod
    def of(paths: Iterable[Path], library: Iterable[Path] = ()) -> Shelf:
        """Return the documents in some files or folders."""
        return Shelf(load(paths, library))

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The documents by the name they go by, vocabularies left out: agreements first, then what supplements them."""
        order = {"agreement": 0, "supplement": 1, "law": 2}
        shown = [each for each in self.loaded.contracts.values() if each.kind != "vocabulary"]
        return {each.name: each for each in sorted(shown, key=lambda each: (order[each.kind], each.name))}

    @cached_property
    def agreements(self) -> tuple[Contract, ...]:
        """The agreements."""
        return tuple(each for each in self.contracts.values() if each.kind == "agreement")

    @cached_property
    def families(self) -> tuple[tuple[Contract, ...], ...]:
        """Each agreement with what supplements it and the law that speaks its words; last what belongs to none.

        Two agreements are not put together: what each would do to the other is told where both govern one account.
        """
        found: list[list[Contract]] = []
        rest = [each for each in self.contracts.values() if each.kind != "agreement"]
        for agreement in self.agreements:
            family, own = [agreement], {agreement.name, agreement.base}
            for each in rest:
                if each.amends in own if each.kind == "supplement" else set(each.uses) & set(agreement.uses):
                    own.add(each.name)
                    family.append(each)
            found.append(family)
        met = {each.name for family in found for each in family}
        alone = [each for each in rest if each.name not in met]
        return (*map(tuple, found), *([tuple(alone)] if alone else ()))

    @cached_property
    def graph(self) -> ObligationGraph:
        """The obligation graph of all of them, each family by itself."""
        graphs = [build(family) for family in self.families]
        edges = dict.fromkeys(edge for graph in graphs for edge in graph.edges)
        norms = {key(norm): norm for graph in graphs for norm in graph.norms}
        return ObligationGraph(tuple(self.contracts.values()), tuple(edges), tuple(norms.values()))

    def graph_of(self, contract: Contract) -> ObligationGraph:
        """Return the obligation graph of a document by itself, a supplement's with what it amends."""
        below = self.contracts.get(contract.amends or "")
        return build([contract] if below is None else [below, contract])

    @cached_property
    def norms(self) -> dict[str, Norm]:
        """The norms by the names of their nodes."""
        return {key(norm): norm for norm in self.graph.norms}

    @cached_property
    def _into(self) -> dict[tuple[str, str], list[Edge]]:
        return _by((edge.target, edge) for edge in self.graph.edges)

    @cached_property
    def _out_of(self) -> dict[tuple[str, str], list[Edge]]:
        return _by((edge.source, edge) for edge in self.graph.edges)

    def into(self, node: tuple[str, str], *kinds: str) -> list[Edge]:
        """Return the edges that end at a node, of those kinds."""
        return [edge for edge in self._into.get(node, ()) if not kinds or edge.kind in kinds]

    def out_of(self, node: tuple[str, str], *kinds: str) -> list[Edge]:
        """Return the edges that begin at a node, of those kinds."""
        return [edge for edge in self._out_of.get(node, ()) if not kinds or edge.kind in kinds]

    @cached_property
    def programs(self) -> Programs:
        """The documents made ready, together as they govern."""
        return Programs(self.contracts)

    def program(self, contract: Contract) -> Program | None:
        """Return a program in which a document speaks: a law's beside an agreement that shares its words."""
        if contract.kind == "agreement":
            return self.programs.of((contract.base,), (CONTRACT,))
        fits = [
            each for each in self.agreements if contract.kind != "law" or set(each.uses) & set(contract.uses)
        ]
        if contract.kind == "supplement":
            fits = [each for each in self.agreements if contract.amends in (each.name, each.base)] or fits
        if not fits:
            return None
        layers = (CONTRACT, contract.layer) if contract.kind == "law" else (CONTRACT,)
        return self.programs.of((fits[0].base,), layers)

    # -- what stands beneath a clause

    @cached_property
    def _sentences(self) -> dict[Place, list[Any]]:
        found: dict[Place, list[Any]] = defaultdict(list)
        for contract in self.contracts.values():
            for each in (*sentences(contract), *contract.remarks):
                found[contract.name, each.clause].append(each)
        for listed in found.values():
            listed.sort(key=lambda each: each.span.start)
        return found

    def sentences(self, contract: Contract, clause: str) -> list[Any]:
        """Return everything that a clause says, norms first to last as written, remarks among them."""
        return self._sentences.get((contract.name, clause), [])

    def source_of(self, contract: Contract, clause: str) -> SourceNote | None:
        """Return where a clause of a law was read."""
        return next((each for each in contract.sources if each.clause == clause), None)

    def lines(self, contract: Contract, clause: ClauseText) -> list[str]:
        """Return the norm lines beneath a clause, as written; none for one that has no text and is only named."""
        if clause.span is None:
            return []
        start = clause.span.start
        later = [
            each.span.start for each in contract.clauses if each.span is not None and each.span.start > start
        ]
        return self._norm_lines(contract, start, min(later, default=None))

    def head(self, contract: Contract) -> list[str]:
        """Return the norm lines before the first clause."""
        starts = [each.span.start for each in contract.clauses if each.span is not None]
        return self._norm_lines(contract, 0, min(starts, default=None))

    def _norm_lines(self, contract: Contract, start: int, end: int | None) -> list[str]:
        source = self.loaded.sources[contract.path]
        return [each for each in source.text[start:end].split("\n") if each.lstrip()[:1] in ("|", "｜")]

    def line(self, span: Span) -> int:
        """Return the line of its file on which a span begins."""
        return self.loaded.sources[span.path].place(span.start)[0]

    # -- what is open in a clause

    def questions(self, contract: Contract, said: Iterable[Any]) -> list[QuestionDecl]:
        """Return the questions that sentences ask, in the order in which they are met."""
        asked = [
            part.question
            for part in _parts(said)
            if isinstance(part, Answer) or (isinstance(part, Reasonable) and part.question)
        ]
        return _declared(contract, asked, QuestionDecl)

    def readings(self, contract: Contract, clause: str, said: Iterable[Any]) -> list[ReadingDecl]:
        """Return the readings that sentences stand under or ask for, and those that the clause itself declares."""
        named = [part.reading for part in _parts(said) if isinstance(part, Chosen)]
        text = contract.clause(clause)
        if text is not None and text.span is not None:
            later = [
                each.span.start
                for each in contract.clauses
                if each.span and each.span.start > text.span.start
            ]
            end = min(later, default=10**9)
            named += [
                each.name
                for each in contract.declarations.values()
                if isinstance(each, ReadingDecl)
                and each.span.path == contract.path
                and text.span.start <= each.span.start < end
            ]
        return _declared(contract, named, ReadingDecl)

    def blanks(self, contract: Contract, said: Iterable[Any]) -> list[BlankDecl]:
        """Return the blanks and gaps that sentences look at."""
        named = [part.name for part in _parts(said) if isinstance(part, BlankValue | IsBlank)]
        return _declared(contract, named, BlankDecl)

    # -- what belongs together

    @cached_property
    def related(self) -> dict[Place, dict[Place, set[str]]]:
        """For each clause the other clauses that have to do with it, and how: kinds of edges, or `speaks of`."""
        found: dict[Place, dict[Place, set[str]]] = defaultdict(lambda: defaultdict(set))
        for edge in self.graph.edges:
            here, there = self._place(edge.source), self._place(edge.target)
            if here and there and here != there and edge.kind in (*_BETWEEN, "cites"):
                found[here][there].add(edge.kind)
                found[there][here].add(edge.kind)
        for here, there in self._spoken_of():
            if here != there:
                found[here][there].add("speaks of")
                found[there][here].add("speaks of")
        return found

    def _place(self, node: tuple[str, str]) -> Place | None:
        if node[0] == "norm":
            norm = self.norms[node[1]]
            return norm.document, norm.clause
        if node[0] == "clause":
            document, _, number = node[1].partition("/")
            return (document, number) if document in self.contracts else None
        return None

    def _spoken_of(self) -> Iterator[tuple[Place, Place]]:
        """Yield clauses of which one says that it is about the other: in words, or by what is open in it."""
        users: dict[str, set[Place]] = defaultdict(set)
        for contract in self.contracts.values():
            if contract.kind == "law":
                continue
            for clause in contract.clauses:
                said = self.sentences(contract, clause.number)
                for declared in (
                    *self.questions(contract, said), *self.blanks(contract, said),
                    *self.readings(contract, clause.number, said),
                ):  # fmt: skip
                    if declared.external:
                        users[declared.external].add((contract.name, clause.number))
        for contract in self.contracts.values():
            for place, text in self._remarks(contract):
                for named in _ID.findall(text):
                    for other in users.get(named, ()):
                        yield place, other
                yield from ((place, other) for other in self._articles(contract, text))

    def _remarks(self, contract: Contract) -> Iterator[tuple[Place, str]]:
        for each in contract.remarks:
            yield (contract.name, each.clause), each.text

    def _articles(self, contract: Contract, text: str) -> Iterator[Place]:
        """Yield the articles of laws that a text names: 民法典496至498条, 电信条例34(2)."""
        for law in self.contracts.values():
            if law.kind != "law":
                continue
            for name in filter(None, (law.alias, law.base)):
                for found in re.finditer(
                    rf"{re.escape(name)}第?(\d+)(?:\((\d+)\))?(?:(?:至|-|、|和)(\d+))?", text
                ):
                    first, last = int(found[1]), int(found[3] or found[1])
                    for clause in law.clauses:
                        number = re.match(r"\d+", plain_number(clause.number))
                        if number and first <= int(number[0]) <= last:
                            yield law.name, clause.number

    @cached_property
    def sentence_readings(self) -> dict[tuple[str, str, str], list[Any]]:
        """What stands under an option of a reading: document, reading and option to the sentences."""
        found: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
        for contract in self.contracts.values():
            for each in sentences(contract):
                for chosen in each.option:
                    found[contract.name, chosen.reading, chosen.option].append(each)
        return found

    @cached_property
    def asks_reading(self) -> dict[tuple[str, str], list[Any]]:
        """What asks in a condition or a window how a reading is taken: document and reading to the sentences."""
        found: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for contract in self.contracts.values():
            for each in sentences(contract):
                under = {chosen.reading for chosen in each.option}
                asked = {part.reading for part in walk(each) if isinstance(part, Chosen)} - under
                for reading in sorted(asked):
                    found[contract.name, reading].append(each)
        return found


def title_of(contract: Contract, language: Language) -> str:
    """Return what a document is called in a language: the half of its title that is in it, else all of it."""
    halves = re.fullmatch(r"(.*[\u3400-\u9fff）)])\s+([A-Za-z][^\u3400-\u9fff]*)", contract.title)
    if halves is not None:
        return halves[2] if language == "en" else halves[1]
    return contract.title or contract.alias or contract.name


def _by(edges: Iterable[tuple[Node, Edge]]) -> dict[Node, list[Edge]]:
    found: dict[Node, list[Edge]] = defaultdict(list)
    for node, edge in edges:
        found[node].append(edge)
    return found


def _parts(said: Iterable[Any]) -> Iterator[Any]:
    for each in said:
        if not isinstance(each, Remark):
            yield from walk(each)


def _declared(contract: Contract, names: Iterable[str], kind: type) -> list[Any]:
    found = (contract.declarations.get(name) for name in dict.fromkeys(names))
    return [each for each in found if isinstance(each, kind)]
