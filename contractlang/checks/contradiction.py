"""Conditions that cannot all be so at one look: found only where no ledger could make them so."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from contractlang.expression import And, Chosen, Compare, Const, Expr, Not, Or
from contractlang.kinds import PERIOD, TEXT
from contractlang.norms import Who

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WHO = {who.value for who in Who}


def contradiction(conditions: Iterable[Expr | None]) -> tuple[Expr, ...]:
    """Return one or two of the conditions that can never be so, or never together; nothing where none is found."""
    parts = [part for each in conditions if each is not None for part in _conjuncts(each)]
    for part in parts:
        if _is_never(part):
            return (part,)
    return next((pair for pair in combinations(parts, 2) if _clash(*pair)), ())


def _conjuncts(expr: Expr) -> list[Expr]:
    match expr:
        case And():
            return [part for each in expr.parts for part in _conjuncts(each)]
        case Not(part=Or() as either):
            return [part for each in either.parts for part in _conjuncts(Not(each))]
        case Not(part=Not() as twice):
            return _conjuncts(twice.part)
        case _:
            return [expr]


def _is_never(expr: Expr) -> bool:
    match expr:
        case Const():
            return expr.value is False
        case Or():
            return all(contradiction([part]) for part in expr.parts)
        case Not(part=Const() as const):
            return const.value is True
        case Compare(left=Const() as left, right=Const() as right) if left.kind == right.kind:
            return _comparable(left) and _comparable(right) and not _holds(left.value, expr.op, right.value)
        case _:
            return False


def _clash(one: Expr, other: Expr) -> bool:
    if one == Not(other) or other == Not(one):
        return True
    if isinstance(one, Chosen) and isinstance(other, Chosen):
        return one.reading == other.reading and one.option != other.option
    first, second = _bound_on(one), _bound_on(other)
    if first is None or second is None or first[0] != second[0] or first[2].kind != second[2].kind:
        return False
    return _exclude(first[1], first[2].value, second[1], second[2].value)


def _bound_on(expr: Expr) -> tuple[Expr, str, Const] | None:
    """What is compared with which constant, and how: `5 > x` and `not x >= 5` are both `x < 5`."""
    match expr:
        case Not(part=Compare() as denied):
            bound = _bound_on(denied)
            return bound and (bound[0], _OPPOSITE[bound[1]], bound[2])
        case Compare(right=Const() as right) if not isinstance(expr.left, Const) and _comparable(right):
            return expr.left, expr.op, right
        case Compare(left=Const() as left) if not isinstance(expr.right, Const) and _comparable(left):
            return expr.right, _MIRRORED[expr.op], left
        case _:
            return None


def _comparable(const: Const) -> bool:
    """Tell whether different constants of the kind are different things: 30 days may be a month, a text two names."""
    return const.kind not in (PERIOD, TEXT) and const.value not in _WHO


def _exclude(op: str, value: object, other_op: str, other: object) -> bool:
    """Tell whether no `x` is both `op value` and `other_op other`."""
    if op == "==":
        return not _holds(value, other_op, other)
    if other_op == "==":
        return not _holds(other, op, value)
    if not isinstance(value, int) or not isinstance(other, int):
        return False
    low = max((v + (o == ">") for o, v in ((op, value), (other_op, other)) if o in (">", ">=")), default=None)
    high = min(
        (v - (o == "<") for o, v in ((op, value), (other_op, other)) if o in ("<", "<=")), default=None
    )
    return low is not None and high is not None and low > high


def _holds(left: object, op: str, right: object) -> bool:
    """Compare two constants of one kind; whatever has no order is only ever equal or not."""
    if op in ("==", "!="):
        return (left == right) is (op == "==")
    if isinstance(left, int) and isinstance(right, int):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
    return True
