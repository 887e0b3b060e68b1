"""Texts that are made in English, said in Chinese.

Where something is put into a text `{}` stands for it: in its Chinese in the same order, or as `{0}`, `{1}` in another.
What is put in may be such a text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping


class Phrases:
    """Texts with their Chinese."""

    def __init__(self, chinese: Mapping[str, str]) -> None:
        self._chinese = chinese
        holed = [each for each in chinese if "{}" in each and each != "`{}`"]
        # Those that say most of themselves first.
        holed.sort(key=lambda each: -len(each.replace("{}", "")))
        self._patterns = [
            (re.compile(re.escape(each).replace(r"\{\}", "(.+?)"), re.DOTALL), chinese[each])
            for each in holed
        ]
        self._said: dict[str, str | None] = {}

    def said(self, text: str, named: Callable[[str], str] = str) -> str:
        """Return a text in Chinese; what has none, such as a name, as it is `named`."""
        whole = self._chinese.get(text)
        if whole is not None and "{}" not in text:
            return whole
        for pattern, chinese in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                return chinese.format(*(self.said(each, named) for each in found.groups()))
        return named(text)
