"""The TextMate grammar of the VS Code extension is written from the grammar of the language, and in step with it.

`python -m tests.test_textmate --rewrite` writes it after the keywords have changed.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from contractlang import grammar

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "editors" / "vscode"
FILE = EXTENSION / "syntaxes" / "contract.tmLanguage.json"

# What each group of keywords is, for themes; all others are `keyword.other`.
MODALS = {"must", "may", "not", "应", "必须", "不得", "可以", "有权", "keep", "保持"}
DECLARATIONS = {
    "agreement", "law", "vocabulary", "supplement", "party", "thing", "type", "blank", "gap", "state", "act", "event",
    "question", "reading", "option", "define", "amount", "unverified", "clause",
    "协议", "法律", "词汇", "补充", "当事人", "物",
    "类型", "空白", "缺漏", "状态", "行为", "事件", "问题", "解释", "选项", "定义", "金额", "未核实", "条",
}  # fmt: skip
# A word is whole: `mustard` is a name and so is 甲方应. (`\b` knows no Chinese.)
BEFORE, BEHIND = r"(?<![\p{L}\p{N}_])", r"(?![\p{L}\p{N}_]|-[\p{L}\p{N}_])"


def words(listed: set[str]) -> str:
    """Return the pattern of some words, the longest first."""
    return (
        BEFORE
        + "(?:"
        + "|".join(re.escape(each) for each in sorted(listed, key=lambda w: (-len(w), w)))
        + ")"
        + BEHIND
    )


def textmate() -> dict[str, Any]:
    """Return the grammar as TextMate has it."""
    every = set(grammar.keywords())
    rest = every - MODALS - DECLARATIONS
    name = r"[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*"
    statement = [
        {"name": "comment.line.contract", "match": r"(?<=[|｜])[ \t　]*[#＃].*$"},
        {"name": "string.quoted.double.contract", "match": '"[^"]*"?|“[^”]*”?'},
        {
            "match": rf"(?<=[|｜])[ \t　]*({name})[ \t　]*[:：]",
            "captures": {"1": {"name": "entity.name.function.contract"}},
        },
        {
            "name": "constant.numeric.date.contract",
            "match": r"\d{4}-\d{1,2}-\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日",
        },
        {
            "name": "constant.numeric.contract",
            "match": r"[¥￥]?\d+(?:[.:/]\d+)*(?:\s*(?:[‰%]|CNY|EUR|USD|元|"
            r"个工作日|工作日|个月|小时|分钟|日|天|周|秒|年|"
            r"business\s+days?|days?|weeks?|hours?|minutes?|seconds?|months?|years?)(?![A-Za-z]))?",
        },
        {"name": "keyword.control.modal.contract", "match": words(MODALS & every)},
        {"name": "storage.type.contract", "match": words(DECLARATIONS & every)},
        {"name": "keyword.other.contract", "match": words(rest)},
        {"name": "variable.other.contract", "match": name},
    ]
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Contract",
        "scopeName": "source.contract",
        "patterns": [
            {
                "name": "meta.statement.contract",
                "begin": r"^[ \t　]*([|｜]{1,2})",
                "beginCaptures": {"1": {"name": "punctuation.definition.statement.contract"}},
                "end": "$",
                "patterns": statement,
            },
            {
                "match": r"^\s*((?:[一二三四五六七八九十]+、|第[一二三四五六七八九十百千零〇0-9]+条|"
                r"\d+(?:\.\d+)*[.．、]?(?=\s|\p{L})"
                r"|(?:Article|Section) \d+)[^\n]*)$",
                "captures": {"1": {"name": "markup.heading.contract"}},
            },
        ],
    }


def plain(pattern: str) -> re.Pattern[str]:
    """Return a pattern as Python has it: a word's letter is `\\w` there."""
    return re.compile(
        pattern.replace(r"[\p{L}\p{N}_]", r"\w")
        .replace(r"[\p{L}_]", r"[^\W\d]")
        .replace(r"\p{L}", r"[^\W\d_]")
    )


def scopes_of(text: str) -> list[tuple[str, str]]:
    """Return the words of a statement with what the grammar says they are."""
    patterns = textmate()["patterns"][0]["patterns"]
    compiled = [
        (each.get("name", "entity.name.function.contract"), plain(each["match"])) for each in patterns
    ]
    at, found = 0, []
    while at < len(text):
        hits = [
            (hit.start(), place, name, hit)
            for place, (name, pattern) in enumerate(compiled)
            if (hit := pattern.search(text, at))
        ]
        if not hits:
            break
        _, _, name, hit = min(hits, key=lambda each: each[:2])
        found.append((hit[0].strip(), name.removesuffix(".contract")))
        at = max(hit.end(), at + 1)
    return found


def test_the_textmate_grammar_is_that_of_the_language() -> None:
    written = json.loads(FILE.read_text("utf-8"))
    assert written == textmate(), "write it with: python -m tests.test_textmate --rewrite"


def test_every_keyword_is_one() -> None:
    for word in grammar.keywords():
        ((text, scope),) = scopes_of(word)
        assert text == word
        assert scope.startswith(("keyword", "storage")), word


def test_a_name_that_begins_with_a_keyword_is_a_name() -> None:
    for word in ("mustard", "应当事人", "甲方应", "may_be", "partys"):
        assert scopes_of(word) == [(word, "variable.other")]


def test_a_statement_is_told_apart() -> None:
    assert scopes_of("乙方 应 支付，限 30日 内") == [
        ("乙方", "variable.other"), ("应", "keyword.control.modal"), ("支付", "variable.other"),
        ("限", "keyword.other"),
        ("30日", "constant.numeric"), ("内", "keyword.other"),
    ]  # fmt: skip
    assert scopes_of('states that "must 应" by 2026-03-31') == [
        ("states", "keyword.other"), ("that", "keyword.other"), ('"must 应"', "string.quoted.double"),
        ("by", "keyword.other"), ("2026-03-31", "constant.numeric.date"),
    ]  # fmt: skip


def test_what_the_extension_names_is_there() -> None:
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    contributed = package["contributes"]
    for named in (contributed["grammars"][0]["path"], contributed["languages"][0]["configuration"]):
        json.loads((EXTENSION / named).read_text("utf-8"))
    client = (EXTENSION / "src" / "extension.js").read_text("utf-8")
    for setting in contributed["configuration"]["properties"]:
        assert f'"{setting.removeprefix("contract.")}"' in client, setting
    # The server names the command; the client carries it out.
    assert '"contract.showPlaces"' in client
    assert '"contract.showPlaces"' in (ROOT / "engine" / "desk" / "lenses.py").read_text("utf-8")
    lock = (EXTENSION / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock


if __name__ == "__main__" and "--rewrite" in sys.argv:
    FILE.write_text(json.dumps(textmate(), ensure_ascii=False, indent=2) + "\n", "utf-8")
