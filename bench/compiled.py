"""What `make native` brings: the same questions and events, in the same sources, interpreted and compiled.

Two processes take turns, turn by turn, so that a machine which others use too is as quick for one as for the other;
the ratio is the median of the turns'. Times are CPU time, over HTTP the server's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench.accounts import agreement_one, bills, ledger, terms
from bench.builds import both, environment
from bench.service import ACTS, BATCH, REPORTED, Process, batches, happened, in_batches, serving, singles
from engine.decide import decide
from engine.event import Event
from engine.position import Position, advance
from engine.question import May

TURNS = 9
Costs = dict[str, float]
"""Microseconds of CPU by what they were spent on."""


def main() -> None:
    """Print what each costs, and how many times as quick the compiled build is."""
    builds = both()
    with ExitStack() as open_:
        print_costs(alternately([open_.enter_context(working(name)) for name in builds]))
    with ExitStack() as open_:
        servers = [open_.enter_context(serving("off", **environment(name))) for name in builds]
        print_costs(alternately([over_http(each) for each in servers]))


def alternately(takers: Sequence[Callable[[int], Costs]]) -> list[list[Costs]]:
    """Return for each turn what it cost each; the first, in which everything is new, is left out."""
    return [[each(turn) for each in takers] for turn in range(TURNS + 1)][1:]


def print_costs(turns: list[list[Costs]]) -> None:
    """Print a line for each thing measured."""
    for what in turns[0][0]:
        plain, compiled = ([turn[place][what] for turn in turns] for place in (0, 1))
        ratio = statistics.median(one / other for one, other in zip(plain, compiled, strict=True))
        costs = f"{statistics.median(plain):7.1f} us {statistics.median(compiled):7.1f} us"
        print(f"{what:<44} {costs}  x {ratio:.2f}")


@contextmanager
def working(build: str) -> Iterator[Callable[[int], Costs]]:
    """Run a process that decides and folds, a turn whenever it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.compiled", "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, **environment(build)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    asks, tells = process.stdin, process.stdout

    def turn(number: int) -> Costs:
        asks.write(f"{number}\n")
        asks.flush()
        found: Costs = json.loads(tells.readline())
        return found

    try:
        yield turn
    finally:
        asks.close()
        process.wait(timeout=30)


def work() -> None:
    """Take a turn for every line that comes in."""
    calls, paid = ledger(4_000), bills(2_000)
    opening = Position.opening(agreement_one(), terms())
    standing = fold(opening, ledger(2_000, unpaid=True))
    for line in sys.stdin:
        begun = standing.now + 1_000 * int(line)
        asked = [May(party, act, begun + n) for n in range(100) for party, act in ACTS]
        costs = {
            "a decision, account in arrears": cpu(decided, standing, asked) / len(asked),
            "an event, calls with monthly bills": cpu(fold, opening, calls) / len(calls),
            "an event, bills and payments only": cpu(fold, opening, paid) / len(paid),
        }
        print(json.dumps(costs), flush=True)


def decided(position: Position, questions: Sequence[May]) -> None:
    """Decide questions at a position."""
    for each in questions:
        decide(position, each)


def fold(position: Position, events: Sequence[Event]) -> Position:
    """Return the position after events."""
    for each in events:
        position = advance(position, each)
    return position


def cpu(act: Callable[..., object], *given: object) -> float:
    """Return the microseconds of CPU that something takes."""
    start = time.process_time()
    act(*given)
    return 1e6 * (time.process_time() - start)


def over_http(server: Process) -> Callable[[int], Costs]:
    """Return what asks a server, one by one and in batches, and reports to it."""
    return lambda turn: {
        "an evaluation over HTTP": server.load(singles(1_000, 10_000 * turn))["cpu"],
        f"an evaluation in a batch of {BATCH}": server.load(batches(20, BATCH, 1_000_000 * turn))["cpu"]
        / BATCH,
        f"an event over HTTP, {REPORTED} in a batch": server.load(
            in_batches(happened(5_000, 5_000 * turn)), connections=4
        )["cpu"]
        / REPORTED,
    }


if __name__ == "__main__":
    work() if sys.argv[1:] == ["worker"] else main()
