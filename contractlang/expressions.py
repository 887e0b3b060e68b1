"""Conditions and sums: from what was written to typed, resolved expressions.

Every name is tied to its declaration and every comparison is checked for kinds here, so the engine never meets an
unknown name or a sum of money and days.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

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
    money_in,
    one_of,
)
from contractlang.names import NO, YES, Names
from contractlang.norms import (
    Accrued,
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
)
from contractlang.source import Span
from contractlang.syntax import Node, Statement, Word
from contractlang.values import Money, minutes_of_day, money, period, share

# What every occurrence and every breach knows of itself, whatever its declaration says.
OF_ANY_OCCURRENCE = {"at": INSTANT, "day": DAY, "by": PARTY, "arrives": INSTANT}
OF_A_BREACH = {
    "at": INSTANT, "day": DAY, "last_day": DAY, "unpaid": money_in("CNY"), "by": PARTY, "cured": FLAG,
    "norm": TEXT, "cured_at": INSTANT,
}  # fmt: skip
_FIELDS_ZH = {
    "时点": "at", "发生日": "day", "行为人": "by", "末日": "last_day", "欠额": "unpaid", "到达": "arrives", "已补正": "cured",
}  # fmt: skip
_FLIPPED = {"≥": ">=", "≤": "<=", "≠": "!="}


class Mistake(Exception):
    """An expression cannot be given a meaning; it has been reported."""


@dataclass
class Reader:
    """Reads the expressions of one statement: the names of its document and its own variables."""

    names: Names
    statement: Statement
    document: str
    variables: dict[str, Expr] = field(default_factory=dict)
    act: OccurrenceDecl | None = None
    read: list[tuple[str, Span]] = field(default_factory=list)

    # -- reporting

    def fail(self, code: str, part: Node | Word | None, en: str, zh: str, help: Said | None = None) -> Mistake:
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
                f"a condition is wanted here, not a {kind}",
                f"此处需要条件，而不是{in_chinese(kind)}",
                Said("compare it, for example `… is …` or `… > 0`", "请作比较，例如 `… 为 …` 或 `… > 0`"),
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
                return flat(tuple(x for each in both for x in (each.parts if isinstance(each, flat) else (each,))))
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
                word = _last_word(parts[0])
                declared = self.names.find(word.text)
                if not isinstance(declared, BlankDecl):
                    raise self.unknown(word, "blank", "空白", self._called(BlankDecl))
                self.note(declared.name, word)
                return IsBlank(declared.name)
            case "plus" | "minus" | "times":
                return self.arithmetic(part, parts)
            case "after":
                return self.later(part, parts[1], parts[0])
            case "after_zh":
                return self.later(part, parts[0], parts[1])
            case "agreement_state":
                return StateValue("agreement", self.document, one_of("agreement"))
            case "amount_due":
                return AmountDue(self.target_value(_inner(parts[0])), money_in("CNY"))
            case "count_of":
                declared = self.occurrence(parts[0])
                return CountOf(declared.name, self.where_of(declared, parts[1:]))
            case "sum_of":
                return self.sum_of(part, parts)
            case "as_of":
                state = self.expression(parts[0])
                if not isinstance(state, StateValue):
                    raise self.fail("kind", parts[0], "only a state can be asked as of a day", "只有状态可以截至某日")
                return AsOf(state, self.expression(parts[1]))
            case "accrued":
                return self.accrued(part, parts)
            case "month_day":
                found = re.search(r"\d+", part.words()[0].text)
                return MonthDay(int(found[0]) if found else 1)
            case "either_party":
                return Const(Who.EITHER.value, PARTY)
            case "both_parties":
                return Const(Who.BOTH.value, PARTY)
            case "other_party":
                return Const(Who.OTHER.value, PARTY)
            case "any_duty":
                raise self.fail(
                    "kind", part, "ask something of these duties", "请说明要问这些义务的什么",
                    Said("write `any duty to pay is overdue`", "例如 `… 逾期`"),
                )  # fmt: skip
            case rule:
                raise self.fail("syntax", part, f"`{rule}` cannot stand here", "此处不能这样写")

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

    def note(self, name: str, word: Node | Word) -> None:
        """Remember that `name` is used here."""
        self.read.append((name, self.statement.span(word)))

    def _called(self, *types: type) -> list[str]:
        return [s for s, name in self.names.spellings.items() if isinstance(self.names.declarations[name], types)]

    def occurrence(self, part: Node | Word) -> OccurrenceDecl:
        """Return the act or event that `part` names."""
        word = _last_word(part)
        declared = self.names.find(word.text)
        if not isinstance(declared, OccurrenceDecl):
            raise self.unknown(word, "act or event", "行为或事件", self._called(OccurrenceDecl))
        self.note(declared.name, word)
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
                return AmountOf(name, None, self.names.amount_kinds.get(name, money_in("CNY")))
            if wanted is not None and wanted.name == "one of":
                options = [s for each in self.names.options_of(wanted.of) for s in (each.name, each.alias) if s]
                raise self.unknown(word, f"option of {wanted.of}", f"`{wanted.of}`的取值", options)
            if spelling in self.names.labels:
                raise self.fail(
                    "kind", word, f"`{spelling}` is a norm; ask something of it", f"`{spelling}`是规范，请说明要问它的什么",
                    Said(f"write `{spelling} is overdue` or `{spelling} is in breach`", f"可写 `{spelling} 逾期` 或 `{spelling} 违约`"),
                )  # fmt: skip
            raise self.unknown(word, "thing", "事物")
        self.note(declared.name, word)
        match declared:
            case PartyDecl():
                return Const(declared.name, PARTY)
            case BlankDecl():
                return BlankValue(declared.name, declared.kind)
            case StateDecl():
                return StateValue(declared.name, self.document if declared.in_law else "", declared.kind)
            case OccurrenceDecl():
                return Happened(declared.name)
            case QuestionDecl():
                return Answer(declared.name, None, declared.kind)
            case DefineDecl():
                if declared.params:
                    raise self.fail("kind", word, f"`{spelling}` wants arguments", f"`{spelling}`需要参数")
                return declared.value
            case ReadingDecl():
                raise self.fail(
                    "kind", word, f"say which option `{spelling}` is taken in", f"请写明`{spelling}`取哪一选项",
                    Said(f"write `{spelling} is {declared.options[0].name}`" if declared.options else "give it options",
                         f"可写 `{spelling} 为 {declared.options[0].name}`" if declared.options else "请先列出选项"),
                )  # fmt: skip
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
        elif isinstance(of, Const) and of.kind == PARTY:
            declared = self.names.declarations.get(str(of.value))
            for param in declared.attributes if isinstance(declared, PartyDecl) else ():
                if word.text in (param.name, param.alias):
                    return Field(of, param.name, param.kind)
                known += [param.name, param.alias]
        raise self.unknown(word, f"property of a {kind}", f"{in_chinese(kind)}的属性", known)

    def call(self, node: Node, wanted: Kind | None) -> Expr:
        """Return what a name with arguments stands for: a question, an amount, a definition."""
        word, *rest = [each for each in node.parts if each is not None]
        assert isinstance(word, Word)
        if word.text in self.names.amounts:
            name = self.names.amounts[word.text]
            return AmountOf(name, self.expression(rest[0]), self.names.amount_kinds.get(name, money_in("CNY")))
        declared = self.names.find(word.text)
        if isinstance(declared, QuestionDecl):
            self.note(declared.name, word)
            return Answer(declared.name, self.about(declared, rest[0]), declared.kind)
        if isinstance(declared, DefineDecl):
            self.note(declared.name, word)
            if len(rest) != len(declared.params):
                raise self.fail(
                    "kind", node, f"`{word.text}` wants {len(declared.params)} arguments", f"`{word.text}`需要{len(declared.params)}个参数"
                )  # fmt: skip
            values = {param.name: self.expression(each) for param, each in zip(declared.params, rest, strict=True)}
            return substitute(declared.value, values)
        questions = [*self._called(QuestionDecl, DefineDecl), *self.names.amounts]
        raise self.unknown(word, "question or amount", "问题或金额", questions)

    def about(self, question: QuestionDecl, part: Node | Word) -> Expr:
        """Return the thing a question is asked about: a variable, the last occurrence of a name, or a norm's name."""
        if isinstance(part, Node) and part.rule == "path" and len(part.parts) == 1 or isinstance(part, Word):
            word = _last_word(part)
            if word.text not in self.variables:
                declared = self.names.find(word.text)
                if isinstance(declared, OccurrenceDecl):
                    self.note(declared.name, word)
                    if self.act is not None and declared.name == self.act.name:
                        return Bound("@act", Kind("occurrence", declared.name))
                    return Bound(f"@last {declared.name}", Kind("occurrence", declared.name))
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
            raise self.fail("kind", part, f"a {kind} is wanted here, not a {found}", f"此处需要{in_chinese(kind)}，而不是{in_chinese(found)}")

    def equals(self, node: Node, left: Node | Word, right: Node | Word) -> Expr:
        """`A is B`: a reading taken in an option, a state in a value, or two equal values."""
        word = _last_word(left) if _is_single(left) else None
        declared = self.names.find(word.text) if word is not None and word.text not in self.variables else None
        if isinstance(declared, ReadingDecl) and word is not None:
            self.note(declared.name, word)
            chosen = _last_word(right)
            option = self.names.reading_option(declared, chosen.text)
            if option is None:
                options = [s for each in declared.options for s in (each.name, each.alias) if s]
                raise self.unknown(chosen, f"option of {declared.name}", f"`{declared.name}`的选项", options)
            return Chosen(declared.name, option)
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
                    f"a {a} cannot be compared with a {b}",
                    f"{in_chinese(a)}不能与{in_chinese(b)}比较",
                    help=self.compare_help(a, b),
                    labels=(
                        Label(self.statement.span(left), Said(f"this is a {a}", f"这是{in_chinese(a)}")),
                        Label(self.statement.span(right), Said(f"this is a {b}", f"这是{in_chinese(b)}")),
                    ),
                )
            )
            raise Mistake
        if op not in ("==", "!=") and a.name in ("one of", "flag", "text", "party"):
            raise self.fail("kind", node, f"a {a} has no order", f"{in_chinese(a)}没有大小", Said("write `is`", "请写 `为`"))
        return Compare(_FLIPPED.get(op, op), one, other, self.statement.span(node))  # type: ignore[arg-type]

    def compare_help(self, a: Kind, b: Kind) -> Said | None:
        """Tell what to type when two kinds do not meet."""
        if a.name == b.name == "money":
            return Said(f"write both amounts in {a.of}", f"两个金额都用{a.of}")
        if a.name == "one of":
            options = ", ".join(f"`{each.name}`" for each in self.names.options_of(a.of))
            zh = "、".join(f"`{each.alias or each.name}`" for each in self.names.options_of(a.of))
            return Said(f"write one of {options}", f"可写：{zh}")
        return None

    def arithmetic(self, node: Node, parts: list[Node | Word]) -> Expr:
        """Return a sum, difference or product; shares multiply money, periods add to days."""
        left, right = self.expression(parts[0]), self.expression(parts[1])
        a, b = kind_of(left), kind_of(right)
        op = {"plus": "+", "minus": "-", "times": "*"}[node.rule]
        if op == "+" and a in (DAY, INSTANT) and b == PERIOD:
            return Later(left, right)
        if op == "*":
            pair = {a.name, b.name}
            kind = a if a.name == "money" else b if b.name == "money" else a
            if pair in ({"money", "count"}, {"money", "share"}, {"count"}):
                return Arithmetic("*", left, right, kind)
        elif a == b and a.name in ("money", "count"):
            return Arithmetic("+" if op == "+" else "-", left, right, a)
        elif op == "-" and a == b == DAY:
            return Arithmetic("-", left, right, COUNT)
        sign = {"+": "added to", "-": "taken from", "*": "multiplied with"}[op]
        raise self.fail("kind", node, f"a {b} cannot be {sign} a {a}", f"{in_chinese(a)}与{in_chinese(b)}不能这样运算", self.compare_help(a, b))

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
            raise self.fail("kind", parts[0], "name what is summed", "请写明对什么求和", Said("write `usage.minutes`", "例如 `用量.分钟`"))
        declared = self.occurrence(words[0])
        of = self.field(Bound(declared.name, Kind("occurrence", declared.name)), words[1])
        assert isinstance(of, Field)
        if of.kind.name not in ("money", "count"):
            raise self.fail("kind", words[1], f"a {of.kind} cannot be summed", f"{in_chinese(of.kind)}不能求和")
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
            word = _last_word(subject)
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
                    return Const(int(word.text), COUNT)
                case "DATE":
                    year, month, day = map(int, re.findall(r"\d+", word.text))
                    return Const(date(year, month, day), DAY)
                case _:
                    return Const(word.text, TEXT)
        except ValueError as wrong:
            raise self.fail("literal", word, str(wrong), f"`{word.text}`不是有效的值：{wrong}") from None

    # -- targets

    def target_value(self, part: Node | Word) -> Target:
        """Return the norms that an expression speaks of (`pay_fee`, `pay_fee(bill)`, `debt`, `any duty to pay`)."""
        if isinstance(part, Node) and part.rule == "bracket":
            return self.target_value(_first(part))
        if isinstance(part, Node) and part.rule in ("any_duty", "any_power"):
            return self.target(part)
        if isinstance(part, Node) and part.rule == "call":
            word = part.parts[0]
            assert isinstance(word, Word)
            label = self.label(word)
            about = part.parts[1]
            assert about is not None
            return ByLabel(label, self.expression(about))
        word = _last_word(part)
        bound = self.variables.get(word.text)
        if bound is not None and kind_of(bound) == BREACH:
            return ByBreach(bound)
        return ByLabel(self.label(word))

    def label(self, word: Word) -> str:
        """Return the label that `word` is, if a norm of the document has it."""
        if word.text not in self.names.labels and word.text not in self.names.amounts:
            raise self.unknown(word, "norm", "规范", [*self.names.labels, *self.variables])
        return word.text

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
                if declared is None:
                    return ByDocument(word.text)
                raise self.unknown(word, "norm", "规范", list(self.names.labels))
            case "target_clause":
                return ByClause(node.words()[0].text)
            case "any_norm":
                return AnyNorm()
            case "any_duty":
                return ByAct("duty", self.occurrence(node.words()[-1]).name)
            case "any_power":
                return ByAct("power", self.occurrence(node.words()[-1]).name)
            case "agreed_powers" | "agreed_duties":
                bearer = None
                named = node.node("party_named")
                if named is not None:
                    bearer = str(_const(self.who(named.words()[0])))
                what = node.rule == "agreed_powers"
                return ByAct("power" if what else "duty", self.occurrence(node.words()[-1]).name, True, bearer)
            case _:
                raise self.fail("syntax", node, "name a norm, a clause or a group of norms", "请写规范、条款或一类规范")


def _cmp(node: Node) -> str:
    word = next(each for each in node.parts if isinstance(each, Word) and each.kind == "CMP")
    return word.text


def _const(made: Expr) -> object:
    return made.value if isinstance(made, Const) else None


def _node(part: Node | Word | None) -> Node:
    assert isinstance(part, Node)
    return part


def _first(node: Node) -> Node | Word:
    part = next(each for each in node.parts if each is not None)
    return part


def _inner(part: Node | Word) -> Node | Word:
    """Unwrap `every duty to pay` where a value stands."""
    if isinstance(part, Node) and part.rule == "any_duty_value":
        return Node("any_duty", part.parts, part.start, part.end)
    return part


def _is_single(part: Node | Word) -> bool:
    return isinstance(part, Word) or (part.rule == "path" and len(part.parts) == 1)


def _last_word(part: Node | Word) -> Word:
    return part if isinstance(part, Word) else part.words()[-1]



def kind_of(made: Expr) -> Kind:
    """Return the kind of an expression's value."""
    match made:
        case Const() | BlankValue() | StateValue() | Bound() | Field() | Arithmetic() | Answer() | AmountOf():
            return made.kind
        case AmountDue() | SumOf() | Accrued():
            return made.kind
        case AsOf():
            return made.state.kind
        case Later():
            return kind_of(made.base)
        case MonthDay():
            return DAY
        case Now():
            return INSTANT
        case CountOf():
            return COUNT
        case Not() | And() | Or() | Compare() | Overdue() | InBreach() | Discharged() | Happened() | Used():
            return FLAG
        case IsBlank() | Chosen():
            return FLAG
        case _:
            assert_never(made)


def substitute(made: Expr, values: dict[str, Expr]) -> Expr:
    """Return `made` with the named variables replaced (a definition's parameters by its arguments)."""
    if isinstance(made, Bound) and made.name in values:
        return values[made.name]
    changes: dict[str, object] = {}
    for each in dataclasses.fields(made):
        value = getattr(made, each.name)
        if isinstance(value, tuple) and not isinstance(value, Money):
            changes[each.name] = tuple(substitute(x, values) if dataclasses.is_dataclass(x) else x for x in value)
        elif dataclasses.is_dataclass(value) and not isinstance(value, Kind | Span):
            changes[each.name] = substitute(value, values)  # type: ignore[arg-type]
    return dataclasses.replace(made, **changes) if changes else made
