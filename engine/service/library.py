"""The contracts of one tenant, all of them from its books: what its configuration names is published when it starts.

So every answer hangs on what is kept and on nothing beside it, and can be derived again (`engine/kept.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from contractlang.contract import Contract, base_name
from contractlang.declaration import PartyDecl
from engine.dates import day_of, start_of
from engine.errors import BadTerms
from engine.event import Instant
from engine.governing import Programs
from engine.kept import Documents, published
from engine.program import Program
from engine.service.answers import Words
from engine.service.outlook import stamp_of
from engine.store import Books, ContractRow, Publication

CONFIGURED = "configuration"
"""The name under which the files of the configuration are published together."""


class Library:
    """Documents that may govern accounts, and the programs made of them."""

    def __init__(self, books: Books, documents: Documents) -> None:
        self._books, self._documents = books, documents
        self.texts: dict[str, str] = {}
        self.refreshed = 0
        """How often documents were taken into use."""
        self._programs = Programs({})
        self._words: dict[Program, Words] = {}
        self._parties: dict[Program, Mapping[str, str]] = {}
        self._stamps: dict[Program, bytes] = {}
        self._effective: dict[str, Instant] = {}
        self._used: list[Publication] = []

    def configure(self, texts: Mapping[str, str], at: Instant) -> None:
        """Publish the files of the configuration, where they are not those published already."""
        content = json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()
        hash = sha256(content).hexdigest()
        rows = self._books.contracts(CONFIGURED)
        last = max(
            (each for each in rows if each.published_at),
            key=lambda each: each.published_at or 0,
            default=None,
        )
        if last is None or last.text_hash != hash:
            # Of two files of one name the later one's counts, though a clock has stepped back.
            at = at if last is None else max(at, (last.published_at or 0) + 1)
            version = (
                hash[:12] if all(each.version != hash[:12] for each in rows) else f"{hash[:12]}.{len(rows)}"
            )
            row = ContractRow(CONFIGURED, version, content, hash, hash, day_of(at), b"{}", CONFIGURED, at)
            self._books.propose(row)
            self._books.publish(CONFIGURED, version, at)
        self.refresh()

    def refresh(self) -> None:
        """Take into use what is published. Raises Damaged where it cannot be read.

        No clock is asked: this one may have stepped back, and that of another server be ahead.
        """
        used = self._books.published()
        rows = self._books.contracts()
        texts = dict(published(rows, max((each.at for each in used), default=0)))
        programs = self._documents.of(texts)
        # Before the documents themselves: an account that is opened meanwhile must not sign what is of a later day.
        self._effective = {
            f"{row.name}@{row.version}": start_of(row.effective_on)
            for row in rows
            if row.published_at is not None and row.name != CONFIGURED
        }
        self._programs, self._words, self._parties, self._stamps = programs, {}, {}, {}
        self.texts, self._used = texts, used
        self.refreshed += 1

    def is_behind(self) -> bool:
        """Tell whether something else is published now than was taken into use: by another server."""
        return self._books.published() != self._used

    def with_files(self, more: Mapping[str, str]) -> Programs:
        """Return what these files say beside those published. Raises Damaged where they cannot be read."""
        return self._documents.of({**self.texts, **more})

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """The documents in use, by name."""
        return self._programs.contracts

    def agreements(self) -> dict[str, list[Contract]]:
        """Return the agreements by name, in all their versions."""
        found: dict[str, list[Contract]] = {}
        for each in self.contracts.values():
            if each.kind == "agreement":
                found.setdefault(each.base, []).append(each)
        return found

    def signed(self, named: str, at: Instant) -> str:
        """Return the version that an account opened at an instant signs: `voip-1@2`. Raises BadTerms."""
        home, mark, version = named.partition("@")
        versions = self.agreements()
        base = next((b for b, held in versions.items() if home in (b, *(each.alias for each in held))), None)
        if base is None:
            known = ", ".join(sorted(versions)) or "none"
            raise BadTerms("agreements", f"no agreement is called `{home}`; there are: {known}")
        held = [each for each in versions[base] if self._begins(each) <= at]
        if mark:
            if version not in {number_of(each) for each in held}:
                raise BadTerms("agreements", f"`{home}` has no version `{version}` that is in use")
            return f"{base}@{version}"
        if not held:
            raise BadTerms("agreements", f"no version of `{home}` is in use yet")
        last = max(held, key=lambda each: (self._begins(each), number_of(each).zfill(9)))
        return f"{base}@{number_of(last)}"

    def _begins(self, contract: Contract) -> Instant:
        """Return from when a version may be signed: what the configuration brought, always."""
        return self._effective.get(f"{contract.base}@{number_of(contract)}", -(1 << 61))

    def program(self, agreements: Iterable[str], layers: tuple[str, ...]) -> Program:
        """Return the program for agreements, written with or without their versions. Raises BadTerms."""
        return self._programs.of(tuple(dict.fromkeys(map(base_name, agreements))), layers)

    def words(self, program: Program) -> Words:
        """Return who speaks of a program, the same for all its accounts."""
        found = self._words.get(program)
        if found is None:
            found = self._words[program] = Words(program)
        return found

    def stamp(self, program: Program) -> bytes:
        """Return what names the engine and what the documents of a program mean."""
        found = self._stamps.get(program)
        if found is None:
            found = self._stamps[program] = stamp_of(program)
        return found

    def parties(self, program: Program) -> Mapping[str, str]:
        """Return the parties of a program by their names in either language."""
        found = self._parties.get(program)
        if found is None:
            made: dict[str, str] = {}
            for each in program.declarations.values():
                if isinstance(each, PartyDecl):
                    for word in filter(None, (each.name, each.alias)):
                        made.setdefault(word, each.name)
            found = self._parties[program] = made
        return found


class Candidates:
    """Versions that were proposed and are not in use, made ready beside what is."""

    def __init__(self, books: Books, library: Library) -> None:
        self._books, self._library = books, library

    def of(self, name: str, version: str) -> Programs:
        """Return everything in use with one candidate beside it. Raises NotKept, and Damaged where it is unreadable."""
        row = self._books.contract(name, version)
        return self._library.with_files(files_of(row))


def files_of(row: ContractRow) -> dict[str, str]:
    """Return the files of a version."""
    found: dict[str, str] = json.loads(row.texts)
    return found


def number_of(contract: Contract) -> str:
    """Return the version of a document: `1` where it says none."""
    return contract.version or "1"
