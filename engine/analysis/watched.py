"""A limit of time for a whole analysis, held by a process that asks nothing itself.

A child process puts the questions and tells its parent what it finds, and what it is about to ask. When the time is
over the child is ended, in whatever it was: what was found stands, the question that it was asking and those that it
never came to are told as undecided, with the limit. What it had answered by then is kept. A child that ends by itself,
because the solver failed, is told of too.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from contractlang.contract import Contract
from engine.analysis.finding import Clause, Finding, Kind, Said
from engine.analysis.kept import Kept
from engine.analysis.tally import HORIZON, Tally
from engine.parent import end_with_parent

if TYPE_CHECKING:
    from engine.analysis.answers import Answers

OUT_OF_TIME, ENDED = "out of time", "the solver failed"
"""Why a question is undecided: the time was over, or the process that asks ended by itself."""
_SAVED_EVERY = 2.0
"""Seconds after which what is answered is written down, if something new is."""


class Watch(Protocol):
    """Who is told what is being asked."""

    def begins(self, group: str) -> None:
        """Take that a group of questions is put from here on."""

    def asks(self, clauses: Iterable[Clause]) -> None:
        """Take that a question about some clauses is put now."""

    def undecided(self, finding: Finding) -> None:
        """Take what was not decided: it is told again at the end, unless it is found in another way."""


@dataclass(frozen=True)
class Asked:
    """What is to be asked: documents, agreements, layers, kinds; where answers are kept, and by how many processes."""

    documents: dict[str, Contract]
    agreements: tuple[str, ...]
    layers: tuple[str, ...]
    only: frozenset[str]
    folder: Path | None
    jobs: int = 1


def analyse_within(
    asked: Asked, seconds: float, tally: Tally, watch: Watch | None = None
) -> Iterator[Finding]:
    """Yield what is found in some seconds, then what was not decided by then; `watch` is told of each question.

    Raises RuntimeError where the analysis itself fails, with what went wrong.
    """
    until = time.monotonic() + seconds
    context: Any = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_ask, args=(asked, there))
    child.start()
    there.close()
    state = _State(asked)
    try:
        while (left := until - time.monotonic()) > 0 and here.poll(left):
            try:
                what, told = here.recv()
            except EOFError:
                state.why = ENDED
                break
            match what:
                case "found":
                    yield told
                case "failed":
                    raise RuntimeError(told)
                case "done":
                    return
                case _:
                    state.take(what, told, tally)
                    if watch is not None and what == "begins":
                        watch.begins(told)
                    elif watch is not None and what == "asks":
                        watch.asks(told[0])
        yield from state.rest(seconds)
    finally:
        child.kill()
        child.join()
        here.close()


class _State:
    """How far the child has come."""

    def __init__(self, asked: Asked) -> None:
        from engine.analysis import groups_of

        law = any(layer != "contract" for layer in asked.layers)
        self.waiting = groups_of(asked.only, law)
        self.group, self.why = "", OUT_OF_TIME
        self.clauses: tuple[Clause, ...] = ()
        self.undecided: dict[str, Finding] = {}

    def take(self, what: str, told: Any, tally: Tally) -> None:
        """Take what the child tells beside its findings."""
        match what:
            case "begins":
                # Groups are put in their order: those before it are through, as it is told or from what is kept.
                for name in list(self.waiting):
                    if name == told:
                        break
                    del self.waiting[name]
                self.group, self.clauses = told, ()
            case "asks":
                self.clauses, counts = told
                for field, count in zip(dataclasses.fields(tally), counts, strict=True):
                    setattr(tally, field.name, count)
            case _:
                self.undecided[told.key] = told

    def rest(self, seconds: float) -> Iterator[Finding]:
        """Yield what is undecided: what the child said so of, what it was asking, and what it did not come to."""
        yield from self.undecided.values()
        if self.group and self.clauses:
            yield _undecided(self.waiting[self.group], self.clauses, self.group, self.why, seconds)
        left: dict[Kind, list[str]] = {}
        for name, kind in self.waiting.items():
            left.setdefault(kind, []).append(name)
        for kind, names in left.items():
            yield _undecided(kind, (), ", ".join(names), self.why, seconds)


def _undecided(kind: Kind, clauses: tuple[Clause, ...], group: str, why: str, seconds: float) -> Finding:
    """Return that a question, or the rest of a group of them, was not decided in the time."""
    names = " and ".join(each.norm or each.clause for each in dict.fromkeys(clauses))
    zh_names = "与".join(each.norm or each.clause for each in dict.fromkeys(clauses))
    because = (
        Said(f"the time of {seconds:g} seconds was over", f"{seconds:g}秒的时限已到")
        if why == OUT_OF_TIME
        else Said("the process that asks the solver ended by itself", "求解进程自行中止")
    )
    what = f"{kind} {why}"
    if names:
        en, zh = f"the question about {names}", f"关于{zh_names}的查询"
    else:
        what += ", the rest"
        en, zh = (
            "questions of this kind that were not come to, or not finished",
            "此类尚未进行或尚未完成的查询",
        )
    return Finding(
        "unknown", clauses,
        Said(f"{en} ({group}): not decided; {because.en}", f"{zh}（{group}）：未能判定；{because.zh}"),
        bound=Said(
            f"asked would be: histories of {HORIZON} days in which each act and event happens at most once",
            f"应检索：{HORIZON}日以内、每类行为与事件至多发生一次的事件经过",
        ),
        detail={"what": what, "asks": kind, "why": why, "limit": seconds},
    )  # fmt: skip


# -- in the child


def _ask(asked: Asked, out: Connection) -> None:
    """Put the questions, and tell what is found."""
    from engine.analysis import analyse
    from engine.governing import Programs

    end_with_parent()
    try:
        tally = Tally()
        told, kept = _Told(out, tally), _Saved(asked.folder)
        told.kept = kept
        found = analyse(
            Programs(asked.documents),
            asked.agreements,
            asked.layers,
            asked.only,
            tally=tally,
            kept=kept,
            watch=told,
            jobs=asked.jobs,
        )
        for each in found:
            out.send(("found", each))
        told.asks(())
        out.send(("done", None))
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    except Exception as wrong:  # Whatever it is, the parent says so.
        import traceback

        out.send(("failed", f"{wrong!r}\n{traceback.format_exc()}"))
    finally:
        out.close()


class _Saved(Kept):
    """Keeps what is asked, and writes down what is answered when it is told to."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder)
        self._answers: Answers | None = None

    def answers(self, contracts: Iterable[Contract], layers: tuple[str, ...]) -> Answers:
        """Return what was answered before."""
        self._answers = super().answers(contracts, layers)
        return self._answers

    def save(self) -> None:
        """Write down what was answered since."""
        if self._answers is not None:
            self._answers.close()


class _Told:
    """Tells the parent what is being asked, and has what was answered written down now and then."""

    def __init__(self, out: Connection, tally: Tally) -> None:
        self.out, self.tally, self.saved_at = out, tally, time.monotonic()
        self.kept: _Saved | None = None

    def begins(self, group: str) -> None:
        self.out.send(("begins", group))

    def asks(self, clauses: Iterable[Clause]) -> None:
        if self.kept is not None and time.monotonic() - self.saved_at > _SAVED_EVERY:
            self.kept.save()
            self.saved_at = time.monotonic()
        self.out.send(("asks", (tuple(clauses), dataclasses.astuple(self.tally))))

    def undecided(self, finding: Finding) -> None:
        self.out.send(("undecided", finding))
