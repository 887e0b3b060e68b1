"""What was singled out before, where the same happens: the next search begins there, so that it mostly ends there too.

Which world is singled out does not hang on where the search begins, only how long it takes. So what is held here may be
of another question, or of an older text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Values = dict[str, int | bool]
"""What terms are in a world, by their names."""
MOST = 400
"""How many worlds are kept for other runs: the latest."""
_OF = "\n"
"""Between what a question is called and what happens in its world."""


class Singled(NamedTuple):
    """A world that was singled out: what happens in it, what cannot all be left out of any world, what terms are."""

    there: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    values: Values


class Near:
    """The last world of each question, and of each set of happenings whatever the question."""

    def __init__(self, held: dict[str, Singled] | None = None) -> None:
        self._held: dict[str, Singled] = {}
        self._new: dict[str, Singled] = {}
        self._last: dict[str, Singled] = {}
        self.take_over(held or {})

    @property
    def held(self) -> dict[str, Singled]:
        """What is worth keeping of it."""
        return dict(list(self._held.items())[-MOST:])

    def last(self, question: str) -> Singled | None:
        """Return the world that a question had last; None where it had none."""
        return self._last.get(question)

    def forget(self, question: str) -> None:
        """Take it that the last world of a question is none of it any more; where it was is still near."""
        self._last.pop(question, None)

    def of(self, question: str, there: Iterable[str]) -> Values:
        """Return the values to begin with; none where nothing like it was singled out before."""
        same, alike = _called(question, there)
        held = self._held.get(same) or self._held.get(alike)
        return held.values if held is not None else {}

    def note(self, question: str, world: Singled) -> None:
        """Take what was singled out."""
        new = dict.fromkeys(_called(question, world.there), world)
        self._new |= new
        self.take_over(new)

    def handed_over(self) -> dict[str, Singled]:
        """Return what was taken since this was last asked, for another process."""
        new, self._new = self._new, {}
        return new

    def take_over(self, new: dict[str, Singled]) -> None:
        """Take what was singled out in another process."""
        for name, world in new.items():
            self._held.pop(name, None)
            self._held[name] = world
            self._last[name.partition(_OF)[0]] = world


def _called(question: str, there: Iterable[str]) -> tuple[str, str]:
    happening = "\t".join(there)
    return f"{question}{_OF}{happening}", happening
