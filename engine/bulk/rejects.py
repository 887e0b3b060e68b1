"""Why rows were set aside, counted by kind of reason: what a reason says of one row alone is left out of account."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from engine.bulk.tables import queried

_OF_ONE_ROW = r"`[^`]*`|'[^']*'|[0-9][0-9T:+./-]*"


class Why(NamedTuple):
    """A kind of reason: the field at fault, the reason of one row, in both languages, and how many rows there are.

    `alike` tells whether all of them have the same reason, to the letter.
    """

    field: str
    reason: str
    zh: str
    alike: bool
    rows: int

    def said(self, language: str) -> str:
        """Return it in words."""
        reason = self.zh if language == "zh" and self.zh else self.reason
        such = "" if self.alike else "如" if language == "zh" else "such as "
        return f"{self.field}{'：' if language == 'zh' else ': '}{such}{reason}"


def why_set_aside(path: Path) -> list[Why]:
    """Return why the rows of a table of rejects were set aside, the most frequent kind of reason first."""
    found = queried(
        {"rejects": path},
        "SELECT field, min(reason), arg_min(reason_zh, reason), count(DISTINCT reason) = 1, count(*) AS n"
        " FROM rejects GROUP BY field, regexp_replace(reason, $1, '', 'g') ORDER BY n DESC, 1, 2",
        [_OF_ONE_ROW],
    )
    return [Why(*each) for each in found]
