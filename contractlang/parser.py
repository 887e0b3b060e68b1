"""Text to syntax: cuts a file into clauses and statements, and parses each statement alone.

The mark `|` begins a statement and `||` continues it, so a statement that does not parse hides nothing else. This is
the only file that imports lark.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.numerals import number_of
from contractlang.source import Source, Span
from contractlang.suggest import nearest, segmented
from contractlang.syntax import Clause, Node, Statement, Word, Written

MAX_DEPTH = 60
MAX_STATEMENT = 8_000

# Full-width letters, digits and marks stand for the half-width ones, character by character, so offsets stay true.
_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= {ord(wide): narrow for wide, narrow in {"　": " ", "“": '"', "”": '"', "、": ",", "。": " ", "；": " ", ";": " "}.items()}
_INSIDE = {wide: narrow for wide, narrow in _WIDTH.items() if wide not in map(ord, "“”„")}

_MARK = re.compile(r"[ \t　]*[|｜](?P<more>[|｜])?(?P<rest>[^\n]*)")
_ARTICLE = re.compile(r"\s*(?P<n>[一二三四五六七八九十百]+)[、.．]\s*\S")
_LAW_ARTICLE = re.compile(r"\s*(?:第(?P<zh>[一二三四五六七八九十百千零〇\d]+)条(?P<zhsub>之[一二三四五六七八九十]+)?|(?:Article|Art\.|Section) (?P<en>\d+[a-z]?))(?:\s*[(（](?P<par>\d+|[一二三四五六七八九十]+)[)）])?")
_ITEM = re.compile(r"\s*(?P<n>\d+)\s*[.．、](?!\d)\s*\S")
_NUMBERED = re.compile(r"\s*(?P<n>\d+\.\d+(?:\.\d+)*)[.．、]?\s+\S")

@cache
def _lark() -> Lark:
    grammar = files("contractlang").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, propagate_positions=True)


@cache
def keywords() -> dict[str, str]:
    """Return every keyword spelling with its terminal's name."""
    return {
        term.pattern.value: term.name
        for term in _lark().terminals
        if term.pattern.type == "str" and re.match(r"\w", term.pattern.value)
    }


class NotAStatement(Exception):
    """A statement that does not parse: where in it, what was found, and what could have stood there."""

    def __init__(self, start: int, end: int, found: str, expected: frozenset[str], why: str = "") -> None:
        super().__init__(found)
        self.start, self.end, self.found, self.expected, self.why = start, end, found, expected, why


def _node(tree: Tree[Any], raw: str) -> Node:
    parts: list[Node | Word | None] = []
    for child in tree.children:
        if child is None:
            parts.append(None)
        elif isinstance(child, Token):
            start, end = child.start_pos or 0, child.end_pos or 0
            text = raw[start:end] if child.type == "STRING" else str(child)
            parts.append(Word(child.type, text[1:-1] if child.type == "STRING" else text, start, end))
        else:
            parts.append(_node(child, raw))
    meta = tree.meta
    if tree.data == "name":
        return _only_word(parts)
    return Node(str(tree.data), tuple(parts), getattr(meta, "start_pos", 0), getattr(meta, "end_pos", 0))


def _only_word(parts: list[Node | Word | None]) -> Any:
    return parts[0]


@lru_cache(maxsize=50_000)
def _parse(raw: str) -> tuple[Word | None, Node]:
    """Parse one statement, without its mark. Raises NotAStatement; offsets are relative to `raw`."""
    if len(raw) > MAX_STATEMENT:
        raise NotAStatement(0, 1, "", frozenset(), "long")
    depth = deepest = 0
    for letter in raw:
        depth += letter in "(（"
        depth -= letter in ")）"
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise NotAStatement(0, 1, "", frozenset(), "deep")
    # Typographic quotes delimit a text only where straight ones do not: “甲” may stand inside "…".
    plain = raw.translate(_INSIDE if '"' in raw or "＂" in raw else _WIDTH)
    try:
        tree = _lark().parse(plain)
    except UnexpectedCharacters as wrong:
        at = wrong.pos_in_stream
        raise NotAStatement(at, at + 1, raw[at : at + 1], frozenset(wrong.allowed or ())) from None
    except UnexpectedToken as wrong:
        token = wrong.token
        if token.type == "$END":
            end = len(raw.rstrip())
            raise NotAStatement(max(0, end - 1), end, "", frozenset(wrong.accepts or wrong.expected)) from None
        start, end = token.start_pos or 0, token.end_pos or 0
        accepts = frozenset(wrong.accepts or wrong.expected)
        raise NotAStatement(start, end, raw[start:end], accepts) from None
    except (UnexpectedEOF, UnexpectedInput):
        raise NotAStatement(0, len(raw), raw, frozenset()) from None
    top = _node(tree, raw)
    label, body = top.parts
    assert isinstance(body, Node) and (label is None or isinstance(label, Word))
    return label, body


_KINDS_OF_WORD = {
    "NAME": Said("a name", "名称"), "INT": Said("a number", "数字"), "STRING": Said("a quoted text", "引号中的文字"),
    "MONEY": Said("an amount such as `100.00 CNY`", "金额，如 `100.00元`"),
    "DURATION": Said("a period such as `30 days`", "期间，如 `30日`"), "DATE": Said("a day", "日期"),
    "_COLON": Said("`:`", "`：`"), "_COMMA": Said("`,`", "`，`"), "_LPAR": Said("`(`", "`（`"), "_RPAR": Said("`)`", "`）`"),
}  # fmt: skip


def _explain(source: Source, base: int, wrong: NotAStatement) -> Diagnostic:
    """Put a statement that does not parse into words, with what can be typed instead."""
    span = Span(source.path, base + wrong.start, base + max(wrong.end, wrong.start + 1))
    if wrong.why:
        said = {
            "long": ("a statement may have 8,000 characters; this one has more", "一条规范至多8000字"),
            "deep": (f"brackets may be nested {MAX_DEPTH} deep", f"括号至多嵌套{MAX_DEPTH}层"),
        }[wrong.why]
        return error("too-large", span, *said, help=Said("split it into several statements", "拆成几条"))
    words = keywords()
    spelled = {name: text for text, name in words.items()}
    chinese = source.is_chinese
    wanted = [spelled[name] for name in wrong.expected if name in spelled]
    wanted.sort(key=lambda text: ((text[0] > "\u2e80") is not chinese, text))
    kinds = [_KINDS_OF_WORD[name] for name in _KINDS_OF_WORD if name in wrong.expected]
    found = wrong.found.strip().translate(_WIDTH)
    if not found:
        en, zh = "the statement ends too early", "这一条没有写完"
    else:
        en, zh = f"`{found}` cannot stand here", f"`{found}`不能写在这里"
    help: Said | None = None
    near = nearest(found, wanted) if found else None
    cut = segmented(found, [*words, *_names_like(source)]) if found and not found.isascii() else None
    if cut:
        help = Said(f"write `{cut}`: words are separated by spaces", f"请写 `{cut}`：词与词之间用空格隔开")
    elif found in words and "NAME" in wrong.expected:
        help = Said(f"`{found}` is a reserved word; choose another name", f"`{found}`是保留词，请换一个名称")
    elif near:
        help = Said(f"write `{near}`", f"请写 `{near}`")
    else:
        # A modal tells whether the author left out the deontic word, the commonest slip.
        listed = [f"`{text}`" for text in wanted if (text[0] > "\u2e80") is chinese][:6]
        both = ([kind.zh for kind in kinds][:3] if chinese else [kind.en for kind in kinds][:3]) + listed
        if both:
            help = Said("write " + " or ".join(both), "此处可写：" + "、".join(both))
    return error("syntax", span, en, zh, help)


def _names_like(source: Source) -> set[str]:
    """Return words that stand alone in the norm lines: candidates when a run of Chinese has to be cut."""
    found: set[str] = set()
    for line in source.lines:
        if line.lstrip()[:1] in ("|", "｜"):
            found.update(re.findall(r"(?<!\w)[\u4e00-\u9fff]{1,8}(?!\w)", line))
    return found


def parse(source: Source) -> tuple[Written, list[Diagnostic]]:
    """Return what is written in `source`, and one diagnostic for each statement that does not parse."""
    cutter = _Cutter(source)
    for line, start in zip(source.lines, source.line_starts, strict=True):
        cutter.take(line, start)
    cutter.finish_statement()
    return Written(source, cutter.preamble, tuple(cutter.clauses)), cutter.wrong


class _Cutter:
    """Walks the lines of a file once, opening clauses at their numbers and closing statements at their marks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.preamble = Clause("")
        self.clauses: list[Clause] = []
        self.wrong: list[Diagnostic] = []
        self.article = ""
        self.pending: tuple[int, int] | None = None
        self.saw_statement = False

    def take(self, line: str, start: int) -> None:
        mark = _MARK.match(line)
        if mark is None:
            self.finish_statement()
            if line.strip():
                self.text(line, start)
            return
        body = start + mark.start("rest")
        if mark["more"] and self.pending is not None:
            self.pending = (self.pending[0], start + len(line))
            return
        self.finish_statement()
        if mark["rest"].strip().startswith(("#", "＃")) or not mark["rest"].strip():
            return
        self.pending = (body, start + len(line))

    def text(self, line: str, start: int) -> None:
        """Open the clause whose number begins `line`, or go on with the one above."""
        number = self.number(line)
        span = Span(self.source.path, start, start + len(line))
        above = self.clauses[-1] if self.clauses else None
        joins = above is not None and (above.named or not self.saw_statement)
        if number is None and above is not None and joins:
            above.text.append(line)
            above.span = above.span.to(span) if above.span else span
        else:
            self.clauses.append(Clause(number or "", [line], span))
        self.saw_statement = False

    def number(self, line: str) -> str | None:
        if found := _NUMBERED.match(line):
            self.article = found["n"].split(".")[0]
            return found["n"]
        if found := _ITEM.match(line):
            # Under 五、 an item 3. is clause 五.3; beside clauses numbered 1.1 it is the heading of article 3.
            under = self.article and not self.article.isdigit()
            return f"{self.article}.{found['n']}" if under else found["n"]
        if found := _LAW_ARTICLE.match(line):
            article = found["en"] or str(number_of(found["zh"])) + (found["zhsub"] or "")
            paragraph = found["par"]
            self.article = article
            return f"{article}({number_of(paragraph)})" if paragraph else article
        if found := _ARTICLE.match(line):
            self.article = found["n"]
            return found["n"]
        return None

    def finish_statement(self) -> None:
        if self.pending is None:
            return
        base, end = self.pending
        self.pending = None
        raw = self.source.text[base:end]
        # Continuation marks and remarks become blanks of the same length, so offsets stay true.
        raw = re.sub(r"\n[ \t　]*[|｜]{2}", lambda found: " " * len(found[0]), raw)
        lead = len(raw) - len(raw.lstrip(" \t　"))
        base, raw = base + lead, raw[lead:].rstrip()
        clause = self.clauses[-1] if self.clauses else self.preamble
        try:
            label, body = _parse(raw)
        except NotAStatement as wrong:
            clause.broken += 1
            self.wrong.append(_explain(self.source, base, wrong))
            return
        self.saw_statement = True
        statement = Statement(label, body, self.source.path, base, len(raw))
        if body.rule == "clause":
            self.name_clause(clause, body)
            return
        clause.statements.append(statement)

    def name_clause(self, clause: Clause, body: Node) -> None:
        """`clause 签` names the unnumbered text just above; where there is none, it opens a clause without text."""
        name = body.words()[0].text
        if clause.number or clause is self.preamble:
            clause = Clause(name)
            self.clauses.append(clause)
        clause.number, clause.named = name, True
