"""Mends that were tried: the text with each is read, and the analysis run on it again, so that what is new is told.

What a change cannot reach is not asked anew: the answers to single questions are kept (`answers.py`), here in memory
only. A mend that cannot be read in its place is no mend. Whether a finding is gone, and what is there that was not, is
told by the keys of findings, which stay the same as long as their kinds and clauses do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from contractlang.contract import Contract
from contractlang.source import Source
from engine.analysis.answers import Answers
from engine.analysis.finding import Finding
from engine.analysis.kept import Kept
from engine.analysis.mending import mends
from engine.analysis.tries import Tried

Read = Callable[[str, str], Mapping[str, Contract] | None]
"""Returns the contracts in a file, were its text another; None if that cannot be read."""
Analyse = Callable[[Mapping[str, Contract], Kept], Iterable[Finding]]
"""Returns what is found in documents, of the kinds that are asked for."""


class Aside(Kept):
    """Keeps answers to single questions in memory: of texts that nobody has saved."""

    def __init__(self, answers: Answers | None = None) -> None:
        super().__init__(None)
        self._answers = answers if answers is not None else Answers.in_memory()

    def answers(self, contracts: Iterable[Contract], layers: tuple[str, ...]) -> Answers:
        """Return what was answered of any of these texts."""
        return self._answers.anew()


def tried(
    found: Sequence[Finding], contracts: Mapping[str, Contract], sources: Mapping[str, Source], read: Read,
    analyse: Analyse, kept: Kept,
) -> Iterator[tuple[Finding, tuple[Tried, ...]]]:  # fmt: skip
    """Yield each finding that has mends, with what came of each of them."""
    before = {each.key for each in found}
    outcomes: dict[tuple[str, str], tuple[Finding, ...] | None] = {}
    for finding in found:
        shown = []
        for ways in mends(finding, contracts, sources):
            for mend in ways:
                text = mend.applied(sources[mend.path].text)
                if (mend.path, text) not in outcomes:
                    other = read(mend.path, text)
                    outcomes[mend.path, text] = (
                        tuple(analyse({**contracts, **other}, kept)) if other is not None else None
                    )
                after = outcomes[mend.path, text]
                if after is None:
                    continue
                keys = {each.key: each for each in after}
                new = tuple(each for each in after if each.key not in before)
                gone = tuple(sorted(before - keys.keys() - {finding.key}))
                shown.append(Tried(mend, finding, keys.get(finding.key), new, gone))
                break
        if shown:
            yield finding, tuple(shown)
