"""Targets: the norms that a statement speaks of, by their label, clause, document, or what they are about."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from contractlang.declaration import PartyDecl, StateDecl
from contractlang.diagnostic import Said
from contractlang.expression import (
    AgreedLosses,
    AnyNorm,
    ByAct,
    ByBreach,
    ByClause,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    Target,
    kind_of,
)
from contractlang.kinds import BREACH
from contractlang.numerals import plain_number
from contractlang.paths import argument
from contractlang.syntax import Node, Word, as_node, first_part

if TYPE_CHECKING:
    from contractlang.resolving import Reader

# Duties or powers told by what they are about.
GROUPS = {"any_duty", "any_keeping", "any_power", "agreed_duties", "agreed_keeping", "agreed_powers"}


def target_of(reader: Reader, node: Node) -> Target:
    """Return the norms meant by a target: a label, a clause, a document, or a group told by its act."""
    match node.rule:
        case "target_name":
            word = node.words()[0]
            if word.text in reader.names.labels:
                return ByLabel(word.text)
            bound = reader.variables.get(word.text)
            if bound is not None and kind_of(bound) == BREACH:
                return ByBreach(bound)
            declared = reader.names.find(word.text)
            if declared is None and word.text in reader.names.documents:
                return ByDocument(reader.names.documents[word.text])
            raise reader.unknown(word, "norm", "规范", [*reader.names.labels, *reader.names.documents])
        case "target_clause":
            return ByClause(clause_of(reader, node.words()[0]))
        case "any_norm":
            return AnyNorm()
        case "owned":
            inner = node.parts[1] if len(node.parts) > 1 else None
            group = target_of(reader, as_node(inner)) if inner is not None else AgreedLosses()
            assert isinstance(group, ByAct | ByState | AgreedLosses)
            return dataclasses.replace(group, bearer=bearer_of(reader, node))
        case "agreed_losses":
            return AgreedLosses(bearer_of(reader, node))
        case "first_agreement" | "second_agreement":
            return ByOrder(1 if node.rule == "first_agreement" else 2)
        case rule if rule in GROUPS:
            return group_of(reader, node)
        case _:
            raise reader.fail(
                "syntax",
                node,
                "a norm, a clause or a group of norms is wanted here",
                "此处需要规范、条款或一类规范",
                Said("write for example `5.3` or `any norm`", "例如写 `五.3` 或 `任何规范`"),
            )


def spoken_of(reader: Reader, part: Node | Word) -> Target:
    """Return the norms that an expression speaks of (`pay_fee`, `pay_fee(bill)`, `debt`, `any duty to pay`)."""
    if isinstance(part, Node) and part.rule == "bracket":
        return spoken_of(reader, first_part(part))
    if isinstance(part, Node) and part.rule in GROUPS:
        return target_of(reader, part)
    if isinstance(part, Node) and part.rule == "call":
        word = part.parts[0]
        assert isinstance(word, Word)
        label = label_of(reader, word)
        return ByLabel(label, reader.expression(argument(reader, part)))
    word = reader.word_of(part)
    bound = reader.variables.get(word.text)
    if bound is not None and kind_of(bound) == BREACH:
        return ByBreach(bound)
    return ByLabel(label_of(reader, word))


def group_of(reader: Reader, node: Node) -> Target:
    """Return the duties or powers told by their act, or by the state that they keep."""
    word = node.words()[-1]
    agreed = node.rule.startswith("agreed") or any(
        isinstance(part, Word) and part.kind in ("AGREED", "AGREED_ZH") for part in node.parts
    )
    bearer = bearer_of(reader, node)
    if node.rule.endswith("keeping"):
        declared = reader.names.find(word.text)
        if not isinstance(declared, StateDecl):
            raise reader.unknown(word, "state", "状态", reader.called(StateDecl))
        return ByState(declared.name, agreed, bearer)
    what: Literal["duty", "power"] = "power" if "power" in node.rule else "duty"
    return ByAct(what, reader.occurrence(word).name, agreed, bearer)


def bearer_of(reader: Reader, node: Node) -> str | None:
    """Return the party whose norms are meant, where one is named."""
    owner = node.node("owner")
    if owner is None:
        return None
    word = owner.words()[0]
    declared = reader.names.find(word.text)
    if not isinstance(declared, PartyDecl):
        raise reader.unknown(word, "party", "当事人", reader.called(PartyDecl))
    return declared.name


def label_of(reader: Reader, word: Word) -> str:
    """Return the label that `word` is, if a norm of the document has it."""
    if word.text not in reader.names.labels and word.text not in reader.names.amounts:
        raise reader.unknown(word, "norm", "规范", [*reader.names.labels, *reader.variables])
    # A sum may have two names; a norm has one.
    return word.text if word.text in reader.names.labels else reader.names.amounts[word.text]


def clause_of(reader: Reader, word: Word) -> str:
    """Return the number of a clause, or of a norm in it (`2.1b`), as it was written."""
    plain = plain_number(word.text)
    of_a_norm = plain[:-1] if plain[-1:].isalpha() else plain
    if not {plain, of_a_norm} & reader.names.clauses.keys():
        raise reader.unknown(word, "clause", "条款", list(reader.names.clauses.values()))
    return word.text if "." in word.text else plain
