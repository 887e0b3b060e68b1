"""What a person or a file says of an account, as typed terms: blanks, readings, answers, attributes.

Names may be declared names, their names in the other language, or outside ids (`RS-lend`, `D-NOTICE`, `P-TERM`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from contractlang.contract import version_name
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
)
from contractlang.kinds import Kind
from contractlang.values import NoValue, Period, minutes_of_day, money, period, share
from engine.dates import parse_day, parse_instant
from engine.errors import BadTerms, meant, none_of
from engine.program import Program
from engine.terms import Terms

YES = frozenset({"yes", "true", "是", "1"})
NO = frozenset({"no", "false", "否", "0"})


def terms_from(
    program: Program,
    settings: Mapping[str, Any],
    layers: tuple[str, ...] = ("contract",),
    readings: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Terms:
    """Return the terms that `settings` (blanks, states at first, `party.attribute`), `readings` and `answers` say.

    A blank set to None or `blank` stays blank. Raises BadTerms, naming the setting, for an unknown name or a value of
    another kind.
    """
    blanks: dict[str, Any] = {}
    states: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, value in settings.items():
        if "." in name:
            attributes.update(_attribute(program, name, value))
            continue
        known = list(_called(program, name, (BlankDecl, StateDecl)))
        if not known:
            raise BadTerms(name, *_unknown(program, name, (BlankDecl, StateDecl)))
        for declared in known:
            if isinstance(declared, BlankDecl):
                blanks[declared.name] = (
                    None if value is None or value == "blank" else typed(value, declared.kind, name)
                )
            elif isinstance(declared, StateDecl):
                states[declared.name] = (
                    _option(declared, str(value), name)
                    if declared.options
                    else typed(value, declared.kind, name)
                )
    chosen = {
        reading: option
        for name, value in (readings or {}).items()
        for reading, option in _reading(program, name, value)
    }
    answered = {
        question: answer
        for name, value in (answers or {}).items()
        for question, answer in _answers(program, name, value)
    }
    return Terms(blanks, chosen, answered, states, attributes, layers)


def versions_from(program: Program, agreements: Iterable[str]) -> dict[str, str]:
    """Return the versions that an account says it signed: `voip-1@2` names the second of `voip-1`.

    Raises BadTerms for a version that is not there.
    """
    found: dict[str, str] = {}
    for name in agreements:
        home, mark, version = name.partition("@")
        if mark:
            known = {part.name for part in program.versions_of.get(home, ())} | {home}
            if version_name(home, version) not in known:
                raise BadTerms("agreements", *no_version(home, version, known))
            found[home] = version
    return found


def _called(program: Program, name: str, kinds: tuple[type, ...]) -> Iterator[Declaration]:
    """Yield what is called so; several declarations may share an outside id."""
    for declared in program.called.get(name, ()):
        if isinstance(declared, kinds):
            yield declared


def _unknown(program: Program, name: str, kinds: tuple[type, ...]) -> tuple[str, str]:
    from contractlang.suggest import nearest

    known = [
        s
        for d in program.declarations.values()
        if isinstance(d, kinds)
        for s in (d.name, d.alias, d.external)
        if s
    ]
    en, zh = meant(nearest(name, known))
    return "the contracts know no such name" + en, "合同中没有这一名称" + zh


def _attribute(program: Program, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    owner, attribute = name.split(".", 1)
    for declared in _called(program, owner, (PartyDecl, ThingDecl)):
        assert isinstance(declared, PartyDecl | ThingDecl)
        for each in declared.attributes:
            if attribute in (each.name, each.alias):
                yield f"{declared.name}.{each.name}", typed(value, each.kind, name)
                return
    raise BadTerms(name, "no party or thing has such an attribute", "没有当事人或物具有这一属性")


def _option(declared: StateDecl | QuestionDecl, value: str, name: str) -> str:
    for option in declared.options:
        if value in (option.name, option.alias):
            return option.name
    raise BadTerms(name, *none_of(value, declared.options))


def _reading(program: Program, name: str, value: str) -> Iterator[tuple[str, str]]:
    found = list(_called(program, name, (ReadingDecl,)))
    if not found:
        raise BadTerms(name, *_unknown(program, name, (ReadingDecl,)))
    for declared in found:
        assert isinstance(declared, ReadingDecl)
        for option in declared.options:
            if value in (option.name, option.alias, option.external):
                yield declared.name, option.name
                break
        else:
            raise BadTerms(name, *none_of(value, declared.options))


def _answers(program: Program, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    found = list(_called(program, name, (QuestionDecl, BlankDecl)))
    if not found:
        raise BadTerms(name, *_unknown(program, name, (QuestionDecl, BlankDecl)))
    for declared in found:
        if isinstance(declared, BlankDecl):
            yield declared.name, "blank" if value in (None, "blank") else typed(value, declared.kind, name)
        elif isinstance(declared, QuestionDecl):
            if declared.options:
                yield declared.name, _option(declared, str(value), name)
            elif declared.kind.name == "flag" or not _is_flag(value):
                yield declared.name, typed(value, declared.kind, name)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or str(value).lower() in YES | NO


def typed(value: Any, kind: Kind, name: str) -> Any:
    """Return `value` as a value of `kind`. Raises BadTerms, naming the field, if it is none."""
    try:
        return _typed(value, kind)
    except (ValueError, TypeError) as wrong:
        raise BadTerms(name, str(wrong), getattr(wrong, "zh", "")) from None


def _typed(value: Any, kind: Kind) -> Any:
    match kind.name:
        case "text":  # First, for most are.
            return str(value)
        case "money":
            if isinstance(value, float):
                raise NoValue(
                    f'write the amount {value} in quotes, as "{value:.2f}": a float is not exact',
                    f'请给金额{value}加引号，写作"{value:.2f}"：浮点数不精确',
                )
            amount = money(str(value), kind.of)
            if amount.currency != kind.of:
                raise NoValue(
                    f"{value!r} is in {amount.currency}, not in {kind.of}",
                    f"`{value}`的币种是{amount.currency}，而不是{kind.of}",
                )
            return amount.minor
        case "day":
            if isinstance(value, date):
                return value
            if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
                return _within(int(value), 1, 31, "a day of the month")
            return parse_day(str(value))
        case "instant":
            return value if isinstance(value, int) else parse_instant(str(value))
        case "duration":
            if isinstance(value, Period):
                return value
            if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
                unit: Any = kind.of or "days"
                return Period(_within(int(value), 0, 100_000, "a number of " + unit), unit)
            return period(str(value))
        case "count":
            if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
                raise NoValue(f"{value!r} is not a whole number", f"`{value}`不是整数")
            return int(value)
        case "flag":
            if isinstance(value, bool):
                return value
            if str(value).lower() in YES | NO:
                return str(value).lower() in YES
            raise NoValue(f"{value!r} is neither yes nor no", f"`{value}`既不是“是”也不是“否”")
        case "time":
            return value if isinstance(value, int) else minutes_of_day(str(value))
        case "share":
            return share(str(value))
        case _:
            return str(value)


def no_version(home: str, version: str, known: Iterable[str]) -> tuple[str, str]:
    """Return, in English and Chinese, that an agreement has no such version, and which it has."""
    held = ", ".join(sorted(each.partition("@")[2] or "1" for each in known))
    return (
        f"`{home}` has no version `{version}`: there is {held}", f"`{home}`没有版本`{version}`：现有{held}"
    )  # fmt: skip


def _within(number: int, least: int, most: int, what: str) -> int:
    if not least <= number <= most:
        raise NoValue(f"{number} is not {what}", f"{number}超出范围：应在{least}至{most}之间")
    return number
