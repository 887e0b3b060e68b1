"""Chinese numerals in clause numbers: 五.3 and 5.3 are one clause, and 第三十四条第二款 is 34(2)."""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"〇": 0}
_STEPS = {"十": 10, "百": 100, "千": 1000}


def number_of(chinese: str) -> int:
    """Return the whole number written in Chinese numerals (or in digits), below 10,000. Raises ValueError."""
    if chinese.isdecimal():
        return int(chinese)
    if not all(letter in _DIGITS or letter in _STEPS for letter in chinese):
        raise ValueError(f"{chinese!r} is not a number")
    total, digit = 0, 0
    for letter in chinese:
        if letter in _STEPS:
            total += (digit or 1) * _STEPS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


def numeral_of(number: int) -> str:
    """Return a whole number from 0 to 9,999 in Chinese numerals, as a clause is numbered: 10 is 十, 101 is 一百零一."""
    if not 0 <= number < 10_000:
        raise ValueError(f"{number} is not written in Chinese numerals here")
    said, skipped = "", False
    for step, letter in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, step)
        if digit:
            said += ("零" if skipped and said else "") + "零一二三四五六七八九"[digit] + letter
            skipped = False
        else:
            skipped = True
    return said.removeprefix("一") if said.startswith("一十") else said or "零"


_OF_A_LAW = re.compile(
    r"第(?P<article>[零〇一二三四五六七八九十百千\d]+)条(?P<sub>之[一二三四五六七八九十]+)?"
    r"(?:\((?P<bracket>[零〇一二三四五六七八九十\d]+)\)|第(?P<paragraph>[零〇一二三四五六七八九十\d]+)款)?"
)
_WIDE = {ord("（"): "(", ord("）"): ")", ord(" "): None, ord("　"): None}


@lru_cache(maxsize=20_000)
def plain_number(number: str) -> str:
    """Return a clause number with its Chinese numerals as digits.

    `五.3b` is `5.3b`; `第三十四条第二款` and `34（2）` are `34(2)`.
    """
    number = number.translate(_WIDE)
    found = _OF_A_LAW.match(number)
    if found is not None:
        within = found["bracket"] or found["paragraph"]
        paragraph = f"({number_of(within)})" if within else ""
        return f"{number_of(found['article'])}{found['sub'] or ''}{paragraph}{number[found.end() :]}"
    head, dot, rest = number.partition(".")
    if head and all(letter in _DIGITS or letter in _STEPS for letter in head):
        head = str(number_of(head))
    return head + dot + rest


def is_letter(label: str) -> bool:
    """Tell whether a label is one letter, as paragraphs have (`四.1b`): it is part of a number, no name of its own."""
    return len(label) == 1 and label.isascii()
