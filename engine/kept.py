"""An account as a store keeps it, made ready to be asked; questions and answers as bytes.

What an answer hangs on is all in the store: the documents that were published by then, what the account was opened
with, its entries up to a revision. So a decision of the log can be derived again at any time, from those alone.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from contractlang.cache import Cache
from contractlang.contract import base_name
from contractlang.diagnostic import Diagnostic
from contractlang.loaded import Loaded
from contractlang.render import render
from contractlang.values import Period, Share
from engine.account import Account
from engine.canonical import canonical, to_json
from engine.decision import Decision
from engine.errors import Damaged
from engine.event import Event, Instant, Ledger
from engine.governing import CONTRACT, Programs
from engine.intake import checked
from engine.logged import Logged
from engine.program import Program
from engine.question import CALLED, KINDS, May, Question
from engine.settings import terms_from, versions_from
from engine.store import Books, ContractRow, DecisionRow, EntryRow
from engine.terms import Terms
from engine.written_events import event_from

Texts = Mapping[str, str]
"""File name to text."""

_PARTS = {
    kind: tuple(sorted(("kind", "known_at", *(each.name for each in dataclasses.fields(kind)))))
    for kind in KINDS.values()
}
"""What is written of a question of each kind, in the order of the names."""


# Documents ------------------------------------------------------------------------------------------------------------


def published(rows: Iterable[ContractRow], at: Instant) -> Texts:
    """Return the files of all documents that were published by an instant; of two of one name the later one's."""
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda each: (each.published_at or 0, each.name, each.version)):
        if row.published_at is not None and row.published_at <= at:
            found |= json.loads(row.texts)
    return found


class Documents:
    """Documents made ready, each collection of files once. `folder` is where their files are laid for the reader."""

    def __init__(self, folder: Path, cache: Cache | None = None) -> None:
        self._folder, self._cache = folder, cache or Cache(None)
        self._made: dict[str, Programs] = {}

    def of(self, texts: Texts) -> Programs:
        """Return what these files say. Raises Damaged where they cannot be read any more."""
        told = json.dumps(texts, ensure_ascii=False, sort_keys=True)
        key = sha256(told.encode()).hexdigest()[:32]
        made = self._made.get(key)
        if made is None:
            home = self._folder / key
            for name, text in texts.items():
                _lay(home, name, text)
            loaded = self._cache.load([home], [home])
            errors = [each for each in loaded.errors if not _is_of_versions(each, loaded)]
            if errors or loaded.unreadable:
                told = "\n".join([*loaded.unreadable, render(errors, loaded.sources)])
                # Where they were laid is nothing to whoever reads this.
                told = told.replace(f"{home}/", "").strip()
                raise Damaged(f"the documents published cannot be read:\n{told}")
            made = self._made[key] = Programs({name: loaded.contracts[name] for name in loaded.asked})
        return made


def _is_of_versions(wrong: Diagnostic, loaded: Loaded) -> bool:
    """Tell whether a fault is that two versions of an agreement are valid at once: an account says which it signed."""
    agreements = {each.path: each for each in loaded.contracts.values() if each.kind == "agreement"}
    paths = (wrong.span.path, *(each.span.path for each in wrong.labels))
    versions = {agreements[path].version or "1" for path in paths if path in agreements}
    return wrong.code == "versions" and len(versions) == len(paths)


def _lay(home: Path, name: str, text: str) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or "\0" in name or not inside.parts:
        raise Damaged(f"the documents published cannot be read: `{name}` is no name of a file")
    path = home / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


# Accounts -------------------------------------------------------------------------------------------------------------


def program_of(opening: Mapping[str, Any], programs: Programs) -> Program:
    """Return what governs an account opened so. Raises BadTerms."""
    agreements = tuple(dict.fromkeys(base_name(name) for name in opening.get("agreements", ())))
    return programs.of(agreements, tuple(opening.get("layers", (CONTRACT,))))


def terms_of(opening: Mapping[str, Any], program: Program) -> Terms:
    """Return what was agreed for an account opened so. Raises BadTerms."""
    layers = (CONTRACT, *sorted({*opening.get("layers", ())} - {CONTRACT}))
    given = (opening.get(name, {}) for name in ("readings", "answers"))
    terms = terms_from(program, opening.get("settings", {}), layers, *given)
    return replace(terms, versions=versions_from(program, opening.get("agreements", ())))


def account_of(opening: bytes, entries: Iterable[EntryRow], programs: Programs) -> Account:
    """Return the account that was opened so and has these entries. Raises BadTerms and BadEvent."""
    said = json.loads(opening)
    program = program_of(said, programs)
    return Account(program, terms_of(said, program), ledger_of(program, entries))


def ledger_of(program: Program, entries: Iterable[EntryRow]) -> Ledger:
    """Return entries as a ledger. Raises BadEvent."""
    return checked(program, [event_of(program, each) for each in entries])


def event_of(program: Program, entry: EntryRow) -> Event:
    """Return one entry as an event: its body, with when it was recorded. Raises BadEvent, and Damaged for no JSON."""
    try:
        raw = json.loads(entry.body, parse_float=str)
        raw |= {"source": entry.source, "id": entry.id}
        if entry.personal is not None:
            raw["personal"] = json.loads(entry.personal)
    except (ValueError, TypeError):
        raise Damaged(f"entry {entry.revision} (`{entry.id}`) cannot be read: it is no JSON object") from None
    return event_from(program, raw, f"revision {entry.revision}", entry.recorded_at)


# Questions and answers as bytes ---------------------------------------------------------------------------------------


def question_to_bytes(question: Question, known_at: Instant | None = None) -> bytes:
    """Write a question, and with which knowledge it is asked, so that it can be read again exactly."""
    if type(question) is May and not question.fields:
        begun, ended = _may_of(question.party, question.act)
        known = b"null" if known_at is None else b"%d" % known_at
        return b"".join((begun, b"%d" % question.at, _OF_MAY, known, ended))
    kind = type(question)
    beside = {"kind": CALLED[kind], "known_at": known_at}
    told = {name: beside[name] if name in beside else _told(getattr(question, name)) for name in _PARTS[kind]}
    return canonical(told, plain=True)


_OF_MAY = b',"fields":{"fields":{}},"kind":"may","known_at":'


@lru_cache(maxsize=1024)
def _may_of(party: str, act: str) -> tuple[bytes, bytes]:
    """Return how a question whether a party may do an act is written, up to its instant, and after all else."""
    return b'{"act":%b,"at":' % to_json(act), b',"party":%b}' % to_json(party)


def question_from_bytes(written: bytes) -> tuple[Question, Instant | None]:
    """Read what `question_to_bytes` has written. Raises Damaged for anything else."""
    try:
        told = {name: _read(value) for name, value in json.loads(written).items()}
        known_at = told.pop("known_at")
        return KINDS[told.pop("kind")](**told), known_at
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged("the question is not as it was logged") from None


def answer_to_bytes(decision: Decision) -> bytes:
    """Write a decision as it is logged."""
    return Logged(decision.receipt.documents).written(decision)


def derive(books: Books, documents: Documents, row: DecisionRow) -> bytes:
    """Derive an answer of the log again, from what was kept when it was given.

    Raises NotKept where the account is gone, BadTerms and BadEvent where this engine does not take what an earlier one
    took, Damaged where documents or entries are not there any more.
    """
    if row.revision > (kept := books.account(row.account)).revision:
        raise Damaged(
            f"account `{row.account}` is at revision {kept.revision}; the answer was given at {row.revision}"
        )
    programs = _programs_then(books, documents, row, json.loads(kept.opening))
    account = account_of(kept.opening, books.entries(row.account, until=row.revision), programs)
    question, known_at = question_from_bytes(row.question)
    return answer_to_bytes(account.decide(question, known_at))


def _programs_then(
    books: Books, documents: Documents, row: DecisionRow, opening: Mapping[str, Any]
) -> Programs:
    """Return what was published when an answer was given, as far as the server that gave it knew of it.

    The receipt names the documents; a server may learn of a publication later than it is made, and its clock may have
    stepped back since.
    """
    rows = books.contracts()
    instants = {each.published_at for each in rows if each.published_at is not None}
    last = None
    for at in sorted(instants, key=lambda each: (each > row.asked_at, abs(each - row.asked_at))):
        programs = documents.of(published(rows, at))
        last = last or programs
        if program_of(opening, programs).versions == _documents_of(row.answer):
            return programs
    return last or documents.of({})


def _documents_of(answer: bytes) -> tuple[tuple[str, str, str], ...]:
    """Return the documents that the receipt of a logged answer names."""
    try:
        named = json.loads(answer)["receipt"]["documents"]
        return tuple((each["name"], each["text_hash"], each["meaning_hash"]) for each in named)
    except (ValueError, KeyError, TypeError):
        return ()


def _told(value: Any) -> Any:
    """Return a value of a question as JSON, kinds that JSON lacks named."""
    if type(value) in (str, int):
        return value
    if type(value) is dict:
        return {"fields": {key: _told(each) for key, each in sorted(value.items())}}
    match value:
        case date():
            return {"day": value.isoformat()}
        case Period():
            return {"period": [value.count, value.unit]}
        case Share():
            return {"share": [value.over, value.under]}
        case Mapping():
            return _told(dict(value))
        case None | str() | int():
            return value
        case _:
            raise TypeError(f"a question holds no {type(value).__name__}")


def _read(value: Any) -> Any:
    match value:
        case {"day": day}:
            return date.fromisoformat(day)
        case {"period": [count, unit]}:
            return Period(count, unit)
        case {"share": [over, under]}:
            return Share(over, under)
        case {"fields": fields}:
            return {key: _read(each) for key, each in fields.items()}
        case _:
            return value
