"""`contract analyse --conflict-checks`: a file of checks, each with what it expects of two agreements or more."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.common import FINE, FOUND, SHIPPED, Refused, one_line, print_json
from engine.commands.given import found_at, text_of, usable, words_beside
from engine.render import Outcome, Screen, show_outcomes

if TYPE_CHECKING:
    from contractlang.contract import Contract


def run_checks(written: str, as_json: bool) -> int:
    """Run a file of conflict checks, and return the exit status."""
    from engine.analysis.checks import BadChecks, Checker
    from engine.governing import Programs

    path = found_at(written)
    words = words_beside(path)
    named = dict.fromkeys(name for names in words.documents.values() for name in names)
    loaded = usable([*named, str(SHIPPED / "law")])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    checker = Checker(programs, words.raw, partial(_laid_beside, tuple(named)))
    outcomes: list[Outcome] = []
    screen = Screen.of()
    try:
        for each in checker.run(text_of(str(path))):
            status = "passed" if each.passed else "failed"
            outcomes.append(Outcome(status, each.check, each.expected, each.got))
            if not as_json:
                show_outcomes(screen, outcomes[-1:], "en")
                screen.out.flush()
    except BadChecks as wrong:
        raise Refused(f"{path}: {one_line(wrong)}", where=str(path), field="conflict_checks") from None
    counts = {name: sum(each.status == name for each in outcomes) for name in ("passed", "failed")}
    if as_json:
        rows = [{"status": o.status, "name": o.name, "expected": o.expected, "got": o.got} for o in outcomes]
        print_json({"outcomes": rows, **counts})
    else:
        screen.out.write(f"{counts['passed']} passed, {counts['failed']} failed\n")
    return FOUND if counts["failed"] else FINE


def _laid_beside(paths: Sequence[str], text: str) -> Contract:
    """Return the supplement that a text is to one of these agreements. Raises Refused where it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beside.contract"
        path.write_text(text, "utf-8")
        loaded = usable([*paths, str(path)])
    return next(
        loaded.contracts[name] for name in loaded.asked if loaded.contracts[name].kind == "supplement"
    )
