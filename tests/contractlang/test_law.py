"""What laws say of themselves: layer, force of a clause, numbers, sources; and how they reach into agreements."""

from datetime import date

import pytest

from contractlang.contract import Contract
from contractlang.declaration import ReadingDecl
from contractlang.expression import (
    AgreedLosses,
    AmountOf,
    Answer,
    AnyNorm,
    Arithmetic,
    Bound,
    ByAct,
    ByClause,
    ByOrder,
    ByState,
    Chosen,
    Const,
    Field,
    Not,
    Target,
)
from contractlang.kinds import DAY, FLAG, SHARE, TEXT, money_in, occurrence_of
from contractlang.load import load_text
from contractlang.norms import Norm, Standing
from contractlang.numerals import plain_number
from contractlang.values import Share
from contractlang.words import say_fill, say_priority, say_target

CNY = money_in("CNY")

HEAD = """\
| law telecom_rules
| layer sector
| valid from 2016-02-06 to 2030-12-31
| rank mandatory
| party provider 甲方, user 乙方
| act cut_off 停机 by provider, needs basis
| act warn 通知 by provider
"""
WHOLE = Standing("mandatory", "binding", date(2016, 2, 6), date(2030, 12, 31))


def law(text: str, head: str = HEAD) -> Contract:
    loaded = load_text(head + text)
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return loaded.contracts[loaded.asked[0]]


def norm(contract: Contract, id: str) -> Norm:
    return next(each for each in contract.norms if each.id == id)


@pytest.mark.parametrize(
    ("written", "layer"),
    [
        ("layer civil", "civil"),
        ("层 civil", "civil"),
        ("layer local:HN", "local:HN"),
        ("层 地方：HN", "local:HN"),
    ],
)
def test_a_law_belongs_to_a_layer(written: str, layer: str) -> None:
    assert law("", f"| law rules\n| {written}\n").layer == layer


def test_an_agreement_belongs_to_the_layer_of_the_contract() -> None:
    assert load_text("| agreement hosting\n").contracts["hosting"].layer == "contract"


def test_a_default_may_be_that_of_a_local_layer() -> None:
    made = law('| reading reach: "?"\n| option wide, by default under 地方:HN\n| option narrow\n')
    reading = made.declarations["reach"]
    assert reading.options[0].defaults[0].layer == "local:HN"  # type: ignore[union-attr]


def test_the_head_gives_its_force_to_every_sentence() -> None:
    made = law("Article 34 Cutting off.\n| provider may cut_off\n")
    assert norm(made, "34").standing == WHOLE


def test_a_clause_may_say_its_own_force() -> None:
    made = law(
        "第三十四条 甲。\n| 位阶 填补\n| 性质 管理性\n| 施行 自 2020年1月1日\n| 甲方 应 通知\n"
        "第三十五条 乙。\n| status enabling\n| provider may cut_off\n"
        "第三十六条 丙。\n| provider may warn\n"
    )
    own = Standing("gap-filling", "administrative", date(2020, 1, 1), date(2030, 12, 31))
    assert norm(made, "34").standing == own
    assert norm(made, "35").standing == Standing(
        "mandatory", "enabling", date(2016, 2, 6), date(2030, 12, 31)
    )
    assert norm(made, "36").standing == WHOLE


def test_every_kind_of_sentence_has_the_force_of_its_clause() -> None:
    made = law(
        "Article 7 Much.\n| status procedural\n| stop: provider may cut_off\n"
        "| amount fine: is 3.00 CNY\n| for each warn as note, loss note.at is borne by user\n| stop prevails over 8\n"
        "| stop lapses after 1 year from warn\n| agreement lasts 1 year\n"
        "Article 8 More.\n| provider must warn\n"
    )
    rules = [made.norms[0], *made.amounts, *made.losses, *made.priorities, *made.bars, *made.life]
    assert len(rules) == 6
    assert {each.standing.status for each in rules} == {"procedural"}
    assert made.norms[1].standing == WHOLE


def test_the_head_may_stand_beneath_the_title() -> None:
    made = law(
        "", 'Telecommunications rules\n| law rules\n| layer sector\n| rank gap-filling\n| version "2016"\n'
    )
    assert (made.rank, made.layer, made.version) == ("gap-filling", "sector", "2016")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("第三十四条 电信用户", "34"),
        ("第三十四条之一　电信用户", "34之一"),
        ("Article 34 Users", "34"),
        ("第三十四条（2） 电信用户", "34(2)"),
        ("第三十四条(二) 电信用户", "34(2)"),
        ("第三十四条之一(2) 电信用户", "34之一(2)"),
        ("Article 34 (2) Users", "34(2)"),
        ("Article 34(2) Users", "34(2)"),
    ],
)
def test_articles_are_clauses(line: str, number: str) -> None:
    made = law(f"{line}\n| stop: provider may cut_off\n| b: provider may warn\n")
    assert [each.id for each in made.norms] == [f"{number}:stop", f"{number}b"]
    assert made.clause(number) is not None


@pytest.mark.parametrize("written", ["34(2)", "34（2）", "34 (2)", "第三十四条(2)", "第三十四条第二款"])
def test_a_paragraph_can_be_spoken_of(written: str) -> None:
    made = law(
        f"Article 34 (2) Users.\n| provider may cut_off\nArticle 35 More.\n| prevails over {written}\n| see {written}\n"
    )
    over = made.priorities[0].over
    assert isinstance(over, ByClause)
    assert plain_number(over.clause) == "34(2)"


def test_an_article_and_one_between_articles_can_be_spoken_of() -> None:
    made = law(
        "第三十四条 甲。\n| 甲方 可以 停机\n第三十四条之一 乙。\n| 甲方 可以 通知\n"
        "第三十五条 丙。\n| 优先于 34\n| 优先于 34之一\n| 优先于 第三十四条之一\n"
    )
    assert [each.over for each in made.priorities] == [ByClause("34"), ByClause("34之一"), ByClause("34之一")]


# ---- Unverified clauses, sources ----


def test_what_stands_beneath_an_unverified_clause_waits_for_its_switch() -> None:
    made = law(
        '第十条 甲。\n| 未核实 notice24 二十四小时通知 "RS-24"："未见原文"\n| 甲方 应 通知\n'
        "| loss_rule: for each warn as note, loss note.at is borne by user\n| amount fine: is 3.00 CNY\n"
        "| 时效 3年，自 breach.发生日 起\n| prevails over 11\n| fills due_day with warn.day\n"
        '| reading reach: "?"\n| option wide: b: provider may cut_off\n'
        "Article 11 More.\n| provider may warn\n"
    )
    on = Chosen("notice24", "on")
    reading = made.declarations["notice24"]
    assert isinstance(reading, ReadingDecl)
    assert (reading.alias, reading.external) == ("二十四小时通知", "RS-24")
    assert [(each.name, each.alias) for each in reading.options] == [("off", "不适用"), ("on", "适用")]
    assert [bool(each.defaults) for each in reading.options] == [True, False]
    assert [each.option for each in made.norms] == [(on,), (on, Chosen("reach", "wide")), ()]
    others = made.losses[0], made.amounts[0], made.bars[0], made.priorities[0], made.fills[0]
    assert {each.option for each in others} == {(on,)}


def test_clauses_may_share_a_switch_and_a_vocabulary_may_declare_it() -> None:
    made = law(
        'Article 1 One.\n| unverified standards: "not seen"\n| provider may warn\n'
        'Article 2 Two.\n| unverified standards: "not seen"\n| provider may warn\n'
    )
    assert [each.option for each in made.norms] == [(Chosen("standards", "on"),)] * 2


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ('source "Article 1", consistent', "consistent"),
        ('source "Article 1" single', "single"),
        ("出处 “Article 1”，部分核实", "partial"),
        ("出处 “Article 1”，未核实", "memory"),
    ],
)
def test_a_clause_says_where_it_was_read(written: str, mark: str) -> None:
    (note,) = law(f"Article 1 One.\n| {written}\n").sources
    assert (note.clause, note.citation, note.mark) == ("1", "Article 1", mark)


def test_a_source_alone_does_not_account_for_a_clause() -> None:
    made = law('Article 1 One.\n| source "Article 1", single\n')
    assert not made.clauses[0].accounted


# ---- Which norms are meant ----

STATES = "| state service 服务: on 开 | off 关\n"


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("any duty to keep service", ByState("service")),
        ("任何 保持 服务 的 义务", ByState("service")),
        ("any agreed duty of provider to keep service", ByState("service", True, "provider")),
        ("甲方 的 任何 约定 的 保持 服务 的 义务", ByState("service", True, "provider")),
        ("agreed duties to keep service", ByState("service", True)),
        ("甲方 的 保持 服务 的 约定义务", ByState("service", True, "provider")),
        ("any duty of provider to warn", ByAct("duty", "warn", False, "provider")),
        ("any agreed power of provider to cut_off", ByAct("power", "cut_off", True, "provider")),
        ("甲方 的 任何 约定 的 有关 停机 的 权力", ByAct("power", "cut_off", True, "provider")),
        ("agreed powers of provider to cut_off", ByAct("power", "cut_off", True, "provider")),
        ("甲方 的 有关 停机 的 约定权力", ByAct("power", "cut_off", True, "provider")),
        ("agreed losses", AgreedLosses()),
        ("约定的损失承担", AgreedLosses()),
        ("agreed losses of user", AgreedLosses("user")),
        ("乙方 约定的损失承担", AgreedLosses("user")),
        ("first agreement", ByOrder(1)),
        ("the second agreement", ByOrder(2)),
        ("第一份协议", ByOrder(1)),
    ],
)
def test_targets(written: str, target: Target) -> None:
    made = law(STATES + f"Article 1 One.\n| voids {written}\n")
    assert made.priorities[0].over == target


def test_what_is_said_of_a_group_in_english_is_read_again() -> None:
    groups: list[Target] = [
        ByState("service", True, "provider"), ByState("service"), ByAct("duty", "warn", False, "provider"),
        ByAct("power", "warn", True), AgreedLosses("user"), AgreedLosses(), ByOrder(1), ByOrder(2), AnyNorm(),
    ]  # fmt: skip
    made = law(STATES)
    for group in groups:
        said = say_target(group, made, "en")
        again = law(STATES + f"Article 1 One.\n| voids {said}\n").priorities[0].over
        assert again == group


@pytest.mark.parametrize(
    "written",
    [
        "voids agreed powers of provider to cut_off as term when not fair(term)",
        "使无效 甲方 的 有关 停机 的 约定权力 作为 term，一旦 非 公平(term)",
        "limits agreed powers of provider to cut_off as term to stop when not fair(term)",
        "stop prevails over agreed powers of provider to cut_off as term unless fair(term)",
    ],
)
def test_the_clause_of_what_is_beaten_has_a_name(written: str) -> None:
    made = law(
        '| question fair 公平 about clause_text: "Is it fair?"\n'
        f"Article 1 One.\n| stop: provider may cut_off\n| {written}\n"
    )
    (priority,) = made.priorities
    assert priority.variable == "term"
    assert priority.when == Not(Answer("fair", Bound("term", TEXT), FLAG))
    assert "term" in say_priority(priority, made, "en")


# ---- Filling, shares, own names ----


@pytest.mark.parametrize("written", ["fills due_day with bill_issued.due", "以 出账.到期日 填补 due_day"])
def test_a_law_fills_what_it_need_not_declare(written: str) -> None:
    made = law(
        f"| event bill_issued 出账 (due 到期日: day)\nArticle 511 Time.\n| rank gap-filling\n| {written}\n"
    )
    (fill,) = made.fills
    last = Bound("@last bill_issued", occurrence_of("bill_issued"))
    assert (fill.blank, fill.value, fill.standing.rank) == ("due_day", Field(last, "due", DAY), "gap-filling")
    assert say_fill(fill, made, "en") == "due day is taken to be the due of the last bill issued"


@pytest.mark.parametrize("written", ["4/30", "4 / 30", "30分之4"])
def test_shares_may_be_fractions(written: str) -> None:
    made = law(f"Article 1 One.\n| amount fine: is 30.00 CNY * {written}\n")
    assert made.amounts[0].value == Arithmetic("*", Const(3000, CNY), Const(Share(4, 30), SHARE), CNY)


def test_a_sum_of_a_law_may_lean_on_the_agreed_one_of_its_name() -> None:
    made = law(
        '| event bill_issued 出账 (due 到期日: day)\nArticle 33 Faults.\n| source "x", single\n'
        "| amount fee 费用: for each bill_issued as bill, is fee(bill) * 4/30\n"
    )
    bill = Bound("bill", occurrence_of("bill_issued"))
    assert made.amounts[0].value == Arithmetic(
        "*", AmountOf("fee", bill, CNY), Const(Share(4, 30), SHARE), CNY
    )
