"""The service's only look at the clock."""

from __future__ import annotations

import time

from engine.event import Instant


def now() -> Instant:
    """Return the present instant."""
    return time.time_ns() // 1000
