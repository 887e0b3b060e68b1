"""The pipeline on one screen: files to checked contracts, with everything wrong in them.

A document may `use` others by name; they are looked for among the files given and in the folders of the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contractlang.checks import CHECKS
from contractlang.diagnostic import Diagnostic, Said, Severity, error
from contractlang.elaborate import elaborate, head_of
from contractlang.norms import Contract
from contractlang.parser import parse
from contractlang.source import Source, Unreadable, read

SUFFIX = ".contract"


@dataclass
class Loaded:
    """What came of some files: the contracts by name, their sources by path, and every diagnostic."""

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


def load(paths: Iterable[Path], library: Iterable[Path] = ()) -> Loaded:
    """Read, check and return the contracts in `paths`; `library` are folders where documents they use may be."""
    loaded = Loaded()
    sources: list[Source] = []
    for path in files_of(paths):
        try:
            sources.append(read(str(path), path.read_bytes()))
        except Unreadable as wrong:
            loaded.unreadable.append(str(wrong))
        except OSError as wrong:
            loaded.unreadable.append(f"{path}: {wrong.strerror or wrong}")
    shelf = {each.stem: each for each in files_of(library)}
    for source in sources:
        contract = _read(source, loaded, shelf, ())
        if contract is not None and contract.name not in loaded.asked:
            loaded.asked.append(contract.name)
    return loaded


def _read(source: Source, loaded: Loaded, shelf: Mapping[str, Path], above: tuple[str, ...]) -> Contract | None:
    """Read one source and, before it, what it uses. `above` are the documents being read, to find a circle."""
    if source.path in loaded.sources:
        return next((each for each in loaded.contracts.values() if each.path == source.path), None)
    loaded.sources[source.path] = source
    written, wrong = parse(source)
    loaded.diagnostics += wrong
    name, uses = head_of(written)
    for used, span in uses:
        if used in (*above, name):
            circle = " → ".join([*above, name, used])
            loaded.diagnostics.append(
                error("circular-use", span, f"documents use one another in a circle: {circle}", f"文书相互引用成环：{circle}",
                      Said(f"remove `uses {used}`", f"删去 `引用 {used}`"))
            )  # fmt: skip
        elif used not in loaded.contracts and not any(used in (c.name, c.alias) for c in loaded.contracts.values()):
            path = _find(used, source.path, shelf)
            if path is not None:
                try:
                    _read(read(str(path), path.read_bytes()), loaded, shelf, (*above, name))
                except (Unreadable, OSError) as bad:
                    loaded.unreadable.append(str(bad))
    known = {spelling: each for each in loaded.contracts.values() for spelling in (each.name, each.alias) if spelling}
    contract, wrong = elaborate(written, known)
    loaded.diagnostics += wrong
    if not any(each.severity is Severity.ERROR for each in wrong):
        for check in CHECKS:
            loaded.diagnostics += check(contract)
    loaded.contracts[contract.name] = contract
    return contract


def _find(name: str, beside: str, shelf: Mapping[str, Path]) -> Path | None:
    """Return the file of a document used: beside the one that uses it, in the library, or under its alias."""
    folder = Path(beside).parent
    for path in (folder / f"{name}{SUFFIX}", folder.parent / "vocabulary" / f"{name}{SUFFIX}"):
        if path.is_file():
            return path
    if name in shelf:
        return shelf[name]
    for path in (*shelf.values(), *sorted((folder.parent / "vocabulary").glob(f"*{SUFFIX}"))):
        # A document may be used under its name in the other language, which only its first lines tell.
        head = path.read_bytes()[:400].decode("utf-8", "replace")
        if any(name in line.split() and not {"uses", "引用"} & set(line.split()) for line in head.splitlines()[:3]):
            return path
    return None


def check_text(text: str, path: str = "case.contract", library: Iterable[Path] = ()) -> list[Diagnostic]:
    """Return everything wrong in one contract given as text."""
    return load_text(text, path, library).diagnostics


def load_text(text: str, path: str = "case.contract", library: Iterable[Path] = ()) -> Loaded:
    """Read and check one contract given as text."""
    loaded = Loaded()
    contract = _read(Source(path, text), loaded, {each.stem: each for each in files_of(library)}, ())
    if contract is not None:
        loaded.asked.append(contract.name)
    return loaded
