"""Labels that norms of several clauses have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contractlang.checks.parts import MOST_NAMES, Anatomy
from contractlang.diagnostic import Diagnostic, Label, Said, warning
from contractlang.expression import ByLabel
from contractlang.norms import Power


def shared_label(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find labels by which one norm speaks of norms in several clauses.

    Why it matters: lines of one clause that share a label are one norm, but of two clauses the second is most often
    another norm that was given the same name by chance. Whoever speaks of the label speaks of all of them.

    Example: after

        1.1 | base: user must not sign except early
        1.2 | early: user may sign
        1.3 | early: user must not sign

    the exception is there as long as 1.2 or 1.3 applies, and 1.3 always does.

    Remedy: give one of them another label; or, where both are meant, name the clauses (`except 1.2 except 1.3`).
    """
    shared = {label: clauses for label, clauses in anatomy.clauses_by_label().items() if len(clauses) > 1}
    told: set[str] = set()
    for rule, named in anatomy.those(_labels, anatomy.rules if shared else ()):
        for label in named:
            if label not in shared or label in told:
                continue
            clauses = shared[label]
            told.add(label)
            shown = list(clauses.items())[:MOST_NAMES]
            yield warning(
                "shared-label",
                rule.span,
                f"`{label}` is a label in {', '.join(clause for clause, _ in shown)}: all of them are meant",
                f"`{label}`是{'、'.join(clause for clause, _ in shown)}共有的标签：所指为其全部",
                help=Said(
                    f"give one of them another label, such as `{label}_2`, or name the clause: `{shown[0][0]}`",
                    f"请给其中一条换标签，如`{label}_2`，或写明条款：`{shown[0][0]}`",
                ),
                labels=tuple(
                    Label(norm.span, Said("it is a label here", "此处为其标签")) for _, norm in shown
                ),
            )


def _labels(parts: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the labels that a rule, the first of its parts, names."""
    named = tuple(part.label for part in parts if isinstance(part, ByLabel))
    rule = parts[0]
    return named if not isinstance(rule, Power) else (*named, *filter(None, (rule.suspends, rule.resumes)))
