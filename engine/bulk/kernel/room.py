"""Memory that one batch of accounts needed is kept for the next.

As it is, large arrays are given back to the system at once, and each new one begins with pages that the system has to
find and clear first: a sixth of what a run took.
"""

from __future__ import annotations

import ctypes

import pyarrow

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""What can be set of malloc, as glibc numbers it: how much is kept free, by how much it grows, whether large arrays
are asked for one by one."""
_KEPT, _GROWS = 1 << 30, 1 << 26


def keep_room() -> None:
    """Keep what is let go of in this process, and in those that begin as copies of it."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        # Another library of C does as it does.
        return
    for what, value in ((_TRIM_THRESHOLD, _KEPT), (_TOP_PAD, _GROWS), (_MMAP_MAX, 0)):
        mallopt(what, value)
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
