"""What the solver was asked, kept on disk: the same documents, asked the same, are not asked again.

Questions are kept in groups: those about the agreements alone, and those beside the law. A group is found by a hash of
all that its answers hang on: what the documents of the group mean and how their sentences are called, the layers, the
program itself, the solver. Words and places are no part of that: they are read when a finding is shown. A group in
which something is undecided is not kept, for that may hang on how busy a machine is.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contractlang.cache import entry, keep
from contractlang.contract import Contract
from contractlang.declaration import Declaration
from contractlang.hashes import code, hash_of
from engine.analysis.finding import Clause, Finding, Said, Witness
from engine.analysis.tally import Tally

if TYPE_CHECKING:
    from engine.analysis.answers import Answers

MOST_GROUPS = 300
_SUFFIX, ANSWERS = ".findings", ".answers"
_SPAN = re.compile(r"Span\(path=(?:'[^']*'|\"[^\"]*\"), start=\d+, end=\d+\)")
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_CODE = (_HERE, _HERE.parent, _HERE.parent / "calendars", _ROOT / "contractlang")


class Kept:
    """A folder in which groups of findings are kept; none keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._meant: dict[int, tuple[Contract, bytes]] = {}
        self._declared: dict[int, tuple[Declaration, str]] = {}

    def group(
        self, name: str, contracts: Iterable[Contract], layers: tuple[str, ...], tally: Tally,
        asked: Callable[[], Iterator[Finding]],
    ) -> Iterator[Finding]:  # fmt: skip
        """Yield the findings of a group of questions, from the folder or, where it has none, as they are `asked`."""
        if self.folder is None:
            yield from asked()
            return
        key = self._key(name, contracts, layers)
        held = _read(entry(self.folder, key, _SUFFIX))
        if held is not None:
            found, counts = held
            for field, count in zip(dataclasses.fields(tally), counts, strict=True):
                setattr(tally, field.name, getattr(tally, field.name) + count)
            yield from found
            return
        before = dataclasses.astuple(tally)
        found = []
        for each in asked():
            found.append(each)
            yield each
        spent = [now - then for now, then in zip(dataclasses.astuple(tally), before, strict=True)]
        if not any(each.kind == "unknown" for each in found):
            body = json.dumps([[dataclasses.asdict(each) for each in found], spent], default=str).encode()
            # What does not come back as it was is no entry.
            if _read(body) == (found, spent):
                keep(self.folder, key, _SUFFIX, body, MOST_GROUPS)

    def has(self, name: str, contracts: Iterable[Contract], layers: tuple[str, ...]) -> bool:
        """Tell whether the findings of a group of questions are in the folder."""
        return (
            self.folder is not None
            and entry(self.folder, self._key(name, contracts, layers), _SUFFIX) is not None
        )

    def knows(self, contracts: Iterable[Contract], layers: tuple[str, ...]) -> bool:
        """Tell whether questions about documents with these names were answered before, of whatever text."""
        return self.folder is not None and entry(self.folder, _called(contracts, layers), ANSWERS) is not None

    def answers(self, contracts: Iterable[Contract], layers: tuple[str, ...]) -> Answers:
        """Return what was answered, question by question, of documents with these names under these layers."""
        from engine.analysis.answers import Answers

        return Answers(self.folder, _called(contracts, layers))

    def _key(self, name: str, contracts: Iterable[Contract], layers: tuple[str, ...]) -> str:
        hashed = blake2b(f"{name} {layers} {_program()}".encode(), digest_size=20)
        for each in contracts:
            if id(each) not in self._meant:
                self._meant[id(each)] = each, self._hash(each)
            hashed.update(self._meant[id(each)][1])
        return hashed.hexdigest()

    def _hash(self, contract: Contract) -> bytes:
        """Return the hash of a document without its words and places."""
        bare = dataclasses.replace(contract, clauses=(), declarations={}, path="", text_hash="")
        declared = (f"{name} {self._declaration(each)}" for name, each in contract.declarations.items())
        return blake2b("\n".join((_said(bare), *declared)).encode("utf-8", "surrogateescape")).digest()

    def _declaration(self, declared: Declaration) -> str:
        """Return what a declaration is: that of a vocabulary is the same one in every document that uses it."""
        if id(declared) not in self._declared:
            self._declared[id(declared)] = declared, _said(declared)
        return self._declared[id(declared)][1]


def _called(contracts: Iterable[Contract], layers: tuple[str, ...]) -> str:
    """Return the hash of what documents are called, and of what answers."""
    called = [(each.name, each.kind, each.layer) for each in contracts]
    hashed = blake2b(f"{called} {layers} {_program()}".encode("utf-8", "surrogateescape"), digest_size=20)
    return hashed.hexdigest()


def _said(value: object) -> str:
    """Return what something is, in words, but for places."""
    return _SPAN.sub("", repr(value))


@cache
def _program() -> str:
    """Return the hash of what answers: the program, its calendars, the solver, and Python."""
    from importlib.metadata import version

    said = (sys.version, b""), (version("z3-solver"), b"")
    return hash_of((*said, *code((path for folder in _CODE for path in folder.iterdir()), _ROOT)))


def _read(body: bytes | None) -> tuple[list[Finding], list[int]] | None:
    """Return the findings of an entry, and how many questions they came of; None where it holds no such thing."""
    if body is None:
        return None
    try:
        found, counts = json.loads(body)
        return [_finding(each) for each in found], [int(each) for each in counts]
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _finding(held: dict[str, Any]) -> Finding:
    shown = held["witness"]
    return Finding(
        held["kind"],
        tuple(Clause(*each) for each in held["clauses"]),
        Said(*held["sentence"]),
        Witness(**{**shown, "entries": tuple(shown["entries"])}) if shown is not None else None,
        tuple(Said(*each) for each in held["settles"]),
        Said(*held["bound"]) if held["bound"] is not None else None,
        held["detail"],
    )
