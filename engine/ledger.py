"""Ledgers as people and services write them: JSON Lines to events, with every fault named by line and field.

A first line without `name` describes the account: `account`, `agreements`, `settings`, `readings`, `answers`,
`layers`. Nothing is half-applied: a ledger is read whole or refused whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contractlang.suggest import nearest
from engine.errors import BadEvent, meant
from engine.event import Event, Ledger
from engine.intake import checked
from engine.program import Program
from engine.written_events import event_from

MOST_LINES = 5_000_000


@dataclass
class Book:
    """A ledger with what its first line says of the account."""

    ledger: Ledger
    account: str = ""
    agreements: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[str, ...] = ("contract",)


_HEAD = ("account", "agreement", "agreements", "settings", "readings", "answers", "layers", "note")


def head_of(text: str) -> dict[str, Any]:
    """Return what the first line of a ledger says of the account; empty if it is an event."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            raw = _json(line, number)
            return raw if "name" not in raw and "type" not in raw else {}
    return {}


def read_ledger(program: Program, text: str) -> Book:
    """Return the ledger written in `text`, one JSON object a line. Raises BadEvent for the first fault."""
    book = Book(Ledger())
    found: list[Event] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if number > MOST_LINES:
            raise BadEvent(
                f"line {number}", "", f"a ledger may have {MOST_LINES:,} lines", f"台账最多{MOST_LINES}行"
            )
        raw = _json(line, number)
        if not found and "name" not in raw and "type" not in raw:
            book = _head(raw, number)
            continue
        found.append(event_from(program, raw, f"line {number}"))
    book.ledger = checked(program, found)
    return book


def _json(line: str, number: int) -> dict[str, Any]:
    where = f"line {number}"
    if len(line) > 1_000_000:
        raise BadEvent(where, "", "the line has more than a million characters", "该行超过一百万字符")

    def no_number(written: str) -> Any:
        raise BadEvent(
            where, "", f"{written} is no number that an event can have", f"{written}不是事件可用的数"
        )

    try:
        raw = json.loads(line, parse_float=str, parse_constant=no_number)
    except json.JSONDecodeError as wrong:
        said = f"{wrong.msg} at character {wrong.pos + 1}"
        raise BadEvent(
            where,
            "",
            f"not a JSON object ({said[0].lower()}{said[1:]})",
            f"不是JSON对象（第{wrong.pos + 1}个字符处）",
        ) from None
    except RecursionError:
        raise BadEvent(
            where, "", "brackets stand in one another too deep to be an event", "括号嵌套过深"
        ) from None
    except ValueError:
        # What Python says of an integer that it will not read.
        raise BadEvent(where, "", "a number has thousands of digits", "数字有数千位") from None
    if not isinstance(raw, dict):
        raise BadEvent(f"line {number}", "", "not a JSON object", "不是JSON对象")
    return raw


def _head(raw: dict[str, Any], number: int) -> Book:
    for name in raw:
        if name not in _HEAD:
            en, zh = meant(nearest(name, _HEAD))
            known = [f"`{each}`" for each in sorted(_HEAD)]
            raise BadEvent(
                f"line {number}",
                name,
                f"the first line may tell {', '.join(known)} of the account, and an event has a `name`{en}",
                f"第一行可写账户的{'、'.join(known)}，而事件要有 `name`{zh}",
            )
    agreements = raw.get("agreements") or ([raw["agreement"]] if "agreement" in raw else [])
    layers = raw.get("layers") or ["contract"]
    for name, value, kind in (
        ("settings", raw.get("settings"), dict),
        ("readings", raw.get("readings"), dict),
        ("answers", raw.get("answers"), dict),
        ("agreements", agreements, list),
        ("layers", layers, list),
    ):
        if value is not None and not isinstance(value, kind):
            raise BadEvent(
                f"line {number}", name, f"a JSON {'object' if kind is dict else 'array'} is wanted",
                f"此处应为JSON{'对象' if kind is dict else '数组'}",
            )  # fmt: skip
    return Book(
        Ledger(), str(raw.get("account", "")), tuple(map(str, agreements)), raw.get("settings") or {},
        raw.get("readings") or {}, raw.get("answers") or {}, tuple(map(str, layers)),
    )  # fmt: skip
