"""How many questions were put to the solver, and what came of them. It needs no solver itself."""

from __future__ import annotations

from dataclasses import dataclass

from engine.analysis.finding import Finding, Said

HORIZON = 670
"""How many days a history has that is looked at: to the end of 2027."""
NOT_CONFIRMED, AT_LIMIT = "not confirmed", "at the limit"
"""Why a question is undecided: the engine confirms no history of the solver's, or the solver came to its limit."""
OUT_OF_TIME, ENDED = "out of time", "the solver failed"
"""Or the time for everything was over, or the process that asks the solver ended by itself."""


@dataclass
class Tally:
    """What came of all questions: how many were asked, and of how many there is an answer."""

    asked: int = 0
    found: int = 0
    undecided: int = 0

    @property
    def none(self) -> int:
        """How many have no history within the bound."""
        return self.asked - self.found - self.undecided


def is_confirmed(finding: Finding) -> bool:
    """Tell whether it is as it should be: not so of what the engine does not confirm, or on which the solver failed."""
    return finding.detail.get("why") not in (NOT_CONFIRMED, ENDED)


def searched(tally: Tally) -> Said:
    """Return what was asked of the solver, what came of it, and within which bound: said whatever was found."""
    return Said(
        f"asked of the solver: {tally.asked} questions; {tally.found} found, {tally.none} with no history within the"
        f" bound, {tally.undecided} undecided. The bound: histories of {HORIZON} days in which each act of each party,"
        " and each event, happens at most once; what is not found within it is not excluded beyond it",
        f"求解器查询{tally.asked}项：{tally.found}项有发现，{tally.none}项在检索范围内没有事件经过，{tally.undecided}项未能判定。"
        f"检索范围：{HORIZON}日以内、各方每类行为与每类事件至多发生一次的事件经过；范围之外不予排除",
    )
