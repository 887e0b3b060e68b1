"""Live shards on Ray's core: each account is kept by one actor, told by its name.

An actor that is lost begins anew from the log of its shard, which whoever feeds it keeps before feeding; what it is
then fed again is passed over, so nothing is taken twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import ray
from ray import cloudpickle

from engine.bulk.fold import Portfolio, Reject, Rows
from engine.bulk.live import Shard, Woken
from engine.event import Instant

Fed = list[tuple[str, str]]
"""Rows as they are fed: the account, and the text (JSON)."""
Log = Callable[[int], Iterable[tuple[str, str]]]
"""What gives the rows of a shard that were fed before, in the order in which they were."""


class Live:
    """A portfolio kept by actors of the cluster that `ray.init` has joined."""

    def __init__(self, make: Callable[[], Portfolio], now: Instant, shards: int, log: Log) -> None:
        self.shards = shards
        made, logged = cloudpickle.dumps(make), cloudpickle.dumps(log)
        actor = ray.remote(max_restarts=-1, max_task_retries=-1)(_Actor)
        self.actors = [actor.remote(made, now, logged, number) for number in range(shards)]

    def shard_of(self, account: str) -> int:
        """Return which shard keeps an account."""
        return crc32(account.encode()) % self.shards

    def feed(self, rows: Iterable[tuple[str, str]]) -> list[Reject]:
        """Take a micro-batch that is in the log; return what could not be taken."""
        parts: dict[int, Fed] = defaultdict(list)
        for account, row in rows:
            parts[self.shard_of(account)].append((account, row))
        found = ray.get([self.actors[number].feed.remote(part) for number, part in sorted(parts.items())])
        return [each for part in found for each in part]

    def tick(self, until: Instant) -> list[Woken]:
        """Let time pass; return the accounts whose standing it changed, the earliest first."""
        found = ray.get([each.tick.remote(until) for each in self.actors])
        return sorted((each for part in found for each in part), key=lambda each: (each.at, each.account))

    def tables(self) -> dict[str, Rows]:
        """Return what a replay of all events so far would tell, on the day of the portfolio, account by account."""
        found: dict[str, Rows] = defaultdict(list)
        for part in ray.get([each.tables.remote() for each in self.actors]):
            for kind, rows in part.items():
                found[kind] += rows
        return {kind: sorted(rows, key=lambda row: str(row["account"])) for kind, rows in found.items()}

    def close(self) -> None:
        """End the actors."""
        for each in self.actors:
            ray.kill(each)


class _Actor:
    """A shard in a process of its own."""

    def __init__(self, made: bytes, now: Instant, logged: bytes, number: int) -> None:
        self.shard = Shard(cloudpickle.loads(made)(), now)
        self.shard.feed(cloudpickle.loads(logged)(number))

    def feed(self, rows: Fed) -> list[Reject]:
        return self.shard.feed(rows)

    def tick(self, until: Instant) -> list[Woken]:
        return self.shard.tick(until)

    def tables(self) -> dict[str, Any]:
        return self.shard.tables()
