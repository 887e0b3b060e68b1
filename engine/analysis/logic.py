"""The connectives of the solver's language, put together without its checks of each argument.

A question has thousands of these, and what Python does for each is what the analysis mostly waits for. What is true or
false for certain is left out. What comes back is always a term of the solver, never a bool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import z3
from z3 import z3core

Truth = Any
"""A bool, or a term of the solver that is true or false."""

_CONTEXT = z3.main_ctx()
_REF = _CONTEXT.ref()
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


def every(*parts: Truth) -> Truth:
    """Return that every part holds; of no part at all, true."""
    return _joined(parts, TRUE, FALSE, z3core.Z3_mk_and)


def some(*parts: Truth) -> Truth:
    """Return that some part holds; of no part at all, false."""
    return _joined(parts, FALSE, TRUE, z3core.Z3_mk_or)


def _joined(parts: Iterable[Truth], idle: z3.BoolRef, decides: z3.BoolRef, make: Callable[..., Any]) -> Truth:
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
    return z3.BoolRef(make(_REF, len(kept), _array(kept)), _CONTEXT)


def no(part: Truth) -> Truth:
    """Return that a part does not hold."""
    if part is True or part is TRUE:
        return FALSE
    if part is False or part is FALSE:
        return TRUE
    return z3.BoolRef(z3core.Z3_mk_not(_REF, part.ast), _CONTEXT)


def follows(when: Truth, then: Truth) -> Truth:
    """Return that the second holds where the first does."""
    if when is True or when is TRUE:
        return then if z3.is_expr(then) else (TRUE if then else FALSE)
    if when is False or when is FALSE or then is True or then is TRUE:
        return TRUE
    if then is False or then is FALSE:
        return no(when)
    return z3.BoolRef(z3core.Z3_mk_implies(_REF, when.ast, then.ast), _CONTEXT)


def tell(solver: z3.Solver, *facts: Truth) -> None:
    """Let facts hold in a solver."""
    for each in facts:
        if each is True or each is TRUE:
            continue
        fact = FALSE if each is False else each
        z3core.Z3_solver_assert(_REF, solver.solver, fact.ast)


def simplified(solver: z3.Solver) -> Any:
    """Return what holds in a solver, once every value that is fixed stands in its place."""
    goal, held = z3.Goal(), solver.assertions()
    for place in range(len(held)):
        z3core.Z3_goal_assert(_REF, goal.goal, z3core.Z3_ast_vector_get(_REF, held.vector, place))
    return z3.Then("simplify", "propagate-values")(goal)[0]


def _array(parts: list[Any]) -> Any:
    return (z3.Ast * len(parts))(*(each.ast for each in parts))
