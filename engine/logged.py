"""Decisions as the log keeps them: the JSON of `engine/wire.py`, put together from pieces.

A reason is written once, for as long as it is kept: at most `MOST_KEPT` of them for each program, no whole decision.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import to_json

from engine.dates import iso
from engine.decision import Decision, Reason, Receipt, is_unmistakable
from engine.event import Instant
from engine.explain import documents_as_json, plain

MOST_KEPT = 20_000
WORD: Mapping[bool | None, bytes] = {True: b"true", False: b"false", None: b"null"}
Documents = tuple[tuple[str, str, str], ...]


class Logged:
    """Writes decisions of one program; equal ones give equal bytes."""

    __slots__ = ("_documents", "_reasons")

    def __init__(self, documents: Documents) -> None:
        self._documents = to_json(documents_as_json(documents))
        self._reasons: dict[Reason, bytes] = {}

    def written(self, decision: Decision) -> bytes:
        """Return a decision as it is logged."""
        (
            answer, verdict, required, value, truncated, reasons, missing, could_be, assumes, cure, holds_until,
            provisional, exact, receipt,
        ) = decision  # fmt: skip
        return b"".join((
            b'{"version":1,"answer":', to_json(answer),
            b',"verdict":', b"null" if verdict is None else to_json(verdict.value),
            b',"required":', WORD[required], b',"value":', to_json(plain(value)),
            b',"truncated":', WORD[truncated], b',"reasons":[', b",".join([self._reason(each) for each in reasons]),
            b'],"missing":', to_json([each._asdict() for each in missing]) if missing else b"[]",
            b',"could_be":', to_json(could_be), b',"assumes":', _assumed(assumes) if assumes else b"[]",
            b',"cure":', to_json([each._asdict() for each in cure]) if cure else b"[]",
            b',"holds_until":', _instant(holds_until), b',"provisional":', WORD[provisional],
            b',"exact":', WORD[exact], b',"receipt":', self._receipt(receipt), b"}",
        ))  # fmt: skip

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

    def _receipt(self, receipt: Receipt) -> bytes:
        _, engine, calendar, terms, ledger, events, as_of, known_at = receipt
        return b"".join((
            b'{"documents":', self._documents, b',"engine":', to_json(engine), b',"calendar":', to_json(calendar),
            b',"terms":', to_json(terms), b',"ledger":', to_json(ledger), b',"events":%d' % events,
            b',"as_of":', _instant(as_of), b',"known_at":', _instant(known_at), b"}",
        ))  # fmt: skip


def _assumed(assumes: tuple[tuple[str, str], ...]) -> bytes:
    return to_json([{"reading": reading, "option": option} for reading, option in assumes])


def _instant(at: Instant | None) -> bytes:
    return b"null" if at is None else b'"%b"' % iso(at).encode()
