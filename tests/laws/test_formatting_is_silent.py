"""Formatting is silent: spaces, line breaks, widths of letters and the language of keywords change no answer."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.account import Account
from engine.compile import compile_program
from tests.laws.accounts import account, gist
from tests.strategies import QUICK, Asked, asked, contracts_of

WIDE = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in ",:()|*+<>"}
WIDE_LETTERS = {
    code: chr(code + 0xFEE0) for code in (*range(ord("a"), ord("z") + 1), *range(ord("0"), ord("9") + 1))
}


def written(text: str, spaces: str, width: dict[int, str], broken: bool) -> str:
    """Write the norm lines of a text with other spaces, widths and line breaks; what is quoted stays."""
    made = []
    for line in text.splitlines():
        if not line.startswith("|"):
            made.append(line)
            continue
        parts = line[1:].split('"')
        parts[::2] = [part.translate(width).replace(" ", spaces) for part in parts[::2]]
        body = '"'.join(parts)
        if broken and len(parts) == 1:
            body = re.sub(r"(,|，)", r"\1\n  ||", body)
        made.append(f" ｜ {body} " if broken else f"|{body}")
        made += ["| # 一个注。 A remark."] * broken
    return "\n".join(made)


@QUICK
@given(
    asked(),
    st.sampled_from([" ", "  ", "\t", "　"]),
    st.sampled_from([{}, WIDE, WIDE_LETTERS]),
    st.booleans(),
)
def test_formatting_is_silent(case: Asked, spaces: str, width: dict[int, str], broken: bool) -> None:
    text = written(case.draft.text(), spaces, width, broken)
    other = Account(compile_program(contracts_of(text)), case.terms, case.ledger)
    assert gist(other.decide(case.question)) == gist(account(case).decide(case.question))


@QUICK
@given(asked())
def test_either_language_means_the_same(case: Asked) -> None:
    turned = replace(case, draft=replace(case.draft, chinese=not case.draft.chinese))
    assert turned.contracts[0].meaning_hash == case.contracts[0].meaning_hash
    assert gist(account(turned).decide(case.question)) == gist(account(case).decide(case.question))
