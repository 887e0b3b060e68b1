"""What edits of the real agreement change: bans that are planted are found, mended clauses no longer clash."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from contractlang.contract import Contract
from contractlang.load import load, load_text
from contractlang.norms import Maintenance, Prohibition, Who
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.governing import Programs

ROOT = Path(__file__).parents[2] / "contracts"
PATH = ROOT / "voip-1" / "voip-1.contract"
TEXT = PATH.read_text("utf-8")
SIGNED = "\n甲方(盖章)"


def found(text: str, only: str, *clauses: str) -> list[Finding]:
    """Return what is found of one kind in an edited agreement 1, about some clauses or all."""
    assert text != TEXT
    loaded = load_text(text, str(PATH), [ROOT / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    about = {("voip-1", each) for each in clauses}.__contains__ if clauses else None
    programs = Programs({"voip-1": loaded.contracts["voip-1"]})
    return list(analyse(programs, ("voip-1",), only=frozenset([only]), about=about))


BANS = {
    "乙方 不得 拨打电话": "二.2",
    "甲方 不得 维修": "四.2",
    "甲方 不得 调整界面": "四.4",
    "乙方 不得 支付": "五.2",
    "甲方 不得 暂停服务": "五.3",
    "任何一方 不得 要求赔偿": "七.2",
    "双方 不得 续签": "八.2",
    "任何一方 不得 解除协议": "八.3",
    "任何一方 不得 起诉": "九.2",
}
"""What is forbidden in a new clause, and the clause that gives it."""


@pytest.mark.parametrize(("ban", "clause"), BANS.items())
def test_a_planted_ban_clashes_with_what_it_forbids(ban: str, clause: str) -> None:
    planted = TEXT.replace(SIGNED, f"\n4.另有禁止。\n| 另禁：{ban}{SIGNED}")
    findings = found(planted, "conflict", "十.4")
    assert {each.kind for each in findings} == {"conflict"}
    assert {place.clause for each in findings for place in each.clauses} == {clause, "十.4"}
    for each in findings:
        assert each.witness is not None
        assert set(each.witness.verdicts.values()) == {"conflicting"}


WHO = {
    "voip-1": {Who.EITHER: "任何一方", Who.BOTH: "双方", Who.OTHER: "任何一方"},
    "voip-2": {Who.EITHER: "either party", Who.BOTH: "both parties", Who.OTHER: "either party"},
}
"""Who is forbidden what a norm gives, in the language of an agreement; on a breach by the other, anybody."""
MAY = {"voip-1": ("可以", "不得", "存续"), "voip-2": ("may", "must not", "survives")}
BEFORE = {"voip-1": SIGNED, "voip-2": "\n| clause 断"}


def norms() -> list[tuple[str, int, str]]:
    """Return every norm of the agreements about an act: the agreement, which norm it is of, and what it is called."""
    found = []
    for name in WHO:
        loaded = load([ROOT / name / f"{name}.contract"], [ROOT / "vocabulary"])
        for number, norm in enumerate(loaded.contracts[name].norms):
            if not isinstance(norm, Maintenance):
                found.append((name, number, norm.id))
    return found


@pytest.mark.soak
@pytest.mark.parametrize(("name", "number", "called"), norms())
def test_the_contrary_of_each_norm_clashes_with_it(name: str, number: int, called: str) -> None:
    path = ROOT / name / f"{name}.contract"
    text = path.read_text("utf-8")
    norm = load([path], [ROOT / "vocabulary"]).contracts[name].norms[number]
    assert not isinstance(norm, Maintenance)
    may, must_not, survives = MAY[name]
    who = WHO[name][norm.bearer] if isinstance(norm.bearer, Who) else norm.bearer
    contrary = f"{who} {may if isinstance(norm, Prohibition) else must_not} {norm.act.name}"
    outlives = f"\n| {survives}" if norm.survives else ""
    planted = text.replace(BEFORE[name], f"\n99.此外。\n| {contrary}{outlives}{BEFORE[name]}", 1)
    loaded = load_text(planted, str(path), [ROOT / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    contract = loaded.contracts[name]
    (place,) = (each.number for each in contract.clauses if each.number.endswith("99"))
    findings = analyse(
        Programs({name: contract}), (name,), only=frozenset(["conflict"]), about={(name, place)}.__contains__
    )
    assert any(norm.id in {each.norm for each in finding.clauses} for finding in findings), contrary


def test_what_is_owed_after_the_end_clashes_with_a_ban_that_outlives_the_agreement() -> None:
    banned = TEXT.replace(SIGNED, f"\n4.另有禁止。\n| 双方 不得 处理善后\n| 存续{SIGNED}")
    findings = found(banned, "conflict", "十.4")
    assert [[each.clause for each in finding.clauses] for finding in findings] == [["八.4", "十.4"]] * 2
    finding = findings[0]
    assert finding.witness is not None
    assert "terminate" in {each["name"] for each in finding.witness.entries}
    # What does not outlive it forbids nothing then.
    assert not found(
        banned.replace("\n| 双方 不得 处理善后\n| 存续", "\n| 双方 不得 处理善后"), "conflict", "十.4"
    )


def test_a_second_beginning_turns_what_was_said_twice_into_a_conflict() -> None:
    edited = TEXT.replace(
        "3.本协议自双方签署之日起生效。\n| 同 八.1",
        "3.本协议自甲方盖章之日起生效。\n| 协议 生效，一旦 甲方 已 签署",
    )
    assert not any("十.3" in each.key for each in found(edited, "redundant"))
    (finding,) = found(edited, "conflict", "十.3")
    assert [each.clause for each in finding.clauses] == ["十.3", "八.1"]
    assert finding.witness is not None
    assert finding.witness.verdicts == {"十.3": "in_force", "八.1": "draft"}
    assert [(each["name"], each["by"]) for each in finding.witness.entries] == [("sign", "provider")]


def days_late(finding: Finding) -> int:
    """Return how many days after a bill was due a history ends."""
    assert finding.witness is not None
    (due,) = (each["due"] for each in finding.witness.entries if each["name"] == "invoice_issued")
    asked = datetime.fromisoformat(str(finding.witness.asked["at"]))
    return (asked - datetime.fromisoformat(due)).days


def test_a_time_to_cure_keeps_the_end_of_the_agreement_from_the_first_day() -> None:
    may = "时，对方 可以 解除协议"
    cured = TEXT.replace(may, f"{may}，当 违约情形.时点 后 30日 <= 现在")
    (before,) = found(TEXT + "\n", "competing")
    (after,) = found(cured, "competing")
    # A grace of a day fills the blank of 五.3.
    assert days_late(before) <= 2
    assert days_late(after) > 30


# ---- Edits beside the law ------------------------------------------------------------------------------------------

ALL = ("contract", "civil", "sector", "cyber", "consumer", "local:HN")
GRACE = ("付费 逾期 时，甲方 可以 暂停服务", "付费 逾期 超过 {} 时，甲方 可以 暂停服务")
LEAVE = "(许可泄露 限于 许可泄露.对象 为 对象 之数) > 0"
BY_LAW = "(调取记录 限于 调取记录.法律文书 且 调取记录.机关 为 对象 之数) > 0"
REPAIR = "甲方 应 就 故障 维修，在合理期限内 判断依 及时"
ANSWER = "甲方 应 就 投诉 答复投诉，在合理期限内 判断依 及时"


@pytest.fixture(scope="module")
def laws() -> dict[str, Contract]:
    """All the law, and both agreements as they stand."""
    loaded = load([ROOT / "voip-1", ROOT / "voip-2", ROOT / "law"], [ROOT / "vocabulary"])
    return {name: loaded.contracts[name] for name in loaded.asked}


@pytest.mark.parametrize(
    ("clause", "before", "after", "gone", "come"),
    [
        ("五.3", GRACE[0], GRACE[1].format("30日"), {"against:voip-1/五.3:暂停权+telecom_regulations/34(2)"}, set()),
        ("五.3", GRACE[0], GRACE[1].format("29日"), set(), set()),
        ("六.2", LEAVE, f"{LEAVE} 或 {BY_LAW}", {"against:voip-1/六.1+voip-1/六.2"}, set()),
        ("二.1", "限制服务 已发生) 起", "限制服务 已发生) 起，除非 登记 为 不实",
         {"against/breaks:voip-1/二.1:提供服务+anti_fraud_law/21"}, set()),
        ("三.5", "| 选项 动态 dynamic：遵规：", "| # ", {"against/reading:voip-1/三.5:遵规"}, set()),
        ("三.2", "限于 损失成因(事故)，", "限于 损失成因(事故) 且 非 甲方与有过失(事故)，",
         {"against/loss:voip-1/三.2c+civil_code/592(2)"}, set()),
        ("四.2", REPAIR, "甲方 应 就 故障 维修，限 96小时 内", {"gap/number of law:voip-1/四.2"},
         {"against/time:voip-1/四.2:处理+telecom_regulations/32", "against/time:voip-1/四.2:处理+henan_telecom/37"}),
        ("四.2", REPAIR, "甲方 应 就 故障 维修，限 36小时 内", {"gap/number of law:voip-1/四.2"}, set()),
        ("四.3", ANSWER, "甲方 应 就 投诉 答复投诉，限 15个工作日 内", {"gap/number of law:voip-1/四.3b"},
         {"against/time:voip-1/四.3b+henan_telecom/38", "against/time:voip-1/四.3b+telecom_complaints/conditions"}),
        ("八.3", "对方 可以 解除协议\n", "对方 可以 解除协议，限 1年 内\n",
         {"against:voip-1/八.3:解除权+civil_code/564(2)"}, set()),
    ],
)  # fmt: skip
def test_an_edit_changes_what_a_lawyer_expects(
    laws: dict[str, Contract], clause: str, before: str, after: str, gone: set[str], come: set[str]
) -> None:
    """Of what is found of the clause beside the law, just that is gone, and just that has come."""
    assert before in TEXT
    loaded = load_text(TEXT.replace(before, after), str(PATH), [ROOT])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    versions = (laws, {**laws, "voip-1": loaded.contracts["voip-1"]})
    kinds = frozenset(["against", "gap", "conflict", "competing"])
    old, new = (
        {
            re.sub(r"@\w+", "", each.key)
            for each in analyse(Programs(held), ("voip-1",), ALL, kinds, {("voip-1", clause)}.__contains__)
            if any(place.clause == clause for place in each.clauses)
        }
        for held in versions
    )
    lost = {each for each in old - new if not each.startswith("against/measure:")}
    for start in gone:
        assert any(each.startswith(start) for each in lost), (start, lost)
    # What else goes with it, such as what other laws took from the clause, is of the same kinds.
    assert {each.partition(":")[0] for each in lost} == {each.partition(":")[0] for each in gone}
    assert new - old == come
