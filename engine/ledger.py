"""Ledgers as people and services write them: JSON Lines to events, with every fault named by line and field.

A first line without `name` describes the account: `account`, `agreements`, `settings`, `readings`, `answers`,
`layers`. Nothing is half-applied: a ledger is read whole or refused whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from contractlang.contract import version_name
from contractlang.declaration import OccurrenceDecl, PartyDecl, QuestionDecl, StateDecl, TypeDecl
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
    NEVER,
    WAIVE,
    Event,
    Instant,
    Ledger,
    Standing,
    event,
    sealed,
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


def checked(program: Program, events: Iterable[Event]) -> Ledger:
    """Return the events as a ledger: repeats dropped, everything that is referred to there.

    The same id with the same content is one event; with other content it is refused. Raises BadEvent.
    """
    return Ledger(tuple(Intake(program).take(events)))


SoFar = tuple[dict[tuple[Any, ...], str], dict[str, Instant], set[str]]
"""See `Intake.so_far`."""


Before = tuple[dict[str, Instant], set[str]]
"""What happened first when, and at no known date, before events were taken; see `Intake.take_back`."""


class Checked(NamedTuple):
    """Events that can be taken, by their ids, and what of them bears on what may come after; see `Intake`."""

    new: dict[str, Event]
    once: dict[tuple[Any, ...], str]
    first: dict[str, Instant]
    undated: set[str]


class Intake:
    """What a ledger has taken so far, as far as it bears on what it may take next."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._ids: dict[str, Event] = {}
        self._once: dict[tuple[Any, ...], str] = {}
        self._first: dict[str, Instant] = {}
        self._undated: set[str] = set()

    def so_far(self) -> SoFar:
        """Return what bears on later events beside the ids: what happened once, when first, and at no known date."""
        return dict(self._once), dict(self._first), set(self._undated)

    def go_on(self, so_far: SoFar) -> None:
        """Go on from what another intake had taken; ids that it took are for the caller to know."""
        self._once, self._first, self._undated = dict(so_far[0]), dict(so_far[1]), set(so_far[2])

    def kept(self, id: str) -> Event | None:
        """Return the event that was taken under an id."""
        return self._ids.get(id)

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Take events and return those that are new. Raises BadEvent for the first that cannot be, and takes none."""
        return self.keep(self.check(events))

    def keep(self, checked: Checked) -> list[Event]:
        """Take events that were checked, and return them; nothing else was taken meanwhile."""
        new, once, first, undated = checked
        self._ids |= new
        if once:
            self._once |= once
        if first or undated:
            # Made anew: what was before can be gone back to.
            self._first, self._undated = self._first | first, self._undated | undated
        return list(new.values())

    @property
    def before(self) -> Before:
        """What `take_back` needs of the time before events are kept."""
        return self._first, self._undated

    def take_back(self, checked: Checked, before: Before) -> None:
        """Forget what was kept last."""
        for id in checked.new:
            del self._ids[id]
        for each in checked.once:
            del self._once[each]
        self._first, self._undated = before

    def check(self, events: Iterable[Event]) -> Checked:
        """Return which events are new and what bears on later ones, and take none. Raises BadEvent as `take` does."""
        new: dict[str, Event] = {}
        once: dict[tuple[Any, ...], str] = {}
        for sent in events:
            each = self._about(sent, new) if sent.name in ABOUT_ENTRIES else sent
            same = new.get(each.id) or self._ids.get(each.id)
            if same is not None:
                if same.source != each.source:
                    raise BadEvent(
                        each.id,
                        "id",
                        f"an event of the source `{same.source}` has this id",
                        f"来源`{same.source}`的事件已用此编号",
                    )
                if same.digest != each.digest:
                    raise BadEvent(
                        each.id,
                        "id",
                        "another event has this id, with other content; correct it with a `correct` entry",
                        "另一事件已用此编号而内容不同；请以 `correct` 条目更正",
                    )
                continue
            new[each.id] = each
        for each in new.values():
            declared = self._program.happens_once.get(each.name)
            if declared is not None:
                self._once_only(each, declared, once)
        return Checked(new, once, *self._in_time(new.values()))

    def _about(self, entry: Event, new: Mapping[str, Event]) -> Event:
        """Return an entry, read as one about the event that it names. Raises BadEvent where there is no such event."""
        of = str(entry.fields.get("of"))
        old = new.get(of) or self._ids.get(of)
        if old is None:
            raise BadEvent(
                entry.id, "of", f"`{of}` is no event recorded before it", f"此前没有记录编号为`{of}`的事件"
            )
        if old.name in ABOUT_ENTRIES:
            about = old.fields["of"]
            raise BadEvent(
                entry.id, "of", f"`{of}` is itself about `{about}`: name that event, and say how it is now",
                f"`{of}`本身是关于`{about}`的条目：请指明该事件，并写明现在的情况",
            )  # fmt: skip
        return corrected(self._program, entry, old) if entry.name == CORRECT else entry

    def _once_only(self, taken: Event, declared: OccurrenceDecl, once: dict[tuple[Any, ...], str]) -> None:
        """An occurrence declared `once`, or `once for each`, may not happen twice."""
        if taken.standing is not ESTABLISHED:
            return
        per = taken.actor if declared.once == "by" else None
        if declared.once and declared.once != "by":
            per = taken.fields.get(declared.once)
        if declared.once and per is None:
            return
        before = self._once.get((taken.name, per)) or once.setdefault((taken.name, per), taken.id)
        if before != taken.id:
            en, zh = _per(declared)
            reason = f"`{taken.name}` happens once{en}, and {before} was it"
            zh = f"`{in_chinese(declared)}`{zh}只发生一次，已有{before}"
            raise BadEvent(taken.id, declared.once or "name", reason, zh)

    def _in_time(self, new: Iterable[Event]) -> tuple[dict[str, Instant], set[str]]:
        """What is declared to come only after something else may not come without it.

        Return when each occurrence first happened, as far as that is now otherwise, and which have no date.
        """
        only_after, first_of_two = self._program.only_after, self._program.first_of_two
        if not only_after:
            return {}, set()
        bound: list[Event] = []
        first: dict[str, Instant] = {}
        undated: set[str] = set()
        for each in new:
            if each.name in first_of_two:
                if each.occurred_at is None:
                    undated.add(each.name)
                else:
                    known = first.get(each.name, self._first.get(each.name, each.effect_at))
                    first[each.name] = min(known, each.effect_at)
            if each.name in only_after and each.occurred_at is not None:
                bound.append(each)
        for each in bound:
            for relation in only_after[each.name]:
                if relation.right in undated or relation.right in self._undated:
                    continue
                if first.get(relation.right, self._first.get(relation.right, NEVER)) > each.effect_at:
                    reason = f"`{each.name}` comes only after `{relation.right}`, not there by {iso(each.effect_at)}"
                    zh = f"`{each.name}`只能在`{relation.right}`之后发生，至{iso(each.effect_at)}尚无后者"
                    raise BadEvent(each.id, "at", reason, zh)
        return first, undated


class _Said(NamedTuple):
    """What few events say of themselves beside what happened, when, and who did it."""

    recorded_at: Instant | None = None
    arrives_at: Instant | None = None
    standing: Standing = ESTABLISHED
    sequence: int | None = None
    personal: Mapping[str, Any] = {}


_PLAINLY = _Said()


def event_from(
    program: Program, raw: Mapping[str, Any], where: str, recorded_at: Instant | None = None
) -> Event:
    """Return the event that one JSON object writes, recorded at an instant that is given, or that the object says.

    Raises BadEvent naming `where` and the field.
    """
    id = raw.get("id")
    if not isinstance(id, str) or not id:
        raise BadEvent(where, "id", "every event has an id, a text", "每个事件都要有编号 id（文本）")
    where = f"{where} ({id})"
    spelling = str(raw.get("name") or raw.get("type") or "")
    name, declared = _named(program, spelling, where)
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


def new_event_from(
    program: Program, raw: Mapping[str, Any], where: str, recorded_at: Instant | None
) -> Event:
    """Return an event that was not kept before: a waiver names a norm that these documents have. Raises BadEvent.

    Of a ledger that is kept, a waiver may be of a norm of law that is not asked for: it does nothing.
    """
    made = event_from(program, raw, where, recorded_at)
    if made.name == WAIVE:
        _waives_a_norm(program, str(made.fields["norm"]), where)
    return made


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


def _named(program: Program, spelling: str, where: str) -> tuple[str, OccurrenceDecl | None]:
    if spelling in BUILT_IN:
        return spelling, None
    called = program.declarations.get(spelling)
    if isinstance(called, OccurrenceDecl) and called.name == spelling:
        return spelling, called
    for declared in program.declarations.values():
        if isinstance(declared, OccurrenceDecl) and spelling in (declared.name, declared.alias):
            return declared.name, declared
    known = [
        s
        for d in program.declarations.values()
        if isinstance(d, OccurrenceDecl)
        for s in (d.name, d.alias)
        if s
    ]
    en, zh = meant(nearest(spelling, [*known, *BUILT_IN]))
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
    party = _party(program, value)
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
    raise BadEvent(where, "by", f"no party is called `{value}`", f"没有名为`{value}`的当事人")


_TOGETHER = ("both", BOTH, "双方")
"""How people write that all parties did an act."""


def _party(program: Program, spelling: Any) -> PartyDecl | None:
    """Return the party of a name, or the first of that name in the other language."""
    called = program.declarations.get(spelling) if isinstance(spelling, str) else None
    if isinstance(called, PartyDecl) and called.name == spelling:
        return called
    parties = (each for each in program.declarations.values() if isinstance(each, PartyDecl))
    return next((each for each in parties if spelling in (each.name, each.alias)), None)


def _fields(program: Program, declared: OccurrenceDecl, given: dict[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        for param in declared.params:
            if name in (param.name, param.alias):
                break
        else:
            known = [s for each in declared.params for s in (each.name, each.alias) if s]
            en, zh = meant(nearest(name, known))
            if not en:
                en = f"; it has {', '.join(p.name for p in declared.params) or 'none'}"
                zh = f"；其字段：{'、'.join(map(in_chinese, declared.params)) or '无'}"
            raise BadEvent(
                where, name, f"`{declared.name}` has no such field{en}",
                f"`{in_chinese(declared)}`没有这一字段{zh}",
            )  # fmt: skip
        kind = param.kind
        if kind.name == "occurrence":
            found[param.name] = str(value)
            continue
        if kind.name == "one of":
            enumeration = program.declarations.get(kind.of)
            options = (
                enumeration.options if isinstance(enumeration, TypeDecl | StateDecl | QuestionDecl) else ()
            )
            option = next((o.name for o in options if value in (o.name, o.alias)), None)
            if option is None:
                raise BadEvent(where, name, *none_of(value, options))
            found[param.name] = option
            continue
        try:
            found[param.name] = typed(value, kind, name)
        except BadTerms as wrong:
            raise BadEvent(where, name, wrong.reason, wrong.zh) from None
        if (declared.name, param.name) in program.periods and period_day(str(value)) is None:
            raise BadEvent(
                where,
                name,
                f"`{value}` is no period: write a month or a day, such as 2026-06",
                f"`{value}`不是账期：请写某月或某日，例如2026-06",
            )
        if kind.name == "day" and not isinstance(found[param.name], date):
            raise BadEvent(
                where,
                name,
                f"`{value}` is not a day: write it as `2026-04-10`",
                f"`{value}`不是日期：请写作`2026-04-10`",
            )
        if kind.name == "money" and found[param.name] < 0:
            raise BadEvent(where, name, "an amount cannot be negative", "金额不能为负")
    return found


def _built_in(program: Program, name: str, given: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the fields of an entry about entries, questions or norms."""
    found = dict(given)
    if name in ABOUT_ENTRIES:
        if not isinstance(found.get("of"), str):
            raise BadEvent(where, "of", "which event is this about?", "这是关于哪一事件的？")
        if name == CORRECT:
            found |= {each: _instant(found[each], where, each) for each in _MOMENTS if each in found}
            # What kind a field is of is known once it is known which event is corrected (`Intake`).
            found |= {each: _as_written(found[each], where, each) for each in found if each not in _OF_ENTRY}
    if name in (ANSWER, DISPUTE):
        spelling = str(found.get("question", ""))
        question = next(
            (d for d in program.questions.values() if spelling in (d.name, d.alias, d.external)), None
        )  # fmt: skip
        if question is None:
            spellings = [s for d in program.questions.values() for s in (d.name, d.alias, d.external) if s]
            en, zh = meant(nearest(spelling, spellings))
            raise BadEvent(
                where,
                "question",
                f"no question is called `{spelling}`{en}",
                f"没有名为`{spelling}`的问题{zh}",
            )
        found["question"] = question.name
        if name == ANSWER and found.get("value") not in (None, "open"):
            if question.options:
                option = next((o.name for o in question.options if found["value"] in (o.name, o.alias)), None)
                if option is None:
                    raise BadEvent(where, "value", *none_of(found["value"], question.options))
                found["value"] = option
            else:
                try:
                    found["value"] = typed(found["value"], question.kind, "value")
                except BadTerms as wrong:
                    raise BadEvent(where, "value", wrong.reason, wrong.zh) from None
        elif name == ANSWER:
            found["value"] = None
        if found.get("since") is not None:
            found["since"] = _instant(found["since"], where, "since")
    if name == MIGRATE:
        home, version = str(found.get("agreement", "")), str(found.get("version", ""))
        if home not in program.agreements:
            raise BadEvent(where, "agreement", f"no agreement is called `{home}`", f"没有名为`{home}`的协议")
        known = {part.name for part in program.versions_of.get(home, ())} | {home}
        if version_name(home, version) not in known:
            raise BadEvent(where, "version", *no_version(home, version, known))
    if name == WAIVE and not isinstance(found.get("norm"), str):
        raise BadEvent(where, "norm", "which duty is waived?", "放弃的是哪一项义务？")
    return found


def _per(declared: OccurrenceDecl) -> tuple[str, str]:
    """Say for each of what an occurrence happens once."""
    if declared.once == "by":
        return " for each party", "每一当事人"
    param = next((each for each in declared.params if each.name == declared.once), None)
    return ("", "") if param is None else (f" for each {param.name}", f"每一{in_chinese(param)}")


_MOMENTS = ("occurred_at", "effect_at")
_OF_ENTRY = ("of", *_MOMENTS)


def _as_written(value: Any, where: str, name: str) -> str:
    """Return a plain value as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int):
        raise BadEvent(where, name, "a plain value is wanted", "此处应为单个值")
    return str(value)


def corrected(program: Program, entry: Event, old: Event) -> Event:
    """Return a correction with its fields as those of the event that it corrects. Raises BadEvent."""
    declared = program.declarations.get(old.name)
    written = {name: value for name, value in entry.fields.items() if name not in _OF_ENTRY}
    if not written or not isinstance(declared, OccurrenceDecl):
        return entry
    # What is no text any more was read before.
    plain = {name: value for name, value in written.items() if isinstance(value, str)}
    kept = {name: value for name, value in entry.fields.items() if name not in plain}
    return sealed(replace(entry, fields={**kept, **_fields(program, declared, plain, entry.id)}))
