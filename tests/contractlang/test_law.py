"""What laws say of themselves: layer, force of a clause, numbers, sources; and how they reach into agreements."""

from datetime import date

import pytest

from contractlang.load import load_text
from contractlang.norms import ByClause, Contract, Norm, Standing
from contractlang.numerals import plain_number

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
