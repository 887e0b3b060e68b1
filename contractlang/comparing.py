"""Comparisons and arithmetic: which kinds of values may meet, and what to type where they may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from contractlang.declaration import ReadingDecl
from contractlang.diagnostic import Label, Said
from contractlang.expression import Arithmetic, Chosen, Compare, Const, Expr, Later, kind_of
from contractlang.kinds import (
    COUNT,
    DAY,
    INSTANT,
    PARTY,
    PERIOD,
    TEXT,
    Kind,
    comparable,
    sample_of,
)
from contractlang.syntax import Node, Word, is_single

if TYPE_CHECKING:
    from contractlang.resolving import Reader

_OPERATORS: dict[str, Literal["<", "<=", ">", ">=", "==", "!="]] = {
    "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "==": "==", "!=": "!=", "≠": "!=",
}  # fmt: skip


def equals(reader: Reader, node: Node, left: Node | Word, right: Node | Word) -> Expr:
    """`A is B`: a reading taken in an option, a state in a value, or two equal values."""
    word = reader.word_of(left) if is_single(left) else None
    declared = (
        reader.names.find(word.text) if word is not None and word.text not in reader.variables else None
    )
    if isinstance(declared, ReadingDecl) and word is not None:
        chosen = reader.word_of(right)
        option = reader.names.reading_option(declared, chosen.text)
        if option is None:
            options = [s for each in declared.options for s in (each.name, each.alias) if s]
            raise reader.unknown(
                chosen, f"option of {declared.called.en}", f"`{declared.called.zh}`的选项", options
            )
        return Chosen(declared.name, option)
    if word is not None and declared is None and word.text in reader.names.labels and is_single(right):
        said = reader.word_of(right).text
        if reader.names.find(said) is None and said not in reader.variables:
            raise reader.fail(
                "kind", node, f"`{word.text}` is a norm, and no norm is `{said}`",
                f"`{word.text}`是规范，规范没有`{said}`一说",
                Said(
                    f"write `{word.text} is overdue` or `{word.text} is in breach`",
                    f"可写 `{word.text} 逾期` 或 `{word.text} 违约`",
                ),
            )  # fmt: skip
    return compare(reader, node, "==", left, right)


def compare(reader: Reader, node: Node, op: str, left: Node | Word, right: Node | Word) -> Expr:
    """Return the comparison of two values of kinds that may meet."""
    one = reader.expression(left)
    other = reader.expression(right, kind_of(one))
    a, b = kind_of(one), kind_of(other)
    if b == TEXT and a.name == "one of" and isinstance(other, Const):
        option = reader.names.option(a.of, str(other.value))
        if option is not None:
            other, b = Const(option, a), a
    if not comparable(a, b):
        raise reader.fail(
            "kind",
            node,
            f"{reader.names.said(a).en} cannot be compared with {reader.names.said(b).en}",
            f"{reader.names.said(a).zh}不能与{reader.names.said(b).zh}比较",
            other_side(reader, left, one, op, right, other),
            labels=tuple(
                Label(
                    reader.statement.span(side),
                    Said(f"this is {reader.names.said(kind).en}", f"这是{reader.names.said(kind).zh}"),
                )
                for side, kind in ((left, a), (right, b))
            ),
        )
    if op not in ("==", "!=") and a.name == "duration":
        raise reader.fail(
            "kind", node, "a period is neither more nor less than another: a month is not a number of days",
            "期间没有大小之分：一个月不是若干日",
            period_ends(reader, left, op, right),
        )  # fmt: skip
    if op not in ("==", "!=") and a.name in ("occurrence", "breach"):
        raise reader.fail(
            "kind", node, f"{reader.names.said(a).en} is neither more nor less than another",
            f"{reader.names.said(a).zh}没有大小之分",
            Said(f"write `{reader.statement.said(left)}.day {op} {reader.statement.said(right)}.day`",
                 f"请写 `{reader.statement.said(left)}.发生日 {op} {reader.statement.said(right)}.发生日`"),
        )  # fmt: skip
    if op not in ("==", "!=") and a.name in ("one of", "flag", "text", "party", "norm"):
        said = (
            f"{reader.statement.said(left)} is {reader.statement.said(right)}",
            f"{reader.statement.said(left)} 为 {reader.statement.said(right)}",
        )
        raise reader.fail(
            "kind", node, f"{reader.names.said(a).en} is neither more nor less than another",
            f"{reader.names.said(a).zh}没有大小之分",
            Said(f"write `{said[0]}`", f"请写 `{said[1]}`"),
        )  # fmt: skip
    place = reader.statement.span(node) if reader.has_place else None
    return Compare(_OPERATORS[op], one, other, place)


def arithmetic(reader: Reader, node: Node, parts: list[Node | Word]) -> Expr:
    """Return a sum, difference or product; shares multiply money, periods add to days."""
    left, right = reader.expression(parts[0]), reader.expression(parts[1])
    a, b = kind_of(left), kind_of(right)
    op = {"plus": "+", "minus": "-", "times": "*"}[node.rule]
    if op == "+" and a in (DAY, INSTANT) and b == PERIOD:
        return Later(left, right)
    if op == "*":
        pair = {a.name, b.name}
        kind = a if a.name == "money" else b if b.name == "money" else COUNT
        if pair in ({"money", "count"}, {"money", "share"}, {"count", "share"}, {"count"}):
            return Arithmetic("*", left, right, kind)
    elif a == b and a.name in ("money", "count"):
        return Arithmetic("+" if op == "+" else "-", left, right, a)
    elif op == "-" and a == b == DAY:
        return Arithmetic("-", left, right, COUNT)
    sign = {"+": "added to", "-": "taken from", "*": "multiplied with"}[op]
    zh = {"+": "相加", "-": "相减", "*": "相乘"}[op]
    wanted = sample_of(PERIOD if a in (DAY, INSTANT) else COUNT if op == "*" else a)
    written = {"+": "+", "-": "-", "*": "*"}[op]
    said = f"{reader.statement.said(parts[0])} {written} "
    raise reader.fail(
        "kind",
        node,
        f"{reader.names.said(b).en} cannot be {sign} {reader.names.said(a).en}",
        f"{reader.names.said(a).zh}与{reader.names.said(b).zh}不能{zh}",
        Said(f"write `{said}{wanted[0]}`", f"可写 `{said}{wanted[1]}`")
        if wanted[0]
        else Said("write amounts, counts, or days and periods", "请写金额、数量，或日与期间"),
    )


def period_ends(reader: Reader, left: Node | Word, op: str, right: Node | Word) -> Said:
    """Return what to compare instead of two periods: the days on which they end."""
    one, other = reader.statement.said(left), reader.statement.said(right)
    return Said(
        f"compare the days on which they end: `{one} after 2026-03-31 {op} {other} after 2026-03-31`",
        f"请比较其届满日：`2026年3月31日 后 {one} {op} 2026年3月31日 后 {other}`",
    )


def compared(reader: Reader, part: Node | Word, made: Expr) -> Said:
    """Return how a value becomes a condition."""
    kind, said = kind_of(made), reader.statement.said(part)
    if isinstance(made, Const):
        label = next(iter(reader.names.labels), "pay_fee")
        return Said(f"write for example `{label} is overdue`", f"例如写 `{label} 逾期`")
    options = options_said(reader, kind)
    if options:
        return Said(f"write `{said} is {options.en}`", f"可写 `{said} 为 {options.zh}`")
    if kind.name in ("occurrence", "breach"):
        return Said(f"ask for a property of it: `{said}.day < now`", f"请写明其属性：`{said}.发生日 < 现在`")
    if kind == PARTY:
        return Said(f"write for example `{said} is in breach`", f"例如写 `{said} 违约`")
    en, zh = sample_of(kind)
    signs = ("is", "为") if kind == TEXT else (">", ">")
    return Said(f"compare it: `{said} {signs[0]} {en}`", f"请作比较：`{said} {signs[1]} {zh}`")


def other_side(
    reader: Reader, left: Node | Word, one: Expr, op: str, right: Node | Word, other: Expr
) -> Said:
    """Return what to type instead of the right side, or of the left where that is the literal."""
    turned = isinstance(one, Const) and not isinstance(other, Const)
    kind, kept = (kind_of(other), right) if turned else (kind_of(one), left)
    if kind.name == kind_of(other).name == kind_of(one).name == "money":
        return Said(
            f"write both amounts in {kind.of}",
            f"两个金额都用{reader.names.said(kind).zh.removesuffix('金额')}",
        )
    options = options_said(reader, kind)
    en, zh = options or sample_of(kind)
    if kind.name in ("occurrence", "breach"):
        return Said(
            f"compare a property of it: `{reader.statement.said(kept)}.day`",
            f"请比较其属性：`{reader.statement.said(kept)}.发生日`",
        )
    sign = {"==": ("is", "为"), "!=": ("!=", "≠")}.get(op, (op, op))
    if not en:
        return Said(
            f"compare `{reader.statement.said(kept)}` with {reader.names.said(kind).en}",
            f"请将`{reader.statement.said(kept)}`与{reader.names.said(kind).zh}比较",
        )
    if turned:
        return Said(
            f"write `{en} {sign[0]} {reader.statement.said(kept)}`",
            f"可写 `{zh} {sign[1]} {reader.statement.said(kept)}`",
        )
    return Said(
        f"write `{reader.statement.said(kept)} {sign[0]} {en}`",
        f"可写 `{reader.statement.said(kept)} {sign[1]} {zh}`",
    )


def options_said(reader: Reader, kind: Kind) -> Said | None:
    """Return the first option of an enumeration in both languages."""
    options = reader.names.options_of(kind.of) if kind.name == "one of" else ()
    return Said(options[0].name, options[0].alias or options[0].name) if options else None
