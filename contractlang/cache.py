"""What a load came to, kept on disk for the next process that loads the same.

An entry is found by a hash of all that it hangs on: the program that reads, the paths asked for, and every file that
could have had a part, by its content. So an entry is never stale, and nothing has to be said when a file changes. What
is damaged, cut off, of another question or of another user is passed over and written anew. An entry is JSON and makes
norms and nothing else (`flat.py`): reading one executes nothing.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from contractlang.flat import flattened, raised
from contractlang.hashes import code, hash_of
from contractlang.loaded import Loaded, in_reach
from contractlang.source import Source, Unreadable, read

MOST_ENTRIES = 60
PROGRAM = Path(__file__).parent
_SUFFIX = ".loaded"


class Cache:
    """A folder in which loads are kept; none keeps nothing."""

    def __init__(self, folder: Path | None, program: Path = PROGRAM) -> None:
        self.folder, self.program = folder, program

    def load(self, paths: Iterable[Path], library: Iterable[Path] = ()) -> Loaded:
        """Return what `load` returns for the same paths and library."""
        paths, library = list(paths), list(library)
        key = ""
        raw: dict[str, bytes] = {}
        if self.folder is not None:
            try:
                raw = {str(path): path.read_bytes() for path in in_reach(paths, library)}
                key = self._key(paths, library, raw)
            except (OSError, ValueError):
                # A file that cannot be read is a matter for the load: it tells why.
                pass
        kept = self._kept(key, raw) if key else None
        if kept is not None:
            return kept
        from contractlang.load import load

        loaded = load(paths, library)
        if key:
            self._keep(key, loaded, raw)
        return loaded

    def _key(self, paths: Sequence[Path], library: Sequence[Path], raw: dict[str, bytes]) -> str:
        """Return the hash of all that a load hangs on."""
        asked = [[str(path) for path in each] for each in (paths, library)]
        said = ((each, b"") for each in (sys.version, json.dumps(asked)))
        return hash_of((*said, *code(self.program.rglob("*"), self.program), *raw.items()))

    def _kept(self, key: str, raw: dict[str, bytes]) -> Loaded | None:
        """Return the load that is kept under a key, or None where nothing sound is."""
        assert self.folder is not None
        try:
            body = entry(self.folder, key, _SUFFIX)
            if body is None:
                return None
            contracts, asked, paths, diagnostics = raised(json.loads(body))
            sources = {path: read(path, raw[path]) for path in paths}
        except (OSError, ValueError, TypeError, LookupError, Unreadable, RecursionError):
            return None
        return Loaded(contracts, asked, sources, diagnostics)

    def _keep(self, key: str, loaded: Loaded, raw: dict[str, bytes]) -> None:
        assert self.folder is not None
        if loaded.unreadable or not all(_is_of(source, raw) for source in loaded.sources.values()):
            return
        held = [loaded.contracts, loaded.asked, list(loaded.sources), loaded.diagnostics]
        body = json.dumps(flattened(held), ensure_ascii=False, separators=(",", ":")).encode()
        keep(self.folder, key, _SUFFIX, body, MOST_ENTRIES)


def entry(folder: Path, key: str, suffix: str) -> bytes | None:
    """Return what is kept in a folder under a key, or None where nothing sound of this user is."""
    try:
        sealed, _, body = _own(folder / f"{key}{suffix}").partition(b"\n")
    except OSError:
        return None
    return body if sealed == _seal(key, body) else None


def keep(folder: Path, key: str, suffix: str, body: bytes, most: int) -> None:
    """Keep something under a key, and no more than so many entries with that suffix: the oldest go.

    Two processes may do so at once: each writes a file of its own and puts it in its place. Where nothing can be kept,
    nothing is.
    """
    from tempfile import mkstemp

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file, written = mkstemp(dir=folder, prefix=".", suffix=suffix)
        try:
            with os.fdopen(file, "wb") as opened:
                opened.write(_seal(key, body) + b"\n" + body)
            os.replace(written, folder / f"{key}{suffix}")
        except OSError:
            os.unlink(written)
            raise
        entries = sorted(folder.glob(f"*{suffix}"), key=lambda each: each.stat().st_mtime_ns)
        for old in entries[:-most]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _seal(key: str, body: bytes) -> bytes:
    return blake2b(key.encode() + body, digest_size=20).hexdigest().encode()


def _own(path: Path) -> bytes:
    """Return what is in a file that nobody but this user can have written. Raises OSError for any other."""
    with open(
        path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NOFOLLOW", 0))
    ) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or (
            hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o022)
        ):
            raise PermissionError(f"{path} is not this user's own")
        return file.read()


def _is_of(source: Source, raw: dict[str, bytes]) -> bool:
    """Tell whether a source is what was read for the key: the file may have changed in between."""
    return source.path in raw and read(source.path, raw[source.path]) == source
