"""Machine code kept on disk for the next process.

An entry is a file named by a hash of all that its code comes of, so it is never stale. It begins with a seal of the
rest: what is cut off, damaged, or not this user's own is passed over and made anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from contractlang.hashes import hash_of

MOST_ENTRIES = 40
_ENDING = ".code"
_SEAL = 64
"""How many bytes the seal has."""


def folder() -> Path | None:
    """Return where machine code is kept: beside what loads came to, or as CONTRACT_CACHE says; None for nowhere."""
    named, standard = os.environ.get("CONTRACT_CACHE"), os.environ.get("XDG_CACHE_HOME", "")
    if named is not None:
        return None if named in ("", "off") else Path(named).absolute() / "kernels"
    try:
        above = Path(standard) if os.path.isabs(standard) else Path.home() / ".cache"
    except RuntimeError:  # Nobody's home is known.
        return None
    return above / "contract-engine" / "kernels"


def kept(place: Path | None, parts: Iterable[str], make: Callable[[], bytes]) -> bytes:
    """Return the code that comes of some parts, as it is kept in a folder, or made anew and kept there."""
    entry = None if place is None else place / (hash_of((each, b"") for each in parts) + _ENDING)
    found = None if entry is None else _read(entry)
    if found is None:
        found = make()
        if entry is not None:
            _write(entry, found)
    return found


def _read(entry: Path) -> bytes | None:
    """Return what an entry holds; None where it is not there, not whole, or somebody else's."""
    try:
        if not (_is_own(entry.parent) and _is_own(entry)):
            return None
        found = entry.read_bytes()
    except OSError:
        return None
    return found[_SEAL:] if _seal(found[_SEAL:]) == found[:_SEAL] else None


def _write(entry: Path, code: bytes) -> None:
    """Keep code, if it can be kept."""
    try:
        entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(entry.parent):
            return
        number, name = mkstemp(dir=entry.parent, prefix=".")
        with os.fdopen(number, "wb") as file:
            file.write(_seal(code) + code)
        os.replace(name, entry)
        _forget(entry.parent)
    except OSError:
        return


def _seal(code: bytes) -> bytes:
    return sha256(code).hexdigest().encode("ascii")


def _is_own(path: Path) -> bool:
    status = path.lstat()
    return not hasattr(os, "geteuid") or (
        status.st_uid == os.geteuid() and not status.st_mode & 0o022 and not path.is_symlink()
    )


def _forget(place: Path) -> None:
    """Remove the oldest entries past the most that are kept."""
    for entry in sorted(place.glob(f"*{_ENDING}"), key=lambda each: each.stat().st_mtime_ns)[:-MOST_ENTRIES]:
        entry.unlink(missing_ok=True)
