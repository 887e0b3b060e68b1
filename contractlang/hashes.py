"""Hashes of what something that is kept hangs on: the program's own files, and whatever else bears on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path


def hash_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the hash of what something that is kept hangs on: names, each with its content."""
    hashed = blake2b(digest_size=20)
    for name, content in parts:
        hashed.update(f"{len(name)} {len(content)} {name}".encode("utf-8", "surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


def code(paths: Iterable[Path], root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield those of some files that the program is made of, by their names in `root`."""
    for path in sorted(paths):
        if path.suffix in (".py", ".lark", ".tables", ".json"):
            yield str(path.relative_to(root)), path.read_bytes()
