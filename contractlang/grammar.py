"""The grammar at work: lark parses each statement, over words taken whole, and its tree becomes our nodes.

This is the only file that imports lark. A word is never cut: `mustard` is one name and `甲方应` another, whatever
keyword they begin with, so lark's parser is given a lexer that takes a whole word and then asks whether a keyword can
stand there. Making the tables of the grammar takes lark half a second; they are kept, as lark stores them, in
`grammar.tables`, and made anew when the grammar has changed (`python -m contractlang.grammar` after an edit).
"""

from __future__ import annotations

import io
import pickle
import re
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from contractlang.syntax import Node, Word

FOLDER = Path(__file__).parent
TABLES = "grammar.tables"
DEEPEST = 200

Match = Callable[[str, int], "re.Match[str] | None"]


class Unexpected(Exception):
    """The text is not in the grammar: where, what stands there (nothing at the end), and what could stand there."""

    def __init__(self, start: int, end: int, expected: frozenset[str]) -> None:
        super().__init__(start, end)
        self.start, self.end, self.expected = start, end, expected


class TooDeep(Exception):
    """Constructs stand in one another deeper than can be followed."""


class WholeWords(Lexer):
    """The words of the language for lark's parser: whole, and keywords where the parser can take one."""

    __future_interface__ = True  # lark then tells the lexer in which state the parser is

    def __init__(self, conf: Any) -> None:
        ordered = sorted(
            conf.terminals,
            key=lambda each: (-each.priority, -each.pattern.max_width, -len(each.pattern.value), each.name),
        )
        shaped = {
            each.name: re.compile(each.pattern.to_regexp()).match
            for each in ordered
            if each.pattern.type == "re"
        }
        spelled = {each.pattern.value: each.name for each in ordered if each.pattern.type == "str"}
        self.blanks_at: Match = next(shaped.pop(name) for name in list(shaped) if name in conf.ignore)
        self.name_at: Match = shaped.pop("NAME")
        self.shapes: tuple[tuple[str, Match], ...] = tuple(shaped.items())
        self.words = {text: kind for text, kind in spelled.items() if self.name_at(text, 0)}
        self.marks = {text: kind for text, kind in spelled.items() if text not in self.words}
        self.shapes_in: dict[Any, tuple[tuple[str, Match], ...]] = {}

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:
        """Yield the words of a statement, each as the kind that can stand where it does."""
        text: str = lexer_state.text.text
        states = parser_state.parse_conf.parse_table.states
        at, length = 0, len(text)
        while True:
            blank = self.blanks_at(text, at)
            if blank is not None:
                at = blank.end()
            if at >= length:
                return
            state = parser_state.position
            kind, end = self.word_at(text, at, state, states[state])
            yield Token(
                kind, text[at:end], start_pos=at, line=1, column=at, end_line=1, end_column=end, end_pos=end
            )
            at = end

    def word_at(self, text: str, at: int, state: Any, allowed: Any) -> tuple[str, int]:
        """Return the kind of the word at a place and where it ends; what is no word of the language has no kind."""
        here = self.shapes_in.get(state)
        if here is None:
            here = self.shapes_in[state] = tuple(each for each in self.shapes if each[0] in allowed)
        for kind, match in here:
            found = match(text, at)
            if found is not None:
                return kind, found.end()
        found = self.name_at(text, at)
        if found is not None:
            kind = self.words.get(found[0], "NAME")
            return (kind if kind in allowed or "NAME" not in allowed else "NAME"), found.end()
        mark = self.marks.get(text[at])
        if mark is not None:
            return mark, at + 1
        for kind, match in self.shapes:
            found = match(text, at)
            if found is not None:
                return kind, found.end()
        return "", at + 1


def read(text: str, raw: str) -> tuple[Node | Word | None, ...]:
    """Return the label and the body of the statement in `text`; what is quoted is spelled as in `raw`.

    Raises Unexpected and TooDeep.
    """
    try:
        tree = _lark().parse(text)
    except UnexpectedToken as wrong:
        token = wrong.token
        expected = frozenset(wrong.accepts or wrong.expected)
        if token.type == "$END":
            raise Unexpected(len(text), len(text), expected) from None
        raise Unexpected(token.start_pos, token.end_pos, expected) from None
    return tuple(_part(child, raw, 0) for child in tree.children)


def _part(child: Any, raw: str, depth: int) -> Any:
    """Return a part of lark's tree as ours: a word, a node, or None for what is absent."""
    if depth > DEEPEST:
        raise TooDeep
    if child is None:
        return None
    if isinstance(child, Token):
        start, end = child.start_pos or 0, child.end_pos or 0
        return Word(
            child.type, raw[start + 1 : end - 1] if child.type == "STRING" else str(child), start, end
        )
    assert isinstance(child, Tree)
    parts = [_part(each, raw, depth + 1) for each in child.children]
    if child.data == "name":
        return parts[0]
    meta = child.meta
    return Node(str(child.data), tuple(parts), getattr(meta, "start_pos", 0), getattr(meta, "end_pos", 0))


def read_whole(text: str, raw: str) -> Node:
    """Return the tree of a statement with every word and mark of it, keywords too. Raises as `read`."""
    try:
        tree = _whole().parse(text)
    except UnexpectedToken as wrong:
        raise Unexpected(wrong.token.start_pos or 0, wrong.token.end_pos or 0, frozenset()) from None
    made = _part(tree, raw, 0)
    assert isinstance(made, Node)
    return made


def keywords() -> dict[str, str]:
    """Return every keyword spelling with its terminal's name."""
    return _words()


@cache
def _words() -> dict[str, str]:
    name_at = next(re.compile(t.pattern.to_regexp()).match for t in _lark().terminals if t.name == "NAME")
    return {
        t.pattern.value: t.name
        for t in _lark().terminals
        if t.pattern.type == "str" and name_at(t.pattern.value)
    }


@cache
def shapes() -> dict[str, str]:
    """Return what each terminal that is one word or mark is written as."""
    return {t.name: t.pattern.value for t in _lark().terminals if t.pattern.type == "str"}


@cache
def alternatives() -> tuple[tuple[str, str], ...]:
    """Return each alternative of the grammar as it is written there, under the name that its node has."""
    found: list[tuple[str, str]] = []
    rule = ""
    for line in re.sub(r"(?m)//.*$", "", (FOLDER / "grammar.lark").read_text("utf-8")).splitlines():
        head = re.match(r"\??([a-z]\w*)\s*:(.*)", line)
        if head is not None:
            rule, line = head[1], head[2]
        elif not line.startswith((" ", "\t")):
            rule = ""
        if rule and line.strip():
            body, _, alias = line.partition("->")
            found.append((alias.strip() or rule, body.strip()))
    return tuple(found)


@cache
def _whole() -> Lark:
    """Return the same tables with rules that drop no word."""
    kept = io.BytesIO()
    _lark().save(kept)
    kept.seek(0)
    stored: Any = pickle.load(kept)
    for each in stored["memo"].values():
        if each.get("__type__") == "Rule":
            each["options"]["keep_all_tokens"] = True
    load: Any = Lark._load_from_dict
    whole: Lark = load(**stored)
    return whole


@cache
def _lark() -> Lark:
    grammar = (FOLDER / "grammar.lark").read_bytes()
    mark = sha256(grammar).digest()
    try:
        stored = (FOLDER / TABLES).read_bytes()
    except OSError:
        stored = b""
    if stored.startswith(mark):
        try:
            return Lark.load(io.BytesIO(zlib.decompress(stored[len(mark) :])))
        except Exception:
            return _made(grammar)
    return _made(grammar)


def _made(grammar: bytes) -> Lark:
    return Lark(
        grammar.decode(), parser="lalr", lexer=WholeWords, maybe_placeholders=True, propagate_positions=True
    )


def write_tables(folder: Path = FOLDER) -> None:
    """Keep the tables of the grammar in `folder` beside it, as lark stores them."""
    grammar = (folder / "grammar.lark").read_bytes()
    kept = io.BytesIO()
    _made(grammar).save(kept)
    (folder / TABLES).write_bytes(sha256(grammar).digest() + zlib.compress(kept.getvalue(), 9))


if __name__ == "__main__":
    # Under its own name, so that what is kept names the lexer where it is found again.
    from contractlang.grammar import write_tables as write

    write()
