"""What a saved contract comes to, each measured by another process so that nobody who types waits for it.

The commands are those that a person would type: `contract check`, `contract test`, `contract analyse`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.desk.beside import told_by
from engine.workbench.folder import BadFile

LONGEST = 300
"""Seconds after which a measure is given up."""

MEASURES = ("check", "test", "analyse", "coverage")
_SCENARIOS = ("scenarios.md", "scenarios.yaml", "scenarios.yml")


async def measured(path: Path, what: str, layers: str = "") -> dict[str, Any]:
    """Return what one of MEASURES says of the contract in a file. Raises BadFile.

    check: errors, warnings, notes, diagnostics. test: passed, failed, outcomes (none where there are no scenarios).
    analyse: findings, searched. coverage: cases with the clauses that each touches, missing. Where the contract cannot
    be read for its errors: {"unread": lines}.
    """
    if what not in MEASURES:
        raise BadFile("what", f"`{what}` is none of {', '.join(MEASURES)}", 404)
    subject = path
    if what in ("test", "coverage"):
        subject = path.parent
        if not any((subject / name).is_file() for name in _SCENARIOS):
            return (
                {"cases": [], "missing": []}
                if what == "coverage"
                else {"passed": 0, "failed": 0, "outcomes": []}
            )
    words = ["test", str(subject), "--coverage"] if what == "coverage" else [what, str(subject)]
    under = ("--layers", layers) if layers and what == "analyse" else ()
    try:
        told = await told_by(*words, *under, within_s=LONGEST)
    except TimeoutError:
        raise BadFile("what", f"`contract {what}` has not ended within {LONGEST} s", 503) from None
    except ValueError:
        raise BadFile("what", f"`contract {what}` has not answered", 500) from None
    if "error" in told:
        return {"unread": str(told["error"]["reason"])}
    told.pop("version", None)
    return told
