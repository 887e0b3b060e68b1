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


class Unreached(EngineError):
    """An account begun at a snapshot was asked of what came before it: read the whole ledger and ask again."""


class StoreError(EngineError):
    """The store cannot do what was asked of it. Unless a class says otherwise, nothing was stored."""


class NotKept(StoreError):
    """A tenant, account, contract version or other thing of that name is not kept. `what` and `name` say which."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"no {what} is called `{name}`")
        self.what, self.name = what, name


class Unfit(StoreError):
    """What is to be kept cannot be: `what` says which part of it, `reason` why."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what, self.reason = what, reason


class Conflict(StoreError):
    """The same key was kept before with other content: send it under a new one, or correct it by an entry."""

    def __init__(self, what: str, name: str, reason: str) -> None:
        super().__init__(f"{what} `{name}`: {reason}")
        self.what, self.name, self.reason = what, name, reason


class Stale(StoreError):
    """The account is not at the revision that was expected, but at `revision`: read it again and decide anew."""

    def __init__(self, account: str, expected: int, revision: int) -> None:
        super().__init__(f"account `{account}` is at revision {revision}, not {expected}")
        self.account, self.expected, self.revision = account, expected, revision


class Unavailable(StoreError):
    """The store is gone, full or read-only. What was sent may or may not be kept: send it again, it counts once."""


class Damaged(StoreError):
    """What is kept is not what was kept: restore a backup, and audit it."""


class Unready(StoreError):
    """The tables are of another version of the program than this one: the message names the command that helps."""
