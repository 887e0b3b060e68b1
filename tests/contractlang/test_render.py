"""Diagnostics as text for a terminal and as JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from contractlang.diagnostic import Diagnostic, Label, Said, Severity, error, warning
from contractlang.render import as_json, render
from contractlang.source import Source, Span

HOSTING = Source(
    "hosting.contract",
    "4.1 The customer pays.\n"
    "| pay: customer must pay\n"
    "4.2 The provider may terminate.\n"
    "| upon breach of pay, provider may terminate\n",
)
CHINESE = Source("托管.contract", "四、乙方应付款。\n| 付费：乙方 应 支付\n")
SOURCES = {each.path: each for each in (HOSTING, CHINESE)}


def at(source: Source, words: str) -> Span:
    start = source.text.index(words)
    return Span(source.path, start, start + len(words))


NEVER = warning(
    "never-arising",
    at(HOSTING, "upon breach of pay"),
    "clause 4.2 can never come into force",
    "条款4.2永远不会产生",
    help=Said("give 4.1 a deadline, for example `within 30 days`", "给4.1写明期限，例如 `限 30日 内`"),
    labels=(Label(at(HOSTING, "pay:"), Said("4.1 sets no deadline", "4.1没有期限")),),
)
WRONG = error("syntax", at(CHINESE, "支付"), "`支付` cannot stand here", "`支付`不能写在这里")


def test_both_places_are_shown_in_the_order_of_the_file() -> None:
    assert render([NEVER], SOURCES) == (
        "warning[never-arising]: clause 4.2 can never come into force\n"
        "  --> hosting.contract:4:3\n"
        "   |\n"
        " 2 | | pay: customer must pay\n"
        "   |   ---- 4.1 sets no deadline\n"
        "   |\n"
        " 4 | | upon breach of pay, provider may terminate\n"
        "   |   ^^^^^^^^^^^^^^^^^^\n"
        "   |\n"
        "help: give 4.1 a deadline, for example `within 30 days`\n"
    )


def test_a_chinese_file_is_answered_in_chinese_and_its_letters_are_two_wide() -> None:
    assert render([WRONG], SOURCES) == (
        "错误[syntax]：`支付`不能写在这里\n"
        "  --> 托管.contract:2:11\n"
        "   |\n"
        " 2 | | 付费：乙方 应 支付\n"
        "   |                 ^^^^\n"
    )


def test_the_language_can_be_chosen() -> None:
    assert render([WRONG], SOURCES, "en").startswith("error[syntax]: `支付` cannot stand here\n")
    assert render([NEVER], SOURCES, "zh").endswith("建议：给4.1写明期限，例如 `限 30日 内`\n")


def test_diagnostics_stand_in_the_order_of_their_places() -> None:
    early = error("early", at(HOSTING, "customer"), "early", "早")
    text = render([WRONG, NEVER, early], SOURCES, "en")
    assert [line for line in text.splitlines() if line.startswith(("error", "warning"))] == [
        "error[early]: early",
        "warning[never-arising]: clause 4.2 can never come into force",
        "error[syntax]: `支付` cannot stand here",
    ]


def test_a_label_in_another_file_has_its_own_arrow() -> None:
    other = Label(at(CHINESE, "付费"), Said("declared here", "在此声明"))
    assert render([error("duplicate", at(HOSTING, "pay:"), "twice", "两次", labels=(other,))], SOURCES) == (
        "error[duplicate]: twice\n"
        "  --> hosting.contract:2:3\n"
        "   |\n"
        " 2 | | pay: customer must pay\n"
        "   |   ^^^^\n"
        "  --> 托管.contract:2:3\n"
        "   |\n"
        " 2 | | 付费：乙方 应 支付\n"
        "   |   ---- declared here\n"
    )


def test_two_places_on_one_line_share_it() -> None:
    label = Label(at(HOSTING, "must"), Said("this word", "此词"))
    assert render(
        [error("x", at(HOSTING, "customer must"), "m", "m", labels=(label,))], SOURCES
    ).splitlines()[3:] == [
        " 2 | | pay: customer must pay",
        "   |        ^^^^^^^^^^^^^",
        "   |                 ---- this word",
    ]


def test_a_span_over_several_lines_is_underlined_on_its_first() -> None:
    source = Source("a", "| user must pay  \n|| within 30 days\n")
    text = render([error("x", Span("a", 2, len(source.text)), "m", "m")], {"a": source})
    assert text.splitlines()[-1] == "   |   ^^^^^^^^^^^^^"


def test_an_empty_span_still_has_a_caret() -> None:
    assert render([error("x", Span("a", 0, 0), "m", "m")], {"a": Source("a", "")}).splitlines() == [
        "error[x]: m",
        "  --> a:1:1",
        "   |",
        " 1 |",
        "   | ^",
    ]


def test_a_file_cannot_steer_the_terminal() -> None:
    source = Source("a", "\t| \x1b[2Juser must pay")
    assert "\x1b" not in render([error("x", at(source, "user"), "m", "m")], {"a": source})


def test_colour_only_when_asked() -> None:
    assert "\x1b" not in render([NEVER], SOURCES)
    assert "\x1b[1;33m" in render([NEVER], SOURCES, colour=True)


def test_a_missing_source_is_named() -> None:
    assert render([NEVER], {}) == (
        "warning[never-arising]: clause 4.2 can never come into force\n"
        "  --> hosting.contract\n"
        "help: give 4.1 a deadline, for example `within 30 days`\n"
    )


def test_nothing_wrong_is_nothing_said() -> None:
    assert render([], SOURCES) == ""
    assert as_json([], SOURCES) == []


def test_json_holds_both_languages_and_every_place() -> None:
    (found,) = as_json([NEVER], SOURCES)
    assert found == {
        "code": "never-arising",
        "severity": "warning",
        "message": {"en": "clause 4.2 can never come into force", "zh": "条款4.2永远不会产生"},
        "path": "hosting.contract",
        "line": 4,
        "column": 3,
        "end_line": 4,
        "end_column": 21,
        "labels": [
            {
                "message": {"en": "4.1 sets no deadline", "zh": "4.1没有期限"},
                "path": "hosting.contract",
                "line": 2,
                "column": 3,
                "end_line": 2,
                "end_column": 7,
            }
        ],
        "help": {
            "en": "give 4.1 a deadline, for example `within 30 days`",
            "zh": "给4.1写明期限，例如 `限 30日 内`",
        },
    }


@given(st.text(alphabet="ab|中，\t\n ́\u200b🙂", max_size=40), st.data())
def test_any_place_of_any_text_can_be_drawn(text: str, data: st.DataObject) -> None:
    source = Source("a", text)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    found = Diagnostic(
        "x",
        Severity.NOTE,
        Said("m", "信"),
        Span("a", start, end),
        (Label(Span("a", end, end), Said("l", "标")),),
    )
    for language in ("en", "zh", None):
        assert render([found], {"a": source}, language).startswith(("note[x]: m", "提示[x]：信"))
    json.dumps(as_json([found], {"a": source}))
