"""One folder of contract files: listed, read, and written without losing what somebody else has written.

A revision is the hash of a file as it lies on the disk. Who saves says from which revision the text was made; where the
file is another by now, nothing is written, and the newer text is given back to be merged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from contractlang.source import MAX_BYTES
from engine.errors import EngineError
from engine.whole import write_whole

SUFFIXES = (".contract", ".md", ".jsonl", ".yaml", ".yml", ".txt")
"""What the desk opens: contracts, scenarios, ledgers, notes."""

MOST_FILES = 5_000
ABSENT = ""
"""The revision of a file that is not there."""


class BadFile(EngineError):
    """A file cannot be read or written as asked: say another. `status` is how HTTP says it."""

    def __init__(self, field: str, reason: str, status: int = 422) -> None:
        super().__init__(reason)
        self.field, self.reason, self.status = field, reason, status


class Changed(EngineError):
    """The file is not what the writer began from: merge with `now`, and save again."""

    def __init__(self, now: Text) -> None:
        super().__init__("somebody has saved this file meanwhile")
        self.now = now


@dataclass(frozen=True)
class Text:
    """A file as it is read: its text with plain line ends, and its revision (32 hex digits; ABSENT where it is not)."""

    path: str
    text: str
    revision: str


class Folder:
    """A folder, and nothing outside it. Paths are relative to it, with `/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def files(self) -> list[str]:
        """Return the files that can be opened, in order; hidden ones are left out."""
        found = []
        for each in self._walk(self.root):
            found.append(each.relative_to(self.root).as_posix())
            if len(found) >= MOST_FILES:
                break
        return sorted(found, key=lambda path: (path.rpartition("/")[0], path))

    def _walk(self, folder: Path) -> Iterator[Path]:
        for name in sorted(os.listdir(folder)):
            each = folder / name
            if name.startswith((".", "_")) or name == "node_modules" or each.is_symlink():
                continue
            if each.is_dir():
                yield from self._walk(each)
            elif each.suffix in SUFFIXES and each.is_file():
                yield each

    def at(self, path: str) -> Path:
        """Return where a path lies on the disk. Raises BadFile for what is not a text below the folder."""
        parts = path.split("/")
        if not path or "\0" in path or "\\" in path or any(part in ("", ".", "..") for part in parts):
            raise BadFile("path", f"`{path}` is no path below the folder", 404)
        if any(part.startswith(".") for part in parts):
            raise BadFile("path", f"`{path}` is hidden", 404)
        if not path.endswith(SUFFIXES):
            raise BadFile("path", f"`{path}`: the desk opens {', '.join(SUFFIXES)}", 404)
        found = self.root.joinpath(*parts)
        # What a link leads to may lie elsewhere.
        if not found.resolve().is_relative_to(self.root):
            raise BadFile("path", f"`{path}` lies outside the folder", 404)
        return found

    def read(self, path: str) -> Text:
        """Return a file. Raises BadFile."""
        raw = self._raw(path)
        if raw is None:
            raise BadFile("path", f"{path}: no such file", 404)
        return _text(path, raw)

    def save(self, path: str, text: str, revision: str) -> Text:
        """Write a file that was made from `revision`, as a whole or not at all. Raises Changed and BadFile.

        Windows' line ends and the mark at the beginning stay where the file has them.
        """
        where = self.at(path)
        before = self._raw(path)
        if (_revision(before) if before is not None else ABSENT) != revision:
            raise Changed(_text(path, before) if before is not None else Text(path, "", ABSENT))
        raw = _raw_of(text, before or b"")
        if len(raw) > MAX_BYTES:
            raise BadFile("text", f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            write_whole(where, raw)
        except OSError as wrong:
            raise BadFile("path", f"{path}: {wrong.strerror}", 403) from None
        return _text(path, raw)

    def _raw(self, path: str) -> bytes | None:
        where = self.at(path)
        try:
            return where.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise BadFile("path", f"{path}: {wrong.strerror}", 403) from None


def _revision(raw: bytes) -> str:
    return sha256(raw).hexdigest()[:32]


def _text(path: str, raw: bytes) -> Text:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise BadFile("path", f"{path}: line {line} is not UTF-8 text; save the file as UTF-8") from None
    return Text(path, text.replace("\r\n", "\n").replace("\r", "\n"), _revision(raw))


def _raw_of(text: str, before: bytes) -> bytes:
    try:
        plain = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    except UnicodeEncodeError:
        raise BadFile("text", "half a character cannot be written as UTF-8") from None
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        plain = plain.replace(b"\n", b"\r\n")
    return (b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b"") + plain
