"""`contract ask`: every kind of question, what cannot be asked, and wrong ledgers and contracts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.commands import clock
from engine.commands.common import FINE, REFUSED
from tests.commands.given import ARREARS, QUESTION
from tests.conftest import CONTRACTS

NOT_CORE = ["--reading", "RS-adjust=not_core"]


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
