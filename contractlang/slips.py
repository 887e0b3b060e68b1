"""The slips of one who writes prose: how a sentence is said there, and how it is written here.

A slip is told only where the statement does not parse as it stands, and parses, or parses further, once the slip is
mended: what is put into the help has been tried. Names that nothing declares are looked at in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
    "years": "years", "hours": "hours",
}  # fmt: skip
_CURRENCIES = {"$": "USD", "€": "EUR", "US$": "USD", "￥": "CNY", "¥": "CNY", "RMB": "CNY", "人民币": "元"}
_MORE = {
    "大于": ">", "多于": ">", "高于": ">", "超过": ">", "小于": "<", "少于": "<", "低于": "<", "不少于": ">=",
    "不低于": ">=", "不小于": ">=", "至少": ">=", "不多于": "<=", "不超过": "<=", "不高于": "<=", "不大于": "<=",
    "至多": "<=", "不等于": "!=", "greater than": ">", "more than": ">", "larger than": ">", "exceeds": ">",
    "less than": "<", "fewer than": "<", "at least": ">=", "no less than": ">=", "not less than": ">=",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "equals": "is", "equal to": "is",
    "is equal to": "is", "==": "is",
}  # fmt: skip

MOST_TRIED = 40

# How prose says it, and how it is written; a later one may be tried where an earlier one does not help.
Slip = tuple[re.Pattern[str], "str | Callable[[re.Match[str]], str]"]


def _words(table: dict[str, str]) -> str:
    return "|".join(re.escape(each) for each in sorted(table, key=len, reverse=True))


def _chinese_number(found: re.Match[str]) -> str:
    return f"{number_of(found['n'])}{found['unit']}"


def _day(year: str, month: int, day: str) -> str:
    return f"{year}-{month:02}-{int(day):02}"


_SLIPS: tuple[Slip, ...] = (
    # Numbers of clauses that were pasted with the text.
    (re.compile(r"^\s*(?:[(]?\d+(?:\.\d+)*[.)、,]?|[(]?[一二三四五六七八九十]+[.)、,])\s*(?=[^\W\d])"), ""),
    # Quotation marks of other kinds.
    (re.compile(r"‘(?P<said>[^‘’]*)’|《(?P<said2>[^》]*)》|「(?P<said3>[^」]*)」|'(?P<said4>[^']*[^'s])'(?!\w)"),
     lambda found: '"' + next(each for each in found.groups() if each is not None) + '"'),
    # Dates.
    (re.compile(r"(?P<y>\d{4})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})"), lambda f: _day(f["y"], int(f["m"]), f["d"])),
    (re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m>[A-Z][a-z]{2,8})\.?,?\s+(?P<y>\d{4})"),
     lambda f: _day(f["y"], _MONTHS.index(f["m"][:3].lower()) + 1, f["d"]) if f["m"][:3].lower() in _MONTHS else f[0]),
    (re.compile(r"(?P<m>[A-Z][a-z]{2,8})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"),
     lambda f: _day(f["y"], _MONTHS.index(f["m"][:3].lower()) + 1, f["d"]) if f["m"][:3].lower() in _MONTHS else f[0]),
    (re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})"), lambda f: _day(f["y"], int(f["m"]), f["d"])),
    # Sums of money.
    (re.compile(r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?P<unit>\s*(?:元|CNY|EUR|USD))?"),
     lambda found: found["n"].replace(",", "") + (found["unit"] or "")),
    (re.compile(rf"(?P<mark>CNY|EUR|USD|{_words(_CURRENCIES)})\s*(?P<n>\d+(?:\.\d+)?)(?:\s*元)?"),
     lambda f: f["n"] + ("元" if f["mark"] == "人民币" else f" {_CURRENCIES.get(f['mark'], f['mark'])}")),
    (re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?:块钱?|圆|RMB)"), lambda found: f"{found['n']}元"),
    # Lengths of time.
    (re.compile(rf"\bwithin\s+(?:a\s+period\s+of\s+)?(?:{_SPELLED})?\s*\((?P<n>\d+)\)\s*(?P<unit>[a-z]+)"),
     r"within \g<n> \g<unit>"),
    (re.compile(rf"\b(?P<n>{_SPELLED})"
                r"(?P<more>\s+(?:(?:business|working|calendar)\s+)?(?:day|week|month|year|hour)s?)", re.I),
     lambda f: f"{_NUMBERS[f['n'].lower()]}{f['more'].replace('working', 'business').replace('calendar ', '')}"),
    (re.compile(r"(?P<n>\d+)\s+(?:working|banking|work)\s+(?P<unit>days?)"), r"\g<n> business \g<unit>"),
    (re.compile(r"(?P<n>\d+)\s+calendar\s+(?P<unit>days?)"), r"\g<n> \g<unit>"),
    (re.compile(rf"(?P<n>\d+)\s*[-–—]?\s*(?P<unit>{_words(_UNITS)})\b"), lambda f: f"{f['n']} {_UNITS[f['unit']]}"),
    (re.compile(rf"\bin\s+(?P<n>{_LENGTH})"), r"within \g<n>"),
    (re.compile(rf"(?:在|于|限)?\s*(?P<n>{_LENGTH})\s*(?:以内|之内|内)"), r"限 \g<n> 内"),
    (re.compile(r"(?P<n>\d+)\s*个?(?:工作天|营业日)"), r"\g<n>个工作日"),
    (re.compile(r"(?P<n>\d+)\s*月(?![\d份])"), r"\g<n>个月"),
    (re.compile(r"(?P<n>[一二三四五六七八九十百]+)(?P<unit>个工作日|个月|日|天|周|年|小时)"), _chinese_number),
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
    # Conditions.
    (re.compile(r"\b(?:but\s+not\s+if|except\s+(?:if|when|where)|save\s+(?:if|where|when)|unless\s+(?:if|when)|if\s+not)\b"),
     "unless"),
    (re.compile(r"\bexcept\s+(?=\w+$)"), "unless "),
    (re.compile(r"(?P<what>[^\W\d]\w*)\s*(?:的)?除外"), r"除非 \g<what>"),
    (re.compile(r"(?<!\w)(?:不|没有|并非|不是|未)(?=\s)"), "非"),
    (re.compile(rf"(?<!\w)(?:{_words(_MORE)})(?!\w)"), lambda found: _MORE[found[0]]),
    (re.compile(r"(?<![<>!=])=(?!=)"), lambda found: "为" if not found.string.isascii() else "is"),
    (re.compile(r"\band/or\b"), "or"),
    (re.compile(r"(?P<what>逾期|违约|已履行|已发生|已行使)(?=\s*,)"), r"\g<what> 时"),
    # Names and joints.
    (re.compile(r"(?P<of>[^\W\d]\w*)['’]s\s+(?P<what>\w+)"), r"\g<of>.\g<what>"),
    (re.compile(r"^(?P<label>\w+)\s+(?P<next>for\s+each|while|when|upon|就|若|当|因)(?=\s)"), r"\g<label>: \g<next>"),
    (re.compile(r"^(?P<label>\w+\s*:\s*)?(?:each|for\s+every|for\s+any)\b"), r"\g<label>for each"),
    (re.compile(r"(?:^|(?<=[,:\s]))(?:the|The|a|an)\s+(?!other\b|reasonable\b|first\b|second\b)"), ""),
    (re.compile(r"[.]\s*$"), ""),
)  # fmt: skip


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
            return each
    return None


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


def name_meant(name: str, known: Callable[[str], bool]) -> str | None:
    """Return what was meant by a name that nothing declares: a length of time or a sum in words, a property."""
    for pattern, write in _SLIPS:
        found = pattern.fullmatch(name)
        if found is not None and not isinstance(write, str):
            try:
                return write(found)
            except (ValueError, IndexError):
                continue
    of, joint, what = name.partition("的")
    if joint and known(of) and what:
        return f"{of}.{what}"
    return None
