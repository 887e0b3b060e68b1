"""Explanations say every reason in both languages, and say it as the design shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from contractlang.diagnostic import Language
from contractlang.load import Loaded, load_text
from engine.account import Account
from engine.account_standing import standing
from engine.cases import cases_in, ledger_of, question_of, terms_of
from engine.compile import compile_program
from engine.decision import Decision, Item, Reason
from engine.explain import as_json, decision_as_json, outline, prose
from engine.governing import Programs
from engine.history import history
from engine.naming import LANGUAGES, third_person
from engine.program import Program
from engine.question import May, Question
from engine.sentences import SENTENCES, STEPS
from engine.telling import say, say_event
from engine.voice import Voice

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine"
CASES = [
    (folder, case)
    for folder in ("voip-1", "voip-2", "sale")
    for case in cases_in(folder, (ROOT / "contracts" / folder / "scenarios.md").read_text("utf-8"))
]

ARREARS = """
2026-03-02 10:00 provider sign
2026-03-02 10:05 user sign
2026-03-02 12:00 provider activate_service
2026-09-01 09:00 invoice_issued period=2026-08 amount=100.00 due=2026-09-10
"""


def account_of(program: Program, ledger: str, *settings: str) -> Account:
    return Account(program, terms_of(program, list(settings)), ledger_of(program, ledger.splitlines()))


def asked(account: Account, text: str) -> tuple[Decision, Question]:
    question, known_at = question_of(account.program, text)
    return account.decide(question, known_at), question


def lines(account: Account, text: str, language: Language = "en", sources=None) -> list[str]:
    decision, question = asked(account, text)
    found = outline(decision, question, account.program, language, sources)
    return ["  " * depth + line for depth, line in found]


# ---- every code has its sentence ------------------------------------------------------------------------------------


def codes_used() -> set[str]:
    """The codes of reasons, where `engine/*.py` makes them: literals, and the names of steps passed on."""
    found: set[str] = set()
    for path in ENGINE.glob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'\bReason(?:\(|, \()\s*"([^"]+)"', text))
        found |= set(re.findall(r'\bcode = "([^"]+)" if .* else "[^"]+"', text))
        found |= set(re.findall(r'\bcode = "[^"]+" if .* else "([^"]+)"', text))
        if "Reason(code, (payload,)" in text:
            found |= {"not before", "window past"}
    return found


def test_every_code_of_a_reason_has_its_sentence() -> None:
    used = codes_used()
    assert len(used) > 30
    assert used <= set(SENTENCES)
    assert set(SENTENCES) <= used, "a sentence that nothing asks for"


def test_every_step_that_closes_a_norm_has_its_words() -> None:
    found: set[str] = set()
    for path in ENGINE.glob("*.py"):
        text = path.read_text("utf-8")
        if "Step | None" in text:
            found |= set(re.findall(r'return \("([a-z ]+)", ', text))
            found |= set(re.findall(r'last(?:: Step)? = \("([a-z ]+)", ', text))
    assert len(found) > 12
    assert found <= set(STEPS)


@pytest.mark.parametrize(("folder", "case"), CASES, ids=[f"{folder}: {case.title}" for folder, case in CASES])
def test_every_answer_of_the_scenarios_can_be_told(folder: str, case, loaded: Loaded) -> None:
    program = compile_program([loaded.contracts[folder]])
    ledger = ledger_of(program, case.blocks["ledger"][1])
    account = Account(program, terms_of(program, case.blocks.get("settings", (0, []))[1]), ledger)
    for written in filter(str.strip, case.blocks["expect"][1]):
        if written.lstrip().startswith("#"):
            continue
        text = re.split(r"[:：]\s|：", written)[0].strip()
        decision, question = asked(account, text)
        for language in LANGUAGES:
            told = outline(decision, question, program, language, loaded.sources)
            assert len(told) > 1
            for _, line in told:
                assert line.strip(), text
                assert "None" not in line
                assert not re.search(r"\d{15}", line), f"an instant was not spoken: {line}"
            assert prose(decision, question, program, language)
        json.dumps(as_json(decision, question, program, loaded.sources))


@pytest.mark.parametrize(("folder", "case"), CASES, ids=[f"{folder}: {case.title}" for folder, case in CASES])
def test_every_history_of_the_scenarios_can_be_told(folder: str, case, loaded: Loaded) -> None:
    program = compile_program([loaded.contracts[folder]])
    ledger = ledger_of(program, case.blocks["ledger"][1])
    account = Account(program, terms_of(program, case.blocks.get("settings", (0, []))[1]), ledger)
    until = max(event.effect_at for event in ledger) + 60 * 86_400_000_000
    entries = history(account, until)
    standing(account, until)
    for language in LANGUAGES:
        voice = Voice(program, language)
        told = [say_event(event, voice) for entry in entries for event in entry.events]
        told += [say(each, voice) for entry in entries for each in entry.happenings]
        assert len(told) >= len(ledger)
        assert not [line for line in told if not line or "None" in line or re.search(r"\d{15}", line)]


# ---- what it looks like ---------------------------------------------------------------------------------------------


def test_the_shape_of_an_explanation(voip_1: Program, loaded: Loaded) -> None:
    told = lines(
        account_of(voip_1, ARREARS, "term = 2年"),
        "2026-09-11 provider may suspend_service",
        "en",
        loaded.sources,
    )
    assert told[0] == "provider may suspend service on 2026-09-11: permitted"
    clause = "如乙方逾期未支付服务费用,甲方有权暂停提供网络电话服务"
    said = f'  五.3 gives provider the power to suspend service: "{clause}"'
    assert re.fullmatch(re.escape(said) + r"   voip-1\.contract:\d+", told[1])
    assert told[2] == "    五.2 is overdue since 2026-09-11: 100.00 CNY unpaid on e4"
    assert "  would turn if: user pays 100.00 CNY for e4" in told
    assert "  holds until 2028-03-01 24:00, unless something happens" in told


def test_the_same_in_chinese(voip_1: Program) -> None:
    told = lines(account_of(voip_1, ARREARS, "有效期 = 2年"), "2026-09-11 甲方 可否 暂停服务", "zh")
    assert told[0] == "甲方于2026年9月11日可否暂停服务：可以"
    assert told[1] == "  五.3赋予甲方暂停服务的权利：“如乙方逾期未支付服务费用,甲方有权暂停提供网络电话服务”"
    assert told[2] == "    五.2自2026年9月11日起逾期：e4尚欠100.00元"
    assert "  如有下列事实，结论即变：乙方就e4支付100.00元" in told


def test_a_moment_is_spoken_as_asked(voip_1: Program) -> None:
    account = account_of(voip_1, ARREARS, "term = 2年")
    assert lines(account, "2026-09-11 00:00 provider may suspend_service")[0].startswith(
        "provider may suspend service on 2026-09-11 00:00: "
    )


def test_what_would_turn_an_answer_is_looked_for_without_shortening_its_time() -> None:
    text = (
        "| agreement loan\n| party lender, borrower\n"
        "| act repay (amount: money, loan: paid_out) by borrower, accumulates amount for each loan\n"
        "| act call_in by lender, needs basis\n| event paid_out (amount: money)\n1. Terms\n"
        "| repayment: for each paid_out as loan, borrower must repay loan.amount for loan within 30 days of loan.day\n"
        "| while repayment is overdue or repayment is overdue for more than 90 days, lender may call_in\n"
    )
    account = account_of(
        compile_program(load_text(text).contracts.values()), "2026-03-02 09:00 paid_out amount=1000.00"
    )
    told = lines(account, "2026-04-02 lender may call_in")
    assert "  would turn if: borrower repays 1000.00 CNY for e1" in told
    assert not [line for line in told if "holds until" in line], "what is overdue stays so"


def test_what_was_so_before_every_fact_is_told_since_the_first() -> None:
    text = """| agreement club
| party club, member
| event visit
| question over, presumed yes: "Is it over?"
1 Ends.
| agreement ends once over
"""
    program = compile_program(load_text(text).contracts.values())
    account = account_of(program, "2026-03-02 10:00 visit\n2026-03-02 11:00 answer question=over value=yes")
    said = lines(account, "2026-03-03 agreement")[1]
    assert said == "  the agreement has been terminated since 2026-03-02 10:00 (e2)"


def test_what_is_missing_says_who_decides(voip_1: Program) -> None:
    ledger = (
        ARREARS
        + "2026-09-20 09:00 user pay amount=100.00 bill=e4\n2026-09-22 09:00 provider terminate ground=late\n"
    )
    account = account_of(voip_1, ledger, "term = 2年", "RS-terminate = not_slight")
    told = "\n".join(lines(account, "2026-09-23 agreement"))
    assert "agreement on 2026-09-23: undetermined" in told
    asked = "missing: Is the breach only slight? (D-SLIGHT) (about the breach of 五.2, e4)"
    assert f"{asked}, decided by a court or a lawyer" in told
    assert "could be: in force, terminated" in told
    assert "depending on that:" in told


def test_silence_of_a_text_that_breaks_off(voip_2: Program) -> None:
    account = account_of(voip_2, "2026-03-15 09:00 user accept_terms")
    told = "\n".join(lines(account, "2026-07-20 provider may suspend_service"))
    assert "no basis" in told
    assert "the available text breaks off: its silence proves nothing" in told


def test_an_open_blank_is_named(voip_1: Program) -> None:
    account = account_of(voip_1, ARREARS)
    told = lines(account, "2030-09-11 agreement", "zh")
    assert any(line.startswith("  待定：空白“有效期”（P-TERM）未填") for line in told)


BOTH_SIGNED = """
2026-03-02 10:00 provider sign
2026-03-02 10:05 user sign
2026-03-15 09:00 user accept_terms
2026-03-15 12:00 provider activate_service
2026-09-01 09:00 invoice_issued period=2026-08 amount=100.00 due=2026-09-10
2026-09-02 09:00 user lease_account
"""


def test_two_agreements_are_told_apart_in_every_reason(both: Program) -> None:
    account = account_of(both, BOTH_SIGNED, "term = 2年")
    told = lines(account, "2026-09-11 user in breach of 三.2")
    assert told[:5] == [
        "user is in breach of 三.2 on 2026-09-11: yes",
        "  voip-1 三.2b was breached on 2026-09-02 09:00, not cured (e6)",
        "  voip-2 三.2b was breached on 2026-09-02 09:00, not cured (e6)",
        "  the agreement of voip-1 is in force",
        "  the agreement of voip-2 is in force",
    ]
    told = lines(account, "2026-09-11 甲方 可否 暂停服务", "zh")
    assert told[1].startswith("  篇一 五.3赋予甲方暂停服务的权利")
    assert told[2] == "    篇一 五.2自2026年9月11日起逾期：e5尚欠100.00元"
    assert told[3] == "    空白“宽限”未填"
    assert told[4] == "  协议（篇一）有效"


def test_a_law_is_called_by_its_name_and_article_and_quoted_in_the_language_spoken(
    programs: Programs,
) -> None:
    program = programs.of(("voip-1",), ("contract", "sector"))
    account = account_of(program, BOTH_SIGNED, "term = 2年", "service_class = b25")
    told = "\n".join(lines(account, "2026-09-12 provider may suspend_service"))
    assert "telecom_regulations 34(2) does not give it" in told
    assert ': "Service may be suspended once a bill is more than thirty days late' in told
    assert "voip-1 五.2 is not overdue for more than 30 days" in told
    told = "\n".join(lines(account, "2026-09-12 甲方 可否 暂停服务", "zh"))
    assert "电信条例 34(2)此时不赋予暂停服务的权利" in told
    assert "：“欠费过了约定期限三十天以上的，可以暂停服务" in told
    assert "篇一 五.2逾期没有超过30日" in told
    assert "any norm" not in told
    assert "任何规范" not in told


def test_a_sum_tells_which_clause_gives_it_and_how_it_comes_about(programs: Programs) -> None:
    program = programs.of(("voip-1",), ("contract", "sector"))
    account = account_of(program, BOTH_SIGNED, "term = 2年")
    told = lines(account, "2026-09-21 amount late_fee")
    assert told[1] == "  late fee comes to 3.30 CNY"
    assert told[2].startswith(
        "    telecom_regulations 34(1): late fee (about the breach of voip-1 五.2, e5) is 3.30 CNY"
    )
    assert told[3:5] == [
        "      3‰ a day after 2026-09-10 up to 2026-09-21: 3.30 CNY",
        "        100.00 CNY unpaid on 11 days, 2026-09-11 to 2026-09-21",
    ]
    told = lines(account, "2026-09-21 金额 违约金", "zh")
    assert told[2].startswith("    电信条例 34(1)：违约金（就篇一 五.2的违反，e5）为3.30元")
    assert told[4] == "        2026年9月11日至2026年9月21日共11日，欠100.00元"


def test_what_is_added_up_goes_by_its_name_in_the_language_spoken(voip_2: Program) -> None:
    ledger = """2026-03-15 09:00 user accept_terms
2026-05-01 09:00 provider notify_change starts=2026-06-01
2026-05-01 09:01 provider change_tariff rate=0.20 starts=2026-06-01
2026-06-30 09:00 usage period=2026-06 minutes=100
2026-07-01 09:00 invoice_issued period=2026-06 amount=20.00 due=2026-07-10"""
    account = account_of(voip_2, ledger, "tariff = 0.10", "tariff_unit = minute", "D-NOTICE = yes")
    english = [line.strip() for line in lines(account, "2026-07-02 amount fee(e5)")]
    assert english[3:6] == [
        "usage in all: 20.00 CNY (e4)",
        "100 × 0.20 CNY = 20.00 CNY",
        "e4 states minutes: 100",
    ]
    chinese = [line.strip() for line in lines(account, "2026-07-02 金额 费用(e5)", "zh")]
    assert chinese[3:6] == ["用量合计20.00元（e4）", "100 × 0.20元 = 20.00元", "e4载明分钟：100"]


def test_a_field_that_is_added_up_is_named() -> None:
    text = """
| agreement metered
| party buyer
| event usage 用量 (units 件数: count)
| event billed
1. Each unit counts.
| amount all: for each billed as bill, is (sum of usage.units) + (count of usage) - 1
"""
    loaded = load_text(text, "metered.contract")
    account = account_of(
        compile_program([loaded.contracts["metered"]]),
        "2026-06-01 09:00 usage units=3\n2026-07-01 09:00 billed",
    )
    told = "\n".join(lines(account, "2026-07-02 amount all(e2)"))
    assert "units of usage in all: 3 (e1)" in told
    assert "usage happened 1 times (e1)" in told
    assert "用量的件数合计3（e1）" in "\n".join(lines(account, "2026-07-02 amount all(e2)", "zh"))


def test_the_last_day_cites_the_duty_that_gives_it(loaded: Loaded) -> None:
    text = """
| agreement terms
| party buyer, seller
| event billed (amount: money)
| act pay (amount: money, bill: billed) by buyer, accumulates amount for each bill
1. The buyer pays a bill within thirty days.
| slow: for each billed as bill, buyer must pay bill.amount for bill within 30 days
2. The buyer pays a bill within ten days.
| fast: for each billed as bill, buyer must pay bill.amount for bill within 10 days
"""
    program = compile_program([load_text(text).contracts["terms"]])
    account = account_of(program, "2026-03-02 billed amount=5.00")
    for question in ("2026-03-03 last day of pay(e1)", "2026-03-03 last day of pay"):
        decision, _ = asked(account, question)
        assert decision.value == "2026-03-12T24:00"
        assert [reason.args[:2] for reason in decision.reasons] == [("terms", "2:fast")]


def test_the_paragraph_closes_its_sentences_and_brackets(voip_1: Program) -> None:
    account = account_of(voip_1, ARREARS, "term = 2年")
    decision, question = asked(account, "2026-09-11 provider may suspend_service")
    for language in LANGUAGES:
        marks = "()" if language == "en" else "（）"
        told = prose(decision, question, voip_1, language)
        assert told.count(marks[0]) == told.count(marks[1])
        assert told[-1] in ".。"
        assert "\n" not in told


def test_the_decision_in_json_is_what_its_schema_says(voip_1: Program) -> None:
    from engine.wire import decision_to_wire

    account = account_of(voip_1, ARREARS)
    for text in ("2026-09-11 provider may suspend_service", "2030-09-11 agreement", "2026-09-11 amount 五.2"):
        decision, question = asked(account, text)
        assert decision_as_json(decision) == decision_to_wire(decision).model_dump()
        told = as_json(decision, question, voip_1)
        assert told["version"] == 1
        assert set(told["explanation"]) == {"en", "zh"}


@pytest.mark.parametrize(
    "item",
    [
        Item("event", "e4"), Item("date", "e4", "user sign"), Item("order", "e4+e5"), Item("calendar", "2031"),
        Item("fact", "amount", "e4"), Item("blank", "有效期"), Item("question", "slight", "五.2:付费/e4"),
        Item("reading", "租借"),
    ],
)  # fmt: skip
def test_every_kind_of_open_item_can_be_told(voip_1: Program, item: Item) -> None:
    english, chinese = (Voice(voip_1, language).item(item) for language in LANGUAGES)
    assert english != chinese or item.kind == "reading"
    assert english
    assert chinese


def test_a_comparison_speaks_of_what_it_compares(voip_1: Program) -> None:
    account = account_of(voip_1, ARREARS, "term = 2年")
    question = May("provider", "suspend_service", 0)
    told = Voice(account.program, "en", question).sentence(Reason("compare", (20, "<", 10), False), None)
    assert told == "20 is at least 10"


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("pay", "pays"),
        ("notify change", "notifies change"),
        ("accept terms", "accepts terms"),
        ("discuss", "discusses"),
        ("支付", "支付"),
    ],
)
def test_acts_in_the_third_person(verb: str, said: str) -> None:
    assert third_person(verb) == said


# ---- histories ------------------------------------------------------------------------------------------------------


def told_of(account: Account, until: int, language: Language = "en") -> list[str]:
    voice = Voice(account.program, language)
    return [say(each, voice) for entry in history(account, until) for each in entry.happenings]


def test_a_breach_opens_powers_and_its_cure_closes_them(voip_1: Program) -> None:
    ledger = ARREARS + "2026-09-20 09:00 user pay amount=100.00 bill=e4\n"
    account = account_of(voip_1, ledger, "term = 2年")
    told = told_of(account, ledger_of(voip_1, ledger.splitlines()).entries[-1].effect_at)
    assert told[-5:] == [
        "user is in breach of 五.2 (e4): 100.00 CNY unpaid",
        "provider may now suspend service (五.3)",
        "provider may now terminate (八.3)",
        "breach of 五.2 (e4) is cured",
        "provider may no longer suspend service",
    ]


def test_a_power_that_time_alone_opens_is_told(sale: Program) -> None:
    ledger = "2026-03-01 09:00 seller sign\n2026-03-01 09:05 buyer sign\n"
    ledger += "2026-03-02 09:00 order_placed price=10.00 goods=meat"
    account = account_of(sale, ledger)
    until = account.ledger.entries[-1].effect_at + 40 * 86_400_000_000
    assert told_of(account, until)[-1] == "buyer may now terminate (4.1)"


def test_an_act_without_basis_is_told(voip_1: Program) -> None:
    ledger = ARREARS + "2026-09-05 09:00 provider suspend_service ground=none\n"
    account = account_of(voip_1, ledger, "term = 2年")
    told = told_of(account, account.ledger.entries[-1].effect_at, "zh")
    assert "没有依据：不生法律效力" in told
    assert "甲方违反二.1" in told


def test_what_stands_under_no_number_is_called_by_its_document() -> None:
    text = "| agreement loan 借款\n| party lender 出借人\n| act call_in by lender, needs basis\n| lender may call_in\n"
    account = account_of(compile_program(load_text(text).contracts.values()), "")
    decision, question = asked(account, "2026-04-01 lender may call_in")
    told = {language: outline(decision, question, account.program, language)[1][1] for language in LANGUAGES}
    assert told["en"].startswith("loan gives lender the power to call in")
    assert told["zh"].startswith("借款赋予出借人")


def test_a_law_says_of_which_agreement_it_speaks(programs: Programs) -> None:
    """Agreement 1 expired on 2026-03-02; what 民法典543 asks is asked of agreement 2, which goes on."""
    program = programs.of(("voip-1", "voip-2"), ("contract", "civil"))
    ledger = (
        "2025-03-02 10:00 provider sign\n2025-03-02 10:05 user sign\n2025-03-03 09:00 user accept_terms\n"
    )
    account = account_of(
        program, ledger, "term = 1 years", "RS-term-roll = no_roll", "layers = contract, civil"
    )
    told = "\n".join(lines(account, "2026-04-01 provider may change_tariff"))
    assert "the agreement of voip-2 is in force" in told
    assert "the agreement of voip-1 is in force" not in told
