"""What comes next as a calendar feed (RFC 5545), for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.dates import parse_instant
from engine.event import Instant
from engine.naming import BREACHES, DUTIES
from engine.voice import Voice

MOST_OCTETS = 75
_TELLING = ("what", "document", "norm", "trigger", "state", "party", "act")
"""What tells changes of an account at one instant apart."""


def feed(name: str, rows: Iterable[tuple[str, Voice, Instant, dict[str, Any]]], stamp: Instant) -> str:
    """Return a calendar of what time will bring: account, who speaks of it, instant, what changes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//contract engine//deadlines//EN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for account, voice, at, change in rows:
        uid = _text("/".join([account, str(at), *(change.get(name) or "" for name in _TELLING)]))
        lines += [
            "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{_moment(stamp)}", f"DTSTART:{_moment(at)}",
            f"SUMMARY:{_text(_said(account, change, voice))}", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _said(account: str, change: dict[str, Any], voice: Voice) -> str:
    colon = voice.pick(": ", "：")
    return f"{account}{colon}{_change(change, voice)}"


def _change(change: dict[str, Any], voice: Voice) -> str:
    """Return what changes, in words."""
    pick, now = voice.pick, change["is"]
    match change["what"]:
        case "breach" | "duty" as what:
            norm = voice.by_id(change["norm"], change["document"]) + voice.instance(change["trigger"])
            named = pick(f"breach of {norm}", f"违反{norm}") if what == "breach" else norm
            known = BREACHES if what == "breach" else DUTIES
            status = pick(*known[now["status"]]) if now else pick("over", "已了结")
            if what == "duty" and now and now["status"] == "open" and now["end"] is not None:
                end = voice.end(parse_instant(now["end"]))
                status = pick(f"owed, by {end}", f"待履行，至迟{end}")
            return named + pick(": ", "：") + status
        case "last_day":
            of = voice.of_document(change["document"])
            end = voice.end(parse_instant(now)) if now else pick("open", "未定")
            return pick(f"the agreement{of} lasts until: {end}", f"协议{of}末日：{end}")
        case "power":
            who, act, answer = voice.who(change["party"]), voice.plain(change["act"]), voice.answer(now)
            return pick(f"{who}, {act}: {answer}", f"{who}{act}：{answer}")
        case _:
            return voice.state_is(change["state"], now, change["document"])


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
