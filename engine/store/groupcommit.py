"""Many writes in one transaction: a thread that takes whatever is waiting, and answers when all of it is durable.

Waiting for the disk is what a durable write costs; so what arrives while the last group is written forms the next one,
or, where others write to the same database, one for each kind of write.
A write either refuses (StoreError) before it has written anything, and then the others of its group go on, or it
fails, and then the group is taken back and each of its writes is carried out in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import groupby
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from engine.errors import StoreError, Unavailable, Unfit

MOST_TOGETHER = 512
MOST_TURNS = 3
# What PostgreSQL calls a deadlock, and a transaction that cannot be put in order with another one.
CLASHES = ("40P01", "40001")
Wanted = TypeVar("Wanted")
Made = TypeVar("Made")

Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Carries out writes of one kind at once, and returns of each what came of it: a value, or a StoreError."""


class _Write(NamedTuple):
    together: Together
    wanted: Any
    first: bool
    future: Future[Any]


def one_by_one(conn: Connection, acts: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    """Carry out writes that have nothing in common."""
    found: list[Any] = []
    for act in acts:
        try:
            found.append(act(conn))
        except StoreError as refusal:
            found.append(refusal)
    return found


def only(sent: Future[Sequence[Made | StoreError]]) -> Future[Made]:
    """Return the one thing that a write of several has come to; refused, it fails."""
    found: Future[Made] = Future()

    def done(_: object) -> None:
        try:
            (made,) = sent.result()
        except Exception as wrong:
            found.set_exception(wrong)
        else:
            if isinstance(made, StoreError):
                found.set_exception(made)
            else:
                found.set_result(made)

    sent.add_done_callback(done)
    return found


def together(
    sent: Sequence[Future[Sequence[Made | StoreError]]], places: Sequence[Sequence[int]]
) -> Future[Sequence[Made | StoreError]]:
    """Return what several writers have come to as one, done when all are; `places` is where each one's belong.

    Where a writer fails, its part has failed: what others have written is durable all the same, and is told.
    """
    found: Future[Sequence[Made | StoreError]] = Future()
    left = set(sent)
    lock = Lock()

    def done(one: Future[Sequence[Made | StoreError]]) -> None:
        with lock:
            left.discard(one)
            if left:
                return
        made: dict[int, Made | StoreError] = {}
        for each, some in zip(sent, places, strict=True):
            wrong = each.exception()
            if wrong is not None and not isinstance(wrong, StoreError):
                found.set_exception(wrong)
                return
            made |= dict(zip(some, each.result() if wrong is None else [wrong] * len(some), strict=True))
        found.set_result([made[place] for place in sorted(made)])

    for each in sent:
        each.add_done_callback(done)
    return found


class Writer:
    """One thread, one connection, and what waits to be written."""

    def __init__(
        self, engine: Engine, told: Callable[[SQLAlchemyError], StoreError], apart: bool = False
    ) -> None:
        """`told` says what an error of the database means; `apart`, that only writes of one kind go together, and such
        as have nothing in common alone: where others write at the same time, each kind takes its locks in one order,
        and two kinds in one transaction would wait for one another."""
        self._engine, self._told, self._apart = engine, told, apart
        self._waiting: SimpleQueue[_Write | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._work, name="store writer", daemon=True)
        self._thread.start()

    def write(
        self,
        together: Callable[[Connection, Sequence[Wanted]], Sequence[Made | StoreError]],
        wanted: Wanted,
        first: bool = False,
    ) -> Future[Made]:
        """Ask for a write; the future is done once it is durable.

        Writes of one kind are carried out in the order in which they were asked for, and together; of those that wait
        at the same time the kind that is `first` comes before the others.
        """
        future: Future[Made] = Future()
        if self._closed:
            future.set_exception(Unavailable("the store is closed"))
        else:
            self._waiting.put(_Write(together, wanted, first, future))
        return future

    def act(self, act: Callable[[Connection], Made]) -> Future[Made]:
        """Ask for a write that has nothing in common with others."""
        return self.write(one_by_one, act)

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        last = False
        while not last:
            group = [self._waiting.get()]
            while group[-1] is not None and len(group) < MOST_TOGETHER and not self._waiting.empty():
                group.append(self._waiting.get())
            if group[-1] is None:
                last = True
                group.pop()
            for some in self._transactions(_sorted([each for each in group if each is not None])):
                self._carry_out(some)
        while not self._waiting.empty():
            late = self._waiting.get()
            if late is not None:
                late.future.set_exception(Unavailable("the store is closed"))

    def _transactions(self, group: list[_Write]) -> list[list[_Write]]:
        """Return what of a group is carried out together."""
        if not self._apart:
            return [group] if group else []
        found: list[list[_Write]] = []
        for kind, writes in groupby(group, key=lambda each: each.together):
            some = list(writes)
            found += [[each] for each in some] if kind is one_by_one else [some]
        return found

    def _carry_out(self, group: list[_Write]) -> None:
        try:
            found = self._written(group)
        except SQLAlchemyError as wrong:
            gone = isinstance(wrong, DBAPIError) and wrong.connection_invalidated
            if len(group) == 1 or gone:
                found = [self._told(wrong)] * len(group)
            else:
                for each in group:
                    self._carry_out([each])
                return
        except Exception as wrong:
            # A mistake of ours in one of them: who asked for it is told, and the thread lives on.
            if len(group) > 1:
                for each in group:
                    self._carry_out([each])
                return
            found = [Unfit("number", "it is too large") if isinstance(wrong, OverflowError) else wrong]
        for write, outcome in zip(group, found, strict=True):
            if isinstance(outcome, Exception):
                write.future.set_exception(outcome)
            else:
                write.future.set_result(outcome)

    def _written(self, group: list[_Write]) -> list[Any]:
        """Carry out a group in one transaction; again where another process or a lost connection came in between."""
        for turn in range(MOST_TURNS):
            committing = False
            try:
                with self._engine.connect() as conn, conn.begin() as transaction:
                    found: list[Any] = []
                    for together, some in groupby(group, key=lambda each: each.together):
                        found += together(conn, [each.wanted for each in some])
                    committing = True
                    transaction.commit()
                    return found
            except DBAPIError as wrong:
                # Once it was told to commit, nobody knows whether it has.
                if committing or turn + 1 == MOST_TURNS or not _passes(wrong):
                    raise
        raise AssertionError("unreachable")


def _passes(wrong: DBAPIError) -> bool:
    """Tell whether a failure may be over when the same is tried again."""
    clash = getattr(wrong.orig, "sqlstate", None) in CLASHES
    return clash or wrong.connection_invalidated or isinstance(wrong, IntegrityError)


def _sorted(group: list[_Write]) -> list[_Write]:
    """Return writes of one kind together, the kind that is first before the others."""
    kinds: dict[Together, list[_Write]] = {}
    for each in sorted(group, key=lambda each: not each.first):
        kinds.setdefault(each.together, []).append(each)
    return [each for some in kinds.values() for each in some]
