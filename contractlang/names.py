"""Every use tied to its declaration: names and aliases in both languages over one table.

A declared name may be written in either language. Options of enumerations are looked up in their enumeration, so
`active` may be an option of two states.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from contractlang.declaration import (
    Declaration,
    OccurrenceDecl,
    OptionName,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.kinds import SIMPLE, Kind, in_chinese, in_english, money_in, occurrence_of, one_of
from contractlang.numerals import is_letter
from contractlang.slips import KINDS, name_meant
from contractlang.source import Span
from contractlang.suggest import nearest, segmented
from contractlang.values import MINOR_DIGITS

LIFE = (
    OptionName("draft", "未生效"),
    OptionName("in_force", "有效"),
    OptionName("expired", "到期"),
    OptionName("terminated", "解除"),
)
YES = {"yes", "true", "是"}
NO = {"no", "false", "否"}


@dataclass
class Names:
    """The declarations visible in one document, under every spelling; `words` are those of the language itself.

    `clauses` holds the numbers of its clauses, and of those it amends, by their plain form; `documents` its own
    name, and those of the documents at hand and of the laws that govern it, by every spelling. `work_out` finds the
    kind of a sum that is used above its line.
    """

    declarations: dict[str, Declaration] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    labels: dict[str, None] = field(default_factory=dict)
    amounts: dict[str, str] = field(default_factory=dict)
    amount_kinds: dict[str, Kind] = field(default_factory=dict)
    work_out: Callable[[str], None] | None = None
    clauses: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    wrong: list[Diagnostic] = field(default_factory=list)
    words: Collection[str] = ()
    chinese: bool = False

    def declare(self, declared: Declaration) -> None:
        """Add a declaration; a name that is taken is reported with the place that took it."""
        for spelling in dict.fromkeys((declared.name, declared.alias)):
            if not spelling:
                continue
            taken = self.spellings.get(spelling)
            if taken is not None:
                other = self.declarations[taken]
                twice = taken == declared.name and type(other) is type(declared)
                if twice and other.document != declared.document:
                    continue
                self.twice(spelling, declared.span, other.span)
                continue
            self.spellings[spelling] = declared.name
        self.declarations.setdefault(declared.name, declared)

    def twice(self, spelling: str, span: Span, first: Span) -> None:
        """Report a name that stands for two things of one list."""
        self.wrong.append(
            error(
                "duplicate",
                span,
                f"`{spelling}` is declared twice",
                f"`{spelling}`声明了两次",
                help=Said(
                    f"choose another name for one of the two, such as `{spelling}_2`",
                    f"给其中一个换名，如`{spelling}二`",
                ),
                labels=(Label(first, Said("first declared here", "先在此处声明")),),
            )
        )

    def find(self, spelling: str) -> Declaration | None:
        """Return what is declared under that spelling, or None."""
        name = self.spellings.get(spelling)
        return self.declarations[name] if name is not None else None

    def kind_of_amount(self, name: str) -> Kind:
        """Return the kind of a sum, worked out now if the line that says it is still to be read."""
        if name not in self.amount_kinds:
            # A sum that is said by itself is money.
            self.amount_kinds[name] = money_in("CNY")
            if self.work_out is not None:
                self.work_out(name)
        return self.amount_kinds[name]

    def known(self) -> list[str]:
        """Return every spelling that can be used, labels included."""
        return [*self.spellings, *self.labels, *self.amounts]

    def _state_that_may_be(self, option: str) -> Said | None:
        """Return the state, the agreement's first, that has an option of that name: `… or expired` left it out."""
        if any(option in (each.name, each.alias) for each in LIFE):
            return Said("agreement", "协议")
        for state in self.declarations.values():
            if isinstance(state, StateDecl) and any(option in (o.name, o.alias) for o in state.options):
                return Said(state.name, state.alias or state.name)
        return None

    def unknown(self, spelling: str, span: Span, what: Said, known: Iterable[str] | None = None) -> None:
        """Report a name that nothing declares: with the nearest, the few that there are, or how to declare it."""
        among = list(known) if known is not None else self.known()
        near = KINDS.get(spelling) if what.en == "kind of value" else nearest(spelling, among)
        near = near if near in among else nearest(spelling, among)
        meant = name_meant(spelling, lambda name: name in among)
        cut = None if spelling.isascii() else segmented(spelling, [*self.words, *self.known()])
        if meant:
            help = Said(f"write `{meant}`", f"请写 `{meant}`")
        elif what.en == "norm" and isinstance(self.find(spelling), PartyDecl):
            help = Said(
                f"name the duty that is meant: `any duty of {spelling} to …`",
                f"请指明是哪项义务：`{spelling} 的 任何 有关 … 的 义务`",
            )
        elif what.en == "norm" and is_letter(spelling):
            help = Said(
                f"one letter is that of a paragraph: write the clause with it, such as `1.1{spelling}`, or give the"
                " norm a longer name",
                f"单个字母是款项的序号：请连同条款写，例如 `1.1{spelling}`，或为该规范取更长的名称",
            )
        elif what.en == "fact" and (state := self._state_that_may_be(spelling)) is not None:
            help = Said(f"write `{state.en} is {spelling}`", f"请写 `{state.zh} 为 {spelling}`")
        elif near:
            help = Said(f"did you mean `{near}`?", f"是否想写`{near}`？")
        elif cut:
            help = Said(
                f"write `{cut}`: words are separated by spaces", f"请写 `{cut}`：词与词之间用空格隔开"
            )
        elif what.en in _DECLARED_BY:
            en, zh = (each.replace("…", spelling, 1) for each in _DECLARED_BY[what.en])
            help = Said(en, zh)
        elif among:
            own = [each for each in among if each.isascii() is not self.chinese] or among
            listed = ", ".join(f"`{each}`" for each in own[:8])
            help = Said(f"write one of {listed}", f"可写：{listed.replace(', ', '、')}")
        else:
            help = Said(f"declare `{spelling}`", f"请先声明`{spelling}`")
        self.wrong.append(
            error(
                "undeclared",
                span,
                f"no {what.en} is called `{spelling}`",
                f"没有名为`{spelling}`的{what.zh}",
                help,
            )
        )

    def said(self, kind: Kind) -> Said:
        """Return a kind as a sentence has it, with the name that what it is of has in either language."""
        of = self.declarations.get(kind.of)
        en, zh = of.called if of is not None else (kind.of, kind.of)
        return Said(in_english(Kind(kind.name, en)), in_chinese(Kind(kind.name, zh)))

    def options_of(self, enumeration: str) -> tuple[OptionName, ...]:
        """Return the options of a declared enumeration: a type, a state, a question, or the agreement's life."""
        if enumeration == "agreement":
            return LIFE
        declared = self.declarations.get(enumeration)
        if isinstance(declared, TypeDecl | StateDecl | QuestionDecl):
            return declared.options
        return ()

    def option(self, enumeration: str, spelling: str) -> str | None:
        """Return the canonical option of an enumeration under that spelling, or None."""
        for each in self.options_of(enumeration):
            if spelling in (each.name, each.alias):
                return each.name
        declared = self.declarations.get("agreement")
        if enumeration == "agreement" and isinstance(declared, StateDecl):
            for own, each in zip(LIFE, declared.options, strict=False):
                if spelling in (each.name, each.alias):
                    return own.name
        return None

    def reading_option(self, reading: ReadingDecl, spelling: str) -> str | None:
        """Return the canonical option of a reading under that spelling, or None."""
        return next((each.name for each in reading.options if spelling in (each.name, each.alias)), None)

    def kind_called(self, spelling: str, more: str | None = None) -> Kind | None:
        """Return the kind a type name stands for: a simple kind, money, a declared enumeration, an occurrence."""
        simple = _CHINESE_KINDS.get(spelling, spelling)
        if simple == "money":
            currency = more or "CNY"
            return money_in(currency) if currency in MINOR_DIGITS else None
        if simple in ("years", "months", "days"):
            return Kind("duration", simple)
        if simple in SIMPLE:
            return SIMPLE[simple]
        declared = self.find(spelling)
        if isinstance(declared, TypeDecl | StateDecl):
            return one_of(declared.name) if declared.options else None
        if isinstance(declared, OccurrenceDecl | ThingDecl):
            return occurrence_of(declared.name)
        return None


_CHINESE_KINDS = {
    "是否": "flag", "数量": "count", "日": "day", "日期": "day", "时点": "instant", "期间": "duration", "比例": "share",
    "文字": "text", "时刻": "time", "当事人": "party", "金额": "money", "国家": "text", "number": "count",
    "年数": "years", "月数": "months", "日数": "days",
}  # fmt: skip

KIND_NAMES = [*sorted([*SIMPLE, "money"]), *_CHINESE_KINDS]

# How a name that is missing can be declared; the first … is the name.
_DECLARED_BY = {
    "party": ("declare it: `| party …`", "请先声明：`| 当事人 …`"),
    "act or event": ("declare it: `| act … by either party` or `| event …`", "请先声明：`| 行为 … 由 任何一方`"),
    "state": ("declare it: `| state …: on | off`", "请先声明：`| 状态 …：开 | 关`"),
    "blank": ("declare it: `| blank …: text`", "请先声明：`| 空白 …：文字`"),
    "question": ('declare it: `| question …: "is it so?"`', "请先声明：`| 问题 …：“是否如此？”`"),
    "question or amount": ('declare it: `| question …: "is it so?"`', "请先声明：`| 问题 …：“是否如此？”`"),
    "norm": ("put it before the norm that is meant, with a colon: `…:`", "请在所指的规范前写上此名和冒号：`…：`"),
    "fact": ('declare it: `| question …: "is it so?"`', "请先声明：`| 问题 …：“是否如此？”`"),
    "day or time": ("declare it: `| blank …: day`", "请先声明：`| 空白 …：日`"),
    "length of time": ("declare it: `| blank …: duration`", "请先声明：`| 空白 …：期间`"),
    "sum": ("declare it: `| blank …: money`", "请先声明：`| 空白 …：金额`"),
    "thing": ("declare it, for example `| blank …: text`", "请先声明，例如 `| 空白 …：文字`"),
    "document": ("put `….contract` beside this file", "请将 `….contract` 放在本文件旁"),
}  # fmt: skip
