"""Conditions, values and targets in plain words: Chinese and English.

`contractlang/words.py` says what these words have to hold to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from contractlang.called import Called, occurrence
from contractlang.expression import (
    Accrued,
    AgreedLosses,
    AmountDue,
    AmountOf,
    And,
    Answer,
    AnyNorm,
    Arithmetic,
    AsOf,
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
    Or,
    Overdue,
    StateValue,
    SumOf,
    Target,
    Used,
    kind_of,
)
from contractlang.kinds import DAY, FLAG, INSTANT
from contractlang.norms import Bearer, Who
from contractlang.values import Money, Period

_UNITS = {
    "seconds": ("second", "秒"), "minutes": ("minute", "分钟"), "hours": ("hour", "小时"), "days": ("day", "日"),
    "business_days": ("business day", "个工作日"), "weeks": ("week", "周"), "months": ("month", "个月"),
    "years": ("year", "年"),
}  # fmt: skip

_WHO: dict[str, Bearer] = {who.value: who for who in Who}
_RELATIONS = {
    "<": ("is less than", "少于"), "<=": ("is at most", "不超过"), ">": ("is more than", "多于"),
    ">=": ("is at least", "不少于"), "==": ("is", "为"), "!=": ("is not", "不为"),
}  # fmt: skip

_ORDER_OF_DAYS = {
    "<": ("is before", "早于"), "<=": ("is not after", "不晚于"), ">": ("is after", "晚于"),
    ">=": ("is not before", "不早于"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording(Called):
    """Speaks of the conditions, values and targets of one contract in one language."""

    def target(self, target: Target) -> str:
        match target:
            case ByLabel():
                said = self.label(target.label)
                if target.about is None:
                    return said
                about = self.operand(target.about)
                return self.pick(f"{said} for {about}", f"{said}（就{about}）")
            case ByClause():
                return self.pick(f"clause {target.clause}", f"条款{target.clause}")
            case ByBreach():
                breach = self.operand(target.variable)
                return self.pick(f"the norm that {breach} breaks", f"{breach}所违反的规范")
            case ByAct():
                english, chinese = {"duty": ("duty to", "义务"), "power": ("power to", "权力")}[target.what]
                return self._group(self.name(target.act), target, english, "有关", chinese)
            case ByDocument():
                return self.pick(f"the document “{target.document}”", f"文件“{target.document}”")
            case ByOrder():
                english, chinese = {1: ("first", "第一份"), 2: ("second", "第二份")}.get(
                    target.number, ("", "")
                )
                return self.pick(f"the {english} agreement", f"{chinese}协议")
            case ByState():
                return self._group(self.name(target.state), target, "duty to keep", "保持", "义务")
            case AgreedLosses():
                who = "" if target.bearer is None else self.name(target.bearer)
                return self.pick("agreed losses" + (f" of {who}" if who else ""), f"{who}约定的损失承担")
            case AnyNorm():
                return self.pick("any norm", "任何规范")
            case _:
                assert_never(target)

    def _group(self, what: str, target: ByAct | ByState, english: str, verb: str, chinese: str) -> str:
        """`any agreed duty of provider to repair`, told by what its norms are about."""
        who = "" if target.bearer is None else self.name(target.bearer)
        noun, _, link = english.partition(" ")
        return self.pick(
            f"any {'agreed ' if target.agreed else ''}{noun}"
            + (f" of {who}" if who else "")
            + f" {link} {what}",
            (f"{who}的" if who else "") + f"任何{'约定的' if target.agreed else ''}{verb}{what}的{chinese}",
        )

    def operand(self, expr: Expr) -> str:
        """The expression as a part of another: in brackets where its end could not be heard."""
        said = self.expr(expr)
        match expr:
            case Const() | BlankValue() | StateValue() | Bound() | Field() | MonthDay() | Now() | AmountOf():
                return said
            case _:
                return self.pick(f"({said})", f"（{said}）")

    def condition(self, expr: Expr) -> str:
        """The expression as one of several conditions."""
        return self.operand(expr) if isinstance(expr, And | Or | Not) else self.expr(expr)

    def expr(self, expr: Expr) -> str:
        match expr:
            case Const():
                return self.const(expr)
            case BlankValue():
                name = self.name(expr.name)
                return self.pick(f"the {name} filled in", f"所填{name}")
            case StateValue():
                name = self.state(expr.name)
                if not expr.document or expr.document == self.contract.name:
                    return name
                return self.pick(f"{name} under “{expr.document}”", f"“{expr.document}”的{name}")
            case AsOf():
                at = self.operand(expr.at)
                return self.pick(
                    f"{self.expr(expr.state)} as it was on {at}", f"{at}当时的{self.expr(expr.state)}"
                )
            case Bound():
                return self.bound(expr.name)
            case Field():
                return self.field(expr)
            case Not():
                return self.pick(
                    f"it is not so that {self.condition(expr.part)}", f"并非{self.condition(expr.part)}"
                )
            case And():
                parts = [self.condition(part) for part in expr.parts]
                return self.pick(" and ", "且").join(parts) or self.pick("in any case", "在任何情形下")
            case Or():
                parts = [self.condition(part) for part in expr.parts]
                return self.pick(" or ", "或").join(parts) or self.pick("in no case", "在无任何情形下")
            case Compare():
                order = kind_of(expr.left) in (DAY, INSTANT) and expr.op in _ORDER_OF_DAYS
                relation = self.pick(*(_ORDER_OF_DAYS if order else _RELATIONS)[expr.op])
                return self.pick(" ", "").join((self.operand(expr.left), relation, self.operand(expr.right)))
            case Arithmetic():
                sign = {"+": "+", "-": "−", "*": "×"}[expr.op]
                return f"{self.operand(expr.left)} {sign} {self.operand(expr.right)}"
            case Later():
                base, length = self.operand(expr.base), self.operand(expr.period)
                return self.pick(f"{length} after {base}", f"{base}后{length}")
            case MonthDay():
                return self.pick(f"day {expr.number} of that month", f"当月{expr.number}日")
            case Now():
                return self.pick("the present moment", "此刻")
            case Overdue():
                said = self.pick(f"{self.target(expr.target)} is overdue", f"{self.target(expr.target)}逾期")
                return said + self.longer(expr.longer)
            case InBreach():
                target = self.target(expr.target)
                by = "" if expr.party is None else self.operand(expr.party)
                if not by:
                    return self.pick(f"there is a breach of {target}", f"存在对{target}的违反")
                return self.pick(f"there is a breach of {target} by {by}", f"存在{by}对{target}的违反")
            case Discharged():
                target = self.target(expr.target)
                return self.pick(f"{target} was discharged in time", f"{target}已按期履行")
            case Happened():
                return self.happened(expr)
            case Used():
                target = self.target(expr.target)
                return self.pick(f"{target} stands exercised", f"{target}已行使") + self.longer(expr.longer)
            case IsBlank():
                name = self.name(expr.name)
                return self.pick(f"the {name} is not filled in", f"{name}未填")
            case Answer():
                return self.answer(expr)
            case Chosen():
                return self.chosen(expr)
            case AmountOf():
                name = self.sum_called(expr.name)
                if expr.about is None:
                    return self.pick(f"the sum {name}", f"款项{name}")
                about = self.operand(expr.about)
                return self.pick(f"the {name} for {about}", f"{about}项下的{name}")
            case AmountDue():
                target = self.target(expr.target)
                return self.pick(f"what is still owed on {target}", f"{target}项下尚欠的款额")
            case CountOf():
                said = self.name(expr.name) + self.counted(expr.where)
                return self.pick(f"the number of all {said}", f"全部{said}的次数")
            case SumOf():
                of = self.name(expr.name) + self.counted(expr.where)
                if isinstance(expr.worth, Field) and _is_each(expr.worth.of, expr.name):
                    name = self.param(occurrence(expr.name, self.contract), expr.worth.name)
                    return self.pick(f"the total {name} of all {of}", f"全部{of}的{name}之和")
                worth = self.operand(expr.worth)
                return self.pick(f"the sum, over all {of}, of {worth}", f"全部{of}各自的{worth}之和")
            case Accrued():
                base, since, until = (self.operand(part) for part in (expr.base, expr.since, expr.until))
                return self.pick(
                    f"{expr.share} accrued daily on {base} from {since} until {until}",
                    f"以{base}为基数，自{since}起至{until}，按日计{expr.share}",
                )
            case _:
                assert_never(expr)

    def longer(self, period: Expr | None) -> str:
        if period is None:
            return ""
        length = self.operand(period)
        return self.pick(f" for more than {length}", f"超过{length}")

    def counted(self, where: Expr | None) -> str:
        if where is None:
            return ""
        condition = self.expr(where)
        return self.pick(f" (where {condition})", f"（限于{condition}）")

    def field(self, field: Field) -> str:
        of, name = self.operand(field.of), self.param(self.declared_of(field.of), field.name)
        if field.kind == FLAG:
            return self.pick(f"{of} is marked {name}", f"{of}标明{name}")
        return self.pick(f"the {name} of {of}", f"{of}的{name}")

    def happened(self, expr: Happened) -> str:
        name = self.name(expr.name)
        about = "" if expr.about is None else self.operand(expr.about)
        about = about and self.pick(f" in respect of {about}", f"（就{about}）")
        if expr.by is None:
            return self.pick(f"{name}{about} has happened", f"{name}{about}已发生")
        by = self.operand(expr.by)
        return self.pick(f"{by} did {name}{about}", f"{by}已{name}{about}")

    def answer(self, expr: Answer) -> str:
        asked = self.quoted(expr.question)
        about = "" if expr.about is None else self.operand(expr.about)
        if expr.kind == FLAG:
            return self.pick(f"it is found that {asked}", f"经认定{asked}") + (
                about and self.pick(f" for {about}", f"（就{about}）")
            )
        return self.pick(f"the answer to {asked}", f"对{asked}的认定") + (
            about and self.pick(f" for {about}", f"（就{about}）")
        )

    def chosen(self, expr: Chosen) -> str:
        reading = self.quoted(expr.reading)
        option = self.option_called(expr.reading, expr.option).replace("_", " ")
        return self.pick(f"reading {reading} is taken as “{option}”", f"解释{reading}取“{option}”")

    def const(self, const: Const) -> str:
        value, kind = const.value, const.kind
        match kind.name:
            case "flag":
                return self.pick("yes", "是") if value else self.pick("no", "否")
            case "money":
                amount = str(Money(value, kind.of))
                return self.pick(amount, amount.replace(" CNY", "元"))
            case "duration":
                return self.period(value)
            case "day" | "instant" if isinstance(value, date):
                return self.pick(value.isoformat(), f"{value.year}年{value.month}月{value.day}日")
            case "time":
                return f"{value // 60:02d}:{value % 60:02d}"
            case "text":
                return f"“{value}”"
            case "party":
                return self.bearer(_WHO.get(value, value))
            case "one of":
                return self.shaped(self.option_called(kind.of, str(value)))
            case _:
                return self.name(value) if isinstance(value, str) else str(value)

    def period(self, period: Period) -> str:
        en, zh = _UNITS[period.unit]
        return self.pick(f"{period.count} {en}{'' if period.count == 1 else 's'}", f"{period.count}{zh}")


def _is_each(expr: Expr, name: str) -> bool:
    """Tell whether what is named is the occurrence of a name that is looked at, one after the other."""
    return isinstance(expr, Bound) and expr.name == name
