"""A history told: each event and what came of it in a sentence; all of it as JSON, sentences in both languages.

What happened is found in `engine/history.py`, where an account stands in the end in `engine/account_standing.py`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.account import Account
from engine.account_standing import AccountStanding, BreachStanding, DutyStanding
from engine.dates import day_of, iso
from engine.decision import Item
from engine.event import START, Event, Instant, Standing
from engine.history import Entry, Happening
from engine.naming import LANGUAGES
from engine.voice import Voice

_AT_ONCE = 1_000_000


def say_event(event: Event, voice: Voice) -> str:
    """Return one event in words, with what is special about it: alleged, or recorded on a later day."""
    said = said_of(event, voice)
    if event.standing is Standing.ALLEGED:
        said = voice.pick(f"alleged: {said}", f"据称：{said}")
    if event.occurred_at is None:
        return said
    if event.effect_at < START // 2:
        return said + voice.pick(
            f", known since {voice.moment(event.recorded_at)}", f"（{voice.moment(event.recorded_at)}知悉）"
        )
    if event.effect_at != event.occurred_at:
        sent = voice.moment(event.occurred_at)
        said += voice.pick(f", sent {sent}", f"（{sent}发出）")
    if day_of(event.recorded_at) > day_of(event.effect_at):
        recorded = voice.moment(event.recorded_at)
        said += voice.pick(f", recorded only {recorded}", f"（{recorded}才记录）")
    return said


def said_of(event: Event, voice: Voice) -> str:
    """Return who did what."""
    match event.name:
        case "answer" | "dispute":
            declared = voice.program.questions[event.fields["question"]]
            text = (voice.text(declared.text) or voice.plain(declared.name)) + voice.about(
                event.fields.get("about")
            )
            if event.name == "dispute":
                return voice.pick(f"disputed: {text}", f"争议：{text}")
            value = event.fields.get("value")
            found = (
                voice.value(value, declared.kind)
                if value is not None
                else voice.pick("open again", "重新未定")
            )
            return voice.pick(f"finding: {text} {found}", f"认定：{text}{found}")
        case "waive":
            norm = voice.by_id(event.fields["norm"])
            who = voice.who(event.actor or "")
            return voice.pick(f"{who} waives {norm}", f"{who}放弃{norm}")
        case _:
            return voice.event(event)


def say(happening: Happening, voice: Voice) -> str:
    """Return what came about in one sentence."""
    a = happening.args
    pick = voice.pick
    match happening.code:
        case "without basis":
            return pick("has no basis: without effect in law", "没有依据：不生法律效力")
        case "basis":
            return pick(f"on the basis of {_clause(voice, a[0], a[1])}", f"依据{_clause(voice, a[0], a[1])}")
        case "agreement":
            return _say_agreement(voice, *a)
        case "renewed":
            until = (
                pick(f", now until {voice.end(a[1])}", f"，至{voice.end(a[1])}") if a[1] is not None else ""
            )
            return pick(f"agreement renewed{until}", f"协议续期{until}")
        case "state":
            of = voice.of_document(a[1]) if a[1] else ""
            name, value = voice.plain(a[0]), voice.state_value(a[0], a[2])
            return pick(f"{name}{of}: {value}", f"{name}{of}：{value}")
        case "arises":
            return _say_arises(voice, *a)
        case "done":
            return pick(f"{_duty(voice, *a)} is done in time", f"{_duty(voice, *a)}按时履行")
        case "part":
            paid, unpaid = _money(voice, a[0], a[1], a[3]), _money(voice, a[0], a[1], a[4])
            return pick(
                f"{_duty(voice, *a[:3])}: {paid} of it, {unpaid} unpaid",
                f"{_duty(voice, *a[:3])}：付{paid}，尚欠{unpaid}",
            )
        case "credit":
            amount = voice.value(a[1], voice.money_of(None))
            return pick(f"{voice.who(a[0])} has {amount} of credit", f"{voice.who(a[0])}有余额{amount}")
        case "waived":
            return pick(f"{_duty(voice, *a)} is waived", f"{_duty(voice, *a)}被免除")
        case "released":
            return pick(f"{_duty(voice, *a)} falls away", f"{_duty(voice, *a)}消灭")
        case "suspended":
            return pick(f"{_duty(voice, *a)} is suspended", f"{_duty(voice, *a)}中止")
        case "resumed":
            end = pick(f", now until {voice.end(a[3])}", f"，至{voice.end(a[3])}") if a[3] is not None else ""
            return pick(f"{_duty(voice, *a[:3])} is resumed{end}", f"{_duty(voice, *a[:3])}恢复{end}")
        case "breach":
            return _say_breach(voice, *a)
        case "breach cured":
            return pick(f"breach of {_duty(voice, *a)} is cured", f"对{_duty(voice, *a)}的违反已补正")
        case "breach waived":
            return pick(f"breach of {_duty(voice, *a)} is waived", f"对{_duty(voice, *a)}的违反已免除")
        case "disputed":
            return pick("what was presumed is open now", "原推定事项不再推定")
        case "opens":
            by = pick(f" ({_clause(voice, a[2], a[3])})", f"（{_clause(voice, a[2], a[3])}）") if a[2] else ""
            return pick(
                f"{voice.who(a[0])} may now {voice.name(a[1])}{by}",
                f"{voice.who(a[0])}自此可以{voice.name(a[1])}{by}",
            )
        case "closes":
            return pick(
                f"{voice.who(a[0])} may no longer {voice.name(a[1])}",
                f"{voice.who(a[0])}不再可以{voice.name(a[1])}",
            )
        case "depends":
            on, subjects = voice.item(a[0]), [_say_subject(voice, subject) for subject in a[1:]]
            en, zh = (
                f"open: {on}; on this depends {', '.join(subjects)}",
                f"未定：{on}；取决于此：{'、'.join(subjects)}",
            )
            return pick(en, zh)
        case "undated":
            return pick("its date is not known: it may stand anywhere", "日期不明：可能发生于任何时候")
        case code:
            raise AssertionError(code)


def _clause(voice: Voice, document: str, id: str) -> str:
    norm = voice.norm_of(document, id)
    return voice.called(norm) if norm is not None else id


def _duty(voice: Voice, document: str, id: str, trigger: str) -> str:
    return _clause(voice, document, id) + voice.instance(trigger)


def _money(voice: Voice, document: str, id: str, amount: int) -> str:
    return voice.owed(voice.norm_of(document, id), amount)


def _say_agreement(voice: Voice, document: str, state: str, end: Instant | None) -> str:
    until = voice.pick(f" until {voice.end(end)}", f"，至{voice.end(end)}") if end is not None else ""
    return voice.state_is("agreement", state, document) + until


def _say_arises(
    voice: Voice,
    document: str,
    id: str,
    trigger: str,
    arisen_at: Instant,
    end: Instant | None,
    owed: int | None,
) -> str:
    norm = voice.norm_of(document, id)
    who, act = voice.doing(norm) if norm is not None else ("", id)
    amount = _money(voice, document, id, owed) if owed is not None else ""
    if end is None:
        time = ""
    elif end - arisen_at <= _AT_ONCE:
        time = voice.pick(" at once", "，立即")
    else:
        time = voice.pick(f" by {voice.end(end)}", f"，至迟{voice.end(end)}")
    clause = _duty(voice, document, id, trigger)
    return voice.pick(
        f"{clause}: {who} must {act} {amount}".rstrip() + time, f"{clause}：{who}应{act}{amount}{time}"
    )


def _say_breach(
    voice: Voice, document: str, id: str, trigger: str, by: str | None, started: Instant, unpaid: int | None
) -> str:
    clause = _duty(voice, document, id, trigger)
    who = voice.who(by) if by else voice.pick("a party", "一方")
    rest = ""
    if unpaid:
        amount = _money(voice, document, id, unpaid)
        rest = voice.pick(f": {amount} unpaid", f"：尚欠{amount}")
    return voice.pick(f"{who} is in breach of {clause}{rest}", f"{who}违反{clause}{rest}")


def _say_subject(voice: Voice, subject: tuple[str, ...]) -> str:
    what, *rest = subject
    match what:
        case "state":
            return voice.plain(rest[0]) + voice.of_document(rest[1])
        case "end":
            return voice.pick("the last day of the agreement", "协议的末日") + voice.of_document(rest[0])
        case "time":
            return voice.pick(f"the time for {_clause(voice, *rest)}", f"{_clause(voice, *rest)}的期限")
        case "duty":
            return voice.pick(f"what {_clause(voice, *rest)} asks", f"{_clause(voice, *rest)}的义务")
        case "breach":
            return voice.pick(f"a breach of {_clause(voice, *rest)}", f"是否违反{_clause(voice, *rest)}")
        case "power":
            return voice.pick(
                f"whether {voice.who(rest[0])} may {voice.name(rest[1])}",
                f"{voice.who(rest[0])}可否{voice.name(rest[1])}",
            )
        case _:
            return voice.pick("its basis", "有无依据")


# ---- For machines ---------------------------------------------------------------------------------------------------


def as_json(account: Account, entries: list[Entry], end: AccountStanding) -> dict[str, Any]:
    """Return a history and the standing at its end as JSON-ready values, sentences in both languages."""
    voices = [Voice(account.program, language) for language in LANGUAGES]
    return {
        "version": 1,
        "as_of": iso(end.at),
        "history": [
            {
                "at": iso(entry.at) if entry.at is not None else None,
                "events": [
                    {"id": event.id, "name": event.name, "by": event.actor}
                    | {"text": {voice.language: say_event(event, voice) for voice in voices}}
                    for event in entry.events
                ],
                "happenings": [
                    {
                        "code": each.code,
                        "bad": each.bad,
                        "text": {voice.language: say(each, voice) for voice in voices},
                    }
                    for each in entry.happenings
                ],
            }
            for entry in entries
        ],
        "standing": {
            "states": [_state_as_json(*each) for each in end.states],
            "last_days": {document: iso(at) for document, at in end.last_days},
            "duties": [_as_json(each) for each in end.duties],
            "breaches": [_as_json(each) for each in end.breaches],
            "powers": [
                {
                    "party": each.party,
                    "act": each.act,
                    "answer": each.decision.answer,
                    "missing": [item._asdict() for item in each.decision.missing],
                }
                for each in end.powers
            ],
        },
    }


def _state_as_json(state: str, document: str, value: Any) -> dict[str, Any]:
    open_ = isinstance(value, Item)
    return {
        "state": state,
        "document": document or None,
        "value": None if open_ else value if isinstance(value, str | int) else str(value),
        "depends_on": value._asdict() if open_ else None,
    }


def _as_json(each: DutyStanding | BreachStanding) -> dict[str, Any]:
    found = {field.name: getattr(each, field.name) for field in dataclasses.fields(each)}
    for name in ("end", "started_at", "ended_at"):
        if found.get(name) is not None:
            found[name] = iso(found[name])
    return found
