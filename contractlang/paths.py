"""Names in conditions and sums: what a dotted name, or a name with arguments, stands for.

`invoice.due` is the due day of the last invoice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contractlang.declaration import (
    BlankDecl,
    Declaration,
    DefineDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
)
from contractlang.diagnostic import Said
from contractlang.expression import (
    AmountOf,
    Answer,
    BlankValue,
    Bound,
    Const,
    Expr,
    Field,
    Happened,
    Now,
    StateValue,
    kind_of,
)
from contractlang.kinds import (
    BREACH,
    DAY,
    FLAG,
    INSTANT,
    NORM,
    PARTY,
    TEXT,
    Kind,
    money_in,
)
from contractlang.names import NO, YES
from contractlang.substitution import said_in, substitute
from contractlang.syntax import Node, Word, is_single

if TYPE_CHECKING:
    from contractlang.resolving import Reader

# What every occurrence and every breach knows of itself, whatever its declaration says.
OF_ANY_OCCURRENCE = {"at": INSTANT, "day": DAY, "by": PARTY, "arrives": INSTANT}
OF_A_BREACH = {
    "at": INSTANT, "day": DAY, "last_day": DAY, "unpaid": money_in("CNY"), "by": PARTY, "cured": FLAG,
    "norm": TEXT, "cured_at": INSTANT,
}  # fmt: skip
_FIELDS_ZH = {
    "时点": "at",
    "发生日": "day",
    "行为人": "by",
    "末日": "last_day",
    "欠额": "unpaid",
    "到达": "arrives",
    "已补正": "cured",
}
# What a name should stand for, by the kind of value that is wanted where it stands.
_WANTED = {
    "flag": ("fact", "事实"), "day": ("day or time", "日期"), "instant": ("day or time", "日期"),
    "duration": ("length of time", "期间"), "money": ("sum", "款项"),
}  # fmt: skip


def path(reader: Reader, words: list[Word], wanted: Kind | None) -> Expr:
    """Return what a dotted name stands for."""
    first, rest = words[0], words[1:]
    made = _root(reader, first, wanted, alone=not rest)
    for word in rest:
        made = _field(reader, made, word)
    return made


def call(reader: Reader, node: Node) -> Expr:
    """Return what a name with arguments stands for: a question, an amount, a definition."""
    word = node.parts[0]
    assert isinstance(word, Word)
    if word.text in reader.names.amounts:
        name = reader.names.amounts[word.text]
        return AmountOf(name, reader.expression(argument(reader, node)), reader.names.kind_of_amount(name))
    declared = reader.names.find(word.text)
    if isinstance(declared, QuestionDecl):
        return Answer(declared.name, _about(reader, declared, argument(reader, node)), declared.kind)
    if isinstance(declared, DefineDecl):
        names = [param.name for param in declared.params]
        given = map(reader.expression, _arguments(reader, node, names))
        values = dict(zip(names, given, strict=True))
        return substitute(said_in(declared.value, declared.document, reader.document), values)
    questions = [*reader.called(QuestionDecl, DefineDecl), *reader.names.amounts]
    raise reader.unknown(word, "question or amount", "问题或金额", questions)


def argument(reader: Reader, node: Node) -> Node | Word:
    """Return the one thing that a question, an amount or a norm is called with. Raises Mistake."""
    first = next(_given(node))
    return _arguments(reader, node, [reader.statement.said(first)])[0]


def _arguments(reader: Reader, node: Node, names: list[str]) -> list[Node | Word]:
    """Return what a name is called with, one thing for each of the `names`. Raises Mistake."""
    given, count = list(_given(node)), len(names)
    if len(given) != count:
        called = node.words()[0].text
        wants = f"{called}({', '.join(names)})"
        raise reader.fail(
            "kind", node, f"`{called}` takes {count} argument{'s' if count != 1 else ''}, not {len(given)}",
            f"`{called}`有{count}个参数，而非{len(given)}个", Said(f"write `{wants}`", f"请写 `{wants}`"),
        )  # fmt: skip
    return given


def _given(node: Node) -> Iterator[Node | Word]:
    """Yield what stands in the brackets behind a name."""
    return (each for each in node.parts[1:] if each is not None)


def _root(reader: Reader, word: Word, wanted: Kind | None, alone: bool) -> Expr:
    """Return what a name by itself, or the first of a dotted one, stands for."""
    spelling = word.text
    if spelling in reader.variables:
        return reader.variables[spelling]
    if wanted is not None and alone:
        option = reader.names.option(wanted.of, spelling) if wanted.name == "one of" else None
        if option is not None:
            return Const(option, wanted)
        if wanted in (FLAG, TEXT) and spelling in YES | NO:
            return Const(spelling in YES, FLAG)
    if reader.act is not None:
        for param in reader.act.params:
            if spelling in (param.name, param.alias):
                return Field(Bound("@act", Kind("occurrence", reader.act.name)), param.name, param.kind)
    declared = reader.names.find(spelling)
    return _undeclared(reader, word, wanted) if declared is None else _declared(reader, word, declared, alone)


def _undeclared(reader: Reader, word: Word, wanted: Kind | None) -> Expr:
    """Return what a name stands for that no declaration has. Raises Mistake."""
    spelling = word.text
    if spelling in ("now", "现在"):
        return Now()
    if spelling in YES | NO:
        return Const(spelling in YES, FLAG)
    if spelling in reader.names.amounts:
        name = reader.names.amounts[spelling]
        return AmountOf(name, None, reader.names.kind_of_amount(name))
    if wanted is not None and wanted.name == "one of":
        options = [s for each in reader.names.options_of(wanted.of) for s in (each.name, each.alias) if s]
        said = reader.names.said(wanted)
        raise reader.unknown(word, said.en.removeprefix("an "), said.zh, options)
    if spelling in reader.names.labels:
        raise reader.fail(
            "kind",
            word,
            f"`{spelling}` is a norm; ask something of it",
            f"`{spelling}`是规范，请说明要问它的什么",
            Said(
                f"write `{spelling} is overdue` or `{spelling} is in breach`",
                f"可写 `{spelling} 逾期` 或 `{spelling} 违约`",
            ),
        )
    raise reader.unknown(word, *_WANTED.get(wanted.name if wanted is not None else "", ("thing", "事物")))


def _declared(reader: Reader, word: Word, declared: Declaration, alone: bool) -> Expr:
    """Return what the name of something declared stands for. Raises Mistake."""
    spelling = word.text
    match declared:
        case PartyDecl():
            return Const(declared.name, PARTY)
        case BlankDecl():
            return BlankValue(declared.name, declared.kind)
        case StateDecl():
            return StateValue(declared.name, reader.document if declared.in_law else "", declared.kind)
        case OccurrenceDecl():
            if not alone:
                return _last(declared)
            return Happened(declared.name)
        case QuestionDecl():
            return Answer(declared.name, None, declared.kind)
        case DefineDecl():
            if declared.params:
                wants = ", ".join(param.name for param in declared.params)
                raise reader.fail(
                    "kind", word, f"`{spelling}` must be told of what", f"`{spelling}`须写明对象",
                    Said(f"write `{spelling}({wants})`", f"请写 `{spelling}({wants})`"),
                )  # fmt: skip
            return said_in(declared.value, declared.document, reader.document)
        case ReadingDecl():
            raise reader.fail(
                "kind",
                word,
                f"say which option `{spelling}` is taken in",
                f"请写明`{spelling}`取哪一选项",
                Said(
                    f"write `{spelling} is {declared.options[0].name}`",
                    f"可写 `{spelling} 为 {declared.options[0].name}`",
                )
                if declared.options
                else Said("give it options: `| option wide`", "请先列出选项：`| 选项 广义`"),
            )
        case ThingDecl():
            return Bound(declared.name, Kind("occurrence", declared.name))
        case _:
            raise reader.unknown(word, "value", "值")


def _field(reader: Reader, of: Expr, word: Word) -> Expr:
    """Return the property of `of` that `word` names."""
    name = _FIELDS_ZH.get(word.text, word.text)
    kind = kind_of(of)
    known: list[str] = []
    if kind == BREACH:
        if name in OF_A_BREACH:
            return Field(of, name, OF_A_BREACH[name])
        known = [*OF_A_BREACH, *_FIELDS_ZH]
    elif kind.name == "occurrence":
        declared = reader.names.declarations.get(kind.of)
        params = declared.params if isinstance(declared, OccurrenceDecl) else ()
        if isinstance(declared, ThingDecl):
            params = declared.attributes
        for param in params:
            if word.text in (param.name, param.alias):
                return Field(of, param.name, param.kind)
        if name in OF_ANY_OCCURRENCE:
            return Field(of, name, OF_ANY_OCCURRENCE[name])
        known = [s for param in params for s in (param.name, param.alias) if s] + [*OF_ANY_OCCURRENCE]
    elif kind == INSTANT:
        if name == "day":
            return Field(of, name, DAY)
        known = ["day", "发生日"]
    elif isinstance(of, Const) and of.kind == PARTY:
        declared = reader.names.declarations.get(str(of.value))
        for param in declared.attributes if isinstance(declared, PartyDecl) else ():
            if word.text in (param.name, param.alias):
                return Field(of, param.name, param.kind)
            known += [param.name, param.alias]
    raise reader.unknown(
        word, f"property of {reader.names.said(kind).en}", f"{reader.names.said(kind).zh}的属性", known
    )


def _about(reader: Reader, question: QuestionDecl, part: Node | Word) -> Expr:
    """Return the thing a question is asked about: a variable, the last occurrence of a name, or a norm's name."""
    if is_single(part):
        word = reader.word_of(part)
        if word.text not in reader.variables:
            declared = reader.names.find(word.text)
            if isinstance(declared, OccurrenceDecl):
                if reader.act is not None and declared.name == reader.act.name:
                    return Bound("@act", Kind("occurrence", declared.name))
                return _last(declared)
            if word.text in reader.names.labels:
                return Const(word.text, NORM)
            if isinstance(declared, StateDecl):
                return Const(declared.name, TEXT)
    return reader.expression(part)


def _last(declared: OccurrenceDecl) -> Bound:
    return Bound(f"@last {declared.name}", Kind("occurrence", declared.name))
