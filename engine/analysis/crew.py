"""The questions of an analysis, put by several processes before one of them tells what was found.

Which process puts a question hangs on what the question is called, and on nothing else. What it comes to goes to the
process that tells. That one goes through all questions in their order, as if each had been answered before: it puts
every history to the engine, and asks the solver itself what nobody has answered. So the report is the same however many
processes there are, and whatever becomes of them.

They are begun before the solver is loaded where they are copies of this process: what the solver holds must not be
copied.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from engine.analysis.finding import Clause, Finding
from engine.analysis.tally import Tally
from engine.parent import end_with_parent

if TYPE_CHECKING:
    from engine.analysis.answers import Answers
    from engine.analysis.watched import Asked, Watch
    from engine.program import Program

_FEW = 150
"""A program of fewer norms is asked about in less time than other processes take to begin."""
_EVERY = 0.1
"""Seconds between two reports of what is asked."""


def fitting(program: Program, known: bool) -> int:
    """Return how many processes are worth their while: one where little is to be asked, or most of it is `known`."""
    if known or len(program.rules) < _FEW:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """Processes that put the questions of some groups, each its share."""

    def __init__(self, asked: Asked, groups: Sequence[str], jobs: int, watch: Watch | None) -> None:
        self._watch = watch
        self._through: dict[Connection, set[str]] = {}
        copied = "fork" in get_all_start_methods() and "z3" not in sys.modules
        context: Any = get_context("fork" if copied else "spawn")
        self._processes = []
        for number in range(jobs):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_put, args=(asked, groups, number, jobs, there), daemon=True)
            process.start()
            there.close()
            self._processes.append(process)
            self._through[here] = set()

    def has_put(self, group: str, answers: Answers) -> None:
        """Wait until every process that is still there has put a group, and take what was answered meanwhile."""
        while any(group not in each for each in self._through.values()):
            for out in wait(list(self._through)):
                assert isinstance(out, Connection)
                try:
                    what, told = out.recv()
                except EOFError:
                    del self._through[out]
                    continue
                match what:
                    case "asks":
                        self._tell(told)
                    case "answered":
                        answered, near = told
                        answers.take_over(answered)
                        answers.near.take_over(near)
                    case _:
                        self._through[out].add(told)

    def _tell(self, asked: Iterable[tuple[Clause, ...]]) -> None:
        watch = self._watch
        if watch is not None:
            for each in asked:
                watch.asks(each)

    def close(self) -> None:
        """End the processes."""
        for each in self._processes:
            each.kill()
            each.join()


# -- in each process


def _put(asked: Asked, groups: Iterable[str], number: int, jobs: int, out: Connection) -> None:
    """Put one share of the questions, group by group."""
    from engine.analysis import Asking
    from engine.analysis.answers import Share
    from engine.analysis.kept import Kept
    from engine.analysis.mended import Aside
    from engine.governing import Programs

    end_with_parent()
    gc.disable()  # See `uncollected`: this process does nothing else.
    with suppress(BrokenPipeError, KeyboardInterrupt):
        told = _Told(out)
        kept = Kept(asked.folder) if asked.folder is not None else Aside()
        asking = Asking(
            Programs(asked.documents), asked.agreements, asked.layers, None, Tally(), None, kept, told
        )
        told.answers, asking.answers.share = asking.answers, Share(number, jobs)
        for group in groups:
            for _ in asking.ask(group):
                pass  # What is found is told by who asked for all shares.
            told.hand_over()
            out.send(("put", group))


class _Told:
    """Tells what is asked, and hands over what is answered, now and then."""

    def __init__(self, out: Connection) -> None:
        self.out, self.at = out, time.monotonic()
        self.answers: Answers | None = None
        self.asked: list[tuple[Clause, ...]] = []

    def begins(self, group: str) -> None:
        """Every process begins with the same group."""

    def asks(self, clauses: Iterable[Clause]) -> None:
        self.asked.append(tuple(clauses))
        if time.monotonic() - self.at > _EVERY:
            self.hand_over()

    def undecided(self, finding: Finding) -> None:
        """What is undecided is told by who asked for all shares."""

    def hand_over(self) -> None:
        """Tell what was asked and answered since the last time."""
        assert self.answers is not None
        self.at, asked, self.asked = time.monotonic(), self.asked, []
        self.out.send(("answered", (self.answers.handed_over(), self.answers.near.handed_over())))
        self.out.send(("asks", asked))
