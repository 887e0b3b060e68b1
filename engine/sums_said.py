"""The sentences on sums: what one comes to and how, what is owed and paid, who bears a loss."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from contractlang.kinds import money_in
from contractlang.norms import Norm
from engine.dates import parse_day
from engine.decision import Reason
from engine.saying import Sentence, on, says

if TYPE_CHECKING:
    from engine.voice import Voice

SUMS: dict[str, Sentence] = {}
_says = partial(says, SUMS)


@_says("amount")
def _amount(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, about, value, document = reason.args
    sums = voice.program.sums.get(voice.program.sum_names.get(name, name))
    kind = sums[0].rule.kind if sums else money_in(voice.currency)
    said = voice.pick("not known", "不明") if value is None else voice.value(value, kind)
    return voice.pick(
        f"{voice.named(name, document)}{voice.about(about)} comes to {said}",
        f"{voice.named(name, document)}{voice.about(about)}为{said}",
    )


@_says("no sum")
def _no_sum(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, about = reason.args
    of = f"{voice.named(name)}{voice.about(about)}"
    return voice.pick(f"nothing that is in force says what {of} is", f"没有施行中的规定说明{of}")


@_says("sum")
def _sum(voice: Voice, reason: Reason, _: Norm | None) -> str:
    document, clause, name, about, value, broken = reason.args
    of, quote = voice.clause(document, clause), voice.quote_clause(document, clause)
    upon = voice.about(about)
    if broken is not None:
        norm = voice.norm_of(*broken.split("/", 1))
        duty = broken if norm is None else voice.called(norm)
        upon = voice.pick(f" (about the breach of {duty}, {about})", f"（就{duty}的违反，{about}）")
    return voice.pick(
        f"{of}: {voice.name(name)}{upon} is {voice.figure(value)}{quote}",
        f"{of}：{voice.name(name)}{upon}为{voice.figure(value)}{quote}",
    )


@_says("claimable")
def _claimable(voice: Voice, reason: Reason, _: Norm | None) -> str:
    if reason.holds:
        return voice.pick("it may be claimed", "可以主张")
    return voice.pick("it is not claimed: nothing of it is due", "尚未主张：并不应付")


@_says("worked out")
def _worked_out(voice: Voice, reason: Reason, _: Norm | None) -> str:
    left, op, right, value = reason.args
    sign = {"*": "×", "-": "−"}.get(op, op)
    return f"{voice.figure(left)} {sign} {voice.figure(right)} = {voice.figure(value)}"


@_says("accrued")
def _accrued(voice: Voice, reason: Reason, _: Norm | None) -> str:
    share, since, until, value = reason.args
    if since is None or until is None:
        return voice.pick(f"{share} a day: {voice.figure(value)}", f"每日{share}：{voice.figure(value)}")
    first, last = voice.day(parse_day(since)), voice.day(parse_day(until))
    return voice.pick(
        f"{share} a day after {first} up to {last}: {voice.figure(value)}",
        f"自{first}次日起至{last}，每日{share}：{voice.figure(value)}",
    )


@_says("unpaid from")
def _unpaid_from(voice: Voice, reason: Reason, _: Norm | None) -> str:
    unpaid, first, last, days = reason.args
    begins, ends = voice.day(parse_day(first)), voice.day(parse_day(last))
    plural = "" if days == 1 else "s"
    return voice.pick(
        f"{voice.figure(unpaid)} unpaid on {days} day{plural}, {begins} to {ends}",
        f"{begins}至{ends}共{days}日，欠{voice.figure(unpaid)}",
    ) + on(voice, reason)


@_says("as of")
def _as_of(voice: Voice, reason: Reason, _: Norm | None) -> str:
    state, day, value = reason.args
    at = "" if day is None else voice.pick(f" on {day}", f"（{voice.day(parse_day(day))}）")
    return voice.pick(
        f"{voice.name(state)}{at} is {voice.figure(value)}", f"{voice.name(state)}{at}为{voice.figure(value)}"
    ) + on(voice, reason)


@_says("added up")
def _added_up(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, field, value = reason.args
    what = voice.name(name)
    if field is not None:
        what = voice.pick(f"{voice.param(field)} of {what}", f"{what}的{voice.param(field)}")
    said = voice.pick(f"{what} in all: {voice.figure(value)}", f"{what}合计{voice.figure(value)}")
    return said + on(voice, reason)


@_says("counted")
def _counted(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, value = reason.args
    said = voice.pick(f"{voice.name(name)} happened {value} times", f"{voice.name(name)}共{value}次")
    return said + on(voice, reason)


@_says("stated")
def _stated(voice: Voice, reason: Reason, _: Norm | None) -> str:
    event, field, value = reason.args
    return voice.pick(
        f"{event} states {field}: {voice.figure(value)}",
        f"{event}载明{voice.param(field)}：{voice.figure(value)}",
    )


@_says("filled")
def _filled(voice: Voice, reason: Reason, _: Norm | None) -> str:
    name, value = reason.args
    return voice.pick(
        f"{voice.name(name)} is {voice.figure(value)}", f"{voice.name(name)}为{voice.figure(value)}"
    )


@_says("owed")
def _owed(voice: Voice, reason: Reason, norm: Norm | None) -> str:
    _, id, about, owed, paid = reason.args
    of = voice.called(norm) if norm is not None else str(id)
    return voice.pick(
        f"{of}{voice.about(about)}: {voice.figure(owed)} owed, {voice.figure(paid)} paid",
        f"{of}{voice.about(about)}：应付{voice.figure(owed)}，已付{voice.figure(paid)}",
    )


@_says("more")
def _more(voice: Voice, reason: Reason, _: Norm | None) -> str:
    return voice.pick(f"and {reason.args[0]} more", f"另有{reason.args[0]}项")


@_says("loss")
def _loss(voice: Voice, reason: Reason, _: Norm | None) -> str:
    document, id, who = reason.args
    rule = next(
        (loss.rule for loss in voice.program.losses if loss.rule.document == document and loss.rule.id == id),
        None,
    )
    clause = voice.clause(document, rule.clause if rule is not None else id)
    if who in ("no_basis", "undetermined"):
        return voice.pick(f"{clause} does not reach this loss", f"{clause}不及于此项损失") + on(voice, reason)
    return voice.pick(
        f"{clause} puts the loss on {voice.who(who)}", f"{clause}规定损失由{voice.who(who)}承担"
    ) + on(voice, reason)
