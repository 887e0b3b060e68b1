"""Statements to norms: literals, names in both languages, ids that stay, and hashes of text and of meaning."""

import re
from datetime import date
from pathlib import Path

import pytest

from contractlang.contract import Contract
from contractlang.expression import Compare, Const, Expr, Field, Later
from contractlang.kinds import COUNT, DAY, PERIOD, SHARE, TEXT, TIME, Kind, money_in
from contractlang.load import Workspace, load_text
from contractlang.norms import (
    AmountRule,
    ByDay,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Within,
)
from contractlang.source import Span
from contractlang.values import Period, Share
from contractlang.words import say_amount

VOCABULARY = """\
| agreement hosting
| party provider 甲方, customer 乙方
| state service 服务: on 开 | off 关
| event invoice 账单 (amount 金额数: money, due 到期: day)
| act pay 付款 (amount 金额数: money, bill 所付: invoice) by customer, accumulates amount for each bill
| act stop 停机 by provider, needs basis, sets service to off
| act warn 警告 by provider
"""


def meant(text: str, errors: int = 0) -> Contract:
    loaded = load_text(text)
    assert len(loaded.errors) == errors, [each.message.en for each in loaded.errors]
    return loaded.contracts[loaded.asked[0]]


def hosting(lines: str) -> Contract:
    return meant(VOCABULARY + lines)


# ---- Literals ----


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("100.00 CNY", 10000, money_in("CNY")),
        ("100元", 10000, money_in("CNY")),
        ("¥0.5", 50, money_in("CNY")),
        ("12.34 EUR", 1234, money_in("EUR")),
        ("30 days", Period(30, "days"), PERIOD),
        ("30日", Period(30, "days"), PERIOD),
        ("5 business days", Period(5, "business_days"), PERIOD),
        ("5个工作日", Period(5, "business_days"), PERIOD),
        ("2年", Period(2, "years"), PERIOD),
        ("24小时", Period(24, "hours"), PERIOD),
        ("3‰", Share(3, 1000), SHARE),
        ("12.5%", Share(125, 1000), SHARE),
        ("18:00", 1080, TIME),
        ("42", 42, COUNT),
        ("2026-03-31", date(2026, 3, 31), DAY),
        ("2026年3月31日", date(2026, 3, 31), DAY),
        ('"甲，乙"', "甲，乙", TEXT),
    ],
)
def test_literals(written: str, value: object, kind: Kind) -> None:
    norm = hosting(f"1.1 x\n| when {written} is {written}, provider may warn").norms[0]
    assert isinstance(norm.when, Compare)
    assert norm.when.left == norm.when.right == Const(value, kind)


@pytest.mark.parametrize(
    "written",
    ["100.005 CNY", "2026-02-30", "99:99", "9999 years", "1" * 40, "1" * 3500, "1" * 3500 + " days"],
)
def test_a_value_that_cannot_be_is_an_error_with_a_remedy(written: str) -> None:
    found = load_text(VOCABULARY + f"1.1 x\n| when {written} is {written}, provider may warn").errors
    assert {each.code for each in found} == {"literal"}
    assert all(each.help is not None for each in found)


# ---- Norms ----


def test_a_duty_to_pay() -> None:
    (norm,) = hosting(
        "4.1 x\n| pay_fee: for each invoice as bill, customer must pay bill.amount for bill by 30 days after bill.due"
    ).norms
    assert isinstance(norm, Obligation)
    assert (norm.id, norm.label, norm.clause, norm.bearer) == ("4.1:pay_fee", "pay_fee", "4.1", "customer")
    assert isinstance(norm.trigger, OnOccurrence)
    assert isinstance(norm.act.about, Expr)
    assert isinstance(norm.act.amount, Field)
    assert norm.window is not None
    assert isinstance(norm.window.limit, ByDay)
    assert isinstance(norm.window.limit.day, Later)


def test_a_power_changes_something_and_a_permission_does_not() -> None:
    power, permission = hosting("4.1 x\n| provider may stop\n| provider may warn").norms
    assert isinstance(power, Power)
    assert isinstance(permission, Permission)


def test_otherwise_waits_for_the_breach_of_what_stands_before_it() -> None:
    first, second = hosting(
        "4.1 x\n| customer must pay within 1 day, otherwise customer must pay within 30 days"
    ).norms
    assert isinstance(second.trigger, OnBreach)
    assert (first.id, second.id) == ("4.1", "4.1~1")


def test_a_named_sum_keeps_both_names() -> None:
    contract = hosting("5.1 x\n| 金额 费用 fee：就 每次 账单 作为 b，为 b.金额数")
    (rule,) = contract.amounts
    assert isinstance(rule, AmountRule)
    assert (rule.name, rule.alias) == ("费用", "fee")
    assert "fee" in say_amount(rule, contract, "en")
    assert "费用" in say_amount(rule, contract, "zh")


def test_a_period_runs_from_the_day_that_is_named() -> None:
    (norm,) = hosting("4.1 x\n| 就 每次 账单 作为 b，乙方 应 付款，自 b.到期 起，限 30日 内").norms
    assert isinstance(norm, Obligation)
    assert norm.window is not None
    assert isinstance(norm.window.limit, Within)
    assert isinstance(norm.window.limit.of, Field)
    assert norm.since is None


# ---- One meaning, written in many ways ----

ENGLISH = """\
5.1 Fees
| pay_fee: for each invoice as bill where bill.amount > 0.00 CNY,
|| customer must pay bill.amount for bill within 30 days of bill.due
| hold: while pay_fee is overdue for more than 30 days, provider may stop, unless service is off
| b: provider must not warn
5.2 Cure
| when service is off and not pay_fee is overdue, provider must warn at once
| amount fee: for each invoice as bill, is bill.amount + bill.amount * 3‰
| hold prevails over 5.1b
"""
CHINESE = """\
五、费用
1.费用
| pay_fee：就 每次 账单 作为 单据 限于 单据.金额数 > 0.00元，
|| 乙方 应 就 单据 付款 单据.金额数，自 单据.到期 起，限 30日 内
| hold：当 pay_fee 逾期 超过 30日，甲方 可以 停机，除非 服务 为 关
| b：甲方 不得 警告
2.补正
| 若 服务 为 关 且 非 pay_fee 逾期，甲方 应 警告，立即
| 金额 fee：就 每次 账单 作为 单据，为 单据.金额数 + 单据.金额数 * 3‰
| hold 优先于 五.1b
"""
MIXED = """\
五、Fees
1. 费用
| pay_fee: 就 每次 invoice 作为 x where x.金额数 > 0元, customer 应 for x 付款 x.amount 限 30日 内 自 x.due 起
| hold：while pay_fee 逾期 for more than 30日，provider 有权 stop unless service 为 off
| b: 甲方 must not 警告
2. Cure
| when 服务 is 关 且 not pay_fee 逾期, 甲方 必须 warn 立即
| amount fee: for each 账单 as x, 为 x.amount + x.金额数 * 3‰
| hold prevails over 五.1b
"""


def test_both_languages_and_their_mixture_mean_the_same() -> None:
    hashes = {hosting(text).meaning_hash for text in (ENGLISH, CHINESE, MIXED)}
    assert len(hashes) == 1


def test_layout_and_width_mean_nothing() -> None:
    written = ENGLISH.replace(", ", "，\n  ||  ").replace(":", " ：").replace("| b", "｜ ｂ")
    spaced = re.sub(r"(?<=\w) (?=\w)", "　 ", written.replace("5.1 Fees", "5.1  Charges"))
    assert hosting(spaced).meaning_hash == hosting(ENGLISH).meaning_hash


def test_remarks_and_declared_order_of_clauses_apart_the_text_has_its_own_hash() -> None:
    one, other = hosting(ENGLISH), hosting(ENGLISH.replace("5.2 Cure", "5.2 Remedy"))
    assert one.meaning_hash == other.meaning_hash
    assert one.text_hash != other.text_hash
    noted = hosting(ENGLISH + '| states that "nothing else"\n')
    assert noted.text_hash == one.text_hash
    assert noted.meaning_hash == one.meaning_hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("within 30 days", "within 31 days"),
        ("> 0.00 CNY", ">= 0.00 CNY"),
        ("provider must not warn", "provider may warn"),
        (", unless service is off", ""),
        ("hold prevails over 5.1b", "hold prevails over 5.1"),
        ("of bill.due", "of bill.day"),
        ("* 3‰", "* 3%"),
    ],
)
def test_what_changes_a_norm_changes_the_hash(before: str, after: str) -> None:
    assert before in ENGLISH
    assert hosting(ENGLISH.replace(before, after)).meaning_hash != hosting(ENGLISH).meaning_hash
    assert hosting(ENGLISH.replace(before, after)).text_hash == hosting(ENGLISH).text_hash


# ---- Edits ----


def test_ids_stay_when_other_clauses_are_edited() -> None:
    edited = ENGLISH.replace(
        "| b: provider must not warn\n", "| b: provider must not warn\n| customer may pay\n"
    )
    before, after = ({norm.id for norm in hosting(text).norms} for text in (ENGLISH, edited))
    assert after - before == {"5.1"}
    assert before <= after


def test_a_text_that_is_edited_means_what_it_would_mean_afresh(tmp_path: Path) -> None:
    """The workspace takes over what has not changed: the result is the same to every place and every message."""
    workspace = Workspace()
    path = str(tmp_path / "a.contract")
    texts = [VOCABULARY + ENGLISH]
    for before, after in (
        ("within 30 days", "within 3 days"),
        ("5.2 Cure", "Some more text\nover two lines\n5.2 Cure"),
        ("provider must not warn", "provider must not wran"),
        ("provider must not wran", "provider must not warn"),
        ("act warn 警告", "act warn 提醒"),
        ("| b: ", "| provider may warn\n| c: "),
        ("service 服务: on 开", "service 服务: up 开"),
    ):
        assert before in texts[-1]
        texts.append(texts[-1].replace(before, after))
    for text in (*texts, *reversed(texts)):
        again, afresh = workspace.check(path, text), load_text(text, path)
        assert again.contracts == afresh.contracts
        assert again.diagnostics == afresh.diagnostics
        assert again.contracts["hosting"].norms == afresh.contracts["hosting"].norms


FINE = "| amount fine: is 5 CNY\n"


@pytest.mark.parametrize(
    ("text", "struck", "put"),
    [
        (f"{ENGLISH}6.1 x\n| define late is breach of pay_fee\n| amount fine: is 5 CNY where late\n", "pay_fee: ", ""),
        (f"| define total is fine\n6.1 x\n| when total > 3 CNY, provider may warn\n6.2 x\n{FINE}", "5 CNY", "5 EUR"),
        (f"| define dear is fine > 3 CNY\n6.1 x\n| when dear, provider may warn\n6.2 x\n{FINE}", "5 CNY", "5 EUR"),
        ("| define base is 5 CNY\n| define total is fine\n6.1 x\n| when total > 3 CNY, provider may warn\n"
         "6.2 x\n| amount fine: is base\n", "5 CNY", "5 EUR"),
        (f"6.1 x\n{FINE}6.2 x\n| when fine > 3 EUR, provider may warn\n6.3 x\n| amount fine: is 5 EUR\n",
         "6.2 x\n| when fine > 3 EUR, provider may warn\n6.3 x\n| amount fine: is 5 EUR\n",
         "6.3 x\n| amount fine: is 5 EUR\n6.2 x\n| when fine > 3 EUR, provider may warn\n"),
        ('| question reasonable_period: "is it?"\n6.1 x\n| customer must pay within a reasonable time\n',
         "reasonable_period", "another"),
        ('6.1 x\n| for each invoice as bill, customer must pay bill.qqq\n| states that "Note"\n', "Note", "注" * 400),
        ("| define never is 5 CNY < 3 CNY\n6.1 x\n| when never, provider may warn\n", "6.1", "6.0 y\n6.1"),
    ],
    ids=["a norm", "a sum", "a sum compared", "a sum of a sum", "a sum before and behind", "who judges",
         "the language", "a place"],
)  # fmt: skip
def test_what_is_seen_through_something_else_is_read_anew(
    tmp_path: Path, text: str, struck: str, put: str
) -> None:
    """A statement is written as before, and so is all that it names; but one of these, or what nobody names, is not."""
    workspace, path, text = Workspace(), str(tmp_path / "a.contract"), VOCABULARY + text
    assert text.count(struck) == 1
    for each in (text, text.replace(struck, put), text):
        again, afresh = workspace.check(path, each), load_text(each, path)
        assert again.diagnostics == afresh.diagnostics
        assert repr(again.contracts) == repr(afresh.contracts)


def test_a_file_without_a_head_is_told_so_as_soon_as_it_says_anything(tmp_path: Path) -> None:
    workspace, path = Workspace(), str(tmp_path / "a.contract")
    for text in ("", "| user must pay\n", "1. x\n"):
        assert workspace.check(path, text).diagnostics == load_text(text, path).diagnostics


def test_a_document_that_gets_another_name_is_found_by_what_a_document_that_is_used_uses(
    tmp_path: Path,
) -> None:
    """While it is typed: nothing that was read before has changed."""
    (tmp_path / "used.contract").write_text("| vocabulary used\n| uses terms\n", "utf-8")
    other, path = tmp_path / "other.contract", str(tmp_path / "a.contract")
    other.write_text("| vocabulary words\n", "utf-8")
    typed = dict[str, str]()
    workspace = Workspace((), typed)
    for name in ("words", "terms", "words"):
        typed[str(other)] = f"| vocabulary {name}\n"
        again, afresh = (
            each.check(path, "| agreement a\n| uses used\n") for each in (workspace, Workspace((), typed))
        )
        assert again.diagnostics == afresh.diagnostics
        assert bool(again.errors) is (name == "words")


def test_every_norm_stands_where_it_says() -> None:
    text = VOCABULARY + CHINESE
    for norm in meant(text).norms:
        assert isinstance(norm.span, Span)
        said = text[norm.span.start : norm.span.end]
        assert any(modal in said for modal in ("应", "可以", "不得"))


def test_a_used_document_is_read_again_when_its_file_has_changed(tmp_path: Path) -> None:
    words = tmp_path / "words.contract"
    words.write_text("| vocabulary words 词\n| party user\n| act pay by user\n", "utf-8")
    workspace = Workspace([tmp_path])
    text = "| agreement a\n| 引用 词\n1.1 x\n| user must pay within 1 day\n"
    assert workspace.check(str(tmp_path / "a.contract"), text).errors == []
    words.write_text("| vocabulary words 词\n| party client\n| act pay by client\n", "utf-8")
    (wrong,) = workspace.check(str(tmp_path / "a.contract"), text).errors
    assert wrong.message.en == "no party is called `user`"


# ---- What is wrong ----


def test_a_text_with_errors_is_not_checked_further() -> None:
    text = VOCABULARY + "1.1 x\n1.2 y\n| customer shall pay\n"
    assert [each.code for each in load_text(text).diagnostics] == ["syntax"]


@pytest.mark.parametrize(
    "line",
    [
        "for each invoice as b where b.amount > 30 days, provider may warn",
        "for each invoice as b where b > 30 days, provider may warn",
        "for each invoice as b where b.amount, provider may warn",
        "for each invoice as b where b.amount + 1 day > 1.00 CNY, provider may warn",
        "when service > on, provider may warn",
        "when service is 3, provider may warn",
        "when customer, provider may warn",
        "when 30 days, provider may warn",
        "when either party is overdue, provider may warn",
        "when (customer as of 2026-01-01) is off, provider may warn",
        "when (sum of invoice.due) > 3, provider may warn",
        "customer must pay within 3",
        "customer must pay by 30 days",
        "customer must pay 3 days",
        "customer must payy",
        "custmer must pay",
        "somebody must pay",
        "when nothing_known is on, provider may warn",
        "for each storm, provider may warn",
        "voids 4.9 when weather",
        "amount x: is service",
        "blank x: colour",
        "act x by nobody",
        "act x by provider, sets colour to on",
        "state x: money | off",
        "uses nothing",
        "see 9.9",
        "prevails over 9.9",
        "voids agreed powers of customers to stop",
        "voids any duty to keep stop",
        "layer civil",
        "replaces 1.1",
        "amount x: is 3.00 CNY * 4/0",
        "valid from 2026-02-01 to 2026-01-01",
        "fills service with 3.00 CNY",
    ],
)
def test_every_mistake_comes_with_something_to_type(line: str) -> None:
    for each in load_text(f"{VOCABULARY}1.1 x\n| {line}").errors:
        assert each.help is not None, each.message.en
        assert "None" not in each.help.en + each.help.zh
        assert not re.search(r"\b[Aa] [aeio]", each.message.en), each.message.en


def test_the_nearest_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "telecom.contract").write_text("| vocabulary telecom\n", "utf-8")
    (wrong,) = load_text("| agreement a\n| uses telecoms\n", str(tmp_path / "a.contract")).errors
    assert wrong.help is not None
    assert wrong.help.en == "did you mean `telecom`?"


def test_definitions_of_definitions_cannot_grow_without_end() -> None:
    lines = "".join(f"| define d{i} is d{i - 1} and (d{i - 1} or not d{i - 1})\n" for i in range(1, 60))
    found = load_text(f"{VOCABULARY}| define d0 is customer did pay\n{lines}").errors
    assert found[0].code == "too-large"
