"""What the entries of a scenario file are in the vocabulary: by `events` of its mapping, one entry or more each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contractlang.declaration import OccurrenceDecl, QuestionDecl, StateDecl, TypeDecl
from engine.calendars import default_calendar
from engine.dates import SECOND, day_of, day_of_month, end_of, iso, parse_instant, period_day
from engine.deadlines import deadline_after
from engine.event import CORRECT, Event
from engine.program import Program
from engine.working_days import RestDays
from engine.written_events import corrected, event_from


class Unsupported(Exception):
    """A query asks for something that cannot be asked; it counts as failed."""


# Fields of an entry that tell an instant: a bare day is its beginning, or its end where that is the last.
_MOMENTS = ("at", "recorded_at", "credited_at", "sent", "arrives", "read", "read_at", "noticed_at")
_ENDS = ("deadline", "until")
_BARE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# The number that a rule of a file sets as a limit.
_LIMIT = re.compile(r"(?:at most|no more than|up to|maximum|不超过|至多|最多)\D*(\d+)", re.IGNORECASE)
# What a file says of the arrival of a notice that never arrived.
_NEVER = ("never", "not_arrived", "undelivered")
# The month, or the day, that the name of a bill tells: `2026-08`, `2026-08-b`, `A2:2026-08`.
_PERIOD = re.compile(r"(?<!\d)\d{4}-\d{2}(?:-\d{2})?(?!\d)")
# A number of days, alone or with its unit.
_DAYS = re.compile(r"\s*(\d+)\s*(?:d|days?|日|日内|天)?\s*$")
# How a notice says that it works only if nothing is done, and in which time.
_OR_ELSE = re.compile(r"unless|otherwise|or else|\bif (?:it is )?not\b|failing|否则|逾期", re.IGNORECASE)
_SO_MANY_DAYS = re.compile(r"\d+\s*(?:days?|日内|天)", re.IGNORECASE)


@dataclass(frozen=True)
class Entries:
    """The entries of one scenario, and what its mapping and its parameters make of them."""

    raw: Sequence[Mapping[str, Any]]
    parameters: Mapping[str, Any]
    mapping: Mapping[str, Any]
    program: Program
    # Whether what came by a channel that nobody named arrived when it entered the system (民法典 137).
    named_channel: bool = True
    # Whether what arrived on no known day arrived at all: at once, or never.
    arrived: bool = True
    # Answers that the entries bring with them, by the names of the questions.
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def ids(self) -> dict[Any, str]:
        """Bills of the file to the ids of their entries."""
        return {e.get("invoice"): e["id"] for e in self.raw if e["type"] == "invoice_issued"}

    def events(self) -> Iterator[Event]:
        """Yield what the entries are in the vocabulary. Raises Unsupported for a type that is not listed."""
        made: dict[str, Event] = {}
        for event in (each for raw in self.raw for each in self.of(raw)):
            old = made.get(str(event.fields.get("of"))) if event.name == CORRECT else None
            made[event.id] = event if old is None else corrected(self.program, event, old)
        yield from made.values()

    def of(self, raw: Mapping[str, Any]) -> Iterator[Event]:
        """Yield the events that one entry of the file is in the vocabulary."""
        listed = self.mapping["events"].get(raw["type"])
        if listed is None:
            raise Unsupported(f"event type {raw['type']}")
        if _never_arrived(raw) or (not self.arrived and self.arrival_is_open(raw)):
            return
        rules = [(place, rule) for place, rule in enumerate(listed) if self.meant(raw, rule)]
        # The first that always comes of the entry goes by its id, so that others can name it.
        named = next((rule for _, rule in rules if "if" not in rule), None)
        told = [(place, rule, other) for place, rule in rules for other in self.others(raw, rule)]
        for number, (place, rule, other) in enumerate(told):
            made: dict[str, Any] = {
                "id": raw["id"] if rule is named else f"{raw['id']}.{place}",
                "name": rule["name"],
            }
            if other is not raw:
                made["id"] += f".{other['id']}"
            if len(told) > 1:
                # What one entry of the file says happened in the order of the mapping.
                made |= {"source": raw["id"], "sequence": number}
            made |= self.times(raw, rule)
            by = rule["by"] if "by" in rule else raw.get("by")
            if by is not None:
                made["by"] = by
            for target, source in (rule.get("fields") or {}).items():
                value = self.given(raw, source, other)
                if value is None:
                    continue
                made[target] = (
                    self.bill(str(value)) if target == "bill" else self.value(rule["name"], target, value)
                )
            if "needs" in rule and rule["needs"] not in made:
                continue
            made = {**self.presumed(rule["name"], by), **made}
            if "at" in raw and raw["at"] is None:
                self.answers.update(rule.get("undated") or {})
            yield event_from(self.program, made, "event")
            if (again := self.agreed_later(raw, rule, made.get("at"))) is not None:
                made = {**made, "id": f"{made['id']}.agreed", "at": again}
                yield event_from(self.program, {k: v for k, v in made.items() if k != "arrives"}, "event")

    def others(self, raw: Mapping[str, Any], rule: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the entries that a rule makes an event about, each: those of a type before this one, or this alone."""
        return self.before(raw, [rule["about_each"]]) if "about_each" in rule else [raw]

    def before(self, raw: Mapping[str, Any], types: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return the entries of some types that are not after this one."""
        at = str(raw.get("at") or "")
        return [each for each in self.raw if each["type"] in types and str(each.get("at") or "") <= at]

    def arrival_is_open(self, raw: Mapping[str, Any]) -> bool:
        """Tell whether nobody knows when, or whether, a notice arrived: it was not read either."""
        read = (rule["read"] for rule in self.mapping["events"][raw["type"]] if rule.get("read"))
        return "arrives" in raw and raw["arrives"] is None and not any(first(raw, each) for each in read)

    def told_of(self, act: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an act that words of a query tell, as those of an entry that is the act would."""
        return {
            target: found
            for rules in self.mapping["events"].values()
            for rule in rules
            if rule["name"] == act
            for target, source in (rule.get("fields") or {}).items()
            if isinstance(source, dict) and "told" in source
            if (found := _told(asked, source["told"])) is not None
        }

    def presumed(self, act: str, party: Any) -> dict[str, Any]:
        """Return the fields that an act by a party has where nothing is said of them."""
        by_party = (self.mapping.get("presumed") or {}).get(act, {})
        return dict(by_party.get(party, {}))

    def meant(self, raw: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
        """Tell whether the entry is what a rule makes of it: the field that it asks for is there, the words tell it."""
        if rule.get("if") and not first(raw, rule["if"]):
            return False
        if rule.get("lacks") and self.has(raw, rule["lacks"]):
            return False
        if rule.get("layer") and rule["layer"] not in {each.layer for each in self.program.contracts}:
            return False
        if rule.get("where") and not self.says(raw, rule["where"]):
            return False
        return not (rule.get("unless") and self.says(raw, rule["unless"]))

    def has(self, raw: Mapping[str, Any], what: Mapping[str, str]) -> bool:
        """Tell whether the entry has a field, or the file an entry of some type."""
        return first(raw, what["field"]) is not None or any(e["type"] == what["entry"] for e in self.raw)

    def says(self, raw: Mapping[str, Any], how: Mapping[str, str]) -> bool:
        """Tell whether a field of the entry has one of the words."""
        said = str(first(raw, how["in"]) or "").lower()
        return any(word in said for word in how["words"].split("|"))

    def times(self, raw: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
        """Return when an event happened, was recorded and arrived, as the entry and the rule say it."""
        made: dict[str, Any] = {}
        for key in ("at", "recorded_at", "arrives"):
            found = first(raw, rule.get(key, key))
            if found is not None or key in raw:
                made[key] = found
        if rule.get("read") and not self.named_channel and first(raw, rule["read"]):
            made["arrives"] = first(raw, rule["read"])
        ends = self.ends(raw, rule)
        if ends is not None:
            made["arrives"] = ends
        # 24:00 of a day on which something is done is its last moment, not the first of the next.
        if rule.get("until_midnight") and str(made.get("at") or "").endswith("T24:00"):
            made["at"] = f"{str(made['at'])[:10]}T23:59:59"
        # What is paid in advance on a bill counts once there is the bill (民法典 530).
        if rule.get("not_before") and made.get("at"):
            issued = self.issued(first(raw, rule["not_before"]))
            if issued and parse_instant(str(made["at"])) <= parse_instant(issued):
                made["at"] = iso(parse_instant(issued) + SECOND)
        if rule.get("in_month") and made.get("at"):
            made |= _in_month(made, period_day(str(first(raw, rule["in_month"]))))
        return made

    def agreed_later(self, raw: Mapping[str, Any], rule: Mapping[str, Any], at: Any) -> str | None:
        """Return when what an entry told by then was agreed on afterwards; None where it was not."""
        later = [
            str(each["at"])
            for each in self.raw
            if each["type"] in rule.get("after", ())
            and each.get("at")
            and str(each["at"]) > str(at)
            and self.last_told(str(each["at"])) is raw
            and not self.makes(each, rule["name"])
        ]
        return iso(parse_instant(min(later)) + SECOND) if later and at else None

    def makes(self, raw: Mapping[str, Any], name: str) -> bool:
        """Tell whether an entry makes such an event of its own: what it agrees on is then that."""
        return any(
            rule["name"] == name and self.meant(raw, rule) for rule in self.mapping["events"][raw["type"]]
        )

    def issued(self, invoice: Any) -> str | None:
        """Return when a bill of the file was issued; None where there is no such bill, or nobody knows."""
        found = self.ids.get(invoice)
        return next((each.get("at") for each in self.raw if each["id"] == found), None)

    def last_told(self, at: str) -> Mapping[str, Any] | None:
        """Return the last entry before an instant that tells a change which the parties may agree on."""
        rules = self.mapping["events"]
        told = [
            each
            for each in self.raw
            if any("after" in rule for rule in rules.get(each["type"], ()))
            and str(each.get("at") or "") <= at
        ]
        return max(told, key=lambda each: str(each.get("at") or ""), default=None)

    def ends(self, raw: Mapping[str, Any], rule: Mapping[str, Any]) -> str | None:
        """Return when the time that an entry gives is over: the end of a day, or of so many days from its arrival."""
        if "ends" not in rule:
            return None
        until, days = first(raw, rule["ends"]["until"]), first(raw, rule["ends"]["days"])
        said = str(first(raw, rule["ends"]["text"]))
        if until is None and days is None and _OR_ELSE.search(said):
            until = next(iter(_BARE_DAY.findall(said)), None)
            days = next(iter(_SO_MANY_DAYS.findall(said)), None)
        start = first(raw, "arrives or at")
        if until is not None:
            return iso(
                parse_instant(str(until))
                if "T" in str(until)
                else end_of(day_of(parse_instant(f"{until}T00:00")))
            )
        if days is None or start is None:
            return None
        told = _DAYS.match(str(days))
        if told is None:
            raise Unsupported(f"a time of `{days}`: write a number of days")
        count = int(told[1])
        end = deadline_after(
            parse_instant(str(start)), count, "days", default_calendar(), RestDays.WEEKEND_AND_SHIFTED, True
        ).end
        return iso(end)

    def given(self, raw: Mapping[str, Any], source: Any, other: Mapping[str, Any]) -> Any:
        """Return what a field takes: a field of the entry, or else a parameter of that name or the next day of the
        number that one gives; a value; norms that are cited; the month of an instant, or that a name tells; what words
        of the entry tell; the other entry that it is about, or whether a number keeps within that in its words; or the
        last entry of some types before it, of those that have the same in some field.
        """
        if not isinstance(source, dict):
            return first(raw, source)
        if "or" in source and first(raw, source["or"]) is not None:
            return first(raw, source["or"])
        if "is" in source:
            return source["is"]
        if "norm" in source:
            return self.in_own_numbers(first(raw, source["norm"]))
        if "about" in source:
            return other[source["about"]]
        if "day" in source:
            standing = {**self.parameters, **self.agreed(str(raw.get("at") or ""))}
            return self.next_day(standing.get(source["day"]), raw)
        if "parameter" in source:
            return self.parameters.get(source["parameter"])
        if "month" in source:
            at = first(raw, source["month"])
            return None if at is None else iso(parse_instant(str(at)) - 1)[:7]
        if "period" in source:
            found = _PERIOD.search(str(first(raw, source["period"])))
            return found and found[0]
        if "told" in source:
            return _told(raw, source["told"])
        if "within" in source:
            return self.within(raw, other, source["number"], source["within"])
        before = [
            each["id"]
            for each in self.before(raw, source["last"])
            if "same" not in source or each.get(source["same"]) == raw.get(source["same"])
        ]
        return before[-1] if before else None

    def in_own_numbers(self, written: str | None) -> str | None:
        """Return a text in which norms are cited by their own numbers, without that of their document (`1.三.2b`)."""
        if written is None:
            return None
        parted = (word.partition(".") for word in written.split())
        return " ".join(
            rest if dot and document in self.mapping["documents"] else document + dot + rest
            for document, dot, rest in parted
        )

    def within(self, raw: Mapping[str, Any], other: Mapping[str, Any], number: str, words: str) -> str | None:
        """Tell whether a number of the entry (none is 0) keeps within that in the words of another, or within that of a
        later one by the same name before the colon: whoever asks for less asks for that alone.
        """
        rule, since = str(other.get(words)), str(other.get("at"))
        later = [e for e in self.before(raw, [other["type"]]) if str(e.get("at")) >= since]
        said = [text for text in (str(e.get(words)) for e in later) if _name(text) == _name(rule)]
        limits = [_LIMIT.search(text) for text in said]
        told = str(raw.get(number) or 0)
        if not all(limits) or not told.isdecimal():
            return None
        return "yes" if int(told) <= max(int(each[1]) for each in limits if each) else "no"

    def agreed(self, at: str, known: str | None = None) -> dict[str, Any]:
        """Return the parameters that both parties have set anew by an instant, as known; of prices there are events."""
        found: dict[str, Any] = {}
        for raw in self.raw:
            both = raw.get("by") not in ("provider", "user")
            stands = raw.get("at") and str(raw["at"]) <= at
            told = known is None or str(raw.get("recorded_at") or raw.get("at")) <= known
            if raw["type"] in self.mapping["agreed"] and both and stands and told:
                found |= {
                    key: value for key, value in flat(raw)
                    if key in self.mapping["parameters"] and not key.startswith("tariff.")
                }  # fmt: skip
        return found

    def next_day(self, number: Any, raw: Mapping[str, Any]) -> str | None:
        """Return the next day of that number in a month, from an entry on; None where either is not known."""
        if number is None or not raw.get("at"):
            return None
        start = day_of(parse_instant(raw["at"]))
        months = (
            (start.year + (start.month - 1 + more) // 12, (start.month - 1 + more) % 12 + 1)
            for more in (0, 1)
        )
        return str(
            next(day for year, month in months if (day := day_of_month(year, month, int(number))) >= start)
        )

    def value(self, name: str, key: str, written: Any) -> Any:
        """Return a value of a field as the vocabulary has it: an option by its name, the day of an instant."""
        declared = self.program.declarations.get(name)
        if not isinstance(declared, OccurrenceDecl):
            return written
        kind = next((each.kind for each in declared.params if each.name == key), None)
        if kind is not None and kind.name == "day" and "T" in str(written):
            return str(day_of(parse_instant(str(written))))
        named: dict[str, str] = (self.mapping.get("values") or {}).get(key, {})
        if not named:
            return written
        listed = self.program.declarations.get(kind.of) if kind is not None else None
        options = listed.options if isinstance(listed, TypeDecl | StateDecl | QuestionDecl) else ()
        known = {each.name for each in options} | {each.alias for each in options}
        return named.get(written, written if written in known else named.get("else", written))

    def bill(self, written: str) -> str:
        """Return the bill, or the sum for a bill (`late_fee:2026-08`), that a payment names."""
        if written in self.ids:
            return self.ids[written]
        what, colon, number = written.rpartition(":")
        return f"{what}{colon}{self.ids.get(number, number)}"


def _told(raw: Mapping[str, Any], how: Mapping[str | bool, str]) -> Any:
    """Return what words of the entry tell: the first answer of which one is said; None else."""
    said = str(first(raw, how["in"]) or "").lower()
    for answer, words in how.items():
        if answer != "in" and any(word in said for word in words.split("|")):
            return answer
    return None


def _in_month(made: Mapping[str, Any], month: date | None) -> dict[str, Any]:
    """Return when that was done which is told of a month: in it, though it may have been written down later."""
    if month is None:
        return {}
    last = end_of(day_of_month(month.year, month.month, 31)) - SECOND
    if parse_instant(str(made["at"])) <= last:
        return {}
    return {"recorded_at": made.get("recorded_at") or made["at"], "at": iso(last)}


def _name(rule: str) -> str:
    """Return what a rule is called: what stands before its colon."""
    return re.split("[:：]", rule)[0]


def _never_arrived(raw: Mapping[str, Any]) -> bool:
    """Tell whether an entry says of a notice that it never arrived."""
    return raw.get("arrives") is False or str(raw.get("arrives")).lower() in _NEVER


def first(raw: Mapping[str, Any], names: str) -> Any:
    """Return the first field there is of `one or other`, also where it stands within another (`changes: {rate: …}`)."""
    told = dict(_leaves(raw))
    return next((told[name] for name in names.split(" or ") if told.get(name) is not None), None)


def _leaves(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an entry, those within another first."""
    for value in raw.values():
        if isinstance(value, Mapping):
            yield from _leaves(value)
    yield from raw.items()


def timed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry whose instants have a time, and which happened when it was sent if it says no more."""
    made = dict(raw)
    for key, value in raw.items():
        if key in (*_MOMENTS, *_ENDS) and _BARE_DAY.fullmatch(str(value)):
            made[key] = f"{value}T24:00" if key in _ENDS else f"{value}T00:00"
    if "at" not in raw and "sent" in raw:
        made["at"] = made["sent"]
    return made


def flat(parameters: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the parameters, nested ones as `a.b`."""
    for key, value in parameters.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
