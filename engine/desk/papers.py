"""The papers on the desk: the files that are open, as they are typed, and what was last understood of each.

Checking takes time, typing does not wait for it: what a file means is worked out beside the conversation, always of
its newest text, and what was understood before serves until then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from contractlang import symbols
from contractlang.contract import Contract
from contractlang.load import Workspace
from contractlang.loaded import SUFFIX, Loaded
from contractlang.parser import parse
from contractlang.source import MAX_BYTES, Source, Unreadable, read
from contractlang.syntax import Clause, Statement, Written
from engine.desk.turning import Turning, turning


@dataclass(frozen=True)
class Understood:
    """What one text means: the contract, all it was read with, and the names in it."""

    source: Source
    loaded: Loaded
    contract: Contract
    read: Written | None = None

    @cached_property
    def written(self) -> Written:
        """The statements of the text."""
        return self.read if self.read is not None else parse(self.source)[0]

    @cached_property
    def names(self) -> symbols.Names:
        """What its names stand for."""
        return symbols.Names.of(self.contract)

    @cached_property
    def occurrences(self) -> list[symbols.Occurrence]:
        """Every name in the text that stands for something."""
        return symbols.occurrences(self.written, self.contract)

    def statement_at(self, offset: int) -> tuple[Clause, Statement] | None:
        """Return the statement at a place, with the clause above it."""
        for clause, each in self.written.statements():
            if each.base <= offset <= each.base + each.length:
                return clause, each
        return None

    def names_at(self, offset: int) -> list[symbols.Occurrence]:
        """Return the names in the statement at a place."""
        at = self.statement_at(offset)
        return symbols.in_statement(at[1], at[0], self.names) if at is not None else []

    def name_at(self, offset: int) -> symbols.Occurrence | None:
        """Return the name at a place: in its statement, or the number at the head of a clause."""
        if self.statement_at(offset) is not None:
            return symbols.at(self.names_at(offset), offset)
        return symbols.at(symbols.headings(self.contract), offset)

    def source_of(self, path: str) -> Source | None:
        """Return a file that took part."""
        return self.loaded.sources.get(path)


@dataclass
class Papers:
    """The open files by path. `folders` are what the editor has open, `library` what documents may use besides."""

    library: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    understood: dict[str, Understood] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._workspace = Workspace(self.library, self.texts)

    def put(self, path: str, text: str) -> None:
        """Take a file as it is now; others that use it see this text, saved or not."""
        self.texts[path] = normal(text)

    def drop(self, path: str) -> None:
        """Close a file: from now on it is what is saved, also for those that use it."""
        self.texts.pop(path, None)
        for other, known in list(self.understood.items()):
            if path in known.loaded.sources:
                self.understood.pop(other, None)

    def forget(self) -> None:
        """Read anew what is on disk: files were made, changed or removed."""
        with self._lock:
            self._workspace = Workspace(self.library, self.texts)

    def source(self, path: str) -> Source | None:
        """Return a file as it is typed, else as it is saved; None where it cannot be read."""
        text = self.texts.get(path)
        if text is not None:
            return Source(path, text)
        try:
            return read(path, Path(path).read_bytes())
        except (OSError, ValueError, Unreadable):
            return None

    def understand(self, path: str) -> Understood | None:
        """Work out what a file means now; None where there is no such file. For threads: one at a time."""
        with self._lock:
            source = self.source(path)
            if source is None:
                return None
            known = self.understood.get(path)
            if known is not None and known.source.text == source.text and self._is_fresh(known):
                return known
            found = understand(self._workspace, source)
            if path in self.texts:
                self.understood[path] = found
            return found

    def _is_fresh(self, known: Understood) -> bool:
        """Tell whether the open files that took part are as they were."""
        used = known.loaded.sources
        return all(used[path].text == text for path, text in list(self.texts.items()) if path in used)

    def stale(self) -> list[str]:
        """Return the open files that were understood with another text of one that is open."""
        return [path for path, known in list(self.understood.items()) if not self._is_fresh(known)]

    def what_if(self, path: str, text: str) -> Understood:
        """Work out what a file would mean with another text, which is not kept."""
        with self._lock:
            return understand(self._workspace, Source(path, text))

    def turned(self, path: str) -> Turning:
        """Turn a file into its other language. Raises OSError where there is none."""
        with self._lock:
            source = self.source(path)
            if source is None:
                raise FileNotFoundError(path)
            return turning(self._workspace, source)

    def near(self, path: str) -> list[str]:
        """Return the contract files among which a name of `path` may be used: those open and those in the folders."""
        found = dict.fromkeys([path, *self.texts])
        folders: Iterable[Path] = self.folders or (Path(path).parent,)
        for folder in folders:
            found.update(dict.fromkeys(map(str, sorted(folder.rglob(f"*{SUFFIX}")))))
        return list(found)


def understand(workspace: Workspace, source: Source) -> Understood:
    """Return what a text means."""
    loaded = workspace.check(source.path, source.text)
    return Understood(source, loaded, loaded.contracts[loaded.asked[0]], workspace.written(source.path))


def normal(text: str) -> str:
    """Return a text as files are read: one kind of line end, and no more than a contract may have."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")[:MAX_BYTES]
