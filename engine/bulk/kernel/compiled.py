"""Text compiled by numba, and the machine code kept on disk for the next process.

An entry is a folder named by a hash of the text and of what compiles it, so it is never stale. Its last file seals the
others: what is cut off, damaged, or not this user's own is passed over and made anew. (What numba keeps is read by
`pickle`, so nothing is read that another user could have written.)
"""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from types import FunctionType, ModuleType
from typing import Any

from contractlang.hashes import hash_of

MOST_ENTRIES = 40
_TEXT, _SEAL = "text.py", "seal"


class Compiled:
    """The functions of a text, compiled when they are first called, or as they were kept."""

    def __init__(self, source: str, folder: Path | None) -> None:
        self._kept = None if folder is None else folder / _key(source)
        self._new: Path | None = None
        self._missed = 0
        place = self._kept
        if place is not None and not _is_sound(place):
            self._new = place = _room(place, source)
        self.functions = _functions(source, None if place is None else place / _TEXT)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self.functions[name]
        except KeyError:
            raise AttributeError(name) from None

    def _dispatchers(self) -> Iterator[Any]:
        yield from self.functions.values()

    def keep(self) -> None:
        """Keep what was compiled so far; to be called once functions have run. Does nothing if nothing is new."""
        missed = sum(sum(each.stats.cache_misses.values()) for each in self._dispatchers())
        if self._kept is None or missed == self._missed:
            return
        self._missed = missed
        new, kept, self._new = self._new, self._kept, None
        if new is None:
            # What is compiled later is laid beside what was kept, which is whole again with a new seal.
            if (kept / _SEAL).is_file():
                (kept / _SEAL).write_text(_seal_of(kept), "ascii")
            return
        try:
            (new / _SEAL).write_text(_seal_of(new), "ascii")
            if kept.exists():
                shutil.rmtree(kept)
            os.rename(new, kept)
            _forget(kept.parent)
        except OSError:
            # Another process was quicker, or nothing can be kept: the next one compiles again.
            shutil.rmtree(new, ignore_errors=True)


@lru_cache(maxsize=32)
def compiled(source: str) -> Compiled:
    """Return a text compiled by numba."""
    return Compiled(source, folder())


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


def _key(source: str) -> str:
    import llvmlite
    import numba

    return hash_of((each, b"") for each in (sys.version, numba.__version__, llvmlite.__version__, source))


def _functions(source: str, path: Path | None) -> dict[str, Callable[..., Any]]:
    import numba

    # What was kept finds its globals again by the name of its module.
    module = ModuleType(f"compiled_{_key(source)}")
    sys.modules[module.__name__] = module
    made = module.__dict__
    exec(compile(source, "<text>" if path is None else str(path), "exec", dont_inherit=True), made)
    own = {name: each for name, each in made.items() if isinstance(each, FunctionType)}
    inner = _called(source) & own.keys()
    # They call each other by name, so each has to be compiled where the others are found. None makes an array, so
    # nobody counts who has one; only what is called from Python can be, and is kept, with all that it calls.
    for name, each in own.items():
        options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "_nrt": False}
        options |= {"no_cpython_wrapper": True} if name in inner else {"cache": path is not None}
        made[name] = numba.njit(each, **options)
    return {name: made[name] for name in own if name not in inner}


def _called(source: str) -> set[str]:
    """Return the names of functions that a text calls."""
    calls = (each.func for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call))
    return {each.id for each in calls if isinstance(each, ast.Name)}


def _room(kept: Path, source: str) -> Path | None:
    """Return a new folder in which the text stands, to be compiled there; None where none can be made."""
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(kept.parent):
            return None
        room = Path(mkdtemp(dir=kept.parent, prefix="."))
        (room / _TEXT).write_text(source, "utf-8")
        (room / "__pycache__").mkdir(mode=0o755)
        return room
    except OSError:
        return None


def _is_sound(entry: Path) -> bool:
    """Tell whether an entry is whole, and nobody else's."""
    try:
        parts = [entry.parent, entry, *entry.rglob("*")]
        return all(map(_is_own, parts)) and (entry / _SEAL).read_text("ascii") == _seal_of(entry)
    except (OSError, ValueError):
        return False


def _is_own(path: Path) -> bool:
    status = path.lstat()
    return not hasattr(os, "geteuid") or (
        status.st_uid == os.geteuid() and not status.st_mode & 0o022 and not path.is_symlink()
    )


def _seal_of(entry: Path) -> str:
    own = sorted(each for each in entry.rglob("*") if each.is_file() and each.name != _SEAL)
    return hash_of((str(path.relative_to(entry)), path.read_bytes()) for path in own)


def _forget(folder: Path) -> None:
    """Remove the oldest entries past the most that are kept."""
    entries = sorted(
        (each for each in folder.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime_ns
    )
    for entry in entries[:-MOST_ENTRIES]:
        shutil.rmtree(entry, ignore_errors=True)
