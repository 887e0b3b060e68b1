"""How the rows of a table made elsewhere are events: a small file says which columns are what.

    account: customerID
    events:
      - name: invoice_issued
        id: "{invoiceNumber}"
        at: InvoiceDate
        fields: {amount: InvoiceAmount, due: DueDate}
      - name: pay
        by: user
        id: "{invoiceNumber}-paid"
        at: SettledDate
        fields: {amount: InvoiceAmount, bill: "{invoiceNumber}"}
    days: "%m/%d/%Y"

`id` and the values of `fields` are column names, or texts with column names in braces; `by` and `name` are plain words,
or `{column}`. A row gives an event only if the column of its `at` has a value. `days` says how days are written. A day
without a time is its first instant; `time: "12:00"` names another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.yaml_text import YAMLError, read_yaml

_COLUMN = re.compile(r"\{([^{}]+)\}")
_IN_TABLES = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d.*?)([+-]\d{2})?")
_KNOWN = {"account", "events", "days"}
_MOMENTS = ("at", "recorded_at", "arrives")
_SOME_DAY = datetime(2026, 11, 27)
_OF_EVENT = {"name", "by", "id", "at", "time", "recorded_at", "arrives", "fields"}


class BadMapping(Exception):
    """A mapping file that cannot be used. `field` says where, `reason` what is wanted."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class EventOf:
    """One event that a row gives: what its parts are taken from."""

    parts: Mapping[str, str]
    fields: Mapping[str, str]
    time: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """How rows are events. Without `events` a row is an event as it stands."""

    account: str = "account"
    events: tuple[EventOf, ...] = ()
    days: str = ""

    @staticmethod
    def read(path: Path) -> Mapped:
        """Return the mapping in a YAML file. Raises BadMapping, naming the field."""
        try:
            raw = read_yaml(path.read_text("utf-8"))
        except (YAMLError, UnicodeDecodeError) as wrong:
            raise BadMapping(str(path), f"it cannot be read: {' '.join(str(wrong).split())}") from None
        if not isinstance(raw, dict) or not isinstance(raw.get("events"), list):
            raise BadMapping(str(path), "`account:` and a list `events:` are wanted")
        for name in raw:
            if name not in _KNOWN:
                raise BadMapping(str(name), f"not known here; {', '.join(sorted(_KNOWN))} are")
        made = tuple(_event(each, place) for place, each in enumerate(raw["events"], 1))
        days = str(raw.get("days", ""))
        if not _is_day(_SOME_DAY.strftime(days), days):
            raise BadMapping("days", f"`{days}` is no way to write days, such as `%m/%d/%Y`")
        return Mapped(str(raw.get("account", "account")), made, days)

    @property
    def columns(self) -> set[str]:
        """The columns that a table has to have; what a field is taken from may also be a plain word."""
        found = {self.account} if self.events else set[str]()
        for each in self.events:
            found |= {column for name, column in each.parts.items() if name in _MOMENTS}
            texts = [
                *(text for name, text in each.parts.items() if name not in _MOMENTS),
                *each.fields.values(),
            ]
            found |= {name for text in texts for name in _COLUMN.findall(text)}
        return found

    def of(self, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the events of one row, as JSON objects of a ledger. Raises ValueError for a day that is none."""
        if not self.events:
            yield {
                key: _moment(value) if key in ("at", "occurred_at", "recorded_at", "arrives") else value
                for key, value in row.items()
                if key != self.account and (value is not None or key in ("at", "occurred_at"))
            }
            return
        for each in self.events:
            if row.get(each.parts["at"]) in (None, ""):
                continue
            made: dict[str, Any] = {
                name: self._day(row.get(column), each.time)
                for name, column in each.parts.items()
                if name in _MOMENTS and row.get(column) not in (None, "")
            }
            for name in ("name", "by", "id"):
                if name in each.parts:
                    made[name] = _filled(each.parts[name], row)
            for name, column in each.fields.items():
                value = row.get(column) if column in row else _filled(column, row)
                if value not in (None, ""):
                    made[name] = self._day(value, "") if self.days and _is_day(value, self.days) else value
            yield made

    def _day(self, value: Any, time: str) -> str | None:
        if not self.days:
            return _moment(value)
        try:
            day = datetime.strptime(str(value), self.days)
        except ValueError:
            raise ValueError(f"`{value}` is not a day written as `{self.days}`") from None
        return day.strftime("%Y-%m-%d") + (f"T{time}" if time else "")


def _event(raw: Any, place: int) -> EventOf:
    here = f"events[{place}]"
    if not isinstance(raw, dict):
        raise BadMapping(here, "a mapping with `name`, `id` and `at` is wanted")
    for name in raw:
        if name not in _OF_EVENT:
            raise BadMapping(f"{here}.{name}", f"not known here; {', '.join(sorted(_OF_EVENT))} are")
    for name in ("name", "id", "at"):
        if not raw.get(name):
            raise BadMapping(f"{here}.{name}", "every event has a name, an id and a moment")
    fields = raw.get("fields") or {}
    if not isinstance(fields, dict):
        raise BadMapping(f"{here}.fields", "a mapping of fields to columns is wanted")
    parts = {key: str(value) for key, value in raw.items() if key not in ("fields", "time")}
    return EventOf(parts, {str(k): str(v) for k, v in fields.items()}, str(raw.get("time", "00:00")))


def _filled(text: str, row: Mapping[str, Any]) -> str:
    return _COLUMN.sub(lambda found: str(row.get(found[1]) or ""), text)


def _is_day(value: Any, days: str) -> bool:
    try:
        datetime.strptime(str(value), days)
    except ValueError:
        return False
    return True


def _moment(value: Any) -> str | None:
    """Return a moment as a ledger writes it.

    Tables part day and time with a space, and of a moment with an offset they tell whole hours as `+08`.
    """
    if value is None:
        return None
    found = _IN_TABLES.fullmatch(str(value))
    if found is None:
        return str(value)
    day, time, offset = found.groups()
    return f"{day}T{time}" + (f"{offset}:00" if offset else "")
