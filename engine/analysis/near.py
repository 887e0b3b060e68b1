"""What was singled out before, where the same happens: the next search begins there, so that it mostly ends there too.

Which world is singled out does not hang on where the search begins, only how long it takes. So what is held here may be
of another question, or of an older text.
"""

from __future__ import annotations

from collections.abc import Iterable

Values = dict[str, int | bool]
"""What terms are in a world, by their names."""
MOST = 400
"""How many worlds are kept for other runs: the latest."""
_OF = "\n"
"""Between what a question is called and what happens in its world."""


class Near:
    """The last world of each question, and of each set of happenings whatever the question."""

    def __init__(self, held: dict[str, Values] | None = None) -> None:
        self._held: dict[str, Values] = {}
        self._new: dict[str, Values] = {}
        self._questions: set[str] = set()
        self.take_over(held or {})

    @property
    def held(self) -> dict[str, Values]:
        """What is worth keeping of it."""
        return dict(list(self._held.items())[-MOST:])

    def knows(self, question: str) -> bool:
        """Tell whether a question had an answer before."""
        return question in self._questions

    def of(self, question: str, there: Iterable[str]) -> Values:
        """Return the values to begin with; none where nothing like it was singled out before."""
        same, alike = _called(question, there)
        return self._held.get(same) or self._held.get(alike) or {}

    def note(self, question: str, there: Iterable[str], values: Values) -> None:
        """Take what was singled out."""
        new = dict.fromkeys(_called(question, there), values)
        self._new |= new
        self.take_over(new)

    def handed_over(self) -> dict[str, Values]:
        """Return what was taken since this was last asked, for another process."""
        new, self._new = self._new, {}
        return new

    def take_over(self, new: dict[str, Values]) -> None:
        """Take what was singled out in another process."""
        for name, values in new.items():
            self._held.pop(name, None)
            self._held[name] = values
            self._questions.add(name.partition(_OF)[0])


def _called(question: str, there: Iterable[str]) -> tuple[str, str]:
    happening = "\t".join(there)
    return f"{question}{_OF}{happening}", happening
