"""A clock by which days pass in a second, for what only time brings: servers are killed while it comes.

The clocks of servers differ, as clocks do, and one that is started again may have stepped back.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from types import SimpleNamespace

from engine.service import clock

A_DAY_S, HOUR_NS = 86_400, 3_600 * 10**9
BEGINS = datetime(2026, 4, 4, tzinfo=UTC)


def hastened() -> str:
    """Return a clock that begins now, a day a second."""
    return f"{time.time_ns()} {int(BEGINS.timestamp()) * 10**9}"


def run_by(told: str) -> None:
    """Have the service of this process go by such a clock, which may be some hours ahead or behind."""
    begun, begins = map(int, told.split())
    off = random.Random(os.getpid()).choice((0, 0, -6, 6)) * HOUR_NS
    hasty = SimpleNamespace(time_ns=lambda: begins + (time.time_ns() - begun) * A_DAY_S + off)
    clock.time = hasty  # type: ignore[attr-defined, assignment]
