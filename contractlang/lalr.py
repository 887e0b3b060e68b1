"""One statement read by the tables of the grammar: text to words to nodes, in a single walk.

lark makes the tables (`parser.py`); here they are only followed. The walk is this language's own for two reasons: a
word is always taken whole, so a keyword is never found at the beginning of a longer word, and a contract of a thousand
clauses is read in a fifth of a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from contractlang.syntax import Node, Word

END = "$END"


class Unexpected(Exception):
    """The text is not in the grammar: where, what stands there (nothing at the end), and what could stand there."""

    def __init__(self, start: int, end: int, expected: frozenset[str]) -> None:
        super().__init__(start, end)
        self.start, self.end, self.expected = start, end, expected


class Rule(NamedTuple):
    """How a rule of the grammar becomes a node.

    `takes` lists which of the `size` parts are kept, whether each is spread out, and how many absent parts stand before
    it; `absent` stand behind the last. A `single` part that is kept stands for the node itself.
    """

    origin: str
    name: str
    size: int
    single: bool
    takes: tuple[tuple[int, bool, int], ...]
    absent: int


@dataclass(frozen=True)
class Tables:
    """The grammar: what to do with each word in each state (go on to a state, or make the rule `~n`), and the words.

    `shapes` are the regular expressions of the literals, the first to match wins; `words` and `marks` are spelled.
    """

    states: tuple[dict[str, int], ...]
    start: int
    end: int
    rules: tuple[Rule, ...]
    shapes: tuple[tuple[str, str], ...]
    words: dict[str, str]
    marks: dict[str, str]
    name: str
    blanks: str

    @cached_property
    def _reader(self) -> tuple[Any, Any, tuple[tuple[str, Callable[[str, int], re.Match[str] | None]], ...]]:
        shapes = tuple((name, re.compile(pattern).match) for name, pattern in self.shapes)
        return re.compile(self.name).match, re.compile(self.blanks).match, shapes

    @cached_property
    def _shapes_in(self) -> dict[int, tuple[tuple[str, Callable[[str, int], re.Match[str] | None]], ...]]:
        return {}

    def word_at(self, text: str, at: int, state: int) -> tuple[str, int]:
        """Return the kind of the word at a place and where it ends: a kind that can stand there, if there is one.

        What is no word of the language at all, such as a quotation without end, has no kind.
        """
        name_at, _, shapes = self._reader
        allowed = self.states[state]
        here = self._shapes_in.get(state)
        if here is None:
            here = self._shapes_in[state] = tuple(each for each in shapes if each[0] in allowed)
        for kind, match in here:
            found = match(text, at)
            if found is not None:
                return kind, found.end()
        found = name_at(text, at)
        if found is not None:
            kind = self.words.get(found[0], "NAME")
            return (kind if kind in allowed or "NAME" not in allowed else "NAME"), found.end()
        mark = self.marks.get(text[at])
        if mark is not None:
            return mark, at + 1
        for kind, match in shapes:
            found = match(text, at)
            if found is not None:
                return kind, found.end()
        return "", at + 1

    def read(self, text: str, raw: str) -> list[Node | Word | None]:
        """Return the parts of the statement in `text`; what is quoted is spelled as in `raw`. Raises Unexpected."""
        states, rules = self.states, self.rules
        blanks_at = self._reader[1]
        stack = [self.start]
        made: list[tuple[int, int, Any]] = []
        at, length = 0, len(text)
        while True:
            blank = blanks_at(text, at)
            if blank is not None:
                at = blank.end()
            if at < length:
                kind, end = self.word_at(text, at, stack[-1])
            else:
                kind, end = END, at
            while True:
                step = states[stack[-1]].get(kind)
                if step is None:
                    raise Unexpected(at, end, self.expected(stack))
                if step >= 0:
                    break
                rule = rules[~step]
                reduced = _reduced(rule, made)
                if rule.size:
                    del stack[-rule.size :]
                    del made[-rule.size :]
                step = states[stack[-1]][rule.origin]
                stack.append(step)
                made.append(reduced)
                if kind == END and step == self.end:
                    parts: list[Node | Word | None] = list(reduced[2].parts)
                    return parts
            spelled = raw[at + 1 : end - 1] if kind == "STRING" else text[at:end]
            stack.append(step)
            made.append((at, end, Word(kind, spelled, at, end)))
            at = end

    def expected(self, stack: list[int]) -> frozenset[str]:
        """Return the kinds of words that could stand next."""
        # The names of rules, which stand in the same table, are in small letters.
        return frozenset(
            kind for kind in self.states[stack[-1]] if kind.isupper() and self._fits(stack, kind)
        )

    def _fits(self, stack: list[int], kind: str) -> bool:
        stack = list(stack)
        while True:
            step = self.states[stack[-1]].get(kind)
            if step is None:
                return False
            if step >= 0:
                return True
            rule = self.rules[~step]
            if rule.size:
                del stack[-rule.size :]
            step = self.states[stack[-1]].get(rule.origin)
            if step is None:
                return False
            if kind == END and step == self.end:
                return True
            stack.append(step)


def _reduced(rule: Rule, made: list[tuple[int, int, Any]]) -> tuple[int, int, Any]:
    """Return the last parts as what the rule makes of them, and from where to where it stands in the text."""
    size = rule.size
    last = made[-size:] if size else []
    parts: list[Any] = []
    for index, spread, absent in rule.takes:
        if absent:
            parts += [None] * absent
        part = last[index][2]
        if spread:
            parts += part
        else:
            parts.append(part)
    if rule.absent:
        parts += [None] * rule.absent
    # What is absent stands nowhere.
    start = end = -1
    for one in last:
        if one[0] >= 0:
            start = one[0]
            break
    for one in reversed(last):
        if one[1] >= 0:
            end = one[1]
            break
    if rule.single and len(parts) == 1:
        return start, end, parts[0]
    if rule.origin[0] == "_":
        return start, end, parts
    if rule.name == "name":
        return start, end, parts[0]
    return start, end, Node(rule.name, tuple(parts), max(start, 0), max(end, 0))
