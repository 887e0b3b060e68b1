"""The smallest set of numbers that has one of each of some groups."""

from __future__ import annotations


def fewest_of(groups: list[frozenset[int]]) -> frozenset[int]:
    """Return the smallest set of numbers that has one of each group; of several that with the greatest numbers."""
    size, best = 0, None
    while best is None:
        best = _met(groups, frozenset(), size, set())
        size += 1
    return best


def _met(
    groups: list[frozenset[int]], taken: frozenset[int], more: int, seen: set[frozenset[int]]
) -> frozenset[int] | None:
    unmet = sorted((each for each in groups if not each & taken), key=len)
    if not unmet:
        return taken
    apart: set[int] = set()
    needed = 0
    for each in unmet:
        if not each & apart:
            apart |= each
            needed += 1
    if needed > more:
        return None
    best: frozenset[int] | None = None
    for number in sorted(unmet[0]):
        wider = frozenset((*taken, number))
        if wider in seen:
            continue
        seen.add(wider)
        found = _met(groups, wider, more - 1, seen)
        if found is not None and (best is None or sorted(found) > sorted(best)):
            best = found
    return best
