"""Pages that take the solver seconds, kept on disk by what they hang on: documents, and this program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import contractlang
import engine
from contractlang.diagnostic import Language


def mark_of(*parts: str | bytes) -> str:
    """Return what a page hangs on as a hash: these parts, and the program itself."""
    held = hashlib.sha256(_program_mark().encode())
    for part in parts:
        held.update(part.encode() if isinstance(part, str) else part)
    return held.hexdigest()[:32]


def held_pages(
    kept: Path | None, mark: str, languages: Sequence[Language], make: Callable[[], dict[Language, str]]
) -> dict[Language, str]:
    """Return a page in each language as it is kept in the folder `kept`, or make it and keep it."""
    path = kept / f"{mark}.json" if kept is not None else None
    if path is not None and path.is_file():
        held: dict[Language, str] = json.loads(path.read_text("utf-8"))
        if set(languages) <= held.keys():
            return {language: held[language] for language in languages}
    made = make()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    return made


@cache
def _program_mark() -> str:
    held = hashlib.sha256()
    for package in (contractlang, engine):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                held.update(path.read_bytes())
    return held.hexdigest()
