"""What comes next as a calendar feed (RFC 5545), for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.event import Instant

MOST_OCTETS = 75
_TELLING = ("what", "document", "norm", "trigger", "state", "party", "act")
"""What tells changes of an account at one instant apart."""


def feed(name: str, rows: Iterable[tuple[str, Instant, dict[str, Any]]], stamp: Instant) -> str:
    """Return a calendar of what time will bring: account, instant, what changes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//contract engine//deadlines//EN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for account, at, change in rows:
        uid = _text("/".join([account, str(at), *(change.get(name) or "" for name in _TELLING)]))
        lines += [
            "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{_moment(stamp)}", f"DTSTART:{_moment(at)}",
            f"SUMMARY:{_text(_said(account, change))}", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _said(account: str, change: dict[str, Any]) -> str:
    match change["what"]:
        case "breach":
            return f"{account}: 违约 breach, {change['norm']}"
        case "duty":
            return f"{account}: 义务 duty, {change['norm']}"
        case "last_day":
            return f"{account}: 期限 term, {change['document']}"
        case "power":
            return f"{account}: 权力 power, {change['party']} {change['act']} → {change['is']}"
        case _:
            return f"{account}: {change['state']} → {change['is']}"


def _moment(at: Instant) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for mark in "\\;,":
        value = value.replace(mark, "\\" + mark)
    return value.replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """Yield a line in parts of at most 75 octets, no character cut in two."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > MOST_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
