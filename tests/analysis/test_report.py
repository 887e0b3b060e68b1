"""Findings in words, as JSON and as SARIF; findings that are accepted; conflict checks; the command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.analysis.accepted import FILE, Acceptance, Accepted, BadAccepted, add, read, rests_on
from engine.analysis.checks import Checker, checks_in
from engine.analysis.finding import Clause, Finding, Said, Witness
from engine.analysis.gaps import gaps
from engine.analysis.report import account_of, as_json, lines
from engine.commands.common import FINE, FOUND, REFUSED
from engine.governing import Programs
from engine.naming import LANGUAGES
from engine.program import Program
from tests.analysis.laying import laid
from tests.conftest import Run

ROOT = Path(__file__).parents[2]
ONE_END = "gap/one end only:voip-1/八.4:善后+voip-1/八.1"

SHOWN = Finding(
    "conflict",
    (Clause("voip-1", "二.1", "二.1b"), Clause("voip-1", "四.4", "四.4:功能权")),
    Said("provider may remove what it must not remove", "甲方既可以又不得取消同一功能"),
    witness=Witness(
        entries=(
            {"id": "e1", "name": "sign", "at": "2026-03-02T09:00", "by": "provider"},
            {"id": "e2", "name": "sign", "at": "2026-03-02T10:00", "by": "user"},
            {"id": "e3", "name": "activate_service", "at": "2026-03-03T09:00", "by": "provider"},
        ),
        settings={}, readings={}, answers={},
        asked={"by": "provider", "act": "remove_feature", "at": "2026-03-04T09:00", "feature": "video_call"},
        verdicts={"contract": "conflicting"},
    ),
    settles=(Said("say which goes before", "约定何者优先"),),
    bound=Said("histories of up to 3 events, 670 days", "不超过3个事件、670日的经过"),
)  # fmt: skip


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of agreement 1, beside which things may be written."""
    shutil.copytree(ROOT / "contracts" / "voip-1", tmp_path / "voip-1")
    return tmp_path / "voip-1"


# ---- In words -------------------------------------------------------------------------------------------------------


def test_a_finding_in_words_shows_the_clauses_side_by_side_and_the_history(voip_1: Program) -> None:
    said = "\n".join(lines(SHOWN, voip_1, "zh", 120))
    assert said.splitlines()[0] == "• 甲方既可以又不得取消同一功能"
    assert any("二.1" in line and "│ 四.4" in line for line in said.splitlines())
    assert "不限于语音通话、视" in said
    assert "2026年3月2日" in said or "2026-03-02" in said
    assert (
        "引擎（仅依协议）：甲方于2026年3月4日9时可否取消功能（功能 视频通话）：规范相互冲突"
        in said.replace("\n", "")
    )
    assert "可补救：约定何者优先" in said
    assert "不超过3个事件、670日的经过" in said


def test_no_line_is_wider_than_asked(voip_1: Program) -> None:
    from engine.widths import wide

    for language in LANGUAGES:
        for finding in (SHOWN, *gaps(voip_1)):
            for line in lines(finding, voip_1, language, 100):
                assert wide(line) <= 102 or finding.key in line


def test_the_history_is_the_engines(voip_1: Program) -> None:
    assert SHOWN.witness is not None
    assert [each.id for each in account_of(SHOWN.witness, voip_1).ledger] == ["e1", "e2", "e3"]


# ---- For machines ---------------------------------------------------------------------------------------------------


def test_json_holds_the_text_as_printed(programs: Programs) -> None:
    found = as_json(SHOWN, programs.contracts)
    assert found["clauses"][1]["text"] == "4.甲方有权根据业务发展需要,调整网络电话服务的功能和界面。"
    assert found["witness"]["verdicts"] == {"contract": "conflicting"}
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


def test_sarif_says_where(contract: Run) -> None:
    status, out, _ = contract("analyse", "voip-1", "--only", "gap,redundant", "--sarif", "--lang", "en")
    log: dict[str, Any] = json.loads(out)
    assert (status, log["version"]) == (FOUND, "2.1.0")
    (run,) = log["runs"]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["endLine"] >= region["startLine"]


# ---- Accepted -------------------------------------------------------------------------------------------------------


def test_an_accepted_finding_passes_the_gate_until_its_clause_changes(own: Path, contract: Run) -> None:
    only = ("--only", "gap", "--gate", "--lang", "en")
    keys = [
        each["key"]
        for each in json.loads(contract("analyse", str(own), "--only", "gap", "--json")[1])["findings"]
    ]
    assert ONE_END in keys
    for key in keys:
        assert (
            contract("analyse", str(own), "--only", "gap", "--accept", key, "--reason", "known to both")[0]
            == FINE
        )
    status, out, _ = contract("analyse", str(own), *only)
    assert (status, f"({len(keys)} accepted)" in out) == (FINE, True)
    assert contract("analyse", str(own), "--only", "gap")[0] == FOUND

    text = own / "voip-1.contract"
    text.write_text(text.read_text("utf-8").replace("善后事宜。", "善后事宜,不得拖延。"), "utf-8")
    status, out, _ = contract("analyse", str(own), *only)
    assert status == FOUND
    # 八.4 ends nothing but one way, and gives only a reasonable time.
    assert out.count("the wording has changed since") == 3


def test_another_place_in_the_file_is_no_change(own: Path, contract: Run) -> None:
    contract("analyse", str(own), "--only", "gap", "--accept", ONE_END, "--reason", "known")
    text = own / "voip-1.contract"
    text.write_text("| # A note.\n" + text.read_text("utf-8"), "utf-8")
    found = json.loads(contract("analyse", str(own), "--only", "gap", "--json")[1])["findings"]
    assert next(each for each in found if each["key"] == ONE_END)["accepted"]["reason"] == "known"


def test_what_an_acceptance_rests_on_is_the_same_in_every_run(programs: Programs) -> None:
    assert rests_on(SHOWN, programs.contracts) == rests_on(SHOWN, dict(programs.contracts))
    assert len(rests_on(SHOWN, programs.contracts)) == 16


def test_a_file_of_accepted_findings_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for text, wrong in (
        ("finding: x", "it is a list"),
        ("- reason: x", "`finding` is missing"),
        ("- {finding: x, reason: y, date: soon}", "`date` is a day"),
        ("- [", FILE),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(BadAccepted, match=wrong):
            read(path)


def test_an_acceptance_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for reason in ("first", "second"):
        add(path, Acceptance("gap:x", reason, date(2026, 5, 4), "00"))
    assert [each.reason for each in read(path)] == ["second"]


def test_without_a_hash_nothing_is_accepted(programs: Programs) -> None:
    held = Acceptance(SHOWN.key, "why not", date(2026, 5, 4), "")
    accepted = Accepted({SHOWN.key: held}, programs.contracts)
    assert (accepted.of(SHOWN), accepted.reopened(SHOWN)) == (None, held)


# ---- The command ----------------------------------------------------------------------------------------------------


def test_analyse_prints_what_it_found_and_ends_with_one(contract: Run) -> None:
    status, out, _ = contract("analyse", "voip-1", "--only", "gap")
    assert status == FOUND
    assert "八.4只在解除之后要求双方处理善后" in out
    assert any(line.startswith("共40项发现") for line in out.splitlines())


def test_analyse_of_what_leaves_nothing_open_is_fine(contract: Run, tmp_path: Path) -> None:
    path = tmp_path / "calm.contract"
    path.write_text(
        "| agreement calm\n| party seller, buyer\n| act watch by seller\n1. One.\n| seller may watch\n",
        "utf-8",
    )
    status, said, _ = contract("analyse", str(path))
    assert (status, said.splitlines()[0]) == (FINE, "0 findings")
    assert "1 questions; 0 found, 1 with no history within the bound, 0 undecided" in said


def test_analyse_refuses_what_it_does_not_know(contract: Run) -> None:
    for arguments, said in (
        (("voip-1", "--only", "gaps"), "did you mean `gap`?"),
        (("voip-1", "--layers", "nowhere"), "no law of the layer"),
        (("voip-1", "--accept", "gap:x"), "--reason"),
        (("voip-1", "--accept", "gap:x", "--reason", "y"), "there is no such finding"),
        ((), "which agreement?"),
    ):
        status, _, err = contract("analyse", *arguments)
        assert status == REFUSED
        assert said in err


# ---- Conflict checks ------------------------------------------------------------------------------------------------

WORDS: dict[str, Any] = {
    "documents": {"1": "voip-1", "2": "voip-2"},
    "statutes": {"电信条例": "telecom_regulations"},
    "conflict_checks": {
        "gap": {"found": ["gap"]},
        "no_gap": {"none": ["gap"]},
        "morals": {"inexpressible": "it speaks of a practice"},
    },
}


def check(programs: Programs, expected: str, *norms: str) -> tuple[bool, str]:
    outcome = Checker(programs, WORDS, laid).outcome({"id": "X", "norms": norms, "expected": expected})
    return outcome.passed, outcome.got


def test_a_check_passes_only_on_a_finding_with_all_its_clauses(programs: Programs) -> None:
    assert check(programs, "gap", "1.八.4", "1.八.1b") == (True, ONE_END)
    assert check(programs, "gap", "1.五.3", "law:电信条例34(4)")[0]
    assert not check(programs, "gap", "1.八.4", "1.八.1b", "1.五.3")[0]


def test_a_check_of_none_fails_on_such_a_finding(programs: Programs) -> None:
    assert check(programs, "no_gap", "1.二.1", "1.八.4") == (True, "no such finding")
    assert check(programs, "no_gap", "1.八.4", "1.八.1b") == (False, f"found all the same: {ONE_END}")


def test_what_cannot_be_checked_fails_with_the_reason(programs: Programs) -> None:
    assert check(programs, "morals", "1.八.2") == (
        False,
        "not expressible in norms: it speaks of a practice",
    )
    assert check(programs, "never heard", "1.八.2")[0] is False


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("law:刑法1", "not encoded: nothing is called law:刑法1"),
        ("law:电信条例99", "not encoded: law:电信条例99 is no clause of telecom_regulations"),
        ("1.五.9", "not encoded: 1.五.9 is no clause of voip-1"),
    ],
)
def test_of_a_clause_that_no_document_has_nothing_is_told(programs: Programs, clause: str, told: str) -> None:
    """That nothing is found of it does not mean that it stands against nothing."""
    assert check(programs, "no_gap", "1.二.1", clause) == (False, told)


def test_a_letter_means_its_norm_and_no_other(programs: Programs) -> None:
    checker = Checker(programs, WORDS, laid)
    wanted = checker.reference("1.三.2b")
    assert checker.means(wanted, Clause("voip-1", "三.2", "三.2b"))
    assert not checker.means(wanted, Clause("voip-1", "三.2", "三.2a"))
    assert not checker.means(checker.reference("1.三.2c"), Clause("voip-2", "三.2", "三.2c"))
    # `八.1` has no norm with a letter: `八.1b` is the clause.
    assert checker.means(checker.reference("1.八.1b"), Clause("voip-1", "八.1"))
    # An article of a law means its paragraphs, in whichever version of the law.
    (law,) = (name for name in programs.contracts if name.startswith("telecom_regulations"))
    assert not checker.means(checker.reference("law:电信条例34"), Clause(law, "35(1)"))
    assert checker.means(checker.reference("law:电信条例34"), Clause(law, "34(2)"))


RENEWAL = {"id": "X", "norms": ["1.八.2", "law:消保条例10(2)"], "expected": "sound as written"}
PRACTICES = {
    "statutes": {"消保条例": "consumer_protection_regulations"},
    "conflict_checks": {"sound as written": {"none": ["against", "conflict"], "practised": ["against"]}},
    "practices": {
        "renewed": {
            "silently": "provider may auto_renew",
            "with notice": "when warn_of_renewal is done, provider may auto_renew",
            "by signature": "both parties may renew",
        }
    },
}


@pytest.mark.parametrize(
    ("practice", "other", "passed", "told"),
    [
        (
            "silently",
            "by signature",
            True,
            "against:practice/1+consumer_protection_regulations/10(2); gone when",
        ),
        ("silently", "with notice", True, "gone when renewed: with notice"),
        ("silently", "silently", False, "is not gone when renewed: silently"),
        ("by signature", "silently", False, "carried out so (renewed: by signature), it does not clash"),
        ("by magic", "silently", False, "nothing says what `renewed: by magic` means"),
    ],
)
def test_a_text_is_sound_and_a_practice_is_not(
    programs: Programs, practice: str, other: str, passed: bool, told: str
) -> None:
    checker = Checker(programs, WORDS | PRACTICES, laid)
    case = {"witness": {"renewed": practice}, "no_conflict_when": {"renewed": other}}
    outcome = checker.outcome(RENEWAL | case)
    assert outcome.passed is passed
    assert told in outcome.got


def test_shipped_checks_of_gaps_and_of_two_agreements(contract: Run, tmp_path: Path) -> None:
    """Those on gaps, on what two agreements do not share, on lists of words, and on a practice."""
    shipped = checks_in((ROOT / "contracts" / "scenarios" / "scenarios.yaml").read_text("utf-8"))
    quick = ("gap", "redundant", "differs", "undetermined", "no_conflict_as_written", "warning")
    checks = [each for each in shipped if each["expected"] in quick]
    path = tmp_path / "checks.yaml"
    path.write_text(yaml.safe_dump({"conflict_checks": checks}, allow_unicode=True), "utf-8")
    status, out, _ = contract("analyse", "--conflict-checks", str(path))
    assert (status, out.splitlines()[-1]) == (FINE, "10 passed, 0 failed")


def test_the_gaps_need_no_solver() -> None:
    """Who asks for gaps, or reads a report, does not wait for z3."""
    modules = "engine.cli, engine.analysis.gaps, engine.analysis.report, engine.analysis.checks"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; sys.exit('z3' in sys.modules)"], cwd=ROOT, check=False
    )
    assert done.returncode == 0
