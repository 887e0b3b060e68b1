"""Norms that no ledger can bring into force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contractlang.checks.contradiction import contradiction
from contractlang.checks.parts import MOST_NAMES, Anatomy, called, can_be_breached, listed
from contractlang.diagnostic import Diagnostic, Label, Said, warning
from contractlang.expression import And, Compare, Expr, InBreach, Not, Overdue
from contractlang.norms import Norm, Obligation, OnBreach
from contractlang.source import Span


def never_arising(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find norms that wait for what cannot happen: a breach of what cannot be breached, or a contradiction.

    Why it matters: the clause reads as if it protected somebody, and never will. A remedy for a duty without a
    deadline is the commonest case: with no day on which it is late, the duty is never breached.

    Example: after

        | pay_fee: user must pay
        | upon breach of pay_fee, provider may terminate

    provider may never terminate on this ground, since `pay_fee` sets no deadline.

    Remedy: give the duty a deadline, for example `within 30 days`; or name the duty that is meant; or mend the
    condition. Only what no ledger at all could bring about is reported here; the analysis looks further.
    """
    for norm, _ in anatomy.those(_can_wait_for_nothing, anatomy.contract.norms):
        yield from _waits_for_nothing(norm, anatomy)
        if anatomy.of(norm, _excludes_itself):
            yield from _contradicts_itself(norm)


def _can_wait_for_nothing(parts: tuple[Any, ...]) -> bool:
    """Tell whether a norm, the first of its parts, waits for a breach, or has conditions that exclude one another."""
    waits = any(isinstance(part, OnBreach | Overdue | InBreach) for part in parts)
    return waits or _excludes_itself(parts)


def _waits_for_nothing(norm: Norm, anatomy: Anatomy) -> Iterator[Diagnostic]:
    """The breach that the norm waits for cannot happen."""
    trigger = norm.trigger
    if isinstance(trigger, OnBreach):
        broken = anatomy.meant_by(trigger.target)
        if broken and not any(can_be_breached(each) for each in broken):
            yield _never(norm, trigger.span, broken)
            return
    for part in norm.when.parts if isinstance(norm.when, And) else (norm.when,):
        if isinstance(part, Overdue | InBreach):
            broken = anatomy.meant_by(part.target)
            # A duty without a deadline is reported with that duty, by `missing-deadline`.
            if broken and not any(isinstance(each, Obligation) or can_be_breached(each) for each in broken):
                yield _never(norm, norm.span, broken)
                return


def _never(norm: Norm, at: Span, broken: tuple[Norm, ...]) -> Diagnostic:
    name, ofs = called(norm), listed(called(each) for each in broken)
    labels = tuple(Label(each.span, _why(each)) for each in broken[:MOST_NAMES])
    if any(isinstance(each, Obligation) for each in broken):
        help = Said(
            f"give {ofs.en} a deadline, for example `within 30 days`",
            f"给{ofs.zh}写明期限，例如 `限 30日 内`",
        )
    else:
        help = Said("name a duty: what one may do, one may leave", "请改写为一项义务：可以做的，也可以不做")
    return warning(
        "never-arising",
        at,
        f"{name.en} can never come into force",
        f"{name.zh}永远不会产生",
        help=help,
        labels=labels,
    )


def _why(broken: Norm) -> Said:
    name = called(broken)
    if isinstance(broken, Obligation):
        return Said(
            f"{name.en} sets no deadline, so it cannot be breached", f"{name.zh}没有期限，因而不会被违反"
        )
    return Said(f"{name.en} only allows, so it cannot be breached", f"{name.zh}只是准许，因而不会被违反")


def _excludes_itself(parts: tuple[Any, ...]) -> bool:
    """Tell whether the conditions of a norm, the first of its parts, cannot be so together."""
    return bool(_excluding(parts[0]))


def _excluding(norm: Norm) -> tuple[Expr, ...]:
    """Return the conditions of a norm that can never be so, or never together."""
    where = norm.trigger.where if norm.trigger is not None else None
    unless = None if norm.unless is None else Not(norm.unless)
    return contradiction([norm.when, unless, *norm.option]) or contradiction([where, *norm.option])


def _contradicts_itself(norm: Norm) -> Iterator[Diagnostic]:
    """The conditions of the norm cannot be so together."""
    found = _excluding(norm)
    name = called(norm)
    why = Said("its condition is never so", "其条件永不成立")
    if len(found) > 1:
        why = Said("two of its conditions exclude one another", "其两项条件互相排斥")
    compared = [part for part in map(_compared, found) if part is not None]
    labels = tuple(Label(part.span, Said("this condition", "此条件")) for part in compared if part.span)
    yield warning(
        "never-arising",
        norm.span,
        f"{name.en} can never come into force: {why.en}",
        f"{name.zh}永远不会产生：{why.zh}",
        help=Said("remove one condition, or join them with `or`", "删去一项条件，或以 `或` 连接"),
        labels=labels,
    )


def _compared(condition: Expr) -> Compare | None:
    inner = condition.part if isinstance(condition, Not) else condition
    return inner if isinstance(inner, Compare) else None
