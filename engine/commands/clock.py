"""The only look at the clock."""

from __future__ import annotations

from datetime import datetime


def now() -> int:
    """Return the present instant."""
    from engine.dates import instant

    return instant(datetime.now().astimezone())
