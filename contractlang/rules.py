"""What is laid down beside norms: sums, priorities, bars, the life of an agreement, fills, remarks and relations.

`MAKERS` tells for each construct of the grammar which function gives it a meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from contractlang.declaration import BlankDecl, RelationDecl
from contractlang.diagnostic import Said
from contractlang.drafting import Here, Work, names_of, part_of
from contractlang.expression import Bound, ByClause, ByDocument, ByLabel, Const, Expr, Not, Target, kind_of
from contractlang.kinds import BREACH, FLAG, PERIOD, TEXT, in_english, money_in
from contractlang.norming import make_norm, trigger_of
from contractlang.norms import AmountRule, Bar, Fill, Life, Priority, Remark, Trigger
from contractlang.numerals import plain_number
from contractlang.once import said_once
from contractlang.resolving import Mistake, Reader
from contractlang.syntax import Node, Statement, Word
from contractlang.targets import label_of, target_of


def make_amount(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    name, *aliases = names_of(here.node)
    trigger, value, rest = amount_value(work, reader, here.node)
    kind = kind_of(value)
    if kind.name not in ("money", "count"):
        raise reader.fail(
            "kind", rest[0], f"an amount is money or a count, not {in_english(kind)}", "金额须为金额或数量",
            Said("write for example `is bill.amount`", "例如写 `为 账单.金额`"),
        )  # fmt: skip
    where = claimable = None
    said_once(reader, rest[1:])
    for tail in rest[1:]:
        if isinstance(tail, Node) and tail.rule == "where":
            where = reader.condition(part_of(tail))
        elif isinstance(tail, Node) and tail.rule == "claimable":
            claimable = reader.condition(part_of(tail))
    work.names.amount_kinds[name] = work.made.kinds[name] = kind
    work.made.built.append(
        AmountRule(
            name=name, alias=aliases[0] if aliases else "", **work.stood(here), trigger=trigger, value=value,
            where=where, claimable=claimable, option=here.option, kind=kind,
        )
    )  # fmt: skip


def amount_value(work: Work, reader: Reader, node: Node) -> tuple[Trigger | None, Expr, list[Node | Word]]:
    """Return the trigger and the value of a sum's line, and its parts from the value on."""
    said_once(reader, node.nodes("for_each"))
    named, lead = node.node("decl_name"), node.node("for_each")
    trigger = trigger_of(work, reader, lead) if lead is not None else None
    rest = [part for part in node.parts if part is not None and part is not named and part is not lead]
    return trigger, reader.expression(rest[0], money_in("CNY")), rest


def work_out_amount(work: Work, name: str) -> None:
    """Find the kind of a sum that is used above its own line; what is wrong there is reported there."""
    for _, statement in work.of_rule.get("amount", ()):
        if name in names_of(statement.body):
            already = len(work.wrong)
            try:
                _, value, _ = amount_value(work, work.reader(statement), statement.body)
                work.names.amount_kinds[name] = kind_of(value)
            except Mistake:
                pass
            del work.wrong[already:]
            return


def make_prevails(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    named = here.node.parts[0]
    others = [part for part in here.node.parts[1:] if isinstance(part, Node)]
    over = target_of(reader, others[0])
    variable, when = about_the_beaten(work, reader, others[1:])
    by: Target = (
        target_of(reader, named) if isinstance(named, Node)
        else norm_or_document(work, reader, named) if named is not None else ByClause(here.clause)
    )  # fmt: skip
    if here.node.rule == "subject_to":
        by, over = over, by
    work.made.built.append(
        Priority(
            how="prevails",
            by=by,
            over=over,
            when=when,
            **work.stood(here),
            option=here.option,
            variable=variable,
        )
    )


def norm_or_document(work: Work, reader: Reader, word: Word) -> Target:
    if word.text not in work.names.labels and word.text in {work.draft.name, *work.library}:
        return ByDocument(work.names.documents.get(word.text, word.text))
    return ByLabel(label_of(reader, word))


def about_the_beaten(work: Work, reader: Reader, parts: list[Node]) -> tuple[str | None, Expr | None]:
    """Return what the clause of the beaten norm is called, and the condition, which may ask about it."""
    variable: str | None = None
    when: Expr | None = None
    for part in parts:
        if part.rule == "as_name":
            variable = part.words()[0].text
            reader.variables[variable] = Bound(variable, TEXT)
        else:
            made = reader.condition(part_of(part))
            when = Not(made) if part.rule == "unless" else made
    return variable, when


def make_limits(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    target, *rest = (part for part in here.node.parts if part is not None)
    by = next(part for part in rest if isinstance(part, Word))
    assert isinstance(target, Node)
    over = target_of(reader, target)
    variable, when = about_the_beaten(work, reader, [part for part in rest if isinstance(part, Node)])
    work.made.built.append(
        Priority(
            how="limits", by=ByLabel(label_of(reader, by)), over=over, when=when, **work.stood(here),
            option=here.option, variable=variable,
        )
    )  # fmt: skip


def make_voids(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    target, *rest = (part for part in here.node.parts if isinstance(part, Node))
    over = target_of(reader, target)
    variable, when = about_the_beaten(work, reader, rest)
    work.made.built.append(
        Priority(
            how="voids", by=ByClause(here.clause), over=over, when=when, **work.stood(here),
            option=here.option, variable=variable,
        )
    )  # fmt: skip


def make_lapses(work: Work, here: Here) -> None:
    first, *rest = (part for part in here.node.parts if part is not None)
    assert isinstance(first, Node)
    bar(work, here, "lapses", target_of(work.reader(here.statement), first), rest)


def make_time_barred(work: Work, here: Here) -> None:
    parts = [part for part in here.node.parts if part is not None]
    bar(work, here, "time-barred", ByClause(here.clause), parts)


def bar(
    work: Work, here: Here, how: Literal["lapses", "time-barred"], target: Target, parts: list[Node | Word]
) -> None:
    reader = work.reader(here.statement)
    length = reader.expression(parts[0])
    reader.want(length, PERIOD, parts[0])
    reader.variables["breach"] = Bound("breach", BREACH)
    since = reader.expression(parts[1])
    restarting = reader.occurrence(parts[2]).name if len(parts) > 2 else None
    work.made.built.append(
        Bar(
            how=how,
            target=target,
            period=length,
            since=since,
            restarting=restarting,
            **work.stood(here),
            option=here.option,
        )
    )


def make_takes_effect(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    parts = [
        part
        for part in here.node.parts
        if part is not None and not (isinstance(part, Node) and part.rule == "agreement_word")
    ]
    rolls = first_day = where = None
    if here.node.rule == "lasts":
        value = reader.expression(parts[0], PERIOD)
        reader.want(value, PERIOD, parts[0])
        for tail in parts[1:]:
            assert isinstance(tail, Node)
            inner = next((part for part in tail.parts if part is not None), None)
            made = reader.condition(inner) if inner is not None else Const(True, FLAG)
            rolls, first_day = (made, first_day) if tail.rule == "rolled" else (rolls, made)
    else:
        value = reader.condition(parts[0])
        where = reader.condition(parts[1]) if len(parts) > 1 else None
    how: Any = here.node.rule
    work.made.built.append(
        Life(
            how=how, value=value, where=where, rolls=rolls, first_day_counted=first_day, **work.stood(here),
            option=here.option,
        )
    )  # fmt: skip


def make_fills(work: Work, here: Here) -> None:
    named = next(part for part in here.node.parts if isinstance(part, Word) and part.kind == "NAME")
    value = next(part for part in here.node.parts if isinstance(part, Node))
    fill(work, here, named, value)


def make_define(work: Work, here: Here) -> None:
    """`define due_day is …` fills the hole where another document has one of that name."""
    named, value = here.node.parts[0], here.node.parts[-1]
    assert isinstance(named, Word) and value is not None
    fill(work, here, named, value)


def fill(work: Work, here: Here, named: Word, value: Node | Word) -> None:
    reader = work.reader(here.statement)
    declared = work.names.find(named.text)
    is_blank = isinstance(declared, BlankDecl)
    if not is_blank and (declared is not None or work.draft.kind == "supplement"):
        raise reader.unknown(named, "blank", "空白", work.declarations.called(BlankDecl))
    made = reader.expression(value, declared.kind if isinstance(declared, BlankDecl) else None)
    if isinstance(declared, BlankDecl):
        reader.want(made, declared.kind, value)
    blank = declared.name if declared is not None else named.text
    work.made.built.append(Fill(blank=blank, value=made, **work.stood(here), option=here.option))


def fills_by_definition(work: Work, statement: Statement) -> bool:
    """Tell whether a definition is of a hole that another document has."""
    if statement.body.rule != "define":
        return False
    found = work.names.find(statement.body.words()[0].text)
    return isinstance(found, BlankDecl) and found.document != work.draft.name


def make_states(work: Work, here: Here) -> None:
    how: Any = here.node.rule
    text = here.node.words()[0].text
    work.made.built.append(Remark(how=how, text=text, **work.place(here), option=here.option))


def make_see(work: Work, here: Here) -> None:
    word = here.node.words()[0]
    if plain_number(word.text) not in work.names.clauses:
        known = list(work.names.clauses.values())
        work.names.unknown(word.text, here.statement.span(word), Said("clause", "条款"), known)
    make_states(work, here)


def make_survives(work: Work, here: Here) -> None:
    work.made.survives = True


def make_excludes(work: Work, here: Here) -> None:
    reader = work.reader(here.statement)
    left, right = (reader.occurrence(word).name for word in here.node.words())
    how: Any = here.node.rule
    span = here.statement.span(here.node)
    work.made.relations.append(
        RelationDecl(how=how, left=left, right=right, document=work.draft.name, span=span)
    )


MAKERS: dict[str, Callable[[Work, Here], None]] = {
    "norm": make_norm,
    "amount": make_amount,
    "prevails": make_prevails,
    "subject_to": make_prevails,
    "limits": make_limits,
    "voids": make_voids,
    "lapses": make_lapses,
    "time_barred": make_time_barred,
    "takes_effect": make_takes_effect,
    "lasts": make_takes_effect,
    "renews": make_takes_effect,
    "ends": make_takes_effect,
    "fills": make_fills,
    "define": make_define,
    "states": make_states,
    "not_formalised": make_states,
    "see": make_see,
    "survives": make_survives,
    "excludes": make_excludes,
    "implies": make_excludes,
    "only_after": make_excludes,
}
