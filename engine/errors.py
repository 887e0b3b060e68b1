"""What the engine raises, as one small tree. A contract in trouble is an answer, not an exception."""

from __future__ import annotations


class EngineError(Exception):
    """Something the caller can do something about; the message is for people."""


class BadEvent(EngineError):
    """A ledger entry cannot be taken. `line` (from 1, or the event's id) and `field` say where; nothing was applied."""

    def __init__(self, where: str, field: str, reason: str) -> None:
        super().__init__(f"{where}, {field}: {reason}" if field else f"{where}: {reason}")
        self.where, self.field, self.reason = where, field, reason


class BadQuestion(EngineError):
    """A question names a party, act, norm or field that the contracts do not know. `field` and `reason` say which."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class BadTerms(EngineError):
    """A setting, reading or answer given for an account does not fit its contracts."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class OutOfOrder(EngineError):
    """An event was advanced before one that precedes it: replay from the earlier position instead."""
