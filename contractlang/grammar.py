"""The grammar at work: lark parses each statement, over words taken whole, into our nodes.

This is the only file that imports lark. A word is never cut: `mustard` is one name and `甲方应` another, whatever
keyword they begin with, so lark's parser is given a lexer that takes a whole word and then asks whether a keyword can
stand there. What it puts together it hands to makers of ours, one for each rule of the grammar, so that no
tree of lark's is made first. Making the tables of the grammar takes lark half a second; they are kept, as lark stores
them, in `grammar.tables`, and made anew when the grammar has changed (`python -m contractlang.grammar` after an edit).
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from contractlang.syntax import Node, Word

FOLDER = Path(__file__).parent
TABLES = "grammar.tables"

Match = Callable[[str, int], "re.Match[str] | None"]


class Unexpected(Exception):
    """The text is not in the grammar: where, what stands there (nothing at the end), and what could stand there."""

    def __init__(self, start: int, end: int, expected: frozenset[str]) -> None:
        super().__init__(start, end)
        self.start, self.end, self.expected = start, end, expected


class Held:
    """A word that lark's parser is handed, or what it has put together: our parts, and what they take of the text."""

    __slots__ = ("end", "parts", "start", "type")
    # Lark borrows these for the end of a statement; nobody looks at them.
    line = end_line = 1
    column = end_column = start_pos = end_pos = 0

    def __init__(self, type: str, parts: list[Any], start: int, end: int) -> None:
        self.type, self.parts, self.start, self.end = type, parts, start, end


class Asked(str):
    """A statement to be parsed, with what is quoted in it spelled as in `raw`."""

    __slots__ = ("raw",)
    raw: str


class WholeWords(Lexer):
    """The words of the language for lark's parser: whole, and keywords where the parser can take one."""

    __future_interface__ = True  # lark then tells the lexer in which state the parser is

    def __init__(self, conf: Any) -> None:
        ordered = sorted(
            conf.terminals,
            key=lambda each: (-each.priority, -each.pattern.max_width, -len(each.pattern.value), each.name),
        )
        shaped = {each.name: each.pattern.to_regexp() for each in ordered if each.pattern.type == "re"}
        spelled = {each.pattern.value: each.name for each in ordered if each.pattern.type == "str"}
        self.blanks_at: Match = re.compile(shaped.pop(*conf.ignore)).match
        self.name_at: Match = re.compile(shaped.pop("NAME")).match
        self.shapes = shaped
        self.shape_at: Match = _first_of(shaped)
        self.words = {text: kind for text, kind in spelled.items() if self.name_at(text, 0)}
        self.marks = {text: kind for text, kind in spelled.items() if text not in self.words}
        self.shapes_in: dict[Any, Match] = {}

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        """Yield the words of a statement, each as the kind that can stand where it does."""
        text: Asked = lexer_state.text.text
        raw, stack = text.raw, parser_state.state_stack
        states = parser_state.parse_conf.parse_table.states
        at, length = 0, len(text)
        while True:
            blank = self.blanks_at(text, at)
            if blank is not None:
                at = blank.end()
            if at >= length:
                return
            state = stack[-1]
            kind, end = self.word_at(text, at, state, states[state])
            spelled = raw[at + 1 : end - 1] if kind == "STRING" else text[at:end]
            yield Held(kind, [Word(kind, spelled, at, end)], at, end)
            at = end

    def word_at(self, text: str, at: int, state: Any, allowed: Any) -> tuple[str, int]:
        """Return the kind of the word at a place and where it ends; what is no word of the language has no kind."""
        here = self.shapes_in.get(state)
        if here is None:
            shapes = {kind: shape for kind, shape in self.shapes.items() if kind in allowed}
            here = self.shapes_in[state] = _first_of(shapes)
        found = here(text, at)
        if found is not None:
            return found.lastgroup or "", found.end()
        found = self.name_at(text, at)
        if found is not None:
            kind = self.words.get(found[0], "NAME")
            return (kind if kind in allowed or "NAME" not in allowed else "NAME"), found.end()
        mark = self.marks.get(text[at])
        if mark is not None:
            return mark, at + 1
        found = self.shape_at(text, at)
        return ("", at + 1) if found is None else (found.lastgroup or "", found.end())


def _first_of(shapes: Mapping[str, str]) -> Match:
    """Return what finds the first of some shapes that is in a place, as the group of its name."""
    one = "|".join(f"(?P<{kind}>{shape})" for kind, shape in shapes.items())
    return re.compile(one).match if one else lambda text, at: None


def read(text: str, raw: str) -> tuple[Node | Word | None, ...]:
    """Return the label and the body of the statement in `text`; what is quoted is spelled as in `raw`.

    Raises Unexpected.
    """
    return _read(_lark(), text, raw).parts


def read_whole(text: str, raw: str) -> Node:
    """Return the tree of a statement with every word and mark of it, keywords too. Raises as `read`."""
    return _read(_whole(), text, raw)


def _read(parser: Lark, text: str, raw: str) -> Node:
    asked = Asked(text)
    asked.raw = raw
    try:
        held: Any = parser.parse(asked)
    except UnexpectedToken as wrong:
        token: Any = wrong.token
        expected = frozenset(wrong.accepts or wrong.expected)
        if token.type == "$END":
            raise Unexpected(len(text), len(text), expected) from None
        raise Unexpected(token.start, token.end, expected) from None
    (statement,) = held.parts
    assert isinstance(statement, Node)
    return statement


def _maker(rule: Any, whole: bool) -> Callable[[list[Held]], Held]:
    """Return what puts together the parts of a rule of the grammar, as lark would shape its tree.

    Words that begin with `_` are left out unless the `whole` is wanted, an absent optional part is None, a rule that
    begins with `_` is no construct of its own, nor is one that begins with `?` where it has one part. A name is its
    word.
    """
    options, of = rule.options, str(rule.origin.name)
    called = str(rule.alias or options.template_source or of)
    absent = iter("".join("1" if empty else "0" for empty in options.empty_indices).split("0"))
    # Which children are taken, in order; -1 stands for a part that is absent.
    taken: list[int] = []
    for place, symbol in enumerate(rule.expansion):
        taken += [-1] * len(next(absent, ""))
        if not (symbol.is_term and symbol.filter_out) or whole:
            taken.append(place)
    taken += [-1] * len(next(absent, ""))
    bare = called == "name" or of.startswith("_")
    alone = options.expand1 and not rule.alias

    def made(children: list[Held]) -> Held:
        parts: list[Any] = []
        for place in taken:
            if place < 0:
                parts.append(None)
            else:
                parts += children[place].parts
        start = end = -1
        for each in children:
            if each.start >= 0:
                start = each.start
                break
        for each in reversed(children):
            if each.start >= 0:
                end = each.end
                break
        if not bare and not (alone and len(parts) == 1):
            parts = [Node(called, tuple(parts), max(start, 0), max(end, 0))]
        return Held("", parts, start, end)

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
def _lark() -> Lark:
    """Return the parser of statements, without the words that only mark what they are."""
    return _making(_loaded(), whole=False)


@cache
def _whole() -> Lark:
    """Return the parser of statements with every word."""
    return _making(_loaded(), whole=True)


def _making(parser: Lark, whole: bool) -> Lark:
    """Let a parser put our nodes together."""
    inner: Any = parser.parser
    inner.parser.parser.callbacks = {rule: _maker(rule, whole) for rule in parser.rules}
    return parser


def _loaded() -> Lark:
    """Return lark's parser from the tables that are kept, if they are of this grammar."""
    grammar = (FOLDER / "grammar.lark").read_bytes()
    mark = sha256(grammar).digest()
    try:
        stored = (FOLDER / TABLES).read_bytes()
    except OSError:
        stored = b""
    if stored.startswith(mark):
        with suppress(Exception):
            return Lark.load(io.BytesIO(zlib.decompress(stored[len(mark) :])))
    return _made(grammar)


def _made(grammar: bytes) -> Lark:
    return Lark(grammar.decode(), parser="lalr", lexer=WholeWords, maybe_placeholders=True)


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
