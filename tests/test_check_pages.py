"""Every code that can be said has its page, and what the page shows is what is said."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import contractlang
from contractlang.checks.codes import TOGETHER
from contractlang.load import check_text
from contractlang.unread import MAX_STATEMENTS
from tests import check_pages
from tests.check_pages import FOLDER, LIST, SHOWN, WITHOUT_EXAMPLE, codes, examples, mended, said_together
from tests.test_error_cases import PATH, cases

PAGES = "write it with: python -m tests.check_pages"


def said_in_the_code() -> set[str]:
    """Return the codes that stand in the code: what calls that make diagnostics are first given."""
    found = set()
    for path in Path(contractlang.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "code")]
            if called in ("error", "warning", "fail", "Diagnostic"):
                found |= {
                    each.value
                    for each in given
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def test_every_code_has_its_page() -> None:
    assert said_in_the_code() <= set(codes())
    assert {code for each in cases() for _, code in SHOWN.findall(each.expected)} <= set(codes())
    assert {path.stem for path in FOLDER.glob("*.md")} == set(codes())


@pytest.mark.parametrize("code", codes())
def test_a_page_is_written_from_its_check_and_its_cases(code: str) -> None:
    assert (FOLDER / f"{code}.md").read_text("utf-8") == check_pages.page(code), PAGES
    assert examples(code) or code in TOGETHER or code in WITHOUT_EXAMPLE


def test_the_list_names_every_page() -> None:
    assert LIST.read_text("utf-8") == check_pages.listed(), PAGES


@pytest.mark.parametrize("code", TOGETHER)
def test_documents_together_are_told_so(code: str) -> None:
    assert f"[{code}]" in said_together(code)


def test_what_is_typed_mends() -> None:
    """Of the examples on the pages, most can be mended by typing what is said; the others want a decision."""
    shown = [(code, each.text) for code in codes() for each in examples(code)]
    typed = [mended(code, text) for code, text in shown]
    assert sum(each is not None for each in typed) >= len(shown) // 2


def test_one_unknown_name_in_the_place_of_another_mends_nothing() -> None:
    text = "| agreement hosting\n| uses telecoms\n| party provider\n"
    assert mended("undeclared", text) is None


def test_too_much_is_too_much_for_a_page() -> None:
    text = "| agreement a\n" + '| states that "x"\n' * (MAX_STATEMENTS + 1)
    assert "too-much" in {each.code for each in check_text(text, path=PATH)}
