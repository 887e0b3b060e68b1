"""A contract as it is typed, made ready to be asked: what it means with the documents that it uses, and its program."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contractlang.contract import Contract
from contractlang.diagnostic import Language, Said
from contractlang.load import Workspace
from contractlang.loaded import Loaded
from contractlang.source import Source
from engine.compile import compile_program
from engine.errors import BadTerms
from engine.governing import CONTRACT, governing
from engine.program import Program
from engine.voice import Voice
from engine.workbench.folder import BadFile

KEPT = 12
"""How many texts are held as they were understood."""


@dataclass(frozen=True)
class Opened:
    """One text that can be asked something, under some layers of law (none: the agreement alone)."""

    contract: Contract
    program: Program
    loaded: Loaded

    @property
    def chinese(self) -> bool:
        """Whether the contract is written in Chinese: so are the lines of its scenarios."""
        return self.contract.chinese

    @property
    def language(self) -> Language:
        """The language of the contract: errors in what is said of it are told in it."""
        return "zh" if self.contract.chinese else "en"

    @cached_property
    def voices(self) -> tuple[Voice, Voice]:
        """Who speaks of it in English, and in Chinese."""
        return Voice(self.program, "en", None, self.sources), Voice(self.program, "zh", None, self.sources)

    @property
    def sources(self) -> dict[str, Source]:
        return self.loaded.sources

    @property
    def voice(self) -> Voice:
        """Who speaks of it in its own language."""
        return self.voices[self.chinese]


class Shelf:
    """The texts that were last asked about. For threads."""

    def __init__(self, shipped: Path) -> None:
        self.shipped = shipped
        self._lock = threading.RLock()
        self._workspace = Workspace((shipped,))
        self._held: OrderedDict[tuple[str, str, tuple[str, ...]], Opened] = OrderedDict()

    def open(self, path: str, text: str, layers: Iterable[str] = ()) -> Opened:
        """Return a text made ready. Raises BadFile where it cannot be: it has errors, or is no agreement."""
        law = tuple(sorted({*layers} - {CONTRACT}))
        key = (path, text, law)
        with self._lock:
            found = self._held.get(key)
            if found is None:
                found = self._held[key] = self._opened(path, text, law)
                while len(self._held) > KEPT:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            return found

    @cached_property
    def layers(self) -> list[str]:
        """The layers of law that come with the program."""
        with self._lock:
            laws = self._workspace.load([self.shipped / "law"]).contracts.values()
        return sorted({each.layer for each in laws if each.kind == "law" and each.layer})

    def forget(self) -> None:
        """Read anew what texts use: a file was saved."""
        with self._lock:
            self._workspace = Workspace((self.shipped,))
            self._held.clear()

    def _opened(self, path: str, text: str, law: tuple[str, ...]) -> Opened:
        loaded = self._workspace.check(path, text)
        errors = [each for each in loaded.errors if each.span.path == path]
        contract = loaded.contracts[loaded.asked[0]]
        if loaded.errors:
            first = (errors or loaded.errors)[0].message
            line = text.count("\n", 0, errors[0].span.start) + 1 if errors else 0
            reason = first.zh if contract.chinese else first.en
            raise BadFile("text", f"{Path(path).name}:{line}: {reason}" if line else reason)
        if contract.kind == "vocabulary":
            said = Said("a vocabulary has no norms to ask about", "词汇中没有可问的规范")
            raise BadFile("text", f"{Path(path).name}: {said.zh if contract.chinese else said.en}")
        if contract.kind == "supplement":
            said = Said("open the agreement that it supplements", "请打开其所补充的协议")
            raise BadFile("text", f"{Path(path).name}: {said.zh if contract.chinese else said.en}")
        contracts: tuple[Contract, ...] = (contract,)
        if law and contract.kind == "agreement":
            laws = self._workspace.load([self.shipped / "law"])
            loaded.sources.update(
                {name: each for name, each in laws.sources.items() if name not in loaded.sources}
            )
            held = [contract, *(each for each in laws.contracts.values() if each.kind == "law")]
            try:
                contracts = governing(held, (contract.name,), law)
            except BadTerms as wrong:
                raise BadFile(wrong.field, wrong.why("zh" if contract.chinese else "en")) from None
        return Opened(contract, compile_program(list(contracts)), loaded)
