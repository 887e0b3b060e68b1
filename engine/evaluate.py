"""From expressions to evaluators: which class makes which expression ready, and which norms a target means."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from contractlang.expression import (
    Accrued,
    AmountDue,
    AmountOf,
    And,
    Answer,
    Arithmetic,
    AsOf,
    BlankValue,
    Bound,
    ByBreach,
    ByLabel,
    Chosen,
    Compare,
    Const,
    CountOf,
    Discharged,
    Expr,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    Or,
    Overdue,
    StateValue,
    SumOf,
    Target,
    Used,
)
from engine.conditions import AndE, AnswerE, ChosenE, CompareE, IsBlankE, NotE, OrE
from engine.evaluator import Evaluator
from engine.program import Figure
from engine.quantities import (
    AccruedE,
    AmountOfE,
    ArithmeticE,
    AsOfE,
    BlankE,
    BoundE,
    ConstE,
    FieldE,
    FoldE,
    Index,
    LaterE,
    MonthDayE,
    NowE,
    ReferredE,
    StateE,
    StateInLawE,
)
from engine.statuses import AmountDueE, DischargedE, HappenedE, InBreachE, Norms, OverdueE, SumDueE, UsedE
from engine.targets import Documents


class Compiler:
    """Makes evaluators; `resolve` tells which norms a target means, `documents` what belongs together."""

    def __init__(self, resolve: Callable[[Target, str], tuple[int, ...]], documents: Documents) -> None:
        self.resolve, self.documents = resolve, documents
        self.document = ""
        self.indexed: set[tuple[str, str]] = set()
        self.folded: set[str] = set()
        self.referred: set[str] = set()

    def maybe(self, expr: Expr | None) -> Evaluator | None:
        """Return the evaluator of an expression that may be absent."""
        return None if expr is None else self.made(expr)

    def norms(self, target: Target) -> Norms:
        """Return what a target means."""
        about = self.maybe(target.about) if isinstance(target, ByLabel) else None
        variable = self.made(target.variable) if isinstance(target, ByBreach) else None
        return Norms(self.resolve(target, self.document), about, variable)

    def made(self, expr: Expr) -> Evaluator:
        """Return the evaluator of an expression."""
        match expr:
            case Const():
                return ConstE(expr.value)
            case BlankValue():
                return BlankE(expr.name, expr.kind)
            case StateValue():
                return self.state(expr)
            case AsOf():
                return AsOfE(self.state(expr.state), self.made(expr.at))
            case Bound():
                return BoundE(expr.name)
            case Field():
                return FieldE(self.occurrence(expr.of), expr.name, expr.kind)
            case Not():
                return NotE(self.made(expr.part))
            case And():
                return AndE(tuple(self.made(each) for each in expr.parts))
            case Or():
                return OrE(tuple(self.made(each) for each in expr.parts))
            case Compare():
                return CompareE(expr.op, self.made(expr.left), self.made(expr.right))
            case Arithmetic():
                return ArithmeticE(expr.op, self.made(expr.left), self.made(expr.right))
            case Later():
                return LaterE(self.made(expr.base), self.made(expr.period))
            case MonthDay():
                return MonthDayE(expr.number)
            case Now():
                return NowE()
            case Overdue():
                return OverdueE(self.norms(expr.target), self.maybe(expr.longer), spoken(expr.target))
            case InBreach():
                return InBreachE(self.norms(expr.target), self.maybe(expr.party), spoken(expr.target))
            case Discharged():
                return DischargedE(self.norms(expr.target), spoken(expr.target))
            case Happened():
                return HappenedE(expr.name, self.maybe(expr.by), self.maybe(expr.about))
            case Used():
                return UsedE(self.norms(expr.target), self.maybe(expr.longer), spoken(expr.target))
            case IsBlank():
                return IsBlankE(expr.name)
            case Answer():
                return AnswerE(expr.question, self.maybe(expr.about))
            case Chosen():
                return ChosenE(expr.reading, expr.option)
            case AmountOf():
                name = self.documents.sum_names.get(expr.name, expr.name)
                about = None if expr.about is None else self.occurrence(expr.about)
                return AmountOfE(name, about, self.own(self.document))
            case AmountDue():
                target = expr.target
                if isinstance(target, ByLabel) and target.label in self.documents.sum_names:
                    return SumDueE(self.documents.sum_names[target.label])
                return AmountDueE(self.norms(target))
            case CountOf():
                return self.fold(expr.name, None, expr.where)
            case SumOf():
                return self.fold(expr.name, expr.worth, expr.where)
            case Accrued():
                debt = expr.base.of if isinstance(expr.base, Field) and expr.base.name == "unpaid" else None
                return AccruedE(
                    expr.share, self.made(expr.base), self.maybe(debt), self.made(expr.since),
                    self.made(expr.until),
                )  # fmt: skip
            case _:
                assert_never(expr)

    def occurrence(self, expr: Expr) -> Evaluator:
        """Return an expression of which something is asked: of a field that names an occurrence, that occurrence."""
        if isinstance(expr, Field) and expr.kind.name == "occurrence":
            self.referred.add(expr.kind.of)
            return ReferredE(self.made(expr))
        return self.made(expr)

    def figure(self, expr: Expr) -> Figure:
        """Return an expression made ready with the figures it is made from."""
        parts: tuple[Expr, ...] = (expr.left, expr.right) if isinstance(expr, Arithmetic) else ()
        if isinstance(expr, Field):
            parts = (expr.of,)
        elif isinstance(expr, SumOf):
            parts = (expr.worth,)
        return Figure(expr, self.made(expr), tuple(self.figure(each) for each in parts))

    def own(self, document: str) -> str:
        """Return the agreement whose sums a document speaks of; none in a law."""
        return str(self.documents.homes.get(document, ""))

    def state(self, state: StateValue) -> StateE:
        if not state.document:
            return StateE(state.name, "")
        several = len(self.documents.agreements) > 1 and not self.own(state.document)
        kind = StateInLawE if several else StateE
        return kind(state.name, self.documents.home(state.document))

    def fold(self, name: str, worth: Expr | None, where: Expr | None) -> Evaluator:
        """Return a count or sum; `usage.period is bill.period` looks up by period instead of walking all usage."""
        self.folded.add(name)
        parts = where.parts if isinstance(where, And) else (where,) if where is not None else ()
        for part in parts:
            if isinstance(part, Compare) and part.op == "==":
                for one, other in ((part.left, part.right), (part.right, part.left)):
                    if isinstance(one, Field) and _is_given(one, name):
                        rest = tuple(each for each in parts if each is not part)
                        self.indexed.add((name, one.name))
                        index = Index(one.name, self.made(other), self.made(And(rest)) if rest else None)
                        return FoldE(name, self.maybe(worth), self.maybe(where), index)
        return FoldE(name, self.maybe(worth), self.maybe(where), None)


def _is_given(one: Field, name: str) -> bool:
    """Tell whether something is a field that an occurrence is given with, and not what every occurrence knows."""
    of_it = isinstance(one.of, Bound) and one.of.name == name
    return of_it and one.name not in ("at", "day", "by", "arrives")


def spoken(target: Target) -> str:
    """Return how a target is called in reasons."""
    return next(
        (
            str(getattr(target, name))
            for name in ("label", "clause", "act", "document")
            if hasattr(target, name)
        ),
        "any norm",
    )
