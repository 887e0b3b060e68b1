"""What the words of `no_conflict_when` mean of a history: a table says it, and what is declared speaks for itself.

The table names values (`true`), or how a number compares (`>=N`, `<=N`: in what it means, `N` is that number, and
`N+10` ten more). What it does not know may be the name, in any language or by its id, of a blank, an attribute, a
reading, a question or a state, which then has that value; or of an act or event, which has happened or never does. It
may be a field of an entry as the file calls it, too: then every such entry tells that of itself; or how long ago
something was (`days_since_payment: <=10`). `layers: [civil]` are the layers of law that are asked, `without_layers` and
`civil: off` those that are not; a `province` leaves out the law of the others. What the table has under another name
(`逾期天数`) is listed in `also_called`. What is said to be not so (`not_verified: true`, `未核验: 是`) is the contrary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
)
from engine.event import BUILT_IN
from engine.governing import CONTRACT

Meaning = Mapping[str, Any]
"""What is assumed of every history, as `Assuming.of` takes it."""

_SIGNS = {
    ">=": (">=", "≥", "at least", "no less than", "至少", "不少于"),
    "<=": ("<=", "≤", "at most", "no more than", "within", "至多", "不超过", "不多于"),
    ">": (">", "more than", "over", "超过", "多于"),
    "<": ("<", "less than", "under", "少于", "不足"),
    "": ("==", "=", ""),
}
"""How a comparison is written."""

_SIGN = {written: sign for sign, ways in _SIGNS.items() for written in ways}
_COMPARED = re.compile(rf"({'|'.join(sorted(_SIGN, key=len, reverse=True))})\s*(\d+)")
_UNITS = {
    "years": ("years", "year", "年"),
    "days": ("days", "day", "日", "天"),
    "hours": ("hours", "hour", "小时"),
}
_BETWEEN = re.compile(r"(\d+)\s*(?:\.\.|-|–)\s*(\d+)")
_NUMBER = re.compile(r"\bN(?:\+(\d+))?\b")
_AGO = re.compile(r"(days|hours|minutes)_(?:since|after)_(\w+)")
_LAYER = re.compile(r"[\w:]+")
_NOT = re.compile(r"(?:not|no|non|without)_|[未无非不]")
_YES = ("true", "yes", "on", "given", "granted", "done", "是", "有", "已", "真")
_NO = ("false", "no", "off", "none", "never", "否", "无", "没有", "未", "假")


class Wording:
    """The tables of a file of words, and what documents declare."""

    def __init__(self, words: Mapping[str, Any], contracts: Iterable[Contract]) -> None:
        self.words = words
        contracts = tuple(contracts)
        self.declared = {
            id(each): each for contract in contracts for each in contract.declarations.values()
        }.values()
        self.layers = {each.layer for each in contracts if each.kind == "law"}

    def meant(self, name: str, value: Any) -> Iterator[Meaning]:
        """Yield what `name: value` means, all of which holds; nothing where nothing says it."""
        name, value = self._called(name, value)
        table = {
            _word(key): meaning
            for key, meaning in self.words.get("no_conflict_when", {}).get(name, {}).items()
        }
        for word in (_word(value), _spaced(value), _whether(value)):
            if word in table:
                yield table[word]
                return
        if (left_out := self._left_out(name, value)) is not None:
            yield {"without_layers": left_out}
            return
        compared = _bounds(_number_of(name, value))
        # Of a number with two bounds the table may know one: less is taken for granted then.
        between = len(compared) > 1
        signs = [
            ("n<=" if between and sign == ">=" and "n<=" in table else f"{sign}n", number)
            for sign, number in compared
        ]
        bounds = [(table[sign], number) for sign, number in signs if sign in table]
        if bounds:
            yield from (_numbered(meaning, number) for meaning, number in bounds)
            return
        if (ago := _AGO.fullmatch(name)) and compared:
            yield from self._elapsed(ago[1], ago[2], compared)
            return
        yield from self._declared(name, value)

    def _called(self, name: str, value: Any) -> tuple[str, Any]:
        """Return what a name is in the tables; what is said not to be so, by that which is not, or is."""
        for each in (name, _joined(name)):
            if (called := self._known_as(each)) is not None:
                return called, value
            denied, whether = _NOT.sub("", each, count=1) if _NOT.match(each) else "", _whether(value)
            if whether and (called := self._known_as(denied)) is not None:
                return called, whether == "false"
        return self._also(name), value

    def _known_as(self, name: str) -> str | None:
        """Return under which name the tables, or what is declared, have a word; None where they do not."""
        name = self._also(name)
        tables = (self.words.get(each, {}) for each in ("no_conflict_when", "events", "actions"))
        return name if any(name in each for each in tables) else None

    def _also(self, name: str) -> str:
        return str(self.words.get("also_called", {}).get(name, name))

    def _left_out(self, name: str, value: Any) -> list[str] | None:
        """Return the layers of law that are not asked, where a word speaks of layers; else None."""
        if name in self.layers and _whether(value) == "false":
            return [name]
        named = set(_LAYER.findall(str(value)))
        if name in ("layer", "layers") and named <= {CONTRACT, *self.layers}:
            return sorted(self.layers - named)
        if name in ("without_layer", "without_layers") and named <= self.layers:
            return sorted(named)
        if name == "province" and (local := {each for each in self.layers if each.startswith("local:")}):
            return sorted(local - {f"local:{value}"})
        return None

    def _elapsed(self, unit: str, name: str, bounds: list[tuple[str, int]]) -> Iterator[Meaning]:
        """Yield what it means that something is so long ago. Of days, that on which it happened is not counted."""
        more = 1 if unit == "days" and len(bounds) < 2 else 0
        for each in dict.fromkeys(self._occurrences(name)):
            for sign, number in bounds:
                long = f"{number + more} {unit}" if sign == ">=" else f"{number} {unit}"
                yield {"since": [{"of": each, "at_least" if sign == ">=" else "at_most": long}]}

    def _occurrences(self, name: str) -> Iterator[str]:
        """Yield the acts and events that are called so: declared, in the entries of a file, or in its questions."""
        yield from (
            e.name for e in self.declared if isinstance(e, OccurrenceDecl) and name in (e.name, e.alias)
        )
        yield from (each["name"] for each in self._made_of(name))
        if name in (actions := self.words.get("actions", {})):
            yield actions[name]

    def _declared(self, name: str, value: Any) -> Iterator[Meaning]:
        name = self.words.get("varied", {}).get(name, name)
        known = self.words.get("parameters", {}).get(name, name)
        owner, _, attribute = known.partition(".") if isinstance(known, str) else ("", "", "")
        for each in self.declared:
            if owner not in (each.name, each.alias, getattr(each, "external", "")):
                continue
            match each:
                case BlankDecl():
                    yield {"settings": {known: value}}
                case PartyDecl() if attribute:
                    yield {"settings": {known: value}}
                case ReadingDecl() if any(
                    _word(value) in (e.name, e.alias, e.external) for e in each.options
                ):
                    yield {"readings": {name: _word(value)}}
                case QuestionDecl():
                    yield {"answers": {name: _word(value)}}
                case StateDecl():
                    yield {"states": {name: value}}
                case OccurrenceDecl():
                    yield from _happened(each.name, value)
                case _:
                    pass
        for event in self._made_of(name):
            yield from self._told(event, value)
        if name in (actions := self.words.get("actions", {})):
            yield from _happened(actions[name], value)
        events = self.words.get("events", {})
        if name not in events and not _bounds(_word(value)):
            for event in (each for kind in events for each in self._made_of(kind)):
                yield from self._field(event, name, value)

    def _made_of(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the acts and events that entries of a type are; what is known with them (an answer) is none."""
        made = self.words.get("events", {}).get(kind, ())
        yield from (each for each in made if each["name"] not in BUILT_IN)

    def _field(self, event: Mapping[str, Any], name: str, value: Any) -> Iterator[Meaning]:
        """Yield what it means that the entries which give an event have that value in a field."""
        for field, of in event.get("fields", {}).items():
            if isinstance(of, str) and name in of.split(" or "):
                yield {"fields": {f"{event['name']}.{field}": self._known(field, value)}}

    def _told(self, event: Mapping[str, Any], value: Any) -> Iterator[Meaning]:
        """Yield what it means of an event of the file that it is so: that it happened, or what it was about."""
        if _whether(value):
            yield from _happened(event["name"], value)
        elif len(fields := event.get("fields", {})) == 1:
            (field,) = fields
            yield {"fields": {f"{event['name']}.{field}": self._known(field, value)}}

    def _known(self, field: str, value: Any) -> Any:
        """Return what a value of a field of the file is in the vocabulary."""
        values = self.words.get("values", {}).get(field, {})
        known = value if value in values.values() else values.get("else", value)
        return values.get(value, known)


def _happened(name: str, value: Any) -> Iterator[Meaning]:
    match _whether(value):
        case "true":
            yield {"since": [{"of": name, "at_least": "0 minutes"}]}
        case "false":
            yield {"never": [name]}
        case _:
            pass


def _word(value: Any) -> str:
    return str(value).strip().lower()


def _joined(name: str) -> str:
    """Return a name as the tables write it: `days after due` and `Days-After-Due` are `days_after_due`."""
    return re.sub(r"[\s-]+", "_", name.strip().lower()).removeprefix("is_").removeprefix("是否")


def _number_of(name: str, value: Any) -> str:
    """Return how a number is compared, without the unit that its name has already (`days_late: 5 days`)."""
    word = _word(value)
    units = _UNITS.get(name.partition("_")[0], ())
    unit = next((each for each in units if word.endswith(each)), "")
    return word.removesuffix(unit).strip()


def _spaced(value: Any) -> str:
    return _word(value).replace("_", " ")


def _whether(value: Any) -> str:
    """Return whether a word says that something is so (`given`, `none`): as `true` or `false`; nothing if neither."""
    word = _word(value)
    return "true" if word in _YES else "false" if word in _NO else ""


def _bounds(written: str) -> list[tuple[str, int]]:
    """Return a comparison as bounds that are included; none of what is no comparison."""
    if between := _BETWEEN.fullmatch(written):
        return [(">=", int(between[1])), ("<=", int(between[2]))]
    found = _COMPARED.fullmatch(written)
    if found is None:
        return []
    sign, number = _SIGN[found[1]], int(found[2])
    match sign:
        case ">":
            return [(">=", number + 1)]
        case "<":
            return [("<=", number - 1)]
        case ">=" | "<=":
            return [(sign, number)]
        case _:
            return [(">=", number), ("<=", number)]


def _numbered(meaning: Any, number: int) -> Any:
    """Return what is meant with the number written in."""
    match meaning:
        case dict():
            return {key: _numbered(each, number) for key, each in meaning.items()}
        case list():
            return [_numbered(each, number) for each in meaning]
        case str():
            return _NUMBER.sub(lambda found: str(number + int(found[1] or 0)), meaning)
        case _:
            return meaning
