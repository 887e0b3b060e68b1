"""Chinese numerals in clause numbers: 五.3 and 5.3 are one clause."""

from __future__ import annotations

_DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"〇": 0}
_STEPS = {"十": 10, "百": 100, "千": 1000}


def number_of(chinese: str) -> int:
    """Return the whole number written in Chinese numerals (or digits), below 10,000."""
    if chinese.isdigit():
        return int(chinese)
    total, digit = 0, 0
    for letter in chinese:
        if letter in _STEPS:
            total += (digit or 1) * _STEPS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return total + digit


def plain_number(number: str) -> str:
    """Return a clause number with its Chinese numerals as digits (`五.3b` is `5.3b`)."""
    head, dot, rest = number.partition(".")
    if head and all(letter in _DIGITS or letter in _STEPS for letter in head):
        head = str(number_of(head))
    return head + dot + rest
