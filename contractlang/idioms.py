"""What prose says in one breath and is put otherwise here: in a statement of its own, by another kind of sentence.

A slip of the pen (`slips.py`) is mended by other words in its place. These are not: they are told, where a statement
does not parse, with what to write, in the author's words as far as they go.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from contractlang.diagnostic import Said
from contractlang.numerals import number_of

_LENGTH = (
    r"(?:\d+\s*(?:business\s+days?|(?:day|week|hour|minute|month|year)s?"
    r"|个工作日|工作日|日|天|周|小时|分钟|个月|年))"
)
_NUMERAL = "[一二三四五六七八九十百]"
_CLAUSE = rf"(?P<clause>第{_NUMERAL}+条(?:第(?:{_NUMERAL}+|\d+)[款项])?|{_NUMERAL}*[.]?\d+(?:\.\d+)*)"


class Idiom(NamedTuple):
    """A turn of phrase, and what to write for it; `{who}` stands for what was found under that name."""

    said: re.Pattern[str]
    write: Said


class Told(NamedTuple):
    """A turn of phrase in a statement: from where to where it stands, and what to write."""

    start: int
    end: int
    write: Said


_BY_EACH = Said(
    "say for each of what part performances add up: `accumulates {what} for each bill`; leave it out where no field"
    " names that",
    "请写明按每一何项累计：`累计 {what} 按每 账单`；没有字段指明该项的，删去",
)
_AGAIN = Said(
    "what comes again and again follows an event: declare `| event month_begins`, and begin with"
    " `for each month_begins, …`",
    "反复发生的，以事件为起因：先声明 `| 事件 月初`，再以 `就 每次 月初，……` 开头",
)
_BY_DAYS = Said(
    "what grows from day to day is a sum of its own: `| amount late_fee: for each breach of pay_fee as debt, is 0.05%"
    " accrued daily on debt.unpaid from debt.last_day until now`",
    "按日增长的，另写一项金额："
    "`| 金额 违约金：就 每次 违反 付费 作为 欠款，为 自 欠款.末日 起 按日 0.05% 计 欠款.欠额`",
)
_NOTICE = Said(
    "notice is an act, and the power waits for it:"
    " `| upon notify, {who} may {act}, not before {length} after notify.day`",
    "通知是一项行为，权力自通知起等待：`| 因 通知，{who} 可以 {act}，不早于 通知.发生日 后 {length}`",
)
_BACKWARDS = Said(
    "no day is counted backwards: let what is announced wait for the notice, `not before {length} after notify.day`;"
    " or give the event a field with the last day for it",
    "日期不向前推算：让被通知的行为等待通知，`不早于 通知.发生日 后 {length}`；或在事件中另设一栏，写明通知的末日",
)
_ONE_ACT = Said(
    "one act to a statement: `| {who} {must} {act}`, and `| {who} {must} {other}`",
    "一条规范只写一个行为：`| {who} {must} {act}`，另起一条 `| {who} {must} {other}`",
)
_CLAUSE_WINS = Said(
    "beneath clause {clause} write `{wins} …`, without its number; elsewhere put the label of its norm first",
    "在条款{clause}之下只写 `{wins} ……`，不写序号；写在别处的，以该规范的名称开头",
)
_ONLY_IF = Said(
    "of an act that is free otherwise, write `{who} must not {act} unless {when}`; of one that needs a basis,"
    " `{who} may {act} when {when}`",
    "行为本属自由的，写 `{who} 不得 {act}，除非 {when}`；须有依据的，写 `{when} 时，{who} 可以 {act}`",
)
_WINS = Said(
    "which of two wins is said by itself: give this norm a name, and write `| NAME prevails over {clause}`",
    "何者优先，另行写明：给本条规范取名，再写 `| 名称 优先于 {clause}`",
)
_YIELDS = Said(
    "which of two wins is said by itself: give this norm a name, and write `| NAME subject to {clause}`",
    "何者优先，另行写明：给本条规范取名，再写 `| 名称 服从 {clause}`",
)
_TERM = Said(
    "the term runs from when the agreement takes effect: write the length alone here, and"
    " `| agreement takes effect once …` beside it",
    "期限自协议生效起算：此处只写长度，另写 `| 协议 生效，一旦 ……`",
)
_ENDS = Said(
    "the end waits for a condition: `| agreement ends once now.day > {length} after {act}.day`",
    "终止以条件写明：`| 协议 终止，一旦 现在.发生日 > {act}.发生日 后 {length}`",
)
_EFFECT = Said(
    "write who has to do what for it: `| agreement takes effect once provider did sign and customer did sign`",
    "请写明由谁做什么而生效：`| 协议 生效，一旦 甲方 已 签署 且 乙方 已 签署`",
)
_ITS_NORM = Said(
    "what became of a clause is asked of its norm, by name: begin the norm of {clause} with `NAME:`, and write"
    " `NAME is overdue` or `NAME is in breach`",
    "条款的履行情况问其规范，以名称指明：在{clause}的规范前写 `名称：`，此处写 `名称 逾期` 或 `名称 违约`",
)
_CURRENCY = Said(
    "money is in CNY, EUR or USD: `100.00 EUR`", "金额以人民币、欧元或美元计：`100.00元`、`100.00 EUR`"
)
_RISK = Said(
    "who bears a loss is a sentence of its own: `| for each outage as fault, loss fault.at is borne by {who}`",
    "损失由谁承担，写作 `| 就 每次 中断 作为 故障，损失 故障.时点 由 {who} 承担`",
)


def _any_of(*idioms: tuple[str, Said]) -> tuple[Idiom, ...]:
    return tuple(Idiom(re.compile(said), write) for said, write in idioms)


_IDIOMS = _any_of(
    (rf"(?P<who>\w+)\s+may\s+(?P<act>\w+),?\s+(?:with|upon|on|by|after|subject\s+to)\s+(?:giving\s+)?(?P<length>{_LENGTH})"
     r"(?:['’]s?)?\s+(?:(?:prior|advance|written)\s+)*notice", _NOTICE),
    (rf"(?P<who>\w+?)\s*(?:应|须|必须|应当|可以|有权|可)?\s*提前\s*(?P<length>{_LENGTH})\s*(?:书面)?\s*通知\s*(?:\w+方)?\s*[,]?\s*"
     r"(?:后|而)?\s*(?:方可|可以|有权|可)?\s*(?P<act>\w+)", _NOTICE),
    (r"(?:accumulates|累计)\s+(?P<what>\w+)(?=\s*(?:,|$))", _BY_EACH),
    (rf"(?:(?:at\s+)?least\s+|(?:no|not)\s+(?:less|later)\s+than\s+)?(?P<length>{_LENGTH})\s+(?:before|prior\s+to|ahead\s+of)\b",
     _BACKWARDS),
    (rf"(?<!\w)(?:之?前|提前)\s*(?:至少)?\s*(?P<length>{_LENGTH})|(?P<length2>{_LENGTH})\s*(?:之|以)?前(?!\w)",
     _BACKWARDS),
    (r"(?P<who>\w+)\s+(?P<must>must\s+not|must|may)\s+(?P<act>\w+)\s*(?:,\s*|\s)(?:and/or|and|or)\s+(?P<other>\w+)(?!\s+(?:must|may)\b)",
     _ONE_ACT),
    (r"(?P<who>\w+)\s+(?P<must>应|必须|不得|可以|有权)\s+(?P<act>\w+)\s*(?:、|或者|以及|并且|和|与|及|并|且|或)\s*(?P<other>\w+)(?!\s*(?:应|可以|不得|有权))",
     _ONE_ACT),
    (r"(?P<who>\w+)\s+may\s+(?P<act>\w+)\s+only\s+(?:if|when|where|after|once)\s+(?P<when>[^,]+)", _ONLY_IF),
    (r"(?P<who>\w+)\s*(?:仅|只)(?:有|能|可)?(?:在|于)?\s*(?P<when>\S.*?)\s*(?:时|后|的情况下|的情形下)\s*,?\s*(?:才|方)?\s*(?:可以|可|有权)\s*(?P<act>\w+)",
     _ONLY_IF),
    (rf"(?<![\d.]){_CLAUSE}\s+(?:(?:is|are|was)\s+)?(?:not\s+)?"
     r"(?:overdue|late|in\s+breach|breached|violated|discharged|逾期|违约|已履行)", _ITS_NORM),
    (r"\b\d+(?:\.\d+)?\s*(?!CNY|EUR|USD)[A-Z]{3}\b", _CURRENCY),
    (rf"(?:notwithstanding|despite|regardless\s+of|irrespective\s+of)\s+(?:clause\s+|section\s+)?{_CLAUSE}", _WINS),
    (rf"(?:尽管|虽有|不论|无论|不管|即使)\s*(?:有\s*)?{_CLAUSE}", _WINS),
    (rf"(?:subject\s+to|except\s+as\s+(?:otherwise\s+)?(?:provided|agreed|stated)\s+in|without\s+prejudice\s+to)\s+(?:clause\s+|section\s+)?{_CLAUSE}",
     _YIELDS),
    (rf"(?:除|在不违反|在不影响|不违反|受|依|按照?|根据)\s*{_CLAUSE}", _YIELDS),
    (rf"^{_CLAUSE}\s*(?P<wins>prevails\s+over|applies\s+despite|subject\s+to|优先于|不受限于|服从)", _CLAUSE_WINS),
    (rf"^agreement\s+(?:ends|terminates|expires)\s+(?P<length>{_LENGTH})\s+(?:after|from|of|following)\s+(?P<act>\w+)",
     _ENDS),
    (rf"^(?:协议|合同)\s*(?:于|自|在)?\s*(?P<act>\w+?)\s*(?:之日)?(?:起|后)\s*满?\s*(?P<length>{_LENGTH})\s*(?:后|时)?\s*(?:终止|解除)",
     _ENDS),
    (r"^agreement\s+lasts\b[^,]*\b(?:from|after|since|starting|beginning|commencing)\b.*", _TERM),
    (r"^(?:本?协议|合同)\s+存续期\s.*自.*", _TERM),
    (r"\b(?:(?:this\s+)?agreement\s+)?(?:is|becomes?|shall\s+be)\s+effective\b|\b(?:takes?|has)\s+effect\b|\benters?\s+into\s+(?:force|effect)\b|\bcommences\b",
     _EFFECT),
    (r"(?:自|经|于)\s*\S.*?\s*(?:起|后|时)?\s*生效|(?:签字|盖章|签署|签订)\S*\s*生效", _EFFECT),
    (r"(?P<who>\w+)\s+(?:is|are)\s+(?:liable|responsible)\s+for\b|(?P<who2>\w+)\s+bears?\b", _RISK),
    (r"(?P<who>\w+)\s*(?:应|须)?\s*(?:对\s*\S+\s*)?(?:承担|赔偿)", _RISK),
    (r"\w+\s+\d+(?:\.\d+)?\s*[%‰]\s+accrued\s+daily\b.*", _BY_DAYS),
    (r"(?:\b(?:interest|penalty|damages)\b.*?)?\b(?:per|a|each|every)\s+day\b|(?:每|按)\s?[日天](?!\w)", _BY_DAYS),
    (r"\b(?:monthly|weekly|quarterly|annually|yearly|(?:on\s+(?:the\s+)?\w+\s+(?:day\s+)?of\s+)?(?:every|per|a|each)\s+(?:week|month|quarter|year))\b",
     _AGAIN),
    (r"(?:每|按)个?(?:周|月|季度?|年)(?![\d初末])", _AGAIN),
)  # fmt: skip


def idiom_in(text: str, wrong: int) -> Told | None:
    """Return the turn of phrase for which `text` does not parse at `wrong`; one that begins behind that is none."""
    for said, write in _IDIOMS:
        found = said.search(text)
        if found is not None and found.start() <= wrong + 1:
            parts = {name.rstrip("2"): part.strip() for name, part in found.groupdict().items() if part}
            if "clause" in parts:
                parts["clause"] = _number(parts["clause"])
            return Told(found.start(), found.end(), Said(*(each.format(**parts) for each in write)))
    return None


def _number(clause: str) -> str:
    """Return the number of a clause as it is named: 第五条第三款 is 五.3."""
    article, _, rest = clause.removeprefix("第").partition("条")
    paragraph = rest.strip("第款项")
    return f"{article}.{number_of(paragraph)}" if paragraph else article
