"""How a sum comes about: the rule that gives it and the figures it is worked out from, as reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contractlang.expression import (
    Accrued,
    AmountOf,
    Arithmetic,
    AsOf,
    BlankValue,
    CountOf,
    Field,
    SumOf,
    kind_of,
)
from contractlang.kinds import Kind
from contractlang.values import Money
from engine.dates import day_of
from engine.decision import Reason
from engine.event import Event
from engine.program import Figure
from engine.quantities import AccruedE, AmountOfE, AsOfE, FoldE, instant_of
from engine.scene import Breach, Scene, Unknown
from engine.sums import amount, bound_to, rule_of, trigger_id, unpaid_spans


def worked_out(scene: Scene, name: str, about: Any, home: str) -> Reason | None:
    """Return the rule that gives a sum for one trigger, and beneath it what it makes it from; None if none does."""
    found = rule_of(scene, name, about, home)
    if found is None:
        return None
    place, rule = found
    value = amount(scene, name, about, home)
    before = bound_to(scene, rule, about)
    scene.vars |= {"@home": rule.home or home, f"@below {name}": place + 1}
    parts = tuple(_figures(scene, rule.figure))
    if rule.claimable is not None:
        claim = rule.claimable.why(scene)
        parts += (Reason("claimable", (), claim.holds, (claim,)),)
    scene.vars = before
    said = rule.rule
    trigger = trigger_id(about) or None
    broken = scene.program.norms[about.norm] if isinstance(about, Breach) else None
    of = None if broken is None else f"{broken.document}/{broken.id}"
    return Reason(
        "sum", (said.document, said.clause, said.name, trigger, told(value, said.kind), of), True, parts,
        (trigger,) if trigger else (),
    )  # fmt: skip


def _figures(scene: Scene, figure: Figure) -> Iterator[Reason]:
    """Yield what a figure is made from; a literal says nothing that its sentence does not."""
    expr, evaluator, kind = figure.expr, figure.evaluator, kind_of(figure.expr)
    match expr:
        case Arithmetic():
            sides = [told(part.evaluator.value(scene), kind_of(part.expr)) for part in figure.parts]
            parts = tuple(reason for part in figure.parts for reason in _figures(scene, part))
            yield Reason(
                "worked out", (sides[0], expr.op, sides[1], told(evaluator.value(scene), kind)), True, parts
            )
        case Accrued():
            assert isinstance(evaluator, AccruedE)
            yield _accrued(scene, evaluator, expr, kind)
        case AmountOf():
            assert isinstance(evaluator, AmountOfE)
            beneath = worked_out(scene, evaluator.name, evaluator.for_what(scene), evaluator.of(scene))
            if beneath is not None:
                yield beneath
        case AsOf():
            assert isinstance(evaluator, AsOfE)
            at = evaluator.at.value(scene)
            day = None if at is None or isinstance(at, Unknown) else day_of(instant_of(at)).isoformat()
            value = told(evaluator.value(scene), kind)
            events = scene.program.cause_events(scene, evaluator.state.name, evaluator.state.document)
            yield Reason("as of", (evaluator.state.name, day, value), True, (), events)
        case CountOf():
            assert isinstance(evaluator, FoldE)
            yield Reason(
                "counted", (expr.name, told(evaluator.value(scene), kind)), True, (), _ids(evaluator, scene)
            )
        case SumOf():
            assert isinstance(evaluator, FoldE)
            field = expr.worth.name if isinstance(expr.worth, Field) else None
            each = (
                () if field is not None
                else tuple(reason for _ in evaluator.bound(scene) for reason in _figures(scene, figure.parts[0]))
            )  # fmt: skip
            added = (expr.name, field, told(evaluator.value(scene), kind))
            yield Reason("added up", added, True, each, _ids(evaluator, scene))
        case Field():
            of = figure.parts[0].evaluator.value(scene) if figure.parts else None
            if isinstance(of, Event):
                value = told(evaluator.value(scene), kind)
                yield Reason("stated", (of.id, expr.name, value), True, (), (of.id,))
        case BlankValue():
            yield Reason("filled", (expr.name, told(evaluator.value(scene), kind)), True)
        case _:
            pass


def _ids(fold: FoldE, scene: Scene) -> tuple[str, ...]:
    return tuple(each.id for each in fold.occurrences(scene))


def _accrued(scene: Scene, evaluator: AccruedE, expr: Accrued, kind: Kind) -> Reason:
    since, until = evaluator.days(scene)
    debt = evaluator.debt.value(scene) if evaluator.debt is not None else None
    value = told(evaluator.value(scene), kind)
    if since is None or until is None:
        return Reason("accrued", (str(expr.share), None, None, value), True)
    spans = unpaid_spans(scene, debt, since, until) if isinstance(debt, Breach) else []
    parts = tuple(
        Reason(
            "unpaid from",
            (told(span.unpaid, kind), span.first.isoformat(), span.last.isoformat(), span.days),
            True, (), (span.event,) if span.event else (),
        )
        for span in spans
        if span.unpaid
    )  # fmt: skip
    return Reason("accrued", (str(expr.share), since.isoformat(), until.isoformat(), value), True, parts)


def told(value: Any, kind: Kind) -> str | None:
    """Return a figure as text: money with its currency, anything else as it is; None where it is not known."""
    if value is None or isinstance(value, Unknown):
        return None
    return str(Money(value, kind.of or "CNY")) if kind.name == "money" and type(value) is int else str(value)
