"""Small changes of meaning: would any scenario notice?

A mutant is the contract with one norm, priority or term of its life changed a little: a day more, must for may, an
exception dropped, a comparison turned. One that no scenario notices shows what the scenarios do not say. Some mutants
mean the same as the text (`at least 3` of whole numbers is `more than 2`); a reader sees that at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple

from contractlang.contract import Contract
from contractlang.diagnostic import Said
from contractlang.expression import And, Compare, Const, Expr, Or
from contractlang.norms import (
    BeforeDay,
    ByDay,
    Maintenance,
    Norm,
    Obligation,
    Permission,
    Power,
    Priority,
    Prohibition,
    Window,
    Within,
)
from contractlang.source import Span
from contractlang.values import Period, Share
from contractlang.words import say, say_life, say_priority
from engine.cases import Case, run_case
from engine.compile import compile_program
from engine.errors import EngineError
from engine.program import Program

_TURNED: dict[str, Any] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


class Mutant(NamedTuple):
    """One change: what it is, in which sentence, how that reads before and after, and the contract that comes of it."""

    change: Said
    document: str
    clause: str
    span: Span
    before: Said
    after: Said
    contract: Contract


def mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield every small change of a contract, in the order of its text."""
    for place, norm in enumerate(contract.norms):
        for change, new in _of_norm(norm):
            norms = (
                *contract.norms[:place],
                *([new] if new is not None else []),
                *contract.norms[place + 1 :],
            )
            made = replace(contract, norms=norms)
            after = _both(say, new, contract) if new is not None else Said("(nothing)", "（无）")
            yield Mutant(
                change, contract.name, norm.clause, norm.span, _both(say, norm, contract), after, made
            )
    for place, priority in enumerate(contract.priorities):
        made = replace(contract, priorities=contract.priorities[:place] + contract.priorities[place + 1 :])
        yield Mutant(
            Said("dropped: what prevails over what", "去掉优先关系"), contract.name, priority.clause, priority.span,
            _both(say_priority, priority, contract), Said("(nothing)", "（无）"), made,
        )  # fmt: skip
    for place, life in enumerate(contract.life):
        for value in _longer(life.value):
            new_life = replace(life, value=value)
            made = replace(contract, life=(*contract.life[:place], new_life, *contract.life[place + 1 :]))
            yield Mutant(
                Said("one more or less", "期间多一或少一"), contract.name, life.clause, life.span,
                _both(say_life, life, contract), _both(say_life, new_life, contract), made,
            )  # fmt: skip


def _both(say_it: Any, part: Norm | Priority | Any, contract: Contract) -> Said:
    return Said(say_it(part, contract, "en"), say_it(part, contract, "zh"))


def _of_norm(norm: Norm) -> Iterator[tuple[Said, Norm | None]]:
    yield Said("dropped", "删去整条"), None
    yield from _other_kind(norm)
    if norm.unless is not None:
        yield Said("the exception dropped", "去掉例外"), replace(norm, unless=None)
    if norm.excepts:
        yield Said("the exception dropped", "去掉例外"), replace(norm, excepts=())
    if norm.when is not None:
        yield Said("the condition dropped", "去掉条件"), replace(norm, when=None)
    if norm.since is not None:
        yield Said("its beginning dropped", "去掉起点"), replace(norm, since=None)
    if norm.until is not None:
        yield Said("its end dropped", "去掉终点"), replace(norm, until=None)
    for name in ("when", "unless", "until", "trigger", "act", "keeps"):
        part = getattr(norm, name, None)
        for changed in _within(part) if part is not None else ():
            yield Said("a comparison, or a joint, turned", "比较或连接颠倒"), replace(norm, **{name: changed})
    if not isinstance(norm, Maintenance) and norm.window is not None:
        for window in _windows(norm.window):
            yield (
                Said("the window changed by one, or at its edge", "期限多一、少一或改界"),
                replace(norm, window=window),
            )


def _other_kind(norm: Norm) -> Iterator[tuple[Said, Norm]]:
    """Yield the norm as another kind: must for may, may for must, may for must not."""
    values = {each.name: getattr(norm, each.name) for each in fields(norm)}
    plain = {name: value for name, value in values.items() if name not in ("suspends", "clock", "resumes")}
    match norm:
        case Obligation():
            yield Said("may for must", "「应」改「可以」"), Permission(**plain)
        case Prohibition():
            yield Said("may for must not", "「不得」改「可以」"), Permission(**plain)
        case Permission() | Power():
            yield Said("must for may", "「可以」改「应」"), Obligation(**plain)
            yield Said("must not for may", "「可以」改「不得」"), Prohibition(**plain)
        case _:
            return


def _windows(window: Window) -> Iterator[Window]:
    match window.limit:
        case Within(period=period):
            for longer in _longer(period):
                yield replace(window, limit=replace(window.limit, period=longer))
        case ByDay(day=day):
            yield replace(window, limit=BeforeDay(day))
        case BeforeDay(day=day):
            yield replace(window, limit=ByDay(day))
        case _:
            pass
    if window.limit is not None:
        yield replace(window, limit=None)
    if window.not_before is not None:
        yield replace(window, not_before=None)
    if window.rolls is not None:
        yield replace(window, rolls=None)


def _longer(expr: Expr) -> Iterator[Expr]:
    """Yield a period of the text with one more, and one less."""
    if isinstance(expr, Const) and isinstance(expr.value, Period):
        for count in (expr.value.count + 1, expr.value.count - 1):
            if count > 0:
                yield replace(expr, value=replace(expr.value, count=count))


def _within(value: Any) -> Iterator[Any]:
    """Yield a value with one of the comparisons, joints, periods or shares in it changed."""
    match value:
        case Compare():
            yield replace(value, op=_TURNED[value.op])
        case And(parts=parts):
            yield Or(parts)
        case Or(parts=parts):
            yield And(parts)
        case Const(value=Period()):
            yield from _longer(value)
        case Const(value=Share() as share):
            yield replace(
                value, value=share._replace(**{share._fields[0]: getattr(share, share._fields[0]) + 1})
            )
        case _:
            pass
    if is_dataclass(value) and not isinstance(value, type | Span | Const):
        for each in fields(value):
            for changed in _within(getattr(value, each.name)):
                yield replace(value, **{each.name: changed})
    elif isinstance(value, tuple) and type(value) is tuple:
        for place, part in enumerate(value):
            for changed in _within(part):
                yield (*value[:place], changed, *value[place + 1 :])


def unnoticed(
    contracts: Iterable[Contract],
    cases: Iterable[Case],
    layers: tuple[str, ...] | None = None,
    law: Callable[[Case], tuple[Contract, ...]] = lambda case: (),
) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant of the agreements, and whether some line of a case notices it."""
    documents = list(contracts)
    tried = list(cases)
    for place, contract in enumerate(documents):
        if contract.kind not in ("agreement", "supplement"):
            continue
        for mutant in mutants(contract):
            changed = [*documents[:place], mutant.contract, *documents[place + 1 :]]
            noticed = _notices(changed, tried, layers, law)
            if noticed is not None:
                tried.sort(key=lambda case: case is not noticed)
            yield mutant, noticed is not None


def _notices(
    documents: list[Contract],
    cases: list[Case],
    layers: tuple[str, ...] | None,
    law: Callable[[Case], tuple[Contract, ...]],
) -> Case | None:
    """Return a case that goes otherwise in these documents, or None."""
    programs: dict[tuple[str, ...], Program] = {}
    for case in cases:
        beside = law(case)
        names = tuple(each.name for each in beside)
        try:
            if names not in programs:
                programs[names] = compile_program([*documents, *beside])
        except (EngineError, KeyError, ValueError):
            # The rest of the text speaks of what is gone: whoever reads it notices.
            return case
        try:
            if not all(each.passed for each in run_case(case, programs[names], layers)):
                return case
        except EngineError:
            return case
    return None
