"""The pipeline on one screen: files to checked contracts, with everything wrong in them.

A document may `use` others by name; they are looked for beside it, in the vocabulary and in the folders of the library.
"""

from __future__ import annotations

import gc
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contractlang.checks import check
from contractlang.checks.together import between
from contractlang.contract import Contract
from contractlang.diagnostic import Diagnostic, Said, Severity, error
from contractlang.drafting import Memo
from contractlang.elaborate import elaborate, head_of
from contractlang.following import misspelt_once, without_what_follows
from contractlang.loaded import Loaded, files_of, neighbours
from contractlang.parser import parse
from contractlang.source import Source, Span, Unreadable, read
from contractlang.syntax import Written

# A file is the same as long as this is: when it was changed and its size, or the text that stands for it.
Stamp = tuple[int, int] | str

_HEAD = 400
"""So much of a text is looked at for what it is called."""

__all__ = [
    "Loaded", "Workspace", "check_text", "files_of", "load", "load_text", "names_in_head", "used_by"
]  # fmt: skip


def load(paths: Iterable[Path], library: Iterable[Path] = ()) -> Loaded:
    """Read, check and return the contracts in `paths`; `library` are folders where documents they use may be."""
    return Workspace(library).load(paths)


def load_text(text: str, path: str = "case.contract", library: Iterable[Path] = ()) -> Loaded:
    """Read and check one contract given as text."""
    return Workspace(library).check(path, text)


def check_text(text: str, path: str = "case.contract", library: Iterable[Path] = ()) -> list[Diagnostic]:
    """Return everything wrong in one contract given as text."""
    return load_text(text, path, library).diagnostics


class Workspace:
    """Documents held in memory while one of them is edited: what has not changed is not read again.

    What other documents say is held as long as their files are the same; of the text that is checked, the statements
    that have not changed keep their meaning. `unsaved` are texts that stand for the files at their paths.
    """

    def __init__(self, library: Iterable[Path] = (), unsaved: Mapping[str, str] | None = None) -> None:
        self._unsaved: Mapping[str, str] = {} if unsaved is None else unsaved
        self._shelf = {each.stem: each for each in files_of(library)}
        self._held: dict[Path, _Held] = {}
        self._memos: dict[str, Memo] = {}
        # What the documents around a folder are called; known for as long as one load takes.
        self._around: dict[Path, dict[Path, set[str]]] = {}

    def load(self, paths: Iterable[Path]) -> Loaded:
        """Read and check the contracts in `paths`."""
        loaded = Loaded()
        self._around.clear()
        with _no_collecting():
            sources = [
                source for path in files_of(paths) if (source := self._source_of(path, loaded)) is not None
            ]
            for source in sources:
                name = _called(self._read(source, loaded, ()), loaded)
                if name not in loaded.asked:
                    loaded.asked.append(name)
            self._compare(loaded)
        return loaded

    def check(self, path: str, text: str) -> Loaded:
        """Read and check one text, as if it stood in the file at `path`."""
        loaded = Loaded()
        self._around.clear()
        with _no_collecting():
            loaded.asked.append(_called(self._read(Source(path, text), loaded, ()), loaded))
            self._compare(loaded)
        return loaded

    def written(self, path: str) -> Written | None:
        """Return what was written in a file when it was last read."""
        memo = self._memos.get(path)
        return memo.written if memo is not None else None

    def _compare(self, loaded: Loaded) -> None:
        """Look for what is wrong between documents, once each is right by itself."""
        if not loaded.errors:
            loaded.diagnostics += between(list(loaded.contracts.values()), loaded.sources)

    def _read(self, source: Source, loaded: Loaded, above: tuple[str, ...]) -> Contract:
        """Read one source and, before it, what it uses. `above` are the documents being read, to find a circle."""
        if source.path in loaded.sources:
            read_before = [each for each in loaded.contracts.values() if each.path == source.path]
            if read_before:
                return read_before[0]
        loaded.sources[source.path] = source
        memo = self._memos.setdefault(source.path, Memo())
        written, wrong = parse(source, memo.pieces)
        memo.written = written
        unread = list(wrong)
        name, uses = head_of(written)
        for used, span in uses:
            if used in (*above, name):
                wrong.append(_circle([*above, name, used], span))
            elif used not in _spellings(loaded):
                path = self._find(used, source.path)
                if path is not None:
                    self._use(path, loaded, (*above, name))
        contract, mistaken = elaborate(written, _spellings(loaded), self._near(source.path), memo)
        mistaken = without_what_follows(source, unread, mistaken)
        own = [each for each in contract.declarations.values() if each.span.path == source.path]
        wrong += misspelt_once(source, own, mistaken)
        if not any(each.severity is Severity.ERROR for each in wrong):
            wrong += check(contract, memo.told)
        loaded.diagnostics += wrong
        loaded.contracts[_free_name(contract, loaded)] = contract
        return contract

    def _use(self, path: Path, loaded: Loaded, above: tuple[str, ...]) -> None:
        """Bring in a document that another uses: as it is held, or read anew where it or what it uses has changed."""
        held = self._held.get(path)
        if held is not None and self._is_still_so(held):
            loaded.contracts |= {
                name: each for name, each in held.contracts.items() if name not in loaded.contracts
            }
            loaded.sources.update(held.sources)
            loaded.diagnostics += held.diagnostics
            return
        stamps = self._stamps([path])
        source = self._source_of(path, loaded)
        if source is None:
            return
        before = set(loaded.sources)
        already, count = set(loaded.contracts), len(loaded.diagnostics)
        self._read(source, loaded, above)
        new = {path: each for path, each in loaded.sources.items() if path not in before}
        if already or loaded.unreadable:
            # What it uses was here before it: it does not tell all that it hangs on.
            return
        self._held[path] = _Held(
            stamps | self._stamps(map(Path, new)), {each: self._near(each) for each in new},
            dict(loaded.contracts), new, loaded.diagnostics[count:],
        )  # fmt: skip

    def _is_still_so(self, held: _Held) -> bool:
        """Tell whether the files of a document that is held are the same, and so are the names of those around them."""
        same_files = self._stamps(held.stamps) == held.stamps
        return same_files and all(self._near(path) == near for path, near in held.near.items())

    def _near(self, beside: str) -> list[str]:
        """Return the names of the documents that could be used."""
        others = {path: names for path, names in self._neighbours(beside).items() if path != Path(beside)}
        stems = {*self._shelf, *(path.stem for path in others)} - {Path(beside).stem}
        return sorted(stems.union(*others.values()))

    def _neighbours(self, beside: str) -> dict[Path, set[str]]:
        """Return the files that documents used by one at `beside` may be in, with what those are called."""
        folder = Path(beside).parent
        if folder not in self._around:
            # Several folders may lie around one vocabulary.
            known = ChainMap(*self._around.values())
            self._around[folder] = {
                path: known[path] if path in known else self._names_in_head(path)
                for path in neighbours(Path(beside))
            }
        return self._around[folder]

    def _source_of(self, path: Path, loaded: Loaded) -> Source | None:
        text = self._unsaved.get(str(path))
        if text is not None:
            return Source(str(path), text)
        try:
            return read(str(path), path.read_bytes())
        except Unreadable as wrong:
            loaded.unreadable.append(str(wrong))
        except (OSError, ValueError) as wrong:
            loaded.unreadable.append(f"{path}: {getattr(wrong, 'strerror', None) or wrong}")
        return None

    def _stamps(self, paths: Iterable[Path]) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        for path in paths:
            text = self._unsaved.get(str(path))
            if text is not None:
                found[path] = text
                continue
            try:
                status = path.stat()
            except (OSError, ValueError):
                continue
            found[path] = (status.st_mtime_ns, status.st_size)
        return found

    def _names_in_head(self, path: Path) -> set[str]:
        text = self._unsaved.get(str(path))
        if text is not None:
            return names_in_head(text)
        try:
            with path.open("rb") as file:
                return names_in_head(file.read(_HEAD).decode("utf-8", "replace"))
        except (OSError, ValueError):
            return set()

    def _find(self, name: str, beside: str) -> Path | None:
        """Return the file of a document used: beside the one that uses it, in the library, or under its alias."""
        near = self._neighbours(beside)
        for path in (*near, *self._shelf.values()):
            if path.stem == name:
                return path
        for path in near:
            if name in near[path]:
                return path
        return next((path for path in self._shelf.values() if name in self._names_in_head(path)), None)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Look for no garbage meanwhile: reading makes many small objects and no circles, and the search takes long.

    Afterwards what was made counts as old, so that the search does not begin with it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Held:
    """A document that others use, as it was read with all that it uses: when those files were last changed, and what
    the documents were called that each of them could have used."""

    stamps: dict[Path, Stamp]
    near: dict[str, list[str]]
    contracts: dict[str, Contract]
    sources: dict[str, Source]
    diagnostics: list[Diagnostic]


def used_by(text: str) -> list[str]:
    """Return the names of the documents that a text uses or amends."""
    written, _ = parse(Source("", text))
    return [name for name, _ in head_of(written)[1]]


def names_in_head(text: str) -> set[str]:
    """Return the words of the line in which a document says what it is: it may be used under either of its names."""
    lines = text[:_HEAD].splitlines()
    kinds = {"agreement", "law", "vocabulary", "supplement", "协议", "法律", "词汇", "补充"}
    heads = (line.lstrip("|｜ \t").split() for line in lines if line.lstrip()[:1] in ("|", "｜"))
    return next((set(words[1:3]) for words in heads if words and words[0] in kinds), set())


def _free_name(contract: Contract, loaded: Loaded) -> str:
    """Return what a contract is called among those loaded: another version of one has a longer name."""
    name = contract.name
    if name in loaded.contracts and loaded.contracts[name].path != contract.path:
        name = f"{name}@{contract.valid_from or contract.path}"
    return name


def _called(contract: Contract, loaded: Loaded) -> str:
    return next(name for name, each in loaded.contracts.items() if each is contract)


def _spellings(loaded: Loaded) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    for each in loaded.contracts.values():
        for name in filter(None, (each.name, each.base, each.alias)):
            found.setdefault(name, each)
    return found


def _circle(names: list[str], span: Span) -> Diagnostic:
    circle, used = " → ".join(names), names[-1]
    return error(
        "circular-use", span, f"documents use one another in a circle: {circle}", f"文书相互引用成环：{circle}",
        Said(f"remove `uses {used}`", f"删去 `引用 {used}`"),
    )  # fmt: skip
