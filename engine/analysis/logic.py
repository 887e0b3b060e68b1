"""The connectives of the solver's language, put together without its checks of each argument.

A question has thousands of these, and what Python does for each is what the analysis mostly waits for. What is true or
false for certain is left out. What comes back is always a term of the solver, never a bool.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import z3
from z3 import z3core

from engine.analysis.numbers import CONTEXT, FALSE, REF, TRUE, Held, bare

Truth = Any
"""A bool, or a term of the solver that is true or false."""

_evaluate, _number_of = bare(z3core.Z3_model_eval), bare(z3core.Z3_get_numeral_int64)
_truth_of, _identity = bare(z3core.Z3_get_bool_value), bare(z3core.Z3_get_ast_id)
_at, _formula = bare(z3core.Z3_ast_vector_get), bare(z3core.Z3_goal_formula)
_parts_of = bare(z3core.Z3_get_app_num_args)
_assert, _assert_in_goal = bare(z3core.Z3_solver_assert), bare(z3core.Z3_goal_assert)
_and, _or, _not, _implies = map(
    bare, (z3core.Z3_mk_and, z3core.Z3_mk_or, z3core.Z3_mk_not, z3core.Z3_mk_implies)
)
_simplify = bare(z3core.Z3_simplify_ex)
_AS_TOLD = z3.args2params([], {"elim_and": True})


def every(*parts: Truth) -> Truth:
    """Return that every part holds; of no part at all, true."""
    return all_of(parts)


def some(*parts: Truth) -> Truth:
    """Return that some part holds; of no part at all, false."""
    return any_of(parts)


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return that every part holds; none is made after one that is false for certain."""
    return _joined(parts, TRUE, FALSE, _and)


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return that some part holds; none is made after one that is true for certain."""
    return _joined(parts, FALSE, TRUE, _or)


def _joined(parts: Iterable[Truth], idle: Held, decides: Held, make: Callable[..., Any]) -> Truth:
    """Return the parts joined, without those that are `idle`; one that `decides` is all there is."""
    kept = []
    for part in parts:
        each = TRUE if part is True else FALSE if part is False else part
        if each is decides:
            return decides
        if each is not idle:
            kept.append(each)
    if len(kept) < 2:
        return kept[0] if kept else idle
    return Held(make(REF, len(kept), (z3.Ast * len(kept))(*[each.ast for each in kept])))


def no(part: Truth) -> Truth:
    """Return that a part does not hold."""
    if part is True or part is TRUE:
        return FALSE
    if part is False or part is FALSE:
        return TRUE
    return Held(_not(REF, part.ast))


def follows(when: Truth, then: Truth) -> Truth:
    """Return that the second holds where the first does."""
    if when is True or when is TRUE:
        return then if z3.is_expr(then) else (TRUE if then else FALSE)
    if when is False or when is FALSE or then is True or then is TRUE:
        return TRUE
    if then is False or then is FALSE:
        return no(when)
    return Held(_implies(REF, when.ast, then.ast))


def reduced(term: Truth) -> Truth:
    """Return a term as a solver would make it of this one: each that is told it would do so again."""
    return Held(_simplify(REF, term.ast, _AS_TOLD.params))


def is_named(term: Any) -> bool:
    """Tell whether a term is a truth with a name of its own: it may be assumed as it is."""
    return (
        isinstance(term, z3.BoolRef)
        and term is not TRUE
        and term is not FALSE
        and _parts_of(REF, term.ast) == 0
    )


def tell(solver: z3.Solver, *facts: Truth) -> None:
    """Let facts hold in a solver."""
    for each in facts:
        if each is True or each is TRUE:
            continue
        fact = FALSE if each is False else each
        _assert(REF, solver.solver, fact.ast)


def simplified(solver: z3.Solver, *more: Truth) -> z3.Goal:
    """Return what holds in a solver and more, once every value that is fixed stands in its place."""
    goal, held = z3.Goal(), solver.assertions()
    for place in range(len(held)):
        _assert_in_goal(REF, goal.goal, _at(REF, held.vector, place))
    for each in more:
        _assert_in_goal(REF, goal.goal, each.ast)
    return z3.Tactic("propagate-values")(goal)[0]


def tell_all(solver: z3.Solver, goal: z3.Goal) -> None:
    """Let everything of a goal hold in a solver."""
    for place in range(len(goal)):
        _assert(REF, solver.solver, _formula(REF, goal.goal, place))


def checked(solver: z3.Solver, assumed: Sequence[Truth]) -> z3.CheckSatResult:
    """Return what a solver says where some truths are assumed, each of which has a name or is denied one."""
    terms = (z3.Ast * len(assumed))(*[each.ast for each in assumed])
    return z3.CheckSatResult(z3core.Z3_solver_check_assumptions(REF, solver.solver, len(assumed), terms))


def core(solver: z3.Solver) -> list[int]:
    """Return which of the truths last assumed cannot be together, by their identities."""
    found = z3.AstVector(z3core.Z3_solver_get_unsat_core(REF, solver.solver), CONTEXT)
    return [_identity(REF, _at(REF, found.vector, place)) for place in range(len(found))]


class Found:
    """A world that the solver found: what each term is in it."""

    __slots__ = ("_model", "_number", "_value")

    def __init__(self, model: Any) -> None:
        self._model, self._value, self._number = model, z3.Ast(0), ctypes.c_longlong()

    def number(self, term: Any) -> int:
        """Return the number that a term has. Raises ValueError for one that is no number."""
        value, number = self._value, self._number
        if not _evaluate(REF, self._model.model, term.ast, True, ctypes.byref(value)) or not _number_of(
            REF, value, ctypes.byref(number)
        ):
            raise ValueError(f"{term} has no number")
        return number.value

    def truth(self, term: Any) -> bool:
        """Tell whether a term holds."""
        value = self._value
        _evaluate(REF, self._model.model, term.ast, True, ctypes.byref(value))
        return bool(_truth_of(REF, value) == 1)

    def value(self, term: Any) -> int | bool:
        """Return what a term is: a truth or a number."""
        return self.truth(term) if isinstance(term, z3.BoolRef) else self.number(term)
