"""Every norm, and every part of one, in plain words: Chinese and English, from one place.

Messages, explanations, documents and the editor speak through this page. Different norms get different words, so a
reader who compares two sentences compares two meanings: whatever changes what a norm demands changes its sentence.
Ids, clause numbers and places are left out; the caller prints those beside it.

A sentence has no capital and no full stop, so that it can stand inside another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from contractlang.kinds import DAY, FLAG, INSTANT
from contractlang.names import LIFE
from contractlang.norms import (
    Accrued,
    Act,
    AgreedLosses,
    AmountDue,
    AmountOf,
    AmountRule,
    And,
    Answer,
    AnyNorm,
    Arithmetic,
    AsOf,
    AtOnce,
    Bar,
    Bearer,
    BeforeDay,
    BlankDecl,
    BlankValue,
    Bound,
    ByAct,
    ByBreach,
    ByClause,
    ByDay,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    Change,
    Chosen,
    Clock,
    Compare,
    Const,
    Contract,
    CountOf,
    Declaration,
    DefineDecl,
    Discharged,
    Expr,
    Field,
    Fill,
    Happened,
    InBreach,
    IsBlank,
    Later,
    Life,
    Limit,
    LossRule,
    Maintenance,
    MonthDay,
    Norm,
    Not,
    Now,
    Obligation,
    OccurrenceDecl,
    OnBreach,
    OnOccurrence,
    OptionName,
    Or,
    Overdue,
    Param,
    PartyDecl,
    Permission,
    Power,
    Priority,
    Prohibition,
    QuestionDecl,
    ReadingDecl,
    ReadingOption,
    Reasonable,
    Remark,
    SourceNote,
    Standing,
    StateDecl,
    StateValue,
    SumOf,
    Target,
    ThingDecl,
    Trigger,
    TypeDecl,
    Used,
    Who,
    Window,
    Within,
    kind_of,
)
from contractlang.values import Money, Period, Roll

Language = Literal["zh", "en"]


Sentence = Norm | AmountRule | LossRule | Priority | Bar | Life | Fill | Remark
"""Whatever a clause can say."""


def say_sentence(said: Sentence, contract: Contract, language: Language) -> str:
    """Return any sentence of a document in words."""
    match said:
        case AmountRule():
            return say_amount(said, contract, language)
        case LossRule():
            return say_loss(said, contract, language)
        case Priority():
            return say_priority(said, contract, language)
        case Bar():
            return say_bar(said, contract, language)
        case Life():
            return say_life(said, contract, language)
        case Fill():
            return say_fill(said, contract, language)
        case Remark():
            return say_remark(said, contract, language)
        case _:
            return say(said, contract, language)


def say(norm: Norm, contract: Contract, language: Language) -> str:
    """Return what the norm demands, forbids or allows."""
    return _Speaker(contract, language).norm(norm)


def say_amount(rule: AmountRule, contract: Contract, language: Language) -> str:
    """Return how a named sum is derived, and when it can be claimed."""
    return _Speaker(contract, language).amount(rule)


def say_loss(rule: LossRule, contract: Contract, language: Language) -> str:
    """Return who bears which loss."""
    return _Speaker(contract, language).loss(rule)


def say_priority(priority: Priority, contract: Contract, language: Language) -> str:
    """Return which norms give way to which."""
    return _Speaker(contract, language).priority(priority)


def say_bar(bar: Bar, contract: Contract, language: Language) -> str:
    """Return when a power ends, or a claim is barred by time."""
    return _Speaker(contract, language).bar(bar)


def say_life(life: Life, contract: Contract, language: Language) -> str:
    """Return one sentence on the life of the agreement."""
    return _Speaker(contract, language).life(life)


def say_fill(fill: Fill, contract: Contract, language: Language) -> str:
    """Return with what a hole of another document is filled."""
    return _Speaker(contract, language).fill(fill)


def say_standing(standing: Standing, language: Language) -> str:
    """Return the force of a sentence and the days on which it has it."""
    rank, status = _RANKS[standing.rank], _STATUSES[standing.status]
    if language == "en":
        said = f"{rank[0]}, {status[0]}"
        said += "" if standing.valid_from is None else f", from {standing.valid_from}"
        return said + (
            "" if standing.valid_to is None else f", until {standing.valid_to} (including that day)"
        )
    said = f"{rank[1]}、{status[1]}"
    said += "" if standing.valid_from is None else f"，自{standing.valid_from}起施行"
    return said + ("" if standing.valid_to is None else f"，至{standing.valid_to}（含当日）")


def say_change(change: Change, language: Language) -> str:
    """Return what a supplement does to a clause of the document that it amends."""
    match change.how:
        case "replaces":
            said = f"stands for clause {change.target}", f"取代条款{change.target}"
        case "repeals":
            said = f"takes clause {change.target} away", f"废止条款{change.target}"
        case _:
            assert_never(change.how)
    return said[language == "zh"]


def say_source(note: SourceNote, language: Language) -> str:
    """Return where a clause was read, and how far that was checked."""
    mark = _MARKS[note.mark]
    return f"“{note.citation}” ({mark[0]})" if language == "en" else f"“{note.citation}”（{mark[1]}）"


def say_remark(remark: Remark, contract: Contract, language: Language) -> str:
    """Return what a clause without behaviour says."""
    match remark.how:
        case "states":
            said = f"states that “{remark.text}”", f"声明“{remark.text}”"
        case "see":
            said = f"says the same as clause {remark.text}", f"与条款{remark.text}同"
        case "not_formalised":
            said = f"is not formalised, because “{remark.text}”", f"不作规范，因为“{remark.text}”"
        case _:
            assert_never(remark.how)
    return said[language == "zh"] + _Speaker(contract, language).readings(remark.option)


def say_expr(expr: Expr, contract: Contract, language: Language) -> str:
    """Return a condition or a value."""
    return _Speaker(contract, language).expr(expr)


def say_window(window: Window, contract: Contract, language: Language) -> str:
    """Return the time allowed; the empty text when the window sets no bound."""
    return _Speaker(contract, language).window(window)


def say_trigger(trigger: Trigger, contract: Contract, language: Language) -> str:
    """Return for each of what a norm arises."""
    return _Speaker(contract, language).trigger(trigger)


def say_target(target: Target, contract: Contract, language: Language) -> str:
    """Return which norms are meant."""
    return _Speaker(contract, language).target(target)


def say_name(name: str, contract: Contract, language: Language) -> str:
    """Return a declared name as that language calls it; the name itself where it has no other."""
    return _Speaker(contract, language).name(name)


_RANKS = {
    "mandatory": ("mandatory", "强制"), "agreed": ("agreed", "约定"), "gap-filling": ("gap-filling", "填补"),
}  # fmt: skip
_STATUSES = {
    "binding": ("binding", "效力性"), "administrative": ("administrative", "管理性"),
    "enabling": ("enabling", "授权性"), "procedural": ("procedural", "程序性"),
}  # fmt: skip
_MARKS = {
    "consistent": ("the same in several sources", "多源一致"), "single": ("one source", "单一来源"),
    "partial": ("checked in part", "部分核实"), "memory": ("from memory, not checked", "未核实"),
}  # fmt: skip

# The fields that the language itself gives to every occurrence and every breach.
_BUILT_IN = {
    "at": ("moment", "时点"), "day": ("day", "发生日"), "by": ("doer", "行为人"), "arrives": ("arrival", "到达时点"),
    "last_day": ("last day", "末日"), "unpaid": ("unpaid sum", "欠额"), "norm": ("norm", "规范"),
    "cured": ("cured", "已补正"), "cured_at": ("moment of cure", "补正时点"),
}  # fmt: skip

_ROLLED: dict[Roll, tuple[str, str]] = {
    "following": ("if that is a rest day, on the next working day", "遇休息日顺延至次一工作日"),
    "preceding": ("if that is a rest day, on the last working day before it", "遇休息日提前至上一工作日"),
    "in month": (
        "if that is a rest day, on the next working day of the same month, or else the last one before it",
        "遇休息日顺延至当月次一工作日，当月无次一工作日的提前至上一工作日",
    ),
}

_UNITS = {
    "seconds": ("second", "秒"), "minutes": ("minute", "分钟"), "hours": ("hour", "小时"), "days": ("day", "日"),
    "business_days": ("business day", "个工作日"), "weeks": ("week", "周"), "months": ("month", "个月"),
    "years": ("year", "年"),
}  # fmt: skip

# The variables that nobody has named: the act being judged, what a norm arises from, the last of an act or event.
THE_ACT, IT, LAST = "@act", "@it", "@last "

_WHO: dict[str, Bearer] = {who.value: who for who in Who}
_ELAPSED = ("seconds", "minutes", "hours")

_RELATIONS = {
    "<": ("is less than", "少于"), "<=": ("is at most", "不超过"), ">": ("is more than", "多于"),
    ">=": ("is at least", "不少于"), "==": ("is", "为"), "!=": ("is not", "不为"),
}  # fmt: skip

_ORDER_OF_DAYS = {
    "<": ("is before", "早于"), "<=": ("is not after", "不晚于"), ">": ("is after", "晚于"),
    ">=": ("is not before", "不早于"),
}  # fmt: skip

# A name in which one of these joins two parts would read like a sentence, so it keeps the shape that was written.
_JOINS_EN = {
    "of", "is", "and", "or", "for", "by", "the", "in", "to", "from", "until", "where", "than", "must", "may", "unless",
    "if", "as", "has", "with", "on", "that", "after", "marked", "filled", "did",
}  # fmt: skip
_JOINS_ZH = re.compile(r"(?<=.)(?:[的为且或就应由自至后已]|不得|可以|有权|限于|项下|除非|直到|标明)(?=.)")


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Speaks of one contract in one language. `pick` chooses between the two ways of saying a thing."""

    contract: Contract
    language: Language

    def pick(self, en: str, zh: str) -> str:
        return en if self.language == "en" else zh

    # ---- Norms ----

    def norm(self, norm: Norm) -> str:
        lead = self.lead(norm.trigger, norm.when)
        match norm:
            case Obligation():
                core = self.doing(norm.bearer, "must", "应", norm.act) + self.timing(norm.window)
            case Maintenance():
                never = isinstance(norm.keeps, Const) and norm.keeps.value is False
                keeps = self.pick("this does not happen", "不发生此情形") if never else self.expr(norm.keeps)
                bearer = self.bearer(norm.bearer)
                core = self.pick(
                    f"{bearer} must at all times ensure that {keeps}", f"{bearer}应始终保持：{keeps}"
                )
            case Prohibition():
                core = self.doing(norm.bearer, "must not", "不得", norm.act) + self.timing(norm.window)
            case Permission():
                core = self.doing(norm.bearer, "may", "可以", norm.act) + self.timing(norm.window)
            case Power():
                has = "have the power to" if norm.bearer is Who.BOTH else "has the power to"
                core = self.doing(norm.bearer, has, "有权", norm.act) + self.timing(norm.window)
                core += self.effects(norm)
            case _:
                assert_never(norm)
        return lead + core + self.tails(norm) + self.readings(norm.option)

    def lead(self, trigger: Trigger | None, when: Expr | None) -> str:
        """For each of what, and on which condition: what stands before the bearer."""
        said = "" if trigger is None else self.trigger(trigger) + self.pick(", ", "，")
        if when is not None:
            condition = self.expr(when)
            said += self.pick(f"if {condition}, ", f"若{condition}，")
        return said

    def doing(self, bearer: Bearer, en: str, zh: str, act: Act) -> str:
        who, name = self.bearer(bearer), self.name(act.name)
        if self.language == "en":
            said = f"{who} {en} {name}"
            if act.amount is not None:
                amount = self.operand(act.amount)
                said += f" {amount}" if re.match(r"the |\d|\(", amount) else f" the amount {amount}"
            if act.about is not None:
                said += f" in respect of {self.operand(act.about)}"
            if act.where is not None:
                said += f" where {self.expr(act.where)}"
            return said
        about = "" if act.about is None else f"就{self.operand(act.about)}"
        said = f"{who}{about}{zh}{name}"
        if act.amount is not None:
            said += f"，金额为{self.operand(act.amount)}"
        if act.where is not None:
            said += f"，限于{self.expr(act.where)}"
        return said

    def effects(self, power: Power) -> str:
        """What a power does to other norms while it stands exercised."""
        said = ""
        if power.suspends is not None:
            meant = self.label(power.suspends)
            match power.clock:
                case Clock.STOPS:
                    clock = self.pick("whose time stops meanwhile", "其期间停算")
                case Clock.RUNS:
                    clock = self.pick("whose time runs on", "其期间照算")
                case Clock.EXTENDS:
                    clock = self.pick("whose time is extended by as long", "其期间相应顺延")
                case _:
                    assert_never(power.clock)
            said += self.pick(f", which suspends {meant}, {clock}", f"，{meant}因此暂停履行，{clock}")
        if power.resumes is not None:
            meant = self.label(power.resumes)
            said += self.pick(f", which resumes {meant}", f"，{meant}因此恢复履行")
        return said

    def tails(self, norm: Norm) -> str:
        """From when, until when and except when it binds."""
        said = ""
        if norm.since is not None:
            since = self.expr(norm.since)
            said += self.pick(f", from {since} on", f"，自{since}起")
        if norm.until is not None:
            until = self.expr(norm.until)
            said += self.pick(f", until {until}", f"，直到{until}")
        if norm.unless is not None:
            unless = self.expr(norm.unless)
            said += self.pick(f", unless {unless}", f"，除非{unless}")
        for excepted in norm.excepts:
            target = self.target(excepted)
            said += self.pick(f", except as against {target}", f"，但不适用于{target}")
        if norm.survives:
            said += self.pick(", even after the agreement has ended", "，协议终止后仍然有效")
        return said

    def readings(self, option: Iterable[Chosen]) -> str:
        said = self.pick(" and ", "且").join(self.expr(chosen) for chosen in option)
        return said and self.pick(f" — when {said}", f"（以{said}为限）")

    # ---- Triggers and windows ----

    def trigger(self, trigger: Trigger) -> str:
        match trigger:
            case OnOccurrence():
                of = self.name(trigger.name)
                said = self.pick(f"for each {of}", f"就每次{of}")
                if trigger.variable not in ("", IT, trigger.name):
                    said += self.variable(trigger.variable)
            case OnBreach():
                of = self.target(trigger.target)
                said = self.pick(f"for each breach of {of}", f"就每次违反{of}")
                if trigger.variable not in ("", IT):
                    said += self.variable(trigger.variable)
            case _:
                assert_never(trigger)
        if trigger.where is not None:
            where = self.expr(trigger.where)
            said += self.pick(f" where {where}", f"（限于{where}）")
        return said

    def variable(self, name: str) -> str:
        spelled = self.bound(name)
        return self.pick(f" ({spelled})", f"（{spelled}）")

    def timing(self, window: Window | None) -> str:
        said = "" if window is None else self.window(window)
        return said and self.pick(", ", "，") + said

    def window(self, window: Window) -> str:
        parts = []
        if window.not_before is not None:
            first = self.operand(window.not_before)
            parts.append(self.pick(f"not before {first} (including that day)", f"不早于{first}（含当日）"))
        if window.limit is not None:
            parts.append(self.limit(window.limit))
        # A window without an end says when the periods end that its conditions count.
        counts = window.limit is None
        match window.rolls:
            case None:
                pass
            case Const(value=False):
                en, zh = "even if that is a rest day", "遇休息日不顺延"
                parts.append(
                    self.pick(
                        f"a period counted here ends {en}" if counts else en,
                        f"所计期间的末日{zh}" if counts else zh,
                    )
                )
            case _:
                en, zh = _ROLLED[window.roll]
                said = self.pick(
                    f"a period counted here ends, {en}" if counts else en,
                    f"所计期间的末日{zh}" if counts else zh,
                )
                parts.append(said + self.provided(window.rolls))
        return self.pick(", ", "，").join(parts)

    def provided(self, condition: Expr) -> str:
        """On which condition the words before it hold; nothing where they always do."""
        if isinstance(condition, Const) and condition.value is True:
            return ""
        said = self.expr(condition)
        return self.pick(f" when {said}", f"（以{said}为限）")

    def limit(self, limit: Limit) -> str:
        match limit:
            case ByDay():
                day = self.operand(limit.day)
                return self.pick(f"at the latest on {day} (including that day)", f"至迟于{day}（含当日）")
            case BeforeDay():
                day = self.operand(limit.day)
                return self.pick(f"before {day} (not including that day)", f"早于{day}（不含当日）")
            case Within():
                length = self.operand(limit.period)
                hours = isinstance(limit.period, Const) and limit.period.value.unit in _ELAPSED
                end = self.pick("moment", "时刻") if hours else self.pick("day", "日")
                of = None if limit.of is None else self.operand(limit.of)
                start_en, start_zh = (f" of {of}", f"自{of}起") if of else ("", "")
                return self.pick(
                    f"within {length}{start_en} (including the last {end})",
                    f"{start_zh}{length}内（含最后一{end}）",
                )
            case Reasonable():
                judged = self.quoted(limit.question) if limit.question else ""
                said = self.pick("within a reasonable time", "在合理期限内")
                return said + (
                    judged and self.pick(f", as the answer to {judged} tells", f"（依对{judged}的认定）")
                )
            case AtOnce():
                return self.pick("at once", "立即")
            case _:
                assert_never(limit)

    # ---- Sums, losses, priority, bars, life ----

    def amount(self, rule: AmountRule) -> str:
        name, value = self.spell(rule.name, rule.alias), self.expr(rule.value)
        said = self.lead(rule.trigger, None) + self.pick(f"the sum {name} is {value}", f"款项{name}为{value}")
        if rule.where is not None:
            where = self.expr(rule.where)
            said += self.pick(f", where {where}", f"，限于{where}")
        if rule.claimable is not None:
            claimable = self.expr(rule.claimable)
            said += self.pick(f", which can be claimed when {claimable}", f"，于{claimable}时可主张")
        return said + self.readings(rule.option)

    def loss(self, rule: LossRule) -> str:
        loss, bearer = self.operand(rule.loss), self.bearer(rule.bearer)
        said = self.pick(f"{bearer} bears the loss: {loss}", f"{bearer}承担损失：{loss}")
        return self.lead(rule.trigger, rule.when) + said + self.readings(rule.option)

    def priority(self, priority: Priority) -> str:
        by, over = self.target(priority.by), self.target(priority.over)
        if priority.variable is not None:
            clause = self.bound(priority.variable)
            over += self.pick(f" (its clause: {clause})", f"（其条款：{clause}）")
        match priority.how:
            case "prevails":
                said = self.pick(f"{by} prevails over {over}", f"{by}优先于{over}")
            case "limits":
                said = self.pick(f"{over} holds only while {by} does", f"{over}仅在{by}成立时成立")
            case "voids":
                said = self.pick(f"{by} makes void {over}", f"{by}使{over}无效")
            case _:
                assert_never(priority.how)
        return self.lead(None, priority.when) + said + self.readings(priority.option)

    def bar(self, bar: Bar) -> str:
        target, length, since = self.target(bar.target), self.operand(bar.period), self.operand(bar.since)
        match bar.how:
            case "lapses":
                said = self.pick(
                    f"{target} lapses {length} after {since}", f"{target}自{since}起满{length}消灭"
                )
            case "time-barred":
                said = self.pick(
                    f"a claim on {target} is time-barred {length} after {since}",
                    f"{target}的时效自{since}起满{length}届满",
                )
            case _:
                assert_never(bar.how)
        if bar.restarting is not None:
            restart = self.name(bar.restarting)
            said += self.pick(f", counted anew from each {restart}", f"，因{restart}重新起算")
        return said + self.readings(bar.option)

    def fill(self, fill: Fill) -> str:
        name, value = self.name(fill.blank), self.expr(fill.value)
        return self.pick(f"{name} is taken to be {value}", f"{name}以{value}填补") + self.readings(
            fill.option
        )

    def life(self, life: Life) -> str:
        value = self.expr(life.value)
        match life.how:
            case "takes_effect":
                said = self.pick(f"the agreement takes effect once {value}", f"一旦{value}，协议生效")
            case "lasts":
                said = self.pick(f"the agreement lasts {value}", f"协议存续{value}")
            case "renews":
                said = self.pick(f"the agreement is renewed once {value}", f"一旦{value}，协议续期")
            case "ends":
                said = self.pick(f"the agreement ends once {value}", f"一旦{value}，协议终止")
            case _:
                assert_never(life.how)
        if life.where is not None:
            where = self.expr(life.where)
            said += self.pick(f", where {where}", f"，限于{where}")
        if life.rolls is not None:
            said += self.pick(", rolling past rest days", "，末日遇休息日顺延") + self.provided(life.rolls)
        if life.first_day_counted is not None:
            said += self.pick(", its first day counted", "，首日计入") + self.provided(life.first_day_counted)
        return said + self.readings(life.option)

    # ---- Targets ----

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

    # ---- Expressions ----

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
                name = self.param(occurrence(expr.name, self.contract), expr.field)
                return self.pick(f"the total {name} of all {of}", f"全部{of}的{name}之和")
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

    # ---- Names ----

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
