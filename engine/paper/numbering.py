"""The numbers that Word counts: they stand in no paragraph's text, only in how lists are defined.

A paragraph names a list (`w:num`) and a level, itself or through its style; the list names an abstract one, which says
of each level where it starts, how its numbers are written and what stands around them. Lists of one abstract list count
on together. Rules and formats are those of ECMA-376, part 1, 17.9 and 17.18.59.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contractlang.numerals import numeral_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS = 9
_BETWEEN = {"nothing": "", "space": " ", "tab": " "}
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_FORMATS_IN_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital",
}  # fmt: skip
_DIGIT_BY_DIGIT = {"ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"}
_STEMS = {"ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥"}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}


def written(number: int, form: str) -> str:
    """Return a number as a format of Word writes it; one of an unknown format in digits."""
    digits = str(number)
    if not 0 < number < 10_000:
        return digits
    if form in _DIGIT_BY_DIGIT:
        return "".join("○一二三四五六七八九"[int(each)] for each in digits)
    if form in _FORMATS_IN_CHINESE:
        return numeral_of(number)
    if form in _STEMS:
        letters = _STEMS[form]
        return letters[number - 1] if 0 < number <= len(letters) else digits
    if form in _CIRCLED:
        return chr(0x245F + number) if 0 < number <= 20 else digits
    match form:
        case "decimalZero":
            return digits.zfill(2)
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord(each) + 0xFEE0) for each in digits)
        case "lowerLetter" | "upperLetter":
            # After z comes aa, then bb.
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter if form == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman":
            said, left = "", number
            for value, letters in _ROMAN:
                said += letters * (left // value)
                left %= value
            return said if form == "lowerRoman" else said.upper()
        case "none":
            return ""
        case _:
            return digits


@dataclass(slots=True)
class _Level:
    start: int
    form: str
    text: str
    between: str
    plain: bool
    restart: int | None

    @staticmethod
    def of(element: Any) -> _Level:
        restart = _value(element, "lvlRestart")
        return _Level(
            start=int(_value(element, "start") or 0),
            form=_value(element, "numFmt") or "decimal",
            text=_value(element, "lvlText") or "",
            between=_BETWEEN.get(_value(element, "suff") or "tab", " "),
            plain=_on(element.find(f"{W}isLgl")),
            restart=int(restart) if restart is not None else None,
        )


@dataclass(slots=True)
class _Counters:
    """The counters of one abstract list; None where a level has not been counted since it was last restarted."""

    at: list[int | None] = field(default_factory=lambda: [None] * LEVELS)


class Numbering:
    """Counts along a document, paragraph by paragraph in its order."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        """Take the elements `w:numbering` and `w:styles`; None where a document has none."""
        self._styles = (
            {} if styles is None else {each.get(f"{W}styleId"): each for each in styles.iter(f"{W}style")}
        )
        self._default = next(
            (
                name for name, each in self._styles.items()
                if each.get(f"{W}type") == "paragraph" and each.get(f"{W}default") in ("1", "true")
            ), None,
        )  # fmt: skip
        abstract = () if numbering is None else numbering.findall(f"{W}abstractNum")
        lists = {each.get(f"{W}abstractNumId"): each for each in abstract}
        self._abstract: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._styled: dict[str, dict[str, int]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, _Counters] = {}
        self._started: set[tuple[str, int]] = set()
        for each in () if numbering is None else numbering.findall(f"{W}num"):
            self._define(each, lists, numbering)

    def _define(self, num: Any, lists: dict[str, Any], numbering: Any) -> None:
        name, abstract = num.get(f"{W}numId"), _value(num, "abstractNumId") or ""
        held = lists.get(abstract)
        if held is not None and (styled := _value(held, "numStyleLink")):
            # The list is defined where the style of that name says so.
            other = next((key for key, each in lists.items() if _value(each, "styleLink") == styled), None)
            abstract, held = (other, lists[other]) if other is not None else (abstract, held)
        if held is None:
            return
        levels = {_at(each): each for each in held.findall(f"{W}lvl")}
        starts: dict[int, int] = {}
        for override in num.findall(f"{W}lvlOverride"):
            own = override.find(f"{W}lvl")
            if own is not None:
                levels[_at(override)] = own
            start = _value(override, "startOverride")
            if start is not None:
                starts[_at(override)] = int(start)
        self._abstract[name], self._starts[name] = abstract, starts
        self._levels[name] = {place: _Level.of(each) for place, each in levels.items()}
        self._styled[name] = {
            style: place for place, each in levels.items() if (style := _value(each, "pStyle")) is not None
        }

    def of(self, paragraph: Any) -> str:
        """Count one paragraph (`w:p`) and return what is printed before it; empty where it has no number."""
        name, place = self._list_of(paragraph)
        level = self._levels.get(name, {}).get(place)
        if level is None:
            return ""
        counters = self._counters.setdefault(self._abstract[name], _Counters()).at
        if place in self._starts[name] and (name, place) not in self._started:
            self._started.add((name, place))
            counters[place] = None
        for higher in range(place):
            if counters[higher] is None and higher in self._levels[name]:
                # A level that is passed over counts as begun.
                counters[higher] = self._start(name, higher)
        before = counters[place]
        counters[place] = self._start(name, place) if before is None else before + 1
        for deeper in range(place + 1, LEVELS):
            below = self._levels[name].get(deeper)
            # A level restarts after any higher one, or only after the level it names, or (0) never.
            if below is None or below.restart is None or (below.restart and place < below.restart):
                counters[deeper] = None
        text = level.text
        if level.form == "bullet":
            # Bullets are letters of fonts of symbols; what they look like no text can tell.
            text = text if text.isascii() and text.isprintable() else "•"
        for other in range(place + 1):
            if f"%{other + 1}" in text:
                text = text.replace(f"%{other + 1}", self._shown(name, other, level.plain))
        return text + level.between if text else ""

    def _shown(self, name: str, place: int, plain: bool) -> str:
        level = self._levels[name].get(place)
        if level is None:
            return ""
        number = self._counters[self._abstract[name]].at[place]
        form = "decimal" if plain and level.form != "none" else level.form
        return "" if number is None else written(number, form)

    def _start(self, name: str, place: int) -> int:
        return self._starts[name].get(place, self._levels[name][place].start)

    def _list_of(self, paragraph: Any) -> tuple[str, int]:
        """Return the list and the level of a paragraph; the list is empty where it has none."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        named = None if own is None else _value(own, "numId")
        place = None if own is None else _value(own, "ilvl")
        style = _value(paragraph.find(f"{W}pPr"), "pStyle") or self._default
        for each in self._styles_from(style):
            given = each.find(f"{W}pPr/{W}numPr")
            if given is None:
                continue
            named = named if named is not None else _value(given, "numId")
            place = place if place is not None else _value(given, "ilvl")
        if named is None or named == "0":
            return "", 0
        if place is None:
            styled = self._styled.get(named, {})
            levels = (styled.get(each.get(f"{W}styleId")) for each in self._styles_from(style))
            return named, next((each for each in levels if each is not None), 0)
        return named, int(place)

    def _styles_from(self, name: str | None) -> Iterator[Any]:
        """Yield a style and those that it is based on."""
        met: set[str] = set()
        while name is not None and name in self._styles and name not in met:
            met.add(name)
            yield self._styles[name]
            name = _value(self._styles[name], "basedOn")


def _value(element: Any, name: str) -> str | None:
    """Return the value of a setting within an element, None where it is not set."""
    found = None if element is None else element.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val")


def _at(element: Any) -> int:
    return int(element.get(f"{W}ilvl") or 0)


def _on(element: Any) -> bool:
    return element is not None and element.get(f"{W}val") not in ("0", "false", "off")
