"""Decisions as the log keeps them: the JSON of `engine/wire.py`, put together from pieces.

A piece is written once, for as long as it is kept: at most `MOST_KEPT` of a kind for each program, no whole decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.canonical import to_json
from engine.dates import iso
from engine.decision import Decision, Reason, Receipt, is_unmistakable
from engine.event import Instant
from engine.explain import documents_as_json, plain

MOST_KEPT = 20_000
WORD: Mapping[bool | None, bytes] = {True: b"true", False: b"false", None: b"null"}
_TEXT = {said: word.decode() for said, word in WORD.items()}
_NOTHING_OPEN = b',"missing":[],"could_be":[],"assumes":[],"cure":[]'
Documents = tuple[tuple[str, str, str], ...]


class Logged:
    """Writes decisions of one program; equal ones give equal bytes."""

    __slots__ = ("_begun", "_documents", "_kept", "_reasons")

    def __init__(self, documents: Documents) -> None:
        self._documents = to_json(documents_as_json(documents))
        self._reasons: dict[Reason, bytes] = {}
        self._kept: dict[tuple[Any, ...], bytes] = {}
        self._begun: dict[tuple[Any, ...], bytes] = {}

    def written(self, decision: Decision) -> bytes:
        """Return a decision as it is logged."""
        held = (
            f',"holds_until":{instant(decision.holds_until)},"provisional":{_TEXT[decision.provisional]},'
            f'"exact":{_TEXT[decision.exact]},"receipt":'
        )
        receipt = decision.receipt
        asked = f',"as_of":{instant(receipt.as_of)},"known_at":{instant(receipt.known_at)}}}}}'
        return b"".join((
            self._verdict(decision), b",".join([self._reason(each) for each in decision.reasons]), b"]",
            self.left_open(decision), held.encode(), self.receipt(receipt), asked.encode(),
        ))  # fmt: skip

    def _verdict(self, decision: Decision) -> bytes:
        """Return how a decision begins, up to its reasons; of verdicts, which are few, that is kept."""
        answer, verdict, required, value, truncated = decision[:5]
        if verdict is None or value is not None:
            return _verdict(decision)
        key = answer, required, truncated
        return self._begun.get(key) or self._begun.setdefault(key, _verdict(decision))

    def _reason(self, reason: Reason) -> bytes:
        found = self._reasons.get(reason)
        if found is None:
            code, args, holds, parts, events = reason
            found = b'{"code":%b,"args":%b,"holds":%b,"events":%b,"parts":[%b]}' % (
                to_json(code), to_json(list(map(plain, args))), WORD[holds], to_json(events),
                b",".join([self._reason(each) for each in parts]),
            )  # fmt: skip
            if is_unmistakable(reason):
                if len(self._reasons) >= MOST_KEPT:
                    self._reasons.clear()
                self._reasons[reason] = found
        return found

    def receipt(self, receipt: Receipt) -> bytes:
        """Return how a receipt begins: all that hangs on the account, and not on what is asked of it."""
        _, engine, calendar, terms, ledger, events, _, _ = receipt
        key = ledger, terms, calendar
        found = self._kept.get(key)
        if found is None:
            told = {
                "engine": engine,
                "calendar": calendar,
                "terms": terms,
                "ledger": ledger,
                "events": events,
            }
            found = self._keep(key, b'{"documents":%b,%b' % (self._documents, to_json(told)[1:-1]))
        return found

    def left_open(self, decision: Decision) -> bytes:
        """Return what is missing, what the answer could be, what it assumes, and what would cure it."""
        key = missing, could_be, assumes, cure = decision[6:10]
        if not (missing or could_be or assumes or cure):
            return _NOTHING_OPEN
        found = self._kept.get(key)
        if found is None:
            readings = [{"reading": reading, "option": option} for reading, option in assumes]
            found = self._keep(key, b',"missing":%b,"could_be":%b,"assumes":%b,"cure":%b' % (
                to_json([each._asdict() for each in missing]), to_json(could_be), to_json(readings),
                to_json([each._asdict() for each in cure]),
            ))  # fmt: skip
        return found

    def _keep(self, key: tuple[Any, ...], made: bytes) -> bytes:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = made
        return made


def _verdict(decision: Decision) -> bytes:
    answer, verdict, required, value, truncated = decision[:5]
    return b'{"version":1,"answer":%b,"verdict":%b,"required":%b,"value":%b,"truncated":%b,"reasons":[' % (
        to_json(answer), b"null" if verdict is None else to_json(verdict.value), WORD[required],
        to_json(plain(value)), WORD[truncated],
    )  # fmt: skip


def instant(at: Instant | None) -> str:
    return "null" if at is None else f'"{iso(at)}"'
