"""Numbers and truths of the solver's language, compared and reckoned with without its checks of each argument.

They are the solver's own terms, and may stand wherever those may. What is reckoned from fixed numbers alone is a fixed
number; what is compared so is true or false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from ctypes import CFUNCTYPE, c_void_p, cast
from functools import cache
from typing import Any

import z3
from z3 import z3core

CONTEXT = z3.main_ctx()
REF = CONTEXT.ref()


def bare(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call to the solver as it is, for what is called most often: without a look for errors after it, nor a
    call of Python's for each of its arguments.
    """
    defaults: Any = call.__defaults__
    found = defaults[-1].f
    kinds: Any = (c_void_p if issubclass(each, c_void_p) else each for each in found.argtypes)
    made: Any = CFUNCTYPE(found.restype, *kinds)
    told: Callable[..., Any] = made(cast(found, c_void_p).value)
    return told


_keep, _let_go = bare(z3core.Z3_inc_ref), bare(z3core.Z3_dec_ref)
_eq, _le, _lt, _ge, _gt = map(
    bare, (z3core.Z3_mk_eq, z3core.Z3_mk_le, z3core.Z3_mk_lt, z3core.Z3_mk_ge, z3core.Z3_mk_gt)
)
_add, _sub, _mul = map(bare, (z3core.Z3_mk_add, z3core.Z3_mk_sub, z3core.Z3_mk_mul))
_div, _mod, _not, _ite = map(bare, (z3core.Z3_mk_div, z3core.Z3_mk_mod, z3core.Z3_mk_not, z3core.Z3_mk_ite))
_constant, _symbol = bare(z3core.Z3_mk_const), bare(z3core.Z3_mk_string_symbol)
_NUMBER, _TRUTH = z3.IntSort().ast, z3.BoolSort().ast
_PAIR = z3.Ast * 2
_here = [True]
"""What is no longer there when Python goes down."""

AnyNumber = Any
"""A number of the solver's, or one that is known beforehand."""


class Held(z3.BoolRef):  # type: ignore[misc]
    """A term that is true or false."""

    def __init__(self, ast: Any) -> None:
        self.ast, self.ctx = ast, CONTEXT
        _keep(REF, ast)

    def __del__(self) -> None:
        if _here and self.ctx.ctx is not None:
            _let_go(REF, self.ast)

    def __eq__(self, other: object) -> Any:
        if other is True or other is False:
            return self if other else Held(_not(REF, self.ast))
        return Held(_eq(REF, self.ast, other.ast)) if isinstance(other, z3.BoolRef) else super().__eq__(other)

    __hash__ = z3.BoolRef.__hash__


class Number(z3.ArithRef):  # type: ignore[misc]
    """A term that is a whole number: which one, where it is `fixed`, and never less than `low`, where that is known."""

    def __init__(self, ast: Any, fixed: int | None = None) -> None:
        self.ast, self.ctx, self.fixed = ast, CONTEXT, fixed
        self.low: int | None = fixed
        _keep(REF, ast)

    def __del__(self) -> None:
        if _here and self.ctx.ctx is not None:
            _let_go(REF, self.ast)

    def is_int(self) -> bool:
        return True

    def __eq__(self, other: object) -> Any:
        return self._compared(other, operator.eq, _eq)

    def __ne__(self, other: object) -> Any:
        same = self._compared(other, operator.eq, _eq)
        return FALSE if same is TRUE else TRUE if same is FALSE else Held(_not(REF, same.ast))

    def __le__(self, other: Any) -> Any:
        return self._compared(other, operator.le, _le)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, operator.lt, _lt)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, operator.ge, _ge)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, operator.gt, _gt)

    __hash__ = z3.ArithRef.__hash__

    def _compared(self, other: Any, known: Callable[[int, int], bool], make: Callable[..., Any]) -> Any:
        other = _number(other)
        if self.fixed is not None and isinstance(other, Number) and other.fixed is not None:
            return TRUE if known(self.fixed, other.fixed) else FALSE
        return TRUE if self is other and known(0, 0) else Held(make(REF, self.ast, other.ast))

    def __add__(self, other: Any) -> Any:
        return _reckoned(self, _number(other), operator.add, _add)

    def __radd__(self, other: Any) -> Any:
        return _reckoned(_number(other), self, operator.add, _add)

    def __sub__(self, other: Any) -> Any:
        return _reckoned(self, _number(other), operator.sub, _sub)

    def __rsub__(self, other: Any) -> Any:
        return _reckoned(_number(other), self, operator.sub, _sub)

    def __mul__(self, other: Any) -> Any:
        return _reckoned(self, _number(other), operator.mul, _mul)

    def __rmul__(self, other: Any) -> Any:
        return _reckoned(_number(other), self, operator.mul, _mul)

    def __truediv__(self, other: Any) -> Any:
        return Number(_div(REF, self.ast, _number(other).ast))

    def __mod__(self, other: Any) -> Any:
        return Number(_mod(REF, self.ast, _number(other).ast))


def _number(it: Any) -> Any:
    if isinstance(it, z3.ArithRef):
        return it
    if isinstance(it, int) and not isinstance(it, bool):
        return whole(it)
    raise TypeError(f"{it!r} is no number of the solver's")


def _reckoned(one: Any, other: Any, known: Callable[[int, int], int], make: Callable[..., Any]) -> Any:
    first, second = getattr(one, "fixed", None), getattr(other, "fixed", None)
    if first is not None and second is not None:
        return whole(known(first, second))
    return Number(make(REF, 2, _PAIR(one.ast, other.ast)))


@cache
def whole(number: int) -> Number:
    """Return a fixed number."""
    return Number(z3.IntVal(number).ast, number)


def a_number(name: str) -> Number:
    """Return the number of a name."""
    return Number(_constant(REF, _symbol(REF, name.encode()), _NUMBER))


def a_truth(name: str) -> Held:
    """Return the truth of a name."""
    return Held(_constant(REF, _symbol(REF, name.encode()), _TRUTH))


def choice(when: Any, one: Any, other: Any) -> Any:
    """Return the one where something holds, else the other: two truths, or two numbers."""
    one, other = _term(one), _term(other)
    if when is True or when is TRUE or one is other:
        return one
    if when is False or when is FALSE:
        return other
    made = _ite(REF, when.ast, one.ast, other.ast)
    return Held(made) if isinstance(one, z3.BoolRef) else Number(made)


def _term(it: Any) -> Any:
    return (TRUE if it else FALSE) if isinstance(it, bool) else it if z3.is_expr(it) else whole(it)


def total(parts: list[Any]) -> Any:
    """Return the sum of numbers; of none, zero."""
    terms = [each for each in map(_number, parts) if getattr(each, "fixed", None) != 0]
    if len(terms) < 2:
        return terms[0] if terms else whole(0)
    return Number(_add(REF, len(terms), (z3.Ast * len(terms))(*(each.ast for each in terms))))


TRUE, FALSE = Held(z3.BoolVal(True).ast), Held(z3.BoolVal(False).ast)
