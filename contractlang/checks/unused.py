"""Declarations that nothing in the document uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, assert_never

from contractlang.checks.parts import Anatomy, parts_of
from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    DefineDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    RelationDecl,
    Sets,
    Shows,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Diagnostic, Said, warning
from contractlang.expression import (
    AgreedLosses,
    Answer,
    BlankValue,
    ByAct,
    ByState,
    Chosen,
    Const,
    CountOf,
    Happened,
    IsBlank,
    StateValue,
    SumOf,
)
from contractlang.kinds import Kind
from contractlang.norms import (
    Act,
    Bar,
    Fill,
    LossRule,
    Maintenance,
    Obligation,
    OnOccurrence,
    Permission,
    Power,
    Prohibition,
    Reasonable,
    Who,
)


def unused(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find what a document declares and never uses: a party that nothing binds, a blank that nothing asks for.

    Why it matters: what is declared was meant to do something. A name that nothing uses is most often a clause that
    has not been written yet, or one that uses another name for the same thing.

    Example: after

        | party provider, user, guarantor
        | user must pay

    `guarantor` is a party that no norm binds or benefits.

    Remedy: use the name in a norm, or remove its declaration. A vocabulary is not checked: it is there for others.
    """
    contract = anatomy.contract
    if contract.kind == "vocabulary":
        return
    used = frozenset().union(*_used(anatomy))
    for declared in contract.declarations.values():
        if declared.document != contract.name or declared.name in used or _works_alone(declared, contract):
            continue
        what, use = _described(declared)
        yield warning(
            "unused",
            declared.span,
            f"{what.en} `{declared.called.en}` is declared and never used",
            f"{what.zh}`{declared.called.zh}`已声明而从未使用",
            help=Said(f"{use.en}, or remove the declaration", f"{use.zh}，或删去该声明"),
        )


def _used(anatomy: Anatomy) -> Iterator[Iterable[str]]:
    """Return every declared name that the document uses somewhere else than in that declaration itself."""
    contract = anatomy.contract
    yield from (named for _, named in anatomy.those(_mentioned, anatomy.rules))
    yield from (_mentioned(tuple(parts_of(relation))) for relation in contract.relations)
    for declared in contract.declarations.values():
        # What a vocabulary declares cannot speak of what is declared here.
        if declared.document == contract.name:
            yield anatomy.of(declared, _mentioned) - {declared.name}
    if any(isinstance(rule.bearer, Who) for rule in (*contract.norms, *contract.losses)):
        yield [each.name for each in contract.declarations.values() if isinstance(each, PartyDecl)]


def _mentioned(parts: tuple[object, ...]) -> frozenset[str]:
    found = [name for part in parts if type(part) in _NAMED for name in _NAMED[type(part)](part)]
    return frozenset(name for name in found if isinstance(name, str))


# Which declared names each part of a rule or of a declaration speaks of.
_NAMED: dict[type, Callable[[Any], tuple[object, ...]]] = {
    **dict.fromkeys(
        (BlankValue, IsBlank, StateValue, Happened, CountOf, SumOf, Act, OnOccurrence), lambda it: (it.name,)
    ),
    **dict.fromkeys((Answer, Reasonable), lambda it: (it.question,)),
    **dict.fromkeys(
        (Obligation, Maintenance, Prohibition, Permission, Power, LossRule), lambda it: (it.bearer,)
    ),
    Chosen: lambda it: (it.reading,),
    ByAct: lambda it: (it.act, it.bearer),
    ByState: lambda it: (it.state, it.bearer),
    AgreedLosses: lambda it: (it.bearer,),
    Fill: lambda it: (it.blank,),
    Kind: lambda it: (it.of,),
    Const: lambda it: (it.value,),
    Bar: lambda it: (it.restarting,),
    RelationDecl: lambda it: (it.left, it.right),
    OccurrenceDecl: lambda it: (it.kind_of, it.per, it.actor),
    Sets: lambda it: (it.state, it.until),
    Shows: lambda it: (it.state, it.since),
    QuestionDecl: lambda it: (it.about,),
}


def _works_alone(declared: Declaration, contract: Contract) -> bool:
    """Tell whether a declaration does something without being named: it sets a state, or bars an act without basis.

    A definition is written out wherever it is used, so no trace of its use is left. The readings of a law that carry
    an outside name are settings of the engine itself (rest days, cut-off).
    """
    match declared:
        case DefineDecl():
            return True
        case OccurrenceDecl():
            return bool(declared.sets or declared.shows or declared.needs_basis)
        case ReadingDecl():
            return contract.kind == "law" and bool(declared.external)
        case _:
            return False


def _described(declared: Declaration) -> tuple[Said, Said]:
    """What it is, and how it could be used."""
    en, zh = declared.called
    match declared:
        case PartyDecl():
            what = Said("party", "当事人")
            use = Said(f"give it a norm, for example `| {en} must …`", f"为其写一条规范，例如 `| {zh} 应 …`")
        case BlankDecl():
            what = Said("gap", "缺漏") if declared.gap else Said("blank", "空白")
            use = Said(f"use `{en}` in a norm", f"在规范中使用`{zh}`")
        case QuestionDecl():
            what = Said("question", "问题")
            use = Said(f"ask it, for example `when {en}`", f"提出该问题，例如 `{zh} 时`")
        case ReadingDecl():
            what = Said("reading", "解释")
            use = Said("give it options with norms: `| option …: …`", "为其选项写规范：`| 选项 …：…`")
        case StateDecl():
            what = Said("state", "状态")
            use = Said(f"ask for it: `when {en} is …`", f"询问该状态：`{zh} 为 … 时`")
        case OccurrenceDecl(is_act=True):
            what = Said("act", "行为")
            use = Said(f"write a norm on it: `… may {en}`", f"为其写规范：`… 可以 {zh}`")
        case OccurrenceDecl():
            what = Said("event", "事件")
            use = Said(f"let a norm wait for it: `for each {en}, …`", f"由其触发规范：`就 每次 {zh}，…`")
        case TypeDecl():
            what = Said("type", "类型")
            use = Said(f"give something that type: `…: {en}`", f"以其为类型：`…：{zh}`")
        case ThingDecl():
            what = Said("thing", "物")
            use = Said(f"speak of it: `{en}.…`", f"提及该物：`{zh}.…`")
        case DefineDecl():
            what = Said("definition", "定义")
            use = Said(f"use `{en}` in a norm", f"在规范中使用`{zh}`")
        case _:
            assert_never(declared)
    return what, use
