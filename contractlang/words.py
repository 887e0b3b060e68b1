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
from typing import assert_never

from contractlang.called import IT
from contractlang.contract import Contract, SourceNote
from contractlang.diagnostic import Language
from contractlang.expression import Chosen, Compare, Const, Expr, Now, Target
from contractlang.norms import (
    Act,
    AmountRule,
    AtOnce,
    Bar,
    Bearer,
    BeforeDay,
    ByDay,
    Clock,
    Fill,
    Life,
    Limit,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Priority,
    Prohibition,
    Rank,
    Reasonable,
    Remark,
    Standing,
    Trigger,
    Who,
    Window,
    Within,
)
from contractlang.values import Roll
from contractlang.wording import Wording

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


def say_rank(rank: Rank, language: Language) -> str:
    """Return how a rank is called."""
    return _RANKS[rank][language == "zh"]


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

_ROLLED: dict[Roll, tuple[str, str]] = {
    "following": ("if that is a rest day, on the next working day", "遇休息日顺延至次一工作日"),
    "preceding": ("if that is a rest day, on the last working day before it", "遇休息日提前至上一工作日"),
    "in month": (
        "if that is a rest day, on the next working day of the same month, or else the last one before it",
        "遇休息日顺延至当月次一工作日，当月无次一工作日的提前至上一工作日",
    ),
}

_ELAPSED = ("seconds", "minutes", "hours")


@dataclass(frozen=True, slots=True)
class _Speaker(Wording):
    """Speaks of one contract in one language."""

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
            match norm.since:
                case Compare(">=", Now(), day):
                    since = self.expr(day)
                case _:
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
                last = (
                    self.pick("not including the moment at which it ends", "不含届满之时")
                    if hours
                    else self.pick("including the last day", "含最后一日")
                )
                of = None if limit.of is None else self.operand(limit.of)
                start_en, start_zh = (f" of {of}", f"自{of}起") if of else ("", "")
                return self.pick(
                    f"within {length}{start_en} ({last})",
                    f"{start_zh}{length}内（{last}）",
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
