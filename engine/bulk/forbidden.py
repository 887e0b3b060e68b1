"""What forbids an act that is asked about, and the acts that suspend: what a table of outcomes tells of either.

An answer `forbidden` or `conflicting` is owed to prohibitions that apply, or to a limit: a permission or power would be
open, and what it is limited to is not. A limit on what waits for an occurrence, or for a breach, is told by neither
engine nor kernel, since each of several may be closed by something else.
"""

from __future__ import annotations

from contractlang.norms import Maintenance, Obligation, Power
from engine.decision import Decision
from engine.program import Program, Rule

Named = tuple[str, str]
"""A norm: its document and its id."""

REFUSED = frozenset({"forbidden", "conflicting"})


def is_limited(rule: Rule) -> bool:
    """Tell whether what closes a norm may be told to be a limit."""
    return bool(rule.limited_to) and rule.norm.trigger is None and not rule.is_obligation


def forbidding(decision: Decision, program: Program) -> list[Named]:
    """Return the norms that forbid the act of a decision, sorted; none where it is not forbidden."""
    if decision.answer not in REFUSED:
        return []
    found: set[Named] = set()
    for reason in decision.reasons:
        if reason.code == "forbids":
            found.add((reason.args[0], reason.args[1]))
        elif reason.code == "closed" and reason.args[2] == "limited" and _is_told(program, reason.args[:2]):
            found.update((part.args[0], part.args[1]) for part in reason.parts)
    return sorted(found)


def _is_told(program: Program, norm: Named) -> bool:
    return any((rule.norm.document, rule.norm.id) == norm and is_limited(rule) for rule in program.rules)


def written(norm: Named) -> str:
    """Return a norm as the tables write it."""
    return " ".join(norm)


def suspending(program: Program) -> frozenset[str]:
    """Return the acts by which a duty rests: those of the powers that suspend one, or prevail over one."""
    resting = (Obligation, Maintenance)
    over = {
        index for rule in program.rules if isinstance(rule.norm, resting) for index, *_ in rule.prevailed_by
    }
    return frozenset(
        rule.act_name for rule in program.rules
        if isinstance(rule.norm, Power) and (rule.suspends or rule.index in over)
    )  # fmt: skip
