"""One event as people and services write it, a JSON object: read, its names resolved, its fields of their kinds.

Every fault is a BadEvent, which names the place and the field in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from contractlang.contract import version_name
from contractlang.declaration import OccurrenceDecl, QuestionDecl, StateDecl, TypeDecl
from contractlang.norms import Who
from contractlang.numerals import plain_number
from contractlang.suggest import nearest
from engine.dates import iso, parse_instant, period_day
from engine.errors import BadEvent, BadTerms, in_chinese, meant, none_of
from engine.event import (
    ABOUT_ENTRIES,
    ANSWER,
    BOTH,
    BUILT_IN,
    CORRECT,
    DISPUTE,
    ESTABLISHED,
    MIGRATE,
    WAIVE,
    Event,
    Instant,
    Standing,
    event,
    plain_event,
)
from engine.program import Program
from engine.settings import no_version, typed

_META = frozenset({
    "id", "name", "type", "by", "actor", "at", "occurred_at", "recorded_at", "arrives", "source", "sequence",
    "standing",    "personal", "note",
})  # fmt: skip
_META_OF_CORRECTIONS = _META - {"occurred_at"}
_SELDOM = frozenset({"recorded_at", "arrives", "standing", "sequence", "personal"})
_STANDINGS = {each.value: each for each in Standing}
_MOMENTS = ("occurred_at", "effect_at")
_OF_ENTRY = ("of", *_MOMENTS)
_TOGETHER = ("both", BOTH, "双方")
"""How people write that all parties did an act."""


class _Said(NamedTuple):
    """What few events say of themselves beside what happened, when, and who did it."""

    recorded_at: Instant | None = None
    arrives_at: Instant | None = None
    standing: Standing = ESTABLISHED
    sequence: int | None = None
    personal: Mapping[str, Any] = {}


_PLAINLY = _Said()


class _Plain(NamedTuple):
    """How an event of one name is read that says no more than most."""

    actors: dict[str | None, str | None]
    """Who acted, by how that is written, if at all."""
    fields: dict[str, str]
    """The fields that are kept as they are written, by their names in either language; empty for what is no field."""


def event_from(
    program: Program,
    raw: Mapping[str, Any],
    where: str,
    recorded_at: Instant | None = None,
    happened_at: Instant | None = None,
) -> Event:
    """Return the event that one JSON object writes, recorded at an instant that is given, or that the object says.

    Its own time need not be read again where it is given. Raises BadEvent naming `where` and the field.
    """
    id = raw.get("id")
    if not isinstance(id, str) or not id:
        raise BadEvent(where, "id", "every event has an id, a text", "每个事件都要有编号 id（文本）")
    where = f"{where} ({id})"
    spelling = str(raw.get("name") or raw.get("type") or "")
    declared = None if spelling in BUILT_IN else _occurrence(program, spelling, where)
    name = spelling if declared is None else declared.name
    at = happened_at
    if at is None:
        happened = raw.get("at", raw.get("occurred_at"))
        at = None if happened is None else _instant(happened, where, "at")
    if at is None and "at" not in raw and "occurred_at" not in raw:
        raise BadEvent(
            where,
            "at",
            "when did it happen? write null if the date is not known",
            "何时发生？日期不明的写 null",
        )
    said = _PLAINLY if _SELDOM.isdisjoint(raw) else _said(raw, declared, at, where)
    # An entry has its own day under `at`; in a correction `occurred_at` is that of the event corrected.
    meta = _META_OF_CORRECTIONS if name == CORRECT and "at" in raw else _META
    given = {key: value for key, value in raw.items() if key not in meta and value is not None}
    actor = _actor(program, raw.get("by", raw.get("actor")), declared, where)
    fields = (
        _fields(program, declared, given, where)
        if declared is not None
        else _built_in(program, name, given, where)
    )
    return event(
        id, name, actor, at, recorded_at=said.recorded_at if recorded_at is None else recorded_at, fields=fields,
        source=str(raw.get("source", "")), sequence=said.sequence, standing=said.standing,
        effect_at=at if said.arrives_at is None else said.arrives_at, personal=said.personal,
    )  # fmt: skip


def new_event_from(
    program: Program,
    raw: Mapping[str, Any],
    where: str,
    recorded_at: Instant | None,
    happened_at: Instant | None = None,
) -> Event:
    """Return an event that was not kept before: a waiver names a norm that these documents have. Raises BadEvent.

    Of a ledger that is kept, a waiver may be of a norm of law that is not asked for: it does nothing.
    """
    made = event_from(program, raw, where, recorded_at, happened_at)
    if made.name == WAIVE:
        _waives_a_norm(program, str(made.fields["norm"]), where)
    return made


def plain_event_from(
    program: Program, raw: Mapping[str, Any], recorded_at: Instant, happened_at: Instant
) -> Event | None:
    """Return the event that an object writes which says of itself no more than what happened, when, and who did it,
    in fields that are kept as they are written; None of any other, and of what is wrong.

    The object has the id, the source and the name of the event, as texts.
    """
    name = raw["name"]
    declared = None if name in BUILT_IN else program.occurrences.get(name)
    if declared is None:
        return None
    plain = _plainly(program, declared.name)
    fields: dict[str, Any] = {}
    known = plain.fields
    for key, value in raw.items():
        param = known.get(key)
        if param:
            if type(value) is not str:
                return None
            fields[param] = value
        elif param is None:
            return None
    by = raw.get("by")
    actor = plain.actors.get(by, "") if by is None or type(by) is str else ""
    if actor == "":
        return None
    return plain_event(raw["id"], declared.name, actor, happened_at, recorded_at, fields, raw["source"])


@lru_cache(maxsize=256)
def _plainly(program: Program, name: str) -> _Plain:
    """Return how plain events of a name that is declared are read."""
    declared = program.occurrences[name]
    actors = dict[str | None, str | None]()
    for written in (None, *_TOGETHER, *program.parties):
        with suppress(BadEvent):
            actors[written] = _actor(program, written, declared, "")
    fields = {
        written: param.name
        for written, param in program.params[name].items()
        if param.kind.name in ("text", "occurrence") and (name, param.name) not in program.periods
    }
    for each in _META:
        fields.pop(each, None)
    return _Plain(actors, fields | dict.fromkeys(("id", "source", "name", "at", "by", "note"), ""))


def corrected(program: Program, entry: Event, old: Event) -> Event:
    """Return a correction with its fields as those of the event that it corrects. Raises BadEvent."""
    declared = program.declarations.get(old.name)
    written = {name: value for name, value in entry.fields.items() if name not in _OF_ENTRY}
    if not written or not isinstance(declared, OccurrenceDecl):
        return entry
    # What is no text any more was read before.
    plain = {name: value for name, value in written.items() if isinstance(value, str)}
    kept = {name: value for name, value in entry.fields.items() if name not in plain}
    return replace(entry, hashed=b"", fields={**kept, **_fields(program, declared, plain, entry.id)})


def _said(raw: Mapping[str, Any], declared: OccurrenceDecl | None, at: Instant | None, where: str) -> _Said:
    """Return what few events say of themselves. Raises BadEvent."""
    recorded = (
        _instant(raw["recorded_at"], where, "recorded_at") if raw.get("recorded_at") is not None else None
    )
    if recorded is not None and at is not None and recorded < at:
        raise BadEvent(
            where,
            "recorded_at",
            f"recorded {iso(recorded)}, before it happened ({iso(at)})",
            f"记录于{iso(recorded)}，早于发生（{iso(at)}）",
        )
    arrives = None
    if raw.get("arrives") is not None and declared is not None and declared.on_arrival:
        arrives = _instant(raw["arrives"], where, "arrives")
        if at is not None and arrives < at:
            raise BadEvent(
                where, "arrives", "a notice cannot arrive before it is sent", "通知不能在发出之前到达"
            )
    standing = str(raw.get("standing", "established"))
    if standing not in _STANDINGS:
        raise BadEvent(
            where,
            "standing",
            f"`{standing}` is none of established, alleged, rejected",
            f"`{standing}`不是下列之一：established（已证）、alleged（所称）、rejected（已驳）",
        )
    sequence = raw.get("sequence")
    if sequence is not None and (isinstance(sequence, bool) or not isinstance(sequence, int)):
        raise BadEvent(where, "sequence", "a whole number is wanted", "此处应为整数")
    personal = raw.get("personal") or {}
    if not isinstance(personal, dict):
        raise BadEvent(where, "personal", "a JSON object is wanted", "此处应为JSON对象")
    return _Said(recorded, arrives, _STANDINGS[standing], sequence, personal)


def _waives_a_norm(program: Program, named: str, where: str) -> None:
    known = {said for each in program.norms for said in (each.id, each.label, each.clause) if said}
    if named in known:
        return
    plain = plain_number(named)
    near = next((each.clause for each in program.norms if plain_number(each.clause) == plain), None)
    near = near or nearest(named, known)
    en, zh = meant(near)
    raise BadEvent(
        where, "norm", f"no clause or norm is called `{named}`{en}", f"没有名为`{named}`的条款或规范{zh}"
    )


def _occurrence(program: Program, spelling: str, where: str) -> OccurrenceDecl:
    declared = program.occurrences.get(spelling) if spelling else None
    if declared is not None:
        return declared
    if not spelling:
        raise BadEvent(
            where,
            "name",
            "every event has a name, that of an act or event of the vocabulary",
            "每个事件都要有名称，即词汇中的行为或事件",
        )
    en, zh = meant(nearest(spelling, [each for each in (*program.occurrences, *BUILT_IN) if each]))
    raise BadEvent(
        where,
        "name",
        f"the vocabulary has no act or event `{spelling}`{en}",
        f"词汇中没有行为或事件`{spelling}`{zh}",
    )


def _instant(value: Any, where: str, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise BadEvent(
            where,
            name,
            'write a date and time such as "2026-03-02T10:00"',
            '请写日期和时刻，例如"2026-03-02T10:00"',
        )
    text = str(value)
    try:
        return parse_instant(text + "T00:00" if len(text) == 10 else text)
    except ValueError as wrong:
        raise BadEvent(where, name, str(wrong), getattr(wrong, "zh", "")) from None


def _actor(program: Program, value: Any, declared: OccurrenceDecl | None, where: str) -> str | None:
    if value is None:
        if declared is None or not declared.is_act:
            return None
        if declared.actor is Who.BOTH:
            return BOTH
        if isinstance(declared.actor, str):
            return declared.actor
        raise BadEvent(where, "by", f"who did `{declared.name}`?", f"`{in_chinese(declared)}`是谁做的？")
    if value in _TOGETHER:
        return BOTH
    party = program.parties.get(value) if isinstance(value, str) else None
    if party is not None:
        if (
            declared is not None
            and declared.is_act
            and isinstance(declared.actor, str)
            and declared.actor != party.name
        ):
            raise BadEvent(
                where, "by", f"`{declared.name}` is an act of {declared.actor}, not of {party.name}",
                f"`{in_chinese(declared)}`是{in_chinese(program.declarations[declared.actor])}的行为，而不是{in_chinese(party)}的",
            )  # fmt: skip
        return party.name
    if declared is not None and not declared.is_act:
        return None
    en, zh = meant(nearest(str(value), program.parties))
    raise BadEvent(where, "by", f"no party is called `{value}`{en}", f"没有名为`{value}`的当事人{zh}")


def _fields(program: Program, declared: OccurrenceDecl, given: dict[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    params = program.params[declared.name]
    for name, value in given.items():
        param = params.get(name)
        if param is None:
            raise _no_such_field(declared, name, where)
        kind = param.kind
        if kind.name == "occurrence":
            found[param.name] = str(value)
            continue
        if kind.name == "one of":
            found[param.name] = _option(program, kind.of, value, where, name)
            continue
        try:
            made = found[param.name] = typed(value, kind, name)
        except BadTerms as wrong:
            raise BadEvent(where, name, wrong.reason, wrong.zh) from None
        if (declared.name, param.name) in program.periods and period_day(str(value)) is None:
            raise BadEvent(where, name, *_no_period(value))
        if kind.name == "day" and not isinstance(made, date):
            raise BadEvent(where, name, *_no_day(value))
        if kind.name == "money" and made < 0:
            raise BadEvent(where, name, "an amount cannot be negative", "金额不能为负")
    return found


def _no_such_field(declared: OccurrenceDecl, name: str, where: str) -> BadEvent:
    known = [s for each in declared.params for s in (each.name, each.alias) if s]
    en, zh = meant(nearest(name, known))
    if not en:
        en = f"; it has {', '.join(p.name for p in declared.params) or 'none'}"
        zh = f"；其字段：{'、'.join(map(in_chinese, declared.params)) or '无'}"
    return BadEvent(
        where, name, f"`{declared.name}` has no such field{en}", f"`{in_chinese(declared)}`没有这一字段{zh}"
    )


def _option(program: Program, of: str, value: Any, where: str, name: str) -> str:
    enumeration = program.declarations.get(of)
    options = enumeration.options if isinstance(enumeration, TypeDecl | StateDecl | QuestionDecl) else ()
    option = next((o.name for o in options if value in (o.name, o.alias)), None)
    if option is None:
        raise BadEvent(where, name, *none_of(value, options))
    return option


def _no_period(value: Any) -> tuple[str, str]:
    return (
        f"`{value}` is no period: write a month or a day, such as 2026-06",
        f"`{value}`不是账期：请写某月或某日，例如2026-06",
    )


def _no_day(value: Any) -> tuple[str, str]:
    return f"`{value}` is not a day: write it as `2026-04-10`", f"`{value}`不是日期：请写作`2026-04-10`"


def _built_in(program: Program, name: str, given: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the fields of an entry about entries, questions or norms. Raises BadEvent."""
    if name in ABOUT_ENTRIES:
        return _of_an_entry(name, given, where)
    if name in (ANSWER, DISPUTE):
        return _of_a_question(program, name, given, where)
    if name == MIGRATE:
        _leads_to_a_version(program, given, where)
    if name == WAIVE and not isinstance(given.get("norm"), str):
        raise BadEvent(where, "norm", "which duty is waived?", "放弃的是哪一项义务？")
    return dict(given)


def _of_an_entry(name: str, given: dict[str, Any], where: str) -> dict[str, Any]:
    found = dict(given)
    if not isinstance(found.get("of"), str):
        raise BadEvent(where, "of", "which event is this about?", "这是关于哪一事件的？")
    if name == CORRECT:
        found |= {each: _instant(found[each], where, each) for each in _MOMENTS if each in found}
        # What kind a field is of is known once it is known which event is corrected (`Intake`).
        found |= {each: _as_written(found[each], where, each) for each in found if each not in _OF_ENTRY}
    return found


def _of_a_question(program: Program, name: str, given: dict[str, Any], where: str) -> dict[str, Any]:
    question = _question(program, str(given.get("question", "")), where)
    found = {**given, "question": question.name}
    if name == ANSWER:
        value = found.get("value")
        found["value"] = None if value in (None, "open") else _answer(question, value, where)
    if found.get("since") is not None:
        found["since"] = _instant(found["since"], where, "since")
    return found


def _question(program: Program, spelling: str, where: str) -> QuestionDecl:
    for declared in program.questions.values():
        if spelling in (declared.name, declared.alias, declared.external):
            return declared
    spellings = [s for d in program.questions.values() for s in (d.name, d.alias, d.external) if s]
    en, zh = meant(nearest(spelling, spellings))
    raise BadEvent(
        where, "question", f"no question is called `{spelling}`{en}", f"没有名为`{spelling}`的问题{zh}"
    )


def _answer(question: QuestionDecl, value: Any, where: str) -> Any:
    if question.options:
        option = next((o.name for o in question.options if value in (o.name, o.alias)), None)
        if option is None:
            raise BadEvent(where, "value", *none_of(value, question.options))
        return option
    try:
        return typed(value, question.kind, "value")
    except BadTerms as wrong:
        raise BadEvent(where, "value", wrong.reason, wrong.zh) from None


def _leads_to_a_version(program: Program, given: dict[str, Any], where: str) -> None:
    home, version = str(given.get("agreement", "")), str(given.get("version", ""))
    if home not in program.agreements:
        raise BadEvent(where, "agreement", f"no agreement is called `{home}`", f"没有名为`{home}`的协议")
    known = {part.name for part in program.versions_of.get(home, ())} | {home}
    if version_name(home, version) not in known:
        raise BadEvent(where, "version", *no_version(home, version, known))


def _as_written(value: Any, where: str, name: str) -> str:
    """Return a plain value as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int):
        raise BadEvent(where, name, "a plain value is wanted", "此处应为单个值")
    return str(value)
