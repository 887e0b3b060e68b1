"""The law at hand, to look an article up in by its name and number, as lawyers write them: 民法典203, 电信条例34(2)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.load import load
from contractlang.numerals import number_of
from contractlang.words import (
    say_source,
)

_NUMBER = re.compile(
    r"\s*(?:第?\s*(?P<n>[0-9]{1,4}|[一二三四五六七八九十百千零〇]+)(?P<sub>之[一二三四五六七八九十]+)?)\s*条?"
    r"(?:\s*[(（](?P<par>[0-9]{1,2})[)）]|第(?P<zhpar>[一二三四五六七八九十0-9]+)款)?"
)


class Law:
    """The laws in some folders; read when first asked for, and only once."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()

    def read(self) -> None:
        """Read the laws now, so that nobody waits for them later."""
        with self._lock:
            _ = self.named

    @cached_property
    def named(self) -> dict[str, Contract]:
        """The laws by each of their names."""
        if not self._folder.is_dir():
            return {}
        found: dict[str, Contract] = {}
        for each in load([self._folder], [self._folder.parent]).contracts.values():
            if each.kind == "law":
                for name in (each.base, each.alias):
                    if name:
                        found.setdefault(name, each)
        return found

    @cached_property
    def _mentioned(self) -> re.Pattern[str]:
        names = sorted(self.named, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def articles_in(self, text: str) -> Iterator[tuple[int, int, Contract, str]]:
        """Yield each mention of an article in `text`: from where to where, the law, and the number of its clause."""
        for name in self._mentioned.finditer(text):
            number = _NUMBER.match(text, name.end())
            law = self.named[name[0]]
            if number is None or not number["n"]:
                continue
            article = str(number_of(number["n"])) + (number["sub"] or "")
            paragraph = number["par"] or number["zhpar"]
            wanted = f"{article}({number_of(paragraph)})" if paragraph else article
            for clause in law.clauses:
                if clause.number == wanted or (not paragraph and clause.number.startswith(f"{article}(")):
                    yield name.start(), number.end(), law, clause.number


def told(law: Contract, number: str, language: Language) -> str:
    """Return an article as Markdown: what it is called, its sentence in our words, and where it was read."""
    clause = law.clause(number)
    name = (law.alias or law.base) if language == "zh" else law.base
    lines = [f"**{name} {number}**"]
    if clause is not None:
        lines += [line for line in clause.lines if line.strip()]
    lines += [f"*{say_source(note, language)}*" for note in law.sources if note.clause == number]
    return "\n\n".join(lines)
