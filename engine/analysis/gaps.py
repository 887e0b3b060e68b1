"""What the sentences leave open: a breach without consequence, a duty without deadline, a blank that nothing fills.

A gap is found by looking at the norms and at what bears on what, without any history: it is there or not, so what is
said here is complete. A law that is asked for beside the agreements may close a gap, and may open one: where it
requires of a party what the agreement is silent on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from engine.analysis.barred import claims_barred
from engine.analysis.circles import circles
from engine.analysis.comparison import comparison
from engine.analysis.damages import sums_beside_damages
from engine.analysis.dead_ends import (
    ends_without_consequence,
    states_without_way_out,
    suspensions_without_way_out,
)
from engine.analysis.finding import Finding
from engine.analysis.from_memory import laws_from_memory
from engine.analysis.granted import rights_after_another_end, rights_of_law, sums_of_law
from engine.analysis.loose_duties import breaches_without_consequence, duties_without_deadline
from engine.analysis.loose_powers import changes_without_exit, powers_without_bound
from engine.analysis.losses import losses_against_law
from engine.analysis.lost import texts_broken_off
from engine.analysis.overlapping import bans_judged_apart
from engine.analysis.repeated import sentences_twice
from engine.analysis.required import care_of_law, duties_of_law
from engine.analysis.silences import SILENCES
from engine.analysis.standing_duties import bans_without_end, duties_that_wait_for_their_bearer
from engine.analysis.telling import Telling
from engine.analysis.unchosen import laws_read_in_several_ways, texts_read_in_several_ways
from engine.analysis.unfilled import blanks_without_rule, blanks_without_use, events_without_rule
from engine.analysis.ungraded import remedies_for_one_breach_only, remedies_of_law_only
from engine.analysis.unmeasured import (
    bans_without_measure,
    conditions_without_measure,
    losses_without_extent,
    standards_without_measure,
)
from engine.analysis.unranked import texts_of_equal_force
from engine.program import Program


def gaps(program: Program) -> Iterator[Finding]:
    """Yield what the agreements of a program leave open; of two together also what one has and the other has not."""
    for look in (
        breaches_without_consequence,
        duties_without_deadline,
        duties_that_wait_for_their_bearer,
        bans_without_end,
        powers_without_bound,
        changes_without_exit,
        remedies_for_one_breach_only,
        remedies_of_law_only,
        circles,
        states_without_way_out,
        suspensions_without_way_out,
        ends_without_consequence,
        blanks_without_rule,
        blanks_without_use,
        events_without_rule,
        texts_broken_off,
        texts_of_equal_force,
        duties_of_law,
        care_of_law,
        rights_of_law,
        rights_after_another_end,
        sums_of_law,
        sentences_twice,
        losses_against_law,
        sums_beside_damages,
        claims_barred,
        *SILENCES,
        standards_without_measure,
        conditions_without_measure,
        bans_without_measure,
        losses_without_extent,
        bans_judged_apart,
        texts_read_in_several_ways,
        laws_read_in_several_ways,
        laws_from_memory,
    ):
        yield from _seen(look, program)
    if len(program.agreements) > 1:
        yield from _seen(comparison, program)


@lru_cache(maxsize=256)
def _seen(look: Callable[[Program, Telling], Iterator[Finding]], program: Program) -> tuple[Finding, ...]:
    """Return what is seen in a program: once, however many questions about it are put to the solver beside that."""
    return tuple(look(program, Telling.of(program)))
