"""The options of readings, and which of them are defaults, in which layer and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from contractlang.declaration import Default, ReadingDecl, ReadingOption
from contractlang.diagnostic import Said
from contractlang.drafting import Work, layer_named, names_of
from contractlang.expression import And, Const, Expr, IsBlank, Not, Or
from contractlang.resolving import Mistake, Reader
from contractlang.syntax import Node, Statement, Word


def under_readings(work: Work) -> Iterable[tuple[str, Statement]]:
    """Return every option with the reading it stands under."""
    current: str | None = None
    if "option" not in work.of_rule:
        return
    for _, statement in work.statements:
        body = statement.body
        if body.rule == "reading":
            found = work.names.find(names_of(body)[0])
            current = found.name if isinstance(found, ReadingDecl) else None
        elif body.rule == "option" and current is not None:
            yield current, statement


def collect_options(work: Work) -> None:
    """Give every reading its options before anything asks for one."""
    for reading, statement in under_readings(work):
        named = statement.body.node("decl_name")
        assert named is not None
        names = names_of(statement.body)
        outside = next((part.text for part in named.words() if part.kind == "STRING"), "")
        listed = work.options.setdefault(reading, [])
        if names[0] not in (each.name for each in listed):
            alias = names[1] if len(names) > 1 else ""
            listed.append(ReadingOption(names[0], alias, (), statement.span(named), outside))
    for reading in work.options:
        give_options(work, reading)


def give_options(work: Work, reading: str) -> None:
    declared = work.names.declarations[reading]
    assert isinstance(declared, ReadingDecl)
    work.names.declarations[reading] = replace(declared, options=tuple(work.options[reading]))


def defaults(work: Work) -> None:
    """Read which options are defaults, and when: last, since a condition may name any blank."""
    given: dict[str, None] = {}
    for reading, statement in under_readings(work):
        made = []
        for node in statement.body.nodes("default"):
            layer, when = node.parts
            try:
                condition = None if when is None else _condition(work.reader(statement), when)
            except Mistake:
                continue
            made.append(Default(layer_named(layer) if isinstance(layer, Word) else None, condition))
        if made:
            name = names_of(statement.body)[0]
            work.options[reading] = [
                replace(each, defaults=(*each.defaults, *made)) if each.name == name else each
                for each in work.options[reading]
            ]
            given[reading] = None
    for reading in given:
        give_options(work, reading)


def _condition(reader: Reader, when: Node | Word) -> Expr:
    """Return on what a default hangs: on blanks alone, since it is told before anything happens."""
    condition = reader.condition(when)
    if not _asks_of_blanks(condition):
        raise reader.fail(
            "option",
            when,
            "whether an option is the default hangs on blanks alone: it is told before anything happens",
            "是否默认只能取决于空白是否填写：账户尚无任何事实时即须确定",
            Said(
                "ask whether a blank is filled, for example `by default if term is blank`; "
                "any other condition belongs into the norm of the option",
                "只问空白是否填写，例如`默认 若 有效期 为 空白`；其他条件请写在该选项的规范里",
            ),
        )
    return condition


def _asks_of_blanks(condition: Expr) -> bool:
    match condition:
        case And() | Or():
            return all(map(_asks_of_blanks, condition.parts))
        case Not():
            return _asks_of_blanks(condition.part)
        case _:
            return isinstance(condition, IsBlank | Const)
