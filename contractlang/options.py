"""The options of readings, and which of them are defaults, in which layer and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from contractlang.drafting import Work, layer_named, names_of
from contractlang.expressions import Mistake
from contractlang.norms import Default, ReadingDecl, ReadingOption
from contractlang.syntax import Statement, Word


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
                condition = work.reader(statement).condition(when) if when is not None else None
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
