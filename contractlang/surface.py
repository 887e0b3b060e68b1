"""One language turned into the other: `contract fmt --language zh|en`.

Each statement is written anew from its tree: words by the grammar, names by their other spelling, literals, marks. The
agreement's own text, remarks, what is quoted and the division into lines stay. A name that has no spelling in the other
language stays, and is told. A statement that the other language has no words for stays as it is, and is told too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from contractlang import grammar
from contractlang.contract import Contract
from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.formatter import Lines, rewritten, written_anew
from contractlang.load import Workspace
from contractlang.loaded import Loaded
from contractlang.parser import parse
from contractlang.phrases import FORMS, bound, is_word, said, word
from contractlang.source import Source, Span
from contractlang.spellings import Spellings, literal
from contractlang.statements import MARK, NotAStatement, in_one_line, in_plain_marks, parse_statement
from contractlang.symbols import Symbol, in_statement
from contractlang.syntax import Clause, Node, Statement, Word


class Stayed(NamedTuple):
    """What could not be turned: a name, or a statement that the other language has no words for; and its line."""

    text: str
    line: int
    is_name: bool


@dataclass
class Turned:
    """A file in the other language, and what stayed as it was."""

    text: str
    stayed: list[Stayed] = field(default_factory=list)


class NoForm(Exception):
    """The other language has no words for a construct."""


class Piece(NamedTuple):
    """A word or mark of a statement that is written anew, and where what it stands for was written."""

    text: str
    at: int
    tight: bool = False


def in_language(workspace: Workspace, source: Source, chinese: bool) -> tuple[Turned, list[Diagnostic]]:
    """Return `source` in one language; where it has errors, or would mean another thing, as it is and why."""
    loaded = workspace.check(source.path, source.text)
    if loaded.errors:
        return Turned(source.text), loaded.errors
    contract = loaded.contracts[loaded.asked[0]]
    made = turned(source, contract, loaded, chinese)
    after = workspace.check(source.path, made.text)
    if after.errors or after.contracts[after.asked[0]].meaning_hash != contract.meaning_hash:
        help = Said("turn it by hand, clause by clause", "请逐条手工改写")
        wrong = error(
            "other-meaning",
            Span(source.path, 0, 1),
            "in the other language this file would mean another thing; it stays",
            "本文件换成另一种语言后含义会变，故保持原样",
            help,
        )
        return Turned(source.text), [wrong]
    return made, []


def turned(source: Source, contract: Contract, loaded: Loaded, chinese: bool) -> Turned:
    """Return `source` with every statement in one language; `contract` is what it means, read without errors."""
    spellings = Spellings(contract, loaded.contracts.values(), chinese)
    clauses = {each.base: (clause, each) for clause, each in parse(source)[0].statements()}
    made = Turned("")
    seen: set[str] = set()

    def statement(lines: Lines, first: int) -> Lines:
        try:
            new, stay = _statement(source, lines, first, spellings, clauses, chinese)
        except NoForm:
            made.stayed.append(Stayed(lines[0].strip(), first + 1, is_name=False))
            return written_anew(lines, chinese)
        fresh = [each for each in dict.fromkeys(stay) if each not in seen]
        made.stayed += [Stayed(each, first + 1, is_name=True) for each in fresh]
        seen.update(stay)
        return new

    made.text = rewritten(source, statement)
    return made


# ---- One statement --------------------------------------------------------------------------------------------------


def _statement(
    source: Source, lines: Lines, first: int, spellings: Spellings,
    clauses: dict[int, tuple[Clause, Statement]], chinese: bool,
) -> tuple[Lines, list[str]]:  # fmt: skip
    """Return the lines of a statement in the language, and the names that stayed. Raises NoForm."""
    start = source.line_starts[first]
    end = source.line_starts[first + len(lines) - 1] + len(lines[-1])
    mark = MARK.match(lines[0])
    assert mark is not None
    rest = mark["rest"]
    base = start + mark.start("rest") + len(rest) - len(rest.lstrip(" \t　"))
    raw = in_one_line(source.text[base:end]).rstrip()
    writer = _Writer(raw, spellings)
    at = clauses.get(base)
    if at is not None:
        for each in in_statement(at[1], at[0], spellings.names):
            writer.named[each.span.start - base] = each.symbol
            if each.declares:
                writer.declared.add(each.span.start - base)
            if each.symbol.kind == "variable":
                writer.variables.add(each.text)
    tree = grammar.read_whole(in_plain_marks(raw), raw)
    pieces = writer.node(tree)
    new = _in_lines(pieces, lines, base - start, chinese)
    if isinstance(parse_statement(_code(new)), NotAStatement):
        raise NoForm
    stayed = [each for each in writer.stayed if not spellings.fits(each)]
    return new, stayed


def _code(lines: Lines) -> str:
    mark = MARK.match(lines[0])
    assert mark is not None
    return in_one_line("\n".join(lines))[mark.start("rest") :].strip(" \t　")


def _in_lines(pieces: list[Piece], lines: Lines, base: int, chinese: bool) -> Lines:
    """Write the pieces in as many lines as there were: each begins with what it began with, remarks between them."""
    breaks: list[tuple[int, str]] = []
    offset = -base
    for line in lines:
        mark = MARK.match(line)
        assert mark is not None
        is_remark = mark["rest"].lstrip(" \t　")[:1] in ("#", "＃")
        breaks.append((offset, line if is_remark else ""))
        offset += len(line) + 1
    del breaks[0]
    made: Lines = ["|"]
    begun = True
    for piece in pieces:
        while breaks and piece.at >= breaks[0][0] and made != ["|"]:
            _, remark = breaks.pop(0)
            made += [remark] if remark else []
            begun = False
        if not begun:
            made.append("||")
            begun = True
        made[-1] += ("" if piece.tight else " ") + piece.text
    made += [remark for _, remark in breaks if remark]
    return written_anew(made, chinese)


class _Writer:
    """Writes the tree of one statement in a language."""

    def __init__(self, raw: str, spellings: Spellings) -> None:
        self.raw, self.spellings, self.chinese = raw, spellings, spellings.chinese
        self.named: dict[int, Symbol] = {}
        self.declared: set[int] = set()
        self.variables: set[str] = set()
        self.stayed: list[str] = []

    def node(self, node: Node) -> list[Piece]:
        special = getattr(self, f"in_{node.rule}", None)
        if special is not None:
            return list(special(node))
        return self.form(node) if node.rule in FORMS else self.run(node)

    def part(self, part: Node | Word, within: str) -> list[Piece]:
        return self.node(part) if isinstance(part, Node) else [self.word(part, within)]

    def run(self, node: Node) -> list[Piece]:
        """Write a construct whose parts have the same order in both languages."""
        parts = [part for part in node.parts if part is not None]
        made: list[Piece] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            if not isinstance(part, Word) or not is_word(part):
                made += self.part(part, node.rule)
                at += 1
                continue
            if part.kind in ("_OTHERWISE", "_OTHERWISE_ZH"):
                made += [Piece(",", part.start)] if part.text.startswith(",") else []
                made.append(Piece(word("_OTHERWISE_ZH" if self.chinese else "_OTHERWISE"), part.start))
                at += 1
                continue
            kinds = []
            for each in parts[at:]:
                if not isinstance(each, Word) or not is_word(each):
                    break
                kinds.append(each.kind)
            count, terminals = said(node.rule, kinds, self.chinese) or (1, (part.kind,))
            made += [self.piece(word(each), part) for each in terminals]
            at += count
        return made

    def form(self, node: Node) -> list[Piece]:
        """Write a construct whose parts have another order in the other language."""
        found = bound(node, self.chinese)
        if found is None:
            raise NoForm(node.rule)
        words = [part for part in node.parts if isinstance(part, Word) and is_word(part)]
        made: list[Piece] = []
        count = 0
        for each in found.form:
            if each.isdigit():
                made += self.part(found.parts[each], node.rule)
            else:
                at = words[min(count, len(words) - 1)].start
                count += 1
                made.append(Piece(each, at))
        return made

    def piece(self, text: str, part: Word) -> Piece:
        before = self.raw[part.start - 1 : part.start]
        return Piece(text, part.start, text == "(" and before not in ("", " ", "\t", "　"))

    # -- names and literals

    def word(self, part: Word, within: str) -> Piece:
        return Piece(self.literal(part) if part.kind != "NAME" else self.name(part, within), part.start)

    def name(self, part: Word, within: str, rest: bool = False) -> str:
        text = part.text
        symbol = self.named.get(part.start)
        if part.start in self.declared or within in (
            "decl_name",
            "document",
            "layer_name",
            "clause_name",
            "start",
        ):
            if symbol is not None and symbol.kind in ("label", "variable"):
                self.stayed.append(text)
            return text
        other: str | None = None
        if symbol is not None:
            other = self.spellings.of(symbol)
        elif within == "type":
            other = self.spellings.built_in(text, "kind")
        elif rest:
            other = self.spellings.built_in(text, "field")
        else:
            known = self.spellings.documents.get(text)
            other = next((each for each in known or () if each and self.spellings.fits(each)), None)
            other = other or self.spellings.built_in(text, "root") or self.spellings.life(text)
        if other is None or (other in self.variables and not rest):
            self.stayed.append(text)
            return text
        return other

    def literal(self, part: Word) -> str:
        try:
            return literal(part, self.chinese)
        except ValueError:
            raise NoForm from None

    # -- constructs that have a way of their own

    def in_path(self, node: Node) -> list[Piece]:
        words = [part for part in node.parts if isinstance(part, Word) and part.kind == "NAME"]
        names = [self.name(each, "path", rest=place > 0) for place, each in enumerate(words)]
        return [Piece(".".join(names), node.start)]

    def in_decl_name(self, node: Node) -> list[Piece]:
        return [self.word(part, "decl_name") for part in node.parts if isinstance(part, Word)]

    def in_type(self, node: Node) -> list[Piece]:
        words = [part for part in node.parts if isinstance(part, Word)]
        return [
            Piece(self.name(words[0], "type"), node.start),
            *(Piece(each.text, each.start) for each in words[1:]),
        ]

    def in_param(self, node: Node) -> list[Piece]:
        made: list[Piece] = []
        for part in node.parts:
            if isinstance(part, Word):
                made.append(Piece(":" if part.kind == "_COLON" else part.text, part.start))
            elif part is not None:
                made += self.node(part)
        return made

    def in_core(self, node: Node) -> list[Piece]:
        """`within 3 days of sign` is said `自 签字 起，限 3日 内`."""
        parts = [part for part in node.parts if part is not None]
        made: list[Piece] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            following = [each for each in parts[at + 1 : at + 3] if isinstance(each, Node)][:1]
            if not isinstance(part, Node):
                made += self.part(part, "core") if not is_word(part) else [self.piece(word(part.kind), part)]
            elif part.rule == "within" and any(
                isinstance(each, Word) and each.kind == "_OF" for each in part.parts
            ):
                if any(isinstance(each, Node) and each.rule == "since" for each in parts):
                    raise NoForm("since")
                length, since = (each for each in part.parts if each is not None and not is_word(each))
                made += self.window(self.part(length, ""), self.part(since, ""), part.start)
            elif part.rule == "since" and following and following[0].rule == "within":
                since = next(each for each in part.parts if each is not None and not is_word(each))
                length = next(each for each in following[0].parts if each is not None and not is_word(each))
                made += self.window(self.part(length, ""), self.part(since, ""), part.start)
                at = parts.index(following[0])
            else:
                made += self.node(part)
            at += 1
        return made

    def window(self, length: list[Piece], since: list[Piece], at: int) -> list[Piece]:
        if self.chinese:
            return [
                Piece("自", at), *since, Piece("起", at), Piece(",", at), Piece("限", at), *length, Piece("内", at),
            ]  # fmt: skip
        return [Piece("within", at), *length, Piece("of", at), *since]

    def in_owned(self, node: Node) -> list[Piece]:
        """`agreed powers of user to end` is said `乙方 的 有关 解除 的 约定权力`."""
        parts = [part for part in node.parts if part is not None]
        owner = parts[0]
        assert isinstance(owner, Node)
        group = next((part for part in parts[1:] if isinstance(part, Node)), None)
        if self.chinese:
            words = [self.piece(word(each.kind), each) for each in parts[1:] if isinstance(each, Word)]
            return [*self.node(owner), *words, *(self.node(group) if group is not None else [])]
        if group is None:
            return [Piece("agreed losses of", node.start), *self.node(owner)]
        return _owned(self.node(group), [Piece("of", owner.start), *self.node(owner)])

    def group(self, node: Node) -> list[Piece]:
        owner = node.node("owner")
        if owner is None:
            return self.form(node)
        bare = Node(
            node.rule,
            tuple(
                part
                for part in node.parts
                if part is not None
                and part is not owner
                and not (isinstance(part, Word) and part.kind == "_OF")
            ),
            node.start,
            node.end,
        )
        if not self.chinese:
            return _owned(self.form(bare), [Piece("of", owner.start), *self.node(owner)])
        of = [] if node.rule == "agreed_losses" else [Piece("的", owner.start)]
        return [*self.node(owner), *of, *self.form(bare)]

    in_any_duty = in_any_keeping = in_any_power = in_agreed_duties = in_agreed_keeping = in_agreed_powers = (
        group
    )
    in_agreed_losses = group

    def in_after(self, node: Node) -> list[Piece]:
        """`30 days after X` is said `X 后 30日`."""
        parts = [part for part in node.parts if part is not None and not is_word(part)]
        keyword = next(part for part in node.parts if isinstance(part, Word) and is_word(part))
        length, base = parts if node.rule == "after" else reversed(parts)
        inner = _inside(base)
        nested = isinstance(inner, Node) and inner.rule in ("after", "after_zh")
        based = self.part(inner if nested else base, "")
        if self.chinese:
            if nested:
                based = [Piece("(", base.start), *based, Piece(")", base.start)]
            return [*based, Piece("后", keyword.start), *self.part(length, "")]
        return [*self.part(length, ""), Piece("after", keyword.start), *based]

    in_after_zh = in_after

    def in_month_day(self, node: Node) -> list[Piece]:
        number = re.search(r"\d+", self.raw[node.start : node.end])
        assert number is not None
        return [Piece(f"每月{number[0]}日" if self.chinese else f"day {number[0]} of each month", node.start)]

    def in_accrued(self, node: Node) -> list[Piece]:
        values = [part for part in node.parts if part is not None and not is_word(part)]
        rate = next(each for each in values if isinstance(each, Node) and each.rule == "share")
        rest = [each for each in values if each is not rate]
        if len(rest) == 3 and self.raw[rest[2].start : rest[2].end] not in ("now", "现在"):
            if self.chinese:
                raise NoForm("accrued")
            base, since = rest[0], rest[1]
            until = self.part(rest[2], "")
        else:
            base, since = (rest[0], rest[1]) if len(rest) == 3 else (rest[1], rest[0])
            until = [Piece("now", node.end - 1)]
        share, of, start = self.part(rate, ""), self.part(base, ""), self.part(since, "")
        at = node.start
        if self.chinese:
            return [Piece("自", at), *start, Piece("起", at), Piece("按日", at), *share, Piece("计", at), *of]
        return [
            *share, Piece("accrued", at), Piece("daily", at), Piece("on", at), *of, Piece("from", at), *start,
            Piece("until", at), *until,
        ]  # fmt: skip


def _owned(group: list[Piece], owner: list[Piece]) -> list[Piece]:
    """Put whose duties or powers are meant where English has it: before what they are about, at the end otherwise."""
    at = next((place for place, each in enumerate(group) if each.text == "to"), len(group))
    return [*group[:at], *owner, *group[at:]]


def _inside(part: Node | Word) -> Node | Word:
    """Return what stands in brackets, if they are all that stands there."""
    if isinstance(part, Node) and part.rule == "bracket":
        return next(each for each in part.parts if each is not None and not is_word(each))
    return part
