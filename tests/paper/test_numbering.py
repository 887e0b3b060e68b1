"""Numbers that Word counts: as Word prints them, in every format, through styles, restarts and levels passed over."""

from __future__ import annotations

import pytest

from contractlang.numerals import number_of, numeral_of
from engine.paper.numbering import written
from tests.paper.documents import Draft, level

CHINESE = (
    level(0, "chineseCountingThousand", "第%1条 "),
    level(1, "decimal", "%1.%2 ", more="<w:isLgl/>"),
    level(2, "chineseCounting", "（%3）"),
)


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (3, "decimal", "3"), (3, "decimalZero", "03"), (12, "decimalZero", "12"), (3, "decimalFullWidth", "３"),
        (4, "lowerRoman", "iv"), (49, "upperRoman", "XLIX"), (2, "lowerLetter", "b"), (27, "lowerLetter", "aa"),
        (28, "upperLetter", "BB"), (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "japaneseCounting", "一百一十"), (20, "ideographDigital", "二○"),
        (3, "ideographTraditional", "丙"), (3, "decimalEnclosedCircle", "③"), (3, "none", ""), (7, "ordinalText", "7"),
        (10**9, "lowerLetter", "1000000000"), (0, "upperRoman", "0"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_word_writes_it(number: int, form: str, said: str) -> None:
    assert written(number, form) == said


def test_chinese_numerals_are_read_as_they_are_written() -> None:
    assert all(number_of(numeral_of(number)) == number for number in range(10_000))


def test_a_list_of_three_levels_is_counted() -> None:
    draft = Draft()
    draft.define(1, *CHINESE)
    draft.instance(1, 1)
    for text, place in (
        ("甲", 0),
        ("乙", 1),
        ("丙", 1),
        ("丁", 2),
        ("戊", 2),
        ("己", 0),
        ("庚", 1),
        ("辛", 2),
    ):
        draft.add(text, 1, place)
    assert draft.lines() == [
        "第一条 甲",
        "1.1 乙",
        "1.2 丙",
        "（一）丁",
        "（二）戊",
        "第二条 己",
        "2.1 庚",
        "（一）辛",
    ]


def test_a_paragraph_without_a_number_does_not_break_the_count() -> None:
    draft = Draft()
    draft.define(1, *CHINESE)
    draft.instance(1, 1)
    draft.add("甲", 1)
    draft.add("没有编号")
    draft.add("乙", 1)
    assert draft.lines() == ["第一条 甲", "没有编号", "第二条 乙"]


def test_the_number_comes_through_the_style_and_those_it_is_based_on() -> None:
    draft = Draft()
    draft.define(
        1,
        level(0, "decimal", "%1."),
        level(1, "decimal", "%1.%2").replace("<w:suff", '<w:pStyle w:val="Clause"/><w:suff'),
    )
    draft.instance(1, 1)
    styles = draft.document.styles
    clause = styles.add_style("Clause", 1)
    clause.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 1
    styles.add_style("Narrow Clause", 1).base_style = clause
    draft.add("one", 1)
    draft.add(" two", style="Clause")
    draft.add(" three", style="Narrow Clause")
    plain = draft.add("four", style="Clause")
    plain._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 0
    assert draft.lines() == ["1.one", "1.1 two", "1.2 three", "four"]


def test_instances_of_one_list_count_on_together_unless_one_starts_anew() -> None:
    draft = Draft()
    draft.define(1, level(0, "decimal", "%1. "))
    draft.instance(1, 1)
    draft.instance(2, 1)
    draft.instance(3, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    for text, number in (("a", 1), ("b", 2), ("c", 3), ("d", 3), ("e", 1)):
        draft.add(text, number)
    assert draft.lines() == ["1. a", "2. b", "7. c", "8. d", "9. e"]


def test_a_level_may_never_restart() -> None:
    draft = Draft()
    draft.define(
        1,
        level(0, "upperRoman", "%1. "),
        level(1, "decimal", "%2. ").replace("<w:suff", '<w:lvlRestart w:val="0"/><w:suff'),
    )
    draft.instance(1, 1)
    for text, place in (("a", 0), ("b", 1), ("c", 0), ("d", 1)):
        draft.add(text, 1, place)
    assert draft.lines() == ["I. a", "1. b", "II. c", "2. d"]


def test_a_level_that_is_passed_over_counts_as_begun() -> None:
    draft = Draft()
    draft.define(
        1, level(0, "decimal", "%1 "), level(1, "decimal", "%1.%2 "), level(2, "decimal", "%1.%2.%3 ")
    )
    draft.instance(1, 1)
    for text, place in (("a", 0), ("b", 2), ("c", 1)):
        draft.add(text, 1, place)
    assert draft.lines() == ["1 a", "1.1.1 b", "1.2 c"]


def test_a_list_that_a_style_defines_is_that_style_s() -> None:
    draft = Draft()
    draft.define(1, level(0, "decimal", "Article %1 "), more='<w:styleLink w:val="Articles"/>')
    draft.define(2, more='<w:numStyleLink w:val="Articles"/>')
    draft.instance(1, 2)
    draft.add("Scope", 1)
    assert draft.lines() == ["Article 1 Scope"]


def test_bullets_and_lists_that_are_not_defined() -> None:
    draft = Draft()
    draft.define(1, level(0, "bullet", "\uf0b7", suff="space"), level(1, "bullet", "-", suff="tab"))
    draft.instance(1, 1)
    draft.instance(2, 99)
    for text, number, place in (("a", 1, 0), ("b", 1, 1), ("c", 2, 0), ("d", 77, 0), ("e", 1, 8)):
        draft.add(text, number, place)
    assert draft.lines() == ["• a", "- b", "c", "d", "e"]
