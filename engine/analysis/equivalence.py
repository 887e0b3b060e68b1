"""Two ways of writing one condition: whether they are true of the same things, whatever the things are.

The solver is asked about the conditions alone. What they compare and ask is left entirely open (each part by what it
says, with the possibility that it is not known), so what is proved equal is equal in every history, of any length.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from contractlang.expression import And, Arithmetic, Compare, Const, Expr, Not, Or, Overdue, kind_of
from contractlang.values import Period

Lay = Callable[[Any], Any]
"""Lays a part of a condition bare."""
LIMIT = 400_000
"""Resource units of the solver for one pair of conditions."""


def equivalent(one: Expr | None, other: Expr | None, lay: tuple[Lay, Lay]) -> bool:
    """Tell whether it is proved that two conditions (None: always true) hold of the same things.

    `lay` lays a part of each bare, so that what is the same is equal. False where it is not so, or not proved.
    """
    if one is None and other is None:
        return True
    made = _Conditions()
    left, right = made.truth(one, lay[0]), made.truth(other, lay[1])
    return made.excludes(left != right)


def implies(one: Expr | None, other: Expr | None, lay: tuple[Lay, Lay]) -> bool:
    """Tell whether it is proved that wherever one condition is so, the other is. False where not so, or not proved."""
    if other is None:
        return True
    made = _Conditions()
    left, right = made.truth(one, lay[0]), made.truth(other, lay[1])
    return made.excludes(z3.And(left, z3.Not(right)))


class _Conditions:
    """Conditions over parts of which nothing is known but that the same part is the same."""

    def __init__(self) -> None:
        self.codes: dict[Any, int] = {}
        self.facts: list[Any] = []
        self.late: dict[Any, dict[Period, Any]] = {}

    def excludes(self, goal: Any) -> bool:
        """Tell whether the goal can never be so."""
        solver = z3.SolverFor("QF_LIA")
        solver.set("rlimit", LIMIT)
        solver.add(*self.facts, goal)
        return bool(solver.check() == z3.unsat)

    def truth(self, expr: Expr | None, lay: Lay) -> Any:
        match expr:
            case None:
                return z3.BoolVal(True)
            case And():
                return z3.And(*(self.truth(each, lay) for each in expr.parts))
            case Or():
                return z3.Or(*(self.truth(each, lay) for each in expr.parts))
            case Not():
                return z3.Not(self.truth(expr.part, lay))
            case Const() if isinstance(expr.value, bool):
                return z3.BoolVal(expr.value)
            case Compare():
                return self.compare(expr, lay)
            case Overdue():
                return self.overdue(expr, lay)
            case _:
                return z3.Bool(f"so {self.code(lay(expr))}")

    def overdue(self, expr: Overdue, lay: Lay) -> Any:
        """What has been overdue for longer than a period is overdue, and has been for every shorter period."""
        made = z3.Bool(f"so {self.code(lay(expr))}")
        bare = Overdue(expr.target)
        if expr.longer is not None:
            self.facts.append(z3.Implies(made, self.overdue(bare, lay)))
            if isinstance(expr.longer, Const) and isinstance(expr.longer.value, Period):
                period = expr.longer.value
                others = self.late.setdefault(lay(bare), {})
                for other, term in others.items():
                    if other.unit == period.unit:
                        longer, shorter = (made, term) if period.count >= other.count else (term, made)
                        self.facts.append(z3.Implies(longer, shorter))
                others[period] = made
        return made

    def compare(self, expr: Compare, lay: Lay) -> Any:
        (left, left_known), (right, right_known) = (self.value(each, lay) for each in (expr.left, expr.right))
        made = {
            "==": lambda: left == right, "!=": lambda: left != right, "<": lambda: left < right,
            "<=": lambda: left <= right, ">": lambda: left > right, ">=": lambda: left >= right,
        }[expr.op]()  # fmt: skip
        return z3.And(left_known, right_known, made)

    def value(self, expr: Expr, lay: Lay) -> tuple[Any, Any]:
        """Return a number that stands for a value, and whether it is known."""
        match expr:
            case Const() if type(expr.value) is int:
                return z3.IntVal(expr.value), z3.BoolVal(True)
            case Const():
                # Options, days, periods: each is a number of its own; in which order is left open.
                code = self.code(lay(expr))
                ordered = kind_of(expr).name in ("day", "instant", "duration", "share", "time")
                return (z3.Int(f"is {code}") if ordered else z3.IntVal(code)), z3.BoolVal(True)
            case Arithmetic() if expr.op != "*" and not _shares(expr):
                (left, left_known), (right, right_known) = (
                    self.value(each, lay) for each in (expr.left, expr.right)
                )
                return (left + right if expr.op == "+" else left - right), z3.And(left_known, right_known)
            case _:
                code = self.code(lay(expr))
                return z3.Int(f"is {code}"), z3.Bool(f"known {code}")

    def code(self, said: Any) -> int:
        return self.codes.setdefault(repr(said), len(self.codes))


def _shares(expr: Arithmetic) -> bool:
    return "share" in (kind_of(expr.left).name, kind_of(expr.right).name)
