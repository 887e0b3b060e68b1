"""The command line: what it prints, how it ends, and that it never shows a stack trace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import carried_out
from engine.commands import check, clock
from engine.commands.common import BROKEN, FINE, FOUND, INTERRUPTED, REFUSED

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
ARREARS = str(CONTRACTS / "voip-1" / "ledgers" / "arrears.jsonl")
LEDGERS = sorted(CONTRACTS.glob("*/ledgers/*.jsonl"))
NOT_CORE = ["--reading", "RS-adjust=not_core"]
QUESTION = "2026-09-11 provider may suspend_service"


@pytest.fixture
def contract(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Carry out a command as the program does, and return its status, output and errors."""
    monkeypatch.setenv("COLUMNS", "140")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = carried_out(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    return run


@pytest.fixture
def wrong_contract(tmp_path: Path) -> str:
    path = tmp_path / "wrong.contract"
    path.write_text(
        "| agreement wrong\n| party buyer, seller\n1. One.\n| buyer must dance\n| seller must sing\n", "utf-8"
    )
    return str(path)


# ---- check ----------------------------------------------------------------------------------------------------------


def test_check_of_what_is_shipped_is_fine(contract) -> None:
    for name in ("voip-1", "voip-2", "sale", "contracts/voip-1", str(CONTRACTS)):
        status, out, _ = contract("check", name)
        assert status == FINE, out


def test_check_finds_errors_and_shows_them_all(contract, wrong_contract: str) -> None:
    status, out, _ = contract("check", wrong_contract)
    assert status == FOUND
    assert "`dance`" in out
    assert "`sing`" in out
    assert out.rstrip().endswith("1 document: 2 errors, 0 warnings, 0 notes")


def test_check_as_json(contract, wrong_contract: str) -> None:
    status, out, _ = contract("check", wrong_contract, "--json")
    found = json.loads(out)
    assert status == FOUND
    assert found["version"] == 1
    assert found["errors"] == 2
    assert {each["line"] for each in found["diagnostics"] if each["severity"] == "error"} == {4, 5}
    assert set(found["diagnostics"][0]["message"]) == {"en", "zh"}


def test_what_cannot_be_read_ends_with_two(contract, tmp_path: Path) -> None:
    utf16 = tmp_path / "utf16.contract"
    utf16.write_bytes(b"\xff\xfe|\x00")
    assert contract("check", str(utf16))[0] == REFUSED
    assert contract("check", str(tmp_path))[0] == REFUSED
    status, _, err = contract("check", "contracts/voip1")
    assert (status, err) == (
        REFUSED,
        "contracts/voip1: no such file or folder; did you mean `contracts/voip-1`?\n",
    )
    (tmp_path / "empty").mkdir()
    assert "no .contract file in it" in contract("check", str(tmp_path / "empty"))[2]


# ---- run ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_run_tells_every_sample_ledger(contract, ledger: Path, language: str) -> None:
    status, out, _ = contract(
        "run", ledger.parents[1].name, str(ledger), "--as-of", "2026-12-31", "--lang", language
    )
    assert status == FINE
    for line in ledger.read_text("utf-8").splitlines()[1:]:
        assert json.loads(line)["id"] in out
    assert ("2026年12月31日的状况" if language == "zh" else "standing on 2026-12-31") in out


def test_run_says_what_came_of_it(contract) -> None:
    _, out, _ = contract("run", "voip-1", ARREARS, "--as-of", "2026-09-30")
    for said in (
        "协议有效，至2028年3月2日24时",
        "乙方违反五.2（e6）：尚欠40.00元",
        "甲方自此可以暂停服务（五.3）",
        "依据五.3",
    ):
        assert said in out


def test_run_as_json(contract) -> None:
    _, out, _ = contract("run", "voip-1", "--ledger", ARREARS, "--as-of", "2026-09-12", "--json")
    told = json.loads(out)
    assert told["version"] == 1
    assert told["account"] == "A-1001"
    assert told["as_of"] == "2026-09-12T23:59:59.999999+08:00"
    assert {"state": "service", "document": None, "value": "suspended", "depends_on": None} in told[
        "standing"
    ]["states"]
    assert [each["unpaid"] for each in told["standing"]["duties"]] == [4000]
    codes = [each["code"] for entry in told["history"] for each in entry["happenings"]]
    assert codes.count("breach") == 1


def test_run_knows_only_what_was_known(contract) -> None:
    late = str(CONTRACTS / "voip-1" / "ledgers" / "recorded-late.jsonl")
    before = contract("run", "voip-1", late, "--as-of", "2026-09-12", "--known-at", "2026-09-12")[1]
    after = contract("run", "voip-1", late, "--as-of", "2026-09-12")[1]
    assert "没有依据" not in before
    assert "没有依据" in after


def test_run_looks_as_far_as_the_ledger_goes(contract, tmp_path: Path) -> None:
    ahead = tmp_path / "ahead.jsonl"
    events = [("e1", "seller", "2090-01-01T09:00"), ("e2", "buyer", "2090-01-02T09:00")]
    lines = [json.dumps({"id": id, "name": "sign", "by": by, "at": at}) for id, by, at in events]
    ahead.write_text("\n".join(lines), "utf-8")
    assert "standing on 2090-01-02 09:00" in contract("run", "sale", str(ahead))[1]


# ---- layers of law, and several agreements --------------------------------------------------------------------------


@pytest.fixture
def layered(tmp_path: Path) -> str:
    """The account in arrears, with layers of law in the first line of its ledger."""
    head, *events = Path(ARREARS).read_text("utf-8").splitlines()
    path = tmp_path / "layered.jsonl"
    head = json.dumps({**json.loads(head), "layers": ["contract", "sector"]}, ensure_ascii=False)
    path.write_text("\n".join([head, *events]), "utf-8")
    return str(path)


def documents_asked(out: str) -> list[str]:
    return [each["name"].partition("@")[0] for each in json.loads(out)["decision"]["receipt"]["documents"]]


def test_the_law_of_the_layers_asked_for_governs(contract) -> None:
    plain = contract("ask", "voip-1", ARREARS, QUESTION, "--json")[1]
    assert documents_asked(plain) == ["voip-1"]
    assert json.loads(plain)["decision"]["answer"] == "permitted"
    mobile = ("--set", "service_class=b25", "--answer", "D-STDTERM=yes")
    with_law = contract("ask", "voip-1", ARREARS, QUESTION, "--layers", "contract,sector", *mobile, "--json")[
        1
    ]
    assert "telecom_regulations" in documents_asked(with_law)
    assert "civil_code" not in documents_asked(with_law)
    assert json.loads(with_law)["decision"]["answer"] == "forbidden"


def test_the_layers_of_the_ledger_hold_unless_the_option_says_otherwise(contract, layered: str) -> None:
    assert "telecom_regulations" in documents_asked(contract("ask", "voip-1", layered, QUESTION, "--json")[1])
    for named in ("contract", "civil,contract"):
        asked = contract("ask", "voip-1", layered, QUESTION, "--layers", named, "--json")[1]
        assert "telecom_regulations" not in documents_asked(asked)
        assert ("civil_code" in documents_asked(asked)) is named.startswith("civil")


def test_a_law_given_by_name_governs_and_takes_the_place_of_the_one_shipped(contract, tmp_path: Path) -> None:
    own = tmp_path / "henan_telecom.contract"
    own.write_text(
        "| law henan_telecom\n| layer local:HN\n| rank mandatory\n| uses telecom\n"
        "1 Nobody suspends.\n| provider must not suspend_service\n",
        "utf-8",
    )
    for layers in ((), ("--layers", "local:HN")):
        out = contract("ask", "voip-1", str(own), ARREARS, QUESTION, *layers, "--json")[1]
        assert documents_asked(out).count("henan_telecom") == 1
        assert json.loads(out)["decision"]["answer"] == "forbidden"
    out = contract("ask", "voip-1", str(own), ARREARS, QUESTION, "--layers", "civil", "--json")[1]
    assert "henan_telecom" not in documents_asked(out)


def test_a_layer_that_is_not_there_is_refused_with_the_nearest(contract, layered: str) -> None:
    for command in (("run", "voip-1", layered), ("ask", "voip-1", layered, QUESTION)):
        status, out, err = contract(*command, "--layers", "contract,sectr", "--lang", "en")
        assert (status, out) == (REFUSED, "")
        assert err == "--layers: no law of the layer `sectr` is here; did you mean `sector`?\n"
        assert "layers with commas" in contract(*command, "--layers", "contract,,civil", "--lang", "en")[2]
    text = Path(layered).read_text("utf-8").replace('"sector"', '"local:NH"')
    Path(layered).write_text(text, "utf-8")
    status, _, err = contract("run", "voip-1", layered)
    assert status == REFUSED
    assert err.startswith(f"{layered}, layers：")
    assert "是否指`local:HN`？" in err
    assert contract("run", "voip-1", layered, "--layers", "地方:HN")[0] == FINE


def test_run_with_law_says_what_the_law_does(contract) -> None:
    head = ("run", "voip-1", ARREARS, "--as-of", "2026-09-30")
    out = contract(*head, "--layers", "contract,sector,cyber")[1]
    assert out.startswith("A-1001 · voip-1 · cyber, sector\n")
    told = json.loads(contract(*head, "--layers", "sector", "--json")[1])
    assert (told["agreements"], told["layers"]) == (["voip-1"], ["contract", "sector"])


def test_a_supplement_without_what_it_supplements_is_refused(contract, tmp_path: Path) -> None:
    path = tmp_path / "more.contract"
    path.write_text('| supplement more to sale\n| uses sale\n1. Nothing.\n| states that "nothing"\n', "utf-8")
    status, _, err = contract("ask", "voip-1", str(path), ARREARS, QUESTION)
    assert status == REFUSED
    assert "`sale`, is not given" in err


# ---- ask ------------------------------------------------------------------------------------------------------------


def test_ask_by_a_line_and_by_options_is_the_same(contract) -> None:
    options = ("--party", "甲方", "--act", "暂停服务", "--as-of", "2026-09-11")
    written = contract("ask", "voip-1", ARREARS, QUESTION, "--json")[1]
    assert contract("ask", "voip-1", ARREARS, *options, "--json")[1] == written
    told = json.loads(written)
    assert told["question"]["kind"] == "may"
    assert told["decision"]["answer"] == "permitted"
    assert told["explanation"]["en"][0] == {
        "depth": 0,
        "text": "provider may suspend service on 2026-09-11: permitted",
    }


def test_the_ledger_names_its_agreements(contract, tmp_path: Path) -> None:
    written = contract("ask", "voip-1", ARREARS, QUESTION, "--json")[1]
    assert contract("ask", ARREARS, QUESTION, "--json")[1] == written
    (tmp_path / "mine.contract").write_text(
        (CONTRACTS / "sale" / "sale.contract").read_text("utf-8"), "utf-8"
    )
    for head, status, said in (
        (
            {"account": "x", "agreement": "mine"},
            REFUSED,
            "the account is of `mine`; the contracts given are sale",
        ),
        ({"account": "x"}, REFUSED, "which contract?"),
        ({"account": "x", "agreement": "sail"}, REFUSED, "sail: no such file or folder; did you mean"),
    ):
        (tmp_path / "a.jsonl").write_text(json.dumps(head) + "\n", "utf-8")
        found = contract("run", str(tmp_path / "a.jsonl"))
        assert found[0] == status
        assert said in found[2]


def test_an_act_may_be_asked_for_as_answers_speak_of_it(contract) -> None:
    spoken = contract("ask", "voip-1", ARREARS, QUESTION.replace("_", " "))
    assert spoken == contract("ask", "voip-1", ARREARS, QUESTION)


def test_ask_speaks_the_language_of_the_question(contract) -> None:
    assert contract("ask", "voip-1", ARREARS, QUESTION)[1].startswith("provider may")
    assert contract("ask", "voip-1", ARREARS, "2026-09-11 甲方 可否 暂停服务")[1].startswith("甲方于")
    assert contract("ask", "voip-1", ARREARS, "2026-09-11 service")[1].startswith("2026年9月11日")
    assert contract("ask", "voip-1", ARREARS, QUESTION, "--lang", "zh")[1].startswith("甲方于")


@pytest.mark.parametrize(
    "options",
    [
        ["amount 费用(e99)"], ["last day of 五.2(e99)"], ["arrived e99"], ["--bears", "e99"],
        ["--time-barred", "五.2", "--about", "e99"],
    ],
)  # fmt: skip
def test_a_question_about_an_event_that_is_not_there_is_none(contract, options: list[str]) -> None:
    status, out, err = contract("ask", "voip-1", ARREARS, "--as-of", "2026-09-11", *options)
    assert (status, out) == (REFUSED, "")
    assert err in (
        "about: the account has no event `e99`\n",
        "about：账户没有编号为`e99`的事件\n",
    )


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["--party", "user", "--norm", "五.2"], "yes"),
        (["--state", "agreement"], "in_force"),
        (["--state", "服务"], "active"),
        (["--amount", "五.2"], "value"),
        (["--deadline", "agreement"], "value"),
        (["--deadline", "五.2", "--about", "e6"], "value"),
        (["--deadline", "五.2", "--field", "due=2026-10-03"], "value"),
        (["--renewed"], "no"),
        (["--arrived", "e5"], "no"),
        (["--party", "provider", "--act", "notify_suspension", "--reading", "RS-partial=proportionate"], "unregulated"),
        (["--party", "provider", "--act", "remove_feature", "--field", "feature=voice_call", *NOT_CORE], "forbidden"),
        (["--party", "both", "--act", "续签"], "permitted"),
    ],
)  # fmt: skip
def test_every_kind_of_question_by_options(contract, options: list[str], answer: str) -> None:
    status, out, err = contract("ask", "voip-1", ARREARS, "--as-of", "2026-09-11", *options, "--json")
    assert status == FINE, err
    assert json.loads(out)["decision"]["answer"] == answer


def test_ask_with_other_settings_readings_and_answers(contract) -> None:
    def answer(*options: str) -> str:
        told = contract("ask", "voip-1", ARREARS, "2026-09-15 agreement", "--json", *options)[1]
        return str(json.loads(told)["decision"]["answer"])

    assert answer("--set", "term=1 years") == "in_force"
    assert answer("--set", "term=100 days") == "expired" or answer("--set", "term=0") == "expired"
    terminated = str(CONTRACTS / "voip-1" / "ledgers" / "terminated.jsonl")
    asked = ("ask", "voip-1", terminated, "2026-06-17 agreement", "--json")
    given = [
        json.loads(contract(*asked, *more)[1])["decision"]["answer"]
        for more in ([], ["--answer", "D-SLIGHT=yes"])
    ]
    assert given == ["terminated", "in_force"]


def test_ask_as_a_paragraph(contract) -> None:
    out = contract("ask", "voip-1", ARREARS, QUESTION, "--prose")[1]
    assert out.startswith("Provider may suspend service on 2026-09-11: permitted. ")
    assert out.count("\n") == 1


def test_ask_without_a_day_is_about_today(contract, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.dates import parse_instant

    monkeypatch.setattr(clock, "now", lambda: parse_instant("2026-09-11T12:00"))
    assert "2026-09-11 12:00" in contract("ask", "voip-1", ARREARS, "provider may suspend_service")[1]
    assert "2026-09-11 12:00" in contract("ask", "voip-1", ARREARS, "--state", "service", "--lang", "en")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["voip-1", ARREARS, "2026-09-11 provider may suspend_servce"], "did you mean `suspend_service`?"),
        (["voip-1", ARREARS, "2026-09-11 provder may suspend_service"], "did you mean `provider`?"),
        (["voip-1", ARREARS, "2026-09-11 why"], "is no question"),
        (["voip-1", ARREARS, "2026-13-11 service"], "no month 13"),
        (["voip-1", ARREARS], "what is the question?"),
        (["voip-1", ARREARS, QUESTION, "--state", "service"], "ask one question"),
        (["voip-1", ARREARS, QUESTION, "--as-of", "2026-09-11"], "leave out --as-of"),
        (["voip-1", ARREARS, "--act", "suspend_service"], "--party"),
        (["voip-1", ARREARS, "--state", "servce"], "did you mean `service`?"),
        (["voip-1", ARREARS, "--state", "service", "--as-of", "soon"], "--as-of"),
        (["voip-1", ARREARS, "--state", "service", "--set", "term"], "name=value"),
        (["voip-1", ARREARS, "--state", "service", "--set", "term=dog"], "term"),
        (["voip-1", ARREARS, "--state", "service", "--reading", "RS-none=x"], "RS-none"),
        (
            ["voip-1", ARREARS, "--party", "user", "--act", "pay", "--field", "amout=1.00"],
            "did you mean `amount`?",
        ),
        (["voip-1", ARREARS, "--deadline", "五.99"], "五.99"),
        (["voip-1", QUESTION], "which ledger?"),
        (["voip-1", ARREARS, ARREARS, QUESTION], "one ledger"),
        (["voip-1", "nowhere.jsonl", QUESTION], "no such file"),
        (["voip-2", ARREARS, QUESTION], "the account is of `voip-1`"),
        (["contracts/vocabulary", ARREARS, QUESTION], "only vocabularies"),
        (["voip-1", ARREARS, ""], "what is the question?"),
        (["--nothing"], "no such option: --nothing"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(contract, arguments: list[str], said: str) -> None:
    status, out, err = contract("ask", *arguments, "--lang", "en")
    assert (status, out) == (REFUSED, "")
    assert said in err
    status, out, _ = contract("ask", *arguments, "--json")
    assert status == REFUSED
    assert said in json.loads(out)["error"]["reason"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[]", "line 2: not a JSON object"),
        ("[" * 100_000, "line 2: brackets stand in one another too deep"),
        ('{"id": "e1", "amount": ' + "9" * 5000 + "}", "line 2: a number has thousands of digits"),
        ('{"id": "e1", "amount": NaN}', "line 2: NaN is no number"),
        ('{"id": "e1" "name": "pay"}', "line 2: not a JSON object (expecting ',' delimiter at character 13)"),
        ('{"opened": "2026-01-01"}', "opened: the first line may tell `account`"),
        ('{"id": "e1", "name": "sgn", "by": "provider", "at": "2026-01-01T00:00"}', "did you mean `sign`?"),
        ('{"id": "e1", "name": "sign", "by": "provider", "at": "yesterday"}', "line 2 (e1), at"),
        ('{"id": "e1", "name": "sign", "at": "2026-01-01T00:00"}', "who did `sign`?"),
        ('{"id": "e1", "name": "pay", "at": "2026-01-01T00:00", "amount": "1.001"}', "amount"),
    ],
)
def test_a_wrong_ledger_is_refused_by_line_and_field(contract, tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"account": "x"}\n' + line + "\n", "utf-8")
    status, _, err = contract("run", "voip-1", str(path), "--lang", "en")
    assert status == REFUSED
    assert said in err
    assert str(path) in err


def test_a_ledger_in_another_encoding_is_refused_by_its_line(contract, tmp_path: Path) -> None:
    path = tmp_path / "word.jsonl"
    path.write_bytes(b'{"account": "x"}\n' + '{"id": "甲"}\n'.encode("gb18030"))
    status, _, err = contract("run", "voip-1", str(path))
    assert (status, err) == (REFUSED, f"{path}: line 2 is not UTF-8 text; save the file as UTF-8\n")


def test_a_wrong_contract_is_refused_with_every_error(contract, wrong_contract: str) -> None:
    status, out, err = contract("ask", wrong_contract, ARREARS, QUESTION)
    assert (status, out) == (REFUSED, "")
    assert "`dance`" in err
    assert "`sing`" in err
    told = json.loads(contract("ask", wrong_contract, ARREARS, QUESTION, "--json")[1])
    assert len(told["diagnostics"]) >= 2


# ---- test -----------------------------------------------------------------------------------------------------------


def test_the_scenarios_of_a_folder(contract) -> None:
    status, out, _ = contract("test", "contracts/sale")
    assert status == FINE
    assert out.splitlines()[-1] == f"{out.count('passed  ')} passed, 0 failed"


def test_the_contract_layer_of_the_scenario_file(contract) -> None:
    status, out, _ = contract("test", "contracts/scenarios/scenarios.yaml", "--layers", "contract", "--json")
    told = json.loads(out)
    assert (status, told["failed"]) == (FINE, 0)
    assert told["passed"] + told["not_applicable"] == len(told["outcomes"])
    assert {each["status"] for each in told["outcomes"]} == {"passed", "not applicable"}


def test_a_failing_scenario_shows_both_answers(contract, tmp_path: Path) -> None:
    path = tmp_path / "scenarios.md"
    text = (CONTRACTS / "sale" / "scenarios.md").read_text("utf-8")
    path.write_text(
        text.replace("may suspend_delivery: permitted", "may suspend_delivery: forbidden", 1), "utf-8"
    )
    (tmp_path / "sale.contract").write_text(
        (CONTRACTS / "sale" / "sale.contract").read_text("utf-8"), "utf-8"
    )
    status, out, _ = contract("test", str(path))
    assert status == FOUND
    assert "    expected  forbidden\n    got       permitted\n" in out
    assert out.splitlines()[-1].endswith(" passed, 1 failed")


def test_scenarios_are_told_in_the_language_of_their_contract(contract, tmp_path: Path) -> None:
    (tmp_path / "a.contract").write_text(
        "| 协议 a\n| 当事人 甲\n1.甲可以走。\n| 甲 可以 走\n| 行为 走 由 甲\n", "utf-8"
    )
    path = tmp_path / "scenarios.md"
    text = "## 走\n```ledger\n2026-03-02 甲 {}\n```\n```expect\n2026-03-03 甲 可否 走：{}\n```\n"
    path.write_text(text.format("走", "允许"), "utf-8")
    status, out, _ = contract("test", str(tmp_path))
    assert (status, out.splitlines()[-1]) == (FINE, "通过1项，未通过0项"), out
    path.write_text(text.format("走", "禁止"), "utf-8")
    out = contract("test", str(tmp_path))[1]
    assert "    应为  禁止\n    实为  permitted\n" in out
    path.write_text(text.format("跑", "允许"), "utf-8")
    assert "错误：第3行（e1），name：词汇中没有行为或事件`跑`" in contract("test", str(tmp_path))[1]


@pytest.mark.parametrize("end", ["```\n```expext\n2026-04-01 agreement: draft\n```\n", "", "```\n"])
def test_a_ledger_of_which_nothing_is_asked_fails(contract, tmp_path: Path, end: str) -> None:
    path = tmp_path / "scenarios.md"
    shutil.copy(CONTRACTS / "sale" / "sale.contract", tmp_path)
    path.write_text(f"## Signed\n```ledger\n2026-03-02 seller sign\n{end}", "utf-8")
    status, out, _ = contract("test", str(path))
    assert (status, out.splitlines()[-1]) == (FOUND, "0 passed, 1 failed")
    assert f"{path}:1 Signed" in out
    assert "no `expect` block" in out


def test_a_contract_is_no_scenario_and_a_ledger_no_contract(contract, tmp_path: Path) -> None:
    status, _, err = contract("test", "contracts/sale/sale.contract")
    assert (status, "name the folder" in err) == (REFUSED, True)
    word = tmp_path / "lease.docx"
    word.write_bytes(b"")
    for command in ("check", "fmt", "analyse", "graph"):
        status, out, err = contract(command, ARREARS)
        assert (status, out, "a ledger, not a contract" in err) == (REFUSED, "", True)
        assert "contract import lease.docx" in contract(command, str(word))[2]


def test_what_is_typed_wrong_is_told_with_what_to_type(contract) -> None:
    assert contract("chekc")[2] == "no such command 'chekc'; did you mean 'check'?\ntry `contract --help`\n"
    assert (
        contract("docs", "changes", "sale")[2]
        == "missing argument 'NEW'\ntry `contract docs changes --help`\n"
    )


def test_a_contract_is_not_written_over(contract, tmp_path: Path) -> None:
    mine = tmp_path / "mine.contract"
    mine.write_text("| agreement mine\n", "utf-8")
    for command in (("word", "sale"), ("changes", "lease/lease", "lease/lease-2")):
        named = [each if "/" not in each else f"contracts/{each}.contract" for each in command[1:]]
        status, _, err = contract("docs", command[0], *named, "-o", str(mine))
        assert (status, "is a contract" in err) == (REFUSED, True)
    assert mine.read_text("utf-8") == "| agreement mine\n"


def test_scenarios_in_another_encoding_are_refused(contract, tmp_path: Path) -> None:
    for name in ("cases.yaml", "cases.md"):
        path = tmp_path / name
        path.write_bytes("scenarios:\n- id: 甲\n".encode("utf-16"))
        status, _, err = contract("test", str(path))
        assert (status, err) == (REFUSED, f"{path}: line 1 is not UTF-8 text; save the file as UTF-8\n")


@pytest.mark.parametrize("text", ["- x\n", "a: [\n", ""])
def test_what_is_no_mapping_of_words_is_refused(contract, tmp_path: Path, text: str) -> None:
    path, mapping = tmp_path / "cases.yaml", tmp_path / "mapping.yaml"
    path.write_text("scenarios: []\n", "utf-8")
    mapping.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == REFUSED
    assert err.startswith(f"{mapping}: no mapping of words; write `word: name` on every line")


@pytest.mark.parametrize(
    "text", ["# nothing here\n", "scenarios: [1]\n", "a: [", "scenarios:\n- queries: 3\n"]
)
def test_what_is_no_scenario_is_refused(contract, tmp_path: Path, text: str) -> None:
    path = tmp_path / ("none.md" if text.startswith("#") else "none.yaml")
    path.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == REFUSED
    assert str(path) in err


# ---- graph, schema, demo --------------------------------------------------------------------------------------------


def test_the_graph_in_every_format(contract) -> None:
    assert contract("graph", "sale")[1].startswith("flowchart LR\n")
    assert contract("graph", "sale", "--format", "dot")[1].startswith("digraph")
    assert contract("graph", "sale", "--format", "graphml")[1].startswith("<graphml")
    told = json.loads(contract("graph", "sale", "--json")[1])
    assert {each["kind"] for each in told["nodes"]} >= {"norm", "act", "clause"}


def test_the_graph_around_a_node(contract) -> None:
    for node in ("五.3", "act/pay", "pay", "付费", "norm/voip-1/五.2:付费"):
        status, out, err = contract("graph", "voip-1", "--around", node, "--json")
        assert status == FINE, err
        assert json.loads(out)["edges"]
    assert "did you mean" in contract("graph", "voip-1", "--around", "suspend_servic")[2]


def test_what_a_change_reaches_and_what_runs_in_circles(contract) -> None:
    assert "voip-1/八.3" in contract("graph", "voip-1", "--impact", "五.2")[1]
    assert contract("graph", "voip-1", "--impact", "99")[0] == REFUSED
    assert contract("graph", "voip-1", "--cycles")[0] == FINE


def test_the_schemas(contract) -> None:
    told = json.loads(contract("schema")[1])
    assert set(told["schemas"]) == {"decision", "event", "norm", "position"}


def test_the_demo_shows_what_it_should(contract) -> None:
    status, out, _ = contract("demo")
    assert status == FINE
    for said in (
        "服务：暂停", "服务：开通", "协议已到期", "协议续期", "协议已解除", "没有依据", "尚不能确定",
        "the agreement has been terminated",
        "its silence proves nothing", "what is found in voip-2", "须由人判断的问题",
    ):  # fmt: skip
        assert said in out
    assert "\x1b" not in out
    told = json.loads(contract("demo", "--json")[1])
    assert len(told["accounts"]) >= 6
    assert all(each["questions"] for each in told["accounts"])


# ---- how it ends ----------------------------------------------------------------------------------------------------


def test_version_and_help(contract) -> None:
    assert contract("--version")[1].startswith("contract ")
    for command in ("check", "run", "ask", "show", "test", "graph", "schema", "demo"):
        status, out, _ = contract(command, "--help")
        assert status == FINE
        assert "--json" in out
    assert contract()[0] == FINE


def test_no_stack_trace_whatever_goes_wrong(contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.delenv("CONTRACT_DEBUG", raising=False)
    monkeypatch.setattr(check, "contracts_in", broken)
    status, out, err = contract("check", "voip-1")
    assert (status, out) == (BROKEN, "")
    assert err == "internal error: by zero (ZeroDivisionError); CONTRACT_DEBUG=1 shows where\n"
    monkeypatch.setenv("CONTRACT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        carried_out(["check", "voip-1"])


def test_an_interruption_is_quiet(contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "contracts_in", interrupted)
    assert contract("check", "voip-1") == (INTERRUPTED, "", "")


def test_names_cannot_steer_the_terminal(contract, tmp_path: Path) -> None:
    path = tmp_path / "steering.jsonl"
    event = {"id": "e1\x1b[31m", "name": "sign", "by": "seller", "at": "2026-03-01T09:00"}
    path.write_text(json.dumps(event) + "\n", "utf-8")
    _, out, err = contract("run", "sale", str(path), "--as-of", "2026-04-01")
    assert "\x1b" not in out + err


def process(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, *options.pop("run", ("-m", "engine.cli")), *arguments]
    return subprocess.run(
        command, env=environment, cwd=options.pop("cwd", ROOT), capture_output=True, text=True, encoding="utf-8",
        timeout=120, check=False, **options,
    )  # fmt: skip


def test_the_process_from_another_folder_and_from_standard_input(tmp_path: Path) -> None:
    done = process("ask", "voip-1", "-", QUESTION, cwd=tmp_path, input=Path(ARREARS).read_text("utf-8"))
    assert done.returncode == FINE
    assert done.stdout.startswith("provider may suspend service on 2026-09-11: permitted\n")
    assert process("check", "nowhere", cwd=tmp_path).returncode == REFUSED


STOPPED_WHILE_READ = """
import os, signal, sys

class Stops:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Stops())
from engine.start import main
main()
"""


def test_who_is_stopped_while_it_is_read_says_nothing() -> None:
    done = process("check", "voip-1", run=("-c", STOPPED_WHILE_READ))
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


STOPPED_WHILE_CLEARED = """
import os, signal, sys, time

import engine.cli


class Cleared:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


def carry_out():
    Cleared()
    time.sleep(30)
    sys.exit("it went on")


engine.cli.main = carry_out
from engine.start import main

try:
    main()
except KeyboardInterrupt:
    sys.exit("stopped")
"""


def test_a_ctrl_c_while_memory_is_being_cleared_is_not_lost() -> None:
    """Python lets go of what is raised there: a server told to stop just then would go on."""
    assert process(run=("-c", STOPPED_WHILE_CLEARED)).stderr == "stopped\n"


def test_a_question_does_not_wait_for_what_it_does_not_need() -> None:
    tells = "import atexit, runpy, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    run = ("-c", f"{tells}; runpy.run_module('engine.cli', run_name='__main__')")
    imported = set(process("ask", "voip-1", ARREARS, QUESTION, run=run).stderr.split())
    assert "engine.decide" in imported
    # typer itself brings pydantic; nothing of ours does.
    for never in (
        "networkx",
        "z3",
        "yaml",
        "rich.console",
        "rich.table",
        "engine.wire",
        "engine.scenarios",
        "engine.situation",
        "engine.account_standing",
        "engine.history",
        "engine.telling",
    ):
        assert never not in imported


def test_diff_tells_two_versions_of_one_document_from_anything_else(contract, tmp_path: Path) -> None:
    old, new = tmp_path / "old.contract", tmp_path / "new.contract"
    text = "| agreement gym\n| party owner, member\n| act enter by member, needs basis\n1. x\n| member may enter\n"
    old.write_text(text, "utf-8")
    new.write_text(text.replace("1. x", "1. y"), "utf-8")
    assert contract("diff", str(old), str(new))[0] == FINE
    new.write_text(text.replace("| member may", "| member must not"), "utf-8")
    assert contract("diff", str(old), str(new))[0] == FOUND


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("voip-2", "two documents"), ("contracts/vocabulary/telecom.contract", "vocabulary"),
        ("voip-1@7", "no version"), ("nowhere.contract", "no such file"), ("contracts/law", "of the kind"),
    ],
)  # fmt: skip
def test_diff_refuses_what_are_no_two_versions(contract, new: str, said: str) -> None:
    status, _, stderr = contract("diff", "voip-1", new)
    assert status == REFUSED
    assert said in stderr or "which of these" in stderr


@pytest.mark.parametrize("text", ["", "scenarios: []", "- one", "scenario: [{id: S-1}]", "scenarios: [1]"])
def test_a_file_that_lists_no_scenario_is_refused(contract, tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, "utf-8")
    status, _, err = contract("test", str(path))
    assert status == 2
    assert "`scenarios:`" in err
    assert "object" not in err


@pytest.mark.parametrize(
    ("line", "answer"), [("", "允许"), ("layers = contract, sector\n", "未定 缺 P-CLASS")]
)
def test_a_case_is_run_under_the_law_that_it_asks_for(
    contract, tmp_path: Path, line: str, answer: str
) -> None:
    """As at the desk: the law that comes with the program governs it too; 电信条例 34 hangs on the class."""
    shutil.copy(ROOT / "contracts" / "voip-1" / "voip-1.contract", tmp_path)
    (tmp_path / "scenarios.md").write_text(
        f"""## 逾期一日

```settings
{line}有效期 = 2年
```

```ledger
2026-03-02 10:00 甲方 签署
2026-03-02 10:05 乙方 签署
2026-03-02 12:00 甲方 开通服务
2026-09-01 09:00 出账 账期=2026-08 金额=100.00 到期日=2026-09-10
```

```expect
2026-09-11 甲方 可否 暂停服务：{answer}
```
""",
        "utf-8",
    )
    status, out, _ = contract("test", str(tmp_path))
    assert (status, out.splitlines()[-1]) == (0, "通过1项，未通过0项"), out
