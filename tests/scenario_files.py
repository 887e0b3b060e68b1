"""The scenario files that tests run, read once: what is shipped, the histories that others wrote, their words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from engine.scenarios import scenarios_in
from engine.situation import Words

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "contracts" / "scenarios" / "scenarios.yaml"
HISTORIES = ROOT / "tests" / "data" / "histories.yaml"
WORDS = Words.read(SCENARIOS.with_name("mapping.yaml"))


@cache
def listed(path: Path) -> list[dict[str, Any]]:
    """Return the scenarios of a file."""
    return scenarios_in(path.read_text("utf-8"))
