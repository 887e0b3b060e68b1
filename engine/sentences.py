"""A sentence for every code of a `Reason`, in both languages.

A code without a sentence here is a mistake, and a test looks for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from contractlang.expression import Const, Field
from contractlang.kinds import FLAG, PERIOD
from contractlang.norms import Norm, Obligation, Permission
from contractlang.values import period
from contractlang.words import say_expr
from engine.decision import Reason
from engine.saying import Sentence, on, says
from engine.sums_said import SUMS
from engine.walk import walk

if TYPE_CHECKING:
    from engine.voice import Voice

# Why a norm is closed to the act, by the step of docs/semantics.md, "Basis", that closes it.
STEPS = {
    "in force": ("it is not in force", "该规范不生效"),
    "agreement": ("its agreement is not in force", "协议不在有效期"),
    "reading": ("it belongs to another reading", "属于另一种解释"),
    "since": ("it does not bind yet", "尚未开始适用"),
    "until": ("it has ended", "已经终止"),
    "text": ("another text governs it", "适用另一文本"),
    "valid": ("it is not in force on that day", "当日不施行"),
    "agreed": ("what was agreed speaks of it", "当事人另有约定"),
    "voided": ("the law voids it", "依法无效"),
    "when": ("its condition is not met", "条件不成立"),
    "unless": ("its exception applies", "属于例外情形"),
    "except": ("another norm takes its place", "另有规范替代"),
    "no trigger": ("nothing has called for it", "未发生应适用的情形"),
    "bearer": ("it is another party's", "属于另一方"),
    "trigger where": ("what happened is not what it is about", "所发生者不属其情形"),
    "where": ("it does not reach such an act", "不及于此种行为"),
    "about": ("it is about something else", "所指对象不同"),
    "not before": ("its time has not come", "期间尚未开始"),
    "window past": ("its time is over", "期间已过"),
    "lapsed": ("it has lapsed", "权利已消灭"),
    "prevailed": ("another norm prevails", "另有规范优先"),
    "forbidden": ("a prohibition prevails", "禁止规范优先"),
    "limited": ("what limits it is not open", "受限制而不能适用"),
    "no duty": ("no such duty is open", "没有未履行的此项义务"),
}

_STATUSES = {
    "open": ("not cured", "尚未补正"), "cured": ("since cured", "其后已补正"), "waived": ("waived", "已免除"),
    "barred": ("time-barred", "时效已过"),
}  # fmt: skip
_RELATIONS = {
    "==": ("is", "为"), "!=": ("is not", "不为"), "<": ("is less than", "少于"), "<=": ("is at most", "不超过"),
    ">": ("is more than", "多于"), ">=": ("is at least", "不少于"),
}  # fmt: skip
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_NORMS: dict[str, Sentence] = {}
_says = partial(says, _NORMS)


@_says("permits")
def _permits(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    if norm is None:
        return voice.pick("a norm permits it", "有规范允许")
    clause, (who, act), quote = voice.called(norm), voice.doing(norm), voice.quote(norm)
    if isinstance(norm, Permission):
        said = voice.pick(f"{clause} permits {who} to {act}", f"{clause}允许{who}{act}")
    else:
        said = voice.pick(f"{clause} gives {who} the power to {act}", f"{clause}赋予{who}{act}的权利")
    return said + on(voice, reason) + quote


@_says("requires")
def _requires(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    if norm is None:
        return voice.pick("a norm requires it", "有规范要求")
    clause, (who, act) = voice.called(norm), voice.doing(norm)
    return (
        voice.pick(f"{clause} requires {who} to {act}", f"{clause}要求{who}{act}")
        + on(voice, reason)
        + voice.quote(norm)
    )


@_says("forbids")
def _forbids(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    if norm is None:
        return voice.pick("a norm forbids it", "有规范禁止")
    clause, (who, act) = voice.called(norm), voice.doing(norm)
    return voice.pick(f"{clause} forbids {who} to {act}", f"{clause}禁止{who}{act}") + voice.quote(norm)


@_says("restores")
def _restores(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    clause = voice.called(norm) if norm is not None else str(reason.args[1])
    since = voice.moment(reason.args[2])
    said = voice.pick(
        f"it puts right the breach of {clause} that began on {since}", f"它补正自{since}起对{clause}的违反"
    )
    return said + on(voice, reason) + (voice.quote(norm) if norm is not None else "")


@_says("closed")
def _closed(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    step = voice.pick(*STEPS[reason.args[2]])
    if norm is None:
        return step
    clause, (_who, act) = voice.called(norm), voice.doing(norm)
    if isinstance(norm, Obligation):
        said = voice.pick(
            f"{clause} does not require it, because {step}", f"{clause}此时不要求{act}，因为{step}"
        )
    else:
        said = voice.pick(
            f"{clause} does not give it, because {step}", f"{clause}此时不赋予{act}的权利，因为{step}"
        )
    return said + voice.quote(norm)


@_says("nothing speaks of it")
def _silent(voice: Voice, reason: Reason, _: Norm | None) -> str:
    if reason.args[0] == "loss":
        return voice.pick("no norm says who bears such a loss", "没有规范规定此种损失由谁承担")
    act = voice.name(str(reason.args[0]))
    return voice.pick(f"no norm speaks of {act}", f"没有规范涉及{act}")


@_says("open")
def _open(voice: Voice, reason: Reason, _: Norm | None) -> str:
    return voice.pick("it depends on what is not known yet", "取决于尚未确定的事项")


@_says("not")
def _not(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    inner = "; ".join(voice.sentence(part, norm) for part in reason.parts)
    return voice.pick(f"the contrary is asked for, and {inner}", f"所要求者相反，而{inner}")


@_says("and")
def _and(voice: Voice, reason: Reason, _: Norm | None) -> str:
    return (
        voice.pick("all of these hold", "下列各项均成立")
        if reason.holds
        else voice.pick("not all of it holds", "未全部成立")
    )


@_says("or")
def _or(voice: Voice, reason: Reason, _: Norm | None) -> str:
    return (
        voice.pick("one of these holds", "下列一项成立")
        if reason.holds
        else voice.pick("none of these holds:", "下列各项均不成立：")
    )


@_says("said")
def _said(voice: Voice, reason: Reason, _: Norm | None) -> str:
    return (
        voice.pick("the text says so without condition", "文本无条件如此规定")
        if reason.holds
        else voice.pick("the text never allows it", "文本不容许任何情形")
    )


@_says("value")
def _value(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    contract = voice.contract(norm.document) if norm is not None else None
    looked_at = (
        [] if norm is None else [norm.when, norm.unless, getattr(getattr(norm, "act", None), "where", None)]
    )
    flags = [
        part for expr in looked_at for part in walk(expr) if isinstance(part, Field) and part.kind == FLAG
    ]
    if reason.args[0] == "FieldE" and len(flags) == 1 and contract is not None:
        said = say_expr(flags[0], contract, voice.language)
        return voice.pick(
            f"{said}: {'yes' if reason.holds else 'no'}", f"{said}：{'是' if reason.holds else '否'}"
        )
    if reason.holds:
        return voice.pick("the condition holds", "条件成立")
    return voice.pick("the condition does not hold", "条件不成立")


@_says("compare")
def _compare(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    left, sign, right = reason.args
    found = voice.condition(norm, sign, right)
    contract = voice.contract(norm.document) if norm is not None else None
    relation = voice.pick(*_RELATIONS[sign if reason.holds else _OPPOSITES[sign]])
    gap = voice.pick(" ", "")
    if found is None or contract is None:
        return f"{voice.value(left, None)}{gap}{relation}{gap}{voice.value(right, None)}"
    kind = getattr(found.left, "kind", None) or getattr(found.right, "kind", None)
    what = say_expr(found.left, contract, voice.language)
    if left is None:
        return voice.pick(f"{what} is not known", f"{what}不明")
    wanted = (
        say_expr(found.right, contract, voice.language)
        if isinstance(found.right, Const)
        else voice.value(right, kind)
    )
    seen = voice.value(left, kind)
    if sign == "==" and reason.holds:
        return f"{what}{gap}{relation}{gap}{seen}"
    return voice.pick(f"{what} {relation} {wanted}: it is {seen}", f"{what}{relation}{wanted}：实为{seen}")


@_says("state")
def _state(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    name, value = reason.args[:2]
    if reason.args[3] in _RELATIONS:
        wanted, document = reason.args[2], (*reason.args[4:], voice.whose(name, norm))[0]
        options = voice.program.options.get(name, ())
        if value not in options or wanted not in options:
            return _compared(voice, name, value, wanted, document) + on(voice, reason)
        # One option of a state, and not another: the same in every account.
        key = ("state", name, value, wanted, document)
        said: str = voice.once(key, lambda: _compared(voice, name, value, wanted, document))
        return said + on(voice, reason)
    _, _, document, at = reason.args
    since = "" if at is None else voice.pick(f" since {voice.moment(at)}", f"，自{voice.moment(at)}起")
    return voice.state_is(name, value, document) + since + on(voice, reason)


def _compared(voice: Voice, name: str, value: Any, wanted: Any, document: str) -> str:
    other = "" if value == wanted else voice.state_value(name, wanted)
    return voice.state_is(name, value, document) + (
        voice.pick(f", not {other}", f"，而非{other}") if other else ""
    )


@_says("overdue")
def _overdue(voice: Voice, reason: Reason, _: Norm | None) -> str:
    id, trig, started, unpaid, document = reason.args
    norm, since = voice.by_id(id, document), voice.moment(started)
    owed = voice.norm_of(document, str(id))
    act = voice.program.acts.get(owed.act.name) if isinstance(owed, Obligation) else None
    amount = voice.value(unpaid, voice.money_of(act)) if unpaid is not None else ""
    on = f" on {trig}" if trig and not trig.startswith("+") else ""
    if voice.language == "en":
        rest = f": {amount} unpaid{on}" if amount else f"{on}"
        return f"{norm} is overdue since {since}{rest}"
    rest = f"：{trig + '尚欠' if trig else '尚欠'}{amount}" if amount else (f"（就{trig}）" if trig else "")
    return f"{norm}自{since}起逾期{rest}"


@_says("not overdue")
def _not_overdue(voice: Voice, reason: Reason, _: Norm | None) -> str:
    id, document, longer = reason.args
    norm = voice.by_id(id, document)
    if longer is None:
        return voice.pick(f"{norm} is not overdue", f"{norm}没有逾期") + on(voice, reason)
    length = voice.value(period(longer), PERIOD)
    return voice.pick(f"{norm} is not overdue for more than {length}", f"{norm}逾期没有超过{length}") + on(
        voice, reason
    )


@_says("breach")
def _breach(voice: Voice, reason: Reason, _: Norm | None) -> str:
    id, trig, started, status, document = reason.args
    norm, since, how = voice.by_id(id, document), voice.moment(started), voice.pick(*_STATUSES[status])
    told = trig in reason.events or trig.startswith("+")
    about = "" if told else voice.about(trig)
    said = voice.pick(f"{norm} was breached on {since}{about}, {how}", f"{norm}于{since}被违反{about}，{how}")
    return said + on(voice, reason)


@_says("no breach")
def _no_breach(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.by_id(reason.args[0], reason.args[1])
    return voice.pick(f"{norm} has not been breached", f"{norm}未被违反")


@_says("done in time")
def _done_in_time(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.by_id(reason.args[0], reason.args[2])
    return voice.pick(f"what {norm} asks was done", f"{norm}所要求者已履行") + on(voice, reason)


@_says("discharged")
def _discharged(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.by_id(reason.args[0], reason.args[1])
    return (
        voice.pick(f"{norm} was done in time", f"{norm}已按时履行")
        if reason.holds
        else voice.pick(f"{norm} was not done in time", f"{norm}未按时履行")
    )


@_says("used")
def _used(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.by_id(reason.args[0], reason.args[1])
    if reason.holds:
        return voice.pick(f"the power of {norm} stands exercised", f"{norm}的权利已行使")
    return voice.pick(f"the power of {norm} does not stand exercised", f"{norm}的权利未行使")


@_says("happened")
def _happened(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, who, at = reason.args
    actor = voice.who(who) if who else ""
    if voice.language == "en":
        return f"{voice.name(name)}{' by ' + actor if actor else ''} happened on {voice.moment(at)}{on(voice, reason)}"
    return f"{actor}于{voice.moment(at)}{voice.name(name)}{on(voice, reason)}"


@_says("not happened")
def _not_happened(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, who = reason.args
    actor = voice.who(who) if who else ""
    by = f" by {actor}" if actor else ""
    return voice.pick(f"{voice.name(name)}{by} has not happened", f"{actor or '尚'}未{voice.name(name)}")


@_says("blank")
def _blank(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name = voice.name(reason.args[0])
    return (
        voice.pick(f"the blank {name} is not filled", f"空白“{name}”未填")
        if reason.holds
        else voice.pick(f"the blank {name} is filled", f"空白“{name}”已填")
    )


@_says("answer")
def _answer(voice: Voice, reason: Reason, _: Norm | None) -> str:
    question, about, value, how = reason.args
    declared = voice.program.questions.get(question)
    text = voice.text(declared.text) if declared is not None and declared.text else voice.name(question)
    said = voice.value(value, declared.kind if declared is not None else None)
    if how == "answered":
        known = voice.pick("answered", "经认定")
    elif declared is not None and declared.presumed is not None and value == declared.presumed:
        known = voice.pick("presumed", "推定")
    else:
        known = voice.pick("taken here as", "此处设为")
    return voice.pick(
        f"{text}{voice.about(about)} {known} {said}", f"{text}{voice.about(about)}{known}：{said}"
    ) + on(voice, reason)


@_says("reading")
def _reading(voice: Voice, reason: Reason, _: Norm | None) -> str:
    reading, option = reason.args
    chosen = voice.option(reading, option)
    return voice.pick(
        f"{voice.plain(reading)} is read as “{chosen}”", f"{voice.plain(reading)}取解释“{chosen}”"
    )


@_says("agreement")
def _agreement(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    document = reason.args[1] if len(reason.args) > 1 else voice.whose("agreement", norm)
    return voice.state_is("agreement", reason.args[0], document)


@_says("prevailed")
def _prevailed(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    clause = voice.called(norm) if norm is not None else str(reason.args[1])
    since = voice.moment(reason.args[2])
    said = voice.pick(f"{clause} prevails, exercised since {since}", f"{clause}优先，自{since}起已行使")
    return said + on(voice, reason) + (voice.quote(norm) if norm is not None else "")


@_says("limited")
def _limited(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    clause = voice.called(norm) if norm is not None else str(reason.args[1])
    said = voice.pick(
        f"it is open only while {clause} is, which it is not",
        f"仅在{clause}可适用时方可适用，而{clause}此时不可适用",
    )
    return said + (voice.quote(norm) if norm is not None else "")


@_says("lapsed")
def _lapsed(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, end = reason.args
    ended = voice.end(end)
    return voice.pick(
        f"its time since {voice.name(name)} ended on {ended}", f"自{voice.name(name)}起的期间已于{ended}届满"
    ) + on(voice, reason)


@_says("not before")
def _not_before(voice: Voice, reason: Reason, _: Norm | None) -> str:
    begins = voice.moment(reason.args[0])
    return voice.pick(f"not before {begins}", f"不得早于{begins}")


@_says("window past")
def _window_past(voice: Voice, reason: Reason, _: Norm | None) -> str:
    end = voice.end(reason.args[0])
    return voice.pick(f"the time for it ended on {end}", f"期间已于{end}届满")


@_says("valid")
def _valid(voice: Voice, reason: Reason, _: Norm | None) -> str:
    begins, ends = reason.args
    if begins is not None and ends is not None:
        first, last = voice.moment(begins), voice.end(ends)
        return voice.pick(f"in force from {first} to {last}", f"自{first}至{last}施行")
    if begins is not None:
        return voice.pick(f"in force from {voice.moment(begins)}", f"自{voice.moment(begins)}施行")
    return voice.pick(f"in force until {voice.end(ends)}", f"施行至{voice.end(ends)}")


@_says("last day")
def _last_day(voice: Voice, reason: Reason, _: Norm | None) -> str:
    document, end = reason.args
    of = voice.of_document(document)
    if end is None:
        return voice.pick(f"the agreement{of} has no last day", f"协议{of}没有末日") + on(voice, reason)
    last = voice.end(end) if type(end) is int else voice.value(end, None)
    return voice.pick(f"last day of the agreement{of}: {last}", f"协议{of}的末日：{last}") + on(voice, reason)


@_says("window")
def _window(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm = voice.cited(reason)
    clause = voice.called(norm) if norm is not None else str(reason.args[1])
    quote = voice.quote(norm) if norm is not None else ""
    if not reason.holds:
        said = voice.pick(f"nothing is owed under {clause}", f"依{clause}没有应履行的义务")
        return said + on(voice, reason) + quote
    if reason.args[2] is None:
        return voice.pick(f"{clause} sets no end", f"{clause}没有确定的期间末日") + on(voice, reason) + quote
    end = voice.value(reason.args[2], None)
    return (
        voice.pick(f"{clause} gives time until {end}", f"{clause}的期间至{end}") + on(voice, reason) + quote
    )


@_says("renewed")
def _renewed(voice: Voice, reason: Reason, _: Norm | None) -> str:
    of = voice.of_document(reason.args[0])
    if reason.holds:
        return voice.pick(f"the agreement{of} was renewed", f"协议{of}已续期") + on(voice, reason)
    return voice.pick(f"the agreement{of} was not renewed with a basis", f"协议{of}未经有依据的续签")


@_says("arrived")
def _arrived(voice: Voice, reason: Reason, _: Norm | None) -> str:
    id = reason.args[0]
    return (
        voice.pick(f"{id} has arrived", f"{id}已到达")
        if reason.holds
        else voice.pick(f"{id} has not arrived", f"{id}未到达")
    )


@_says("time-barred")
def _time_barred(voice: Voice, reason: Reason, _: Norm | None) -> str:
    norm, end = voice.named(reason.args[0], reason.args[2]), reason.args[1]
    if end is None:
        return voice.pick(f"no limitation runs for {norm}", f"{norm}没有起算的时效")
    last = voice.value(end, None)
    return voice.pick(f"the limitation for {norm} runs until {last}", f"{norm}的时效至{last}届满")


SENTENCES = _NORMS | SUMS
