"""What is left open: the literate cases of tests/cases/gaps, and the two agreements alone, together and under the law.

To write the expected blocks: `python -m tests.analysis.test_gaps --rewrite`, then read the difference.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from contractlang.load import load_text
from engine.analysis.finding import Finding
from engine.analysis.gaps import gaps
from engine.compile import compile_program
from engine.governing import Programs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "cases" / "gaps"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n(?P<before>(?:(?!^## ).)*?)^```contract\n(?P<text>.*?)^```\n"
    r"(?P<between>\n*)^```findings\n(?P<expected>.*?)^```$",
    re.M | re.S,
)
CASES = [found for path in sorted(FOLDER.glob("*.md")) for found in CASE.finditer(path.read_text("utf-8"))]


def said_of(text: str) -> str:
    """Every finding on a contract: its key, its sentence in both languages, what settles it."""
    loaded = load_text(text, "case.contract")
    assert not loaded.errors, [each.message for each in loaded.errors]
    program = compile_program([loaded.contracts[name] for name in loaded.asked])
    return "".join(
        f"{each.key}\n  {each.sentence.en}\n  {each.sentence.zh}\n"
        + "".join(f"  -> {settled.en} / {settled.zh}\n" for settled in each.settles)
        for each in gaps(program)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_gap_case(case: re.Match[str]) -> None:
    assert said_of(case["text"]) == case["expected"]


def rewrite() -> None:
    for path in sorted(FOLDER.glob("*.md")):
        page = path.read_text("utf-8")
        path.write_text(CASE.sub(_renewed, page), "utf-8")


def _renewed(case: re.Match[str]) -> str:
    start, end = case.span("expected")
    whole, offset = case[0], case.start()
    return whole[: start - offset] + said_of(case["text"]) + whole[end - offset :]


# ---- The real agreements --------------------------------------------------------------------------------------------


def found(programs: Programs, agreements: tuple[str, ...], *layers: str) -> dict[str, Finding]:
    """Return the findings by their keys, laws without their versions."""
    program = programs.of(agreements, ("contract", *layers))
    return {re.sub(r"@\w+", "", each.key): each for each in gaps(program)}


def test_agreement_1_ends_suspends_and_settles_without_bounds(programs: Programs) -> None:
    keys = found(programs, ("voip-1",))
    assert keys["gap/power without bound:voip-1/五.3:暂停权"].detail["lacks"] == ["notice", "grace"]
    assert keys["gap/power without bound:voip-1/八.3:解除权"].detail["lacks"] == ["grace", "end"]
    assert "gap/one end only:voip-1/八.4:善后+voip-1/八.1" in keys
    assert "gap/blank:voip-1/八.1" in keys
    assert "redundant/repeated:voip-1/八.1+voip-1/十.3" in keys


def test_the_civil_code_closes_some_gaps(programs: Programs) -> None:
    """民法典 558 settles after every end, 563(2) speaks of a term left blank, 564(2) lets the power to end lapse."""
    keys = found(programs, ("voip-1",), "civil")
    assert keys["gap/power without bound:voip-1/八.3:解除权"].detail["lacks"] == ["grace"]
    assert "gap/one end only:voip-1/八.4:善后+voip-1/八.1" not in keys
    assert "gap/blank:voip-1/八.1" not in keys


def test_agreement_2_has_no_remedies_until_the_civil_code_gives_them(programs: Programs) -> None:
    assert any(key.startswith("gap/no consequence:voip-2/") for key in found(programs, ("voip-2",)))
    assert not any(key.startswith("gap/no consequence:") for key in found(programs, ("voip-2",), "civil"))


def test_the_law_requires_what_the_agreement_is_silent_on(programs: Programs) -> None:
    keys = found(programs, ("voip-1",), "cyber", "sector")
    # Whatever brings it: one clause would settle it.
    (resume,) = (key for key in keys if "telecom_regulations/34(4):resume" in key)
    assert "anti_fraud_law/32(3):resume" in resume
    assert "默示" in keys[resume].sentence.zh
    # To stop whoever gives a false name, and whoever sends what is forbidden.
    laws = "anti_fraud_law/21:stop+cybersecurity_law/26:stop_26+cybersecurity_law/50(2):stop_sender"
    assert f"gap/required by law:voip-1/三.1+voip-1/五.3:暂停权+voip-1/三.4b+{laws}" in keys
    # What the agreement forbids and the law requires is a conflict, not a gap.
    required = [key for key in keys if key.startswith("gap/required by law")]
    assert not any("assist" in key for key in required)
    # Of a leak of what the provider holds the user is told; the clauses that forbid to disclose it do not say so.
    leaks = "cybersecurity_law/44(2):tell+personal_information_law/57:tell"
    assert f"gap/required by law:voip-1/六.1+voip-1/六.2+{leaks}" in required


def test_the_law_has_a_party_see_to_what_the_agreement_is_silent_on(programs: Programs) -> None:
    """个人信息保护法 17 has users told of how their data are used; 反诈法 32(3) gives reasons with a restriction."""
    keys = found(programs, ("voip-1",), "cyber")
    assert "gap/required by law:voip-1/三.1+personal_information_law/17" in keys
    (reasons,) = (key for key in keys if key.endswith("anti_fraud_law/32(3):reasons"))
    assert "voip-1/五.3:暂停权" in reasons


def test_only_the_law_gives_a_right(programs: Programs) -> None:
    keys = found(programs, ("voip-1",), "civil", "sector", "cyber")
    # What may be claimed on a breach deals with the matter, and so does a law on what is claimed.
    claims = "voip-1/五.2:付费+voip-1/七.1:责任+voip-1/七.2:赔偿"
    assert f"gap/given by law:{claims}+telecom_regulations/34(1)+civil_code/585" in keys
    # What an article makes a duty besides is told as that, and what the agreement speaks of is its own.
    given = {each.detail["act"]: each for key, each in keys.items() if key.startswith("gap/given by law:")}
    stops = [each.clause for each in given["stop_service"].clauses if each.document == "anti_fraud_law"]
    assert stops == ["11"]
    assert "terminate" not in given


def test_the_law_makes_a_sum_another(programs: Programs) -> None:
    """电信条例 32 waives the fee of a fault that is not repaired in time; 五.1 and 四.1 say nothing of it."""
    keys = found(programs, ("voip-1",), "sector")
    assert (
        "gap/sum of law:voip-1/五.1+voip-1/四.1:质量+voip-1/四.2:处理+voip-1/四.2:帮助+telecom_regulations/32"
        in keys
    )
    assert not any(key.startswith("gap/sum of law:") for key in found(programs, ("voip-1",), "civil"))


def test_what_a_law_may_be_read_to_mean_is_told_with_what_hangs_on_it(programs: Programs) -> None:
    keys = found(programs, ("voip-1",), "civil", "sector")
    rolling = "telecom_regulations/34(2)+civil_code/200+civil_code/203"
    thirty = "telecom_regulations/34(2)+civil_code/153(1)+spc_contract_interpretation/16"
    for key in (
        f"gap/reading of law:voip-1/五.3+telecom_regulations/40(3)+{thirty}",
        "gap/reading of law:voip-1/八.3+telecom_regulations/34(2)",
        f"gap/reading of law:voip-1/五.2+voip-1/五.3+voip-1/八.3+{rolling}",
        "gap/reading of law:voip-1/五.1+telecom_regulations/32",
        "gap/reading of law:voip-1/五.2+telecom_regulations/34(1)",
    ):
        assert key in keys
    # A switch for law that nobody has read is told as that.
    told = {each.detail["what"] for each in keys.values() if each.detail.get("reading") == "notice24"}
    assert told == {"law from memory"}


def test_what_yields_in_one_way_of_reading_takes_part(programs: Programs) -> None:
    """Whether video calls may be dropped is how 四.4 is read, and 二.1 the promise; so with 五.3 and the service."""
    keys = found(programs, ("voip-1",), "civil")
    assert "gap/reading:voip-1/调整范围+voip-1/二.1b+civil_code/498" in keys
    kept = "voip-1/二.1:提供服务+voip-1/二.2:使用"
    assert f"gap/reading:voip-1/付清恢复+voip-1/五.2:付费+{kept}+civil_code/509(2)" in keys


def test_a_claim_without_a_time_meets_limitation(programs: Programs) -> None:
    key = "against/time-barred:voip-1/七.1:责任+voip-1/七.2:赔偿+civil_code/188(1)+civil_code/195"
    assert key in found(programs, ("voip-1",), "civil")
    assert key not in found(programs, ("voip-1",))
    assert not any("time-barred" in each for each in found(programs, ("voip-2",), "civil"))


def test_a_power_to_which_a_promise_yields_needs_no_notice(programs: Programs) -> None:
    """四.4 goes before the promise of video calls (二.1), and asks for no notice."""
    keys = found(programs, ("voip-1",))
    assert keys["gap/power without bound:voip-1/四.4:功能权"].detail["lacks"] == ["notice"]


def test_a_power_that_waits_for_its_holder_s_demand_asks_for_notice(programs: Programs) -> None:
    """催告后七日内仍未支付的，可以停机: the demand is notice enough, though nothing says when it arrives."""
    text = """| agreement line
| party host, client
| state line: on | off
| event bill (amount: money)
| act pay (amount: money, bill: bill) by client, accumulates amount for each bill
| act demand by host
| act cut by host, needs basis, sets line to off

1. Bills are paid.
| paying: for each bill as it, client must pay it.amount for it within 10 days
2. The line is kept on.
| host must keep line is on
3. Seven days after a demand the host may cut.
| cutting: while paying is overdue and demand is done, host may cut, not before 7 days after demand.day
"""
    key = "gap/power without bound:line/3:cutting"
    for said, asks in ((text, True), (text.replace(", not before 7 days after demand.day", ""), False)):
        loaded = load_text(said, "line.contract")
        assert not loaded.errors
        assert (
            key not in {each.key for each in gaps(Programs(loaded.contracts).of(("line",), ("contract",)))}
        ) is asks


def test_a_sentence_that_a_later_one_replaced_requires_nothing(programs: Programs) -> None:
    """The rule on true identity was article 24 until the end of 2025 and is 26 since."""
    keys = found(programs, ("voip-1",), "cyber")
    assert [key for key in keys if "cybersecurity_law/24" in key] == [
        "gap/law that moves:cybersecurity_law/24+cybersecurity_law/26"
    ]


def test_what_an_agreement_speaks_of_and_does_not_settle(programs: Programs) -> None:
    keys = found(programs, ("voip-1",))
    for key in (
        "gap/no way of notice:voip-1/八.3:解除权",
        "gap/after the term:voip-1/八.1+voip-1/二.1:提供服务+voip-1/三.1+voip-1/八.2:续签权",
        "gap/extent of loss:voip-1/七.2:赔偿+voip-1/三.2c",
        "redundant/repeated in part:voip-1/五.2+voip-1/五.1",
        "redundant/repeated in part:voip-1/七.1+voip-1/七.2",
        "gap/no number:voip-1/四.2:处理+voip-1/四.2:帮助+voip-1/四.3b+voip-1/八.4:善后+voip-1/八.4:妥当+voip-1/九.2a",
        "gap/no sum:voip-1/七.1:责任+voip-1/七.2:赔偿+voip-1/八.3:解除权",
        "gap/loss without duty:voip-1/三.2c+voip-1/三.2a",
        "gap/two lists:voip-1/六.1+voip-1/六.2",
    ):
        assert key in keys
    (words,) = (each for key, each in keys.items() if key.startswith("gap/words without norm:"))
    assert "三.3" in {each.clause for each in words.clauses}


def test_a_law_that_gives_a_time_closes_the_gap(programs: Programs) -> None:
    """电信条例 and its rules say in how many hours a fault is repaired and a complaint answered."""
    keys = found(programs, ("voip-1",), "sector", "civil")
    assert "gap/no number:voip-1/八.4:善后+voip-1/八.4:妥当+voip-1/九.2a" in keys
    assert not any(key.startswith(("gap/no sum", "gap/after the term")) for key in keys)


def test_what_stands_in_the_law_alone_is_told_with_the_law(programs: Programs) -> None:
    keys = found(programs, ("voip-1",), "civil")
    for key in (
        "gap/blank of law:voip-1/八.1+civil_code/563(2):no_term",
        "gap/blank without use:voip-1/到期日号+voip-1/五.2+voip-1/五.2:付费+civil_code/511(4)+civil_code/510",
        "gap/blank without use:voip-1/使用范围+civil_code/510",
        "gap/blank:voip-1/五.1+civil_code/510+civil_code/511(2)",
        "gap/no beginning:voip-1/二.1:提供服务+civil_code/511(4)",
        "gap/no end:voip-1/六.1+voip-1/六.2+voip-1/八.1+civil_code/501+civil_code/558",
        "gap/equal force:voip-1/十.1+voip-1/十.2+spc_contract_interpretation/14(3)",
        "gap/no way of notice:voip-1/八.3:解除权+civil_code/137+civil_code/565(1)",
        "gap/manner of law:voip-1/九.2:起诉权+civil_procedure/24+civil_procedure/35"
        "+spc_civil_procedure/18+spc_civil_procedure/30",
        "gap/given after another end:voip-1/八.4:退余额+voip-1/八.1+civil_code/566:refund",
        "gap/extent of loss:voip-1/七.2:赔偿+voip-1/三.2c+civil_code/584+spc_contract_interpretation/60"
        "+spc_contract_interpretation/61+spc_contract_interpretation/62+spc_contract_interpretation/63",
    ):
        assert key in keys
    assert any(
        key.startswith("gap/going on by law:") and key.endswith("civil_code/490(2):go_on") for key in keys
    )


def test_only_for_arrears_may_service_be_held_back(programs: Programs) -> None:
    """五.3 is for arrears; for a false identity or forbidden content the agreement has 八.3, and the law more."""
    (shown,) = (
        each for key, each in found(programs, ("voip-1",), "cyber", "sector").items()
        if key.startswith("gap/milder for one only:")
    )  # fmt: skip
    places = {each.clause for each in shown.clauses}
    assert {"五.3", "八.3", "三.1", "三.3", "三.4", "11", "26", "50(2)"} <= places
    assert not {"五.2", "34(2)"} & places


def test_a_text_without_any_measure_short_of_the_end_leaves_them_to_the_law(programs: Programs) -> None:
    """Agreement 2 as it is there lets nothing be held back: for a risk of fraud only the law does."""
    (shown,) = (
        each for key, each in found(programs, ("voip-2",), "cyber", "sector").items()
        if key.startswith("gap/measures of law only:")
    )  # fmt: skip
    places = {each.clause for each in shown.clauses}
    assert {"三.1", "三.3", "三.4", "三.5", "断", "11", "26", "50(2)"} <= places
    # For arrears the law gives a measure of its own.
    assert "34(2)" not in places
    for names, layers in ((("voip-1",), ("cyber", "sector")), (("voip-2",), ())):
        assert not any(key.startswith("gap/measures of law only:") for key in found(programs, names, *layers))


def test_where_a_text_breaks_off_what_it_is_silent_on_may_have_stood(programs: Programs) -> None:
    keys = found(programs, ("voip-2",), "sector", "cyber")
    assert "gap/given by law:voip-2/四.1:pay_fee+voip-2/断+telecom_regulations/34(1)" in keys
    (stop,) = (each for key, each in keys.items() if "anti_fraud_law/21:stop" in key)
    assert "断" in {each.clause for each in stop.clauses}
    assert "断" in stop.sentence.en


def test_a_reading_that_a_law_decides_is_no_longer_open(programs: Programs) -> None:
    """What degree of breach 八.3 asks for the civil layer says; which of two days is that of both signatures, none."""
    alone, beside = found(programs, ("voip-1",)), found(programs, ("voip-1",), "civil")
    effect = "gap/reading:voip-1/生效日+voip-1/十.3+voip-1/签"
    assert {"gap/reading:voip-1/违约程度", effect} <= alone.keys()
    assert "gap/reading:voip-1/违约程度" not in beside
    # The code speaks of it, and does not say which.
    assert f"{effect}+civil_code/490(1)" in beside
    first_day = alone["gap/reading:voip-1/首日计算"]
    assert {each.clause for each in first_day.clauses} == {"八.1"}


def test_law_from_memory_is_told_where_the_agreement_speaks_of_the_act(programs: Programs) -> None:
    """24 hours of notice before a suspension (电信服务规范 10) is known from memory; 五.3 suspends without one."""
    key = "gap/law from memory:voip-1/五.3:暂停权+telecom_service_standards/10:notice_first"
    assert key in found(programs, ("voip-1",), "sector")
    assert not any("law from memory" in each for each in found(programs, ("voip-1",), "civil"))
    # Agreement 2 lets nobody suspend.
    assert not any("telecom_service_standards/10" in each for each in found(programs, ("voip-2",), "sector"))


def test_a_guarantee_has_no_measure_where_it_is_one_of_a_standard(programs: Programs) -> None:
    """四.1 is a promise of a result by the text alone, and of what a standard asks for under the sector layer."""
    assert "gap/no measure:voip-1/三.2a" in found(programs, ("voip-1",))
    # Articles that only speak of standards set none for this service.
    spoken = "telecom_regulations/30+telecom_regulations/39+telecom_service_standards/3"
    assert f"gap/no measure:voip-1/三.2a+voip-1/四.1:质量+{spoken}" in found(programs, ("voip-1",), "sector")
    assert "gap/no measure:voip-2/二.2+voip-2/三.2a" in found(programs, ("voip-2",))


def test_a_condition_has_no_measure_where_a_human_finds_it(programs: Programs) -> None:
    """Business needs, a manner of notice, who is a user, the market; beside the law how grave a breach is, too."""
    assert "gap/no measure:voip-1/四.4:功能权" in found(programs, ("voip-1",))
    law = "civil_code/132+spc_contract_interpretation/26+spc_minutes_2019/47"
    assert f"gap/no measure:voip-1/四.4:功能权+voip-1/八.3:解除权+{law}" in found(
        programs, ("voip-1",), "civil"
    )
    assert "gap/no measure:voip-2/二.3:use+voip-2/四.2:adjust+voip-2/四.2b" in found(programs, ("voip-2",))


def test_a_ban_has_no_measure_where_a_human_finds_what_falls_under_it(programs: Programs) -> None:
    """What is unfit to be public, who is another; bans on one kind of deed that are judged apart are told as such."""
    keys = found(programs, ("voip-1",))
    assert "gap/no measure:voip-1/三.2b+voip-1/六.1+voip-1/六.2" in keys
    assert not any(key.startswith("gap/no measure") and "三.4b" in key for key in keys)


def test_a_reading_that_waits_for_the_end_of_the_term_names_it(programs: Programs) -> None:
    assert "gap/reading:voip-1/提前续签+voip-1/八.1" in found(programs, ("voip-1",))


def test_a_duty_to_do_what_one_way_of_reading_waits_for_takes_part(programs: Programs) -> None:
    assert "gap/reading:voip-1/先行协商+voip-1/九.2a" in found(programs, ("voip-1",))
    assert "gap/reading:voip-2/effect_of_notice+voip-2/四.2b" in found(programs, ("voip-2",))
    # What both agreements leave open is one reading.
    assert "gap/reading:voip-1/租借+voip-2/lending" in found(programs, ("voip-1", "voip-2"))


def test_two_agreements_side_by_side(programs: Programs) -> None:
    keys = found(programs, ("voip-1", "voip-2"))
    for key in (
        "agreements/standard:voip-1/四.1:质量+voip-2/二.2",
        "agreements/scope:voip-1/三.4b+voip-2/三.5",
        "agreements/sum:voip-1/五.1+voip-2/四.2:adjust+voip-2/四.1",
        "agreements/loss:voip-1/三.2c+voip-2/三.2a+voip-2/断",
        "agreements/no priority:voip-1/十.1+voip-2/0+voip-1/八.1+voip-2/一.2+voip-1/五.1+voip-2/四.1",
        "agreements/terms:voip-1/五.2:付费+voip-1/五.1+voip-2/四.1:pay_fee+voip-2/四.1+voip-2/断",
        "agreements/scope:voip-1/三.4b+voip-2/三.4b",
        # Of the provider's rules those are meant that were shown before signing, or before accepting.
        "agreements/standard:voip-1/三.5:遵规+voip-2/三.4a",
    ):
        assert key in keys
    suspension = next(key for key in keys if key.startswith("agreements/only in one:voip-1/五.3"))
    assert suspension.endswith("+voip-2/四.1:pay_fee+voip-2/断")
    # What follows on the breach of any norm is about none of the other's in particular.
    assert "agreements/only in one:voip-1/八.3:解除权+voip-2/断" in keys
    assert "中断" in keys[suspension].sentence.zh


def test_who_must_bear_a_change_of_price_may_not_leave(programs: Programs) -> None:
    """Agreement 2 has no exit in what is there of it; 民法典 563(2) gives one, because it has no term."""
    key = "gap/no exit:voip-2/四.2:adjust+voip-2/断"
    assert key in found(programs, ("voip-2",))
    by_law = found(programs, ("voip-2",), "civil")
    assert key not in by_law
    assert "gap/exit by law:voip-2/四.2:adjust+voip-2/断+civil_code/563(2):no_term" in by_law
    # To end on a breach (八.3) is no exit.
    assert key in found(programs, ("voip-1", "voip-2"))
    # Agreement 1 lets nobody change the price alone: 五.1 waits for the user's consent.
    assert not any(key.startswith("gap/no exit:voip-1") for key in found(programs, ("voip-1",)))


def test_the_law_takes_back_part_of_a_loss(programs: Programs) -> None:
    """三.2 puts the loss from a leak on the user; 民法典 592(2), with 506, not what the provider is to blame for."""
    keys = found(programs, ("voip-1",), "civil")
    (key,) = (key for key in keys if key.startswith("against/loss:voip-1/三.2c+civil_code/592(2)"))
    assert "civil_code/506" in key
    assert "甲方对损失的发生或扩大有无过错" in keys[key].sentence.zh
    assert not any(key.startswith("against/loss") for key in found(programs, ("voip-2",), "civil"))


def test_agreement_2_outlives_agreement_1(programs: Programs) -> None:
    assert "agreements/term:voip-1/八.1+voip-2/一.2+voip-2/断" in found(programs, ("voip-1", "voip-2"))


def test_what_both_say_alike_is_no_finding(programs: Programs) -> None:
    """Both keep the service active, forbid a transfer of the account, and ask for true registration."""
    keys = [key for key in found(programs, ("voip-1", "voip-2")) if not key.startswith("agreements/only")]
    for clause in ("voip-1/三.1", "voip-1/三.2b", "voip-1/二.1:提供服务"):
        assert not any(clause in key for key in keys if key.startswith("agreements"))


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("善后：协议 为 解除 时", "善后：协议 为 解除 或 协议 为 到期 时", "gap/one end only:"),
        (
            "恢复：服务 为 暂停 时，甲方 可以 恢复服务",
            "恢复：服务 为 暂停 时，甲方 应 恢复服务，立即",
            "34(4):resume",
        ),
        (
            "付费 逾期 时，",
            "付费 逾期 超过 30日 且 通知暂停 已发生 时，",
            "gap/power without bound:voip-1/五.3",
        ),
        ("| 同 八.1\n", "| 声明 “另行约定”\n", "redundant/repeated:"),
    ],
)
def test_a_mend_makes_the_finding_vanish(programs: Programs, before: str, after: str, gone: str) -> None:
    own = programs.contracts["voip-1"]
    text = Path(own.path).read_text("utf-8")
    assert before in text
    loaded = load_text(text.replace(before, after), own.path, [ROOT / "contracts"])
    assert not loaded.errors, [each.message for each in loaded.errors]
    mended = Programs({**programs.contracts, "voip-1": loaded.contracts["voip-1"]})
    old, new = (set(found(each, ("voip-1",), "sector")) for each in (programs, mended))
    assert any(gone in key for key in old)
    assert not any(gone in key for key in new)
    assert new < old


def test_every_key_is_unique_and_every_clause_is_there(programs: Programs) -> None:
    program = programs.of(
        ("voip-1", "voip-2"), ("contract", "civil", "sector", "cyber", "consumer", "local:HN")
    )
    findings = list(gaps(program))
    assert len({each.key for each in findings}) == len(findings)
    held = {each.name: each for each in program.contracts}
    for finding in findings:
        for each in finding.clauses:
            # What is declared above the text stands in none of its clauses.
            declared = not each.clause and each.norm in held[each.document].declarations
            assert declared or held[each.document].clause(each.clause) is not None, finding.key


if __name__ == "__main__" and "--rewrite" in sys.argv:
    rewrite()
