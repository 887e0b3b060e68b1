"""What the engine raises, as one small tree. A contract in trouble is an answer, not an exception.

What is wrong with something that a reader of contracts wrote is said in both languages.
"""

from __future__ import annotations

import re
from typing import Any, Literal


class EngineError(Exception):
    """Something the caller can do something about; the message is for people."""

    def said(self, language: Literal["zh", "en"]) -> str:
        """Return the message in a language: in English where nobody who reads contracts meets it."""
        return str(self)


_PARTS = {
    "question": "问题", "trigger": "触发事件", "act": "行为", "party": "当事人", "norm": "规范", "state": "状态",
    "document": "协议", "agreements": "协议", "layers": "层",
}  # fmt: skip
"""What the parts of a question are called in Chinese; the fields of an event are called as they are written."""


class _Wrong(EngineError):
    """What a person gave is wrong. `where` and `field` say which part of it; `reason` says why, `zh` in Chinese."""

    def __init__(self, where: str, field: str, reason: str, zh: str) -> None:
        super().__init__(f"{', '.join(filter(None, (where, field)))}: {reason}")
        self.where, self.field, self.reason, self.zh = where, field, reason, zh

    def said(self, language: Literal["zh", "en"]) -> str:
        if language == "en":
            return str(self)
        where = re.sub(r"^line (\d+)", r"第\1行", self.where).replace(" (", "（").replace(")", "）")
        parts = filter(
            None, (_PARTS.get(where, where), self.field if where else _PARTS.get(self.field, self.field))
        )
        return f"{'，'.join(parts)}：{self.why('zh')}"

    def why(self, language: Literal["zh", "en"]) -> str:
        """Return the reason in a language."""
        return self.zh if language == "zh" and self.zh else self.reason


class BadEvent(_Wrong):
    """A ledger entry cannot be taken. `where` is its line (from 1) or its id; nothing was applied."""

    def __init__(self, where: str, field: str, reason: str, zh: str = "") -> None:
        super().__init__(where, field, reason, zh)


class BadQuestion(_Wrong):
    """A question names a party, act, norm or field that the contracts do not know. `field` and `reason` say which."""

    def __init__(self, field: str, reason: str, zh: str = "") -> None:
        super().__init__("", field, reason, zh)


class BadTerms(_Wrong):
    """A setting, reading or answer given for an account does not fit its contracts."""

    def __init__(self, field: str, reason: str, zh: str = "") -> None:
        super().__init__("", field, reason, zh)


def no_act(word: str, near: str | None = None) -> BadQuestion:
    """Return that no act is called so, with the name that may have been meant."""
    en, zh = meant(near)
    return BadQuestion("act", f"no act is called `{word}`{en}", f"没有名为`{word}`的行为{zh}")


def no_party(word: str, near: str | None = None) -> BadQuestion:
    """Return that no party is called so, with the name that may have been meant."""
    en, zh = meant(near)
    return BadQuestion("party", f"no party is called `{word}`{en}", f"没有名为`{word}`的当事人{zh}")


def in_chinese(declared: Any) -> str:
    """Return what a declared thing is called in a Chinese sentence: its Chinese name, where it has one."""
    names: list[str] = [each for each in (declared.name, declared.alias) if each]
    return next((each for each in names if not each.isascii()), names[0])


def none_of(value: Any, options: tuple[Any, ...]) -> tuple[str, str]:
    """Return, in English and Chinese, that a value is none of the options."""
    en = ", ".join(each.name for each in options)
    zh = "、".join(map(in_chinese, options))
    return f"`{value}` is none of {en}", f"`{value}`不是下列之一：{zh}"


def meant(near: str | None) -> tuple[str, str]:
    """Return, in English and Chinese, which name may have been meant; nothing where none is near."""
    return (f"; did you mean `{near}`?", f"；是否指`{near}`？") if near else ("", "")


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
    """The store is gone, full or read-only. What was sent may or may not be kept: send it again, it counts once.

    `reason` says what lacks; `where` the store is, callers of a service are not told.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = reason


class Damaged(StoreError):
    """What is kept is not what was kept: restore a backup, and audit it."""


class Unready(StoreError):
    """The tables are of another version of the program than this one: the message names the command that helps."""


class NoStore(Unready):
    """Nothing is kept at that address: it is mistyped, or a store is still to be made there."""
