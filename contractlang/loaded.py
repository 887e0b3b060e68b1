"""What came of some files, and which files could have had a part in it.

Apart from `load.py`, so that what is kept from last time (`cache.py`) need not wait for all that reads a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from contractlang.contract import Contract
from contractlang.diagnostic import Diagnostic, Severity
from contractlang.source import Source

SUFFIX = ".contract"


@dataclass
class Loaded:
    """What came of some files: the contracts by name, their sources by path, and every diagnostic.

    The second and further versions of a document are called by its name and their version (`civil_code@2`).
    """

    contracts: dict[str, Contract] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[Diagnostic]:
        """The diagnostics that stop the contracts from being asked anything."""
        return [each for each in self.diagnostics if each.severity is Severity.ERROR]


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the contract files in `paths`: files as given, folders searched."""
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]))
    return list(found)


def neighbours(beside: Path) -> Iterator[Path]:
    """Return the contract files in the folder of a file, and in the vocabulary beside that folder."""
    folder = beside.parent
    for place in (folder, folder.parent / "vocabulary"):
        try:
            yield from sorted(place.glob(f"*{SUFFIX}"))
        except (OSError, ValueError):
            continue


def in_reach(paths: Iterable[Path], library: Iterable[Path]) -> list[Path]:
    """Return every file that a load could read: those asked for, the library's, and the neighbours of all of them."""
    found = dict.fromkeys([*files_of(paths), *files_of(library)])
    waiting = list(found)
    folders: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path.parent in folders:
            continue
        folders.add(path.parent)
        new = [each for each in neighbours(path) if each not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return list(found)
