"""Text to clauses and statements: numbers, continuations, remarks, widths of letters, and where everything stands."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from contractlang import grammar, statements
from contractlang.parser import parse
from contractlang.source import Source
from contractlang.statements import NotAStatement, parse_statement
from contractlang.syntax import Clause, Node, Statement, Word

CONTRACTS = Path(__file__).parents[2] / "contracts"
HEAD = "| agreement hosting\n| party provider, customer\n| act pay by customer\n"


def clauses_of(text: str) -> list[Clause]:
    return list(parse(Source("a", text))[0].clauses)


def numbers_of(text: str) -> list[str]:
    return [clause.number for clause in clauses_of(text)]


def statements_of(text: str) -> list[Statement]:
    written, wrong = parse(Source("a", text))
    assert wrong == []
    return [statement for _, statement in written.statements()]


# ---- Clauses ----


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("五、费用\n1.甲方\n2、乙方\n3. 丙方", ["五", "五.1", "五.2", "五.3"]),
        ("五、费用\n六、保密\n1.双方", ["五", "六", "六.1"]),
        ("五.3 乙方应付款", ["五.3"]),
        ("十二、其他\n十二.1 补充", ["十二", "十二.1"]),
        ("5.3 The customer pays", ["5.3"]),
        ("5.3.1 The customer pays", ["5.3.1"]),
        ("5.3乙方应付款", ["5.3"]),
        ("1. Fees\n1.1 The customer pays\n2. Secrecy", ["1", "1.1", "2"]),
        ("第三条 乙方应付款\n1. 按月\n第四条 保密", ["3", "3.1", "4"]),
        ("第一百一十二条之一 停机", ["112之一"]),
        ("第34条（2）通知", ["34(2)"]),
        ("第三十四条（二）通知", ["34(2)"]),
        ("Article 34 (2) Notice", ["34(2)"]),
        ("Section 7a Notice", ["7a"]),
        ("Art. 34 Notice", ["34"]),
    ],
)  # fmt: skip
def test_clause_numbers(text: str, numbers: list[str]) -> None:
    assert numbers_of(text) == numbers


@pytest.mark.parametrize(
    "line", ["3.5元以下的费用不计。", "2026.3.1", "第二天应付款。", "10.00%", "五元以下"]
)
def test_a_sentence_that_begins_with_a_number_is_no_clause(line: str) -> None:
    assert numbers_of(line) == [""]


def test_a_clause_is_named_by_a_line_beneath_its_text() -> None:
    signature, after = clauses_of("甲方（盖章）\n| 条 签\n| 声明 “盖章”\n日期\n五、其他\n| 声明 “无”")
    assert (signature.number, signature.text) == ("签", ["甲方（盖章）", "日期"])
    assert len(signature.statements) == 1
    assert after.number == "五"


def test_a_clause_can_be_named_where_no_text_stands() -> None:
    assert [(clause.number, clause.text) for clause in clauses_of("| clause 断\n| truncated")] == [("断", [])]


def test_unnumbered_lines_belong_to_the_clause_above_until_a_statement_ends_it() -> None:
    found = clauses_of('Title\n\n4.1 The customer\npays.\n| states that "a"\nRemarks.')
    assert [(clause.number, clause.text) for clause in found] == [
        ("", ["Title"]),
        ("4.1", ["4.1 The customer", "pays."]),
        ("", ["Remarks."]),
    ]


def test_the_span_of_a_clause_is_its_text() -> None:
    text = 'Title\n4.1 The customer\npays.\n| states that "a"\n'
    clause = clauses_of(text)[1]
    assert clause.span is not None
    assert text[clause.span.start : clause.span.end] == "4.1 The customer\npays."


# ---- Statements ----


def test_a_statement_goes_on_behind_two_marks() -> None:
    text = (
        HEAD
        + "4.1 Pay.\n| customer must pay\n  || within 30 days\n|| # a remark\n||, unless customer did pay\n"
    )
    statement = statements_of(text)[-1]
    assert statement.body.rule == "norm"
    assert text[statement.base :].startswith("customer must pay")
    assert text[statement.base : statement.base + statement.length].endswith("did pay")


def test_remarks_and_empty_statements_say_nothing() -> None:
    assert statements_of("| # 一个注\n|\n|   \n｜＃ remark\n| agreement a")[0].body.rule == "document"


def test_the_widths_of_letters_and_marks_do_not_matter() -> None:
    wide = parse_statement("ｐａｙ＿ｆｅｅ：ｃｕｓｔｏｍｅｒ　ｍｕｓｔ　ｐａｙ，ｗｉｔｈｉｎ　３０　ｄａｙｓ")
    assert wide == parse_statement("pay_fee:customer must pay,within 30 days")


def test_quotation_marks_of_either_kind_delimit_a_text() -> None:
    for said in ('states that "甲方，“乙方”"', "声明 “甲方，乙方”", '声明 "a；b。c"'):
        parsed = parse_statement(said)
        assert isinstance(parsed, tuple)
        assert parsed[1].words()[0].text == said.split(maxsplit=1)[-1].removeprefix("that ")[1:-1]


@pytest.mark.parametrize("path", sorted(CONTRACTS.rglob("*.contract")), ids=lambda path: path.stem)
def test_every_word_stands_where_it_says(path: Path) -> None:
    """Every contract of ours: the span of each word is that word in the file."""
    source = Source(str(path), path.read_text("utf-8"))
    written, wrong = parse(source)
    assert wrong == []
    for _, statement in written.statements():
        whole = statement.span()
        for word in ([statement.label] if statement.label else []) + statement.body.words():
            span = statement.span(word)
            said = source.text[span.start : span.end]
            assert said[word.kind == "STRING" : len(said) - (word.kind == "STRING")] == word.text
            assert whole.start <= span.start < span.end <= whole.end


def within(node: Node) -> bool:
    inner = [part for part in node.parts if isinstance(part, Node | Word)]
    return all(node.start <= part.start <= part.end <= node.end for part in inner) and all(
        within(part) for part in inner if isinstance(part, Node)
    )


def test_every_part_stands_within_the_whole() -> None:
    for path in CONTRACTS.rglob("*.contract"):
        for _, statement in parse(Source("a", path.read_text("utf-8")))[0].statements():
            assert within(statement.body)


# ---- What is wrong ----


@pytest.mark.parametrize(
    ("statement", "help"),
    [
        ("customer shall pay", "write `must`"),
        ("customer should pay", "write `must`"),
        ("customer will pay", "write `must`"),
        ("customer shall not pay", "write `must not`"),
        ("customer can pay", "write `may`"),
        ("customer cannot pay", "write `must not`"),
        ("customer pays", "write `must pay`"),
        ("customer must", "write an act, for example `must pay`"),
        ("customer must pay within", "write for example `within 30 days`"),
        ("customer must pay whitin 30 days", "write `within`"),
        ('states that "a', 'close the quotation: `"…"`'),
    ],
)
def test_the_help_is_something_to_type(statement: str, help: str) -> None:
    wrong = parse(Source("a", f"{HEAD}4.1 Pay.\n| {statement}"))[1]
    assert [each.help.en for each in wrong if each.help] == [help]


@pytest.mark.parametrize(
    ("statement", "help"),
    [
        ("乙方 须 支付", "请写 `必须`"),
        ("乙方 禁止 支付", "请写 `不得`"),
        ("乙方 不能 支付", "请写 `不得`"),
        ("乙方 可 支付", "请写 `可以`"),
        ("乙方 得 支付", "请写 `可以`"),
        ("乙方 应当 支付", "请写 `应`"),
        ("乙方 支付", "请写 `应`、`不得`或`可以`"),
        ("乙方应支付，限 30日 内", "请写 `乙方 应 支付`：词与词之间用空格隔开"),
        ("乙方 应支付，限 30日 内", "请写 `应 支付`：词与词之间用空格隔开"),
        ("乙方可以支付", "请写 `乙方 可以 支付`：词与词之间用空格隔开"),
        ("声明 “无", "补上后引号：`“……”`"),
    ],
)  # fmt: skip
def test_the_help_speaks_chinese(statement: str, help: str) -> None:
    text = f"| 协议 托管\n| 当事人 甲方，乙方\n| 行为 支付 由 乙方\n一、付款\n| {statement}"
    wrong = parse(Source("a", text))[1]
    assert [each.help.zh for each in wrong if each.help] == [help]


def test_a_keyword_is_not_found_at_the_beginning_of_a_longer_word() -> None:
    for glued in (
        "act pay (amount: money) bycustomer",
        "customer must pay within 30 daysof bill",
        "乙方 应 支付，限 30日 内支付",
    ):
        assert isinstance(parse_statement(glued), NotAStatement)


def test_what_nests_too_deep_or_is_too_long_is_told() -> None:
    for statement in (
        "when " + "(" * 3000 + "x" + ")" * 3000 + ", customer must pay",
        "when " + "not " * 500 + "x, customer must pay",
        "when " + " or ".join(["x"] * 500) + ", customer must pay",
        "amount a: is " + " + ".join(["1.00 CNY"] * 500),
        "x" * 10_000,
    ):
        wrong = parse(Source("a", f"| {statement}"))[1]
        assert [each.code for each in wrong] == ["too-large"]


def test_after_two_hundred_mistakes_the_rest_is_not_read() -> None:
    wrong = parse(Source("a", "| customer shall pay\n" * 100_000))[1]
    assert len(wrong) == 202
    assert wrong[-1].code == "too-much"


# ---- The tables ----


def test_the_tables_are_those_of_the_grammar() -> None:
    """If this fails, the grammar has changed: run `python -m contractlang.grammar`."""
    folder = grammar.FOLDER
    mark = sha256((folder / "grammar.lark").read_bytes()).digest()
    assert (folder / grammar.TABLES).read_bytes().startswith(mark)


def test_whole_words_find_what_larks_own_words_find() -> None:
    """All statements of our contracts, read by lark with its own lexer."""
    from lark import Lark, Token, Tree

    reader = Lark(
        (grammar.FOLDER / "grammar.lark").read_text("utf-8"),
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
    )

    def plain(tree: object) -> object:
        if isinstance(tree, Tree):
            parts = [plain(child) for child in tree.children]
            return parts[0] if tree.data == "name" else [str(tree.data), *parts]
        if isinstance(tree, Token):
            return [tree.type, "" if tree.type == "STRING" else str(tree)]
        return None

    def spelled(node: Node | Word | None) -> object:
        if isinstance(node, Node):
            return [node.rule, *map(spelled, node.parts)]
        if node is not None:
            return [node.kind, "" if node.kind == "STRING" else node.text]
        return None

    for path in sorted(CONTRACTS.rglob("*.contract")):
        for _, statement in parse(Source("a", path.read_text("utf-8")))[0].statements():
            # What is quoted is spelled as it was written; lark sees the widths made even.
            marks = statements.INSIDE if '"' in statement.raw else statements.WIDTH
            tree = reader.parse(statement.raw.translate(marks))
            found = ["start", spelled(statement.label), spelled(statement.body)]
            assert json.dumps(plain(tree)) == json.dumps(found), statement.raw
