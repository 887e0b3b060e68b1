"""Duties without a deadline on whose breach something hangs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contractlang.checks.parts import Anatomy, Rule, called, can_be_breached
from contractlang.diagnostic import Diagnostic, Label, Said, warning
from contractlang.expression import InBreach, Overdue, Target
from contractlang.norms import NormBase, Obligation, OnBreach
from contractlang.source import Span


def missing_deadline(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find duties that set no deadline although another norm asks whether they are overdue or in breach.

    Why it matters: without a last day the duty is never late, so whatever waits for its being late waits for ever.

    Example: in

        | pay_fee: user must pay
        | while pay_fee is overdue, provider may suspend_service

    there is no day on which `pay_fee` is overdue.

    Remedy: give the duty a deadline, for example `by bill.due`, `within 30 days` or `within a reasonable time`. A
    remedy that waits for nothing but such a breach is reported as `never-arising`.
    """
    hanging: dict[Span, dict[Span, None]] = {}
    for rule, _ in anatomy.those(_asks_anything, anatomy.rules):
        for target, span in _asks(rule, anatomy):
            for norm in anatomy.meant_by(target):
                hanging.setdefault(norm.span, {})[span] = None
    for duty in anatomy.contract.norms:
        if not isinstance(duty, Obligation) or can_be_breached(duty) or duty.span not in hanging:
            continue
        name = called(duty)
        asks = Said(f"this asks whether {name.en} is late", f"此处以{name.zh}逾期或违约为前提")
        yield warning(
            "missing-deadline",
            duty.span,
            f"{name.en} sets no deadline, so it is never late",
            f"{name.zh}没有期限，因而永不逾期",
            help=Said("add a deadline, for example `within 30 days`", "写明期限，例如 `限 30日 内`"),
            labels=tuple(Label(span, asks) for span in hanging[duty.span]),
        )


def _asks_anything(parts: Iterable[object]) -> bool:
    return any(isinstance(part, OnBreach | Overdue | InBreach) for part in parts)


def _asks(rule: Rule, anatomy: Anatomy) -> Iterator[tuple[Target, Span]]:
    """Return whose breach the rule asks for, and where; not where it waits for that alone."""
    trigger = getattr(rule, "trigger", None)
    if isinstance(trigger, OnBreach):
        # A norm that waits for nothing else is told of from its own end, by `never-arising`.
        alone = isinstance(rule, NormBase) and not any(map(can_be_breached, anatomy.meant_by(trigger.target)))
        if not alone:
            yield trigger.target, trigger.span
    for target in anatomy.of(rule, _asked_for):
        yield target, rule.span


def _asked_for(parts: Iterable[object]) -> tuple[Target, ...]:
    return tuple(part.target for part in parts if isinstance(part, Overdue | InBreach))
