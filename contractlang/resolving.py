"""Conditions and sums: from what was written to typed, resolved expressions.

Every name is tied to its declaration and every comparison is checked for kinds here, so the engine never meets an
unknown name or a sum of money and days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from contractlang import comparing
from contractlang.declaration import (
    BlankDecl,
    OccurrenceDecl,
    PartyDecl,
    StateDecl,
)
from contractlang.diagnostic import Label, Said, error
from contractlang.expression import (
    Accrued,
    AmountDue,
    And,
    AnyNorm,
    AsOf,
    Bound,
    Const,
    CountOf,
    Discharged,
    Expr,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    Or,
    Overdue,
    StateValue,
    SumOf,
    Used,
    kind_of,
)
from contractlang.kinds import (
    COUNT,
    DAY,
    FLAG,
    PARTY,
    PERIOD,
    SHARE,
    TEXT,
    TIME,
    Kind,
    comparable,
    money_in,
    one_of,
    sample_of,
)
from contractlang.names import Names
from contractlang.norms import Who
from contractlang.paths import call, path
from contractlang.syntax import Node, Statement, Word, as_node, first_part, is_single
from contractlang.targets import GROUPS, spoken_of, target_of
from contractlang.values import minutes_of_day, money, period, share, whole

_LITERALS = {
    "MONEY": ("100.00 CNY", "100.00元"), "DURATION": ("30 days", "30日"), "SHARE": ("3‰", "3‰"),
    "TIME": ("18:00", "18:00"), "DATE": ("2026-03-31", "2026年3月31日"),
}  # fmt: skip


class Mistake(Exception):
    """An expression cannot be given a meaning; it has been reported."""


@dataclass
class Reader:
    """Reads the expressions of one statement: the names of its document and its own variables.

    What a definition says has no place of its own (`has_place`): it stands wherever the definition is used.
    """

    names: Names
    statement: Statement
    document: str
    variables: dict[str, Expr] = field(default_factory=dict)
    act: OccurrenceDecl | None = None
    has_place: bool = True

    # -- reporting

    def fail(
        self,
        code: str,
        part: Node | Word | None,
        en: str,
        zh: str,
        help: Said | None = None,
        labels: tuple[Label, ...] = (),
    ) -> Mistake:
        """Report an error at `part` and return the exception to raise."""
        self.names.wrong.append(error(code, self.statement.span(part), en, zh, help=help, labels=labels))
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
                f"a condition is wanted here, not {self.names.said(kind).en}",
                f"此处需要条件，而不是{self.names.said(kind).zh}",
                comparing.compared(self, part, made),
            )
        return made

    def expression(self, part: Node | Word, wanted: Kind | None = None) -> Expr:
        """Return the expression in `part`. `wanted` is the kind that a bare option or text should be read as."""
        if isinstance(part, Word):
            return path(self, [part], wanted)
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
                return path(self, [each for each in parts if isinstance(each, Word)], wanted)
            case "literal" | "share":
                return self.literal(part.words()[0], wanted)
            case "call":
                return call(self, part)
            case "compare":
                op = _cmp(part)
                left, right = (each for each in parts if not (isinstance(each, Word) and each.kind == "CMP"))
                return comparing.compare(self, part, op, left, right)
            case "equals":
                return comparing.equals(self, part, parts[0], parts[1])
            case "overdue":
                longer = part.node("longer")
                return Overdue(spoken_of(self, parts[0]), self.longer(longer))
            case "used":
                longer = part.node("longer")
                return Used(spoken_of(self, parts[0]), self.longer(longer))
            case "discharged":
                return Discharged(spoken_of(self, parts[0]))
            case "in_breach":
                return self.in_breach(parts)
            case "breach_of":
                return InBreach(target_of(self, as_node(parts[0])))
            case "done":
                return Happened(self.occurrence(parts[0]).name)
            case "did":
                if isinstance(parts[0], Node) and parts[0].rule == "agreement_state":
                    raise self.fail(
                        "kind", part, "an agreement does nothing: what becomes of it is a state",
                        "协议自身没有行为：协议如何，是一种状态",
                        Said("write for example `agreement is terminated`", "例如写 `协议 为 解除`"),
                    )  # fmt: skip
                about = self.expression(parts[2]) if len(parts) > 2 else None
                who = self.who(parts[0])
                return Happened(self.occurrence(parts[1]).name, who, about)
            case "is_blank":
                return IsBlank(self.blank(parts[0]).name)
            case "plus" | "minus" | "times":
                return comparing.arithmetic(self, part, parts)
            case "after":
                return self.later(parts[1], parts[0])
            case "after_zh":
                return self.later(parts[0], parts[1])
            case "agreement_state":
                return StateValue("agreement", self.document, one_of("agreement"))
            case "amount_word":
                # A field may be called so, although the word is reserved.
                return path(self, [Word("NAME", "amount", part.start, part.end)], wanted)
            case "amount_due":
                return AmountDue(spoken_of(self, parts[0]), money_in("CNY"))
            case "count_of":
                declared = self.occurrence(parts[0])
                return CountOf(declared.name, self.where_of(declared, parts[1:]))
            case "sum_of":
                return self.sum_of(parts)
            case "as_of":
                return AsOf(self.state(parts[0]), self.expression(parts[1]))
            case "accrued":
                return self.accrued(parts)
            case "month_day":
                return self.month_day(part)
            case "either_party":
                return Const(Who.EITHER.value, PARTY)
            case "both_parties":
                return Const(Who.BOTH.value, PARTY)
            case "other_party":
                raise self.other_than_whom(part)
            case rule if rule in GROUPS:
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
        made = self.expression(first_part(node))
        self.want(made, PERIOD, node)
        return made

    def where_of(self, declared: OccurrenceDecl, parts: list[Node | Word]) -> Expr | None:
        """Return the condition on one occurrence of `declared`."""
        if not parts:
            return None
        with self.each(declared):
            return self.condition(parts[0])

    @contextmanager
    def each(self, declared: OccurrenceDecl) -> Iterator[None]:
        """Bind one occurrence of `declared` to its own name and alias."""
        before = dict(self.variables)
        bound = Bound(declared.name, Kind("occurrence", declared.name))
        for name in (declared.name, declared.alias):
            if name:
                self.variables[name] = bound
        try:
            yield
        finally:
            self.variables = before

    # -- names

    def called(self, *types: type) -> list[str]:
        return [
            s for s, name in self.names.spellings.items() if isinstance(self.names.declarations[name], types)
        ]

    def word_of(self, part: Node | Word) -> Word:
        """Return the one word that `part` is, where only a name can stand."""
        words = [part] if isinstance(part, Word) else part.words() if part.rule in ("path", "bracket") else []
        if len(words) != 1 or words[0].kind != "NAME":
            said = self.statement.raw[part.start : part.end]
            known = [*self.names.labels, *self.called(OccurrenceDecl)]
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
            raise self.unknown(word, "act or event", "行为或事件", self.called(OccurrenceDecl))
        return declared

    def blank(self, part: Node | Word) -> BlankDecl:
        """Return the blank that `part` names."""
        word = self.word_of(part)
        declared = self.names.find(word.text)
        if not isinstance(declared, BlankDecl):
            raise self.unknown(word, "blank", "空白", self.called(BlankDecl))
        return declared

    def state(self, part: Node | Word) -> StateValue:
        """Return the state that `part` names, which is asked as of a day."""
        state = self.expression(part)
        if isinstance(state, StateValue):
            return state
        states = self.called(StateDecl)
        raise self.fail(
            "kind",
            part,
            "only a state can be asked as of a day",
            "只有状态可以截至某日",
            Said(f"write `({states[0]} as of 2026-03-31)`", f"例如 `({states[-1]} 截至 账单.期间)`")
            if states
            else Said("declare `| state tariff, in law: money`", "请先声明 `| 状态 收费标准，法律上：金额`"),
        )

    def month_day(self, part: Node) -> Expr:
        """Return a day of each month."""
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

    def other_than_whom(self, part: Node) -> Mistake:
        """Report `the other party` in a condition: only who bears a norm upon a breach is other than somebody."""
        named = self.called(PartyDecl)
        en = " or ".join(f"`{each}`" for each in named if each.isascii())
        zh = "或".join(f"`{each}`" for each in named if not each.isascii())
        return self.fail(
            "other-party", part, "other than whom? A condition names the party", "“对方”是谁的对方？条件中应写明哪一方",
            Said(f"write {en or zh}", f"请写{zh or en}"),
        )  # fmt: skip

    def who(self, part: Node | Word) -> Expr:
        """Return the party that `part` names."""
        made = self.expression(part, PARTY)
        self.want(made, PARTY, part)
        return made

    # -- comparing

    def want(self, made: Expr, kind: Kind, part: Node | Word) -> None:
        """Report and stop unless `made` is of that kind."""
        found = kind_of(made)
        if not comparable(found, kind):
            en, zh = sample_of(kind)
            if kind == PARTY:
                known = self.called(PartyDecl) or ["user"]
                en, zh = known[0], known[-1]
            raise self.fail(
                "kind",
                part,
                f"{self.names.said(kind).en} is wanted here, not {self.names.said(found).en}",
                f"此处需要{self.names.said(kind).zh}，而不是{self.names.said(found).zh}",
                Said(f"write for example `{en}`", f"例如写 `{zh}`"),
            )

    def later(self, base: Node | Word, span_of_time: Node | Word) -> Expr:
        """Return a day some period after another."""
        day, length = self.expression(base), self.expression(span_of_time)
        self.want(length, PERIOD, span_of_time)
        self.want(day, DAY, base)
        return Later(day, length)

    def sum_of(self, parts: list[Node | Word]) -> Expr:
        """Return the sum of a value over the occurrences whose field it names first."""
        path = _first_path(parts[0])
        words = [] if path is None else path.words()
        if len(words) != 2:
            raise self.fail(
                "kind",
                parts[0],
                "name what is summed",
                "请写明对什么求和",
                Said("write `usage.minutes`", "例如 `用量.分钟`"),
            )
        declared = self.occurrence(words[0])
        with self.each(declared):
            worth = self.expression(parts[0])
        kind = kind_of(worth)
        if kind.name not in ("money", "count"):
            summed = [p for p in declared.params if p.kind.name in ("money", "count")]
            raise self.fail(
                "kind",
                words[1],
                f"{self.names.said(kind).en} cannot be summed",
                f"{self.names.said(kind).zh}不能求和",
                Said(
                    f"write `{declared.name}.{summed[0].name}`",
                    f"可写 `{words[0].text}.{summed[0].alias or summed[0].name}`",
                )
                if summed
                else Said(f"write `(count of {declared.name})`", f"可写 `({words[0].text} 之数)`"),
            )
        return SumOf(declared.name, worth, self.where_of(declared, parts[1:]), kind)

    def accrued(self, parts: list[Node | Word]) -> Expr:
        """Return a share accrued day by day; the Chinese order is since, share, base and it runs until now."""
        values = [self.expression(each) for each in parts]
        rate = next(each for each in values if isinstance(each, Const) and each.kind == SHARE)
        rest = [each for each in values if each is not rate]
        base, since, until = rest if len(rest) == 3 else (rest[1], rest[0], Now())
        for made, part in zip(values, parts, strict=True):
            if made is since or made is until:
                self.want(made, DAY, part)
        kind = kind_of(base)
        return Accrued(rate.value, base, since, until, kind)

    def in_breach(self, parts: list[Node | Word]) -> Expr:
        """`pay_fee is in breach`, `user is in breach`, `user is in breach of pay_fee`."""
        subject = parts[0]
        of = target_of(self, as_node(parts[1])) if len(parts) > 1 else None
        if is_single(subject):
            word = self.word_of(subject)
            if isinstance(self.names.find(word.text), PartyDecl):
                return InBreach(of or AnyNorm(), self.who(subject))
        elif isinstance(subject, Node) and subject.rule in ("either_party", "both_parties", "other_party"):
            return InBreach(of or AnyNorm(), self.who(subject))
        if of is not None:
            # A norm is in breach, and of nothing: a party is wanted.
            self.who(subject)
        return InBreach(spoken_of(self, subject))

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


def _cmp(node: Node) -> str:
    word = next(each for each in node.parts if isinstance(each, Word) and each.kind == "CMP")
    return word.text


def _first_path(part: Node | Word | None) -> Node | None:
    """Return the first dotted name in an expression."""
    if not isinstance(part, Node) or part.rule == "path":
        return part if isinstance(part, Node) else None
    return next((found for each in part.parts if (found := _first_path(each)) is not None), None)
