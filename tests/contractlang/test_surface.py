# A line is easier to compare with its translation when the two stand whole.
# ruff: noqa: E501
"""One language turned into the other and back: the same file, the same meaning, every letter of the author's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from contractlang.formatter import formatted
from contractlang.load import Workspace, load_text
from contractlang.source import Source, read
from contractlang.surface import Turned, in_language
from engine.cli import carried_out
from tests.contractlang.test_formatter import own_text
from tests.strategies import Draft, drafts
from tests.wild import wild

CONTRACTS = Path(__file__).parents[2] / "contracts"
FILES = sorted(CONTRACTS.rglob("*.contract"))
QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
HEAD = (
    "| agreement small 小约\n| party seller 甲方, buyer 乙方\n| state service 服务: on 开 | off 关\n"
    "| event bill 账单 (amount 金额数: money, due 到期: day)\n"
    "| act pay 付款 (amount 金额数: money, bill 所付: bill) by buyer, accumulates amount for each bill\n"
    "| act deliver 交货 by seller\n| act stop 停机 by seller, sets service to off\n"
    "| blank grace 宽限: duration\n| question slight 轻微 about violation: \"slight?\"\n1.1 Text.\n"
)  # fmt: skip


@cache
def _workspace() -> Workspace:
    return Workspace([CONTRACTS])


def turn(path: str, text: str, chinese: bool) -> Turned:
    made, wrong = in_language(_workspace(), Source(path, text), chinese)
    assert wrong == [], [each.message for each in wrong]
    return made


def meaning(path: str, text: str) -> tuple[str, str]:
    loaded = _workspace().check(path, text)
    found = loaded.contracts[loaded.asked[0]]
    return found.meaning_hash, found.text_hash


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        ("| for each bill as b, buyer must pay b.amount by b.due", "| 就 每次 账单 作为 b，乙方 应 付款 b.金额数 不迟于 b.到期"),
        ("| seller must deliver within 30 days of bill.due, rolled", "| 甲方 应 交货 自 账单.到期 起，限 30日 内，遇休息日顺延"),
        ("| seller must deliver within 1 day", "| 甲方 应 交货 限 1日 内"),
        ("| when service is off, seller must deliver at once", "| 服务 为 关 时，甲方 应 交货 立即"),
        ("| while not bill, seller must not stop", "| 当 非 账单，甲方 不得 停机"),
        ("| if bill or buyer did pay, seller may stop", "| 若 账单 或 乙方 已 付款，甲方 可以 停机"),
        ("| seller may stop until 2026-04-05 >= bill.due", "| 甲方 可以 停机 直到 2026年4月5日 >= 账单.到期"),
        ("| seller may stop where (sum of bill.amount where bill.amount > 5.00 CNY) > 3% * 100.00 CNY",
         "| 甲方 可以 停机 限于 (账单.金额数 限于 账单.金额数 > 5.00元 之和) > 3% * 100.00元"),
        ("| seller may stop when now > 30 days after bill.due", "| 甲方 可以 停机 当 现在 > 账单.到期 后 30日"),
        ("| seller may stop when now > 30 days after 1 month after bill.due",
         "| 甲方 可以 停机 当 现在 > (账单.到期 后 1个月) 后 30日"),
        ("| right: seller may stop\n| right prevails over agreed duties of seller to deliver",
         "| right：甲方 可以 停机\n| right 优先于 甲方 的 有关 交货 的 约定义务"),
        ("| right: seller may stop\n| right prevails over every agreed power of buyer to pay",
         "| right：甲方 可以 停机\n| right 优先于 乙方 的 约定 的 有关 付款 的 权力"),
        ("| for each breach of any norm as v, when not slight(v), the other party may stop",
         "| 就 每次 违反 任何规范 作为 v，非 轻微(v) 时，对方 可以 停机"),
        ("| when buyer is in breach, seller may stop", "| 乙方 违约 时，甲方 可以 停机"),
        ("| when buyer is in breach of any duty to pay and not either party is in breach of owing, seller may stop\n"
         "| owing: buyer must pay 1.00 CNY",
         "| 乙方 违反 任何 有关 付款 的 义务 且 非 任何一方 违反 owing 时，甲方 可以 停机\n| owing：乙方 应 付款 1.00元"),
        ("| agreement takes effect once buyer did pay", "| 协议 生效，一旦 乙方 已 付款"),
        ("| agreement ends once bill.amount * 3/30 > 1.50 EUR * 1", None),
        ("| time-barred after 3 years from breach.last_day, restarting on bill",
         "| 时效 3年，自 breach.末日 起，中断事由 账单 重新起算"),
        ("| not formalised because \"no ‘norm’, (here)\"", "| 不作规范，因为 \"no ‘norm’, (here)\""),
        ("| p: seller may stop, otherwise seller must deliver", "| p：甲方 可以 停机，否则 甲方 应 交货"),
    ],
)  # fmt: skip
def test_a_line_in_both_languages(en: str, zh: str | None) -> None:
    if zh is None:
        _, wrong = in_language(_workspace(), Source("a.contract", HEAD + en), True)
        assert wrong
        return
    made = turn("a.contract", HEAD + en, True).text
    assert made.split("\n1.1 Text.\n")[1] == zh
    assert turn("a.contract", made, False).text == turn("a.contract", HEAD + en, False).text
    assert meaning("a.contract", made) == meaning("a.contract", HEAD + en)


def test_remarks_lines_and_quotations_stay() -> None:
    lines = (
        "| # a remark, 一个 注\n| right: seller may stop\n|| # within\n|| when bill, where service is off\n"
    )
    made = turn("a.contract", HEAD + lines, True)
    assert made.text.split("Text.\n")[1] == (
        "| # a remark, 一个 注\n| right：甲方 可以 停机\n|| # within\n|| 当 账单，限于 服务 为 关\n"
    )
    assert [(each.text, each.line) for each in made.stayed] == [("violation", 9), ("right", 12)]
    assert turn("a.contract", made.text, False).text == turn("a.contract", HEAD + lines, False).text


def test_a_name_that_a_variable_hides_stays() -> None:
    line = "| for each bill as 停机, seller may stop where 停机.amount > 1.00 CNY"
    made = turn("a.contract", HEAD + line, True).text
    assert made.endswith("| 就 每次 账单 作为 停机，甲方 可以 stop 限于 停机.金额数 > 1.00元")


def test_words_that_the_other_language_has_once_are_written_in_one_way() -> None:
    head = turn("a.contract", HEAD, True).text
    for other, first in (
        ("甲方 必须 交货", "甲方 应 交货"),
        ("甲方 有权 停机 当 现在 > 账单.到期 后 5天", "甲方 可以 停机 当 现在 > 账单.到期 后 5日"),
    ):
        assert turn("a.contract", f"{head}| {other}", True).text == f"{head}| {first}"


def test_the_second_name_of_a_sum_is_the_same_sum() -> None:
    fee = (
        HEAD
        + "| amount fee 费用: for each bill as x, is x.amount\n| seller may stop when amount due of {} > 1.00 CNY"
    )
    assert meaning("a.contract", fee.format("fee")) == meaning("a.contract", fee.format("费用"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_shipped_goes_there_and_back(path: Path) -> None:
    text, name = read(str(path), path.read_bytes()).text, str(path)
    chinese = turn(name, text, True)
    english = turn(name, text, False)
    assert turn(name, english.text, True).text == chinese.text
    assert turn(name, chinese.text, False).text == english.text
    assert meaning(name, chinese.text) == meaning(name, english.text) == meaning(name, text)
    assert own_text(chinese.text) == own_text(english.text) == own_text(text)
    assert all(each.is_name for each in chinese.stayed + english.stayed)


def goes_there_and_back(draft: Draft) -> None:
    """From either language, and from lines that change between them, the same file comes by way of the other."""
    texts = {chinese: draft.text(chinese) for chinese in (True, False)}
    lines = [each.split("\n") for each in (texts[True], texts[False])]
    mixed = "\n".join(pair[at % 2] for at, pair in enumerate(zip(*lines, strict=True)))
    before = next(iter(load_text(texts[True]).contracts.values())).meaning_hash
    for text in (texts[False], mixed):
        for chinese in (True, False):
            made = turn("a.contract", text, chinese).text
            assert turn("a.contract", turn("a.contract", made, not chinese).text, chinese).text == made
            assert meaning("a.contract", made)[0] == before
            assert own_text(made) == own_text(text)


@QUICK
@given(drafts())
def test_generated_contracts_go_there_and_back(draft: Draft) -> None:
    goes_there_and_back(draft)


@pytest.mark.soak
@settings(QUICK, max_examples=400)
@given(drafts())
def test_many_generated_contracts_go_there_and_back(draft: Draft) -> None:
    goes_there_and_back(draft)


def wild_goes_there_and_back(seed: int) -> None:
    """What nobody would write is formatted once for all, and means in the other language what it meant."""
    made = wild(seed)
    if made is None:
        return
    text, wrong = formatted(Source("a.contract", made.text))
    assert wrong == []
    assert formatted(Source("a.contract", text)) == (text, [])
    chinese = turn("a.contract", text, True).text
    english = turn("a.contract", chinese, False).text
    assert turn("a.contract", english, True).text == chinese
    assert (
        meaning("a.contract", chinese) == meaning("a.contract", english) == meaning("a.contract", made.text)
    )
    assert own_text(chinese) == own_text(english) == own_text(made.text)


@pytest.mark.parametrize("seed", range(20))
def test_wild_contracts_go_there_and_back(seed: int) -> None:
    wild_goes_there_and_back(seed)


@pytest.mark.soak
def test_many_wild_contracts_go_there_and_back() -> None:
    for seed in range(20, 600):
        wild_goes_there_and_back(seed)


def test_the_command_turns_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.contract"
    text = HEAD + "| p: seller may stop\n"
    path.write_text(text, "utf-8")
    assert carried_out(["fmt", "--language", "zh", "--check", str(path)]) == 1
    assert path.read_text("utf-8") == text
    assert carried_out(["fmt", "--language", "zh", str(path)]) == 0
    assert path.read_text("utf-8").endswith("1.1 Text.\n| p：甲方 可以 停机\n")
    assert "violation（9）" in capsys.readouterr().out.replace(" (9)", "（9）")
    assert carried_out(["fmt", "--language", "en", str(path)]) == 0
    assert path.read_text("utf-8") == text
    path.write_text("| agreement b\n1. x\n| nobody must pay\n", "utf-8")
    assert carried_out(["fmt", "--language", "zh", str(path)]) == 1
    assert path.read_text("utf-8") == "| agreement b\n1. x\n| nobody must pay\n"
