"""Conditions and sums: from what was written to typed, resolved expressions.

Every name is tied to its declaration and every comparison is checked for kinds here, so the engine never meets an
unknown name or a sum of money and days.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from contractlang.diagnostic import Label, Said, error
from contractlang.kinds import (
    BREACH,
    COUNT,
    DAY,
    FLAG,
    INSTANT,
    NORM,
    PARTY,
    PERIOD,
    SHARE,
    TEXT,
    TIME,
    Kind,
    comparable,
    in_chinese,
    in_english,
    money_in,
    one_of,
    sample_of,
)
from contractlang.names import NO, YES, Names
from contractlang.norms import (
    Accrued,
    AgreedLosses,
    AmountDue,
    AmountOf,
    And,
    Answer,
    AnyNorm,
    Arithmetic,
    AsOf,
    BlankDecl,
    BlankValue,
    Bound,
    ByAct,
    ByBreach,
    ByClause,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    Chosen,
    Compare,
    Const,
    CountOf,
    DefineDecl,
    Discharged,
    Expr,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    OccurrenceDecl,
    Or,
    Overdue,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    StateDecl,
    StateValue,
    SumOf,
    Target,
    ThingDecl,
    Used,
    Who,
    kind_of,
)
from contractlang.numerals import plain_number
from contractlang.source import Span
from contractlang.syntax import Node, Statement, Word
from contractlang.values import Period, minutes_of_day, money, period, share, whole

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
_OPERATORS: dict[str, Literal["<", "<=", ">", ">=", "==", "!="]] = {
    "<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">=", "==": "==", "!=": "!=", "≠": "!=",
}  # fmt: skip
_LITERALS = {
    "MONEY": ("100.00 CNY", "100.00元"), "DURATION": ("30 days", "30日"), "SHARE": ("3‰", "3‰"),
    "TIME": ("18:00", "18:00"), "DATE": ("2026-03-31", "2026年3月31日"),
}  # fmt: skip


# Duties or powers told by what they are about.
_GROUPS = {"any_duty", "any_keeping", "any_power", "agreed_duties", "agreed_keeping", "agreed_powers"}


# What a name should stand for, by the kind of value that is wanted where it stands.
_WANTED = {
    "flag": ("fact", "事实"), "day": ("day or time", "日期"), "instant": ("day or time", "日期"),
    "duration": ("length of time", "期间"), "money": ("sum", "款项"),
}  # fmt: skip


class Mistake(Exception):
    """An expression cannot be given a meaning; it has been reported."""


@dataclass
class Reader:
    """Reads the expressions of one statement: the names of its document and its own variables.

    `invoice.due` is the due day of the last invoice. Where it `knows_all`, a name that nothing has is a mistake;
    elsewhere it may be a document that is not at hand.
    """

    names: Names
    statement: Statement
    document: str
    variables: dict[str, Expr] = field(default_factory=dict)
    act: OccurrenceDecl | None = None
    knows_all: bool = False

    # -- reporting

    def fail(
        self, code: str, part: Node | Word | None, en: str, zh: str, help: Said | None = None
    ) -> Mistake:
        """Report an error at `part` and return the exception to raise."""
        self.names.wrong.append(error(code, self.statement.span(part), en, zh, help))
        return Mistake()

    def unknown(self, word: Word, en: str, zh: str, known: list[str] | None = None) -> Mistake:
        """Report an undeclared name and return the exception to raise."""
        among = [*(known if known is not None else self.names.known())]
        if known is None:
            among += list(self.variables)
        self.names.unknown(word.text, self.statement.span(word), Said(en, zh), among)
        return Mistake()

    # -- conditions

    def condition(self, part: Node | Word) -> Expr:
        """Return the condition in `part`: an expression of kind flag."""
        made = self.expression(part, FLAG)
        kind = kind_of(made)
        if kind != FLAG:
            raise self.fail(
                "kind",
                part,
                f"a condition is wanted here, not {in_english(kind)}",
                f"此处需要条件，而不是{in_chinese(kind)}",
                self.compared(part, made),
            )
        return made

    def expression(self, part: Node | Word, wanted: Kind | None = None) -> Expr:
        """Return the expression in `part`. `wanted` is the kind that a bare option or text should be read as."""
        if isinstance(part, Word):
            return self.path([part], part, wanted)
        parts = [each for each in part.parts if each is not None]
        match part.rule:
            case "or_" | "and_":
                both = tuple(self.condition(each) for each in parts)
                flat = Or if part.rule == "or_" else And
                return flat(
                    tuple(x for each in both for x in (each.parts if isinstance(each, flat) else (each,)))
                )
            case "not_":
                return Not(self.condition(parts[0]))
            case "bracket":
                return self.expression(parts[0], wanted)
            case "path":
                return self.path([each for each in parts if isinstance(each, Word)], part, wanted)
            case "literal" | "share":
                return self.literal(part.words()[0], wanted)
            case "call":
                return self.call(part, wanted)
            case "compare":
                op = _cmp(part)
                left, right = (each for each in parts if not (isinstance(each, Word) and each.kind == "CMP"))
                return self.compare(part, op, left, right)
            case "equals":
                return self.equals(part, parts[0], parts[1])
            case "overdue":
                longer = part.node("longer")
                return Overdue(self.target_value(parts[0]), self.longer(longer))
            case "used":
                longer = part.node("longer")
                return Used(self.target_value(parts[0]), self.longer(longer))
            case "discharged":
                return Discharged(self.target_value(parts[0]))
            case "in_breach":
                return self.in_breach(part, parts)
            case "breach_of":
                return InBreach(self.target(_node(parts[0])))
            case "done":
                return Happened(self.occurrence(parts[0]).name)
            case "did":
                about = self.expression(parts[2]) if len(parts) > 2 else None
                who = self.who(parts[0])
                return Happened(self.occurrence(parts[1]).name, who, about)
            case "is_blank":
                word = self.word_of(parts[0])
                declared = self.names.find(word.text)
                if not isinstance(declared, BlankDecl):
                    raise self.unknown(word, "blank", "空白", self._called(BlankDecl))
                return IsBlank(declared.name)
            case "plus" | "minus" | "times":
                return self.arithmetic(part, parts)
            case "after":
                return self.later(part, parts[1], parts[0])
            case "after_zh":
                return self.later(part, parts[0], parts[1])
            case "agreement_state":
                return StateValue("agreement", self.document, one_of("agreement"))
            case "amount_word":
                # A field may be called so, although the word is reserved.
                return self.path([Word("NAME", "amount", part.start, part.end)], part, wanted)
            case "amount_due":
                return AmountDue(self.target_value(parts[0]), money_in("CNY"))
            case "count_of":
                declared = self.occurrence(parts[0])
                return CountOf(declared.name, self.where_of(declared, parts[1:]))
            case "sum_of":
                return self.sum_of(part, parts)
            case "as_of":
                state = self.expression(parts[0])
                if not isinstance(state, StateValue):
                    states = self._called(StateDecl)
                    raise self.fail(
                        "kind",
                        parts[0],
                        "only a state can be asked as of a day",
                        "只有状态可以截至某日",
                        Said(
                            f"write `({states[0]} as of 2026-03-31)`", f"例如 `({states[-1]} 截至 账单.期间)`"
                        )
                        if states
                        else Said(
                            "declare `| state tariff, in law: money`",
                            "请先声明 `| 状态 收费标准，法律上：金额`",
                        ),
                    )
                return AsOf(state, self.expression(parts[1]))
            case "accrued":
                return self.accrued(part, parts)
            case "month_day":
                found = re.search(r"\d{1,9}", part.words()[0].text)
                number = int(found[0]) if found else 0
                if not 1 <= number <= 31:
                    raise self.fail(
                        "literal",
                        part,
                        "no month has such a day",
                        "没有一个月有这一天",
                        Said("write `day 15 of each month`", "例如写 `每月15日`"),
                    )
                return MonthDay(number)
            case "either_party":
                return Const(Who.EITHER.value, PARTY)
            case "both_parties":
                return Const(Who.BOTH.value, PARTY)
            case "other_party":
                return Const(Who.OTHER.value, PARTY)
            case rule if rule in _GROUPS:
                raise self.fail(
                    "kind", part, "ask something of these duties", "请说明要问这些义务的什么",
                    Said("write `any duty to pay is overdue`", "例如 `… 逾期`"),
                )  # fmt: skip
            case _:
                said = self.statement.raw[part.start : part.end]
                raise self.fail(
                    "syntax",
                    part,
                    f"`{said}` is no value",
                    f"`{said}`不是一个值",
                    Said("write a name or a value", "请写名称或值"),
                )

    def longer(self, node: Node | None) -> Expr | None:
        """Return the period of `for more than …`, if there is one."""
        if node is None:
            return None
        made = self.expression(_first(node))
        self.want(made, PERIOD, node)
        return made

    def where_of(self, declared: OccurrenceDecl, parts: list[Node | Word]) -> Expr | None:
        """Return the condition on one occurrence of `declared`, which is bound to its own name and alias."""
        if not parts:
            return None
        before = dict(self.variables)
        bound = Bound(declared.name, Kind("occurrence", declared.name))
        for name in (declared.name, declared.alias):
            if name:
                self.variables[name] = bound
        made = self.condition(parts[0])
        self.variables = before
        return made

    # -- names

    def _called(self, *types: type) -> list[str]:
        return [
            s for s, name in self.names.spellings.items() if isinstance(self.names.declarations[name], types)
        ]

    def word_of(self, part: Node | Word) -> Word:
        """Return the one word that `part` is, where only a name can stand."""
        words = [part] if isinstance(part, Word) else part.words() if part.rule in ("path", "bracket") else []
        if len(words) != 1 or words[0].kind != "NAME":
            said = self.statement.raw[part.start : part.end]
            known = [*self.names.labels, *self._called(OccurrenceDecl)]
            raise self.fail(
                "syntax", part, f"a name is wanted here, not `{said}`", f"此处需要名称，而不是`{said}`",
                Said(f"write a name, for example `{known[0]}`", f"请写名称，例如 `{known[0]}`") if known
                else Said("write the name of a norm or an act", "请写规范或行为的名称"),
            )  # fmt: skip
        return words[0]

    def occurrence(self, part: Node | Word) -> OccurrenceDecl:
        """Return the act or event that `part` names."""
        word = self.word_of(part)
        declared = self.names.find(word.text)
        if not isinstance(declared, OccurrenceDecl):
            raise self.unknown(word, "act or event", "行为或事件", self._called(OccurrenceDecl))
        return declared

    def who(self, part: Node | Word) -> Expr:
        """Return the party that `part` names."""
        made = self.expression(part, PARTY)
        self.want(made, PARTY, part)
        return made

    def path(self, words: list[Word], part: Node | Word, wanted: Kind | None) -> Expr:
        """Return what a dotted name stands for."""
        first, rest = words[0], words[1:]
        made = self.root(first, wanted, alone=not rest)
        for word in rest:
            made = self.field(made, word)
        return made

    def root(self, word: Word, wanted: Kind | None, alone: bool) -> Expr:
        spelling = word.text
        if spelling in self.variables:
            return self.variables[spelling]
        if wanted is not None and alone:
            if wanted.name == "one of":
                option = self.names.option(wanted.of, spelling)
                if option is not None:
                    return Const(option, wanted)
            if wanted in (FLAG, TEXT) and spelling in YES | NO:
                return Const(spelling in YES, FLAG)
        if self.act is not None:
            for param in self.act.params:
                if spelling in (param.name, param.alias):
                    return Field(Bound("@act", Kind("occurrence", self.act.name)), param.name, param.kind)
        declared = self.names.find(spelling)
        if declared is None:
            if spelling in ("now", "现在"):
                return Now()
            if spelling in YES | NO:
                return Const(spelling in YES, FLAG)
            if spelling in self.names.amounts:
                name = self.names.amounts[spelling]
                return AmountOf(name, None, self.names.kind_of_amount(name))
            if wanted is not None and wanted.name == "one of":
                options = [
                    s for each in self.names.options_of(wanted.of) for s in (each.name, each.alias) if s
                ]
                raise self.unknown(word, f"option of {wanted.of}", f"`{wanted.of}`的取值", options)
            if spelling in self.names.labels:
                raise self.fail(
                    "kind",
                    word,
                    f"`{spelling}` is a norm; ask something of it",
                    f"`{spelling}`是规范，请说明要问它的什么",
                    Said(
                        f"write `{spelling} is overdue` or `{spelling} is in breach`",
                        f"可写 `{spelling} 逾期` 或 `{spelling} 违约`",
                    ),
                )
            raise self.unknown(
                word, *_WANTED.get(wanted.name if wanted is not None else "", ("thing", "事物"))
            )
        match declared:
            case PartyDecl():
                return Const(declared.name, PARTY)
            case BlankDecl():
                return BlankValue(declared.name, declared.kind)
            case StateDecl():
                return StateValue(declared.name, self.document if declared.in_law else "", declared.kind)
            case OccurrenceDecl():
                if not alone:
                    return _last(declared)
                return Happened(declared.name)
            case QuestionDecl():
                return Answer(declared.name, None, declared.kind)
            case DefineDecl():
                if declared.params:
                    wants = ", ".join(param.name for param in declared.params)
                    raise self.fail(
                        "kind", word, f"`{spelling}` must be told of what", f"`{spelling}`须写明对象",
                        Said(f"write `{spelling}({wants})`", f"请写 `{spelling}({wants})`"),
                    )  # fmt: skip
                return declared.value
            case ReadingDecl():
                raise self.fail(
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
                raise self.unknown(word, "value", "值")

    def field(self, of: Expr, word: Word) -> Expr:
        """Return the property of `of` that `word` names."""
        name = _FIELDS_ZH.get(word.text, word.text)
        kind = kind_of(of)
        known: list[str] = []
        if kind == BREACH:
            if name in OF_A_BREACH:
                return Field(of, name, OF_A_BREACH[name])
            known = [*OF_A_BREACH, *_FIELDS_ZH]
        elif kind.name == "occurrence":
            declared = self.names.declarations.get(kind.of)
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
            declared = self.names.declarations.get(str(of.value))
            for param in declared.attributes if isinstance(declared, PartyDecl) else ():
                if word.text in (param.name, param.alias):
                    return Field(of, param.name, param.kind)
                known += [param.name, param.alias]
        raise self.unknown(word, f"property of {in_english(kind)}", f"{in_chinese(kind)}的属性", known)

    def call(self, node: Node, wanted: Kind | None) -> Expr:
        """Return what a name with arguments stands for: a question, an amount, a definition."""
        word, *rest = [each for each in node.parts if each is not None]
        assert isinstance(word, Word)
        if word.text in self.names.amounts:
            name = self.names.amounts[word.text]
            return AmountOf(name, self.expression(rest[0]), self.names.kind_of_amount(name))
        declared = self.names.find(word.text)
        if isinstance(declared, QuestionDecl):
            return Answer(declared.name, self.about(declared, rest[0]), declared.kind)
        if isinstance(declared, DefineDecl):
            if len(rest) != len(declared.params):
                wants = f"{word.text}({', '.join(param.name for param in declared.params)})"
                count = len(declared.params)
                raise self.fail(
                    "kind", node, f"`{word.text}` takes {count} argument{'s' if count != 1 else ''}, not {len(rest)}",
                    f"`{word.text}`有{count}个参数，而非{len(rest)}个", Said(f"write `{wants}`", f"请写 `{wants}`"),
                )  # fmt: skip
            values = {
                param.name: self.expression(each) for param, each in zip(declared.params, rest, strict=True)
            }
            return substitute(declared.value, values)
        questions = [*self._called(QuestionDecl, DefineDecl), *self.names.amounts]
        raise self.unknown(word, "question or amount", "问题或金额", questions)

    def about(self, question: QuestionDecl, part: Node | Word) -> Expr:
        """Return the thing a question is asked about: a variable, the last occurrence of a name, or a norm's name."""
        if _is_single(part):
            word = self.word_of(part)
            if word.text not in self.variables:
                declared = self.names.find(word.text)
                if isinstance(declared, OccurrenceDecl):
                    if self.act is not None and declared.name == self.act.name:
                        return Bound("@act", Kind("occurrence", declared.name))
                    return _last(declared)
                if word.text in self.names.labels:
                    return Const(word.text, NORM)
                if isinstance(declared, StateDecl):
                    return Const(declared.name, TEXT)
        return self.expression(part)

    # -- comparing

    def want(self, made: Expr, kind: Kind, part: Node | Word) -> None:
        """Report and stop unless `made` is of that kind."""
        found = kind_of(made)
        if not comparable(found, kind):
            en, zh = sample_of(kind)
            if kind == PARTY:
                known = self._called(PartyDecl) or ["user"]
                en, zh = known[0], known[-1]
            raise self.fail(
                "kind",
                part,
                f"{in_english(kind)} is wanted here, not {in_english(found)}",
                f"此处需要{in_chinese(kind)}，而不是{in_chinese(found)}",
                Said(f"write for example `{en}`", f"例如写 `{zh}`"),
            )

    def equals(self, node: Node, left: Node | Word, right: Node | Word) -> Expr:
        """`A is B`: a reading taken in an option, a state in a value, or two equal values."""
        word = self.word_of(left) if _is_single(left) else None
        declared = (
            self.names.find(word.text) if word is not None and word.text not in self.variables else None
        )
        if isinstance(declared, ReadingDecl) and word is not None:
            chosen = self.word_of(right)
            option = self.names.reading_option(declared, chosen.text)
            if option is None:
                options = [s for each in declared.options for s in (each.name, each.alias) if s]
                raise self.unknown(chosen, f"option of {declared.name}", f"`{declared.name}`的选项", options)
            return Chosen(declared.name, option)
        if word is not None and declared is None and word.text in self.names.labels and _is_single(right):
            said = self.word_of(right).text
            if self.names.find(said) is None and said not in self.variables:
                raise self.fail(
                    "kind", node, f"`{word.text}` is a norm, and no norm is `{said}`",
                    f"`{word.text}`是规范，规范没有`{said}`一说",
                    Said(
                        f"write `{word.text} is overdue` or `{word.text} is in breach`",
                        f"可写 `{word.text} 逾期` 或 `{word.text} 违约`",
                    ),
                )  # fmt: skip
        return self.compare(node, "==", left, right)

    def compare(self, node: Node, op: str, left: Node | Word, right: Node | Word) -> Expr:
        """Return the comparison of two values of kinds that may meet."""
        one = self.expression(left)
        other = self.expression(right, kind_of(one))
        a, b = kind_of(one), kind_of(other)
        if b == TEXT and a.name == "one of" and isinstance(other, Const):
            option = self.names.option(a.of, str(other.value))
            if option is not None:
                other, b = Const(option, a), a
        if not comparable(a, b):
            self.names.wrong.append(
                error(
                    "kind",
                    self.statement.span(node),
                    f"{in_english(a)} cannot be compared with {in_english(b)}",
                    f"{in_chinese(a)}不能与{in_chinese(b)}比较",
                    help=self.other_side(left, one, op, right, other),
                    labels=(
                        Label(
                            self.statement.span(left),
                            Said(f"this is {in_english(a)}", f"这是{in_chinese(a)}"),
                        ),
                        Label(
                            self.statement.span(right),
                            Said(f"this is {in_english(b)}", f"这是{in_chinese(b)}"),
                        ),
                    ),
                )
            )
            raise Mistake
        if op not in ("==", "!=") and a.name == "duration":
            raise self.fail(
                "kind", node, "a period is neither more nor less than another: a month is not a number of days",
                "期间没有大小之分：一个月不是若干日",
                self.period_ends(left, op, right),
            )  # fmt: skip
        if op not in ("==", "!=") and a.name in ("occurrence", "breach"):
            raise self.fail(
                "kind", node, f"{in_english(a)} is neither more nor less than another", f"{in_chinese(a)}没有大小之分",
                Said(f"write `{self.said(left)}.day {op} {self.said(right)}.day`",
                     f"请写 `{self.said(left)}.发生日 {op} {self.said(right)}.发生日`"),
            )  # fmt: skip
        if op not in ("==", "!=") and a.name in ("one of", "flag", "text", "party", "norm"):
            said = f"{self.said(left)} is {self.said(right)}", f"{self.said(left)} 为 {self.said(right)}"
            raise self.fail(
                "kind", node, f"{in_english(a)} is neither more nor less than another", f"{in_chinese(a)}没有大小之分",
                Said(f"write `{said[0]}`", f"请写 `{said[1]}`"),
            )  # fmt: skip
        return Compare(_OPERATORS[op], one, other, self.statement.span(node))

    def period_ends(self, left: Node | Word, op: str, right: Node | Word) -> Said:
        """Return what to compare instead of two periods: the days on which they end."""
        one, other = self.said(left), self.said(right)
        return Said(
            f"compare the days on which they end: `{one} after 2026-03-31 {op} {other} after 2026-03-31`",
            f"请比较其届满日：`2026年3月31日 后 {one} {op} 2026年3月31日 后 {other}`",
        )

    def said(self, part: Node | Word) -> str:
        """Return the author's words."""
        return self.statement.raw[part.start : part.end].strip()

    def compared(self, part: Node | Word, made: Expr) -> Said:
        """Return how a value becomes a condition."""
        kind, said = kind_of(made), self.said(part)
        if isinstance(made, Const):
            label = next(iter(self.names.labels), "pay_fee")
            return Said(f"write for example `{label} is overdue`", f"例如写 `{label} 逾期`")
        options = self.options_said(kind)
        if options:
            return Said(f"write `{said} is {options.en}`", f"可写 `{said} 为 {options.zh}`")
        if kind.name in ("occurrence", "breach"):
            return Said(
                f"ask for a property of it: `{said}.day < now`", f"请写明其属性：`{said}.发生日 < 现在`"
            )
        if kind == PARTY:
            return Said(f"write for example `{said} is in breach`", f"例如写 `{said} 违约`")
        en, zh = sample_of(kind)
        signs = ("is", "为") if kind == TEXT else (">", ">")
        return Said(f"compare it: `{said} {signs[0]} {en}`", f"请作比较：`{said} {signs[1]} {zh}`")

    def other_side(self, left: Node | Word, one: Expr, op: str, right: Node | Word, other: Expr) -> Said:
        """Return what to type instead of the right side, or of the left where that is the literal."""
        turned = isinstance(one, Const) and not isinstance(other, Const)
        kind, kept = (kind_of(other), right) if turned else (kind_of(one), left)
        if kind.name == kind_of(other).name == kind_of(one).name == "money":
            return Said(
                f"write both amounts in {kind.of}", f"两个金额都用{in_chinese(kind).removesuffix('金额')}"
            )
        options = self.options_said(kind)
        en, zh = options or sample_of(kind)
        if kind.name in ("occurrence", "breach"):
            return Said(
                f"compare a property of it: `{self.said(kept)}.day`",
                f"请比较其属性：`{self.said(kept)}.发生日`",
            )
        sign = {"==": ("is", "为"), "!=": ("!=", "≠")}.get(op, (op, op))
        if not en:
            return Said(
                f"compare `{self.said(kept)}` with {in_english(kind)}",
                f"请将`{self.said(kept)}`与{in_chinese(kind)}比较",
            )
        if turned:
            return Said(
                f"write `{en} {sign[0]} {self.said(kept)}`", f"可写 `{zh} {sign[1]} {self.said(kept)}`"
            )
        return Said(f"write `{self.said(kept)} {sign[0]} {en}`", f"可写 `{self.said(kept)} {sign[1]} {zh}`")

    def options_said(self, kind: Kind) -> Said | None:
        """Return the first option of an enumeration in both languages."""
        options = self.names.options_of(kind.of) if kind.name == "one of" else ()
        return Said(options[0].name, options[0].alias or options[0].name) if options else None

    def arithmetic(self, node: Node, parts: list[Node | Word]) -> Expr:
        """Return a sum, difference or product; shares multiply money, periods add to days."""
        left, right = self.expression(parts[0]), self.expression(parts[1])
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
        said = f"{self.said(parts[0])} {written} "
        raise self.fail(
            "kind",
            node,
            f"{in_english(b)} cannot be {sign} {in_english(a)}",
            f"{in_chinese(a)}与{in_chinese(b)}不能{zh}",
            Said(f"write `{said}{wanted[0]}`", f"可写 `{said}{wanted[1]}`")
            if wanted[0]
            else Said("write amounts, counts, or days and periods", "请写金额、数量，或日与期间"),
        )

    def later(self, node: Node, base: Node | Word, span_of_time: Node | Word) -> Expr:
        """Return a day some period after another."""
        day, length = self.expression(base), self.expression(span_of_time)
        self.want(length, PERIOD, span_of_time)
        self.want(day, DAY, base)
        return Later(day, length)

    def sum_of(self, node: Node, parts: list[Node | Word]) -> Expr:
        """Return the sum of a field over occurrences."""
        words = _node(parts[0]).words()
        if len(words) != 2:
            raise self.fail(
                "kind",
                parts[0],
                "name what is summed",
                "请写明对什么求和",
                Said("write `usage.minutes`", "例如 `用量.分钟`"),
            )
        declared = self.occurrence(words[0])
        of = self.field(Bound(declared.name, Kind("occurrence", declared.name)), words[1])
        assert isinstance(of, Field)
        if of.kind.name not in ("money", "count"):
            summed = [p for p in declared.params if p.kind.name in ("money", "count")]
            raise self.fail(
                "kind",
                words[1],
                f"{in_english(of.kind)} cannot be summed",
                f"{in_chinese(of.kind)}不能求和",
                Said(
                    f"write `{declared.name}.{summed[0].name}`",
                    f"可写 `{words[0].text}.{summed[0].alias or summed[0].name}`",
                )
                if summed
                else Said(f"write `(count of {declared.name})`", f"可写 `({words[0].text} 之数)`"),
            )
        return SumOf(declared.name, of.name, self.where_of(declared, parts[1:]), of.kind)

    def accrued(self, node: Node, parts: list[Node | Word]) -> Expr:
        """Return a share accrued day by day; the Chinese order is since, share, base and it runs until now."""
        values = [self.expression(each) for each in parts]
        rate = next(each for each in values if isinstance(each, Const) and each.kind == SHARE)
        rest = [each for each in values if each is not rate]
        base, since, until = rest if len(rest) == 3 else (rest[1], rest[0], Now())
        kind = kind_of(base)
        return Accrued(rate.value, base, since, until, kind)

    def in_breach(self, node: Node, parts: list[Node | Word]) -> Expr:
        """`pay_fee is in breach`, `user is in breach`, `user is in breach of pay_fee`."""
        subject = parts[0]
        of = self.target(_node(parts[1])) if len(parts) > 1 else None
        if _is_single(subject):
            word = self.word_of(subject)
            if isinstance(self.names.find(word.text), PartyDecl):
                return InBreach(of or AnyNorm(), self.who(subject))
        elif isinstance(subject, Node) and subject.rule in ("either_party", "both_parties", "other_party"):
            return InBreach(of or AnyNorm(), self.who(subject))
        return InBreach(self.target_value(subject))

    # -- literals

    def literal(self, word: Word, wanted: Kind | None) -> Expr:
        """Return the value of a literal."""
        try:
            match word.kind:
                case "MONEY":
                    amount = money(word.text)
                    return Const(amount.minor, money_in(amount.currency))
                case "DURATION":
                    return Const(period(word.text), PERIOD)
                case "SHARE":
                    return Const(share(word.text), SHARE)
                case "TIME":
                    return Const(minutes_of_day(word.text), TIME)
                case "INT":
                    return Const(whole(word.text), COUNT)
                case "DATE":
                    year, month, day = map(int, re.findall(r"\d+", word.text))
                    return Const(date(year, month, day), DAY)
                case _:
                    return Const(word.text, TEXT)
        except ValueError as wrong:
            en, zh = _LITERALS.get(word.kind, ("3", "3"))
            raise self.fail(
                "literal", word, str(wrong), getattr(wrong, "zh", f"`{word.text}`不是有效的值"),
                Said(f"write for example `{en}`", f"例如写 `{zh}`"),
            ) from None  # fmt: skip

    # -- targets

    def target_value(self, part: Node | Word) -> Target:
        """Return the norms that an expression speaks of (`pay_fee`, `pay_fee(bill)`, `debt`, `any duty to pay`)."""
        if isinstance(part, Node) and part.rule == "bracket":
            return self.target_value(_first(part))
        if isinstance(part, Node) and part.rule in _GROUPS:
            return self.target(part)
        if isinstance(part, Node) and part.rule == "call":
            word = part.parts[0]
            assert isinstance(word, Word)
            label = self.label(word)
            about = part.parts[1]
            assert about is not None
            return ByLabel(label, self.expression(about))
        word = self.word_of(part)
        bound = self.variables.get(word.text)
        if bound is not None and kind_of(bound) == BREACH:
            return ByBreach(bound)
        return ByLabel(self.label(word))

    def label(self, word: Word) -> str:
        """Return the label that `word` is, if a norm of the document has it."""
        if word.text not in self.names.labels and word.text not in self.names.amounts:
            raise self.unknown(word, "norm", "规范", [*self.names.labels, *self.variables])
        # A sum may have two names; a norm has one.
        return word.text if word.text in self.names.labels else self.names.amounts[word.text]

    def clause(self, word: Word) -> str:
        """Return the number of a clause, or of a norm in it (`2.1b`), as it was written."""
        plain = plain_number(word.text)
        of_a_norm = plain[:-1] if plain[-1:].isalpha() else plain
        if not {plain, of_a_norm} & self.names.clauses.keys():
            raise self.unknown(word, "clause", "条款", list(self.names.clauses.values()))
        return word.text if "." in word.text else plain

    def target(self, node: Node) -> Target:
        """Return the norms meant by a target: a label, a clause, a document, or a group told by its act."""
        match node.rule:
            case "target_name":
                word = node.words()[0]
                if word.text in self.names.labels:
                    return ByLabel(word.text)
                bound = self.variables.get(word.text)
                if bound is not None and kind_of(bound) == BREACH:
                    return ByBreach(bound)
                declared = self.names.find(word.text)
                if declared is None and (word.text in self.names.documents or not self.knows_all):
                    return ByDocument(self.names.documents.get(word.text, word.text))
                raise self.unknown(word, "norm", "规范", [*self.names.labels, *self.names.documents])
            case "target_clause":
                return ByClause(self.clause(node.words()[0]))
            case "any_norm":
                return AnyNorm()
            case "owned":
                inner = node.parts[1] if len(node.parts) > 1 else None
                group = self.target(_node(inner)) if inner is not None else AgreedLosses()
                assert isinstance(group, ByAct | ByState | AgreedLosses)
                return dataclasses.replace(group, bearer=self.bearer(node))
            case "agreed_losses":
                return AgreedLosses(self.bearer(node))
            case "first_agreement" | "second_agreement":
                return ByOrder(1 if node.rule == "first_agreement" else 2)
            case rule if rule in _GROUPS:
                return self.group(node)
            case _:
                raise self.fail(
                    "syntax",
                    node,
                    "a norm, a clause or a group of norms is wanted here",
                    "此处需要规范、条款或一类规范",
                    Said("write for example `5.3` or `any norm`", "例如写 `五.3` 或 `任何规范`"),
                )

    def group(self, node: Node) -> Target:
        """Return the duties or powers told by their act, or by the state that they keep."""
        word = node.words()[-1]
        agreed = node.rule.startswith("agreed") or any(
            isinstance(part, Word) and part.kind in ("AGREED", "AGREED_ZH") for part in node.parts
        )
        bearer = self.bearer(node)
        if node.rule.endswith("keeping"):
            declared = self.names.find(word.text)
            if not isinstance(declared, StateDecl):
                raise self.unknown(word, "state", "状态", self._called(StateDecl))
            return ByState(declared.name, agreed, bearer)
        what: Literal["duty", "power"] = "power" if "power" in node.rule else "duty"
        return ByAct(what, self.occurrence(word).name, agreed, bearer)

    def bearer(self, node: Node) -> str | None:
        """Return the party whose norms are meant, where one is named."""
        owner = node.node("owner")
        if owner is None:
            return None
        word = owner.words()[0]
        declared = self.names.find(word.text)
        if not isinstance(declared, PartyDecl):
            raise self.unknown(word, "party", "当事人", self._called(PartyDecl))
        return declared.name


def _last(declared: OccurrenceDecl) -> Bound:
    return Bound(f"@last {declared.name}", Kind("occurrence", declared.name))


def _cmp(node: Node) -> str:
    word = next(each for each in node.parts if isinstance(each, Word) and each.kind == "CMP")
    return word.text


def _node(part: Node | Word | None) -> Node:
    assert isinstance(part, Node)
    return part


def _first(node: Node) -> Node | Word:
    return next(each for each in node.parts if each is not None)


def _is_single(part: Node | Word) -> bool:
    return isinstance(part, Word) or (part.rule == "path" and len(part.parts) == 1)


def substitute(made: Expr, values: dict[str, Expr]) -> Expr:
    """Return `made` with the named variables replaced (a definition's parameters by its arguments)."""
    if isinstance(made, Bound) and made.name in values:
        return values[made.name]
    changes = {}
    for each in dataclasses.fields(made):
        value = getattr(made, each.name)
        new = _substituted(value, values)
        if new is not value:
            changes[each.name] = new
    replaced: Expr = dataclasses.replace(made, **changes) if changes else made
    return replaced


def _substituted(value: Any, values: dict[str, Expr]) -> Any:
    if type(value) is tuple:
        parts = tuple(_substituted(each, values) for each in value)
        return value if all(one is other for one, other in zip(parts, value, strict=True)) else parts
    if dataclasses.is_dataclass(value) and not isinstance(value, Kind | Span | Period):
        return substitute(value, values)  # type: ignore[arg-type]
    return value


def has_more_parts(made: Expr, most: int) -> bool:
    """Tell whether an expression has more than `most` parts, those shared counted wherever they stand."""
    waiting: list[Any] = [made]
    count = 0
    while waiting:
        each = waiting.pop()
        if type(each) is tuple:
            waiting += each
        elif dataclasses.is_dataclass(each) and not isinstance(each, Kind | Span | Period):
            count += 1
            if count > most:
                return True
            waiting += [getattr(each, part.name) for part in dataclasses.fields(each)]
    return False
