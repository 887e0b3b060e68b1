"""No search for garbage while a finding is looked for: questions make many small objects and hardly a circle.

What refers to nothing that refers back is let go at once, as ever. The search begins again as each finding is told, so
that who is told of it goes on as before.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def uncollected(each: Iterable[T]) -> Iterator[T]:
    """Yield the same, each made without a search for garbage."""
    made = iter(each)
    while True:
        searched = gc.isenabled()
        gc.disable()
        try:
            one = next(made)
        except StopIteration:
            return
        finally:
            if searched:
                gc.enable()
        yield one
