"""The two builds of the same sources: interpreted, and compiled by `make native`."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parents[1]
BUILDS = {"interpreted": HERE, "compiled": HERE / "build" / "native"}


def both() -> tuple[str, ...]:
    """Return the names of the builds. Raises SystemExit where nothing was compiled yet."""
    if not (BUILDS["compiled"] / "engine").is_dir():
        raise SystemExit("bench:   there is no compiled build yet: make native")
    return tuple(BUILDS)


def environment(build: str) -> dict[str, str]:
    """Return what has Python take its modules from a build, and from nowhere else before."""
    return {"PYTHONPATH": str(BUILDS[build]), "PYTHONSAFEPATH": "1"}
