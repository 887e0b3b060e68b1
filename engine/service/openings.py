"""What an account is opened with, read and checked: agreements, layers, settings, readings, answers, who acts.

An opening is kept as JSON for ever, with the versions signed spelled out, so the account means the same on any day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contractlang.suggest import nearest
from engine.errors import BadTerms
from engine.event import Instant
from engine.governing import CONTRACT, need_layer
from engine.program import Program
from engine.service.answers import Words
from engine.service.library import Library
from engine.service.problems import pointer
from engine.settings import terms_from, versions_from
from engine.terms import Terms

FIELDS = ("type", "agreements", "layers", "settings", "readings", "answers", "parties")
Subject = tuple[str, str]
"""A subject's type and id."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An account as opened: `parties` tells for which party a subject acts on this account, `named` how the
    parties are called in either language, `stamp` names engine and what the documents mean (see `Library`). `meant` is
    for the tenant to remember which party and act subjects and words have stood for."""

    type: str
    agreements: tuple[str, ...]
    layers: tuple[str, ...]
    program: Program
    terms: Terms
    words: Words
    named: Mapping[str, str]
    parties: Mapping[Subject, str]
    stamp: bytes
    meant: dict[tuple[Subject, str], tuple[str, str]] = field(default_factory=dict, compare=False)


def opening_from(library: Library, raw: Mapping[str, Any], at: Instant) -> tuple[bytes, Opening]:
    """Return an opening as it is kept, and read. Raises BadTerms, whose field is a JSON pointer."""
    for name in raw:
        if name not in FIELDS:
            near = nearest(name, FIELDS)
            raise BadTerms(
                pointer(name), "an account has no such field" + (f"; did you mean `{near}`?" if near else "")
            )
    kept: dict[str, Any] = {
        "type": "account" if raw.get("type") is None else raw["type"],
        "agreements": _signed(library, raw, at),
        "layers": _layers(library, raw),
    }
    if not isinstance(kept["type"], str) or not kept["type"]:
        raise BadTerms("/type", "a text is wanted, not an empty one")
    for name in ("settings", "readings", "answers", "parties"):
        value = raw.get(name)
        if value is not None and not isinstance(value, dict):
            raise BadTerms(pointer(name), "a JSON object is wanted")
        if value:
            kept[name] = value
    body = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return body, read_opening(library, body)


def read_opening(library: Library, body: bytes) -> Opening:
    """Return an opening that was kept. Raises BadTerms where the contracts no longer know what it names."""
    kept = json.loads(body)
    layers = (CONTRACT, *sorted({*kept["layers"]} - {CONTRACT}))
    try:
        program = library.program(kept["agreements"], layers)
    except BadTerms as wrong:
        raise _placed(wrong, wrong.field) from None
    terms = replace(_terms(program, kept, layers), versions=versions_from(program, kept["agreements"]))
    return Opening(
        kept["type"],
        tuple(kept["agreements"]),
        layers,
        program,
        terms,
        library.words(program),
        library.parties(program),
        _parties(library.parties(program), kept.get("parties", {})),
        library.stamp(program),
    )


def _signed(library: Library, raw: Mapping[str, Any], at: Instant) -> list[str]:
    """Return the versions that are signed of the agreements named."""
    found = []
    for number, named in enumerate(_texts(raw, "agreements")):
        try:
            found.append(library.signed(named, at))
        except BadTerms as wrong:
            raise _placed(wrong, *_place(raw, "agreements", number)) from None
    if not found:
        raise BadTerms("/agreements", "name at least one agreement")
    return found


def _layers(library: Library, raw: Mapping[str, Any]) -> list[str]:
    """Return the layers of law that are asked for."""
    found = _texts(raw, "layers")
    for number, layer in enumerate(found):
        if layer != CONTRACT:
            try:
                need_layer(library.contracts.values(), layer)
            except BadTerms as wrong:
                raise _placed(wrong, *_place(raw, "layers", number)) from None
    return found or [CONTRACT]


def _terms(program: Program, kept: Mapping[str, Any], layers: tuple[str, ...]) -> Terms:
    parts = {part: kept.get(part, {}) for part in ("settings", "readings", "answers")}
    try:
        return terms_from(program, layers=layers, **parts)
    except BadTerms:
        # Which part it is: a name may stand in several.
        for part, said in parts.items():
            try:
                terms_from(program, **{"settings": {}, part: said})
            except BadTerms as wrong:
                raise _placed(wrong, part, wrong.field) from None
        raise


def _placed(wrong: BadTerms, *names: str | int) -> BadTerms:
    """Return the same fault with its place in the opening."""
    return BadTerms(pointer(*names), wrong.reason, wrong.zh)


def _parties(named: Mapping[str, str], raw: Mapping[str, Any]) -> dict[Subject, str]:
    """Return who acts for whom: a party to a text, an object of type and id, or a list of these."""
    found: dict[Subject, str] = {}
    for word, subjects in raw.items():
        party = named.get(word)
        if party is None:
            raise BadTerms(pointer("parties", word), "the agreements know no such party")
        for number, each in enumerate(subjects if isinstance(subjects, list) else [subjects]):
            place = pointer("parties", *_place(raw, word, number))
            said = each if isinstance(each, dict) else {"type": "user", "id": each}
            type, id = said.get("type", "user"), said.get("id")
            if not isinstance(type, str) or not isinstance(id, str) or not id:
                raise BadTerms(place, 'write a subject as "id", or as {"type": …, "id": …}')
            if found.setdefault((type, id), party) != party:
                reason = f"`{id}` acts for `{found[type, id]}` already"
                raise BadTerms(place, reason)
    return found


def _texts(raw: Mapping[str, Any], name: str) -> list[str]:
    value = raw.get(name)
    value = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(value, list):
        raise BadTerms(pointer(name), "a list of texts is wanted")
    for number, each in enumerate(value):
        if not isinstance(each, str) or not each:
            raise BadTerms(pointer(*_place(raw, name, number)), "a text is wanted, not an empty one")
    return value


def _place(raw: Mapping[str, Any], name: str, number: int) -> tuple[str | int, ...]:
    """Return where one of several stands; what is no list is the only one."""
    return (name, number) if isinstance(raw[name], list) else (name,)
