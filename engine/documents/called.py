"""What things are called on a page, and where they stand: one address for each clause, name and document."""

from __future__ import annotations

from typing import Any

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    Declared,
    DefineDecl,
    OccurrenceDecl,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Language
from contractlang.expression import Chosen
from contractlang.norms import (
    AmountRule,
    Bar,
    Fill,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    Permission,
    Power,
    Priority,
    Prohibition,
    Remark,
    Who,
)
from contractlang.words import (
    say_expr,
    say_name,
)
from engine.documents.markup import file_name, pick
from engine.documents.shelf import Place, Shelf, title_of
from engine.graph import Node

SORTS = {
    "obligation": ("obligation", "义务"), "maintenance": ("duty to maintain", "保持义务"),
    "prohibition": ("prohibition", "禁止"), "permission": ("permission", "许可"), "power": ("power", "权力"),
    "amount": ("sum", "款项"), "loss": ("loss", "损失承担"), "priority": ("priority", "优先"),
    "bar": ("end of a right", "期限"), "life": ("life of the agreement", "协议的存续"), "fill": ("filling", "填补"),
    "remark": ("statement", "声明"),
}  # fmt: skip
_OF: dict[type, str] = {
    Obligation: "obligation", Maintenance: "maintenance", Prohibition: "prohibition", Permission: "permission",
    Power: "power", AmountRule: "amount", LossRule: "loss", Priority: "priority", Bar: "bar", Life: "life",
    Fill: "fill", Remark: "remark",
}  # fmt: skip
DECLARED: dict[type, tuple[str, str]] = {
    PartyDecl: ("party", "当事人"), ThingDecl: ("thing", "事物"), TypeDecl: ("kind", "种类"),
    BlankDecl: ("blank", "空白"),
    StateDecl: ("state", "状态"), QuestionDecl: ("question", "问题"), ReadingDecl: ("reading", "解释"),
    DefineDecl: ("definition", "定义"),
}  # fmt: skip


def sort_of(said: Any) -> str:
    """Return what sort of sentence it is; a key of `SORTS`."""
    return _OF[type(said)]


def sort_declared(declared: Declaration) -> tuple[str, str]:
    """Return what sort of thing a name stands for, in English and in Chinese."""
    if isinstance(declared, OccurrenceDecl):
        return ("act", "行为") if declared.is_act else ("event", "事件")
    if isinstance(declared, BlankDecl) and declared.gap:
        return "gap", "缺漏"
    return DECLARED[type(declared)]


def counterparty(norm: Norm, contract: Contract, language: Language) -> str:
    """Return to whom a norm's bearer stands: in a document of two parties the other one."""
    match norm.bearer:
        case Who.EITHER:
            return pick(language, "the other party", "另一方")
        case Who.OTHER:
            return pick(language, "the party in breach", "违约方")
        case Who.BOTH:
            return pick(language, "each other", "彼此")
        case _:
            parties = [each.name for each in contract.declarations.values() if isinstance(each, PartyDecl)]
            # The first two that are declared are the parties; whoever is named after them stands outside.
            others = [each for each in parties[:2] if each != norm.bearer]
            return say_name(others[0], contract, language) if len(others) == 1 else ""


def bearer(norm: Norm, contract: Contract, language: Language) -> str:
    """Return who owes, may or must not."""
    match norm.bearer:
        case Who.EITHER:
            return pick(language, "either party", "任何一方")
        case Who.OTHER:
            return pick(language, "the other party", "对方")
        case Who.BOTH:
            return pick(language, "both parties together", "双方")
        case _:
            return say_name(norm.bearer, contract, language)


def preferred(name: str, alias: str, language: Language) -> str:
    """Return of a name and its alias the one in a language, else the name."""
    for each in (name, alias):
        if each and _chinese(each) is (language == "zh"):
            return each.replace("_", " ")
    return name.replace("_", " ")


def short(contract: Contract, language: Language) -> str:
    """Return a document's short name; a version of an agreement is told from the others."""
    name = contract.base if contract.kind == "agreement" else contract.name
    called = preferred(contract.alias or name, name, language)
    if contract.kind == "law" and "@" in called:
        # A law is called with the year of its text where its name in this language is made of it.
        law, _, year = called.partition("@")
        return pick(language, f"{law} ({year})", f"{law}（{year}）")
    if contract.kind != "agreement" or not contract.version:
        return called
    return pick(language, f"{called} (version {contract.version})", f"{called}（版本{contract.version}）")


def number(contract: Contract, clause: str, language: Language) -> str:
    """Return how a clause is cited: `五.3` of an agreement, 第34条(2) or art. 34(2) of a law."""
    if contract.kind != "law" or not clause[:1].isdigit():
        return clause
    article, _, rest = clause.partition("(")
    part = f"({rest}" if rest else ""
    return pick(language, f"art. {article}{part}", f"第{article}条{part}")


def cited(shelf: Shelf, place: Place, language: Language, here: str = "") -> str:
    """Return how a clause is cited from a document: with its document's name where that is another."""
    contract = shelf.contracts[place[0]]
    said = number(contract, place[1], language)
    return said if place[0] == here else f"{short(contract, language)} {said}"


def page_of(document: str) -> str:
    """Return the file of a document's page."""
    return f"{file_name(document)}.html"


def address(place: Place, here: str = "") -> str:
    """Return the address of a clause from a page of the same language."""
    anchor = f"#{place[1]}"
    return anchor if place[0] == here else page_of(place[0]) + anchor


def anchor_of(declared: Declared) -> str:
    """Return the anchor of a name in the glossary."""
    return f"{file_name(declared.document)}.{declared.name}"


def glossary_address(contract: Contract, name: str) -> str | None:
    """Return where a declared name stands in the glossary."""
    declared = contract.declarations.get(name)
    return None if declared is None else f"glossary.html#{anchor_of(declared)}"


def norm_called(norm: Norm, contract: Contract, language: Language, here: str = "") -> str:
    """Return how a norm is called in a picture or a list: its clause, its label, its option."""
    said = number(contract, norm.clause, language)
    label = norm.id.removeprefix(norm.clause).lstrip(":")
    said += f" {label}" if len(label) > 1 else label
    for chosen in norm.option:
        said += f" [{option_called(chosen, contract, language)}]"
    return said if norm.document == here else f"{short(contract, language)} {said}"


def option_called(chosen: Chosen, contract: Contract, language: Language) -> str:
    """Return what an option of a reading is called."""
    declared = contract.declarations.get(chosen.reading)
    options = declared.options if isinstance(declared, ReadingDecl) else ()
    for option in options:
        if option.name == chosen.option:
            return preferred(option.name, option.alias, language)
    return chosen.option.replace("_", " ")


def node_called(shelf: Shelf, node: Node, contract: Contract, language: Language) -> str:
    """Return what a node of the graph is called on the page of a document."""
    kind, name = node
    if kind == "norm":
        norm = shelf.norms[name]
        return norm_called(norm, shelf.contracts[norm.document], language, contract.name)
    if kind == "clause":
        document, _, clause = name.partition("/")
        return cited(shelf, (document, clause), language, contract.name)
    if kind == "document":
        found = shelf.contracts.get(name)
        return title_of(found, language) if found is not None else name
    if node == ("state", "agreement"):
        return pick(language, "the agreement", "协议")
    alias = next((rule.alias for rule in contract.amounts if kind == "amount" and rule.name == name), "")
    if alias:
        return alias if _chinese(alias) is (language == "zh") else name
    return say_name(name, contract, language)


def node_address(shelf: Shelf, node: Node, contract: Contract, here: str = "") -> str | None:
    """Return where a node of the graph is told."""
    kind, name = node
    if kind == "norm":
        norm = shelf.norms[name]
        return address((norm.document, norm.clause), here)
    if kind == "clause":
        document, _, clause = name.partition("/")
        return address((document, clause), here) if document in shelf.contracts else None
    if kind == "document":
        return page_of(name) if name in shelf.contracts else None
    return glossary_address(contract, name)


def condition(expr: Any, contract: Contract, language: Language) -> str:
    """Return a condition in words."""
    return say_expr(expr, contract, language)


def _chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
