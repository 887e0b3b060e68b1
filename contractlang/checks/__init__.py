"""What can be wrong with a contract whose every line has a meaning: one file a check, and their order.

A check is a function from a contract, taken apart, to diagnostics. Its docstring is its page in the documentation: what
it finds, why that matters, an example, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from contractlang.checks.circular import circular
from contractlang.checks.limited_to_ban import limited_to_ban
from contractlang.checks.missing_deadline import missing_deadline
from contractlang.checks.mixed_sum import mixed_sum
from contractlang.checks.never_arising import never_arising
from contractlang.checks.no_start import no_start
from contractlang.checks.no_time import no_time
from contractlang.checks.parts import Anatomy
from contractlang.checks.restless_cascade import restless_cascade
from contractlang.checks.shared_label import shared_label
from contractlang.checks.unaccounted import unaccounted
from contractlang.checks.unfilled_blank import unfilled_blank
from contractlang.checks.unsourced import unsourced
from contractlang.checks.unused import unused
from contractlang.checks.unverified import unverified
from contractlang.contract import Contract
from contractlang.diagnostic import Diagnostic

Check = Callable[[Anatomy], Iterator[Diagnostic]]

# What stops a contract from being asked comes first, what is merely worth saying last.
CHECKS: Final[tuple[Check, ...]] = (
    circular,
    mixed_sum,
    restless_cascade,
    no_start,
    never_arising,
    limited_to_ban,
    unverified,
    missing_deadline,
    no_time,
    shared_label,
    unsourced,
    unused,
    unaccounted,
    unfilled_blank,
)


def check(contract: Contract, told: Mapping[int, dict[object, Any]] | None = None) -> Iterator[Diagnostic]:
    """Return what all checks find in a contract; `told` is what they found out about its rules before."""
    anatomy = Anatomy(contract, told)
    for each in CHECKS:
        yield from each(anatomy)
