"""The slips of one who writes prose: how a sentence is said there, and how it is written here.

A slip is told only where the statement does not parse as it stands, and parses, or parses further, once the slip is
mended: what is put into the help has been tried. Names that nothing declares are looked at in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from contractlang.numerals import number_of

_LENGTH = (
    r"(?:\d+\s*(?:business\s+days?|(?:day|week|hour|minute|month|year)s?"
    r"|个工作日|工作日|日|天|周|小时|分钟|个月|年))"
)
_TENS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15,
}  # fmt: skip
_NUMBERS = {**_ONES, **_TENS} | {
    f"{ten}-{one}": _TENS[ten] + _ONES[one] for ten in _TENS for one in _ONES if _ONES[one] < 10
}
_SPELLED = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {
    "mth": "months", "mths": "months", "mo": "months", "wk": "weeks", "wks": "weeks", "hr": "hours", "hrs": "hours",
    "yr": "years", "yrs": "years", "day": "days", "d": "days", "days": "days", "weeks": "weeks", "months": "months",
    "years": "years", "hours": "hours", "h": "hours", "min": "minutes", "mins": "minutes",
}  # fmt: skip
_HUNDREDS = {"": 1, "hundred": 100, "thousand": 1000, "million": 1_000_000, "k": 1000, "m": 1_000_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000, "千": 1000, "百": 100}
_LATE = "付|付清|支付|缴|缴纳|履行|履行完毕|完成"
_CURRENCIES = {"$": "USD", "€": "EUR", "US$": "USD", "￥": "CNY", "¥": "CNY", "RMB": "CNY", "人民币": "元"}
_MORE = {
    "大于": ">", "多于": ">", "高于": ">", "超过": ">", "小于": "<", "少于": "<", "低于": "<", "不少于": ">=",
    "不低于": ">=", "不小于": ">=", "至少": ">=", "不多于": "<=", "不超过": "<=", "不高于": "<=", "不大于": "<=",
    "至多": "<=", "不等于": "!=", "大于等于": ">=", "大于或等于": ">=", "小于等于": "<=", "小于或等于": "<=",
    "greater than or equal to": ">=", "less than or equal to": "<=",
    "greater than": ">", "more than": ">", "larger than": ">", "exceeds": ">",
    "less than": "<", "fewer than": "<", "at least": ">=", "no less than": ">=", "not less than": ">=",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "equals": "is", "equal to": "is",
    "is equal to": "is", "==": "is",
}  # fmt: skip

HEADS = {
    "contract": "agreement", "parties": "party", "action": "act", "acts": "act", "events": "event", "states": "state",
    "definition": "define", "合同": "协议", "合约": "协议", "契约": "协议", "当事方": "当事人", "缔约方": "当事人",
    "签约方": "当事人", "动作": "行为", "事项": "事件", "疑问": "问题", "定义为": "定义",
}  # fmt: skip

MOST_TRIED = 40

# How prose says it, and how it is written; a later one may be tried where an earlier one does not help.
Slip = tuple[re.Pattern[str], "str | Callable[[re.Match[str]], str]"]


def _words(table: dict[str, str]) -> str:
    return "|".join(re.escape(each) for each in sorted(table, key=len, reverse=True))


def _chinese_number(found: re.Match[str]) -> str:
    return f"{number_of(found['n'])}{found['unit']}"


def _sum(found: re.Match[str]) -> str:
    """Return a sum in words as one in digits: `five hundred CNY` is `500 CNY`."""
    number = found["n"].lower()
    times = _HUNDREDS[(found["times"] or "").lower()]
    return f"{int(_NUMBERS.get(number) or number) * times}{found['unit']}"


def _with_currency(number: str, mark: str) -> str:
    """Return a sum with its currency behind it."""
    return f"{number}元" if mark == "人民币" else f"{number} {_CURRENCIES.get(mark, mark)}"


def _period(number: str, unit: str) -> str:
    """Return a length of time: one of a unit is told in the singular."""
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def _chinese_sum(found: re.Match[str]) -> str:
    """Return a sum in 万 or 亿 in plain digits: `1.5万元` is `15000元`."""
    whole, _, part = found["n"].partition(".")
    times = _MYRIADS[found["times"]]
    return f"{int(whole) * times + (int(part) * times // 10 ** len(part) if part else 0)}元"


_OVER = {
    "terminated": "agreement is terminated", "terminates": "agreement is terminated",
    "expired": "agreement is expired", "expires": "agreement is expired", "termination": "agreement is terminated",
    "expiry": "agreement is expired", "expiration": "agreement is expired", "解除": "协议 为 解除",
    "到期": "协议 为 到期", "届满": "协议 为 到期", "期满": "协议 为 到期", "终止": "(协议 为 解除 或 协议 为 到期)",
}  # fmt: skip


def _over(found: re.Match[str]) -> str:
    """Return that an agreement is over as a condition; one that has ended was terminated, or expired."""
    said = _OVER.get(found["how"] or found["how2"], "(agreement is terminated or agreement is expired)")
    return f"{said} 时" if found.groupdict().get("when") else said


def _listed(found: re.Match[str]) -> str:
    """Return options set apart by bars."""
    return found["head"] + " | ".join(re.split(r"\s*(?:[,/;]|\bor\b|或)\s*", found["list"].strip()))


def _day(year: str, month: int, day: str) -> str:
    return f"{year}-{month:02}-{int(day):02}"


_SLIPS: tuple[Slip, ...] = (
    # What a document, or a declaration, begins with.
    (re.compile(rf"^(?:{_words(HEADS)})(?=\s+\w)"), lambda found: HEADS[found[0]]),
    (re.compile(r"^(?P<head>[A-Za-z]+|当事人|行为|事件|状态|空白)\s*:?(?=\s)"), lambda found: found["head"].lower()),
    # Numbers of clauses that were pasted with the text.
    (re.compile(r"^\s*(?:[(]?\d+(?:\.\d+)*[.)、,]?|[(]?[一二三四五六七八九十]+[.)、,])"
                r"\s*(?!prevails\b|applies\b|subject\b|优先于|不受限于|服从)(?=[^\W\d])"), ""),
    # Whole turns of phrase.
    (re.compile(r"\b(?:upon|on|when|whenever|if|once|where)\s+(?P<what>[^\W\d]\w*(?:\s+of\s+[\w ]+?)?)"
                r"\s+as\s+(?P<as>[^\W\d]\w*)"),
     r"for each \g<what> as \g<as>"),
    (re.compile(r"(?:因|(?<!就 )每次|每当)\s+(?P<what>[^\W\d]\w*)\s+作为\s+(?P<as>[^\W\d]\w*)"),
     r"就 每次 \g<what> 作为 \g<as>"),
    (re.compile(r"\b(?:takes?|has)\s+effect\s+(?:upon|at|after|when\s+it)\s+arriv(?:al|es)\b"),
     "takes effect on arrival"),
    (re.compile(r"^agreement\s+(?:starts|begins|commences)\s+(?:once|when|if|upon)\b"), "agreement takes effect once"),
    (re.compile(r"^(?P<head>(?:act|行为)\s+\w+(?:\s+\w+)?)\s+(?P<by>(?:by\s+(?:either\s+party|both\s+parties|\w+)|由\s+\w+))"
                r"\s*(?P<fields>\([^)]*\))"),
     r"\g<head> \g<fields> \g<by>"),
    (re.compile(r"\brequires\s+(?:a\s+)?basis\b|\bneeds\s+a\s+basis\b"), "needs basis"),
    (re.compile(r"(?:须|需|需要|应|必须)\s*(?:具)?有?\s*依据"), "须有依据"),
    (re.compile(r"\b(?P<head>decided\s+by|判断人)\s+(?P<who>[^\W\d]\w*)"), r'\g<head> "\g<who>"'),
    (re.compile(r"\b(?:overrides|supersedes|trumps|(?:takes|has)\s+(?:precedence|priority)\s+over)\b"),
     "prevails over"),
    (re.compile(r"\b(?P<must>must(?:\s+not)?|may)\s+(?P<when>(?:within|by|before)\s+[\w./ -]+?)\s+(?P<act>\w+)"
                r"(?=\s*(?:,|$))"),
     r"\g<must> \g<act> \g<when>"),
    (re.compile(rf"(?P<must>应|必须|可以|有权)\s*(?:于|在|限)?\s*(?P<n>{_LENGTH})\s*(?:之|以)?内\s*(?P<act>\w+)"),
     r"\g<must> \g<act>，限 \g<n> 内"),
    (re.compile(r"\b(?P<what>[^\W\d]\w*)\s+(?:没有|并未|尚未|并没有|未|不)\s*(?P<how>逾期|违约)"),
     r"非 \g<what> \g<how>"),
    (re.compile(r"\b(?:if|when|upon|where|once)\s+(?P<who>\w+)\s+(?:fails?|failed|neglects|refuses|omits)\s+to\s+(?P<act>\w+)"),
     r"upon breach of any duty of \g<who> to \g<act>"),
    (re.compile(r"\b(?:if|when|upon|where|once)\s+(?P<who>\w+)\s+(?:does|did|has)\s+not\s+(?P<act>\w+)"),
     r"upon breach of any duty of \g<who> to \g<act>"),
    (re.compile(r"\b(?:if|when|once|after|upon|in\s+case\s+of|in\s+the\s+event\s+of)\s+(?P<event>\w+)"
                r"(?:\s+(?:occurs|happens|arises|takes\s+place|has\s+occurred))?,?\s+(?=\w+\s+(?:must|may)\b)"),
     r"upon \g<event>, "),
    (re.compile(r"(?<!\w)本?(?:协议|合同)\s*(?:已经?|被)?\s*(?P<how>终止|解除|到期|届满|期满)(?:之日)?"
                r"\s*(?P<when>时|的|之?后|以后)?(?!\s*,?\s*一旦)(?=\s|[,)]|$)"), _over),
    (re.compile(r"\b(?:upon|on|after|at)\s+(?:(?:the|this)\s+)?(?:agreement\s+(?:(?:is|has|was)\s+(?:been\s+)?)?"
                r"(?P<how>ended|ends|terminate[ds]|expire[ds])"
                r"|(?P<how2>end|expiry|expiration|termination)\s+of\s+(?:(?:the|this)\s+)?agreement)\s*,?\s*"),
     lambda found: f"when {_over(found)}, "),
    (re.compile(r"(?<!^)\b(?:(?:the|this)\s+)?agreement\s+(?:(?:is|has|was)\s+(?:been\s+)?)?"
                r"(?P<how>ended|ends|terminate[ds]|expire[ds])\b(?!\s+(?:once|if|when|upon))"), _over),
    (re.compile(rf"(?P<event>\w+)\s*(?:发生)?\s*(?:后|之日起)\s*(?P<n>{_LENGTH})\s*(?:之|以)?内\s*,\s*(?P<rest>.+)$"),
     r"因 \g<event>，\g<rest>，限 \g<n> 内"),
    (re.compile(r"(?:如|若|一旦)?\s*(?:发生|出现)\s*(?P<event>\w+)\s*(?:时|的|后)?(?=\s*,)"
                r"|(?P<event2>\w+)\s+(?:发生\s*)?(?:后|之后|以后)(?=\s*,)"),
     lambda found: f"因 {found['event'] or found['event2']}"),
    (re.compile(r"(?P<who>\w+)\s+(?!逾期|违约|已|未|为|不)(?P<act>\w+?)\s*(?:了\s*)?(?:的|时)(?=\s*,)"),
     r"\g<who> 已 \g<act> 时"),
    (re.compile(r"(?P<who>\w+)\s+(?:逾期|延迟|迟延)\s*(?P<act>\w+)\s*(?:的|时)?(?=\s*,)"),
     r"\g<who> 的 任何 有关 \g<act> 的 义务 逾期 时"),
    (re.compile(r"除(?!非|\s*第)\s*(?P<what>[^,]+?)\s*之?外"), r"除非 \g<what>"),
    (re.compile(rf"\b(?P<what>\w+)\s+is\s+(?:not\s+paid|unpaid|late|overdue|in\s+arrears)\s+(?:(?:within|for|by)\s+)?"
                rf"(?:(?:more|longer)\s+than\s+|over\s+)?(?P<n>{_LENGTH})"
                rf"|\b(?P<what2>\w+)\s+is\s+(?:(?:more|longer)\s+than|over)\s+(?P<n2>{_LENGTH})"
                r"\s+(?:overdue|late|past\s+due|in\s+arrears)"),
     r"\g<what>\g<what2> is overdue for more than \g<n>\g<n2>"),
    (re.compile(r"^(?P<label>\w+\s*:\s*)?(?P<cond>\w+\s+(?:did|is)\s[^,:]+),\s*(?=\w+\s+(?:must|may)\b)"),
     r"\g<label>when \g<cond>, "),
    (re.compile(rf"(?P<what>\w+)\s+(?:逾期|拖欠|欠付|未付|未支付)\s*(?:达|满|超过)?\s*(?P<n>{_LENGTH})\s*(?:未\w+)?\s*(?:的|时|以上的?)?(?=\s*,)"),
     r"\g<what> 逾期 超过 \g<n> 时"),
    (re.compile(r",?\s*\bor(?:\s+else)?\s+(?=\w+\s+(?:must|may)\b)"), " otherwise "),
    (re.compile(r"(?:或者?|不然)\s*,?\s*(?=\S+\s+(?:应|必须|不得|可以|有权)\s)"), "否则 "),
    (re.compile(r"\bwithout\s+(?:(?:prior|written|the)\s+)*(?P<what>consent|approval|permission|authorisation|authorization)"
                r"\s+(?:of|from|by)\s+(?P<who>\w+)"), r"unless \g<who> did \g<what>"),
    (re.compile(r"\bwithout\s+(?P<who>\w+)['’]s\s+(?:(?:prior|written)\s+)*(?P<what>consent|approval|permission)"),
     r"unless \g<who> did \g<what>"),
    (re.compile(r"\bwithout\s+(?:(?:prior|written)\s+)*(?P<what>consent|approval|permission|notice)\b"),
     r"unless \g<what> is done"),
    (re.compile(r"(?:未经|未得到|未取得|未获)\s*(?P<who>\w+?)\s*的?\s*(?:事先|书面)*\s*(?P<what>同意|许可|批准|授权)\s*,\s*(?P<rest>.+)$"),
     r"\g<rest>，除非 \g<who> 已 \g<what>"),
    (re.compile(r"\s*(?:经\s*)?协商一致(?:后|的)?\s*,?|\s+by\s+mutual\s+(?:agreement|consent)|\bjointly\s+"), " "),
    (re.compile(r",?\s*\b(?:during|throughout|within)\s+(?:the\s+)?term(?:\s+of\s+(?:this|the)\s+agreement)?,?"), ""),
    (re.compile(r"(?:在)?\s*(?:租期|租赁期|合同期|协议期|服务期|有效期|合同期限|协议期限)\s*(?:间|之)?内\s*,?\s*"), ""),
    (re.compile(r"^agreement\s+(?:terminates|expires|ends|is\s+terminated)\s+(?:automatically\s+)?(?:if|when|once|upon|where)\b"),
     "agreement ends once"),
    # Brackets and quotation marks of other kinds.
    (re.compile(r"[\[【〔{](?P<said>[^\]】〕}]*)[\]】〕}]"), r"(\g<said>)"),
    (re.compile(r"[„«](?P<said>[^“”»\"]*)[“”»\"]|『(?P<said2>[^』]*)』"),
     lambda found: f'"{found["said"] or found["said2"]}"'),
    (re.compile(r"‘(?P<said>[^‘’]*)’|《(?P<said2>[^》]*)》|「(?P<said3>[^」]*)」|'(?P<said4>[^']*[^'s])'(?!\w)"),
     lambda found: '"' + next(each for each in found.groups() if each is not None) + '"'),
    # What a question, and a state or type, must be told with.
    (re.compile(r"^(?P<head>(?:question|问题)\s+\w+(?:\s+\w+)?\s*:\s*)(?P<said>[^\s\"].*)$"),
     lambda found: f'{found["head"]}"{found["said"].strip()}"'),
    (re.compile(r"^(?P<head>(?:question|问题)\s+(?P<name>\w+))\s*$"),
     lambda found: f'{found["head"]}: "{found["name"]}?"'),
    (re.compile(r"^(?P<head>(?:state|type|状态|类型)\s+\w+(?:\s+\w+)?\s*:\s*)"
                r"(?P<list>\w+(?:(?:\s*[,/;]\s*|\s+(?:or|或)\s+)\w+)+)\s*$"), _listed),
    # Dates.
    (re.compile(r"(?P<y>\d{4})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})"), lambda f: _day(f["y"], int(f["m"]), f["d"])),
    (re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m>[A-Z][a-z]{2,8})\.?,?\s+(?P<y>\d{4})"),
     lambda f: _day(f["y"], _MONTHS.index(f["m"][:3].lower()) + 1, f["d"]) if f["m"][:3].lower() in _MONTHS else f[0]),
    (re.compile(r"(?P<m>[A-Z][a-z]{2,8})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"),
     lambda f: _day(f["y"], _MONTHS.index(f["m"][:3].lower()) + 1, f["d"]) if f["m"][:3].lower() in _MONTHS else f[0]),
    (re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})"), lambda f: _day(f["y"], int(f["m"]), f["d"])),
    # Sums of money.
    (re.compile(rf"(?P<mark>CNY|EUR|USD|{_words(_CURRENCIES)})\s*(?P<n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?)(?:\s*元)?"),
     lambda f: _with_currency(f["n"].replace(",", ""), f["mark"])),
    (re.compile(r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?P<unit>\s*(?:元|CNY|EUR|USD))?"),
     lambda found: found["n"].replace(",", "") + (found["unit"] or "")),
    (re.compile(rf"(?P<mark>CNY|EUR|USD|{_words(_CURRENCIES)})\s*(?P<n>\d+(?:\.\d+)?)(?:\s*元)?"),
     lambda f: _with_currency(f["n"], f["mark"])),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?:块钱?|圆|RMB)"), lambda found: f"{found['n']}元"),
    (re.compile(rf"\b(?P<n>\d+|{_SPELLED})\s*(?P<times>hundred|thousand|million|[km])?"
                r"(?P<unit>\s*(?:CNY|EUR|USD))\b", re.I), _sum),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?P<times>[百千万亿])元?"), _chinese_sum),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?:yuan|renminbi)\b", re.I), r"\g<n> CNY"),
    (re.compile(rf"\b(?P<n>\d+|{_SPELLED})\s*per\s*cent\b|百分之(?P<zh>[一二三四五六七八九十]+|\d+)", re.I),
     lambda f: f"{_NUMBERS.get((f['n'] or '').lower()) or number_of(f['n'] or f['zh'])}%"),
    (re.compile(r"(?P<of>万分之|千分之)(?P<n>[一二三四五六七八九十]+|\d+)"),
     lambda f: f"{number_of(f['n']) / 100:g}%" if f["of"] == "万分之" else f"{number_of(f['n'])}‰"),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*‱"), lambda f: f"{(Decimal(f['n']) / 100).normalize():f}%"),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?\s*[%‰])\s+of\s+(?P<what>[^\W\d][\w.]*)"), r"\g<what> * \g<n>"),
    (re.compile(r"\b(?P<what>[^\W\d][\w.]*)\s*(?:/|÷)\s*(?P<n>\d+)"), r"\g<what> * 1/\g<n>"),
    (re.compile(r"\*\s*0\.(?P<n>\d{1,4})\b"), lambda f: f"* {(Decimal('0.' + f['n']) * 100).normalize():f}%"),
    (re.compile(r"[×✕]"), "*"),
    (re.compile(r"(?P<n>[%‰])\s*(?:计收|计付|计取|计算|加收|收取)(?=\s)"), r"\g<n> 计"),
    # Lengths of time.
    (re.compile(r"\b(?:by|at|before|until|on)\s+(?:the\s+)?(?:end|last\s+day)\s+of\s+(?:the|each|every|that)\s+month\b"),
     "by day 31 of each month"),
    (re.compile(r"(?:最迟|至迟|最晚|不晚于)(?:于|在)?(?=\s)"), "不迟于"),
    (re.compile(r"(?:如|若)?遇(?:法定)?(?:节假日|休假日|假日|假期|周末|非工作日|公休日)(?:的|时)?"
                r"(?:相应|自动)?顺延(?:至下一工作日)?"), "遇休息日顺延"),
    (re.compile(r"在?\s*合理\s*的?\s*(?:期限|时间|期间|期)\s*(?:之|以)?内"), "在合理期限内"),
    (re.compile(r"逾期\s*(?:达到?|满)?\s*(?P<n>[一二三四五六七八九十百]+)(?P<unit>个工作日|个月|日|天|周|年|小时)\s*(?:以上)?\s*(?:的|时)?(?=\s*,)"),
     lambda f: f"逾期 超过 {_chinese_number(f)} 时"),
    (re.compile(r"(?:在|于|限)?\s*(?P<n>[一二三四五六七八九十百]+)(?P<unit>个工作日|个月|日|天|周|年|小时)\s*(?:之|以)?内"),
     lambda f: f"限 {_chinese_number(f)} 内"),
    (re.compile(r"(?:\b自\s*)?\b(?P<of>[^\W\d]\w*)\s+到达\s*(?:之日)?\s*(?:起|后)"), r"自 \g<of>.到达 起"),
    (re.compile(rf"\bwithin\s+(?:a\s+period\s+of\s+)?(?:{_SPELLED})?\s*\((?P<n>\d+)\)\s*(?P<unit>[a-z]+)"),
     r"within \g<n> \g<unit>"),
    (re.compile(rf"\b(?P<n>{_SPELLED})\s+(?P<unit>(?:days?|weeks?|months?|years?|hours?))\s*\(\d+\)", re.I),
     lambda f: f"{_NUMBERS[f['n'].lower()]} {f['unit']}"),
    (re.compile(rf"\b(?P<n>{_SPELLED})"
                r"(?P<more>\s+(?:(?:business|working|calendar)\s+)?(?:day|week|month|year|hour)s?)", re.I),
     lambda f: f"{_NUMBERS[f['n'].lower()]}{f['more'].replace('working', 'business').replace('calendar ', '')}"),
    (re.compile(r"(?P<n>\d+)\s+(?:working|banking|work)\s+(?P<unit>days?)"), r"\g<n> business \g<unit>"),
    (re.compile(r"(?P<n>\d+)\s+calendar\s+(?P<unit>days?)"), r"\g<n> \g<unit>"),
    (re.compile(rf"(?P<n>\d+)\s*[-–—]?\s*(?P<unit>{_words(_UNITS)})\b"), lambda f: _period(f["n"], _UNITS[f["unit"]])),
    (re.compile(rf"\bin\s+(?P<n>{_LENGTH})"), r"within \g<n>"),
    (re.compile(rf"(?P<n>\bwithin\s+{_LENGTH})\s+(?:after|following|since|as\s+(?:of|from)|starting\s+(?:on|from)|counted\s+from)\b"),
     r"\g<n> of"),
    (re.compile(r"\b(?:not|no)\s+later\s+than\b|\bon\s+or\s+before\b|\bat\s+the\s+latest\s+(?:by|on)\b"), "by"),
    (re.compile(r"\b(?:prior\s+to|in\s+advance\s+of|ahead\s+of)\b"), "before"),
    (re.compile(r"\b(?:immediately|forthwith|promptly|without\s+delay|straight\s+away)\b"), "at once"),
    (re.compile(r"(?:立刻|马上|随即|及时)(?!\w)"), "立即"),
    (re.compile(r"(?P<n>\d+)\s*个?(?:自然日|日历日|日历天)"), r"\g<n>日"),
    (re.compile(r"(?P<n>\d+)\s*个?(?:星期|礼拜)"), r"\g<n>周"),
    (re.compile(r"半年"), "6个月"),
    (re.compile(rf"(?:限|在|自|从)?\s*(?P<of>[^\W\d][\w.]*)\s*(?:之日起|起|之后|以后|后)\s*(?:限)?\s*(?P<n>{_LENGTH})\s*(?:之内|以内|内)"),
     r"自 \g<of> 起 限 \g<n> 内"),
    (re.compile(r"(?<!\d)(?:在\s*)?(?P<of>[^\W\d][\w.]*|\d{4}年\d+月\d+日)\s+(?:之前|以前|前)(?!\w)"), r"早于 \g<of>"),
    (re.compile(rf"(?:在|于|限)?\s*(?P<n>{_LENGTH})\s*(?:以内|之内|内)"), r"限 \g<n> 内"),
    (re.compile(r"(?P<n>\d+)\s*个?(?:工作天|营业日)"), r"\g<n>个工作日"),
    (re.compile(r"(?P<n>\d+)\s*月(?![\d份])"), r"\g<n>个月"),
    (re.compile(r"(?P<n>[一二三四五六七八九十百]+)(?P<unit>个工作日|个月|日|天|周|年|小时|元)"), _chinese_number),
    # What must, may and must not be done.
    (re.compile(r"\b(?:shall|should|must|may|can|will)\s*(?:not|n't)\b|\b(?:can|must|should|won)['’]?t\b|\bcannot\b|"
                r"\b(?:is|are)\s+(?:not\s+(?:allowed|permitted|entitled)|prohibited\s+from|forbidden)(?:\s+to)?\b|\bmust\s+never\b"),
     "must not"),
    (re.compile(r"\b(?:is|are)\s+(?:obliged|required|bound)\s+to\b|\b(?:has|have|needs?|undertakes?|agrees?)\s+to\b|\bmust\s+to\b|\bshall\b"),
     "must"),
    (re.compile(r"\b(?:is|are)\s+(?:entitled|allowed|permitted|free)\s+to\b|\b(?:has|have)\s+the\s+right\s+to\b|\bcan\b"),
     "may"),
    (re.compile(r"有(?:义务|责任)|负责(?=\s)"), "应"),
    (re.compile(r"无权|不允许|不准"), "不得"),
    (re.compile(r"有权利"), "有权"),
    (re.compile(r"(?:方可|方能|才可以?|均可)(?=\s)"), "可以"),
    (re.compile(r"(?:均应|应予|应于|应在|须得|务必)(?=\s)"), "应"),
    (re.compile(r"\b(?:hereby|forthwith|duly|then)\s+(?=\w)"), ""),
    # Who does it.
    (re.compile(r"甲乙双方|双方当事人|(?:各|两)方(?=[\s,]|$)"), "双方"),
    (re.compile(r"(?:任|每)一方(?:当事人)?|任意一方"), "任何一方"),
    (re.compile(r"\b(?:any|each|every)\s+(?:one\s+)?(?:of\s+the\s+)?part(?:y|ies)\b|\beither\s+(?:one\s+)?of\s+the\s+parties\b"),
     "either party"),
    (re.compile(r"\bboth(?:\s+of)?\s+the\s+parties\b|\bboth(?!\s+parties)\b|\bthe\s+parties\b"), "both parties"),
    # Conditions.
    (re.compile(r"\b(?P<what>[^\W\d][\w.]*)\s+(?:is\s+not|(?:are|was|were)\s+not|isn['’]t|not\s+is)\s+(?P<how>\w+)"),
     r"not \g<what> is \g<how>"),
    (re.compile(r"\b(?P<what>[^\W\d][\w.]*)\s+(?:are|was|were)\s+"), r"\g<what> is "),
    (re.compile(r"\bbut\b|&&?"), "and"),
    (re.compile(r"\b(?:in\s+the\s+event\s+that|in\s+case|provided\s+that|whenever|as\s+soon\s+as)\b"), "when"),
    (re.compile(r"\b(?:as\s+long\s+as|so\s+long\s+as)\b"), "while"),
    (re.compile(r"\b(?P<what>[^\W\d]\w*)\s+(?:is|has|have)\s+not\s+(?:yet\s+)?(?:been\s+)?"
                r"(?:performed|fulfilled|discharged|paid|met|complied\s+with)\b"), r"not \g<what> is discharged"),
    (re.compile(r"\b(?P<what>[^\W\d]\w*)\s+(?:(?:has|have|is)\s+(?:been\s+)?)(?:performed|fulfilled|paid|met|complied\s+with)\b"),
     r"\g<what> is discharged"),
    (re.compile(r"\b(?P<what>[^\W\d]\w*)\s+(?P<how>overdue|in\s+breach)\b"), r"\g<what> is \g<how>"),
    (re.compile(rf"(?P<what>[^\W\d]\w*)\s+(?:尚|仍)?未(?:{_LATE})(?!\w)"), r"非 \g<what> 已履行"),
    (re.compile(r"(?:如果?|若|当|因)?\s*(?P<who>\w+)\s+(?:未能?|没有|不)(?:按[时期约]|及时)?\s*(?P<act>\w+)\s*(?:的|时)?(?=\s*,)"),
     r"因 违反 \g<who> 的 任何 有关 \g<act> 的 义务"),
    (re.compile(r"(?P<what>逾期|违约|已履行|已发生|已行使)\s*的(?=\s*,)"), r"\g<what> 时"),
    (re.compile(r"(?P<if>若|当|如果|如)\s+(?P<what>[^,]*?)\s*(?:时|的|的话|之时)(?=\s*,)"), r"若 \g<what>"),
    (re.compile(r"(?:但|但是)?\s*(?P<what>[^\W\d]\w*)\s*(?:的|时)?\s*(?:不适用|则?不在此限|不受此限)"),
     r"除非 \g<what>"),
    (re.compile(r"(?P<what>[^\W\d]\w*)\s+(?:的|时)\s*除外"), r"除非 \g<what>"),
    (re.compile(r"\b(?:but\s+not\s+if|except\s+(?:if|when|where)|save\s+(?:if|where|when)|unless\s+(?:if|when)|if\s+not)\b"),
     "unless"),
    (re.compile(r"\bexcept\s+(?=\w+$)"), "unless "),
    (re.compile(r"(?P<what>[^\W\d]\w*)\s*(?:的)?除外"), r"除非 \g<what>"),
    (re.compile(r"(?<!\w)(?:不|没有|并非|不是|未)(?=\s)"), "非"),
    (re.compile(rf"(?<!\w)(?:{_words(_MORE)})(?!\w)(?!\s*{_LENGTH}\s+(?:before|prior)\b)"),
     lambda found: _MORE[found[0]]),
    (re.compile(r"(?<![<>!=])=(?!=)"), lambda found: "为" if not found.string.isascii() else "is"),
    (re.compile(r"\band/or\b"), "or"),
    (re.compile(r"(?P<what>逾期|违约|已履行|已发生|已行使)(?=\s*,)"), r"\g<what> 时"),
    (re.compile(r"(?:未经|未得到|未取得|未获)\s*(?P<who>\w+?)\s*的?\s*(?:事先|书面)*\s*(?P<what>同意|许可|批准|授权)"),
     r"除非 \g<who> 已 \g<what>"),
    (re.compile(r"\s+to\s+(?:the\s+)?[^\W\d]\w*(?=\s*$|\s*,|\s+(?:within|by|before|at|when|while|unless)\b)"), ""),
    # References, names and joints.
    (re.compile(r"\b(?:clauses?|sections?|paragraphs?|articles?|art\.)\s*(?=\d)|§+\s*", re.I), ""),
    (re.compile(r"第(?P<a>[一二三四五六七八九十百]+)条(?:第)?(?P<b>\d+|[一二三四五六七八九十]+)[款项]"),
     lambda found: f"{found['a']}.{number_of(found['b'])}"),
    (re.compile(r"^(?P<label>[^\W\d]\w*)\s*\([^)]*\)(?P<next>\s*:)"), r"\g<label>\g<next>"),
    (re.compile(r"^(?P<head>(?:define|定义)\s+\w+)\s*:"),
     lambda f: f"{f['head']} {'is' if f['head'][0] == 'd' else '为'}"),
    (re.compile(r"^(?P<a>(?!define\b|state\b|type\b|question\b|amount\b|blank\b|gap\b|reading\b|option\b|unverified\b)"
                r"[^\W\d][a-z0-9]*)[ -](?P<b>[a-z0-9]+)(?=\s*:)"), r"\g<a>_\g<b>"),
    (re.compile(r"^(?P<name>[^\W\d]\w*)\s+[^\W\d]\w*(?=\s*:)"), r"\g<name>"),
    (re.compile(r"^(?P<a>(?:party|当事人)\s.*?)\s+(?:and|和|与|及)\s+"), r"\g<a>, "),
    (re.compile(r"\b(?P<what>[a-z_]\w*)\s+of\s+(?P<of>[a-z_]\w*)\b"), r"\g<of>.\g<what>"),
    (re.compile(r"(?P<of>[^\W\d]\w*)['’]s\s+(?P<what>\w+)"), r"\g<of>.\g<what>"),
    (re.compile(r"^(?P<label>\w+)\s+(?P<next>for\s+each|while|when|upon|就|若|当|因)(?=\s)"), r"\g<label>: \g<next>"),
    (re.compile(r"^(?P<label>\w+\s*:\s*)?(?:each|for\s+every|for\s+any)\b"), r"\g<label>for each"),
    (re.compile(r"^(?P<label>\w+\s*:\s*)?(?:凡是|凡|对于?|就)\s*(?:每一?(?:个|次|笔|张)?|任何一?(?:个|次|笔)?)(?=\s)"),
     r"\g<label>就 每次"),
    (re.compile(r"(?:^|(?<=[,:\s]))(?:the|The|a|an)\s+(?!other\b|reasonable\b|first\b|second\b)"), ""),
    (re.compile(r"[.]\s*$"), ""),
)  # fmt: skip


_PARTS = re.compile(r"\s*(?:\w+|\"[^\"]*\"|[„«『][^\"“”»』]*[\"“”»』]|[^\w\s])\s*|\s+")


class Found(NamedTuple):
    """A slip: from where to where in the statement, what stands there, and what to write."""

    start: int
    end: int
    said: str
    write: str


def slip_in(text: str, wrong: int, further: Callable[[str], int]) -> Found | None:
    """Return the slip for which `text` does not parse at `wrong`: mended, it parses, or parses further.

    `further` says how far a text parses, its length and more where all of it does.
    """
    for each in islice(_found(text), MOST_TRIED):
        mended = text[: each.start] + each.write + text[each.end :]
        # A slip has to do with where the text stops making sense; before that there may be prose that is right.
        if each.start <= wrong + 1 and further(mended) > max(wrong, each.start) + len(each.write) - len(
            each.said
        ):
            return _shortest(each)
    return None


def _shortest(found: Found) -> Found:
    """Return a slip without the words at its beginning and end that stay as they are."""
    said, write = _PARTS.findall(found.said), _PARTS.findall(found.write)
    if len(said) <= 3:
        return found
    most = min(len(said), len(write)) - 1
    head = _alike(said, write, most)
    tail = _alike(said[::-1], write[::-1], most - head)
    start = found.start + sum(map(len, said[:head]))
    end = found.end - sum(map(len, said[len(said) - tail :]))
    wrong, right = said[head : len(said) - tail], "".join(write[head : len(write) - tail])
    if not (_is_worth_saying("".join(wrong)) and _is_worth_saying(right)):
        return found
    return Found(start, end, "".join(wrong), right)


def _alike(one: list[str], other: list[str], most: int) -> int:
    """Return how many words at the beginning of both are the same, at most so many."""
    return next((place for place in range(most) if one[place].strip() != other[place].strip()), max(most, 0))


def _is_worth_saying(text: str) -> bool:
    """Tell whether somebody understands this alone: a word or a quotation, not a mark."""
    return bool(re.match(r"\w|[\"„«『‘《「(【\[]", text.strip()))


def _found(text: str) -> Iterator[Found]:
    for pattern, write in _SLIPS:
        for found in pattern.finditer(text):
            if _in_quotes(text, found.start()):
                continue
            try:
                mended = _expanded(found, write) if isinstance(write, str) else write(found)
            except (ValueError, IndexError):
                continue
            if mended != found[0]:
                yield Found(found.start(), found.end(), found[0], mended)


def _expanded(found: re.Match[str], write: str) -> str:
    """Return what to write, with the parts that were found; one that was not is empty."""
    return re.sub(r"\\g<(\w+)>", lambda part: found[part[1]] or "", write)


def _in_quotes(text: str, at: int) -> bool:
    return text.count('"', 0, at) % 2 == 1


# ---- Names ----------------------------------------------------------------------------------------------------------

# What kinds of values are called elsewhere.
KINDS = {
    "date": "day", "datetime": "instant", "number": "count", "integer": "count", "int": "count", "string": "text",
    "boolean": "flag", "bool": "flag", "percentage": "share", "percent": "share", "amount": "money",
    "currency": "money", "period": "duration", "天": "日", "时间": "时点", "钱": "金额", "数字": "数量",
    "字符串": "文字", "文本": "文字", "百分比": "比例", "布尔": "是否", "期限": "期间",
}  # fmt: skip


_MEANT_NAMES = {
    "甲乙双方": "双方", "双方当事人": "双方", "各方": "双方", "任一方": "任何一方", "每一方": "任何一方",
    "任意一方": "任何一方", "任何人": "任何一方", "anyone": "either party", "anybody": "either party",
    "everyone": "either party", "everybody": "either party", "半年": "6个月", "半个月": "15日", "一刻钟": "15分钟",
}  # fmt: skip


def name_meant(name: str, known: Callable[[str], bool]) -> str | None:
    """Return what was meant by a name that nothing declares: a length of time or a sum in words, a property."""
    for pattern, write in _SLIPS:
        found = pattern.fullmatch(name)
        if found is not None and not isinstance(write, str):
            try:
                return write(found)
            except (ValueError, IndexError):
                continue
    if name in _MEANT_NAMES:
        return _MEANT_NAMES[name]
    of, joint, what = name.partition("的")
    if joint and known(of) and what:
        return f"{of}.{what}"
    return None
