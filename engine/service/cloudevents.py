"""Events as CloudEvents 1.0 brings them, in its three ways: structured, binary, and a batch.

type = an act or event of the vocabulary, subject = the account, time = when it happened, data = its fields, with `by`,
`arrives`, `standing` and the like as ledgers write them. `source` and `id` name it once for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec

from engine.canonical import canonical
from engine.dates import parse_instant
from engine.event import Instant
from engine.service.plain import EVENT, EVENTS
from engine.service.problems import Problem, pointer
from engine.service.repeated import marks
from engine.tuples import made

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
VERSION = "1.0"


_NAMED = ("id", "source", "type", "subject")
_TEXT = frozenset({str})
_PLAIN = frozenset({str, int, bool, type(None)})
_TAKEN = frozenset({"id", "source", "name", "type", "recorded_at", "occurred_at"})


class Sent(NamedTuple):
    """One event as it was sent: for which account, under which name, and the object that a ledger would write.

    `body` is that object as it is kept and hashed: the same content gives the same bytes. `happened_at` is what its
    `time` says, `at` the place within the request, for what is wrong with it.
    """

    account: str
    source: str
    id: str
    raw: dict[str, Any]
    body: bytes
    personal: bytes | None
    happened_at: Instant | None
    recorded_at: Instant | None
    at: str


def kind_of(headers: Mapping[bytes, bytes], body: bytes) -> str:
    """Return what a request brings. Raises Problem for what is not read here, before it is read."""
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if not kind and not body and b"ce-specversion" in headers:
        return JSON  # Data that is not there is of no kind.
    if kind not in (BATCH, STRUCTURED, JSON):
        raise _unsupported()
    return kind


def sent(kind: str, headers: Mapping[bytes, bytes], body: Any, most: int) -> tuple[list[Sent], bool]:
    """Return the events of a request, and whether they came as a batch. Raises Problem."""
    if kind == BATCH:
        if not isinstance(body, list):
            raise Problem("bad_request", "a batch is a list of events")
        if len(body) > most:
            raise Problem("bad_request", f"a batch may hold {most:,} events; this one has {len(body):,}")
        return [_event(each, f"/{number}") for number, each in enumerate(body)], True
    if kind == STRUCTURED:
        return [_event(body, "")], False
    if b"ce-specversion" in headers:
        said = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.items())
        attributes = {name[3:]: _unescaped(value, name[3:]) for name, value in said if name.startswith("ce-")}
        return [_event({**attributes, **({} if body is None else {"data": body})}, "")], False
    if isinstance(body, dict) and "specversion" in body:
        return [_event(body, "")], False
    raise _unsupported()


_APART: Final = _TAKEN | {"at", "personal"}


def plainly_sent(kind: str, body: bytes, most: int) -> tuple[list[Sent], bool] | None:
    """Return what `sent` does where nothing but plain events are sent, in one piece each; None of anything else.

    Raises Problem.
    """
    batch = kind == BATCH
    if not batch and kind != STRUCTURED:
        return None
    try:
        found = EVENTS.decode(body) if batch else [EVENT.decode(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if len(found) > most:
        return None
    events: list[Sent] = []
    # Of each event its version, its account and what these are called by are in no body that is kept.
    texts = 4 * len(found)
    for number, (id, source, name, account, time, data, kind_of_data) in enumerate(map(_SAID, found)):
        raw: dict[str, Any] = {"id": id, "source": source, "name": name}
        if data is not None:
            if not _APART.isdisjoint(data):
                return None
            raw |= data
            texts += 1
        if kind_of_data is not None:
            texts += 2
        at = f"/{number}" if batch else ""
        try:
            raw["at"], happened_at = _time(time, at, "/time")
        except Problem:
            return None
        kept = canonical(raw, plain=True)
        events.append(made(Sent, (account, source, id, raw, kept, None, happened_at, None, at)))
    if body.count(b'"') != 2 * texts + marks(b"".join([each.body for each in events])):
        return None
    return events, batch


_SAID: Final = attrgetter("id", "source", "type", "subject", "time", "data", "datacontenttype")


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _unescaped(value: str, name: str) -> str:
    """Return the attribute that a header has: maybe in double quotes, then percent-encoded. Raises Problem."""
    if _QUOTED.fullmatch(value):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        told = "what is percent-encoded here is no UTF-8"
        raise Problem("bad_request", told, pointer(name)) from None


def _unsupported() -> Problem:
    told = f"send an event as {STRUCTURED}, several as {BATCH}, or its data as {JSON} with ce- headers"
    return Problem("unsupported_media_type", told)


def _event(said: Any, at: str) -> Sent:
    if type(said) is not dict:
        raise Problem("bad_request", "an event is a JSON object", at)
    if said.get("specversion") != VERSION:
        raise Problem("bad_request", f'"{VERSION}" is the version read here', f"{at}/specversion")
    named = list(map(said.get, _NAMED))
    if not all(named) or not _TEXT.issuperset(map(type, named)):
        for each in _NAMED:
            _text(said, each, at)
    id, source, name, account = named
    if "data_base64" in said:
        raise Problem("bad_request", "data that is no JSON is not read here", f"{at}/data_base64")
    data = said.get("data")
    if data is not None and not isinstance(data, dict):
        raise Problem("bad_request", "a JSON object is wanted", f"{at}/data")
    raw: dict[str, Any] = {"id": id, "source": source, "name": name}
    personal = None
    if data:
        if not _TAKEN.isdisjoint(data):
            for taken in _TAKEN.intersection(data):
                raise Problem(
                    "bad_request", "the event itself says so; leave it out here", f"{at}/data/{taken}"
                )
        raw |= data
        personal = raw.pop("personal", None)
    time, happened_at = said.get("time"), None
    if time is not None:
        if raw.get("at") is not None:
            raise Problem("bad_request", "`time` says when it happened; leave this out", f"{at}/data/at")
        raw["at"], happened_at = _time(time, at, "/time")
    elif "at" not in raw:
        raise Problem(
            "bad_request",
            "when did it happen? if nobody knows, give `data` an `at` that is null",
            f"{at}/time",
        )
    if "sequence" in said:
        raw["sequence"] = _whole(said["sequence"], f"{at}/sequence")
    if personal is not None and not isinstance(personal, dict):
        raise Problem("bad_request", "a JSON object is wanted", f"{at}/data/personal")
    if not _PLAIN.issuperset(map(type, raw.values())):
        for name, value in raw.items():
            if type(value) not in _PLAIN:
                raise Problem("bad_request", "a plain value is wanted", at + pointer("data", name))
    recorded = said.get("recordedat")
    return made(Sent, (
        account, source, id, raw, canonical(raw, plain=True),
        json.dumps(personal, ensure_ascii=False, sort_keys=True).encode() if personal else None,
        happened_at, None if recorded is None else _time(recorded, at, "/recordedat")[1], at,
    ))  # fmt: skip


def _text(said: Mapping[str, Any], name: str, at: str) -> None:
    value = said.get(name)
    if type(value) is not str or not value:
        hint = {"subject": "it names the account", "type": "it names the act or event"}.get(
            name, "it is required"
        )
        raise Problem("bad_request", f"a text is wanted: {hint}", f"{at}/{name}")


_FINER = re.compile(r"(\.\d{6})\d+")
"""Decimals beyond those that an instant has: many senders write nine. They are left out."""


def _time(value: Any, at: str, field: str) -> tuple[str, Instant]:
    """Return a moment as it is kept, and which it is. Raises Problem."""
    if not isinstance(value, str):
        raise Problem("bad_request", 'write a moment such as "2026-03-02T10:00:00+08:00"', at + field)
    try:
        # Nearly every moment is written as it is kept.
        if " " not in value:
            return value, parse_instant(value)
    except ValueError:
        pass
    # CloudEvents writes RFC 3339, whose small letters mean nothing more here.
    text = _FINER.sub(r"\1", value.replace(" ", "T").upper())
    try:
        return text, parse_instant(text)
    except ValueError as wrong:
        raise Problem("bad_request", str(wrong).replace(text, value), at + field) from None


def _whole(value: Any, at: str) -> int:
    try:
        if isinstance(value, bool):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise Problem("bad_request", "a whole number is wanted", at) from None
