"""How what a contract declares is called in a sentence, in Chinese and in English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    DefineDecl,
    OccurrenceDecl,
    OptionName,
    Param,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    ReadingOption,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Language
from contractlang.expression import Bound, Const, Expr, Field
from contractlang.names import LIFE
from contractlang.norms import Bearer, Who

# The variables that nobody has named: the act being judged, what a norm arises from, the last of an act or event.
THE_ACT, IT, LAST = "@act", "@it", "@last "

# The fields that the language itself gives to every occurrence and every breach.
_BUILT_IN = {
    "at": ("moment", "时点"), "day": ("day", "发生日"), "by": ("doer", "行为人"), "arrives": ("arrival", "到达时点"),
    "last_day": ("last day", "末日"), "unpaid": ("unpaid sum", "欠额"), "norm": ("norm", "规范"),
    "cured": ("cured", "已补正"), "cured_at": ("moment of cure", "补正时点"),
}  # fmt: skip

# A name in which one of these joins two parts would read like a sentence, so it keeps the shape that was written.
_JOINS_EN = {
    "of", "is", "and", "or", "for", "by", "the", "in", "to", "from", "until", "where", "than", "must", "may", "unless",
    "if", "as", "has", "with", "on", "that", "after", "marked", "filled", "did",
}  # fmt: skip
_JOINS_ZH = re.compile(r"(?<=.)(?:[的为且或就应由自至后已]|不得|可以|有权|限于|项下|除非|直到|标明)(?=.)")

# A text that says a thing in Chinese and then in English: as a sentence of each, or with a stroke between.
_HALVES = re.compile(
    r"(.*[\u3400-\u9fff）)”》0-9][。？！])\s+([^\u3400-\u9fff]+)"
    r"|([^/]*[\u3400-\u9fff][^/]*) / ([^\u3400-\u9fff]+)",
    re.S,
)


def half(text: str, language: Language) -> str:
    """Return of a text that says a thing in Chinese and then in English the half in this language, else all of it."""
    text = text.strip()
    halves = _HALVES.fullmatch(text)
    if halves is None:
        return text
    chinese, english = (each for each in halves.groups() if each is not None)
    return english if language == "en" else chinese


@dataclass(frozen=True, slots=True)
class Called:
    """The names of one contract in one language. `pick` chooses between the two ways of saying a thing."""

    contract: Contract
    language: Language

    def pick(self, en: str, zh: str) -> str:
        return en if self.language == "en" else zh

    def bearer(self, bearer: Bearer) -> str:
        match bearer:
            case Who.EITHER:
                return self.pick("either party", "任何一方")
            case Who.OTHER:
                return self.pick("the other party", "对方")
            case Who.BOTH:
                return self.pick("both parties together", "双方")
            case str():
                return self.name(bearer)
            case _:
                assert_never(bearer)

    def name(self, name: str) -> str:
        declared = self.contract.declarations.get(name)
        return self.spell(name, declared.alias if declared else "")

    def quoted(self, name: str) -> str:
        """A label, question or reading as it is called: in quotation marks, since it is not a thing of the text."""
        declared = self.contract.declarations.get(name)
        return f"“{self.prefer(name, declared.alias if declared else '').replace('_', ' ')}”"

    def sum_called(self, name: str) -> str:
        """A named sum; like a declaration it may have a name in each language."""
        alias = next((rule.alias for rule in self.contract.amounts if rule.name == name and rule.alias), "")
        return self.spell(name, alias) if alias else self.name(name)

    def state(self, name: str) -> str:
        """A state; that of the agreement itself belongs to the language."""
        own = name == "agreement" and name not in self.contract.declarations
        return self.pick("agreement", "协议") if own else self.name(name)

    def label(self, label: str) -> str:
        """A norm as the author calls it, or by its place where he gave it no name."""
        if label.startswith("@"):
            return self.pick(f"norm {label[1:]}", f"规范{label[1:]}")
        return self.quoted(label)

    def bound(self, name: str) -> str:
        """A variable; the two that the language itself binds are spoken of by what they stand for."""
        if name == THE_ACT:
            return self.pick("the act", "该行为")
        if name == IT:
            return self.pick("that one", "该次")
        if name.startswith(LAST):
            last = self.name(name.removeprefix(LAST))
            return self.pick(f"the last {last}", f"最近一次{last}")
        # A variable may be called like a state; the state is the one that goes without marks.
        hidden = isinstance(self.contract.declarations.get(name), StateDecl | PartyDecl)
        return self.quoted(name) if hidden else self.name(name)

    def prefer(self, name: str, alias: str) -> str:
        """Of the two names, the one in the language asked for."""
        for each in (name, alias):
            if each and _is_chinese(each) is (self.language == "zh"):
                return each
        return name

    def spell(self, name: str, alias: str) -> str:
        return self.shaped(self.prefer(name, alias))

    def shaped(self, chosen: str) -> str:
        """The name as it stands in a sentence: words parted by spaces, unless it would read like a sentence itself."""
        if _is_chinese(chosen):
            return f"“{chosen}”" if _JOINS_ZH.search(chosen) else chosen
        words = chosen.split("_")
        return chosen if _JOINS_EN.intersection(words[1:-1]) else " ".join(words)

    def option_called(self, enumeration: str, name: str) -> str:
        """One value of an enumeration, or one option of a reading."""
        declared = self.contract.declarations.get(enumeration)
        options: tuple[OptionName | ReadingOption, ...] = LIFE if enumeration == "agreement" else ()
        if isinstance(declared, StateDecl | TypeDecl | QuestionDecl | ReadingDecl):
            options = declared.options
        return self.prefer(name, next((each.alias for each in options if each.name == name), ""))

    def param(self, declared: Declaration | None, name: str) -> str:
        alias = next((each.alias for each in _params(declared) if each.name == name), "")
        if not alias and name in _BUILT_IN:
            return self.pick(*_BUILT_IN[name])
        return self.spell(name, alias)

    def declared_of(self, expr: Expr) -> Declaration | None:
        """What declares the properties of the thing an expression stands for."""
        match expr:
            case Bound(kind=kind) | Field(kind=kind) | Const(kind=kind):
                called = str(expr.value) if isinstance(expr, Const) and not kind.of else kind.of
                return self.contract.declarations.get(called)
            case _:
                return None


def occurrence(name: str, contract: Contract) -> OccurrenceDecl | None:
    """Return the act or event of that name, or None."""
    declared = contract.declarations.get(name)
    return declared if isinstance(declared, OccurrenceDecl) else None


def _params(declared: Declaration | None) -> tuple[Param, ...]:
    match declared:
        case OccurrenceDecl():
            return declared.params
        case PartyDecl() | ThingDecl():
            return declared.attributes
        case BlankDecl() | StateDecl() | TypeDecl() | QuestionDecl() | ReadingDecl() | DefineDecl() | None:
            return ()
        case _:
            assert_never(declared)


def _is_chinese(name: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in name)
